"""A job is done once, whoever is killed or away, and ends in words."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from reviewapp import jobs
from reviewapp.errors import BadFile
from reviewapp.models import Event, Job, Member
from reviewapp.tasks import perform_job
from tests import build

Sent = list[int]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """The numbers of the jobs that were put on the broker."""
    numbers: Sent = []
    monkeypatch.setattr(perform_job, "delay", numbers.append)
    return numbers


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Callable[[jobs.Handler], str]:
    """Call it with a function to have a kind of job that this function does."""
    monkeypatch.setattr(jobs, "_handlers", dict(jobs._handlers))

    def register(handler: jobs.Handler) -> str:
        jobs.handles("test.kind")(handler)
        return "test.kind"

    return register


def nothing(job: Job) -> None:
    """A handler that is done at once."""


def left_alone(job: Job, seconds: float = 60) -> None:
    """Nobody has been at the job for so long."""
    Job.objects.filter(pk=job.pk).update(heartbeat=timezone.now() - timedelta(seconds=seconds))


def test_a_job_is_sent_when_its_transaction_is_committed(
    first: Member, sent: Sent, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            job = jobs.enqueue(first, "test.kind", total=7, message="reading", number=3)
        assert sent == []
    assert sent == [job.pk]
    job.refresh_from_db()
    assert (job.state, job.args, job.total, job.message) == ("queued", {"number": 3}, 7, "reading")
    assert (job.review, job.member) == (first.review, first)


def test_a_change_that_is_taken_back_takes_its_job_along(
    first: Member, sent: Sent, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def change_that_fails() -> None:
        with transaction.atomic():
            jobs.enqueue(first, "test.kind")
            raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError):
        change_that_fails()
    assert sent == []
    assert not Job.objects.exists()


def test_a_job_delivered_twice_is_done_once(first: Member, kind: Callable[[jobs.Handler], str]) -> None:
    done = []
    job = jobs.enqueue(first, kind(lambda job: done.append(job.pk)))
    jobs.perform(job.pk)
    jobs.perform(job.pk)
    assert done == [job.pk]
    job.refresh_from_db()
    assert (job.state, job.attempt, job.percent) == ("done", 1, 100)
    assert job.finished_at is not None


def test_a_job_that_somebody_is_at_is_left_to_them(first: Member, kind: Callable[[jobs.Handler], str]) -> None:
    job = jobs.enqueue(first, kind(nothing))
    assert jobs.claim(job.pk) is not None
    assert jobs.claim(job.pk) is None
    left_alone(job)
    again = jobs.claim(job.pk)
    assert again is not None
    assert again.attempt == 2


def test_of_some_kinds_one_job_runs_at_a_time_in_a_review_and_the_next_follows_at_once(
    first: Member,
    owner: Member,
    sent: Sent,
    kind: Callable[[jobs.Handler], str],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr(jobs, "_one_at_a_time", {kind(nothing)})
    elsewhere = build.review(owner.user, title="Elsewhere")
    one, two, foreign = (jobs.enqueue(who, "test.kind") for who in (first, first, elsewhere))
    running = jobs.claim(one.pk)
    assert running is not None
    assert jobs.claim(two.pk) is None, "it waits"
    assert jobs.claim(foreign.pk) is not None, "in another review it does not"
    two.refresh_from_db()
    assert (two.state, two.attempt) == ("queued", 0)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.finish(running, Job.State.DONE)
    assert sent == [two.pk]
    assert jobs.claim(two.pk) is not None


def test_a_job_does_not_wait_for_one_that_nobody_is_at(
    first: Member, kind: Callable[[jobs.Handler], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_one_at_a_time", {kind(nothing)})
    dead, two = jobs.enqueue(first, "test.kind"), jobs.enqueue(first, "test.kind")
    jobs.claim(dead.pk)
    left_alone(dead)
    assert jobs.claim(two.pk) is not None


def test_a_number_without_a_job_does_nothing(db: None) -> None:
    jobs.perform(12345)
    assert not Job.objects.exists()


def test_a_handler_tells_how_far_it_is(first: Member, kind: Callable[[jobs.Handler], str]) -> None:
    seen = []

    def handler(job: Job) -> None:
        jobs.progress(job, 30, total=120, message="30 of 120 records")
        seen.append(Job.objects.get(pk=job.pk))

    job = jobs.enqueue(first, kind(handler))
    jobs.perform(job.pk)
    assert [(each.state, each.percent, each.message) for each in seen] == [("running", 25, "30 of 120 records")]


def test_a_worker_whose_job_was_taken_over_stops_and_changes_nothing(
    first: Member, kind: Callable[[jobs.Handler], str]
) -> None:
    went_on = []

    def handler(job: Job) -> None:
        if job.attempt == 1:
            left_alone(job)
            jobs.perform(job.pk)  # another worker takes it over, and is done
        jobs.progress(job, 1, message=f"attempt {job.attempt}")
        went_on.append(job.attempt)

    job = jobs.enqueue(first, kind(handler))
    jobs.perform(job.pk)
    assert went_on == [2]
    job.refresh_from_db()
    assert (job.state, job.attempt, job.message) == ("done", 2, "attempt 2")


def test_a_worker_that_comes_too_late_does_not_end_the_job_of_another(
    first: Member, kind: Callable[[jobs.Handler], str]
) -> None:
    def handler(job: Job) -> None:
        left_alone(job)
        jobs.claim(job.pk)  # another worker is at it now

    job = jobs.enqueue(first, kind(handler))
    jobs.perform(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("running", 2)


def test_a_refusal_ends_a_job_in_its_words(first: Member, kind: Callable[[jobs.Handler], str]) -> None:
    def handler(job: Job) -> None:
        raise BadFile("“a.ris” is a picture.", todo="Choose the export of a database.")

    job = jobs.enqueue(first, kind(handler))
    jobs.perform(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "“a.ris” is a picture. Choose the export of a database.")


def broken_off(job: Job, times: int) -> None:
    """The job is tried so many times, and breaks off each time."""
    for _ in range(times):
        with pytest.raises(ZeroDivisionError):
            jobs.perform(job.pk)
        left_alone(job)


def test_a_job_that_breaks_off_three_times_at_one_point_is_given_up_in_words(
    first: Member, kind: Callable[[jobs.Handler], str]
) -> None:
    tries = []

    def handler(job: Job) -> None:
        tries.append(job.attempt)
        jobs.progress(job, 30, total=100)
        raise ZeroDivisionError

    job = jobs.enqueue(first, kind(handler))
    broken_off(job, 3)
    jobs.perform(job.pk)
    job.refresh_from_db()
    assert tries == [1, 2, 3]
    assert job.state == "failed"
    assert job.is_given_up
    assert "broke off 3 times at the same point" in job.error
    assert "start it again" in job.error


def test_a_job_that_is_killed_at_other_points_each_time_is_tried_for_longer(
    first: Member, kind: Callable[[jobs.Handler], str]
) -> None:
    def handler(job: Job) -> None:
        jobs.progress(job, job.attempt)
        raise ZeroDivisionError

    job = jobs.enqueue(first, kind(handler))
    broken_off(job, 20)
    jobs.perform(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("failed", 21)
    assert "20 times without coming further" in job.error


def test_a_job_that_moves_forward_may_be_killed_a_hundred_times(
    first: Member, kind: Callable[[jobs.Handler], str]
) -> None:
    stored: list[int] = []

    def handler(job: Job) -> None:
        jobs.progress(job, 10)  # what each attempt has to do anew
        while len(stored) < 100:
            jobs.progress(job, 10, lasting=True)
            stored.append(job.attempt)
            raise ZeroDivisionError

    job = jobs.enqueue(first, kind(handler))
    broken_off(job, 100)
    jobs.perform(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempt, len(stored)) == ("done", 101, 100)


def test_a_job_that_was_given_up_is_started_again_by_a_person_and_goes_on(
    first: Member,
    second: Member,
    sent: Sent,
    kind: Callable[[jobs.Handler], str],
    client: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    mended: list[bool] = []

    def handler(job: Job) -> None:
        if not mended:
            raise ZeroDivisionError

    job = jobs.enqueue(second, kind(handler))
    broken_off(job, 3)
    jobs.perform(job.pk)
    page, again = (f"/reviews/{first.review.slug}/jobs/{job.pk}/{more}" for more in ("", "again/"))
    client.force_login(second.user)
    assert "Start it again" in client.get(page).content.decode()
    mended.append(True)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(again).url == page
        assert client.post(again).url == page  # twice is once
    assert sent == [job.pk]
    job.refresh_from_db()
    assert (job.state, job.error, job.falls) == ("queued", "", [])
    jobs.perform(job.pk)
    job.refresh_from_db()
    assert job.state == "done"
    assert Event.unblinded.filter(verb="job.started_again", actor=second.user).count() == 1
    client.post(again)
    job.refresh_from_db()
    assert job.state == "done"


def test_who_did_not_start_a_job_and_owns_nothing_is_not_offered_to_start_it_again(
    first: Member, second: Member, kind: Callable[[jobs.Handler], str], client: Client
) -> None:
    def handler(job: Job) -> None:
        raise ZeroDivisionError

    job = jobs.enqueue(first, kind(handler))
    broken_off(job, 3)
    jobs.perform(job.pk)
    client.force_login(second.user)
    assert "Start it again" not in client.get(f"/reviews/{first.review.slug}/jobs/{job.pk}/").content.decode()
    assert client.post(f"/reviews/{first.review.slug}/jobs/{job.pk}/again/").status_code == 403


def test_a_job_that_has_its_answer_is_not_offered_again(first: Member, kind: Callable[[jobs.Handler], str]) -> None:
    def handler(job: Job) -> None:
        if job.attempt < 3:
            raise ZeroDivisionError
        raise BadFile("“a.ris” is a picture.")

    job = jobs.enqueue(first, kind(handler))
    broken_off(job, 2)
    jobs.perform(job.pk)
    job.refresh_from_db()
    assert (job.state, job.is_given_up) == ("failed", False)


def test_jobs_that_nobody_is_at_are_sent_again(first: Member, sent: Sent, kind: Callable[[jobs.Handler], str]) -> None:
    waiting, running, lively, finished, new = (jobs.enqueue(first, kind(nothing)) for _ in range(5))
    jobs.claim(running.pk)
    jobs.claim(lively.pk)
    jobs.perform(finished.pk)
    for job in (waiting, running, finished):
        left_alone(job)
    assert jobs.requeue_stale() == 2
    assert sent == [waiting.pk, running.pk]


def test_at_the_start_of_a_service_jobs_that_were_broken_off_go_on_at_once(
    first: Member, sent: Sent, kind: Callable[[jobs.Handler], str]
) -> None:
    waiting, running, finished = (jobs.enqueue(first, kind(nothing)) for _ in range(3))
    jobs.claim(running.pk)
    jobs.perform(finished.pk)
    assert jobs.give_back() == 2
    assert sent == [waiting.pk, running.pk]
    again = jobs.claim(running.pk)
    assert again is not None
    assert (again.attempt, again.falls) == (2, [0])


def test_a_job_that_waits_is_not_sent_again_and_again(first: Member, sent: Sent) -> None:
    job = jobs.enqueue(first, "test.kind")
    left_alone(job)
    assert [jobs.requeue_stale() for _ in range(3)] == [1, 0, 0]
    assert sent == [job.pk]


def test_a_job_waits_when_the_broker_is_away_and_goes_when_it_is_back(
    first: Member, monkeypatch: pytest.MonkeyPatch, kind: Callable[[jobs.Handler], str]
) -> None:
    def away(number: int) -> None:
        raise OperationalError("no such socket")

    monkeypatch.setattr(perform_job, "delay", away)
    job = jobs.enqueue(first, kind(nothing))
    jobs.send(job.pk)
    job.refresh_from_db()
    assert job.state == "queued"
    left_alone(job)
    monkeypatch.setattr(perform_job, "delay", jobs.perform)
    assert jobs.requeue_stale() == 1
    job.refresh_from_db()
    assert job.state == "done"


@pytest.mark.django_db(transaction=True)
def test_the_heart_beats_while_a_handler_computes_in_silence(
    first: Member, monkeypatch: pytest.MonkeyPatch, kind: Callable[[jobs.Handler], str]
) -> None:
    monkeypatch.setattr(jobs, "HEARTBEAT_EVERY", 0.05)
    beats = []

    def handler(job: Job) -> None:
        deadline = time.monotonic() + 10
        while len(set(beats)) < 3 and time.monotonic() < deadline:
            beats.append(Job.objects.get(pk=job.pk).heartbeat)
            time.sleep(0.02)

    job = jobs.enqueue(first, kind(handler))
    jobs.perform(job.pk)
    assert len(set(beats)) == 3
    job.refresh_from_db()
    assert job.state == "done"


@pytest.mark.django_db(transaction=True)
def test_a_job_lets_others_write_between_its_transactions_and_never_within_one(monkeypatch):
    slept = []
    monkeypatch.setattr(jobs.time, "sleep", slept.append)
    with transaction.atomic():
        jobs.breathe()
    assert slept == []
    jobs.breathe()
    assert slept == ([jobs.BREATH] if connection.vendor == "sqlite" else [])
