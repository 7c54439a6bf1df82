"""Members who vote at the same time lose no vote, and a recount that could not fail would show nothing."""

from __future__ import annotations

import pytest

from screening.models import Standing, Vote
from tests import build
from tests.load import vote
from tests.services import Service


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("spread", [False, True])
def test_members_who_vote_at_once_lose_no_vote(service: Service, spread: bool) -> None:
    assert vote.phase(service, "at once", members=6, citations=12, spread=spread, undo=0.2) == []
    assert Vote.unblinded.standing().count() == 24
    assert not Standing.objects.filter(state="waiting").exists()


def test_the_recount_finds_a_lost_vote_a_wrong_state_and_an_error(db: None) -> None:
    owner = build.review(is_author=True, votes_title_abstract=1)
    lost, wrong, _ = build.citations(owner, 3)
    Standing.objects.filter(citation=wrong).update(state="include")
    told = vote.Tally(errors=["POST: 500"])
    told.kinds["stored"] = 1
    found = vote.recount(owner.review, told)
    assert "POST: 500" in found
    assert "votes stored: 1 told, 0 found" in found
    assert "events of votes: 1 told, 0 found" in found
    assert f"citation {lost.pk} has 0 votes" in found
    assert f"citation {wrong.pk} is include, its votes say waiting" in found
