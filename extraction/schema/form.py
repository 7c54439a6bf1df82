"""What is an extraction form? Sections of questions as data: read from JSON with every complaint in words, and written back.

A question's id is given once and never to another question: exports, answers and later versions know the question by it. Questions that
were taken off wait on the `shelf`, with their ids, and can be put back.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from extraction.schema import plain_json
from extraction.schema.fields import NO_UNIT, NUMBERS, WITH_OPTIONS, YES_NO, Kind, Option, Unit

FORMAT = "reviewapp-form/1"
ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_QUESTIONS = 500
LONGEST = {"name": 120, "title": 120, "label": 200, "help": 2000, "about": 2000, "unit": 40}


class Per(StrEnum):
    """For what a section is asked: once, or again for each of something (a repeated group)."""

    STUDY = "study"
    ARM = "arm"
    OUTCOME = "outcome"
    TIME = "time"


PER_WORDS = {
    Per.STUDY: "once for the study",
    Per.ARM: "for each arm",
    Per.OUTCOME: "for each outcome",
    Per.TIME: "for each time point",
}
KIND_WORDS = {
    Kind.TEXT: "Text",
    Kind.INTEGER: "Whole number",
    Kind.NUMBER: "Number",
    Kind.CHOICE: "Choice of one",
    Kind.SEVERAL: "Choice of several",
    Kind.YES_NO: "Yes, no or unclear",
    Kind.DATE: "Date",
    Kind.TABLE: "Table of outcome data",
}


class FormError(ValueError):
    """A form that cannot be used, or a change that cannot be made: a sentence that names the place and what to do."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Asked only when another question is answered with one of these; without values, when it is answered at all."""

    question: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form; see fields.Field for what its parts mean once it is put to a study."""

    id: str
    label: str
    kind: Kind
    help: str = ""
    required: bool = False
    needs_source: bool = False
    options: tuple[Option, ...] = ()
    unit: str = ""
    units: tuple[Unit, ...] = ()
    lowest: float | None = None
    highest: float | None = None
    tolerance: float = 0.0
    asked_if: Condition | None = None
    edition: int = 1


@dataclass(frozen=True, slots=True)
class Section:
    """Questions under one heading, asked once or for each of something."""

    id: str
    title: str
    per: Per = Per.STUDY
    help: str = ""
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelved:
    """A question that was taken off, with the section in which it stood."""

    section: str
    per: Per
    question: Question


@dataclass(frozen=True, slots=True)
class Form:
    """A form as a whole."""

    name: str
    sections: tuple[Section, ...] = ()
    about: str = ""
    shelf: tuple[Shelved, ...] = ()

    def places(self) -> Iterator[tuple[Section, Question]]:
        """Every question with its section, in order."""
        for section in self.sections:
            for question in section.questions:
                yield section, question

    @property
    def questions(self) -> dict[str, Question]:
        """The questions by id, in order; not those on the shelf."""
        return {question.id: question for _, question in self.places()}

    @property
    def known(self) -> dict[str, Question]:
        """The same with those on the shelf, as they were when they were put there."""
        return {each.question.id: each.question for each in self.shelf} | self.questions

    @property
    def ids(self) -> set[str]:
        """Every id that was ever given on this form, to sections and questions, the shelf's too."""
        return (
            {section.id for section in self.sections} | set(self.questions) | {each.question.id for each in self.shelf}
        )

    def section(self, id: str) -> Section:
        """Raises FormError."""
        found = next((each for each in self.sections if each.id == id), None)
        if found is None:
            raise FormError(f"The form has no section “{id}”. Load the page again to see what it has now.")
        return found

    def place(self, id: str) -> tuple[Section, Question]:
        """A question and its section. Raises FormError."""
        found = next((each for each in self.places() if each[1].id == id), None)
        if found is None:
            raise FormError(f"The form has no question “{id}”. Load the page again to see what it has now.")
        return found


# --- out ---------------------------------------------------------------------------------------------------------


def to_json(form: Form) -> dict[str, Any]:
    """The form in plain values, without what is as it is by default."""
    made: dict[str, Any] = {"format": FORMAT, "name": form.name}
    if form.about:
        made["about"] = form.about
    made["sections"] = [_section_out(each) for each in form.sections]
    if form.shelf:
        made["shelf"] = [
            {"section": each.section, "per": str(each.per), "question": _question_out(each.question)}
            for each in form.shelf
        ]
    return made


def _section_out(section: Section) -> dict[str, Any]:
    made: dict[str, Any] = {"id": section.id, "title": section.title, "per": str(section.per)}
    if section.help:
        made["help"] = section.help
    made["questions"] = [_question_out(each) for each in section.questions]
    return made


def _question_out(question: Question) -> dict[str, Any]:
    made: dict[str, Any] = {"id": question.id, "label": question.label, "kind": str(question.kind)}
    for name in ("help", "required", "needs_source", "unit", "tolerance"):
        if value := getattr(question, name):
            made[name] = value
    for name in ("lowest", "highest"):
        if (value := getattr(question, name)) is not None:
            made[name] = value
    if question.edition != 1:
        made["edition"] = question.edition
    if question.options and question.kind is not Kind.YES_NO:
        made["options"] = [{"value": each.value, "label": each.label} for each in question.options]
    if question.units:
        made["units"] = [{"name": each.name, "factor": each.factor} for each in question.units]
    if question.asked_if:
        made["asked_if"] = {"question": question.asked_if.question, "values": list(question.asked_if.values)}
    return made


def write(form: Form) -> str:
    """The form as the text of a JSON file."""
    return json.dumps(to_json(form), indent=2, ensure_ascii=False) + "\n"


# --- in ----------------------------------------------------------------------------------------------------------


def parse(text: str | bytes) -> Form:
    """The form in a JSON file. Raises FormError with a sentence that names the line or the place."""
    try:
        return from_json(plain_json.loads(text))
    except UnicodeDecodeError:
        raise FormError("The file is not text in UTF-8. Save it as JSON in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise FormError(f"Line {error.lineno}, column {error.colno}: this is not JSON ({error.msg}).") from None


def from_json(data: object) -> Form:
    """The form that plain values describe, checked as a whole. Raises FormError."""
    top = _object(data, "The file")
    if top.get("format") != FORMAT:
        raise FormError(f"The file does not say that it is a form: “format” has to be “{FORMAT}”.")
    sections = tuple(
        _section_in(each, f"Section {number}") for number, each in enumerate(_list(top, "sections", "The form"), 1)
    )
    shelf = tuple(
        _shelved_in(each, f"Shelf, {number}") for number, each in enumerate(_list(top, "shelf", "The form"), 1)
    )
    form = Form(_text(top, "name", "The form", needed=True), sections, _text(top, "about", "The form"), shelf)
    checked(form)
    return form


def _section_in(data: object, place: str) -> Section:
    given = _object(data, place)
    title = _text(given, "title", place, needed=True)
    place = f"Section “{title}”"
    questions = tuple(
        question_in(each, f"{place}, question {number}")
        for number, each in enumerate(_list(given, "questions", place), 1)
    )
    return Section(
        _id(given, place), title, Per(_one_of(given, "per", place, [*Per])), _text(given, "help", place), questions
    )


def _shelved_in(data: object, place: str) -> Shelved:
    given = _object(data, place)
    per = Per(_one_of(given, "per", place, [*Per]))
    return Shelved(_text(given, "section", place), per, question_in(given.get("question"), place))


def question_in(data: object, place: str) -> Question:
    """One question from plain values. Raises FormError; whether it fits its form is checked with the form."""
    given = _object(data, place)
    label = _text(given, "label", place, needed=True)
    place = f"Question “{label}”"
    kind = Kind(_one_of(given, "kind", place, [*Kind]))
    condition = given.get("asked_if")
    return Question(
        id=_id(given, place),
        label=label,
        kind=kind,
        help=_text(given, "help", place),
        required=_flag(given, "required", place),
        needs_source=_flag(given, "needs_source", place),
        options=tuple(_option_in(each, place) for each in _list(given, "options", place)),
        unit=_text(given, "unit", place),
        units=tuple(_unit_in(each, place) for each in _list(given, "units", place)),
        lowest=_number(given, "lowest", place),
        highest=_number(given, "highest", place),
        tolerance=_number(given, "tolerance", place) or 0.0,
        asked_if=_condition_in(condition, place) if condition is not None else None,
        edition=int(_number(given, "edition", place) or 1),
    )


def _option_in(data: object, place: str) -> Option:
    given = _object(data, f"{place}: an answer")
    return Option(_id(given, f"{place}: an answer", "value"), _text(given, "label", place, needed=True))


def _unit_in(data: object, place: str) -> Unit:
    given = _object(data, f"{place}: a unit")
    name = _text(given, "name", f"{place}: a unit", "unit", needed=True)
    factor = _number(given, "factor", f"{place}: the unit {name}")
    if not factor or factor <= 0:
        raise FormError(f"{place}: the unit {name} needs a factor above 0, such as 12 for years in months.")
    return Unit(name, factor)


def _condition_in(data: object, place: str) -> Condition:
    given = _object(data, f"{place}: “asked_if”")
    values = _list(given, "values", place)
    if not all(isinstance(each, str) for each in values):
        raise FormError(f"{place}: the values of “asked_if” are a list of answers, as text.")
    return Condition(_text(given, "question", f"{place}: “asked_if”", needed=True), tuple(cast(list[str], values)))


def _object(data: object, place: str) -> Mapping[str, object]:
    if not isinstance(data, dict):
        raise FormError(f"{place}: an object in braces is expected here.")
    return data


def _list(given: Mapping[str, object], name: str, place: str) -> list[object]:
    value = given.get(name, [])
    if not isinstance(value, list):
        raise FormError(f"{place}: “{name}” has to be a list.")
    return value


def _text(given: Mapping[str, object], name: str, place: str, limit: str = "", *, needed: bool = False) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or "\0" in value:
        raise FormError(f"{place}: “{name}” has to be text.")
    value = value.strip()
    if needed and not value:
        raise FormError(f"{place}: “{name}” is missing.")
    most = LONGEST.get(limit or name, 200)
    if len(value) > most:
        raise FormError(f"{place}: “{name}” has {len(value)} characters; {most} are the most.")
    return value


def _id(given: Mapping[str, object], place: str, name: str = "id") -> str:
    value = given.get(name)
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise FormError(
            f"{place}: “{name}” has to be 1 to 40 small letters, digits and underscores, a letter first, such as follow_up."
        )
    return value


def _flag(given: Mapping[str, object], name: str, place: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise FormError(f"{place}: “{name}” has to be true or false.")
    return value


def _number(given: Mapping[str, object], name: str, place: str) -> float | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise FormError(f"{place}: “{name}” has to be a number.")
    return value


def _one_of(given: Mapping[str, object], name: str, place: str, known: list[Any]) -> str:
    value = given.get(name)
    if value not in [str(each) for each in known]:
        raise FormError(f"{place}: “{name}” has to be one of {', '.join(map(str, known))}.")
    return str(value)


# --- as a whole --------------------------------------------------------------------------------------------------


def checked(form: Form) -> Form:
    """The form itself, if it holds together. Raises FormError that names the first place where it does not."""
    seen: set[str] = set()
    for id in _ids_in_order(form):
        if id in seen:
            raise FormError(f"The id “{id}” is given twice. Each section and question needs its own.")
        seen.add(id)
    if len(form.questions) > MOST_QUESTIONS:
        raise FormError(f"A form has at most {MOST_QUESTIONS} questions; this one has {len(form.questions)}.")
    earlier: dict[str, tuple[Section, Question]] = {}
    for section, question in form.places():
        _check_question(section, question)
        _check_condition(section, question, earlier)
        earlier[question.id] = (section, question)
    if sum(question.kind is Kind.TABLE for question in form.questions.values()) > 1:
        raise FormError("A form has one table of outcome data; it shows the columns that each outcome needs.")
    return form


def _ids_in_order(form: Form) -> Iterator[str]:
    for section in form.sections:
        yield section.id
        yield from (question.id for question in section.questions)
    yield from (each.question.id for each in form.shelf)


def _check_question(section: Section, question: Question) -> None:
    place = f"Question “{question.label}”"
    if question.kind in (Kind.CHOICE, Kind.SEVERAL):
        values = [each.value for each in question.options]
        if len(values) < 2:
            raise FormError(f"{place}: a choice needs at least two answers. Write one on each line.")
        if len(set(values)) < len(values) or len({each.label.casefold() for each in question.options}) < len(values):
            raise FormError(f"{place}: the same answer stands there twice.")
    elif question.options:
        raise FormError(f"{place}: only a choice has a list of answers.")
    if question.kind not in NUMBERS and (
        question.unit
        or question.units
        or question.tolerance
        or question.lowest is not None
        or question.highest is not None
    ):
        raise FormError(f"{place}: unit, range and tolerance belong to numbers.")
    if question.units and not question.unit:
        raise FormError(f"{place}: other units need a unit of the question itself, to which they are converted.")
    units = [question.unit, *(each.name for each in question.units)]
    if len(set(units)) < len(units):
        raise FormError(f"{place}: the same unit stands there twice.")
    if NO_UNIT in units:
        raise FormError(f"{place}: “{NO_UNIT}” is what a number without a unit is given in. Call the unit otherwise.")
    if question.lowest is not None and question.highest is not None and question.lowest > question.highest:
        raise FormError(f"{place}: the least value is above the greatest.")
    if question.tolerance < 0:
        raise FormError(f"{place}: the tolerance is 0 or more.")
    if question.kind is Kind.TABLE and section.per is not Per.OUTCOME:
        raise FormError(f"{place}: a table of outcome data stands in a section that is asked for each outcome.")


def _check_condition(section: Section, question: Question, earlier: Mapping[str, tuple[Section, Question]]) -> None:
    if question.asked_if is None:
        return
    place = f"Question “{question.label}”"
    if question.asked_if.question not in earlier:
        raise FormError(
            f"{place} depends on “{question.asked_if.question}”, which is not an earlier question of the form."
        )
    other_section, other = earlier[question.asked_if.question]
    if other_section.per not in (Per.STUDY, section.per):
        raise FormError(
            f"{place} is asked {PER_WORDS[section.per]}, so it cannot depend on “{other.label}”, {PER_WORDS[other_section.per]}."
        )
    if other.kind is Kind.TABLE or question.kind is Kind.TABLE:
        raise FormError(f"{place}: a table of outcome data neither has a condition nor is one.")
    known = {each.value for each in options_of(other)}
    unknown = [value for value in question.asked_if.values if other.kind not in WITH_OPTIONS or value not in known]
    if unknown:
        raise FormError(f"{place} is asked if “{other.label}” is “{unknown[0]}”, which is not one of its answers.")


def options_of(question: Question) -> tuple[Option, ...]:
    """The answers to choose from; none for questions that are not a choice."""
    return YES_NO if question.kind is Kind.YES_NO else question.options
