"""Which kinds of arrays pass between the modules?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]
Column = Sequence[Any] | NDArray[Any]


def row_sums(a: FloatArray) -> FloatArray:
    """Sums over the last axis."""
    sums: FloatArray = a.sum(axis=-1)
    return sums


def traces(a: FloatArray) -> FloatArray:
    """Traces of n square matrices (n, p, p)."""
    if a.shape[-1] == 1:
        return a[:, 0, 0]
    diagonal: FloatArray = np.trace(a, axis1=1, axis2=2)
    return diagonal


def product(a: FloatArray, b: FloatArray) -> FloatArray:
    """Matrix product of n pairs of matrices."""
    if a.shape[-1] == 1 and b.shape[-2:] == (1, 1):
        return a * b
    c: FloatArray = np.matmul(a, b)
    return c


def inverse(a: FloatArray) -> FloatArray:
    """Inverse of a square matrix, or of n of them; NaN if rounding has made one singular."""
    if a.shape[-1] == 1:
        return 1.0 / a
    try:
        return np.asarray(np.linalg.inv(a), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.full_like(a, np.nan)


def solve(a: FloatArray, b: FloatArray) -> FloatArray:
    """The solution x of a x = b; NaN if rounding has made `a` singular."""
    try:
        return np.asarray(np.linalg.solve(a, b), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.full_like(b, np.nan)


def log_det(a: FloatArray) -> float:
    """Logarithm of the determinant of a positive definite matrix."""
    if len(a) == 1:
        return float(np.log(a[0, 0]))
    return float(np.linalg.slogdet(a)[1])


def any_of(*conditions: BoolArray) -> BoolArray:
    """Where at least one of the conditions holds."""
    holds: BoolArray = np.logical_or.reduce(conditions)
    return holds


def all_of(*conditions: BoolArray) -> BoolArray:
    """Where all conditions hold."""
    holds: BoolArray = np.logical_and.reduce(conditions)
    return holds
