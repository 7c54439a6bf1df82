"""How far is each stage, when would it be done, what holds it up, and whom should a lead remind?

What is decided is open to all; so are its pace and its forecast. How many votes somebody else has cast is not: who has voted on everything, and
knows how far the other is, knows by the difference to what is decided how many conflicts there are, and with one citation left which
one. So others' numbers are told only to who may settle conflicts and has no vote on anything undecided: no conflict is hidden from them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, DateTimeField, Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from reviewapp.access import Can, can
from reviewapp.models import Member, Sharing, Stage
from screening.consensus.forecast import WINDOW, Forecast, forecast
from screening.models import SETTLED, Pilot, Report, Standing, StandingState, Vote
from screening.models.votes import settled_standing
from screening.queries.conflicts import conflicts
from screening.queries.desk import Progress, own_votes, progress
from screening.queries.gate import gate
from screening.queries.reports import reports_sought
from screening.queries.sharing import voters

WEEKS = 8
QUIET = timedelta(days=7)  # after which somebody may want a word


@dataclass(frozen=True, slots=True)
class StageProgress:
    """One stage. team and own: the pace of decided citations, and of the member's votes, with the day on which the rest would be done."""

    stage: str
    label: str
    counts: Progress
    team: Forecast
    own: Forecast
    holds: tuple[str, ...]
    people: tuple[Workload, ...]

    @property
    def percent(self) -> int:
        return 100 * self.counts.settled // self.counts.total if self.counts.total else 0


@dataclass(frozen=True, slots=True)
class Workload:
    """How much one member has voted at a stage; left: how many wait for them, where everybody is offered everything."""

    member: Member
    votes: int
    last: datetime | None
    left: int | None


def stage_progress(member: Member, stage: str) -> StageProgress:
    counts = progress(member, stage)
    undecided = counts.total - counts.settled
    others = begun(member, stage) if sees_all(member, stage) else None
    return StageProgress(
        stage=stage,
        label=Stage(stage).label,
        counts=counts,
        team=at_this_pace(decided(member, stage), "opened_at", undecided),
        own=at_this_pace(own_votes(member).filter(stage=stage), "at", counts.left),
        holds=tuple(holds(member, stage, counts, others)),
        people=tuple(workloads(member, stage, others)) if others else (),
    )


# --- pace -------------------------------------------------------------------------------------------------------


def decided(member: Member, stage: str) -> QuerySet[Standing]:
    """What stands decided at a stage; `opened_at` is when that was so first."""
    return Standing.objects.filter(review=member.review_id, stage=stage, state__in=SETTLED)


def at_this_pace(rows: QuerySet, when: str, left: int) -> Forecast:
    """When what is left would be done. Both questions to the rows are answered by an index on `when`."""
    today = timezone.localdate()
    lately = rows.filter(**{f"{when}__gte": midnight(today - timedelta(days=WINDOW - 1))}).count()
    first = rows.order_by(when).values_list(when, flat=True).first()
    return forecast(left, lately, today, since=timezone.localdate(first) if first else None)


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))


@dataclass(frozen=True, slots=True)
class Week:
    """What was decided, and what the member voted, in the seven days that begin here."""

    begins: date
    decided: int
    mine: int


def weeks(member: Member, stage: str) -> list[Week]:
    """The last weeks of a stage, the present one first."""
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    found = []
    for n in range(WEEKS):
        begins = monday - timedelta(weeks=n)
        limits = (midnight(begins), midnight(begins + timedelta(days=7)))
        team = decided(member, stage).filter(opened_at__gte=limits[0], opened_at__lt=limits[1])
        mine = own_votes(member).filter(stage=stage, at__gte=limits[0], at__lt=limits[1])
        found.append(Week(begins, team.count(), mine.count()))
    return found


# --- others' numbers --------------------------------------------------------------------------------------------


def sees_all(member: Member, stage: str) -> bool:
    """Whether no conflict of a stage is hidden from the member, so that counts can tell them none."""
    if not can(member, Can.ARBITRATE):
        return False
    undecided = Standing.objects.filter(citation=OuterRef("citation"), stage=stage).exclude(state__in=SETTLED)
    return not own_votes(member).filter(Exists(undecided), stage=stage).exists()


@dataclass(frozen=True, slots=True)
class Begun:
    """How many citations wait outside pilots, by who has begun them (None: nobody), and in pilots with and without votes."""

    by: Counter[int | None]
    piloted: int
    untouched: int

    @property
    def without_vote(self) -> int:
        return self.by[None] + self.untouched

    @property
    def with_votes(self) -> int:
        return self.by.total() - self.by[None] + self.piloted


def begun(member: Member, stage: str) -> Begun:
    """Told only to who sees all. Counted in an index that knows no pilots, from which these, few as they are, are taken."""
    waiting = Standing.objects.filter(review=member.review_id, stage=stage, state=StandingState.WAITING).order_by()
    pilots = list(Pilot.objects.filter(review=member.review_id, stage=stage, dropped_at=None))
    by_voter = waiting.values_list("begun_by").annotate(n=Count("*"))
    by = Counter(dict(by_voter)) - Counter(dict(by_voter.filter(pilot__in=pilots)))
    votes = Vote.unblinded.standing().filter(citation=OuterRef("citation"), stage=stage)
    inside = waiting.filter(pilot__in=pilots)
    return Begun(by, inside.filter(Exists(votes)).count(), inside.filter(~Exists(votes)).count())


def workloads(member: Member, stage: str, others: Begun) -> Iterator[Workload]:
    """Each voter's number of votes, the day of the last, and how many wait for them."""
    team = voters(member)
    cast = Vote.unblinded.standing().filter(member__in=[each.pk for each in team], stage=stage).order_by()
    votes = dict(cast.values_list("member").annotate(n=Count("pk")))
    last = last_votes(member, stage, everything=True)
    for each in team:
        offered_all = member.review.sharing(stage) == Sharing.ANY
        rest = others.by.total() - others.by[each.pk] if offered_all else None
        yield Workload(each, votes.get(each.pk, 0), last.get(each.pk), rest)


@dataclass(frozen=True, slots=True)
class Reminder:
    """Somebody who may want a word. last: the day of their last vote, as far as it may be told; None if there is none."""

    member: Member
    last: date | None


def to_remind(member: Member) -> list[Reminder]:
    """Whom a lead might remind: who votes, has not voted for a week, in a review in which something is undecided.

    To a lead who votes too, and has votes on what is undecided, a vote counts once its citation is decided: see above.
    """
    undecided = Standing.objects.filter(
        review=member.review_id, state__in=(StandingState.WAITING, StandingState.CONFLICT)
    )
    if not can(member, Can.MANAGE) or not undecided.exists():
        return []
    lasts = [last_votes(member, stage, everything=sees_all(member, stage)) for stage in Stage.values]
    found = []
    for each in voters(member):
        known = [last[each.pk] for last in lasts if last.get(each.pk)]
        last = max(known) if known else None
        if each != member and (last or each.joined_at) < timezone.now() - QUIET:
            found.append(Reminder(each, timezone.localdate(last) if last else None))
    return found


def last_votes(member: Member, stage: str, *, everything: bool) -> dict[int, datetime]:
    """When each member voted last, as far as this member may know: `everything` if they see all."""
    cast = Vote.unblinded.standing().filter(member=OuterRef("pk"), stage=stage).order_by("-at")
    if not everything:
        cast = cast.filter(settled_standing())
    team = Member.objects.filter(review=member.review_id, left_at=None)
    return dict(
        team.annotate(last=Subquery(cast.values("at")[:1], output_field=DateTimeField())).values_list("pk", "last")
    )


# --- what holds a stage up --------------------------------------------------------------------------------------


def holds(member: Member, stage: str, counts: Progress, others: Begun | None) -> Iterator[str]:
    """Why the stage is not done, in sentences; nothing in them depends on what is hidden from the member. others: for who sees all."""
    needed = member.review.votes_needed(stage)
    if counts.settled < counts.total and len(voters(member)) < needed:
        yield f"Fewer members vote than each citation needs ({needed})."
    if counts.settled < counts.total and not gate(member.review, stage).is_open:
        yield "Screening waits for a pilot to reach the protocol’s level of agreement."
    if counts.left:
        yield f"{counts.left:,} wait{'s' if counts.left == 1 else ''} for your vote."
    mine = conflicts(member, stage).count()
    if mine:
        yield f"{mine:,} conflict{'s are' if mine != 1 else ' is'} yours to settle."
    if stage == Stage.FULL_TEXT:
        sought = reports_sought(member).filter(state=Report.State.SOUGHT).count()
        if sought:
            yield f"{sought:,} report{'s are' if sought != 1 else ' is'} still to be retrieved."
    waiting = (
        [(others.without_vote, "without a vote"), (others.with_votes, "with fewer votes than needed")] if others else []
    )
    if told := [f"{number:,} {how}" for number, how in waiting if number]:
        one = sum(number for number, _ in waiting) == 1
        yield f"{', and '.join(told)}{',' if len(told) > 1 else ''} wait{'s' if one else ''} for reviewers."
