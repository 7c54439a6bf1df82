"""How is slow work done so that nothing is lost? A Job row is the record; the broker only carries its number.

A floor registers a handler for a kind of job. `enqueue` stores the row in the verb's transaction and sends it after commit; if
the broker is away the row waits, and beat sends it again. `perform` claims the row, so that a job delivered twice runs once, and that of
some kinds one runs at a time in a review: those that decide by what they have read of all of it. A handler works in short transactions, is
safe to run again from the start, and reports with `progress`. The heartbeat says that its process lives.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from django.db import OperationalError as DatabaseAway
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from reviewapp.errors import DomainError
from reviewapp.models import Job, Member, Review

log = logging.getLogger(__name__)

STALE_AFTER = timedelta(seconds=15)  # no heartbeat for so long: whoever ran it is gone
HEARTBEAT_EVERY = 3.0  # seconds
SAME_POINT = 3  # an attempt that breaks off at one point so many times does so again
MOST_FALLS = 20  # at different points, without anything that lasts: such as a machine that goes down again and again
BREATH = 0.01  # seconds
WHOLE = 1000  # parts of a job that does not count in things

Handler = Callable[[Job], None]
_handlers: dict[str, Handler] = {}
_one_at_a_time: set[str] = set()


class Superseded(Exception):  # noqa: N818 - not an error: another worker has taken the job over
    """Another worker has taken this job over; stop without a trace."""


def handles(kind: str, *, one_at_a_time: bool = False) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind; one_at_a_time: never two of them at once in a review."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        (_one_at_a_time.add if one_at_a_time else _one_at_a_time.discard)(kind)
        return handler

    return register


def enqueue(member: Member, kind: str, *, total: int = 0, message: str = "", **args: object) -> Job:
    """Store a job and send it to the workers when the transaction is committed."""
    job = Job.objects.create(
        review_id=member.review_id, member=member, kind=kind, args=args, total=total, message=message
    )
    transaction.on_commit(lambda: send(job.pk))
    return job


def send(job_id: int) -> None:
    """Put a job's number on the broker. If the broker is away the row waits for `requeue_stale`."""
    from reviewapp.tasks import perform_job

    try:
        perform_job.delay(job_id)
    except OperationalError as error:
        log.warning("job %s waits for the broker: %s", job_id, error)


def claim(job_id: int) -> Job | None:
    """Take a job that nobody is at. None when it is finished, unknown, another worker's heart beats, or it is not its turn."""
    with transaction.atomic():
        if not is_its_turn(job_id):
            return None
        jobs = Job.objects.select_for_update(of=["self"]).select_related("member__review", "member__user")
        job = jobs.filter(pk=job_id).first()
        if job is None or job.is_finished:
            return None
        now = timezone.now()
        if job.state == Job.State.RUNNING and now - job.heartbeat < STALE_AFTER:
            return None
        if job.state == Job.State.RUNNING:  # and nobody is at it: that attempt broke off
            job.falls.append(job.done)
        job.attempt += 1
        job.done = 0
        job.state = Job.State.RUNNING
        job.heartbeat = now
        job.save(update_fields=["attempt", "falls", "done", "state", "heartbeat"])
        return job


def is_its_turn(job_id: int) -> bool:
    """Whether no other job of its kind runs in its review, where one is to run at a time. The review is locked then, so that it stays so."""
    job = Job.objects.filter(pk=job_id, kind__in=_one_at_a_time).first()
    if job is None:
        return True
    Review.objects.select_for_update(no_key=True).get(pk=job.review_id)
    others = Job.objects.filter(review=job.review_id, kind=job.kind, state=Job.State.RUNNING).exclude(pk=job_id)
    return not others.filter(heartbeat__gt=timezone.now() - STALE_AFTER).exists()


def send_next(job: Job) -> None:
    """Send the job that waited for this one to end, if there is one."""
    if job.kind in _one_at_a_time:
        waiting = Job.objects.filter(review=job.review_id, kind=job.kind, state=Job.State.QUEUED).order_by("pk").first()
        if waiting:
            transaction.on_commit(lambda: send(waiting.pk))


def progress(
    job: Job, done: int, total: int | None = None, message: str | None = None, *, lasting: bool = False
) -> None:
    """Tell how far a job is. Raises Superseded when another worker has taken it over meanwhile.

    lasting: this transaction does something that the next attempt need not do again. However often such a job is killed, it ends.
    """
    fields: dict[str, object] = {"done": done, "heartbeat": timezone.now()}
    if lasting:
        fields["falls"] = []
    if total is not None:
        fields["total"] = total
    if message is not None:
        fields["message"] = message[:300]
    if not Job.objects.filter(pk=job.pk, attempt=job.attempt, state=Job.State.RUNNING).update(**fields):
        raise Superseded


def rows_at_once(few: int) -> int:
    """How many rows a job changes in one transaction: few where all others who write wait for it, more elsewhere."""
    return few if connection.vendor == "sqlite" else 6 * few


def breathe() -> None:
    """Let others write, between two transactions of a job that writes many.

    SQLite has one writer: who waits in its queue is woken when a transaction ends, and needs a moment in which the job does not begin the next.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(BREATH)


def finish(job: Job, state: str, error: str = "") -> None:
    fields = {"state": state, "error": error, "heartbeat": timezone.now(), "finished_at": timezone.now()}
    Job.objects.filter(pk=job.pk, attempt=job.attempt).update(**fields)
    send_next(job)


START_AGAIN = "What was done until then is kept. The worker's log says why; start it again when that is mended. It goes on where it ended."


def hopeless(job: Job) -> str:
    """Why another attempt would end as those before did; empty where it may not."""
    if job.falls.count(job.falls[-1] if job.falls else 0) >= SAME_POINT:
        return f"Given up: it broke off {SAME_POINT} times at the same point."
    if len(job.falls) >= MOST_FALLS:
        return f"Given up: it broke off {MOST_FALLS} times without coming further."
    return ""


def perform(job_id: int) -> None:
    """Do one job, if it is still to be done. A DomainError ends it in words; any other error is tried again, then fails."""
    job = claim(job_id)
    if job is None:
        return
    if why := hopeless(job):
        finish(job, Job.State.FAILED, f"{why} {START_AGAIN}")
        return
    try:
        with beating(job):
            _handlers[job.kind](job)
    except Superseded:
        return
    except DomainError as error:
        Job.objects.filter(pk=job.pk, attempt=job.attempt).update(falls=[])  # it is not given up: it has its answer
        finish(job, Job.State.FAILED, f"{error.message} {error.todo}".strip())
    else:
        finish(job, Job.State.DONE)


@contextmanager
def beating(job: Job) -> Iterator[None]:
    """Let the job's heart beat while its handler computes, from a thread with a database connection of its own."""
    over = Event()

    def beat() -> None:
        mine = Job.objects.filter(pk=job.pk, attempt=job.attempt, state=Job.State.RUNNING)
        while not over.wait(HEARTBEAT_EVERY):
            try:
                mine.update(heartbeat=timezone.now())
            except DatabaseAway as error:
                log.warning("the heart of job %s missed a beat: %s", job.pk, error)
        connection.close()

    thread = Thread(target=beat, name=f"heart of job {job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def revive(job: Job) -> None:
    """Queue a locked job that was given up, as if it were new."""
    job.state, job.error, job.falls, job.done = Job.State.QUEUED, "", [], 0
    job.message, job.heartbeat, job.finished_at = "Waiting", timezone.now(), None
    job.save(update_fields=["state", "error", "falls", "done", "message", "heartbeat", "finished_at"])
    transaction.on_commit(lambda: send(job.pk))


def requeue_stale() -> int:
    """Send again every job that waits or runs without a heartbeat, the oldest first; say how many."""
    limit = timezone.now() - STALE_AFTER
    stale = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING], heartbeat__lt=limit)
    ids = list(stale.order_by("pk").values_list("pk", flat=True)[:500])
    # A queued job's heartbeat is when it was last sent; a running one keeps its own, or `claim` would wait again.
    Job.objects.filter(pk__in=ids, state=Job.State.QUEUED).update(heartbeat=timezone.now())
    for job_id in ids:
        send(job_id)
    return len(ids)


def give_back() -> int:
    """Send every job that is not finished, and say how many. For the start of a service, when no worker of before can be at one."""
    unfinished = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])
    unfinished.update(heartbeat=timezone.now() - 2 * STALE_AFTER)
    return requeue_stale()
