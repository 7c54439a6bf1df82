"""Are names in every script drawn: with the fonts that are shipped, with one of the machine, or is said that they cannot be?"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont
from PIL import Image
from pypdf import PdfReader

from analysis.plots import fonts
from analysis.plots.fonts import installed
from analysis.plots.render import svg_to_pdf, svg_to_png
from analysis.plots.svg import Drawing, Face, wrap

pytestmark = pytest.mark.pure

OURS = ("Παπαδόπουλος", "Достоевский", "محفوظ", "יהושע", "Đặng Ångström Łoś Çelik")
NAME = "Li 李王 2004"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose font folder is empty."""
    monkeypatch.setattr(installed, "FOLDERS", (tmp_path,))
    installed.fonts_for.cache_clear()
    installed.coverage.cache_clear()
    yield tmp_path
    installed.fonts_for.cache_clear()
    installed.coverage.cache_clear()


def font_with(folder: Path, letters: str) -> Path:
    """A font in which these letters look like an M, and there is nothing else."""
    font = TTFont(fonts.REGULAR)
    small = Subsetter()
    small.populate(text="M")
    small.subset(font)
    for table in font["cmap"].tables:
        table.cmap = {ord(letter): "M" for letter in letters}
    path = folder / "NotoSansCJK-Regular.ttf"
    font.save(path)
    return path


def drawn(text: str) -> str:
    drawing = Drawing()
    drawing.text(20, 40, wrap(text, 1000, Face(20)))
    return drawing.document(400, 80, "A figure", "A description")


def ink(text: str) -> tuple[int, int, int, int] | None:
    image = Image.open(BytesIO(svg_to_png(drawn(text), dpi=96))).convert("L")
    return image.point(lambda level: 255 if level < 128 else 0).getbbox()


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("font", [fonts.REGULAR, fonts.BOLD], ids=lambda path: path.stem)
def test_greek_cyrillic_arabic_and_hebrew_names_are_in_the_fonts_that_are_shipped(name: str, font: Path) -> None:
    missing = [letter for letter in name if ord(letter) not in fonts.advance_widths(font) and letter != " "]
    assert missing == []
    assert installed.lacking(name) == frozenset()


def test_a_font_of_the_machine_prints_what_ours_lack(machine: Path) -> None:
    path = font_with(machine, "李王")
    assert installed.fonts_for(installed.lacking(NAME)) == (path,)
    assert installed.undrawable(NAME) == ""
    assert ink("李王") == ink("MM")
    pdf = PdfReader(BytesIO(svg_to_pdf(drawn(NAME), drawn("Smith 2001"))))
    assert " ".join(pdf.pages[0].extract_text().split()) == NAME
    used = [font.get_object() for font in pdf.pages[0]["/Resources"]["/Font"].values()]
    inside = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in used]
    assert len(inside) > 1
    assert all("/FontFile2" in each for each in inside)


def test_without_such_a_font_the_letters_are_named(machine: Path) -> None:
    (machine / "broken.ttf").write_bytes(b"no font")
    assert installed.undrawable(NAME, "Smith") == "李王"
    assert installed.undrawable("Smith 2001", *OURS) == ""
    assert svg_to_pdf(drawn(NAME)).startswith(b"%PDF")
