"""Which cells of a sheet can be had from what the paper gives, and do those that were still follow from what stands there now?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from extraction.schema.answers import BLANK, Answer
from extraction.schema.asked import Asked, Row, Table
from extraction.schema.convert.converted import Converted
from extraction.schema.convert.proposals import Numbers, proposals
from extraction.schema.fields import Field, Kind

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


def offers_of_row(asked: Asked, table: Table, row: Row, answers: Mapping[str, Answer]) -> Iterator[Offer]:
    fields = {field.question: field for field in row.fields}
    typed = {name: x for name, field in fields.items() if (x := typed_number(answers, field.key)) is not None}
    correlation = typed.pop("correlation", None)
    found = proposals(table.outcome.kind, typed, contrasts_of(asked, table, row, answers), correlation)
    for converted in found:
        field = fields.get(converted.column)
        if field is None:
            continue
        before = answers.get(field.key, BLANK)
        if before.value is None:
            yield Offer(field, row.key, converted)
        elif before.working and before.working not in {each.working for each in found}:
            yield Offer(field, row.key, converted, again=True)


def typed_number(answers: Mapping[str, Answer], key: str) -> float | None:
    """A number that a person read in the paper; not one that was converted."""
    answer = answers.get(key, BLANK)
    return float(answer.value) if isinstance(answer.value, int | float) and not answer.working else None


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
