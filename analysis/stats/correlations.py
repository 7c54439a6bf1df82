"""How closely do two variables go together: the correlation r in n people, on three scales?"""

from __future__ import annotations

import numpy as np

from .arrays import FloatArray
from .measures import Columns, Computed, first_reason, register
from .options import Options

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
