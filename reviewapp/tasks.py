"""What does Celery call on the ground floor? Numbers in, one function called."""

from celery import shared_task

from reviewapp import audit, jobs
from reviewapp.errors import WrongState
from reviewapp.models import Job


@shared_task
def perform_job(job_id: int) -> None:
    jobs.perform(job_id)


@shared_task
def requeue_stale_jobs() -> None:
    jobs.requeue_stale()


@shared_task
def seal_trails() -> None:
    audit.seal_all()


@jobs.handles("reviewapp.check_trail")
def check_trail(job: Job) -> None:
    breach = next(audit.verify(job.review), None)
    if breach:
        raise WrongState(f"The chain is broken at link {breach.position}: {breach.problem}.")
    jobs.progress(job, 1, 1, "The chain is whole.")
