"""How are the things of analysis called where the trail tells of them? By id."""

from __future__ import annotations

from analysis.models import Analysis, Takeover
from reviewapp.models import Member


def analyses(member: Member, ids: set[int]) -> dict[int, str]:
    found = Analysis.objects.filter(review=member.review_id, pk__in=ids).select_related("outcome")
    return {each.pk: str(each) for each in found}


def takeovers(member: Member, ids: set[int]) -> dict[int, str]:
    return dict(Takeover.objects.filter(review=member.review_id, pk__in=ids).values_list("pk", "file_name"))
