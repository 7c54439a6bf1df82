"""How is a form built, step by step? Each step makes a new form of the one before, or says in a sentence why it cannot be.

What is taken off goes to the shelf under its id, and can be put back; no id is ever given to another question.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from extraction.schema.clean import show
from extraction.schema.fields import Kind, Option, Unit
from extraction.schema.form import (
    LONGEST,
    PER_WORDS,
    Condition,
    Form,
    FormError,
    Per,
    Question,
    Section,
    Shelved,
    checked,
    options_of,
)

# What makes a question another one: answers given before such a change have to be looked at again.
MEANING = ("kind", "unit", "units")


def new_id(words: str, taken: Collection[str]) -> str:
    """A free id that reminds of these words: follow_up, follow_up_2."""
    plain = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    letters = "".join(each if each.isalnum() else "_" for each in plain)
    stem = "_".join(filter(None, letters.split("_")))[:32].strip("_")
    stem = stem if stem[:1].isalpha() else f"q_{stem}".strip("_")
    number = 1
    while (found := stem if number == 1 else f"{stem}_{number}") in taken:
        number += 1
    return found


def mark(form: Form, step: str, id: str = "") -> str:
    """What stands for that which a step changes, as it is now: another one once somebody has changed it. Raises FormError."""
    thing: object = form.name, form.about
    if step == change_section.__name__:
        section = form.section(id)
        thing = section.title, section.help
    elif step == change_question.__name__:
        thing = form.place(id)[1]
    return hashlib.sha256(repr(thing).encode()).hexdigest()[:16]


def mark_of_all(form: Form) -> str:
    """The same for the form as a whole."""
    return hashlib.sha256(repr(form).encode()).hexdigest()[:16]


def rename(form: Form, name: str, about: str = "") -> Form:
    """The form under another name, with another account of what it is for."""
    return checked(replace(form, name=_named(name, "A form", LONGEST["name"]), about=about.strip()))


# --- sections ----------------------------------------------------------------------------------------------------


def add_section(form: Form, title: str, per: str = Per.STUDY, help: str = "") -> Form:
    """A new section, last. The same once more (a double click) changes nothing."""
    title = _named(title, "A section", 120)
    if per not in [str(each) for each in Per]:
        raise FormError(f"A section is asked {', '.join(PER_WORDS.values())}; “{per}” is none of these.")
    section = Section(new_id(title, form.ids), title, Per(per), help.strip())
    if form.sections and replace(form.sections[-1], id=section.id) == section:
        return form
    return checked(replace(form, sections=(*form.sections, section)))


def change_section(form: Form, id: str, *, title: str, help: str = "") -> Form:
    """Another title or help. For what a section is asked stays: the keys of its answers depend on it."""
    section = replace(form.section(id), title=_named(title, "A section", 120), help=help.strip())
    return checked(_with_section(form, section))


def move_section(form: Form, id: str, steps: int) -> Form:
    """The section so many places down (or up, below 0)."""
    form.section(id)
    return checked(replace(form, sections=_moved(form.sections, [each.id for each in form.sections].index(id), steps)))


def drop_section(form: Form, id: str) -> Form:
    """The form without the section; its questions are on the shelf."""
    section = form.section(id)
    shelved = tuple(Shelved(section.id, section.per, each) for each in section.questions)
    rest = tuple(each for each in form.sections if each.id != id)
    return _checked_without(replace(form, sections=rest, shelf=(*form.shelf, *shelved)))


# --- questions ---------------------------------------------------------------------------------------------------


def add_question(form: Form, section_id: str, **details: Any) -> Form:
    """A new question, last in its section; details as of Question, options and units as text (see read_options, read_units).
    The same once more (a double click) changes nothing."""
    section = form.section(section_id)
    label = _named(details.get("label", ""), "A question", 200)
    question = Question(id=new_id(label, form.ids), label=label, kind=Kind(details.get("kind", Kind.TEXT)))
    question = _with_details(question, details, form)
    if section.questions and replace(section.questions[-1], id=question.id) == question:
        return form
    return checked(_with_section(form, replace(section, questions=(*section.questions, question))))


def change_question(form: Form, id: str, *, asks_anew: bool = False, **details: Any) -> Form:
    """Other details of a question. Another kind or unit, an answer that is no longer there, or `asks_anew`, makes it ask something else:
    answers that were given before are then to be looked at again."""
    section, before = form.place(id)
    after = _with_details(before, details, form)
    lost = {each.value for each in options_of(before)} - {each.value for each in options_of(after)}
    if asks_anew or lost or any(getattr(before, name) != getattr(after, name) for name in MEANING):
        after = replace(after, edition=before.edition + 1)
    questions = tuple(after if each.id == id else each for each in section.questions)
    return checked(_with_section(form, replace(section, questions=questions)))


def move_question(form: Form, id: str, steps: int) -> Form:
    """The question so many places down (or up, below 0) in its section."""
    section, _ = form.place(id)
    place = [each.id for each in section.questions].index(id)
    return checked(_with_section(form, replace(section, questions=_moved(section.questions, place, steps))))


def drop_question(form: Form, id: str) -> Form:
    """The form without the question, which is on the shelf. Answers to it are kept, and are back when it is put back."""
    section, question = form.place(id)
    rest = replace(section, questions=tuple(each for each in section.questions if each.id != id))
    shelf = (*form.shelf, Shelved(section.id, section.per, question))
    return _checked_without(replace(_with_section(form, rest), shelf=shelf))


def put_back(form: Form, id: str) -> Form:
    """A question from the shelf, last in its section, or in the last one that is asked for the same."""
    shelved = next((each for each in form.shelf if each.question.id == id), None)
    if shelved is None:
        raise FormError(f"There is no question “{id}” on the shelf. Load the page again to see what is there now.")
    fitting = [each for each in form.sections if each.per is shelved.per]
    section = next((each for each in fitting if each.id == shelved.section), fitting[-1] if fitting else None)
    if section is None:
        raise FormError(
            f"“{shelved.question.label}” was asked {PER_WORDS[shelved.per]}, and no section is now. Add such a section first."
        )
    rest = tuple(each for each in form.shelf if each.question.id != id)
    form = replace(form, shelf=rest)
    return checked(_with_section(form, replace(section, questions=(*section.questions, shelved.question))))


def append(form: Form, other: Form) -> Form:
    """The sections of another form after those of this one.

    A question that is there already (its id, kind and answers) is left out, and so is a second table; one of which only the id is taken
    gets another id.
    """
    known = {question.id: question for _, question in _ever(form)}
    has_table = any(question.kind is Kind.TABLE for question in form.questions.values())
    taken = form.ids | set(other.questions)
    names: dict[str, str] = {}
    added: list[Section] = []
    for section in other.sections:
        new = []
        for question in section.questions:
            there = known.get(question.id)
            if (there and _is_same(there, question)) or (has_table and question.kind is Kind.TABLE):
                continue
            if there or question.id in form.ids:
                names[question.id] = new_id(question.id, taken)
                taken.add(names[question.id])
            new.append(_renamed(question, names))
        if new:
            id = new_id(section.id, taken | {each.id for each in added})
            added.append(replace(section, id=id, questions=tuple(new)))
    if not added:
        raise FormError(f"Every question of “{other.name}” is on this form already, or on its shelf.")
    return checked(replace(form, sections=(*form.sections, *added)))


def _is_same(one: Question, other: Question) -> bool:
    return one.kind is other.kind and one.options == other.options


def _renamed(question: Question, names: dict[str, str]) -> Question:
    """The question under its new id, resting on the new id of what it depends on."""
    condition = question.asked_if
    if condition and condition.question in names:
        condition = replace(condition, question=names[condition.question])
    return replace(question, id=names.get(question.id, question.id), asked_if=condition)


def put_in_place(form: Form, other: Form) -> Form:
    """Another form in the place of this one. Questions that it lacks go to the shelf, so that their ids and answers are kept."""
    ids = set(other.questions) | {each.question.id for each in other.shelf} | {each.id for each in other.sections}
    gone = tuple(
        Shelved(section.id, section.per, question) for section, question in form.places() if question.id not in ids
    )
    kept = tuple(each for each in form.shelf if each.question.id not in ids)
    for section, question in other.places():
        known = next((old for old, each in _ever(form) if each.id == question.id), None)
        if known is not None and known is not section.per:
            raise FormError(
                f"“{question.label}” ({question.id}) is asked {PER_WORDS[section.per]} here, and was {PER_WORDS[known]} before. "
                "Give it another id in the file: its answers would be another's."
            )
    made = replace(other, shelf=(*other.shelf, *kept, *gone))
    before = {question.id: question for _, question in _ever(form)}
    return checked(replace(made, sections=tuple(_renewed(each, before) for each in made.sections)))


def _ever(form: Form) -> list[tuple[Per, Question]]:
    """Every question that stands on the form or its shelf, with what it is asked for."""
    return [(section.per, question) for section, question in form.places()] + [
        (each.per, each.question) for each in form.shelf
    ]


def _renewed(section: Section, before: dict[str, Question]) -> Section:
    """The section with editions that have grown where a known question asks something else now."""

    def renewed(question: Question) -> Question:
        old = before.get(question.id)
        if old is None:
            return question
        lost = {each.value for each in options_of(old)} - {each.value for each in options_of(question)}
        differs = lost or any(getattr(old, name) != getattr(question, name) for name in MEANING)
        return replace(question, edition=max(question.edition, old.edition + bool(differs)))

    return replace(section, questions=tuple(map(renewed, section.questions)))


# --- what people type --------------------------------------------------------------------------------------------


def read_options(text: str, before: tuple[Option, ...] = ()) -> tuple[Option, ...]:
    """One answer on each line, as `label` or `value = label`. A label that was there before keeps its value.

    A line in the place of another one, where the number of lines is the same, is that answer with a new label.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    known = {option.label.casefold(): option.value for option in before}
    taken = {option.value for option in before}
    found = []
    for place, line in enumerate(lines):
        value, sign, label = (part.strip() for part in line.partition("="))
        if not sign:
            label, value = line, known.get(line.casefold(), "")
            renamed = before[place] if len(lines) == len(before) else None
            if not value and renamed and renamed.label.casefold() not in {each.casefold() for each in lines}:
                value = renamed.value
        value = value or new_id(label, taken)
        taken.add(value)
        found.append(Option(value, label))
    return tuple(found)


def write_options(options: tuple[Option, ...]) -> str:
    return "\n".join(option.label for option in options)


def read_units(text: str) -> tuple[Unit, ...]:
    """One unit on each line, as `years = 12`: how many of the question's own unit one of it is. Raises FormError."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, factor = (part.strip() for part in line.partition("="))
        try:
            number = float(factor)
        except ValueError:
            number = 0.0
        if not name or not 0 < number < 1e12:
            raise FormError(
                f"“{line}” is no unit: write a line such as years = 12, meaning that a year has 12 of the unit."
            )
        found.append(Unit(name, number))
    return tuple(found)


def write_units(units: tuple[Unit, ...]) -> str:
    return "\n".join(f"{unit.name} = {show(unit.factor)}" for unit in units)


# --- inside ------------------------------------------------------------------------------------------------------


def _with_details(question: Question, details: dict[str, Any], form: Form) -> Question:
    plain = ("required", "needs_source", "lowest", "highest")
    known: dict[str, Any] = {name: details[name] for name in plain if name in details}
    known |= {name: str(details[name]).strip() for name in ("help", "unit") if name in details}
    if "label" in details:
        known["label"] = _named(details["label"], "A question", 200)
    kind = known["kind"] = Kind(details.get("kind", question.kind))
    if "tolerance" in details:
        known["tolerance"] = details["tolerance"] or 0.0
    if "options" in details:
        known["options"] = read_options(details["options"], question.options)
    if "units" in details:
        known["units"] = read_units(details["units"])
    if kind not in (Kind.INTEGER, Kind.NUMBER):
        known |= {"unit": "", "units": (), "lowest": None, "highest": None, "tolerance": 0.0}
    if kind not in (Kind.CHOICE, Kind.SEVERAL):
        known["options"] = ()
    if "asked_if" in details:
        known["asked_if"] = _condition(details["asked_if"], details.get("asked_values", ""), form)
    return replace(question, **known)


def _condition(question_id: str, values: str, form: Form) -> Condition | None:
    """A condition as it was typed: the other question's id, and its answers by label or value, one on each line or behind commas.

    A line that is one answer is not taken apart: an answer may have a comma, as in “Declared, there are none”.
    """
    if not question_id and values.strip():
        raise FormError(f"“{values.strip()}” is an answer to no question. Choose the question whose answer it is.")
    if not question_id:
        return None
    _, other = form.place(question_id)
    labels = {each.label.casefold(): each.value for each in options_of(other)}
    labels |= {each.value: each.value for each in options_of(other)}
    lines = [line.strip() for line in values.splitlines()]
    parts = [part.strip() for line in lines for part in ([line] if line.casefold() in labels else line.split(","))]
    typed = list(filter(None, parts))
    return Condition(question_id, tuple(labels.get(each.casefold(), each) for each in typed))


def _named(text: object, what: str, longest: int) -> str:
    name = str(text).strip()
    if not name or len(name) > longest:
        raise FormError(f"{what} has a name of 1 to {longest} characters. Shorten it or fill it in.")
    return name


def _with_section(form: Form, section: Section) -> Form:
    return replace(form, sections=tuple(section if each.id == section.id else each for each in form.sections))


def _moved(things: tuple[Any, ...], place: int, steps: int) -> tuple[Any, ...]:
    rest = [*things[:place], *things[place + 1 :]]
    rest.insert(max(0, min(len(rest), place + steps)), things[place])
    return tuple(rest)


def _checked_without(form: Form) -> Form:
    """The form after something was taken off. Raises FormError for questions that depend on what is gone."""
    for _, question in form.places():
        if question.asked_if and question.asked_if.question not in form.questions:
            raise FormError(
                f"“{question.label}” is asked only after an answer to what you take off. Change its condition first."
            )
    return checked(form)
