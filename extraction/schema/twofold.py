"""Which numbers of two sheets may be one quantity that was reported in two ways, as an SD and an SE, and do they agree within rounding?

Nothing is settled by it: a person chooses, knowing it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from extraction.schema.answers import BLANK, Answer, Origin
from extraction.schema.asked import Asked, Row, Table
from extraction.schema.convert import effects, spread
from extraction.schema.convert.converted import CannotConvert, Converted
from extraction.schema.convert.offers import typed_number
from extraction.schema.lint.answers import LARGEST
from extraction.schema.lint.contrasts import BOUNDS
from extraction.schema.lint.rows import decimals, rounding
from extraction.schema.workings import WORDS, told

EXACT = ("n", "n1", "n2", "total", "events")  # people are not rounded
OF_WHOM = ("n", "n1", "n2", "total", "time")  # given beside a quantity, and no report of it
SLACK = 1e-9  # relative: of arithmetic, not of numbers
PRINTED_ALIKE = (  # numbers of a row that a report prints with as many decimals, or digits
    ("mean", "sd", "se", "ci_low", "ci_high", "baseline", "change"),
    ("mean1", "sd1", "mean2", "sd2"),
    ("difference", "difference_se", "difference_low", "difference_high"),
    ("hr", "hr_low", "hr_high"),
    ("log_effect", "se_log"),
    ("o_e", "v"),
    ("effect", "se", "effect_low", "effect_high"),
)
INTERVALS = {"hr": ("hr_low", "hr_high"), "effect": ("effect_low", "effect_high")}  # in which an estimate lies
OF_OTHERS = "of another time or group"
ADJUSTED_CHANGE = "of another time or group, or adjusted"
OF_MODEL = "adjusted, or by another test or model"
OF_DIFFERENCE = "adjusted, with unequal SDs, of pairs or of clusters"
IF_COARSE = "a number was rounded to fewer decimals than those beside it"
IF_BOUND = "p is a bound, as in P < 0.05"
MAYBE_BOUND = "p may be a bound"
Numbers = Mapping[str, float]
Span = tuple[float, float]


class Verdict(StrEnum):
    """Whether two reports may be one number. MAY: if one of them is rounded more than it seems, or is a bound."""

    AGREE = "agree"
    MAY = "may"
    DIFFER = "differ"


@dataclass(frozen=True, slots=True)
class Way:
    """How a quantity is had from other numbers of its row. column: the quantity; names: of the numbers, as function takes them; on: those
    of them that are a report of it; otherwise: how a report may have had them, so that they make another number and are right."""

    column: str
    names: tuple[str, ...]
    function: Callable[..., Converted]
    otherwise: str
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
        Way("log_effect", names, lambda *numbers: function(*numbers)[0], OF_MODEL, on[0]),
        Way("se_log", names, lambda *numbers: function(*numbers)[1], OF_MODEL, on[1]),
    ]


OF_ROW: dict[str, tuple[Way, ...]] = {
    "continuous": (
        Way("sd", ("se", "n"), spread.sd_from_se, OF_OTHERS),
        Way("sd", ("ci_low", "ci_high", "n"), spread.sd_from_ci, OF_OTHERS),
        Way("change", ("baseline", "mean"), spread.mean_change, ADJUSTED_CHANGE),
    ),
    "dichotomous": (Way("events", ("percent", "total"), effects.events_from_percent, OF_OTHERS),),
    "rate": (Way("events", ("rate", "time"), effects.events_from_rate, OF_OTHERS),),
    "time_to_event": (
        *of_ratio(("hr", "hr_low", "hr_high"), effects.log_ratio_from_ci, ("hr",), ("hr_low", "hr_high")),
        *of_ratio(("o_e", "v"), effects.log_ratio_from_o_minus_e, ("o_e", "v"), ("v",)),
        *of_ratio(("hr", "p"), effects.log_ratio_from_p, ("hr",), ("p",)),
    ),
    "generic": (
        Way("se", ("effect", "effect_low", "effect_high"), effects.se_from_ci, OF_MODEL, ("effect_low", "effect_high")),
    ),
}
BETWEEN_MEANS = (  # the SD within both arms
    Way("sd", ("n1", "sd1", "n2", "sd2"), pooled_sd, OF_DIFFERENCE),
    Way("sd", ("difference_se", "n1", "n2"), spread.sd_from_difference_se, OF_DIFFERENCE),
    Way("sd", ("difference_low", "difference_high", "n1", "n2"), spread.sd_from_difference_ci, OF_DIFFERENCE),
    Way("sd", ("difference", "t", "n1", "n2"), spread.sd_from_t, OF_DIFFERENCE, ("t",)),
    Way("sd", ("difference", "p", "n1", "n2"), spread.sd_from_p, OF_DIFFERENCE, ("p",)),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one sheet says of a quantity: the number, and how it was had if it was not read. likely: between what it lies as it is rounded;
    widest: between what, if zeros at the end were not printed either. keys: of the cells that report it; p: that it rests on, if any."""

    column: str
    value: float
    likely: Span
    widest: Span
    keys: tuple[str, ...]
    converted: Converted | None = None
    otherwise: str = ""
    p: float | None = None

    @property
    def in_words(self) -> str:
        if self.converted is None:
            return f"{WORDS.get(self.column, self.column)} {self.value:g}"
        return told(self.converted.working)


@dataclass(frozen=True, slots=True)
class Twofold:
    """One quantity, as two sheets report it."""

    first: Reading
    second: Reading

    @property
    def verdict(self) -> Verdict:
        if self.meet(self.first.likely, self.second.likely):
            return Verdict.AGREE
        may = self.meet(self.first.widest, self.second.widest) or self.is_below(BOUNDS)
        return Verdict.MAY if may else Verdict.DIFFER

    def meet(self, one: Span, other: Span) -> bool:
        slack = SLACK * max(abs(self.first.value), abs(self.second.value))
        return one[0] <= other[1] + slack and other[0] <= one[1] + slack

    def is_below(self, bounds: Iterable[float] | None = None) -> bool:
        """Whether one of them rests on a p, one of these bounds if they are told, and the other is what a smaller p makes."""
        return any(
            one.p is not None and (bounds is None or one.p in bounds) and other.widest[0] < one.widest[0]
            for one, other in ((self.first, self.second), (self.second, self.first))
        )

    @property
    def condition(self) -> str:
        """If what they agree, where they may."""
        return IF_COARSE if self.meet(self.first.widest, self.second.widest) else IF_BOUND

    @property
    def otherwise(self) -> str:
        """How one of them may have been had, where they do not agree and neither is misread."""
        hows = (self.first.otherwise, self.second.otherwise, MAYBE_BOUND if self.is_below() else "")
        return "; ".join(dict.fromkeys(filter(None, hows)))

    @property
    def remark(self) -> str:
        """On what it rests beside arithmetic."""
        remarks = (each.converted.remark for each in (self.first, self.second) if each.converted)
        return " ".join(dict.fromkeys(filter(None, remarks)))


@dataclass(frozen=True, slots=True)
class TwofoldRow:
    """What two sheets may report in two ways in one row. keys: of the cells in which only one of them has a number, in the form's order."""

    keys: tuple[str, ...]
    quantities: tuple[Twofold, ...]

    @property
    def verdict(self) -> Verdict:
        """Of all its quantities the worst."""
        return max((each.verdict for each in self.quantities), key=list(Verdict).index)

    @property
    def why(self) -> str:
        """If what those agree that may; how else those may have been had that do not."""
        found = [each for each in self.quantities if each.verdict is self.verdict]
        if self.verdict is Verdict.MAY:
            return " and ".join(dict.fromkeys(each.condition for each in found))
        return "; ".join(dict.fromkeys(each.otherwise for each in found)) if self.verdict is Verdict.DIFFER else ""


def twofold_rows(asked: Asked, first: Mapping[str, Answer], second: Mapping[str, Answer]) -> list[TwofoldRow]:
    """The rows of the outcomes' tables in which two sheets may report the same in two ways, in the form's order."""
    found = []
    for table in asked.tables:
        for row in table.rows:
            ways = ways_of(table)
            sides = [list(readings(ways, cells_of(asked, table, row), each)) for each in (first, second)]
            quantities = in_two_ways(sides[0], sides[1], first, second)
            if quantities:
                alone = {key for each in quantities for key in alone_in(each, first, second)}
                keys = [field.key for field in asked.fields if field.key in alone]
                found.append(TwofoldRow(tuple(keys), tuple(quantities)))
    return found


def ways_of(table: Table) -> tuple[Way, ...]:
    if (table.outcome.kind, table.of) == ("continuous", "contrast"):
        return BETWEEN_MEANS
    return OF_ROW.get(table.outcome.kind, ()) if table.of in ("arm", "contrast") else ()


def cells_of(asked: Asked, table: Table, row: Row) -> dict[str, str]:
    """The keys of the numbers that a row's ways take: its own by column, and of the arms of a contrast n1, mean1, sd1, and so on."""
    cells = {field.question: field.key for field in row.fields}
    if table.of == "contrast":
        arms = row.key.rpartition("/")[2].split("-")
        for place, arm in enumerate(arms, start=1):
            beginning = f"outcome/{table.outcome.id}/arm/{arm}"
            cells |= {f"{name}{place}": f"{beginning}/{name}" for name in ("n", "mean", "sd")}
    return cells


def readings(ways: Iterable[Way], cells: Mapping[str, str], answers: Mapping[str, Answer]) -> Iterator[Reading]:
    """What one sheet says of the quantities of a row: what was read, then what follows from it."""
    numbers = {name: x for name, key in cells.items() if (x := read_number(answers, key)) is not None}
    for column in dict.fromkeys(way.column for way in ways):
        if column in numbers:
            x = numbers[column]
            yield Reading(column, x, likely_span(column, numbers), widest_span(column, numbers), (cells[column],))
    for way in ways:
        if all(name in numbers for name in way.names):
            yield from had(way, numbers, tuple(cells[name] for name in way.rests_on))


def read_number(answers: Mapping[str, Answer], key: str) -> float | None:
    """A number that was read in the report."""
    number = typed_number(answers, key)
    is_read = answers.get(key, BLANK).origin is not Origin.IMPUTED
    return number if number is not None and is_read and abs(number) <= LARGEST else None


def had(way: Way, numbers: Numbers, keys: tuple[str, ...]) -> Iterator[Reading]:
    """What follows from numbers of a row, and between what it lies with each of them anywhere within its rounding."""
    try:
        converted = way.function(*(numbers[name] for name in way.names))
    except CannotConvert:
        return
    likely, widest = (span_of(way, numbers, span) for span in (likely_span, widest_span))
    if all(map(math.isfinite, (converted.value, *likely, *widest))):
        p = numbers["p"] if "p" in way.rests_on else None
        yield Reading(way.column, converted.value, likely, widest, keys, converted, way.otherwise, p)


def span_of(way: Way, numbers: Numbers, span: Callable[[str, Numbers], Span]) -> Span:
    """Between what lies what follows from numbers of a row, each of which lies in its span."""
    spans = {name: span(name, numbers) for name in way.names}
    for estimate, (low, high) in INTERVALS.items():
        if {estimate, low, high} <= spans.keys():
            spans[estimate] = max(spans[estimate][0], spans[low][0]), min(spans[estimate][1], spans[high][1])
    values = []
    for corner in itertools.product(*({spans[name][0], numbers[name], spans[name][1]} for name in way.names)):
        try:
            values.append(way.function(*corner).value)
        except CannotConvert:
            continue  # beyond what is possible, where the numbers themselves are not
    return min(values), max(values)


def widest_span(name: str, numbers: Numbers) -> Span:
    """Between what a number of a row lies that has no more decimals than are stored."""
    x = numbers[name]
    half = 0.0 if name in EXACT else rounding(x)
    return x - half, x + half


def likely_span(name: str, numbers: Numbers) -> Span:
    """Between what a number of a row lies as it is rounded. Zeros at its end are not stored: it has as many decimals as those that are
    printed like it, unless all have as many digits, as 0.55, 2.6 and 12."""
    x = numbers[name]
    names = {name}.union(*(group for group in PRINTED_ALIKE if name in group))
    alike = [numbers[each] for each in names if each in numbers]
    finest = max(alike, key=decimals)
    if name in EXACT or are_of_digits(alike, finest):
        return widest_span(name, numbers)
    return x - rounding(finest), x + rounding(finest)


def are_of_digits(numbers: list[float], finest: float) -> bool:
    """Whether numbers seem to be rounded to a number of digits. One decimal less alone may be a zero."""
    has_fewer = decimals(finest) - min(map(decimals, numbers)) >= 2
    return has_fewer and all(digits(x) >= digits(finest) for x in numbers)


def digits(x: float) -> int:
    """How many digits a number has from its first that is not 0."""
    return len(f"{abs(x):.{decimals(x)}f}".replace(".", "").lstrip("0"))


def in_two_ways(
    mine: list[Reading], theirs: list[Reading], first: Mapping[str, Answer], second: Mapping[str, Answer]
) -> list[Twofold]:
    """Of each quantity the first two readings of which each is on one sheet alone."""
    found: dict[str, Twofold] = {}
    for one, other in itertools.product(mine, theirs):
        both = Twofold(one, other)
        if one.column == other.column and one.column not in found:
            lone = set(alone_in(both, first, second))
            if lone & set(one.keys) and lone & set(other.keys):
                found[one.column] = both
    return list(found.values())


def alone_in(each: Twofold, first: Mapping[str, Answer], second: Mapping[str, Answer]) -> Iterator[str]:
    """The cells of a quantity in which the other sheet has nothing."""
    yield from (key for key in each.first.keys if second.get(key, BLANK).value is None)
    yield from (key for key in each.second.keys if first.get(key, BLANK).value is None)
