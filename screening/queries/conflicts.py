"""Which conflicts are a member's to settle, alone or with those who voted, and what do they read there?"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from reviewapp.access import Can, can
from reviewapp.models import Member
from screening.models import Citation, Note, Proposal, Remark, Resolution, Standing, StandingState, Vote
from screening.models.votes import conflict_in_sight
from screening.queries.citations import citations
from screening.queries.common import one
from screening.queries.desk import own_votes


def in_conflict(member: Member, stage: str) -> QuerySet[Citation]:
    standings = Standing.objects.filter(review=member.review_id, stage=stage, state=StandingState.CONFLICT)
    return citations(member).filter(pk__in=standings.values("citation")).order_by("pk")


def with_own_vote(member: Member, stage: str) -> Exists:
    return Exists(own_votes(member).filter(citation=OuterRef("pk"), stage=stage))


def conflicts(member: Member, stage: str) -> QuerySet[Citation]:
    """The conflicts that this member may end alone: an owner's or arbiter's, without an own vote unless the protocol allows one."""
    if not can(member, Can.ARBITRATE):
        return Citation.objects.none()
    found = in_conflict(member, stage)
    return found if member.review.voter_may_resolve else found.filter(~with_own_vote(member, stage))


def to_settle_together(member: Member, stage: str) -> QuerySet[Citation]:
    """The conflicts that this member voted in and may end with the other voters, where the protocol knows that or a pilot is done."""
    if not can(member, Can.SCREEN):
        return Citation.objects.none()
    found = in_conflict(member, stage).filter(with_own_vote(member, stage))
    if member.review.settle_together:
        return found
    calibrated = Standing.objects.filter(citation=OuterRef("pk"), stage=stage, pilot__completed_at__isnull=False)
    return found.filter(Exists(calibrated))


def in_sight(member: Member, citation: Citation, stage: str) -> bool:
    """Whether the conflict on a citation is open to the member, votes, notes and thread."""
    return Standing.objects.filter(conflict_in_sight(member), citation=citation, stage=stage).exists()


def votes_to_settle(member: Member, citation: Citation, stage: str) -> QuerySet[Vote]:
    """The votes that the settler of a conflict compares; none where conflicts are settled blind."""
    found = Vote.blind.for_member(member).standing().filter(citation=citation, stage=stage)
    return found.select_related("member__user", "reason").order_by("pk")


def notes_to_settle(member: Member, citation: Citation, stage: str) -> QuerySet[Note]:
    """The notes that the settler of a conflict reads beside the votes."""
    if not in_sight(member, citation, stage):
        return Note.unblinded.none()
    found = Note.unblinded.filter(citation=citation, stage=stage, withdrawn_at=None, private=False)
    return found.select_related("member__user").order_by("pk")


def thread(member: Member, citation: Citation, stage: str) -> QuerySet[Remark]:
    """What was said on a conflict, as far as the member may read it, the oldest first."""
    found = Remark.blind.for_member(member).standing().filter(citation=citation, stage=stage)
    return found.select_related("member__user").order_by("pk")


def own_remark(member: Member, pk: int) -> Remark:
    return one(Remark.blind.for_member(member).filter(member=member, withdrawn_at=None), pk=pk)


@dataclass(frozen=True, slots=True)
class Voter:
    """One who voted on a citation in conflict: their vote, and what they would agree to."""

    vote: Vote
    proposal: Proposal | None


def voters(member: Member, citation: Citation, stage: str) -> list[Voter]:
    """Those who voted, with what they propose. A proposal that was made for other votes than those that stand is none."""
    votes = list(votes_to_settle(member, citation, stage))
    since = max((each.at for each in votes), default=None)
    made = Proposal.blind.for_member(member).standing().filter(citation=citation, stage=stage).select_related("reason")
    proposals = {each.member_id: each for each in made if since and each.at >= since}
    return [Voter(each, proposals.get(each.member_id)) for each in votes]


def settled_by(member: Member, stage: str) -> QuerySet[Resolution]:
    """The member's own resolutions that stand, newest first: each can be taken back."""
    own = Resolution.objects.filter(member=member, stage=stage, withdrawn_at=None, together=False)
    return own.select_related("citation", "reason").order_by("-pk")


def settled_together(member: Member, stage: str) -> QuerySet[Resolution]:
    """What the member settled with the other voters, newest first: each of them can take their agreement back."""
    mine = (
        Proposal.blind.for_member(member).standing().filter(citation=OuterRef("citation"), stage=stage, member=member)
    )
    found = Resolution.objects.filter(Exists(mine), stage=stage, withdrawn_at=None, together=True)
    return found.select_related("citation", "reason").order_by("-pk")
