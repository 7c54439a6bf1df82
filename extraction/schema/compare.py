"""Where do two sheets differ, and what do the choices make of them? The same for sheets and for assessments."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from extraction.schema.answers import BLANK, Answer, Choice, Origin, Settled, TakenFrom
from extraction.schema.asked import asked_answers, is_asked, is_wanting, rows_begun
from extraction.schema.clean import Problem, Unreadable, as_typed, check, own_unit, read_anew, read_place, read_source
from extraction.schema.fields import Field, Kind

SAME_NUMBER = 1e-9  # relative: two spellings of one number, never two numbers


class Match(StrEnum):
    """How two answers to one question stand to each other."""

    EQUAL = "equal"
    DIFFERENT = "different"
    ONLY_FIRST = "only_first"
    ONLY_SECOND = "only_second"
    MISSING = "missing"  # neither answered what has to be answered
    BLANK = "blank"  # neither answered, and nobody has to


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to one question."""

    field: Field
    first: Answer
    second: Answer
    match: Match

    @property
    def needs_choice(self) -> bool:
        return self.match not in (Match.EQUAL, Match.BLANK)


def compare(fields: Iterable[Field], first: Mapping[str, Answer], second: Mapping[str, Answer]) -> list[Pair]:
    """The two answers to every field that was asked on either side, in the order of the fields.

    An answer whose question's condition does not hold on its own sheet counts as none. Columns of a table that are shown on request and
    that neither filled in are left out.
    """
    known = list(fields)
    first, second = asked_answers(known, first), asked_answers(known, second)
    begun = rows_begun(known, first, second)
    asked = (field for field in known if is_asked(field, first) or is_asked(field, second))
    pairs = (pair_of(field, first, second, begun) for field in asked)
    return [pair for pair in pairs if not (pair.field.optional and pair.match is Match.BLANK)]


def still_asked(pairs: Iterable[Pair], settled: Mapping[str, Answer]) -> list[Pair]:
    """The pairs that are to be settled, without those whose condition is settled and does not hold."""
    return [pair for pair in pairs if not is_idle(pair.field, settled)]


def is_idle(field: Field, settled: Mapping[str, Answer]) -> bool:
    return not is_asked(field, settled) and (
        field.unless in settled or (field.asked_if is not None and field.asked_if.key in settled)
    )


def pair_of(
    field: Field, first_sheet: Mapping[str, Answer], second_sheet: Mapping[str, Answer], begun: set[str]
) -> Pair:
    first, second = (as_asked(field, sheet.get(field.key, BLANK)) for sheet in (first_sheet, second_sheet))
    if first.value is None and second.value is None:
        asked = is_asked(field, first_sheet) and is_asked(field, second_sheet)
        needed = asked and all(is_wanting(field, sheet, begun) for sheet in (first_sheet, second_sheet))
        return Pair(field, first, second, Match.MISSING if needed else Match.BLANK)
    if second.value is None:
        return Pair(field, first, second, Match.ONLY_FIRST)
    if first.value is None:
        return Pair(field, first, second, Match.ONLY_SECOND)
    return Pair(field, first, second, Match.EQUAL if same(field, first, second) else Match.DIFFERENT)


def as_asked(field: Field, answer: Answer) -> Answer:
    """An answer as one to the question as it is now: a number of before it asked for text is text, with its unit, however it was had."""
    if field.kind is not Kind.TEXT or not isinstance(answer.value, int | float):
        return answer
    return replace(answer, value=as_typed(field, answer), unit="", working="", origin=Origin.REPORTED, basis="")


def same(field: Field, first: Answer, second: Answer) -> bool:
    """Whether two answers say the same: numbers by value in one unit and within the tolerance, text without regard to white space.

    One number is not the same when one author read it, or converted it from what was read, and the other imputed it.
    """
    if (first.origin is Origin.IMPUTED) is not (second.origin is Origin.IMPUTED):
        return False
    if (first.value, first.unit) == (second.value, second.unit):
        return True  # most pairs are: nothing has to be converted
    a, b = own_unit(field, first), own_unit(field, second)
    if isinstance(a, int | float) and isinstance(b, int | float):
        # the last digits of a tolerance must not decide: 1.1 and 1.0 are within 0.1
        return math.isclose(a, b, rel_tol=SAME_NUMBER, abs_tol=field.tolerance * (1 + SAME_NUMBER))
    if field.kind is Kind.TEXT:
        return plain(str(a)) == plain(str(b))
    return a == b


def remark(label: str, told: str) -> str:
    """What is to be said of a question: after its name and a colon, or after a question mark that it ends with already."""
    return f"{label} {told[0].upper()}{told[1:]}" if label.endswith("?") else f"{label}: {told}"


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def settle(pairs: Iterable[Pair], choices: Mapping[str, Choice]) -> tuple[dict[str, Settled], list[Problem]]:
    """The agreed answers by key, and what is still wrong with them (then they are not to be used).

    Equal answers need no choice, but may be given a third one. Blank ones are left out unless chosen.
    """
    known = list(pairs)
    settled: dict[str, Settled] = {}
    problems: list[Problem] = []
    for pair in known:
        choice = choices.get(pair.field.key)
        if choice is not None:
            problems += misuse(pair, choice)
        elif pair.needs_choice:
            problems.append(Problem(pair.field.key, remark(pair.field.label, "choose one of the answers."), ""))
        if choice is None and pair.match is not Match.EQUAL:
            continue
        try:
            settled[pair.field.key] = settled_answer(pair, choice)
        except Unreadable as error:
            problems.append(Problem(error.key, error.sentence, error.part))
    if not problems:
        answers = {key: each.answer for key, each in settled.items()}
        problems = check((pair.field for pair in known), answers)
    return settled, problems


def settle_one(pair: Pair, choice: Choice) -> tuple[Settled | None, list[Problem]]:
    """One choice on its own: what it settles, or what is wrong with it."""
    problems = misuse(pair, choice)
    if problems:
        return None, problems
    try:
        return settled_answer(pair, choice), []
    except Unreadable as error:
        return None, [Problem(error.key, error.sentence, error.part)]


def misuse(pair: Pair, choice: Choice) -> list[Problem]:
    """A third answer without a reason, or `both` where there are two."""
    if choice.taken_from is TakenFrom.THIRD and not choice.reason.strip():
        return [Problem(pair.field.key, remark(pair.field.label, "a third answer needs a reason."), "reason")]
    if choice.taken_from is TakenFrom.BOTH and pair.needs_choice:
        return [Problem(pair.field.key, remark(pair.field.label, "the two answers differ. Choose one of them."), "")]
    return []


def settled_answer(pair: Pair, choice: Choice | None) -> Settled:
    """The answer that was chosen. Raises Unreadable for a third answer or a reason that cannot be stored."""
    if choice is None or choice.taken_from is TakenFrom.BOTH:
        # The first's number is what is stored, and how it was had.
        basis = both(pair.first.basis, pair.second.basis) if pair.first.basis else ""
        source = pair.first.source or pair.second.source
        answer = replace(pair.first, text=both_texts(pair), basis=basis, source=source)
        return Settled(answer, TakenFrom.BOTH)
    reason = read_source(pair.field, choice.reason, "reason")
    if choice.taken_from is TakenFrom.FIRST:
        return Settled(pair.first, choice.taken_from, reason)
    if choice.taken_from is TakenFrom.SECOND:
        return Settled(pair.second, choice.taken_from, reason)
    value, unit = read_anew(pair.field, choice.value, choice.unit or None, choice.before)
    text = read_source(pair.field, choice.text)
    origin = Origin.REPORTED if value is None else choice.origin or Origin.REPORTED
    working = "" if origin is Origin.REPORTED else choice.working
    basis = "" if origin is Origin.REPORTED or working else reason
    answer = Answer(value, text, unit, read_place(pair.field, choice.place), working, origin, basis)
    return Settled(answer, choice.taken_from, reason)


def both_texts(pair: Pair) -> str:
    """Sources or supports of an answer that both gave: each of them, once."""
    return both(pair.first.text, pair.second.text)


def both(first: str, second: str) -> str:
    """What both authors say of an answer, each of it once."""
    texts = [text for text in (first.strip(), second.strip()) if text]
    if len(texts) == 2 and plain(texts[0]) == plain(texts[1]):
        texts.pop()
    return "\n".join(texts)
