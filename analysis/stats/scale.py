"""How does an estimate get from the scale it is analysed on to the scale it is read on?

Each measure names one scale; this is the only place that knows what the names mean. All functions are
monotone and take any shape; values outside the range that the forward transformation reaches give its end.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .arrays import FloatArray


def _freeman_tukey(p: float, n: float) -> float:
    """Half the sum of the two arcsines of Freeman and Tukey 1950, for a proportion `p` of `n`."""
    x = p * n
    return float(0.5 * (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))))


def _inverse_freeman_tukey(x: FloatArray, n: float) -> FloatArray:
    """Miller 1978, Am Stat 32:138, with `n` the harmonic mean of the sample sizes."""
    low, high = _freeman_tukey(0.0, n), _freeman_tukey(1.0, n)
    inside = np.clip(x, low, high)
    sine = np.sin(2 * inside)
    root = 1 - (sine + (sine - 1 / sine) / n) ** 2
    p = 0.5 * (1 - np.sign(np.cos(2 * inside)) * np.sqrt(np.maximum(root, 0.0)))
    return np.where(x <= low, 0.0, np.where(x >= high, 1.0, p))


_BACK: dict[str, Callable[[FloatArray], FloatArray]] = {
    "identity": lambda x: x,
    "exp": np.exp,
    "tanh": np.tanh,
    "ilogit": lambda x: 1.0 / (1.0 + np.exp(-x)),
    "iarcsin": lambda x: np.sin(np.clip(x, 0.0, np.pi / 2)) ** 2,
    "isqrt": lambda x: np.maximum(x, 0.0) ** 2,
}


def back_transform(x: FloatArray | float, scale: str, n_harmonic: float | None = None) -> FloatArray:
    """`x` of `scale` ("exp", "tanh", "ilogit", "iarcsin", "ift", "isqrt", "identity") on the natural scale.

    `n_harmonic`, the harmonic mean of the sample sizes, is needed for "ift" only. NaN stays NaN; what
    overflows becomes infinite.
    """
    values = np.asarray(x, dtype=float)
    with np.errstate(over="ignore"):
        if scale == "ift":
            if n_harmonic is None:
                raise ValueError("The Freeman-Tukey scale needs the harmonic mean of the sample sizes.")
            return _inverse_freeman_tukey(values, n_harmonic)
        return _BACK[scale](values)


def is_ratio(scale: str) -> bool:
    """Whether the natural scale is a ratio, with no effect at 1 and a logarithmic axis."""
    return scale == "exp"
