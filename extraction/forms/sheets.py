"""What is typed into an extraction sheet? One form for both ways of sending: all of it without script, a field at a time with it.

The name of a field is its key, such as `outcome/3/arm/7/events`. Beside it stand, for the key or the table row that it is in (`mark`):
unit:KEY, source:MARK (where it stands, in words), document:MARK, page:MARK, quote:MARK, box:MARK; confirm:KEY after the form has
changed; known:KEY, what the window has seen. Only what was posted counts: what came to the form while a page was open is left as it is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import QueryDict

from extraction import schema
from extraction.schema import Answer, Asked, Block, Field, Kind, Problem, Row, Table
from extraction.schema.asked import asked_fields
from extraction.schema.convert.offers import Offer, offers, together

PLACE = ("document", "page", "quote", "box")


@dataclass(frozen=True, slots=True)
class Cell:
    """One field on the page: what stands in it, and what is told about it."""

    field: Field
    value: str
    unit: str
    told: str = ""
    again: str = ""
    working: str = ""
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
        """Units to choose from, if there are several."""
        names = [self.field.unit, *(each.name for each in self.field.units)] if self.field.units else []
        return [(name, name == (self.unit or self.field.unit)) for name in names]

    @property
    def asked_values(self) -> str:
        return ";".join(sorted(self.field.asked_if.values)) if self.field.asked_if else ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer, or the answers of a row, were read."""

    mark: str
    about: str
    text: str
    document: int | None = None
    page: int | str | None = None
    quote: str = ""
    box: str = ""
    fragment: str = ""
    locked: bool = False

    @property
    def is_exact(self) -> bool:
        return bool(self.document or self.page or self.quote or self.box)


@dataclass(frozen=True, slots=True)
class Line:
    """One question with its place; or one row of a table: cells that are always shown, and more on request."""

    name: str
    cells: list[Cell]
    place: Place
    more: list[Cell]
    offers: list[Offer] = dataclasses.field(default_factory=list)

    @property
    def cell(self) -> Cell:
        return self.cells[0]

    @property
    def together(self) -> list[Offer]:
        return together(self.offers)

    @property
    def is_more_used(self) -> bool:
        return any(cell.value or cell.told or cell.again for cell in self.more)


class SheetForm:
    """One author's sheet: the questions with what is answered, and what was posted."""

    def __init__(
        self,
        asked: Asked,
        answers: Mapping[str, Answer],
        data: QueryDict | None = None,
        *,
        again: Mapping[str, str] | None = None,
        locked: bool = False,
        open_keys: Collection[str] | None = None,
    ) -> None:
        self.asked = asked
        self.questions = asked.fields
        self.answers = answers
        self.data = data
        self.again = again or {}
        self.locked = locked
        self.open_keys = open_keys  # None: all of them
        self.told: dict[str, str] = {}
        self._asked_keys = {field.key for field in asked_fields(self.questions, answers)}
        if data is not None:
            self._read()

    # --- what was posted ---

    def _read(self) -> None:
        """Take what can be read, by key; remember what cannot."""
        self.values: dict[str, object] = {}
        self.units: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.places: dict[str, Mapping[str, Any]] = {}
        for field in self.questions:
            try:
                self._read_field(field)
            except schema.Unreadable as error:
                self.told[error.key] = error.sentence

    def _read_field(self, field: Field) -> None:
        data, key, mark = self.data, field.key, mark_of(field)
        if f"source:{mark}" in data:
            self.texts[key] = schema.read_source(field, data[f"source:{mark}"])
        if any(f"{part}:{mark}" in data for part in PLACE):
            given = {part: data.get(f"{part}:{mark}", "") for part in PLACE}
            schema.read_place(field, given)
            self.places[key] = given
        unit = schema.read_unit(field, data[f"unit:{key}"]) if f"unit:{key}" in data else None
        if key in data:
            before = self.answers.get(key, schema.BLANK).unit
            self.values[key] = schema.read(field, self._typed(field), before if unit is None else unit)
        if unit is not None:
            self.units[key] = unit

    def _typed(self, field: Field) -> object:
        return self.data.getlist(field.key) if field.kind is Kind.SEVERAL else self.data[field.key]

    @property
    def version(self) -> int:
        """The version of the sheet that the page has seen."""
        typed = self.data.get("version", "") if self.data is not None else ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0

    @property
    def confirmed(self) -> list[str]:
        return [field.key for field in self.questions if f"confirm:{field.key}" in self.data]

    @property
    def known(self) -> dict[str, list[str]]:
        return {field.key: self.data.getlist(f"known:{field.key}") for field in self.questions}

    def problems(self) -> list[Problem]:
        """What could not be read, by field."""
        return [Problem(key, sentence) for key, sentence in self.told.items()]

    # --- what is shown ---

    def blocks(self) -> Iterator[tuple[Block, list[Line], list[tuple[Table, list[Line]]]]]:
        for block in self.asked.blocks:
            lines = [self.line(field.label, (field,)) for field in block.fields]
            tables = [(table, [self.row(row) for row in table.rows]) for table in block.tables]
            yield block, lines, tables

    def line(self, name: str, fields: tuple[Field, ...], more: tuple[Field, ...] = ()) -> Line:
        cells, others = ([self.cell(field) for field in part] for part in (fields, more))
        return Line(name, cells, self.place((*fields, *more), name), others)

    def row(self, row: Row) -> Line:
        core = row.core or row.extra[:2]
        line = self.line(row.name, core, tuple(field for field in row.fields if field not in core))
        return line if self.locked else replace(line, offers=[each for each in self.offers if each.row == row.key])

    @cached_property
    def offers(self) -> list[Offer]:
        """What can be converted from what is stored."""
        return offers(self.asked, self.answers)

    def cell(self, field: Field) -> Cell:
        answer = self.answers.get(field.key, Answer())
        value, unit = schema.show(answer.value), answer.unit
        if self.data is not None and field.key in self.data:
            value = (
                ";".join(self.data.getlist(field.key)).strip(";")
                if field.kind is Kind.SEVERAL
                else self.data[field.key]
            )
            unit = self.data.get(f"unit:{field.key}", unit)
        return Cell(
            field,
            value,
            unit,
            self.told.get(field.key, ""),
            self.again.get(field.key, ""),
            answer.working if value == schema.show(answer.value) else "",
            field.key in self._asked_keys,
            self.is_locked(field),
        )

    @property
    def is_open(self) -> bool:
        """Whether anything can be answered."""
        return not self.locked

    def is_locked(self, field: Field) -> bool:
        return self.locked or (self.open_keys is not None and field.key not in self.open_keys)

    def place(self, fields: tuple[Field, ...], about: str) -> Place:
        """Where the answers of a question or row stand: of a row, the first place that one of its answers has."""
        answers = [self.answers[field.key] for field in fields if field.key in self.answers]
        text = next((each.text for each in answers if each.text), "")
        source = next((each.source for each in answers if each.source), None) or schema.Source()
        box, locked = schema.box_words(source.box), all(self.is_locked(field) for field in fields)
        stored = (source.document, source.page, source.quote, box, source.fragment)
        return Place(mark_of(fields[0]), about, text, *stored, locked=locked)


def mark_of(field: Field) -> str:
    """What stands for the place of a field: its row, or itself."""
    return field.row or field.key
