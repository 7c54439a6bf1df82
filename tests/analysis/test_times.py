"""Does one result of each study enter where several were measured, by the rule of the plan, and is it said which?"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from analysis import cells, exports, queries, workflow
from analysis.models import Analysis, Run
from analysis.queries.report import facts
from analysis.report import compose, plain
from analysis.times import Measured, Span, days, in_words, rule_of, span_of, window
from extraction import workflow as extraction
from extraction.models import Outcome, Study
from reviewapp.errors import BadInput
from reviewapp.models import Member
from tests.analysis import build
from tests.extraction import build as studies_of

Pair = tuple[Member, Member]
DoJobs = Callable[[], int]
MONTH = 365.25 / 12


@pytest.mark.pure
@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("12 weeks", 84, 84),
        ("Week 12", 84, 84),
        ("6-month follow-up", 6 * MONTH, 6 * MONTH),
        ("after 30 days", 30, 30),
        ("1.5 years", 547.875, 547.875),
        ("3 to 6 months", 3 * MONTH, 6 * MONTH),
        ("4 weeks to 6 months", 28, 6 * MONTH),
        ("8–16 wks", 56, 112),
        ("up to 1 year", 0, 365.25),
        ("over 12 months", 365.25, math.inf),
        ("2 years or more", 730.5, math.inf),
    ],
)
def test_a_time_point_is_read_as_people_write_it(text: str, begins: float, ends: float) -> None:
    found = span_of(text)
    assert found is not None
    assert (found.begins, found.ends) == pytest.approx((begins, ends))


@pytest.mark.pure
@pytest.mark.parametrize(
    "text", ["", "after treatment", "12", "6 weeks and 6 months", "end of 3 courses", "6 to 3 months"]
)
def test_what_is_no_one_time_is_none(text: str) -> None:
    assert span_of(text) is None


@pytest.mark.pure
def test_a_window_of_the_review_is_a_time() -> None:
    assert window(None, None, "months") is None
    assert window(3, None, "months") == Span(days(3, "months"), math.inf)
    assert window(None, 6, "weeks") == Span(0, 42)


def measured(*texts: str, unusable: str = "") -> list[Measured]:
    return [Measured(span, text != unusable) for text in texts if (span := span_of(text))]


@pytest.mark.pure
@pytest.mark.parametrize(
    ("rule", "texts", "chosen"),
    [
        ("longest", ("6 weeks", "1 year", "6 months"), 1),
        ("longest", ("6 weeks", "over 12 months", "10 years"), 1),
        ("earliest", ("6 months", "6 weeks", "up to 1 year"), 2),
        ("nearest 12 weeks", ("6 weeks", "13 weeks", "1 year"), 1),
        ("nearest 12 weeks", ("10 weeks", "14 weeks"), 1),  # of two as near, the later
        ("nearest 12 weeks", ("11 weeks", "2 to 6 months"), 1),  # within its window it is not away at all
        ("nearest 12 weeks within 4 weeks", ("6 weeks", "1 year"), None),
        ("nearest 12 weeks within 4 weeks", ("6 weeks", "16 weeks"), 1),
    ],
)
def test_one_of_several_results_is_chosen(rule: str, texts: tuple[str, ...], chosen: int | None) -> None:
    found = rule_of(rule)
    assert found is not None
    assert found.choose(measured(*texts)) == chosen


@pytest.mark.pure
def test_what_cannot_be_pooled_is_chosen_only_where_nothing_else_is_there() -> None:
    rule = rule_of("longest")
    assert rule is not None
    assert rule.choose(measured("6 weeks", "1 year", unusable="1 year")) == 0
    assert rule.choose(measured("1 year", unusable="1 year")) == 0
    assert rule.choose([]) is None


@pytest.mark.pure
def test_a_rule_reads_in_a_sentence_and_what_is_none_is_refused() -> None:
    assert rule_of("") is None
    assert in_words("nearest 12 weeks within 4 weeks") == "the time nearest to 12 weeks, at most 4 weeks from it"
    assert in_words("longest") == "the longest follow-up"
    for text in ("latest", "nearest 0 weeks", "nearest twelve weeks"):
        with pytest.raises(ValueError, match="is no rule for time points"):
            rule_of(text)


# --- planned by members ------------------------------------------------------------------------------------------------


class World:
    """Depression at three time points: one study has the first two, one the last two, one the first alone."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.at = {
            at: extraction.define_outcome(pair[0], name="Depression", kind="dichotomous", time_point=at)
            for at in ("6 weeks", "12 weeks", "1 year")
        }
        self.other = extraction.define_outcome(pair[0], name="Death", kind="dichotomous", time_point="10 years")
        self.abe = self.study("Abe 1999", {"6 weeks": (10, 20), "12 weeks": (9, 21)})
        self.orme = self.study("Orme 2003", {"12 weeks": (8, 14), "1 year": (5, 11)})
        self.rask = self.study("Rask 2011", {"6 weeks": (7, 16)})

    def study(self, label: str, events: dict[str, tuple[int, int]]) -> Study:
        made = studies_of.study(self.pair, label)
        cells: dict[str, object] = {}
        for at, (a, c) in events.items():
            cells |= studies_of.cells(made, self.at[at], build.events(a, 50), build.events(c, 50))
        build.agree(
            self.pair, made, cells | studies_of.cells(made, self.other, build.events(1, 50), build.events(2, 50))
        )
        return made


@pytest.fixture
def world(db: None, pair: Pair) -> World:
    return World(pair)


def run_of(member: Member, analysis: Analysis, jobs_now: DoJobs) -> Run:
    jobs_now()
    shown = queries.shown_analysis(member, analysis.pk)
    assert shown.run is not None
    assert shown.is_current
    return shown.run


def pooled(run: Run) -> dict[str, tuple[str, int]]:
    """When each study was measured, and how many events its first arm had."""
    return {row["label"]: (row["time"]["at"], row["experimental"]["events"]) for row in run.result["studies"]}


def test_of_each_study_one_result_enters_and_page_figure_and_report_say_which(
    client: Client, world: World, jobs_now: DoJobs
) -> None:
    member = world.pair[0]
    planned = build.plan(member, world.at["6 weeks"], times="longest")
    run = run_of(member, planned, jobs_now)
    assert pooled(run) == {
        "Abe 1999": ("12 weeks", 9),
        "Orme 2003": ("1 year", 5),
        "Rask 2011": ("6 weeks", 7),
    }
    assert run.result["participants"] == 300
    assert str(planned) == "Depression, the longest follow-up"
    assert [row.label for row in exports.table(run).rows] == [
        "Abe 1999, 12 weeks",
        "Orme 2003, 1 year",
        "Rask 2011, 6 weeks",
    ]
    assert "Orme 2003, 1 year" in exports.forest_svg(run)
    assert cells.keys_of(run)[1][0].startswith(f"outcome/{world.at['1 year'].pk}/arm/")
    client.force_login(member.user)
    page = client.get(reverse("analysis:analysis", args=[member.review.slug, planned.pk])).content.decode()
    assert "Of each study one result enters, the longest follow-up, so that nobody counts twice" in page
    told = plain(compose(facts(member)))
    assert (
        "Of a study that had measured “Depression” at several times, one result entered, the longest follow-up" in told
    )
    assert "had been measured at 12 weeks (1 study), 1 year (1 study) and 6 weeks (1 study)." in told


def test_a_result_that_is_too_far_is_not_pooled_and_its_study_is_named(world: World, jobs_now: DoJobs) -> None:
    member = world.pair[0]
    planned = build.plan(member, world.at["1 year"], times="nearest 12 weeks within 2 weeks")
    run = run_of(member, planned, jobs_now)
    assert pooled(run) == {"Abe 1999": ("12 weeks", 9), "Orme 2003": ("12 weeks", 8)}
    assert "Not reached by the plan: Rask 2011 has numbers at 6 weeks alone." in run.message
    workflow.change_plan(member, planned, times="earliest")
    again = run_of(member, planned, jobs_now)
    assert pooled(again)["Rask 2011"] == ("6 weeks", 7)
    changes = queries.history(member, planned)[0].changes
    assert (
        "Time points: the time nearest to 12 weeks, at most 2 weeks from it became the first time measured." in changes
    )
    assert "Abe 1999: what is pooled was measured at 12 weeks and is now what was measured at 6 weeks." in changes
    workflow.change_plan(member, planned, times="")
    alone = run_of(member, planned, jobs_now)
    assert [row["label"] for row in alone.result["studies"]] == ["Orme 2003"]
    assert "times" not in alone.options
    assert "time" not in alone.input["studies"][0]


def test_a_window_of_the_review_is_what_its_name_means_and_another_window_is_another_input(
    world: World, jobs_now: DoJobs
) -> None:
    member = world.pair[0]
    late = extraction.add_time_point(member, name="Late", begins=2, ends=4, unit="years")
    extraction.change_outcome(member, world.at["1 year"], time_point="late")
    planned = build.plan(member, world.at["6 weeks"], times="nearest 3 years within 1 months")
    assert pooled(run_of(member, planned, jobs_now)) == {"Orme 2003": ("late", 5)}
    extraction.change_time_point(member, late, begins=8, ends=9)
    assert run_of(member, planned, jobs_now).result["studies"] == []


def test_an_outcome_whose_time_cannot_be_compared_is_refused_in_a_plan_and_told_by_a_run(
    world: World, jobs_now: DoJobs
) -> None:
    member = world.pair[0]
    vague = extraction.define_outcome(member, name="depression", kind="dichotomous", time_point="after treatment")
    with pytest.raises(BadInput, match="cannot compare the time point of “depression, after treatment” with others"):
        build.plan(member, world.at["6 weeks"], times="longest")
    with pytest.raises(BadInput, match="is no rule for time points"):
        build.plan(member, world.at["6 weeks"], times="latest")
    extraction.drop_outcome(member, vague)
    planned = build.plan(member, world.at["6 weeks"], times="longest")
    with pytest.raises(BadInput, match="This very analysis is planned already"):
        build.plan(member, world.at["12 weeks"], times="longest")
    extraction.restore_outcome(member, vague)
    run = run_of(member, planned, jobs_now)
    assert "Not reached by the plan: “after treatment” is no time that can be compared." in run.message
    workflow.change_plan(member, planned, note="Seen")  # what was refused once does not hold up the rest


def test_judgements_of_results_stand_beside_the_results_that_were_chosen(
    world: World, owner: Member, jobs_now: DoJobs
) -> None:
    first, second = world.pair
    keys = {
        world.abe: studies_of.rob2_for(owner, first, [world.abe], world.at["12 weeks"]),
        world.orme: studies_of.rob2_for(owner, first, [world.orme], world.at["1 year"]),
    }
    for study, key in keys.items():
        for author in world.pair:
            studies_of.judged(author, study, key)
        extraction.agree_assessment(first, study, {}, key)
    planned = build.plan(first, world.at["6 weeks"], times="longest")
    run = run_of(first, planned, jobs_now)
    assert run.input["bias_tool"] == "rob2_assignment"
    assert [bool(study["bias"]) for study in run.input["studies"]] == [True, True, False]


def test_the_form_asks_for_a_rule_in_words_and_keeps_it(client: Client, world: World, jobs_now: DoJobs) -> None:
    member = world.pair[0]
    client.force_login(member.user)
    slug, outcome = member.review.slug, world.at["6 weeks"]
    said: dict[str, Any] = {"outcome": outcome.pk, "measure": "RR", "method": "IV", "model": "random"}
    said |= {"preset": "RevMan 2025", "time_rule": "nearest", "time_unit": "weeks"}
    url = reverse("analysis:plan", args=[slug])
    refused = client.post(url, said)
    assert refused.status_code == 422
    assert "Say to which time the result should be nearest." in refused.content.decode()
    client.post(url, said | {"time_at": "12", "time_within": "4"})
    planned = Analysis.objects.get()
    assert planned.times == "nearest 12 weeks within 4 weeks"
    assert planned.how.endswith("of each study the time nearest to 12 weeks, at most 4 weeks from it")
    page = client.get(reverse("analysis:change-plan", args=[slug, planned.pk])).content.decode()
    assert 'name="time_at" value="12"' in page
    del said["outcome"]
    client.post(reverse("analysis:change-plan", args=[slug, planned.pk]), said | {"time_rule": "longest"})
    planned.refresh_from_db()
    assert planned.times == "longest"


def test_the_number_of_queries_does_not_grow_with_rules(
    world: World, jobs_now: DoJobs, django_assert_num_queries: Callable[..., Any]
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    member = world.pair[0]
    build.plan(member, world.at["6 weeks"], times="longest")
    jobs_now()
    with CaptureQueriesContext(connection) as one:
        queries.shown_analyses(member)
    for rule in ("earliest", "nearest 12 weeks"):
        build.plan(member, world.at["6 weeks"], times=rule)
    jobs_now()
    with django_assert_num_queries(len(one)):
        assert len(queries.shown_analyses(member)) == 3


def test_doubts_lead_to_the_result_that_was_chosen(world: World, jobs_now: DoJobs) -> None:
    from analysis.queries.doubts import estimates
    from analysis.queries.inputs import agreed, chosen

    member = world.pair[0]
    planned = build.plan(member, world.at["6 weeks"], times="longest")
    run_of(member, planned, jobs_now)
    shown, known = queries.shown_analysis(member, planned.pk), agreed(member, [planned])
    orme = next(each for each in known.studies if each.study == world.orme)
    outcome: Outcome = chosen(planned, orme, known.measured[planned.pk])[0]
    (found,) = estimates(shown, outcome, [orme])
    assert found.cell.startswith(f"outcome/{world.at['1 year'].pk}/arm/")


def test_when_a_study_says_that_it_measured_goes_before_the_window(pair: Pair, jobs_now: DoJobs) -> None:
    member = pair[0]
    times = [
        extraction.add_time_point(member, name=name, begins=begins, ends=ends, unit="months")
        for name, begins, ends in (("Early", 0, 6), ("Late", 6, 24))
    ]
    early, late = extraction.define_outcomes(member, times, name="Mood", kind="dichotomous")
    for label, month in (("Abe 1999", None), ("Orme 2003", 23)):
        study = studies_of.study(pair, label)
        cells = studies_of.cells(study, early, build.events(1, 50), build.events(2, 50))
        cells |= studies_of.cells(study, late, build.events(3, 50), build.events(4, 50))
        said = {f"outcome/{late.pk}/study/measured": month} if month else {}
        build.agree(pair, study, cells | said)
    planned = build.plan(member, early, times="nearest 8 months within 3 months")
    run = run_of(member, planned, jobs_now)
    assert pooled(run) == {"Abe 1999": ("Late", 3), "Orme 2003": ("Early", 1)}
