"""Do small studies show other effects than large ones? Tests of funnel plot asymmetry.

Every test is a weighted regression of effects on a measure of precision, or a rank correlation with it. They
are named as in the literature: Sterne, Egger and Moher 2008 and Rucker, Carpenter and Schwarzer 2011 compare
them. With fewer than ten studies none of them has power to speak of.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from . import strata
from .arrays import Column, FloatArray, any_of, row_sums
from .binary import Tables, corrections, observed_minus_expected, tables
from .distributions import critical, t_p
from .errors import StatsError
from .inverse_variance import BEYOND, Usable, tau2_or_note, usable
from .linear import Model
from .measures import numbers
from .rank import Kendall, kendall
from .regression import independent_columns
from .results import Effects, Result, versions
from .summary import bias_summary

TOO_FEW = "at least three studies with different precision are needed"
ON_A_LINE = "the studies lie on one line, and nothing is left to test it by"
FEW = "with fewer than ten studies the test has hardly any power"


@dataclass(frozen=True)
class BiasTest(Result):
    """A test of funnel plot asymmetry on k studies.

    `stat` with `df` degrees of freedom (infinite: normal) and two-sided `p`. Of regression tests: `slope`,
    the change of the effect per unit of the predictor, and `intercept`, each with standard error; `limit` and
    `limit_ci`, the effect expected of an infinitely precise study, where the predictor makes it one; `tau2`,
    the variance between studies of an additive model, or the dispersion factor of a multiplicative one. Of
    rank tests: `tau`, Kendall's correlation, and `score` with `se_score`. NaN where a test has no such thing;
    where nothing could be computed `notes` says why.
    """

    test: str
    k: int
    stat: float
    df: float
    p: float
    intercept: float = math.nan
    se_intercept: float = math.nan
    slope: float = math.nan
    se_slope: float = math.nan
    limit: float = math.nan
    limit_ci: tuple[float, float] = (math.nan, math.nan)
    tau2: float = math.nan
    tau: float = math.nan
    score: float = math.nan
    se_score: float = math.nan
    exact: bool = False
    notes: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=versions)

    def __str__(self) -> str:
        return bias_summary(self)


# What precision is measured by; at 0 the first four mean an infinitely large study.
PREDICTORS: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "sei": lambda v, n: np.sqrt(v),
    "vi": lambda v, n: v,
    "ninv": lambda v, n: 1 / n,
    "sqrtninv": lambda v, n: 1 / np.sqrt(n),
    "ni": lambda v, n: n,
    "sqrtni": lambda v, n: np.sqrt(n),
}
_AT_INFINITE_SIZE = ("sei", "vi", "ninv", "sqrtninv")


_SIZES = (("n1i", "n2i"), ("ai", "bi", "ci", "di"), ("ni",), ("t1i", "t2i"), ("ti",))


def sizes_in(data: Mapping[str, Column], study: Sequence[str]) -> FloatArray | None:
    """The participants, or person-time, of each study (k) as far as the columns of `data` tell; None if not."""
    for parts in _SIZES:
        if set(parts) <= set(data):
            return row_sums(np.column_stack([numbers(name, data[name], study) for name in parts]))
    return None


def asymmetry(
    es: Effects, predictor: str = "sei", model: str = "lm", method: str = "REML", sizes: Column | None = None
) -> BiasTest:
    """Regression test for funnel plot asymmetry.

    `predictor`: "sei" (Egger), "vi", or of the sample size "ni", "ninv", "sqrtni", "sqrtninv". `model`: "lm",
    weighted regression with multiplicative dispersion and a t test (Egger et al. 1997), or "rma", mixed
    effects with tau2 by `method` and a z test (Thompson and Sharp 1999). `sizes` (k): sample sizes of effects
    whose data have none; StatsError if they are needed and missing.

    >>> from analysis.stats import asymmetry, effects
    >>> es = effects("GEN", yi=[0.1, 0.3, 0.5, 0.9], vi=[0.01, 0.04, 0.05, 0.20])
    >>> t = asymmetry(es)
    >>> round(t.stat, 3), t.df, round(t.limit, 3)
    (6.466, 2.0, -0.144)
    """
    if predictor not in PREDICTORS:
        raise StatsError(f"predictor={predictor!r} is not known; choose one of {', '.join(PREDICTORS)}.")
    if model not in ("lm", "rma"):
        raise StatsError(f"model={model!r} is not known; choose 'lm' or 'rma'.")
    u = usable(es)
    n = u.v if predictor in ("sei", "vi") else _sizes(es, sizes)[u.places]
    x = PREDICTORS[predictor](u.v, n)
    name = f"{predictor}, {model}"
    if model == "lm":
        return _with_limit(multiplicative(name, u.y, x, 1 / u.v), predictor, es)
    return _with_limit(additive(name, u.y, x, u.v, method, math.inf), predictor, es)


def _sizes(es: Effects, given: Column | None) -> FloatArray:
    found = sizes_in(es.data if given is None else {"ni": given}, es.study)
    if found is None:
        raise StatsError(
            f"{es.measure} has no sample sizes, so precision cannot be measured by them; give `sizes`, or take 'sei' or 'vi'."
        )
    return found


PERFECT = 1e-24  # of the weighted sum of squares: far above what rounding leaves, far below what data do


def _columns(x: FloatArray) -> FloatArray:
    return np.column_stack([np.ones(len(x)), x])


def _unusable(x: FloatArray) -> bool:
    """Whether a line cannot be fitted and tested: fewer than three studies, or all with the same precision."""
    return len(x) < 3 or len(independent_columns(_columns(x))) < 2


def multiplicative(name: str, y: FloatArray, x: FloatArray, w: FloatArray) -> BiasTest:
    """Weighted regression of `y` on `x` (each k) with weights `w`, dispersion from the residuals, t test."""
    if _unusable(x):
        return _none(name, len(x))
    model = Model.of(y, 1 / w, _columns(x))
    m = model.at_zero
    left = float(m.q[0])
    if left < PERFECT * float(np.sum(w * y**2)):
        left = 0.0  # all studies lie on the line; a test of what rounding leaves would be one of noise
    dispersion = left / model.df
    tested = _tested(name, model.k, m.coefficients, m.covariance * dispersion, float(model.df), dispersion)
    return tested if left else replace(tested, notes=(ON_A_LINE,))


def additive(name: str, y: FloatArray, x: FloatArray, v: FloatArray, method: str, df: float) -> BiasTest:
    """Mixed-effects regression of `y` on `x` with variances `v` and tau2 by `method`; t with `df`, or normal."""
    if _unusable(x):
        return _none(name, len(x))
    model = Model.of(y, v, _columns(x))
    tau2, unusual = tau2_or_note(model, method)
    m = model.at(tau2.value)
    tested = _tested(name, model.k, m.coefficients, m.covariance, df, tau2.value)
    return replace(tested, notes=tested.notes + tuple(unusual))


def _tested(name: str, k: int, b: FloatArray, vcov: FloatArray, df: float, tau2: float) -> BiasTest:
    with np.errstate(invalid="ignore"):
        se = np.sqrt(np.diag(vcov))
    stat = float(b[1] / se[1]) if se[1] > 0 else math.nan
    return BiasTest(
        test=name, k=k, stat=stat, df=df, p=t_p(stat, df), intercept=float(b[0]), se_intercept=float(se[0]),
        slope=float(b[1]), se_slope=float(se[1]), tau2=tau2, notes=(BEYOND,) if math.isnan(stat) else _notes(k),
    )  # fmt: skip


def _notes(k: int) -> tuple[str, ...]:
    return (FEW,) if k < 10 else ()


def _none(name: str, k: int) -> BiasTest:
    return BiasTest(test=name, k=k, stat=math.nan, df=math.nan, p=math.nan, notes=(TOO_FEW,))


def _with_limit(t: BiasTest, predictor: str, es: Effects) -> BiasTest:
    """With the effect at infinite size, which is the intercept, for predictors that make it so."""
    if predictor not in _AT_INFINITE_SIZE:
        return t
    half = critical(es.options.level, t.df) * t.se_intercept if t.se_intercept >= 0 else math.nan
    return replace(t, limit=t.intercept, limit_ci=(t.intercept - half, t.intercept + half))


def rank_test(es: Effects, exact: bool = True) -> BiasTest:
    """Begg and Mazumdar 1994: Kendall's correlation of standardised effects with their variances.

    `exact`: exact p where there are no ties (and at most 250 studies); else the normal approximation.
    """
    u = usable(es)
    if len(u.y) < 3:
        return _none("Begg", len(u.y))
    m = Model.of(u.y, u.v).at_zero
    standardised = m.all_residuals / np.sqrt(u.v * m.leverages[1])
    return _ranked("Begg", kendall(standardised, u.v, exact), len(u.y))


def _ranked(name: str, r: Kendall, k: int) -> BiasTest:
    stat = r.s / r.se if r.se > 0 else math.nan
    notes = _notes(k) if r.se > 0 else (TOO_FEW,)
    return BiasTest(
        test=name, k=k, stat=stat, df=math.inf, p=r.p, tau=r.tau, score=r.s, se_score=r.se, exact=r.exact, notes=notes
    )


def egger(es: Effects) -> BiasTest:
    """Egger, Davey Smith, Schneider and Minder 1997, BMJ 315:629: effect on standard error, weighted by precision."""
    return replace(asymmetry(es, "sei"), test="Egger")


def thompson(es: Effects, method: str = "DL") -> BiasTest:
    """Thompson and Sharp 1999, Stat Med 18:2693: Egger's regression with a variance between studies; t test."""
    u = usable(es)
    return additive("Thompson", u.y, np.sqrt(u.v), u.v, method, float(len(u.y) - 2))


def macaskill(es: Effects) -> BiasTest:
    """Macaskill, Walter and Irwig 2001, Stat Med 20:641: effect on sample size, weighted by precision."""
    return replace(asymmetry(es, "ni"), test="Macaskill")


def _tables(es: Effects, u: Usable, name: str) -> Tables:
    if "ai" not in es.data:
        raise StatsError(f"{name}'s test is for two-by-two tables, and {es.measure} has none.")
    return tables({column: values[u.places] for column, values in es.data.items()})


def _informative(t: Tables) -> Tables:
    """The tables in which some have the event and some have not."""
    return t.where(np.flatnonzero(~any_of(t.no_events, t.all_events)))


def harbord(es: Effects) -> BiasTest:
    """Harbord, Egger and Sterne 2006, Stat Med 25:3443: efficient score over its variance on 1/sqrt(variance)."""
    score, variance = observed_minus_expected(_informative(_tables(es, usable(es), "Harbord")))
    return multiplicative("Harbord", score / variance, 1 / np.sqrt(variance), variance)


def peters(es: Effects) -> BiasTest:
    """Peters et al. 2006, JAMA 295:676: effect on 1/n, weighted by the events and non-events."""
    u = usable(es)
    t = _tables(es, u, "Peters")
    y = u.y[~any_of(t.no_events, t.all_events)]
    t = _informative(t)
    n = t.n1 + t.n2
    return multiplicative("Peters", y, 1 / n, (t.a + t.c) * ((t.b + t.d) / n))


def deeks(es: Effects) -> BiasTest:
    """Deeks, Macaskill and Irwig 2005, J Clin Epidemiol 58:882: effect on 1/sqrt(effective sample size)."""
    u = usable(es)
    t = _tables(es, u, "Deeks")
    effective = 4 * t.n1 * (t.n2 / (t.n1 + t.n2))
    return multiplicative("Deeks", u.y, 1 / np.sqrt(effective), effective)


def schwarzer(es: Effects) -> BiasTest:
    """Schwarzer, Antes and Schumacher 2007, Stat Med 26:721: Begg's test on event counts.

    The counts of group 1 are standardised by their mean and variance in the noncentral hypergeometric
    distribution at the Mantel-Haenszel odds ratio, and ranked against that variance.
    """
    t = _informative(_tables(es, usable(es), "Schwarzer"))
    if len(t.a) < 3:
        return _none("Schwarzer", len(t.a))
    odds = math.exp(strata.odds_ratio(t.plus(*corrections(t, es.options.mh_add, es.options.mh_to))).estimate)
    moments = [noncentral_hypergeometric(*row, odds) for row in zip(t.n1, t.n2, t.a + t.c, strict=True)]
    mean, variance = np.array(moments).T
    spread = variance > 0  # not where the odds ratio forces everybody with the event into one group
    if np.count_nonzero(spread) < 3:
        return _none("Schwarzer", int(np.count_nonzero(spread)))
    standardised = (t.a - mean)[spread] / np.sqrt(variance[spread])
    return _ranked("Schwarzer", kendall(standardised, 1 / variance[spread], False), len(standardised))


MOST_TERMS = 100_000


def noncentral_hypergeometric(n1: float, n2: float, events: float, odds: float) -> tuple[float, float]:
    """Mean and variance of the events in group 1, given the margins of a table and its odds ratio.

    Summed over the distribution; where it has more than `MOST_TERMS` terms, Cornfield's approximation (1956),
    whose relative error is of the order of one over the smallest cell.
    """
    from scipy.special import gammaln

    lowest, highest = max(0.0, events - n2), min(n1, events)
    if highest - lowest > MOST_TERMS:
        cell = strata.fitted_cell(np.array([n1]), np.array([n2]), np.array([events]), odds)
        variance = strata.cell_variances(cell, events - cell, n1 - cell, n2 - events + cell)
        return float(cell[0]), float(variance[0])
    x = np.arange(lowest, highest + 1)
    log_weight = -gammaln(x + 1) - gammaln(n1 - x + 1) - gammaln(events - x + 1) - gammaln(n2 - events + x + 1)
    log_weight += x * math.log(odds)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    mean = float((weight * x).sum())
    return mean, float((weight * (x - mean) ** 2).sum())


BIAS_TESTS: dict[str, Callable[[Effects], BiasTest]] = {
    "Egger": egger, "Begg": lambda es: rank_test(es, exact=False), "Thompson": thompson, "Harbord": harbord,
    "Macaskill": macaskill, "Peters": peters, "Schwarzer": schwarzer, "Deeks": deeks,
}  # fmt: skip
