"""Do groups of studies differ in their effect? Each group pooled, and the test between them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .arrays import Column
from .distributions import chi2_p
from .errors import StatsError
from .formula import is_missing, show_level
from .inverse_variance import pool_inverse_variance
from .linear import Model
from .pool import pool
from .regression import Coefficients, Regression, omnibus, regress
from .results import Effects, Pooled, Result, versions
from .summary import subgroups_summary
from .tau2 import Tau2

ONE_GROUP = "only one group has a result, so there is nothing to compare"


@dataclass(frozen=True, eq=False)
class Subgroups(Result):
    """The pooled result of every group, and whether they differ.

    `levels`: the groups' names; `groups`: their results, in the same order. With `tau2` "separate" every
    group has its own variance between studies, and `Q_between` is chi-square with `Q_df` degrees of freedom
    about the weighted mean of the groups (Borenstein et al. 2009, chapter 19). With "common" all share one,
    and under a Hartung-Knapp test `Q_between` is an F with `Q_df2` (else infinite) denominator degrees.
    `overall`: all studies together. `regression`: the fit behind a common tau2.
    """

    by: str
    tau2: str
    levels: tuple[str, ...]
    groups: tuple[Pooled, ...]
    overall: Pooled
    Q_between: float
    Q_df: int
    Q_df2: float
    Q_p: float
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    regression: Regression | None = None
    versions: Mapping[str, str] = field(default_factory=versions)

    def __str__(self) -> str:
        return subgroups_summary(self)


def subgroups(es: Effects, by: Column, tau2: str = "separate", name: str = "subgroup", **options: Any) -> Subgroups:
    """Pool the studies of `es` by group; `by` holds each study's group (a word or number; None: left out).

    `tau2`: "separate", every group its own variance between studies, or "common", one for all (a
    meta-regression on the groups). `name` is what the grouping is called in messages; `options` as in `pool`.
    Groups are in order of appearance. A group without a usable study has a result of NaN with its note.

    >>> from analysis.stats import effects, subgroups
    >>> es = effects("GEN", yi=[-0.9, -1.6, -0.2, -0.8], vi=[0.3, 0.2, 0.05, 0.01])
    >>> s = subgroups(es, ["a", "a", "b", "b"], method="DL")
    >>> s.levels, [round(g.estimate, 2) for g in s.groups], round(s.Q_between, 2)
    (('a', 'b'), [-1.32, -0.53], 2.96)
    """
    if tau2 not in ("separate", "common"):
        raise StatsError(f"tau2={tau2!r} is not known; choose 'separate' or 'common'.")
    if len(by) != len(es.study):
        raise StatsError(f"{name} has {len(by)} values, but there are {len(es.study)} studies.")
    labels = [None if is_missing(v) else show_level(v) for v in by]
    levels = tuple(dict.fromkeys(label for label in labels if label is not None))
    if not levels:
        raise StatsError(f"{name} has no value for any study, so there are no groups.")
    grouped = es.subset([i for i, label in enumerate(labels) if label is not None])
    overall = pool(grouped, **options)
    parts = {level: es.subset([i for i, label in enumerate(labels) if label == level]) for level in levels}
    out = tuple((es.study[i], f"{name} is missing") for i, label in enumerate(labels) if label is None)
    if tau2 == "common" and overall.method != "EE":
        return _common(name, grouped, [label for label in labels if label is not None], parts, overall, out)
    groups = tuple(pool(part, **options) for part in parts.values())
    q, df, p, notes = _between(groups)
    return Subgroups(name, "separate", levels, groups, overall, q, df, math.inf, p, out, notes)


def _between(groups: tuple[Pooled, ...]) -> tuple[float, int, float, tuple[str, ...]]:
    """Cochran's Q of the groups' estimates about their weighted mean, its df, p, and a note."""
    known = [g for g in groups if g.se > 0]
    if len(known) < 2:
        return math.nan, len(known) - 1, math.nan, (ONE_GROUP,)
    model = Model.of(np.array([g.estimate for g in known]), np.array([g.se**2 for g in known]))
    q = float(model.at_zero.q[0])
    return q, model.df, chi2_p(q, model.df), ()


def _common(
    name: str,
    es: Effects,
    labels: list[str],
    parts: Mapping[str, Effects],
    overall: Pooled,
    out: tuple[tuple[str, str], ...],
) -> Subgroups:
    """One tau2 for all groups: the meta-regression of the effects on the groups, without an intercept."""
    o = overall.options
    if o.weighting != "IV":
        raise StatsError("A common tau2 needs inverse-variance weights: take weighting='IV' or tau2='separate'.")
    fit = regress(es, "~ 0 + factor(group)", {"group": labels}, method=o.method, test=o.test, level=o.level)
    shared = Tau2(fit.tau2, fit.se_tau2)
    groups = tuple(
        _on_common_scale(pool_inverse_variance(part, o, shared), fit, f"factor(group){level}")
        for level, part in parts.items()
    )
    p = len(fit.names)
    differences = np.eye(p)[:1] - np.eye(p)[1:]
    test = omnibus(Coefficients(fit.estimate, fit.vcov, fit.df), differences)
    notes = () if test.df else (ONE_GROUP,)
    return Subgroups(
        name, "common", tuple(parts), groups, overall, test.stat, test.df, test.df2, test.p, out, notes, fit
    )


def _on_common_scale(group: Pooled, fit: Regression, name: str) -> Pooled:
    """The group's result with the test of the common regression, whose Hartung-Knapp scale is shared."""
    if name not in fit.names:
        return group
    i = fit.names.index(name)
    return replace(
        group, df=fit.df, se=float(fit.se[i]), stat=float(fit.stat[i]), p=float(fit.p[i]),
        ci_lb=float(fit.ci_lb[i]), ci_ub=float(fit.ci_ub[i]),
    )  # fmt: skip
