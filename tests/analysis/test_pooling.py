"""Are arms combined as the Handbook says, and is what cannot be pooled named?"""

from __future__ import annotations

import math
import statistics
from typing import Any

import pytest

from analysis.models import Analysis
from analysis.pooling import CONVENTIONS, combine, compute, resolved

pytestmark = pytest.mark.pure

OPTIONS = {"measure": "RR", "method": "MH", "model": "random", "preset": "RevMan 5", "arms": "combined"}


def study(label: str, *arms: tuple[str, dict[str, float]], pk: int = 1) -> dict[str, Any]:
    rows = [{"arm": 10 * pk + i, "name": f"Arm {i}", "role": role, "values": of} for i, (role, of) in enumerate(arms)]
    return {"study": pk, "label": label, "arms": rows, "bias": {}}


def table(label: str, a: int, n1: int, c: int, n2: int, pk: int = 1) -> dict[str, Any]:
    groups = ("experimental", {"events": a, "total": n1}), ("control", {"events": c, "total": n2})
    return study(label, *groups, pk=pk)


def test_two_arms_of_means_are_combined_as_if_they_had_been_one_sample() -> None:
    one, two = [3.0, 5.0, 8.0, 11.0], [1.0, 2.0, 2.5]
    arms = [{"mean": statistics.mean(xs), "sd": statistics.stdev(xs), "n": len(xs)} for xs in (one, two)]
    both = combine("continuous", arms)
    assert both["n"] == 7
    assert both["mean"] == pytest.approx(statistics.mean(one + two), rel=1e-12)
    assert both["sd"] == pytest.approx(statistics.stdev(one + two), rel=1e-12)


def test_three_arms_of_means_are_combined_whatever_their_order() -> None:
    samples = [[3.0, 5.0, 8.0], [1.0, 2.0], [9.0, 9.5, 12.0, 4.0]]
    arms = [{"mean": statistics.mean(xs), "sd": statistics.stdev(xs), "n": len(xs)} for xs in samples]
    assert combine("continuous", arms)["sd"] == pytest.approx(combine("continuous", arms[::-1])["sd"], rel=1e-12)
    assert combine("continuous", arms)["sd"] == pytest.approx(statistics.stdev(sum(samples, [])), rel=1e-12)


def test_events_and_totals_of_several_arms_are_added() -> None:
    arms = [{"events": 5, "total": 50}, {"events": 3, "total": 40}]
    assert combine("dichotomous", arms) == {"events": 8, "total": 90}


def test_the_published_result_needs_q_about_the_mantel_haenszel_estimate() -> None:
    studies = [table("Cicchetti 1999a", 31, 46, 9, 54), table("Cicchetti 2006b", 8, 14, 1, 54, pk=2)]
    found = compute({"kind": "dichotomous", "studies": studies}, OPTIONS).result
    shown = [round(found[name], 4) for name in ("estimate", "lower", "upper")]
    assert shown == [8.9278, 1.2512, 63.7046]  # full precision in the seed notes


def test_an_arm_of_the_role_other_is_not_used() -> None:
    groups = [("experimental", {"events": 5, "total": 50}), ("other", {"events": 50, "total": 50})]
    with_other = study("Murray 2003", *groups, ("control", {"events": 10, "total": 50}))
    without = table("Murray 2003", 5, 50, 10, 50)
    one, two = (compute({"kind": "dichotomous", "studies": [each]}, OPTIONS).result for each in (with_other, without))
    assert one["estimate"] == two["estimate"]
    assert one["studies"][0]["arms"]["other"] == ["Arm 1"]


def test_impossible_numbers_are_said_and_raise_nothing() -> None:
    found = compute({"kind": "dichotomous", "studies": [table("Murray 2003", 60, 50, 10, 50)]}, OPTIONS)
    assert not found.poolable
    assert found.message.startswith("The numbers cannot be analysed: Study Murray 2003:")


def test_a_standard_deviation_of_zero_leaves_the_study_out_by_name() -> None:
    flat = ("experimental", {"mean": 1, "sd": 0, "n": 10}), ("control", {"mean": 2, "sd": 0, "n": 10})
    good = ("experimental", {"mean": 1, "sd": 2, "n": 10}), ("control", {"mean": 2, "sd": 2, "n": 10})
    data = {"kind": "continuous", "studies": [study("Flat 2001", *flat), study("Good 2002", *good, pk=2)]}
    found = compute(data, OPTIONS | {"measure": "SMD", "method": "IV"})
    assert found.poolable
    assert found.result["k"] == 1
    assert "Left out: Flat 2001 (" in found.message


def test_a_study_whose_scale_runs_the_other_way_is_pooled_with_its_means_turned() -> None:
    groups = ("experimental", {"mean": 12, "sd": 3, "n": 30}), ("control", {"mean": 10, "sd": 4, "n": 30})
    same, other = study("Same 2001", *groups), study("Other 2002", *groups, pk=2) | {"turned": True}
    options = TODAY | {"measure": "SMD"}
    found = compute({"kind": "continuous", "studies": [same, other]}, options).result
    one, two = found["studies"]
    assert (two["experimental"], two["control"]["mean"]) == ({"mean": -12, "sd": 3, "n": 30}, -10)
    assert two["estimate"] == pytest.approx(-one["estimate"], rel=1e-12)
    assert found["estimate"] == pytest.approx(0, abs=1e-12)
    ratios = compute({"kind": "continuous", "studies": [same, other]}, options | {"measure": "ROM"})
    assert "Left out: Other 2002 (its scale runs the other way" in ratios.message
    assert ratios.result["k"] == 1


@pytest.mark.parametrize("model", ["random", "fixed"])
@pytest.mark.parametrize(("measure", "method"), [("RR", "MH"), ("OR", "IV"), ("RD", "MH"), ("OR", "MH"), ("RR", "IV")])
@pytest.mark.parametrize("preset", ["RevMan 5", "RevMan 2025", "metafor"])
def test_every_choice_that_can_be_planned_gives_an_estimate(model: str, measure: str, method: str, preset: str) -> None:
    studies = [table("A", 31, 46, 9, 54), table("B", 8, 14, 1, 54, pk=2), table("C", 0, 30, 2, 33, pk=3)]
    options = {"measure": measure, "method": method, "model": model, "preset": preset, "arms": "combined"}
    found = compute({"kind": "dichotomous", "studies": studies}, options)
    assert found.poolable, found.message
    assert found.result["lower"] < found.result["estimate"] < found.result["upper"]
    assert math.isclose(sum(each["weight"] for each in found.result["studies"]), 100)


THREE = [table("A", 31, 46, 9, 54), table("B", 8, 14, 1, 54, pk=2), table("C", 10, 30, 2, 33, pk=3)]
TODAY = {"measure": "RR", "method": "IV", "model": "random", "preset": "RevMan 2025", "arms": "combined"}


@pytest.mark.parametrize("estimator", Analysis.Estimator.values)
@pytest.mark.parametrize("interval", Analysis.Interval.values)
def test_what_is_chosen_is_what_the_statistics_do(estimator: str, interval: str) -> None:
    from analysis.stats import effects, pool

    found = compute({"kind": "dichotomous", "studies": THREE}, TODAY | {"estimator": estimator, "interval": interval})
    es = effects("RR", ai=[31, 8, 10], n1i=[46, 14, 30], ci=[9, 1, 2], n2i=[54, 54, 33], preset="RevMan 2025")
    wald = pool(es, method=estimator)
    test = interval if interval != "advice" else "knha" if wald.tau2 > 0 else "z"
    expected = pool(es, method=estimator, test=test)
    assert (found.result["estimate"], found.result["lower"], found.result["upper"]) == pytest.approx(expected.back[:3])
    assert found.result["pooled"]["test"] == test


def test_todays_advice_is_hartung_knapp_where_it_can_be_trusted_and_wald_elsewhere() -> None:
    alike = [table("A", 10, 50, 5, 50), table("B", 20, 100, 10, 100, pk=2), table("C", 30, 150, 15, 150, pk=3)]
    for studies, test in ((THREE, "knha"), (THREE[:2], "z"), (alike, "z"), (THREE[:1], "z")):
        found = compute({"kind": "dichotomous", "studies": studies}, TODAY)
        assert found.result["pooled"]["test"] == test
        assert found.result["pooled"]["method"] == "REML"
    assert compute({"kind": "dichotomous", "studies": THREE}, TODAY).result["prediction"]


def test_petos_method_gives_petos_odds_ratio() -> None:
    from analysis.stats import effects, pool

    found = compute(
        {"kind": "dichotomous", "studies": THREE}, TODAY | {"measure": "OR", "method": "Peto", "model": "fixed"}
    )
    es = effects("OR", ai=[31, 8, 10], n1i=[46, 14, 30], ci=[9, 1, 2], n2i=[54, 54, 33], preset="RevMan 2025")
    expected = pool(es, weighting="Peto", method="EE").back
    assert [found.result[name] for name in ("estimate", "lower", "upper")] == pytest.approx(expected[:3])


@pytest.mark.parametrize("preset", CONVENTIONS)
@pytest.mark.parametrize(("method", "model"), [("MH", "random"), ("IV", "random"), ("IV", "fixed"), ("MH", "fixed")])
def test_what_is_resolved_once_stays(preset: str, method: str, model: str) -> None:
    options = {"method": method, "model": model, "preset": preset}
    once = resolved(options)
    assert all(once.values())
    assert resolved({**options, **once}) == once


# --- a control group shared by several arms ------------------------------------------------------------------------

SPLIT = OPTIONS | {"method": "IV", "arms": "split"}
THREE_ARMED = (("experimental", {"events": 5, "total": 50}), ("experimental", {"events": 9, "total": 40}),
         ("control", {"events": 12, "total": 60}))  # fmt: skip


def test_a_shared_control_is_split_among_the_arms_and_nobody_counts_twice() -> None:
    data = {
        "kind": "dichotomous",
        "studies": [study("Murray 2003", *THREE_ARMED), table("Cooper 2009", 5, 50, 10, 50, pk=2)],
    }
    found = compute(data, SPLIT)
    rows = found.result["studies"]
    assert [row["label"] for row in rows] == ["Murray 2003: Arm 0", "Murray 2003: Arm 1", "Cooper 2009"]
    assert [row["control"] for row in rows[:2]] == [{"events": 6, "total": 30}] * 2
    assert rows[0]["stated"] == "Arm 0 v Arm 2; Arm 2 split in 2, so that nobody is counted twice"
    assert found.result["participants"] == 50 + 40 + 60 + 100 == compute(data, OPTIONS).result["participants"]
    assert found.result["k"] == 3
    assert "3 comparisons of 2 studies" in found.message
    # risk ratios of the parts are those of the whole control group
    assert rows[0]["estimate"] == pytest.approx((5 / 50) / (12 / 60))


def test_parts_of_means_keep_mean_and_spread_and_share_people_even_by_three() -> None:
    arms = [("experimental", {"mean": 10.0 + i, "sd": 4.0, "n": 30}) for i in range(3)]
    data = {"kind": "continuous", "studies": [study("Murray 2003", *arms, ("control", {"mean": 8, "sd": 5, "n": 50}))]}
    found = compute(data, SPLIT | {"measure": "MD"})
    for row in found.result["studies"]:
        assert row["control"] == {"mean": 8, "sd": 5, "n": pytest.approx(50 / 3)}
    assert found.result["participants"] == 140


def test_two_control_arms_are_one_group_that_is_split_and_arms_of_one_name_are_told_apart() -> None:
    groups = study(
        "Murray 2003", *THREE_ARMED, ("control", {"events": 3, "total": 40}), ("other", {"events": 1, "total": 9})
    )
    for arm in groups["arms"][:2]:
        arm["name"] = "Talks"
    rows = compute({"kind": "dichotomous", "studies": [groups]}, SPLIT).result["studies"]
    assert [row["label"] for row in rows] == ["Murray 2003: Talks (1)", "Murray 2003: Talks (2)"]
    assert rows[0]["control"] == {"events": 7.5, "total": 50}
    assert [row["arms"]["other"] for row in rows] == [["Arm 4"], []]


def test_two_arms_are_pooled_the_same_whichever_way_was_chosen() -> None:
    data = {
        "kind": "dichotomous",
        "studies": [table("Murray 2003", 5, 50, 10, 50), table("Cooper 2009", 3, 40, 9, 50, pk=2)],
    }
    one, other = (compute(data, OPTIONS | {"arms": how}) for how in ("combined", "split"))
    assert one == other
