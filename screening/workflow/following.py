"""What follows when an import goes out of view or comes back? Its citations do: at once where they are few, else batch by batch by a job.

Whether a record counts is said by its import alone, so that undoing and restoring are one change. What the job does rests on what the links
say at that moment, not on whether the import was undone or restored: it may be killed, run again, or be overtaken by the next one.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from reviewapp import audit, jobs
from reviewapp.models import Job, Member
from screening.models import Citation, Import, Link
from screening.workflow.duplicates import look_for_duplicates
from screening.workflow.standing import bring_into_view, drop_out_of_view, live_links

KIND = "screening.follow"
AT_ONCE = 100  # citations: with more of them, all judged, a person would wait
BATCH = 25  # citations per transaction, where others who write must wait for it to end


def follow(member: Member, taken: Import) -> None:
    """Bring the citations of a locked import, which was just undone or restored, in line with it, then look for duplicates."""
    count = citations_of(taken).count()
    if count > AT_ONCE:
        jobs.enqueue(member, KIND, total=count, message="Waiting", import_id=taken.pk)
        return
    bring_in_line(member, citations_of(taken))
    look_again(member, taken)


def perform_following(job: Job) -> None:
    """Bring the citations of an import in line, batch by batch. Run again after a break it goes on where it ended."""
    member, size = job.member, jobs.rows_at_once(BATCH)
    done = job.total - still_to_follow(job, Import.objects.get(pk=job.args["import_id"])).count()
    while True:
        with transaction.atomic():
            taken = Import.objects.select_for_update().get(pk=job.args["import_id"])
            ids = list(still_to_follow(job, taken).values_list("pk", flat=True)[:size])
            if not ids:
                audit.record(member, "screening.import_followed", taken, file=taken.file_name)
                look_again(member, taken)
                return
            bring_in_line(member, Citation.objects.filter(pk__in=ids))
            done = max(0, done) + len(ids)
            told = f"{done:,} citations are {'out of view' if taken.undone_at else 'back'}"
            jobs.progress(job, min(done, job.total), message=told, lasting=True)
            job.args["after"] = ids[-1]
            job.save(update_fields=["args"])
        jobs.breathe()


def still_to_follow(job: Job, taken: Import) -> QuerySet[Citation]:
    """Those of the import's citations at which the job has not been."""
    return citations_of(taken).filter(pk__gt=job.args.get("after", 0)).order_by("pk")


def bring_in_line(member: Member, citations: QuerySet[Citation]) -> None:
    """Take those of the citations out of view that have no record in view any more, and bring those back that have one again."""
    drop_out_of_view(member, citations)
    bring_into_view(member, citations.filter(Exists(live_links(OuterRef("pk")))))


def look_again(member: Member, taken: Import) -> None:
    """What is in view has changed: records are compared anew, where any are there."""
    if taken.completed_at or (taken.undone_at and taken.records.exists()):
        look_for_duplicates(member, taken)


def citations_of(taken: Import) -> QuerySet[Citation]:
    """The citations that an import's records are linked to."""
    links = Link.objects.filter(undone_at=None, record__source=taken, citation=OuterRef("pk"))
    return Citation.objects.filter(Exists(links))
