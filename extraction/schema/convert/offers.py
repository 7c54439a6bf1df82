"""Which cells of a sheet can be had from what the paper gives, and do those that were still follow from what stands there now?

The same for an agreement: which numbers that neither author gave follow from what is settled?
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from extraction.schema.answers import BLANK, Answer, Choice, Origin, TakenFrom
from extraction.schema.asked import Asked, Row, Table
from extraction.schema.clean import show
from extraction.schema.compare import Match, Pair, settle_one
from extraction.schema.convert.converted import Converted
from extraction.schema.convert.groups import COMBINED, SUMMED
from extraction.schema.convert.proposals import Numbers, proposals
from extraction.schema.fields import Field, Kind
from extraction.schema.tables import OF_RATIO, row_key
from extraction.schema.workings import told

DIGITS = 8  # that say something; what the formula gives beyond them is no information
# Of several arms as one: on which of their numbers each rests, beside those of its own name.
RESTS_ON = {"mean": ("n",), "sd": ("n", "mean")}


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
    def told_how(self) -> str:
        """The same in the words of the form."""
        return told(self.working)

    @property
    def origin(self) -> Origin:
        return self.converted.origin

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
        if before.value is None and not (field.question in OF_RATIO and is_whole(row, answers)):
            yield Offer(field, row.key, converted)
        elif before.working and not any(stands(before, each) for each in found):
            yield Offer(field, row.key, converted, again=True)


def is_whole(row: Row, answers: Mapping[str, Answer]) -> bool:
    """Whether a row has all that is pooled as it is asked: a hazard ratio with its interval needs no logarithm beside it."""
    return all(answers.get(field.key, BLANK).value is not None for field in row.core)


def converted_for(asked: Asked, table: Table, row: Row, answers: Mapping[str, Answer]) -> list[Converted]:
    """What the numbers that were read make of the other cells of a row, best first; then what they make with those that were imputed."""
    reported = {key: answer for key, answer in answers.items() if answer.origin is not Origin.IMPUTED or answer.working}
    parts = parts_of(asked, table, row)
    numbers = [
        {each.question: x for each in part.fields if (x := number(answers, each.key)) is not None} for part in parts
    ]
    found = made_of(asked, table, row, reported, numbers)
    cells = (each for part in parts for each in part.fields)
    imputed = {each.question for each in cells if answers.get(each.key, BLANK).origin is Origin.IMPUTED}
    found = [replace(each, on_imputed=True) if rests_on_any(each, imputed) else each for each in found]
    if len(reported) < len(answers):
        known = {each.working for each in found}
        more = (each for each in made_of(asked, table, row, answers, numbers) if each.working not in known)
        found += [replace(each, on_imputed=True) for each in more]
    return found


def made_of(
    asked: Asked, table: Table, row: Row, answers: Mapping[str, Answer], parts: list[Numbers]
) -> list[Converted]:
    """What these answers make of the other cells of a row, best first."""
    typed = {each.question: x for each in row.fields if (x := typed_number(answers, each.key)) is not None}
    correlation = typed.pop("correlation", None)
    return proposals(table.outcome.kind, typed, contrasts_of(asked, table, row, answers), correlation, parts)


def rests_on_any(converted: Converted, imputed: set[str]) -> bool:
    """Whether a number of several arms combined rests on one of these numbers of theirs."""
    return converted.source in (COMBINED, SUMMED) and not imputed.isdisjoint(
        (converted.column, *RESTS_ON.get(converted.column, ()))
    )


def stands(answer: Answer, converted: Converted) -> bool:
    """Whether a converted number is still what follows, and is known as imputed if it is."""
    is_known = answer.origin is Origin.IMPUTED or converted.origin is not Origin.IMPUTED
    return is_known and answer.working == converted.working


class Drift(NamedTuple):
    """A converted cell that does not follow from what stands on the sheet: what it rests on was changed, or emptied; or, where only its
    mark is wanting, was imputed."""

    table: Table
    row: Row
    field: Field
    only_mark: bool


def adrift(asked: Asked, answers: Mapping[str, Answer]) -> Iterator[Drift]:
    """The converted cells that do not follow from what stands on the sheet."""
    for table in asked.tables:
        for row in table.rows:
            converted = [each for each in row.fields if answers.get(each.key, BLANK).working]
            found = converted_for(asked, table, row, answers) if converted else []
            workings = {each.working for each in found}
            for each in converted:
                if not any(stands(answers[each.key], other) for other in found):
                    yield Drift(table, row, each, answers[each.key].working in workings)


def typed_number(answers: Mapping[str, Answer], key: str) -> float | None:
    """A number that a person typed: read in the paper, had from there, or imputed. Not one that was converted here."""
    return None if answers.get(key, BLANK).working else number(answers, key)


def number(answers: Mapping[str, Answer], key: str) -> float | None:
    value = answers.get(key, BLANK).value
    return float(value) if isinstance(value, int | float) else None


def parts_of(asked: Asked, table: Table, row: Row) -> list[Row]:
    """The rows of the arms that are combined into the arm of a row. Their numbers may be converted; their own cells say how they were had."""
    if table.of != "arm":
        return []
    parts = [
        arm.id for arm in asked.structure.arms if arm.part_of is not None and row.key.endswith(f"/arm/{arm.part_of}")
    ]
    rows = {each.key: each for each in table.rows}
    return [rows[row_key(table.outcome.id, part)] for part in parts]


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
            fits = [each for each in offered.get(key, ()) if (each.value, "") == (answer.value, answer.unit)]
            if fits:
                worked[key] = replace(choice, working=fits[0].working, origin=choice.origin or fits[0].origin)
            elif (old.value, old.unit) == (answer.value, answer.unit):
                worked[key] = replace(choice, working=old.working, origin=choice.origin or old.origin)
            else:
                worked[key] = replace(choice, working="")
    return worked
