"""Files of data, effects and cases give the reference's answers, but where R itself has none or not the right one."""

from __future__ import annotations

import copy
import importlib.util
import json
import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from analysis.stats import StatsError, effects, leave_one_out, pool
from analysis.stats.batch import run_document
from tests.analysis.stats import second_opinion as opinion

pytestmark = pytest.mark.pure

# Where the answer of record is not the answer, and why; each is shown to be so below or is plain from the file.
NOT_IN_THE_FILE = "needs the studies' sample sizes, which the file does not hold"
DIFFERENT = {
    "dat.bangertdrowns2004/GEN/regtest/lm/ninv": NOT_IN_THE_FILE,
    "dat.bangertdrowns2004/GEN/regtest/rma/ninv": NOT_IN_THE_FILE,
    "dat.raudenbush1985/GEN/regtest/lm/ninv": NOT_IN_THE_FILE,
    "dat.raudenbush1985/GEN/regtest/rma/ninv": NOT_IN_THE_FILE,
    "smoking/MH/IRD": "R's 32-bit integers overflow, so it records no estimate",
    "syn.huge-het/GEN/leave1out/REML/z": "two of R's seven fits did not reach a threshold below double precision",
    "syn.huge-het/GEN/influence/REML/z": "the same two fits",
    "dat.bcg/RR/influence/REML/knha/~ablat+year": "two of R's thirteen fits did not reach that threshold",
    "syn.zero-sd/MD/pool/ML/z": "a variance of zero makes the likelihood infinite; R records where its scoring stopped",
}


@pytest.fixture(scope="session")
def comparer(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("compare_meta", shared / "tools" / "compare_meta.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def reference(shared: Path) -> dict[str, dict[str, Any]]:
    return {p.name: json.loads(p.read_text()) for p in sorted((shared / "reference" / "meta").glob("*.json"))}


@pytest.fixture(scope="session")
def answers(reference: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return {name: run_document(_without_results(content)) for name, content in reference.items()}


def _without_results(content: dict[str, Any]) -> dict[str, Any]:
    return content | {"cases": [{k: v for k, v in case.items() if k != "result"} for case in content["cases"]]}


def test_every_effect_and_case_is_right_but_those_the_reference_has_wrong(
    comparer: ModuleType, reference: dict[str, dict[str, Any]], answers: dict[str, dict[str, Any]]
) -> None:
    wrong, total = set(), 0
    for name, content in reference.items():
        for identity, bad in _differences(comparer, content, answers[name]):
            total += 1
            if bad:
                wrong.add(identity)
    assert total == 2972
    assert wrong == set(DIFFERENT)


def _differences(
    comparer: ModuleType, content: dict[str, Any], answer: dict[str, Any]
) -> Iterator[tuple[str, list[Any]]]:
    tolerances = content["tolerances"]
    for name, block in content["effects"].items():
        bad: list[Any] = []
        for key in ("yi", "vi"):
            median = block.get("vi_median")
            comparer.walk([key], block[key], answer["effects"][name][key], tolerances["closed"], median, None, bad)
        yield name, bad
    for case in content["cases"]:
        bad = []
        got = answer["cases"][case["id"]]
        median = content["effects"].get(case.get("effects"), {}).get("vi_median")
        comparer.walk([], case["result"], got, tolerances[case["tol"]], median, None, bad)
        yield case["id"], bad


def test_the_results_recorded_in_a_file_are_not_looked_at(reference: dict[str, dict[str, Any]]) -> None:
    content = reference["Fleiss1993bin.json"]
    misled = copy.deepcopy(content)
    for case in misled["cases"]:
        case["result"] = {"estimate": 42.0, "k": -1}
    assert run_document(misled) == run_document(content) == run_document(_without_results(content))


def test_the_rate_difference_that_r_overflows_on_is_computed(reference: dict[str, dict[str, Any]]) -> None:
    data = reference["smoking.json"]["data"]
    with mp.workdps(50):
        rows = [opinion.exactly(row) for row in zip(*(data[c] for c in ("x1i", "t1i", "x2i", "t2i")), strict=True)]
        top = mp.fsum((x1 * t2 - x2 * t1) / (t1 + t2) for x1, t1, x2, t2 in rows)
        exact = top / mp.fsum(t1 * t2 / (t1 + t2) for _, t1, _, t2 in rows)
        assert max(x1 * t2 for x1, _, _, t2 in rows) > 2**31
    fit = pool(effects("IRD", data, preset="metafor"), weighting="MH", method="EE")
    assert fit.estimate == pytest.approx(float(exact), rel=1e-14)


def test_the_fits_that_r_gave_up_are_the_maxima(reference: dict[str, dict[str, Any]]) -> None:
    data = reference["syn.huge-het.json"]["data"]
    without = leave_one_out(effects("GEN", data, preset="metafor"), method="REML")
    y, v = np.array(data["yi"]), np.array(data["vi"])
    with mp.workdps(50):
        for i in (3, 4):
            rest = np.delete(np.arange(len(y)), i)
            tau2, _ = opinion.ESTIMATORS["REML"](opinion.exactly(y[rest]), opinion.exactly(v[rest]))
            assert without.tau2[i] == pytest.approx(float(tau2), rel=1e-12)


def test_an_unbounded_likelihood_is_reported_instead_of_a_number(reference: dict[str, dict[str, Any]]) -> None:
    fit = pool(effects("MD", reference["syn.zero-sd.json"]["data"], preset="metafor"), method="ML")
    assert math.isnan(fit.tau2)
    assert math.isnan(fit.estimate)
    assert "grows without bound" in fit.notes[0]


def test_what_cannot_be_done_is_a_sentence_and_the_rest_is_done() -> None:
    content = {
        "data": {"yi": [0.1, 0.4], "vi": [0.01, 0.02]},
        "effects": {"GEN": {"measure": "GEN"}, "bad": {"measure": "RR"}},
        "cases": [
            {"id": "good", "kind": "pool", "effects": "GEN", "spec": {"method": "EE", "test": "z"}},
            {"id": "kind", "kind": "network", "spec": {}},
            {"id": "block", "kind": "pool", "effects": "none", "spec": {"method": "EE", "test": "z"}},
            {"id": "method", "kind": "pool", "effects": "GEN", "spec": {"method": "XX", "test": "z"}},
            {"id": "spec", "kind": "pool", "effects": "GEN", "spec": {}},
            {"id": "fn", "kind": "conversion", "spec": {"fn": "guess", "input": {}}},
            {"id": "input", "kind": "conversion", "spec": {"fn": "se_to_sd", "input": {"se": 1}}},
        ],
    }
    answer = run_document(content)
    assert answer["cases"]["good"]["estimate"] == pytest.approx(0.2)
    assert answer["effects"]["GEN"]["yi"] == [0.1, 0.4]
    assert answer["effects"]["bad"]["error"].startswith("RR needs the columns")
    errors = {name: case["error"] for name, case in answer["cases"].items() if "error" in case}
    assert set(errors) == {"kind", "block", "method", "spec", "fn", "input"}
    assert errors["spec"] == "The spec of spec has no 'method'."
    assert errors["block"] == "The list of effects has no 'none'."
    assert errors["input"] == "se_to_sd: missing a required argument: 'n'."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1], "The file must be a JSON object."),
        ({"data": 3}, "The data must be a JSON object."),
        ({"cases": [{"id": "a"}]}, "The case a has no 'spec'."),
        ({"cases": [{"kind": "pool"}]}, "A case has no 'id'."),
    ],
)
def test_a_file_of_another_shape_is_refused(content: Any, message: str) -> None:
    with pytest.raises(StatsError) as refusal:
        run_document(content)
    assert str(refusal.value) == message
