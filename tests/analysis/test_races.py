"""Is there one right current run, however many people and workers act at the same moment?"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from analysis import exports, pooling, queries, workflow
from analysis.models import REFRESH, RUN, CertaintyRating, Run
from analysis.queries import findings as summary
from analysis.workflow import findings as certainty
from extraction import workflow as extraction
from reviewapp import jobs
from reviewapp.models import Event, Job, Member
from tests.analysis import build
from tests.extraction import build as studies_of

pytestmark = pytest.mark.django_db(transaction=True)

Pair = tuple[Member, Member]


def at_once(*acts: Callable[[], object]) -> None:
    """Do the acts in a thread each, starting together; raise what one of them raised."""
    start = threading.Barrier(len(acts))

    def one(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        for done in [threads.submit(one, act) for act in acts]:
            done.result()


def waiting(kind: str) -> list[int]:
    return list(Job.objects.filter(kind=kind, state=Job.State.QUEUED).order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def unsigned(pair: Pair) -> tuple[Pair, list[Callable[[], object]]]:
    """The two studies of the seed review's secure attachment, with both sheets in, and the acts of signing them."""
    outcome = studies_of.outcome(pair[0])
    build.plan(pair[0], outcome)
    acts = []
    for signer, (label, (a, n1, c, n2)) in zip(pair, build.SECURE.items(), strict=True):
        study = studies_of.study(pair, label)
        for author in pair:
            cells = studies_of.cells(study, outcome, build.events(a, n1), build.events(c, n2))
            studies_of.submitted(author, study, cells)
        acts.append(lambda signer=signer, study=study: extraction.agree_sheet(signer, study, {}))
    for pk in waiting(RUN):
        jobs.perform(pk)
    return pair, acts


def test_two_people_who_sign_the_last_two_studies_at_once_get_one_current_run(
    unsigned: tuple[Pair, list[Callable[[], object]]],
) -> None:
    pair, acts = unsigned
    at_once(*acts)
    looks = waiting(REFRESH)
    assert len(looks) == 2
    at_once(*(lambda pk=pk: jobs.perform(pk) for pk in looks))
    (run,) = waiting(RUN)
    at_once(*(lambda: jobs.perform(run) for _ in range(4)))
    newest, first = Run.objects.order_by("-number")
    assert exports.result_in_words(newest) == "RR 8.93 (1.25 to 63.70)"
    assert queries.shown_analysis(pair[0], newest.analysis_id).is_current
    assert first.result["k"] == 0
    assert Event.unblinded.filter(verb="analysis.run_finished", facts__run=newest.number).count() == 1


def test_data_that_change_during_a_run_end_in_a_run_of_their_own(
    unsigned: tuple[Pair, list[Callable[[], object]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, (sign_first, sign_second) = unsigned
    compute = pooling.compute

    def slowly(*given: object) -> object:
        monkeypatch.setattr(pooling, "compute", compute)
        sign_second()  # the second study is agreed while the run of the first is computed
        return compute(*given)

    sign_first()
    (look,) = waiting(REFRESH)
    jobs.perform(look)
    (run,) = waiting(RUN)
    monkeypatch.setattr(pooling, "compute", slowly)
    jobs.perform(run)
    overtaken = Run.objects.get(job=run)
    assert (overtaken.state, overtaken.result["k"]) == (Run.State.DONE, 1)
    assert queries.shown_analysis(pair[0], overtaken.analysis_id).is_stale
    for kind in (REFRESH, RUN):
        for pk in waiting(kind):
            jobs.perform(pk)
    shown = queries.shown_analysis(pair[0], overtaken.analysis_id)
    assert (shown.is_current, shown.run.number) == (True, overtaken.number + 1)
    assert exports.result_in_words(shown.run) == "RR 8.93 (1.25 to 63.70)"


def test_ten_who_press_run_at_once_get_the_same_run(pair: Pair) -> None:
    outcome = studies_of.outcome(pair[0])
    analysis = build.plan(pair[0], outcome)
    Run.objects.all().delete()  # as if none had been queued yet
    Job.objects.all().delete()
    at_once(*(lambda member=member: workflow.request_run(member, analysis) for member in pair * 5))
    assert Run.objects.get().number == 1
    assert len(waiting(RUN)) == 1


def test_two_raters_who_hand_in_and_sign_at_once_leave_two_ratings_open_to_both_and_one_agreement(
    unsigned: tuple[Pair, list[Callable[[], object]]],
) -> None:
    (first, second), (sign, _) = unsigned
    sign()
    for kind in (REFRESH, RUN):
        for pk in waiting(kind):
            jobs.perform(pk)
    finding = certainty.add_finding(first, queries.analyses(first).get())

    def rate(member: Member, level: int) -> None:
        certainty.rate(member, finding, "randomised", {"imprecision": level}, {"imprecision": "few events"})

    at_once(lambda: rate(first, -1), lambda: rate(second, -2), lambda: rate(first, -1))  # the first with a double click
    assert CertaintyRating.unblinded.count() == 2
    for member in (first, second):
        (line,) = summary.lines(member)
        assert sorted(each.rating.certainty for each in line.pair) == ["Low", "Moderate"]
        told = Event.blind.for_member(member).filter(verb="analysis.certainty_rated")
        assert told.count() == 2

    def agree(member: Member, level: int) -> None:
        certainty.agree_rating(member, finding, "randomised", {"imprecision": level}, {"imprecision": "few events"})

    at_once(lambda: agree(first, -1), lambda: agree(second, -2))
    signed = CertaintyRating.unblinded.filter(agreed=True)
    assert (signed.count(), signed.filter(withdrawn_at=None).count()) == (2, 1)
