"""Whatever records come, in whatever order, and whatever persons say: what is decided holds together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from screening.dedupe.decisions import CHAIN, PERSON, Decisions, decide
from screening.dedupe.normalise import Record
from screening.dedupe.rules import Outcome
from tests.screening.dedupe.records import PEOPLE, TITLE, article, bare, verdict

pytestmark = pytest.mark.pure

OTHER_TITLE = "Gait after stroke: what physiotherapists see and what patients say"

# Few values for each field, so that records agree and contradict each other in every way.
some_record = st.builds(
    Record,
    id=st.none(),
    title=st.sampled_from([TITLE, TITLE.upper() + ".", TITLE.split(":")[0], TITLE + ", part 2", OTHER_TITLE, "Editorial", ""]),
    authors=st.sampled_from([PEOPLE, ("Okonkwo AB", "Lindqvist P"), ("Vogel, H.",), ()]),
    year=st.sampled_from([2013, 2014, 2014, None]),
    journal=st.sampled_from(["Journal of Bone and Gait", "J Bone Gait", "medRxiv", "Stroke", ""]),
    volume=st.sampled_from(["12", "12", "13", ""]),
    issue=st.just(""),
    pages=st.sampled_from(["245-253", "245-53", "S27", ""]),
    doi=st.sampled_from(["10.5555/one", "10.5555/two", "", ""]),
    pmid=st.sampled_from(["", "", "111", "222"]),
    abstract=st.just(""),
    type=st.sampled_from(["", "", "Conference Abstract"]),
)  # fmt: skip
some_records = st.lists(some_record, max_size=9).map(
    lambda found: [
        Record(**{name: getattr(one, name) for name in Record.__slots__} | {"id": i}) for i, one in enumerate(found)
    ]
)
some_pairs = st.frozensets(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] < pair[1]), max_size=4
)
quick = settings(max_examples=50, deadline=None)


def sets(decisions: Decisions) -> set[frozenset[Hashable]]:
    return {frozenset(cluster) for cluster in decisions.clusters}


def one_after_the_other(imports: Iterable[list[Record]]) -> set[frozenset[Hashable]]:
    """What stands after imports, each decided against those before: what it touches replaces what stood."""
    known: list[Record] = []
    stands: set[frozenset[Hashable]] = set()
    for new in imports:
        found = sets(decide(new, known))
        touched = {one for cluster in found for one in cluster}
        assert all(cluster <= touched for cluster in stands if cluster & touched)
        stands = found | {cluster for cluster in stands if not cluster & touched}
        known += new
    return stands


def contradict(together: Iterable[tuple[int, int]], apart: Iterable[tuple[int, int]], ids: set[int]) -> bool:
    """Whether what persons joined, step by step, holds two that persons parted."""
    group = {one: {one} for one in ids}
    for a, b in together:
        if {a, b} <= ids:
            joined = group[a] | group[b]
            group.update(dict.fromkeys(joined, joined))
    return any({a, b} <= ids and b in group[a] for a, b in apart)


@quick
@given(some_records, st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing(records, random):
    shuffled = random.sample(records, len(records))
    assert decide(shuffled) == decide(records)


@quick
@given(some_records, st.permutations(range(9)))
def test_the_names_of_records_change_nothing(records, names):
    renamed = [
        Record(**{n: getattr(one, n) for n in Record.__slots__} | {"id": f"r{names[one.id]}"}) for one in records
    ]
    expected = {frozenset(f"r{names[one]}" for one in cluster) for cluster in decide(records).clusters}
    assert sets(decide(renamed)) == expected


@quick
@given(some_records, st.lists(st.integers(0, 2), min_size=9, max_size=9), st.permutations(range(3)))
def test_the_order_of_imports_changes_nothing(records, import_of, order):
    imports = [[one for one in records if import_of[one.id] == number] for number in order]
    assert one_after_the_other(imports) == sets(decide(records))


@quick
@given(some_records, st.integers(0, 9))
def test_an_undone_import_leaves_the_state_before_it(records, first):
    kept, undone = records[:first], records[first:]
    before = sets(decide(kept))
    touched = {one for cluster in decide(undone, kept).clusters for one in cluster}
    again = sets(decide([one for one in kept if one.id in touched], [one for one in kept if one.id not in touched]))
    decided_again = {one for cluster in again for one in cluster}
    assert again | {cluster for cluster in before if not cluster & decided_again} == before


@quick
@given(some_records)
def test_every_record_is_in_one_cluster_and_no_cluster_contradicts_itself(records):
    by_id = {one.id: one for one in records}
    found = decide(records)
    assert sorted(one for cluster in found.clusters for one in cluster) == sorted(by_id)
    for cluster in found.clusters:
        for a, b in combinations(cluster, 2):
            assert not verdict(by_id[a], by_id[b]).contradicts


@quick
@given(some_records)
def test_links_are_within_clusters_and_questions_between_them_once_and_in_order(records):
    found = decide(records)
    cluster_of = {one: cluster for cluster in found.clusters for one in cluster}
    for link in found.having(Outcome.LINK):
        assert cluster_of[link.a] == cluster_of[link.b]
    asked = [frozenset({cluster_of[each.a], cluster_of[each.b]}) for each in found.having(Outcome.ASK)]
    assert len(asked) == len(set(asked))
    assert all(len(two) == 2 for two in asked)
    scores = [each.score for each in found.having(Outcome.ASK)]
    assert scores == sorted(scores, reverse=True)
    linked = {one for link in found.having(Outcome.LINK) for one in (link.a, link.b)}
    assert linked == {one for cluster in found.clusters if len(cluster) > 1 for one in cluster}
    assert all(0 < len(each.evidence) <= 400 for each in found.having(Outcome.LINK) + found.having(Outcome.ASK))


@quick
@given(some_records, some_pairs, some_pairs)
def test_what_persons_said_always_wins(records, together, apart):
    assume(not contradict(together, apart, {one.id for one in records}))
    found = decide(records, together=together, apart=apart)
    cluster_of = {one: cluster for cluster in found.clusters for one in cluster}
    ids = {one.id for one in records}
    for a, b in together:
        if {a, b} <= ids:
            assert cluster_of[a] == cluster_of[b]
    for a, b in apart:
        if {a, b} <= ids:
            assert cluster_of[a] != cluster_of[b]
    assert not {frozenset({each.a, each.b}) for each in found.having(Outcome.ASK)} & {frozenset(pair) for pair in apart}


@quick
@given(some_records, some_pairs, some_pairs, st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing_beside_persons_decisions_either(records, together, apart, random):
    assume(not contradict(together, apart, {one.id for one in records}))
    expected = decide(records, together=together, apart=apart)
    assert decide(random.sample(records, len(records)), together=together, apart=apart) == expected


@quick
@given(some_records)
def test_questions_answered_are_asked_no_more(records):
    first = decide(records)
    asked = frozenset((each.a, each.b) for each in first.having(Outcome.ASK))
    after = decide(records, apart=asked)
    assert sets(after) == sets(first)
    assert not {(each.a, each.b) for each in after.having(Outcome.ASK)} & asked


def test_an_abstract_and_its_article_are_not_joined_by_a_record_that_could_be_either():
    abstract = article("abstract", volume="30", pages="S12", doi="", abstract="", issue="", journal="Gait")
    print_ = article("article", doi="", abstract="")
    either = bare("either", volume="12", journal="Journal of Bone and Gait")
    assert {frozenset({"article", "either"}), frozenset({"abstract"})} == sets(decide([abstract, print_, either]))
    twin = article("twin", doi="", abstract="", pages="412-420")
    found = decide([print_, twin, either])
    assert sets(found) == {frozenset({"article"}), frozenset({"twin"}), frozenset({"either"})}
    assert {each.rule for each in found.having(Outcome.ASK)} == {CHAIN, "other pages"}


def test_a_question_answered_joins_the_copies_of_both_records_too():
    copies = [
        article(1),
        article(2, journal="J Bone Gait"),
        article(3, doi="10.5555/x"),
        article(4, doi="10.5555/x", issue=""),
    ]
    before = decide(copies)
    assert sets(before) == {frozenset({1, 2}), frozenset({3, 4})}
    (asked,) = before.having(Outcome.ASK)
    after = decide(copies, together=frozenset({(asked.a, asked.b)}))
    assert sets(after) == {frozenset({1, 2, 3, 4})}
    assert [each.rule for each in after.having(Outcome.LINK) if each.rule == PERSON] == [PERSON]


def test_two_copies_that_a_person_parted_stay_parted_and_a_third_is_asked():
    found = decide([article(1), article(2), article(3)], apart=frozenset({(1, 2)}))
    assert sets(found) == {frozenset({1}), frozenset({2}), frozenset({3})}
    assert {(each.a, each.b, each.rule) for each in found.having(Outcome.ASK)} == {(1, 3, CHAIN), (2, 3, CHAIN)}


def test_persons_who_contradict_each_other_are_told_so():
    records = [article(1), article(2), article(3)]
    with pytest.raises(ValueError, match="Persons' decisions contradict"):
        decide(records, together=frozenset({(1, 2), (2, 3)}), apart=frozenset({(1, 3)}))


def test_an_id_given_twice_is_refused():
    with pytest.raises(ValueError, match="The record 1 is given twice"):
        decide([article(1)], [article(1)])


def test_decisions_on_records_that_are_not_given_are_left_aside():
    assert sets(decide([article(1)], together=frozenset({(1, 7)}), apart=frozenset({(7, 8)}))) == {frozenset({1})}


def test_known_records_that_nothing_new_touches_are_not_decided_again():
    known = [article(1), article(2), bare(3, title=OTHER_TITLE, authors=("Vogel, H.",))]
    assert sets(decide([bare(4, doi="10.5555/jbg.2014.245")], known)) == {frozenset({1, 2, 4})}


def test_progress_is_told_up_to_the_end():
    told: list[float] = []
    known = [article(-i, title=f"{TITLE} {i}", journal="J Bone Gait", doi="", issue="") for i in range(1, 700)]
    decide([article(i, title=f"{TITLE} {i}", doi="") for i in range(1, 700)], known, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 3


def test_a_thousand_copies_cost_no_more_than_one():
    found = decide([article(i) for i in range(5000)])
    assert len(found.clusters) == 1
    assert found.compared == 0
