"""Is what is read in a snapshot of one moment, although others write meanwhile, and do they write without waiting?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from reviewapp.models import Event, Member
from reviewapp.snapshot import snapshot
from reviewapp.workflow import amend_protocol

PATIENCE = 10  # seconds


def amended(owner: Member) -> None:
    try:
        amend_protocol(owner, note="Changed meanwhile")
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_colleague_writes_at_once_and_the_snapshot_does_not_see_it(owner: Member) -> None:
    with ThreadPoolExecutor(1) as colleague, snapshot():
        before = Event.unblinded.count()
        colleague.submit(amended, owner).result(PATIENCE)
        assert Event.unblinded.count() == before
    assert Event.unblinded.count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_a_verb_can_follow_a_snapshot_that_ended_in_an_error(owner: Member) -> None:
    with pytest.raises(Event.DoesNotExist), snapshot():
        Event.unblinded.get(pk=-1)
    amend_protocol(owner, note="Afterwards")
    assert Event.unblinded.filter(verb="review.amended").exists()


@pytest.mark.django_db
def test_inside_a_transaction_it_is_that_transactions(owner: Member) -> None:
    with snapshot():
        amend_protocol(owner, note="Mine")
        assert Event.unblinded.filter(verb="review.amended").exists()
