"""Lint never raises, whatever is typed; it points at cells that are there; and where units mean nothing, it says the same in all of them."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction.schema import Answer, ArmOf, OutcomeOf, Structure, asked_of
from extraction.schema.lint import Contrast, Estimate, Outcome, Row, Study, check_estimates, check_sheets, check_study
from extraction.schema.lint.answers import doubts_across, doubts_of_pair, doubts_of_sheet
from extraction.schema.tables import TABLES

pytestmark = pytest.mark.pure

TODAY = date(2026, 1, 1)
KINDS = tuple(TABLES)
ARMS = (ArmOf(1, "Talks", "experimental", 40), ArmOf(2, "Pills", "experimental"), ArmOf(3, "Nothing", "control", 1))
OUTCOMES = tuple(OutcomeOf(i, f"Outcome {kind}", kind, unit="0 to 30") for i, kind in enumerate(KINDS, 1))
ASKED = asked_of(Structure(ARMS, OUTCOMES))
CELLS = [field.key for table in ASKED.tables for row in table.rows for field in row.fields]
NUMBERS = st.one_of(
    st.integers(-5, 200),
    st.floats(allow_nan=False, allow_infinity=False, width=64),
    st.sampled_from([0, 1, 0.0, -0.0, 1e-300, 1e300, 5.1]),
)
SHEETS = st.dictionaries(
    st.sampled_from([*CELLS, "study/randomised"]), NUMBERS.map(lambda x: Answer(x)), max_size=25
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(SHEETS, SHEETS)
def test_whatever_is_typed_is_answered_with_doubts_about_cells_that_are_there(
    first: dict[str, Answer], second: dict[str, Answer]
) -> None:
    there = {*CELLS, "study/randomised"}
    for doubt in doubts_of_sheet("Murray 2003", ASKED, first, TODAY):
        assert doubt.cell in there
        assert doubt.sentence.endswith((".", "?"))
    for doubt in doubts_of_pair("Murray 2003", ASKED, first, second, TODAY):
        assert doubt.cell in there
    studies = [
        (f"Study {i}", ARMS, {key: each.value for key, each in sheet.items()})
        for i, sheet in enumerate((first, second))
    ]
    for outcome in OUTCOMES:
        assert all(doubt.cell in there for doubt in doubts_across(outcome, studies))


@given(SHEETS)
@settings(max_examples=20, deadline=None)
def test_a_sheet_has_no_slips_against_itself(sheet: dict[str, Answer]) -> None:
    rules = {doubt.rule for doubt in doubts_of_pair("Murray 2003", ASKED, sheet, sheet, TODAY)}
    assert not {"slip-between-sheets", "swapped-between-sheets"} & rules


MEANS = st.tuples(
    st.floats(-50, 50).map(lambda x: round(x, 1)), st.floats(0.5, 30).map(lambda x: round(x, 1)), st.integers(5, 300)
)


def means(rows: list[tuple[float, float, int]], unit: float) -> Study:
    """Two arms in another unit: every number but n is multiplied, by a power of two, so that nothing is rounded."""
    arms = tuple(
        Row(f"outcome/1/arm/{i}", f"Arm {i}", {"mean": unit * mean, "sd": unit * sd, "n": float(n)})
        for i, (mean, sd, n) in enumerate(rows, 1)
    )
    return Study("Murray 2003", (Outcome("Mood", "continuous", arms),))


@given(st.lists(MEANS, min_size=2, max_size=3), st.sampled_from([0.25, 0.5, 2.0, 1024.0]))
@settings(max_examples=80, deadline=None)
def test_means_are_doubted_alike_in_every_unit(rows: list[tuple[float, float, int]], unit: float) -> None:
    one, other = (
        [(finding.rule, finding.cell) for finding in check_study(means(rows, of), TODAY)] for of in (1.0, unit)
    )
    assert one == other


ESTIMATES = st.lists(st.tuples(st.floats(-4, 4), st.floats(0.05, 2), st.integers(10, 500)), min_size=5, max_size=9)


@given(ESTIMATES, st.sampled_from([0.25, 2.0, 64.0]), st.integers(-8, 8))
@settings(max_examples=80, deadline=None)
def test_effects_stand_out_whatever_their_unit_and_wherever_nought_is(
    rows: list[tuple[float, float, int]], unit: float, moved: int
) -> None:
    def told(scale: float, shift: float) -> list[tuple[str, str]]:
        estimates = [
            Estimate(f"Study {i}", f"study/{i}", scale * y + shift, scale * se, n) for i, (y, se, n) in enumerate(rows)
        ]
        return [(finding.rule, finding.cell) for finding in check_estimates(estimates)]

    assert told(1.0, 0.0) == told(unit, 0.0)
    if not any(abs(far - 4.5) < 1e-6 for far in distances(rows)):
        assert told(1.0, 0.0) == told(1.0, float(moved))


def distances(rows: list[tuple[float, float, int]]) -> list[float]:
    """How far each effect is from the others' middle: next to the border, moving nought may round it to the other side."""
    from statistics import median

    found = []
    for i, (y, se, _) in enumerate(rows):
        others = [x for j, (x, _, _) in enumerate(rows) if j != i]
        middle = median(others)
        spread = 1.4826 * median(abs(x - middle) for x in others)
        found.append(abs(y - middle) / math.hypot(se, spread))
    return found


@given(st.integers(1, 500), st.integers(1, 500), st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_arms_that_are_swapped_on_one_sheet_are_told_and_the_order_of_sheets_says_nothing(
    one: int, other: int, more: int
) -> None:
    rows = [{"events": float(one), "total": 500.0}, {"events": float(other), "total": 500.0 + more}]
    sheets = [
        Outcome("Death", "dichotomous", tuple(Row(f"outcome/1/arm/{i}", f"Arm {i}", row) for i, row in enumerate(order, 1)))
        for order in (rows, rows[::-1])
    ]  # fmt: skip
    told, back = check_sheets(*sheets), check_sheets(*sheets[::-1])
    assert ("swapped-between-sheets" in {finding.rule for finding in told}) == (rows[0] != rows[1])
    assert {finding.rule for finding in told} == {finding.rule for finding in back}


@given(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(0.01, 100), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_a_hazard_ratio_is_doubted_alike_whichever_arm_comes_first(
    hr: float, low: float, high: float, p: float
) -> None:
    """Ratios one way and the other: 1/hr with 1/high to 1/low. Numbers are not rounded, so that no slack is used up by rounding."""

    def rules(*numbers: float) -> set[str]:
        cells = dict(zip(("hr", "hr_low", "hr_high", "p"), (*numbers, p), strict=True))
        a, b = Row("outcome/1/arm/1", "A"), Row("outcome/1/arm/2", "B")
        between = Contrast(Row("outcome/1/contrast/1-2", "A v B", cells), a, b)
        return {f.rule for f in check_study(Study("S", (Outcome("Death", "time_to_event", (), (between,)),)), TODAY)}

    one, other = rules(hr, low, high), rules(1 / hr, 1 / high, 1 / low)
    assert one - {"lopsided-interval"} == other - {"lopsided-interval"}
