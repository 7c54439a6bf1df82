"""What does a table of records say? A header row whose columns are known or have been mapped, then a row for each record."""

import datetime
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from screening.formats import cards, identifiers, names, reference
from screening.formats.columns import Roles, folded, layout, mapped, roles_of
from screening.formats.compose import Block, Fields, Layout, compose
from screening.formats.record import ParsedRecord, UnmappedTable
from screening.formats.rows import Row, rows
from screening.formats.source import BLANKS, Line, Source

DELIMITERS = ",\t;|"
HEADER_WITHIN = 15
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
# Programs for statistics write whole numbers so in a column in which some are missing.
_WHOLE = re.compile(r"(\d{1,12})\.0+")
_NUMBERS = ("year", "volume", "issue", "pages", "first_page", "last_page", "pmid", "issn")
# A date as Excel counts it, in days from this one; from 1954 to 2064 all have five digits, as no year has.
_DAYS = re.compile(r"[2-5]\d{4}")
_DAY_0 = datetime.date(1899, 12, 30)
_EXCEL_TEXT = re.compile(r'="(.*)"', re.DOTALL)
NO_HEADER = (
    "The file is a table, but no row with known column names was found in it. "
    "Say which column holds the title, the authors and so on."
)
_OTHER_COLUMNS = "The columns chosen are not in this file. Choose the columns again."


@dataclass(frozen=True, slots=True)
class Shape:
    """How a table is laid out: what parts its cells, which row (from 0) is its header (None: there is none),
    the names of its columns, and which of them fill which role."""

    delimiter: str
    header: int | None
    columns: tuple[str, ...]
    roles: Roles


def layout_of(head: str) -> str:
    """-> "csv" or "tsv" where the text begins with a table, else "".

    Raises UnmappedTable where it is one, but without columns that are known.
    """
    if mark := _of_cards(head):
        return "tsv" if mark == "\t" else "csv"
    if shape := known_shape(head):
        return "tsv" if shape.delimiter == "\t" else "csv"
    if _delimiter(head):
        raise UnmappedTable(NO_HEADER)
    return ""


def begins_with_header(head: str) -> bool:
    """-> is the first line of the text a header row beyond doubt?"""
    shape = known_shape(head)
    return bool(shape and shape.header == 0 and len(shape.roles) > 2)


def known_shape(head: str) -> Shape | None:
    """-> the shape under which the most columns of a text's first rows are known; None below two of them."""
    shapes = (known_rows(_sample(head, delimiter), delimiter) for delimiter in DELIMITERS)
    return max(filter(None, shapes), key=lambda shape: len(shape.roles), default=None)


def known_rows(sample: Sequence[Row], delimiter: str = "") -> Shape | None:
    """-> the shape of rows whose header is the one among the first in which the most columns are known."""
    found: Shape | None = None
    for number, row in enumerate(sample[:HEADER_WITHIN]):
        columns = column_names(row.cells)
        roles = roles_of(columns)
        if _is_header(number, roles) and len(columns) > 1 and (found is None or len(roles) > len(found.roles)):
            found = Shape(delimiter, number, columns, roles)
    return found


def _is_header(number: int, roles: Roles) -> bool:
    """-> is a row with these columns a header: with a title and more, or one plain "title" on top?"""
    titles = roles.get("title", ())
    return bool(titles) and (len(roles) > 1 or (number == 0 and folded(titles[0]) == "title"))


def mapped_shape(head: str, mapping: Mapping[str, str]) -> Shape | None:
    """-> the shape in which a table has the columns that a person has mapped, or None."""
    named = (mapped_rows(_sample(head, delimiter), mapping, delimiter) for delimiter in DELIMITERS)
    return next(filter(None, named), None)


def mapped_rows(sample: Sequence[Row], mapping: Mapping[str, str], delimiter: str = "") -> Shape | None:
    """-> the shape of rows in which the mapped columns are named, or numbered where they have no header."""
    for number, row in enumerate(sample[:HEADER_WITHIN]):
        columns = column_names(row.cells)
        if set(mapping) <= set(columns) and columns != numbered(len(columns)):
            return Shape(delimiter, number, columns, mapped(mapping))
    columns = numbered(max((len(row.cells) for row in sample), default=0))
    return Shape(delimiter, None, columns, mapped(mapping)) if set(mapping) <= set(columns) else None


def guessed(head: str) -> tuple[Shape, list[Row]]:
    """-> the shape to show to a person who is to map the columns, and the first rows.

    Raises UnmappedTable where the text is no table.
    """
    shape = known_shape(head)
    delimiter = shape.delimiter if shape else _delimiter(head)
    if not delimiter:
        raise UnmappedTable("The file is not a table: its lines are not parted by commas, semicolons, tabs or bars.")
    sample = _sample(head, delimiter, 2 * HEADER_WITHIN)
    return shape or headless(sample, delimiter), sample


def headless(sample: Sequence[Row], delimiter: str = "") -> Shape:
    """-> a shape whose columns are numbered, for a table in which no header row is known."""
    return Shape(delimiter, None, numbered(max((len(row.cells) for row in sample), default=0)), {})


def numbered(width: int) -> tuple[str, ...]:
    """-> names for the columns of a table without a header row."""
    return tuple(f"Column {number}" for number in range(1, width + 1))


def column_names(cells: Iterable[str]) -> tuple[str, ...]:
    """-> a header row's names as they stand, without the blanks around them; an unnamed column gets its number."""
    return tuple(cell.strip(BLANKS) or f"Column {number}" for number, cell in enumerate(cells, 1))


def read(source: Source, mapping: Mapping[str, str] | None = None) -> Iterator[ParsedRecord]:
    """Yield the record of each row of a CSV or TSV file; what is left out stands in ``source.problems``."""
    head = source.head()
    if not mapping and (mark := _of_cards(head)):
        yield from cards.records(source, rows(source.lines(), mark))
        return
    shape = (mapped_shape(head, mapping) if mapping else None) or known_shape(head)
    if shape is None:
        raise UnmappedTable(_OTHER_COLUMNS if mapping else NO_HEADER)
    yield from records(source, rows(source.lines(), shape.delimiter, len(shape.columns)), shape)


def records(source: Source, table: Iterable[Row], shape: Shape) -> Iterator[ParsedRecord]:
    """Yield the record of each row behind the header of a table of this shape."""
    where = layout(shape.roles)
    counted = {column: role for role in _NUMBERS for column in shape.roles.get(role, ())}
    first = 0 if shape.header is None else shape.header + 1
    for number, row in enumerate(table):
        if number + 1 < first:
            source.problems.add(
                "text above the header row was left out.", row.line, row.end_line, left_out=True, text=row.raw
            )
        elif number + 1 > first or shape.header is None:
            if any(cell.strip() for cell in row.cells):
                yield _record(row, shape, where, counted, source)
            else:
                source.empty(row.line, row.end_line)
        elif row.end_line > row.line:
            source.problems.add(
                "the header row goes over several lines; a quotation mark in it may not be closed.",
                row.line,
                row.end_line,
            )


def _record(row: Row, shape: Shape, where: Layout, counted: Mapping[str, str], source: Source) -> ParsedRecord:
    problems = [f"Line {row.line}: {row.remark}."] if row.remark else []
    cells = row.cells
    width = len(shape.columns)
    if len(cells) < width:
        problems.append(
            f"Line {row.line}: the row has {len(cells)} cells and the header {width}; the last are taken as empty."
        )
    elif any(cell.strip() for cell in cells[width:]):
        problems.append(
            f"Line {row.line}: the row has {len(cells)} cells and the header {width}; those without a name are kept, not shown."
        )
    fields: dict[str, tuple[str, ...]] = {}
    for column, cell in zip((*shape.columns, *numbered(len(cells))[width:]), cells, strict=False):
        if cell.strip():
            fields[column] = (*fields.get(column, ()), cell)
    plain = {
        column: tuple(_number(unguarded(text), counted.get(column, "")) for text in texts)
        for column, texts in fields.items()
    }
    block = Block(row.line, row.end_line, row.raw)
    record = compose(block, plain, where, problems, max_field=source.limits.field_characters)
    if not record.issn and identifiers.is_issn(record.issue):  # IS is the issue's column, and Ovid's for the ISSN
        record = replace(record, issn=identifiers.issn(record.issue), issue="")
    if not (record.volume and record.pages):
        record = reference.placed(record, next(_cells(plain, shape, "reference"), record.journal))
    return replace(
        record,
        authors=next(filter(None, map(names.authors, _cells(plain, shape, "authors"))), ()),
        keywords=tuple(dict.fromkeys(chain.from_iterable(map(names.keywords, _cells(plain, shape, "keywords"))))),
        fields=fields,
    )


def _cells(fields: Fields, shape: Shape, role: str) -> Iterator[str]:
    return (cell for column in shape.roles.get(role, ()) for cell in fields.get(column, ()))


def _number(cell: str, role: str) -> str:
    """-> a cell of a column of this role, if that is one of numbers, without what programs do to numbers and dates."""
    if role and (whole := _WHOLE.fullmatch(cell.strip())):
        cell = whole.group(1)
    if role == "year" and _DAYS.fullmatch(cell.strip()):
        return (_DAY_0 + datetime.timedelta(days=int(cell))).isoformat()
    return cell


def guarded(cell: str) -> str:
    """-> a cell that no spreadsheet takes for a formula: what begins as one does gets a quotation mark before it."""
    return "'" + cell if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """-> a cell without what a program put around it to keep a spreadsheet from taking it for a formula or number."""
    if cell.startswith("'") and _FORMULA.match(cell):
        return cell[1:]
    found = _EXCEL_TEXT.fullmatch(cell.strip())
    return found.group(1) if found else cell


def _sample(head: str, delimiter: str, length: int = HEADER_WITHIN) -> list[Row]:
    lines = (Line(number, text) for number, text in enumerate(io.StringIO(head, newline=""), 1))
    return list(islice(rows(lines, delimiter), length))


def _of_cards(head: str) -> str:
    """-> what parts the cells of a table that stands on its side, a field in each row; else ""."""
    return next((mark for mark in DELIMITERS if cards.are_cards(_sample(head, mark, 2 * HEADER_WITHIN))), "")


def _delimiter(head: str) -> str:
    """-> what parts the cells of a text, where each of its first rows has the same number of them, else ""."""
    best, most = "", 1
    for delimiter in DELIMITERS:
        widths = {len(row.cells) for row in _sample(head, delimiter, 5)}
        if len(widths) == 1 and (width := widths.pop()) > most:
            best, most = delimiter, width
    return best
