"""Who is told of a conflict, who ends it, and what does the protocol change about that?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from analysis.queries import report
from reviewapp.errors import NotHere, Refused, Stale, WrongState
from reviewapp.models import Event, Member
from reviewapp.workflow import amend_protocol
from screening import queries, workflow
from screening.models import Citation, Resolution, Standing, Vote
from screening.queries.agreement import lines
from screening.queries.conflicts import in_sight, settled_together, thread, to_settle_together, voters
from tests import build
from tests.screening.test_views import at, sign_in
from tests.test_leaks import told

TA, FT = "title_abstract", "full_text"
pytestmark = pytest.mark.django_db


def again(member: Member) -> Member:
    """The member as a request finds them: with the protocol as it is now."""
    return Member.objects.select_related("review", "user").get(pk=member.pk)


def state(citation: Citation, stage: str = TA) -> str:
    return Standing.objects.get(citation=citation, stage=stage).state


@pytest.fixture
def allow(owner) -> Callable[..., None]:
    return lambda **rules: amend_protocol(owner, **rules)


@pytest.fixture
def clash(owner, first, second) -> Citation:
    citation = build.citations(owner, 1)[0]
    workflow.vote(first, citation, TA, "include")
    workflow.vote(second, citation, TA, "exclude")
    return citation


# --- the resolver -----------------------------------------------------------------------------------------------


def test_a_blind_resolver_sees_the_citation_and_neither_votes_nor_notes_nor_thread(allow, first, arbiter, clash):
    workflow.add_note(first, clash, TA, "Numbats")
    allow(blind_resolver=True)
    arbiter = again(arbiter)
    page = sign_in(arbiter).get(at(arbiter, f"conflicts/{TA}/{clash.pk}/")).content.decode()
    assert clash.title in page
    assert "Fay First" not in page
    assert "Numbats" not in page
    assert not in_sight(arbiter, clash, TA)
    with pytest.raises(NotHere):
        workflow.discuss(arbiter, clash, TA, "What do you think?")
    workflow.resolve(arbiter, clash, TA, "include")
    assert state(clash) == "include"


def test_a_decision_without_its_reason_is_refused_where_it_was_made_and_keeps_the_comment(
    allow, owner, first, second, arbiter
):
    citation = build.citations(owner, 1)[0]
    build.at_full_text((first, second), owner, citation)
    workflow.vote(first, citation, FT, "include")
    workflow.vote(second, citation, FT, "exclude", reason=owner.review.exclusion_reasons.first())
    sent = {"answer": "exclude", "comment": "Numbats are not infants"}
    page = sign_in(arbiter).post(at(arbiter, f"conflicts/{FT}/{citation.pk}/resolve/"), sent)
    assert page.status_code == 422
    assert "An exclusion at full text needs a reason" in page.content.decode()
    assert "Numbats are not infants" in page.content.decode()
    allow(settle_together=True)
    page = sign_in(first).post(at(first, f"together/{FT}/{citation.pk}/propose/"), {"answer": "exclude"})
    assert page.status_code == 422
    assert "An exclusion at full text needs a reason" in page.content.decode()
    assert state(citation, FT) == "conflict"


def test_who_voted_may_settle_only_where_the_protocol_says_so(allow, second):
    lead = build.review(build.user("Lea Lead"), title="Two of us", is_author=True)
    other = build.member(lead, "reviewer", "Theo Two")
    citation = build.citations(lead, 1)[0]
    workflow.vote(lead, citation, TA, "include")
    workflow.vote(other, citation, TA, "exclude")
    assert not queries.conflicts(lead, TA).exists()
    with pytest.raises(Refused, match="voted on this citation"):
        workflow.resolve(lead, citation, TA, "include")
    amend_protocol(lead, voter_may_resolve=True)
    assert queries.conflicts(again(lead), TA).get() == citation
    assert {each.answer for each in queries.votes_to_settle(again(lead), citation, TA)} == {"include", "exclude"}
    workflow.resolve(again(lead), citation, TA, "include")
    assert state(citation) == "include"


# --- together ---------------------------------------------------------------------------------------------------


def test_two_who_disagreed_settle_it_by_giving_the_same_answer(allow, first, second, clash):
    allow(settle_together=True)
    one, other = again(first), again(second)
    workflow.propose(one, clash, TA, "exclude")
    assert state(clash) == "conflict"
    workflow.propose(other, clash, TA, "exclude")
    assert state(clash) == "exclude"
    assert Vote.unblinded.standing().count() == 2, "the votes stay as they were"
    event = Event.unblinded.get(verb="screening.resolved")
    assert event.facts["together"] == ["Fay First", "Sam Second"]
    allow(settle_together=False)
    assert report.facts(again(first)).together, "the text for the report tells what was done, whatever is allowed later"


def test_different_answers_settle_nothing_and_each_sees_the_others(allow, first, second, clash):
    allow(settle_together=True)
    one, other = again(first), again(second)
    workflow.propose(one, clash, TA, "include")
    workflow.propose(other, clash, TA, "exclude")
    assert state(clash) == "conflict"
    seen = {each.vote.member.pk: each.proposal.answer for each in voters(one, clash, TA)}
    assert seen == {first.pk: "include", second.pk: "exclude"}


def test_full_texts_are_settled_together_only_for_the_same_reason(allow, owner, first, second):
    citation = build.citations(owner, 1)[0]
    build.at_full_text((first, second), owner, citation)
    wrong, other_wrong = owner.review.exclusion_reasons.all()[:2]
    workflow.vote(first, citation, FT, "include")
    workflow.vote(second, citation, FT, "exclude", reason=wrong)
    allow(settle_together=True)
    one, other = again(first), again(second)
    workflow.propose(one, citation, FT, "exclude", reason=other_wrong)
    workflow.propose(other, citation, FT, "exclude", reason=wrong)
    assert state(citation, FT) == "conflict"
    workflow.propose(one, citation, FT, "exclude", reason=wrong)
    assert state(citation, FT) == "exclude"


def test_each_can_take_their_agreement_back_and_the_conflict_is_open_again(allow, first, second, arbiter, clash):
    allow(settle_together=True)
    one, other = again(first), again(second)
    for each in (one, other):
        workflow.propose(each, clash, TA, "include")
    assert settled_together(one, TA).get().citation == clash
    with pytest.raises(Refused, match="together"):
        workflow.withdraw_resolution(arbiter, clash, TA)
    workflow.withdraw_proposal(one, clash, TA)
    assert state(clash) == "conflict"
    assert not Resolution.objects.filter(withdrawn_at=None).exists()
    workflow.propose(one, clash, TA, "include")
    assert state(clash) == "include"


def test_an_agreement_on_former_votes_does_not_count_for_new_ones(allow, first, second, clash):
    allow(settle_together=True)
    one, other = again(first), again(second)
    workflow.propose(one, clash, TA, "include")
    workflow.withdraw_vote(one, clash, TA)
    workflow.vote(one, clash, TA, "maybe")
    workflow.propose(other, clash, TA, "include")
    assert state(clash) == "conflict"
    assert [bool(each.proposal) for each in voters(one, clash, TA)] == [True, False]


def test_it_takes_a_vote_a_conflict_and_the_protocol(allow, owner, first, second, clash):
    with pytest.raises(WrongState, match="does not let"):
        workflow.propose(first, clash, TA, "include")
    allow(settle_together=True)
    third = build.member(again(owner), "reviewer", "Thea Third")
    with pytest.raises(Refused, match="Only those who voted"):
        workflow.propose(again(third), clash, TA, "include")
    workflow.vote(again(second), clash, TA, "include")
    with pytest.raises(Stale):
        workflow.propose(again(first), clash, TA, "include")


@pytest.mark.parametrize("missed", [False, True])
def test_votes_that_settle_themselves_in_sight_of_each_other_stay_a_disagreement_in_the_figures(
    allow, first, second, clash, missed
):
    """Also where the conflict came about while the protocol was changed, and the change did not see it."""
    allow(settle_together=True)
    if missed:
        Standing.objects.filter(citation=clash).update(opened_at=None)
    workflow.vote(again(second), clash, TA, "include")
    assert state(clash) == "include"
    assert lines(first, TA, apart=False)[1].counts == [[0, 1], [0, 0]]


def test_a_conflict_that_comes_later_is_open_from_its_first_moment(allow, owner, first, second):
    allow(settle_together=True)
    citation = build.citations(again(owner), 1)[0]
    workflow.vote(again(first), citation, TA, "include")
    workflow.vote(again(second), citation, TA, "exclude")
    workflow.vote(again(second), citation, TA, "include")
    assert lines(first, TA, apart=False)[1].counts == [[0, 1], [0, 0]]


# --- the thread -------------------------------------------------------------------------------------------------


def test_a_thread_is_read_by_those_to_whom_the_conflict_is_open_and_by_all_afterwards(
    allow, owner, first, arbiter, observer, clash
):
    workflow.discuss(arbiter, clash, TA, "Are infants of two years infants?")
    assert thread(owner, clash, TA).count() == 1
    assert [thread(each, clash, TA).count() for each in (first, observer)] == [0, 0]
    with pytest.raises(NotHere):
        workflow.discuss(first, clash, TA, "They are")
    allow(settle_together=True)
    workflow.discuss(again(first), clash, TA, "They are")
    assert [each.text for each in thread(arbiter, clash, TA)] == ["Are infants of two years infants?", "They are"]
    workflow.resolve(arbiter, clash, TA, "include")
    assert thread(again(observer), clash, TA).count() == 2
    said = Event.blind.for_member(observer).filter(verb="screening.discussed")
    assert said.count() == 2, "the verdict unseals the trail of it"


def test_a_word_is_taken_back_by_who_said_it(owner, arbiter, clash):
    remark = workflow.discuss(arbiter, clash, TA, "Hm")
    with pytest.raises(Refused):
        workflow.withdraw_remark(owner, remark)
    workflow.withdraw_remark(arbiter, remark)
    assert not thread(arbiter, clash, TA).exists()
    assert Event.unblinded.filter(verb="screening.remark_withdrawn").count() == 1


# --- who can tell -----------------------------------------------------------------------------------------------


def read_by(readers: list[Member], citation: Citation, act: Callable[[], object]) -> list[bytes]:
    """All that these readers get of a citation once this has happened."""
    pages = ["", f"citations/{citation.pk}/", f"agreement/{TA}/", "trail/", "team/", "flow/", f"screen/{TA}/"]
    pages += [f"screen/{TA}/mine/", f"together/{TA}/", f"together/{TA}/{citation.pk}/"]
    with transaction.atomic():
        act()
        clients = [sign_in(reader) for reader in readers]
        found = [told(client, client.get(at(readers[0], page))) for client in clients for page in pages]
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("rules", [{}, {"blind_resolver": True}, {"settle_together": True}], ids=str)
def test_who_may_not_settle_cannot_tell_a_conflict_from_a_missing_vote(rules, allow, owner, first, second, observer):
    citation = build.citations(owner, 1)[0]
    allow(**rules)
    workflow.vote(again(first), citation, TA, "include")
    blinded = [observer] if rules.get("settle_together") else [observer, first]
    conflict = read_by(blinded, citation, lambda: workflow.vote(again(second), citation, TA, "exclude"))
    assert conflict == read_by(blinded, citation, lambda: None)


def test_what_two_say_to_settle_it_is_told_to_no_other_author(allow, owner, first, second, observer, clash):
    third = build.member(owner, "reviewer", "Thea Third")
    allow(settle_together=True)

    def talk() -> None:
        workflow.discuss(again(second), clash, TA, "Look again")
        workflow.propose(again(second), clash, TA, "include")

    assert read_by([third, observer], clash, talk) == read_by([third, observer], clash, lambda: None)
    assert read_by([first], clash, talk) != read_by([first], clash, lambda: None)


def test_by_hand_two_settle_a_conflict_on_their_pages(allow, first, second, clash):
    allow(settle_together=True)
    one, other = sign_in(first), sign_in(second)
    assert clash.title in one.get(at(first, f"together/{TA}/")).content.decode()
    where = at(first, f"together/{TA}/{clash.pk}/")
    one.post(at(first, f"conflicts/{TA}/{clash.pk}/discuss/"), {"text": "The infants are two"})
    assert one.post(f"{where}propose/", {"answer": "exclude"}).status_code == 302
    page = other.get(where).content.decode()
    assert "The infants are two" in page
    assert "Would now settle it as: <strong>exclude" in page
    other.post(f"{where}propose/", {"answer": "exclude"})
    assert state(clash) == "exclude"
    assert not to_settle_together(again(first), TA).exists()
    assert "those who voted, together" in one.get(at(first, f"citations/{clash.pk}/")).content.decode()
    one.post(f"{where}withdraw/")
    assert state(clash) == "conflict"
