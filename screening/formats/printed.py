"""How does a table leave the house? As CSV for programs, and as a DOCX to be edited into a manuscript."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from screening.formats.clean import entities_kept
from screening.formats.table import guarded

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with what stands above and below it. rows: one text for each heading."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """CSV in UTF-8 with a mark by which Excel knows it, line by line; no cell is taken for a formula."""
    yield "\ufeff".encode()
    yield line(headings)
    for row in rows:
        yield line(row)


def line(cells: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([guarded(entities_kept(cell)) for cell in cells])
    return out.getvalue().encode()


def docx(table: Table) -> bytes:
    """A Word document, on a page of A4 laid across, with the table: its headings are repeated on every page."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.oxml import OxmlElement
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    document.core_properties.title = table.title
    document.add_heading(table.title, level=1)
    made = document.add_table(rows=1, cols=len(table.headings), style="Table Grid")
    for cell, text in zip(made.rows[0].cells, table.headings, strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    made.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for row in table.rows:
        for cell, text in zip(made.add_row().cells, row, strict=True):
            cell.text = printable(text)
    for cell_row in made.rows:
        for cell in cell_row.cells:
            for paragraph in cell.paragraphs:
                for run in paragraph.runs:
                    run.font.size = Pt(9)
    for note in table.notes:
        document.add_paragraph(note)
    out = io.BytesIO()
    document.save(out)
    return timeless(out)


MOMENT = (1980, 1, 1, 0, 0, 0)


def timeless(archive: io.BytesIO) -> bytes:
    """The archive with one moment for all its parts, so that equal tables make equal files."""
    out = io.BytesIO()
    with zipfile.ZipFile(archive) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for part in read.infolist():
            written.writestr(zipfile.ZipInfo(part.filename, MOMENT), read.read(part), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def printable(text: str) -> str:
    """The text without characters that no XML document can hold."""
    return "".join(each for each in text if each in "\t\n" or each >= " ")
