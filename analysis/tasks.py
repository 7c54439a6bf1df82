"""Which slow work is done on the analysis floor?"""

from analysis import workflow
from reviewapp import jobs
from reviewapp.models import Job


@jobs.handles(workflow.LOOKED_AT)
def refresh(job: Job) -> None:
    workflow.perform_refresh(job)


@jobs.handles(workflow.RUN)
def run(job: Job) -> None:
    workflow.perform_run(job)
