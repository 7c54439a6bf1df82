"""What was extracted, row by row: every answer of the sheets that a member may see, the agreed ones and both authors' once both are in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q

from extraction.models import Arm, Entry, Outcome, Sheet, TimePoint
from extraction.queries.forms import STANDARD, form_of, versions_in_use
from extraction.queries.studies import FORM, included_studies
from extraction.schema.codebook import EXPORT
from extraction.schema.form import Form
from extraction.schema.tables import TABLES
from extraction.schema.workings import told
from reviewapp.models import Member
from screening.models import Document

HEAD = tuple(EXPORT)
COLUMNS = (
    "sheet",
    "key",
    "value",
    "unit",
    "working",
    "origin",
    "basis",
    "text",
    "source",
    "taken_from",
    "reason",
    "by__user__name",
    "at",
    "form_number",
)


def extracted_rows(member: Member) -> Iterator[dict[str, Any]]:
    """One row for each answer, the keys of HEAD; studies by label, the agreed sheet before the authors'. The number of queries is constant."""
    seen = Sheet.blind.for_member(member).standing().filter(tool=FORM, study__in=included_studies(member.review))
    seen = seen.filter(Q(submitted_at__isnull=False)).select_related("study", "member__user")
    sheets = {sheet.pk: sheet for sheet in seen}
    words = Words(member)
    places = {pk: number for number, pk in enumerate(sorted(sheets, key=lambda pk: order_of(sheets[pk])))}
    lines = Entry.unblinded.filter(sheet__in=seen.order_by().values("pk"), value__isnull=False).values_list(*COLUMNS)
    for line in sorted(lines, key=lambda line: (places[line[0]], line[1])):
        yield row_of(sheets[line[0]], dict(zip(COLUMNS, line, strict=True)), words)


def order_of(sheet: Sheet) -> tuple[str, int, bool, int]:
    return sheet.study.label, sheet.study_id, not sheet.agreed, sheet.pk


def row_of(sheet: Sheet, line: dict[str, Any], words: Words) -> dict[str, Any]:
    source = line["source"] or {}
    number = (
        sheet.form_number if sheet.agreed else line["form_number"]
    )  # what is agreed was asked by the newer of both authors' forms
    return {
        "study_id": sheet.study_id,
        "study": sheet.study.label,
        "sheet": "agreed" if sheet.agreed else "verified" if sheet.verifies else "own",
        "sheet_id": sheet.pk,
        "author": str(sheet.member),
        "form_version": number,
        "key": line["key"],
        **words.of(line["key"], number),
        "value": line["value"],
        "unit": line["unit"],
        "origin": line["origin"] if isinstance(line["value"], int | float) else "",
        "converted": told(line["working"]),
        "basis": line["basis"],
        "where": line["text"],
        "document": source.get("document", ""),
        "document_sha256": words.files.get(source.get("document"), ""),
        "page": source.get("page", ""),
        "quote": source.get("quote", ""),
        "box": json.dumps(source["box"]) if source.get("box") else "",
        "taken_from": line["taken_from"],
        "reason": line["reason"],
        "settled_by": line["by__user__name"] or "",
        "settled_at": line["at"].isoformat() if line["at"] else "",
    }


class Words:
    """What the parts of a key are called: field, outcome, arm, time point; those that were dropped too. And files by their hash."""

    def __init__(self, member: Member) -> None:
        review = member.review_id
        self.outcomes = {str(each.pk): each for each in Outcome.objects.filter(review=review)}
        self.arms = {str(pk): name for pk, name in Arm.objects.filter(study__review=review).values_list("pk", "name")}
        self.times = {str(each.pk): str(each) for each in TimePoint.objects.filter(review=review)}
        self.review = review
        rows = list(versions_in_use(review))
        self.used = {row.number: row.used_at for row in rows}
        self.forms = {row.number: form_of(row) for row in rows} | {0: STANDARD}
        self.labels = {number: labels_of(form) for number, form in self.forms.items()}
        self.ever = {id: label for number in sorted(self.forms) for id, label in self.labels[number].items()}
        self.columns = {
            (kind, column.name): column.label
            for kind, shape in TABLES.items()
            for column in (*shape.per_arm, *shape.per_contrast, *shape.whole, *shape.of_outcome, *shape.of_study)
        }

    @cached_property
    def files(self) -> dict[int, str]:
        return dict(Document.objects.filter(review=self.review).values_list("pk", "sha256"))

    def number_at(self, moment: datetime) -> int:
        """The version of the form that was in use then."""
        return max((number for number, used_at in self.used.items() if used_at and used_at <= moment), default=0)

    def of(self, key: str, number: int) -> dict[str, Any]:
        """The parts of a key such as `outcome/3/arm/7/events`, in words: those of this version of the form, where it knows the question."""
        *path, field = key.split("/")
        at = dict(zip(path[::2], path[1::2], strict=False))
        outcome = self.outcomes.get(at.get("outcome", ""))
        label = self.labels.get(number, {}).get(field) or self.ever.get(field, "")
        if outcome and len(path) > 2:
            label = self.columns.get((outcome.kind, field), field)
        arms = at.get("arm") or at.get("contrast", "")
        time = at.get("time") or str((outcome and outcome.at_id) or "")
        return {
            "field": field,
            "label": label,
            "outcome_id": at.get("outcome", ""),
            "outcome": str(outcome or ""),
            "arm_id": arms,
            "arm": " v ".join(self.arms.get(each, each) for each in arms.split("-")) if arms else "",
            "time_id": time,
            "time": self.times.get(time, ""),
        }


def labels_of(form: Form) -> dict[str, str]:
    return {question.id: question.label for question in form.questions.values()}
