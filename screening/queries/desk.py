"""What waits for a member's vote, what have they said, and how far is the stage?"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from reviewapp.models import ExclusionReason, Member
from reviewapp.remembered import remembered
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
from screening.queries.queue import waiting


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


def undecided(member: Member, stage: str) -> int:
    """How many citations have reached a stage and have no verdict there: the same number for everybody."""
    open_states = (StandingState.WAITING, StandingState.CONFLICT)
    return Standing.objects.filter(review=member.review_id, stage=stage, state__in=open_states).count()


LARGE = 20_000  # citations: with more of them a page would wait for the count
SECONDS = 10  # that figures of a large review may be old


def progress(member: Member, stage: str) -> Progress:
    """Counted anew each time, in indexes alone; while tens of thousands are left to the member, every ten seconds."""
    counts = remembered(
        f"standings-{member.review_id}-{stage}",
        lambda: by_state(member, stage),
        seconds=SECONDS,
        worth=lambda found: found.get(StandingState.WAITING, 0) > LARGE,
    )
    settled = sum(counts.get(state, 0) for state in SETTLED)
    total = settled + counts.get(StandingState.WAITING, 0) + counts.get(StandingState.CONFLICT, 0)
    if not counts.get(StandingState.WAITING):
        return Progress(total, settled, 0, own_votes(member).filter(stage=stage).count())
    left, mine = remembered(
        f"own-{member.pk}-{stage}",
        lambda: (waiting(member, stage).order_by().count(), own_votes(member).filter(stage=stage).count()),
        seconds=SECONDS,
        worth=lambda found: found[0] > LARGE,
    )
    return Progress(total, settled, left, mine)


def by_state(member: Member, stage: str) -> dict[str, int]:
    """How many citations are in each state of a stage. Others' conflicts are in it: for sums alone."""
    standings = Standing.objects.filter(review=member.review_id, stage=stage).order_by()
    return dict(standings.values_list("state").annotate(count=Count("*")))
