"""Do hazard ratios, correlations, rates and ready-made effects reach the pooled result as the reports gave them?"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from analysis import exports, queries
from analysis.models import Run
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
    found = effect_of("time_to_event", contrast((1, 3), **values)).numbers
    assert found == pytest.approx({"yi": y, "sei": se}, rel=1e-12)
    turned = effect_of("time_to_event", contrast((3, 1), **values)).numbers
    assert turned["yi"] == pytest.approx(-y)


@pytest.mark.pure
def test_what_was_converted_is_said_of_the_numbers_that_are_taken_alone() -> None:
    study = contrast((1, 3), log_effect=-0.5, se_log=0.2, hr_low=0.5)
    study["contrasts"][0]["converted"] = ["hr_low"]
    assert effect_of("time_to_event", study).converted == ()
    study["contrasts"][0]["converted"] = ["se_log", "hr_low"]
    assert effect_of("time_to_event", study).converted == ("se_log",)
    row = compute({"kind": "time_to_event", "studies": [study | {"study": 1, "label": "A", "bias": {}}]}, HAZARDS)
    assert row.result["studies"][0]["converted"] == ["SE of log HR"]


HAZARDS = {"measure": "HR", "method": "IV", "model": "random", "preset": "RevMan 2025"}


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
