"""Are only those figures kept that are worth it, and does the site count on without its broker?"""

from __future__ import annotations

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError

from reviewapp.remembered import remembered, remembered_each

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


def test_another_release_counts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    count = counter(1, 2)
    assert [remembered("a-figure", count, seconds=60) for _ in range(2)] == [1, 1]
    each = dict.fromkeys
    assert remembered_each(["b"], lambda missing: each(missing, 1), seconds=60) == {"b": 1}
    monkeypatch.setattr("reviewapp.remembered.counted_by", lambda: "another")
    assert remembered("a-figure", count, seconds=60) == 2
    assert remembered_each(["b"], lambda missing: each(missing, 2), seconds=60) == {"b": 2}


def test_without_the_broker_it_is_counted_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise ConnectionError("nobody there")

    monkeypatch.setattr(cache, "get", away)
    count = counter(1, 2)
    assert [remembered("a-figure", count, seconds=60) for _ in range(2)] == [1, 2]


def test_of_many_figures_only_those_are_counted_that_are_not_kept() -> None:
    asked: list[list[str]] = []

    def count(missing: list[str]) -> dict[str, str]:
        asked.append(missing)
        return {key: key.upper() for key in missing}

    assert remembered_each(["a", "b"], count, seconds=60) == {"a": "A", "b": "B"}
    assert remembered_each(["b", "c", "a", "c"], count, seconds=60) == {"a": "A", "b": "B", "c": "C"}
    assert asked == [["a", "b"], ["c"]]


def test_without_the_broker_all_of_them_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise ConnectionError("nobody there")

    monkeypatch.setattr(cache, "get_many", away)
    assert remembered_each(["a"], lambda missing: dict.fromkeys(missing, 1), seconds=60) == {"a": 1}
