"""Bands stay in order on pages, and what must stay together does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.plots.layout import Band, paginate, space, stack
from analysis.plots.svg import Drawing

pytestmark = pytest.mark.pure

bands = st.lists(st.builds(Band, st.floats(1, 120), st.just(lambda drawing, top: None), st.booleans()), max_size=30)


@given(bands)
def test_every_band_is_on_one_page_in_order(row: list[Band]) -> None:
    assert [band for page in paginate(row, 200) for band in page] == row


@given(bands)
def test_a_page_is_full_only_where_a_unit_alone_exceeds_it(row: list[Band]) -> None:
    for page in paginate(row, 200):
        if sum(band.height for band in page) > 200:
            assert all(band.keep for band in page[:-1])


@given(bands)
def test_a_band_that_keeps_the_next_is_never_last_on_a_page_but_the_last(row: list[Band]) -> None:
    for page in paginate(row, 200)[:-1]:
        assert not page[-1].keep


def test_a_stack_draws_its_bands_below_each_other() -> None:
    tops: list[float] = []
    parts = [Band(10, lambda drawing, top: tops.append(top)), space(5), Band(7, lambda drawing, top: tops.append(top))]
    whole = stack(parts)
    whole.draw(Drawing(), 100)
    assert whole.height == 22
    assert tops == [100, 115]
