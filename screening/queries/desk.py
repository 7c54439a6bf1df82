"""What waits for a member's vote, what have they said, and how far is the stage?"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from reviewapp.access import Can, can
from reviewapp.models import ExclusionReason, Member
from screening.models import (
    SETTLED,
    Citation,
    Note,
    Standing,
    StandingState,
    Vote,
)
from screening.queries.citations import citations
from screening.queries.common import one


def own_votes(member: Member) -> QuerySet[Vote]:
    """The member's own standing votes."""
    return Vote.blind.own(member)


def own_vote(member: Member, citation: Citation, stage: str) -> Vote | None:
    return own_votes(member).filter(citation=citation, stage=stage).select_related("reason").first()


def last_vote(member: Member, stage: str) -> Vote | None:
    """The vote that undo takes back."""
    return own_votes(member).filter(stage=stage).order_by("-at", "-pk").first()


def at_stage(member: Member, stage: str) -> QuerySet[Citation]:
    """The citations whose verdict at a stage is not there yet, in the order of import."""
    open_states = (StandingState.WAITING, StandingState.CONFLICT)
    standing = Standing.objects.filter(review=member.review_id, stage=stage, state__in=open_states)
    return citations(member).filter(pk__in=standing.values("citation")).order_by("pk")


def queue(member: Member, stage: str) -> QuerySet[Citation]:
    """The citations that wait for this member's vote, in the order of import. Empty for who does not screen."""
    if not can(member, Can.SCREEN):
        return Citation.objects.none()
    waiting = Standing.objects.filter(review=member.review_id, stage=stage, state=StandingState.WAITING)
    mine = own_votes(member).filter(citation=OuterRef("pk"), stage=stage)
    return Citation.objects.filter(pk__in=waiting.values("citation")).filter(~Exists(mine)).order_by("pk")


def own_note(member: Member, pk: int) -> Note:
    return one(Note.blind.for_member(member).filter(member=member, withdrawn_at=None), pk=pk)


def reasons(member: Member) -> QuerySet[ExclusionReason]:
    """The exclusion reasons that can be chosen, in their order."""
    return member.review.exclusion_reasons.filter(retired_at=None)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is. settled and total are the same for everybody; left and mine are the member's own."""

    total: int
    settled: int
    left: int
    mine: int


def progress(member: Member, stage: str) -> Progress:
    reached = Standing.objects.filter(review=member.review_id, stage=stage).exclude(state=StandingState.UNREACHED)
    counts = reached.aggregate(total=Count("pk"), settled=Count("pk", filter=Q(state__in=SETTLED)))
    mine = own_votes(member).filter(stage=stage).count()
    return Progress(counts["total"], counts["settled"], queue(member, stage).count(), mine)
