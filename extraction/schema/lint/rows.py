"""What does lint look at, and what does it say? The numbers of studies as rows of cells, and findings about a cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from extraction.schema.tables import TABLES


class Severity(StrEnum):
    """Impossible: one of the numbers is wrong. Unlikely: look at the report once more, and say why it stands."""

    IMPOSSIBLE = "impossible"
    UNLIKELY = "unlikely"


SE_FOR_SD = "se-for-sd"


@dataclass(frozen=True, slots=True)
class Finding:
    """One doubt. rule: its stable name; cell: the key of the cell it is about; sentence: what is wrong and what to look at. cause: what
    may have been done, where several rules know it; a cell is doubted once for each."""

    rule: str
    severity: Severity
    cell: str
    sentence: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """The numbers of an arm, or of the study as a whole, by column of `tables`. key: of the row, such as `outcome/3/arm/7`.

    is_part: of an arm whose people are counted in another arm, too.
    """

    key: str
    name: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    randomised: float | None = None
    is_part: bool = False

    def cell(self, column: str) -> str:
        """The key of one of its cells."""
        return f"{self.key}/{column}"

    def get(self, column: str) -> float | None:
        """The number in a column; None where nothing is given."""
        return self.numbers.get(column)

    def has(self, *columns: str) -> bool:
        """Whether all these columns are given."""
        return all(column in self.numbers for column in columns)

    @property
    def people(self) -> float | None:
        """How many people the row is about."""
        return self.numbers.get("total", self.numbers.get("n"))


@dataclass(frozen=True, slots=True)
class Contrast:
    """The numbers of a comparison of two arms."""

    row: Row
    first: Row
    second: Row


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome of one study. kind: as in `tables`; whole: the numbers of the study as a whole, where its kind has such; lowest,
    highest: the range of its scale, where it has one.
    """

    title: str
    kind: str
    arms: tuple[Row, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    whole: Row | None = None
    lowest: float | None = None
    highest: float | None = None
    higher_is_better: bool | None = None

    def named(self, column: str) -> str:
        """What a column of its tables is called on the sheet."""
        shape = TABLES[self.kind]
        known = (*shape.per_arm, *shape.per_contrast, *shape.whole)
        return next(each.label for each in known if each.name == column)


@dataclass(frozen=True, slots=True)
class Study:
    """One study. randomised: people in all arms. dates: by role (started, ended, published), as
    2003, 2003-05 or 2003-05-17, each with its cell. design: of rob.designs; "" where it is not stated.
    """

    label: str
    outcomes: tuple[Outcome, ...] = ()
    randomised: float | None = None
    dates: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    design: str = ""


def decimals(x: float) -> int:
    """With how many decimals a number is written, at most six."""
    return len(f"{x:.6f}".rstrip("0").split(".")[1])


def rounding(*numbers: float) -> float:
    """How far rounding may have moved the roughest of these numbers: half a unit of its last decimal."""
    return 0.5 * 10.0 ** -max(decimals(x) for x in numbers)
