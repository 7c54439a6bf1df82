"""What does a typed answer mean, and what is wrong with it? Every complaint names its field and says what to do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from extraction.schema.answers import BLANK, Answer, Misplaced, Origin, Source, Value, read_anchor
from extraction.schema.asked import asked_answers, is_asked, is_wanting, rows_begun
from extraction.schema.fields import NO_UNIT, NUMBERS, Field, Kind

LONGEST_TEXT = 20_000
LONGEST_SOURCE = 2_000  # of where an answer stands, what supports it, or why it was chosen
LONGEST_NUMBER = 15  # digits that a double holds exactly, from the first that is not zero
LONGEST_SPELLING = 40  # characters, zeros before the number among them
WHOLE = re.compile(r"[+-]?[0-9]+")
DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
ONE = r"[+\-−]?[0-9]+(?:[.,][0-9]+)*"
BARE = re.compile(
    rf"(?![0-9]{{4}}-[0-9]{{2}}$)[<>≤≥~±]?\s*{ONE}(?:\s*(?:to|[-–−])\s*{ONE})?"
)  # a number, or a range; no month of a year
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
MINUSES = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "\N{NON-BREAKING HYPHEN}": "-"}
)  # as PDFs have them


class Unreadable(ValueError):
    """An answer that cannot be stored: key of the field, a sentence that names it, and of which part of the answer it is, as Problem has it."""

    def __init__(self, field: Field, sentence: str, part: str = "value") -> None:
        super().__init__(sentence)
        self.key = field.key
        self.sentence = sentence
        self.part = part


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a sheet from being handed in: key of the field, and a sentence that names it.

    part: what of the answer is to be given otherwise: value, text, origin, document, page, quote, box, or at an agreement reason; empty for none.
    """

    key: str
    sentence: str
    part: str = "value"


def read(field: Field, typed: object, unit: str = "") -> Value:
    """The value of what was typed (or came as a number, in this unit); None for nothing. Raises Unreadable."""
    if isinstance(typed, list | tuple):
        typed = ";".join(map(str, typed))
    text = "" if typed is None else str(typed).strip()
    if not text:
        return None
    if field.kind in NUMBERS:
        return read_number(field, text, unit)
    return {Kind.SEVERAL: read_several, Kind.DATE: read_date, Kind.TEXT: read_text}.get(field.kind, read_choice)(
        field, text
    )


def read_text(field: Field, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise Unreadable(field, f"{field.label}: this text has {len(text)} characters; {LONGEST_TEXT} are the most.")
    if "\0" in text:
        raise Unreadable(field, f"{field.label}: this text has a character that cannot be stored. Type it anew.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_source(field: Field, text: str, part: str = "text") -> str:
    """Where an answer stands, what supports it, or why it was chosen (part: reason), as it can be stored. Raises Unreadable."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_SOURCE or "\0" in text:
        raise Unreadable(
            field, f"{field.label}: its source, support or reason has at most {LONGEST_SOURCE} plain characters.", part
        )
    return text


def read_choice(field: Field, text: str) -> str:
    if text not in {option.value for option in field.options}:
        known = ", ".join(option.label for option in field.options)
        raise Unreadable(field, f"{field.label}: “{text}” is not one of its answers ({known}).")
    return text


def read_several(field: Field, text: str) -> str | None:
    """The chosen values in the order of the options, joined by semicolons."""
    chosen = {each for part in text.split(";") if (each := part.strip())}
    for each in sorted(chosen):
        read_choice(field, each)
    return ";".join(option.value for option in field.options if option.value in chosen) or None


def read_date(field: Field, text: str) -> str:
    """A year, a month or a day, as ISO 8601 writes it: reports often give no more than the year."""
    found = DATE.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        raise Unreadable(
            field, f"{field.label}: “{text}” is not a date. Write 2003, 2003-05 or 2003-05-17: the year first."
        ) from None
    return text


def read_origin(field: Field, typed: object) -> Origin:
    """How a number was had; reported where nothing is said. Raises Unreadable."""
    try:
        return Origin(str(typed or Origin.REPORTED).strip())
    except ValueError:
        known = ", ".join(Origin)
        raise Unreadable(field, f"{field.label}: “{typed}” is not how a number is had ({known}).") from None


def read_unit(field: Field, typed: object) -> str:
    """The unit of a number; empty for the question's own. Raises Unreadable."""
    unit = "" if typed is None else str(typed).strip()
    try:
        field.factor(unit)
    except KeyError:
        known = ", ".join([field.unit_name, *(each.name for each in field.units)])
        if unit == NO_UNIT:
            sentence = f"the question had no unit when this number was entered. Choose one beside it ({known})."
        elif not field.unit:
            sentence = f"the question has no unit now, and this number is in {unit}. Choose “{NO_UNIT}” beside it, or correct it."
        else:
            sentence = f"“{unit}” is not one of its units ({known}). Choose one beside the number."
        raise Unreadable(field, f"{field.label}: {sentence}") from None
    return "" if unit == field.unit_name else unit


def read_anew(field: Field, typed: object, unit: object, before: Answer) -> tuple[Value, str]:
    """The value and the unit of what was typed where an answer stands already: what is as it was is not read again. Raises Unreadable.

    unit: the one chosen, or shown, beside it, by name; None where nothing is said of it. A number that stands already may keep a unit
    that the question does not know any more. Where no number is asked now, one that a page still shows beside its unit is left as it
    stands, and another that is typed there is taken with that unit, in words.
    """
    if typed is None or (isinstance(typed, str) and not typed.strip()):
        return None, ""
    is_number = isinstance(before.value, int | float)
    stands = is_number and (typed == before.value or str(typed).strip() == show(before.value))
    if field.kind not in NUMBERS:
        if stands and unit == before.unit:
            return before.value, before.unit
        return read(field, beside_unit(typed, "" if unit is None else str(unit))), ""
    read_as = before.unit if unit is None or unit == before.unit else read_unit(field, unit)
    if stands and read_as == before.unit:
        return before.value, read_as
    return read(field, typed, read_as if knows_unit(field, read_as) else ""), read_as


def beside_unit(typed: object, unit: str) -> object:
    """What was typed beside a unit, with that behind it, where it is a number, or from one to another, and nothing else."""
    if isinstance(typed, list | tuple):
        return typed
    text = show(typed) if isinstance(typed, float) else str(typed).strip()
    return f"{text} {unit}" if unit not in ("", NO_UNIT) and BARE.fullmatch(text) else text


def read_place(field: Field, given: Mapping[str, Any] | None) -> Source | None:
    """The place in a document from which an answer was read. Raises Unreadable."""
    try:
        source = read_anchor(given)
    except Misplaced as error:
        raise Unreadable(field, f"{field.label}: {error}.", error.part) from None
    if source and source.box and not (source.document and source.page):
        raise Unreadable(
            field,
            f"{field.label}: a rectangle needs its document and page. Give both, or take the rectangle away.",
            "page" if source.document else "document",
        )
    return source


def read_number(field: Field, text: str, unit: str = "") -> int | float:
    if any(unicodedata.category(character) == "No" for character in text):  # 10² would become 102
        raise Unreadable(field, f"{field.label}: “{text}” has a raised or lowered digit, or a fraction. Write it out.")
    plain = unicodedata.normalize("NFKC", text).translate(MINUSES).strip()
    whole = field.kind is Kind.INTEGER
    if "," in plain:
        pointed = plain.replace(",", ".")
        point = "" if whole else f"{pointed if DECIMAL.fullmatch(pointed) else '3.5'} with a point, and "
        thousands = plain.replace(",", "") if THOUSANDS.fullmatch(plain) else "1234"
        raise Unreadable(
            field, f"{field.label}: “{text}” has a comma. Write {point}{thousands} without a mark for the thousands."
        )
    if not (WHOLE if whole else DECIMAL).fullmatch(plain):
        wanted = "a whole number such as 12" if whole else "a number such as 3.5"
        raise Unreadable(field, f"{field.label}: “{text}” is not {wanted}.")
    if digits_that_count(plain) > LONGEST_NUMBER or len(plain) > LONGEST_SPELLING:
        raise Unreadable(field, f"{field.label}: “{text}” has more than {LONGEST_NUMBER} digits.")
    value = int(plain) if whole else float(plain)
    told = f"{text} {unit}".strip()
    own = value * field.factor(read_unit(field, unit))
    if field.lowest is not None and own < field.lowest:
        raise Unreadable(field, f"{field.label}: {told} is less than {show(field.lowest)}, the least that is possible.")
    if field.highest is not None and own > field.highest:
        raise Unreadable(
            field, f"{field.label}: {told} is more than {show(field.highest)}, the greatest that is possible."
        )
    return value


def digits_that_count(plain: str) -> int:
    """How many digits a number has that are more than its place: neither zeros before it nor the power of ten."""
    mantissa = plain.lower().partition("e")[0]
    return len("".join(filter(str.isdigit, mantissa)).lstrip("0"))


def show(value: Value) -> str:
    """The value as a person would type it."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**LONGEST_NUMBER:
        return str(int(value))
    return "" if value is None else str(value)


def as_typed(field: Field, answer: Answer) -> str:
    """An answer as it stands in the field of a page: a number of before the question asked for something else, with its unit."""
    return show(answer.value) if field.kind in NUMBERS else with_unit(answer.value, answer.unit)


def with_unit(value: Value, unit: str) -> str:
    """A value as text, a number with the unit in which it was given."""
    has_unit = isinstance(value, int | float) and unit not in ("", NO_UNIT)
    return f"{show(value)} {unit}" if has_unit else show(value)


def spell(field: Field, answer: Answer) -> str:
    """An answer as a reader sees it: labels of choices, the unit behind a number; empty when there is none."""
    if answer.value is None:
        return ""
    if field.options:
        labels = {option.value: option.label for option in field.options}
        return "; ".join(labels.get(each, each) for each in str(answer.value).split(";"))
    if field.kind not in NUMBERS:
        return as_typed(field, answer)
    unit = answer.unit or field.unit
    return f"{show(answer.value)} {unit}" if unit else show(answer.value)


def knows_unit(field: Field, unit: str) -> bool:
    """Whether a number in this unit can be converted: an earlier version of the form may have had others."""
    return unit in ("", field.unit_name, *(each.name for each in field.units))


def own_unit(field: Field, answer: Answer) -> Value:
    """The answer in the question's own unit; in words, with the unit, where the question does not know that, or asks for no number now."""
    if field.kind not in NUMBERS:
        return None if answer.value is None else as_typed(field, answer)
    if isinstance(answer.value, int | float) and answer.unit:
        known = knows_unit(field, answer.unit)
        return answer.value * field.factor(answer.unit) if known else f"{show(answer.value)} {answer.unit}"
    return answer.value


def check(fields: Iterable[Field], answers: Mapping[str, Answer]) -> list[Problem]:
    """What keeps these answers from being a finished sheet, in the order of the fields."""
    known = list(fields)
    counting = asked_answers(known, answers)
    labels = {field.key: field.label for field in known}
    begun = rows_begun(known, counting)
    asked = (field for field in known if is_asked(field, counting))
    return [problem for field in asked for problem in complaints(field, counting, begun, labels)]


def complaints(
    field: Field, answers: Mapping[str, Answer], begun: set[str], labels: Mapping[str, str]
) -> Iterator[Problem]:
    answer = answers.get(field.key, BLANK)
    if answer.value is None:
        if field.required:
            yield Problem(field.key, f"{field.label} is not answered.")
        elif is_wanting(field, answers, begun):
            yield Problem(field.key, f"{field.label} is missing. Fill the whole row, or leave all of it empty.")
        return
    if field.needs_text and not answer.text.strip() and answer.source is None:
        yield Problem(
            field.key,
            f"{field.label}: {'write what supports this judgement' if not field.question else 'say where it stands'}.",
            "text",
        )
    if answer.origin is not Origin.REPORTED and not answer.told_how:
        yield Problem(field.key, f"{field.label} is marked as {answer.origin}: say from what, and how.", "origin")
    try:
        if read(field, answer.value, answer.unit) != answer.value:
            raise Unreadable(field, f"{field.label}: its answer is not one that the question has now. Answer it anew.")
    except Unreadable as error:
        yield Problem(field.key, error.sentence)
    limit = answers.get(field.at_most, BLANK).value
    if isinstance(limit, int | float) and isinstance(answer.value, int | float) and answer.value > limit:
        yield Problem(
            field.key, f"{field.label} is {show(answer.value)}, more than {labels[field.at_most]}, {show(limit)}."
        )
