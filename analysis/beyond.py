"""What does a run compute beside the pooled effect? Whether it hangs on one study, how it came about, and what small studies do to it.

Plain values for a run to keep, on the analysis scale, of what figures and tables show:
    leave_one_out, cumulative   as analysis.stats.PooledSeries; the latter by the years in the studies' names
    baujat                      as analysis.stats.Baujat
    influence                   as analysis.stats.Influence, of effects pooled by inverse variance
    trim_and_fill               as analysis.stats.TrimAndFill
    small_study                 {least, k, tests}: tests of funnel plot asymmetry, as analysis.stats.BiasTest, from `least` studies on
Each only from as many studies on as it takes to say anything; what cannot be computed is not there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from analysis.measures import measure

if TYPE_CHECKING:
    from analysis.stats import Effects, Pooled, PooledSeries, TrimAndFill

LEAST = 3  # studies
TESTS_FROM = (
    10  # studies; with fewer, chance cannot be told from asymmetry (Cochrane Handbook, version 6.5, section 13.3.5.4)
)
YEAR = re.compile(r"(?<!\d)(?:18|19|20)\d\d(?!\d)")

SERIES = ("kind", "measure", "study", "k", "estimate", "ci_lb", "ci_ub", "p", "tau2", "I2", "reasons", "test")
POOLED = ("k", "estimate", "ci_lb", "ci_ub", "p", "tau2", "I2", "level", "test")


INFLUENCE = (
    "study", "rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "QE_del", "hat", "weight", "is_influential",
)  # fmt: skip
TESTED = ("test", "k", "stat", "df", "p", "slope", "se_slope", "tau", "limit", "notes")
# Egger's and Begg's tests are for any measure. The odds ratio's own take out how its error depends on it (Handbook 13.3.5.4).
TESTS = ("Egger", "Begg")


def beyond(es: Effects, pooled: Pooled, chosen: Mapping[str, Any], tests_from: int = TESTS_FROM) -> dict[str, Any]:
    """All of it, pooled by the same choices as `pooled` (options of analysis.stats.pool)."""
    from analysis.stats import StatsError, cumulate, influence, leave_one_out, trim_and_fill
    from analysis.stats.baujat import coordinates

    if pooled.k < LEAST:
        return {}
    without = leave_one_out(es, **chosen)
    wanted: dict[str, Callable[[], dict[str, Any]]] = {
        "leave_one_out": lambda: _series(without),
        "cumulative": lambda: _series(cumulate(es, order=[year(study) for study in es.study], **chosen)),
        "baujat": lambda: _kept(coordinates(pooled, without), ("study", "contribution", "influence")),
        "influence": lambda: _kept(influence(es, method=chosen["method"], test=pooled.test), INFLUENCE),
        "trim_and_fill": lambda: _filled(
            trim_and_fill(pooled.effects, **{**chosen, "weighting": "IV", "prediction": "none"})
        ),
        "small_study": lambda: small_study(es, pooled.k, tests_from),
    }
    if chosen["weighting"] != "IV":
        del wanted["influence"]
    found = {}
    for name, compute in wanted.items():
        try:
            found[name] = compute()
        except StatsError:  # too few or too equal for this one; the run itself says what is wrong with its numbers
            continue
    return found


def small_study(es: Effects, k: int, least: int) -> dict[str, Any]:
    """The tests of funnel plot asymmetry that fit the measure; none of fewer studies than the plan asks for."""
    from analysis.stats import BIAS_TESTS

    names = (*measure(es.measure).tests, *TESTS) if k >= least else ()
    return {"least": least, "k": k, "tests": [_kept(BIAS_TESTS[name](es), TESTED) for name in names]}


def year(study: str) -> int | None:
    """The year in a study's name, such as "Orme 1999a"; the last one if there are several."""
    found = YEAR.findall(study)
    return int(found[-1]) if found else None


def _series(series: PooledSeries) -> dict[str, Any]:
    return _kept(series, SERIES)


def _filled(found: TrimAndFill) -> dict[str, Any]:
    fields = ("estimator", "side", "k0", "se_k0", "center", "filled_yi", "filled_vi", "notes")
    return {**_kept(found, fields), "pooled": _kept(found.pooled, POOLED)}


def _kept(result: Any, fields: tuple[str, ...]) -> dict[str, Any]:
    """Some of a result's fields as plain values."""
    from analysis.stats.results import plain

    return {name: plain(getattr(result, name)) for name in fields}
