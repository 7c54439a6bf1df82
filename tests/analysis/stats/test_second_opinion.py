"""Every estimator agrees with itself in 50 digits, on 200 random sets of studies each."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest

from analysis.stats import effects, pool
from analysis.stats.distributions import (
    chi2_p,
    chi2_quantile,
    f_p,
    normal_p,
    normal_quantile,
    small_sample_factor,
    t_p,
    t_quantile,
)
from tests.analysis.stats import second_opinion as opinion

pytestmark = pytest.mark.pure

SETS = 200


def studies(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """2 to 9 studies on a scale from 1e-6 to 1e6 whose variances span up to five powers of ten."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 10))
    scale = 10 ** rng.uniform(-6, 6)
    v = 10 ** rng.uniform(-rng.uniform(0, 5), 0, k)
    tau = rng.choice([0.0, 0.3, 1.0, 5.0])
    return rng.normal(rng.normal(), np.sqrt(v + tau**2)) * scale, v * scale**2


@pytest.mark.parametrize("method", opinion.ESTIMATORS)
def test_an_estimator_agrees_with_its_definition_in_50_digits(method: str) -> None:
    worst = dict.fromkeys(("tau2", "se_tau2", "estimate", "se", "knha", "Q"), 0.0)
    with mp.workdps(50):
        for seed in range(SETS):
            y, v = studies(seed)
            es = effects("GEN", yi=y, vi=v)
            fit = pool(es, method=method, prediction="none", tau2_interval="none")
            refined = pool(es, method=method, test="knha", prediction="none", tau2_interval="none")
            exact_y, exact_v = opinion.exactly(y), opinion.exactly(v)
            tau2, se_tau2 = opinion.ESTIMATORS[method](exact_y, exact_v)
            mean, se, weighted = opinion.mean_at(exact_y, exact_v, tau2)
            floor = 0.01 * float(np.median(v))
            found = {
                "tau2": opinion.relative(fit.tau2, tau2, floor),
                "se_tau2": opinion.relative(fit.se_tau2, se_tau2),
                "estimate": opinion.relative(fit.estimate, mean, fit.se),
                "se": opinion.relative(fit.se, se),
                "knha": opinion.relative(refined.se, se * mp.sqrt(weighted / (len(y) - 1))),
                "Q": opinion.relative(fit.Q, opinion.mean_at(exact_y, exact_v, mp.mpf(0))[2]),
            }
            worst = {name: max(worst[name], found[name]) for name in worst}
    assert max(worst.values()) < 1e-9, worst


def test_the_q_profile_interval_agrees_with_its_definition_in_50_digits() -> None:
    worst = 0.0
    with mp.workdps(50):
        for seed in range(SETS):
            y, v = studies(seed)
            interval = pool(effects("GEN", yi=y, vi=v)).tau2_ci
            df = len(y) - 1
            for bound, p in zip(interval, (0.975, 0.025), strict=True):
                exact = opinion.q_root(opinion.exactly(y), opinion.exactly(v), mp.mpf(chi2_quantile(p, df)))
                worst = max(worst, opinion.relative(bound, exact, 0.01 * float(np.median(v))))
    assert worst < 1e-9


def test_the_likelihood_agrees_with_its_definition_in_50_digits() -> None:
    with mp.workdps(50):
        for seed in range(50):
            y, v = studies(seed)
            for method in ("ML", "REML"):
                fit = pool(effects("GEN", yi=y, vi=v), method=method, prediction="none")
                exact = opinion.likelihood(
                    opinion.exactly(y), opinion.exactly(v), mp.mpf(fit.tau2), restricted=method == "REML"
                )
                assert opinion.relative(fit.fit["loglik"], exact, 1.0) < 1e-12


@pytest.mark.parametrize("df", [1, 2, 3, 7, 29, 150, 5000])
def test_quantiles_and_tails_agree_with_50_digits(df: int) -> None:
    with mp.workdps(50):
        for stat in (1e-3, 0.5, 1.96, 4.0, 30.0):
            x = mp.mpf(df) / (df + mp.mpf(stat) ** 2)
            exact = mp.betainc(mp.mpf(df) / 2, mp.mpf("0.5"), 0, x, regularized=True)
            assert opinion.relative(t_p(stat, df), exact) < 1e-11
            assert opinion.relative(normal_p(stat), mp.erfc(mp.mpf(stat) / mp.sqrt(2))) < 1e-12
            exact = mp.gammainc(mp.mpf(df) / 2, mp.mpf(stat) / 2, regularized=True)
            assert opinion.relative(chi2_p(stat, df), exact) < 1e-11
            x = mp.mpf(df) / (df + 3 * mp.mpf(stat))
            exact = mp.betainc(mp.mpf(df) / 2, mp.mpf("1.5"), 0, x, regularized=True)
            assert opinion.relative(f_p(stat, 3, df), exact) < 1e-11
    for p in (0.55, 0.9, 0.975, 0.9995):
        assert t_p(t_quantile(p, df), df) == pytest.approx(2 * (1 - p), rel=1e-11)
        assert t_quantile(1 - p, df) == pytest.approx(-t_quantile(p, df), rel=1e-12)
        assert chi2_p(chi2_quantile(p, df), df) == pytest.approx(1 - p, rel=1e-11)
        assert normal_p(normal_quantile(p)) == pytest.approx(2 * (1 - p), rel=1e-12)


def test_the_small_sample_factor_agrees_with_50_digits() -> None:
    with mp.workdps(50):
        for m in (2, 3, 10, 49, 50, 51, 200, 10**6, 10**12):
            half = mp.mpf(m) / 2
            exact = mp.gammaprod([half], [half - mp.mpf("0.5")]) / mp.sqrt(half)
            assert opinion.relative(float(small_sample_factor(np.array([float(m)]))[0]), exact) < 2e-14
    assert math.isnan(small_sample_factor(np.array([1.0]))[0])
