"""What do the votes on a citation mean?"""

from __future__ import annotations

import pytest

from screening.consensus.verdict import Ballot, Verdict, verdict

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
