"""Are only those figures kept that are worth it, and does the site count on without its broker?"""

from __future__ import annotations

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError

from reviewapp.remembered import remembered

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def counter(*values: int):
    found = iter(values)
    return lambda: next(found)


def test_a_figure_is_kept_for_a_while_where_it_is_worth_it() -> None:
    count = counter(5, 50, 500)
    assert [remembered("a-figure", count, seconds=60, worth=lambda n: n > 10) for _ in range(4)] == [5, 50, 50, 50]


def test_without_the_broker_it_is_counted_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise ConnectionError("nobody there")

    monkeypatch.setattr(cache, "get", away)
    count = counter(1, 2)
    assert [remembered("a-figure", count, seconds=60) for _ in range(2)] == [1, 2]
