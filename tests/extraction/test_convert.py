"""Reported numbers become those that are pooled: as worked out in print, there and back, and in any unit."""

from __future__ import annotations

import doctest
import math
import statistics
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction.schema import convert as c
from extraction.schema.answers import Origin
from extraction.schema.convert import medians
from extraction.schema.quantiles import MANY, critical, t_quantile

pytestmark = pytest.mark.pure

few = settings(max_examples=50, deadline=None)
POSITIVE = st.floats(1e-3, 1e6)
PEOPLE = st.integers(2, 5000)


# Worked examples in print. "Handbook": Cochrane Handbook, version 6, at the section named.


def test_an_interval_of_a_small_group_is_divided_by_twice_its_t() -> None:
    # Handbook 6.5.2.2: t for 25 people is 2.0639, so the divisor is 4.128 in place of 3.92.
    assert math.sqrt(25) * 1.0 / c.sd_from_ci(0.0, 1.0, 25).value == pytest.approx(4.128, abs=5e-4)


def test_a_p_of_a_t_test_gives_the_handbooks_standard_deviation() -> None:
    # Handbook 6.5.2.3: MD 3.8, P 0.008, 25 and 22 people: t 2.78, SE 1.37, SD 4.69. The SE is
    # rounded on the way, to 0.005 in 1.37, which moves the SD by up to 0.017.
    assert c.sd_from_p(3.8, 0.008, 25, 22).value == pytest.approx(4.69, abs=0.017)
    assert c.sd_from_t(3.8, 2.78, 25, 22).value == pytest.approx(4.69, abs=0.017)
    assert c.sd_from_difference_se(1.37, 25, 22).value == pytest.approx(4.69, abs=0.006)


def test_a_p_that_is_next_to_nothing_gives_a_standard_deviation_like_any_other() -> None:
    sds = [c.sd_from_p(3.8, p, 25, 22).value for p in (1e-12, 1e-15, 1e-16, 1e-17, 1e-20, 1e-300)]
    assert sds == sorted(sds, reverse=True)
    z = 9.33604  # scipy.stats.norm.isf(5e-21)
    assert c.sd_from_p(3.8, 1e-20, 10**6, 10**6).value == pytest.approx(3.8 / z / math.sqrt(2e-6), rel=1e-4)
    with pytest.raises(c.CannotConvert, match="p is 4.94066e-324"):
        c.sd_from_p(3.8, 5e-324, 25, 22)  # of which no half is stored


def test_an_interval_of_however_many_people_is_divided_by_twice_the_normals_quantile() -> None:
    many = [critical(95.0, df) for df in (1e5, MANY, 1e7, 1e10, 1e13)]
    assert many == sorted(many, reverse=True)
    assert critical(95.0, 6.920157005374866e16) == critical(95.0, 1e100) == pytest.approx(critical(95.0), rel=1e-14)
    for p in (0.6, 0.975, 1e-12, 1e-300):
        assert t_quantile(p, MANY) == pytest.approx(t_quantile(p, math.nextafter(MANY, math.inf)), rel=1e-9)
    assert c.sd_from_ci(0.0, 0.0, 6.920157005374866e16).value == 0


def test_a_p_of_a_risk_difference_gives_the_handbooks_standard_error() -> None:
    # Handbook 6.3.1: risk difference 0.03, P 0.008: z 2.652, SE 0.011.
    assert round(c.se_from_p(0.03, 0.008).value, 3) == 0.011


def test_a_correlation_taken_from_one_group_gives_the_change_of_the_other() -> None:
    # Handbook 6.5.2.8: SDs 6.4, 7.1 and 4.5 of the change: correlation 0.78; with it 7.0 and 6.9 give 4.61.
    assert round(c.correlation_of_change(6.4, 7.1, 4.5).value, 2) == 0.78
    assert round(c.sd_of_change(7.0, 6.9, 0.78).value, 2) == 4.61


def test_what_rests_on_an_assumption_is_imputed_and_arithmetic_is_not() -> None:
    arithmetic = (
        c.sd_from_se(0.8, 25),
        c.sd_from_ci(1, 3, 25),
        c.mean_change(4, 6),
        *c.combine_means([(4, 2, 25), (5, 1, 20)]),
    )
    assumed = (
        *c.mean_sd_from_median(25, 22.1, least=19.7, most=27.9),
        *c.mean_sd_from_median(25, 22.1, q1=20, q3=24),
        *c.mean_sd_from_median(25, 22.1, 19.7, 20, 24, 27.9),
        *c.to_log_scale(3, 1),
        *c.from_log_scale(1, 0.5),
        c.sd_of_change(2, 2, 0.5),
    )
    assert {each.origin for each in arithmetic} == {Origin.CONVERTED}
    assert {each.origin for each in assumed} == {Origin.IMPUTED}


def test_a_cross_over_trial_with_an_imputed_correlation_has_the_handbooks_standard_error() -> None:
    # Handbook 5.1, 16.4.6.4: SDs 2.38 and 2.21 in 10 people, correlation 0.68: SE of the difference 0.583.
    assert round(c.sd_of_change(2.38, 2.21, 0.68).value / math.sqrt(10), 3) == 0.583


def test_the_expected_range_is_that_of_the_tables_of_wan() -> None:
    # Wan et al. 2014, Table 1, gives the exact expected ranges; their equation 9 approximates them.
    for n, exact in ((10, 3.078), (25, 3.931), (50, 4.498)):
        assert medians.expected_range(n) == pytest.approx(exact, rel=6e-3)


# There and back.


@given(sd=POSITIVE, n=PEOPLE)
@few
def test_a_standard_deviation_comes_back_from_its_error_and_its_interval(sd: float, n: int) -> None:
    se = sd / math.sqrt(n)
    assert c.sd_from_se(se, n).value == pytest.approx(sd, rel=1e-12)
    unit = c.sd_from_ci(0.0, 1.0, n).value  # of an interval one wide
    assert c.sd_from_ci(5.0, 5.0 + sd / unit, n).value == pytest.approx(sd, rel=1e-6)


@given(sd=POSITIVE, difference=POSITIVE, n1=PEOPLE, n2=PEOPLE)
@few
def test_error_interval_and_t_of_one_difference_give_one_standard_deviation(
    sd: float, difference: float, n1: int, n2: int
) -> None:  # fmt: skip
    se = sd * math.sqrt(1 / n1 + 1 / n2)
    assert c.sd_from_difference_se(se, n1, n2).value == pytest.approx(sd, rel=1e-12)
    assert c.sd_from_t(difference, difference / se, n1, n2).value == pytest.approx(sd, rel=1e-12)
    assert c.sd_from_t(-difference, difference / se, n1, n2).value == pytest.approx(sd, rel=1e-12)


@given(mean=POSITIVE, ratio=st.floats(1e-3, 5.0))
@few
def test_the_log_scale_and_back_is_where_one_started(mean: float, ratio: float) -> None:
    log_mean, log_sd = c.to_log_scale(mean, mean * ratio)
    back, back_sd = c.from_log_scale(log_mean.value, log_sd.value)
    assert (back.value, back_sd.value) == pytest.approx((mean, mean * ratio), rel=1e-9)


@given(before=POSITIVE, after=POSITIVE, r=st.floats(-0.99, 0.99))
@few
def test_a_correlation_comes_back_from_the_change_it_made(before: float, after: float, r: float) -> None:
    change = c.sd_of_change(before, after, r).value
    expected = pytest.approx(r, abs=1e-6 * max(before / after, after / before))
    assert c.correlation_of_change(before, after, change).value == expected


@given(
    people=st.lists(st.floats(-100, 100), min_size=6, max_size=30), cut=st.tuples(st.integers(2, 4), st.integers(2, 3))
)
@few
def test_groups_combine_to_what_all_their_people_have(people: list[float], cut: tuple[int, int]) -> None:
    parts = [people[: cut[0]], people[cut[0] :]]
    rows = [(float(len(x)), statistics.fmean(x), statistics.stdev(x)) for x in parts]
    n, mean, sd = (each.value for each in c.combine_means(rows))
    assert n == len(people)
    assert mean == pytest.approx(statistics.fmean(people), abs=1e-9)
    assert sd == pytest.approx(statistics.stdev(people), abs=1e-7)


def test_three_groups_combine_in_any_order() -> None:
    rows = [(10.0, 5.0, 1.0), (20.0, 6.0, 2.0), (7.0, 1.0, 0.5)]
    one, other = c.combine_means(rows), c.combine_means(rows[::-1])
    assert [x.value for x in one] == pytest.approx([x.value for x in other], rel=1e-12)
    assert [x.value for x in c.combine_counts([(1, 10), (2, 20), (0, 5)])] == [3, 35]


@given(total=st.integers(1, 400), data=st.data())
@few
def test_events_come_back_from_their_percentage(total: int, data: st.DataObject) -> None:
    events = data.draw(st.integers(0, total))
    assert c.events_from_percent(100 * events / total, total, decimals=6).value == events


# Any unit.


@given(
    numbers=st.lists(st.floats(0, 100), min_size=5, max_size=5), n=PEOPLE, factor=st.sampled_from([0.001, 2.54, 1000.0])
)
@few
def test_medians_convert_in_any_unit(numbers: list[float], n: int, factor: float) -> None:
    least, q1, median, q3, most = sorted(numbers)
    for given_ in (
        {"least": least, "most": most},
        {"q1": q1, "q3": q3},
        {"least": least, "q1": q1, "q3": q3, "most": most},
    ):
        mean, sd = c.mean_sd_from_median(n, median, **given_)
        scaled = c.mean_sd_from_median(n, median * factor, **{name: x * factor for name, x in given_.items()})
        assert [x.value for x in scaled] == pytest.approx([mean.value * factor, sd.value * factor], rel=1e-9, abs=1e-12)
        assert least - 1e-9 <= mean.value <= most + 1e-9
        assert sd.value >= 0


def test_a_ratio_and_its_inverse_have_one_standard_error() -> None:
    (log, se), (inverse, same) = c.log_ratio_from_ci(2.0, 1.0, 4.0), c.log_ratio_from_ci(0.5, 0.25, 1.0)
    assert (inverse.value, same.value) == pytest.approx((-log.value, se.value))
    assert c.log_ratio_from_o_minus_e(-3.0, 12.0)[0].value == -0.25
    log, se = c.log_ratio_from_p(2.0, 0.05)
    assert log.value / se.value == pytest.approx(1.959964, rel=1e-6)


# What is told.


def test_a_conversion_shows_both_numbers_its_formula_and_its_source() -> None:
    told = c.sd_from_se(0.5, 25)
    assert told.working == "sd = se √n; se = 0.5, n = 25: sd = 2.5 (Handbook 6.5.2.2)"
    assert "assumption" in c.sd_of_change(1.0, 2.0, 0.5).remark


def test_a_percentage_that_no_or_many_people_make_is_told() -> None:
    assert c.events_from_percent(34.5, 29).remark == ""
    assert "No whole number of 7 people is 33 percent" in c.events_from_percent(33, 7).remark
    assert "Any number from 325 to 335 is 33 percent." in c.events_from_percent(33, 1000).remark


@pytest.mark.parametrize(
    ("conversion", "arguments", "message"),
    [
        (c.sd_from_se, (-1, 25), "se is -1, but must be above 0"),
        (c.sd_from_se, (0, 25), "se is 0, but must be above 0"),
        (c.sd_from_difference_se, (0, 25, 22), "difference_se is 0, but must be above 0"),
        (c.sd_from_se, (math.nan, 25), "se is nan"),
        (c.sd_from_ci, (2, 1, 25), "ci_low 2 is above ci_high 1"),
        (c.sd_from_ci, (1, 2, 1), "needs at least 2 participants"),
        (c.sd_from_t, (3.8, 0, 25, 22), "a t of 0 tells nothing"),
        (c.sd_from_p, (3.8, 1.2, 25, 22), "p is 1.2"),
        (c.sd_from_p, (3.8, 0.2, 1, 1), "a t test needs at least 3 participants"),
        (c.correlation_of_change, (1, 1, 9), "one of them is wrong"),
        (c.sd_of_change, (1, 1, 2), "The correlation is 2"),
        (c.mean_sd_from_median, (1, 5), "n is 1, but a spread needs at least 2"),
        (c.combine_means, ([],), "There is no group"),
        (c.combine_counts, ([(5, 3)],), "5 events of 3 people are not possible"),
        (c.events_from_percent, (101, 10), "101 percent is not between 0 and 100"),
        (c.se_from_p, (0.0, 0.5), "no effect tells nothing"),
        (c.log_ratio_from_ci, (3, 1, 2), "does not lie in its interval"),
        (c.from_log_scale, (900.0, 1.0), "are they logarithms?"),
    ],
)
def test_what_cannot_be_is_refused(conversion: Callable[..., object], arguments: tuple, message: str) -> None:
    with pytest.raises(c.CannotConvert, match=message):
        conversion(*arguments)


# What a table's rows allow.


def test_a_row_proposes_what_its_numbers_allow_best_first() -> None:
    row = {"n": 25.0, "mean": 4.0, "se": 0.5, "median": 4.1, "q1": 3.0, "q3": 5.0, "sd": None}
    found = c.proposals("continuous", row)
    assert [(x.column, x.source) for x in found] == [("sd", "Handbook 6.5.2.2"), ("sd", "Wan et al. 2014, equation 16")]
    assert found[0].value == 2.5
    assert c.proposals("continuous", {"n": 25.0, "mean": 4.0, "sd": 1.0}) == []


def test_a_contrast_lends_its_arms_a_standard_deviation() -> None:
    found = c.proposals("continuous", {"n": 25.0, "mean": 9.0}, {(25.0, 22.0): {"difference": 3.8, "p": 0.008}})
    assert [(x.column, round(x.value, 2)) for x in found] == [("sd", 4.68)]


def test_numbers_that_contradict_each_other_propose_nothing() -> None:
    assert c.proposals("generic", {"effect": 3.0, "effect_low": 0.0, "effect_high": 2.0}) == []
    assert c.proposals("dichotomous", {"percent": 25.0, "total": 8.0})[0].value == 2
    assert [x.column for x in c.proposals("time_to_event", {"hr": 0.5, "p": 0.01})] == ["log_effect", "se_log"]
    assert c.proposals("correlation", {"r": 0.5}) == []


def test_the_example_is_true() -> None:
    assert doctest.testmod(medians).failed == 0
