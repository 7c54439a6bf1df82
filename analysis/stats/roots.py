"""Where does a function cross zero? Two solvers that converge relative to the size of the root."""

from __future__ import annotations

from collections.abc import Callable

from .linear import Model

MAX_STEPS = 200
_RELATIVE = 4e-15


class NoConvergence(ArithmeticError):
    """An iteration ended without settling; carries a sentence for the reader of the result."""


def solve_q(model: Model, target: float) -> float:
    """The tau2 >= 0 at which the generalised Q(tau2) = y'Py equals `target` > 0; 0 if Q(0) is not above it.

    Newton's method on 1/Q, which is increasing and concave in tau2 (it is a weighted harmonic mean), so that
    the iteration climbs to the root from the left without overshooting, and quadratically.
    """
    tau2 = 1e-12 * model.differences if model.zero_variances else 0.0
    for _ in range(MAX_STEPS):
        m = model.at(tau2)
        q, slope = float(m.q[0]), float(m.ypp[0])
        if q <= target:
            return tau2
        step = (q - target) / slope * (q / target)
        if step <= _RELATIVE * tau2:
            return tau2 + step
        tau2 += step
    raise NoConvergence("the iteration for tau2 did not settle")


def solve_between(f: Callable[[float], float], low: float, high: float, f_low: float, f_high: float) -> float:
    """A root of `f` between `low` and `high`, where it has the values `f_low` and `f_high` of opposite sign.

    Bisection with inverse quadratic interpolation where that is safe (Chandrupatla 1997, Adv Eng Softw
    28:145).
    """
    a, b, c = high, low, high
    fa, fb, fc = f_high, f_low, f_high
    t = 0.5
    for _ in range(MAX_STEPS):
        x = a + t * (b - a)
        fx = f(x)
        if (fx > 0) == (fa > 0):
            c, fc = a, fa
        else:
            c, b, fc, fb = b, a, fb, fa
        a, fa = x, fx
        best, f_best = (a, fa) if abs(fa) < abs(fb) else (b, fb)
        tolerance = _RELATIVE * abs(best) / abs(b - a) if b != a else 1.0
        if tolerance >= 0.5 or f_best == 0:
            return best
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        if phi**2 < xi and (1 - phi) ** 2 < 1 - xi:
            t = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        else:
            t = 0.5
        t = min(1 - tolerance, max(tolerance, t))
    raise NoConvergence("the iteration for tau2 did not settle")
