"""What does an Excel workbook say? Each sheet with a header row that is known is a table of records."""

import datetime
import lzma
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice, takewhile
from typing import IO
from xml.parsers import expat

from defusedxml.common import DefusedXmlException

from screening.formats import table
from screening.formats.clean import shown
from screening.formats.limits import Limits
from screening.formats.record import ParsedRecord, Problems, UnmappedTable, UnreadableFile
from screening.formats.rows import Row
from screening.formats.source import Source

_MOST_COLUMNS = 1_000
_EMPTY_ROWS_AT_MOST = 20_000
_ELEMENTS_IN_A_ROW = 20_000
_ELEMENTS_BESIDE_ROWS = 200_000
_ROWS = 600_000
_STRINGS = 1_000_000
_SMALL_PART = 8_000_000
_DAMAGED = "The workbook is damaged, or written in a way that is not known. Save it again as .xlsx or CSV."
_TOO_LARGE = "The workbook is too large to be read safely ({why}). Save it as CSV, or split it."

# What openpyxl and the libraries below it raise on files that are no proper workbooks.
_FAULTS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, DefusedXmlException, expat.ExpatError, SyntaxError, EOFError, LookupError,
    ValueError, TypeError, AttributeError, OverflowError, OSError, RuntimeError,
)  # fmt: skip


def read(source: Source, mapping: Mapping[str, str] | None = None) -> Iterator[ParsedRecord]:
    """Yield the record of each row of a workbook; what is left out stands in ``source.problems``.

    Formulas are not computed: the value that was stored with them counts.
    """
    known, archived = False, source.problems.member
    for name, rows in sheets(source.stream, source.limits, source.problems):
        source.problems.member = place = sheet_of(archived, name)
        sample = list(islice(rows, table.HEADER_WITHIN))
        shape = (table.mapped_rows(sample, mapping) if mapping else None) or table.known_rows(sample)
        if shape:
            known = True
            yield from (replace(each, member=place) for each in table.records(source, chain(sample, rows), shape))
        elif sample:
            source.problems.add("no header row that is known was found, and the sheet was left out.", left_out=True)
    source.problems.member = archived
    if not known:
        raise UnmappedTable(table.NO_HEADER)


def sheet_of(archived: str, name: str) -> str:
    """-> how a sheet of a workbook is named, which is a file in an archive or none ("")."""
    return f"{archived}, sheet “{shown(name)}”" if archived else f"sheet “{shown(name)}”"


def rows_at(stream: IO[bytes], number: int, member: str, archived: str, limits: Limits) -> Iterator[str]:
    """Yield the text of the row with this number in the sheet that is named so, as ``read`` gives it.

    Where the name is that of the file alone, the row of every sheet.
    """
    for name, rows in sheets(stream, limits):
        if member in (archived, sheet_of(archived, name)):
            until = takewhile(lambda each: each.line <= number, rows)
            yield from (each.raw for each in until if each.line == number)


def sheets(stream: IO[bytes], limits: Limits, problems: Problems | None = None) -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield the name and the rows of each sheet; UnreadableFile where the workbook is damaged or too large."""
    import openpyxl  # takes a while to load, and is needed for few files

    _refuse_bombs(stream, limits)
    stream.seek(0)
    try:
        with warnings.catch_warnings(action="ignore"):  # it warns of missing styles, which no reader of records needs
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except _FAULTS:
        raise UnreadableFile(_DAMAGED) from None
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            yield sheet.title, _rows(sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True), problems)
    finally:
        book.close()


def _rows(values: Iterator[Sequence[object]], problems: Problems | None) -> Iterator[Row]:
    number = empty = 0
    while True:
        try:
            row = next(values, None)
        except _FAULTS:
            raise UnreadableFile(_DAMAGED) from None
        if row is None:
            return
        if empty > _EMPTY_ROWS_AT_MOST:
            if problems:
                told = f"{_EMPTY_ROWS_AT_MOST:,} empty rows follow; if anything stands below them, it was not read."
                problems.add(told, number - empty)
            return
        number += 1
        width = len(row) if row.count(None) < len(row) else 0
        while width and row[width - 1] is None:
            width -= 1
        cells = [_text(value) for value in row[:width]]
        empty = 0 if cells else empty + 1
        if cells:
            yield Row(number, number, "\t".join(cells), tuple(cells))


def _text(value: object) -> str:
    """-> a cell as text: no ".0" behind whole numbers, no midnight behind dates, nothing that a database refuses."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value).replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _refuse_bombs(stream: IO[bytes], limits: Limits) -> None:
    """Raise UnreadableFile, before anything is read in, where a part would take too much memory or time."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as book:
            parts = [part for part in book.infolist() if part.filename.endswith((".xml", ".rels"))]
            size = sum(part.file_size for part in parts)
            if size > limits.workbook_bytes:
                raise UnreadableFile(_TOO_LARGE.format(why=f"it would unpack to {size:,} bytes"))
            for part in parts:
                with book.open(part) as xml:
                    _Weight(part.filename).weigh(xml, part.file_size)
    except UnreadableFile:
        raise
    except _FAULTS:
        raise UnreadableFile(_DAMAGED) from None


class _Weight:
    """Counts the elements of one part of a workbook without building them."""

    def __init__(self, name: str) -> None:
        self.strings = name.endswith("sharedStrings.xml")
        self.sheet = "/worksheets/" in name
        self.rows = self.beside = self.inside = self.total = 0
        self.in_row = False

    def weigh(self, xml: IO[bytes], size: int) -> None:
        """Read the part through; raises UnreadableFile where it is too heavy or declares entities."""
        if not (self.strings or self.sheet) and size > _SMALL_PART:
            raise UnreadableFile(_TOO_LARGE.format(why="a part besides its cells is huge"))
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ParseFile(xml)

    def _start(self, tag: str, _: dict[str, str]) -> None:
        self.total += 1
        if tag.endswith("row"):
            self.rows, self.inside, self.in_row = self.rows + 1, 0, True
        elif self.in_row:
            self.inside += 1
        else:
            self.beside += 1
        if self.inside > _ELEMENTS_IN_A_ROW or self.rows > _ROWS:
            raise UnreadableFile(_TOO_LARGE.format(why="it has too many rows or columns"))
        if (self.strings and self.total > _STRINGS) or (not self.strings and self.beside > _ELEMENTS_BESIDE_ROWS):
            raise UnreadableFile(_TOO_LARGE.format(why="it has too many cells"))

    def _end(self, tag: str) -> None:
        if tag.endswith("row"):
            self.in_row = False

    def _doctype(self, *_: object) -> None:
        raise UnreadableFile("The workbook holds a document type declaration, which no workbook does. It was refused.")
