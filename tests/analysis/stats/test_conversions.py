"""Reported statistics become means, standard deviations, errors and tables."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from analysis.stats import StatsError, effects
from analysis.stats import conversions as c

pytestmark = pytest.mark.pure


def test_a_symmetric_five_number_summary_has_its_median_as_mean() -> None:
    for given in (
        {"minimum": 0.0, "maximum": 10.0},
        {"q1": 3.0, "q3": 7.0},
        {"minimum": 0.0, "q1": 3.0, "q3": 7.0, "maximum": 10.0},
    ):
        assert c.fivenum_to_mean_sd(n=40, median=5.0, **given).mean == pytest.approx(5.0)


def test_quartiles_of_a_large_normal_sample_give_back_its_standard_deviation() -> None:
    fit = c.fivenum_to_mean_sd(n=10**7, median=0.0, q1=-0.6744897501960817, q3=0.6744897501960817)
    assert fit.sd == pytest.approx(1.0, rel=1e-6)


def test_an_interval_and_a_p_value_of_one_result_give_one_variance() -> None:
    estimate, se = 0.4, 0.15
    by_ci = c.ci_to_se(estimate, estimate - 1.959963984540054 * se, estimate + 1.959963984540054 * se)
    by_p = c.p_to_se(estimate, math.erfc(estimate / se / math.sqrt(2)))
    assert by_ci.vi == pytest.approx(se**2, rel=1e-12)
    assert by_p.vi == pytest.approx(se**2, rel=1e-9)
    ratio = c.ratio_ci_to_log_se(math.exp(0.4), math.exp(0.4 - 0.3), math.exp(0.4 + 0.3))
    assert (ratio.yi, ratio.vi) == pytest.approx((0.4, (0.3 / 1.959963984540054) ** 2))


def test_t_and_d_give_the_hedges_g_of_the_means_behind_them() -> None:
    data = {"n1i": [12], "m1i": [5.5], "sd1i": [2.0], "n2i": [15], "m2i": [4.0], "sd2i": [2.0]}
    es = effects("SMD", data, preset="metafor")
    by_d = c.d_to_g(0.75, 12, 15)
    by_t = c.t_to_smd(0.75 / math.sqrt(1 / 12 + 1 / 15), 12, 15)
    assert (by_d.yi, by_d.vi) == pytest.approx((es.yi[0], es.vi[0]), rel=1e-13)
    assert (by_t.yi, by_t.vi) == pytest.approx((es.yi[0], es.vi[0]), rel=1e-13)


def test_two_arms_combine_to_what_all_their_people_have() -> None:
    one, two = [1.0, 2.0, 6.0], [3.0, 9.0]
    everyone = one + two
    mean = sum(everyone) / 5
    sd = math.sqrt(sum((x - mean) ** 2 for x in everyone) / 4)
    fit = c.combine_arms(n1=3, m1=3.0, sd1=math.sqrt(7), n2=2, m2=6.0, sd2=math.sqrt(18))
    assert (fit.n, fit.mean, fit.sd) == pytest.approx((5, mean, sd))


@pytest.mark.parametrize("table", [(31, 47, 25, 57), (5, 5, 1, 9), (2, 98, 40, 60)])
def test_a_table_is_found_again_from_its_odds_ratio_and_margins(table: tuple[int, int, int, int]) -> None:
    a, b, cc, d = table
    assert c.or_margins_to_2x2(a * d / (b * cc), n=sum(table), n1=a + b, column1=a + cc) == c.Table(*table)


def test_standard_deviations_come_from_errors_and_intervals() -> None:
    assert c.se_to_sd(0.5, 25) == 2.5
    # t of 24 degrees of freedom at 97.5 percent: 2.0639 in every table.
    assert c.mean_ci_to_sd(8.0, 12.0, 25) == pytest.approx(5 * 4 / (2 * 2.0639), rel=1e-4)


@pytest.mark.parametrize(
    ("conversion", "arguments", "message"),
    [
        (c.fivenum_to_mean_sd, {"n": 10, "median": 5}, "minimum and maximum or both quartiles are needed"),
        (c.fivenum_to_mean_sd, {"n": 10, "median": 5, "minimum": 7, "maximum": 9}, "are not in order"),
        (c.fivenum_to_mean_sd, {"n": 0, "median": 5, "minimum": 1, "maximum": 9}, "n is 0, but a spread needs"),
        (c.ci_to_se, {"estimate": 3, "ci_lb": 0, "ci_ub": 2}, "does not lie in its interval"),
        (c.ratio_ci_to_log_se, {"estimate": 1, "ci_lb": -1, "ci_ub": 2}, "low is -1, but must be above 0"),
        (c.p_to_se, {"estimate": 1, "p": 1.2}, "p is 1.2, but must lie between 0 and 1"),
        (c.or_margins_to_2x2, {"odds_ratio": 2, "n": 10, "n1": 10, "column1": 3}, "must be fewer than all people"),
        (c.mean_ci_to_sd, {"ci_lb": 1, "ci_ub": 2, "n": 1}, "needs at least 2 participants"),
    ],
)
def test_what_cannot_be_is_refused(conversion: Callable[..., object], arguments: dict, message: str) -> None:
    with pytest.raises(StatsError, match=message):
        conversion(**arguments)
