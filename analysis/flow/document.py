"""How does the flow diagram become a Word document that people can edit? As a table in the shape of the template.

Each box is a cell with a border, its lines are paragraphs, arrows stand in the cells between; so every word and number can be changed,
in Word as in LibreOffice, and a box that grows moves the others down. On one A4 sheet, upright or lying as the template asks.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from analysis.flow import boxes
from analysis.flow.boxes import Box, Item
from analysis.flow.diagram import (
    BLUE,
    IDENTIFIED,
    INCLUDED,
    PALE,
    SOUGHT,
    STAGES,
    TOTAL,
    describe,
    headers,
    layout,
    provisional,
    shown,
)
from analysis.flow.numbers import FlowCounts
from analysis.plots.svg import printable

if TYPE_CHECKING:
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

# Widths in mm: the bar of a stage, an arrow's cell, and the boxes by column.
BAR, ARROW, GAP = 8, 8, 4
UPRIGHT, LYING = (210, 297), (297, 210)
MARGIN = 10
SHARES = {"previous": 3, "main": 4, "side": 5, "other main": 4, "other side": 5}
POINTS = 8


def to_docx(counts: FlowCounts, *, title: str = "PRISMA 2020 flow diagram") -> bytes:
    """The diagram as a DOCX file."""
    from docx import Document
    from docx.shared import Mm, Pt

    document = Document()
    document.core_properties.title = title
    document.core_properties.comments = ""
    section = document.sections[0]
    lying = counts.other_methods or counts.updated
    section.page_width, section.page_height = (Mm(side) for side in (LYING if lying else UPRIGHT))
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(POINTS)
    style.paragraph_format.space_after = Pt(0)
    heading = document.add_paragraph()
    heading.add_run(title).bold = True
    if words := provisional(counts):
        document.add_paragraph().add_run(printable(words)).italic = True
    _Grid(counts, document, (LYING if lying else UPRIGHT)[0] - 2 * MARGIN).fill()
    for item in boxes.notes(counts):
        _write(document.add_paragraph(), item)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


class _Grid:
    """The table: a column for each column of boxes, with one for arrows after it; a row for each row, with one for arrows after it."""

    def __init__(self, counts: FlowCounts, document: Any, width: float) -> None:
        self.counts = counts
        self.rows = layout(counts)
        present = [name for name in SHARES if any(name in row for row in self.rows)]
        self.place = {name: 1 + 2 * i for i, name in enumerate(present)}
        between = {name: ARROW if name.endswith("main") else GAP for name in present[:-1]}
        room = width - BAR - sum(between.values()) - GAP
        shares = sum(SHARES[name] for name in present)
        widths = [float(BAR)]
        for name in present:
            widths += [room * SHARES[name] / shares, float(between.get(name, GAP))]
        self.table: Table = document.add_table(rows=2 * len(self.rows), cols=len(widths))
        self._measure(widths)

    def _measure(self, widths: list[float]) -> None:
        from docx.shared import Mm

        self.table.autofit = False
        for column, width in zip(self.table.columns, widths, strict=True):
            column.width = Mm(width)
        for row in self.table.rows:
            _may_not_break(row)
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = Mm(width)
        _say(self.table, "PRISMA 2020 flow diagram", printable(describe(self.counts)))

    def fill(self) -> None:
        for first, last, words, fill in headers(self.counts):
            cell = self.table.cell(0, self.place[first]).merge(self.table.cell(0, self.place[last]))
            _frame(cell, fill)
            _centred(cell, words)
        for i, row in enumerate(self.rows):
            for column, box in row.items():
                self._box(self.table.cell(1 + 2 * i, self.place[column]), column, box)
            for start, end in (("main", "side"), ("other main", "other side")):
                if start in row and end in row:
                    _centred(self.table.cell(1 + 2 * i, self.place[start] + 1), "→")
        for i in range(len(self.rows) - 1):
            for column in ("main", "other main"):
                if column in self.rows[i] and (column in self.rows[i + 1] or i >= SOUGHT):
                    _centred(self.table.cell(2 + 2 * i, self.place[column]), "↓")
        self._bars()
        self._joins()

    def _box(self, cell: _Cell, column: str, box: Box) -> None:
        _frame(cell, "#ffffff" if column in ("main", "side") else PALE)
        for n, item in enumerate(box):
            _write(cell.paragraphs[0] if n == 0 else cell.add_paragraph(), item)

    def _bars(self) -> None:
        for name, first, last in STAGES:
            end = len(self.rows) if last is None else last
            cell = self.table.cell(1 + 2 * first, 0).merge(self.table.cell(2 * end - 1, 0))
            _frame(cell, BLUE)
            _upright(cell)
            _centred(cell, name)

    def _joins(self) -> None:
        """What other methods and the previous version add is said by arrows that turn."""
        if self.counts.other_methods:
            cell = self.table.cell(1 + 2 * INCLUDED, self.place["main"] + 1)
            end = self.table.cell(1 + 2 * INCLUDED, self.place["other main"])
            _centred(cell.merge(end), "←" + "─" * 12 + "┘")
        if self.counts.updated:
            for i in range(IDENTIFIED + 1, TOTAL):
                _centred(self.table.cell(1 + 2 * i, self.place["previous"]), "│")
            _centred(self.table.cell(1 + 2 * TOTAL, self.place["previous"]), "└───→")


def _write(paragraph: Paragraph, item: Item) -> None:
    from docx.shared import Mm

    paragraph.paragraph_format.left_indent = Mm(3 * item.indent)
    words = item.text if item.number is None else f"{item.text} {shown(item.number)}"
    run = paragraph.add_run(printable(words))
    run.italic = item.pending


def _centred(cell: _Cell, words: str) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.enum.text import WD_PARAGRAPH_ALIGNMENT

    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    for spare in cell.paragraphs[1:]:
        spare._element.getparent().remove(spare._element)
    cell.paragraphs[0].alignment = WD_PARAGRAPH_ALIGNMENT.CENTER
    cell.paragraphs[0].add_run(words).bold = True


# --- what python-docx has no words for; Word wants the properties of a cell in this order: borders, ground, direction ------


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _frame(cell: _Cell, fill: str) -> None:
    """A border all round, and a ground."""
    borders = _element("tcBorders")
    for side in ("top", "left", "bottom", "right"):
        borders.append(_element(side, val="single", sz="6", space="0", color="000000"))
    properties = cell._tc.get_or_add_tcPr()
    properties.append(borders)
    properties.append(_element("shd", val="clear", color="auto", fill=fill.lstrip("#")))


def _upright(cell: _Cell) -> None:
    cell._tc.get_or_add_tcPr().append(_element("textDirection", val="btLr"))


def _may_not_break(row: Any) -> None:
    row._tr.get_or_add_trPr().append(_element("cantSplit"))


def _say(table: Table, caption: str, description: str) -> None:
    """For screen readers."""
    table._tbl.tblPr.append(_element("tblCaption", val=caption))
    table._tbl.tblPr.append(_element("tblDescription", val=description))
