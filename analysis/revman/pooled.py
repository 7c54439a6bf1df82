"""What do our statistics make of a RevMan outcome? The same data pooled with RevMan 5's conventions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from analysis.revman.records import CONTINUOUS, DICHOTOMOUS, GENERIC, RATIOS, BadRevman, Data, Outcome, Result, Totals

if TYPE_CHECKING:
    from analysis.stats import Pooled

COLUMNS = {
    DICHOTOMOUS: {"ai": "events_1", "n1i": "total_1", "ci": "events_2", "n2i": "total_2"},
    CONTINUOUS: {
        "m1i": "mean_1",
        "sd1i": "sd_1",
        "n1i": "total_1",
        "m2i": "mean_2",
        "sd2i": "sd_2",
        "n2i": "total_2",
    },
    GENERIC: {"yi": "effect", "sei": "se"},
}


def pooled(outcome: Outcome) -> Pooled:
    """The pooled effect as RevMan 5 would compute it. Raises BadRevman for what is not pooled here (observed minus expected)."""
    from analysis.stats import effects, pool

    if outcome.kind not in COLUMNS:
        raise BadRevman(f"{outcome.name}: data of the kind {outcome.kind} are kept, but not pooled here.")
    measure = "GEN" if outcome.kind == GENERIC else outcome.measure.replace("PETO_OR", "OR")
    columns = {ours: [value(row, name) for row in outcome.data] for ours, name in COLUMNS[outcome.kind].items()}
    study = [row.study for row in outcome.data]
    es = effects(measure, columns, study=study, preset="RevMan 5", level=outcome.level)
    weighting = {"MH": "MH", "PETO": "Peto"}.get(outcome.method, "IV")
    return pool(es, weighting=weighting, method="DL" if outcome.random else "EE")


def value(row: Data, name: str) -> float:
    found = getattr(row, name)
    if found is None:
        raise BadRevman(f"{row.study}: {name} is missing.")
    return float(found)


def with_totals(outcome: Outcome) -> Outcome:
    """The outcome with the results that our statistics give, as RevMan stores them."""
    found = pooled(outcome)
    natural = math.exp if outcome.measure in RATIOS or outcome.log else float
    sums: dict[str, Any] = {
        name: sum(value(row, name) for row in outcome.data)
        for name in ("events_1", "total_1", "events_2", "total_2")
        if all(getattr(row, name) is not None for row in outcome.data)
    }
    if not found.k:
        return replace(outcome, totals=Totals(studies=len(outcome.data), **sums))
    rows = zip(outcome.data, results(found, natural), strict=True)
    return replace(
        outcome,
        data=tuple(replace(row, result=result) for row, result in rows),
        totals=Totals(
            studies=len(outcome.data),
            **sums,
            effect=natural(found.estimate),
            ci_start=natural(found.ci_lb),
            ci_end=natural(found.ci_ub),
            z=abs(found.stat),
            p_z=found.p,
            chi2=found.Q,
            df=found.Q_df,
            p_chi2=found.Q_p,
            i2=found.I2,
            tau2=found.tau2,
        ),
    )


def results(found: Pooled, natural: Callable[[float], float]) -> Iterator[Result | None]:
    """What came out for each study; None where its effect cannot be estimated."""
    es = found.effects
    for y, low, high, v, weight in zip(es.yi, es.ci_lb, es.ci_ub, es.vi, found.weights, strict=True):
        if not all(map(math.isfinite, (y, low, high))):
            yield None
            continue
        share = 0.0 if math.isnan(weight) else float(weight)
        yield Result(natural(float(y)), natural(float(low)), natural(float(high)), math.sqrt(v), share)
