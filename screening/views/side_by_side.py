"""How do two records stand beside each other on a page, with what differs marked?"""

from __future__ import annotations

from typing import Any

from screening.dedupe.differences import Piece, differences
from screening.models import Bibliography, Citation, Record

COMPARED = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "type", "abstract")
LABELS = {"doi": "DOI", "pmid": "PubMed"}
Row = tuple[str, str, list[Piece], list[Piece], bool]


def beside(one: Record, other: Record, homes: tuple[int | None, int | None], why: str) -> dict[str, Any]:
    """What the template of two records needs. homes: the citations that they are of."""
    sides = [
        (str(record.source.search), f"{record.source}, record {record.position}", home)
        for record, home in zip((one, other), homes, strict=True)
    ]
    return {"sides": sides, "fields": compared(one, other), "why": why}


def beside_citations(one: Citation, other: Citation, sources: tuple[list[str], list[str]]) -> dict[str, Any]:
    """What the template needs of two citations as they are shown."""
    sides = [
        (f"Citation {each.pk}", f"found by {', '.join(names)}", None)
        for each, names in zip((one, other), sources, strict=True)
    ]
    return {"sides": sides, "fields": compared(one, other), "why": ""}


def compared(one: Bibliography, other: Bibliography) -> list[Row]:
    """The fields that either record has: name, label, both texts with what differs, and whether nothing does."""
    rows = ((name, said(one, name), said(other, name)) for name in COMPARED)
    return [
        (name, LABELS.get(name, name.capitalize()), *differences(ours, theirs), ours == theirs)
        for name, ours, theirs in rows
        if ours or theirs
    ]


def said(record: Bibliography, name: str) -> str:
    value = getattr(record, name)
    return "; ".join(value) if name == "authors" else "" if value is None else str(value)
