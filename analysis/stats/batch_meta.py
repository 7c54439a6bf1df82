"""What would R's package meta, and RevMan through it, make of a case?

A `style` names conventions; here each becomes `Options`, and the results take the names of the schema.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .bias import BIAS_TESTS
from .binary import ALL_EVENTS, NO_EVENTS
from .effects import effects
from .errors import StatsError
from .options import REVMAN_5, Options
from .pool import pool
from .results import Effects, Pooled
from .subgroup import Subgroups, subgroups

Answer = dict[str, Any]

# meta's own conventions: the risk ratio's correction, and Q in Mantel-Haenszel analyses about that estimate.
_META = replace(REVMAN_5, correction_form="meta")


def _conventions(spec: Mapping[str, Any]) -> Options:
    """The options behind the style of `spec`, for the effects and for the random-effects model."""
    style = spec["style"]
    if style == "RevMan 5":
        return REVMAN_5
    if style.startswith("REML"):
        return REVMAN_5.but(
            method=spec["tau2"], test="knha" if spec["ci"] == "HK" else "z", prediction=spec["predict"], i2="tau2"
        )
    o = _META
    if style == "package meta defaults":
        return o.but(method="REML")
    if spec.get("allstudies"):
        return o.but(drop00=False)
    if spec.get("MH_exact"):
        return o.but(mh_add=0.0, mh_to="none")
    if "incr" in spec:
        return o.but(add=spec["incr"], to=spec.get("method_incr", "only0"))
    if style == "package meta":
        return o
    raise StatsError(f"The style {style!r} is not known.")


def meta_analysis(data: Mapping[str, Any], spec: Mapping[str, Any]) -> Answer:
    """The common-effect and the random-effects result of a case of kind `meta`."""
    o = _conventions(spec)
    es = effects(spec["measure"], data, preset=o)
    weighting = spec.get("weighting", "Inverse").split()[0]
    common = pool(es, weighting=weighting, method="EE", test="z")
    if es.measure in ("RR", "OR") and common.k and math.isnan(common.estimate):
        return _answer(es, common, common, weighting) | _unbounded(common)
    random = pool(es, weighting=_random_weighting(spec, weighting))
    answer = _answer(es, common, random, weighting)
    if spec.get("by"):
        answer |= _by(es, data[spec["by"]], weighting)
    return answer


def _random_weighting(spec: Mapping[str, Any], weighting: str) -> str:
    """meta carries Q about the Mantel-Haenszel estimate into the random effects for tables and DL only."""
    tables_and_dl = spec["measure"] in ("RR", "OR", "RD") and spec["style"] != "package meta defaults"
    return weighting if weighting != "MH" or tables_and_dl else "IV"


def _answer(es: Effects, common: Pooled, random: Pooled, weighting: str) -> Answer:
    one = random.k < 2
    answer: Answer = {
        "k": random.k, "k_all": len(es.study), "yi": common.effects.yi, "sei": _errors(common.effects, weighting),
        "common": _block(common), "random": _block(random) | {"df": random.df if random.k else None},
        "Q": random.Q, "Q_df": random.Q_df if random.k else None, "Q_p": None if one else random.Q_p,
        "tau2": None if one else random.tau2, "I2": None if one else random.I2,
        "H": None if one else math.sqrt(max(1.0, random.H2)),
        "weights_common": common.weights, "weights_random": random.weights,
    }  # fmt: skip
    if weighting == "Peto" and not common.k:
        answer["common"]["se"] = math.inf  # one over the square root of no information
    if random.options.prediction != "none":
        answer["prediction"] = {"lb": random.pi_lb, "ub": random.pi_ub, "df": random.pi_df}
    return answer


def _errors(es: Effects, weighting: str) -> Any:
    """Standard errors; missing for a variance of zero, infinite for an odds ratio that says nothing."""
    uninformative = [reason in (NO_EVENTS, ALL_EVENTS) for reason in es.reasons]
    infinite = np.array(uninformative) & (es.measure == "OR") & (weighting != "Peto")
    return np.where(infinite, math.inf, np.where(es.sei > 0, es.sei, math.nan))


def _unbounded(common: Pooled) -> Answer:
    """A Mantel-Haenszel ratio of zero or infinity, which meta carries on as an infinite logarithm."""
    data = common.effects.data
    sign = math.copysign(math.inf, float(np.nansum(data["ai"])) - float(np.nansum(data["ci"])))
    nan, inf = math.nan, math.inf
    ratio_se = inf if common.measure == "RR" else nan
    lower, upper = (sign, nan) if sign < 0 else (nan, sign)
    bounds = {"ci_lb": lower, "ci_ub": upper} if common.measure == "RR" else {"ci_lb": nan, "ci_ub": nan}
    undefined = {"estimate": nan, "se": inf, "ci_lb": nan, "ci_ub": nan, "stat": nan, "p": nan, "df": inf}
    return {
        "common": {"estimate": sign, "se": ratio_se, **bounds, "stat": nan, "p": nan}, "random": undefined,
        "Q": inf, "Q_p": 0.0, "tau2": inf, "I2": nan, "H": inf, "weights_random": [nan] * len(common.weights),
    }  # fmt: skip


def _block(fit: Pooled) -> Answer:
    return {name: getattr(fit, name) for name in ("estimate", "se", "ci_lb", "ci_ub", "stat", "p")}


def _by(es: Effects, by: Any, weighting: str) -> Answer:
    common = subgroups(es, by, weighting=weighting, method="EE", test="z")
    random = subgroups(es, by, weighting=weighting)
    return {
        "subgroups": [_group(level, c, r) for level, c, r in zip(common.levels, common.groups, random.groups, strict=True)],
        "Q_between_common": _between(common), "Q_between_random": _between(random),
    }  # fmt: skip


def _group(level: str, common: Pooled, random: Pooled) -> Answer:
    def four(fit: Pooled) -> list[float]:
        return [fit.estimate, fit.se, fit.ci_lb, fit.ci_ub]

    return {
        "level": level, "k": random.k, "common": four(common), "random": four(random), "Q": random.Q,
        "tau2": random.tau2 if random.k > 1 else None, "I2": random.I2 if random.k > 1 else None,
    }  # fmt: skip


def _between(s: Subgroups) -> list[float]:
    return [s.Q_between, s.Q_df, s.Q_p]


def prediction(es: Effects, spec: Mapping[str, Any]) -> Answer:
    """The prediction interval of a case of kind `predict`."""
    fit = pool(es, method=spec["method"], prediction=spec["predict"], test="knha" if spec["predict"] == "HK" else "z")
    one = fit.k < 2
    return {
        "estimate": fit.estimate, "se": fit.se, "tau2": None if one else fit.tau2, "pi": [fit.pi_lb, fit.pi_ub],
        "df": fit.pi_df,
    }  # fmt: skip


def bias_test(data: Mapping[str, Any], spec: Mapping[str, Any]) -> Answer:
    """The test of funnel plot asymmetry of a case of kind `metabias`."""
    if spec["test"] not in BIAS_TESTS:
        raise StatsError(f"The test {spec['test']!r} is not known; tests are {', '.join(BIAS_TESTS)}.")
    t = BIAS_TESTS[spec["test"]](effects(spec["measure"], data, preset=_META))
    ranked = not math.isnan(t.score)
    return {
        "stat": t.stat, "df": None if math.isinf(t.df) else t.df, "p": t.p, "bias": t.slope, "se_bias": t.se_slope,
        "intercept": t.intercept, "se_intercept": t.se_intercept, "tau2": t.tau2,
        "estimate": [t.score, t.se_score] if ranked else [t.slope, t.se_slope],
    }  # fmt: skip
