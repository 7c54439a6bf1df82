"""How are the things of extraction called where the trail tells of them? By id; none of these names is sealed."""

from __future__ import annotations

from extraction.models import Outcome, Study
from reviewapp.models import Member


def studies(member: Member, ids: set[int]) -> dict[int, str]:
    return dict(Study.objects.filter(review=member.review_id, pk__in=ids).values_list("pk", "label"))


def outcomes(member: Member, ids: set[int]) -> dict[int, str]:
    return {each.pk: str(each) for each in Outcome.objects.filter(review=member.review_id, pk__in=ids)}
