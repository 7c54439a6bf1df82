"""How many of the links that rules made are wrong, when a random sample of them was judged by persons?"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log

LEVEL = 0.95
_HALVINGS = 60  # of the interval from 0 to 1: beyond what a float tells apart


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share of false links, with its interval; all 0 to 1. Without any judged, nothing is known: 0 to 1, and no rate."""

    wrong: int
    judged: int
    rate: float | None
    lower: float
    upper: float


def sample(links: Sequence[int], size: int, seed: str) -> list[int]:
    """-> so many of the links, drawn without putting back; the same for the same links, size and seed."""
    return random.Random(seed).sample(links, size)


def estimate(wrong: int, judged: int) -> Estimate:
    """-> the false-link rate in what was judged, with the exact interval."""
    return Estimate(wrong, judged, wrong / judged if judged else None, *exact_interval(wrong, judged))


def exact_interval(wrong: int, judged: int, level: float = LEVEL) -> tuple[float, float]:
    """-> the exact interval of a binomial proportion (Clopper and Pearson, Biometrika 1934; 26: 404-413).

    Its lower end is the proportion under which so many or more, its upper end that under which so few or fewer, have a chance
    of (1 - level) / 2. It holds the true proportion at least as often as it says. Nothing judged: 0 to 1.

    Raises ValueError where there are more wrong than judged, or a number is below 0.
    """
    if not 0 <= wrong <= judged:
        raise ValueError(f"{wrong} wrong of {judged} judged")
    tail = (1 - level) / 2
    lower = _where(lambda p: _at_most(wrong - 1, judged, p) < 1 - tail) if wrong else 0.0
    upper = _where(lambda p: _at_most(wrong, judged, p) < tail) if wrong < judged else 1.0
    return lower, upper


def _where(turns: Callable[[float], bool]) -> float:
    """-> the proportion from which on a condition holds, which does not hold at 0 and holds at 1."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if turns(middle) else (middle, high)
    return (low + high) / 2


def _at_most(k: int, n: int, p: float) -> float:
    """-> the chance of k or fewer of n, each with the chance p, which is between 0 and 1. The fewer terms are summed."""
    if k > n // 2:
        return 1 - _at_most(n - k - 1, n, 1 - p)
    yes, no = log(p), log(1 - p)
    ways = lgamma(n + 1)
    return sum(exp(ways - lgamma(i + 1) - lgamma(n - i + 1) + i * yes + (n - i) * no) for i in range(k + 1))
