"""The numbers of the flow diagram, counted by hand on a small review and by arithmetic on any."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from analysis.flow.counts import count
from analysis.flow.numbers import ARMS, FlowCounts, Unit
from analysis.flow.sets import FlowSets, Kind, Search
from tests.analysis.flow.reviews import consistent, small

pytestmark = pytest.mark.pure

BY_HAND = {
    "previous_studies": 1,
    "previous_reports": 2,
    "database_results": 13,
    "database_source:MEDLINE": 10,
    "database_source:Embase": 3,
    "register_results": 2,
    "register_source:ClinicalTrials.gov": 2,
    "citation_results": 4,  # five came from reference lists; r4d is counted with MEDLINE
    "citation_source:Reference lists": 4,
    "other_results": 2,
    "website_results": 0,
    "dbr_identified": 15,
    "dbr_duplicates": 3,  # 15 records, 12 citations
    "dbr_removed_automation": 1,
    "dbr_removed_other": 1,
    "dbr_screened": 10,
    "dbr_records_excluded": 3,
    "dbr_records_excluded_by_people": 2,
    "dbr_records_excluded_by_tool": 1,
    "dbr_passed": 7,
    "dbr_same_report": 1,
    "dbr_sought": 6,  # citations 1 and 2 are one report
    "dbr_not_retrieved": 1,
    "dbr_assessed": 5,
    "dbr_reports_excluded": 3,
    "dbr_reason:design": 2,
    "dbr_reason:people": 1,
    "other_identified": 6,
    "found_by_both": 1,
    "other_duplicates": 1,
    "other_screened": 5,
    "other_records_excluded": 1,
    "other_passed": 4,
    "other_without_report": 1,
    "other_sought": 3,
    "other_not_retrieved": 0,
    "other_assessed": 3,
    "other_reports_excluded": 2,
    "other_reason:design": 1,
    "other_reason:people": 1,
    "new_studies": 2,
    "new_reports": 3,
    "total_studies": 3,
    "total_reports": 5,
    "total_studies_ma": 2,
    "total_reports_ma": 2,
}


@pytest.mark.parametrize(("key", "n"), BY_HAND.items())
def test_the_small_review_counts_as_by_hand(key: str, n: int) -> None:
    assert count(small())[key].n == n


def test_every_number_carries_what_it_counts_and_in_which_unit() -> None:
    counts = count(small())
    assert (counts["dbr_duplicates"].unit, counts["dbr_duplicates"].ids) == (Unit.RECORD, {"r1b", "r2b", "r3c"})
    assert (counts["dbr_records_excluded"].unit, counts["dbr_records_excluded"].ids) == (Unit.CITATION, {7, 8, 9})
    assert (counts["dbr_not_retrieved"].unit, counts["dbr_not_retrieved"].ids) == (Unit.REPORT, {3})
    assert (counts["new_studies"].unit, counts["new_studies"].ids) == (Unit.STUDY, {"Orme", "Quill"})
    assert counts["found_by_both"].ids == {"r4d"}


def test_the_first_record_of_a_citation_is_the_one_that_is_kept() -> None:
    """By when the records came, not by which search is listed first: a later file of the first search brings duplicates."""
    sets = small()
    came_later = replace(sets, citation_of=dict(reversed(sets.citation_of.items())))
    assert count(came_later)["dbr_duplicates"].ids == {"r1a", "r2a", "r3a"}
    listed_later = replace(sets, searches=tuple(reversed(sets.searches)))
    assert count(listed_later)["dbr_duplicates"].ids == count(sets)["dbr_duplicates"].ids != {"r1a", "r2a", "r3a"}


def test_searches_of_the_same_source_are_added_up() -> None:
    again = Search(Kind.DATABASE, "MEDLINE", ("r20a",))
    sets = small()
    counts = count(replace(sets, searches=(*sets.searches, again), citation_of={**sets.citation_of, "r20a": 20}))
    assert counts["database_source:MEDLINE"].n == 11
    assert [number.label for number in counts.starting("database_source:")] == ["MEDLINE", "Embase"]


def test_a_new_review_of_databases_alone_has_the_first_template() -> None:
    sets = small()
    counts = count(replace(sets, searches=sets.searches[:3], previous=None))
    assert (counts.updated, counts.other_methods) == (False, False)
    assert counts["new_studies"].label == "Studies included in review"
    assert counts.get("total_studies") is None
    assert counts.n("total_studies") == 0
    with pytest.raises(KeyError):
        counts["total_studies"]


def test_a_new_report_of_an_old_study_adds_a_report_and_no_study() -> None:
    sets = small()
    counts = count(
        replace(
            sets,
            study_of={1: "Orme", 12: "Orme", 14: "Rask"},
            studies_included=frozenset({"Orme", "Rask"}),
        )
    )
    assert (counts.n("new_studies"), counts.n("new_reports")) == (1, 3)
    assert (counts.n("total_studies"), counts.n("total_reports")) == (2, 5)


def test_work_to_do_is_counted_apart_and_never_as_done() -> None:
    counts = count(small(finished=False))
    assert not counts.finished
    assert {number.key: number.n for number in counts.pending} == {
        "dbr_awaiting_screening": 1,
        "dbr_screening_conflict": 1,
        "dbr_awaiting_retrieval": 1,
        "dbr_awaiting_assessment": 1,
        "other_assessment_conflict": 1,
        "included_without_study": 1,
    }
    assert (counts.n("dbr_screened"), counts.n("dbr_assessed")) == (8, 3)
    assert count(small()).finished
    assert count(small()).pending == ()


def test_an_empty_review_counts_nothing_and_is_finished() -> None:
    counts = count(FlowSets(searches=(), citation_of={}))
    assert {number.n for number in counts.numbers.values()} == {0}
    assert counts.finished


@settings(max_examples=60, deadline=None)
@given(consistent())
def test_the_sums_of_the_published_diagram_hold_at_any_moment(sets: FlowSets) -> None:
    counts = count(sets)
    n = counts.n
    assert n("dbr_identified") == n("database_results") + n("register_results")
    for arm in ARMS:
        assert n(f"{arm}_screened") == n(f"{arm}_identified") - _sum(
            counts, arm, "duplicates", "removed_automation", "removed_other", "awaiting_screening", "screening_conflict"
        )
        assert n(f"{arm}_passed") == n(f"{arm}_screened") - n(f"{arm}_records_excluded")
        assert n(f"{arm}_sought") == n(f"{arm}_passed") - _sum(counts, arm, "without_report", "same_report")
        assert n(f"{arm}_assessed") == n(f"{arm}_sought") - _sum(
            counts, arm, "not_retrieved", "awaiting_retrieval", "awaiting_assessment", "assessment_conflict"
        )
        assert n(f"{arm}_reports_excluded") == sum(reason.n for reason in counts.starting(f"{arm}_reason:"))
    assert n("new_reports") == _over_arms(counts, "assessed") - _over_arms(counts, "reports_excluded")
    linked = n("new_reports") - n("included_without_study")
    assert n("new_studies") <= linked
    if sets.previous is not None:
        assert n("total_reports") == n("previous_reports") + n("new_reports")
        assert n("total_studies") == n("previous_studies") + n("new_studies")
    records = sum(len(search.records) for search in sets.searches)
    assert records == _over_arms(counts, "identified") + n("found_by_both")


def _sum(counts: FlowCounts, arm: str, *names: str) -> int:
    return sum(counts.n(f"{arm}_{name}") for name in names)


def _over_arms(counts: FlowCounts, name: str) -> int:
    return sum(counts.n(f"{arm}_{name}") for arm in ARMS)


@settings(max_examples=60, deadline=None)
@given(consistent())
def test_nothing_is_counted_in_both_arms(sets: FlowSets) -> None:
    counts = count(sets)
    for name in ("identified", "screened", "sought", "assessed", "reports_excluded"):
        assert not counts[f"dbr_{name}"].ids & counts[f"other_{name}"].ids
