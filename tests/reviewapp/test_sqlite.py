"""Do the writers of SQLite stand in a queue, and is nobody left standing in it?"""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL lets many write at once"),
]


def elsewhere(act: Callable[[], None]) -> threading.Thread:
    """Do this in a thread with a connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def is_free() -> bool:
    """Whether nobody holds the queue."""
    with Path(f"{connection.settings_dict['NAME']}-queue").open("ab") as queue:
        try:
            fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_one_waits_until_the_other_has_written() -> None:
    order: list[str] = []

    def write() -> None:
        with transaction.atomic():
            order.append("the other")

    with transaction.atomic():
        other = elsewhere(write)
        other.join(0.2)
        assert order == []
        order.append("one")
    other.join(5)
    assert order == ["one", "the other"]


def test_who_writes_holds_the_queue_and_hands_it_on() -> None:
    with transaction.atomic():
        assert not is_free()
        with transaction.atomic():  # a savepoint
            pass
        assert not is_free()
    assert is_free()


def test_the_queue_moves_on_after_a_failure_and_after_a_lost_connection() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        1 / 0  # noqa: B018
    assert is_free()
    held = []

    def leave() -> None:
        transaction.atomic().__enter__()
        held.append(not is_free())
        connection.close()

    elsewhere(leave).join(5)
    assert held == [True]
    assert is_free()
