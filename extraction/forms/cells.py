"""What stands in one field of a sheet's page, where it was read, and what is one line of it? Shown by templates; filled by `sheets`."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from extraction.schema import Field, Kind, Origin
from extraction.schema.clean import knows_unit
from extraction.schema.convert.offers import Offer, together
from extraction.schema.fields import NUMBERS
from extraction.workflow.newer import Overtaken


@dataclass(frozen=True, slots=True)
class Cell:
    """One field on the page: what stands in it, and what is told about it. origin, told_how: how a number was had; is_worked: by a formula,
    so that another number in its place is not had so."""

    field: Field
    value: str
    unit: str
    told: str = ""
    again: str = ""
    origin: str = Origin.REPORTED
    told_how: str = ""
    is_worked: bool = False
    is_asked: bool = True
    locked: bool = False

    @property
    def key(self) -> str:
        return self.field.key

    @property
    def widget(self) -> str:
        names = {Kind.INTEGER: "number", Kind.NUMBER: "number", Kind.YES_NO: "radio"}
        return names.get(self.field.kind, str(self.field.kind))

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """Value, label, and whether it is chosen."""
        chosen = self.value.split(";")
        return [(each.value, each.label, each.value in chosen) for each in self.field.options]

    @property
    def units(self) -> list[tuple[str, bool]]:
        return units_of(self.field, self.unit)

    @property
    def may_confirm(self) -> bool:
        """Whether an answer to be looked at again can be right as it is: not a number in a unit that is not there to choose."""
        return self.field.kind not in NUMBERS or knows_unit(self.field, self.unit)

    @property
    def is_changed(self) -> bool:
        """Whether the question has asked something else before, maybe in another unit."""
        return self.field.edition > 1

    @property
    def asked_values(self) -> str:
        return ";".join(sorted(self.field.asked_if.values)) if self.field.asked_if else ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer, or the answers of a row, were read. origin, basis: of a single number, how it was had; empty where that is not asked."""

    mark: str
    about: str
    text: str
    document: int | None = None
    page: int | str | None = None
    quote: str = ""
    box: str = ""
    fragment: str = ""
    locked: bool = False
    column: str = ""
    origin: str = ""
    basis: str = ""

    @property
    def origins(self) -> list[tuple[str, str, bool]]:
        """Ways in which the number may have been had: value, label, and whether it is chosen."""
        return origins_of(self.origin) if self.origin else []

    @property
    def is_marked(self) -> bool:
        return self.origin not in ("", Origin.REPORTED)

    @property
    def showing(self) -> list[tuple[str, str]]:
        """What stands in its fields on the page, by their names."""
        parts = {
            "source": self.text,
            "document": self.document,
            "page": self.page,
            "quote": self.quote,
            "box": self.box,
        }
        if self.origin:
            parts |= {"origin": self.origin, "basis": self.basis}
        return [(f"{name}:{self.mark}", str(text or "")) for name, text in parts.items()]

    @property
    def is_exact(self) -> bool:
        return bool(self.document or self.page or self.quote or self.box)


@dataclass(frozen=True, slots=True)
class Line:
    """One question with its place; or one row of a table: cells that are always shown, and more on request. own: the places of
    single cells, which are empty where a cell stands at the place of its row."""

    name: str
    cells: list[Cell]
    place: Place
    more: list[Cell]
    offers: list[Offer] = dataclasses.field(default_factory=list)
    own: list[Place] = dataclasses.field(default_factory=list)

    @property
    def is_apart(self) -> bool:
        """Whether a cell stands elsewhere than its row, or is marked as not reported."""
        return any(place.is_exact or place.text or place.is_marked for place in self.own)

    @property
    def cell(self) -> Cell:
        return self.cells[0]

    @property
    def together(self) -> list[Offer]:
        return together(self.offers)

    @property
    def is_more_used(self) -> bool:
        return any(cell.value or cell.told or cell.again for cell in self.more)


@dataclass(frozen=True, slots=True)
class Overtaking:
    """A question, or a row of a table, of which another window has saved answers that its page had not seen."""

    mark: str
    answers: list[Overtaken]

    @property
    def about(self) -> str:
        """Which answers."""
        return "; ".join(each.field.label for each in self.answers)

    @property
    def at(self) -> str:
        """The key at which a reader finds it on the page."""
        return self.answers[0].field.key

    @property
    def parts(self) -> list[tuple[str, str]]:
        """The names of the fields that are overtaken, and what stands there."""
        return list({name: text for each in self.answers for name, text in each.parts.items()}.items())


def units_of(field: Field, unit: str) -> list[tuple[str, bool]]:
    """The units in which a number can be given, which is in this one: names, and whether it is that; one that the question does not
    know any more is among them while the number has it.

    Where there is no choice, the page sends with a number the unit beside which it was typed all the same: the form may give the
    question another one while the page is open. Tables ask by no form, and their units stay.
    """
    if field.kind not in NUMBERS:
        return []
    former = [] if knows_unit(field, unit) else [unit]
    names = [*former, field.unit_name, *(each.name for each in field.units)]
    named = unit or field.unit_name
    return [(name, name == named) for name in names] if len(names) > 1 or not field.row else []


def origins_of(chosen: str) -> list[tuple[str, str, bool]]:
    """How a number may have been had, as options of a choice."""
    words = {Origin.REPORTED: "As reported", Origin.CONVERTED: "Converted", Origin.IMPUTED: "Imputed"}
    return [(str(origin), label, origin == chosen) for origin, label in words.items()]
