"""How far did pairs of members agree, stage by stage and week by week, on what they judged blind?

Counted are citations in view whose verdict stands, by resolution too: their votes are open to every member, and the figures are the same
for all of them. Of such a citation those votes count that stood when a verdict stood first: what was changed later was changed with the
other's vote in sight. A resolution is no vote. One vote alone is no pair; of three votes each two are a pair.
At full text the decision is compared, not the reason. Pilots are counted apart, each by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from reviewapp.models import Member, Stage
from reviewapp.remembered import remembered
from screening.consensus.agreement import Agreement, agreement, symmetric, table
from screening.models import SETTLED, Answer, Citation, Pilot, Vote

TWO, THREE = (Answer.INCLUDE, Answer.EXCLUDE), (Answer.INCLUDE, Answer.MAYBE, Answer.EXCLUDE)


class Which(NamedTuple):
    """A pair of members by number, or () for all pairs; and a week such as 2026-W48, or "" for all weeks."""

    pair: tuple[int, ...]
    week: str


@dataclass(frozen=True, slots=True)
class Line:
    """The agreement of one pair (or of all, when there are no members), in one week (or in all, when week is empty)."""

    pair: tuple[Member, ...]
    week: str
    counts: list[list[float]]
    found: Agreement


def blind_votes(member: Member, stage: str, pilot: Pilot | None = None) -> QuerySet[Vote]:
    """The votes that count: those that stood when the verdict of their citation stood first, and it stands now.

    Or those of a pilot, which stood when all had voted; who may see them is for the caller to ask (`queries/pilots.py: told`).
    """
    of_pilot = {"pilot": pilot} if pilot else {"pilot__isnull": True, "state__in": SETTLED}
    opened = {"stage": stage, "opened_at__gte": F("at"), **of_pilot}
    stood_then = Q(withdrawn_at=None) | Q(withdrawn_at__gt=F("citation__standings__opened_at"))
    return Vote.unblinded.filter(  # in one call, so that all is said of one and the same standing
        stood_then,
        citation__review=member.review_id,
        citation__live=True,
        stage=stage,
        **{f"citation__standings__{name}": value for name, value in opened.items()},
    )


def counted(member: Member, stage: str, pilot: Pilot | None = None) -> dict[Which, Counter[tuple[str, str]]]:
    """What was said of the same citations, and how often: by each pair and by all, in each week and in all.

    The week is that of the later vote; the member with the lower number comes first.
    """
    found: dict[Which, Counter[tuple[str, str]]] = {}
    for pair, day, answers, times in compared(member, stage, pilot):
        week = week_of(date.fromisoformat(day))
        for which in (Which((), ""), Which(pair, ""), Which((), week), Which(pair, week)):
            found.setdefault(which, Counter())[answers] += times
    return found


MANY, KEPT = (
    20_000,
    10,
)  # citations judged by two, from which on what was said of them is kept, and for how many seconds

Said = tuple[tuple[int, int], str, tuple[str, str], int]
"""Who and who, on which day (UTC, of the later vote), said what and what of how many of the same citations."""


def compared(member: Member, stage: str, pilot: Pilot | None) -> list[Said]:
    """What was said of the same citations. It is the same for all members: where there is much of it, it is kept for a moment."""
    return remembered(
        f"agreement/{member.review_id}/{stage}/{pilot.pk if pilot else 0}",
        lambda: list(paired(blind_votes(member, stage, pilot))),
        seconds=KEPT,
        worth=lambda found: sum(times for *_, times in found) > MANY,
    )


LATER = {  # the day (UTC) of the later vote
    "sqlite": "SUBSTR(MAX(one.at, other.at), 1, 10)",
    "postgresql": "TO_CHAR(GREATEST(one.at, other.at) AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
}


def paired(votes: QuerySet[Vote]) -> Iterator[Said]:
    """Votes have no relation that leads from one to another, so the database is asked in its own words; it counts, for there may be 200,000."""
    said, parameters = votes.order_by().values_list("citation", "member", "answer", "at").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH said (citation, member, answer, at) AS ({said}) "
            f"SELECT one.member, other.member, {LATER[connection.vendor]}, one.answer, other.answer, COUNT(*) FROM said one "
            "JOIN said other ON other.citation = one.citation AND other.member > one.member GROUP BY 1, 2, 3, 4, 5",
            parameters,
        )
        for one, other, day, first, second, times in cursor.fetchall():
            yield (one, other), day, (first, second), times


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def categories(stage: str, *, apart: bool) -> tuple[str, ...]:
    """The answers that are told apart. Maybe is an answer of its own (apart), or leads where include leads and counts as it does."""
    return THREE if apart and stage == Stage.TITLE_ABSTRACT else TWO


def lines(member: Member, stage: str, *, apart: bool, pilot: Pilot | None = None) -> list[Line]:
    """All pairs together, each pair by how much it has in common, and then the same for each week, the latest first."""
    found = counted(member, stage, pilot)
    people = {each.pk: each for each in Member.objects.filter(review=member.review_id).select_related("user")}
    size = {which: each.total() for which, each in found.items()}
    order = sorted(found, key=lambda which: (-size[Which(which.pair, "")], which.pair))
    order.sort(key=lambda which: which.week, reverse=True)
    order.sort(key=lambda which: (bool(which.week), bool(which.pair)))
    names = categories(stage, apart=apart)
    return [line(tuple(people[pk] for pk in which.pair), which.week, found[which], names) for which in order]


def line(pair: tuple[Member, ...], week: str, answers: Counter[tuple[str, str]], names: tuple[str, ...]) -> Line:
    """One line. Of all pairs together no member is the first: the table is made symmetric, and its kappa is Scott's pi."""
    said: Counter[tuple[str, str]] = Counter()
    for (one, other), times in answers.items():
        said[one if one in names else Answer.INCLUDE, other if other in names else Answer.INCLUDE] += times
    counts = table(said, names)
    counts = counts if pair else symmetric(counts)
    return Line(pair, week, counts, agreement(counts))


def judged_alike(
    member: Member, stage: str, pair: tuple[Member, Member], answers: tuple[str, str], *, apart: bool
) -> QuerySet[Citation]:
    """The citations behind one cell of a pair's table."""
    found = Citation.objects.filter(review=member.review_id)
    for voter, answer in zip(pair, answers, strict=True):
        meant = [Answer.INCLUDE, Answer.MAYBE] if answer == Answer.INCLUDE and not apart else [answer]
        said = blind_votes(member, stage).filter(citation=OuterRef("pk"), member=voter, answer__in=meant)
        found = found.filter(Exists(said))
    return found.order_by("pk")


def pair(member: Member, one: int, other: int) -> tuple[Member, Member] | None:
    """Two members of the review, those who left included; nothing for who is not in it."""
    people = {
        each.pk: each
        for each in Member.objects.filter(review=member.review_id, pk__in=(one, other)).select_related("user")
    }
    return (people[one], people[other]) if len(people) == 2 else None
