"""Is the day named on which what is left would be done, and none where none can be named?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.consensus.forecast import WINDOW, forecast

pytestmark = pytest.mark.pure

TODAY = date(2026, 11, 28)


def test_what_is_left_goes_on_at_the_pace_of_the_last_fortnight() -> None:
    found = forecast(left=300, lately=280, today=TODAY)
    assert (found.pace, found.done) == (20, TODAY + timedelta(days=15))


def test_a_day_that_is_begun_counts_whole() -> None:
    assert forecast(left=301, lately=280, today=TODAY).done == TODAY + timedelta(days=16)


def test_who_began_three_days_ago_is_measured_by_three_days() -> None:
    assert forecast(left=90, lately=90, today=TODAY, since=TODAY - timedelta(days=2)).pace == 30
    assert forecast(left=90, lately=90, today=TODAY, since=TODAY).pace == 90
    assert forecast(left=14, lately=14, today=TODAY, since=TODAY - timedelta(days=400)).pace == 1


@pytest.mark.parametrize(("left", "lately"), [(0, 10), (10, 0), (10**9, 1)])
def test_no_day_is_named_when_all_is_done_or_nothing_moves_or_it_is_too_far(left: int, lately: int) -> None:
    assert forecast(left, lately, TODAY).done is None


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_by_the_named_day_it_is_done_and_not_a_day_before(left: int, lately: int) -> None:
    found = forecast(left, lately, TODAY)
    if found.done:
        days = (found.done - TODAY).days
        assert days * lately >= left * WINDOW
        assert (days - 1) * lately < left * WINDOW
