"""What may a member see of reports and their documents?"""

from __future__ import annotations

from django.db.models import BooleanField, Count, Exists, OuterRef, Prefetch, QuerySet, Value

from reviewapp.access import Can, can
from reviewapp.models import Member, Stage
from screening.models import (
    Attachment,
    Attempt,
    Citation,
    Document,
    Report,
    Standing,
    StandingState,
)
from screening.queries.common import one
from screening.queries.queue import queue


def reports_sought(member: Member) -> QuerySet[Report]:
    """The reports sought: of citations that stand included at title and abstract."""
    included = Standing.objects.filter(
        review=member.review_id, stage=Stage.TITLE_ABSTRACT, state=StandingState.INCLUDE
    )  # which none is that is out of view; few of many, so they are looked up first
    return Report.objects.filter(citation__in=included.values("citation"))


def reports(member: Member) -> QuerySet[Report]:
    """The reports sought, with their citations. `votable`: at full text, waits for my vote."""
    if can(member, Can.SCREEN):
        votable: object = Exists(queue(member, Stage.FULL_TEXT).filter(pk=OuterRef("citation")))
    else:
        votable = Value(False, output_field=BooleanField())
    return reports_sought(member).select_related("citation", "document").annotate(votable=votable)


def with_history(reports: QuerySet[Report]) -> QuerySet[Report]:
    """The reports with what was tried, and with their PDFs, those that were taken off too."""
    attachments = Attachment.objects.select_related("document", "member__user", "ended_by__user")
    return reports.prefetch_related(
        Prefetch("attempts", Attempt.objects.select_related("member__user")), Prefetch("attachments", attachments)
    )


def reports_by_state(member: Member) -> dict[str, int]:
    """How many reports are in each state, for the filter above the list."""
    found = reports_sought(member).order_by().values_list("state").annotate(n=Count("pk"))
    return {state: 0 for state in Report.State.values} | dict(found)


def attempt(member: Member, pk: int) -> Attempt:
    return one(Attempt.objects.filter(report__citation__review=member.review_id), pk=pk)


def attachment(member: Member, pk: int) -> Attachment:
    found = Attachment.objects.filter(report__citation__review=member.review_id)
    return one(found.select_related("report__citation"), pk=pk)


def report(member: Member, citation: Citation) -> Report:
    return one(reports(member), citation=citation)


def report_of(citation: Citation) -> Report | None:
    """The report of a citation that the member was given, if it is sought."""
    return Report.objects.filter(citation=citation).select_related("document").first()


def document(member: Member, pk: int) -> Document:
    return one(Document.objects.filter(review=member.review_id), pk=pk)
