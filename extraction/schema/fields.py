"""What can be asked of a study? Fields with stable keys, and the form that a study's arms and outcomes make of them.

A key is made of ids, never of names or places: `study/design`, `outcome/3/arm/7/events`. Arms and outcomes may be renamed, moved,
dropped and restored; the answers under their keys stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an answer is."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice: what is stored, what is shown, and a sign for where there is little room."""

    value: str
    label: str
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question with its stable key.

    label: as a person reads it, outcome and arm included. lowest: the smallest number allowed. at_most: key of the field whose answer
    this one may not exceed. row: fields with the same row are answered together or not at all;
    column: what the field is called in its row. needs_text: an answer here
    needs its text (where it stands, or what supports it) as well.
    """

    key: str
    label: str
    kind: Kind
    unit: str = ""
    required: bool = False
    help: str = ""
    options: tuple[Option, ...] = ()
    lowest: float | None = None
    at_most: str = ""
    row: str = ""
    column: str = ""
    needs_text: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an outcome's table, asked once for each arm. at_most names another column."""

    name: str
    label: str
    kind: Kind
    help: str = ""
    lowest: float | None = None
    at_most: str = ""


STUDY_FIELDS = (
    Field("study/design", "Design", Kind.TEXT, required=True, help="Such as parallel-group randomised trial."),
    Field(
        "study/participants",
        "Participants",
        Kind.TEXT,
        required=True,
        help="Who took part, from where, and who could not.",
    ),
    Field("study/setting", "Setting", Kind.TEXT, help="Country and place of care."),
    Field(
        "study/interventions",
        "Interventions",
        Kind.TEXT,
        required=True,
        help="What each arm was given: by whom, how often, how long.",
    ),
    Field("study/randomised", "Number randomised", Kind.INTEGER, unit="people", lowest=1, help="In all arms together."),
    Field("study/funding", "Funding and conflicts of interest", Kind.TEXT, help="As the reports declare them."),
    Field("study/notes", "Notes", Kind.TEXT, help="Anything that helps to read the data."),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "dichotomous": (
        Column("events", "Events", Kind.INTEGER, lowest=0, at_most="total", help="People with the event."),
        Column("total", "Total", Kind.INTEGER, lowest=1, help="People whose outcome is known."),
    ),
    "continuous": (
        Column("mean", "Mean", Kind.NUMBER, help="Mean at this time point."),
        Column("sd", "SD", Kind.NUMBER, lowest=0, help="Standard deviation, not standard error."),
        Column("n", "n", Kind.INTEGER, lowest=1, help="People whose outcome was measured."),
    ),
}


@dataclass(frozen=True, slots=True)
class ArmOf:
    """An arm, as far as the form needs to know it."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class OutcomeOf:
    """An outcome, as far as the form needs to know it. kind is a key of TABLES."""

    id: int
    title: str
    kind: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Structure:
    """The arms of a study and the outcomes of its review, in the order in which they are shown."""

    arms: tuple[ArmOf, ...] = ()
    outcomes: tuple[OutcomeOf, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One arm's cells in an outcome's table, in the order of its columns. key is the common beginning of their keys."""

    key: str
    arm: ArmOf
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The table of one outcome: arms x columns."""

    outcome: OutcomeOf
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """All that is asked of one study: fields on the study itself, and one table for each outcome."""

    study: tuple[Field, ...]
    tables: tuple[Table, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field, in the order in which it is shown."""
        return tuple(self._all())

    def _all(self) -> Iterator[Field]:
        yield from self.study
        for table in self.tables:
            for row in table.rows:
                yield from row.fields


def form_of(structure: Structure) -> Form:
    """The form for a study with these arms, in a review with these outcomes."""
    return Form(STUDY_FIELDS, tuple(table_of(outcome, structure.arms) for outcome in structure.outcomes))


def table_of(outcome: OutcomeOf, arms: tuple[ArmOf, ...]) -> Table:
    """One outcome's table over the arms. Raises KeyError for a kind that is not in TABLES."""
    columns = TABLES[outcome.kind]
    return Table(outcome, columns, tuple(row_of(outcome, arm, columns) for arm in arms))


def row_key(outcome_id: int, arm_id: int) -> str:
    """The key of an arm's row in an outcome's table, such as `outcome/3/arm/7`."""
    return f"outcome/{outcome_id}/arm/{arm_id}"


def row_of(outcome: OutcomeOf, arm: ArmOf, columns: tuple[Column, ...]) -> Row:
    key = row_key(outcome.id, arm.id)
    fields = tuple(
        Field(
            key=f"{key}/{column.name}",
            label=f"{outcome.title}: {arm.name}, {column.label}",
            kind=column.kind,
            help=column.help,
            lowest=column.lowest,
            at_most=f"{key}/{column.at_most}" if column.at_most else "",
            row=key,
            column=column.label,
        )
        for column in columns
    )
    return Row(key, arm, fields)
