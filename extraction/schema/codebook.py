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
EXPORT = {  # the columns of the file of all answers, which has a row for each answer
    "study_id": (Kind.INTEGER, "Number of the study"),
    "study": (Kind.TEXT, "Its label"),
    "sheet": (Kind.TEXT, "agreed: the agreed sheet; own: an author's; verified: one begun as a copy of another's, to verify it"),
    "sheet_id": (Kind.INTEGER, "Number of the sheet"),
    "author": (Kind.TEXT, "Who filled it in; of the agreed sheet, who signed it"),
    "form_version": (Kind.INTEGER, "Version of the form for which it was answered"),
    "key": (Kind.TEXT, "The stable key of the answer, as this codebook has it"),
    "field": (Kind.TEXT, "The id of the question or column, as this codebook has it"),
    "label": (Kind.TEXT, "The question or column in words, of that version of the form"),
    "outcome_id": (Kind.INTEGER, "Number of the outcome, where it is of one"),
    "outcome": (Kind.TEXT, "Its name and time point"),
    "arm_id": (Kind.TEXT, "Number of the arm; of a comparison, both with a hyphen between"),
    "arm": (Kind.TEXT, "Its name; of a comparison, both names"),
    "time_id": (Kind.INTEGER, "Number of the time point at which the outcome is measured, or of which it is asked"),
    "time": (Kind.TEXT, "Its name and window"),
    "value": (Kind.TEXT, "The answer; of several choices, all with semicolons between"),
    "unit": (Kind.TEXT, "Of a number that was given in another unit than the question's"),
    "origin": (Kind.TEXT, "Of a number, how it was had: reported, converted (from reported numbers) or imputed (on an assumption beside them)"),
    "converted": (Kind.TEXT, "Of a number that was converted here: the numbers it was had from, the formula, and its source"),
    "basis": (Kind.TEXT, "Of a number that an author marked as converted or imputed: from what and how, in the author's words"),
    "where": (Kind.TEXT, "Where it stands in the report, in the author's words"),
    "document": (Kind.INTEGER, "Number of the document in which it was read"),
    "document_sha256": (Kind.TEXT, "The hash of that document's file (SHA-256)"),
    "page": (Kind.INTEGER, "Page of the document, counted from the file's first"),
    "quote": (Kind.TEXT, "What the report says there, word for word"),
    "box": (Kind.TEXT, "Rectangle on the page as it is shown: left, top, right, bottom as parts (0 to 1) of it"),
    "taken_from": (Kind.TEXT, "Of the agreed sheet: both, first, second, third (another answer), or imported"),
    "reason": (Kind.TEXT, "Of the agreed sheet: why this answer"),
    "settled_by": (Kind.TEXT, "Of the agreed sheet: who settled it"),
    "settled_at": (Kind.DATE, "Of the agreed sheet: when that was"),
}  # fmt: skip
EXPORTED = "each row of the export"
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
    "of_outcome": ("the study", "outcome/{outcome}/study/"),
    "of_study": ("the study's measurement", "outcome/{outcome}/study/"),
}


def codebook(form: Form) -> list[dict[str, Any]]:
    """One row for each question, each column of an outcome's table, and each column of the export; the keys of HEAD, plain values."""
    rows: list[dict[str, Any]] = []
    for section, question in form.places():
        if question.kind is Kind.TABLE:
            rows += table_rows(section)
        else:
            rows.append(question_row(section, question))
    return rows + [export_row(name, kind, help) for name, (kind, help) in EXPORT.items()]


def export_row(name: str, kind: Kind, help: str) -> dict[str, Any]:
    told = {"field": name, "label": name, "kind": str(kind), "asked_for": EXPORTED, "help": help}
    return dict.fromkeys(HEAD, "") | told | {"needed": False, "needs_source": False, "edition": 1}


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
        "unit": column.unit,
        "other_units": "; ".join(f"{unit.name} = {unit.factor:g}" for unit in column.units),
        "lowest": column.lowest,
        "highest": column.highest,
        "tolerance": 0.0,
        "answers": "; ".join(f"{each.value} = {each.label}" for each in column.options),
        "edition": 1,
        "help": column.help,
    }
