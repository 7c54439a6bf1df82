"""Which variance between studies has the greatest likelihood, restricted or full?

The likelihood of tau2 can have several maxima, also one at 0 beside one inside. So the score is scanned on a
logarithmic grid that covers every place where it can change sign, each change is followed to its root, and
the likelihoods there and at 0 are compared.
"""

from __future__ import annotations

import math

import numpy as np

from .arrays import FloatArray, log_det
from .linear import Model, Moments
from .roots import NoConvergence, solve_between

POINTS_PER_DECADE = 8
_CHUNK = 12_000  # numbers per array: as much as allocators hand out without fetching fresh pages


def log_likelihood(m: Moments, restricted: bool) -> float:
    """The (restricted) log-likelihood at the tau2 of `m`, with all constants (Harville 1977; Raudenbush 2009)."""
    model = m.model
    value = 0.5 * float(np.log(m.w).sum() + np.log(m.w_ref).sum() - m.q[0])
    if not restricted:
        return value - 0.5 * model.k * math.log(2 * math.pi)
    design = np.eye(model.p) + model.cross(np.ones((1, model.df)))[0]
    return value + 0.5 * (log_det(design) - log_det(m.s[0])) - 0.5 * model.df * math.log(2 * math.pi)


def _score(m: Moments, restricted: bool) -> FloatArray:
    """Twice the derivative of the log-likelihood in tau2, at n values of tau2."""
    return m.ypp - (m.trace_p if restricted else m.total_weight)


def _grid(model: Model) -> FloatArray:
    """A grid from 0, then logarithmically from far below the variances to above every root of the score.

    For tau2 above the largest variance and above twice the residual sum of squares over k - p the score is
    negative, because tr P >= (k - p)/(tau2 + max v) and y'PPy <= RSS/tau2^2. With variances of zero the grid
    starts just above 0.
    """
    largest = max(float(model.v.max()), float(model.v_ref.max()))
    high = 2.0 * max(largest, 2.0 * model.differences)
    low = 1e-2 * min(model.smallest_variance, high)
    points = math.ceil(POINTS_PER_DECADE * math.log10(high / low)) + 1
    grid: FloatArray = low * 10.0 ** (np.arange(-1.0, points) / POINTS_PER_DECADE)
    grid[0] = 1e-6 * low if model.zero_variances else 0.0
    return grid


def _unbounded(model: Model, restricted: bool) -> bool:
    """Whether studies without variance, all with one estimate, make the likelihood infinite at tau2 = 0.

    Each lends it a density of height tau2^-1/2; the restricted likelihood spends one on the mean.
    """
    exact = model.v == 0
    agree = not np.any(model.z[exact])
    return agree and model.zero_variances > (1 if restricted else 0)


def _scan(model: Model, grid: FloatArray, restricted: bool) -> FloatArray:
    rows = max(1, _CHUNK // max(model.k, 1))
    parts = [_score(model.at(grid[i : i + rows]), restricted) for i in range(0, len(grid), rows)]
    return np.concatenate(parts)


def maxima(model: Model, restricted: bool) -> list[float]:
    """Every local maximum of the likelihood over tau2 >= 0, in increasing order."""
    if _unbounded(model, restricted):
        raise NoConvergence(
            f"the likelihood grows without bound as tau2 nears 0: {model.zero_variances} studies have no variance"
        )
    grid = _grid(model)
    score = _scan(model, grid, restricted)
    if np.isnan(score).any():
        raise NoConvergence("the variances lie too far apart for double precision")
    found = [0.0] if score[0] <= 0 else []

    def f(tau2: float) -> float:
        return float(_score(model.at(tau2), restricted)[0])

    for i in np.flatnonzero((score[:-1] > 0) & (score[1:] <= 0)):
        found.append(solve_between(f, float(grid[i]), float(grid[i + 1]), float(score[i]), float(score[i + 1])))
    return found


def maximum_likelihood(model: Model, restricted: bool) -> tuple[float, int]:
    """The tau2 of greatest likelihood, and how many local maxima there were to choose from."""
    found = maxima(model, restricted)
    if len(found) == 1:
        return found[0], 1
    heights = [log_likelihood(model.at(tau2), restricted) for tau2 in found]
    return found[int(np.argmax(heights))], len(found)
