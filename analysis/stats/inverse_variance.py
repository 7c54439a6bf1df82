"""What is the inverse-variance pooled effect, and what is reported beside it?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .arrays import FloatArray, IntArray
from .distributions import critical, normal_p, t_p
from .heterogeneity import NOT_COMPUTED, Heterogeneity, Interval, heterogeneity, q_profile
from .likelihood import log_likelihood
from .linear import Model, Moments
from .options import Options
from .prediction import prediction_interval
from .results import Effects, Pooled
from .roots import NoConvergence
from .tau2 import Tau2, estimate_tau2

ZERO_VARIANCE = "its sampling variance is zero"
# Third powers of weights must not overflow; nothing that anybody measures comes near.
LARGEST = 1e60
OUT_OF_RANGE = f"its estimate or variance is too large or too small to compute with (beyond {LARGEST:g})"
NO_Q = "a sampling variance is zero, so Q, I2 and H2 are not defined"
NOTHING = "there is no study to pool, so nothing is estimated"
ONE_STUDY = "there is one study: the result is that study's, tau2 is taken as 0, and nothing is predicted"
DEGENERATE = "the standard error is zero, so there is no test: all estimates agree exactly"
NARROWER = (
    "the Hartung-Knapp interval is narrower than Wald's, because the estimates lie closer together than their variances "
    "let expect; test='adhoc' never lets it be"
)
# Estimators that need no weights 1/v at tau2 = 0, so that a variance of zero need not stop them.
WITHOUT_WEIGHTS = ("HE", "SJ", "PM", "REML", "ML", "EB")
BEYOND = "the effects or their variances are beyond the range in which double precision can compute"
LeftOut = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Usable:
    """The studies that can be pooled: where they are, their `y` and `v`, and who is left out and why."""

    places: IntArray
    y: FloatArray
    v: FloatArray
    left_out: LeftOut


def usable(es: Effects, zero_variances: bool = False) -> Usable:
    """The studies of `es` with an estimate and a variance above zero, or of zero too if `zero_variances`."""
    within = (np.abs(es.yi) <= LARGEST) & (es.vi <= LARGEST) & (es.vi >= 1 / LARGEST)
    good = within | ((es.vi == 0) & zero_variances)
    out = tuple(
        (es.study[i], es.reasons[i] or (ZERO_VARIANCE if es.vi[i] == 0 else OUT_OF_RANGE))
        for i in np.flatnonzero(~good)
    )  # fmt: skip
    return Usable(np.flatnonzero(good), es.yi[good], es.vi[good], out)


@dataclass(frozen=True)
class Mean:
    """A pooled mean with its Wald and Hartung-Knapp standard errors, and the one that `test` reports."""

    estimate: float
    se: float
    se_wald: float
    se_knha: float
    df: float


def random_effects_mean(m: Moments, test: str) -> Mean:
    """The weighted mean at the tau2 of `m`; Hartung and Knapp 2001, Sidik and Jonkman 2002 for the refined error.

    "adhoc" never lets the refined error fall below Wald's (Knapp and Hartung 2003, equation 10).
    """
    model = m.model
    estimate, wald = float(m.coefficients[0]), math.sqrt(float(m.covariance[0, 0]))
    if model.df == 0:
        return Mean(estimate, wald, wald, math.nan, math.inf)
    spread = float(m.q[0]) / model.df
    knha = wald * math.sqrt(spread)
    if test == "z":
        return Mean(estimate, wald, wald, knha, math.inf)
    return Mean(estimate, max(knha, wald) if test == "adhoc" else knha, wald, knha, float(model.df))


def wald_test(estimate: float, se: float, df: float, level: float) -> tuple[float, float, float, float]:
    """Statistic, two-sided p, and the bounds of the interval."""
    stat = estimate / se if se > 0 else math.nan
    half = critical(level, df) * se
    return stat, (t_p(stat, df) if math.isfinite(df) else normal_p(stat)), estimate - half, estimate + half


def tau2_or_note(model: Model, method: str) -> tuple[Tau2, list[str]]:
    """The estimate of tau2; NaN with a note where the iteration does not converge."""
    try:
        tau2 = estimate_tau2(model, method)
    except NoConvergence as e:
        return Tau2(math.nan, math.nan), [f"{method} did not converge ({e}): no estimate is given"]
    return tau2, [tau2.note] if tau2.note else []


def pool_inverse_variance(es: Effects, o: Options, known: Tau2 | None = None) -> Pooled:
    """Inverse-variance pooling, common effect or random effects; with `known`, at that tau2."""
    if o.zero_variance == "keep" and o.method in WITHOUT_WEIGHTS and np.any(es.vi == 0):
        u = usable(es, zero_variances=True)
        model = Model.of(u.y, u.v)
        tau2, notes = tau2_or_note(model, o.method) if model.differences > 0 else (Tau2(0.0, 0.0), [])
        if tau2.value != 0:
            return assemble(es, o, u, model.at(tau2.value), tau2, math.nan, [*notes, NO_Q])
    u = usable(es)
    if len(u.y) == 0:
        return empty(es, o, u.left_out)
    model = Model.of(u.y, u.v)
    tau2, notes = (known, []) if known else tau2_or_note(model, o.method)
    return assemble(es, o, u, model.at(tau2.value), tau2, float(model.at_zero.q[0]), notes)


def assemble(es: Effects, o: Options, u: Usable, m: Moments, tau2: Tau2, q: float, notes: list[str]) -> Pooled:
    """The inverse-variance mean at the tau2 of `m`, and all that is reported beside it; `q` is Cochran's Q."""
    model = m.model
    o = o.advised(model.k, tau2.value)
    random = o.method != "EE"
    tau2_ci: Interval = NOT_COMPUTED
    if model.k == 1:
        notes = [*notes, ONE_STUDY]
    elif random and not model.zero_variances and o.tau2_interval != "none":
        tau2_ci, note = q_profile(model, o.level)
        notes = [*notes, note] if note else notes
    het = heterogeneity(model, q, tau2.value, tau2_ci, use_tau2=random and o.i2 == "tau2")
    weights = np.zeros(len(es.study))
    weights[u.places] = 100 * m.weights / m.total_weight[0]
    mean = random_effects_mean(m, o.test)
    return report(es, o, u.left_out, model.k, mean, tau2, tau2_ci, het, weights, notes, _fit(m, o.method))


def report(
    es: Effects, o: Options, left_out: LeftOut, k: int, mean: Mean, tau2: Tau2, tau2_ci: Interval,
    het: Heterogeneity, weights: FloatArray, notes: list[str], fit: Mapping[str, float] | None = None,
) -> Pooled:  # fmt: skip
    """The finished result: test, intervals and back references added to what was estimated."""
    stat, p, ci_lb, ci_ub = wald_test(mean.estimate, mean.se, mean.df, o.level)
    if mean.se == 0:
        notes = [*notes, DEGENERATE]
    elif ci_ub - ci_lb < 2 * critical(o.level) * mean.se_wald * (1 - 1e-9):
        notes = [*notes, NARROWER]
    if set(notes) <= {NARROWER} and not all(
        map(math.isfinite, (mean.estimate, mean.se, stat, tau2.value, het.Q, het.I2, het.H2))
    ):
        notes = [*notes, BEYOND]
    kind = o.prediction if o.method != "EE" else "none"
    pi_lb, pi_ub, pi_df = prediction_interval(
        kind, mean.estimate, tau2.value, k, mean.se, mean.se_wald, mean.se_knha, mean.df, o.level
    )
    return Pooled(
        measure=es.measure, scale=es.scale, weighting=o.weighting, method=o.method, test=o.test, level=o.level,
        k=k, estimate=mean.estimate, se=mean.se, stat=stat, df=mean.df, p=p, ci_lb=ci_lb, ci_ub=ci_ub,
        tau2=tau2.value, se_tau2=tau2.se, tau2_ci=tau2_ci, I2=het.I2, I2_ci=het.I2_ci, H2=het.H2, H2_ci=het.H2_ci,
        Q=het.Q, Q_df=het.Q_df, Q_p=het.Q_p, pi_lb=pi_lb, pi_ub=pi_ub, pi_df=pi_df, weights=weights,
        left_out=left_out, notes=tuple(notes), effects=es, options=o, fit=fit or {},
    )  # fmt: skip


def _fit(m: Moments, method: str) -> dict[str, float]:
    """Log-likelihood, AIC and BIC for the likelihood estimators; the parameters are the p + 1 estimated."""
    model = m.model
    if method not in ("ML", "REML") or model.df == 0 or math.isnan(m.w_ref[0, 0]):
        return {}
    ll = log_likelihood(m, restricted=method == "REML")
    parameters = model.p + 1
    observations = model.k if method == "ML" else model.df
    return {"loglik": ll, "AIC": 2 * parameters - 2 * ll, "BIC": parameters * math.log(observations) - 2 * ll}


def empty(es: Effects, o: Options, left_out: LeftOut) -> Pooled:
    """The result when nothing can be pooled: NaN throughout, and a note."""
    nan = math.nan
    o = o.advised(0, nan)
    return Pooled(
        measure=es.measure, scale=es.scale, weighting=o.weighting, method=o.method, test=o.test, level=o.level,
        k=0, estimate=nan, se=nan, stat=nan, df=math.inf, p=nan, ci_lb=nan, ci_ub=nan, tau2=nan, se_tau2=nan,
        tau2_ci=NOT_COMPUTED, I2=nan, I2_ci=NOT_COMPUTED, H2=nan, H2_ci=NOT_COMPUTED, Q=nan, Q_df=0, Q_p=nan,
        pi_lb=nan, pi_ub=nan, pi_df=nan, weights=np.full(len(es.study), nan), left_out=left_out,
        notes=(NOTHING,), effects=es, options=o,
    )  # fmt: skip
