"""How does a whole review leave? Asked for by an owner, packed by a job as that owner may see it, handed to that owner alone."""

from __future__ import annotations

from django.db import transaction

from analysis import archive
from analysis.models import ARCHIVE, Package
from reviewapp import audit, files, jobs
from reviewapp.access import Can, require
from reviewapp.models import Job, Member
from reviewapp.workflow import lock_review

LARGEST = 200_000_000_000  # bytes; PDFs of a very large review


def make_archive(member: Member) -> Package:
    """Ask for an archive. One of this member that is being made is not begun again."""
    require(member, Can.ARCHIVE)
    with transaction.atomic():
        review = lock_review(member)
        under_way = Package.objects.filter(
            review=review, member=member, whole=True, sha256="", job__state__in=[Job.State.QUEUED, Job.State.RUNNING]
        )
        if found := under_way.first():
            return found
        made = Package.objects.create(review=review, member=member, whole=True)
        made.job = jobs.enqueue(member, ARCHIVE, message="Packing the whole review", package=made.pk)
        made.save(update_fields=["job"])
        audit.record(member, "analysis.archive_asked_for", made)
    return made


def perform_archive(job: Job) -> None:
    """Pack one archive and keep it."""
    with archive.content(job.member, lambda done, total: jobs.progress(job, done, total=total)) as pieces:
        kept = files.keep(pieces, name="archive.zip", most=LARGEST)
    with transaction.atomic():
        jobs.progress(job, job.done)
        made = Package.objects.select_for_update().get(pk=job.args["package"])
        if made.sha256:
            return
        made.sha256, made.size = kept.sha256, kept.size
        made.save(update_fields=["sha256", "size"])
        audit.record(job.member, "analysis.archive_made", made, sha256=kept.sha256, size=kept.size)
