"""Are citations dealt out evenly, to each member once, and to no more than are needed?"""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.consensus.sharing import Open, deal

pytestmark = pytest.mark.pure


def pairs_of(dealt: dict[int, list[int]]) -> Counter[tuple[int, ...]]:
    got: dict[int, list[int]] = {}
    for member, citations in dealt.items():
        for citation in citations:
            got.setdefault(citation, []).append(member)
    return Counter(tuple(sorted(members)) for members in got.values())


def test_three_members_get_two_thirds_each_and_every_pair_a_third() -> None:
    dealt = deal([Open(n, 2) for n in range(300)], [1, 2, 3])
    assert {member: len(citations) for member, citations in dealt.items()} == {1: 200, 2: 200, 3: 200}
    assert pairs_of(dealt) == {(1, 2): 100, (1, 3): 100, (2, 3): 100}


def test_four_members_mix_in_all_six_pairs() -> None:
    assert pairs_of(deal([Open(n, 2) for n in range(60)], [1, 2, 3, 4])) == dict.fromkeys(
        combinations([1, 2, 3, 4], 2), 10
    )


def test_one_member_alone_takes_one_place_of_each() -> None:
    assert deal([Open(7, 2), Open(8, 2)], [5]) == {5: [7, 8]}


def test_who_has_a_citation_does_not_get_it_again() -> None:
    assert deal([Open(7, 1, frozenset({1}))], [1, 2]) == {1: [], 2: [7]}
    assert deal([Open(7, 1, frozenset({1, 2}))], [1, 2]) == {1: [], 2: []}


people = st.lists(st.integers(1, 9), min_size=1, max_size=6, unique=True)
held = st.frozensets(st.integers(1, 9), max_size=3)


@given(st.lists(st.tuples(st.integers(0, 3), held), max_size=60), people)
def test_nobody_twice_never_too_many_and_nothing_left_that_somebody_could_take(
    rows: list[tuple[int, frozenset[int]]], members: list[int]
) -> None:
    citations = [Open(n, places, held_by) for n, (places, held_by) in enumerate(rows)]
    dealt = deal(citations, members)
    for citation in citations:
        got = [member for member in members for each in dealt[member] if each == citation.id]
        free = set(members) - citation.held_by
        assert len(got) == len(set(got)) == min(citation.places, len(free))
        assert not set(got) & citation.held_by


@given(st.integers(0, 80), st.integers(1, 3), people)
def test_without_former_holders_nobody_gets_two_more_than_another(count: int, places: int, members: list[int]) -> None:
    sizes = [len(each) for each in deal([Open(n, places) for n in range(count)], members).values()]
    assert max(sizes) - min(sizes) <= 1
