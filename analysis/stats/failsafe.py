"""How many unseen studies without an effect would it take to change the conclusion?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from .distributions import normal_p, normal_quantile
from .errors import StatsError
from .inverse_variance import usable
from .linear import Model
from .results import Effects, Result, versions
from .summary import fail_safe_summary

NOTHING = "there is no study"


@dataclass(frozen=True)
class FailSafeN(Result):
    """The fail-safe number of studies `n` by `kind`.

    `p`: p-value of the studies together (Rosenthal: one-sided; Rosenberg: two-sided), NaN for Orwin. `mean`:
    the weighted mean effect (not for Rosenthal); `target`: the effect that Orwin's number would bring it to.
    """

    kind: str
    n: float
    p: float
    mean: float
    target: float
    alpha: float
    notes: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=versions)

    def __str__(self) -> str:
        return fail_safe_summary(self)


def fail_safe_n(es: Effects, kind: str = "Rosenthal", alpha: float = 0.05, target: float | None = None) -> FailSafeN:
    """The fail-safe number.

    `kind`: "Rosenthal" (1979, Psychol Bull 86:638: studies averaging z = 0 that bring the one-sided Stouffer
    test to `alpha`); "Orwin" (1983, J Educ Stat 8:157: studies without effect that bring the weighted mean to
    `target`, by default half of it); "Rosenberg" (2005, Evolution 59:464: studies without effect, of average
    weight, that bring the common-effect test to `alpha`, two-sided).

    >>> from analysis.stats import effects, fail_safe_n
    >>> es = effects("GEN", yi=[0.5, 0.6, 0.8], vi=[0.02, 0.03, 0.04])
    >>> fail_safe_n(es).n
    42
    """
    if kind not in ("Rosenthal", "Orwin", "Rosenberg"):
        raise StatsError(f"kind={kind!r} is not known; choose 'Rosenthal', 'Orwin' or 'Rosenberg'.")
    if not 0 < alpha < 1:
        raise StatsError(f"alpha={alpha!r} is not a probability between 0 and 1, such as 0.05.")
    u = usable(es)
    k, nan = len(u.y), math.nan
    if k == 0:
        return FailSafeN(kind, nan, nan, nan, nan, alpha, (NOTHING,))
    if kind == "Rosenthal":
        z = float(np.sum(u.y / np.sqrt(u.v))) / math.sqrt(k)
        return FailSafeN(kind, _whole(k * (z / normal_quantile(alpha)) ** 2 - k), normal_p(z) / 2, nan, nan, alpha)
    m = Model.of(u.y, u.v).at_zero
    mean = float(m.coefficients[0])
    if kind == "Orwin":
        target = mean / 2 if target is None else target
        if target == 0 or target * mean < 0:
            raise StatsError(f"target={target:g} must lie between the mean effect {mean:g} and zero.")
        return FailSafeN(kind, _whole(k * (mean - target) / target), nan, mean, target, alpha)
    z = mean / math.sqrt(float(m.covariance[0, 0]))
    return FailSafeN(kind, _whole(k * ((z / normal_quantile(alpha / 2)) ** 2 - 1)), normal_p(z), mean, nan, alpha)


def _whole(n: float) -> int:
    """The next whole number, at least 0."""
    return math.ceil(max(0.0, n))
