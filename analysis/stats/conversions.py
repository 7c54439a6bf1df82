"""What means, standard deviations, standard errors and tables lie behind the statistics that a report gives?

The formulas that data extraction needs as well stand in `extraction.schema.convert`, with their sources; here they take
the shape of the other results.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from extraction.schema import convert

from .continuous import smd_variance
from .distributions import small_sample_factor
from .errors import StatsError
from .strata import fitted_cell


@contextmanager
def _refused() -> Iterator[None]:
    """What cannot be converted is told as the statistics tell it."""
    try:
        yield
    except convert.CannotConvert as e:
        raise StatsError(str(e)) from None


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
    """Mean and standard deviation from a median with the range, the quartiles, or both; see `mean_sd_from_median`.

    >>> fit = fivenum_to_mean_sd(n=25, median=22.1, minimum=19.7, maximum=27.9)
    >>> round(fit.mean, 3), round(fit.sd, 3)
    (22.548, 2.087)
    """
    with _refused():
        mean, sd = convert.mean_sd_from_median(n, median, minimum, q1, q3, maximum)
    return MeanSD(mean.value, sd.value, n)


def ci_to_se(estimate: float, ci_lb: float, ci_ub: float, level: float = 95.0) -> Estimate:
    """The variance behind a normal interval; see `se_from_ci`.

    >>> round(ci_to_se(0.08, -0.78, 0.94).vi, 4)
    0.1925
    """
    with _refused():
        return Estimate(estimate, convert.se_from_ci(estimate, ci_lb, ci_ub, level).value ** 2)


def ratio_ci_to_log_se(estimate: float, ci_lb: float, ci_ub: float, level: float = 95.0) -> Estimate:
    """The log of a ratio and the variance behind its interval; see `log_ratio_from_ci`."""
    with _refused():
        log_ratio, se = convert.log_ratio_from_ci(estimate, ci_lb, ci_ub, level)
    return Estimate(log_ratio.value, se.value**2)


def p_to_se(estimate: float, p: float) -> Estimate:
    """The variance behind a two-sided p-value of a z test; see `se_from_p`."""
    with _refused():
        return Estimate(estimate, convert.se_from_p(estimate, p).value ** 2)


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
    """Two groups as one; see `combine_means`.

    >>> round(combine_arms(n1=41, m1=10, sd1=2.9, n2=31, m2=12, sd2=2.3).sd, 4)
    2.8227
    """
    with _refused():
        n, mean, sd = convert.combine_means([(n1, m1, sd1), (n2, m2, sd2)])
    return MeanSD(mean.value, sd.value, n.value)


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
    """Standard deviation from the standard error of a mean; see `sd_from_se`."""
    with _refused():
        return convert.sd_from_se(se, n).value


def mean_ci_to_sd(ci_lb: float, ci_ub: float, n: float, level: float = 95.0) -> float:
    """Standard deviation from the t interval of a mean; see `sd_from_ci`."""
    with _refused():
        return convert.sd_from_ci(ci_lb, ci_ub, n, level).value
