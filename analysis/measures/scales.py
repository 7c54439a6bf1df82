"""How does one number get from the scale on which it was pooled to the one on which it is read, without numpy?

By the names of analysis.stats.scale, which does the same for arrays; pages and figures read stored results, and are spared loading that.
"""

from __future__ import annotations

from collections.abc import Callable
from math import asin, copysign, cos, exp, pi, sin, sqrt, tanh

LARGEST = 700.0  # beyond it, e to a power is no number any more


def _exp(x: float, _people: float | None) -> float:
    return exp(x) if x < LARGEST else float("inf")


def _of_odds(x: float, _people: float | None) -> float:
    return 1 / (1 + _exp(-x, None))


def _of_arcsine(x: float, _people: float | None) -> float:
    return sin(min(max(x, 0.0), pi / 2)) ** 2


def _of_double_arcsine(x: float, people: float | None) -> float:
    """Miller 1978, Am Stat 32:138, with `people` the size of a sample, or the harmonic mean of several; NaN without one."""
    if people is None:
        return float("nan")
    low = asin(sqrt(1 / (people + 1))) / 2  # what no event of so many comes to; everybody comes to its mirror
    high = (asin(sqrt(people / (people + 1))) + pi / 2) / 2
    if x <= low:
        return 0.0
    if x >= high:
        return 1.0
    sine = sin(2 * x)
    root = 1 - (sine + (sine - 1 / sine) / people) ** 2
    return (1 - copysign(1.0, cos(2 * x)) * sqrt(max(root, 0.0))) / 2


BACK: dict[str, Callable[[float, float | None], float]] = {
    "identity": lambda x, _people: x,
    "exp": _exp,
    "tanh": lambda x, _people: tanh(x),
    "ilogit": _of_odds,
    "iarcsin": _of_arcsine,
    "ift": _of_double_arcsine,
    "isqrt": lambda x, _people: max(x, 0.0) ** 2,
}
