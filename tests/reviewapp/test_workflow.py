"""How does a review begin, change and close, and how does a team come together and part?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from reviewapp import workflow
from reviewapp.errors import BadInput, NotHere, Refused, WrongState
from reviewapp.models import Event, Invitation, Member, Review, Role, User
from tests import build

pytestmark = pytest.mark.django_db


def told(member: Member, verb: str) -> list[Event]:
    return list(Event.blind.for_member(member).filter(verb=verb))


def reasons(member: Member) -> list[str]:
    return [reason.text for reason in member.review.exclusion_reasons.filter(retired_at=None)]


# --- the review ------------------------------------------------------------------------------------------------


def test_who_starts_a_review_owns_it() -> None:
    owner = workflow.create_review(build.user("Ona"), title="Exercise for depression", question="Does it help?")
    assert (owner.role, owner.is_author, owner.review.slug) == (Role.OWNER, True, "exercise-for-depression")
    assert told(owner, "review.created")[0].facts["question"] == "Does it help?"


def test_two_reviews_of_one_title_have_two_addresses() -> None:
    user = build.user("Ona")
    slugs = {workflow.create_review(user, title="Exercise", question="?").review.slug for _ in range(3)}
    assert len(slugs) == 3


@pytest.mark.parametrize("title", ["Was hilft?", "运动与抑郁", "!!!"])
def test_any_title_has_an_address(title: str) -> None:
    assert workflow.create_review(build.user("Ona"), title=title, question="?").review.slug


def test_a_protocol_has_no_other_fields() -> None:
    with pytest.raises(TypeError, match="state"):
        workflow.create_review(build.user("Ona"), title="Exercise", question="?", state="closed")


def test_an_amendment_keeps_what_stood_before_and_touches_nothing_else(owner: Member) -> None:
    workflow.amend_protocol(owner, question="And does it last?", title=owner.review.title)
    stored = Review.objects.get(pk=owner.review_id)
    assert stored.question == owner.review.question == "And does it last?"
    (event,) = told(owner, "review.amended")
    assert list(event.facts["before"]) == list(event.facts["after"]) == ["question"]


def test_an_amendment_that_changes_nothing_leaves_no_event(owner: Member) -> None:
    workflow.amend_protocol(owner, question=owner.review.question)
    assert told(owner, "review.amended") == []


def test_reasons_stand_in_their_order_and_a_retired_one_comes_back(owner: Member) -> None:
    workflow.set_reasons(owner, ["Not randomised", " Wrong population ", "", "Not randomised"])
    assert reasons(owner) == ["Not randomised", "Wrong population"]
    assert owner.review.exclusion_reasons.count() == len(build.REASONS)
    workflow.set_reasons(owner, ["Wrong comparison", "Not randomised"])
    assert reasons(owner) == ["Wrong comparison", "Not randomised"]
    assert owner.review.exclusion_reasons.count() == len(build.REASONS)
    assert told(owner, "review.reasons_set")[-1].facts["after"] == ["Wrong comparison", "Not randomised"]


def test_a_closed_review_changes_no_more_until_an_owner_opens_it(owner: Member, first: Member) -> None:
    workflow.close(owner)
    for member in (owner, first):
        member.review.refresh_from_db()
    with pytest.raises(WrongState, match="closed"):
        workflow.amend_protocol(owner, title="Other")
    with pytest.raises(Refused):
        workflow.reopen(first)
    workflow.reopen(owner)
    owner.review.refresh_from_db()
    workflow.amend_protocol(owner, title="Other")
    assert [event.verb for event in told(owner, "review.closed") + told(owner, "review.reopened")] == [
        "review.closed",
        "review.reopened",
    ]


@pytest.mark.parametrize("who", ["first", "arbiter", "observer"])
def test_only_owners_change_the_protocol_and_the_team(who: str, owner: Member, request: pytest.FixtureRequest) -> None:
    member = request.getfixturevalue(who)
    for act in (
        lambda: workflow.amend_protocol(member, title="Mine"),
        lambda: workflow.set_reasons(member, []),
        lambda: workflow.close(member),
        lambda: workflow.invite(member, Role.OWNER),
        lambda: workflow.change_role(member, owner, Role.OBSERVER, is_author=False),
        lambda: workflow.leave(member, owner),
    ):
        with pytest.raises(Refused):
            act()


# --- the team --------------------------------------------------------------------------------------------------


def test_an_invitation_lets_one_person_in_as_it_says(owner: Member, outsider: User) -> None:
    invitation = workflow.invite(owner, Role.ARBITER, is_author=False, for_whom="Uwe")
    member = workflow.accept(outsider, invitation.token)
    assert (member.role, member.is_author, member.review) == (Role.ARBITER, False, owner.review)
    with pytest.raises(WrongState, match="used"):
        workflow.accept(build.user("Somebody Else"), invitation.token)


def test_observers_are_never_review_authors(owner: Member, first: Member, outsider: User) -> None:
    assert not workflow.accept(outsider, workflow.invite(owner, Role.OBSERVER).token).is_author
    workflow.change_role(owner, first, Role.OBSERVER, is_author=True)
    first.refresh_from_db()
    assert not first.is_author
    assert told(owner, "team.role_changed")[0].facts["after"] == {"role": "observer", "is_author": False}


def test_an_invitation_ends_after_two_weeks(owner: Member, outsider: User) -> None:
    invitation = workflow.invite(owner, Role.REVIEWER)
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(WrongState, match="two weeks"):
        workflow.accept(outsider, invitation.token)


def test_a_double_click_makes_one_invitation_and_a_second_wish_another(owner: Member) -> None:
    made = workflow.invite(owner, Role.REVIEWER)
    assert workflow.invite(owner, Role.REVIEWER) == made
    assert workflow.invite(owner, Role.REVIEWER, for_whom="Sam") != made
    Invitation.objects.filter(pk=made.pk).update(created_at=made.created_at - workflow.DOUBLE_CLICK * 2)
    assert workflow.invite(owner, Role.REVIEWER) != made
    assert Event.unblinded.filter(verb="team.invited").count() == 3


def test_an_invitation_can_be_taken_back_until_it_is_used(owner: Member, outsider: User) -> None:
    invitation = workflow.invite(owner, Role.REVIEWER)
    workflow.revoke(owner, invitation)
    workflow.revoke(owner, invitation)
    assert len(told(owner, "team.invitation_revoked")) == 1
    with pytest.raises(WrongState):
        workflow.accept(outsider, invitation.token)
    used = workflow.invite(owner, Role.REVIEWER)
    workflow.accept(outsider, used.token)
    with pytest.raises(WrongState, match="accepted already"):
        workflow.revoke(owner, used)


def test_a_guessed_link_is_not_there(outsider: User) -> None:
    with pytest.raises(NotHere, match="does not exist"):
        workflow.accept(outsider, "guessed")


def test_a_member_who_follows_a_link_stays_what_they_are_and_leaves_it_to_the_other(
    owner: Member, first: Member, outsider: User
) -> None:
    invitation = workflow.invite(owner, Role.OBSERVER)
    assert workflow.accept(first.user, invitation.token) == first
    first.refresh_from_db()
    assert first.role == Role.REVIEWER
    assert workflow.accept(outsider, invitation.token).role == Role.OBSERVER


def test_who_left_comes_back_by_a_new_invitation_as_the_same_member(owner: Member, first: Member) -> None:
    workflow.leave(first, first)
    back = workflow.accept(first.user, workflow.invite(owner, Role.ARBITER).token)
    assert (back.pk, back.role, back.left_at) == (first.pk, Role.ARBITER, None)


def test_a_review_keeps_an_owner(owner: Member, first: Member) -> None:
    with pytest.raises(BadInput, match="needs an owner"):
        workflow.leave(owner, owner)
    with pytest.raises(BadInput, match="needs an owner"):
        workflow.change_role(owner, owner, Role.REVIEWER, is_author=True)
    workflow.change_role(owner, first, Role.OWNER, is_author=True)
    workflow.leave(owner, owner)
    owner.refresh_from_db()
    assert owner.left_at


def test_a_change_of_role_is_told_with_what_it_was(owner: Member, first: Member) -> None:
    workflow.change_role(owner, first, Role.ARBITER, is_author=False)
    (event,) = told(owner, "team.role_changed")
    assert event.facts["before"] == {"role": "reviewer", "is_author": True}
    assert event.facts["after"] == {"role": "arbiter", "is_author": False}


def test_who_has_left_meanwhile_or_is_in_another_review_gets_no_role_and_cannot_leave(
    owner: Member, second: Member
) -> None:
    elsewhere = build.review(build.user("Other Owner"), title="Another")
    workflow.leave(second, second)
    for other in (second, elsewhere):
        with pytest.raises(NotHere, match="not in the review"):
            workflow.change_role(owner, other, Role.ARBITER, is_author=False)
        with pytest.raises(NotHere, match="not in the review"):
            workflow.leave(owner, other)
