"""How is a figure written as SVG text?

A small writer: shapes and measured text in, one deterministic string out (the same drawing gives the same
bytes). Lengths are CSS pixels, y grows downwards. Only presentation attributes are used, no <style> and no
style="", so a page with a strict content security policy may show the text inline; arrow heads are polygons
because PDF writers drop <marker>. Every figure has <title> and <desc> and lies on a white ground.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from math import ceil, isfinite
from pathlib import Path
from unicodedata import category, combining

from analysis.plots import fonts

# DejaVu Sans is shipped; Verdana has the same widths, and every other sans-serif of note is narrower.
FAMILY = "DejaVu Sans, Verdana, sans-serif"
INK = "#000000"
LINK = "#0b4f9e"

JOINER = "\u200d"  # zero width, between the parts of one sign
_SPACES = re.compile(r"[ \t\r\n\f\v\x1c-\x1f\x85\u2028\u2029]+")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A long word may be parted after one of these when it joins two pieces of text.
_JOINT = re.compile(r"(?<=\w[-/_.,;:–—])(?=[^\W\d])")


@dataclass(frozen=True, slots=True)
class Face:
    """One size and cut of DejaVu Sans; size in pixels."""

    size: float = 11.0
    bold: bool = False
    italic: bool = False

    @property
    def line(self) -> float:
        """Distance between two baselines, in pixels; a line's ink never reaches the next line's."""
        return self.size * 1.2

    @property
    def ascent(self) -> float:
        """From the top of a line to its baseline, in pixels."""
        return self.size * fonts.ASCENT

    def width(self, text: str) -> float:
        """Width of the text on one line, in pixels."""
        widths = fonts.advance_widths(self._file())
        return self.size * sum(widths.get(ord(c), fonts.UNKNOWN_WIDTH) for c in text)

    def _file(self) -> Path:
        if self.bold:
            return fonts.BOLD
        return fonts.ITALIC if self.italic else fonts.REGULAR


@dataclass(frozen=True, slots=True)
class Block:
    """Text that was broken into lines."""

    lines: tuple[str, ...]
    face: Face

    @property
    def width(self) -> float:
        return max((self.face.width(line) for line in self.lines), default=0.0)

    @property
    def height(self) -> float:
        return len(self.lines) * self.face.line

    def parted(self) -> tuple["Block", "Block"]:
        """The first line, and the others."""
        return Block(self.lines[:1], self.face), Block(self.lines[1:], self.face)


def wrap(text: str, width: float, face: Face) -> Block:
    """Break the text into lines no wider than `width` pixels.

    Breaks at spaces; a word wider than a line at hyphens and slashes, and if need be between letters.
    """
    lines: list[str] = []
    line = ""
    for word in _SPACES.split(printable(text).strip()):
        for piece in _pieces(word, width, face):
            joined = f"{line} {piece.text}" if line and piece.spaced else line + piece.text
            if line and face.width(joined) > width:
                lines.append(line)
                joined = piece.text
            line = joined
    return Block((*lines, line), face) if line else Block(tuple(lines), face)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    spaced: bool  # a space comes before it


def _pieces(word: str, width: float, face: Face) -> Iterator[_Piece]:
    if face.width(word) <= width:
        yield _Piece(word, spaced=True)
        return
    spaced = True
    for part in _JOINT.split(word):
        for piece in _cut(part, width, face):
            yield _Piece(piece, spaced)
            spaced = False


def _cut(part: str, width: float, face: Face) -> Iterator[str]:
    """Pieces of an unbreakable text, each as long as fits (at least one letter)."""
    piece = ""
    whole = _letters(part)
    for letter in (c for each in whole for c in ([each] if face.width(each) <= width else each)):
        if piece and face.width(piece + letter) > width:
            yield piece
            piece = ""
        piece += letter
    if piece:
        yield piece


def _letters(text: str) -> Iterator[str]:
    """Each letter with the marks that stand on it or are joined to it, which no line may begin with."""
    letter = ""
    for c in text:
        if letter and not (combining(c) or category(c) in ("Mn", "Me", "Cf") or letter.endswith(JOINER)):
            yield letter
            letter = ""
        letter += c
    if letter:
        yield letter


def longest_word(text: str, face: Face) -> float:
    """Width in pixels of the widest word."""
    return max(face.width(word) for word in _SPACES.split(text))


def number(value: float) -> str:
    """A coordinate: two decimals at most, no trailing zeros, never '-0'."""
    if not isfinite(value):
        raise ValueError(f"a coordinate must be a finite number, not {value}")
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def printable(text: str) -> str:
    """Text as XML allows it: a character XML has no room for becomes the replacement sign."""
    return _NOT_XML.sub("\ufffd", text)


def _clean(text: str) -> str:
    return escape(printable(text), quote=True)


def _attributes(values: Mapping[str, object]) -> str:
    written = []
    for name, value in values.items():
        if value is None:
            continue
        text = number(value) if isinstance(value, int | float) else _clean(str(value))
        written.append(f' {name.replace("_", "-")}="{text}"')
    return "".join(written)


@dataclass(slots=True)
class Drawing:
    """The shapes of one figure, in the order they are painted.

    Further attributes are given with underscores (`stroke_width=2` becomes `stroke-width="2"`); None is left out.
    """

    _parts: list[str] = field(default_factory=list)

    def rect(self, x: float, y: float, width: float, height: float, **attributes: object) -> None:
        self._add("rect", x=x, y=y, width=width, height=height, **attributes)

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str = INK, **attributes: object) -> None:
        self._add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, **attributes)

    def circle(self, cx: float, cy: float, r: float, **attributes: object) -> None:
        self._add("circle", cx=cx, cy=cy, r=r, **attributes)

    def polygon(self, points: Sequence[tuple[float, float]], **attributes: object) -> None:
        self._add("polygon", points=" ".join(f"{number(x)},{number(y)}" for x, y in points), **attributes)

    def path(self, points: Sequence[tuple[float, float]], stroke: str = INK, **attributes: object) -> None:
        """An open line through the points."""
        joined = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        self._add("polyline", points=joined, fill="none", stroke=stroke, **attributes)

    def arrow(self, points: Sequence[tuple[float, float]], size: float = 6.0) -> None:
        """A line through the points with a solid head at the last one. Segments run along the axes."""
        (x0, y0), (x1, y1) = points[-2:]
        length = max(abs(x1 - x0), abs(y1 - y0)) or 1.0
        along = ((x1 - x0) / length, (y1 - y0) / length)
        neck = (x1 - along[0] * size, y1 - along[1] * size)
        self.path([*points[:-1], neck])
        across = (-along[1] * size / 2, along[0] * size / 2)
        left, right = (neck[0] + across[0], neck[1] + across[1]), (neck[0] - across[0], neck[1] - across[1])
        self.polygon([(x1, y1), left, right], fill=INK)

    def text(
        self,
        x: float,
        top: float,
        block: Block,
        anchor: str = "start",
        fill: str = INK,
        *,
        marked: str = "",
    ) -> None:
        """Lines of text from `top` downwards; `x` is their left edge, middle or right edge by `anchor`.

        If the text ends with `marked`, that end looks like a link.
        """
        for i, line in enumerate(block.lines):
            y = top + i * block.face.line + block.face.ascent
            end = marked if i == len(block.lines) - 1 and line.endswith(marked) else ""
            self._line(x, y, line, block.face, anchor, fill, {}, end)

    def upright_text(self, x: float, y: float, text: str, face: Face, fill: str = INK) -> None:
        """One line read from bottom to top, centred on the point."""
        baseline = x + face.size * (fonts.ASCENT - fonts.DESCENT) / 2
        turn = {"transform": f"rotate(-90 {number(baseline)} {number(y)})"}
        self._line(baseline, y, text, face, "middle", fill, turn)

    @contextmanager
    def link(self, href: str | None, label: str) -> Iterator[None]:
        """What is drawn inside opens `href`; `label` is what a screen reader says. No address, no link."""
        if href is None:
            yield
            return
        self._parts.append(f"<a{_attributes({'href': href, 'aria_label': label})}>")
        yield
        self._parts.append("</a>")

    @contextmanager
    def named(self, name: str) -> Iterator[None]:
        """What is drawn inside has a name, which browsers show while the pointer rests on it."""
        self._parts.append(f"<g><title>{_clean(name)}</title>")
        yield
        self._parts.append("</g>")

    def document(self, width: float, height: float, title: str, description: str, *, interactive: bool = False) -> str:
        """The whole SVG text, in whole pixels, so that no program rounds the last of them away.

        A picture is one image to a screen reader (role="img"). An interactive one holds links, which that role
        would hide, so it is a group with the same name and description.
        """
        width, height = ceil(width), ceil(height)
        name = hashlib.sha256(f"{title}\0{description}".encode("utf-8", "replace")).hexdigest()[:10]
        head = _attributes(
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "width": width,
                "height": height,
                "viewBox": f"0 0 {number(width)} {number(height)}",
                "role": "group" if interactive else "img",
                "aria_labelledby": f"title-{name} desc-{name}",
                "font_family": FAMILY,
            }
        )
        return "\n".join(
            [
                f"<svg{head}>",
                f'<title id="title-{name}">{_clean(title)}</title>',
                f'<desc id="desc-{name}">{_clean(description)}</desc>',
                f'<rect x="0" y="0" width="{number(width)}" height="{number(height)}" fill="#ffffff"/>',
                *self._parts,
                "</svg>",
                "",
            ]
        )

    def _add(self, tag: str, **attributes: object) -> None:
        self._parts.append(f"<{tag}{_attributes(attributes)}/>")

    def _line(
        self,
        x: float,
        y: float,
        line: str,
        face: Face,
        anchor: str,
        fill: str,
        more: Mapping[str, object],
        end: str = "",
    ) -> None:
        attributes = _attributes(
            {
                "x": x,
                "y": y,
                "font_size": face.size,
                "font_weight": "bold" if face.bold else None,
                "font_style": "italic" if face.italic else None,
                "text_anchor": None if anchor == "start" else anchor,
                "fill": None if fill == INK else fill,
                **more,
            }
        )
        content = _clean(line)
        if end:
            look = _attributes({"fill": LINK, "text_decoration": "underline"})
            content = f"{_clean(line.removesuffix(end))}<tspan{look}>{_clean(end)}</tspan>"
        self._parts.append(f"<text{attributes}>{content}</text>")
