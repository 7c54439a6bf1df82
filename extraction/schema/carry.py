"""What becomes of answers when their form changes? Nothing is lost: each is kept, to be looked at again, or parked.

Answers stay where they are, under their keys; this says what they are worth on the new form. `differences` says what changed, in sentences.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from extraction.schema.answers import Answer
from extraction.schema.asked import Asked
from extraction.schema.clean import Unreadable, read, read_unit, show
from extraction.schema.fields import NO_UNIT, NUMBERS, Field
from extraction.schema.form import KIND_WORDS, PER_WORDS, Form, Question, options_of


@dataclass(frozen=True, slots=True)
class Carried:
    """Answers by key. kept: as good as before. again: the reason why each has to be looked at again. parked: not asked now, kept aside."""

    kept: dict[str, Answer] = field(default_factory=dict)
    again: dict[str, str] = field(default_factory=dict)
    parked: dict[str, Answer] = field(default_factory=dict)


def carry(old: Asked, new: Asked, answers: Mapping[str, Answer]) -> Carried:
    """What answers that were given on the old form are worth on the new one."""
    before = {each.key: each for each in old.fields}
    now = {each.key: each for each in new.fields}
    found = Carried()
    for key, answer in answers.items():
        if key not in now:
            found.parked[key] = answer
        elif reason := why_again(before.get(key), now[key], answer):
            found.again[key] = reason
        else:
            found.kept[key] = answer
    return found


def why_again(before: Field | None, now: Field, answer: Answer) -> str:
    """Why an answer has to be looked at again; empty when it need not."""
    if answer.value is None:
        return ""
    try:
        unit = read_unit(now, answer.unit) if now.kind in NUMBERS else ""
        if read(now, answer.value, unit) != answer.value:
            return f"{now.label}: its answers are written in another way now."
    except Unreadable as error:
        return error.sentence
    if before is not None and before.edition != now.edition:
        was = f" It was “{before.label}”." if before.label != now.label else ""
        was += f" Its unit was {before.unit}." if before.unit and before.unit != now.unit else ""
        return f"{now.label}: the question has changed since it was answered.{was}"
    return ""


def former_units(old: Form, new: Form) -> dict[str, str]:
    """The questions whose numbers, read on the new form, would be in another unit than on the old one: by id, what that is called there."""
    numbers = {id: question for id, question in old.known.items() if question.kind in NUMBERS}
    return {
        id: question.unit or NO_UNIT
        for id, question in numbers.items()
        if (now := new.known.get(id)) and (now.kind not in NUMBERS or now.unit != question.unit)
    }


# --- what changed ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One change between two forms. sign: + for new, − for gone, ~ for changed. again: answers have to be looked at again."""

    sign: str
    sentence: str
    again: bool = False


def differences(old: Form, new: Form) -> list[Difference]:
    """What changed from one form to the next, in the order of the new one, then what is gone."""
    return list(_differences(old, new))


def _differences(old: Form, new: Form) -> Iterator[Difference]:
    before = {question.id: (section, question) for section, question in old.places()}
    if old.name != new.name:
        yield Difference("~", f"The form is called “{new.name}”; before, “{old.name}”.")
    if old.about != new.about:
        yield Difference("~", "What the form is for is told in other words.")
    sections = {section.id: section for section in old.sections}
    for section in new.sections:
        known = sections.get(section.id)
        if known is None:
            yield Difference("+", f"Section “{section.title}”, asked {PER_WORDS[section.per]}.")
        elif known.title != section.title:
            yield Difference("~", f"Section “{known.title}” is called “{section.title}”.")
        elif known.help != section.help:
            yield Difference("~", f"Section “{section.title}”: other help.")
        for question in section.questions:
            if question.id not in before:
                needed = ", needed" if question.required else ""
                yield Difference("+", f"“{question.label}” ({KIND_WORDS[question.kind].lower()}{needed}).")
            else:
                yield from _changes(*before[question.id], section.id, question)
    for id, (_, question) in before.items():
        if id not in new.questions:
            yield Difference(
                "\N{MINUS SIGN}", f"“{question.label}”. Its answers are kept, and are back if it is put back."
            )
    gone = sections.keys() - {section.id for section in new.sections}
    for section in old.sections:
        if section.id in gone:
            yield Difference("\N{MINUS SIGN}", f"Section “{section.title}”.")
    if _order(old, new) != _order(new, old):
        yield Difference("~", "The order of the questions.")


def _changes(section: object, old: Question, section_id: str, new: Question) -> Iterator[Difference]:
    told = list(_told(old, new))
    if getattr(section, "id", "") != section_id:
        told.append("stands in another section")
    again = old.edition != new.edition
    if again and not told:
        told.append("asks something else")
    if told:
        tail = " Answers are to be looked at again." if again else ""
        yield Difference("~", f"“{old.label}”: {'; '.join(told)}.{tail}", again)


def _told(old: Question, new: Question) -> Iterator[str]:
    if old.label != new.label:
        yield f"reads “{new.label}”"
    if old.kind is not new.kind:
        yield f"{KIND_WORDS[new.kind].lower()} in the place of {KIND_WORDS[old.kind].lower()}"
    if old.help != new.help:
        yield "other help"
    if old.required != new.required:
        yield "needed now" if new.required else "not needed any more"
    if old.needs_source != new.needs_source:
        yield "needs its source" if new.needs_source else "needs no source any more"
    if (old.unit, old.units) != (new.unit, new.units):
        others = converted_otherwise(old, new)
        yield f"asked in {in_units(new, others)}, before in {in_units(old, others)}"
        if new.unit and not old.unit and old.kind in NUMBERS:
            yield "numbers entered until now stay without one, and count nowhere as such, until it is chosen for each"
    if (old.lowest, old.highest) != (new.lowest, new.highest):
        yield f"possible is {range_of(new)}, before {range_of(old)}"
    if old.tolerance != new.tolerance:
        yield f"tolerance {show(new.tolerance)}, before {show(old.tolerance)}"
    labels_before = {each.value: each.label for each in options_of(old)}
    labels_now = {each.value: each.label for each in options_of(new)}
    for value in (each for each in labels_now if each not in labels_before):
        yield f"new answer “{labels_now[value]}”"
    for value in (each for each in labels_before if each not in labels_now):
        yield f"no answer “{labels_before[value]}” any more"
    for value in (each for each in labels_before if each in labels_now):
        if labels_before[value] != labels_now[value]:
            yield f"the answer “{labels_before[value]}” reads “{labels_now[value]}”"
    if old.asked_if != new.asked_if:
        yield "another condition" if new.asked_if else "asked always"


def converted_otherwise(old: Question, new: Question) -> set[str]:
    """The units that both know, and of which one is not as much in the one as in the other."""
    before, now = ({each.name: (each.factor, question.unit) for each in question.units} for question in (old, new))
    return {name for name in before.keys() & now.keys() if before[name] != now[name]}


def in_units(question: Question, with_factor: Collection[str]) -> str:
    """In what a question takes its number, its own unit first; of these units, how much one of them is."""
    names = [question.unit or "no unit"]
    for each in question.units:
        much = f" (= {show(each.factor)} {question.unit})" if each.name in with_factor else ""
        names.append(each.name + much)
    return " or ".join(names)


def range_of(question: Question) -> str:
    """Which numbers a question takes."""
    lowest, highest = (None if each is None else show(each) for each in (question.lowest, question.highest))
    if lowest is None and highest is None:
        return "any number"
    if highest is None:
        return f"{lowest} or more"
    return f"{highest} or less" if lowest is None else f"{lowest} to {highest}"


def _order(form: Form, other: Form) -> list[str]:
    return [id for id in form.questions if id in other.questions]
