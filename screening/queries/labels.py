"""Which labels does the review have, which of them may a member see on citations, and which words does the desk mark?"""

from __future__ import annotations

from django.db.models import QuerySet

from reviewapp.models import Member
from screening.models import Label, Terms
from screening.queries.common import one
from screening.terms import Marker


def labels(member: Member) -> QuerySet[Label]:
    """The labels that can be put on citations."""
    return Label.objects.filter(review=member.review_id, merged_into=None, dropped_at=None)


def dropped_labels(member: Member) -> QuerySet[Label]:
    """Those off the list: each can be brought back."""
    return Label.objects.filter(review=member.review_id, dropped_at__isnull=False)


def merged_labels(member: Member) -> QuerySet[Label]:
    """The labels that show as another: each can be split off again."""
    return Label.objects.filter(review=member.review_id).exclude(merged_into=None).select_related("merged_into")


def label(member: Member, pk: int) -> Label:
    return one(Label.objects.filter(review=member.review_id), pk=pk)


def terms(member: Member) -> Terms:
    return Terms.objects.filter(review=member.review_id).first() or Terms(review_id=member.review_id)


def marker(member: Member) -> Marker:
    """Finds the review's terms in a text."""
    found = terms(member)
    return Marker(found.include, found.exclude)
