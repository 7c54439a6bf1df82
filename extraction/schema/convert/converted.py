"""What is a converted number, which of them rest on more than arithmetic, and which reported numbers cannot be what they are said to be?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extraction.schema.answers import Origin

Given = tuple[tuple[str, float], ...]
# Sources of formulas that assume how the values are distributed, which no report says: means and standard deviations that
# are had by them are imputed.
ASSUMING = ("Luo et al.", "Wan et al.", "Shi et al.", "Higgins, White and Anzures-Cabrera")
CORRELATED = "change_sd"  # had with a correlation that is taken from elsewhere


class CannotConvert(ValueError):
    """Reported numbers that cannot be what they are said to be; the message names them and says why."""


@dataclass(frozen=True, slots=True)
class Converted:
    """One number and how it was had. column: what it is, in the words of `tables`; given: the reported numbers. on_imputed: whether
    one of these was imputed itself."""

    column: str
    value: float
    given: Given
    formula: str
    source: str
    remark: str = ""
    on_imputed: bool = False

    @property
    def origin(self) -> Origin:
        """Imputed where it rests on an assumption, beside what was reported."""
        is_assumed = self.on_imputed or self.column == CORRELATED or self.source.startswith(ASSUMING)
        return Origin.IMPUTED if is_assumed else Origin.CONVERTED

    @property
    def working(self) -> str:
        """The conversion in a sentence that holds both numbers: what was reported and what became of it."""
        reported = ", ".join(f"{name} = {number:.10g}" for name, number in self.given)
        return f"{self.formula}; {reported}: {self.column} = {self.value:.6g} ({self.source})"


def check_above_zero(**numbers: float) -> None:
    for name, number in numbers.items():
        if not number > 0:
            raise CannotConvert(f"{name} is {number:g}, but must be above 0.")


def check_not_negative(**numbers: float) -> None:
    for name, number in numbers.items():
        if not number >= 0:
            raise CannotConvert(f"{name} is {number:g}, but cannot be negative.")


def check_in_order(**bounds: float) -> None:
    (low_name, low), (high_name, high) = bounds.items()
    if not low <= high:
        raise CannotConvert(f"{low_name} {low:g} is above {high_name} {high:g}.")


def check_within(estimate: float, low: float, high: float) -> None:
    if not low <= estimate <= high:
        raise CannotConvert(f"The estimate {estimate:g} does not lie in its interval {low:g} to {high:g}.")


def check_probability(p: float) -> None:
    if not 0 < p / 2 < 0.5:
        raise CannotConvert(f"p is {p:g}, but must lie between 0 and 1.")


def check_two_groups(n1: float, n2: float) -> None:
    check_above_zero(n1=n1, n2=n2)
    if n1 + n2 <= 2:
        raise CannotConvert(f"n1 and n2 are {n1:g} and {n2:g}; a t test needs at least 3 participants.")


def check_events(events: float, total: float) -> None:
    if not 0 <= events <= total:
        raise CannotConvert(f"{events:g} events of {total:g} people are not possible.")


def check_any(groups: Sequence[object]) -> None:
    if not groups:
        raise CannotConvert("There is no group to combine.")
