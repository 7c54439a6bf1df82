"""Text is measured, broken and written so that it can be trusted, whatever the text."""

import xml.etree.ElementTree as ElementTree
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.plots import fonts
from analysis.plots.svg import Drawing, Face, number, wrap
from tests.analysis.plots.shapes import read

pytestmark = pytest.mark.pure

FACES = (Face(11), Face(11, bold=True), Face(11, italic=True))


def test_widths_are_those_of_the_font_files() -> None:
    # Advance widths of DejaVu Sans 2.37 in units of 2048 to the em: space 651, A 1401, m 1995; bold A 1585.
    assert Face(2048).width(" Am") == 651 + 1401 + 1995
    assert Face(2048, bold=True).width("A") == 1585
    assert Face(2048, italic=True).width("m") == 1995
    assert Face(100).width("治") == 100


def test_every_font_file_is_read_and_has_the_signs_the_figures_need() -> None:
    for path in fonts.FILES:
        assert set(map(ord, "+?−!~0τ²χ≤–—“”éß⁻⁶")) <= set(fonts.advance_widths(path))


@given(st.text(max_size=200), st.floats(15, 400), st.sampled_from(FACES))
def test_no_line_is_wider_than_asked_and_no_letter_is_lost(text: str, width: float, face: Face) -> None:
    block = wrap(text, width, face)
    assert all(face.width(line) <= width or len(line) == 1 for line in block.lines)
    assert _letters("".join(block.lines)) == _letters(text)
    assert all(block.lines)


def _letters(text: str) -> list[str]:
    """Letters as they are printed, without the spaces at which lines may break."""
    drawn = read(_one_line(text)).words
    return [c for c in drawn if not c.isspace()]


def _one_line(text: str) -> str:
    drawing = Drawing()
    drawing.text(0, 0, wrap(text, inf, Face(11)))
    return drawing.document(1, 1, "t", "d")


def test_lines_break_at_spaces_then_at_hyphens_then_between_letters() -> None:
    face = Face(10)
    assert wrap("one two three", face.width("one two"), face).lines == ("one two", "three")
    assert wrap("parent-infant", face.width("parent-"), face).lines == ("parent-", "infant")
    assert wrap("abcdef", face.width("abc"), face).lines == ("abc", "def")
    assert wrap("9.5 (−1.2 to 3.4)", face.width("9.5 (−1.2 to"), face).lines == ("9.5 (−1.2 to", "3.4)")


def test_no_break_spaces_hold_words_together() -> None:
    face = Face(10)
    assert wrap("Screened (n\u00a0=\u00a07)", face.width("Screened (n"), face).lines == (
        "Screened",
        "(n\u00a0=\u00a07)",
    )


def test_empty_text_has_no_lines() -> None:
    assert wrap(" \n\t ", 100, Face(10)).lines == ()
    assert wrap("", 100, Face(10)).height == 0


@given(st.text(max_size=100), st.text(max_size=100))
def test_any_text_gives_well_formed_xml(title: str, text: str) -> None:
    drawing = Drawing()
    with drawing.link(f"/list?of={text}", text):
        drawing.text(0, 0, wrap(text, 100, Face(11)), marked=text)
    root = ElementTree.fromstring(drawing.document(100, 100, title, text))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_markup_in_a_text_stays_text() -> None:
    assert "Smith &amp; &lt;script&gt;alert(1)&lt;/script&gt;" in _one_line("Smith & <script>alert(1)</script>")
    assert "onload" not in _attributes_of('x" onload="alert(1)')


def _attributes_of(href: str) -> set[str]:
    drawing = Drawing()
    with drawing.link(href, 'a "label"'):
        drawing.rect(0, 0, 1, 1)
    root = ElementTree.fromstring(drawing.document(1, 1, "t", "d"))
    return {name for element in root.iter() for name in element.attrib}


def test_nothing_needs_an_exception_from_a_content_security_policy() -> None:
    drawing = Drawing()
    drawing.text(0, 0, wrap("text", 100, Face(11)))
    drawing.arrow([(0, 0), (0, 9)])
    svg = drawing.document(9, 9, "t", "d")
    for word in ("<style", "style=", "<script", "class=", "marker"):
        assert word not in svg


def test_title_and_description_name_the_figure_and_figures_on_one_page_do_not_clash() -> None:
    def ids(title: str) -> list[str]:
        root = ElementTree.fromstring(Drawing().document(9, 9, title, "what is seen"))
        found = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
        assert root.attrib["aria-labelledby"].split() == found
        return found

    assert len(set(ids("Figure 1") + ids("Figure 2"))) == 4


def test_a_figure_with_links_is_no_image_to_a_screen_reader() -> None:
    assert read(Drawing().document(9, 9, "t", "d")).role == "img"
    assert read(Drawing().document(9, 9, "t", "d", interactive=True)).role == "group"


def test_numbers_are_short_and_finite() -> None:
    assert [number(value) for value in (1, 1.5, 1.239, -0.001, 100)] == ["1", "1.5", "1.24", "0", "100"]
    with pytest.raises(ValueError, match="finite number, not inf"):
        number(inf)


def test_an_arrow_ends_in_a_solid_head_at_its_last_point() -> None:
    drawing = Drawing()
    drawing.arrow([(10, 0), (10, 50), (90, 50)], size=6)
    figure = read(drawing.document(100, 100, "t", "d"))
    head = next(stroke for stroke in figure.strokes if stroke.what == "polygon")
    assert (head.left, head.right, head.top, head.bottom) == (84, 90, 47, 53)
