"""Where will the effect of a new study lie?"""

from __future__ import annotations

import math

from .distributions import critical

NONE = (math.nan, math.nan, math.nan)


def prediction_interval(
    kind: str, estimate: float, tau2: float, k: int, se: float, se_wald: float, se_knha: float, df: float, level: float
) -> tuple[float, float, float]:
    """Bounds and degrees of freedom of the prediction interval `kind`, one of `Options.prediction`.

    `se` is the standard error of the reported interval with `df` degrees of freedom, `se_wald` and `se_knha`
    the Wald and Hartung-Knapp ones. Higgins, Thompson and Spiegelhalter 2009 (HTS, t with k - 2); Riley,
    Higgins and Deeks 2011; Veroniki et al. 2019 (V, t with k - 1); Partlett and Riley 2017 (HK); Skipka 2006 (S).
    None, as NaN, for fewer than two studies, and for HTS with two.
    """
    if kind == "none" or k < 2:
        return NONE
    error, freedom = {
        "metafor": (se, df),
        "Riley": (se, max(1.0, k - 2.0)),
        "V": (se_wald, k - 1.0),
        "HTS": (se_wald, k - 2.0),
        "HK": (se_knha, k - 1.0),
        "S": (se_wald, math.inf),
    }[kind]
    if freedom < 1:
        return NONE
    half = critical(level, freedom) * math.sqrt(tau2 + error**2)
    return estimate - half, estimate + half, freedom
