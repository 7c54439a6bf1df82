"""The twelve constraints hold on every consistent review, and each finds the offence that it is there for."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.flow.constraints import CONSTRAINTS, Breach, check, nothing_is_lost
from analysis.flow.counts import count
from analysis.flow.numbers import Unit
from analysis.flow.sets import FlowSets, Id, Kind, Reason, Search
from tests.analysis.flow.reviews import consistent, small

pytestmark = pytest.mark.pure


@settings(max_examples=60, deadline=None)
@given(consistent())
def test_every_consistent_review_keeps_every_constraint(sets: FlowSets) -> None:
    assert check(sets, count(sets)) == ()
    assert nothing_is_lost(sets, sets) == []


@pytest.mark.parametrize("finished", [True, False])
def test_the_small_review_keeps_every_constraint(finished: bool) -> None:
    sets = small(finished)
    assert check(sets, count(sets)) == ()


def _also(search: Search, record: str) -> Search:
    return replace(search, records=(*search.records, record))


SMALL = small()
MEDLINE, EMBASE, REGISTRY, LISTS, EXPERTS = SMALL.searches

# What is done to the small review, the constraint that must notice, and the identifiers it must name.
OFFENCES: list[tuple[dict[str, object], str, Unit, set[Id]]] = [
    ({"searches": (MEDLINE, _also(EMBASE, "r1a"), REGISTRY, LISTS, EXPERTS)}, "sources_add_up", Unit.RECORD, {"r1a"}),
    ({"searches": (_also(MEDLINE, "r1a"), *SMALL.searches[1:])}, "sources_add_up", Unit.RECORD, {"r1a"}),
    ({"excluded": SMALL.excluded - {7}}, "screening_balances", Unit.CITATION, {7}),
    ({"awaiting_screening": frozenset({8})}, "screening_balances", Unit.CITATION, {8}),
    (
        {"citation_of": {r: c for r, c in SMALL.citation_of.items() if r != "r5a"}},
        "screening_balances",
        Unit.RECORD,
        {"r5a"},
    ),
    ({"sought": SMALL.sought - {12}}, "reports_sought_follow_from_screening", Unit.REPORT, {12}),
    ({"sought": SMALL.sought | {9}}, "reports_sought_follow_from_screening", Unit.REPORT, {9}),
    ({"not_retrieved": frozenset()}, "assessment_balances", Unit.REPORT, {3}),
    ({"not_retrieved": frozenset({3, 4})}, "assessment_balances", Unit.REPORT, {4}),
    ({"assessed": SMALL.assessed | {99}}, "assessment_balances", Unit.REPORT, {99}),
    ({"reasons": SMALL.reasons[:1]}, "reasons_add_up", Unit.REPORT, {11, 16}),
    ({"reasons": (*SMALL.reasons, Reason("x", "Other", frozenset({4})))}, "reasons_add_up", Unit.REPORT, {4}),
    ({"reasons": (*SMALL.reasons, Reason("x", "Other", frozenset({1})))}, "reasons_add_up", Unit.REPORT, {1}),
    ({"reports_included": frozenset({1, 12})}, "included_follow_from_assessment", Unit.REPORT, {14}),
    ({"reports_included": frozenset({1, 12, 14, 4})}, "included_follow_from_assessment", Unit.REPORT, {4}),
    ({"reports_included": frozenset({1, 12, 14, 3})}, "included_follow_from_assessment", Unit.REPORT, {3}),
    ({"excluded": SMALL.excluded - {15}}, "other_methods_balance", Unit.CITATION, {15}),
    ({"studies_included": frozenset({"Orme", "Quill", "Ghost"})}, "studies_have_reports", Unit.STUDY, {"Ghost"}),
    ({"studies_included": frozenset({"Orme"})}, "studies_have_reports", Unit.STUDY, {"Quill"}),
    (
        {"reports_included": SMALL.reports_included | {"old"}, "assessed": SMALL.assessed | {"old"}},
        "update_adds_up",
        Unit.REPORT,
        {"old"},
    ),
    (
        {"studies_in_meta_analysis": frozenset({"Ghost"})},
        "meta_analysis_is_within_the_review",
        Unit.STUDY,
        {"Ghost"},
    ),
    ({"reports_in_meta_analysis": frozenset({13})}, "meta_analysis_is_within_the_review", Unit.REPORT, {13}),
    (
        {"citation_of": {**SMALL.citation_of, "r7a": 77}},
        "every_record_is_in_one_place",
        Unit.RECORD,
        {"r7a"},
    ),
    ({"removed_other": frozenset({6, 88})}, "every_record_is_in_one_place", Unit.CITATION, {88}),
    ({"excluded_by_tool": frozenset({9, 10})}, "every_record_is_in_one_place", Unit.CITATION, {10}),
]


@pytest.mark.parametrize(("change", "constraint", "unit", "ids"), OFFENCES)
def test_an_offence_is_found_and_named(change: dict[str, object], constraint: str, unit: Unit, ids: set[Id]) -> None:
    sets = replace(SMALL, **change)
    found = [breach for breach in check(sets, count(sets)) if breach.constraint == constraint]
    assert (unit, frozenset(ids)) in [(breach.unit, breach.ids) for breach in found]


def test_every_constraint_has_an_offence_that_it_finds() -> None:
    assert {constraint.__name__ for constraint in CONSTRAINTS} == {name for _, name, _, _ in OFFENCES}


def test_numbers_that_are_not_of_these_sets_are_found_too() -> None:
    counts = count(SMALL)
    doubled = {**counts.numbers, "other_sought": replace(counts["other_sought"], ids=frozenset({13, 14, 1}))}
    old = replace(counts["new_studies"], ids=counts["new_studies"].ids | {"Rask"})
    for key, number, wanted in (("other_sought", doubled["other_sought"], {1}), ("new_studies", old, {"Rask"})):
        tampered = replace(counts, numbers=MappingProxyType({**counts.numbers, key: number}))
        assert wanted in [breach.ids for breach in check(SMALL, tampered)]


def test_a_breach_says_what_is_wrong_and_how_many() -> None:
    sets = replace(SMALL, sought=SMALL.sought - {12})
    assert check(sets, count(sets))[0] == Breach(
        "reports_sought_follow_from_screening",
        "Reports of citations that were let through, but not sought: 1",
        Unit.REPORT,
        frozenset({12}),
    )


def test_a_change_of_decisions_loses_nothing() -> None:
    after = replace(SMALL, excluded=SMALL.excluded - {7}, awaiting_screening=frozenset({7}))
    assert nothing_is_lost(SMALL, after) == []


@pytest.mark.parametrize(
    ("searches", "ids"),
    [
        ((replace(MEDLINE, records=MEDLINE.records[1:]), *SMALL.searches[1:]), {"r1a"}),
        ((_also(MEDLINE, "r50a"), *SMALL.searches[1:]), {"r50a"}),
        (
            (replace(MEDLINE, records=MEDLINE.records[1:]), _also(EMBASE, "r1a"), REGISTRY, LISTS, EXPERTS),
            {"r1a"},
        ),
    ],
)
def test_a_record_that_comes_goes_or_changes_its_source_is_noticed(searches: tuple[Search, ...], ids: set[str]) -> None:
    breaches = nothing_is_lost(SMALL, replace(SMALL, searches=searches))
    assert [(breach.constraint, breach.ids) for breach in breaches] == [("nothing_is_lost", ids)]


@settings(max_examples=60, deadline=None)
@given(consistent(), st.data())
def test_a_citation_that_falls_out_of_every_place_is_named(sets: FlowSets, data: st.DataObject) -> None:
    states = [name for name in ("excluded", "passed", "awaiting_screening") if getattr(sets, name)]
    if not states:
        return
    state = data.draw(st.sampled_from(states))
    lost = data.draw(st.sampled_from(sorted(getattr(sets, state))))
    broken = replace(sets, **{state: getattr(sets, state) - {lost}})
    named = [breach.ids for breach in check(broken, count(broken)) if breach.unit is Unit.CITATION]
    assert frozenset({lost}) in named


def test_a_source_of_an_unknown_citation_does_not_stop_the_count() -> None:
    sets = FlowSets(searches=(Search(Kind.DATABASE, "MEDLINE", ("r1", "r2")),), citation_of={})
    counts = count(sets)
    assert (counts.n("dbr_identified"), counts.n("dbr_screened")) == (2, 0)
    assert {breach.ids for breach in check(sets, counts)} == {frozenset({"r1", "r2"})}
