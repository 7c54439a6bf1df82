"""Which conflicts are a member's to settle, and what do they read there?"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from reviewapp.access import Can, can
from reviewapp.models import Member
from screening.models import (
    Citation,
    Note,
    Resolution,
    Standing,
    StandingState,
    Vote,
)
from screening.queries.citations import citations
from screening.queries.desk import own_votes


def conflicts(member: Member, stage: str) -> QuerySet[Citation]:
    """The conflicts that are this member's to settle: an arbiter's, of citations on which they have no vote."""
    if not can(member, Can.ARBITRATE):
        return Citation.objects.none()
    in_conflict = Standing.objects.filter(review=member.review_id, stage=stage, state=StandingState.CONFLICT)
    mine = own_votes(member).filter(citation=OuterRef("pk"), stage=stage)
    return citations(member).filter(pk__in=in_conflict.values("citation")).filter(~Exists(mine)).order_by("pk")


def votes_to_settle(member: Member, citation: Citation, stage: str) -> QuerySet[Vote]:
    """The votes that the settler of a conflict compares."""
    found = Vote.blind.for_member(member).standing().filter(citation=citation, stage=stage)
    return found.select_related("member__user", "reason").order_by("pk")


def notes_to_settle(member: Member, citation: Citation, stage: str) -> QuerySet[Note]:
    """The notes that the settler of a conflict reads beside the votes."""
    if not conflicts(member, stage).filter(pk=citation.pk).exists():
        return Note.unblinded.none()
    found = Note.unblinded.filter(citation=citation, stage=stage, withdrawn_at=None)
    return found.select_related("member__user").order_by("pk")


def settled_by(member: Member, stage: str) -> QuerySet[Resolution]:
    """The member's own resolutions that stand, newest first: each can be taken back."""
    own = Resolution.objects.filter(member=member, stage=stage, withdrawn_at=None)
    return own.select_related("citation", "reason").order_by("-pk")
