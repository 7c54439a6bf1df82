"""Which citations is a member offered, and how is the work shared?

Shares and pairs divide the work; they never strand it. What is given to nobody, or to fewer members than must vote, is offered to all; what
somebody without a partner has begun too. So it is enough that a share or a pair ends when a member leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan

from reviewapp.access import Can, can
from reviewapp.models import Job, Member, Sharing
from screening.consensus.sharing import Open, deal
from screening.models import (
    SETTLED,
    Allotment,
    Citation,
    Labelling,
    Link,
    Partners,
    Pilot,
    Share,
    Standing,
    StandingState,
    Vote,
)
from screening.models.votes import settled_standing
from screening.queries.common import one
from screening.queries.gate import gate


class Pilots(NamedTuple):
    """The pilots of a stage that stand, as a member sees them: their own that are under way, their own that everybody has voted in, the others'."""

    under_way: list[int]
    complete: list[int]
    others: list[int]

    @property
    def mine(self) -> list[int]:
        return [*self.under_way, *self.complete]

    def all(self) -> list[int]:
        return [*self.mine, *self.others]


def pilots(member: Member, stage: str) -> Pilots:
    standing = Pilot.objects.filter(review=member.review_id, stage=stage, dropped_at=None)
    takes_part = Exists(Pilot.members.through.objects.filter(pilot=OuterRef("pk"), member=member))
    found = Pilots([], [], [])
    for pk, is_mine, completed_at in standing.annotate(mine=takes_part).values_list("pk", "mine", "completed_at"):
        (found.others if not is_mine else found.complete if completed_at else found.under_way).append(pk)
    return found


def offered(member: Member, stage: str, found: Pilots) -> Q:
    """Of the standings of a stage at which a vote is missing: those that the member may fill.

    First the own pilot, and until it is done nothing else; then, once the gate is open, what the way of sharing leaves to them. What is
    judged again of a pilot that is complete (a vote was taken back, or the citation returned) waits among the rest for those who took part.
    found: the pilots of the stage. They are asked for before, not in the condition: the queue's index then serves the common case of none.
    """
    if not gate(member.review, stage).is_open or is_waiting_in(member, stage, found.under_way):
        return Q(pilot__in=found.mine)
    shared = by_sharing(member, stage)
    if shared and found.complete:
        shared |= Q(pilot__in=found.complete)
    return shared & ~Q(pilot__in=found.others) if found.others else shared


def is_calibrating(member: Member, stage: str) -> bool:
    """Whether the member is offered a pilot's sample and nothing else yet."""
    return is_waiting_in(member, stage, pilots(member, stage).under_way)


def is_waiting_in(member: Member, stage: str, pilots: Sequence[int]) -> bool:
    """Whether a vote of the member is missing in one of these pilots."""
    if not pilots:
        return False
    voted = Vote.unblinded.own(member).filter(citation=OuterRef("citation"), stage=stage)
    waiting = Standing.objects.filter(~Exists(voted), pilot__in=pilots, state=StandingState.WAITING)
    return waiting.exists()


def by_sharing(member: Member, stage: str) -> Q:
    """What the way in which the review shares its work leaves to the member, pilots apart."""
    mode = member.review.sharing(stage)
    if mode == Sharing.PAIRS:
        return by_pairs(member, stage)
    return by_shares(member, stage) if mode == Sharing.SHARES else Q()


def by_pairs(member: Member, stage: str) -> Q:
    """All but what others have begun who have a partner, and it is not the member."""
    partner_of = {
        one: other
        for pair in partners(member, stage).values_list("first", "second")
        for one, other in (pair, pair[::-1])
    }
    elsewhere = [voter for voter, partner in partner_of.items() if partner != member.pk]
    begun = Vote.unblinded.standing().filter(citation=OuterRef("citation"), stage=stage, member__in=elsewhere)
    return ~Q(Exists(begun))


def by_shares(member: Member, stage: str) -> Q:
    """What was given to the member or to nobody, and what has a place that neither a share nor a vote takes."""
    held = Allotment.objects.filter(citation=OuterRef("citation"), share__stage=stage, share__ended_at=None).order_by()
    votes = Vote.unblinded.standing().filter(citation=OuterRef("citation"), stage=stage).order_by()
    holders = held.values("citation").annotate(n=Count("share__member", distinct=True)).values("n")
    same = held.filter(citation=OuterRef("citation"), share__member=OuterRef("member"))
    others = votes.filter(~Exists(same)).values("citation").annotate(n=Count("pk")).values("n")
    taken = sum_of(holders) + sum_of(others)
    mine, free = Exists(held.filter(share__member=member)), ~Exists(held)  # quickly asked, before places are counted
    return Q(mine) | Q(free) | Q(GreaterThan(F("needed"), taken))


def sum_of(counted: QuerySet) -> Coalesce:
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def may_vote(member: Member, standing: Standing) -> bool:
    """Whether a member without a vote on it may vote at a standing that misses one, be it next or not."""
    if standing.pilot_id:
        return standing.pilot.members.filter(pk=member.pk).exists()
    if member.review.sharing(standing.stage) == Sharing.ANY:
        return True
    return Standing.objects.filter(by_sharing(member, standing.stage), pk=standing.pk).exists()


# --- what the page of sharing shows -----------------------------------------------------------------------------


def voters(member: Member) -> list[Member]:
    """The present members who vote."""
    team = Member.objects.filter(review=member.review_id, left_at=None).select_related("user", "review").order_by("pk")
    return [each for each in team if can(each, Can.SCREEN)]


def partners(member: Member, stage: str) -> QuerySet[Partners]:
    """The pairs of a stage that stand."""
    found = Partners.objects.filter(review=member.review_id, stage=stage, ended_at=None)
    return found.select_related("first__user", "second__user")


def partners_at(member: Member, pk: int) -> Partners:
    return one(Partners.objects.filter(review=member.review_id), pk=pk)


def shares(member: Member, stage: str) -> QuerySet[Share]:
    """The shares of a stage that stand, with how many citations each has and how many of these are decided.

    Decided ones are known to all. How many of a share somebody has voted on is not told: beside the decided ones it would tell of conflicts.
    """
    found = Share.objects.filter(review=member.review_id, stage=stage, ended_at=None).select_related("member__user")
    given = Allotment.objects.filter(share=OuterRef("pk")).order_by().values("share")
    decided = given.filter(citation__standings__stage=stage, citation__standings__state__in=SETTLED)
    sizes = {"size": sum_of(given.annotate(n=Count("pk")).values("n"))}
    return found.annotate(**sizes, decided=sum_of(decided.annotate(n=Count("pk")).values("n"))).order_by("pk")


def share(member: Member, pk: int) -> Share:
    return one(Share.objects.filter(review=member.review_id), pk=pk)


MOST = 10_000  # citations in one act of sharing out, so that it is done before one looks up


@dataclass(frozen=True, slots=True)
class Which:
    """Which citations are to be shared out: so many, in the order of import, of one search, some years, with a label.

    A label counts only where all may see it, at a stage whose verdict stands: sharing out by a sealed one would tell who put it where.
    """

    number: int
    search: int | None = None
    year_from: int | None = None
    year_to: int | None = None
    label: int | None = None


def not_begun(member: Member, stage: str, which: Which) -> QuerySet[Standing]:
    """The standings of these citations on which nobody has voted, in the order of import.

    Only such are shared out. What is begun is offered to all who may complete it, and how many there are is nobody's to count.
    """
    voted = Vote.unblinded.standing().filter(citation=OuterRef("citation"), stage=stage)
    found = Standing.objects.filter(
        ~Exists(voted),
        review=member.review_id,
        stage=stage,
        state=StandingState.WAITING,
        citation__live=True,
        pilot=None,
    )
    if which.search:
        live = Link.objects.filter(undone_at=None, record__source__undone_at=None, record__source__search=which.search)
        found = found.filter(Exists(live.filter(citation=OuterRef("citation"))))
    if which.year_from:
        found = found.filter(citation__year__gte=which.year_from)
    if which.year_to:
        found = found.filter(citation__year__lte=which.year_to)
    if which.label:
        seen = Labelling.blind.for_member(member).filter(settled_standing(), withdrawn_at=None)
        put = seen.filter(citation=OuterRef("citation"))
        found = found.filter(Exists(put.filter(Q(label=which.label) | Q(label__merged_into=which.label))))
    return found.order_by("citation")


def begun_by_another_rule(member: Member, stage: str) -> QuerySet[Citation]:
    """The citations that have votes and keep another number of votes than the protocol asks for now."""
    voted = Vote.unblinded.standing().filter(citation=OuterRef("pk"), stage=stage)
    other = Standing.objects.filter(review=member.review_id, stage=stage, pilot=None)
    other = other.exclude(needed=member.review.votes_needed(stage)).exclude(state=StandingState.UNREACHED)
    return Citation.objects.filter(Exists(voted), pk__in=other.values("citation"), live=True).order_by("pk")


AT_ONCE = 2000


def open_places(member: Member, stage: str, which: Which) -> list[Open]:
    """The citations to be shared out that still have a place, up to the number that is wanted."""
    shared = Allotment.objects.filter(share__review=member.review_id, share__stage=stage, share__ended_at=None)
    rows = not_begun(member, stage, which).values_list("citation", flat=True)
    needed = member.review.votes_needed(stage)  # of what nobody has begun
    found: list[Open] = []
    last = 0
    while len(found) < which.number and (part := list(rows.filter(citation__gt=last)[:AT_ONCE])):
        held: defaultdict[int, set[int]] = defaultdict(set)
        these = shared.filter(citation__gt=last, citation__lte=part[-1])
        for citation, holder in these.values_list("citation", "share__member"):
            held[citation].add(holder)
        last = part[-1]
        places = (Open(pk, needed - len(held[pk]), frozenset(held[pk])) for pk in part)
        found += [each for each in places if each.places > 0]
    return found[: which.number]


def dealt_out(member: Member, stage: str, members: Sequence[Member], which: Which) -> dict[int, list[int]]:
    """Which citations each of these members would get: what `workflow.share_out` gives them, and what is shown before."""
    return deal(open_places(member, stage, which), [each.pk for each in members])


def applying(member: Member, stage: str) -> Job | None:
    """The job that lets the protocol's number of votes hold, for what nobody has begun or for what was begun before: the latest one."""
    kinds = ("screening.follow_votes_needed", "screening.apply_votes_needed")
    found = Job.objects.filter(review=member.review_id, kind__in=kinds, args__stage=stage)
    return found.order_by("-pk").first()
