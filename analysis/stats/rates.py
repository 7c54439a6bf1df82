"""How often does something happen per time: x events in person-time t, in one group or two?"""

from __future__ import annotations

import numpy as np

from .arrays import FloatArray, any_of
from .corrections import added, log_or_nan
from .measures import Columns, Computed, first_reason, register
from .options import Options

NO_TIME = "no time at risk"
ZERO_COUNT = "a count is zero and no correction is added"


def _rate(c: Columns, o: Options) -> tuple[FloatArray, FloatArray, list[str]]:
    x, t = c["xi"], c["ti"]
    return x + added(x == 0, o), t, _no_time(c, "ti")


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
    return Computed(log_or_nan(x / t), 1 / x, why, ZERO_COUNT)


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
    more = added(any_of(x1 == 0, x2 == 0), o)
    return x1 + more, t1, x2 + more, t2


@register("IRR", "Rate ratio", TWO_RATES, "exp", kind="rate2")
def rate_ratio(c: Columns, o: Options) -> Computed:
    """Log rate ratio; variance 1/x1 + 1/x2 (Rothman, Greenland and Lash 2008)."""
    x1, t1, x2, t2 = _rates(c, o)
    return Computed(log_or_nan(x1 / t1) - log_or_nan(x2 / t2), 1 / x1 + 1 / x2, _no_time(c, "t1i", "t2i"), ZERO_COUNT)


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
