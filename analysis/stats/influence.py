"""Which studies pull the result their way?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .arrays import Column, FloatArray, IntArray, log_det
from .distributions import chi2_p
from .errors import StatsError
from .inverse_variance import tau2_or_note
from .linear import Model, Moments
from .options import Options
from .regression import Coefficients, Prepared, coefficients, independent_columns, prepare
from .results import Effects, Result, versions
from .summary import influence_summary

UNDEFINED = (
    "some diagnostics are not defined: without the study its columns cannot be told apart, or all estimates agree "
    "exactly and a Hartung-Knapp standard error is zero"
)


@dataclass(frozen=True, eq=False)
class Influence(Result):
    """Diagnostics of k studies in a model of p coefficients (p = 1: the pooled effect).

    All (k), NaN for studies that are left out: `resid`, residuals; `rstandard`, over their standard error;
    `rstudent`, residuals from the fit without the study, over theirs; `dffits`, how far the study's fitted value
    moves when it is left out, in standard errors; `cook_d`, how far the coefficients move, in their covariance;
    `cov_r`, ratio of the determinants of that covariance, without to with the study; `tau2_del`, `QE_del`, tau2
    and Q without it; `hat`, leverage; `weight`, percent. `dfbetas` (k, p): how far each coefficient moves, in
    standard errors. `is_influential`: by the rules of thumb in `influence`. Viechtbauer and Cheung 2010.
    """

    study: tuple[str, ...]
    names: tuple[str, ...]
    resid: FloatArray
    rstandard: FloatArray
    rstudent: FloatArray
    dffits: FloatArray
    cook_d: FloatArray
    cov_r: FloatArray
    tau2_del: FloatArray
    QE_del: FloatArray
    hat: FloatArray
    weight: FloatArray
    dfbetas: FloatArray
    is_influential: tuple[bool, ...]
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    effects: Effects
    options: Options
    versions: Mapping[str, str] = field(default_factory=versions)

    def __str__(self) -> str:
        return influence_summary(self)


def influence(
    es: Effects, formula: str = "~ 1", moderators: Mapping[str, Column] | None = None, **options: Any
) -> Influence:
    """Influence diagnostics of the pooled effect, or with a `formula` of the meta-regression.

    A study is flagged when |dffits| > 3 sqrt(p/(k - p)), or the chi-square probability (p degrees of freedom)
    of its Cook's distance is above one half, or its leverage above 3p/k, or a |dfbetas| above 1. Raises
    StatsError with fewer than p + 1 studies.

    >>> from analysis.stats import effects, influence
    >>> es = effects("GEN", yi=[0.1, 0.2, 0.15, 2.8], vi=[0.02, 0.03, 0.04, 0.05])
    >>> influence(es, method="DL").is_influential
    (False, False, False, True)
    """
    o = es.options.but(**options)
    with np.errstate(all="ignore"):  # what comes out undefined is NaN and noted
        return _influence(es, o, prepare(es, formula, moderators or {}))


def _influence(es: Effects, o: Options, data: Prepared) -> Influence:
    u, x = data.u, data.x
    k, p = x.shape
    if k < p + 1:
        raise StatsError(f"{k} studies are too few to leave one out of a model with {p} coefficients.")
    full, notes = _refit(u.y, u.v, x, o)
    hat, rest = full.moments.leverages
    rows = [_without(i, full, u.y, u.v, x, o) for i in range(k)]
    deleted: dict[str, Any] = {name: np.array([row[name] for row in rows]) for name in rows[0] if name != "dfbetas"}
    resid = full.moments.all_residuals
    weights = full.moments.weights
    columns = deleted | {
        "resid": resid, "rstandard": resid / np.sqrt((u.v + full.tau2) * rest), "hat": hat,
        "weight": 100 * weights / weights.sum(),
    }  # fmt: skip
    if full.scale == 0 or np.isnan(columns["dffits"]).any():
        notes = [*notes, UNDEFINED]
    dfbetas = np.array([row["dfbetas"] for row in rows])
    spread: dict[str, Any] = {name: _spread(es, u.places, values) for name, values in columns.items()}
    return Influence(
        study=es.study, names=data.names, dfbetas=_spread(es, u.places, dfbetas),
        is_influential=_flags(es, u.places, columns, dfbetas), left_out=u.left_out, notes=tuple(notes), effects=es,
        options=o, **spread,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Refit:
    """One fit: its tau2, coefficients with plain and scaled covariance, and the regression at that tau2."""

    model: Model
    moments: Moments
    tau2: float
    scaled: Coefficients

    @property
    def scale(self) -> float:
        """The factor by which the test widens or narrows the covariance."""
        return float(self.scaled.vcov[0, 0] / self.moments.covariance[0, 0])

    @property
    def log_information(self) -> float:
        """Logarithm of the determinant of the information, X' W X."""
        return log_det(self.moments.information)


def _refit(y: FloatArray, v: FloatArray, x: FloatArray, o: Options) -> tuple[_Refit, list[str]]:
    model = Model.of(y, v, x)
    tau2, notes = tau2_or_note(model, o.method)
    test = o.advised(model.k, tau2.value).test
    return _Refit(model, model.at(tau2.value), tau2.value, coefficients(model, tau2.value, test)), notes


def _without(i: int, full: _Refit, y: FloatArray, v: FloatArray, x: FloatArray, o: Options) -> dict[str, Any]:
    """The diagnostics of study `i` that need the fit without it.

    NaN if its absence leaves columns dependent, or estimates that agree exactly under a Hartung-Knapp test.
    """
    nothing: dict[str, Any] = dict.fromkeys(("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "QE_del"), math.nan)
    nothing["dfbetas"] = np.full(x.shape[1], math.nan)
    rest = np.delete(np.arange(len(y)), i)
    if len(independent_columns(x[rest])) < x.shape[1]:
        return nothing
    fit, _ = _refit(y[rest], v[rest], x[rest], o)
    if full.scale == 0 or fit.scale == 0:
        return nothing | {"tau2_del": fit.tau2, "QE_del": float(fit.model.at_zero.q[0])}
    shift = full.scaled.estimate - fit.scaled.estimate
    error = v[i] + fit.tau2
    hat = float(full.moments.leverages[0][i])
    beyond = float(x[i] @ fit.moments.covariance @ x[i])
    shrinking = full.log_information - fit.log_information
    # The coefficients' variances in the full data at the tau2 and the scale found without the study.
    variances = fit.scale * np.diag(full.model.at(fit.tau2).covariance)
    return {
        "rstudent": float(y[i] - x[i] @ fit.scaled.estimate) / math.sqrt(fit.scale * (error + beyond)),
        "dffits": float(x[i] @ shift) / math.sqrt(fit.scale * hat * error),
        "cook_d": float(shift @ full.moments.information @ shift) / full.scale,
        "cov_r": float(np.exp(x.shape[1] * math.log(fit.scale / full.scale) + shrinking)),
        "tau2_del": fit.tau2,
        "QE_del": float(fit.model.at_zero.q[0]),
        "dfbetas": shift / np.sqrt(variances),
    }


def _flags(es: Effects, places: IntArray, c: Mapping[str, FloatArray], dfbetas: FloatArray) -> tuple[bool, ...]:
    k, p = dfbetas.shape
    far = np.abs(c["dffits"]) > 3 * math.sqrt(p / (k - p))
    far |= np.array([chi2_p(d, p) < 0.5 for d in c["cook_d"]])
    far |= c["hat"] > 3 * p / k
    far |= np.any(np.abs(dfbetas) > 1, axis=1)
    flagged = set(places[far].tolist())
    return tuple(i in flagged for i in range(len(es.study)))


def _spread(es: Effects, places: IntArray, values: FloatArray) -> FloatArray:
    """`values` of the studies in `places`, with NaN for all others."""
    out = np.full((len(es.study), *values.shape[1:]), math.nan)
    out[places] = values
    return out
