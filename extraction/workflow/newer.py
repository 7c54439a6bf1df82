"""Would an answer take the place of one that its window has not seen? What another window saved meanwhile is never overwritten in silence.

A window names the version of the sheet up to which it knows every save, and with each field that it sends, what it has seen stored there
or has sent itself (`known`). Each part of an answer is looked at by itself: the number, its unit, how it was had and on what basis, and
where it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from extraction import queries
from extraction.models import Line, Study
from extraction.schema import Answer, Field, Origin, Source, Unreadable, read, spell
from extraction.schema.clean import as_typed, beside_unit
from extraction.schema.fields import NUMBERS
from reviewapp.errors import Stale
from reviewapp.models import Member

Known = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Overtaken:
    """An answer that another window has saved meanwhile, with this version of the sheet. there, here: what both say, in words; parts: by
    name of the field, what stands there."""

    field: Field
    version: int
    there: str
    here: str
    parts: Mapping[str, str]

    @property
    def sentence(self) -> str:
        return f"{self.field.label}: there stands {self.there}, here {self.here}."


class Newer(Stale):
    """Another window saved answers that this one has not seen, and nothing was stored. found: which, and what both say."""

    def __init__(self, found: list[Overtaken]) -> None:
        labels = "; ".join(each.field.label for each in found)
        super().__init__(
            f"Changed in another window meanwhile: {labels}. What is typed here is not saved over it.",
            todo="See what stands there now, and choose.",
        )
        self.found = found

    @property
    def parts(self) -> dict[str, str]:
        return {name: text for each in self.found for name, text in each.parts.items()}


def refuse_newer(
    member: Member,
    study: Study,
    changed: list[tuple[Line, Answer]],
    fields: Mapping[str, Field],
    seen: int,
    known: Known,
) -> None:
    """Raise Newer for answers of which another window saved a part after the version that this one has seen."""
    found = {}
    for line, answer in changed:
        if line.version > seen and (unseen := dict(unseen_parts(fields[line.key], line.answer, answer, known))):
            found[line.key] = unseen
    if not found:
        return
    answers = {line.key: answer for line, answer in changed}
    stored = {line.key: line.answer for line, _ in changed if line.key in found}
    apart = rows_apart(found, answers, fields)
    papers = {each.pk: each.name for each in queries.papers(queries.study(member, study.pk), stored, answers)}
    raise Newer(
        [
            Overtaken(
                fields[line.key],
                line.version,
                in_words(fields[line.key], line.answer, papers),
                in_words(fields[line.key], answer, papers),
                at_cell(fields[line.key], line.answer, found[line.key], apart),
            )
            for line, answer in changed
            if line.key in found
        ]
    )


def rows_apart(
    found: Mapping[str, Mapping[str, str]], answers: Mapping[str, Answer], fields: Mapping[str, Field]
) -> set[str]:
    """The rows whose numbers stand at several places: one that is taken at its row would take the others along."""
    texts: dict[str, set[str]] = {}
    for parts in found.values():
        for name, text in parts.items():
            texts.setdefault(name, set()).add(text)
    for key, answer in answers.items():
        if key not in found and answer.value is not None:
            for name, text in parts_of(fields[key], answer).items():
                if f"{name}:{fields[key].row}" in texts:
                    texts[f"{name}:{fields[key].row}"].add(text)
    rows = {fields[key].row for key in found} - {""}
    return {row for row in rows if any(len(texts.get(f"{name}:{row}", ())) > 1 for name in PLACE)}


def at_cell(field: Field, stored: Answer, unseen: Mapping[str, str], apart: Collection[str]) -> Mapping[str, str]:
    """The parts of an answer that another window saved, with the place of the cell itself where its row has several."""
    at_row = {f"{name}:{field.row}" for name in PLACE}
    place = {f"{name}:{field.key}": text for name, text in parts_of(field, stored).items() if name in PLACE}
    if field.row not in apart or not any(place.values()) or at_row.isdisjoint(unseen):
        return unseen
    return {name: text for name, text in unseen.items() if name not in at_row} | place


def unseen_parts(field: Field, stored: Answer, answer: Answer, known: Known) -> Iterator[tuple[str, str]]:
    """The parts of a stored answer that would be lost unseen: name of the field on the page, and what stands there."""
    becomes = parts_of(field, answer)
    is_own_place = any(text.strip() for name in PLACE for text in known.get(f"{name}:{field.key}", ()))
    is_value_unseen = False
    for name, text in parts_of(field, stored).items():
        if text == becomes[name]:
            continue
        if name == "unit" and (is_value_unseen or stored.value is None or answer.value is None):
            if is_value_unseen and stored.value is not None:
                yield f"unit:{field.key}", text  # a number is taken with its unit
            continue
        at_cell, at_row = f"{name}:{field.key}".removeprefix("value:"), f"{name}:{field.row}"
        seen = as_stored(known.get(at_cell, ()))
        if name in PLACE and field.row:
            if not is_own_place:  # left empty: at the place of its row
                at_cell, seen = at_row, []
            seen += as_stored(known.get(at_row, ()))
        if name == "value" and field.kind not in NUMBERS:  # typed on a page that shows a unit beside it
            seen += [str(beside_unit(each, unit)) for each in seen for unit in known.get(f"unit:{field.key}", ())]
        if text not in seen and not (name == "value" and any(reads(field, each, stored) for each in seen)):
            is_value_unseen |= name == "value"
            yield at_cell, text


def as_stored(texts: Collection[str]) -> list[str]:
    """What was typed, or sent by a form, without the blanks and the ends of lines that are not stored."""
    return [each.replace("\r\n", "\n").strip() for each in texts]


PLACE = ("source", "document", "page", "quote", "box")


def parts_of(field: Field, answer: Answer) -> dict[str, str]:
    """An answer as the fields of a page have it."""
    place = answer.source or Source()
    return {
        "value": as_typed(field, answer),
        "unit": (answer.unit or field.unit_name) if field.kind in NUMBERS and answer.value is not None else "",
        "origin": str(answer.origin),
        "basis": answer.basis,
        "source": answer.text,
        **place.typed,
    }


def reads(field: Field, typed: str, stored: Answer) -> bool:
    """Whether what was typed, such as 12.30, is what is stored."""
    try:
        return read(field, typed, stored.unit) == stored.value
    except Unreadable:
        return False


def in_words(field: Field, answer: Answer, papers: Mapping[int, str]) -> str:
    """An answer as a reader of the page knows it, with how it was had and where it stands. papers: what the study's PDFs are called."""
    had = f"({answer.origin}: {answer.told_how})" if answer.origin is not Origin.REPORTED else ""
    where = "; ".join(filter(None, [answer.text, *place_in_words(answer.source or Source(), papers)]))
    words = " ".join(filter(None, [spell(field, answer), had, f"[{where}]" if where else ""]))
    return f"“{words}”" if words else "nothing"


def place_in_words(place: Source, papers: Mapping[int, str]) -> Iterator[str]:
    if place.document:
        yield papers.get(place.document, "a document that is not here")
    if place.page:
        yield f"page {place.page}"
    if place.quote:
        yield f"“{place.quote}”"
    if place.box:
        left, top, right, bottom = (f"{each:.0%}" for each in place.box)
        yield f"rectangle from {left} to {right} across, {top} to {bottom} down"
