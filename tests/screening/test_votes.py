"""What happens when two review authors vote?"""

from __future__ import annotations

import threading
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from reviewapp import access
from reviewapp.errors import BadInput, Refused, Stale, WrongState
from reviewapp.models import Event, Member
from reviewapp.workflow import amend_protocol
from screening import queries, workflow
from screening.models import Citation, Standing, Vote
from tests import build

TA, FT = "title_abstract", "full_text"

pytestmark = pytest.mark.django_db


def state(citation, stage=TA):
    return Standing.objects.get(citation=citation, stage=stage).state


@pytest.fixture
def citation(owner) -> Citation:
    return build.citations(owner, 1)[0]


@pytest.fixture
def report(owner, first, second, citation) -> Citation:
    build.at_full_text((first, second), owner, citation)
    return citation


def test_one_vote_waits_for_the_other(first, citation):
    workflow.vote(first, citation, TA, "include")
    assert state(citation) == "waiting"


def test_two_includes_open_the_search_for_the_report(first, second, citation):
    build.agreed((first, second), citation, TA)
    assert state(citation) == "include"
    assert citation.report.state == "sought"
    assert not Standing.objects.filter(citation=citation, stage=FT).exists()


def test_include_and_exclude_are_a_conflict_that_an_arbiter_ends(first, second, arbiter, citation):
    workflow.vote(first, citation, TA, "include")
    workflow.vote(second, citation, TA, "exclude")
    assert state(citation) == "conflict"
    workflow.resolve(arbiter, citation, TA, "exclude", comment="Infants are older")
    assert state(citation) == "exclude"
    assert Vote.unblinded.standing().count() == 2
    workflow.withdraw_resolution(arbiter, citation, TA)
    assert state(citation) == "conflict"


def test_who_voted_cannot_settle(owner, first, citation):
    author_owner = build.review(owner=build.user("Other Owner"), title="Another", is_author=True)
    mine = build.citations(author_owner, 1)[0]
    other = build.member(author_owner, "reviewer", "Third Person")
    workflow.vote(author_owner, mine, TA, "include")
    workflow.vote(other, mine, TA, "exclude")
    with pytest.raises(Refused, match="voted on this citation"):
        workflow.resolve(author_owner, mine, TA, "include")


def test_nothing_is_settled_that_is_not_in_conflict(first, arbiter, citation):
    workflow.vote(first, citation, TA, "include")
    with pytest.raises(Stale):
        workflow.resolve(arbiter, citation, TA, "include")


def test_the_same_vote_twice_is_one_vote(first, citation):
    one = workflow.vote(first, citation, TA, "include")
    assert workflow.vote(first, citation, TA, "include").pk == one.pk
    assert Vote.unblinded.count() == 1
    assert Event.unblinded.filter(verb="screening.voted").count() == 1


def test_a_changed_vote_withdraws_the_former_and_keeps_it(first, citation):
    workflow.vote(first, citation, TA, "include")
    workflow.vote(first, citation, TA, "exclude")
    assert [vote.answer for vote in Vote.unblinded.standing()] == ["exclude"]
    assert Vote.unblinded.count() == 2


def test_undo_withdraws_ones_own_vote_also_after_the_other_voted(first, second, citation):
    build.agreed((first, second), citation, TA, "exclude")
    workflow.withdraw_vote(first, citation, TA)
    assert state(citation) == "waiting"
    assert [vote.member for vote in Vote.unblinded.standing()] == [second]
    with pytest.raises(Stale):
        workflow.withdraw_vote(first, citation, TA)


def test_taking_a_vote_back_sent_again_does_not_take_back_what_was_voted_since(first, citation):
    workflow.vote(first, citation, TA, "include")
    client, key = Client(), str(uuid4())
    client.force_login(first.user)
    at = reverse("screening:withdraw-vote", args=[first.review.slug, TA, citation.pk])

    def send(**fields: str) -> HttpResponse:
        return client.post(at, fields, headers={"Accept": "application/json"})

    assert send(key=key).json()["stored"]
    workflow.vote(first, citation, TA, "exclude")
    assert send(key=key).json()["stored"], "an act that was done is not refused for being told twice"
    assert [vote.answer for vote in Vote.unblinded.standing()] == ["exclude"]
    assert send(key=str(uuid4())).json()["stored"]
    assert not Vote.unblinded.standing().exists()
    assert send(key="none of ours").status_code == 422


def test_the_trail_tells_of_a_vote_or_note_that_comes_while_the_verdict_stands(first, second, observer, citation):
    def seen() -> list[tuple[str, str]]:
        events = Event.blind.for_member(observer).filter(subject__startswith="citation/").order_by("pk")
        return [(each.verb, each.facts.get("answer") or each.facts.get("text", "")) for each in events]

    build.agreed((first, second), citation, TA)
    before = seen()
    workflow.vote(first, citation, TA, "maybe")
    note = workflow.add_note(first, citation, TA, "On the whole")
    workflow.withdraw_note(first, note)
    told = [("screening.noted", "On the whole"), ("screening.note_withdrawn", "On the whole")]
    assert seen() == [*before, ("screening.voted", "maybe"), *told]
    workflow.vote(first, citation, TA, "exclude")
    workflow.add_note(first, citation, TA, "Not at all")
    assert seen()[len(before) + 3 :] == [("screening.unsettled", "")]


def test_nobody_is_the_third_voter(owner, first, second, citation):
    third = build.member(owner, "reviewer", "Third Person")
    build.agreed((first, second), citation, TA)
    with pytest.raises(Stale, match="not stored"):
        workflow.vote(third, citation, TA, "exclude")
    assert Vote.unblinded.count() == 2
    assert not queries.queue(third, TA).exists()


def test_an_observer_an_arbiter_and_an_owner_who_is_no_author_do_not_vote(owner, arbiter, observer, citation):
    for member in (owner, arbiter, observer):
        with pytest.raises(Refused):
            workflow.vote(member, citation, TA, "include")


def test_full_text_begins_when_the_report_is_at_hand_and_ends_when_it_is_not(owner, first, second, report):
    assert state(report, FT) == "waiting"
    workflow.vote(first, report, FT, "include")
    workflow.seek_again(owner, report)
    assert state(report, FT) == "unreached"
    with pytest.raises(WrongState):
        workflow.vote(second, report, FT, "include")
    workflow.mark_retrieved(owner, report)
    workflow.vote(second, report, FT, "include")
    assert state(report, FT) == "include"


def test_full_text_exclusion_needs_a_reason_of_this_review(owner, first, report):
    elsewhere = build.review(owner=build.user("Other Owner"), title="Another").review.exclusion_reasons.first()
    with pytest.raises(BadInput, match="needs a reason"):
        workflow.vote(first, report, FT, "exclude")
    with pytest.raises(BadInput, match="not in the review's list"):
        workflow.vote(first, report, FT, "exclude", reason=elsewhere)
    with pytest.raises(BadInput):
        workflow.vote(first, report, FT, "maybe")


def test_two_reasons_are_a_conflict_and_one_reason_is_a_verdict(first, second, review, report):
    one, other = review.exclusion_reasons.all()[:2]
    workflow.vote(first, report, FT, "exclude", reason=one)
    workflow.vote(second, report, FT, "exclude", reason=other)
    assert state(report, FT) == "conflict"
    workflow.vote(second, report, FT, "exclude", reason=one)
    standing = Standing.objects.get(citation=report, stage=FT)
    assert (standing.state, standing.reason) == ("exclude", one)


def test_taking_a_title_vote_back_takes_the_report_out_of_view_and_loses_nothing(first, second, report):
    build.agreed((first, second), report, FT)
    workflow.withdraw_vote(first, report, TA)
    assert (state(report, TA), state(report, FT)) == ("waiting", "unreached")
    workflow.vote(first, report, TA, "maybe")
    assert (state(report, TA), state(report, FT)) == ("include", "include")


def test_fewer_votes_needed_advances_nothing_that_has_a_vote(owner, first, second):
    begun, fresh = build.citations(owner, 2)
    workflow.vote(first, begun, TA, "include")

    amend_protocol(owner, votes_title_abstract=1)
    assert state(begun) == "waiting"
    for member in (owner, first, second):
        member.review.refresh_from_db()
    workflow.vote(second, fresh, TA, "exclude")
    assert state(fresh) == "exclude"
    workflow.vote(second, begun, TA, "include")
    assert state(begun) == "include"


def test_a_vote_on_another_reviews_citation_changes_nothing(first):
    other = build.review(owner=build.user("Other Owner"), title="Another", is_author=True)
    foreign = build.citations(other, 1)[0]
    from reviewapp.errors import NotHere

    with pytest.raises(NotHere):
        queries.citation(first, foreign.pk)
    with pytest.raises(NotHere):
        workflow.vote(first, foreign, TA, "include")
    assert not Vote.unblinded.exists()


def test_a_closed_review_takes_no_vote(owner, first, citation):
    from reviewapp.workflow import close

    close(owner)
    first.review.refresh_from_db()
    with pytest.raises(WrongState, match="closed"):
        workflow.vote(first, citation, TA, "include")
    assert access.can(first, access.Can.SCREEN)


@pytest.mark.django_db(transaction=True)
def test_many_members_at_once_leave_two_votes_and_the_right_state(owner):
    citation = build.citations(owner, 1)[0]
    members = [build.member(owner, "reviewer", f"Reviewer {n}") for n in range(8)]
    outcomes: list[str] = []

    def cast(member: Member) -> None:
        try:
            workflow.vote(member, citation, TA, "include")
            outcomes.append("stored")
        except Stale:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=cast, args=(member,)) for member in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 6 + ["stored"] * 2
    assert Vote.unblinded.standing().filter(citation=citation).count() == 2
    assert state(citation) == "include"


def test_a_vote_sent_again_under_its_key_is_one_vote_even_after_it_was_taken_back(first, citation):
    key = UUID(int=7)
    for _ in range(2):
        workflow.vote(first, citation, TA, "include", key=key)
    workflow.withdraw_vote(first, citation, TA)
    workflow.vote(first, citation, TA, "include", key=key)
    assert not Vote.unblinded.standing().exists()
    assert Event.unblinded.filter(verb="screening.voted").count() == 1


def test_a_withdrawal_that_found_nothing_takes_back_nothing_when_it_is_sent_again(first, second, citation):
    key = UUID(int=8)
    for _ in range(2):
        with pytest.raises(Stale, match="no vote"):
            workflow.withdraw_vote(first, citation, TA, key=key)
        if not Vote.unblinded.exists():
            workflow.vote(first, citation, TA, "include")
    assert Vote.unblinded.standing().filter(member=first).exists()
    workflow.vote(second, citation, TA, "include")
    workflow.withdraw_vote(second, citation, TA, key=key)
    assert not Vote.unblinded.standing().filter(member=second).exists(), "another member's number says nothing of mine"


def test_two_members_may_use_the_same_key(first, second, citation):
    for member in (first, second):
        workflow.vote(member, citation, TA, "include", key=UUID(int=7))
    assert state(citation) == "include"


def test_a_request_that_began_before_the_protocol_changed_goes_by_the_protocol_as_it_is_now(
    owner, first, second, citation
):
    in_conflict = build.citations(owner, 1)[0]
    waits = {member: Member.objects.select_related("review", "user").get(pk=member.pk) for member in (first, second)}
    amend_protocol(owner, votes_full_text=1, settle_together=True)
    build.agreed(tuple(waits.values()), citation, TA)
    workflow.mark_retrieved(waits[first], citation)
    assert Standing.objects.get(citation=citation, stage="full_text").needed == 1
    workflow.vote(waits[first], in_conflict, TA, "include")
    workflow.vote(waits[second], in_conflict, TA, "exclude")
    assert Standing.objects.get(citation=in_conflict, stage=TA).opened_at, "who voted sees the other's vote from now on"
