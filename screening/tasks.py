"""Which slow work is done on the screening floor?"""

from reviewapp import jobs
from reviewapp.models import Job
from screening import workflow


@jobs.handles("screening.import")
def take_in(job: Job) -> None:
    workflow.perform_import(job)


@jobs.handles("screening.apply_votes_needed")
def apply_votes_needed(job: Job) -> None:
    workflow.perform_votes_needed(job)


@jobs.handles("screening.follow_votes_needed", one_at_a_time=True)
def follow_votes_needed(job: Job) -> None:
    workflow.perform_following_of_votes(job)


@jobs.handles("screening.deduplicate", one_at_a_time=True)
def deduplicate(job: Job) -> None:
    workflow.perform_deduplication(job)


@jobs.handles("screening.follow")
def follow(job: Job) -> None:
    workflow.perform_following(job)


@jobs.handles("screening.match_pdfs")
def match_pdfs(job: Job) -> None:
    workflow.perform_matching(job)


@jobs.handles("screening.settle_reasons")
def settle_reasons(job: Job) -> None:
    workflow.perform_resettling(job)
