"""How do extracted data leave the house? As CSV with stable keys; the codebook of the form stands beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from extraction.queries.bias_reliability import domain_agreement
from extraction.queries.export import HEAD, extracted_rows
from extraction.queries.reliability import FieldAgreement, field_agreement
from reviewapp.models import Member
from screening.formats.table import guarded

BATCH = 500  # rows in one piece
AGREEMENT_HEAD = ("field", "label", "kind", "studies", "answers", "equal", "raw", "statistic", "coefficient")


def csv_lines(head: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """CSV in pieces; a text that a spreadsheet would take for a formula gets a quotation mark before it."""
    piece = io.StringIO()
    writer = csv.writer(piece)
    writer.writerow(head)
    for number, row in enumerate(rows, start=1):
        writer.writerow([cell(row[name]) for name in head])
        if number % BATCH == 0:
            yield piece.getvalue()
            piece.seek(0)
            piece.truncate()
    yield piece.getvalue()


def cell(value: object) -> object:
    return guarded(value) if isinstance(value, str) else value


def extraction_csv(member: Member) -> Iterator[str]:
    """Every answer that the member may see."""
    return csv_lines(HEAD, extracted_rows(member))


def agreement_csv(member: Member) -> Iterator[str]:
    """How well two authors agreed, field by field, then domain by domain of risk of bias."""
    found = [*field_agreement(member), *domain_agreement(member)]
    return csv_lines(AGREEMENT_HEAD, (agreement_row(each) for each in found))


def agreement_row(each: FieldAgreement) -> dict[str, Any]:
    found = each.found
    return {
        "field": each.field,
        "label": each.label,
        "kind": each.kind,
        "studies": each.studies,
        "answers": found.n,
        "equal": found.equal,
        "raw": found.raw,
        "statistic": found.name,
        "coefficient": found.coefficient,
    }
