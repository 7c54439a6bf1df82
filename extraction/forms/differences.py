"""What does the page of an agreement show of one question: both answers in words, how each was had, and what stands in another answer's fields?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from extraction import schema
from extraction.forms.bias import Criterion, Proposed
from extraction.forms.cells import Place, origins_of, units_of
from extraction.models import Assessment, Blinded, Line
from extraction.rob import Tool, asking
from extraction.schema import Answer, Field, Origin, Pair, Source, TakenFrom
from extraction.schema.clean import knows_unit, own_unit
from extraction.schema.convert.offers import Offer
from extraction.schema.fields import NUMBERS
from extraction.schema.twofold import TwofoldRow, Verdict
from extraction.schema.worddiff import Piece


@dataclass(frozen=True, slots=True)
class Side:
    """One answer to choose: whose, what it says (a text in pieces), where it stands, and whether it is chosen. sources: whose, and where
    in a document."""

    value: str
    whose: str
    answer: Answer
    pieces: list[Piece]
    chosen: bool
    note: str = ""
    sources: tuple[tuple[str, Source], ...] = ()

    @property
    def text(self) -> str:
        return self.answer.text


@dataclass(frozen=True, slots=True)
class TwofoldNote:
    """Of numbers that may be one quantity, reported in two ways: key and label of the question at which it is told, how both have it, and
    whether they agree. why: if what they may, or how one of them may have been had otherwise."""

    key: str
    label: str
    told: list[str]
    verdict: Verdict
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """One question of an agreement on the page. third, place: what stands in the fields of a third answer. settled: who chose, and when."""

    field: Field
    match: str
    sides: list[Side]
    is_third: bool
    third: dict[str, str]
    place: Place
    problem: str
    settled: Line | None = None
    offer: Offer | None = None
    proposed: Proposed | None = None
    is_idle: bool = False  # a question, or a reply, to which what is settled so far does not lead
    mark: str = ""  # of the choice that stands
    twofold_note: TwofoldNote | None = None  # where the other sheet may report it in another way
    part: str = ""  # of an answer with which something is wrong, as Problem has it

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """Of a third answer: value, label, and whether it is chosen."""
        chosen = self.third["value"].split(";")
        return [(each.value, each.label, each.value in chosen) for each in self.field.options]

    @property
    def origins(self) -> list[tuple[str, str, bool]]:
        """Of a third number: how it may have been had."""
        return origins_of(self.third["origin"] or Origin.REPORTED) if self.field.kind in NUMBERS else []

    @property
    def units(self) -> list[tuple[str, bool]]:
        """Of a third number, as of one on a sheet."""
        return units_of(self.field, self.third["unit"])

    @property
    def at_fault(self) -> str:
        """Which field of another answer is to be filled in otherwise, as Problem has it; or none."""
        return self.part if self.is_third else ""

    @property
    def may_undo(self) -> bool:
        """Whether somebody has chosen something here that can be taken back."""
        return self.settled is not None and self.settled.taken_from != TakenFrom.BOTH


@dataclass(frozen=True, slots=True)
class Group:
    """What is to be settled in one domain of an assessment. proposes: whether the tool can propose its judgement; is_left: whether the
    settled replies leave it open. criteria: when which judgement is made."""

    key: str
    title: str
    rows: list[Row]
    proposes: bool
    is_left: bool
    criteria: list[Criterion]

    @property
    def is_idle(self) -> bool:
        return all(row.is_idle for row in self.rows)


def twofold_note(row: TwofoldRow, labels: Mapping[str, str], first: str, second: str) -> TwofoldNote:
    """What two sheets report in two ways in a row, in words; told at the first of its questions."""
    told = [
        " ".join(filter(None, (f"{first}: {each.first.in_words}; {second}: {each.second.in_words}.", each.remark)))
        for each in row.quantities
    ]
    return TwofoldNote(row.keys[0], labels.get(row.keys[0], ""), told, row.verdict, row.why)


def sources_of(*answers: tuple[str, Answer]) -> tuple[tuple[str, Source], ...]:
    """Whose, and where in a document: of those of these answers that have a source."""
    return tuple((whose, answer.source) for whose, answer in answers if answer.source)


def spell(field: Field, answer: Answer) -> str:
    """An answer as a reader sees it."""
    return schema.spell(field, answer) or "not answered"


def plain_pieces(texts: list[str]) -> list[list[Piece]]:
    return [[Piece(text, False)] for text in texts]


def is_other(pair: Pair) -> bool:
    """Whether two answers that count as equal are two numbers as they were typed."""
    return pair.field.kind in NUMBERS and (pair.first.value, pair.first.unit) != (pair.second.value, pair.second.unit)


def how(answer: Answer) -> str:
    """How a number was had that is not as reported."""
    return "" if answer.origin is Origin.REPORTED else f"{answer.origin}: {answer.told_how}"


def converted(field: Field, answer: Answer) -> str:
    """A number that was given in another unit, in the question's own; or that the question does not know that unit any more."""
    if field.kind in NUMBERS and answer.value is not None and not knows_unit(field, answer.unit):
        return f"{spell(field, answer)}: a unit that the question does not have any more. Give the number in {field.unit_name} as another answer."
    number = own_unit(field, answer) if answer.unit not in ("", field.unit_name) else None
    return f"= {number:g} {field.unit}" if isinstance(number, int | float) else ""


def departure_words(tool: Tool | None, submitted: Blinded) -> dict[str, str]:
    """Which judgements are not as was proposed when they were submitted or signed, and why, by key."""
    if tool is None or not isinstance(submitted, Assessment):
        return {}
    answers = submitted.answers()
    departing = asking.departures(tool, answers, asking.kept(tool, answers, submitted.proposals()))
    whys = {key: answers.get(key + asking.WHY, Answer()).value or "no reason given" for key in departing}
    return {
        key: f"Not “{asking.words_of(tool, key, proposal)}”, as proposed: {whys[key]}"
        for key, proposal in departing.items()
    }
