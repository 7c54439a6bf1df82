"""When will what is left be done, if it goes on as it did lately?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

WINDOW = 14  # days that count as lately: a working fortnight, weekends and all
FARTHEST = 3650  # days; beyond that a date would pretend to know


@dataclass(frozen=True, slots=True)
class Forecast:
    """pace: things a day, over the window; done: the day on which what is left would be done, None if no day can be named."""

    pace: float
    done: date | None


def forecast(left: int, lately: int, today: date, *, since: date | None = None) -> Forecast:
    """From how many are left and how many were done in the window that ends today.

    since: the day of the first of them ever, if it is within the window: who began three days ago is not slow for the eleven before.
    """
    days = WINDOW if since is None else min(WINDOW, max(1, (today - since).days + 1))
    if left <= 0 or lately <= 0:
        return Forecast(lately / days, None)
    away = -(-left * days // lately)  # rounded up, in whole numbers
    return Forecast(lately / days, today + timedelta(days=away) if away <= FARTHEST else None)
