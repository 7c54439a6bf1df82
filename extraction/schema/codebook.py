"""What does each column and key of an export mean? The questions of a form with their stable ids, as rows for a table or as JSON."""

from __future__ import annotations

from typing import Any

from extraction.schema.fields import Kind
from extraction.schema.form import Form, Per, Question, Section, options_of
from extraction.schema.tables import TABLES, Column

HEAD = (
    "field",
    "label",
    "kind",
    "asked_for",
    "key",
    "section",
    "needed",
    "needs_source",
    "unit",
    "other_units",
    "lowest",
    "highest",
    "tolerance",
    "answers",
    "asked_if",
    "edition",
    "help",
)
KEYS = {
    Per.STUDY: "study/{field}",
    Per.ARM: "arm/{arm}/{field}",
    Per.OUTCOME: "outcome/{outcome}/{field}",
    Per.TIME: "time/{time}/{field}",
}
TABLE_KEYS = {
    "per_arm": ("each arm", "outcome/{outcome}/arm/{arm}/"),
    "per_contrast": ("each pair of arms", "outcome/{outcome}/contrast/{arm}-{arm}/"),
    "whole": ("the study", "outcome/{outcome}/whole/"),
}


def codebook(form: Form) -> list[dict[str, Any]]:
    """One row for each question, and one for each column of an outcome's table; the keys of HEAD, plain values."""
    rows = []
    for section, question in form.places():
        if question.kind is Kind.TABLE:
            rows += table_rows(section)
        else:
            rows.append(question_row(section, question))
    return rows


def question_row(section: Section, question: Question) -> dict[str, Any]:
    condition = question.asked_if
    return {
        "field": question.id,
        "label": question.label,
        "kind": str(question.kind),
        "asked_for": str(section.per),
        "key": KEYS[section.per].replace("{field}", question.id),
        "section": section.title,
        "needed": question.required,
        "needs_source": question.needs_source,
        "unit": question.unit,
        "other_units": "; ".join(f"{unit.name} = {unit.factor:g}" for unit in question.units),
        "lowest": question.lowest,
        "highest": question.highest,
        "tolerance": question.tolerance,
        "answers": "; ".join(f"{each.value} = {each.label}" for each in options_of(question)),
        "asked_if": f"{condition.question} = {' | '.join(condition.values) or 'answered'}" if condition else "",
        "edition": question.edition,
        "help": question.help,
    }


def table_rows(section: Section) -> list[dict[str, Any]]:
    return [
        column_row(section, kind, *TABLE_KEYS[of], column)
        for kind, shape in TABLES.items()
        for of in TABLE_KEYS
        for column in getattr(shape, of)
    ]


def column_row(section: Section, kind: str, asked_for: str, key: str, column: Column) -> dict[str, Any]:
    blank = dict.fromkeys(HEAD, "")
    return blank | {
        "field": column.name,
        "label": column.label,
        "kind": str(column.kind),
        "asked_for": f"{asked_for}, outcomes of the kind {kind}",
        "key": f"{key}{column.name}",
        "section": section.title,
        "needed": False,
        "needs_source": False,
        "lowest": column.lowest,
        "highest": column.highest,
        "tolerance": 0.0,
        "edition": 1,
        "help": column.help,
    }
