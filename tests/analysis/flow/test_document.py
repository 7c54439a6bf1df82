"""The Word document and the PDF: the boxes of the template with the numbers of the diagram, on one A4 sheet, and cells that can be edited."""

from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document
from hypothesis import given, settings
from pypdf import PdfReader

from analysis.flow.boxes import Box
from analysis.flow.counts import count
from analysis.flow.diagram import diagram, headers, layout, provisional, shown
from analysis.flow.document import to_docx
from analysis.flow.numbers import FlowCounts
from analysis.flow.sets import FlowSets
from analysis.plots.render import svg_to_pdf
from tests.analysis.flow.reviews import consistent, small
from tests.analysis.plots.figures import words

pytestmark = pytest.mark.pure

TEMPLATES = [(updated, other) for updated in (False, True) for other in (False, True)]


def template(updated: bool, other: bool) -> FlowCounts:
    sets = small()
    searches = sets.searches if other else sets.searches[:3]
    return count(replace(sets, searches=searches, previous=sets.previous if updated else None))


def says(box: Box) -> list[str]:
    return [f"{item.text} {shown(item.number)}" if item.number else item.text for item in box]


def cells(counts: FlowCounts) -> list[list[str]]:
    """The paragraphs of every cell, each merged cell once."""
    (table,) = Document(BytesIO(to_docx(counts))).tables
    found = {cell._tc: [each.text for each in cell.paragraphs] for row in table.rows for cell in row.cells}
    return list(found.values())


@pytest.mark.parametrize(("updated", "other"), TEMPLATES)
def test_each_box_is_a_cell_with_the_boxs_lines(updated: bool, other: bool) -> None:
    counts = template(updated, other)
    found = cells(counts)
    for row in layout(counts):
        for box in row.values():
            assert says(box) in found
    for _, _, heading, _ in headers(counts):
        assert [heading] in found
    assert [stage for stage in ("Identification", "Screening", "Included") if [stage] in found] == [
        "Identification",
        "Screening",
        "Included",
    ]


@pytest.mark.parametrize(("updated", "other"), TEMPLATES)
def test_it_is_a_sheet_of_a4_and_the_table_fits_between_its_margins(updated: bool, other: bool) -> None:
    document = Document(BytesIO(to_docx(template(updated, other))))
    section = document.sections[0]
    assert sorted((section.page_width.mm, section.page_height.mm)) == pytest.approx([210, 297], abs=0.1)
    assert (section.page_width > section.page_height) == (updated or other)
    room = section.page_width - section.left_margin - section.right_margin
    assert sum(column.width for column in document.tables[0].columns) <= room + 10_000


def test_unfinished_work_is_said_above_and_stands_slanted_in_its_box() -> None:
    counts = count(small(finished=False))
    document = Document(BytesIO(to_docx(counts)))
    assert provisional(counts) in [each.text for each in document.paragraphs]
    slanted = {
        run.text
        for row in document.tables[0].rows
        for cell in row.cells
        for each in cell.paragraphs
        for run in each.runs
        if run.italic
    }
    assert "Records awaiting screening (n\u00a0=\u00a01)" in slanted


def test_the_properties_of_a_cell_stand_in_the_order_that_word_asks_for() -> None:
    order = ["tcW", "gridSpan", "vMerge", "tcBorders", "shd", "textDirection", "vAlign"]
    document = Document(BytesIO(to_docx(template(True, True))))
    for properties in document.tables[0]._tbl.iter(
        "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}tcPr"
    ):
        names = [each.tag.rpartition("}")[2] for each in properties]
        assert names == sorted(names, key=order.index)


@settings(max_examples=15, deadline=None)
@given(consistent(words))
def test_the_document_has_the_diagrams_numbers_whatever_the_names(sets: FlowSets) -> None:
    counts = count(sets)
    lines = [line for cell in cells(counts) for line in cell]
    for row in layout(counts):
        for box in row.values():
            for item in box:
                if item.number is not None:
                    assert any(line.endswith(shown(item.number)) for line in lines)


@pytest.mark.parametrize(("updated", "other"), TEMPLATES)
def test_the_pdf_says_what_the_boxes_say(updated: bool, other: bool) -> None:
    counts = template(updated, other)
    pdf = PdfReader(BytesIO(svg_to_pdf(diagram(counts), a4=True)))
    said = "".join(pdf.pages[0].extract_text().split())
    for row in layout(counts):
        for box in row.values():
            for line in says(box):
                assert "".join(line.split()) in said
