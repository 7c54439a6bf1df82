"""Do hazard ratios, correlations, rates and ready-made effects reach the pooled result as the reports gave them?"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from analysis import exports, queries
from analysis.models import Analysis, Run
from analysis.pooling import compute
from analysis.reported import NotWhole, effect_of
from extraction.models import Study
from reviewapp.errors import BadInput
from reviewapp.models import Member
from tests.analysis import build
from tests.extraction import build as studies_of

Pair = tuple[Member, Member]


def contrast(*pairs: tuple[int, int], **values: float) -> dict[str, Any]:
    roles = {1: "experimental", 2: "experimental", 3: "control"}
    arms = [{"arm": pk, "name": f"Arm {pk}", "role": role, "values": {}} for pk, role in roles.items()]
    return {"arms": arms, "contrasts": [{"first": a, "second": b, "values": values} for a, b in pairs]}


@pytest.mark.pure
@pytest.mark.parametrize(
    ("values", "y", "se"),
    [
        ({"log_effect": -0.5, "se_log": 0.2, "hr": 9}, -0.5, 0.2),
        ({"o_e": -4.0, "v": 16.0}, -0.25, 0.25),
        ({"hr": 0.5, "hr_low": 0.25, "hr_high": 1.0}, math.log(0.5), math.log(4) / (2 * 1.959963984540054)),
        ({"hr": 0.5, "p": 0.05}, math.log(0.5), math.log(2) / 1.959963984540054),
    ],
)
def test_a_hazard_ratio_comes_in_four_ways(values: dict[str, float], y: float, se: float) -> None:
    found, _ = effect_of("time_to_event", contrast((1, 3), **values))
    assert found == pytest.approx({"yi": y, "sei": se}, rel=1e-12)
    turned, _ = effect_of("time_to_event", contrast((3, 1), **values))
    assert turned["yi"] == pytest.approx(-y)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("kind", "study", "told"),
    [
        ("time_to_event", contrast((1, 3), hr=0.5), "neither an interval nor a standard error"),
        ("time_to_event", contrast((1, 3), hr=0.5, hr_low=0.6, hr_high=0.9), "does not lie in its interval"),
        ("generic", contrast((1, 3), (2, 3), effect=1.0, se=0.5), "2 comparisons that share an arm"),
        ("generic", contrast((1, 2), effect=1.0, se=0.5), "no experimental arm compared with a control arm"),
        ("generic", contrast((1, 3), effect=1.0), "neither a standard error nor an interval"),
    ],
)
def test_what_cannot_be_pooled_says_why(kind: str, study: dict[str, Any], told: str) -> None:
    with pytest.raises(NotWhole, match=told):
        effect_of(kind, study)


# --- the reference's cases, through what a run computes ------------------------------------------------------------

KINDS = {"bin2": "dichotomous", "cont2": "continuous", "rate2": "rate", "cor": "correlation", "gen": "generic"}
GROUPS = {
    "dichotomous": (("events", "total"), ("ai", "n1i", "ci", "n2i")),
    "continuous": (("mean", "sd", "n"), ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")),
    "rate": (("events", "time"), ("x1i", "t1i", "x2i", "t2i")),
}
MOST = 30  # studies; the larger sets say nothing more of the way from a plan to the numbers
ESTIMATORS = ("EE", "DL", "REML")  # analysis.stats has all nine held to the reference; this is about the way there
APART = ("syn.zero-sd",)  # likelihoods of studies without variance: analysis.stats gives none, and says so


def frozen(data: dict[str, list[Any]], kind: str, k: int) -> dict[str, Any]:
    """The columns of a reference as a run would freeze them; studies with missing numbers are not there."""
    studies = []
    for i in range(k):
        arms = [
            {"arm": n, "name": role, "role": role, "values": {}} for n, role in enumerate(("experimental", "control"))
        ]
        study = {"study": i, "label": f"Study {i}", "arms": arms, "bias": {}}
        if kind in GROUPS:
            names, columns = GROUPS[kind]
            numbers = [data[column][i] for column in columns]
            for arm, part in zip(arms, (numbers[: len(names)], numbers[len(names) :]), strict=True):
                arm["values"] = dict(zip(names, part, strict=True))
        elif kind == "correlation":
            numbers = [data["ri"][i], data["ni"][i]]
            study["whole"] = {"r": numbers[0], "n": numbers[1]}
        else:
            numbers = [data["yi"][i], data["vi"][i]]
            if None not in numbers:
                values = {"effect": numbers[0], "se": math.sqrt(numbers[1])}
                study["contrasts"] = [{"first": 0, "second": 1, "values": values}]
        if None not in numbers:
            studies.append(study)
    return {"kind": kind, "studies": studies}


def cases(folder: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, str]]]:
    """Each case of plain pooling that a page can express: what the reference says, its data, and the plan."""
    for path in sorted(folder.glob("*.json")):
        found = json.loads(path.read_text())
        kind = KINDS.get(found["dataset"]["type"])
        if kind is None or found["k"] > MOST or path.stem in APART:
            continue
        measures = {str(each) for each in Analysis.MEASURES_OF[kind]}
        for case in found["cases"]:
            block = found["effects"].get(case.get("effects"), {})
            spec = case["spec"]
            if (
                case["kind"] != "pool"
                or block.get("options")
                or block["measure"] not in measures
                or spec["level"] != 95
            ):
                continue
            common = spec["method"] == "EE"
            if spec["method"] not in ESTIMATORS or (common and spec["test"] != "z"):
                continue
            plan = {"measure": block["measure"], "method": "IV", "preset": "metafor", "arms": "combined"}
            plan |= (
                {"model": "fixed"}
                if common
                else {"model": "random", "estimator": spec["method"], "interval": spec["test"]}
            )
            yield case, frozen(found["data"], kind, found["k"]), plan


@pytest.mark.pure
def test_the_reference_s_cases_come_out_of_a_run_as_they_stand(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.pooling.beyond", lambda *_: {})  # what stands beside it has its own tests
    seen: set[str] = set()
    for case, data, plan in cases(shared / "reference" / "meta"):
        wanted, found = case["result"], compute(data, plan).result
        if wanted["estimate"] is None or wanted["se"] in (None, 0):
            continue
        pooled = found["pooled"]
        assert pooled["k"] == wanted["k"], case["id"]
        for name in ("estimate", "se", "ci_lb", "ci_ub"):
            near = pytest.approx(wanted[name], rel=1e-6, abs=1e-6 * wanted["se"])
            assert pooled[name] == near, f"{case['id']}: {name}"
        seen.add(plan["measure"])
    assert seen == {"RR", "OR", "RD", "SMD", "MD", "IRR", "IRD", "ZCOR", "COR", "GEN"}


# --- through sheets and pages ----------------------------------------------------------------------------------------


def pair_of_arms(study: Study) -> str:
    return "-".join(str(arm.pk) for arm in study.arms.order_by("pk"))


@pytest.mark.django_db
def test_agreed_numbers_of_every_kind_are_pooled_and_shown(
    pair: Pair, client: Client, jobs_now: Callable[[], int]
) -> None:
    first = pair[0]
    made = {
        kind: studies_of.outcome(first, kind.title(), kind)
        for kind in ("rate", "time_to_event", "correlation", "generic", "diagnostic")
    }
    measures = {"rate": "IRR", "time_to_event": "HR", "correlation": "ZCOR", "generic": "GEN"}
    plans = {kind: build.plan(first, made[kind], measure=measure, method="IV") for kind, measure in measures.items()}
    study = studies_of.study(pair, "Murray 2003")
    contrast = pair_of_arms(study)
    cells: dict[str, object] = studies_of.cells(
        study, made["rate"], {"events": 10, "time": 100}, {"events": 20, "time": 100}
    )
    cells |= {
        f"outcome/{made['time_to_event'].pk}/contrast/{contrast}/{name}": value
        for name, value in (("o_e", -4), ("v", 16))
    }
    cells |= {f"outcome/{made['correlation'].pk}/whole/{name}": value for name, value in (("r", 0.5), ("n", 28))}
    cells |= {
        f"outcome/{made['generic'].pk}/contrast/{contrast}/{name}": value
        for name, value in (("effect", 1.5), ("se", 0.5))
    }
    build.agree(pair, study, cells)
    jobs_now()
    runs = {kind: queries.current_run(first, plan) for kind, plan in plans.items()}
    assert {kind: exports.result_in_words(run) for kind, run in runs.items()} == {
        "rate": "IRR 0.50 (0.23 to 1.07)",
        "time_to_event": "HR 0.78 (0.48 to 1.27)",
        "correlation": "r 0.50 (0.16 to 0.74)",
        "generic": "effect 1.50 (0.52 to 2.48)",
    }
    assert [exports.people(run) for run in runs.values()] == ["", "", ", 28 participants", ""]
    assert exports.table(runs["time_to_event"]).rows[0].arms == "Log hazard ratio from O − E and V."
    assert all(exports.forest_svg(run).startswith("<svg") for run in runs.values())
    client.force_login(first.user)
    for name, of in (("analysis", plans), ("run", runs)):
        for each in of.values():
            page = client.get(reverse(f"analysis:{name}", args=[first.review.slug, each.pk]))
            assert page.status_code == 200
    with pytest.raises(BadInput, match="bivariate"):
        build.plan(first, made["diagnostic"], measure="OR", method="IV")
    assert Run.objects.count() == 8
