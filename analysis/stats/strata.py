"""What do Mantel and Haenszel's weights make of tables or rates: estimates, variances, tests?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .arrays import FloatArray
from .binary import Tables, observed_minus_expected
from .distributions import chi2_p


@dataclass(frozen=True)
class Stratified:
    """A pooled estimate with its standard error on the analysis scale, and the weights of the strata."""

    estimate: float
    se: float
    weights: FloatArray


@dataclass(frozen=True)
class Rates:
    """Events `x1`, `x2` in person-time `t1`, `t2`, one pair per study."""

    x1: FloatArray
    t1: FloatArray
    x2: FloatArray
    t2: FloatArray


def _log_ratio(r: FloatArray, s: FloatArray, scaled_variance: float) -> Stratified:
    """log(sum r / sum s) weighted by s; its variance is `scaled_variance` / (sum r sum s)."""
    total_r, total_s = float(r.sum()), float(s.sum())
    if total_r == 0 or total_s == 0:
        return Stratified(math.nan, math.nan, s)
    se = math.sqrt(scaled_variance / total_r / total_s)
    return Stratified(math.log(total_r / total_s), se, s)


def odds_ratio(t: Tables) -> Stratified:
    """Log of the Mantel-Haenszel odds ratio (1959); variance of Robins, Breslow and Greenland 1986."""
    n = t.n1 + t.n2
    p, q = (t.a + t.d) / n, (t.b + t.c) / n
    r, s = (t.a / n) * t.d, (t.b / n) * t.c
    odds = float(r.sum()) / float(s.sum()) if s.any() else math.nan
    twice = (p * r).sum() / odds + (p * s + q * r).sum() + (q * s).sum() * odds if odds else math.nan
    return _log_ratio(r, s, float(twice) / 2)


def risk_ratio(t: Tables) -> Stratified:
    """Log of the Mantel-Haenszel risk ratio, with its variance (Greenland and Robins 1985, equation 13)."""
    n = t.n1 + t.n2
    # n1 n2 (a + c)/n^2 - a c/n, rearranged so that nothing is subtracted
    d = (t.a / n) * (t.n1 / n) * t.d + (t.c / n) * (t.n2 / n) * t.b
    return _log_ratio((t.a / n) * t.n2, (t.c / n) * t.n1, float(d.sum()))


def risk_difference(t: Tables, differences: FloatArray, variance: str) -> Stratified:
    """Mantel-Haenszel mean of the studies' risk differences.

    `variance` is "Sato" (Sato, Greenland and Robins 1989) or "Greenland" (Greenland and Robins 1985).
    `differences` are those of `t`, or in RevMan's way those of the tables before a correction.
    """
    n = t.n1 + t.n2
    weights = (t.n1 / n) * t.n2
    total = float(weights.sum())
    estimate = float((weights * differences).sum()) / total
    if variance == "Greenland":
        scaled = (weights**2 * (t.a / t.n1 * t.b / t.n1 / t.n1 + t.c / t.n2 * t.d / t.n2 / t.n2)).sum()
    else:
        p = t.c * (t.n1 / n) ** 2 - t.a * (t.n2 / n) ** 2 + weights * ((t.n2 - t.n1) / n) / 2
        q = ((t.a / n) * t.d + (t.c / n) * t.b) / 2
        scaled = max(0.0, estimate * p.sum() + q.sum())
    return Stratified(estimate, math.sqrt(scaled) / total, weights)


def rate_ratio(r: Rates) -> Stratified:
    """Log of the Mantel-Haenszel rate ratio (Rothman and Boice 1979); variance of Greenland and Robins 1985."""
    t = r.t1 + r.t2
    d = (r.x1 + r.x2) * (r.t1 / t) * (r.t2 / t)
    return _log_ratio(r.x1 * (r.t2 / t), r.x2 * (r.t1 / t), float(d.sum()))


def rate_difference(r: Rates) -> Stratified:
    """Mantel-Haenszel rate difference with its variance (Greenland and Robins 1985)."""
    t = r.t1 + r.t2
    weights = (r.t1 / t) * r.t2
    total = float(weights.sum())
    estimate = float((r.x1 * (r.t2 / t) - r.x2 * (r.t1 / t)).sum()) / total
    scaled = (r.x1 * (r.t2 / t) ** 2 + r.x2 * (r.t1 / t) ** 2).sum()
    return Stratified(estimate, math.sqrt(scaled) / total, weights)


def _cochran(difference: float, variance: float, correct: bool) -> dict[str, float]:
    if variance == 0:
        return {"cmh": math.nan, "cmh_p": math.nan}
    stat = (abs(difference) - (0.5 if correct else 0.0)) ** 2 / variance
    return {"cmh": stat, "cmh_p": chi2_p(stat, 1)}


def table_tests(t: Tables, odds: float, correct: bool) -> dict[str, float]:
    """Cochran-Mantel-Haenszel test of no association, Breslow-Day and Tarone tests of one odds ratio.

    Cochran 1954, Mantel and Haenszel 1959 (`correct`: the absolute difference less a half, squared, as printed
    there, also where it is below a half); Breslow and Day 1980, equation 4.30; Tarone 1985. `odds` is the
    Mantel-Haenszel odds ratio. NaN where a test is not defined: with NaN odds, and p-values with a single
    informative table.
    """
    difference, variance = observed_minus_expected(t)
    known = variance > 0
    tests = _cochran(float(difference[known].sum()), float(variance[known].sum()), correct)
    undefined = dict.fromkeys(("tarone", "tarone_p", "breslow_day", "breslow_day_p"), math.nan)
    if math.isnan(odds):
        return tests | undefined
    t = t.where(np.flatnonzero(known))
    events = t.a + t.c
    fitted = fitted_cell(t.n1, t.n2, events, odds)
    spread = cell_variances(fitted, events - fitted, t.n1 - fitted, t.n2 - events + fitted)
    if not np.all(spread > 0):
        return tests | undefined
    breslow_day = float(((t.a - fitted) ** 2 / spread).sum())
    tarone = breslow_day - float((t.a - fitted).sum()) ** 2 / float(spread.sum())
    df = len(fitted) - 1
    return tests | {
        "tarone": tarone, "tarone_p": chi2_p(tarone, df) if df else math.nan,
        "breslow_day": breslow_day, "breslow_day_p": chi2_p(breslow_day, df) if df else math.nan,
    }  # fmt: skip


def cell_variances(*cells: FloatArray) -> FloatArray:
    """One over the sum of the cells' reciprocals; 0 where a cell is 0."""
    smallest = np.min(cells, axis=0)
    safe = [np.where(smallest > 0, cell, 1.0) for cell in cells]
    with np.errstate(over="ignore"):
        variances: FloatArray = np.where(smallest > 0, 1 / sum(1 / cell for cell in safe), 0.0)
    return variances


def fitted_cell(n1: FloatArray, n2: FloatArray, events: FloatArray, odds: float) -> FloatArray:
    """The events in group 1 that give tables with these margins the odds ratio `odds`: root of a quadratic."""
    b = n2 - events + odds * (n1 + events)
    # b^2 - 4ac and the root in range, written so that nothing cancels, also for odds ratios of 0+, 1 and 1e30
    mixed = n1 * n2 + events * (n1 + n2 - events)
    root = np.sqrt((n2 - events) ** 2 + (odds * (n1 - events)) ** 2 + 2 * odds * mixed)
    below = (root - b) / 2 / (1 - odds if odds < 1 else 1.0)  # where b < 0, which asks for odds < 1
    cell: FloatArray = np.where(b >= 0, 2 * odds * n1 * events / (np.abs(b) + root), below)
    return cell


def rate_tests(r: Rates, correct: bool) -> dict[str, float]:
    """Cochran-Mantel-Haenszel test of equal rates (Rothman, Greenland and Lash 2008)."""
    t = r.t1 + r.t2
    events = r.x1 + r.x2
    difference = float((r.x1 - events * (r.t1 / t)).sum())
    return _cochran(difference, float((events * (r.t1 / t) * (r.t2 / t)).sum()), correct)
