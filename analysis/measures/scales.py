"""How does one number get from the scale on which it was pooled to the one on which it is read, without numpy?

By the names of analysis.stats.scale, which does the same for arrays; pages and figures read stored results, and are spared loading that.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, tanh

LARGEST = 700.0  # beyond it, e to a power is no number any more


def _exp(x: float, _people: float | None) -> float:
    return exp(x) if x < LARGEST else float("inf")


BACK: dict[str, Callable[[float, float | None], float]] = {
    "identity": lambda x, _people: x,
    "exp": _exp,
    "tanh": lambda x, _people: tanh(x),
}
