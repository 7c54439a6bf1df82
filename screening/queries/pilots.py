"""What does a member see of the pilots: how far a round is, what it came to, and what the report says of them?

What a round came to is told once everybody in it has voted: to those who took part, to who settles conflicts, and to the others when
all its verdicts stand. Until then it is under way to them: complete, with citations that wait, would tell them of conflicts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, QuerySet

from reviewapp.access import Can, can
from reviewapp.models import GateMeasure, Member, Stage
from screening.models import SETTLED, Answer, Citation, GateOverride, Pilot, Vote
from screening.queries.agreement import Line, blind_votes, lines
from screening.queries.common import one


@dataclass(frozen=True, slots=True)
class Round:
    """A pilot as one member sees it. lines: each pair's agreement; differing: what the votes differ on; both only once told."""

    pilot: Pilot
    members: tuple[Member, ...]
    told: bool
    mine: int
    size: int
    unfinished: tuple[Member, ...]
    lines: tuple[Line, ...]
    differing: tuple[tuple[Citation, tuple[Vote, ...]], ...]

    @property
    def state(self) -> str:
        return "stopped" if self.pilot.dropped_at else "complete" if self.told else "under way"

    @property
    def takes_part(self) -> bool:
        return self.size > 0


def pilots(member: Member, stage: str) -> QuerySet[Pilot]:
    found = Pilot.objects.filter(review=member.review_id, stage=stage)
    return found.prefetch_related("members__user").order_by("-round")


def pilot(member: Member, pk: int) -> Pilot:
    return one(Pilot.objects.filter(review=member.review_id), pk=pk)


def told(member: Member, pilot: Pilot) -> bool:
    """Whether the member is told that, and with what, a round is complete."""
    if not pilot.completed_at:
        return False
    if can(member, Can.ARBITRATE) or member in pilot.members.all():
        return True
    return not pilot.standings.filter(citation__live=True).exclude(state__in=SETTLED).exists()


def rounds(member: Member, stage: str) -> list[Round]:
    """All rounds of a stage, the latest first."""
    return [seen(member, each) for each in pilots(member, stage)]


def seen(member: Member, pilot: Pilot) -> Round:
    members = tuple(pilot.members.all())
    takes_part = member in members
    is_told = told(member, pilot)
    in_view = pilot.standings.filter(citation__live=True).values("citation")
    mine = Vote.blind.own(member).filter(stage=pilot.stage, citation__in=in_view).count() if takes_part else 0
    under_way = not pilot.completed_at and not pilot.dropped_at
    shown = [each for each in lines(member, pilot.stage, apart=False, pilot=pilot) if not each.week] if is_told else []
    return Round(
        pilot=pilot,
        members=members,
        told=is_told,
        mine=mine,
        size=in_view.count() if takes_part else 0,
        unfinished=tuple(lagging(pilot)) if under_way and (takes_part or can(member, Can.MANAGE)) else (),
        lines=tuple(each for each in shown if each.pair),
        differing=tuple(differing(member, pilot)) if is_told else (),
    )


def lagging(pilot: Pilot) -> list[Member]:
    """Who has not voted on all of a sample yet."""
    in_view = pilot.standings.filter(citation__live=True).values("citation")
    cast = Vote.unblinded.standing().filter(stage=pilot.stage, citation__in=in_view).order_by()
    counts = dict(cast.values_list("member").annotate(n=Count("pk")))
    return [each for each in pilot.members.all() if counts.get(each.pk, 0) < in_view.count()]


def differing(member: Member, pilot: Pilot) -> Iterator[tuple[Citation, tuple[Vote, ...]]]:
    """The citations of a complete pilot that would not all go the same way, with the votes as they were then."""
    votes = blind_votes(member, pilot.stage, pilot).select_related("citation", "member__user")
    votes = votes.defer("citation__abstract").order_by("citation", "member")
    for citation, said in groupby(votes, key=lambda vote: vote.citation):
        cast = tuple(said)
        if len({vote.answer == Answer.EXCLUDE for vote in cast}) > 1:
            yield citation, cast


# --- for the report ---------------------------------------------------------------------------------------------


def methods(member: Member, stage: str) -> list[str]:
    """What the methods section says of the pilots of a stage, in sentences."""
    review, found = member.review, []
    for each in reversed(rounds(member, stage)):
        if each.told:
            found.append(round_in_words(each, review.gate_measure))
    if review.gate_level is not None and stage == Stage.TITLE_ABSTRACT:
        measure = GateMeasure(review.gate_measure).label
        found.append(
            f"The protocol let screening begin once {measure} of the pair that agreed least was at least {review.gate_level:.2f}."
        )
        overrides = GateOverride.objects.filter(review=review, withdrawn_at=None).select_related("member__user")
        found += [
            f"On {each.at:%-d %B %Y} {each.member} let screening begin all the same, for this reason: {each.reason}"
            for each in overrides
        ]
    return found


def round_in_words(each: Round, measure: str) -> str:
    pilot = each.pilot
    value = pilot.lowest.get(measure)
    least = f"{value:.2f}" if value is not None else "not defined, because a pair gave one answer to all"
    return (
        f"In pilot round {pilot.round} ({pilot.completed_at:%-d %B %Y}) {len(each.members)} members voted independently on "
        f"{pilot.size} citations, drawn at random from {pilot.pool:,} (seed {pilot.seed}); {GateMeasure(measure).label} of the pair that "
        f"agreed least was {least}."
    )
