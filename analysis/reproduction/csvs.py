"""How does a value stand in a table that R reads?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from screening.formats.table import guarded

__all__ = ["cell", "guarded", "lines"]


def cell(value: object) -> str:
    """A value as R reads it: NA where there is none, Inf for infinity, TRUE and FALSE."""
    if value is None:
        return "NA"
    if isinstance(value, bool):
        return str(value).upper()
    return {"Infinity": "Inf", "-Infinity": "-Inf"}.get(str(value), str(value))


def lines(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
