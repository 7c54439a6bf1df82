"""Do members see which numbers are current, and nothing of what is not agreed yet?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analysis import exports, queries, workflow
from extraction import workflow as extraction
from extraction.models import Outcome
from extraction.queries import opened
from extraction.schema.convert.offers import offers
from reviewapp.models import Member
from tests.analysis import build
from tests.extraction import build as studies_of

pytestmark = pytest.mark.django_db

Pair = tuple[Member, Member]
DoJobs = Callable[[], int]


def test_numbers_are_provisional_until_every_included_study_is_agreed(
    pair: Pair, observer: Member, outcome: Outcome, jobs_now: DoJobs
) -> None:
    analysis = build.plan(pair[0], outcome)
    build.studies(pair, outcome, build.SECURE)
    late = studies_of.study(pair, "Murray 2003")
    jobs_now()
    shown = queries.shown_analysis(observer, analysis.pk)
    assert (shown.is_current, shown.is_provisional, shown.agreed, shown.included) == (True, True, 2, 3)
    build.agree(pair, late, {})
    shown = queries.shown_analysis(observer, analysis.pk)
    assert not shown.is_provisional
    assert shown.input.without == ("Murray 2003",)


def test_what_is_submitted_but_not_agreed_changes_nothing_anywhere(
    pair: Pair, observer: Member, outcome: Outcome, jobs_now: DoJobs
) -> None:
    analysis = build.plan(pair[0], outcome)
    build.studies(pair, outcome, build.SECURE)
    late = studies_of.study(pair, "Murray 2003")
    jobs_now()
    before = queries.shown_analysis(observer, analysis.pk), queries.steps(observer)
    for author in pair:
        studies_of.submitted(author, late, studies_of.cells(late, outcome, build.events(1, 9), build.events(2, 9)))
        studies_of.assessed(author, late)
        assert jobs_now() == 0
        assert (queries.shown_analysis(observer, analysis.pk), queries.steps(observer)) == before
    extraction.agree_sheet(pair[0], late, {})
    jobs_now()
    assert queries.shown_analysis(observer, analysis.pk).input != before[0].input


def test_history_tells_what_changed_run_by_run(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    analysis = build.plan(pair[0], outcome)
    jobs_now()
    for label, table in build.SECURE.items():
        build.studies(pair, outcome, {label: table})
        jobs_now()
    newest, middle, oldest = queries.history(pair[0], analysis)
    assert newest.changes == ["Cicchetti 2006b came in."]
    assert middle.changes == ["Cicchetti 1999a came in."]
    assert (oldest.before, oldest.changes) == (None, [])


def test_headlines_are_what_has_a_published_result_beside_it(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    published = "RR 8.93 (1.25 to 63.70), 2 studies, 168 participants (Barlow 2015, CD010534)"
    build.plan(pair[0], outcome, published=published)
    build.plan(pair[0], outcome, model="fixed")
    build.studies(pair, outcome, build.SECURE)
    jobs_now()
    (headline,) = queries.headlines(pair[0])
    assert headline.analysis.published.startswith(exports.result_in_words(headline.run))
    assert (headline.run.result["k"], headline.run.result["participants"]) == (2, 168)


def test_between_agreement_and_run_the_analysis_is_running_not_forgotten(
    pair: Pair, outcome: Outcome, jobs_now: DoJobs
) -> None:
    analysis = build.plan(pair[0], outcome)
    jobs_now()
    build.studies(pair, outcome, build.SECURE)
    shown = queries.shown_analysis(pair[0], analysis.pk)
    assert (shown.is_stale, shown.queued) == (True, None)
    assert shown.job == shown.looking
    assert queries.steps(pair[0])[0].mine == 0
    jobs_now()
    assert queries.shown_analysis(pair[0], analysis.pk).job is None


def test_an_analysis_that_nothing_runs_waits_for_who_may_run_it(
    pair: Pair, observer: Member, outcome: Outcome, jobs_now: DoJobs
) -> None:
    analysis = build.plan(pair[0], outcome)
    jobs_now()
    workflow.drop_analysis(pair[0], analysis)
    build.studies(pair, outcome, build.SECURE)
    jobs_now()
    analysis.refresh_from_db()
    type(analysis).objects.filter(pk=analysis.pk).update(dropped_at=None)  # back in the plan, and nothing queued
    assert queries.steps(pair[0])[0].mine_label == "1 analysis to run again"
    assert queries.steps(observer)[0].mine == 0


def test_the_path_counts_what_is_done(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    build.plan(pair[0], outcome)
    jobs_now()
    assert (queries.steps(pair[0])[0].done, queries.steps(pair[0])[0].state) == (0, "under way"), (
        "there is no study yet"
    )
    build.studies(pair, outcome, build.SECURE)
    jobs_now()
    analyse, flow = queries.steps(pair[0])
    assert (analyse.done, analyse.total, analyse.note) == (1, 1, "")
    assert (flow.done, flow.total) == (2, 2)
    studies_of.study(pair, "Murray 2003")
    assert queries.steps(pair[0])[0].note == "Provisional: 2 of 3 studies agreed."
    studies_of.build.citations(pair[0], 4, again=True)
    assert (queries.steps(pair[0])[1].done, queries.steps(pair[0])[1].total) == (3, 7)


@pytest.mark.parametrize(("look", "count"), [(queries.shown_analyses, 11), (queries.steps, 14)], ids=["list", "path"])
def test_the_queries_do_not_grow_with_analyses_and_studies(
    pair: Pair, first: Member, jobs_now: DoJobs, django_assert_num_queries: Callable, look: Callable, count: int
) -> None:
    outcomes = [studies_of.outcome(first, f"Outcome {n}") for n in range(3)]
    build.plan(first, outcomes[0])
    build.study(pair, "Murray 2003", outcomes[0], build.events(5, 50), build.events(9, 50))
    jobs_now()
    with django_assert_num_queries(count):
        look(first)
    for outcome in outcomes[1:]:
        build.plan(first, outcome)
        build.study(pair, f"Cohen of {outcome}", outcome, build.events(5, 50), build.events(9, 50))
    jobs_now()
    with django_assert_num_queries(count):
        look(first)


def test_a_scale_that_runs_the_other_way_is_turned_and_said_so(pair: Pair, jobs_now: DoJobs) -> None:
    mood = studies_of.outcome(pair[0], "Mood", "continuous")  # higher is worse
    for label, said in (("Abe 1999", ""), ("Orme 2003", "worse"), ("Rask 2011", "better")):
        study = studies_of.study(pair, label)
        cells = studies_of.cells(study, mood, build.means(12, 3, 30), build.means(10, 4, 30))
        build.agree(pair, study, cells | ({f"outcome/{mood.pk}/study/direction": said} if said else {}))
    planned = build.plan(pair[0], mood)
    jobs_now()
    run = queries.shown_analysis(pair[0], planned.pk).run
    assert [study.get("turned", False) for study in run.input["studies"]] == [False, False, True]
    assert exports.table(run).rows[2].cells[0] == "−12"
    assert exports.table(run).rows[2].arms == "Its scale runs the other way: means times −1."
    extraction.change_outcome(pair[0], mood, higher_is_better=True)
    jobs_now()
    again = queries.current_run(pair[0], planned)
    assert [study.get("turned", False) for study in again.input["studies"]] == [False, True, False]


def test_a_run_knows_which_numbers_were_converted_and_only_those(pair: Pair, jobs_now: DoJobs) -> None:
    mood = studies_of.outcome(pair[0], "Mood", "continuous")
    study = studies_of.study(pair)
    cells = studies_of.cells(study, mood, {"mean": 4, "se": 0.8, "n": 25}, build.means(5, 2, 30))
    for author in pair:
        sheet = extraction.save_entries(author, extraction.start_sheet(author, study), studies_of.TEXTS | cells)
        (offer,) = offers(opened(sheet).asked, sheet.answers())
        extraction.submit_sheet(author, extraction.convert(author, study, offer.ref))
    extraction.agree_sheet(pair[0], study, {})
    planned = build.plan(pair[0], mood, measure="MD")
    jobs_now()
    run = queries.shown_analysis(pair[0], planned.pk).run
    one, other = run.input["studies"][0]["arms"]
    assert (one["values"]["sd"], one["converted"], "converted" in other) == (4.0, ["sd"], False)
    (row,) = exports.table(run).rows
    assert row.arms == "Converted from other numbers: SD of Psychotherapy."
    assert (row.label.endswith(" †"), "imputed" in one) == (True, False)
