"""What do the studies say together? Effects in, one pooled effect out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .effects import effects as compute_effects
from .errors import StatsError
from .inverse_variance import pool_inverse_variance
from .mantel_haenszel import pool_mantel_haenszel
from .options import EFFECT_OPTIONS, Options
from .results import Effects, Pooled


def pool(es: Effects, **options: Any) -> Pooled:
    """The pooled effect of the studies in `es`.

    `options` are fields of `Options` that change what `es` was computed under: `method`, `test`,
    `weighting`, `level`, `prediction`, `i2` ... Studies without an estimate, or with a variance of zero,
    are left out and listed in `left_out`. What cannot be computed is NaN, and `notes` says why; only
    options that do not fit together or do not fit the measure raise StatsError.

    >>> from analysis.stats import effects, pool
    >>> es = effects("RR", ai=[31, 8], n1i=[46, 14], ci=[9, 1], n2i=[54, 54], preset="RevMan 5")
    >>> [round(x, 2) for x in pool(es, weighting="MH").back[:3]]
    [8.93, 1.25, 63.7]
    """
    fixed = set(options) & EFFECT_OPTIONS
    if fixed:
        raise StatsError(f"{sorted(fixed)[0]} settles how effects are computed: give it to effects(), not to pool().")
    o = es.options.but(**options)
    if o.weighting == "Peto":
        es = _peto_effects(es, o)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):  # a note tells what overflowed
        return pool_mantel_haenszel(es, o) if o.weighting == "MH" else pool_inverse_variance(es, o)


def _peto_effects(es: Effects, o: Options) -> Effects:
    """Peto's method is inverse-variance pooling of Peto's log odds ratios."""
    if es.measure not in ("OR", "PETO"):
        raise StatsError(f"Peto's method pools odds ratios, not {es.measure}; take weighting='IV' or 'MH'.")
    if es.measure == "PETO":
        return es
    peto = compute_effects("PETO", es.data, study=es.study)
    return replace(peto, options=o)
