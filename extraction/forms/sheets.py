"""What is typed into an extraction sheet? One form for both ways of sending: all of it without script, a field at a time with it.

The name of a field is its key, such as `outcome/3/arm/7/events`. Beside it stand, for the key or the table row that it is in (`mark`):
unit:KEY, source:MARK (where it stands, in words), document:MARK, page:MARK, quote:MARK, box:MARK; confirm:KEY after the form has
changed; origin:KEY and basis:KEY, how a number was had; known:NAME, what the window has seen stored in a field; of the page as a whole version,
up to which it knows every save, and form_number, the version of the form by which it was drawn; of one that was refused, see `chosen`. The place of a row is that of all its cells that have no place of their own (document:KEY and
so on, or source:KEY alone, which is nowhere in a document: from the authors' e-mail). Only what was posted counts: what came to the form while a page was open is left as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from django.http import QueryDict

from extraction import schema
from extraction.forms.cells import Cell, Line, Overtaking, Place
from extraction.schema import Answer, Asked, Block, Field, Kind, Origin, Problem, Row, Table
from extraction.schema.asked import asked_fields
from extraction.schema.clean import as_typed, read_anew
from extraction.schema.convert.offers import Offer, offers
from extraction.schema.fields import NO_UNIT, NUMBERS
from extraction.schema.whole import whole
from extraction.workflow.newer import Overtaken

PLACE = ("document", "page", "quote", "box")
Said = TypeVar("Said", schema.Source | None, str)


GROUPS = ("study/", "arm/", "outcome/", "time/")  # as the names of answers begin


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
        drawn: schema.Form | None = None,
    ) -> None:
        """drawn: the version of the form by which the page was drawn that sends this, where that is an earlier one."""
        self.asked = asked
        self.questions = asked.fields
        self.answers = answers
        self.data = (
            data if data is None else chosen(data, {each.key for each in self.questions if each.kind is Kind.SEVERAL})
        )
        self.again = again or {}
        self.locked = locked
        self.open_keys = open_keys  # None: all of them
        self.drawn = drawn
        self.told: dict[str, str] = {}
        self.noted: dict[str, str] = {}  # what is saved, but otherwise than the page may let think
        self.is_behind = False  # another window has stored what this one has not seen
        self.overtaken: list[Overtaking] = []  # which answers that are
        self._told_of_rows: set[tuple[str, str]] = set()
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
        self.sources: dict[str, schema.Source] = {}
        self.origins: dict[str, tuple[Origin, str]] = {}
        for field in self.questions:
            try:
                self._read_value(field)
            except schema.Unreadable as error:
                self.told[error.key] = error.sentence
            try:
                self._read_place(field)
            except schema.Unreadable as error:
                self._tell_of_place(error.key, error.sentence)

    def _tell_of_place(self, key: str, sentence: str) -> None:
        """Remember what is wrong with where an answer stands; of the place of a row it is said at its first cell."""
        field = self.by_key[key]
        if field.row and self._place(key) is None:
            told = (field.row, sentence.removeprefix(f"{field.label}: "))
            if told in self._told_of_rows:
                return
            self._told_of_rows.add(told)
        self.told.setdefault(key, sentence)

    def _read_value(self, field: Field) -> None:
        data, key = self.data, field.key
        before, unit = self.said_of(field), data.get(f"unit:{key}")
        if key in data:
            typed = self._typed(field)
            if field.kind in NUMBERS and typed.strip() and before.value is None and not unit:
                unit = self._unit_beside(field, unit)
            value, read_as = read_anew(field, typed, unit, before)
            self.values[key] = value
            self._note(field, read_as)
        elif f"confirm:{key}" in data:  # what is still right is read as the question has it now
            self.values[key], _ = read_anew(field, as_typed(field, before), None, before)
        if unit is not None:
            self.units[key] = unit
        if f"origin:{key}" in data and field.kind in NUMBERS:
            basis = schema.read_source(field, data.get(f"basis:{key}", ""))
            self.origins[key] = (schema.read_origin(field, data[f"origin:{key}"]), basis)

    def _unit_beside(self, field: Field, unit: str | None) -> str | None:
        """The unit that stood beside a number on a page that does not say which: one that was drawn before pages did. Raises Unreadable."""
        if field.row:
            return unit
        if field.edition > 1 or (unit == "" and field.unit):
            known = ", ".join([field.unit_name, *(each.name for each in field.units)])
            told = f"the question has changed, and it is not said in which unit this number is. Choose one beside it ({known})."
            raise schema.Unreadable(field, f"{field.label}: {told} If there is none to choose, load the page again.")
        return field.unit_name

    def _note(self, field: Field, unit: str) -> None:
        """Say of a number that it is taken in the unit that its page shows, where the question has another by now."""
        question = self.drawn.known.get(field.question) if self.drawn else None
        if question is not None and unit and (question.unit or NO_UNIT) != field.unit_name:
            told = f"kept in {unit}, as this page showed it. The question is in {field.unit_name} now."
            self.noted[field.key] = f"{field.label}: {told}"

    def _read_place(self, field: Field) -> None:
        data, key, mark = self.data, field.key, mark_of(field)
        words = data.get(f"source:{key}", "").strip()
        if words or f"source:{mark}" in data:
            self.texts[key] = schema.read_source(field, words or data[f"source:{mark}"])
        given = self._place(key) or (dict.fromkeys(PLACE, "") if words and key != mark else self._place(mark))
        if given is not None:
            self.sources[key] = schema.read_place(field, given) or schema.Source()
            self.places[key] = given

    def _place(self, mark: str) -> Mapping[str, Any] | None:
        """The place that was posted under a mark; of a cell of a row, None for one that is left empty."""
        if not any(f"{part}:{mark}" in self.data for part in PLACE):
            return None
        given = {part: self.data.get(f"{part}:{mark}", "") for part in PLACE}
        is_cell = mark in self.by_key and self.by_key[mark].row
        return given if any(given.values()) or not is_cell else None

    def _typed(self, field: Field) -> object:
        return self.data.getlist(field.key) if field.kind is Kind.SEVERAL else self.data[field.key]

    def refuse(self, told: Mapping[str, str]) -> None:
        """Leave out the places of which this is to be said."""
        for key, sentence in told.items():
            del self.places[key]
            self._tell_of_place(key, sentence)

    @cached_property
    def by_key(self) -> dict[str, Field]:
        return {field.key: field for field in self.questions}

    @property
    def labels(self) -> dict[str, str]:
        return {field.key: field.label for field in self.questions}

    @property
    def version(self) -> int:
        """The version of the sheet that the page has seen."""
        typed = self.data.get("version", "") if self.data is not None else ""
        return whole(typed) or 0

    @property
    def unasked(self) -> str:
        """What is to be said of answers to questions that went off the form, with an arm or an outcome too, while the page was open."""
        data = self.data or {}
        typed = {name: data[name] for name in data if name.startswith(GROUPS) and name not in self.by_key}
        stood = {key: schema.show(answer.value) for key, answer in self.answers.items()}
        lost = [f"“{text}”" for key, text in typed.items() if text.strip() and text != stood.get(key, "")]
        if not lost:
            return ""
        return f"{'; '.join(lost[:5])}: not saved, because the form, an arm or an outcome has changed and this is not asked any more."

    @property
    def units_offered(self) -> dict[str, list[str]]:
        """The units in which the numbers can be given that were sent, by key: a page that is older than the form may not show them."""
        sent = [field for field in self.questions if f"unit:{field.key}" in (self.data or {})]
        return {field.key: [name for name, _ in self.cell(field).units] for field in sent}

    @property
    def confirmed(self) -> list[str]:
        keys = (field.key for field in self.questions if f"confirm:{field.key}" in self.data)
        return [key for key in keys if key not in self.told]

    @property
    def known(self) -> dict[str, list[str]]:
        """By name of a field, what the page has seen stored in it."""
        names = (name.removeprefix("known:") for name in self.data if name.startswith("known:"))
        return {name: self.data.getlist(f"known:{name}") for name in names}

    @property
    def said_keys(self) -> list[str]:
        """The answers of which something can be saved."""
        return list({*self.values, *self.units, *self.texts, *self.places, *self.origins})

    def known_texts(self, newer: Collection[str]) -> list[tuple[str, str]]:
        """By name of a field, what a page that comes back has seen stored: what it knew before, and what it shows of newer answers."""
        texts = {name: list(each) for name, each in self.known.items()}
        for name, text in self.showing(newer):
            texts.setdefault(name, []).append(text)
        return [(name, text) for name, each in texts.items() for text in dict.fromkeys(each)]

    def showing(self, keys: Collection[str]) -> Iterator[tuple[str, str]]:
        """What the page shows of these answers, and of where they stand: name of the field, and its text."""
        rows = {row.key: row for table in self.asked.tables for row in table.rows}
        for mark in {mark_of(self.by_key[key]): None for key in keys if key in self.by_key}:
            row = rows.get(mark)
            fields = row.fields if row else (self.by_key[mark],)
            for cell in map(self.cell, fields):
                yield cell.key, cell.value
                yield from ((f"unit:{cell.key}", name) for name, chosen in cell.units if chosen)
            for place in (self.place(fields, ""), *(self.own_places(row) if row else ())):
                yield from place.showing

    def tell_newer(self, found: Iterable[Overtaken]) -> None:
        """Show what another window has stored, for a choice at each question or row; what was typed here stays in the fields."""
        self.is_behind = True
        by_mark: dict[str, list[Overtaken]] = {}
        for each in found:
            by_mark.setdefault(mark_of(each.field), []).append(each)
            self.told[each.field.key] = "Changed in another window meanwhile: choose at the top of the page."
        self.overtaken = [Overtaking(mark, answers) for mark, answers in by_mark.items()]

    def problems(self) -> list[Problem]:
        """What could not be read, by field."""
        newer = {each.field.key for overtaking in self.overtaken for each in overtaking.answers}
        return [Problem(key, sentence) for key, sentence in self.told.items() if key not in newer]

    def empty_outcomes(self) -> list[str]:
        """The keys that fold an outcome, of those outcomes of which nothing is answered."""
        said = {block.unless for block in self.asked.blocks for field in block.answerable if self.cell(field).value}
        return [cell.key for block, cell in self.outcomes() if block.unless not in said and not cell.locked]

    # --- what is shown ---

    def outcomes(self) -> list[tuple[Block, Cell]]:
        """The blocks with tables of outcome data, each with whether its outcome is left out by the study."""
        return [(block, self.cell(block.unreported)) for block in self.asked.blocks if block.unreported]

    def blocks(self) -> Iterator[tuple[Block, Cell | None, bool, list[Line], list[tuple[Table, list[Line]]]]]:
        """Each block with whether its outcome is left out by the study, where that is asked and what it folds, its questions, and its tables."""
        for block in self.asked.blocks:
            unreported = self.cell(block.unreported) if block.unreported else None
            lines = [self.line(field.label, (field,)) for field in block.fields]
            tables = [(table, [self.row(row) for row in table.rows]) for table in block.tables]
            folded = bool(block.unless and self.cell(self.by_key[block.unless]).value)
            yield block, unreported, folded, lines, tables

    def line(self, name: str, fields: tuple[Field, ...], more: tuple[Field, ...] = ()) -> Line:
        cells, others = ([self.cell(field) for field in part] for part in (fields, more))
        return Line(name, cells, self.place((*fields, *more), name), others)

    def row(self, row: Row) -> Line:
        core = row.core or row.extra[:2]
        line = self.line(row.name, core, tuple(field for field in row.fields if field not in core))
        line = replace(line, own=self.own_places(row))
        return line if self.locked else replace(line, offers=[each for each in self.offers if each.row == row.key])

    def own_places(self, row: Row) -> list[Place]:
        """The places of a row's cells that stand elsewhere than the row, or can be said to: those that are needed or answered."""
        common, words = self.common_source(row.fields), self.common_text(row.fields)
        shown = row.core or row.extra[:2]
        found = []
        for field in row.fields:
            answer = self.said_of(field)
            source = answer.source if answer.source != common else None
            text = answer.text if answer.text != words else ""
            may = not self.is_locked(field) and (field in shown or answer.value is not None)
            if source or text or may or f"page:{field.key}" in (self.data or {}):
                place = self.place_at(field.key, f"{row.name}, {field.column}", text, source, self.is_locked(field))
                found.append(replace(place, column=field.column, **self.had(field)))
        return found

    def had(self, field: Field) -> dict[str, str]:
        """How a number was had, and on what basis, as it is stored or was typed; nothing of other answers."""
        if field.kind not in NUMBERS:
            return {}
        stored, typed = self.said_of(field), self.data if self.data is not None else {}
        origin = typed.get(f"origin:{field.key}", stored.origin)
        return {"origin": str(origin), "basis": typed.get(f"basis:{field.key}", stored.basis)}

    def places_on_request(self, key: str) -> dict[str, Place]:
        """Of the row of this key: the places of the cells that are shown on request and are answered, by key of the cell."""
        rows = [row for table in self.asked.tables for row in table.rows if row.key == key]
        extra = {field.key for row in rows for field in row.extra if self.said_of(field).value is not None}
        return {place.mark: place for row in rows for place in self.own_places(row) if place.mark in extra}

    @cached_property
    def offers(self) -> list[Offer]:
        """What can be converted from what is stored."""
        return offers(self.asked, self.answers)

    def cell(self, field: Field) -> Cell:
        answer = self.answers.get(field.key, Answer())
        value, unit = as_typed(field, answer), answer.unit
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
            *self.how(field, answer, value),
            field.key in self._asked_keys,
            self.is_locked(field),
        )

    def how(self, field: Field, answer: Answer, shown: str) -> tuple[str, str, bool]:
        """How a number was had, in words, and whether by a formula; as reported where another was typed over one that was converted."""
        if answer.working and shown != as_typed(field, answer):
            return str(Origin.REPORTED), "", False
        return str(answer.origin), answer.told_how, bool(answer.working)

    @property
    def is_open(self) -> bool:
        """Whether anything can be answered."""
        return not self.locked

    def is_locked(self, field: Field) -> bool:
        return self.locked or (self.open_keys is not None and field.key not in self.open_keys)

    def place(self, fields: tuple[Field, ...], about: str) -> Place:
        """Where the answer of a question stands, or the answers of a row do."""
        locked = all(self.is_locked(field) for field in fields)
        return self.place_at(mark_of(fields[0]), about, self.common_text(fields), self.common_source(fields), locked)

    def place_at(self, mark: str, about: str, text: str, source: schema.Source | None, locked: bool) -> Place:
        """A place as it is stored; where it was posted, as it was typed."""
        source = source or schema.Source()
        stored = (source.document, source.page, source.quote, schema.box_words(source.box))
        if self.data is not None and f"page:{mark}" in self.data:
            document, *rest = (self.data.get(f"{part}:{mark}", "") for part in PLACE)
            stored = (whole(document), *rest)
        typed = text if self.data is None else self.data.get(f"source:{mark}", text)
        return Place(mark, about, typed, *stored, source.fragment, locked)

    def common_source(self, fields: tuple[Field, ...]) -> schema.Source | None:
        """The place of more than half of a row's cells, answered or not: what was said of the row as a whole. Of a question, its own."""
        return common([self.said_of(field).source for field in fields])

    def common_text(self, fields: tuple[Field, ...]) -> str:
        """In words, the same."""
        return common([self.said_of(field).text for field in fields]) or ""

    def said_of(self, field: Field) -> Answer:
        return self.answers.get(field.key, schema.BLANK)


def chosen(data: QueryDict, several: Collection[str]) -> QueryDict:
    """What was posted by a page that showed answers of another window, with what was chosen of them: both are known then, and one is said.

    choose:MARK is here or there; overtaken:MARK names the fields, and stands:NAME is what the page showed of each.
    """
    marks = [name.removeprefix("choose:") for name in data if name.startswith("choose:")]
    if not marks:
        return data
    data = data.copy()
    for mark in marks:
        for name in data.getlist(f"overtaken:{mark}"):
            text = data.get(f"stands:{name}", "")
            data.appendlist(f"known:{name}", text)
            if data[f"choose:{mark}"] == "there":
                data.setlist(name, text.split(";") if name in several else [text])
    return data


def common(said: list[Said]) -> Said | None:
    """What more than half of these are, where they are anything."""
    found, count = next(iter(Counter(each for each in said if each).most_common(1)), (None, 0))
    return found if 2 * count > len(said) else None


def mark_of(field: Field) -> str:
    """What stands for the place of a field: its row, or itself."""
    return field.row or field.key
