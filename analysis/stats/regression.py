"""Which characteristics of the studies explain their differences? Meta-regression with mixed effects."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .arrays import Column, FloatArray, solve
from .distributions import chi2_p, critical, f_p, normal_p, t_p
from .errors import StatsError
from .formula import INTERCEPT, design
from .heterogeneity import from_q, from_tau2, typical_variance
from .inverse_variance import BEYOND, DEGENERATE, LeftOut, Usable, tau2_or_note, usable
from .linear import Model
from .options import Options
from .results import Effects, Result, versions
from .summary import regression_summary
from .tau2 import Tau2

NO_R2 = "without moderators there is no heterogeneity to account for, so R2 is not defined"
TOO_FEW = "there are not more studies than coefficients, so tau2 is taken as 0 and nothing is left to test"


@dataclass(frozen=True, eq=False)
class Regression(Result):
    """A meta-regression of k studies on p columns.

    `names`, `estimate`, `se`, `stat`, `p`, `ci_lb`, `ci_ub` (p) and `vcov` (p, p): the coefficients, on the
    analysis scale; `df`: of their tests (infinite: normal). `QM`, `QM_df`, `QM_df2`, `QM_p`: omnibus test of
    all coefficients but the intercept (chi-square; F when `QM_df2` is finite). `QE`, `QE_df`, `QE_p`: residual
    heterogeneity. `tau2`, `se_tau2`, `I2`, `H2`: what remains; `R2`: percent of heterogeneity accounted for,
    against `tau2_null`, that without moderators. `dropped`: columns that the others already determine.
    `x` (k, p): the columns; `places`: which rows of the data were used.
    """

    measure: str
    formula: str
    method: str
    test: str
    level: float
    k: int
    names: tuple[str, ...]
    estimate: FloatArray
    se: FloatArray
    stat: FloatArray
    df: float
    p: FloatArray
    ci_lb: FloatArray
    ci_ub: FloatArray
    vcov: FloatArray
    QM: float
    QM_df: int
    QM_df2: float
    QM_p: float
    QE: float
    QE_df: int
    QE_p: float
    tau2: float
    se_tau2: float
    tau2_null: float
    I2: float
    H2: float
    R2: float
    dropped: tuple[str, ...]
    x: FloatArray
    places: tuple[int, ...]
    left_out: LeftOut
    notes: tuple[str, ...]
    effects: Effects
    options: Options
    versions: Mapping[str, str] = field(default_factory=versions)

    def __str__(self) -> str:
        return regression_summary(self)


@dataclass(frozen=True, eq=False)
class Coefficients:
    """Coefficients (p) with their covariance and the degrees of freedom of their tests."""

    estimate: FloatArray
    vcov: FloatArray
    df: float


def coefficients(model: Model, tau2: float, test: str) -> Coefficients:
    """Weighted least squares at `tau2`; with Hartung-Knapp's refinement (Knapp and Hartung 2003, equation 7)."""
    m = model.at(tau2)
    if test == "z" or model.df == 0:
        return Coefficients(m.coefficients, m.covariance, math.inf)
    spread = 0.0 if m.fits_exactly else float(m.q[0]) / model.df
    if test == "adhoc":
        spread = max(1.0, spread)
    return Coefficients(m.coefficients, m.covariance * spread, float(model.df))


@dataclass(frozen=True)
class Omnibus:
    """A test that several linear combinations of coefficients are zero: chi-square, or F if `df2` is finite."""

    stat: float
    df: int
    df2: float
    p: float


def omnibus(c: Coefficients, combinations: FloatArray) -> Omnibus:
    """The Wald test that `combinations` (m, p) of the coefficients are all zero."""
    m = len(combinations)
    if m == 0 or not np.any(c.vcov):
        return Omnibus(math.nan, m, c.df, math.nan)
    values, vcov = combinations @ c.estimate, combinations @ c.vcov @ combinations.T
    scale = np.sqrt(np.diag(vcov))
    stat = float((values / scale) @ solve(vcov / np.outer(scale, scale), values / scale))
    if math.isinf(c.df):
        return Omnibus(stat, m, math.inf, chi2_p(stat, m))
    return Omnibus(stat / m, m, c.df, f_p(stat / m, m, c.df))


def independent_columns(x: FloatArray) -> list[int]:
    """The columns of `x` (k, p) that those before them do not determine, to a relative 1e-7."""
    kept: list[int] = []
    basis: list[FloatArray] = []
    for j in range(x.shape[1]):
        rest = x[:, j].copy()
        for _ in range(2):  # the second pass removes what rounding left in
            for b in basis:
                rest -= (b @ rest) * b
        length = float(np.linalg.norm(rest))
        if length > 1e-7 * float(np.linalg.norm(x[:, j])):
            kept.append(j)
            basis.append(rest / length)
    return kept


def regress(es: Effects, formula: str, moderators: Mapping[str, Column], **options: Any) -> Regression:
    """Regress the effects in `es` on `formula`, whose columns are in `moderators` (one value per study).

    The formula is written as in R: "~ year", "~ year + factor(setting)", "~ dose * year"; see `formula`.
    `options` as in `pool`: `method`, `test`, `level`. Studies that lack an effect or a
    moderator are left out with a reason; columns that others determine are dropped and named in `dropped`.
    Raises StatsError if the formula cannot be read or fewer studies remain than coefficients.

    >>> from analysis.stats import effects, regress
    >>> es = effects("GEN", yi=[-0.9, -1.6, -0.2, -0.8], vi=[0.3, 0.2, 0.05, 0.01])
    >>> regress(es, "~ latitude", {"latitude": [44, 55, 13, 27]}, method="DL").names
    ('intrcpt', 'latitude')
    """
    o = es.options.but(**options)
    with np.errstate(all="ignore"):  # what comes out undefined is NaN and noted
        return _fit(es, o, formula, prepare(es, formula, moderators))


@dataclass(frozen=True, eq=False)
class Prepared:
    """The studies that can be regressed: `u`, their columns `x` (k, p) by `names`, and the columns `dropped`."""

    u: Usable
    x: FloatArray
    names: tuple[str, ...]
    dropped: tuple[str, ...]


def prepare(es: Effects, formula: str, moderators: Mapping[str, Column]) -> Prepared:
    """The usable studies of `es` with the independent columns of `formula`; StatsError if too few remain."""
    d = design(formula, moderators, es.study)
    u = _with_moderators(es, usable(es), d.missing)
    kept = independent_columns(d.x[u.places]) if len(u.places) else []
    if len(u.y) < max(len(kept), 1):
        raise StatsError(f"{len(u.y)} studies are too few for the {len(d.names)} coefficients of {formula!r}.")
    names = tuple(d.names[j] for j in kept)
    dropped = tuple(name for j, name in enumerate(d.names) if j not in kept)
    return Prepared(u, d.x[u.places][:, kept], names, dropped)


def _with_moderators(es: Effects, u: Usable, missing: tuple[str | None, ...]) -> Usable:
    keep = np.array([missing[i] is None for i in u.places], dtype=bool)
    out = u.left_out + tuple((es.study[i], f"{missing[i]} is missing") for i in u.places[~keep])
    return Usable(u.places[keep], u.y[keep], u.v[keep], out)


def _fit(es: Effects, o: Options, formula: str, data: Prepared) -> Regression:
    u, names = data.u, data.names
    model = Model.of(u.y, u.v, data.x)
    tau2, notes = tau2_or_note(model, o.method)
    o = o.advised(model.k, tau2.value)
    c = coefficients(model, tau2.value, o.test)
    tested = np.eye(len(names))[[name != INTERCEPT for name in names]]
    test = omnibus(c, tested)
    se = np.sqrt(np.diag(c.vcov))
    stat = np.divide(c.estimate, se, out=np.full(len(se), math.nan), where=se > 0)
    half = critical(o.level, c.df) * se
    qe = float(model.at_zero.q[0])
    null = Model.of(u.y, u.v)
    tau2_null, more = tau2_or_note(null, o.method)
    i2, h2 = residual_heterogeneity(model, tau2, qe, o.method)
    r2 = _accounted_for(null, tau2_null, tau2, h2, o.method)
    notes = (notes if model.df else [TOO_FEW]) + more + _unusual(c, test, r2, data.dropped)
    return Regression(
        measure=es.measure, formula=formula, method=o.method, test=o.test, level=o.level, k=model.k, names=names,
        estimate=c.estimate, se=se, stat=stat, df=c.df,
        p=np.array([t_p(s, c.df) if math.isfinite(c.df) else normal_p(s) for s in stat]),
        ci_lb=c.estimate - half, ci_ub=c.estimate + half, vcov=c.vcov, QM=test.stat, QM_df=test.df,
        QM_df2=test.df2, QM_p=test.p, QE=qe, QE_df=model.df, QE_p=chi2_p(qe, model.df), tau2=tau2.value,
        se_tau2=tau2.se, tau2_null=tau2_null.value, I2=i2, H2=h2, R2=r2,
        dropped=data.dropped, x=data.x, places=tuple(u.places.tolist()), left_out=u.left_out, notes=tuple(notes),
        effects=es, options=o,
    )  # fmt: skip


def _unusual(c: Coefficients, test: Omnibus, r2: float, dropped: tuple[str, ...]) -> list[str]:
    """Sentences on what is missing from the result, and why."""
    notes = [NO_R2] if math.isnan(r2) else []
    if not np.any(c.vcov):
        notes.append(DEGENERATE)
    elif test.df and math.isnan(test.stat):
        notes.append(BEYOND)
    if dropped:
        notes.append(f"columns that others already determine were dropped: {', '.join(dropped)}")
    return notes


def residual_heterogeneity(model: Model, tau2: Tau2, qe: float, method: str) -> tuple[float, float]:
    """I2 (percent) and H2 of what the moderators leave."""
    if model.df == 0:
        return 0.0, 1.0
    return from_q(qe, model.df) if method == "EE" else from_tau2(tau2.value, typical_variance(model))


def _accounted_for(null: Model, tau2_null: Tau2, tau2: Tau2, h2: float, method: str) -> float:
    """Percent of tau2 that the moderators account for (Raudenbush 1994); under EE of the excess of Q per df."""
    before, after = (tau2_null.value, tau2.value)
    if method == "EE":
        before, after = from_q(float(null.at_zero.q[0]), null.df)[1], h2
    if before == 0:
        return math.nan if after == 0 else 0.0
    return 100 * max(0.0, (before - after) / before)
