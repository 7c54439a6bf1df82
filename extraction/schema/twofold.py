"""Which numbers of two sheets may be one quantity that was reported in two ways, as an SD and an SE, and do they agree within rounding?

Nothing is settled by it: a person chooses, knowing it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from extraction.schema.answers import BLANK, Answer, Origin
from extraction.schema.asked import Asked, Row, Table
from extraction.schema.convert import effects, spread
from extraction.schema.convert.converted import CannotConvert, Converted
from extraction.schema.convert.offers import typed_number
from extraction.schema.lint.answers import LARGEST
from extraction.schema.lint.rows import decimals, rounding
from extraction.schema.workings import WORDS, told

EXACT = ("n", "n1", "n2", "total", "events")  # people are not rounded
OF_WHOM = ("n", "n1", "n2", "total", "time")  # given beside a quantity, and no report of it
SLACK = 1e-9  # relative: of arithmetic, not of numbers
Numbers = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Way:
    """How a quantity is had from other numbers of its row. column: the quantity; names: of the numbers, as function takes them; on: those
    of them that are a report of it."""

    column: str
    names: tuple[str, ...]
    function: Callable[..., Converted]
    on: tuple[str, ...] = ()

    @property
    def rests_on(self) -> tuple[str, ...]:
        return self.on or tuple(name for name in self.names if name not in OF_WHOM)


def pooled_sd(n1: float, sd1: float, n2: float, sd2: float) -> Converted:
    """The standard deviation within two groups, from those of both. Raises CannotConvert."""
    if min(n1, n2, sd1, sd2) <= 0 or n1 + n2 <= 2:
        raise CannotConvert("Two SDs above 0, of 3 people or more, are needed.")
    value = math.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2))
    formula = "sd = √(((n1 - 1) sd1² + (n2 - 1) sd2²) / (n1 + n2 - 2))"
    given = (("n1", n1), ("sd1", sd1), ("n2", n2), ("sd2", sd2))
    return Converted("sd", value, given, formula, "Hedges 1981, J Educ Stat 6:107")


def of_ratio(names: tuple[str, ...], function: Callable[..., tuple[Converted, ...]], *on: tuple[str, ...]) -> list[Way]:
    """A log ratio, and its standard error."""
    return [
        Way("log_effect", names, lambda *numbers: function(*numbers)[0], on[0]),
        Way("se_log", names, lambda *numbers: function(*numbers)[1], on[1]),
    ]


OF_ROW: dict[str, tuple[Way, ...]] = {
    "continuous": (
        Way("sd", ("se", "n"), spread.sd_from_se),
        Way("sd", ("ci_low", "ci_high", "n"), spread.sd_from_ci),
        Way("change", ("baseline", "mean"), spread.mean_change),
    ),
    "dichotomous": (Way("events", ("percent", "total"), effects.events_from_percent),),
    "rate": (Way("events", ("rate", "time"), effects.events_from_rate),),
    "time_to_event": (
        *of_ratio(("hr", "hr_low", "hr_high"), effects.log_ratio_from_ci, ("hr",), ("hr_low", "hr_high")),
        *of_ratio(("o_e", "v"), effects.log_ratio_from_o_minus_e, ("o_e", "v"), ("v",)),
        *of_ratio(("hr", "p"), effects.log_ratio_from_p, ("hr",), ("p",)),
    ),
    "generic": (Way("se", ("effect", "effect_low", "effect_high"), effects.se_from_ci, ("effect_low", "effect_high")),),
}
BETWEEN_MEANS = (  # the SD within both arms
    Way("sd", ("n1", "sd1", "n2", "sd2"), pooled_sd),
    Way("sd", ("difference_se", "n1", "n2"), spread.sd_from_difference_se),
    Way("sd", ("difference_low", "difference_high", "n1", "n2"), spread.sd_from_difference_ci),
    Way("sd", ("difference", "t", "n1", "n2"), spread.sd_from_t, ("t",)),
    Way("sd", ("difference", "p", "n1", "n2"), spread.sd_from_p, ("p",)),
)


@dataclass(frozen=True, slots=True)
class Said:
    """What one sheet says of a quantity: the number, between what it lies as it is rounded, and how it was had if it was not read.
    keys: of the cells that report it."""

    column: str
    value: float
    low: float
    high: float
    keys: tuple[str, ...]
    converted: Converted | None = None

    @property
    def in_words(self) -> str:
        if self.converted is None:
            return f"{WORDS.get(self.column, self.column)} {self.value:g}"
        return told(self.converted.working)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One quantity, as two sheets report it."""

    first: Said
    second: Said

    @property
    def agrees(self) -> bool:
        """Whether both may be one number, rounded."""
        slack = SLACK * max(abs(self.first.value), abs(self.second.value))
        return self.first.low <= self.second.high + slack and self.second.low <= self.first.high + slack

    @property
    def remark(self) -> str:
        """On what it rests beside arithmetic."""
        remarks = (each.converted.remark for each in (self.first, self.second) if each.converted)
        return " ".join(dict.fromkeys(filter(None, remarks)))


@dataclass(frozen=True, slots=True)
class Twofold:
    """What two sheets may report in two ways in one row. keys: of the cells in which only one of them has a number, in the form's order."""

    keys: tuple[str, ...]
    comparisons: tuple[Comparison, ...]

    @property
    def agrees(self) -> bool:
        return all(each.agrees for each in self.comparisons)


def twofold(asked: Asked, first: Mapping[str, Answer], second: Mapping[str, Answer]) -> list[Twofold]:
    """The rows of the outcomes' tables in which two sheets may report the same in two ways, in the form's order."""
    found = []
    for table in asked.tables:
        for row in table.rows:
            ways = ways_of(table)
            sides = [list(said_in(row, ways, cells_of(asked, table, row), each)) for each in (first, second)]
            comparisons = compared(sides[0], sides[1], first, second)
            if comparisons:
                alone = {key for each in comparisons for key in alone_in(each, first, second)}
                keys = [field.key for field in asked.fields if field.key in alone]
                found.append(Twofold(tuple(keys), tuple(comparisons)))
    return found


def ways_of(table: Table) -> tuple[Way, ...]:
    if (table.outcome.kind, table.of) == ("continuous", "contrast"):
        return BETWEEN_MEANS
    return OF_ROW.get(table.outcome.kind, ()) if table.of in ("arm", "contrast") else ()


def cells_of(asked: Asked, table: Table, row: Row) -> dict[str, str]:
    """The keys of the numbers that a row's ways take: its own by column, and of the arms of a contrast n1, sd1, n2, sd2."""
    cells = {field.question: field.key for field in row.fields}
    if table.of == "contrast":
        arms = row.key.rpartition("/")[2].split("-")
        for place, arm in enumerate(arms, start=1):
            beginning = f"outcome/{table.outcome.id}/arm/{arm}"
            cells |= {f"{name}{place}": f"{beginning}/{name}" for name in ("n", "sd")}
    return cells


def said_in(row: Row, ways: Iterable[Way], cells: Mapping[str, str], answers: Mapping[str, Answer]) -> Iterator[Said]:
    """What one sheet says of the quantities of a row: what was read, then what follows from it."""
    numbers = {name: x for name, key in cells.items() if (x := read_number(answers, key)) is not None}
    for column in dict.fromkeys(way.column for way in ways):
        if column in numbers:
            x = numbers[column]
            slack = 0.0 if column in EXACT else rounding(x)
            yield Said(column, x, x - slack, x + slack, (cells[column],))
    for way in ways:
        if all(name in numbers for name in way.names):
            yield from had(way, [numbers[name] for name in way.names], tuple(cells[name] for name in way.rests_on))


def read_number(answers: Mapping[str, Answer], key: str) -> float | None:
    """A number that was read in the report."""
    number = typed_number(answers, key)
    is_read = answers.get(key, BLANK).origin is not Origin.IMPUTED
    return number if number is not None and is_read and abs(number) <= LARGEST else None


def had(way: Way, numbers: list[float], keys: tuple[str, ...]) -> Iterator[Said]:
    """What follows from numbers, and between what it lies with each of them anywhere within its rounding."""
    given = list(zip(way.names, numbers, strict=True))
    printed = [x for name, x in given if name not in (*OF_WHOM, "p", "t")]
    ends = [(x,) if name in EXACT else between(x, printed) for name, x in given]
    try:
        converted = way.function(*numbers)
    except CannotConvert:
        return
    values = [converted.value]
    for corner in itertools.product(*ends):
        try:
            values.append(way.function(*corner).value)
        except CannotConvert:
            continue  # beyond what is possible, where the number itself is not
    if all(map(math.isfinite, values)):
        yield Said(way.column, converted.value, min(values), max(values), keys, converted)


def between(x: float, beside: Iterable[float]) -> tuple[float, float]:
    """Between what a number lies as it is rounded. Zeros at its end are not stored: it has as many decimals as those printed beside it,
    unless it has as many digits with fewer."""
    finest = max((x, *beside), key=decimals)
    half = rounding(x) if len(digits(x)) >= len(digits(finest)) else rounding(finest)
    return x - half, x + half


def digits(x: float) -> str:
    return f"{abs(x):.{decimals(x)}f}".replace(".", "")


def compared(
    mine: list[Said], theirs: list[Said], first: Mapping[str, Answer], second: Mapping[str, Answer]
) -> list[Comparison]:
    """Of each quantity the first two reports of which each is on one sheet alone."""
    found: dict[str, Comparison] = {}
    for one, other in itertools.product(mine, theirs):
        comparison = Comparison(one, other)
        if one.column == other.column and one.column not in found:
            lone = set(alone_in(comparison, first, second))
            if lone & set(one.keys) and lone & set(other.keys):
                found[one.column] = comparison
    return list(found.values())


def alone_in(each: Comparison, first: Mapping[str, Answer], second: Mapping[str, Answer]) -> Iterator[str]:
    """The cells of a comparison in which the other sheet has nothing."""
    yield from (key for key in each.first.keys if second.get(key, BLANK).value is None)
    yield from (key for key in each.second.keys if first.get(key, BLANK).value is None)
