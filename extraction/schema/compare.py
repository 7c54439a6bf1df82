"""Where do two sheets differ, and what do the choices make of them? The same for sheets and for assessments."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from extraction.schema.answers import BLANK, Answer, Choice, Settled, TakenFrom, Value
from extraction.schema.clean import Problem, Unreadable, check, read, read_source
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
    """The two answers to every field, in the order of the fields."""
    known = list(fields)
    rows = {
        field.row
        for field in known
        if field.row and any(sheet.get(field.key, BLANK).value is not None for sheet in (first, second))
    }
    return [pair_of(field, first.get(field.key, BLANK), second.get(field.key, BLANK), rows) for field in known]


def pair_of(field: Field, first: Answer, second: Answer, rows_begun: set[str]) -> Pair:
    if first.value is None and second.value is None:
        needed = field.required or field.row in rows_begun
        return Pair(field, first, second, Match.MISSING if needed else Match.BLANK)
    if second.value is None:
        return Pair(field, first, second, Match.ONLY_FIRST)
    if first.value is None:
        return Pair(field, first, second, Match.ONLY_SECOND)
    equal = same(field.kind, first.value, second.value)
    return Pair(field, first, second, Match.EQUAL if equal else Match.DIFFERENT)


def same(kind: Kind, first: Value, second: Value) -> bool:
    """Whether two answers say the same: numbers by value, text without regard to white space and Unicode spelling."""
    if isinstance(first, int | float) and isinstance(second, int | float):
        return math.isclose(first, second, rel_tol=SAME_NUMBER, abs_tol=0)
    if kind is Kind.TEXT:
        return plain(str(first)) == plain(str(second))
    return first == second


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
            problems.append(Problem(pair.field.key, f"{pair.field.label}: choose one of the answers."))
        if choice is None and pair.match is not Match.EQUAL:
            continue
        try:
            settled[pair.field.key] = settled_answer(pair, choice)
        except Unreadable as error:
            problems.append(Problem(error.key, error.sentence))
    if not problems:
        answers = {key: each.answer for key, each in settled.items()}
        problems = check((pair.field for pair in known), answers)
    return settled, problems


def misuse(pair: Pair, choice: Choice) -> list[Problem]:
    """A third answer without a reason, or `both` where there are two."""
    if choice.taken_from is TakenFrom.THIRD and not choice.reason.strip():
        return [Problem(pair.field.key, f"{pair.field.label}: a third answer needs a reason.")]
    if choice.taken_from is TakenFrom.BOTH and pair.needs_choice:
        return [Problem(pair.field.key, f"{pair.field.label}: the two answers differ. Choose one of them.")]
    return []


def settled_answer(pair: Pair, choice: Choice | None) -> Settled:
    """The answer that was chosen. Raises Unreadable for a third answer or a reason that cannot be stored."""
    if choice is None or choice.taken_from is TakenFrom.BOTH:
        return Settled(Answer(pair.first.value, both_texts(pair)), TakenFrom.BOTH)
    reason = read_source(pair.field, choice.reason)
    if choice.taken_from is TakenFrom.FIRST:
        return Settled(pair.first, choice.taken_from, reason)
    if choice.taken_from is TakenFrom.SECOND:
        return Settled(pair.second, choice.taken_from, reason)
    return Settled(
        Answer(read(pair.field, choice.value), read_source(pair.field, choice.text)), choice.taken_from, reason
    )


def both_texts(pair: Pair) -> str:
    """Sources or supports of an answer that both gave: each of them, once."""
    texts = [text for text in (pair.first.text.strip(), pair.second.text.strip()) if text]
    if len(texts) == 2 and plain(texts[0]) == plain(texts[1]):
        texts.pop()
    return "\n".join(texts)
