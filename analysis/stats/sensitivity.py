"""Does the result hang on one study, and how did it come about over time?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .arrays import Column, FloatArray, IntArray
from .errors import StatsError
from .formula import is_missing
from .options import Options
from .pool import pool
from .results import Effects, Pooled, Result, versions
from .summary import series_summary

_FIELDS = ("estimate", "se", "stat", "df", "p", "ci_lb", "ci_ub", "tau2", "I2", "H2", "Q", "Q_p")


@dataclass(frozen=True, eq=False)
class PooledSeries(Result):
    """One pooled result per study: with that study left out, or with it added to those before.

    `kind`: "leave-one-out" or "cumulative"; `study`, `order` (places in the data, from 0): in the order of
    the results; all arrays (k): as in `Pooled`, NaN where the study has no estimate (see `reasons`) or where
    nothing is left to pool. `test`: which test and interval each has.
    """

    kind: str
    measure: str
    study: tuple[str, ...]
    order: IntArray
    k: IntArray
    estimate: FloatArray
    se: FloatArray
    stat: FloatArray
    df: FloatArray
    p: FloatArray
    ci_lb: FloatArray
    ci_ub: FloatArray
    tau2: FloatArray
    I2: FloatArray
    H2: FloatArray
    Q: FloatArray
    Q_p: FloatArray
    reasons: tuple[str | None, ...]
    test: tuple[str | None, ...]
    effects: Effects
    options: Options
    versions: Mapping[str, str] = field(default_factory=versions)

    def natural(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Estimates and bounds on the natural scale (each k)."""
        return tuple(self.effects.natural(a) for a in (self.estimate, self.ci_lb, self.ci_ub))  # type: ignore[return-value]

    def __str__(self) -> str:
        return series_summary(self)


def _series(kind: str, es: Effects, order: Sequence[int], fits: Iterable[Pooled | None], o: Options) -> PooledSeries:
    results = list(fits)
    columns: dict[str, Any] = {
        name: np.array([math.nan if fit is None else getattr(fit, name) for fit in results]) for name in _FIELDS
    }
    k = np.array([0 if fit is None else fit.k for fit in results], dtype=np.intp)
    return PooledSeries(
        kind=kind, measure=es.measure, study=tuple(es.study[i] for i in order), order=np.array(order, dtype=np.intp),
        k=k, reasons=tuple(es.reasons[i] for i in order), test=tuple(None if fit is None else fit.test for fit in results),
        effects=es, options=o, **columns,
    )  # fmt: skip


def leave_one_out(es: Effects, **options: Any) -> PooledSeries:
    """The pooled effect without each of the k studies in turn; `options` as in `pool`.

    >>> from analysis.stats import effects, leave_one_out
    >>> es = effects("GEN", yi=[0.1, 0.3, 0.8], vi=[0.02, 0.03, 0.04])
    >>> leave_one_out(es, method="DL").estimate.round(3)
    array([0.54 , 0.436, 0.18 ])
    """
    light = {**options, "tau2_interval": "none", "prediction": "none"}
    everywhere = np.arange(len(es.study))
    present = ~np.isnan(es.yi)
    fits = (pool(es.subset(np.delete(everywhere, i)), **light) if present[i] else None for i in everywhere)
    return _series("leave-one-out", es, everywhere.tolist(), fits, es.options.but(**light))


def cumulate(es: Effects, order: Column | None = None, **options: Any) -> PooledSeries:
    """The pooled effect after each study is added to those before, in the order of the k values `order`.

    `order` are numbers or words (years, say); without it the order of the data; ties keep that order, and
    missing values come last. `options` as in `pool`.

    >>> from analysis.stats import cumulate, effects
    >>> es = effects("GEN", yi=[0.1, 0.3, 0.8], vi=[0.02, 0.03, 0.04])
    >>> cumulate(es, order=[2001, 1999, 2010], method="EE").estimate.round(3)
    array([0.3  , 0.18 , 0.323])
    """
    light = {**options, "tau2_interval": "none", "prediction": "none"}
    places = _sorted_places(es, order)
    present = ~np.isnan(es.yi)
    fits = (pool(es.subset(places[: n + 1]), **light) if present[i] else None for n, i in enumerate(places))
    return _series("cumulative", es, places, fits, es.options.but(**light))


def _sorted_places(es: Effects, order: Column | None) -> list[int]:
    k = len(es.study)
    if order is None:
        return list(range(k))
    if len(order) != k:
        raise StatsError(f"order has {len(order)} values, but there are {k} studies.")
    known = [i for i in range(k) if not is_missing(order[i])]
    words = any(isinstance(order[i], str) for i in known)
    known.sort(key=(lambda i: str(order[i])) if words else (lambda i: float(order[i])))
    return known + [i for i in range(k) if is_missing(order[i])]
