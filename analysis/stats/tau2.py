"""How much do the true effects vary between studies?

One function per estimator; each takes a `Model` and returns the variance between studies with its standard
error. Names are those of the literature; Veroniki et al. 2016 (Res Synth Methods 7:55) compares them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from .arrays import FloatArray
from .likelihood import maximum_likelihood
from .linear import Model, Moments
from .roots import solve_q


@dataclass(frozen=True)
class Tau2:
    """An estimate of the variance between studies, its standard error, and a note when something is unusual."""

    value: float
    se: float
    note: str = ""


def _quadratic_form_se(m: Moments, factor: float, variances: FloatArray) -> float:
    """Standard error of `factor` * y'Py for estimates with total `variances` (k): Var(y'Py) = 2 tr(P D P D)."""
    return factor * math.sqrt(2 * max(0.0, float(m.trace_pdpd(variances)[0])))


def dersimonian_laird(model: Model, q: float | None = None) -> Tau2:
    """Moments of Q (DerSimonian and Laird 1986; with moderators Raudenbush 2009, equation 16.41).

    RevMan's random effects with Mantel-Haenszel weights hand in `q`, taken about that estimate.
    """
    m = model.at_zero
    trace_p = float(m.trace_p[0])
    value = max(0.0, ((float(m.q[0]) if q is None else q) - model.df) / trace_p)
    return Tau2(value, _quadratic_form_se(m, 1 / trace_p, model.variances + value))


def hunter_schmidt(model: Model) -> Tau2:
    """(Q - k) over the sum of weights (Hunter and Schmidt 1990; Viechtbauer 2005, equation 8)."""
    m = model.at_zero
    total = float(m.total_weight[0])
    value = max(0.0, (float(m.q[0]) - model.k) / total)
    return Tau2(value, _quadratic_form_se(m, 1 / total, model.variances + value))


def hedges(model: Model) -> Tau2:
    """Unweighted residual variance less the mean sampling variance (Hedges 1983; Viechtbauer 2005, eq. 9)."""
    m = model.unweighted
    expected = float((m.leverages[1] * model.variances).sum())
    value = max(0.0, (float(m.q[0]) - expected) / model.df)
    return Tau2(value, _quadratic_form_se(m, 1 / model.df, model.variances + value))


def sidik_jonkman(model: Model) -> Tau2:
    """Sidik and Jonkman 2005, Appl Stat 54:367: a crude variance, improved once; never negative.

    The crude variance is that of the estimates around their mean, also when there are moderators.
    """
    crude = float((model.y - model.y[0]).var())
    if crude == 0:
        return Tau2(0.0, 0.0, "all estimates are identical: the Sidik-Jonkman estimator starts and ends at 0")
    m = model.at(crude)
    value = crude * float(m.q[0]) / model.df
    return Tau2(value, _quadratic_form_se(m, crude / model.df, model.variances + value))


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
    if value == 0 and model.zero_variances:  # no regression, hence no information, at this boundary
        return Tau2(0.0, math.nan)
    m = model.at(value)
    information = float((m.w**2).sum() + (m.w_ref**2).sum())
    return Tau2(value, math.sqrt(2 / information), _peaks(count))


def reml(model: Model) -> Tau2:
    """Restricted maximum likelihood, the global maximum; standard error from Fisher's information (Harville 1977)."""
    value, count = maximum_likelihood(model, restricted=True)
    if value == 0 and model.zero_variances:  # as for maximum likelihood
        return Tau2(0.0, math.nan)
    return Tau2(value, math.sqrt(2 / float(model.at(value).trace_pdpd()[0])), _peaks(count))


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
