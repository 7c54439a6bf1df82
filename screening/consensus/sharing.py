"""How are citations dealt out among members? Evenly, each to as many as have a place, and everybody with everybody in turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Open:
    """A citation that is to be shared out: how many members it still needs, and who has it already."""

    id: int
    places: int
    held_by: frozenset[int] = frozenset()


def deal(citations: Iterable[Open], members: Sequence[int]) -> dict[int, list[int]]:
    """The citations that each member gets.

    Nobody gets a citation twice, and none goes to more members than it needs. Who has the fewest comes first; among equals, who
    shared the least with those who got this citation already, so that pairs mix; then the order of the members.
    """
    dealt: dict[int, list[int]] = {member: [] for member in members}
    together: Counter[tuple[int, int]] = Counter()
    for citation in citations:
        got: list[int] = []
        free = [member for member in members if member not in citation.held_by]
        for _ in range(min(citation.places, len(free))):
            member = min(free, key=lambda each: (len(dealt[each]), sum(together[each, other] for other in got)))
            free.remove(member)
            dealt[member].append(citation.id)
            for other in got:
                together[member, other] += 1
                together[other, member] += 1
            got.append(member)
    return dealt
