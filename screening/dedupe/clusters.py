"""Which records are one publication? Links join them into clusters, as far as nothing in a cluster contradicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations, groupby

from screening.dedupe.rules import Outcome
from screening.dedupe.search import Edge, Faces, Search


class Groups:
    """Numbers in disjoint groups (union by size, with the members at hand)."""

    def __init__(self, size: int) -> None:
        self._root = list(range(size))
        self._members: dict[int, list[int]] = {}

    def root(self, i: int) -> int:
        """-> the number that stands for a number's group."""
        while self._root[i] != i:
            self._root[i] = self._root[self._root[i]]
            i = self._root[i]
        return i

    def members(self, i: int) -> list[int]:
        """-> all numbers in a number's group."""
        root = self.root(i)
        return self._members.get(root) or [root]

    def unite(self, i: int, j: int) -> None:
        """Make the groups of two numbers one."""
        a, b = self.root(i), self.root(j)
        if a == b:
            return
        big, small = (a, b) if len(self.members(a)) >= len(self.members(b)) else (b, a)
        self._members[big] = self.members(big) + self.members(small)
        self._members.pop(small, None)
        self._root[small] = big


@dataclass(frozen=True, slots=True)
class Clusters:
    """Faces in clusters, and the links that could not be made."""

    groups: Groups
    broken: frozenset[Edge] = field(default_factory=frozenset)
    """Links that would bring contradicting records together: a person decides."""


def cluster(search: Search) -> Clusters:
    """-> clusters: what persons joined, then links anchored in an identifier or a place in print, then the others.

    Where anchored links lead to a contradiction, the stronger is made first. The others say too little to choose
    between two publications that contradict each other: where they would join such, none of them is made.

    Raises ValueError when persons' decisions contradict each other.
    """
    links = {pair: verdict for pair, verdict in search.verdicts.items() if verdict.outcome is Outcome.LINK}
    joiner = _Joiner(search)
    disputed = joiner.join(pair for pair, verdict in links.items() if verdict.anchored)
    ranked = sorted((-links[pair].score, search.content(pair), pair) for pair in disputed)
    broken: list[Edge] = []
    for _, equals in groupby(ranked, key=lambda item: item[:2]):
        broken += joiner.join(pair for *_, pair in equals)
    broken += joiner.join(pair for pair, verdict in links.items() if not verdict.anchored)
    return Clusters(joiner.groups, frozenset(broken))


def parted(faces: Faces, one: Iterable[int], other: Iterable[int]) -> bool:
    """Whether a person parted any of the one from any of the other."""
    if not faces.apart:
        return False
    others = set(other)
    return any((i, j) in faces.apart or (j, i) in faces.apart for i in one for j in others)


class _Joiner:
    """Makes links, batch by batch, where no contradiction comes of it."""

    def __init__(self, search: Search) -> None:
        faces = search.faces
        self.search = search
        self.groups = Groups(len(faces.facts))
        """By persons and rules."""
        self.by_rules = Groups(len(faces.facts))
        """By rules alone: two such groups that a person has joined may contradict each other."""
        for pair in faces.together:
            self.groups.unite(*pair)
        for i, j in faces.apart:
            if self.groups.root(i) == self.groups.root(j):
                raise ValueError(
                    f"Persons' decisions contradict: {faces.ids[i][0]!r} and {faces.ids[j][0]!r} are called not "
                    "duplicates, but other decisions join them. Take one of these decisions back."
                )

    def join(self, batch: Iterable[Edge]) -> list[Edge]:
        """Make a batch's links; where what hangs together contradicts, none of those links. -> the links not made."""
        broken: list[Edge] = []
        for links in self._hanging_together(list(batch)):
            if self._contradict(links):
                broken += links
                continue
            for pair in links:
                self.by_rules.unite(*pair)
                self.groups.unite(*pair)
        return broken

    def _hanging_together(self, batch: list[Edge]) -> list[list[Edge]]:
        roots = [(self.groups.root(i), self.groups.root(j)) for i, j in batch]
        numbers = {root: number for number, root in enumerate({root for pair in roots for root in pair})}
        trial = Groups(len(numbers))
        for one, other in roots:
            trial.unite(numbers[one], numbers[other])
        hanging: defaultdict[int, list[Edge]] = defaultdict(list)
        for pair, (one, _) in zip(batch, roots, strict=True):
            hanging[trial.root(numbers[one])].append(pair)
        return list(hanging.values())

    def _contradict(self, links: list[Edge]) -> bool:
        """Whether anything stands against all these links' ends being one publication."""
        ends = {i for pair in links for i in pair}
        whole = {self.groups.root(i): self.groups.members(i) for i in ends}
        if any(parted(self.search.faces, one, other) for one, other in combinations(whole.values(), 2)):
            return True
        ruled = {self.by_rules.root(i): self.by_rules.members(i) for i in ends}
        return any(
            self.groups.root(one[0]) != self.groups.root(other[0])
            and any(self.search.verdict(i, j).contradicts for i in one for j in other)
            for one, other in combinations(ruled.values(), 2)
        )
