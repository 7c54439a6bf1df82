"""Tests of funnel plot asymmetry are regressions and rankings that can be done by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.stats import BIAS_TESTS, StatsError, asymmetry, effects, egger, rank_test, regress
from analysis.stats.bias import PREDICTORS, noncentral_hypergeometric
from tests.analysis.stats.bcg import BCG

pytestmark = pytest.mark.pure

ES = effects("OR", BCG, preset="metafor")


def test_eggers_test_is_the_regression_of_the_standard_normal_deviate_on_precision() -> None:
    # Egger et al. 1997 regress y/se on 1/se; the intercept of that line is the slope of the weighted one.
    x, z = 1 / ES.sei, ES.yi / ES.sei
    design = np.column_stack([np.ones(13), x])
    b, rss = np.linalg.lstsq(design, z, rcond=None)[:2]
    se = math.sqrt(rss[0] / 11 * np.linalg.inv(design.T @ design)[0, 0])
    t = egger(ES)
    assert (t.slope, t.se_slope, t.intercept) == pytest.approx((b[0], se, b[1]), rel=1e-11)
    assert (t.stat, t.df) == (pytest.approx(b[0] / se, rel=1e-11), 11.0)
    assert t.limit == t.intercept


def test_the_mixed_model_is_a_meta_regression_on_the_standard_error() -> None:
    t, fit = asymmetry(ES, "sei", "rma"), regress(ES, "~ sei", {"sei": ES.sei})
    assert (t.slope, t.stat, t.tau2) == pytest.approx((fit.estimate[1], fit.stat[1], fit.tau2), rel=1e-11)
    assert math.isinf(t.df)


@pytest.mark.parametrize("predictor", PREDICTORS)
def test_only_predictors_that_vanish_in_large_studies_have_a_limit(predictor: str) -> None:
    t = asymmetry(ES, predictor)
    assert math.isnan(t.limit) == (predictor in ("ni", "sqrtni"))
    assert 0 <= t.p <= 1


@pytest.mark.parametrize("name", BIAS_TESTS)
def test_every_named_test_runs_on_tables_and_says_when_power_is_missing(name: str) -> None:
    t = BIAS_TESTS[name](ES)
    assert t.test == name
    assert t.k == 13
    assert 0 <= t.p <= 1
    assert name in str(t)
    few = BIAS_TESTS[name](ES.subset([0, 1, 2, 3]))
    assert few.notes == ("with fewer than ten studies the test has hardly any power",)
    none = BIAS_TESTS[name](ES.subset([0, 1]))
    assert math.isnan(none.p)
    assert none.notes == ("at least three studies with different precision are needed",)


@pytest.mark.parametrize("name", ["Harbord", "Peters", "Schwarzer", "Deeks"])
def test_tests_on_counts_need_tables(name: str) -> None:
    es = effects("GEN", yi=[0.1, 0.2, 0.4], vi=[0.1, 0.2, 0.3])
    with pytest.raises(StatsError, match=f"{name}'s test is for two-by-two tables, and GEN has none"):
        BIAS_TESTS[name](es)


def test_precision_by_sample_size_needs_sample_sizes() -> None:
    es = effects("GEN", yi=[0.1, 0.2, 0.4], vi=[0.1, 0.2, 0.3])
    with pytest.raises(StatsError, match="GEN has no sample sizes"):
        asymmetry(es, "ninv")


@pytest.mark.parametrize(("arguments", "message"), [(("age",), "predictor='age'"), (("sei", "ols"), "model='ols'")])
def test_what_is_not_known_is_refused(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(StatsError, match=message):
        asymmetry(ES, *arguments)


def test_studies_of_one_size_show_no_asymmetry_to_test() -> None:
    es = effects("GEN", yi=[0.1, 0.2, 0.4], vi=[0.1, 0.1, 0.1])
    for t in (egger(es), rank_test(es)):
        assert math.isnan(t.p)
        assert t.notes


def test_the_rank_test_is_exact_for_few_studies() -> None:
    t = rank_test(effects("GEN", yi=[0.1, 0.5, 0.9, 1.6], vi=[0.01, 0.1, 0.2, 0.4]))
    assert t.exact
    assert t.tau == 1.0
    assert t.p == pytest.approx(2 / 24)


def test_the_noncentral_hypergeometric_is_the_central_one_at_an_odds_ratio_of_one() -> None:
    mean, variance = noncentral_hypergeometric(10, 15, 8, 1.0)
    assert mean == pytest.approx(8 * 10 / 25)
    assert variance == pytest.approx(8 * (10 / 25) * (15 / 25) * (17 / 24))


def test_tables_of_millions_take_cornfields_approximation_to_the_same_end() -> None:
    exact = noncentral_hypergeometric(120_000, 150_000, 90_000, 1.7)
    approximate = noncentral_hypergeometric(1_200_000, 1_500_000, 900_000, 1.7)
    assert approximate == pytest.approx((10 * exact[0], 10 * exact[1]), rel=1e-4)


def test_sample_sizes_can_be_given_to_ready_made_effects() -> None:
    ready = effects("GEN", yi=ES.yi, vi=ES.vi)
    sizes = [n1 + n2 for n1, n2 in zip(BCG["n1i"], BCG["n2i"], strict=True)]
    assert asymmetry(ready, "ninv", sizes=sizes).stat == pytest.approx(asymmetry(ES, "ninv").stat, rel=1e-12)


@pytest.mark.parametrize(("measure", "data"), [
    ("IRR", {"x1i": [3, 5, 9], "t1i": [100, 200, 50], "x2i": [1, 2, 8], "t2i": [90, 210, 60]}),
    ("IR", {"xi": [3, 5, 9], "ti": [190, 410, 110]}),
])  # fmt: skip
def test_the_size_of_a_study_of_rates_is_its_person_time(measure: str, data: dict) -> None:
    es = effects(measure, data)
    by_size = asymmetry(effects("GEN", yi=es.yi, vi=es.vi), "ni", sizes=[190, 410, 110])
    assert asymmetry(es, "ni").stat == pytest.approx(by_size.stat, rel=1e-12)


def test_studies_that_lie_on_one_line_have_no_test_of_what_rounding_left() -> None:
    """Of roots of rates with one count, effects are in proportion to their standard errors."""
    test = asymmetry(effects("IRS", xi=[17, 17, 17, 17], ti=[10.3, 41.7, 90.1, 222.9]))
    assert (math.isnan(test.stat), math.isnan(test.p)) == (True, True)
    assert test.notes == ("the studies lie on one line, and nothing is left to test it by",)
    nearly = asymmetry(effects("IRS", xi=[17, 17, 17, 17.0001], ti=[10.3, 41.7, 90.1, 222.9]))
    assert math.isfinite(nearly.stat)
