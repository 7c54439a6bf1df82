"""What is shared by the pages of this floor?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.text import Truncator

from reviewapp.errors import BadFile, BadInput
from screening.formats.table import guarded

PAGE = 50
MOST_FOUND = 10_000  # who finds more asks for too little; to count them all would take longer than to show them


def named(title: str) -> str:
    """A title as a message says it: cut where it is long, and then said to be."""
    return Truncator(title).chars(80) or "no title"


def csv_line(cells: Iterable[object]) -> str:
    """One line of a CSV file; what a spreadsheet would take for a formula is guarded."""
    line = io.StringIO()
    csv.writer(line).writerow([guarded(str(cell)) for cell in cells])
    return line.getvalue()


def downloaded(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    """A CSV file for download. It begins with a byte-order mark, without which Excel breaks accents."""
    response = StreamingHttpResponse(chain(["\ufeff"], lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@dataclass(frozen=True, slots=True)
class Kept:
    """A small form that was refused: what was written in it, and why that was not taken. Shown where it was written."""

    written: Mapping[str, str]
    why: str


def kept(request: HttpRequest, told: BadFile | BadInput) -> Kept:
    return Kept(request.POST, f"{told.message} {told.todo}".strip())


def cleaned(form: Any) -> dict[str, Any]:
    """What a small form holds. Raises BadInput that names the field."""
    if not form.is_valid():
        raise BadInput(
            " ".join(
                f"{form.fields[name].label or name}: {told[0]}" if name in form.fields else told[0]
                for name, told in form.errors.items()
            )
        )
    return form.cleaned_data
