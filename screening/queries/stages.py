"""How far is each stage, when would it be done, what holds it up, and whom should a lead remind?

What is decided is open to all; so are its pace and its forecast. How many votes somebody else has cast is not: who has voted on everything, and
knows how far the other is, knows by the difference to what is decided how many conflicts there are, and with one citation left which
one. So others' numbers are told only to who may settle conflicts and has no vote on anything undecided: no conflict is hidden from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, DateTimeField, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from reviewapp.access import Can, can
from reviewapp.models import Member, Sharing, Stage
from screening.consensus.forecast import WINDOW, Forecast, forecast
from screening.models import SETTLED, Report, Standing, StandingState, Vote
from screening.models.votes import settled_standing
from screening.queries.conflicts import conflicts
from screening.queries.desk import Progress, own_votes, progress
from screening.queries.gate import gate
from screening.queries.reports import reports
from screening.queries.sharing import voters

WEEKS = 8
QUIET = timedelta(days=7)  # after which somebody may want a word


@dataclass(frozen=True, slots=True)
class Week:
    """What was decided, and what the member voted, in the seven days that begin here."""

    begins: date
    decided: int
    mine: int


@dataclass(frozen=True, slots=True)
class StageProgress:
    """One stage. pace and forecast are the team's (decided citations) and the member's own (votes)."""

    stage: str
    label: str
    counts: Progress
    team: Forecast
    own: Forecast
    weeks: tuple[Week, ...]
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
    today = timezone.localdate()
    decided = Standing.objects.filter(review=member.review_id, stage=stage, state__in=SETTLED).order_by()
    mine = own_votes(member).filter(stage=stage).order_by()
    team, own = by_week(decided, "opened_at", today), by_week(mine, "at", today)
    return StageProgress(
        stage=stage,
        label=Stage(stage).label,
        counts=counts,
        team=forecast(counts.total - counts.settled, team.lately, today, since=team.since),
        own=forecast(counts.left, own.lately, today, since=own.since),
        weeks=tuple(Week(day, team.weeks[n], own.weeks[n]) for n, day in enumerate(first_days(today))),
        holds=tuple(holds(member, stage, counts)),
        people=tuple(workloads(member, stage)) if sees_all(member, stage) else (),
    )


# --- pace -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dated:
    """How many lately, how many in each week (the latest first), and the day of the first ever."""

    lately: int
    weeks: tuple[int, ...]
    since: date | None


def first_days(today: date) -> list[date]:
    """The first day of each week shown, the present one first."""
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=n) for n in range(WEEKS)]


def by_week(rows: QuerySet, when: str, today: date) -> Dated:
    def between(begins: date, ends: date) -> Count:
        limits = {f"{when}__gte": midnight(begins), f"{when}__lt": midnight(ends)}
        return Count("pk", filter=Q(**limits))

    tomorrow = today + timedelta(days=1)
    wanted = {f"week_{n}": between(day, day + timedelta(days=7)) for n, day in enumerate(first_days(today))}
    found = rows.aggregate(lately=between(tomorrow - timedelta(days=WINDOW), tomorrow), first=Min(when), **wanted)
    since = timezone.localdate(found["first"]) if found["first"] else None
    return Dated(found["lately"], tuple(found[f"week_{n}"] for n in range(WEEKS)), since)


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))


# --- others' numbers --------------------------------------------------------------------------------------------


def sees_all(member: Member, stage: str) -> bool:
    """Whether no conflict of a stage is hidden from the member, so that counts can tell them none."""
    if not can(member, Can.ARBITRATE):
        return False
    undecided = Standing.objects.filter(citation=OuterRef("citation"), stage=stage).exclude(state__in=SETTLED)
    return not own_votes(member).filter(Exists(undecided), stage=stage).exists()


def workloads(member: Member, stage: str) -> Iterator[Workload]:
    """Each voter's number of votes, the day of the last, and how many wait for them."""
    cast = Vote.unblinded.standing().filter(citation__review=member.review_id, stage=stage).order_by()
    votes = {pk: (n, last) for pk, n, last in cast.values_list("member").annotate(n=Count("pk"), last=Max("at"))}
    left: dict[int, int] | None = None
    if member.review.sharing(stage) == Sharing.ANY:
        waiting = Standing.objects.filter(review=member.review_id, stage=stage, state=StandingState.WAITING, pilot=None)
        begun = cast.filter(citation__in=waiting.values("citation"))
        left = dict(begun.values_list("member").annotate(n=Count("pk")))
        total = waiting.count()
    for each in voters(member):
        n, last = votes.get(each.pk, (0, None))
        yield Workload(each, n, last, None if left is None else total - left.get(each.pk, 0))


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
    lasts = [last_votes(member, stage) for stage in Stage.values]
    found = []
    for each in voters(member):
        known = [last[each.pk] for last in lasts if last.get(each.pk)]
        last = max(known) if known else None
        if each != member and (last or each.joined_at) < timezone.now() - QUIET:
            found.append(Reminder(each, timezone.localdate(last) if last else None))
    return found


def last_votes(member: Member, stage: str) -> dict[int, datetime]:
    """When each member voted last, as far as this member may know."""
    cast = Vote.unblinded.standing().filter(member=OuterRef("pk"), stage=stage).order_by("-at")
    if not sees_all(member, stage):
        cast = cast.filter(settled_standing())
    team = Member.objects.filter(review=member.review_id, left_at=None)
    return dict(
        team.annotate(last=Subquery(cast.values("at")[:1], output_field=DateTimeField())).values_list("pk", "last")
    )


# --- what holds a stage up --------------------------------------------------------------------------------------


def holds(member: Member, stage: str, counts: Progress) -> Iterator[str]:
    """Why the stage is not done, in sentences; nothing in them depends on what is hidden from the member."""
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
        sought = reports(member).filter(state=Report.State.SOUGHT).count()
        if sought:
            yield f"{sought:,} report{'s are' if sought != 1 else ' is'} still to be retrieved."
    if sees_all(member, stage):
        begun = Vote.unblinded.standing().filter(citation=OuterRef("citation"), stage=stage)
        waiting = Standing.objects.filter(review=member.review_id, stage=stage, state=StandingState.WAITING)
        half, none = waiting.filter(Exists(begun)).count(), waiting.filter(~Exists(begun)).count()
        if half or none:
            yield f"{none:,} without a vote, and {half:,} with fewer votes than needed, wait for reviewers."
