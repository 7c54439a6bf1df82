"""How common is something in one group: the proportion x of n, on five scales?"""

from __future__ import annotations

import numpy as np

from .arrays import FloatArray, any_of
from .corrections import added, log_or_nan
from .measures import Columns, Computed, first_reason, register
from .options import Options

NOBODY = "nobody was observed"
ZERO_COUNT = "a count is zero and no correction is added"


def _proportion(c: Columns, o: Options) -> tuple[FloatArray, FloatArray, list[str]]:
    """Corrected x and n."""
    x, n = c["xi"], c["ni"]
    add = added(any_of(x == 0, x == n), o)
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
    return Computed(log_or_nan(x / n), (n - x) / x / n, why, ZERO_COUNT)


@register("PLO", "Log odds", ("xi", "ni"), "ilogit", kind="prop")
def log_odds(c: Columns, o: Options) -> Computed:
    """Log odds; variance 1/x + 1/(n - x)."""
    x, n, why = _proportion(c, o)
    return Computed(log_or_nan(x / (n - x)), 1 / x + 1 / (n - x), why, ZERO_COUNT)


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
