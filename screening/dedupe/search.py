"""Which of the records near each other are one publication, pair by pair? New ones are looked at, and all they touch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence

from screening.dedupe.blocks import Index, worth_comparing
from screening.dedupe.normalise import Facts, Record, facts
from screening.dedupe.rules import Outcome, Verdict, judge
from screening.dedupe.sign import Sign
from screening.dedupe.similarity import Cutoffs, Likeness, compare

Pair = tuple[Hashable, Hashable]
Edge = tuple[int, int]
"""Two faces' numbers, the smaller first."""

Tell = Callable[[float], None]
_TELL_EVERY = 500
_READING = 0.7  # the part of the time that reading the records takes; the rest is comparing


class Faces:
    """Records by what they say, numbered from 0. Those that say the same are one face, so that copies cost nothing.

    Of equal records only those are one face that the rules would link and that no person has decided on.
    """

    def __init__(
        self, records: Sequence[Record], together: frozenset[Pair], apart: frozenset[Pair], cutoffs: Cutoffs, tell: Tell
    ) -> None:
        self.facts: list[Facts] = []
        self.ids: list[list[Hashable]] = []
        """The ids of each face's records, sorted."""
        self.of: dict[Hashable, int] = {}
        """The face of each id."""
        decided = {one for pair in together | apart for one in pair}
        for said, ids in _by_facts(records, tell).items():
            telling = len(ids) > 1 and judge(compare(said, said, cutoffs), cutoffs).outcome is Outcome.LINK
            alike = [one for one in ids if telling and one not in decided]
            self._add(said, alike)
            for one in ids:
                if one not in self.of:
                    self._add(said, [one])
        self.together = self._edges(together)
        self.apart = self._edges(apart)

    def _add(self, said: Facts, ids: list[Hashable]) -> None:
        if ids:
            self.of.update(dict.fromkeys(ids, len(self.facts)))
            self.facts.append(said)
            self.ids.append(sorted(ids, key=order))

    def _edges(self, pairs: frozenset[Pair]) -> frozenset[Edge]:
        return frozenset(edge(self.of[a], self.of[b]) for a, b in pairs if a in self.of and b in self.of and a != b)


def _by_facts(records: Sequence[Record], tell: Tell) -> dict[Facts, list[Hashable]]:
    saying: defaultdict[Facts, list[Hashable]] = defaultdict(list)
    given: set[Hashable] = set()
    for place, record in enumerate(records):
        if record.id in given:
            raise ValueError(f"The record {record.id!r} is given twice. Each record needs an id of its own.")
        given.add(record.id)
        saying[facts(record)].append(record.id)
        if place % _TELL_EVERY == 0:
            tell(_READING * place / len(records))
    return saying


class Search:
    """The verdicts on all pairs near some faces, and near those that links, questions and persons join to them."""

    def __init__(self, faces: Faces, start: set[int], cutoffs: Cutoffs, tell: Tell) -> None:
        self.faces = faces
        self.cutoffs = cutoffs
        self.explored: set[int] = set()
        self.verdicts: dict[Edge, Verdict] = {}
        """Of links, of questions, and of pairs with like titles that are kept apart."""
        self.compared = 0
        self._explore(start, tell)

    def like(self, i: int, j: int) -> Likeness:
        """-> two faces compared field by field."""
        return compare(self.faces.facts[i], self.faces.facts[j], self.cutoffs)

    def verdict(self, i: int, j: int) -> Verdict:
        """-> the verdict on any two faces, also where they were not near each other."""
        return self.verdicts.get(edge(i, j)) or judge(self.like(i, j), self.cutoffs)

    def content(self, pair: Edge) -> list[str]:
        """-> all that two faces say: an order of pairs that depends on no id and on no order of records."""
        return sorted(repr(self.faces.facts[i]) for i in pair)

    def names(self, pair: Edge) -> list[tuple[int, str]]:
        """-> what two faces are called, in order: to choose between pairs that say the same."""
        return sorted(order(self.faces.ids[i][0]) for i in pair)

    def _explore(self, start: set[int], tell: Tell) -> None:
        index = Index(self.faces.facts)
        joined = defaultdict(set)
        for i, j in self.faces.together:
            joined[i].add(j)
            joined[j].add(i)
        waiting, seen, done = list(start), set(start), 0.0
        while waiting:
            i = waiting.pop()
            near = index.near(self.faces.facts[i]) - self.explored - {i}
            found = joined[i] | {j for j in near if self._may_join(i, j)}
            self.explored.add(i)
            waiting += found - seen
            seen |= found
            if len(self.explored) % _TELL_EVERY == 0:
                done = max(done, len(self.explored) / len(seen))  # what is found makes more to do
                tell(_READING + (1 - _READING) * done)

    def _may_join(self, i: int, j: int) -> bool:
        """Judge one pair and keep what is worth keeping; -> whether it is a link or a question."""
        if not worth_comparing(self.faces.facts[i], self.faces.facts[j], self.cutoffs):
            return False
        self.compared += 1
        like = self.like(i, j)
        verdict = judge(like, self.cutoffs)
        if verdict.outcome is not Outcome.APART or _looks_alike(like):
            self.verdicts[edge(i, j)] = verdict
        return verdict.outcome is not Outcome.APART


def _looks_alike(like: Likeness) -> bool:
    """Whether a person might take two records for one, so that it is worth saying why they are kept apart."""
    return like.title is Sign.SAME or (like.title is Sign.CLOSE and like.authors in (Sign.SAME, Sign.CLOSE))


def edge(i: int, j: int) -> Edge:
    """-> two numbers as an edge."""
    return (i, j) if i < j else (j, i)


def order(one: Hashable) -> tuple[int, str]:
    """-> what ids sort by, whatever they are: whole numbers by size, texts by length and letters."""
    return len(str(one)), str(one)
