"""What is to be saved of some questions, and what does it make of the answers that stand there?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from extraction.models import Assessment, Line, Sheet
from extraction.schema import Answer, Field, Origin, Unreadable, read_place, read_source, show
from extraction.schema.clean import read_anew
from extraction.schema.fields import NUMBERS
from reviewapp.errors import BadInput

Had = tuple[Origin, str]  # how a number was had, and on what basis


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be saved of some questions, by key: only what stands in a mapping is changed.

    confirmed: answers that were looked at again after the form had changed. known: by name of a field on the page, what this window has
    seen stored there or has sent itself; see `newer`.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    origins: Mapping[str, Had] = field(default_factory=dict)
    confirmed: Collection[str] = ()
    known: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        said = (self.values, self.texts, self.units, self.places, self.origins, self.confirmed)
        return list(dict.fromkeys(key for each in said for key in each))


def told(answer: Answer) -> str:
    """An answer as the trail shows it, with its unit, how it was had, and its source or support."""
    place = answer.source.to_json() if answer.source else {}
    where = "; ".join(filter(None, [answer.text, *(f"{name} {value}" for name, value in place.items())]))
    value = f"{show(answer.value)} {answer.unit}".strip()
    if answer.origin is not Origin.REPORTED:
        value += f" ({answer.origin}: {answer.told_how})"
    return f"{value} [{where}]" if where else value


def changed_lines(
    own: Sheet | Assessment, fields: Mapping[str, Field], lines: Mapping[str, Line], said: Said
) -> list[tuple[Line, Answer]]:
    """The lines that are to say something new, with what. Raises BadInput for unknown keys and unreadable values."""
    changed = []
    for key in said.keys:
        if key not in fields:
            raise BadInput(
                f"There is no field “{key}” for this study.",
                todo="The form, arms or outcomes have changed; load the page again.",
            )
        line = lines.get(key) or own.new_line(key)
        answer = read_or_refuse(fields[key], line.answer, said)
        if answer != line.answer:
            changed.append((line, answer))
    return changed


def read_or_refuse(field: Field, before: Answer, said: Said) -> Answer:
    """The answer before, with what is said of it now. Raises BadInput."""
    key = field.key
    try:
        value, unit = before.value, before.unit
        if key in said.values or key in said.units:
            value, unit = read_anew(field, said.values.get(key, value), said.units.get(key), before)
        text = read_source(field, said.texts[key]) if key in said.texts else before.text
        place = read_place(field, said.places[key]) if key in said.places else before.source
        origin, basis = said.origins.get(key, (before.origin, before.basis))
        basis = read_source(field, basis)
    except Unreadable as error:
        raise BadInput(error.sentence) from None
    same = (value, unit) == (before.value, before.unit)
    working = before.working if same else ""  # another number was read, or one in another unit, not converted
    if before.working and not same and (origin, basis) == (before.origin, before.basis):
        origin = Origin.REPORTED  # the mark was the conversion's
    is_text = field.kind not in NUMBERS and isinstance(value, str)  # of which it is not said how it was had
    if value is None or origin is Origin.REPORTED or is_text:
        origin, working, basis = Origin.REPORTED, "", ""
    return Answer(value, text, unit if value is not None else "", place, working, origin, basis)
