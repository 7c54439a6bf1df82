"""What does the page of progress tell, and can anybody tell a conflict by its numbers?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviewapp.models import Member
from reviewapp.workflow import amend_protocol, change_role
from screening import workflow
from screening.models import Citation, Standing, Vote
from screening.queries.desk import progress
from screening.queries.stages import sees_all, stage_progress, to_remind, weeks
from tests import build
from tests.screening.test_conflicts import again
from tests.screening.test_views import at, sign_in
from tests.test_leaks import told

TA, FT = "title_abstract", "full_text"
pytestmark = pytest.mark.django_db


def days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def citations(owner) -> list[Citation]:
    return build.citations(owner, 6)


def test_pace_and_forecast_follow_what_was_decided_lately(first, second, observer, citations):
    for citation in citations[:2]:
        build.agreed((first, second), citation, TA)
    Standing.objects.filter(citation=citations[0]).update(opened_at=days_ago(1))
    seen = stage_progress(observer, TA)
    assert (seen.counts.settled, seen.counts.total) == (2, 6)
    assert seen.team.pace == 1
    assert seen.team.done == timezone.localdate() + timedelta(days=4)
    assert sum(week.decided for week in weeks(observer, TA)) == 2
    assert b"Week from" in sign_in(observer).get(at(observer, f"progress/{TA}/")).content


@pytest.fixture
def large(monkeypatch) -> Iterator[None]:
    """Four citations that wait are many; nothing that was counted for this test is there for the next."""
    monkeypatch.setattr("screening.queries.desk.LARGE", 3)
    cache.clear()
    yield
    cache.clear()


def test_in_a_large_review_the_numbers_are_kept_for_a_moment_to_each_their_own(large, first, second, citations):
    workflow.vote(first, citations[0], TA, "exclude")
    assert [progress(each, TA).mine for each in (first, second)] == [1, 0]
    workflow.vote(first, citations[1], TA, "exclude")
    assert (progress(first, TA).left, progress(first, TA).mine) == (5, 1)
    cache.clear()
    assert (progress(first, TA).left, progress(first, TA).mine) == (4, 2)
    for citation in citations[2:]:
        workflow.vote(first, citation, TA, "exclude")
    cache.clear()
    assert progress(first, TA).left == 0
    workflow.withdraw_vote(first, citations[5], TA)
    assert progress(first, TA).left == 1, "with little left it is counted each time"


def test_what_was_decided_long_ago_is_no_pace(first, second, citations):
    build.agreed((first, second), citations[0], TA)
    Standing.objects.filter(citation=citations[0]).update(opened_at=days_ago(30))
    assert stage_progress(first, TA).team.done is None
    assert "no day can be named" in sign_in(first).get(at(first, "progress/")).content.decode()


def test_a_day_too_far_away_to_be_named_is_not_said_to_be_a_standstill(owner, first, second):
    many = build.citations(owner, 300)
    build.agreed((first, second), many[0], TA)
    Standing.objects.filter(citation=many[0]).update(opened_at=days_ago(13))
    page = sign_in(first).get(at(first, "progress/")).text
    assert "more than ten years" in page
    assert "no day can be named" not in page


def test_each_sees_the_own_pace(first, citations):
    for citation in citations[:3]:
        workflow.vote(first, citation, TA, "include")
    Vote.unblinded.filter(citation=citations[0]).update(at=days_ago(1))
    seen = stage_progress(first, TA)
    assert (seen.counts.mine, seen.counts.left) == (3, 3)
    assert seen.own.done == timezone.localdate() + timedelta(days=2)
    assert sum(week.mine for week in weeks(first, TA)) == 3


# --- others' numbers --------------------------------------------------------------------------------------------


def test_a_lead_who_does_not_vote_sees_each_members_number_of_votes(owner, first, second, citations):
    workflow.vote(first, citations[0], TA, "include")
    rows = {str(each.member): (each.votes, each.left) for each in stage_progress(owner, TA).people}
    assert rows == {"Fay First": (1, 5), "Sam Second": (0, 6)}


def test_who_votes_and_who_may_not_settle_sees_no_other_members_numbers(owner, first, observer, citations):
    workflow.vote(first, citations[0], TA, "include")
    assert stage_progress(first, TA).people == ()
    assert stage_progress(observer, TA).people == ()


def test_a_lead_who_votes_sees_them_only_while_no_vote_of_theirs_is_undecided(first, second):
    lead = build.review(build.user("Lea Lead"), title="Two of us", is_author=True)
    other = build.member(lead, "reviewer", "Theo Two")
    citation = build.citations(lead, 1)[0]
    assert sees_all(lead, TA)
    workflow.vote(lead, citation, TA, "include")
    assert not sees_all(lead, TA)
    workflow.vote(other, citation, TA, "include")
    assert sees_all(lead, TA)


def test_a_lead_who_voted_cannot_tell_a_conflict_from_a_missing_vote_by_any_number():
    lead = build.review(build.user("Lea Lead"), title="Two of us", is_author=True)
    other = build.member(lead, "reviewer", "Theo Two")
    citation, settled = build.citations(lead, 2)
    build.agreed((lead, other), settled, TA)
    workflow.vote(lead, citation, TA, "include")
    pages = ["progress/", "progress/reminders/", "team/", "", f"sharing/{TA}/", f"pilot/{TA}/", f"agreement/{TA}/"]

    def read() -> list[bytes]:
        client = sign_in(lead)
        return [told(client, client.get(at(lead, page))) for page in pages]

    before = read()
    with transaction.atomic():
        workflow.vote(other, citation, TA, "exclude")
        assert read() == before
        transaction.set_rollback(True)


# --- reminders --------------------------------------------------------------------------------------------------


def joined_long_ago() -> None:
    Member.objects.update(joined_at=days_ago(30))


def test_a_lead_is_told_who_has_not_voted_for_a_week(owner, first, second, citations):
    joined_long_ago()
    workflow.vote(first, citations[0], TA, "include")
    assert [(str(each.member), each.last) for each in to_remind(owner)] == [("Sam Second", None)]
    Vote.unblinded.update(at=days_ago(10))
    assert [str(each.member) for each in to_remind(owner)] == ["Fay First", "Sam Second"]
    assert to_remind(first) == []


def test_nobody_is_reminded_of_nothing_and_nobody_who_just_came(owner, first, second, citations):
    assert to_remind(owner) == []
    joined_long_ago()
    for citation in citations:
        build.agreed((first, second), citation, TA, "exclude")
    Vote.unblinded.update(at=days_ago(10))
    assert to_remind(owner) == []


def test_to_a_lead_who_votes_a_vote_counts_once_its_citation_is_decided():
    lead = build.review(build.user("Lea Lead"), title="Two of us", is_author=True)
    other = build.member(lead, "reviewer", "Theo Two")
    one, two, _ = build.citations(lead, 3)
    joined_long_ago()
    for citation in (one, two):
        workflow.vote(lead, citation, TA, "include")
    workflow.vote(other, one, TA, "exclude")
    assert [(str(each.member), each.last) for each in to_remind(again(lead))] == [("Theo Two", None)]
    workflow.vote(other, two, TA, "include")
    assert to_remind(again(lead)) == []


# --- what holds it up -------------------------------------------------------------------------------------------


def test_what_holds_a_stage_up_is_said_to_each_as_far_as_they_may_know(owner, first, second, observer, citations):
    workflow.vote(first, citations[0], TA, "include")
    workflow.vote(second, citations[0], TA, "exclude")
    workflow.vote(first, citations[1], TA, "include")
    assert stage_progress(owner, TA).holds == (
        "1 conflict is yours to settle.",
        "4 without a vote, and 1 with fewer votes than needed, wait for reviewers.",
    )
    assert stage_progress(first, TA).holds == ("4 wait for your vote.",)
    assert stage_progress(observer, TA).holds == ()
    workflow.vote(second, citations[1], TA, "include")
    assert stage_progress(owner, TA).holds[1] == "4 without a vote wait for reviewers."
    change_role(owner, second, "observer", is_author=False)
    assert "Fewer members vote" in stage_progress(observer, TA).holds[0]
    amend_protocol(owner, gate_level=0.5)
    assert "waits for a pilot" in stage_progress(again(observer), TA).holds[1]


def test_reports_that_are_sought_hold_the_full_texts_up(owner, first, second, observer, citations):
    build.agreed((first, second), citations[0], TA)
    assert stage_progress(observer, FT).holds == ("1 report is still to be retrieved.",)


def test_the_page_takes_as_many_queries_for_three_members_as_for_one(owner, first, citations):
    client, taken = sign_in(owner), []
    for name in ("Ann", "Ben", "Cem"):
        workflow.vote(build.member(owner, "reviewer", name), citations[0 if name == "Ann" else 1], TA, "include")
        with CaptureQueriesContext(connection) as captured:
            client.get(at(owner, "progress/"))
        taken.append(len(captured))
    assert taken[0] == taken[1] == taken[2]
