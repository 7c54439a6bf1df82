"""How much do the true effects vary between studies?

One function per estimator; each takes a `Model` and returns the variance between studies with its standard
error. Names are those of the literature; Veroniki et al. 2016 (Res Synth Methods 7:55) compares them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from .likelihood import maximum_likelihood
from .linear import Model, Moments
from .roots import solve_q


@dataclass(frozen=True)
class Tau2:
    """An estimate of the variance between studies, its standard error, and a note when something is unusual."""

    value: float
    se: float
    note: str = ""


def _quadratic_form_se(m: Moments, factor: float, tau2: float) -> float:
    """Standard error of `factor` * y'Py: Var(y'Py) = 2 tr(P D P D) with D = V + tau2 I."""
    model = m.model
    return factor * math.sqrt(2 * float(m.trace_psps(model.v + tau2, model.v_ref + tau2)[0]))


def dersimonian_laird(model: Model, q: float | None = None) -> Tau2:
    """Moments of Q (DerSimonian and Laird 1986; with moderators Raudenbush 2009, equation 16.41).

    RevMan's random effects with Mantel-Haenszel weights hand in `q`, taken about that estimate.
    """
    m = model.at_zero
    trace_p = float(m.trace_p[0])
    value = max(0.0, ((float(m.q[0]) if q is None else q) - model.df) / trace_p)
    return Tau2(value, _quadratic_form_se(m, 1 / trace_p, value))


def hunter_schmidt(model: Model) -> Tau2:
    """(Q - k) over the sum of weights (Hunter and Schmidt 1990; Viechtbauer 2005, equation 8)."""
    m = model.at_zero
    total = float(m.total_weight[0])
    value = max(0.0, (float(m.q[0]) - model.k) / total)
    return Tau2(value, _quadratic_form_se(m, 1 / total, value))


def hedges(model: Model) -> Tau2:
    """Unweighted residual variance less the mean sampling variance (Hedges 1983; Viechtbauer 2005, eq. 9)."""
    m = model.unweighted()
    hat, rest = m.leverages
    expected = float((rest * model.scatter(model.v, model.v_ref)).sum())
    value = max(0.0, (float(m.q[0]) - expected) / model.df)
    return Tau2(value, _quadratic_form_se(m, 1 / model.df, value))


def sidik_jonkman(model: Model) -> Tau2:
    """Sidik and Jonkman 2005, Appl Stat 54:367: a crude variance, improved once; never negative.

    The crude variance is that of the estimates around their mean, also when there are moderators.
    """
    crude = _crude_variance(model)
    if crude == 0:
        return Tau2(0.0, 0.0, "all estimates are identical: the Sidik-Jonkman estimator starts and ends at 0")
    m = model.at(crude)
    value = crude * float(m.q[0]) / model.df
    return Tau2(value, _quadratic_form_se(m, crude / model.df, value))


def _crude_variance(model: Model) -> float:
    """Variance of the k estimates around their mean, with k in the denominator."""
    others = model.z + model.spread(model.y_ref[None, :])[0]
    differences = model.scatter(others - model.y_ref[0], model.y_ref - model.y_ref[0])
    return float(differences.var())


def paule_mandel(model: Model) -> Tau2:
    """The tau2 at which the generalised Q equals its degrees of freedom (Paule and Mandel 1982)."""
    value = solve_q(model, model.df)
    total = float(model.at(value).total_weight[0])
    return Tau2(value, math.sqrt(2 * model.k**2 / model.df) / total)


def empirical_bayes(model: Model) -> Tau2:
    """Morris 1983, J Am Stat Assoc 78:47; its equation has the same root as Paule and Mandel's."""
    return paule_mandel(model)


def _peaks(count: int) -> str:
    return f"the likelihood has {count} maxima; tau2 is at the highest" if count > 1 else ""


def ml(model: Model) -> Tau2:
    """Maximum likelihood, the global maximum; standard error from Fisher's information (Hardy, Thompson 1996)."""
    value, count = maximum_likelihood(model, restricted=False)
    m = model.at(value)
    information = float((m.w**2).sum() + (m.w_ref**2).sum())
    return Tau2(value, math.sqrt(2 / information), _peaks(count))


def reml(model: Model) -> Tau2:
    """Restricted maximum likelihood, the global maximum; standard error from Fisher's information (Harville 1977)."""
    value, count = maximum_likelihood(model, restricted=True)
    if value == 0 and model.zero_variances:  # no regression, hence no information, at this boundary
        return Tau2(0.0, math.nan)
    return Tau2(value, math.sqrt(2 / float(model.at(value).trace_psps()[0])), _peaks(count))


def common_effect(model: Model) -> Tau2:
    """No variance between studies, by assumption."""
    return Tau2(0.0, math.nan)


ESTIMATORS: dict[str, Callable[[Model], Tau2]] = {
    "EE": common_effect, "DL": dersimonian_laird, "HE": hedges, "HS": hunter_schmidt, "SJ": sidik_jonkman,
    "PM": paule_mandel, "REML": reml, "ML": ml, "EB": empirical_bayes,
}  # fmt: skip


def estimate_tau2(model: Model, method: str) -> Tau2:
    """The estimate by `method`, a key of `ESTIMATORS`; 0 where there is nothing to estimate it from."""
    if model.df == 0:
        return Tau2(0.0, math.nan, "" if method == "EE" else "tau2 cannot be estimated and is taken as 0")
    return ESTIMATORS[method](model)
