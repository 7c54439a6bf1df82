"""What is estimated from one group: proportions, correlations, incidence rates, and a rate in two groups?"""

from __future__ import annotations

import numpy as np

from .arrays import BoolArray, FloatArray
from .measures import Columns, Computed, first_reason, register
from .options import Options

NOBODY = "nobody was observed"
NO_TIME = "no time at risk"
ZERO_COUNT = "a count is zero and no correction is added"


def _which(zero: BoolArray, to: str) -> FloatArray:
    """The correction's share per study, 1 or 0, under the rule `to` ("only0", "if0all", "all", "none")."""
    if to == "all" or (to == "if0all" and bool(zero.any())):
        return np.ones(zero.shape)
    return zero.astype(float) if to == "only0" else np.zeros(zero.shape)


def _amount(o: Options) -> float:
    return 0.5 if o.add == "TACC" else float(o.add)


def _log(x: FloatArray) -> FloatArray:
    return np.log(np.where(x > 0, x, np.nan))


# Proportions: x of n.


def _proportion(c: Columns, o: Options) -> tuple[FloatArray, FloatArray, list[str]]:
    """Corrected x and n."""
    x, n = c["xi"], c["ni"]
    add = _amount(o) * _which((x == 0) | (x == n), o.to)
    return x + add, n + 2 * add, _nobody(c)


def _nobody(c: Columns) -> list[str]:
    return first_reason([(c["ni"] == 0, NOBODY)], len(c["ni"]))


@register("PR", "Proportion", ("xi", "ni"), "identity", kind="prop")
def proportion(c: Columns, o: Options) -> Computed:
    """Raw proportion; variance p(1 - p)/n."""
    x, n, why = _proportion(c, o)
    return Computed(x / n, x * (n - x) / n**3, why, ZERO_COUNT)


@register("PLN", "Log proportion", ("xi", "ni"), "exp", kind="prop")
def log_proportion(c: Columns, o: Options) -> Computed:
    """Log of the proportion; variance 1/x - 1/n."""
    x, n, why = _proportion(c, o)
    return Computed(_log(x / n), (n - x) / x / n, why, ZERO_COUNT)


@register("PLO", "Log odds", ("xi", "ni"), "ilogit", kind="prop")
def log_odds(c: Columns, o: Options) -> Computed:
    """Log odds; variance 1/x + 1/(n - x)."""
    x, n, why = _proportion(c, o)
    return Computed(_log(x / (n - x)), 1 / x + 1 / (n - x), why, ZERO_COUNT)


@register("PAS", "Arcsine square root of a proportion", ("xi", "ni"), "iarcsin", kind="prop")
def arcsine_proportion(c: Columns, o: Options) -> Computed:
    """Arcsine of the square root of the proportion; variance 1/(4n). No correction is needed."""
    x, n = c["xi"], c["ni"]
    return Computed(np.arcsin(np.sqrt(x / n)), 1 / (4 * n), _nobody(c), ZERO_COUNT)


@register("PFT", "Double arcsine of a proportion", ("xi", "ni"), "ift", kind="prop")
def double_arcsine_proportion(c: Columns, o: Options) -> Computed:
    """Half the sum of two arcsines; variance 1/(4n + 2) (Freeman and Tukey 1950, Ann Math Stat 21:607)."""
    x, n = c["xi"], c["ni"]
    y = (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))) / 2
    return Computed(y, 1 / (4 * n + 2), _nobody(c), ZERO_COUNT)


# Correlations: r between two variables in n people.

FEW_PAIRS = "too few pairs of observations for a variance"
PERFECT = "the correlation is 1 or -1"


def _pairs(c: Columns, least: int) -> list[str]:
    return first_reason([(c["ni"] < least, FEW_PAIRS)], len(c["ni"]))


@register("COR", "Correlation", ("ri", "ni"), "identity", kind="cor")
def correlation(c: Columns, o: Options) -> Computed:
    """Raw correlation; variance (1 - r^2)^2/(n - 1)."""
    r, n = c["ri"], c["ni"]
    return Computed(r, (1 - r**2) ** 2 / (n - 1), _pairs(c, 2), FEW_PAIRS)


def olkin_pratt(r: FloatArray, n: FloatArray) -> FloatArray:
    """r F(1/2, 1/2; (n - 2)/2; 1 - r^2), the unbiased estimate of a correlation from n > 4 pairs."""
    from scipy.special import hyp2f1

    c, x = (n - 2) / 2, 1 - r**2
    j = np.arange(100.0)[:, None]
    # With more pairs the hypergeometric series converges at once, and scipy's routes to it do not all.
    series = 1 + np.cumprod(x * (j + 0.5) ** 2 / ((np.maximum(c, 14.0) + j) * (j + 1)), axis=0).sum(axis=0)
    y: FloatArray = r * np.where(n < 30, hyp2f1(0.5, 0.5, np.clip(c, 1.5, 14.0), x), series)
    return y


@register("UCOR", "Correlation, unbiased", ("ri", "ni"), "identity", kind="cor")
def unbiased_correlation(c: Columns, o: Options) -> Computed:
    """The correlation without its bias (Olkin and Pratt 1958, Ann Math Stat 29:201, equation 2.3)."""
    n = c["ni"]
    y = olkin_pratt(c["ri"], n)
    return Computed(y, (1 - y**2) ** 2 / (n - 1), _pairs(c, 5), FEW_PAIRS)


@register("ZCOR", "Fisher's z", ("ri", "ni"), "tanh", kind="cor")
def fisher_z(c: Columns, o: Options) -> Computed:
    """Inverse hyperbolic tangent of the correlation; variance 1/(n - 3) (Fisher 1921)."""
    return Computed(np.arctanh(c["ri"]), 1 / (c["ni"] - 3), _pairs(c, 4), PERFECT)


# Incidence rates in one group: x events in person-time t.


def _rate(c: Columns, o: Options) -> tuple[FloatArray, FloatArray, list[str]]:
    x, t = c["xi"], c["ti"]
    return x + _amount(o) * _which(x == 0, o.to), t, _no_time(c, "ti")


def _no_time(c: Columns, *names: str) -> list[str]:
    return first_reason([(c[name] == 0, NO_TIME) for name in names], len(c[names[0]]))


@register("IR", "Incidence rate", ("xi", "ti"), "identity", kind="rate1")
def incidence_rate(c: Columns, o: Options) -> Computed:
    """Events per time; variance x/t^2."""
    x, t, why = _rate(c, o)
    return Computed(x / t, x / t**2, why, ZERO_COUNT)


@register("IRLN", "Log incidence rate", ("xi", "ti"), "exp", kind="rate1")
def log_incidence_rate(c: Columns, o: Options) -> Computed:
    """Log of the rate; variance 1/x."""
    x, t, why = _rate(c, o)
    return Computed(_log(x / t), 1 / x, why, ZERO_COUNT)


@register("IRS", "Square root of an incidence rate", ("xi", "ti"), "isqrt", kind="rate1")
def root_incidence_rate(c: Columns, o: Options) -> Computed:
    """Square root of the rate; variance 1/(4t). No correction is needed."""
    x, t = c["xi"], c["ti"]
    return Computed(np.sqrt(x / t), 1 / (4 * t), _no_time(c, "ti"), NO_TIME)


@register("IRFT", "Freeman-Tukey incidence rate", ("xi", "ti"), "identity", kind="rate1")
def freeman_tukey_rate(c: Columns, o: Options) -> Computed:
    """Mean of the roots of x/t and (x + 1)/t; variance 1/(4t) (Freeman and Tukey 1950)."""
    x, t = c["xi"], c["ti"]
    return Computed((np.sqrt(x / t) + np.sqrt((x + 1) / t)) / 2, 1 / (4 * t), _no_time(c, "ti"), NO_TIME)


# Incidence rates in two groups.

TWO_RATES = ("x1i", "t1i", "x2i", "t2i")


def _rates(c: Columns, o: Options) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """x1, t1, x2, t2, with the correction added to the events of both groups."""
    x1, t1, x2, t2 = (c[name] for name in TWO_RATES)
    more = _amount(o) * _which((x1 == 0) | (x2 == 0), o.to)
    return x1 + more, t1, x2 + more, t2


@register("IRR", "Rate ratio", TWO_RATES, "exp", kind="rate2")
def rate_ratio(c: Columns, o: Options) -> Computed:
    """Log rate ratio; variance 1/x1 + 1/x2 (Rothman, Greenland and Lash 2008)."""
    x1, t1, x2, t2 = _rates(c, o)
    return Computed(_log(x1 / t1) - _log(x2 / t2), 1 / x1 + 1 / x2, _no_time(c, "t1i", "t2i"), ZERO_COUNT)


@register("IRD", "Rate difference", TWO_RATES, "identity", kind="rate2")
def rate_difference(c: Columns, o: Options) -> Computed:
    """Difference of rates; variance x1/t1^2 + x2/t2^2."""
    x1, t1, x2, t2 = _rates(c, o)
    return Computed(x1 / t1 - x2 / t2, x1 / t1**2 + x2 / t2**2, _no_time(c, "t1i", "t2i"), ZERO_COUNT)


@register("IRSD", "Difference of root rates", TWO_RATES, "identity", kind="rate2")
def root_rate_difference(c: Columns, o: Options) -> Computed:
    """Difference of the roots of the rates; variance 1/(4 t1) + 1/(4 t2). No correction is needed."""
    x1, t1, x2, t2 = (c[name] for name in TWO_RATES)
    y = np.sqrt(x1 / t1) - np.sqrt(x2 / t2)
    return Computed(y, 1 / (4 * t1) + 1 / (4 * t2), _no_time(c, "t1i", "t2i"), NO_TIME)
