"""How does SVG text become a PNG or a PDF?

Both use the three font files of `analysis.plots.fonts`, so the same SVG gives the same picture everywhere; only letters that
these lack, such as Chinese ones, are taken from fonts of the machine.
"""

import struct
import xml.etree.ElementTree as ElementTree
import zlib
from datetime import UTC, datetime
from io import BytesIO
from itertools import groupby
from pathlib import Path

from analysis.plots import fonts
from analysis.plots.direction import as_seen
from analysis.plots.fonts.installed import coverage, fonts_for, lacking

Size = tuple[float, float]

PIXELS_PER_INCH = 96
POINTS_PER_PIXEL = 0.75
METRES_PER_INCH = 0.0254
FIRST_CHUNK_ENDS = 33  # bytes of a PNG: its signature of 8, and the chunk IHDR with length, name, content and checksum
A4: Size = (595.28, 841.89)  # points
MARGIN = 28.35  # points: 10 mm
SVG = "{http://www.w3.org/2000/svg}"

# A fixed date keeps the bytes of a figure the same whenever it is made.
_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)


def svg_to_png(svg: str, *, dpi: int = 300) -> bytes:
    """The figure as PNG bytes, which say how large it is in print; at 96 dpi one pixel for each SVG pixel."""
    import resvg_py

    image = resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=dpi / PIXELS_PER_INCH,
        skip_system_fonts=True,
        font_files=[str(path) for path in (*fonts.FILES, *fonts_for(lacking(svg)))],
        font_family="DejaVu Sans",
        sans_serif_family="DejaVu Sans",
    )
    return with_resolution(bytes(image), dpi)


def with_resolution(png: bytes, dpi: int) -> bytes:
    """The same picture with its resolution written into it, or word processors and journals take it for one of 72 or 96 dpi.

    A chunk of its own (pHYs; PNG specification, 11.3.4.3) behind the first one, which has the picture's size.
    """
    per_metre = round(dpi / METRES_PER_INCH)
    chunk = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    told = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return png[:FIRST_CHUNK_ENDS] + told + png[FIRST_CHUNK_ENDS:]


def svg_to_pdf(*svgs: str, a4: bool = False) -> bytes:
    """The figures as one PDF, a page each; text stays text and its fonts are embedded.

    A page has its figure's own size. With `a4` all are A4 sheets at one scale, upright or lying, whichever shows the
    figures larger; figures too large for the sheet are made smaller, none is made larger.
    """
    from fpdf import FPDF

    if not svgs:
        raise ValueError("svg_to_pdf needs at least one figure")
    roots = [ElementTree.fromstring(svg) for svg in svgs]  # our own text, never a user's file
    sizes = [_size(root) for root in roots]
    sheet, scale = _sheet(sizes) if a4 else (None, 1.0)
    pdf = FPDF(unit="pt")
    pdf.set_auto_page_break(False)
    pdf.set_creation_date(_UNDATED)
    pdf.set_title(_title(roots[0]))
    for style, path in zip(("", "B", "I"), fonts.FILES, strict=True):
        pdf.add_font("DejaVu Sans", style, path)
    others = {f"Other{n}": path for n, path in enumerate(fonts_for(lacking(*svgs)))}
    for family, path in others.items():
        for style in ("", "B", "I"):
            pdf.add_font(family, style, path)
    for root, (width, height) in zip(roots, sizes, strict=True):
        page = sheet or (width, height)
        left, top = ((page[0] - width * scale) / 2, MARGIN) if sheet else (0, 0)
        title = _title(root)
        pdf.add_page(format=page)
        pdf.image(BytesIO(_printable(root, others)), x=left, y=top, w=width * scale, h=height * scale, alt_text=title)
    return bytes(pdf.output())


def _title(root: ElementTree.Element) -> str:
    return root.findtext(f"{SVG}title") or ""


def _size(root: ElementTree.Element) -> Size:
    """Width and height in points."""
    return float(root.attrib["width"]) * POINTS_PER_PIXEL, float(root.attrib["height"]) * POINTS_PER_PIXEL


def _sheet(sizes: list[Size]) -> tuple[Size, float]:
    """The A4 sheet that shows all figures larger, and the scale on it."""
    width, height = (max(sides) for sides in zip(*sizes, strict=True))
    fits = []
    for sheet in (A4, A4[::-1]):
        scale = min((sheet[0] - 2 * MARGIN) / width, (sheet[1] - 2 * MARGIN) / height, 1.0)
        fits.append((sheet, scale))
    return max(fits, key=lambda fit: fit[1])


def _printable(root: ElementTree.Element, others: dict[str, Path]) -> bytes:
    """The figure in the words fpdf2 knows: one font family, no links, no titles and description, each letter where it is seen.

    others: fonts by the family under which letters are printed that DejaVu Sans lacks.
    """
    root.set("font-family", "DejaVu Sans")
    for parent in list(root.iter()):
        for element in parent.findall(f"{SVG}title") + parent.findall(f"{SVG}desc"):
            parent.remove(element)
    for text in (*root.iter(f"{SVG}text"), *root.iter(f"{SVG}tspan")):
        text.text = as_seen(text.text) if text.text else text.text
    if others:
        for text in root.iter(f"{SVG}text"):
            _in_families(text, others)
    for link in root.iter(f"{SVG}a"):
        link.tag = f"{SVG}g"
        link.attrib.clear()
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _in_families(text: ElementTree.Element, others: dict[str, Path]) -> None:
    """Put what another family prints into a tspan of its own, beside those that are there: fpdf2 knows no tspan in a tspan."""
    runs = [(text.text or "", {}), *((span.text or "", dict(span.attrib)) for span in text)]
    known = {family: coverage(path) for family, path in others.items()}
    missing = lacking(*(content for content, _ in runs))
    if not missing:
        return

    def family_of(letter: str) -> str:
        return next((name for name, codes in known.items() if letter in missing and ord(letter) in codes), "")

    for span in list(text):
        text.remove(span)
    text.text = None
    for content, look in runs:
        for family, letters in groupby(content, key=family_of):
            span = ElementTree.SubElement(text, f"{SVG}tspan", look | ({"font-family": family} if family else {}))
            span.text = "".join(letters)
