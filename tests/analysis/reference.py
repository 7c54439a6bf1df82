"""Which of the reference's cases can a page express, as which plan, and what do both sides call the same number?

    python -m tests.analysis.reference FOLDER

counts the cases of a folder such as ../shared/reference/meta: what can be planned, and why the others cannot.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.measures import Answers, catalogue

Plain = Mapping[str, Any]
Pairs = dict[str, tuple[Any, Any]]  # name: what the app says, what analysis.stats says

# What a page reads of a data set of this type. The reference gives variances where a sheet has standard errors.
KINDS = {
    "bin2": catalogue.EVENTS,
    "cont2": catalogue.MEANS,
    "rate2": catalogue.RATES,
    "prop": catalogue.EVENTS_OF_ONE,
    "rate1": catalogue.RATES_OF_ONE,
    "cor": catalogue.CORRELATIONS,
    "gen": catalogue.EFFECTS,
}

# What a plan is to offer for it, and by which weights: said here again, so that no case is taken for inexpressible because a measure went.
OFFERED = {
    "bin2": ("RR", "OR", "RD"),
    "cont2": ("SMD", "MD", "ROM"),
    "rate2": ("IRR", "IRD"),
    "prop": ("PLO", "PFT", "PAS", "PLN", "PR"),
    "rate1": ("IRLN", "IRS", "IR"),
    "cor": ("ZCOR", "COR"),
    "gen": ("GEN",),
}
WEIGHTED = {"MH": ("RR", "OR", "RD"), "Peto": ("OR",)}

POOLED = ("estimate", "se", "p", "ci_lb", "ci_ub", "tau2", "I2", "Q")
BLOCK = ("estimate", "se", "ci_lb", "ci_ub", "p")
SERIES = ("estimate", "p", "ci_lb", "ci_ub", "tau2", "I2")
FILLED = ("k", "estimate", "p", "ci_lb", "ci_ub", "tau2", "I2")
FIT = ("k", "estimate", "se", "p", "ci_lb", "ci_ub", "tau2", "I2", "R2", "QM", "QM_p", "QE", "QE_p")


class Inexpressible(Exception):
    """Why no page can ask for a case."""


@dataclass(frozen=True)
class Asked:
    """A case, or half of one, as it can be planned. by: the columns that are characteristics of `investigations`."""

    case: Plain
    options: dict[str, str]
    pairs: Callable[[Plain, Plain], Pairs]
    investigations: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # those of them that are asked as words, though they may be numbers
    beside: bool = False  # whether what stands beside the pooled effect is compared


@dataclass(frozen=True)
class Reference:
    """One file: its data, by the rows that are whole, and its cases."""

    name: str
    content: Plain
    answers: Answers | None
    rows: list[int] = field(default_factory=list)

    @property
    def data(self) -> Plain:
        return self.content["data"]

    @property
    def kind(self) -> str:
        """Of the outcome; "" for data that no outcome has."""
        return self.answers.kind if self.answers else ""

    @property
    def measures(self) -> tuple[str, ...]:
        return OFFERED.get(self.content["dataset"]["type"], ())

    def numbers(self, row: int) -> list[Any]:
        assert self.answers is not None
        return [self.data["vi" if column == "sei" else column][row] for column in self.answers.columns]

    def study(self, row: int) -> dict[str, Any]:
        """A study's answers, as its sheet would have them: {arms: [{...}, {...}]}, {whole: {...}} or {contrast: {...}}."""
        assert self.answers is not None
        numbers, names = self.numbers(row), self.answers.values
        if self.answers.groups:
            starts = range(0, len(numbers), len(names))
            return {"arms": [dict(zip(names, numbers[at : at + len(names)], strict=True)) for at in starts]}
        if self.kind == "correlation":
            return {"whole": dict(zip(("r", "n"), numbers, strict=True))}
        se = float(f"{math.sqrt(numbers[1]):.14g}")  # a sheet takes 15 digits, the zero before the point among them
        return {"contrast": {"effect": numbers[0], "se": se}}

    def label(self, row: int) -> str:
        year = self.data.get("year", self.data.get("pubyear", [None] * (row + 1)))[row]
        digits = re.match(r"\d+", str(year))  # one has 1994a
        return f"Study {row + 1}" if digits is None else f"Study {row + 1}, {full_year(int(digits[0]))}"

    def frozen(self, asked: Asked) -> dict[str, Any]:
        """The data as a run would freeze them for this plan; studies with missing numbers are not there."""
        return {"kind": self.kind, "studies": [self._frozen(row, asked) for row in self.rows]}

    def _frozen(self, row: int, asked: Asked) -> dict[str, Any]:
        given = self.study(row)
        values = given.get("arms", [{}, {}])
        roles = enumerate(zip(("experimental", "control"), values, strict=False))
        arms = [{"arm": n, "name": role, "role": role, "values": of} for n, (role, of) in roles]
        study = {"study": row, "label": self.label(row), "arms": arms, "bias": {}}
        if "contrast" in given:
            study["contrasts"] = [{"first": 0, "second": 1, "values": given["contrast"]}]
        for by in asked.by:
            if (answer := self.data[by][row]) is not None:
                study.setdefault("by", {})[f"study/{by}"] = shown(answer) if by in asked.words else answer
        return study | ({"whole": given["whole"]} if "whole" in given else {})


def full_year(year: int) -> int:
    return year + 1900 if year < 100 else year


def shown(value: object) -> str:
    from analysis.stats.formula import show_level

    return show_level(value)


def references(folder: Path) -> Iterator[Reference]:
    for path in sorted(folder.glob("*.json")):
        content = json.loads(path.read_text())
        found = Reference(path.stem, content, KINDS.get(content["dataset"]["type"]))
        if found.answers:
            found.rows.extend(row for row in range(content["k"]) if None not in found.numbers(row))
        yield found


def asked(reference: Reference, case: Plain) -> list[Asked]:
    """The plans by which a page asks for a case. Raises Inexpressible."""
    if not reference.kind:
        raise Inexpressible(f"outcomes of the type {reference.content['dataset']['type']} are not pooled here")
    if case["kind"] not in WAYS:
        raise Inexpressible(f"no page shows {case['kind']}")
    return WAYS[case["kind"]](reference, case)


# --- plans ---------------------------------------------------------------------------------------------------------


def plan(measure: str, preset: str, method: str, test: str = "z", **more: str) -> dict[str, str]:
    """An analysis with inverse variance weights, by this estimator and test."""
    chosen = {"measure": measure, "method": "IV", "preset": preset, "arms": "combined", "tests_from": "3"}
    if method == "EE":
        if test != "z":
            raise Inexpressible("one common effect has Wald intervals")
        return {**chosen, "model": "fixed"}
    return {**chosen, "model": "random", "estimator": method, "interval": test, **more}


def effects_of(reference: Reference, case: Plain) -> tuple[str, str]:
    """The measure of a case's effects, and the conventions under which they are computed as the case has them."""
    block = reference.content["effects"][case["effects"]]
    measure, options = block["measure"], block.get("options", {})
    if measure not in reference.measures:
        raise Inexpressible(f"the measure {measure} is not offered")
    if not options or (measure == "ROM" and options == {"correct": True}):
        return measure, "metafor"
    if (measure == "ROM" and options == {"correct": False}) or (
        measure in ("RR", "OR") and options == {"drop00": True}
    ):
        return measure, "RevMan 2025"
    raise Inexpressible(f"effects with {options} are not offered")


def at_level(spec: Plain) -> dict[str, str]:
    """What a plan says of the level of its intervals."""
    level = f"{spec.get('level', 95):g}"
    if level not in ("90", "95", "99"):
        raise Inexpressible(f"intervals of {level}% are not offered")
    return {} if level == "95" else {"level": level}


def few(reference: Reference) -> None:
    if len(reference.rows) < 3:
        raise Inexpressible("it is shown from three studies on")


def pool(reference: Reference, case: Plain) -> list[Asked]:
    spec = case["spec"]
    measure, preset = effects_of(reference, case)
    options = plan(measure, preset, spec["method"], spec["test"]) | at_level(spec)

    def pairs(result: Plain, answer: Plain) -> Pairs:
        found = same(result["pooled"], answer, ("k", *POOLED))
        predicted = (result["pooled"]["pi_lb"], result["pooled"]["pi_ub"])
        return found | (both("pi", predicted, answer["pi_default"]) if preset == "metafor" else {})

    return [Asked(case, options, pairs)]


def mantel_haenszel(reference: Reference, case: Plain) -> list[Asked]:
    return [_weighted(case, reference, "MH", case["spec"]["measure"])]


def peto(reference: Reference, case: Plain) -> list[Asked]:
    return [_weighted(case, reference, "Peto", "OR")]


def _weighted(case: Plain, reference: Reference, method: str, measure: str) -> Asked:
    if case["spec"]["options"]:
        raise Inexpressible(f"corrections inside {case['spec']['weighting']} pooling go with the conventions")
    if measure not in reference.measures or measure not in WEIGHTED[method]:
        raise Inexpressible("Mantel-Haenszel weights are for events of a total")
    options = {**plan(measure, "metafor", "EE"), "method": method}
    return Asked(case, options, lambda result, answer: same(result["pooled"], answer, POOLED))


def meta(reference: Reference, case: Plain) -> list[Asked]:
    """RevMan's results by R's package meta: one common effect, and random effects."""
    spec = case["spec"]
    revman_5 = spec["style"] == "RevMan 5"
    if not revman_5 and not spec["style"].startswith("REML"):
        raise Inexpressible("conventions of R's package meta are not offered")
    if spec["measure"] not in reference.measures:
        raise Inexpressible(f"the measure {spec['measure']} is not offered")
    preset = "RevMan 5" if revman_5 else "RevMan 2025"
    method = {"Inverse": "IV", "MH": "MH", "Peto": "Peto"}[spec.get("weighting", "Inverse")]
    by = spec.get("by") or ""
    more = {"by": (by,), "investigations": (f"subgroup:study/{by}",)} if by else {}
    common = {**plan(spec["measure"], preset, "EE"), "method": method}
    found = [Asked(case, common, lambda result, answer: _half(result, answer, "common", by), **more)]
    if method == "Peto":  # which assumes one common effect
        return found
    random = {**common, "model": "random"}
    if not revman_5:
        random |= {"estimator": spec["tau2"], "interval": "knha" if spec["ci"] == "HK" else "z", "prediction": "V"}
    return [*found, Asked(case, random, lambda result, answer: _half(result, answer, "random", by), **more)]


def _half(result: Plain, answer: Plain, half: str, by: str) -> Pairs:
    if answer[half]["estimate"] in (None, "Infinity", "-Infinity"):  # as meta writes what is not defined
        return both("estimate", result["estimate"], None)
    pooled = result["pooled"]
    found = same(pooled, answer[half], BLOCK)
    if half == "random":
        found |= {name: each for name, each in same(pooled, answer, ("tau2", "I2", "Q")).items() if each[1] is not None}
        if "prediction" in answer:
            predicted = answer["prediction"]
            found |= both("pi", (pooled["pi_lb"], pooled["pi_ub"]), (predicted["lb"], predicted["ub"]))
    if by:
        groups = grouped(result)
        for each in answer["subgroups"]:
            ours = [groups[each["level"]][name] for name in ("estimate", "se", "ci_lb", "ci_ub")]
            found |= both(each["level"], ours, each[half])
        ours = [result["investigations"][0]["found"][name] for name in ("Q_between", "Q_df", "Q_p")]
        found |= both("between", ours, answer[f"Q_between_{half}"])
    return found


def subgroup(reference: Reference, case: Plain) -> list[Asked]:
    spec = case["spec"]
    kind = "subgroup" if spec["tau2"] == "separate" else "common"
    measure, preset = effects_of(reference, case)
    options = plan(measure, preset, spec["method"], spec["test"])

    def pairs(result: Plain, answer: Plain) -> Pairs:
        groups, found = grouped(result), result["investigations"][0]["found"]
        told = both("between", found["Q_between"], answer["Q_between"])
        told |= both("between p", found["Q_p"], answer["Q_between_p"])
        for each in answer["levels"]:
            level = str(each["level"])
            told |= {f"{level} {name}": pair for name, pair in same(groups[level], each, ("k", *POOLED)).items()}
        return told

    return [Asked(case, options, pairs, (f"{kind}:study/{spec['by']}",), (spec["by"],))]


def grouped(result: Plain) -> dict[str, Plain]:
    found = result["investigations"][0]["found"]
    return dict(zip(found["levels"], found["groups"], strict=True))


def regression(reference: Reference, case: Plain) -> list[Asked]:
    from analysis.stats.formula import sorted_levels

    spec = case["spec"]
    terms = [re.fullmatch(r"(factor\()?(\w+)\)?", term) for term in spec["formula"].removeprefix("~").split("+")]
    if None in terms:
        raise Inexpressible("characteristics of a regression are not multiplied")
    by, words = tuple(term[2] for term in terms), tuple(term[2] for term in terms if term[1])
    for name in words:
        known = [value for row in reference.rows if (value := reference.data[name][row]) is not None]
        if [shown(each) for each in sorted_levels(known)] != sorted({shown(each) for each in known}):
            raise Inexpressible("groups that are numbers are sorted as words")
    measure, preset = effects_of(reference, case)
    options = plan(measure, preset, spec["method"], spec["test"])

    def pairs(result: Plain, answer: Plain) -> Pairs:
        (found,) = result["investigations"]
        return same(found["found"]["fit"], answer, FIT)

    planned = "+".join(f"study/{name}" for name in by)
    return [Asked(case, options, pairs, (f"moderator:{planned}",), by, words)]


def prediction(reference: Reference, case: Plain) -> list[Asked]:
    spec = case["spec"]
    if spec["predict"] not in ("V", "HTS", "HK"):
        raise Inexpressible("a normal prediction interval is not offered")
    measure, preset = effects_of(reference, case)
    test = "knha" if spec["predict"] == "HK" else "z"
    options = plan(measure, preset, spec["method"], test, prediction=spec["predict"])

    def pairs(result: Plain, answer: Plain) -> Pairs:
        pooled = result["pooled"]
        return same(pooled, answer, ("estimate", "se")) | both("pi", (pooled["pi_lb"], pooled["pi_ub"]), answer["pi"])

    return [Asked(case, options, pairs)]


# --- beside the pooled effect --------------------------------------------------------------------------------------


def leave_one_out(reference: Reference, case: Plain) -> list[Asked]:
    rows = reference.rows
    return [_series(reference, case, "leave_one_out", lambda _answer: rows)]


def cumulate(reference: Reference, case: Plain) -> list[Asked]:
    def places(answer: Plain) -> list[int]:
        return [place for place, row in enumerate(answer["order"]) if row - 1 in reference.rows]

    return [_series(reference, case, "cumulative", places)]


def _series(reference: Reference, case: Plain, name: str, places: Callable[[Plain], list[int]]) -> Asked:
    few(reference)
    measure, preset = effects_of(reference, case)
    options = plan(measure, preset, case["spec"]["method"], case["spec"]["test"])

    def pairs(result: Plain, answer: Plain) -> Pairs:
        series, at = result["beyond"][name], places(answer)
        return {key: (series[key], [answer[key][place] for place in at]) for key in SERIES}

    return Asked(case, options, pairs, beside=True)


INFLUENCE = ("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "QE_del", "hat", "weight")


def influence(reference: Reference, case: Plain) -> list[Asked]:
    spec = case["spec"]
    if spec["mods"]:
        raise Inexpressible("influence is told of the pooled effect, not of regressions")
    few(reference)
    measure, preset = effects_of(reference, case)

    def pairs(result: Plain, answer: Plain) -> Pairs:
        found = result["beyond"]["influence"]
        told = {name: (found[name], [answer[name][row] for row in reference.rows]) for name in INFLUENCE}
        flags = [flag for flag, hat in zip(found["is_influential"], found["hat"], strict=True) if hat is not None]
        return told | both("is_influential", flags, [bool(flag) for flag in answer["is_influential"]])

    return [Asked(case, plan(measure, preset, spec["method"], spec["test"]), pairs, beside=True)]


def trim_and_fill(reference: Reference, case: Plain) -> list[Asked]:
    spec = case["spec"]
    if spec["estimator"] != "L0" or spec["side"] != "auto":
        raise Inexpressible("trim and fill is by L0, on the side that the data tell")
    few(reference)
    measure, preset = effects_of(reference, case)

    def pairs(result: Plain, answer: Plain) -> Pairs:
        found = result["beyond"]["trim_and_fill"]
        told = same(found, answer, ("k0", "se_k0", "side", "filled_yi", "filled_vi"))
        return told | same(found["pooled"], answer, FILLED)

    return [Asked(case, plan(measure, preset, spec["method"]), pairs, beside=True)]


def regression_test(reference: Reference, case: Plain) -> list[Asked]:
    spec = case["spec"]
    if (spec["model"], spec["predictor"]) != ("lm", "sei"):
        raise Inexpressible("of regressions on precision, Egger's test is done")
    few(reference)
    measure, preset = effects_of(reference, case)

    def pairs(result: Plain, answer: Plain) -> Pairs:
        found = tested(result, "Egger")
        told = same(found, answer, ("stat", "p")) | both("limit", found["limit"], answer["limit_estimate"])
        return told | both("slope", (found["slope"], found["se_slope"]), answer["slope"])

    return [Asked(case, plan(measure, preset, "REML"), pairs, beside=True)]


def rank_test(reference: Reference, case: Plain) -> list[Asked]:
    few(reference)
    measure, preset = effects_of(reference, case)

    def pairs(result: Plain, answer: Plain) -> Pairs:
        found = tested(result, "Begg")
        # the p of a page is the normal one; analysis.stats has the exact one where there are no ties
        return same(found, answer, ("tau", "p") if case["spec"]["ties"] else ("tau",))

    return [Asked(case, plan(measure, preset, "REML"), pairs, beside=True)]


def bias_test(reference: Reference, case: Plain) -> list[Asked]:
    spec = case["spec"]
    if spec["test"] not in ("Egger", "Begg", "Harbord", "Peters"):
        raise Inexpressible(f"the test of {spec['test']} is not done")
    few(reference)

    def pairs(result: Plain, answer: Plain) -> Pairs:
        found = tested(result, spec["test"])
        told = same(found, answer, ("stat", "p"))
        return told if spec["test"] == "Begg" else told | both("slope", found["slope"], answer["bias"])

    return [Asked(case, plan(spec["measure"], "RevMan 5", "DL"), pairs, beside=True)]


def tested(result: Plain, name: str) -> Plain:
    return next(each for each in result["beyond"]["small_study"]["tests"] if each["test"] == name)


WAYS: dict[str, Callable[[Reference, Plain], list[Asked]]] = {
    "pool": pool,
    "mh": mantel_haenszel,
    "peto": peto,
    "meta": meta,
    "subgroup": subgroup,
    "metareg": regression,
    "predict": prediction,
    "leave1out": leave_one_out,
    "cumul": cumulate,
    "influence": influence,
    "trimfill": trim_and_fill,
    "regtest": regression_test,
    "ranktest": rank_test,
    "metabias": bias_test,
}


# --- both sides of a number ------------------------------------------------------------------------------------------


def same(ours: Plain, theirs: Plain, names: tuple[str, ...]) -> Pairs:
    return {name: (ours[name], theirs[name]) for name in names}


def both(name: str, ours: Any, theirs: Any) -> Pairs:
    return {name: (ours, theirs)}


def differing(pairs: Pairs, scale: float) -> list[str]:
    """The names under which the two do not agree to a part in 10⁹. scale: of the variances, below whose 10⁻⁷th tau2 is 0."""
    return [
        f"{name}: {ours} in a run, {theirs} by analysis.stats"
        for name, (ours, theirs) in pairs.items()
        if not agree(
            ours, theirs, 1e-7 * scale if name.endswith("tau2") else 1e-5 if name[-2:] in ("I2", "R2") else 1e-12
        )
    ]


def agree(ours: Any, theirs: Any, least: float) -> bool:
    if isinstance(ours, (list, tuple)) and isinstance(theirs, (list, tuple)):
        return len(ours) == len(theirs) and all(agree(a, b, least) for a, b in zip(ours, theirs, strict=True))
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=least)
    return bool(ours == theirs)


# --- how many ----------------------------------------------------------------------------------------------------------


def count(folder: Path) -> tuple[Counter[str], Counter[str]]:
    """The cases that can be planned, by their kind, and those that cannot, by the reason."""
    can: Counter[str] = Counter()
    cannot: Counter[str] = Counter()
    for reference in references(folder):
        for case in reference.content["cases"]:
            try:
                asked(reference, case)
                can[case["kind"]] += 1
            except Inexpressible as reason:
                cannot[str(reason)] += 1
    return can, cannot


if __name__ == "__main__":
    possible, impossible = count(Path(sys.argv[1]))
    for heading, counted in (("can be planned", possible), ("cannot", impossible)):
        print(f"{sum(counted.values())} {heading}")
        for what, times in counted.most_common():
            print(f"  {times:5} {what}")
