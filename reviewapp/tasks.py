"""What does Celery call on the ground floor? Numbers in, one function called."""

from celery import shared_task

from reviewapp import audit, jobs


@shared_task
def perform_job(job_id: int) -> None:
    jobs.perform(job_id)


@shared_task
def requeue_stale_jobs() -> None:
    jobs.requeue_stale()


@shared_task
def seal_trails() -> None:
    audit.seal_all()
