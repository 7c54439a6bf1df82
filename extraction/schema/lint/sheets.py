"""Which differences between two sheets of one study are slips of the hand: digits transposed, points moved, arms swapped?"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from extraction.schema.lint.rows import Finding, Outcome, Row, Severity


def check_sheets(first: Outcome, second: Outcome) -> list[Finding]:
    """The slips behind the differences of two sheets' numbers for one outcome, whose rows are found by their keys."""
    return [*_swapped(first, second), *_slips(first, second)]


def _pairs(first: Outcome, second: Outcome) -> list[tuple[Row, Row]]:
    """The rows of arms."""
    return _beside(first.arms, second.arms)


def _beside(first: Iterable[Row], second: Iterable[Row]) -> list[tuple[Row, Row]]:
    theirs = {row.key: row for row in second}
    return [(row, theirs[row.key]) for row in first if row.key in theirs]


def _every(outcome: Outcome) -> Iterator[Row]:
    """The rows of arms, of two arms and of the study as a whole."""
    yield from outcome.arms
    yield from (contrast.row for contrast in outcome.contrasts)
    if outcome.whole:
        yield outcome.whole


def _swapped(first: Outcome, second: Outcome) -> Iterator[Finding]:
    for (a, b), (c, d) in itertools.combinations(_pairs(first, second), 2):
        if a.numbers and a.numbers != b.numbers and not _agree(a, b) and _agree(a, d) and _agree(c, b):
            told = (
                f"{first.title}: what one sheet has for {a.name} the other has for {c.name}, and the reverse; "
                "one of the two swapped the arms."
            )
            yield Finding("swapped-between-sheets", Severity.UNLIKELY, a.cell(next(iter(a.numbers))), told)


def _agree(row: Row, theirs: Row) -> bool:
    """Whether two rows say the same, as far as both say anything; one number alone, or another, says too little."""
    common = row.numbers.keys() & theirs.numbers.keys()
    if any(row.numbers[name] != theirs.numbers[name] for name in common):
        return False
    return row.numbers == theirs.numbers or len(common) >= 2


def _slips(first: Outcome, second: Outcome) -> Iterator[Finding]:
    for a, b in _beside(_every(first), _every(second)):
        for name in a.numbers:
            x, y = a.numbers[name], b.get(name)
            if y is None or x == y:
                continue
            slip = _slip(x, y)
            if slip:
                told = f"{first.title}, {a.name}: {first.named(name)} is {x:g} on one sheet and {y:g} on the other; {slip}."
                yield Finding("slip-between-sheets", Severity.UNLIKELY, a.cell(name), told)


def _slip(x: float, y: float) -> str:
    if x == -y:
        return "one of them lost or gained a minus sign"
    one, two = f"{abs(x):.10g}", f"{abs(y):.10g}"
    digits, others = one.replace(".", "").strip("0"), two.replace(".", "").strip("0")
    if digits and digits == others:
        return "the decimal point, or a zero, differs"
    if len(one) == len(two) and one.find(".") == two.find("."):
        one, two = one.replace(".", ""), two.replace(".", "")  # digits change places across the point, too
        apart = [i for i in range(len(one)) if one[i] != two[i]]
        if (
            len(apart) == 2
            and apart[1] - apart[0] == 1
            and one[apart[0]] + one[apart[1]] == two[apart[1]] + two[apart[0]]
        ):
            return "two digits are transposed"
    return ""
