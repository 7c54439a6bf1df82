"""How far apart are the means of two groups: MD, SMD and its relatives, ROM, VR, CVR?"""

from __future__ import annotations

import numpy as np

from .arrays import FloatArray
from .distributions import small_sample_factor
from .measures import Columns, Computed, first_reason, register
from .options import Options

COLUMNS = ("n1i", "m1i", "sd1i", "n2i", "m2i", "sd2i")
TOO_FEW = "a group has too few participants for a variance"
NO_SPREAD = "the standard deviation is zero"


def _unpack(c: Columns) -> tuple[FloatArray, ...]:
    return tuple(c[name] for name in COLUMNS)


def _small(c: Columns, least: float) -> list[str]:
    return first_reason([((c["n1i"] < least) | (c["n2i"] < least), TOO_FEW)], len(c["n1i"]))


def pooled_sd(n1: FloatArray, s1: FloatArray, n2: FloatArray, s2: FloatArray) -> FloatArray:
    """The standard deviation within groups, n1 + n2 - 2 degrees of freedom."""
    return np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2))


@register("MD", "Mean difference", COLUMNS, "identity", kind="cont2")
def mean_difference(c: Columns, o: Options) -> Computed:
    """Difference of means; variance s1^2/n1 + s2^2/n2, or with vtype "HO" one common variance."""
    n1, m1, s1, n2, m2, s2 = _unpack(c)
    v = s1**2 / n1 + s2**2 / n2
    if o.vtype == "HO":
        v = pooled_sd(n1, s1, n2, s2) ** 2 * (1 / n1 + 1 / n2)
    return Computed(m1 - m2, v, _small(c, 1), NO_SPREAD)


def _standardised(d: FloatArray, m: FloatArray, total: FloatArray, o: Options) -> tuple[FloatArray, FloatArray]:
    """Hedges' factor J, and `d` times it; `m` degrees of freedom, `total` participants."""
    if o.correct is False:
        return np.ones_like(d), d
    j = small_sample_factor(m) if o.hedges == "exact" else 1 - 3 / (4 * total - 9)
    return j, j * d


def smd_variance(d: FloatArray, g: FloatArray, j: FloatArray, n1: FloatArray, n2: FloatArray, vtype: str) -> FloatArray:
    """Sampling variance of a standardised mean difference `g` = `j` `d`, five ways.

    LS, LS2: Hedges and Olkin 1985, chapter 5, large-sample, with g or with d shrunk by J^2; UB: Hedges 1983,
    unbiased; AV: LS with the sample-size weighted mean of g in place of each g (Hunter and Schmidt);
    RevMan: Deeks and Higgins 2010, the method description of RevMan 5.
    """
    total, m = n1 + n2, n1 + n2 - 2
    within = 1 / n1 + 1 / n2
    if vtype == "LS2":
        return j**2 * (within + d**2 / (2 * total))
    if vtype == "UB":
        return within + (1 - (m - 2) / (m * j**2)) * g**2
    if vtype == "AV":
        known = np.isfinite(g) & np.isfinite(total)
        mean = np.sum(total[known] * g[known]) / np.sum(total[known])
        return within + mean**2 / (2 * total)
    return within + g**2 / (2 * (total - 3.94 if vtype == "RevMan" else total))


@register("SMD", "Standardised mean difference (Hedges' g)", COLUMNS, "identity", kind="cont2")
def standardised_mean_difference(c: Columns, o: Options) -> Computed:
    """Mean difference over the pooled standard deviation, times J (Hedges 1981); see `smd_variance`."""
    n1, m1, s1, n2, m2, s2 = _unpack(c)
    sd = pooled_sd(n1, s1, n2, s2)
    d = (m1 - m2) / np.where(sd > 0, sd, np.nan)
    j, g = _standardised(d, n1 + n2 - 2, n1 + n2, o)
    return Computed(g, smd_variance(d, g, j, n1, n2, o.vtype), _small(c, 1), _no_smd(c))


@register("SMD1", "Standardised mean difference (Glass' delta)", COLUMNS, "identity", kind="cont2")
def glass_delta(c: Columns, o: Options) -> Computed:
    """Mean difference over group 2's standard deviation, times J(n2 - 1) (Glass 1976, Hedges 1981)."""
    n1, m1, _, n2, m2, s2 = _unpack(c)
    d = (m1 - m2) / np.where(s2 > 0, s2, np.nan)
    j, g = _standardised(d, n2 - 1, n2 + 1, o)
    return Computed(g, 1 / n1 + 1 / n2 + g**2 / (2 * n2), _small(c, 1), _no_smd(c))


@register("SMDH", "Standardised mean difference, unequal variances", COLUMNS, "identity", kind="cont2")
def heteroscedastic_smd(c: Columns, o: Options) -> Computed:
    """Mean difference over the root of the mean variance, times J (Bonett 2008, 2009, Psychol Methods)."""
    n1, m1, s1, n2, m2, s2 = _unpack(c)
    mean_variance = (s1**2 + s2**2) / 2
    mean_variance = np.where(mean_variance > 0, mean_variance, np.nan)
    j, g = _standardised((m1 - m2) / np.sqrt(mean_variance), n1 + n2 - 2, n1 + n2, o)
    of_sd = (s1**4 / (n1 - 1) + s2**4 / (n2 - 1)) / (8 * mean_variance**2)
    of_means = (s1**2 / (n1 - 1) + s2**2 / (n2 - 1)) / mean_variance
    return Computed(g, g**2 * of_sd + of_means, _small(c, 2), _no_smd(c))


def _no_smd(c: Columns) -> str:
    return NO_SPREAD if np.any((c["sd1i"] == 0) | (c["sd2i"] == 0)) else TOO_FEW


def _squared_cv(c: Columns) -> tuple[FloatArray, FloatArray]:
    """Squared relative standard errors of the two means."""
    n1, m1, s1, n2, m2, s2 = _unpack(c)
    return s1**2 / (n1 * m1**2), s2**2 / (n2 * m2**2)


@register("ROM", "Ratio of means", COLUMNS, "exp", kind="cont2")
def ratio_of_means(c: Columns, o: Options) -> Computed:
    """Log ratio of means, variance by the delta method (Hedges, Gurevitch and Curtis 1999).

    With `correct` the second-order bias is taken off (Lajeunesse 2015, Ecology 96:2056, equation 8).
    """
    a, b = _squared_cv(c)
    ratio = c["m1i"] / c["m2i"]
    y = np.log(np.where(ratio > 0, ratio, np.nan))
    if o.correct is True:
        y = y + (a - b) / 2
    return Computed(y, a + b, _small(c, 1), "the two means do not have the same sign")


@register("VR", "Variability ratio", ("n1i", "sd1i", "n2i", "sd2i"), "exp", kind="cont2")
def variability_ratio(c: Columns, o: Options) -> Computed:
    """Log ratio of standard deviations with its bias correction (Nakagawa et al. 2015, equations 8, 9)."""
    n1, s1, n2, s2 = (c[name] for name in ("n1i", "sd1i", "n2i", "sd2i"))
    y = np.log(np.where((s1 > 0) & (s2 > 0), s1 / s2, np.nan))
    bias, v = _log_sd_terms(n1, n2)
    return Computed(y if o.correct is False else y + bias, v, _small(c, 2), NO_SPREAD)


def _log_sd_terms(n1: FloatArray, n2: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Bias correction and variance of a log ratio of standard deviations."""
    h1, h2 = 1 / (2 * (n1 - 1)), 1 / (2 * (n2 - 1))
    return h1 - h2, h1 + h2


@register("CVR", "Ratio of coefficients of variation", COLUMNS, "exp", kind="cont2")
def coefficient_of_variation_ratio(c: Columns, o: Options) -> Computed:
    """Log ratio of coefficients of variation (Nakagawa et al. 2015, equations 11, 12).

    With `correct` both the standard deviations' and the means' bias is taken off (Senior, Viechtbauer and
    Nakagawa 2020, Res Synth Methods 11:553).
    """
    n1, m1, s1, n2, m2, s2 = _unpack(c)
    a, b = _squared_cv(c)
    bias, v = _log_sd_terms(n1, n2)
    ratio = (s1 / m1) / (s2 / m2)
    y = np.log(np.where(ratio > 0, ratio, np.nan))
    if o.correct is True:
        y = y + bias + (a - b) / 2
    return Computed(y, v + a + b, _small(c, 2), "a mean or a standard deviation is zero, or signs differ")
