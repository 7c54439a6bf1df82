"""Which records are in a table that stands on its side: each row a field, its name in the first cell, its values behind it?

So Embase writes CSV with "fields by row". A record ends at an empty row, or where its first field comes again.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from screening.formats import names
from screening.formats.columns import layout, role_of, roles_of
from screening.formats.compose import Block, Fields, compose
from screening.formats.record import ParsedRecord
from screening.formats.rows import Row
from screening.formats.source import Source

# As Embase has it: "Journal of Tea (2019) 7:2 (101-109). Date of Publication: 1 May 2019".
_SOURCE = re.compile(
    r"(?P<journal>.+?) \((?P<year>(?:19|20)\d\d)\) ?(?P<volume>[^\s:(]{1,20})?(?::(?P<issue>[^\s(]{1,30}))?"
    r"(?: \((?P<pages>[\w,.\u2010-\u2015-]{1,40})\))?"
)
_KNOWN_AT_LEAST = 3
_SHARE = 0.4


def are_cards(sample: Sequence[Row]) -> bool:
    """-> do the first cells of these rows name the fields of one record, and those beside them no fields?"""
    named = [role for row in sample if (role := role_of(_name(row)))]
    beside = [cell for row in sample for cell in row.cells[1:2] if role_of(cell)]
    return bool(
        sample
        and role_of(_name(sample[0]))
        and len(set(named)) >= _KNOWN_AT_LEAST
        and "title" in named
        and len(named) >= _SHARE * len(sample)
        and not beside
    )


def records(source: Source, rows: Iterable[Row]) -> Iterator[ParsedRecord]:
    """Yield the record of each card."""
    card: list[Row] = []
    for row in rows:
        if card and (_name(row) == _name(card[0]) or row.line > card[-1].end_line + 1):
            yield _record(card, source)
            card = []
        if any(cell.strip() for cell in row.cells):
            card.append(row)
        else:
            source.empty(row.line, row.end_line)
    if card:
        yield _record(card, source)


def _name(row: Row) -> str:
    return row.cells[0].strip() if row.cells else ""


def _record(card: list[Row], source: Source) -> ParsedRecord:
    fields: dict[str, tuple[str, ...]] = {}
    problems = []
    for row in card:
        if row.remark:
            problems.append(f"Line {row.line}: {row.remark}.")
        values = tuple(cell.strip() for cell in row.cells[1:] if cell.strip())
        if values:
            name = _name(row) or "Unnamed"
            fields[name] = (*fields.get(name, ()), *values)
    roles = roles_of(fields)
    raw = "".join(row.raw for row in card)
    block = Block(card[0].line, card[-1].end_line, raw)
    record = compose(block, fields, layout(roles), problems, max_field=source.limits.field_characters)
    parts = place.groupdict("") if (place := _SOURCE.match(record.journal)) else {}
    return replace(
        record,
        journal=parts.get("journal") or record.journal,
        volume=record.volume or parts.get("volume", ""),
        issue=record.issue or parts.get("issue", ""),
        pages=record.pages or parts.get("pages", ""),
        year=record.year or (int(parts["year"]) if parts else None),
        authors=_parted(fields, roles.get("authors", ()), names.authors),
        keywords=_parted(fields, roles.get("keywords", ()), names.keywords),
    )


def _parted(fields: Fields, columns: Sequence[str], read: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    """-> the names or keywords of the first field that has any: a cell each, or parted as in a cell that holds many."""
    for cells in (fields[column] for column in columns):
        found = tuple(filter(None, map(names.tidy, cells))) if len(cells) > 1 else read(cells[0])
        if found:
            return tuple(dict.fromkeys(found))
    return ()
