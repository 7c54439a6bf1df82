"""What may a member see of the PDFs that were sent many at once?"""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from reviewapp.models import Member
from screening.models import Batch, BatchFile, Report
from screening.queries.common import one
from screening.queries.reports import reports

OFFERED = 1000  # reports that the fields propose while one types


def batches(member: Member) -> QuerySet[Batch]:
    """The review's batches, newest first, with how many files each has, and how many are attached by it."""
    found = Batch.objects.filter(review=member.review_id).select_related("member__user", "job")
    return found.annotate(
        count=Count("files"),
        attached=Count("files", filter=Q(files__attachment__ended_at=None, files__attachment__isnull=False)),
    )


def batch(member: Member, pk: int) -> Batch:
    return one(batches(member), pk=pk)


def files(batch: Batch) -> QuerySet[BatchFile]:
    """The files of a batch, those without a match first: they need a person."""
    found = batch.files.select_related("document", "citation__report__document", "attachment")
    return found.annotate(matched=Count("citation")).order_by("matched", "pk")


def offered(member: Member) -> QuerySet[Report]:
    """The reports that have no PDF yet, to choose from."""
    return reports(member).filter(document=None).order_by("citation")[:OFFERED]
