"""What is one question, once it is put to a study? A field with a stable key, and what its answer has to be.

A key is made of ids, never of names or places: `study/design`, `outcome/3/arm/7/events`. Questions, arms and outcomes may be renamed,
moved, dropped and restored; the answers under their keys stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an answer is."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    CHOICE = "choice"
    SEVERAL = "several"
    YES_NO = "yes_no"
    DATE = "date"
    TABLE = "table"  # on forms only: it becomes the cells of an outcome's table


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice: what is stored, what is shown, a sign for where there is little room, and a tone (see rob.tones)."""

    value: str
    label: str
    sign: str = ""
    tone: str = ""


YES_NO = (Option("yes", "Yes"), Option("no", "No"), Option("unclear", "Unclear"))
WITH_OPTIONS = (Kind.CHOICE, Kind.SEVERAL, Kind.YES_NO)
NUMBERS = (Kind.INTEGER, Kind.NUMBER)
NO_UNIT = "(no unit)"  # what the unit of a number is called whose question has none


@dataclass(frozen=True, slots=True)
class Unit:
    """Another unit in which a number may be given. factor: how many of the question's own unit one of these is."""

    name: str
    factor: float


@dataclass(frozen=True, slots=True)
class Asking:
    """When a field is asked: the answer to another one is among these values; without values, when it has any answer."""

    key: str
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Field:
    """One question with its stable key.

    label: as a person reads it, outcome and arm included. question: the id of the question on the form, the same in every group and every
    version. edition: grows when the question begins to ask something else. lowest, highest: the range allowed. at_most: key of the field whose
    answer this one may not exceed. row: fields with the same row are answered together or not at all, but for those that are `optional`;
    instead: keys of which a whole set stands in for this field. column: what the field is called in its row.
    needs_text: an answer here needs its text (where it stands, or what supports it) as well. unit: of the number; units: others in which it
    may be given. tolerance: how far two numbers may be apart, in `unit`, and still be equal. unless: key of a field that, once it is
    answered, lets this one not be asked.
    """

    key: str
    label: str
    kind: Kind
    unit: str = ""
    required: bool = False
    help: str = ""
    options: tuple[Option, ...] = ()
    lowest: float | None = None
    at_most: str = ""
    row: str = ""
    column: str = ""
    needs_text: bool = False
    highest: float | None = None
    units: tuple[Unit, ...] = ()
    tolerance: float = 0.0
    asked_if: Asking | None = None
    question: str = ""
    edition: int = 1
    optional: bool = False
    instead: tuple[tuple[str, ...], ...] = ()
    unless: str = ""

    @property
    def unit_name(self) -> str:
        """What its own unit is called, where it has none too: for what may outlive a change of the form, or came before one."""
        return self.unit or NO_UNIT

    def factor(self, unit: str) -> float:
        """How many of the field's own unit one of this unit is. Raises KeyError for a unit that it does not know."""
        if unit in ("", self.unit_name):
            return 1.0
        return {each.name: each.factor for each in self.units}[unit]
