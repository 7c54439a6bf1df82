"""Which studies make the results differ, and which of them move the pooled effect?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .arrays import FloatArray
from .errors import StatsError
from .inverse_variance import usable
from .options import Options
from .pool import pool
from .results import Effects, Pooled, Result, versions
from .sensitivity import PooledSeries, leave_one_out


@dataclass(frozen=True, eq=False)
class Baujat(Result):
    """The two coordinates of each of k studies in a Baujat plot.

    `contribution` (k): the squared Pearson residual, (y - mean)^2 / (v + tau2), which with one common effect is the
    study's part of Q. `influence` (k): the squared change of the pooled effect when the study is left out, over the
    variance of the pooled effect without it. NaN for studies without an estimate. Baujat et al. 2002 (Stat Med
    21:2641), with tau2 as Viechtbauer's metafor has it.
    """

    study: tuple[str, ...]
    contribution: FloatArray
    influence: FloatArray
    options: Options
    versions: Mapping[str, str] = field(default_factory=versions)


def baujat(es: Effects, **options: Any) -> Baujat:
    """The coordinates of every study; `options` as in `pool`. Raises StatsError with fewer than three studies.

    >>> from analysis.stats import baujat, effects
    >>> es = effects("GEN", yi=[0.1, 0.3, 0.8], vi=[0.02, 0.03, 0.04])
    >>> b = baujat(es, method="EE")
    >>> b.contribution.round(2), b.influence.round(2)
    (array([2.49, 0.02, 5.69]), array([2.13, 0.01, 1.71]))
    """
    if (k := len(usable(es).y)) < 3:
        raise StatsError(f"A Baujat plot needs at least three studies, and there are {k}.")
    light = {**options, "tau2_interval": "none", "prediction": "none"}
    return coordinates(pool(es, **light), leave_one_out(es, **options))


def coordinates(whole: Pooled, without: PooledSeries) -> Baujat:
    """The same from results that are there already: all studies pooled, and pooled without each in turn."""
    es = whole.effects
    with np.errstate(all="ignore"):  # without a study all others may agree exactly: its influence is then boundless
        contribution = (es.yi - whole.estimate) ** 2 / (es.vi + np.nan_to_num(whole.tau2))
        influence = (without.estimate - whole.estimate) ** 2 / without.se**2
    return Baujat(es.study, contribution, influence, whole.options)
