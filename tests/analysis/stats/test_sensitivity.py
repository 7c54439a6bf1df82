"""Leaving one out and adding up are nothing but pooling fewer studies."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.stats import StatsError, cumulate, effects, leave_one_out, pool
from tests.analysis.stats.bcg import BCG

pytestmark = pytest.mark.pure

ES = effects("RR", BCG)


@pytest.mark.parametrize("options", [{}, {"method": "DL", "test": "knha"}, {"weighting": "MH", "method": "EE"}])
def test_without_each_study_the_rest_is_pooled(options: dict) -> None:
    series = leave_one_out(ES, **options)
    for i in (0, 7, 12):
        rest = pool(ES.subset(np.delete(np.arange(13), i)), **options)
        assert (series.estimate[i], series.se[i], series.Q[i]) == (rest.estimate, rest.se, rest.Q)
    assert series.k.tolist() == [12] * 13


def test_a_study_without_an_estimate_cannot_be_left_out() -> None:
    es = effects("GEN", yi=[0.1, None, 0.3], vi=[0.02, 0.03, 0.04])
    series = leave_one_out(es, method="DL")
    assert math.isnan(series.estimate[1])
    assert series.reasons == (None, "yi is missing", None)


def test_of_two_studies_each_remains_alone() -> None:
    series = leave_one_out(effects("GEN", yi=[0.1, 0.4], vi=[0.02, 0.03]))
    assert series.estimate.tolist() == [0.4, 0.1]


def test_each_row_of_a_series_has_the_interval_that_its_own_studies_allow() -> None:
    es = effects("GEN", yi=[0.1, 0.9, 0.8, 0.3], vi=[0.02, 0.03, 0.04, 0.03])
    series = cumulate(es, test="advice")
    tests = [pool(es.subset(range(n + 1)), test="advice").test for n in range(4)]
    assert tests == list(series.test) == ["z", "z", "knha", "knha"]
    for n, test in enumerate(tests):
        assert series.ci_lb[n] == pool(es.subset(range(n + 1)), test=test).ci_lb
    without = leave_one_out(es.subset(range(3)), test="advice")  # of three, two are left each time
    assert without.test == ("z", "z", "z")


def test_studies_are_added_by_year_and_the_last_result_is_the_whole() -> None:
    series = cumulate(ES, BCG["year"])
    assert series.study[:3] == ("Aronson 1948", "Ferguson 1949", "Stein 1953")
    assert series.k.tolist() == list(range(1, 14))
    assert series.estimate[0] == ES.yi[0]
    whole = pool(ES)
    assert (series.estimate[-1], series.tau2[-1]) == pytest.approx((whole.estimate, whole.tau2), rel=1e-12)


def test_words_sort_as_words_ties_keep_their_order_and_the_missing_come_last() -> None:
    es = effects("GEN", yi=[1, 2, 3, 4], vi=[1, 1, 1, 1], study=["a", "b", "c", "d"])
    assert cumulate(es, ["1994b", "1994a", None, "1987"]).study == ("d", "b", "a", "c")
    assert cumulate(es, [2000, 1999, 2000, 1999]).study == ("b", "d", "a", "c")
    assert cumulate(es).study == ("a", "b", "c", "d")


def test_an_order_of_another_length_is_refused() -> None:
    with pytest.raises(StatsError, match="order has 2 values, but there are 13 studies"):
        cumulate(ES, [1, 2])


def test_natural_values_and_a_line_per_study() -> None:
    series = leave_one_out(ES)
    estimate, lower, upper = series.natural()
    assert np.all((lower < estimate) & (estimate < upper))
    assert estimate[0] == pytest.approx(math.exp(series.estimate[0]))
    assert "- Aronson 1948" in str(series)
    assert "+ Aronson 1948" in str(cumulate(ES))
