"""What is the pooled effect when studies are weighted as Mantel and Haenszel did?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from . import strata
from .arrays import BoolArray, FloatArray, IntArray, any_of
from .binary import Tables, corrections, left_out, tables
from .distributions import chi2_p
from .errors import StatsError
from .heterogeneity import NOT_COMPUTED, Heterogeneity, from_q
from .inverse_variance import LeftOut, Mean, Usable, assemble, empty, report, usable
from .linear import Model
from .measures import first_reason
from .options import Options
from .rates import NO_TIME, TWO_RATES
from .results import Effects, Pooled
from .strata import Rates, Stratified
from .tau2 import Tau2, dersimonian_laird

UNDEFINED = "the Mantel-Haenszel estimate is not defined: no study has events where they would count"
MISSING = "a number is missing"


@dataclass(frozen=True)
class Strata:
    """The strata that are pooled, corrected as asked; their places in the data; who is left out and why.

    `risk_differences` (of tables): corrected or not, as `correction_form` says. `uninformative` (of all
    studies): nobody, or everybody, has the event.
    """

    content: Tables | Rates
    risk_differences: FloatArray
    places: IntArray
    left_out: LeftOut
    uninformative: BoolArray


def pool_mantel_haenszel(es: Effects, o: Options) -> Pooled:
    """Mantel-Haenszel pooling of two-by-two tables or rates: common effect, or RevMan's random effects.

    Q is taken about the Mantel-Haenszel estimate. Under "DL" that Q gives tau2, and the random-effects mean
    has inverse-variance weights: what RevMan calls M-H random.
    """
    if es.measure not in ("OR", "RR", "RD", "IRR", "IRD"):
        raise StatsError(f"Mantel-Haenszel weights are for RR, OR, RD, IRR and IRD, not for {es.measure}.")
    if o.method not in ("EE", "DL"):
        raise StatsError(
            "Mantel-Haenszel weights go with method='EE' (common effect) or 'DL' (RevMan's random effects), "
            f"not with {o.method!r}."
        )
    s = _table_strata(es, o) if "ai" in es.data else _rate_strata(es)
    if len(s.places) == 0:
        return empty(es, o, s.left_out)
    fit = _estimate(es.measure, s, o)
    u = usable(es)
    if o.mh_q_drop00:
        u = _without(u, s.uninformative)
    q = float(np.sum((u.y - fit.estimate) ** 2 / u.v)) if len(u.y) else 0.0
    if o.method == "DL" and len(u.y) and not math.isnan(fit.estimate):
        return _random(es, o, u, q)
    common = _common(es, o, s, fit, q, len(u.y) - 1)
    if o.method == "DL":  # no study tells how far effects differ, so nothing tells where a new one may lie
        return replace(common, pi_lb=math.nan, pi_ub=math.nan)
    return common


def _random(es: Effects, o: Options, u: Usable, q: float) -> Pooled:
    model = Model.of(u.y, u.v)
    tau2 = dersimonian_laird(model, q) if model.df else Tau2(0.0, math.nan)
    return assemble(es, o, u, model.at(tau2.value), tau2, q, [])


def _common(es: Effects, o: Options, s: Strata, fit: Stratified, q: float, q_df: int) -> Pooled:
    i2, h2 = from_q(q, q_df)
    het = Heterogeneity(q, q_df, chi2_p(q, q_df), i2, h2, NOT_COMPUTED, NOT_COMPUTED)
    weights = np.zeros(len(es.study))
    total = fit.weights.sum()
    weights[s.places] = 100 * fit.weights / total if total > 0 else math.nan
    notes = [UNDEFINED] if math.isnan(fit.estimate) else []
    mean = Mean(fit.estimate, fit.se, fit.se, math.nan, math.inf)
    fixed = Tau2(0.0, math.nan)
    o = o.advised(len(s.places), fixed.value)
    pooled = report(es, o, s.left_out, len(s.places), mean, fixed, NOT_COMPUTED, het, weights, notes)
    return replace(pooled, extra=_tests(es.measure, s.content, fit.estimate, o))


def _table_strata(es: Effects, o: Options) -> Strata:
    t = tables(es.data)
    reasons = [(np.isnan(t.n1 + t.n2), MISSING), *left_out(t, es.measure, o.drop00)]
    places, out = _places(es, first_reason(reasons, len(es.study)))
    kept = t.where(places)
    corrected = kept.plus(*corrections(kept, o.mh_add, o.mh_to))
    of = corrected if o.correction_form == "cells" else kept
    differences = of.a / of.n1 - of.c / of.n2
    return Strata(corrected, differences, places, out, any_of(t.no_events, t.all_events))


def _rate_strata(es: Effects) -> Strata:
    c = es.data
    missing = np.isnan(c["x1i"] + c["t1i"] + c["x2i"] + c["t2i"])
    no_time = any_of(c["t1i"] == 0, c["t2i"] == 0)
    places, out = _places(es, first_reason([(missing, MISSING), (no_time, NO_TIME)], len(es.study)))
    kept = Rates(*(c[name][places] for name in TWO_RATES))
    return Strata(kept, np.empty(0), places, out, c["x1i"] + c["x2i"] == 0)


def _places(es: Effects, why: list[str]) -> tuple[IntArray, LeftOut]:
    places = np.array([i for i, reason in enumerate(why) if not reason], dtype=np.intp)
    out = ((es.study[i], (es.reasons[i] or reason) if reason == MISSING else reason) for i, reason in enumerate(why))
    return places, tuple((label, reason) for label, reason in out if reason)


def _without(u: Usable, uninformative: BoolArray) -> Usable:
    keep = ~uninformative[u.places]
    return replace(u, places=u.places[keep], y=u.y[keep], v=u.v[keep])


def _estimate(measure: str, s: Strata, o: Options) -> Stratified:
    content = s.content
    if isinstance(content, Rates):
        return strata.rate_ratio(content) if measure == "IRR" else strata.rate_difference(content)
    if measure == "RD":
        return strata.risk_difference(content, s.risk_differences, o.mh_variance)
    return strata.odds_ratio(content) if measure == "OR" else strata.risk_ratio(content)


def _tests(measure: str, content: Tables | Rates, estimate: float, o: Options) -> dict[str, float]:
    if isinstance(content, Rates):
        return strata.rate_tests(content, o.cmh_correct) if measure == "IRR" else {}
    return strata.table_tests(content, math.exp(estimate), o.cmh_correct) if measure == "OR" else {}
