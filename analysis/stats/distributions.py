"""Which quantile or tail probability of the normal, t, chi-square and F distributions is it?

scipy.special is loaded on first use: importing it costs as much as everything else in this package.
"""

from __future__ import annotations

import math

import numpy as np

from extraction.schema.quantiles import critical, normal_quantile, t_quantile

__all__ = [
    "chi2_p", "chi2_quantile", "critical", "f_p", "normal_p", "normal_quantile", "small_sample_factor", "t_p",
    "t_quantile",
]  # fmt: skip


def normal_p(stat: float) -> float:
    """Two-sided p-value of `stat` under the standard normal distribution; accurate far into the tail."""
    return math.erfc(abs(stat) / math.sqrt(2.0)) if not math.isnan(stat) else math.nan


def t_p(stat: float, df: float) -> float:
    """Two-sided p-value of `stat` under Student's t with `df` degrees of freedom (infinite: the normal)."""
    if math.isnan(stat) or math.isinf(df):
        return normal_p(stat)
    if math.isinf(stat):
        return 0.0
    from scipy.special import betainc

    if abs(stat) < 1:  # near the centre the complement keeps the digits
        return 1.0 - float(betainc(0.5, df / 2.0, stat * stat / (df + stat * stat)))
    return float(betainc(df / 2.0, 0.5, df / (df + stat * stat)))


def chi2_p(stat: float, df: float) -> float:
    """Upper tail probability of chi-square with `df` degrees of freedom; 1 where `df` is 0 or less."""
    if math.isnan(stat):
        return math.nan
    if df <= 0:
        return 1.0
    from scipy.special import gammaincc

    return float(gammaincc(df / 2.0, stat / 2.0))


def chi2_quantile(p: float, df: float) -> float:
    """The `p` quantile of chi-square with `df` > 0 degrees of freedom."""
    from scipy.special import gammainccinv, gammaincinv

    return 2.0 * float(gammaincinv(df / 2.0, p) if p < 0.5 else gammainccinv(df / 2.0, 1.0 - p))


def f_p(stat: float, df1: float, df2: float) -> float:
    """Upper tail probability of F with `df1` and `df2` degrees of freedom."""
    if math.isnan(stat):
        return math.nan
    if math.isinf(stat):
        return 0.0
    from scipy.special import betainc

    if stat < 1:
        return 1.0 - float(betainc(df1 / 2.0, df2 / 2.0, df1 * stat / (df2 + df1 * stat)))
    return float(betainc(df2 / 2.0, df1 / 2.0, df2 / (df2 + df1 * stat)))


# Expansion of J(m) in powers of 1/m; below m = 50 the log-gammas are exact enough, above it these terms are.
_SMALL_SAMPLE_SERIES = (1, -3 / 4, -7 / 32, -9 / 128, 59 / 2048, 483 / 8192, -2323 / 65536, -42801 / 262144)


def small_sample_factor(m: np.ndarray) -> np.ndarray:
    """Hedges' exact factor J(m) = G(m/2) / (sqrt(m/2) G((m-1)/2)); NaN where m <= 1.

    Hedges 1981, J Educ Stat 6:107, equation 6e. `m` are degrees of freedom, any shape.
    """
    from scipy.special import gammaln

    few = np.clip(m, 2.0, 50.0)
    many = np.maximum(m, 50.0)
    exact = np.exp(gammaln(few / 2) - gammaln((few - 1) / 2)) / np.sqrt(few / 2)
    # 1 < m < 2 happens only with fractional totals; the clip above would misstate it.
    exact = np.where((m > 1) & (m < 2), np.nan, exact)
    series = np.polynomial.polynomial.polyval(1.0 / many, _SMALL_SAMPLE_SERIES)
    return np.where(m > 1, np.where(m < 50.0, exact, series), np.nan)
