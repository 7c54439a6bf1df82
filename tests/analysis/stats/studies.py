"""Any studies, as raw data for each kind of measure: ordinary ones, and every edge that a review can meet."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

from analysis.stats import MEASURES, effects
from analysis.stats.results import Effects

Columns = dict[str, list[Any]]

COUNT = st.one_of(st.integers(0, 12), st.integers(0, 400), st.integers(10**9, 10**15))
MEAN = st.one_of(st.floats(-50, 50), st.floats(0.5, 5), st.sampled_from([0.0, 1e-9, 1e9]))
SD = st.one_of(st.just(0.0), st.floats(1e-3, 30), st.sampled_from([1e-9, 1e9]))
TIME = st.one_of(st.just(0.0), st.floats(0.5, 1e4), st.just(1e15))
VARIANCE = st.one_of(st.just(0.0), st.floats(1e-3, 4.0), st.floats(-18, 18).map(lambda e: 10.0**e))
ESTIMATE = st.one_of(st.floats(-3, 3), st.sampled_from([0.0, 1.0]), st.floats(-1e6, 1e6))


@st.composite
def part(draw: st.DrawFn, whole: st.SearchStrategy[int] = COUNT) -> tuple[int, int]:
    """Events and people: none, all, or some of them."""
    n = draw(whole)
    return draw(st.one_of(st.just(0), st.just(n), st.integers(0, n))), n


@st.composite
def table(draw: st.DrawFn) -> dict[str, Any]:
    (ai, n1i), (ci, n2i) = draw(part()), draw(part())
    return {"ai": ai, "n1i": n1i, "ci": ci, "n2i": n2i}


@st.composite
def means(draw: st.DrawFn) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for group in ("1", "2"):
        row |= {f"n{group}i": draw(COUNT), f"m{group}i": draw(MEAN), f"sd{group}i": draw(SD)}
    return row


@st.composite
def proportion(draw: st.DrawFn) -> dict[str, Any]:
    xi, ni = draw(part())
    return {"xi": xi, "ni": ni}


ROWS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "bin2": table(),
    "cont2": means(),
    "prop": proportion(),
    "cor": st.fixed_dictionaries({"ri": st.one_of(st.floats(-1, 1), st.sampled_from([-1, 0, 1])), "ni": COUNT}),
    "rate1": st.fixed_dictionaries({"xi": COUNT, "ti": TIME}),
    "rate2": st.fixed_dictionaries({"x1i": COUNT, "t1i": TIME, "x2i": COUNT, "t2i": TIME}),
    "gen": st.fixed_dictionaries({"yi": ESTIMATE, "vi": VARIANCE}),
}


@st.composite
def columns(draw: st.DrawFn, kind: str, least: int = 1, most: int = 6) -> Columns:
    """Up to `most` studies of one kind, with a value missing now and then."""
    rows = draw(st.lists(ROWS[kind], min_size=least, max_size=most))
    data = {name: [row[name] for row in rows] for name in rows[0]}
    if draw(st.integers(0, 9)) == 0:
        name = draw(st.sampled_from(sorted(data)))
        data[name] = [None, *data[name][1:]]
    return data


def measured(measure: str, preset: str = "RevMan 2025") -> st.SearchStrategy[Effects]:
    """The effects, by one measure, of any studies."""
    return columns(MEASURES[measure].kind).map(lambda data: effects(measure, data, preset=preset))


@st.composite
def generic(draw: st.DrawFn, least: int = 1, most: int = 8, decades: float = 18) -> Effects:
    """Ready-made effects whose variances span up to 2 * `decades` powers of ten."""
    k = draw(st.integers(least, most))
    exponents = draw(st.lists(st.floats(-decades, decades), min_size=k, max_size=k))
    spread = draw(st.floats(-decades, decades))
    units = draw(st.lists(st.floats(-4, 4), min_size=k, max_size=k))
    return effects("GEN", yi=[u * 10 ** (spread / 2) for u in units], vi=[10.0**e for e in exponents])


def same(a: float, b: float, rel: float = 1e-9, scale: float = 0.0) -> bool:
    """Whether two numbers agree, both missing counting as agreement; `scale` is what rounding is measured by."""
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return a == b or abs(a - b) <= max(rel * max(abs(a), abs(b)), rel * scale)
