"""Which slow work is done on the analysis floor?"""

from analysis import workflow
from analysis.models import ARCHIVE, CHECK, DRAW, PACK, REFRESH, RUN, TAKE, TAKE_BACK
from analysis.workflow import archiving, taking
from reviewapp import jobs
from reviewapp.models import Job


@jobs.handles(REFRESH)
def refresh(job: Job) -> None:
    workflow.perform_refresh(job)


@jobs.handles(RUN)
def run(job: Job) -> None:
    workflow.perform_run(job)


@jobs.handles(DRAW)
def draw(job: Job) -> None:
    workflow.perform_drawing(job)


@jobs.handles(PACK)
def pack(job: Job) -> None:
    workflow.perform_package(job)


@jobs.handles(CHECK)
def check(job: Job) -> None:
    workflow.perform_flow_check(job)


@jobs.handles(TAKE)
def take_over(job: Job) -> None:
    taking.perform_takeover(job)


@jobs.handles(ARCHIVE)
def archive(job: Job) -> None:
    archiving.perform_archive(job)


@jobs.handles(TAKE_BACK)
def take_back(job: Job) -> None:
    taking.perform_undo(job)
