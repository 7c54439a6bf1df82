"""What do the votes on a citation mean?"""

from __future__ import annotations

import pytest

from screening.consensus.verdict import Ballot, Reasons, Verdict, verdict

pytestmark = pytest.mark.pure

INCLUDE, MAYBE, EXCLUDE = Ballot("include"), Ballot("maybe"), Ballot("exclude")


@pytest.mark.parametrize(
    ("ballots", "state"),
    [
        ([], "waiting"),
        ([INCLUDE], "waiting"),
        ([INCLUDE, INCLUDE], "include"),
        ([INCLUDE, MAYBE], "include"),
        ([MAYBE, MAYBE], "include"),
        ([EXCLUDE, EXCLUDE], "exclude"),
        ([INCLUDE, EXCLUDE], "conflict"),
        ([MAYBE, EXCLUDE], "conflict"),
        ([INCLUDE, INCLUDE, EXCLUDE], "conflict"),
        ([MAYBE, INCLUDE, INCLUDE], "include"),
    ],
)
def test_two_votes_lead_where_both_lead(ballots, state):
    assert verdict(ballots, needed=2).state == state
    assert verdict(ballots[::-1], needed=2).state == state


def test_one_vote_is_enough_where_one_is_needed():
    assert verdict([EXCLUDE], needed=1) == Verdict("exclude")


def test_two_votes_that_differ_are_a_conflict_also_where_one_is_needed():
    assert verdict([EXCLUDE, INCLUDE], needed=1).state == "conflict"


def test_the_same_reason_twice_excludes_for_it():
    assert verdict([Ballot("exclude", 3), Ballot("exclude", 3)], needed=2) == Verdict("exclude", 3)


def test_two_reasons_are_a_conflict():
    assert verdict([Ballot("exclude", 3), Ballot("exclude", 4)], needed=2).state == "conflict"


def test_a_resolution_decides_whatever_the_votes_are():
    for ballots in ([], [INCLUDE], [INCLUDE, EXCLUDE], [INCLUDE, INCLUDE]):
        assert verdict(ballots, 2, resolution=Ballot("exclude", 7)) == Verdict("exclude", 7)


LIST = {"order": ("adults", "diagnosis", "design"), "group": {"adults": "people", "diagnosis": "people", "design": ""}}


def excluded(*reasons: str) -> list[Ballot]:
    return [Ballot("exclude", reason) for reason in reasons]


@pytest.mark.parametrize(
    ("agreement", "reasons", "expected"),
    [
        ("strict", ("diagnosis", "adults"), Verdict("conflict")),
        ("by_group", ("diagnosis", "adults"), Verdict("exclude", "adults")),
        ("by_group", ("diagnosis", "design"), Verdict("conflict")),
        ("ignore", ("design", "diagnosis"), Verdict("exclude", "diagnosis")),
        ("ignore", ("design", "diagnosis", "adults"), Verdict("exclude", "adults")),
    ],
)
def test_two_reasons_agree_by_the_reviews_rule_and_the_first_of_the_list_counts(agreement, reasons, expected):
    rule = Reasons(agreement=agreement, **LIST)
    assert verdict(excluded(*reasons), 2, reasons=rule) == expected
    assert verdict(excluded(*reversed(reasons)), 2, reasons=rule) == expected


def test_reasons_without_a_group_are_in_no_common_group():
    rule = Reasons(agreement="by_group", order=("a", "b"))
    assert verdict(excluded("a", "b"), 2, reasons=rule) == Verdict("conflict")


@pytest.mark.parametrize("agreement", ["strict", "by_group", "ignore"])
def test_no_rule_on_reasons_lets_an_inclusion_agree_with_an_exclusion(agreement):
    ballots = [Ballot("include"), *excluded("adults", "design")]
    assert verdict(ballots, 2, reasons=Reasons(agreement=agreement, **LIST)) == Verdict("conflict")


def test_a_merged_reason_is_counted_as_the_last_that_it_was_merged_into():
    rule = Reasons(order=("a", "b", "c"), merged={"a": "b", "b": "c"})
    assert verdict(excluded("a", "c"), 2, reasons=rule) == Verdict("exclude", "c")
    assert verdict([], 2, Ballot("exclude", "a"), rule) == Verdict("exclude", "c")
