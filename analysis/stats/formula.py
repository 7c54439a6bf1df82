"""Which columns does a formula such as "~ year + factor(allocation)" stand for?

The notation is R's: terms joined by +, interactions by : or * (which adds the terms themselves), factor() for
categories, I(), log(), sqrt() and exp() for arithmetic, -1 or +0 to leave the intercept out. A column of
words is a factor without being told. Factors are coded against their first level, in sorted order, where the
rest of their term is a term itself; else by all their levels, and so is the first one without an intercept.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .arrays import Column, FloatArray
from .errors import StatsError
from .measures import numbers

INTERCEPT = "intrcpt"
LONGEST = 1000


@dataclass(frozen=True, eq=False)
class Design:
    """The regression columns: their `names`, and `x` (k, p), NaN in rows where a value is `missing` (its name)."""

    names: tuple[str, ...]
    x: FloatArray
    missing: tuple[str | None, ...]


@dataclass(frozen=True, eq=False)
class _Variable:
    """One factor or number of a term: its columns with their names."""

    names: list[str]
    columns: list[FloatArray]


def design(formula: str, data: Mapping[str, Column], study: Sequence[str]) -> Design:
    """The regression columns of `formula` for the rows of `data`, named `study`; StatsError if it cannot be read."""
    reader = _Reader(formula, data, study)
    terms, intercept = reader.terms()
    columns = [(INTERCEPT, np.ones(len(study)))] if intercept else []
    for term, whole in zip(terms, reader.whole_factors(terms, intercept), strict=True):
        columns += reader.columns(term, whole)
    if not columns:
        raise StatsError(f"The formula {formula!r} has no terms.")
    names, x = zip(*columns, strict=True)
    for name, column in columns:
        reader.note_missing(name, ~np.isfinite(column))  # log(0) and the like
    return Design(names, np.column_stack(x), tuple(reader.missing))


class _Reader:
    def __init__(self, formula: str, data: Mapping[str, Column], study: Sequence[str]) -> None:
        self.formula, self.data, self.study, self.k = formula, data, study, len(study)
        self.missing: list[str | None] = [None] * self.k
        self._known: dict[str, _Variable] = {}

    def _refuse(self, why: str) -> StatsError:
        return StatsError(f"The formula {self.formula!r} cannot be read: {why}.")

    def terms(self) -> tuple[list[tuple[str, ...]], bool]:
        """The terms, each a tuple of variables in R's order, and whether there is an intercept."""
        text = self.formula.strip().removeprefix("~").replace("^", "**").replace(":", "@")
        if len(text) > LONGEST:
            raise StatsError(f"A formula of {len(text)} characters is too long; {LONGEST} are enough.")
        try:
            tree = ast.parse(text.strip() or "1", mode="eval").body
        except (SyntaxError, ValueError) as e:
            raise self._refuse("it is not a sum of terms such as ~ year + factor(setting)") from e
        found: list[tuple[str, ...]] = []
        intercept = True
        for sign, node in _summands(tree):
            if isinstance(node, ast.Constant) and node.value in (0, 1):
                intercept = (node.value == 1) == (sign > 0)
            elif sign < 0:
                raise self._refuse("only -1 can be taken away")
            else:
                found += self._expand(node)
        met = list(dict.fromkeys(variable for term in found for variable in term))
        ordered = dict.fromkeys(tuple(sorted(term, key=met.index)) for term in found)
        return sorted(ordered, key=len), intercept

    def _expand(self, node: ast.expr) -> list[tuple[str, ...]]:
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.MatMult)):
            left, right = self._expand(node.left), self._expand(node.right)
            crossed = [a + tuple(v for v in b if v not in a) for a in left for b in right]
            return crossed if isinstance(node.op, ast.MatMult) else left + right + crossed
        return [(ast.unparse(node),)]

    def whole_factors(self, terms: Sequence[tuple[str, ...]], intercept: bool) -> list[set[str]]:
        """For each term the factors that keep their first level, since no other column speaks for it."""
        present = [frozenset(), *map(frozenset, terms)]
        whole = [{v for v in term if frozenset(term) - {v} not in present} for term in terms]
        if not intercept:
            first = next(((i, v) for i, term in enumerate(terms) for v in term if self._is_factor(v)), None)
            if first:
                whole[first[0]].add(first[1])
        return whole

    def columns(self, term: Sequence[str], whole: set[str]) -> list[tuple[str, FloatArray]]:
        """Names and columns of a term; the factors in `whole` keep their first level."""
        out = [("", np.ones(self.k))]
        for name in term:
            variable = self._variable(name, name in whole)
            out = [
                (f"{a}:{b}" if a else b, x * y)
                for b, y in zip(variable.names, variable.columns, strict=True)
                for a, x in out
            ]
        return out

    def _variable(self, name: str, whole: bool) -> _Variable:
        key = f"{name}{whole}"
        if key not in self._known:
            self._known[key] = self._read(name, whole)
        return self._known[key]

    def _is_factor(self, name: str) -> bool:
        """Whether a variable is one by its word or by the words in its column."""
        node = ast.parse(name, mode="eval").body
        if isinstance(node, ast.Call):
            return ast.unparse(node.func) == "factor"
        return _is_name(node) and any(isinstance(v, str) and not is_missing(v) for v in self._raw(name))

    def _read(self, name: str, whole: bool) -> _Variable:
        node = ast.parse(name, mode="eval").body
        if self._is_factor(name):
            column = ast.unparse(node.args[0] if node.args else ast.Name("")) if isinstance(node, ast.Call) else name
            return self._factor(name, column, whole)
        values = self._number(node)
        label = name.replace("**", "^").replace(" ", "") if isinstance(node, ast.Call) else name
        return _Variable([label], [values])

    def _raw(self, name: str) -> Column:
        if name not in self.data:
            raise self._refuse(f"there is no column {name!r}")
        if len(self.data[name]) != self.k:
            raise StatsError(f"Column {name} has {len(self.data[name])} values, but there are {self.k} studies.")
        return self.data[name]

    def note_missing(self, name: str, absent: Iterable[bool]) -> None:
        """Rows that lack a value are told by the first column that lacks it."""
        for i, gone in enumerate(absent):
            if gone and self.missing[i] is None:
                self.missing[i] = name

    def _factor(self, label: str, name: str, whole: bool) -> _Variable:
        raw = self._raw(name)
        absent = [is_missing(v) for v in raw]
        self.note_missing(name, absent)
        levels = sorted_levels([v for v, gone in zip(raw, absent, strict=True) if not gone])
        if not levels:
            raise self._refuse(f"column {name} is empty")
        kept = levels if whole else levels[1:]
        columns = [
            np.array([np.nan if gone else float(v == level) for v, gone in zip(raw, absent, strict=True)])
            for level in kept
        ]
        return _Variable([f"{label}{show_level(level)}" for level in kept], columns)

    def _number(self, node: ast.expr) -> FloatArray:
        if _is_name(node):
            name = ast.unparse(node)
            values = numbers(name, self._raw(name), self.study)
            self.note_missing(name, np.isnan(values))
            return values
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return np.full(self.k, float(node.value))
        if isinstance(node, ast.Call) and len(node.args) == 1 and ast.unparse(node.func) in _CALLS:
            with np.errstate(all="ignore"):
                return _CALLS[ast.unparse(node.func)](self._number(node.args[0]))
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            with np.errstate(all="ignore"):
                return _OPERATORS[type(node.op)](self._number(node.left), self._number(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self._number(node.operand)
        raise self._refuse(f"{ast.unparse(node)} is not known")


_CALLS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "I": lambda x: x, "log": np.log, "sqrt": np.sqrt, "exp": np.exp,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], Callable[[FloatArray, FloatArray], FloatArray]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}  # fmt: skip


def _is_name(node: ast.expr) -> bool:
    """Whether it is a column's name, which in R may hold dots."""
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and _is_name(node.value))


def _summands(node: ast.expr, sign: int = 1) -> list[tuple[int, ast.expr]]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        right = sign if isinstance(node.op, ast.Add) else -sign
        return _summands(node.left, sign) + _summands(node.right, right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _summands(node.operand, -sign)
    return [(sign, node)]


def is_missing(value: object) -> bool:
    """Whether a cell of a column is empty: None, NaN or blank."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return isinstance(value, float) and value != value


def show_level(level: object) -> str:
    """A factor's level as text; whole numbers without a decimal point, truth values as R writes them."""
    if isinstance(level, bool):
        return str(level).upper()
    if isinstance(level, (float, np.floating)) and float(level).is_integer():
        return str(int(level))
    return str(level)


def sorted_levels(values: Sequence[object]) -> list[object]:
    """The distinct values in sorted order: numbers by size, words by their characters, capitals first."""
    levels = list(dict.fromkeys(values))
    if all(isinstance(v, (int, float, np.number)) for v in levels):
        return sorted(levels, key=float)  # type: ignore[arg-type]
    return sorted(levels, key=str)
