"""What does a file of data, effects and cases come to? The JSON schema `meta-reference/1`, run case by case.

A document holds `data` (columns), `effects` (name: measure and options) and `cases` (id, kind, spec, and the
name of the effects it works on). Any `result` in it is ignored. Conventions are metafor's unless a case says
otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from inspect import signature
from typing import Any

from . import batch_meta, conversions
from .bias import asymmetry, rank_test, sizes_in
from .distributions import chi2_p
from .effects import effects
from .errors import StatsError
from .failsafe import fail_safe_n
from .formula import is_missing, show_level, sorted_levels
from .heterogeneity import from_q
from .influence import influence
from .pool import pool
from .regression import regress
from .results import Effects, Pooled, plain
from .sensitivity import PooledSeries, cumulate, leave_one_out
from .subgroup import subgroups
from .trimfill import trim_and_fill

Answer = dict[str, Any]


class Fields(dict[str, Any]):
    """A JSON object; what it lacks is told in a sentence that starts with `what` it is."""

    def __init__(self, what: str, content: Any) -> None:
        if not isinstance(content, Mapping):
            raise StatsError(f"{what} must be a JSON object.")
        super().__init__(content)
        self.what = what

    def __missing__(self, name: str) -> Any:
        raise StatsError(f"{self.what} has no {name!r}.")


class Document:
    """One file: its data, and its effects, computed when a case first asks for them."""

    def __init__(self, content: Any) -> None:
        whole = Fields("The file", content)
        self.data = Fields("The data", whole.get("data", {}))
        self.blocks = Fields("The list of effects", whole.get("effects", {}))
        self.cases = [_read_case(case) for case in whole.get("cases", [])]
        self._effects: dict[str, Effects] = {}

    def effects(self, name: str) -> Effects:
        """The effects of block `name`."""
        if name not in self._effects:
            block = Fields(f"The effects {name}", self.blocks[name])
            es = effects(block["measure"], self.data, preset="metafor", **block.get("options", {}))
            self._effects[name] = replace(es, scale=block["scale"]) if es.measure == "GEN" and "scale" in block else es
        return self._effects[name]


def _read_case(content: Any) -> Fields:
    case = Fields("A case", content)
    case.what = f"The case {case['id']}"
    case["spec"] = Fields(f"The spec of {case['id']}", case["spec"])
    return case


def run_document(content: Any) -> dict[str, Any]:
    """Effects and cases of `content`, JSON-ready; a case that cannot be done is {"error": sentence}.

    Raises StatsError if `content` is not of the schema's shape.
    """
    document = Document(content)
    return {
        "effects": {name: _guarded(_effects, document, name) for name in document.blocks},
        "cases": {case["id"]: _guarded(_case, document, case) for case in document.cases},
    }


def _guarded(answer: Callable[[Document, Any], Answer], document: Document, what: Any) -> Any:
    try:
        return plain(answer(document, what))
    except StatsError as e:
        return {"error": str(e)}


def _effects(document: Document, name: str) -> Answer:
    es = document.effects(name)
    return {"yi": es.yi, "vi": es.vi, "ci_lb": es.ci_lb, "ci_ub": es.ci_ub}


def _case(document: Document, case: Fields) -> Answer:
    kind = case["kind"]
    if kind not in KINDS:
        raise StatsError(f"Cases of kind {kind!r} are not known; kinds are {', '.join(KINDS)}.")
    return KINDS[kind](document, case)


def _pool(document: Document, case: Fields) -> Answer:
    spec = case["spec"]
    es = document.effects(case["effects"])
    chosen = {"method": spec["method"], "test": spec["test"], "level": spec.get("level", 95)}
    fit = pool(es, prediction="metafor", **chosen)
    riley = pool(es, prediction="Riley", **chosen)
    back = fit.back if _predicts(fit) else fit.back[:3]
    answer = {**pooled_answer(fit), "pi_default": _pair(fit), "pi_riley": _pair(riley), "back": back}
    return answer | {"weights": [w for w in fit.weights.tolist() if w != 0]}


def _predicts(fit: Pooled) -> bool:
    return not math.isnan(fit.pi_lb)


def _pair(fit: Pooled) -> tuple[float, float]:
    return fit.pi_lb, fit.pi_ub


def pooled_answer(fit: Pooled) -> Answer:
    """The fields of a pooled result under the schema's names."""
    names = ("k", "estimate", "se", "stat", "p", "ci_lb", "ci_ub", "tau2", "se_tau2", "I2", "H2", "Q", "Q_df", "Q_p")
    answer = {name: getattr(fit, name) for name in names}
    answer |= {"df": None if fit.df == float("inf") else fit.df, "weights": fit.weights, **fit.fit}
    return answer | {"tau2_ci": fit.tau2_ci, "I2_ci": fit.I2_ci, "H2_ci": fit.H2_ci}


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def _second(value: Any, default: Any) -> Any:
    return value[1] if isinstance(value, list) else default


def _mantel_haenszel(document: Document, case: Fields) -> Answer:
    """`add`, `to` and `drop00` are for the effects behind Q first, for the pooling second."""
    spec = case["spec"]
    options = spec.get("options", {})
    add, to, drop00 = options.get("add", 0.5), options.get("to", "only0"), options.get("drop00", True)
    es = effects(
        spec["measure"], document.data, preset="metafor", add=_first(add), to=_first(to),
        drop00=_second(drop00, False),
    )  # fmt: skip
    fit = pool(
        es, weighting="MH", method="EE", mh_add=_second(add, 0.0), mh_to=_second(to, "none"),
        mh_q_drop00=_first(drop00), cmh_correct=options.get("correct", True),
    )  # fmt: skip
    present = _present(es)
    answer = pooled_answer(fit) | {"k": len(present), "weights": fit.weights[present]}
    return {**answer, "back": fit.back[:3], **fit.extra}


def _present(es: Effects) -> list[int]:
    """The rows without a missing number: metafor counts them, whether or not they have anything to say."""
    return [i for i in range(len(es.study)) if not any(math.isnan(column[i]) for column in es.data.values())]


def _peto(document: Document, case: Fields) -> Answer:
    """`k` counts the studies that have nothing to say, too; with `drop00` false so does the test of Q."""
    es = effects("PETO", document.data, preset="metafor")
    fit = pool(es, weighting="Peto", method="EE")
    present = _present(es)
    k = len(present)
    answer = pooled_answer(fit) | {"k": k, "weights": fit.weights[present], "back": fit.back[:3]}
    if not _first(case["spec"].get("options", {}).get("drop00", True)):
        i2, h2 = from_q(fit.Q, k - 1)
        answer |= {"Q_df": k - 1, "Q_p": chi2_p(fit.Q, k - 1), "I2": i2, "H2": h2}
    return answer


def _subgroup(document: Document, case: Fields) -> Answer:
    spec = case["spec"]
    es = document.effects(case["effects"])
    common = spec["tau2"] == "common"
    s = subgroups(es, document.data[spec["by"]], spec["tau2"], spec["by"], method=spec["method"], test=spec["test"])
    order = list(s.levels)
    if common:
        raw = {show_level(v): v for v in document.data[spec["by"]] if not is_missing(v)}
        order = [show_level(v) for v in sorted_levels([raw[level] for level in s.levels])]
    groups = dict(zip(s.levels, s.groups, strict=True))
    answer: Answer = {
        "levels": [{"level": level, **pooled_answer(groups[level])} for level in order],
        "Q_between": s.Q_between, "Q_between_df": s.Q_df, "Q_between_p": s.Q_p,
        "Q_between_df2": None if math.isinf(s.Q_df2) else s.Q_df2,
    }  # fmt: skip
    if s.regression:
        answer |= {"tau2": s.regression.tau2, "Q_resid": s.regression.QE, "Q_resid_p": s.regression.QE_p}
    return answer


def _regression(document: Document, case: Fields) -> Answer:
    spec = case["spec"]
    es = document.effects(case["effects"])
    r = regress(es, spec["formula"], document.data, method=spec["method"], test=spec["test"])
    names = (
        "k", "names", "estimate", "se", "stat", "p", "ci_lb", "ci_ub", "vcov", "QM", "QM_df", "QM_p", "QE", "QE_df",
        "QE_p", "tau2", "se_tau2", "I2", "H2", "R2", "tau2_null",
    )  # fmt: skip
    answer = {name: getattr(r, name) for name in names}
    answer |= {"df": _finite(r.df), "QM_df2": _finite(r.QM_df2), "p_coef": len(r.names)}
    return answer | {"rows_used": [i + 1 for i in r.places], "X": r.x.T}


def _meta(document: Document, case: Fields) -> Answer:
    return batch_meta.meta_analysis(document.data, case["spec"])


def _bias_test(document: Document, case: Fields) -> Answer:
    return batch_meta.bias_test(document.data, case["spec"])


def _predict(document: Document, case: Fields) -> Answer:
    return batch_meta.prediction(document.effects(case["effects"]), case["spec"])


def _leave_one_out(document: Document, case: Fields) -> Answer:
    es, spec = document.effects(case["effects"]), case["spec"]
    return _series(leave_one_out(es, method=spec["method"], test=spec["test"]))


def _cumulate(document: Document, case: Fields) -> Answer:
    es, spec = document.effects(case["effects"]), case["spec"]
    s = cumulate(es, document.data[spec["order_by"]], method=spec["method"], test=spec["test"])
    return _series(s) | {"order": [i + 1 for i in s.order.tolist()]}


def _series(s: PooledSeries) -> Answer:
    names = ("estimate", "se", "stat", "p", "ci_lb", "ci_ub", "Q", "Q_p", "tau2", "I2", "H2")
    return {name: getattr(s, name) for name in names}


def _influence(document: Document, case: Fields) -> Answer:
    es, spec = document.effects(case["effects"]), case["spec"]
    f = influence(es, spec.get("mods") or "~ 1", document.data, method=spec["method"], test=spec["test"])
    names = ("rstandard", "resid", "rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "QE_del", "hat", "weight")
    used = [i for i, h in enumerate(f.hat) if not math.isnan(h)]
    rows = [f.dfbetas[used, j] for j in range(f.dfbetas.shape[1])] + [[i + 1 for i in used]]
    if len(used) == 9:
        rows.append([4] * 9)  # the schema lists whatever R's object holds k of: here its nine print settings
    flags = [None if math.isnan(f.rstudent[i]) else f.is_influential[i] for i in used]
    return {name: getattr(f, name) for name in names} | {"dfbetas": rows, "is_influential": flags}


def _regression_test(document: Document, case: Fields) -> Answer:
    spec = case["spec"]
    es = document.effects(case["effects"])
    sizes = sizes_in(document.data, es.study)
    t = asymmetry(es, spec["predictor"], spec["model"], spec.get("method") or "REML", sizes)
    return {
        "stat": t.stat, "df": _finite(t.df), "p": t.p, "limit_estimate": t.limit, "limit_ci": t.limit_ci,
        "intercept": [t.intercept, t.se_intercept], "slope": [t.slope, t.se_slope], "tau2": t.tau2,
    }  # fmt: skip


def _rank_test(document: Document, case: Fields) -> Answer:
    t = rank_test(document.effects(case["effects"]))
    return {"tau": t.tau, "p": t.p}


def _trim_and_fill(document: Document, case: Fields) -> Answer:
    es, spec = document.effects(case["effects"]), case["spec"]
    t = trim_and_fill(es, spec["estimator"], spec.get("side", "auto"), method=spec["method"])
    answer = pooled_answer(t.pooled)
    return answer | {
        "k0": t.k0, "se_k0": t.se_k0, "p_k0": t.p_k0, "side": t.side, "filled_yi": t.filled_yi, "filled_vi": t.filled_vi,
    }  # fmt: skip


def _fail_safe(document: Document, case: Fields) -> Answer:
    f = fail_safe_n(document.effects(case["effects"]), case["spec"]["type"])
    return {"fsnum": f.n, "p": f.p, "meanes": f.mean, "target": f.target}


def _conversion(document: Document, case: Fields) -> Answer:
    spec = case["spec"]
    given = {_CONVERSION_NAMES.get(name, name): value for name, value in Fields("The input", spec["input"]).items()}
    if spec["fn"] not in CONVERSIONS:
        raise StatsError(f"There is no conversion {spec['fn']!r}; conversions are {', '.join(CONVERSIONS)}.")
    try:
        signature(CONVERSIONS[spec["fn"]]).bind(**given)
    except TypeError as e:
        raise StatsError(f"{spec['fn']}: {e}.") from None
    answer = CONVERSIONS[spec["fn"]](**given)
    return {"sd": answer} if isinstance(answer, float) else asdict(answer)


_CONVERSION_NAMES = {"min": "minimum", "max": "maximum", "or": "odds_ratio"}
CONVERSIONS: dict[str, Callable[..., Any]] = {
    f.__name__: f
    for f in (
        conversions.fivenum_to_mean_sd, conversions.ci_to_se, conversions.ratio_ci_to_log_se, conversions.p_to_se,
        conversions.d_to_g, conversions.t_to_smd, conversions.combine_arms, conversions.or_margins_to_2x2,
        conversions.se_to_sd, conversions.mean_ci_to_sd,
    )
}  # fmt: skip


def _finite(df: float) -> float | None:
    return None if math.isinf(df) else df


KINDS: dict[str, Callable[[Document, Fields], Answer]] = {
    "pool": _pool, "mh": _mantel_haenszel, "peto": _peto, "subgroup": _subgroup, "metareg": _regression,
    "meta": _meta, "predict": _predict, "leave1out": _leave_one_out, "cumul": _cumulate, "influence": _influence,
    "regtest": _regression_test, "ranktest": _rank_test, "metabias": _bias_test,
    "trimfill": _trim_and_fill, "fsn": _fail_safe, "conversion": _conversion,
}  # fmt: skip
