"""What is asked of one study? A form, put to the study's arms, its review's outcomes and time points: fields with keys, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from extraction.schema.answers import BLANK, Answer
from extraction.schema.fields import Asking, Field, Kind
from extraction.schema.form import Form, Per, Question, Section, options_of
from extraction.schema.packs import STANDARD
from extraction.schema.tables import MEASURED, TABLES, UNREPORTED, Column, contrast_key, row_key, study_key, whole_key


@dataclass(frozen=True, slots=True)
class ArmOf:
    """An arm, as far as the form needs to know it. role: experimental, control or other. size: people randomised to it, if known.

    part_of: the arm into which its numbers are combined.
    """

    id: int
    name: str
    role: str = "other"
    size: int | None = None
    part_of: int | None = None


@dataclass(frozen=True, slots=True)
class TimeOf:
    """A time point of the review. window: in words; begins, ends: in months, where it has such ends."""

    id: int
    title: str
    window: str = ""
    begins: float | None = None
    ends: float | None = None


@dataclass(frozen=True, slots=True)
class OutcomeOf:
    """An outcome, as far as the form needs to know it. kind is a key of TABLES; time: when it is measured, where the review has that."""

    id: int
    title: str
    kind: str
    help: str = ""
    unit: str = ""
    time: TimeOf | None = None
    higher_is_better: bool | None = None


@dataclass(frozen=True, slots=True)
class Structure:
    """The arms of a study, the outcomes and time points of its review, in the order in which they are shown."""

    arms: tuple[ArmOf, ...] = ()
    outcomes: tuple[OutcomeOf, ...] = ()
    times: tuple[TimeOf, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an outcome's table: an arm, two arms, or the study. key is the common beginning of its cells' keys."""

    key: str
    name: str
    fields: tuple[Field, ...]

    @property
    def core(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if not field.optional)

    @property
    def extra(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.optional)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with the same columns, of one outcome. of: arm, contrast or whole; or study, for what is told of its measurement."""

    outcome: OutcomeOf
    of: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def core(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if not column.extra)


@dataclass(frozen=True, slots=True)
class Block:
    """One section, put to one thing: its fields, and for a table of outcome data its tables.

    unreported: whether the study leaves the outcome of the tables out. unless: its key, in every block on that outcome; once it is
    answered, nothing else in these blocks is asked.
    """

    id: str
    title: str
    help: str
    fields: tuple[Field, ...]
    tables: tuple[Table, ...] = ()
    unreported: Field | None = None
    unless: str = ""

    @property
    def answerable(self) -> Iterator[Field]:
        """What can be answered in it, where its outcome is reported."""
        yield from self.fields
        for table in self.tables:
            for row in table.rows:
                yield from row.fields


@dataclass(frozen=True, slots=True)
class Asked:
    """All that is asked of one study."""

    blocks: tuple[Block, ...]
    structure: Structure = Structure()

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field, in the order in which it is shown."""
        return tuple(self._all())

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(table for block in self.blocks for table in block.tables)

    def _all(self) -> Iterator[Field]:
        for block in self.blocks:
            if block.unreported:
                yield block.unreported
            yield from block.answerable


Shared = dict[tuple[str, str], Block]  # by section and group


def asked_of(structure: Structure, form: Form = STANDARD, shared: Shared | None = None) -> Asked:
    """The form, put to a study of these arms in a review with these outcomes.

    shared: where many studies of one review are asked by one form, keeps the blocks that are the same for all of them.
    """
    places = {question.id: section for section, question in form.places()}
    shared = {} if shared is None else shared
    has_tables = any(question.kind is Kind.TABLE for _, question in form.places())
    blocks = []
    for section in form.sections:
        of_arms = section.per is Per.ARM or any(each.kind is Kind.TABLE for each in section.questions)
        for group in groups(section, structure):
            at = (section.id, group.path)
            block = shared.get(at) or block_of(section, group, structure, places, has_tables)
            blocks.append(block)
            if not of_arms:
                shared[at] = block
    return Asked(tuple(blocks), structure)


@dataclass(frozen=True, slots=True)
class Group:
    """One thing for which a section is asked: the beginning of its keys, what it is called, what helps with it."""

    path: str
    name: str = ""
    help: str = ""
    outcome: OutcomeOf | None = None


def groups(section: Section, structure: Structure) -> Iterator[Group]:
    """The things for which a section is asked."""
    if section.per is Per.STUDY:
        yield Group("study")
    elif section.per is Per.ARM:
        yield from (Group(f"arm/{arm.id}", arm.name) for arm in structure.arms)
    elif section.per is Per.TIME:
        yield from (Group(f"time/{time.id}", time.title) for time in structure.times)
    else:
        yield from (Group(f"outcome/{each.id}", each.title, help_with(each), each) for each in structure.outcomes)


def help_with(outcome: OutcomeOf) -> str:
    """What counts for an outcome, and when it is measured."""
    time = outcome.time
    window = f"What is measured {time.window} after randomisation counts here." if time and time.window else ""
    return "\n".join(filter(None, (outcome.help, window)))


def block_of(
    section: Section, group: Group, structure: Structure, places: Mapping[str, Section], has_tables: bool
) -> Block:
    """has_tables: whether the form asks for tables of outcome data, in this section or another."""
    plain = tuple(each for each in section.questions if each.kind is not Kind.TABLE)
    has_table = len(plain) < len(section.questions)
    told = unreported_of(group.outcome) if group.outcome and has_tables else None
    unreported, unless = told if has_table else None, told.key if told else ""
    fields = tuple(field_of(each, section, group, places, unless) for each in plain)
    tables = tables_of(group.outcome, structure.arms, unless) if has_table and group.outcome else ()
    title = f"{group.name}: {section.title}" if group.name and section.title and not has_table else group.name
    help = "\n".join(each for each in (section.help, group.help) if each)
    return Block(
        f"{section.id}-{group.path.replace('/', '-')}", title or section.title, help, fields, tables, unreported, unless
    )


def unreported_of(outcome: OutcomeOf) -> Field:
    """Whether the study leaves an outcome out."""
    return row_of(outcome, study_key(outcome.id), "Study", (UNREPORTED,)).fields[0]


def field_of(
    question: Question, section: Section, group: Group, places: Mapping[str, Section], unless: str = ""
) -> Field:
    asked_if = None
    if question.asked_if:
        other = places[question.asked_if.question]
        path = group.path if other.per is section.per else "study"
        asked_if = Asking(f"{path}/{question.asked_if.question}", frozenset(question.asked_if.values))
    return Field(
        key=f"{group.path}/{question.id}",
        label=f"{group.name}: {question.label}" if group.name else question.label,
        kind=question.kind,
        unit=question.unit,
        units=question.units,
        required=question.required,
        help=question.help,
        options=options_of(question),
        lowest=question.lowest,
        highest=question.highest,
        tolerance=question.tolerance,
        needs_text=question.needs_source,
        asked_if=asked_if,
        question=question.id,
        edition=question.edition,
        unless=unless,
    )


# --- tables of outcome data --------------------------------------------------------------------------------------


def tables_of(outcome: OutcomeOf, arms: tuple[ArmOf, ...], unless: str = "") -> tuple[Table, ...]:
    """One outcome's tables: of arms, of contrasts, of the whole study, of its measurement. Raises KeyError for a kind that is not in TABLES.

    unless: key of the field that, once it is answered, lets them not be asked.
    """
    shape = TABLES[outcome.kind]
    pairs = contrasts(arms)
    found = []
    if shape.per_arm:
        rows = tuple(
            row_of(
                outcome,
                row_key(outcome.id, arm.id),
                arm.name,
                shape.per_arm,
                unless,
                rows_of_pairs(outcome, arm, pairs),
            )
            for arm in arms
        )
        found.append(Table(outcome, "arm", shape.per_arm, rows))
    if shape.per_contrast:
        rows = tuple(
            row_of(outcome, contrast_key(outcome.id, a.id, b.id), f"{a.name} v {b.name}", shape.per_contrast, unless)
            for a, b in pairs
        )
        found.append(Table(outcome, "contrast", shape.per_contrast, rows))
    if shape.whole:
        row = row_of(outcome, whole_key(outcome.id), "Study", shape.whole, unless)
        found.append(Table(outcome, "whole", shape.whole, (row,)))
    if told := tuple(each for each in shape.of_study if outcome.time or each is not MEASURED):
        found.append(Table(outcome, "study", told, (row_of(outcome, study_key(outcome.id), "Study", told, unless),)))
    return tuple(found)


def contrasts(arms: tuple[ArmOf, ...]) -> tuple[tuple[ArmOf, ArmOf], ...]:
    """The pairs of arms that can be compared: each experimental arm with each control."""
    sides = ([arm for arm in arms if arm.role == role] for role in ("experimental", "control"))
    experimental, control = sides
    return tuple((a, b) for a in experimental for b in control)


def rows_of_pairs(outcome: OutcomeOf, arm: ArmOf, pairs: tuple[tuple[ArmOf, ArmOf], ...]) -> tuple[str, ...]:
    """The keys of the contrasts in which an arm stands."""
    return tuple(contrast_key(outcome.id, a.id, b.id) for a, b in pairs if arm.id in (a.id, b.id))


def row_of(
    outcome: OutcomeOf,
    key: str,
    name: str,
    columns: tuple[Column, ...],
    unless: str = "",
    contrast_rows: tuple[str, ...] = (),
) -> Row:
    def keys(names: tuple[str, ...], contrast: str) -> tuple[str, ...]:
        return tuple(
            f"{contrast}/{each.removeprefix('contrast:')}" if each.startswith("contrast:") else f"{key}/{each}"
            for each in names
        )

    fields = tuple(
        Field(
            key=f"{key}/{column.name}",
            label=f"{outcome.title}: {name}, {column.label}",
            kind=column.kind,
            help=column.help,
            unit=column.unit,
            units=column.units,
            options=column.options,
            lowest=column.lowest,
            highest=column.highest,
            at_most=f"{key}/{column.at_most}" if column.at_most else "",
            row=key,
            column=column.label,
            question=column.name,
            optional=column.extra,
            instead=tuple(
                keys(names, contrast)
                for names in column.instead
                for contrast in (contrast_rows if names[0].startswith("contrast:") else ("",))
            ),
            unless=unless,
        )
        for column in columns
    )
    return Row(key, name, fields)


# --- which of it is asked, given what was answered -----------------------------------------------------------------


def is_asked(field: Field, answers: Mapping[str, Answer]) -> bool:
    """Whether a field's conditions hold. Answers of fields that are not asked have to be left out of `answers`: see asked_answers."""
    if field.unless and answers.get(field.unless, BLANK).value is not None:
        return False
    if field.asked_if is None:
        return True
    value = answers.get(field.asked_if.key, BLANK).value
    if value is None:
        return False
    return not field.asked_if.values or bool(field.asked_if.values & set(str(value).split(";")))


def asked_answers(fields: Iterable[Field], answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers that count: of fields whose conditions hold, each condition resting on answers that count themselves."""
    known = tuple(fields)
    folding = {field.unless for field in known if field.unless}  # asked always, and perhaps after what they fold
    counting = {key: answers[key] for key in folding if key in answers}
    for field in known:
        if field.key in answers and is_asked(field, counting):
            counting[field.key] = answers[field.key]
    return counting


def asked_fields(fields: Iterable[Field], answers: Mapping[str, Answer]) -> tuple[Field, ...]:
    """The fields whose conditions hold."""
    known = tuple(fields)
    counting = asked_answers(known, answers)
    return tuple(field for field in known if is_asked(field, counting))


def is_wanting(field: Field, answers: Mapping[str, Answer], begun: set[str]) -> bool:
    """Whether a field without an answer ought to have one: it is required, or its row is begun and nothing stands in for it."""
    if field.required:
        return True
    if field.optional or field.row not in begun:
        return False
    return not any(all(answers.get(key, BLANK).value is not None for key in keys) for keys in field.instead)


def rows_begun(fields: Iterable[Field], *sheets: Mapping[str, Answer]) -> set[str]:
    """The rows in which something is answered."""
    return {
        field.row
        for field in fields
        if field.row and any(sheet.get(field.key, BLANK).value is not None for sheet in sheets)
    }
