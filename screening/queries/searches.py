"""What may a member see of searches, imports and their records?"""

from __future__ import annotations

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from reviewapp.models import Member
from screening.models import (
    Import,
    Record,
    Search,
)
from screening.queries.common import one


def searches(member: Member) -> QuerySet[Search]:
    """The review's searches with `records`: how many are taken in by imports that stand."""
    records = (
        Record.objects.filter(source__search=OuterRef("pk"), source__undone_at=None)
        .order_by()
        .values("source__search")
        .annotate(n=Count("*"))
        .values("n")
    )
    return (
        Search.objects.filter(review=member.review_id)
        .annotate(records=Coalesce(Subquery(records), 0))
        .prefetch_related("imports")
    )


def sources_to_choose(member: Member) -> QuerySet[Search]:
    """The searches by which something may have been found, without the cost of counting what was."""
    return Search.objects.filter(review=member.review_id, dropped_at=None)


def search(member: Member, pk: int) -> Search:
    return one(searches(member), pk=pk)


def imports(member: Member) -> QuerySet[Import]:
    """The review's imports with `records`: how many each has taken in so far."""
    return (
        Import.objects.filter(search__review=member.review_id)
        .select_related("search", "job")
        .annotate(record_count=Count("records"))
    )


def import_(member: Member, pk: int) -> Import:
    return one(imports(member), pk=pk)


def records_with_problems(taken: Import) -> QuerySet[Record]:
    """The records of an import of which something could not be understood."""
    return taken.records.exclude(problems=[]).order_by("position")
