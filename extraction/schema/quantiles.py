"""Which quantile of the normal distribution, or of Student's t, is it?"""

from __future__ import annotations

import math
from statistics import NormalDist

_NORMAL = NormalDist()
MANY = 1e6  # degrees of freedom beyond which the inverse of the beta function loses digits


def normal_quantile(p: float) -> float:
    """The `p` quantile of the standard normal distribution, for 0 < `p` < 1."""
    return _NORMAL.inv_cdf(p)


def t_quantile(p: float, df: float) -> float:
    """The `p` quantile of Student's t with `df` > 0 degrees of freedom (infinite: the normal).

    Goes through the inverse of the incomplete beta function, which keeps full precision for one or two
    degrees of freedom (Abramowitz and Stegun 1964, 26.7.1); for many, through the expansion about the normal (26.7.5).
    """
    if df > MANY:
        z = normal_quantile(p)
        return z + (z**3 + z) / (4 * df) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * df) / df
    from scipy.special import betaincinv  # costs more than all else here; most needs are the normal's

    tail = min(p, 1.0 - p)
    if tail == 0.5:
        return 0.0
    x = float(betaincinv(df / 2.0, 0.5, 2.0 * tail))
    return math.copysign(math.sqrt(df * (1.0 - x) / x) if x else math.inf, p - 0.5)


def critical(level: float, df: float = math.inf) -> float:
    """The two-sided critical value of a `level` percent interval, on t with `df` degrees of freedom."""
    return t_quantile(0.5 + level / 200.0, df)
