"""Which cells of a sheet can be had from what the paper gives, and do those that were still follow from what stands there now?

The same for an agreement: which numbers that neither author gave follow from what is settled?
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from extraction.schema.answers import BLANK, Answer, Choice, TakenFrom
from extraction.schema.asked import Asked, Row, Table
from extraction.schema.clean import show
from extraction.schema.compare import Match, Pair, settle_one
from extraction.schema.convert.converted import Converted
from extraction.schema.convert.groups import COMBINED, SUMMED
from extraction.schema.convert.proposals import Numbers, proposals
from extraction.schema.fields import Field, Kind
from extraction.schema.tables import row_key

DIGITS = 8  # that say something; what the formula gives beyond them is no information


@dataclass(frozen=True, slots=True)
class Offer:
    """A cell and the number that can be had for it. again: it was converted before, from numbers that have changed since."""

    field: Field
    row: str
    converted: Converted
    again: bool = False

    @property
    def key(self) -> str:
        return self.field.key

    @property
    def value(self) -> int | float:
        """The number as it is stored: people and events whole, others with eight digits."""
        if self.field.kind is Kind.INTEGER:
            return round(self.converted.value)
        return float(f"{self.converted.value:.{DIGITS}g}")

    @property
    def shown(self) -> str:
        return show(self.value)

    @property
    def working(self) -> str:
        """How it was had, in a sentence with the given numbers, the formula and its source: what is stored with it."""
        return self.converted.working

    @property
    def ref(self) -> str:
        """What stands for it in a form."""
        return hashlib.sha256(f"{self.key}\x1f{self.working}".encode()).hexdigest()[:24]


def offers(asked: Asked, answers: Mapping[str, Answer]) -> list[Offer]:
    """What can be converted for the empty cells of the tables, best first, and anew for those that rest on numbers that have changed."""
    return [each for table in asked.tables for row in table.rows for each in offers_of_row(asked, table, row, answers)]


def together(found: Iterable[Offer]) -> list[Offer]:
    """Those of a row's offers that are the numbers of several arms combined, and so are taken in one step; [] for fewer than two."""
    combined = [each for each in found if each.converted.source in (COMBINED, SUMMED)]
    return combined if len(combined) > 1 else []


def offers_of_row(asked: Asked, table: Table, row: Row, answers: Mapping[str, Answer]) -> Iterator[Offer]:
    fields = {field.question: field for field in row.fields}
    found = converted_for(asked, table, row, answers)
    for converted in found:
        field = fields.get(converted.column)
        if field is None:
            continue
        before = answers.get(field.key, BLANK)
        if before.value is None:
            yield Offer(field, row.key, converted)
        elif before.working and before.working not in {each.working for each in found}:
            yield Offer(field, row.key, converted, again=True)


def converted_for(asked: Asked, table: Table, row: Row, answers: Mapping[str, Answer]) -> list[Converted]:
    """What the numbers that were read make of the other cells of a row, best first."""
    typed = {each.question: x for each in row.fields if (x := typed_number(answers, each.key)) is not None}
    correlation, parts = typed.pop("correlation", None), parts_of(asked, table, row, answers)
    return proposals(table.outcome.kind, typed, contrasts_of(asked, table, row, answers), correlation, parts)


def adrift(asked: Asked, answers: Mapping[str, Answer]) -> Iterator[tuple[Table, Row, Field]]:
    """The converted cells that do not follow from what stands on the sheet: what they rest on was changed, or emptied."""
    for table in asked.tables:
        for row in table.rows:
            converted = [each for each in row.fields if answers.get(each.key, BLANK).working]
            workings = {each.working for each in converted_for(asked, table, row, answers)} if converted else set()
            yield from ((table, row, each) for each in converted if answers[each.key].working not in workings)


def typed_number(answers: Mapping[str, Answer], key: str) -> float | None:
    """A number that a person read in the paper; not one that was converted."""
    answer = answers.get(key, BLANK)
    return float(answer.value) if isinstance(answer.value, int | float) and not answer.working else None


def parts_of(asked: Asked, table: Table, row: Row, answers: Mapping[str, Answer]) -> list[Numbers]:
    """The numbers of the arms that are combined into the arm of a row; converted ones too, whose own cells say how they were had."""
    if table.of != "arm":
        return []
    parts = [
        arm.id for arm in asked.structure.arms if arm.part_of is not None and row.key.endswith(f"/arm/{arm.part_of}")
    ]
    rows = {each.key: each for each in table.rows}
    found = []
    for fields in (rows[row_key(table.outcome.id, part)].fields for part in parts):
        values = {each.question: answers.get(each.key, BLANK).value for each in fields}
        found.append({name: float(x) for name, x in values.items() if isinstance(x, int | float)})
    return found


def contrasts_of(
    asked: Asked, table: Table, row: Row, answers: Mapping[str, Answer]
) -> dict[tuple[float, float], Numbers]:
    """The numbers of the contrasts in which an arm stands, by the n of both arms, where both are known."""
    found: dict[tuple[float, float], Numbers] = {}
    outcome = table.outcome.id
    for other in asked.tables if table.of == "arm" else ():
        for between in other.rows if other.of == "contrast" and other.outcome.id == outcome else ():
            arms = between.key.rpartition("/")[2].split("-")
            sizes = [typed_number(answers, f"outcome/{outcome}/arm/{arm}/n") for arm in arms]
            if row.key.rpartition("/")[2] in arms and sizes[0] is not None and sizes[1] is not None:
                known = {each.question: typed_number(answers, each.key) for each in between.fields}
                found[sizes[0], sizes[1]] = {name: x for name, x in known.items() if x is not None}
    return found


# --- at an agreement ----------------------------------------------------------------------------------------------


def offers_settled(asked: Asked, pairs: Iterable[Pair], settled: Mapping[str, Answer]) -> dict[str, list[Offer]]:
    """For numbers that are pooled and that neither author gave: what is settled so far makes them, by key, best first."""
    given_by_nobody = (pair.field for pair in pairs if pair.first.value is None and pair.second.value is None)
    wanted = {field.key for field in given_by_nobody if not field.optional}
    found: dict[str, list[Offer]] = {key: [] for key in wanted}
    known = {key: answer for key, answer in settled.items() if key not in wanted}
    for each in offers(asked, known) if wanted else ():
        if each.key in wanted:
            found[each.key].append(each)
    return {key: offered for key, offered in found.items() if offered}


def with_workings(
    asked: Asked, pairs: Iterable[Pair], choices: Mapping[str, Choice], before: Mapping[str, Answer]
) -> dict[str, Choice]:
    """The choices; a third answer that is a number which neither author gave, and which follows from what is settled, with its working.

    before: what was chosen so far. A third answer that says the same number again was had as it was.
    """
    known = list(pairs)
    at = {pair.field.key: pair for pair in known}
    chosen = {key: settle_one(at[key], each)[0] for key, each in choices.items() if key in at}
    now = {key: each.answer for key, each in chosen.items() if each}
    equal = {pair.field.key: pair.first for pair in known if pair.match is Match.EQUAL}
    offered = offers_settled(asked, known, dict(before) | equal | now)
    worked = dict(choices)
    for key, choice in choices.items():
        if choice.taken_from is TakenFrom.THIRD and key in now:
            answer, old = now[key], before.get(key, BLANK)
            fits = (each.working for each in offered.get(key, ()) if (each.value, "") == (answer.value, answer.unit))
            kept = old.working if (old.value, old.unit) == (answer.value, answer.unit) else ""
            worked[key] = replace(choice, working=next(fits, kept))
    return worked
