"""Who may do what? The table, and what is made of it. (Every address with every role: tests/test_access.py.)"""

from __future__ import annotations

import pytest

from reviewapp import access, queries, workflow
from reviewapp.access import AUTHORS_ONLY, EVEN_WHEN_CLOSED, TABLE, Can
from reviewapp.errors import NotHere, Refused, WrongState
from reviewapp.models import Member, Role, User
from tests import build

pytestmark = pytest.mark.django_db


def test_every_capability_has_a_line_and_every_role_may_read() -> None:
    assert set(TABLE) == set(Can)
    assert TABLE[Can.READ] == set(Role)
    assert all(Role.OWNER in roles for roles in TABLE.values())


def test_observers_read_and_nothing_more(observer: Member) -> None:
    assert [need for need in Can if access.can(observer, need)] == [Can.READ]


@pytest.mark.parametrize("need", sorted(AUTHORS_ONLY))
def test_owners_and_arbiters_vote_and_extract_only_as_review_authors(
    need: Can, owner: Member, first: Member, arbiter: Member
) -> None:
    assert access.can(first, need)
    assert not access.can(owner, need)
    assert not access.can(arbiter, need)
    workflow.change_role(owner, arbiter, Role.ARBITER, is_author=True)
    arbiter.refresh_from_db()
    assert access.can(arbiter, need)


def test_who_left_may_nothing(owner: Member, first: Member) -> None:
    workflow.leave(owner, first)
    first.refresh_from_db()
    assert not any(access.can(first, need) for need in Can)
    with pytest.raises(NotHere):
        access.member_of(first.user, first.review.slug)
    assert queries.team(owner).last() == first, "who left is named at the end"


def test_an_outsider_gets_the_same_answer_as_for_a_review_that_does_not_exist(owner: Member, outsider: User) -> None:
    told = []
    for slug in (owner.review.slug, "no-such-review"):
        with pytest.raises(NotHere) as caught:
            access.member_of(outsider, slug)
        told.append(str(caught.value))
    assert told[0] == told[1]


def test_a_closed_review_lets_read_and_reopen(owner: Member) -> None:
    workflow.close(owner)
    owner.review.refresh_from_db()
    for need in Can:
        if need in AUTHORS_ONLY:
            with pytest.raises(Refused):
                access.require(owner, need)
        elif need in EVEN_WHEN_CLOSED:
            access.require(owner, need)
        else:
            with pytest.raises(WrongState, match="closed"):
                access.require(owner, need)
        assert access.may(owner, need) == (need in EVEN_WHEN_CLOSED)


def test_the_refusal_says_what_the_role_does_not_let_one_do(observer: Member) -> None:
    with pytest.raises(Refused, match="does not let you settle conflicts"):
        access.require(observer, Can.ARBITRATE)


def test_a_role_in_one_review_is_none_in_another(first: Member) -> None:
    other = build.review(build.user("Other Owner"), title="Another")
    with pytest.raises(NotHere):
        access.member_of(first.user, other.review.slug)


def test_the_team_page_tells_all_of_the_table() -> None:
    told = dict(access.by_role())
    assert {role: set(needs) for role, needs in told.items()} == {
        role: {need for need, roles in TABLE.items() if role in roles} for role in Role
    }
