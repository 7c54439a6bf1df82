"""What may a member see of reports and their documents?"""

from __future__ import annotations

from django.db.models import BooleanField, Exists, OuterRef, QuerySet, Value

from reviewapp.access import Can, can
from reviewapp.models import Member, Stage
from screening.models import (
    Citation,
    Document,
    Report,
    Standing,
    StandingState,
)
from screening.queries.common import one
from screening.queries.queue import queue


def reports(member: Member) -> QuerySet[Report]:
    """The reports sought: of citations that stand included at title and abstract. `votable`: at full text, waits for my vote."""
    included = Standing.objects.filter(
        review=member.review_id, stage=Stage.TITLE_ABSTRACT, state=StandingState.INCLUDE, citation=OuterRef("citation")
    )
    found = Report.objects.filter(citation__review=member.review_id, citation__live=True).filter(Exists(included))
    if can(member, Can.SCREEN):
        votable: object = Exists(queue(member, Stage.FULL_TEXT).filter(pk=OuterRef("citation")))
    else:
        votable = Value(False, output_field=BooleanField())
    return found.select_related("citation", "document").annotate(votable=votable)


def report(member: Member, citation: Citation) -> Report:
    return one(reports(member), citation=citation)


def report_of(citation: Citation) -> Report | None:
    """The report of a citation that the member was given, if it is sought."""
    return Report.objects.filter(citation=citation).select_related("document").first()


def document(member: Member, pk: int) -> Document:
    return one(Document.objects.filter(review=member.review_id), pk=pk)
