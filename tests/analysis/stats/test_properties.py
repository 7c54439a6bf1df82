"""What must hold of every measure, every estimator and every interval, whatever the studies."""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.stats import (
    BIAS_TESTS,
    MEASURES,
    PRESETS,
    Effects,
    Pooled,
    StatsError,
    cumulate,
    effects,
    fail_safe_n,
    influence,
    leave_one_out,
    pool,
    regress,
    subgroups,
    trim_and_fill,
)
from analysis.stats.results import Result
from analysis.stats.tau2 import ESTIMATORS
from tests.analysis.stats.studies import Columns, columns, generic, measured, same

pytestmark = pytest.mark.pure

TESTS = ("z", "knha", "adhoc")
PREDICTIONS = ("none", "metafor", "Riley", "V", "HTS", "HK", "S")
few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True)
def _warnings_are_errors() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def assert_sound(fit: Pooled) -> None:
    """No number is missing without a note; nothing is negative that cannot be; intervals hold their estimates."""
    json.dumps(fit.to_dict(), allow_nan=False)
    assert str(fit)
    if not fit.notes:
        numbers = ("estimate", "se", "stat", "p", "ci_lb", "ci_ub", "tau2", "I2", "H2", "Q", "Q_p")
        assert not [name for name in numbers if math.isnan(getattr(fit, name))]
    if math.isnan(fit.estimate):
        return
    assert fit.se >= 0
    assert fit.ci_lb <= fit.estimate <= fit.ci_ub
    assert math.isnan(fit.p) or 0 <= fit.p <= 1
    assert math.isnan(fit.tau2) or fit.tau2 >= 0
    assert math.isnan(fit.I2) or 0 <= fit.I2 <= 100
    assert math.isnan(fit.Q) or fit.Q >= 0
    assert math.isnan(fit.pi_lb) or fit.pi_lb <= fit.estimate <= fit.pi_ub
    assert math.isnan(fit.tau2_ci[0]) or 0 <= fit.tau2_ci[0] <= fit.tau2_ci[1]
    assert np.nansum(fit.weights) == pytest.approx(100, rel=1e-9)
    assert np.all(fit.weights[~np.isnan(fit.weights)] >= 0)


@pytest.mark.parametrize("measure", MEASURES)
@given(data=st.data())
@few
def test_every_effect_has_a_variance_and_an_interval_or_a_reason(measure: str, data: st.DataObject) -> None:
    es = data.draw(measured(measure, data.draw(st.sampled_from(list(PRESETS)))))
    assert str(es)
    json.dumps(es.to_dict(), allow_nan=False)
    for y, v, lower, upper, reason in zip(es.yi, es.vi, es.ci_lb, es.ci_ub, es.reasons, strict=True):
        assert math.isnan(y) == math.isnan(v) == (reason is not None)
        assert math.isnan(y) or (v >= 0 and lower <= y <= upper)


@pytest.mark.parametrize("measure", MEASURES)
@given(data=st.data())
@settings(few, max_examples=5)
def test_every_measure_pools_soundly_by_every_estimator_and_interval(measure: str, data: st.DataObject) -> None:
    es = data.draw(measured(measure, data.draw(st.sampled_from(list(PRESETS)))))
    prediction = data.draw(st.sampled_from(PREDICTIONS))
    for method, test in itertools.product(ESTIMATORS, TESTS):
        assert_sound(pool(es, method=method, test=test, prediction=prediction))


@pytest.mark.parametrize("method", ESTIMATORS)
@given(es=generic())
@settings(few, max_examples=50)
def test_variances_from_1e_minus_18_to_1e18_pool_soundly(method: str, es: Effects) -> None:
    for test in TESTS:
        fit = pool(es, method=method, test=test, prediction="Riley")
        assert_sound(fit)
        assert fit.k == len(es.study)


@pytest.mark.parametrize(("measure", "weighting"), [("OR", "MH"), ("RR", "MH"), ("RD", "MH"), ("OR", "Peto")])
@given(data=st.data())
@settings(few, max_examples=60)
def test_tables_pool_soundly_by_mantel_haenszel_and_peto(measure: str, weighting: str, data: st.DataObject) -> None:
    es = data.draw(measured(measure, data.draw(st.sampled_from(list(PRESETS)))))
    for method in ("EE", "DL"):
        assert_sound(pool(es, weighting=weighting, method=method))


@pytest.mark.parametrize("measure", ["IRR", "IRD"])
@given(data=st.data())
@few
def test_rates_pool_soundly_by_mantel_haenszel(measure: str, data: st.DataObject) -> None:
    es = data.draw(measured(measure))
    for method in ("EE", "DL"):
        assert_sound(pool(es, weighting="MH", method=method))


def assert_told(result: Result) -> None:
    """A result can be printed and stored, and holds no infinite or missing number where it has nothing to say."""
    assert str(result)
    json.dumps(result.to_dict(), allow_nan=False)


@pytest.mark.parametrize("measure", ["GEN", "OR", "SMD", "PFT", "IRR"])
@given(data=st.data())
@settings(few, max_examples=15)
def test_all_that_goes_beyond_pooling_is_told_or_refused_in_a_sentence(measure: str, data: st.DataObject) -> None:
    es = data.draw(
        generic(most=6) if measure == "GEN" else measured(measure, data.draw(st.sampled_from(list(PRESETS))))
    )
    k = len(es.study)
    group = data.draw(st.lists(st.sampled_from(["a", "b", None]), min_size=k, max_size=k))
    dose = data.draw(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=k, max_size=k))
    method, test = data.draw(st.sampled_from(list(ESTIMATORS))), data.draw(st.sampled_from(TESTS))
    options = {"method": method, "test": test}
    questions: list[Callable[[], Result]] = [
        lambda: subgroups(es, group, **options),
        lambda: subgroups(es, group, tau2="common", **options),
        lambda: regress(es, "~ dose", {"dose": dose}, **options),
        lambda: regress(es, "~ dose * group", {"dose": dose, "group": group}, **options),
        lambda: leave_one_out(es, **options),
        lambda: cumulate(es, dose, **options),
        lambda: influence(es, **options),
        lambda: influence(es, "~ dose", {"dose": dose}, **options),
        lambda: trim_and_fill(es, data.draw(st.sampled_from(["L0", "R0"])), **options),
        *(functools.partial(each, es) for each in BIAS_TESTS.values()),
        *(functools.partial(fail_safe_n, es, kind) for kind in ("Rosenthal", "Orwin", "Rosenberg")),
    ]
    for question in questions:
        with contextlib.suppress(StatsError):
            assert_told(question())


@pytest.mark.parametrize("measure", MEASURES)
@given(data=st.data())
@settings(few, max_examples=5)
def test_neither_the_order_of_the_studies_nor_their_names_matter(measure: str, data: st.DataObject) -> None:
    es = data.draw(measured(measure))
    shuffled = data.draw(st.permutations(range(len(es.study))))
    other = replace(es.subset(shuffled), study=tuple(f"another {i}" for i in shuffled))
    for method, test in itertools.product(ESTIMATORS, TESTS):
        a, b = pool(es, method=method, test=test), pool(other, method=method, test=test)
        assert same(a.estimate, b.estimate, 1e-7, scale=a.se)
        assert same(a.se, b.se, 1e-7)
        assert same(a.Q, b.Q, 1e-7, scale=1.0)
        assert same(a.tau2, b.tau2, 1e-7, scale=float(np.nanmedian(es.vi)) if es.k else 0.0)


MIRRORED = ("RR", "OR", "RD", "PETO", "MD", "SMD", "SMDH", "ROM", "VR", "CVR", "IRR", "IRD", "IRSD")


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("measure", MIRRORED)
@given(data=st.data())
@settings(few, max_examples=10)
def test_swapping_the_groups_mirrors_the_result(measure: str, preset: str, data: st.DataObject) -> None:
    raw = data.draw(columns(MEASURES[measure].kind))
    one, two = effects(measure, raw, preset=preset), effects(measure, _swapped(raw), preset=preset)
    assert one.reasons == two.reasons or [r is None for r in one.reasons] == [r is None for r in two.reasons]
    for y, z, v, w in zip(one.yi, two.yi, one.vi, two.vi, strict=True):
        assert same(float(y), -float(z), 1e-9, scale=math.sqrt(v) if v > 0 else 0.0)
        assert same(float(v), float(w), 1e-9)
    a, b = pool(one, method="DL"), pool(two, method="DL")
    assert same(a.estimate, -b.estimate, 1e-6, scale=a.se)
    assert same(a.ci_lb, -b.ci_ub, 1e-6, scale=a.se)


def _swapped(raw: Columns) -> Columns:
    other = {"ai": "ci", "ci": "ai", "n1i": "n2i", "n2i": "n1i", "x1i": "x2i", "x2i": "x1i", "t1i": "t2i", "t2i": "t1i"}
    other |= {"m1i": "m2i", "m2i": "m1i", "sd1i": "sd2i", "sd2i": "sd1i"}
    return {name: raw[other[name]] for name in raw}


@given(es=generic(least=2, decades=3), shift=st.integers(-8, 8), factor=st.sampled_from([0.25, 2.0, 1024.0]))
@settings(few, max_examples=30)
def test_shifting_and_scaling_the_effects_shifts_and_scales_the_result(es: Effects, shift: int, factor: float) -> None:
    moved = effects("GEN", yi=(es.yi + shift) * factor, vi=es.vi * factor**2)
    rounding = float(np.max(np.abs(es.yi)) + abs(shift)) * 1e-5
    for method in ESTIMATORS:
        a, b = pool(es, method=method), pool(moved, method=method)
        if any("maxima" in note for note in a.notes):
            continue
        assert same((a.estimate + shift) * factor, b.estimate, 1e-6, scale=(a.se + rounding) * factor)
        assert same(a.se * factor, b.se, 1e-5)


@given(raw=columns("cont2", least=2), shift=st.integers(-64, 64), factor=st.sampled_from([0.25, 2.0, 1024.0]))
@settings(few, max_examples=30)
def test_mean_differences_follow_the_units_of_the_outcome(raw: Columns, shift: int, factor: float) -> None:
    moved = dict(raw)
    for group in ("1", "2"):
        moved[f"m{group}i"] = [None if m is None else (m + shift) * factor for m in raw[f"m{group}i"]]
        moved[f"sd{group}i"] = [None if s is None else s * factor for s in raw[f"sd{group}i"]]
    a, b = effects("MD", raw), effects("MD", moved)
    largest = max((abs(m) for g in "12" for m in raw[f"m{g}i"] if m is not None), default=0.0) + abs(shift)
    for y, z, v, w in zip(a.yi, b.yi, a.vi, b.vi, strict=True):
        assert same(float(y) * factor, float(z), 1e-9, scale=largest * factor)
        assert same(float(v) * factor**2, float(w), 1e-12)
    for x, z in zip(effects("SMD", raw).vi, effects("SMD", moved).vi, strict=True):
        assert math.isnan(x) == math.isnan(z)


@pytest.mark.parametrize("measure", MEASURES)
@given(data=st.data(), copies=st.sampled_from([2, 5]))
@settings(few, max_examples=6)
def test_copies_of_one_study_do_not_differ(measure: str, copies: int, data: st.DataObject) -> None:
    raw = data.draw(columns(MEASURES[measure].kind, most=1))
    es = effects(measure, {name: values * copies for name, values in raw.items()})
    for method, test in itertools.product(ESTIMATORS, TESTS):
        fit = pool(es, method=method, test=test)
        assert_sound(fit)
        if fit.k:
            assert fit.k == copies
            assert fit.tau2 == 0
            assert fit.Q == 0
            assert same(fit.estimate, float(es.yi[0]), 1e-12)


@pytest.mark.parametrize("measure", MEASURES)
def test_one_study_is_its_own_result(measure: str) -> None:
    es = effects(measure, ORDINARY[MEASURES[measure].kind])
    for method, test in itertools.product(ESTIMATORS, TESTS):
        fit = pool(es, method=method, test=test)
        assert (fit.k, fit.tau2, fit.Q, fit.Q_df, fit.I2) == (1, 0.0, 0.0, 0, 0.0)
        assert fit.estimate == es.yi[0]
        assert fit.se == pytest.approx(math.sqrt(es.vi[0]), rel=1e-15)
        assert (fit.ci_lb, fit.ci_ub) == pytest.approx((es.ci_lb[0], es.ci_ub[0]), rel=1e-14)
        assert math.isnan(fit.pi_lb)
        assert fit.notes


ORDINARY: dict[str, Columns] = {
    "bin2": {"ai": [10], "n1i": [50], "ci": [15], "n2i": [52]},
    "cont2": {"n1i": [20], "m1i": [5.0], "sd1i": [1.5], "n2i": [22], "m2i": [4.0], "sd2i": [1.25]},
    "prop": {"xi": [10], "ni": [50]},
    "cor": {"ri": [0.4], "ni": [30]},
    "rate1": {"xi": [10], "ti": [50.5]},
    "rate2": {"x1i": [10], "t1i": [50.5], "x2i": [8], "t2i": [70.0]},
    "gen": {"yi": [0.5], "vi": [0.04]},
}
