"""What does a member see of the others' votes, and when?"""

from __future__ import annotations

import pytest

from reviewapp.errors import NotHere
from screening import queries, workflow
from screening.models import Note, Vote
from tests import build

TA = "title_abstract"
pytestmark = pytest.mark.django_db


@pytest.fixture
def citation(owner):
    return build.citations(owner, 1)[0]


def seen(member, citation):
    return {(vote.member.user.name, vote.answer) for vote in Vote.blind.for_member(member).filter(citation=citation)}


def told(member, citation):
    return queries.places(member, citation)[0].state


def test_a_first_vote_is_seen_by_its_voter_alone(owner, first, second, arbiter, observer, citation):
    workflow.vote(first, citation, TA, "exclude")
    assert seen(first, citation) == {("Fay First", "exclude")}
    for member in (owner, second, arbiter, observer):
        assert seen(member, citation) == set()
        assert told(member, citation) == "waiting"


def test_a_conflict_is_told_to_those_who_may_settle_it_and_to_nobody_else(
    owner, first, second, arbiter, observer, citation
):
    workflow.vote(first, citation, TA, "include")
    workflow.vote(second, citation, TA, "exclude")
    assert len(seen(arbiter, citation)) == len(seen(owner, citation)) == 2
    assert told(arbiter, citation) == "conflict"
    for member in (first, second):
        assert len(seen(member, citation)) == 1
        assert told(member, citation) == "waiting"
        assert not queries.conflicts(member, TA).exists()
    assert seen(observer, citation) == set()
    assert told(observer, citation) == "waiting"


def test_a_verdict_opens_the_votes_and_its_fall_closes_them(first, second, observer, citation):
    build.agreed((first, second), citation, TA)
    assert len(seen(observer, citation)) == len(seen(first, citation)) == 2
    workflow.withdraw_vote(first, citation, TA)
    assert seen(first, citation) == {("Fay First", "include")}
    assert seen(observer, citation) == set()


def test_a_note_is_sealed_until_the_verdict(first, second, arbiter, citation):
    workflow.add_note(first, citation, TA, "No infants in it")
    assert Note.blind.for_member(first).count() == 1
    assert Note.blind.for_member(second).count() == Note.blind.for_member(arbiter).count() == 0
    workflow.vote(first, citation, TA, "exclude")
    workflow.vote(second, citation, TA, "include")
    assert queries.notes_to_settle(arbiter, citation, TA).count() == 1
    assert queries.notes_to_settle(second, citation, TA).count() == 0
    workflow.resolve(arbiter, citation, TA, "exclude")
    assert Note.blind.for_member(second).count() == 1


def test_events_of_votes_are_read_by_others_after_the_verdict(first, second, citation):
    workflow.vote(first, citation, TA, "include")
    assert [event.verb for event in queries.events(second, citation)] == []
    workflow.vote(second, citation, TA, "include")
    assert [event.verb for event in queries.events(second, citation)] == [
        "screening.voted",
        "screening.voted",
        "screening.settled",
    ]
    workflow.withdraw_vote(first, citation, TA)
    workflow.vote(first, citation, TA, "exclude")
    assert queries.events(second, citation).last().verb == "screening.unsettled"


def test_the_queue_holds_what_waits_for_me_in_order_of_import(owner, first, second):
    one, two, three = build.citations(owner, 3)
    workflow.vote(first, two, TA, "include")
    assert list(queries.queue(first, TA)) == [one, three]
    assert list(queries.queue(second, TA)) == [one, two, three]
    assert not queries.queue(owner, TA).exists()


def test_what_is_in_another_review_does_not_exist(first, citation):
    other = build.review(owner=build.user("Other Owner"), title="Another")
    with pytest.raises(NotHere):
        queries.citation(other, citation.pk)
    assert not queries.citations(other).exists()


def test_the_steps_count_alike_whatever_the_other_voted(owner, first, second, observer):
    one, two = build.citations(owner, 2)
    workflow.vote(first, one, TA, "include")
    workflow.vote(second, one, TA, "exclude")
    workflow.vote(first, two, TA, "include")
    conflict_world = [str(step) for step in queries.steps(observer)]
    workflow.withdraw_vote(second, one, TA)
    assert [str(step) for step in queries.steps(observer)] == conflict_world
