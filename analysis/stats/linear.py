"""What do estimates, variances and moderators say at a given variance between studies?

Everything the estimators, tests and intervals need comes from the weighted regression of y on X with weights
w = 1/(v + tau2), computed here once, in time linear in the number of studies, for many tau2 at a time.

The p most precise studies whose rows of X are independent serve as reference (in plain pooling: the most
precise study). All else is expressed as contrasts against them: z = y - G y_ref with G = X X_ref^-1. Then
every sum runs over the other studies, whose weights cannot dwarf the rest, and no digits are lost however
far the variances lie apart. In these terms

    S = W_ref + G' W G,  H = G' W G,  M = W - W G S^-1 G' W,  and  P = K M K'  with  K' y = z,

where P is the usual matrix of the residual sum of squares, y'Py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .arrays import FloatArray, IntArray, inverse, product, row_sums, solve, traces


@dataclass(frozen=True, eq=False)
class Model:
    """k studies with p regression columns (p = 1, a column of ones: plain pooling).

    `y`, `variances` (k), `x` (k, p; None: a column of ones): as given. `ref` (p), `others` (k - p): places of the
    reference studies and of the rest. `z`, `v` (k - p) and `g` (k - p, p; None: all ones): contrasts, variances
    and rows of G of the rest; `v_ref` (p): variances of the reference.
    """

    y: FloatArray
    variances: FloatArray
    x: FloatArray | None
    ref: IntArray
    others: IntArray
    z: FloatArray
    v: FloatArray
    g: FloatArray | None
    v_ref: FloatArray

    @classmethod
    def of(cls, y: FloatArray, v: FloatArray, x: FloatArray | None = None) -> Model:
        """The model of estimates `y` (k) with variances `v` (k) on the columns of `x` (k, p).

        Without `x`: on a constant, and variances may be zero if only tau2 > 0 is asked of it. Else all
        variances must be above zero, and `x` must have full column rank.
        """
        if x is None:
            ref = np.array([np.argmin(v)])
            others = np.delete(np.arange(len(y)), ref)
            return cls(y, v, None, ref, others, y[others] - y[ref], v[others], None, v[ref])
        basis = np.linalg.qr(x)[0]
        ref = _reference_rows(basis / np.sqrt(v)[:, None])
        others = np.delete(np.arange(len(y)), ref)
        g = solve(basis[ref].T, basis[others].T).T
        return cls(y, v, x, ref, others, y[others] - g @ y[ref], v[others], g, v[ref])

    @property
    def k(self) -> int:
        """How many studies there are."""
        return len(self.y)

    @property
    def p(self) -> int:
        """How many columns X has."""
        return len(self.ref)

    @property
    def df(self) -> int:
        """Residual degrees of freedom, k - p."""
        return len(self.z)

    @cached_property
    def identity(self) -> FloatArray:
        """The identity matrix (p, p)."""
        return np.eye(self.p)

    @cached_property
    def zero_variances(self) -> int:
        """How many studies have a sampling variance of zero; at tau2 = 0 there is then no regression."""
        return int(np.count_nonzero(self.variances == 0))

    @cached_property
    def smallest_variance(self) -> float:
        """The smallest sampling variance above zero."""
        return float(self.variances[self.variances > 0].min(initial=np.inf))

    @cached_property
    def _products(self) -> FloatArray | None:
        """Products of the columns of G, pair by pair (k - p, p * p)."""
        if self.g is None:
            return None
        return (self.g[:, :, None] * self.g[:, None, :]).reshape(self.df, self.p**2)

    def cross(self, w: FloatArray) -> FloatArray:
        """G' diag(w) G for every row of `w` (n, k - p), as (n, p, p)."""
        products = self._products
        return (row_sums(w) if products is None else w @ products).reshape(len(w), self.p, self.p)

    def gather(self, a: FloatArray) -> FloatArray:
        """G' a for every row of `a` (n, k - p), as (n, p)."""
        return row_sums(a)[:, None] if self.g is None else a @ self.g

    def spread(self, shift: FloatArray) -> FloatArray:
        """G `shift` for every row of `shift` (n, p), as (n, k - p)."""
        return shift if self.g is None else shift @ self.g.T

    def at(self, tau2: FloatArray | float) -> Moments:
        """The regression with weights 1/(v + tau2), at one or n values of `tau2`."""
        t = np.atleast_1d(np.asarray(tau2, dtype=float))[:, None]
        return Moments(self, 1.0 / (self.v + t), 1.0 / (self.v_ref + t))

    @cached_property
    def at_zero(self) -> Moments:
        """The regression with weights 1/v."""
        return self.at(0.0)

    @cached_property
    def unweighted(self) -> Moments:
        """The regression with all weights 1."""
        return Model.of(self.y, np.ones(self.k), self.x).at_zero

    @property
    def differences(self) -> float:
        """Mean square of the contrasts: at least the unweighted residual mean square, and 0 only if nothing differs."""
        return float(self.z @ self.z) / max(self.df, 1)

    def scatter(self, at_others: FloatArray, at_ref: FloatArray) -> FloatArray:
        """Values of the others and of the reference studies, in the order of the data (k)."""
        out = np.empty(self.k)
        out[self.others], out[self.ref] = at_others, at_ref
        return out


def _reference_rows(weighted: FloatArray) -> IntArray:
    """The p rows of `weighted` (k, p) chosen greedily for length, each beyond the span of those before."""
    rest = weighted.copy()
    chosen: list[int] = []
    for _ in range(rest.shape[1]):
        lengths = np.einsum("kp,kp->k", rest, rest)
        lengths[chosen] = -1.0
        i = int(np.argmax(lengths))
        chosen.append(i)
        direction = rest[i] / np.sqrt(lengths[i])
        rest -= np.outer(rest @ direction, direction)
    return np.sort(np.array(chosen, dtype=np.intp))


@dataclass(frozen=True, eq=False)
class Moments:
    """A weighted regression at n sets of weights: `w` (n, k - p) and `w_ref` (n, p)."""

    model: Model
    w: FloatArray
    w_ref: FloatArray

    @cached_property
    def h(self) -> FloatArray:
        """H = G' W G (n, p, p)."""
        return self.model.cross(self.w)

    @property
    def s(self) -> FloatArray:
        """S = W_ref + H (n, p, p)."""
        return self.h + self.w_ref[:, :, None] * self.model.identity

    @cached_property
    def s_inv(self) -> FloatArray:
        """Covariance of `shift` (n, p, p)."""
        return inverse(self.s)

    @cached_property
    def shift(self) -> FloatArray:
        """What the fit adds to the estimates of the reference studies (n, p)."""
        right = self.model.gather(self.w * self.model.z)
        return product(self.s_inv, right[:, :, None])[:, :, 0]

    @cached_property
    def residuals(self) -> FloatArray:
        """Residuals of the other studies (n, k - p); those of the reference are `-shift`."""
        return self.model.z - self.model.spread(self.shift)

    @cached_property
    def q(self) -> FloatArray:
        """y'Py, the weighted residual sum of squares (n)."""
        return row_sums(self.w * self.residuals**2) + row_sums(self.w_ref * self.shift**2)

    @property
    def ypp(self) -> FloatArray:
        """y'PPy (n)."""
        return row_sums((self.w * self.residuals) ** 2) + row_sums((self.w_ref * self.shift) ** 2)

    @cached_property
    def _h_s_inv_w(self) -> FloatArray:
        """H S^-1 W_ref (n, p, p): the reference's block of P."""
        return product(self.h, self.s_inv) * self.w_ref[:, None, :]

    @property
    def trace_p(self) -> FloatArray:
        """tr P (n)."""
        of_others = row_sums(self.w) - traces(product(self.s_inv, self.model.cross(self.w**2)))
        return of_others + traces(self._h_s_inv_w)

    def trace_pdpd(self, d: FloatArray | None = None) -> FloatArray:
        """tr(P D P D) for a diagonal D with the entries `d` (k); without it tr PP (n)."""
        w, cross = self.w, self.model.cross
        s, s_ref = (1.0, 1.0) if d is None else (d[self.model.others], d[self.model.ref])
        n = product(self.s_inv, cross(w**2 * s))
        others = row_sums((w * s) ** 2) - 2 * traces(product(self.s_inv, cross(w**3 * s**2)))
        between = product(n, self.s_inv) * (self.w_ref**2 * s_ref)[:, None, :]
        ref = self._h_s_inv_w * s_ref
        return others + traces(product(n, n)) + 2 * traces(between) + traces(product(ref, ref))

    @property
    def total_weight(self) -> FloatArray:
        """Sum of all weights (n)."""
        return row_sums(self.w) + row_sums(self.w_ref)

    # What follows is about a single set of weights, n = 1.

    @property
    def coefficients(self) -> FloatArray:
        """The regression coefficients (p)."""
        at_ref = self.model.y[self.model.ref] + self.shift[0]
        return at_ref if self.model.x is None else solve(self.model.x[self.model.ref], at_ref)

    @property
    def covariance(self) -> FloatArray:
        """Their covariance matrix, the inverse of X' W X (p, p)."""
        if self.model.x is None:
            return np.asarray(self.s_inv[0])
        back = inverse(self.model.x[self.model.ref])
        return product(back, product(self.s_inv[0], back.T))

    @property
    def information(self) -> FloatArray:
        """X' W X (p, p)."""
        if self.model.x is None:
            return np.asarray(self.s[0])
        x_ref = self.model.x[self.model.ref]
        return product(x_ref.T, product(self.s[0], x_ref))

    @property
    def fits_exactly(self) -> bool:
        """Whether all residuals are rounding: what is left of estimates that lie on the fitted line."""
        rounding = 1e-13 * float(np.abs(self.model.y).max())
        return float(self.q[0]) <= float(self.total_weight[0]) * rounding**2

    @property
    def weights(self) -> FloatArray:
        """The weights in the order of the data (k)."""
        return self.model.scatter(self.w[0], self.w_ref[0])

    @property
    def all_residuals(self) -> FloatArray:
        """The residuals in the order of the data (k)."""
        return self.model.scatter(self.residuals[0], -self.shift[0])

    @property
    def leverages(self) -> tuple[FloatArray, FloatArray]:
        """The hat values and, without cancellation, one minus them (each k)."""
        s_inv = self.s_inv[0]
        g = np.ones((self.model.df, 1)) if self.model.g is None else self.model.g
        hat = self.w[0] * np.einsum("kp,pq,kq->k", g, s_inv, g)
        hat_ref = self.w_ref[0] * np.diag(s_inv)
        rest_ref = np.diag(s_inv @ self.h[0])
        return self.model.scatter(hat, hat_ref), self.model.scatter(1 - hat, rest_ref)
