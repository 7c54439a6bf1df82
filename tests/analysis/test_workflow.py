"""Does an agreement start its run, once, and is too little data said in words?"""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from analysis import exchange, exports, queries, workflow
from analysis.models import REFRESH, RUN, Analysis, Run
from analysis.queries.doubts import estimates
from analysis.queries.inputs import agreed
from extraction import workflow as extraction
from extraction.models import Arm, Outcome
from reviewapp import jobs
from reviewapp.errors import BadInput, NotHere, Refused, WrongState
from reviewapp.models import Event, Job, Member
from reviewapp.workflow import amend_protocol
from tests.analysis import build
from tests.extraction import build as studies_of

pytestmark = pytest.mark.django_db

Pair = tuple[Member, Member]
DoJobs = Callable[[], int]


def result(member: Member, analysis: Analysis) -> str:
    return exports.result_in_words(queries.current_run(member, analysis))


# --- the seed review's tables -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tables", "published"),
    [
        (build.SECURE, "RR 8.93 (1.25 to 63.70)"),  # CD010534 (Barlow 2015), abstract; tables reconstructed
        (build.INSECURE_TO_SECURE, "RR 11.45 (3.11 to 42.08)"),
    ],
)
def test_agreed_tables_give_the_published_result(
    pair: Pair, outcome: Outcome, jobs_now: DoJobs, tables: dict, published: str
) -> None:
    analysis = build.plan(pair[0], outcome)
    build.studies(pair, outcome, tables)
    jobs_now()
    run = queries.current_run(pair[0], analysis)
    assert exports.result_in_words(run) == published
    assert (run.result["k"], run.result["participants"]) == (2, 168)


def test_inverse_variance_q_misses_the_published_result(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    analysis = build.plan(pair[0], outcome, method="IV")
    build.studies(pair, outcome, build.SECURE)
    jobs_now()
    assert result(pair[0], analysis) == "RR 8.88 (1.28 to 61.82)"  # the seed notes' 8.8813 (1.2760 to 61.8163)


def test_means_are_pooled_as_hedges_g(pair: Pair, first: Member, jobs_now: DoJobs) -> None:
    depression = studies_of.outcome(first, "Depression", "continuous")
    analysis = build.plan(first, depression)
    build.study(pair, "Murray 2003", depression, build.means(10, 5, 50), build.means(12, 5, 50))
    jobs_now()
    run = queries.current_run(first, analysis)
    # g = (10 - 12)/5 x (1 - 3/(4 x 100 - 9)) = -0.4 x 388/391
    assert run.result["estimate"] == pytest.approx(-0.4 * (1 - 3 / 391), abs=1e-12)


# --- one run for each input ---------------------------------------------------------------------------------------


def test_signing_an_agreement_starts_a_run(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    analysis = build.plan(pair[0], outcome)
    jobs_now()
    assert analysis.runs.get().state == Run.State.EMPTY
    build.studies(pair, outcome, {"Murray 2003": (5, 50, 10, 50)})
    jobs_now()
    assert result(pair[0], analysis) == "RR 0.50 (0.18 to 1.36)"
    assert [run.number for run in analysis.runs.all()] == [2, 1]


def test_equal_input_is_not_run_twice(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    build.studies(pair, outcome, build.SECURE)
    analysis = build.plan(pair[0], outcome)
    jobs_now()
    once = workflow.request_run(pair[0], analysis)
    again = workflow.request_run(pair[1], analysis)
    assert once == again == analysis.runs.get()
    assert jobs_now() == 0


def test_two_agreements_at_once_give_one_run(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    analysis = build.plan(pair[0], outcome)
    jobs_now()
    build.studies(pair, outcome, build.SECURE)
    looks = Job.objects.filter(kind=REFRESH, state=Job.State.QUEUED)
    assert looks.count() == 2
    jobs_now()
    assert [run.result["k"] for run in analysis.runs.all()] == [2, 0]


def test_a_run_waiting_for_a_worker_is_not_queued_again(pair: Pair, outcome: Outcome) -> None:
    analysis = build.plan(pair[0], outcome)
    assert workflow.request_run(pair[0], analysis).job == analysis.runs.get().job
    assert Job.objects.filter(kind=RUN).count() == 1


def test_the_database_refuses_a_second_run_of_equal_input(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    build.plan(pair[0], outcome)
    run = Run.objects.get()
    twin = Run(analysis=run.analysis, number=2, input={}, options={}, input_hash=run.input_hash, member=pair[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_a_run_done_twice_stores_one_result(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    build.plan(pair[0], outcome)
    jobs_now()
    run = Run.objects.get()
    workflow.perform_run(run.job)
    assert Run.objects.get().finished_at == run.finished_at
    assert Event.unblinded.filter(verb="analysis.run_finished").count() == 1


def test_a_superseded_worker_changes_nothing(pair: Pair, outcome: Outcome) -> None:
    build.plan(pair[0], outcome)
    run = Run.objects.get()
    slow = jobs.claim(run.job_id)
    Job.objects.filter(pk=slow.pk).update(attempt=slow.attempt + 1)  # another worker took it over
    with pytest.raises(jobs.Superseded):
        workflow.perform_run(slow)
    run.refresh_from_db()
    assert (run.state, run.result) == (Run.State.QUEUED, None)
    assert not Event.unblinded.filter(verb="analysis.run_finished").exists()


def test_a_run_whose_job_was_given_up_is_sent_again(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    analysis = build.plan(pair[0], outcome)
    given_up = Run.objects.get().job
    jobs.claim(given_up.pk)
    jobs.finish(Job.objects.get(pk=given_up.pk), Job.State.FAILED, "The worker's log says why.")
    assert queries.shown_analysis(pair[0], analysis.pk).has_failed
    run = workflow.request_run(pair[0], analysis)
    assert run.job != given_up
    jobs_now()
    assert queries.current_run(pair[0], analysis) == run


# --- changed data ----------------------------------------------------------------------------------------------


def test_a_reopened_agreement_makes_its_run_stale_and_the_page_says_what_changed(
    pair: Pair, outcome: Outcome, jobs_now: DoJobs, client: Client
) -> None:
    analysis = build.plan(pair[0], outcome)
    one, _ = build.studies(pair, outcome, build.SECURE)
    jobs_now()
    extraction.reopen_sheet_agreement(pair[0], one)
    shown = queries.shown_analysis(pair[0], analysis.pk)
    assert (shown.is_stale, shown.run.result["k"]) == (True, 2)
    assert (shown.since, shown.is_only_marked) == (["Cicchetti 1999a dropped out."], False)
    client.force_login(pair[0].user)
    page = client.get(reverse("analysis:analysis", args=[pair[0].review.slug, analysis.pk])).content.decode()
    assert "What has changed since (1)" in page
    assert "<li>Cicchetti 1999a dropped out.</li>" in page
    jobs_now()
    shown = queries.shown_analysis(pair[0], analysis.pk)
    assert (shown.is_stale, shown.is_provisional, shown.run.result["k"]) == (False, True, 1)


def test_the_same_agreement_signed_again_brings_the_old_run_back(
    pair: Pair, outcome: Outcome, jobs_now: DoJobs
) -> None:
    analysis = build.plan(pair[0], outcome)
    one, _ = build.studies(pair, outcome, build.SECURE)
    jobs_now()
    before = queries.current_run(pair[0], analysis)
    extraction.reopen_sheet_agreement(pair[0], one)
    jobs_now()
    extraction.agree_sheet(pair[1], one, {})
    jobs_now()
    assert queries.current_run(pair[0], analysis) == before


def test_an_arm_that_changes_its_role_drops_out(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    analysis = build.plan(pair[0], outcome)
    one, _ = build.studies(pair, outcome, build.SECURE)
    jobs_now()
    extraction.change_arm(pair[0], one.arms.get(role=Arm.Role.CONTROL), role=Arm.Role.OTHER)
    jobs_now()
    run = queries.current_run(pair[0], analysis)
    assert run.result["k"] == 1
    assert "Cicchetti 1999a (it has no control arm with numbers for this outcome)" in run.message


def test_agreed_judgements_are_part_of_the_input(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    analysis = build.plan(pair[0], outcome)
    one = build.studies(pair, outcome, build.SECURE)[0]
    jobs_now()
    before = queries.current_run(pair[0], analysis)
    for author in pair:
        studies_of.assessed(author, one, {"allocation_concealment": "high"})
    extraction.agree_assessment(pair[0], one, {})
    jobs_now()
    run = queries.current_run(pair[0], analysis)
    assert run.number == before.number + 1
    assert run.result["studies"][0]["bias"]["allocation_concealment"] == "high"
    assert run.result["estimate"] == before.result["estimate"]


def test_a_study_whose_report_falls_out_is_pooled_no_more(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    from screening import workflow as screening

    analysis = build.plan(pair[0], outcome)
    one = build.studies(pair, outcome, build.SECURE)[0]
    jobs_now()
    screening.withdraw_vote(pair[0], one.report_links.get().citation, "full_text")
    jobs_now()
    assert [each["label"] for each in queries.current_run(pair[0], analysis).result["studies"]] == ["Cicchetti 2006b"]


# --- too little data, in words ------------------------------------------------------------------------------------


def test_no_study_is_said(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    build.plan(pair[0], outcome)
    jobs_now()
    run = Run.objects.get()
    assert run.state == Run.State.EMPTY
    assert run.message == "No study has agreed numbers for this outcome yet."


def test_one_study_is_shown_as_its_own_result(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    build.studies(pair, outcome, {"Murray 2003": (5, 50, 10, 50)})
    build.plan(pair[0], outcome)
    jobs_now()
    run = Run.objects.get()
    assert (run.state, run.result["k"]) == (Run.State.DONE, 1)
    assert run.message == "One study: what is shown is its own result; nothing is pooled."


def test_a_study_without_events_is_left_out_and_listed(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    build.studies(pair, outcome, {**build.SECURE, "Quiet 2001": (0, 20, 0, 20)})
    build.plan(pair[0], outcome)
    jobs_now()
    run = Run.objects.get()
    assert (run.result["k"], run.result["participants"]) == (2, 168)
    assert run.message == "Left out: Quiet 2001 (nobody has the event in either group)."
    assert [row.label for row in exports.table(run).rows if row.reason] == ["Quiet 2001"]


def test_studies_without_any_event_are_nothing_to_pool(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    build.studies(pair, outcome, {"Quiet 2001": (0, 20, 0, 20), "Quiet 2002": (0, 30, 0, 30)})
    build.plan(pair[0], outcome)
    jobs_now()
    run = Run.objects.get()
    assert run.state == Run.State.EMPTY
    assert run.message.startswith("No study has an effect that can be estimated. Left out:")


# --- planning --------------------------------------------------------------------------------------------------


def test_changed_options_are_another_run_and_changed_words_are_not(
    pair: Pair, outcome: Outcome, jobs_now: DoJobs
) -> None:
    build.studies(pair, outcome, build.SECURE)
    analysis = build.plan(pair[0], outcome)
    jobs_now()
    workflow.change_plan(pair[0], analysis, note="Reconstructed.", favours_right="Favours therapy")
    assert jobs_now() == 0
    workflow.change_plan(pair[0], analysis, model="fixed")
    jobs_now()
    assert result(pair[0], analysis) == "RR 5.31 (3.00 to 9.40)"  # the seed notes' 5.3138 (3.0039 to 9.3998)
    newest, _ = queries.history(pair[0], analysis)
    assert newest.changes == ["Model: random became fixed.", "Variance between studies: DL became one common effect."]


def test_intervals_of_another_level_are_said_wherever_they_stand_and_no_earlier_run_becomes_stale(
    pair: Pair, outcome: Outcome, jobs_now: DoJobs, client: Client
) -> None:
    build.studies(pair, outcome, build.SECURE)
    analysis = build.plan(pair[0], outcome)
    jobs_now()
    assert "level" not in queries.current_run(pair[0], analysis).options
    workflow.change_plan(pair[0], analysis, level="99")
    jobs_now()
    run = queries.current_run(pair[0], analysis)
    assert (run.number, run.result["pooled"]["level"]) == (2, 99)
    whole, _ = queries.history(pair[0], analysis)
    assert whole.changes == ["Level of intervals: 95% became 99%."]
    usual = whole.before.result["pooled"]
    assert run.result["pooled"]["ci_ub"] - usual["estimate"] == pytest.approx(
        (usual["ci_ub"] - usual["estimate"]) * 2.5758293035489 / 1.9599639845401, rel=1e-9
    )
    assert result(pair[0], analysis).startswith("RR 8.93 (99% CI 0.")
    client.force_login(pair[0].user)
    slug = pair[0].review.slug
    page = client.get(reverse("analysis:analysis", args=[slug, analysis.pk])).content.decode()
    assert "Total (99% CI)" in page
    assert "99%; confidence: Wald" in page
    assert "95%" not in page.partition('<section aria-labelledby="history">')[0]
    text = client.get(reverse("analysis:text", args=[slug])).content.decode()
    assert "99% confidence interval" in text
    assert "99% intervals; confidence: Wald" in text
    assert b'CI_TOTAL="99"' in exchange.revman_file(pair[0], "rm5")
    shown = queries.shown_analysis(pair[0], analysis.pk)
    (first, *_) = estimates(shown, outcome, agreed(pair[0], [analysis]).studies)
    row = run.result["studies"][0]
    assert first.se == pytest.approx((math.log(row["upper"]) - math.log(row["lower"])) / 2 / 2.5758293, rel=1e-6)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"measure": "RR", "method": "IV", "level": "80"}, "is no level of intervals"),
        ({"measure": "SMD", "method": "IV"}, "does not fit"),
        ({"measure": "RR", "method": "XX"}, "is no method"),
        ({"measure": "RR", "method": "MH", "preset": "RevMan 4"}, "is no conventions"),
        ({"measure": "RR", "method": "MH", "published": "x" * 201}, "at most 200 characters"),
        ({"measure": "RR", "method": "IV", "estimator": "AB"}, "is no variance between studies"),
        ({"measure": "RR", "method": "IV", "model": "fixed", "estimator": "DL"}, "no matter of choice"),
        ({"measure": "RR", "method": "IV", "model": "fixed", "interval": "knha"}, "no matter of choice"),
        ({"measure": "RR", "method": "IV", "model": "fixed", "prediction": "V"}, "no matter of choice"),
        ({"measure": "RR", "method": "MH", "estimator": "REML"}, "go with DerSimonian and Laird"),
        ({"measure": "OR", "method": "MH", "interval": "knha"}, "go with DerSimonian and Laird"),
        ({"measure": "RR", "method": "Peto", "model": "fixed"}, "pools odds ratios"),
        ({"measure": "OR", "method": "Peto"}, "one common effect"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    first: Member, outcome: Outcome, options: dict[str, str], told: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        workflow.plan(first, outcome, **options)
    assert told in refusal.value.message
    assert refusal.value.todo
    assert not Analysis.objects.exists()


def test_the_same_plan_twice_is_refused(first: Member, outcome: Outcome) -> None:
    build.plan(first, outcome)
    with pytest.raises(BadInput, match="planned already"):
        build.plan(first, outcome)
    build.plan(first, outcome, model="fixed")
    assert Analysis.objects.count() == 2


def test_a_dropped_analysis_runs_no_more_until_it_is_restored(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    analysis = build.plan(pair[0], outcome)
    jobs_now()
    runs = analysis.runs.count()
    workflow.drop_analysis(pair[0], analysis)
    build.studies(pair, outcome, build.SECURE)
    jobs_now()
    assert analysis.runs.count() == runs
    with pytest.raises(WrongState, match="dropped"):
        workflow.request_run(pair[0], analysis)
    workflow.restore_analysis(pair[0], analysis)
    jobs_now()
    assert result(pair[0], analysis) == "RR 8.93 (1.25 to 63.70)"


def test_who_may_not_analyse_is_refused_and_strangers_find_nothing(
    arbiter: Member, observer: Member, first: Member, outcome: Outcome
) -> None:
    for member in (arbiter, observer):
        with pytest.raises(Refused):
            build.plan(member, outcome)
    stranger = studies_of.build.review(owner=studies_of.build.user("Ursa Stranger"), title="Another review")
    with pytest.raises(NotHere):
        build.plan(stranger, outcome)
    analysis = build.plan(first, outcome)
    with pytest.raises(NotHere):
        workflow.drop_analysis(stranger, analysis)
    with pytest.raises(NotHere):
        queries.run(stranger, analysis.runs.get().pk)


def test_an_arbiter_who_signs_an_agreement_starts_the_run(
    pair: Pair, arbiter: Member, outcome: Outcome, jobs_now: DoJobs
) -> None:
    analysis = build.plan(pair[0], outcome)
    study = studies_of.study(pair)
    for author in pair:
        studies_of.submitted(author, study, studies_of.cells(study, outcome, build.events(5, 50), build.events(9, 50)))
    extraction.agree_sheet(arbiter, study, {})
    jobs_now()
    assert queries.current_run(pair[0], analysis).member == arbiter


# --- several arms ------------------------------------------------------------------------------------------------


def test_several_arms_of_a_group_are_combined_and_said(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> None:
    study = studies_of.study(pair)
    extraction.add_arm(pair[0], study, name="Counselling", role=Arm.Role.EXPERIMENTAL)
    extraction.add_arm(pair[0], study, name="Well mothers", role=Arm.Role.OTHER)
    rows = [build.events(5, 50), build.events(20, 60), build.events(3, 40), build.events(1, 70)]
    build.agree(pair, study, studies_of.cells(study, outcome, *rows))
    build.plan(pair[0], outcome)
    jobs_now()
    run = Run.objects.get()
    (row,) = run.result["studies"]
    assert row["experimental"] == {"events": 8, "total": 90}
    assert run.result["participants"] == 150
    told = exports.table(run).rows[0].arms
    assert told == "Intervention combines Psychotherapy and Counselling. Not used: Well mothers."
    split = workflow.change_plan(pair[0], Analysis.objects.get(), arms="split")
    jobs_now()
    rows = exports.table(split.runs.first()).rows
    assert [row.label.split(": ")[1] for row in rows] == ["Psychotherapy", "Counselling"]
    assert rows[0].cells[2:4] == ("10", "30"), "half of the control group"
    assert exports.forest_svg(split.runs.first()).count("Counselling") >= 1
    assert (
        "Several arms of a group: combined became one by one, control split."
        in queries.history(pair[0], split)[0].changes
    )


def test_small_study_tests_run_from_the_protocols_number_of_studies_on_unless_the_plan_has_its_own(
    pair: Pair, owner: Member, outcome: Outcome, jobs_now: Callable[[], int]
) -> None:
    tables = {"Orme 2003": (12, 40, 20, 40), "Abe 1999": (5, 30, 9, 30), "Rask 2011": (30, 90, 41, 82)}
    build.studies(pair, outcome, tables)
    left, own = build.plan(pair[0], outcome), build.plan(pair[0], outcome, model="fixed", tests_from=4)
    jobs_now()

    def tested(analysis: Analysis) -> tuple[int, int]:
        shown = queries.shown_analysis(pair[0], analysis.pk)
        assert shown.is_current
        found = shown.run.result["beyond"]["small_study"]
        return found["least"], len(found["tests"])

    assert (tested(left), tested(own)) == ((10, 0), (4, 0))
    before = left.runs.count(), own.runs.count()
    amend_protocol(owner, small_study_tests_from=3)
    jobs_now()
    assert (tested(left), tested(own)) == ((3, 2), (4, 0))
    assert (left.runs.count(), own.runs.count()) == (before[0] + 1, before[1])
    (change, *_) = queries.history(pair[0], left)
    assert change.changes == ["Small-study tests from: 10 became 3."]
    amend_protocol(owner, note="Nothing of the synthesis")
    assert jobs_now() == 0
