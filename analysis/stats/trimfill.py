"""How many studies does the funnel plot lack, and what would the result be with them?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .arrays import FloatArray
from .bias import additive
from .distributions import critical
from .errors import StatsError
from .inverse_variance import pool_inverse_variance, tau2_or_note, usable
from .linear import Model
from .options import Options
from .results import Effects, Pooled, Result, versions
from .summary import trim_and_fill_summary

UNSETTLED = "trimming went back and forth without settling; the last number of missing studies is reported"


@dataclass(frozen=True, eq=False)
class TrimAndFill(Result):
    """Trim and fill: `k0` studies are estimated to be missing on one `side` of the funnel, "left" or "right".

    `se_k0`: its standard error; `p_k0`: p-value of the hypothesis that none is missing (estimator R0 only).
    `filled_yi`, `filled_vi` (k0): the mirror images put in. `pooled`: the result with them, whose last k0
    studies they are; `center`: the mean about which they were mirrored.
    """

    estimator: str
    side: str
    k0: int
    se_k0: float
    p_k0: float
    center: float
    filled_yi: FloatArray
    filled_vi: FloatArray
    pooled: Pooled
    notes: tuple[str, ...]
    versions: Mapping[str, str] = field(default_factory=versions)

    def __str__(self) -> str:
        return trim_and_fill_summary(self)


def trim_and_fill(es: Effects, estimator: str = "L0", side: str = "auto", **options: Any) -> TrimAndFill:
    """Duval and Tweedie 2000 (Biometrics 56:455; J Am Stat Assoc 95:89).

    `estimator`: "L0" or "R0" of the number of missing studies. `side`: where they are missing, "left",
    "right", or "auto": opposite to the slope of the effects on their standard errors. `options` as in `pool`.
    Raises StatsError with fewer than three studies.

    >>> from analysis.stats import effects, trim_and_fill
    >>> es = effects("GEN", yi=[0.1, 0.2, 0.3, 0.9, 1.2], vi=[0.01, 0.02, 0.02, 0.1, 0.2])
    >>> t = trim_and_fill(es, method="EE")
    >>> t.side, t.k0, round(t.pooled.estimate, 3)
    ('left', 2, 0.175)
    """
    if estimator not in ("L0", "R0"):
        raise StatsError(f"estimator={estimator!r} is not known; choose 'L0' or 'R0'.")
    if side not in ("auto", "left", "right"):
        raise StatsError(f"side={side!r} is not known; choose 'left', 'right' or 'auto'.")
    o = es.options.but(**options)
    u = usable(es)
    if len(u.y) < 3:
        raise StatsError(f"Trim and fill needs at least three studies, and there are {len(u.y)}.")
    if side == "auto":
        side = _shorter_side(u.y, u.v, o)
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * u.y, kind="stable")
    trimmed = _trim(sign * u.y[order], u.v[order], estimator, o)
    filled = order[len(order) - trimmed.k0 :]
    center = sign * trimmed.center
    y, v = 2 * center - u.y[filled], u.v[filled]
    pooled = pool_inverse_variance(_extended(es, y, v), o)
    p = 0.5 ** (trimmed.k0 + 1) if estimator == "R0" else math.nan
    return TrimAndFill(
        estimator, side, trimmed.k0, trimmed.se, p, center, y, v, pooled, (UNSETTLED,) if trimmed.unsettled else ()
    )


def _shorter_side(y: FloatArray, v: FloatArray, o: Options) -> str:
    """The side where small studies are missing: right if effects fall with their standard errors, else left."""
    slope = additive("side", y, np.sqrt(v), v, o.method, math.inf).slope
    return "right" if slope < 0 else "left"


@dataclass(frozen=True)
class _Trimmed:
    k0: int
    se: float
    center: float
    unsettled: bool


def _trim(y: FloatArray, v: FloatArray, estimator: str, o: Options) -> _Trimmed:
    """Trim the largest of the sorted `y` until their number agrees with the ranks about the mean of the rest."""
    k, k0 = len(y), 0
    seen: set[int] = set()
    while True:
        center = _mean(y[: k - k0], v[: k - k0], o)
        ranks = _signed_ranks(y - center)
        found, se = _r0(ranks) if estimator == "R0" else _l0(ranks)
        settled = found == k0
        if settled or found in seen or found >= k:
            return _Trimmed(min(found, k - 1), se, center, not settled)
        seen.add(k0)
        k0 = found


def _mean(y: FloatArray, v: FloatArray, o: Options) -> float:
    model = Model.of(y, v)
    return float(model.at(tau2_or_note(model, o.method)[0].value).coefficients[0])


def _signed_ranks(deviations: FloatArray) -> FloatArray:
    """Ranks of the absolute deviations, with the deviations' signs; of equal ones the first ranks lower."""
    ranks = np.empty(len(deviations))
    ranks[np.argsort(np.abs(deviations), kind="stable")] = np.arange(1.0, len(deviations) + 1)
    return np.sign(deviations) * ranks


def _r0(ranks: FloatArray) -> tuple[int, float]:
    """From the run of largest ranks that are all positive (Duval and Tweedie 2000, Biometrics, equation 5)."""
    k0 = len(ranks) - max(0.0, float(-ranks.min())) - 1
    return max(0, round(k0)), math.sqrt(2 * max(0.0, k0) + 2)


def _l0(ranks: FloatArray) -> tuple[int, float]:
    """From the sum of the positive ranks (ibid., equation 6), with its variance (equations 11, 12)."""
    k = len(ranks)
    positive = float(ranks[ranks > 0].sum())
    k0 = (4 * positive - k * (k + 1)) / (2 * k - 1)
    variance = (
        k * (k + 1) * (2 * k + 1) + 10 * k0**3 + 27 * k0**2 + 17 * k0 - 18 * k * k0**2 - 18 * k * k0 + 6 * k**2 * k0
    ) / 24
    se = 4 * math.sqrt(max(0.0, variance)) / (2 * k - 1)
    return max(0, round(k0)), se


def _extended(es: Effects, y: FloatArray, v: FloatArray) -> Effects:
    """The effects with the mirror images added at the end, which have no raw data."""
    half = critical(es.options.level) * np.sqrt(v)
    nan = np.full(len(y), math.nan)
    return replace(
        es, study=es.study + tuple(f"Filled {i + 1}" for i in range(len(y))), yi=np.append(es.yi, y),
        vi=np.append(es.vi, v), ci_lb=np.append(es.ci_lb, y - half), ci_ub=np.append(es.ci_ub, y + half),
        reasons=es.reasons + (None,) * len(y), data={name: np.append(x, nan) for name, x in es.data.items()},
    )  # fmt: skip
