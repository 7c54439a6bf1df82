"""Can proportions and rates of one group be planned, pooled and read, of the arms that were extracted?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from analysis import exchange, exports, figures, findings_table, package, queries
from analysis.models import Analysis
from analysis.pooling import compute
from analysis.queries.findings import lines
from analysis.queries.report import facts
from analysis.report import compose, plain
from analysis.workflow.findings import add_finding
from extraction.models import Outcome
from reviewapp.errors import BadInput
from reviewapp.models import Member
from tests.analysis import build
from tests.analysis.test_comparison import asked_of_each_arm
from tests.extraction import build as studies_of

Pair = tuple[Member, Member]
ONE = {"method": "IV", "model": "random", "preset": "metafor", "arms": "combined"}


def study(pk: int, *arms: tuple[str, float, float]) -> dict[str, Any]:
    rows = [
        {"arm": 10 * pk + n, "name": f"{role} {n}", "role": role, "values": {"events": events, "total": total}}
        for n, (role, events, total) in enumerate(arms)
    ]
    return {"study": pk, "label": f"Study {pk}", "arms": rows, "bias": {}}


TRIALS = [
    study(1, ("experimental", 3, 20), ("control", 5, 40)),
    study(2, ("experimental", 8, 200), ("experimental", 2, 100), ("other", 9, 30)),
    study(3, ("other", 0, 15)),
]


def pooled(measure: str, group: str = "") -> dict[str, Any]:
    options = {**ONE, "measure": measure, **({"group": group} if group else {})}
    return compute({"kind": "dichotomous", "studies": TRIALS}, options).result


@pytest.mark.pure
def test_all_arms_of_a_study_are_one_group_and_nobody_counts_twice() -> None:
    found = pooled("PLO")
    assert [each["group"] for each in found["studies"]] == [
        {"events": 8, "total": 60},
        {"events": 19, "total": 330},
        {"events": 0, "total": 15},
    ]
    assert (found["k"], found["participants"]) == (3, 405)
    assert found["studies"][1]["arms"] == {"group": ["experimental 0", "experimental 1", "other 2"], "other": []}


@pytest.mark.pure
def test_the_arms_of_one_side_enter_and_who_has_none_is_named() -> None:
    found = pooled("PLO", "experimental")
    assert [each["group"] for each in found["studies"]] == [
        {"events": 3, "total": 20},
        {"events": 10, "total": 300},
        None,
    ]
    assert found["studies"][1]["arms"]["other"] == ["other 2"]
    assert found["studies"][2]["reason"] == "it has no experimental arm with numbers for this outcome"


@pytest.mark.pure
def test_of_double_arcsines_each_study_comes_back_by_its_own_size_and_the_pooled_by_the_harmonic_mean() -> None:
    """As transf.ipft and transf.ipft.hm of metafor 3.8-1 give them, computed there by hand."""
    found = pooled("PFT")
    assert [each["estimate"] for each in found["studies"]] == pytest.approx([8 / 60, 19 / 330, 0], abs=1e-12)
    assert (found["estimate"], found["lower"], found["upper"]) == pytest.approx(METAFOR, rel=1e-6)
    read = figures.measure_of(found["pooled"])
    assert read.people == pytest.approx(3 / (1 / 60 + 1 / 330 + 1 / 15), rel=1e-12)
    assert read.natural(found["pooled"]["estimate"]) == pytest.approx(found["estimate"], rel=1e-12)
    assert figures.shown_interval(figures.three(found["pooled"]), read) == "0.061 [0.013, 0.133]"


METAFOR = (0.0611011619576, 0.0130466252469, 0.1333806743078)


@pytest.mark.pure
def test_nothing_is_compared_and_so_nothing_is_tested_or_drawn_as_without_effect() -> None:
    found = pooled("PLO")["pooled"]
    assert exports.overall_test_of(found) == ""
    plot = figures.funnel_of("", found)
    assert (plot.null, plot.contours, plot.outside) == (None, (), "")
    assert plot.x_label == "Log odds of the proportion"


# --- on pages ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def agreed(pair: Pair, outcome: Outcome) -> Outcome:
    build.studies(
        pair, outcome, {"Orme 2003": (12, 40, 20, 41), "Abe 1999": (5, 30, 9, 28), "Rask 2011": (0, 90, 41, 88)}
    )
    return outcome


@pytest.mark.once
@pytest.mark.django_db
def test_a_proportion_is_planned_on_the_page_and_reads_as_one_wherever_it_stands(
    agreed: Outcome, pair: Pair, client: Client, jobs_now: Callable[[], int]
) -> None:
    first = pair[0]
    client.force_login(first.user)
    given = {"outcome": agreed.pk, "measure": "PFT", "method": "IV", "model": "random", "preset": "RevMan 2025"}
    address = reverse("analysis:plan", args=[first.review.slug])
    refused = client.post(address, {**given, "group": "control", "arms": "split"})
    assert "Of one group nothing is compared or split." in refused.content.decode()
    client.post(address, {**given, "group": "control", "arms": "combined", "favours_left": "Favours nobody"})
    jobs_now()
    analysis = Analysis.objects.get()
    run = queries.current_run(first, analysis)
    assert run.options["group"] == "control"
    assert exports.result_in_words(run).startswith("proportion 0.45 (0.37 to 0.52)")
    plot = exports.forest_of(run)
    assert (plot.null, plot.log, plot.favours) == (None, False, ("", ""))
    assert [(each.group, each.heading) for each in plot.columns[:2]] == [("Control", "Events"), ("Control", "Total")]
    assert plot.studies[0].cells[:2] == ("9", "28")
    assert plot.total is not None
    assert plot.total.notes[0] == "Total events: 70 (Control)"
    assert not any("overall effect" in note for note in plot.total.notes)
    page = client.get(reverse("analysis:analysis", args=[first.review.slug, analysis.pk])).content.decode()
    for told in (
        "Proportion, pooled as double arcsine (Freeman-Tukey)",
        "harmonic mean of the studies’ sizes",
        "The arms of a study on the control side are combined into one group",
        "its arms on the control side",
    ):
        assert told in page, told
    assert "Test for overall effect" not in page
    assert [why for _, why in exchange.left_out(first)] == ["it pools one group, and RevMan compares two"]
    text = plain(compose(facts(first)))
    assert "Results are expressed as proportions (as double arcsines by Freeman and Tukey" in text
    assert "Of each study the groups on the control side entered, combined into one group" in text
    assert "The proportion in a further setting like these is predicted" in text
    add_finding(first, analysis)
    (line,) = lines(first)
    told = findings_table.cells(line)
    assert told.effect.startswith("proportion 0.45 ")
    summary = findings_table.printed("", lines(first))
    assert list(summary.headings) == [
        "Outcome", "Participants (studies)", "Estimate (95% CI)", "Certainty (GRADE)", "Reasons",
    ]  # fmt: skip
    assert summary.rows == [(told.outcome, told.people, told.effect, told.certainty, "")]
    for page in ("findings", "certainty"):
        address = reverse(
            f"analysis:{page}", args=[first.review.slug, *([line.finding.pk] if page == "certainty" else [])]
        )
        said = client.get(address).content.decode()
        assert told.effect in said
        assert not any(words in said for words in ("ithout the intervention", ">Without<", ">Difference<"))
    beside = build.plan(first, agreed)
    add_finding(first, beside)
    jobs_now()
    assert findings_table.printed("", lines(first)).headings == findings_table.HEADINGS
    assert package.pooling(run).shown[0] == run.result["estimate"]


@pytest.mark.once
@pytest.mark.django_db
def test_arms_are_chosen_by_their_answers_and_what_does_not_go_together_is_refused(
    pair: Pair, outcome: Outcome, jobs_now: Callable[[], int]
) -> None:
    question = asked_of_each_arm(pair[0])
    made = studies_of.study(pair, "Orme 2003")
    talk, wait = made.arms.order_by("pk")
    told = {f"arm/{talk.pk}/{question}": "talking", f"arm/{wait.pk}/{question}": "waiting"}
    build.agree(pair, made, {**studies_of.cells(made, outcome, build.events(12, 40), build.events(20, 41)), **told})
    waiting = f'{{"by": "{question}", "control": [["waiting", "Waiting"]], "experimental": []}}'
    chosen = {"measure": "PR", "method": "IV", "comparison": waiting}
    for options, refusal in (
        ({**chosen, "group": ""}, "Arms are chosen by their answers"),
        ({**chosen, "group": "experimental"}, "No answer is chosen for the side"),
        ({**chosen, "measure": "RR"}, "A comparison has two sides"),
        ({"measure": "RR", "group": "control"}, "RR does not pool one group alone"),
        ({"measure": "PR", "method": "MH"}, "Mantel-Haenszel weights"),
    ):
        with pytest.raises(BadInput, match=refusal):
            build.plan(pair[0], outcome, **options)
    planned = build.plan(pair[0], outcome, **chosen, group="control")
    jobs_now()
    run = queries.current_run(pair[0], planned)
    assert run.result["studies"][0]["group"] == {"events": 20, "total": 41}
    assert list(exports.groups_of(run).values()) == ["Waiting"]
    assert str(planned) == "Waiting: Secure attachment, after treatment"
