"""Axes hold what must be seen, have round ticks, and no two labels touch."""

from math import inf, log

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from analysis.plots.axis import Axis, fixed_axis, legible_ticks, linear_axis, ratio_axis, tick_label, tight_ratio_axis
from analysis.plots.svg import Face

pytestmark = pytest.mark.pure

ratios = st.floats(1e-9, 1e9)
plain = st.floats(-1e6, 1e6)


@pytest.mark.parametrize(
    ("limits", "core", "ends"),
    [
        ([0.6, 1.9], [1.0], (0.5, 2)),
        ([0.6, 2.1], [1.0], (0.2, 5)),
        ([0.3, 8.0], [1.0], (0.1, 10)),
        ([2.15, 226.5], [8.93, 63.7], (0.01, 100)),  # the widest interval is cut
        ([2.15, 226.5], [8.93, 163.7], (0.005, 200)),  # but never an estimate or a pooled interval
        ([0.0, inf], [1.0], (0.5, 2)),
        ([1.0], [90000.0], (1e-6, 1e6)),
    ],
)
def test_ratio_axes_are_symmetric_about_one(limits: list[float], core: list[float], ends: tuple[float, float]) -> None:
    axis = ratio_axis(limits, core)
    assert (axis.lower, axis.upper) == pytest.approx(ends)
    assert 1 in axis.ticks


@given(st.lists(ratios, max_size=20), st.lists(ratios, max_size=20))
def test_a_ratio_axis_holds_every_estimate(limits: list[float], core: list[float]) -> None:
    axis = ratio_axis(limits, core)
    assert all(-1e-6 <= axis.share(value) <= 1 + 1e-6 for value in core)
    assert axis.share(1.0) == pytest.approx(0.5)


@given(st.lists(plain, max_size=20), st.lists(plain, max_size=20), st.sampled_from([None, 0.0, 3.0]))
@example([], [5e-324], None)
@example([], [5e-324], 0.0)
@example([], [3.0000000000000004], 3.0)
@example([], [1e6, 1e6 + 1e-9], None)
def test_a_straight_axis_holds_every_estimate(limits: list[float], core: list[float], null: float | None) -> None:
    axis = linear_axis(limits, core, null)
    assert all(-1e-6 <= axis.share(value) <= 1 + 1e-6 for value in core)
    assert 2 <= len(axis.ticks) <= 11
    if null is not None:
        assert axis.share(null) == pytest.approx(0.5)


def test_one_very_wide_interval_does_not_flatten_the_others() -> None:
    usual = [value for i in range(6) for value in (-2.0 - i / 10, 1.5)]
    assert linear_axis([*usual, -85, 83], [-0.5, 0.2], 0.0).upper == 5
    assert linear_axis(usual, [-0.5, 0.2], 0.0).upper == 3


def test_without_a_line_of_no_effect_the_axis_follows_the_data() -> None:
    axis = linear_axis([0.21, 0.48], [0.3], None)
    assert (axis.lower, axis.upper, axis.ticks) == (0.2, 0.5, (0.2, 0.3, 0.4, 0.5))


def test_positions_on_a_logarithmic_axis() -> None:
    axis = fixed_axis(0.1, 10, log=True)
    assert axis.share(2) == pytest.approx(log(20) / log(100))
    assert axis.share(0) == -inf


@given(ratios, ratios, st.booleans())
def test_a_chosen_range_is_kept_and_has_ticks_at_its_ends(one: float, other: float, log: bool) -> None:
    lower, upper = sorted((one, other))
    assume(upper > lower * 1.001)
    axis = fixed_axis(lower, upper, log=log)
    assert (axis.lower, axis.upper) == (axis.ticks[0], axis.ticks[-1]) == (lower, upper)


@example(3.0, 5.5)
@given(st.floats(-20, 20), st.floats(-20, 20))
def test_each_tick_of_a_tight_logarithmic_axis_can_be_read(one: float, other: float) -> None:
    axis = tight_ratio_axis([10.0**one, 10.0**other])
    places, face = [460 * axis.share(tick) for tick in axis.ticks], Face(10)
    widths = [face.width(tick_label(tick)) for tick in axis.ticks]
    assert len(legible_ticks(places, widths, 0, gap=4)) == len(axis.ticks) >= 2
    assert all(face.width(tick_label(tick)) < 60 for tick in axis.ticks)


@pytest.mark.parametrize(("lower", "upper", "log"), [(2, 1, False), (0, 1, True), (-1, 1, True), (1, 1, False)])
def test_a_range_that_is_none_is_refused(lower: float, upper: float, log: bool) -> None:
    with pytest.raises(ValueError, match="from a smaller to a larger"):
        fixed_axis(lower, upper, log=log)


def test_an_axis_refuses_ticks_beside_it() -> None:
    with pytest.raises(ValueError, match="tick 5 is not between 0 and 1"):
        Axis(0, 1, (5,))
    with pytest.raises(ValueError, match="above 0"):
        Axis(0, 1, (), log=True)
    with pytest.raises(ValueError, match="smaller to a larger number, not 0 to inf"):
        Axis(0, inf, ())


@pytest.mark.parametrize("boundless", [inf, 1e308, 1e100])
def test_boundless_limits_do_not_stretch_an_axis(boundless: float) -> None:
    assert ratio_axis([0.5, boundless, 1 / boundless], [1.0, boundless]) == ratio_axis([0.5], [1.0])
    assert linear_axis([-1, boundless, -boundless], [0.5, boundless], 0.0) == linear_axis([-1], [0.5], 0.0)


def test_tick_labels_are_short() -> None:
    texts = [tick_label(value) for value in (0.5, 1, 1.5, -2, 0, 100, 10000, 1e6, 1e-5, 0.1 + 0.2)]
    assert texts == ["0.5", "1", "1.5", "−2", "0", "100", "10000", "10⁶", "10⁻⁵", "0.3"]


@given(st.lists(st.floats(0, 300), min_size=1, max_size=12), st.floats(1, 80), st.data())
def test_labels_that_are_printed_do_not_touch_and_the_first_choice_is_among_them(
    positions: list[float], width: float, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(positions) - 1))
    chosen = legible_ticks(positions, [width] * len(positions), first, gap=4)
    assert first in chosen
    for i in chosen:
        assert all(i == j or abs(positions[i] - positions[j]) >= width + 4 for j in chosen)
