"""What does a typed answer mean, and what is wrong with it? Every complaint names its field and says what to do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from extraction.schema.answers import BLANK, Answer, Value
from extraction.schema.fields import Field, Kind

LONGEST_TEXT = 20_000
LONGEST_SOURCE = 2_000  # of where an answer stands, what supports it, or why it was chosen
LONGEST_NUMBER = 15  # digits that a double holds exactly
WHOLE = re.compile(r"[+-]?[0-9]+")
DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
MINUSES = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "\N{NON-BREAKING HYPHEN}": "-"}
)  # as PDFs have them


class Unreadable(ValueError):
    """An answer that cannot be stored: key of the field, and a sentence that names it."""

    def __init__(self, field: Field, sentence: str) -> None:
        super().__init__(sentence)
        self.key = field.key
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a sheet from being handed in: key of the field, and a sentence that names it."""

    key: str
    sentence: str


def read(field: Field, typed: object) -> Value:
    """The value of what was typed (or came as a number); None for nothing. Raises Unreadable."""
    text = "" if typed is None else str(typed).strip()
    if not text:
        return None
    if field.kind is Kind.TEXT:
        return read_text(field, text)
    if field.kind is Kind.CHOICE:
        return read_choice(field, text)
    return read_number(field, text)


def read_text(field: Field, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise Unreadable(field, f"{field.label}: this text has {len(text)} characters; {LONGEST_TEXT} are the most.")
    if "\0" in text:
        raise Unreadable(field, f"{field.label}: this text has a character that cannot be stored. Type it anew.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_source(field: Field, text: str) -> str:
    """Where an answer stands, what supports it, or why it was chosen, as it can be stored. Raises Unreadable."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_SOURCE or "\0" in text:
        raise Unreadable(
            field, f"{field.label}: its source, support or reason has at most {LONGEST_SOURCE} plain characters."
        )
    return text


def read_choice(field: Field, text: str) -> str:
    if text not in {option.value for option in field.options}:
        known = ", ".join(option.label for option in field.options)
        raise Unreadable(field, f"{field.label}: “{text}” is not one of its answers ({known}).")
    return text


def read_number(field: Field, text: str) -> int | float:
    if any(unicodedata.category(character) == "No" for character in text):  # 10² would become 102
        raise Unreadable(field, f"{field.label}: “{text}” has a raised or lowered digit, or a fraction. Write it out.")
    plain = unicodedata.normalize("NFKC", text).translate(MINUSES).strip()
    if "," in plain:
        raise Unreadable(
            field,
            f"{field.label}: “{text}” has a comma. Write 3.5 with a point, and 1234 without a mark for the thousands.",
        )
    whole = field.kind is Kind.INTEGER
    if not (WHOLE if whole else DECIMAL).fullmatch(plain):
        wanted = "a whole number such as 12" if whole else "a number such as 3.5"
        raise Unreadable(field, f"{field.label}: “{text}” is not {wanted}.")
    if sum(character.isdigit() for character in plain) > LONGEST_NUMBER:
        raise Unreadable(field, f"{field.label}: “{text}” has more than {LONGEST_NUMBER} digits.")
    value = int(plain) if whole else float(plain)
    if field.lowest is not None and value < field.lowest:
        raise Unreadable(field, f"{field.label}: {text} is less than {show(field.lowest)}, the least that is possible.")
    return value


def show(value: Value) -> str:
    """The value as a person would type it."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**LONGEST_NUMBER:
        return str(int(value))
    return "" if value is None else str(value)


def check(fields: Iterable[Field], answers: Mapping[str, Answer]) -> list[Problem]:
    """What keeps these answers from being a finished sheet, in the order of the fields."""
    known = list(fields)
    labels = {field.key: field.label for field in known}
    rows = {field.row for field in known if field.row and answers.get(field.key, BLANK).value is not None}
    return [problem for field in known for problem in complaints(field, answers, rows, labels)]


def complaints(
    field: Field, answers: Mapping[str, Answer], begun: set[str], labels: Mapping[str, str]
) -> Iterator[Problem]:
    answer = answers.get(field.key, BLANK)
    if answer.value is None:
        if field.required:
            yield Problem(field.key, f"{field.label} is not answered.")
        elif field.row in begun:
            yield Problem(field.key, f"{field.label} is missing. Fill the whole row, or leave all of it empty.")
        return
    if field.needs_text and not answer.text.strip():
        yield Problem(field.key, f"{field.label}: write what supports this judgement.")
    limit = answers.get(field.at_most, BLANK).value
    if isinstance(limit, int | float) and isinstance(answer.value, int | float) and answer.value > limit:
        yield Problem(
            field.key, f"{field.label} is {show(answer.value)}, more than {labels[field.at_most]}, {show(limit)}."
        )
