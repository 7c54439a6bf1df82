"""What is added to counts that are zero, and to which studies'?"""

from __future__ import annotations

import numpy as np

from .arrays import BoolArray, FloatArray
from .options import Options


def corrected(zero: BoolArray, to: str) -> BoolArray:
    """Which studies are corrected under the rule `to`, given which have a zero count (each k).

    "only0": those; "if0all": all, if any has one; "all"; "none".
    """
    if to == "all":
        return np.ones_like(zero)
    if to == "if0all":
        return np.full_like(zero, bool(zero.any()))
    return zero if to == "only0" else np.zeros_like(zero)


def added(zero: BoolArray, o: Options) -> FloatArray:
    """What is added to every study's counts (k) where there are no two groups to share it between."""
    return corrected(zero, o.to).astype(float) * (0.5 if o.add == "TACC" else float(o.add))


def log_or_nan(x: FloatArray) -> FloatArray:
    """Logarithms, NaN where `x` is not above zero."""
    return np.log(np.where(x > 0, x, np.nan))
