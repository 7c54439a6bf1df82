"""What is decided about new records: which are one publication, with which rule and evidence, and what is asked?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass

from screening.dedupe.clusters import Clusters, cluster, parted
from screening.dedupe.evidence import evidence
from screening.dedupe.normalise import Record, facts
from screening.dedupe.rules import Outcome, judge
from screening.dedupe.search import Edge, Faces, Pair, Search, edge, order
from screening.dedupe.similarity import CUTOFFS, Cutoffs, compare

PERSON = "person"
"""The rule of what a person decided."""
CHAIN = "chain"
"""The rule of a link that is asked and not made, since it would bring contradicting records together."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two records and what is done with them."""

    a: Hashable
    b: Hashable
    """The records' ids; a is the one that sorts first."""
    outcome: Outcome
    rule: str
    """A rule's name from `rules`, or PERSON, or CHAIN."""
    score: float
    """How likely the two are one publication, 0 to 1; 1 and 0 where a person decided."""
    evidence: str
    """What agrees and what differs, in words; at most 400 characters."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is decided about the new records, and about all known ones that they touch."""

    clusters: tuple[tuple[Hashable, ...], ...]
    """The ids of each publication's records, sorted. Every new record is in one of them; a known one only if it was looked
    at again: then its whole cluster is here, in the place of what was decided before."""
    candidates: tuple[Candidate, ...]
    """Links within clusters; questions, one for two clusters; pairs with like titles that are kept apart; of each the
    most likely first."""
    compared: int
    """How many pairs were compared field by field."""

    def having(self, outcome: Outcome) -> tuple[Candidate, ...]:
        """-> the candidates of one outcome, most likely first."""
        return tuple(candidate for candidate in self.candidates if candidate.outcome is outcome)


def look_at(a: Record, b: Record) -> Candidate:
    """-> what the rules say of two records by themselves, without the others. a: the one that sorts first."""
    facts_a, facts_b = facts(a), facts(b)
    like = compare(facts_a, facts_b, CUTOFFS)
    verdict = judge(like, CUTOFFS)
    return Candidate(a.id, b.id, verdict.outcome, verdict.rule, verdict.score, evidence(facts_a, facts_b, like))


def decide(
    new_records: Iterable[Record],
    known_records: Iterable[Record] = (),
    *,
    together: frozenset[Pair] = frozenset(),
    apart: frozenset[Pair] = frozenset(),
    progress: Callable[[float], None] | None = None,
    cutoffs: Cutoffs = CUTOFFS,
) -> Decisions:
    """-> which of the new records are the same publication as each other or as known ones.

    together, apart: pairs of ids that persons called the same, or not duplicates. They always win: the ones come into one
    cluster whatever the rules say, the others never. Pairs with an id that is not given are left aside.
    progress: called now and then with the part that is done, 0 to 1.

    The result does not depend on the order of the records, and imports one after the other come to what one import of all
    comes to, since a cluster that a new record touches is decided anew as a whole.

    Raises ValueError when an id is given twice, or when persons' decisions contradict each other.
    """
    tell = progress or (lambda part: None)
    new = list(new_records)
    faces = Faces([*known_records, *new], together, apart, cutoffs, tell)
    search = Search(faces, {faces.of[record.id] for record in new}, cutoffs, tell)
    clusters = cluster(search)
    decisions = Decisions(_ids(search, clusters), tuple(_candidates(search, clusters)), search.compared)
    tell(1.0)
    return decisions


def _ids(search: Search, clusters: Clusters) -> tuple[tuple[Hashable, ...], ...]:
    roots = {clusters.groups.root(i) for i in search.explored}
    ids = [[one for i in clusters.groups.members(root) for one in search.faces.ids[i]] for root in roots]
    return tuple(sorted((tuple(sorted(each, key=order)) for each in ids), key=lambda each: order(each[0])))


def _candidates(search: Search, clusters: Clusters) -> list[Candidate]:
    groups = ([*_links(search, clusters)], [*_questions(search, clusters)], [*_apart(search)])
    for group in groups:
        group.sort(key=lambda candidate: (-candidate.score, order(candidate.a), order(candidate.b)))
    return [candidate for group in groups for candidate in group]


def _links(search: Search, clusters: Clusters) -> Iterator[Candidate]:
    faces, groups = search.faces, clusters.groups
    for i in search.explored:
        for other in faces.ids[i][1:]:
            yield _candidate(search, (i, i), (faces.ids[i][0], other))
    for pair, verdict in search.verdicts.items():
        if (
            verdict.outcome is Outcome.LINK
            and groups.root(pair[0]) == groups.root(pair[1])
            and pair not in faces.together
        ):
            yield _candidate(search, pair)
    for pair in faces.together:
        if pair[0] in search.explored:
            yield _by_person(search, pair, Outcome.LINK)


def _questions(search: Search, clusters: Clusters) -> Iterator[Candidate]:
    """-> one question for any two clusters; none where other records of the two answer it."""
    groups, broken = clusters.groups, clusters.broken
    between: defaultdict[Edge, list[Edge]] = defaultdict(list)
    for pair, verdict in search.verdicts.items():
        roots = edge(groups.root(pair[0]), groups.root(pair[1]))
        if roots[0] != roots[1] and (verdict.outcome is Outcome.ASK or pair in broken):
            between[roots].append(pair)
    for (one, other), pairs in between.items():
        members = groups.members(one), groups.members(other)
        chain = not broken.isdisjoint(pairs)
        if parted(search.faces, *members) or (not chain and _answered(search, *members)):
            continue
        best = min(pairs, key=lambda pair: (-search.verdicts[pair].score, search.content(pair), search.names(pair)))
        yield _candidate(search, best, outcome=Outcome.ASK, rule=CHAIN if best in broken else "")


def _answered(search: Search, one: list[int], other: list[int]) -> bool:
    """Whether any record of the one contradicts any of the other so far that nobody need be asked."""
    verdicts = (search.verdict(i, j) for i in one for j in other)
    return any(verdict.outcome is Outcome.APART and verdict.contradicts for verdict in verdicts)


def _apart(search: Search) -> Iterator[Candidate]:
    for pair, verdict in search.verdicts.items():
        if verdict.outcome is Outcome.APART and pair not in search.faces.apart:
            yield _candidate(search, pair)
    for pair in search.faces.apart:
        if pair[0] in search.explored or pair[1] in search.explored:
            yield _by_person(search, pair, Outcome.APART)


def _candidate(
    search: Search, pair: Edge, ids: Pair | None = None, outcome: Outcome | None = None, rule: str = ""
) -> Candidate:
    faces, verdict = search.faces, search.verdict(*pair)
    i, j = sorted(pair, key=lambda face: order(faces.ids[face][0]))
    a, b = ids or (faces.ids[i][0], faces.ids[j][0])
    words = evidence(faces.facts[i], faces.facts[j], search.like(i, j))
    return Candidate(a, b, outcome or verdict.outcome, rule or verdict.rule, verdict.score, words)


def _by_person(search: Search, pair: Edge, outcome: Outcome) -> Candidate:
    a, b = sorted((search.faces.ids[i][0] for i in pair), key=order)
    said = (
        "A person said that they are the same."
        if outcome is Outcome.LINK
        else "A person said that they are not duplicates."
    )
    return Candidate(a, b, outcome, PERSON, 1.0 if outcome is Outcome.LINK else 0.0, said)
