"""How heterogeneous are the studies: Q, I2, H2 and the Q-profile interval of tau2?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .distributions import chi2_p, chi2_quantile
from .linear import Model
from .roots import NoConvergence, solve_q

Interval = tuple[float, float]
NOT_COMPUTED: Interval = (math.nan, math.nan)
EMPTY_PROFILE = (
    "no tau2 of 0 or more fits the Q-profile interval, which is empty and shown as 0 to 0: the estimates lie "
    "closer together than their variances let expect"
)


@dataclass(frozen=True)
class Heterogeneity:
    """Cochran's test, and I2 (percent) and H2 with the intervals that belong to that of tau2."""

    Q: float
    Q_df: int
    Q_p: float
    I2: float
    H2: float
    I2_ci: Interval
    H2_ci: Interval


def typical_variance(model: Model) -> float:
    """The typical sampling variance (k - p)/tr P (Higgins and Thompson 2002, equation 9)."""
    return model.df / float(model.at_zero.trace_p[0])


def from_q(q: float, df: int) -> tuple[float, float]:
    """I2 in percent and H2, from Q (Higgins and Thompson 2002, equations 6 and 10)."""
    if math.isnan(q):
        return math.nan, math.nan
    if df <= 0:
        return 0.0, 1.0
    return (100.0 * max(0.0, 1.0 - df / q) if q > 0 else 0.0), q / df


def from_tau2(tau2: float, typical: float) -> tuple[float, float]:
    """I2 in percent and H2, from tau2 and the typical sampling variance."""
    if math.isinf(tau2):
        return 100.0, math.inf
    return 100.0 * (tau2 / (typical + tau2)), 1.0 + tau2 / typical


def heterogeneity(model: Model, q: float, tau2: float, tau2_ci: Interval, use_tau2: bool) -> Heterogeneity:
    """Q with its test; I2 and H2 from tau2 or from Q, their intervals always from `tau2_ci`."""
    df = model.df
    if df == 0:
        return Heterogeneity(q, df, chi2_p(q, df), 0.0, 1.0, NOT_COMPUTED, NOT_COMPUTED)
    if model.zero_variances:
        return Heterogeneity(q, df, math.nan, math.nan, math.nan, NOT_COMPUTED, NOT_COMPUTED)
    typical = typical_variance(model)
    i2, h2 = from_tau2(tau2, typical) if use_tau2 else from_q(q, df)
    (i2_lb, h2_lb), (i2_ub, h2_ub) = (from_tau2(bound, typical) for bound in tau2_ci)
    return Heterogeneity(q, df, chi2_p(q, df), i2, h2, (i2_lb, i2_ub), (h2_lb, h2_ub))


def q_profile(model: Model, level: float) -> tuple[Interval, str]:
    """The Q-profile interval of tau2 (Viechtbauer 2007, Stat Med 26:37) at `level` percent, and a note.

    All tau2 >= 0 whose generalised Q lies between the chi-square quantiles. The set can be empty; it is then
    given as (0, 0), and the note says so.
    """
    if model.df == 0:
        return NOT_COMPUTED, ""
    tail = (100 - level) / 200
    low, high = chi2_quantile(tail, model.df), chi2_quantile(1 - tail, model.df)
    if float(model.at_zero.q[0]) < low:
        return (0.0, 0.0), EMPTY_PROFILE
    try:
        return (solve_q(model, high), solve_q(model, low)), ""
    except NoConvergence as e:
        return NOT_COMPUTED, f"no Q-profile interval: {e}"
