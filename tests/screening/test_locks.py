"""Do people who work at the same moment wait for each other without end, or decide on what has changed under their hands?

One transaction is held in the test's thread, another act runs into it. SQLite has one writer at a time, so this is PostgreSQL's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from reviewapp.errors import Stale
from reviewapp.models import Member
from reviewapp.workflow import amend_protocol, create_review, lock_review
from screening import workflow
from screening.models import Citation, Link, Record, Standing
from screening.workflow.standing import locked
from tests import build

TA = "title_abstract"
PATIENCE = 10  # seconds
Start = Callable[..., Future]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time"),
]


@pytest.fixture
def start() -> Iterator[Start]:
    """start(act, ...) lets a colleague act in a thread of their own."""
    with ThreadPoolExecutor(1) as threads:

        def one(act: Callable[..., object], *args: object, **options: object) -> object:
            try:
                return act(*args, **options)
            finally:
                connection.close()

        yield lambda act, *args, **options: threads.submit(one, act, *args, **options)


def until_it_waits() -> None:
    """Return once the other act waits for a lock."""
    for _ in range(PATIENCE * 20):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    pytest.fail("the other act never came to the lock")


def state(citation: Citation) -> str:
    return Standing.objects.get(citation=citation, stage=TA).state


def test_a_vote_is_stored_while_an_import_or_the_chain_holds_the_review(
    owner: Member, first: Member, start: Start
) -> None:
    citation = build.citations(owner, 1)[0]
    with transaction.atomic():
        lock_review(owner)
        start(workflow.vote, first, citation, TA, "include").result(PATIENCE)


def test_a_vote_and_the_undoing_of_its_import_do_not_wait_for_each_other(
    owner: Member, first: Member, second: Member, start: Start
) -> None:
    citation = build.citations(owner, 1)[0]
    workflow.vote(first, citation, TA, "include")
    taken = Record.objects.get(links__citation=citation).source
    with transaction.atomic():
        locked(second, citation)
        undone = start(workflow.undo_import, owner, taken)
        until_it_waits()
        workflow.vote(second, citation, TA, "include")
    undone.result(PATIENCE)
    assert state(citation) == "unreached"
    workflow.restore_import(owner, taken)
    assert state(citation) == "include"


def test_who_moves_a_record_that_was_moved_meanwhile_is_asked_to_look_again(
    owner: Member, first: Member, start: Start
) -> None:
    here, there, elsewhere = build.citations(owner, 3)
    record = Record.objects.get(links__citation=here)
    with transaction.atomic():
        locked(first, here)
        late = start(workflow.link_record, owner, record, elsewhere)
        until_it_waits()
        workflow.link_record(first, record, there)
    with pytest.raises(Stale, match="elsewhere meanwhile"):
        late.result(PATIENCE)
    assert Link.objects.get(record=record, undone_at=None).citation == there


def test_a_vote_under_way_keeps_the_number_of_votes_it_was_cast_under(
    owner: Member, first: Member, start: Start
) -> None:
    citation = build.citations(owner, 1)[0]
    with transaction.atomic():
        workflow.vote(first, citation, TA, "include")
        amended = start(amend_protocol, owner, votes_title_abstract=1)
        until_it_waits()
    amended.result(PATIENCE)
    assert Standing.objects.get(citation=citation, stage=TA).needed == 2


def test_a_review_that_is_started_twice_at_once_has_two_addresses(owner: Member, start: Start) -> None:
    protocol = {"title": "Pressed twice", "question": "Once or twice?"}
    with transaction.atomic():
        one = create_review(owner.user, **protocol)
        late = start(create_review, owner.user, **protocol)
        until_it_waits()
    other = late.result(PATIENCE)
    assert one.review.slug == "pressed-twice"
    assert other.review.slug.startswith("pressed-twice-")
