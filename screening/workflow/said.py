"""What have persons said of which records: by answers, by links, by splits? What they said holds wherever rules move the records later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.db.models import QuerySet

from reviewapp.models import Member
from screening.models import Link, Pair

Ends = tuple[int, int]
By = Link.Rule


@dataclass(frozen=True, slots=True)
class Said:
    """Pairs of records; of each the first is the one that a person moved, or the earlier one."""

    together: set[Ends] = field(default_factory=set)
    """The one was brought to where the other was."""
    parted: set[Ends] = field(default_factory=set)
    """The one was taken away from where the other stayed, or the two were called not duplicates."""

    def holds_together(self, home: dict[int, int]) -> set[int]:
        """The citations that a person brought records to, of those by which each record is now."""
        return {home[a] for a, b in self.together if a in home and home[a] == home.get(b)}


@dataclass(frozen=True, slots=True)
class Move:
    """That a person moved a record from one citation to another."""

    pk: int
    record: int
    left: int
    to: int
    rule: str
    at: datetime


def said_by_persons(member: Member, among: Collection[int] | None = None) -> Said:
    """What persons have said and not taken back. among: only of these records, which must be whole citations."""
    different = Pair.objects.filter(review=member.review_id, state=Pair.State.DIFFERENT)
    moved = Link.objects.filter(record__review=member.review_id, rule__in=(By.PERSON, By.SPLIT))
    if among is not None:
        different, moved = different.filter(a__in=among), moved.filter(record__in=among)
    said = Said(parted=set(different.values_list("a", "b")))
    moves = list(standing_moves(moved))
    near: defaultdict[int, list[Link]] = defaultdict(list)
    touched = {move.left for move in moves} | {move.to for move in moves}
    for link in Link.objects.filter(citation__in=touched).only("record_id", "citation_id", "rule", "undone_at"):
        near[link.citation_id].append(link)
    for move in moves:
        followed = {link.record_id for link in near[move.to] if link.rule == By.PERSON and link.pk > move.pk}
        said.parted.update((move.record, other) for other in present(near[move.left], move) if other not in followed)
        if move.rule == By.PERSON:
            said.together.update((move.record, other) for other in present(near[move.to], move))
    return said


def standing_moves(moved: QuerySet[Link]) -> Iterator[Move]:
    """The moves by persons of the records of these links, but for those that were taken back.

    A move is taken back by the next link, when that is as the one before the move: the same citation by the same rule.
    """
    links = Link.objects.filter(record__in=moved.order_by().values("record")).order_by("record", "pk")
    rows = links.values_list("record", "pk", "citation", "rule", "at")
    for record, history in groupby(rows, key=lambda row: row[0]):
        past: list[tuple[int, str]] = []
        moves: list[Move | None] = []
        for _, pk, citation, rule, at in history:
            if len(past) > 1 and moves[-1] and (citation, rule) == past[-2]:
                past.pop()
                moves.pop()
                continue
            by_person = past and rule in (By.PERSON, By.SPLIT)
            moves.append(Move(pk, record, past[-1][0], citation, rule, at) if by_person else None)
            past.append((citation, rule))
        yield from filter(None, moves)


def present(links: list[Link], move: Move) -> Iterator[int]:
    """The records that were of a citation when somebody moved another one."""
    for link in links:
        if link.record_id != move.record and link.pk < move.pk and (link.undone_at is None or link.undone_at > move.at):
            yield link.record_id
