"""Which effect measures are there, and what does each need?

A measure is one function from columns of raw data to estimates and sampling variances, registered here with
its columns and scale. `effects` is the only caller.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import BoolArray, Column, FloatArray
from .errors import StatsError
from .options import Options

Columns = Mapping[str, FloatArray]


@dataclass(frozen=True)
class Computed:
    """What a measure's function returns, one entry per study.

    `why` says why a study has no estimate ("" if nothing is known against it); `otherwise` is the reason
    given where the arithmetic itself ends in no finite number.
    """

    yi: FloatArray
    vi: FloatArray
    why: list[str]
    otherwise: str


@dataclass(frozen=True)
class Measure:
    """One effect measure: its name in the literature, the columns it needs, the scale of its estimates."""

    name: str
    title: str
    columns: tuple[str, ...]
    alternative: tuple[str, ...]
    scale: str
    kind: str
    compute: Callable[[Columns, Options], Computed]

    @property
    def source(self) -> str:
        """The formula's description and source, from the docstring of the function."""
        return (self.compute.__doc__ or "").strip()


MEASURES: dict[str, Measure] = {}
# Two-by-two tables may also come as cells, ready-made estimates with their standard errors.
_ALTERNATIVES = {("ai", "n1i", "ci", "n2i"): ("ai", "bi", "ci", "di"), ("yi", "vi"): ("yi", "sei")}

_Function = Callable[[Columns, Options], Computed]


def register(
    name: str, title: str, columns: tuple[str, ...], scale: str, kind: str
) -> Callable[[_Function], _Function]:
    """Enter the decorated function into the registry as the measure `name`."""

    def enter(function: _Function) -> _Function:
        alternative = _ALTERNATIVES.get(columns, columns)
        MEASURES[name] = Measure(name, title, columns, alternative, scale, kind, function)
        return function

    return enter


def measure(name: str) -> Measure:
    """The registered measure `name`; StatsError lists the names if there is none."""
    try:
        return MEASURES[name]
    except KeyError:
        raise StatsError(f"There is no measure {name!r}; measures are {', '.join(MEASURES)}.") from None


def first_reason(reasons: Sequence[tuple[BoolArray, str]], k: int) -> list[str]:
    """For each of `k` studies the text of the first condition that holds, or ""."""
    why = [""] * k
    for holds, text in reversed(reasons):
        for i in np.flatnonzero(holds):
            why[i] = text
    return why


# What each column may not hold; several measures share a column.
_COUNTS = ("ai", "bi", "ci", "di", "n1i", "n2i", "ni", "xi", "x1i", "x2i")
_NOT_NEGATIVE: dict[str, str] = {
    **dict.fromkeys(_COUNTS, "a number of people or events"),
    **dict.fromkeys(("ti", "t1i", "t2i"), "person-time"),
    **dict.fromkeys(("sd1i", "sd2i"), "a standard deviation"),
    "vi": "a variance",
    "sei": "a standard error",
}
COLUMN_NAMES: frozenset[str] = frozenset({*_NOT_NEGATIVE, "ri", "m1i", "m2i", "yi"})
_PARTS = (("ai", "n1i"), ("ci", "n2i"), ("xi", "ni"))


def read_columns(m: Measure, data: Mapping[str, Column], study: Sequence[str]) -> dict[str, FloatArray]:
    """The columns that `m` needs, as float arrays with NaN for what is missing; StatsError for bad ones."""
    names = min((m.columns, m.alternative), key=lambda wanted: len(set(wanted) - set(data)))
    absent = [name for name in names if name not in data]
    if absent:
        wanted = " or ".join(dict.fromkeys((", ".join(m.columns), ", ".join(m.alternative))))
        raise StatsError(f"{m.name} needs the columns {wanted}; {absent[0]} is not there.")
    columns = {name: numbers(name, data[name], study) for name in names}
    for name, values in columns.items():
        if name in _NOT_NEGATIVE:
            _refuse(values < 0, name, values, study, f"but {_NOT_NEGATIVE[name]} cannot be negative")
        if name == "ri":
            _refuse(np.abs(values) > 1, name, values, study, "but a correlation lies between -1 and 1")
    for part, whole in _PARTS:
        if part in columns and whole in columns:
            more = columns[part] > columns[whole]
            _refuse(more, part, columns[part], study, f"more than the {whole} people in the group")
    return columns


def numbers(name: str, values: Column, study: Sequence[str]) -> FloatArray:
    """`values` of column `name` as floats, one per study; None and NaN mean missing, all else must be finite."""
    if len(values) != len(study):
        raise StatsError(f"Column {name} has {len(values)} values, but there are {len(study)} studies.")
    try:
        array = np.asarray([np.nan if v is None else v for v in values], dtype=float)
    except (TypeError, ValueError):
        array = np.asarray([_number(name, v, label) for v, label in zip(values, study, strict=True)])
    if array.ndim != 1:
        raise StatsError(f"Column {name} must be one list of numbers, one per study.")
    _refuse(np.isinf(array), name, array, study, "which is not a finite number")
    return array


def _number(name: str, value: Any, label: str) -> float:
    if value is None or (isinstance(value, str) and not value.strip()):
        return float("nan")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise StatsError(f"Study {label}: {name} is {value!r}, which is not a number.") from None


def _refuse(broken: BoolArray, name: str, values: FloatArray, study: Sequence[str], text: str) -> None:
    for i in np.flatnonzero(broken).tolist():
        raise StatsError(f"Study {study[i]}: {name} is {values[i]:g}, {text}.")
