"""How does SVG text become a PNG or a PDF?

Both use the three font files of `analysis.plots.fonts` and nothing of the machine's own fonts, so the same
SVG gives the same picture everywhere.
"""

import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime
from io import BytesIO

from analysis.plots import fonts

PIXELS_PER_INCH = 96
POINTS_PER_PIXEL = 0.75
A4 = (595.28, 841.89)  # points
MARGIN = 28.35  # points: 10 mm
SVG = "{http://www.w3.org/2000/svg}"

# A fixed date keeps the bytes of a figure the same whenever it is made.
_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)


def svg_to_png(svg: str, *, dpi: int = 300) -> bytes:
    """The figure as PNG bytes; at 96 dpi one pixel for each SVG pixel."""
    import resvg_py

    image = resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=dpi / PIXELS_PER_INCH,
        skip_system_fonts=True,
        font_files=[str(path) for path in fonts.FILES],
        font_family="DejaVu Sans",
        sans_serif_family="DejaVu Sans",
    )
    return bytes(image)


def svg_to_pdf(*svgs: str, a4: bool = False) -> bytes:
    """The figures as one PDF, a page each; text stays text and its fonts are embedded.

    A page has the figure's own size. With `a4` it is an A4 sheet, upright or lying, whichever shows the figure
    larger; a figure too large for the sheet is made smaller, none is made larger.
    """
    from fpdf import FPDF

    if not svgs:
        raise ValueError("svg_to_pdf needs at least one figure")
    pdf = FPDF(unit="pt")
    pdf.set_auto_page_break(False)
    pdf.set_creation_date(_UNDATED)
    for style, path in zip(("", "B", "I"), fonts.FILES, strict=True):
        pdf.add_font("DejaVu Sans", style, path)
    for i, svg in enumerate(svgs):
        root = ElementTree.fromstring(svg)  # our own text, never a user's file
        title = root.findtext(f"{SVG}title") or ""
        width, height = (float(root.attrib[side]) * POINTS_PER_PIXEL for side in ("width", "height"))
        if i == 0:
            pdf.set_title(title)
        page, scale = _sheet(width, height) if a4 else ((width, height), 1.0)
        pdf.add_page(format=page)
        pdf.image(
            BytesIO(_printable(root)),
            x=(page[0] - width * scale) / 2,
            y=MARGIN if a4 else 0,
            w=width * scale,
            h=height * scale,
            alt_text=title,
        )
    return bytes(pdf.output())


def _printable(root: ElementTree.Element) -> bytes:
    """The figure in the words fpdf2 knows: one font family, no links, no title and description."""
    root.set("font-family", "DejaVu Sans")
    for element in root.findall(f"{SVG}title") + root.findall(f"{SVG}desc"):
        root.remove(element)
    for link in root.iter(f"{SVG}a"):
        link.tag = f"{SVG}g"
        link.attrib.clear()
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _sheet(width: float, height: float) -> tuple[tuple[float, float], float]:
    """The A4 sheet that shows the figure larger, and the scale on it."""
    fits = []
    for page in (A4, A4[::-1]):
        scale = min((page[0] - 2 * MARGIN) / width, (page[1] - 2 * MARGIN) / height, 1.0)
        fits.append((page, scale))
    return max(fits, key=lambda fit: fit[1])
