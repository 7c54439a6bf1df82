"""How does a result read on a terminal?

The layout is one that users of R's meta-analysis packages know: model line, heterogeneity, test, estimate.
This is the only module of the package that rounds.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .bias import BiasTest
    from .failsafe import FailSafeN
    from .influence import Influence
    from .regression import Regression
    from .results import Effects, Pooled
    from .sensitivity import PooledSeries
    from .subgroup import Subgroups
    from .trimfill import TrimAndFill

_METHODS = {
    "EE": "Common-effect model", "DL": "Random-effects model (tau^2: DerSimonian-Laird)",
    "HE": "Random-effects model (tau^2: Hedges)", "HS": "Random-effects model (tau^2: Hunter-Schmidt)",
    "SJ": "Random-effects model (tau^2: Sidik-Jonkman)", "PM": "Random-effects model (tau^2: Paule-Mandel)",
    "REML": "Random-effects model (tau^2: REML)", "ML": "Random-effects model (tau^2: ML)",
    "EB": "Random-effects model (tau^2: empirical Bayes)",
}  # fmt: skip
_WEIGHTS = {"IV": "inverse variance", "MH": "Mantel-Haenszel", "Peto": "Peto"}


def number(x: float, digits: int = 4) -> str:
    """`x` with `digits` decimals, in powers of ten where these would show nothing; "NA" for NaN."""
    if math.isnan(x):
        return "NA"
    if x != 0 and not 10.0**-digits < abs(x) < 1e8:
        return f"{x:.{digits}e}"
    return f"{x:.{digits}f}"


def percent(x: float) -> str:
    """`x` with two decimals and its sign; "NA" for NaN."""
    return number(x, 2) if math.isnan(x) else f"{number(x, 2)}%"


def p_value(p: float) -> str:
    """`p` as it is printed after "p"."""
    if math.isnan(p):
        return "= NA"
    return "< .0001" if p < 0.0001 else f"= {p:.4f}"


def table(rows: list[list[str]]) -> str:
    """`rows` as right-aligned columns; the first row is the head."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def effects_summary(es: Effects) -> str:
    """One line per study: label, estimate, variance, interval, or why there is none."""
    rows = [["study", "yi", "vi", "ci.lb", "ci.ub"]]
    for i, label in enumerate(es.study):
        values = (es.yi[i], es.vi[i], es.ci_lb[i], es.ci_ub[i])
        rows.append([label, *(number(float(v)) for v in values)])
    lines = [f"{es.measure} ({es.scale} gives the natural scale), {es.k} of {len(es.study)} studies", "", table(rows)]
    lines += [f"{label}: left out, {reason}" for label, reason in zip(es.study, es.reasons, strict=True) if reason]
    return "\n".join(lines)


def pooled_summary(r: Pooled) -> str:
    """The whole result of one pooling."""
    lines = [f"{_METHODS[r.method]}; {_WEIGHTS[r.weighting]} (k = {r.k}), {r.measure}, {r.options.preset}", ""]
    if r.method != "EE":
        se = "" if math.isnan(r.se_tau2) else f" (SE = {number(r.se_tau2)})"
        lines += [f"tau^2 (estimated amount of total heterogeneity): {number(r.tau2)}{se}{_ci(r.tau2_ci)}"]
        lines += [f"tau (square root of estimated tau^2 value):      {number(r.tau)}"]
    lines += [f"I^2 (heterogeneity / total variability):         {percent(r.I2)}{_ci(r.I2_ci, 2)}"]
    lines += [f"H^2 (total variability / sampling variability):  {number(r.H2, 2)}{_ci(r.H2_ci, 2)}", ""]
    lines += ["Test for Heterogeneity:", f"Q(df = {r.Q_df}) = {number(r.Q)}, p-val {p_value(r.Q_p)}", ""]
    lines += ["Model Results:", "", _model_table(r)]
    lines += _natural_lines(r)
    lines += [f"Left out: {study} ({reason})" for study, reason in r.left_out]
    lines += [f"Note: {note}" for note in r.notes]
    return "\n".join(lines)


def _ci(interval: tuple[float, float], digits: int = 4) -> str:
    if any(math.isnan(x) for x in interval):
        return ""
    return f", CI [{number(interval[0], digits)}, {number(interval[1], digits)}]"


def _model_table(r: Pooled) -> str:
    stat = "zval" if math.isinf(r.df) else "tval"
    head = ["estimate", "se", stat, "pval", "ci.lb", "ci.ub"]
    row = [number(v) for v in (r.estimate, r.se, r.stat)] + [p_value(r.p).removeprefix("= ")]
    return table([head, row + [number(r.ci_lb), number(r.ci_ub)]])


def _natural_lines(r: Pooled) -> list[str]:
    estimate, ci_lb, ci_ub, pi_lb, pi_ub = r.back
    lines = [""]
    if r.scale != "identity":
        lines += [f"{r.measure} {number(estimate, 2)} ({r.level:g}% CI {number(ci_lb, 2)} to {number(ci_ub, 2)})"]
    if not math.isnan(pi_lb):
        lines += [f"{r.level:g}% prediction interval: {number(pi_lb, 2)} to {number(pi_ub, 2)}"]
    return lines if len(lines) > 1 else []


def regression_summary(r: Regression) -> str:
    """The whole result of a meta-regression."""
    kind = "Common-effects" if r.method == "EE" else "Mixed-effects"
    lines = [f"{kind} regression (k = {r.k}; tau^2: {r.method}), {r.measure} {r.formula}, {r.options.preset}", ""]
    if r.method != "EE":
        se = "" if math.isnan(r.se_tau2) else f" (SE = {number(r.se_tau2)})"
        lines += [f"tau^2 (residual heterogeneity):                {number(r.tau2)}{se}"]
    lines += [f"I^2 (residual heterogeneity / unaccounted):    {percent(r.I2)}"]
    lines += [f"R^2 (amount of heterogeneity accounted for):   {percent(r.R2)}", ""]
    lines += ["Test for Residual Heterogeneity:", f"QE(df = {r.QE_df}) = {number(r.QE)}, p-val {p_value(r.QE_p)}", ""]
    name, df = ("QM", f"{r.QM_df}") if math.isinf(r.QM_df2) else ("F", f"{r.QM_df}, {r.QM_df2:g}")
    lines += ["Test of Moderators:", f"{name}(df = {df}) = {number(r.QM)}, p-val {p_value(r.QM_p)}", ""]
    rows = [["", "estimate", "se", "zval" if math.isinf(r.df) else "tval", "pval", "ci.lb", "ci.ub"]]
    for i, coefficient in enumerate(r.names):
        values = [number(float(a[i])) for a in (r.estimate, r.se, r.stat)]
        bounds = [number(float(a[i])) for a in (r.ci_lb, r.ci_ub)]
        rows.append([coefficient, *values, p_value(float(r.p[i])).removeprefix("= "), *bounds])
    lines += ["Model Results:", "", table(rows)]
    lines += [f"Left out: {study} ({reason})" for study, reason in r.left_out]
    return "\n".join(lines + [f"Note: {note}" for note in r.notes])


def subgroups_summary(s: Subgroups) -> str:
    """One line per group, and the test between them."""
    rows = [[s.by, "k", "estimate", "se", "ci.lb", "ci.ub", "tau^2", "I^2"]]
    for level, g in [*zip(s.levels, s.groups, strict=True), ("all", s.overall)]:
        values = [number(v) for v in (g.estimate, g.se, g.ci_lb, g.ci_ub, g.tau2)]
        rows.append([level, str(g.k), *values, percent(g.I2)])
    name, df = ("Q", f"{s.Q_df}") if math.isinf(s.Q_df2) else ("F", f"{s.Q_df}, {s.Q_df2:g}")
    lines = [f"Subgroups ({s.tau2} tau^2), {s.overall.measure}, {s.overall.options.preset}", "", table(rows), ""]
    lines += [f"Test between groups: {name}(df = {df}) = {number(s.Q_between)}, p-val {p_value(s.Q_p)}"]
    lines += [f"Left out: {study} ({reason})" for study, reason in s.left_out + s.overall.left_out]
    told = [f"{level}: {note}" for level, g in zip(s.levels, s.groups, strict=True) for note in g.notes]
    return "\n".join(lines + [f"Note: {note}" for note in (*told, *s.notes)])


def series_summary(s: PooledSeries) -> str:
    """One line per study left out or added."""
    sign = "-" if s.kind == "leave-one-out" else "+"
    rows = [["", "k", "estimate", "se", "pval", "ci.lb", "ci.ub", "Q", "tau^2", "I^2"]]
    for i, study in enumerate(s.study):
        before, after = (s.estimate, s.se), (s.ci_lb, s.ci_ub, s.Q, s.tau2)
        p = p_value(float(s.p[i])).removeprefix("= ")
        values = [*(number(float(a[i])) for a in before), p, *(number(float(a[i])) for a in after)]
        rows.append([f"{sign} {study}", str(s.k[i]), *values, percent(float(s.I2[i]))])
    title = {"leave-one-out": "Leave-one-out", "cumulative": "Cumulative meta-analysis"}[s.kind]
    return f"{title}, {s.measure}, {s.options.method}, {s.options.preset}\n\n{table(rows)}"


def influence_summary(f: Influence) -> str:
    """One line per study; influential ones are starred."""
    rows = [["", "rstudent", "dffits", "cook.d", "cov.r", "tau2.del", "QE.del", "hat", "weight", "infl"]]
    arrays = (f.rstudent, f.dffits, f.cook_d, f.cov_r, f.tau2_del, f.QE_del, f.hat, f.weight)
    for i, study in enumerate(f.study):
        rows.append([study, *(number(float(a[i])) for a in arrays), "*" if f.is_influential[i] else ""])
    return table(rows)


def bias_summary(t: BiasTest) -> str:
    """The test in a line or two."""
    symbol, df = ("z", "") if math.isinf(t.df) else ("t", f" (df = {t.df:g})")
    lines = [f"Funnel plot asymmetry, {t.test} (k = {t.k})", f"{symbol} = {number(t.stat)}{df}, p {p_value(t.p)}"]
    if not math.isnan(t.slope):
        lines += [f"slope {number(t.slope)} (SE {number(t.se_slope)}), intercept {number(t.intercept)}"]
    if not math.isnan(t.limit):
        lines += [f"limit estimate (infinitely precise study): {number(t.limit)}{_ci(t.limit_ci)}"]
    if not math.isnan(t.tau):
        lines += [f"Kendall's tau = {number(t.tau)}"]
    return "\n".join(lines + [f"Note: {note}" for note in t.notes])


def trim_and_fill_summary(t: TrimAndFill) -> str:
    """The estimate of missing studies, and the result with them."""
    se = f" (SE = {number(t.se_k0)})"
    lines = [f"Estimated number of missing studies on the {t.side} side ({t.estimator}): {t.k0}{se}", ""]
    return "\n".join(lines + [pooled_summary(t.pooled)] + [f"Note: {note}" for note in t.notes])


def fail_safe_summary(f: FailSafeN) -> str:
    """The number in one line."""
    lines = [f"Fail-safe N ({f.kind}): {f.n}, target significance level {f.alpha:g}, p {p_value(f.p)}"]
    return "\n".join(lines + [f"Note: {note}" for note in f.notes])
