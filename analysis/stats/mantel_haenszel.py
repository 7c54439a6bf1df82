"""What is the common effect when studies are weighted as Mantel and Haenszel did?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from .binary import Tables, corrections, left_out, tables
from .distributions import chi2_p
from .errors import StatsError
from .heterogeneity import NOT_COMPUTED, Heterogeneity, from_q
from .inverse_variance import LeftOut, Mean, Usable, assemble, empty, random_effects_mean, report, usable
from .linear import IntArray, Model
from .measures import first_reason
from .options import Options
from .results import Effects, Pooled
from .scale import FloatArray
from .tau2 import Tau2, dersimonian_laird


@dataclass(frozen=True)
class Stratified:
    """A pooled estimate with its standard error on the analysis scale, and the weights of the strata."""

    estimate: float
    se: float
    weights: FloatArray

UNDEFINED = "the Mantel-Haenszel estimate is not defined: no study has events where they would count"


def pool_mantel_haenszel(es: Effects, o: Options) -> Pooled:
    """Mantel-Haenszel pooling of two-by-two tables or rates: common effect, or RevMan's random effects.

    Q is about the Mantel-Haenszel estimate. Under "DL" that Q gives tau2, and the random-effects mean has
    inverse-variance weights, which is what RevMan calls M-H random.
    """
    if es.measure not in ("OR", "RR", "RD"):
        raise StatsError(f"Mantel-Haenszel weights are for RR, OR, RD, IRR and IRD, not {es.measure}.")
    if o.method not in ("EE", "DL"):
        raise StatsError(
            f"Mantel-Haenszel weights go with method='EE' (common effect) or 'DL' (RevMan's random effects), "
            f"not {o.method!r}."
        )
    strata = _strata(es, o)
    if len(strata.places) == 0:
        return empty(es, o, strata.left_out)
    fit = _estimate(es.measure, strata.tables, o)
    u = usable(es)
    if o.mh_q_drop00:
        u = _without_uninformative(u, tables(es.data))
    q = float(np.sum((u.y - fit.estimate) ** 2 / u.v)) if len(u.y) else 0.0
    q_df = len(u.y) - 1
    if o.method == "DL" and len(u.y):
        model = Model.of(u.y, u.v)
        tau2 = dersimonian_laird(model, q) if model.df else Tau2(0.0, math.nan)
        return assemble(es, o, u, model, tau2, random_effects_mean(model, tau2.value, o.test), q, q_df, [])
    i2, h2 = from_q(q, q_df)
    het = Heterogeneity(q, q_df, chi2_p(q, q_df), i2, h2, NOT_COMPUTED, NOT_COMPUTED)
    weights = np.zeros(len(es.study))
    weights[strata.places] = 100 * fit.weights / fit.weights.sum()
    mean = Mean(fit.estimate, fit.se, fit.se, math.nan, math.inf)
    notes = [UNDEFINED] if math.isnan(fit.estimate) else []
    no_tau2 = Tau2(0.0, math.nan)
    return report(es, o, strata.left_out, len(strata.places), mean, no_tau2, NOT_COMPUTED, het, weights, notes)


@dataclass(frozen=True)
class Strata:
    """The tables that enter the pooling, corrected; their places in the data; who is left out and why."""

    tables: Tables
    places: IntArray
    left_out: LeftOut


def _strata(es: Effects, o: Options) -> Strata:
    t = tables(es.data)
    reasons = [(np.isnan(t.n1 + t.n2), "a number is missing"), *left_out(t, es.measure, o.drop00)]
    why = first_reason(reasons, len(es.study))
    places = np.array([i for i, reason in enumerate(why) if not reason], dtype=np.intp)
    kept = t.where(places)
    out = tuple((label, reason) for label, reason in zip(es.study, why, strict=True) if reason)
    return Strata(kept.plus(*corrections(kept, o.mh_add, o.mh_to)), places, out)


def _without_uninformative(u: Usable, t: Tables) -> Usable:
    informative = ~(t.no_events | t.all_events)[u.places]
    return replace(u, places=u.places[informative], y=u.y[informative], v=u.v[informative])


def _estimate(measure: str, t: Tables, o: Options) -> Stratified:
    if measure == "OR":
        return odds_ratio(t)
    return risk_ratio(t) if measure == "RR" else risk_difference(t, o.mh_variance)


def _undefined(k: int) -> Stratified:
    return Stratified(math.nan, math.nan, np.full(k, np.nan))


def odds_ratio(t: Tables) -> Stratified:
    """Log of the Mantel-Haenszel odds ratio (1959); variance of Robins, Breslow and Greenland 1986."""
    n = t.n1 + t.n2
    p, q = (t.a + t.d) / n, (t.b + t.c) / n
    r, s = (t.a / n) * t.d, (t.b / n) * t.c
    total_r, total_s = float(r.sum()), float(s.sum())
    if total_r == 0 or total_s == 0:
        return _undefined(len(n))
    variance = 0.5 * (
        (p * r).sum() / total_r**2
        + ((p * s + q * r) / total_r).sum() / total_s
        + (q * s).sum() / total_s**2
    )  # fmt: skip
    return Stratified(math.log(total_r / total_s), math.sqrt(variance), s)


def risk_ratio(t: Tables) -> Stratified:
    """Log of the Mantel-Haenszel risk ratio, with its variance (Greenland and Robins 1985, equation 13)."""
    n = t.n1 + t.n2
    r, s = (t.a / n) * t.n2, (t.c / n) * t.n1
    total_r, total_s = float(r.sum()), float(s.sum())
    if total_r == 0 or total_s == 0:
        return _undefined(len(n))
    d = (t.n1 / n) * (t.n2 / n) * (t.a + t.c) - (t.a / n) * t.c
    variance = max(0.0, float(d.sum())) / total_r / total_s
    return Stratified(math.log(total_r / total_s), math.sqrt(variance), s)


def risk_difference(t: Tables, variance: str) -> Stratified:
    """Mantel-Haenszel risk difference; `variance` of Sato, Greenland and Robins 1989, or Greenland and Robins 1985."""
    n = t.n1 + t.n2
    weights = (t.n1 / n) * t.n2
    total = float(weights.sum())
    estimate = float(((t.a / n) * t.n2 - (t.c / n) * t.n1).sum()) / total
    if variance == "Greenland":
        of_strata = ((t.a * t.b / t.n1) * t.n2 * (t.n2 / n) + (t.c * t.d / t.n2) * t.n1 * (t.n1 / n)) / n
        return Stratified(estimate, math.sqrt(of_strata.sum()) / total, weights)
    p = t.c * (t.n1 / n) ** 2 - t.a * (t.n2 / n) ** 2 + t.n1 * (t.n2 / n) * ((t.n2 - t.n1) / n) / 2
    q = (t.a * (t.d / n) + t.c * (t.b / n)) / 2
    return Stratified(estimate, math.sqrt(max(0.0, estimate * p.sum() + q.sum())) / total, weights)

