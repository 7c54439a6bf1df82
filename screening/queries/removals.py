"""What was removed before screening, by whom and why?"""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from reviewapp.access import Can, may
from reviewapp.models import Member, Stage
from screening.models import Citation, Removal, Removed, StandingState
from screening.queries.common import one

OPEN = (StandingState.WAITING, StandingState.CONFLICT)  # one to the reader: a conflict would tell of votes


def removals(member: Member) -> QuerySet[Removal]:
    """The review's acts, the latest first; `size`: how many citations, `left`: how many are still removed."""
    found = Removal.objects.filter(review=member.review_id).select_related("member__user")
    still = Count("removed", filter=Q(removed__undone_at=None))
    return found.annotate(size=Count("removed"), left=still).order_by("-pk")


def removal(member: Member, pk: int) -> Removal:
    return one(removals(member), pk=pk)


def removed_in(member: Member, removal: Removal) -> QuerySet[Removed]:
    """The citations of one act, those put back too."""
    found = Removed.objects.filter(removal=removal, removal__review=member.review_id)
    return found.select_related("citation", "undone_by__user").defer("citation__abstract")


def removals_of(member: Member, citation: Citation) -> QuerySet[Removed]:
    """When and why a citation was removed, and put back."""
    found = Removed.objects.filter(citation=citation, removal__review=member.review_id)
    return found.select_related("removal__member__user", "undone_by__user")


def may_remove(member: Member, citation: Citation) -> bool:
    """Whether the member may remove the citation: it has no verdict at title and abstract, as everybody knows, and is in no sample."""
    if not may(member, Can.IMPORT):
        return False
    return citation.standings.filter(stage=Stage.TITLE_ABSTRACT, state__in=OPEN, pilot=None).exists()
