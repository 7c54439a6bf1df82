"""The sums over contrasts are the matrices of the textbook, and keep their digits where those lose them."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from analysis.stats.linear import Model
from tests.analysis.stats import second_opinion as opinion

pytestmark = pytest.mark.pure


def dense(v: np.ndarray, x: np.ndarray, tau2: float) -> np.ndarray:
    w = np.diag(1 / (v + tau2))
    return w - w @ x @ np.linalg.inv(x.T @ w @ x) @ x.T @ w


@pytest.mark.parametrize("p", [1, 2, 4])
@pytest.mark.parametrize("tau2", [0.0, 0.3])
def test_all_moments_are_those_of_the_projection(p: int, tau2: float) -> None:
    rng = np.random.default_rng(p)
    k = 9
    y, v = rng.normal(size=k), rng.uniform(0.1, 2, k)
    x = np.column_stack([np.ones(k), rng.normal(size=(k, p - 1))])
    m = Model.of(y, v, x if p > 1 else None).at(tau2)
    big_p, d = dense(v, x, tau2), rng.uniform(0.5, 2, k)
    assert m.q[0] == pytest.approx(y @ big_p @ y)
    assert m.ypp[0] == pytest.approx(y @ big_p @ big_p @ y)
    assert m.trace_p[0] == pytest.approx(np.trace(big_p))
    assert m.trace_pdpd()[0] == pytest.approx(np.trace(big_p @ big_p))
    spread = m.trace_pdpd(d)[0]
    assert spread == pytest.approx(np.trace(big_p @ np.diag(d) @ big_p @ np.diag(d)))
    w = np.diag(1 / (v + tau2))
    covariance = np.linalg.inv(x.T @ w @ x)
    assert m.covariance == pytest.approx(covariance)
    assert m.coefficients == pytest.approx(covariance @ x.T @ w @ y)
    assert m.all_residuals == pytest.approx(y - x @ m.coefficients)
    hat, rest = m.leverages
    assert hat == pytest.approx(np.diag(x @ covariance @ x.T @ w))
    assert rest == pytest.approx(1 - hat)


def test_one_study_of_overwhelming_weight_costs_no_digits() -> None:
    y, v = np.array([0.3, -0.4, 1.1, 0.2]), np.array([1e-18, 0.5, 0.7, 1e15])
    m = Model.of(y, v).at(0.0)
    with mp.workdps(60):
        exact = opinion.projection(opinion.exactly(v), mp.mpf(0))
        assert m.trace_p[0] == pytest.approx(float(opinion.trace(exact)), rel=1e-14)
        assert m.trace_pdpd()[0] == pytest.approx(float(opinion.trace_of_square(exact, [mp.mpf(1)] * 4)), rel=1e-14)
    assert np.trace(dense(v, np.ones((4, 1)), 0.0)) != pytest.approx(m.trace_p[0], rel=0.1)


def test_an_uncentred_calendar_year_costs_no_digits_of_the_slope() -> None:
    rng = np.random.default_rng(5)
    year = 1950.0 + rng.integers(0, 40, 12)
    y, v = rng.normal(size=12), rng.uniform(0.01, 0.3, 12)
    uncentred = Model.of(y, v, np.column_stack([np.ones(12), year])).at(0.1)
    centred = Model.of(y, v, np.column_stack([np.ones(12), year - 1970])).at(0.1)
    assert uncentred.coefficients[1] == pytest.approx(centred.coefficients[1], rel=1e-12)
    assert uncentred.q[0] == pytest.approx(centred.q[0], rel=1e-13)


def test_many_values_of_tau2_at_once_are_each_as_alone() -> None:
    rng = np.random.default_rng(6)
    model = Model.of(rng.normal(size=5), rng.uniform(0.1, 1, 5))
    together = model.at(np.array([0.0, 0.1, 7.0]))
    for i, tau2 in enumerate((0.0, 0.1, 7.0)):
        alone = model.at(tau2)
        assert together.q[i] == pytest.approx(alone.q[0], rel=1e-15)
        assert together.trace_pdpd()[i] == pytest.approx(alone.trace_pdpd()[0], rel=1e-15)
