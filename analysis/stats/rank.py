"""Do two rankings agree? Kendall's rank correlation, exact or by its normal approximation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .arrays import FloatArray
from .distributions import normal_p


@dataclass(frozen=True)
class Kendall:
    """Kendall's `tau` (tau-b with ties), its two-sided `p`, the score `s` with its standard error, and how p was found."""

    tau: float
    p: float
    s: float
    se: float
    exact: bool
    ties: bool


EXACT_UP_TO = 250


def kendall(x: FloatArray, y: FloatArray, exact: bool = True) -> Kendall:
    """Kendall's rank correlation of `x` and `y` (each n).

    p is exact for up to `EXACT_UP_TO` pairs without ties if `exact` (Kendall 1938), else from the normal
    distribution with the variance corrected for ties (Kendall 1970, equation 4.4), without a continuity
    correction. Values that differ by rounding alone are ties. With fewer than two distinct values on a side tau and p are NaN.
    """
    n = len(x)
    x, y = _ranked(x), _ranked(y)
    s = float((np.sign(x[:, None] - x[None, :]) * np.sign(y[:, None] - y[None, :])).sum() / 2)
    tied_x, tied_y = _ties(x), _ties(y)
    pairs = n * (n - 1) / 2
    untied_x, untied_y = pairs - _sum(tied_x, 2) / 2, pairs - _sum(tied_y, 2) / 2
    if untied_x == 0 or untied_y == 0:
        return Kendall(math.nan, math.nan, s, math.nan, False, True)
    tau = s / math.sqrt(untied_x * untied_y)
    se = math.sqrt(_variance(n, tied_x, tied_y))
    ties = len(tied_x) + len(tied_y) > 0
    if exact and n <= EXACT_UP_TO and not ties:
        return Kendall(tau, _exact_p(n, round((pairs + s) / 2)), s, se, True, False)
    return Kendall(tau, normal_p(s / se), s, se, False, ties)


def _ranked(x: FloatArray) -> FloatArray:
    """The places of the values among the distinct ones; a relative difference of 1e-12 or less is none."""
    order = np.argsort(x)
    ascending = x[order]
    steps = np.diff(ascending) > 1e-12 * np.abs(ascending[1:])
    places = np.empty(len(x))
    places[order] = np.concatenate([[0], np.cumsum(steps)])[: len(x)]
    return places


def _ties(x: FloatArray) -> FloatArray:
    """Sizes of the groups of equal values."""
    counts = np.unique(x, return_counts=True)[1].astype(float)
    return counts[counts > 1]


def _sum(t: FloatArray, terms: int) -> float:
    """Sum of t(t-1) (`terms` 2) or t(t-1)(t-2) (`terms` 3)."""
    return float((t * (t - 1) * (t - 2 if terms == 3 else 1)).sum())


def _variance(n: int, tied_x: FloatArray, tied_y: FloatArray) -> float:
    """Variance of the score under no association, with ties on both sides."""

    def spread(t: FloatArray) -> float:
        return float((t * (t - 1) * (2 * t + 5)).sum())

    v = (n * (n - 1) * (2 * n + 5) - spread(tied_x) - spread(tied_y)) / 18
    v += _sum(tied_x, 2) * _sum(tied_y, 2) / (2 * n * (n - 1))
    if n > 2:
        v += _sum(tied_x, 3) * _sum(tied_y, 3) / (9 * n * (n - 1) * (n - 2))
    return v


def _exact_p(n: int, concordant: int) -> float:
    """Two-sided p of `concordant` pairs among n: twice the smaller tail of the inversions' distribution."""
    tail = min(concordant, n * (n - 1) // 2 - concordant)
    share = np.ones(1)
    for i in range(2, n + 1):
        share = np.convolve(share, np.full(i, 1.0 / i))[: tail + 1]
    return min(1.0, 2.0 * float(share.sum()))
