"""PNG and PDF show the same figure on every machine: right size, ink where it was measured, text that stays text."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from pypdf import PdfReader

from analysis.flow.counts import count
from analysis.flow.diagram import diagram
from analysis.plots.figure import Plot, file, svg
from analysis.plots.forest import forest, forest_pages
from analysis.plots.render import svg_to_pdf, svg_to_png
from analysis.plots.svg import Drawing, Face, wrap
from tests.analysis.flow.reviews import small
from tests.analysis.plots.examples import examples
from tests.analysis.plots.figures import attachment, many
from tests.analysis.plots.shapes import read

pytestmark = pytest.mark.pure


def _image(svg: str, dpi: int = 96) -> Image.Image:
    return Image.open(BytesIO(svg_to_png(svg, dpi=dpi))).convert("L")


@pytest.mark.parametrize("dpi", [96, 300])
def test_a_png_has_the_figures_size_says_its_resolution_and_has_something_on_white(dpi: int) -> None:
    svg = forest(attachment())
    assert Image.open(BytesIO(svg_to_png(svg, dpi=dpi))).info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)
    image, canvas = _image(svg, dpi), read(svg).canvas
    assert image.width == pytest.approx(canvas.right * dpi / 96, abs=1)
    assert image.height == pytest.approx(canvas.bottom * dpi / 96, abs=1)
    assert image.getpixel((0, 0)) == image.getpixel((image.width - 1, image.height - 1)) == 255
    dark = sum(image.histogram()[:128])
    assert 0.01 < dark / (image.width * image.height) < 0.2


@pytest.mark.parametrize("face", [Face(20), Face(20, bold=True), Face(20, italic=True)])
@pytest.mark.parametrize(
    "text", ["WAVE To Ty AV", "fi fl ffi Øresund", "8.93 [1.25, 63.70]", "Ωμέγα τ² – ‘x’", "jgpqy ÅÉ"]
)
def test_ink_stays_within_the_box_that_was_measured(text: str, face: Face) -> None:
    drawing = Drawing()
    drawing.text(100, 30, wrap(text, 1000, face))
    svg = drawing.document(600, 90, "t", "d")
    (box,) = read(svg).texts
    ink = _image(svg, dpi=96 * 4).point(lambda level: 255 if level < 128 else 0).getbbox()
    assert ink is not None
    left, top, right, bottom = (pixel / 4 for pixel in ink)
    # A j, or a slanted letter, leans out by up to an eighth of its size: less than any gap between two texts.
    assert left > box.left - face.size / 8
    assert right < box.right + face.size / 8
    assert top > box.top
    assert bottom < box.bottom
    # and the measure is not simply far too wide
    assert right - left > 0.9 * (box.right - box.left)


def test_turned_text_has_its_ink_in_its_box_too() -> None:
    drawing = Drawing()
    drawing.upright_text(50, 100, "Identification", Face(20, bold=True))
    svg = drawing.document(100, 200, "t", "d")
    (box,) = read(svg).texts
    ink = _image(svg).point(lambda level: 255 if level < 128 else 0).getbbox()
    assert ink is not None
    assert box.left <= ink[0] < ink[2] <= box.right
    assert box.top - 1 <= ink[1] < ink[3] <= box.bottom + 1


PICTURES = {type(plot).__name__.lower(): svg(plot) for plot in examples()} | {"flowdiagram": diagram(count(small()))}


@pytest.mark.parametrize("name", PICTURES)
def test_a_png_is_the_same_each_time_and_like_the_picture_that_is_kept(name: str) -> None:
    """If a change of looks is wanted, look at the new picture and write it over the one kept in `pictures`."""
    drawn = PICTURES[name]
    assert svg_to_png(drawn) == svg_to_png(drawn)
    kept = Image.open(Path(__file__).with_name("pictures") / f"{name}.png").convert("L")
    made = _image(drawn)
    assert made.size == kept.size
    differing = sum(ImageChops.difference(made, kept).histogram()[48:])
    assert differing < made.width * made.height / 1000


def embedded(pdf: bytes) -> list[str]:
    """The names of a PDF's fonts; fails where one is not in it."""
    found = []
    for page in PdfReader(BytesIO(pdf)).pages:
        for font in (each.get_object() for each in page["/Resources"]["/Font"].values()):
            descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert "/FontFile2" in descriptor, font["/BaseFont"]
            found.append(font["/BaseFont"])
    return found


@pytest.mark.parametrize("plot", examples(), ids=lambda plot: type(plot).__name__.lower())
def test_the_fonts_of_every_kind_of_figure_are_in_its_pdf(plot: Plot) -> None:
    plot = replace(plot, title="Παπαδοπούλου, Дмитриев, דורון and العلاج 2011")
    names = embedded(file(plot, "pdf"))
    assert names
    assert all("+DejaVuSans" in name for name in names)


def test_the_fonts_of_the_flow_diagram_are_in_its_pdf() -> None:
    assert all("+DejaVuSans" in name for name in embedded(svg_to_pdf(PICTURES["flowdiagram"], a4=True)))


def test_a_pdf_has_selectable_text_and_embedded_fonts() -> None:
    pdf = PdfReader(BytesIO(svg_to_pdf(forest(attachment()))))
    text = pdf.pages[0].extract_text()
    for words in ("Orme 1999", "8.93 [1.25, 63.70]", "Tau² = 1.55; Chi² = 3.93", "Favours control"):
        assert words in text


def test_a_pdf_page_has_the_figures_size() -> None:
    svg = forest(attachment())
    page = PdfReader(BytesIO(svg_to_pdf(svg))).pages[0]
    canvas = read(svg).canvas
    assert float(page.mediabox.width) == pytest.approx(canvas.right * 0.75, abs=0.01)
    assert float(page.mediabox.height) == pytest.approx(canvas.bottom * 0.75, abs=0.01)


def test_figures_become_the_pages_of_one_pdf() -> None:
    pages = forest_pages(many(60))
    pdf = PdfReader(BytesIO(svg_to_pdf(*pages, a4=True)))
    assert len(pdf.pages) == len(pages) == 2
    assert pdf.pages[0].mediabox == pdf.pages[1].mediabox
    assert "Study 0" in pdf.pages[0].extract_text()
    assert "Study 59" in pdf.pages[1].extract_text()
    assert pdf.metadata is not None
    assert pdf.metadata.title == "1.1 Secure attachment (page 1 of 2)"


@pytest.mark.parametrize(("width", "height", "upright"), [(600, 900, True), (1200, 700, False), (300, 5000, True)])
def test_on_a4_the_sheet_is_turned_so_that_the_figure_is_largest(width: int, height: int, upright: bool) -> None:
    drawing = Drawing()
    drawing.text(width, height - 20, wrap("corner", 100, Face(11)), "end")
    page = PdfReader(BytesIO(svg_to_pdf(drawing.document(width, height, "t", "d"), a4=True))).pages[0]
    sides = (round(float(page.mediabox.width)), round(float(page.mediabox.height)))
    assert sides == ((595, 842) if upright else (842, 595))
    places: list[tuple[float, float]] = []
    page.extract_text(visitor_text=lambda text, cm, tm, *_: places.append((cm[4], cm[5])) if text.strip() else None)
    assert all(0 < x < sides[0] and 0 < y < sides[1] for x, y in places)


def test_the_same_figure_gives_the_same_pdf() -> None:
    assert svg_to_pdf(forest(attachment())) == svg_to_pdf(forest(attachment()))


def test_links_do_not_hinder_a_pdf() -> None:
    drawing = Drawing()
    with drawing.link("/list", "open"):
        drawing.text(5, 5, wrap("Screened (n = 7)", 200, Face(11)), marked="(n = 7)")
    svg = drawing.document(200, 40, "t", "d", interactive=True)
    assert PdfReader(BytesIO(svg_to_pdf(svg))).pages[0].extract_text() == "Screened (n = 7)"


def test_no_figure_is_no_pdf() -> None:
    with pytest.raises(ValueError, match="at least one figure"):
        svg_to_pdf()
