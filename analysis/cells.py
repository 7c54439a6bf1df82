"""Which agreed number does each cell of a run's table open? From there its page in the PDF is one step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from analysis import exports
from analysis.exports import Row, Table
from analysis.measures import measure
from analysis.measures.described import GROUP
from analysis.models import Run
from extraction.schema.tables import contrast_key, row_key, whole_key

Frozen = Mapping[str, Any]
# Where an effect stands that was reported ready made: the first of these that was given.
FIRST = {"time_to_event": ("log_effect", "o_e", "hr"), "generic": ("effect",)}


@dataclass(frozen=True, slots=True)
class Linked(Row):
    """A row whose cells open the agreed answers behind them."""

    keys: tuple[str, ...] = ()

    @property
    def linked(self) -> list[tuple[str, str]]:
        """Each cell with the key of its answer, "" where it is computed."""
        return list(zip(self.cells, self.keys, strict=True))


def table(run: Run) -> Table:
    """The table of a run's forest plot, its rows linked."""
    found = exports.table(run)
    rows = [
        Linked(**{field.name: getattr(row, field.name) for field in fields(Row)}, keys=keys)
        for row, keys in zip(found.rows, keys_of(run), strict=True)
    ]
    return replace(found, rows=rows)


def keys_of(run: Run) -> list[tuple[str, ...]]:
    """For each row of the table (exports.table) the key of the agreed answer behind each of its cells; "" where a cell is computed.

    Where several arms are combined, the first one's.
    """
    frozen = {study["study"]: study for study in run.input["studies"]}
    return [keys(run, row, frozen[row["study"]]) for row in run.result["studies"]]


def keys(run: Run, row: Frozen, frozen: Frozen) -> tuple[str, ...]:
    kind, outcome = run.input["kind"], frozen["time"]["outcome"] if "time" in frozen else run.analysis.outcome_id
    answers = measure(run.options["measure"]).answers
    if not answers.groups:
        return "", effect_key(kind, outcome, frozen)
    found: list[str] = []
    for group, name in answers.places:
        arms = [
            arm["arm"] for arm in frozen["arms"] if group in (GROUP, arm["role"]) and arm["name"] in row["arms"][group]
        ]
        found.append(f"{row_key(outcome, arms[0])}/{name}" if arms else "")
    return (*found, "", "")


def effect_key(kind: str, outcome: int, frozen: Frozen) -> str:
    if "whole" in frozen:
        return f"{whole_key(outcome)}/r"
    for each in frozen.get("contrasts", ()):
        given = [name for name in FIRST[kind] if name in each["values"]]
        if given:
            return f"{contrast_key(outcome, each['first'], each['second'])}/{given[0]}"
    return ""
