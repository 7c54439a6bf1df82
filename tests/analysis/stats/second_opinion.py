"""The estimators once more, from their definitions, in 50-digit arithmetic.

Nothing here is shared with the package: plain pooling only, sums over all studies as the papers write them,
roots by bisection and secant. Slow, and meant to be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import mpmath as mp

Numbers = Sequence["mp.mpf"]


def exactly(values: Sequence[float]) -> list[mp.mpf]:
    return [mp.mpf(float(x)) for x in values]


def mean_at(y: Numbers, v: Numbers, tau2: mp.mpf) -> tuple[mp.mpf, mp.mpf, mp.mpf]:
    """Weighted mean, its Wald standard error, and the weighted sum of squares about it."""
    w = [1 / (x + tau2) for x in v]
    mean = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
    return mean, 1 / mp.sqrt(sum(w)), sum(a * (b - mean) ** 2 for a, b in zip(w, y, strict=True))


def projection(v: Numbers, tau2: mp.mpf) -> list[list[mp.mpf]]:
    """P = W - W 1 1' W / (1' W 1), element by element."""
    w = [1 / (x + tau2) for x in v]
    total = mp.fsum(w)
    return [[(a if i == j else 0) - a * b / total for j, b in enumerate(w)] for i, a in enumerate(w)]


def trace(p: list[list[mp.mpf]]) -> mp.mpf:
    return mp.fsum(p[i][i] for i in range(len(p)))


def trace_of_square(p: list[list[mp.mpf]], d: Numbers) -> mp.mpf:
    """tr(P D P D)."""
    k = range(len(p))
    return mp.fsum(p[i][j] ** 2 * d[i] * d[j] for i in k for j in k)


def moment(y: Numbers, v: Numbers, less: Callable[[int], int], total: bool) -> tuple[mp.mpf, mp.mpf]:
    """(Q - something)/scale, cut at 0, with its standard error: DL and HS."""
    p = projection(v, mp.mpf(0))
    q = mean_at(y, v, mp.mpf(0))[2]
    scale = mp.fsum(1 / x for x in v) if total else trace(p)
    value = max(mp.mpf(0), (q - less(len(y))) / scale)
    return value, mp.sqrt(2 * trace_of_square(p, [x + value for x in v])) / scale


def hedges(y: Numbers, v: Numbers) -> tuple[mp.mpf, mp.mpf]:
    k = len(y)
    mean = mp.fsum(y) / k
    value = max(mp.mpf(0), mp.fsum((x - mean) ** 2 for x in y) / (k - 1) - mp.fsum(v) / k)
    p = projection([mp.mpf(1)] * k, mp.mpf(0))
    return value, mp.sqrt(2 * trace_of_square(p, [x + value for x in v])) / (k - 1)


def sidik_jonkman(y: Numbers, v: Numbers) -> tuple[mp.mpf, mp.mpf]:
    k = len(y)
    mean = mp.fsum(y) / k
    crude = mp.fsum((x - mean) ** 2 for x in y) / k
    value = crude * mean_at(y, v, crude)[2] / (k - 1)
    spread = trace_of_square(projection(v, crude), [x + value for x in v])
    return value, crude / (k - 1) * mp.sqrt(2 * spread)


def paule_mandel(y: Numbers, v: Numbers) -> tuple[mp.mpf, mp.mpf]:
    k = len(y)
    value = q_root(y, v, mp.mpf(k - 1))
    return value, mp.sqrt(mp.mpf(2) * k**2 / (k - 1)) / mp.fsum(1 / (x + value) for x in v)


def q_root(y: Numbers, v: Numbers, target: mp.mpf) -> mp.mpf:
    def excess(t: mp.mpf) -> mp.mpf:
        return mean_at(y, v, t)[2] - target

    if excess(mp.mpf(0)) <= 0:
        return mp.mpf(0)
    high = max(v)
    while excess(high) > 0:
        high *= 2
    return _root(excess, mp.mpf(0), high)


def _root(f: Callable[[mp.mpf], mp.mpf], low: mp.mpf, high: mp.mpf) -> mp.mpf:
    """Halve until the bracket is narrow, then let the Illinois rule finish."""
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if (f(middle) > 0) == (f(low) > 0) else (low, middle)
    return mp.findroot(f, (low, high), solver="illinois", tol=mp.mpf(10) ** -80, verify=False)


def likelihood(y: Numbers, v: Numbers, tau2: mp.mpf, restricted: bool) -> mp.mpf:
    k = len(y)
    value = -mp.fsum(mp.log(x + tau2) for x in v) / 2 - mean_at(y, v, tau2)[2] / 2
    if not restricted:
        return value - k * mp.log(2 * mp.pi) / 2
    value += mp.log(k) / 2 - mp.log(mp.fsum(1 / (x + tau2) for x in v)) / 2
    return value - (k - 1) * mp.log(2 * mp.pi) / 2


def score(y: Numbers, v: Numbers, tau2: mp.mpf, restricted: bool) -> mp.mpf:
    w = [1 / (x + tau2) for x in v]
    total = sum(w)
    mean = sum(a * b for a, b in zip(w, y, strict=True)) / total
    pulled = sum((a * (b - mean)) ** 2 for a, b in zip(w, y, strict=True))
    return pulled - total + (sum(a * a for a in w) / total if restricted else 0)


def maximum_likelihood(y: Numbers, v: Numbers, restricted: bool) -> tuple[mp.mpf, mp.mpf]:
    """The highest of all local maxima on a fine logarithmic grid, searched in doubles and refined in 50 digits."""
    found = [mp.mpf(0)]
    mean = mp.fsum(y) / len(y)
    high = 4 * max(max(v), mp.fsum((x - mean) ** 2 for x in y))
    grid = [0.0] + [float(high) * 10 ** (-i / 20) for i in range(240, -1, -1)]
    rough_y, rough_v = [float(x - mean) for x in y], [float(x) for x in v]
    signs = [score(rough_y, rough_v, t, restricted) > 0 for t in grid]
    for low, up, rising, next_rising in zip(grid, grid[1:], signs, signs[1:], strict=False):
        if rising and not next_rising:
            found.append(_root(lambda t: score(y, v, t, restricted), mp.mpf(low), mp.mpf(up)))
    value = max(found, key=lambda t: likelihood(y, v, t, restricted))
    if restricted:
        p = projection(v, value)
        return value, mp.sqrt(2 / trace_of_square(p, [mp.mpf(1)] * len(v)))
    return value, mp.sqrt(2 / mp.fsum((x + value) ** -2 for x in v))


ESTIMATORS: dict[str, Callable[[Numbers, Numbers], tuple[mp.mpf, mp.mpf]]] = {
    "EE": lambda y, v: (mp.mpf(0), mp.mpf("nan")),
    "DL": lambda y, v: moment(y, v, lambda k: k - 1, total=False),
    "HS": lambda y, v: moment(y, v, lambda k: k, total=True),
    "HE": hedges,
    "SJ": sidik_jonkman,
    "PM": paule_mandel,
    "EB": paule_mandel,
    "ML": lambda y, v: maximum_likelihood(y, v, restricted=False),
    "REML": lambda y, v: maximum_likelihood(y, v, restricted=True),
}


def relative(ours: float, exact: mp.mpf, floor: float = 0.0) -> float:
    """The relative difference; below `floor` in size, relative to that."""
    if math.isnan(ours) and mp.isnan(exact):
        return 0.0
    return float(abs(mp.mpf(ours) - exact) / max(abs(exact), mp.mpf(floor), mp.mpf(10) ** -300))
