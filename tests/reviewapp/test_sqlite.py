"""Do the writers of SQLite stand in a queue, and is nobody left standing in it?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

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


def test_who_waits_is_called_at_once() -> None:
    """SQLite's own wait would look again after up to a tenth of a second."""
    began: list[float] = []

    def write() -> None:
        with transaction.atomic():
            began.append(time.monotonic())

    waits = []
    for _ in range(5):
        with transaction.atomic():
            other = elsewhere(write)
            other.join(0.25)
        ended = time.monotonic()
        other.join(5)
        waits.append(began[-1] - ended)
    assert sorted(waits)[0] < 0.05


def test_the_queue_moves_on_after_a_failure_and_after_a_lost_connection() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        1 / 0  # noqa: B018
    passed = []

    def leave() -> None:
        transaction.atomic().__enter__()
        connection.close()

    def write() -> None:
        with transaction.atomic():
            passed.append(True)

    elsewhere(leave).join(5)
    elsewhere(write).join(5)
    assert passed == [True]
