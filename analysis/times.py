"""When was a result measured, and which of a study's results does a plan's rule choose? Pure.

A plan without a rule pools one outcome as it stands. A rule is one of
    longest                           the latest time at which a study has numbers
    earliest                          the first
    nearest 12 weeks                  the time closest to that one; of two as close, the later
    nearest 12 weeks within 4 weeks   the same, but none that is further off
So one result of each study is pooled, and nobody counts twice (Cochrane Handbook, version 6.5, section 6.2.4).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST, EARLIEST, NEAREST = "longest", "earliest", "nearest"
DAYS = {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12, "years": 365.25}
KINDS = {LONGEST: "The longest follow-up", EARLIEST: "The first time measured", NEAREST: "The time nearest to …"}

NUMBER, UNIT = r"(\d+(?:\.\d+)?)", r"(days?|d|weeks?|wks?|w|months?|mths?|mos?|m|years?|yrs?|y)\b"
# What people write, the first that fits: which numbers are its beginning and its end.
RANGE = re.compile(rf"{NUMBER}[\s-]*(?:{UNIT}\s*)?(?:to|-|–)\s*{NUMBER}[\s-]*{UNIT}", re.I)
UP_TO = re.compile(rf"(?:up to|until|less than|under)\s+{NUMBER}[\s-]*{UNIT}", re.I)
FROM = re.compile(
    rf"(?:from|over|more than|at least)\s+{NUMBER}[\s-]*{UNIT}|{NUMBER}[\s-]*{UNIT}\s+(?:or|and) (?:more|over|longer)",
    re.I,
)
POINT = re.compile(rf"{NUMBER}[\s-]*{UNIT}|\b{UNIT}\s+{NUMBER}", re.I)
NEAREST_TO = re.compile(r"nearest (\d+) (days|weeks|months|years)(?: within (\d+) (days|weeks|months|years))?")


@dataclass(frozen=True, slots=True)
class Span:
    """The time of a measurement, or the window within which one counts for its time point, in days. ends may be infinite."""

    begins: float
    ends: float

    def off(self, day: float) -> float:
        """How many days away it is; none from within it."""
        return max(self.begins - day, day - self.ends, 0.0)


def days(amount: float, unit: str) -> float:
    """So many days, weeks, months or years, however the unit is abbreviated."""
    return amount * next(length for name, length in DAYS.items() if name[0] == unit[0].lower())


def window(begins: float | None, ends: float | None, unit: str) -> Span | None:
    """A window as a time point has it; None without either end."""
    if begins is None and ends is None:
        return None
    return Span(days(begins or 0.0, unit), math.inf if ends is None else days(ends, unit))


def span_of(text: str) -> Span | None:
    """What words say: "12 weeks", "Week 12", "3 to 6 months", "up to 1 year", "over 6 months". None for no time, and for several."""
    if found := RANGE.search(text):
        begins, begins_unit, ends, unit = found.groups()
        span = Span(days(float(begins), begins_unit or unit), days(float(ends), unit))
    elif found := UP_TO.search(text):
        span = Span(0.0, days(float(found[1]), found[2]))
    elif found := FROM.search(text):
        amount, unit = (each for each in found.groups() if each)
        span = Span(days(float(amount), unit), math.inf)
    elif found := POINT.search(text):
        amount, unit = (found[1], found[2]) if found[1] else (found[4], found[3])
        span = Span(days(float(amount), unit), days(float(amount), unit))
    else:
        return None
    rest = text[: found.start()] + " " + text[found.end() :]
    return None if POINT.search(rest) or span.ends < span.begins else span


@dataclass(frozen=True, slots=True)
class Measured:
    """One result of a study. usable: whether it has what can be pooled."""

    span: Span
    usable: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """at, within: of NEAREST, such as "12 weeks"; within is empty where any distance will do."""

    kind: str
    at: str = ""
    within: str = ""

    @property
    def words(self) -> str:
        """In a sentence: "the longest follow-up", "the time nearest to 12 weeks, at most 4 weeks from it"."""
        if self.kind != NEAREST:
            return KINDS[self.kind].lower()
        return f"the time nearest to {self.at}" + (f", at most {self.within} from it" if self.within else "")

    def choose(self, results: Sequence[Measured]) -> int | None:
        """The place of the result that enters; one that can be pooled before one that cannot. None where none is near enough."""
        near = [i for i, each in enumerate(results) if self._reaches(each.span)]
        return min(near, key=lambda i: (not results[i].usable, *self._order(results[i].span)), default=None)

    def _reaches(self, span: Span) -> bool:
        return not self.within or span.off(_length(self.at)) <= _length(self.within)

    def _order(self, span: Span) -> tuple[float, float, float]:
        if self.kind == LONGEST:
            return -span.ends, -span.begins, 0.0
        if self.kind == EARLIEST:
            return span.begins, span.ends, 0.0
        day = _length(self.at)
        middle = span.begins if math.isinf(span.ends) else (span.begins + span.ends) / 2
        return span.off(day), abs(middle - day), -middle


def rule_of(text: str) -> Rule | None:
    """What a plan has; None where it has no rule. Raises ValueError, in words, for what is none."""
    if not text:
        return None
    if text in (LONGEST, EARLIEST):
        return Rule(text)
    found = NEAREST_TO.fullmatch(text)
    if found is None or int(found[1]) == 0:
        raise ValueError(f"“{text[:60]}” is no rule for time points.")
    at, unit, within, within_unit = found.groups()
    return Rule(NEAREST, f"{at} {unit}", f"{within} {within_unit}" if within else "")


def in_words(text: str) -> str:
    """A plan's rule in a sentence; "" where it has none."""
    rule = rule_of(text)
    return rule.words if rule else ""


def _length(text: str) -> float:
    amount, unit = text.split()
    return days(float(amount), unit)
