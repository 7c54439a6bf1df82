"""How wide is a text? Advance widths read from the DejaVu Sans files beside this module.

Every figure is measured, rasterised (PNG) and printed (PDF) with the same three files, so a picture is the
same on every machine. Formats read: TrueType `hhea`, `hmtx` and `cmap` (format 4), after the OpenType
specification 1.9. Kerning is left out: in these fonts it only brings letters nearer, so a measured width is
never too small.
"""

import struct
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
REGULAR = FOLDER / "DejaVuSans.ttf"
BOLD = FOLDER / "DejaVuSans-Bold.ttf"
ITALIC = FOLDER / "DejaVuSans-Oblique.ttf"
FILES = (REGULAR, BOLD, ITALIC)

# Parts of the font size; the same in the three files (hhea.ascent 1901, hhea.descent -483, 2048 units).
ASCENT = 1901 / 2048
DESCENT = 483 / 2048

# A character the fonts lack (Chinese, for one) is drawn from another font or as a box: at most one em wide.
UNKNOWN_WIDTH = 1.0


@cache
def advance_widths(font: Path) -> dict[int, float]:
    """Width of each code point of a TrueType file, in parts of the font size."""
    data = font.read_bytes()
    tables = _tables(data)
    units = struct.unpack_from(">H", data, tables["head"] + 18)[0]
    metrics = struct.unpack_from(">H", data, tables["hhea"] + 34)[0]
    advances = struct.unpack_from(f">{metrics * 2}H", data, tables["hmtx"])[::2]
    return {code: advances[min(glyph, metrics - 1)] / units for code, glyph in _glyphs(data, tables["cmap"]).items()}


def _tables(data: bytes) -> dict[str, int]:
    """Where each table of the file starts."""
    count = struct.unpack_from(">H", data, 4)[0]
    records = (struct.unpack_from(">4sIII", data, 12 + 16 * i) for i in range(count))
    return {tag.decode("ascii"): offset for tag, _, offset, _ in records}


def _glyphs(data: bytes, cmap: int) -> dict[int, int]:
    """Code point to glyph, from the format 4 table (the Basic Multilingual Plane)."""
    count = struct.unpack_from(">H", data, cmap + 2)[0]
    offsets = (struct.unpack_from(">HHI", data, cmap + 4 + 8 * i)[2] for i in range(count))
    start = next(cmap + offset for offset in offsets if data[cmap + offset : cmap + offset + 2] == b"\x00\x04")
    segments = struct.unpack_from(">H", data, start + 6)[0] // 2
    ends = struct.unpack_from(f">{segments}H", data, start + 14)
    starts = struct.unpack_from(f">{segments}H", data, start + 16 + 2 * segments)
    deltas = struct.unpack_from(f">{segments}H", data, start + 16 + 4 * segments)
    ranges_at = start + 16 + 6 * segments
    ranges = struct.unpack_from(f">{segments}H", data, ranges_at)
    glyphs: dict[int, int] = {}
    for i in range(segments):
        for code in range(starts[i], ends[i] + 1):
            glyph = code
            if ranges[i]:
                glyph = struct.unpack_from(">H", data, ranges_at + 2 * i + ranges[i] + 2 * (code - starts[i]))[0]
                if not glyph:
                    continue
            glyphs[code] = (glyph + deltas[i]) & 0xFFFF
    return {code: glyph for code, glyph in glyphs.items() if glyph}
