"""Would an answer take the place of one that its window has not seen? What another window saved meanwhile is never overwritten in silence.

A window names the version of the sheet up to which it knows every save, and with each field that it sends, what it has seen stored there
or has sent itself (`known`). Each part of an answer is looked at by itself: the number, its unit, how it was had and on what basis, and
where it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from extraction.models import Line
from extraction.schema import Answer, Field, Source, Unreadable, read
from extraction.schema.clean import as_typed
from extraction.schema.fields import NUMBERS
from extraction.workflow.said import told
from reviewapp.errors import Stale

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


def refuse_newer(changed: list[tuple[Line, Answer]], fields: Mapping[str, Field], seen: int, known: Known) -> None:
    """Raise Newer for answers of which another window saved a part after the version that this one has seen."""
    found = []
    for line, answer in changed:
        field, there = fields[line.key], line.answer
        if line.version > seen and (unseen := dict(unseen_parts(field, there, answer, known))):
            found.append(Overtaken(field, line.version, in_words(there), in_words(answer), unseen))
    if found:
        raise Newer(found)


def unseen_parts(field: Field, stored: Answer, answer: Answer, known: Known) -> Iterator[tuple[str, str]]:
    """The parts of a stored answer that would be lost unseen: name of the field on the page, and what stands there."""
    becomes = parts_of(field, answer)
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
            seen = [each for each in seen if each]  # left empty: at the place of its row
            at_cell = at_cell if seen else at_row
            seen += as_stored(known.get(at_row, ()))
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


def in_words(answer: Answer) -> str:
    words = told(answer)
    return f"“{words}”" if words else "nothing"
