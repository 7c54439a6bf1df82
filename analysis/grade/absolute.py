"""What does a relative effect mean for a thousand people, given the risk that they would have without the intervention?

Cochrane Handbook, version 6.5, section 15.4.4: the assumed risk is held fixed; the interval is that of the relative effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from analysis.measures import Measure

PEOPLE = 1000


@dataclass(frozen=True, slots=True)
class Absolute:
    """Of a thousand people: how many have the event without the intervention, how many with it, from and to, and the difference."""

    without: float
    with_it: float
    lower: float
    upper: float

    @property
    def difference(self) -> tuple[float, float, float]:
        """More (or, below 0, fewer) of a thousand: estimate and limits."""
        return self.with_it - self.without, self.lower - self.without, self.upper - self.without


def absolute(of: Measure, assumed: float, effect: Sequence[float]) -> Absolute | None:
    """`assumed` risk of a thousand and the effect (estimate, lower, upper) on its natural scale; None for a measure that has no risks.

    Risks never leave 0 to 1000. Raises ValueError for an assumed risk outside.
    """
    if not 0 <= assumed <= PEOPLE:
        raise ValueError(f"an assumed risk is from 0 to {PEOPLE} of {PEOPLE} people, not {assumed}")
    if of.risk is None:
        return None
    with_it = [min(1.0, max(0.0, of.risk(assumed / PEOPLE, value))) * PEOPLE for value in effect]
    return Absolute(assumed, *with_it)


def usual_mean(means: Sequence[float]) -> float | None:
    """The median of the control groups' means; None without any."""
    return median(means) if means else None


def usual_risk(events: Sequence[float], totals: Sequence[float]) -> float | None:
    """The median risk of the control groups, of a thousand; None without a group that has people."""
    risks = [event / total for event, total in zip(events, totals, strict=True) if total > 0]
    return PEOPLE * median(risks) if risks else None
