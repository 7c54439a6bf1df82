"""What means, standard deviations, standard errors and tables lie behind the statistics that a report gives?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .continuous import smd_variance
from .distributions import critical, normal_quantile, small_sample_factor, t_quantile
from .errors import StatsError
from .strata import fitted_cell


@dataclass(frozen=True)
class MeanSD:
    """Mean and standard deviation of `n` participants."""

    mean: float
    sd: float
    n: float


@dataclass(frozen=True)
class Estimate:
    """An estimate with its sampling variance, on the analysis scale."""

    yi: float
    vi: float


@dataclass(frozen=True)
class Table:
    """A two-by-two table: `ai` of group 1 and `ci` of group 2 have the event, `bi` and `di` do not."""

    ai: int
    bi: int
    ci: int
    di: int


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise StatsError(f"{name} is {value:g}, but must be above 0.")


def fivenum_to_mean_sd(
    n: float, median: float, minimum: float | None = None, q1: float | None = None, q3: float | None = None,
    maximum: float | None = None,
) -> MeanSD:  # fmt: skip
    """Mean and standard deviation from a median with the range, the quartiles, or both.

    Means: Luo, Wan, Liu and Tong 2018 (Stat Methods Med Res 27:1785), equations 7, 11, 15. Standard
    deviations: Wan, Wang, Liu and Tong 2014 (BMC Med Res Methodol 14:135), equations 9, 16; with both, Shi et
    al. 2020 (Res Synth Methods 11:641). They assume normality; a skewed outcome makes them misleading.

    >>> fit = fivenum_to_mean_sd(n=25, median=22.1, minimum=19.7, maximum=27.9)
    >>> round(fit.mean, 3), round(fit.sd, 3)
    (22.548, 2.087)
    """
    _positive(n=n)
    ordered = [x for x in (minimum, q1, median, q3, maximum) if x is not None]
    if ordered != sorted(ordered):
        raise StatsError(f"Minimum, quartiles, median and maximum are not in order: {ordered}.")
    ends = (minimum, maximum) if minimum is not None and maximum is not None else None
    quartiles = (q1, q3) if q1 is not None and q3 is not None else None
    if ends and quartiles:
        return _from_both(n, median, ends, quartiles)
    if ends:
        weight = 4 / (4 + n**0.75)
        return MeanSD(_mix(weight, ends, median), (ends[1] - ends[0]) / _expected_range(n), n)
    if quartiles:
        weight = 0.7 + 0.39 / n
        return MeanSD(_mix(weight, quartiles, median), (quartiles[1] - quartiles[0]) / _expected_iqr(n), n)
    raise StatsError("Beside the median, minimum and maximum or both quartiles are needed.")


def _from_both(n: float, median: float, ends: tuple[float, float], quartiles: tuple[float, float]) -> MeanSD:
    of_ends, of_quartiles = 2.2 / (2.2 + n**0.75), 0.7 - 0.72 / n**0.55
    mean = of_ends * sum(ends) / 2 + of_quartiles * sum(quartiles) / 2 + (1 - of_ends - of_quartiles) * median
    weight = 1 / (1 + 0.07 * n**0.6)
    sd = weight * (ends[1] - ends[0]) / _expected_range(n)
    return MeanSD(mean, sd + (1 - weight) * (quartiles[1] - quartiles[0]) / _expected_iqr(n), n)


def _mix(weight: float, pair: tuple[float, float], median: float) -> float:
    return weight * (pair[0] + pair[1]) / 2 + (1 - weight) * median


def _expected_range(n: float) -> float:
    """The range of `n` standard normal values (Blom's approximation)."""
    return 2 * normal_quantile((n - 0.375) / (n + 0.25))


def _expected_iqr(n: float) -> float:
    """The interquartile range of `n` standard normal values (Blom's approximation)."""
    return 2 * normal_quantile((0.75 * n - 0.125) / (n + 0.25))


def ci_to_se(estimate: float, ci_lb: float, ci_ub: float, level: float = 95.0) -> Estimate:
    """The variance behind a normal interval (Cochrane Handbook 6.3.1).

    >>> round(ci_to_se(0.08, -0.78, 0.94).vi, 4)
    0.1925
    """
    if not ci_lb <= estimate <= ci_ub:
        raise StatsError(f"The estimate {estimate:g} does not lie in its interval {ci_lb:g} to {ci_ub:g}.")
    return Estimate(estimate, ((ci_ub - ci_lb) / (2 * critical(level))) ** 2)


def ratio_ci_to_log_se(estimate: float, ci_lb: float, ci_ub: float, level: float = 95.0) -> Estimate:
    """The log of a ratio and the variance behind its interval (Cochrane Handbook 6.3.2)."""
    _positive(estimate=estimate, ci_lb=ci_lb, ci_ub=ci_ub)
    return ci_to_se(math.log(estimate), math.log(ci_lb), math.log(ci_ub), level)


def p_to_se(estimate: float, p: float) -> Estimate:
    """The variance behind a two-sided p-value of a z test (Cochrane Handbook 6.3.1)."""
    if not 0 < p < 1:
        raise StatsError(f"p is {p:g}, but must lie between 0 and 1.")
    return Estimate(estimate, (estimate / normal_quantile(p / 2)) ** 2)


def d_to_g(d: float, n1: float, n2: float) -> Estimate:
    """Hedges' g and its large-sample variance from Cohen's d (Hedges 1981)."""
    _positive(n1=n1, n2=n2)
    sizes = np.array([n1]), np.array([n2])
    j = small_sample_factor(sizes[0] + sizes[1] - 2)
    unshrunk = np.array([d])
    v = smd_variance(unshrunk, j * unshrunk, j, *sizes, "LS")
    return Estimate(float(j[0] * d), float(v[0]))


def t_to_smd(t: float, n1: float, n2: float) -> Estimate:
    """Hedges' g and its variance from the t statistic of two groups (Cochrane Handbook 6.5.2.3)."""
    _positive(n1=n1, n2=n2)
    return d_to_g(t * math.sqrt(1 / n1 + 1 / n2), n1, n2)


def combine_arms(n1: float, m1: float, sd1: float, n2: float, m2: float, sd2: float) -> MeanSD:
    """Two groups as one (Cochrane Handbook 6.5.2.10).

    >>> round(combine_arms(n1=41, m1=10, sd1=2.9, n2=31, m2=12, sd2=2.3).sd, 4)
    2.8227
    """
    _positive(n1=n1, n2=n2)
    n = n1 + n2
    squares = (n1 - 1) * sd1**2 + (n2 - 1) * sd2**2 + n1 * n2 / n * (m1 - m2) ** 2
    return MeanSD((n1 * m1 + n2 * m2) / n, math.sqrt(squares / (n - 1)), n)


def or_margins_to_2x2(odds_ratio: float, n: float, n1: float, column1: float) -> Table:
    """The table, in whole people, with this odds ratio: `n` people, `n1` in group 1, `column1` with the event.

    The events in group 1 are the root of a quadratic (Bonett 2007, Psychol Methods 12:254), rounded.
    """
    _positive(odds_ratio=odds_ratio, n=n)
    if not (0 < n1 < n and 0 < column1 < n):
        raise StatsError(f"Group 1 ({n1:g}) and the events ({column1:g}) must be fewer than all people ({n:g}).")
    a = round(float(fitted_cell(np.array([n1]), np.array([n - n1]), np.array([column1]), odds_ratio)[0]))
    return Table(a, round(n1) - a, round(column1) - a, round(n - n1 - column1) + a)


def se_to_sd(se: float, n: float) -> float:
    """Standard deviation from the standard error of a mean (Cochrane Handbook 6.5.2.2)."""
    _positive(n=n)
    return se * math.sqrt(n)


def mean_ci_to_sd(ci_lb: float, ci_ub: float, n: float, level: float = 95.0) -> float:
    """Standard deviation from the t interval of a mean (Cochrane Handbook 6.5.2.2)."""
    if n < 2:
        raise StatsError(f"n is {n:g}; an interval of a mean needs at least 2 participants.")
    return math.sqrt(n) * (ci_ub - ci_lb) / (2 * t_quantile(0.5 + level / 200, n - 1))
