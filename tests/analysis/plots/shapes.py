"""Where does everything in a figure lie? Reads the SVG text back, independently of what drew it.

A text's box is its measured width and its line's full height; `test_render.py` shows that ink stays within it.
"""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from analysis.plots import fonts
from analysis.plots.bubble import BAND
from analysis.plots.funnel import SHADES
from analysis.plots.svg import Face

SVG = "{http://www.w3.org/2000/svg}"
# Two decimals are written, so shapes may be off by that much.
SLACK = 0.05
# Fills of regions on which text may stand and points may lie.
GROUNDS = {BAND, *SHADES}


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float
    what: str

    def overlaps(self, other: "Box", slack: float = SLACK) -> bool:
        return (
            self.left < other.right - slack
            and other.left < self.right - slack
            and self.top < other.bottom - slack
            and other.top < self.bottom - slack
        )

    def inside(self, other: "Box", slack: float = SLACK) -> bool:
        return (
            self.left >= other.left - slack
            and self.right <= other.right + slack
            and self.top >= other.top - slack
            and self.bottom <= other.bottom + slack
        )


@dataclass(frozen=True)
class Figure:
    canvas: Box
    title: str
    description: str
    role: str
    texts: list[Box]
    areas: list[Box]  # rectangles and circles, which may hold text; without the white ground
    grounds: list[Box]  # shaded regions
    strokes: list[Box]  # lines, one box for each straight piece, and polygons
    links: dict[str, str]  # address -> what is written in the link

    @property
    def words(self) -> str:
        return " ".join(text.what for text in self.texts)


def read(svg: str) -> Figure:
    root = ElementTree.fromstring(svg)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert root.attrib["viewBox"] == f"0 0 {root.attrib['width']} {root.attrib['height']}"
    shapes = [(element.tag.removeprefix(SVG), element) for element in root.iter()]
    ground, *areas = [box for name, element in shapes for box in _area(name, element)]
    assert ground == Box(0, 0, width, height, "rect"), "the first shape must be the white ground"
    return Figure(
        canvas=Box(0, 0, width, height, "canvas"),
        title=root.findtext(f"{SVG}title") or "",
        description=root.findtext(f"{SVG}desc") or "",
        role=root.attrib["role"],
        texts=[_text(element) for name, element in shapes if name == "text"],
        areas=areas,
        grounds=[box for name, element in shapes for box in _ground(name, element)],
        strokes=[box for name, element in shapes for box in _stroke(name, element)],
        links={e.attrib["href"]: " ".join("".join(t.itertext()) for t in e) for n, e in shapes if n == "a"},
    )


def flaws(figure: Figure) -> list[str]:
    """What a reader would see as a fault: text cut, text on text, text across an edge or a line."""
    found = [f"leaves the canvas: {box}" for box in _all(figure) if not box.inside(figure.canvas)]
    found += [f"text on text: {a} {b}" for a, b in _overlapping(figure.texts)]
    for text in figure.texts:
        found += [f"text across an edge: {text} {a}" for a in figure.areas if text.overlaps(a) and not text.inside(a)]
        found += [f"text across a line: {text} {s}" for s in figure.strokes if text.overlaps(s)]
    return found


def _all(figure: Figure) -> list[Box]:
    return [*figure.texts, *figure.areas, *figure.grounds, *figure.strokes]


def _overlapping(boxes: list[Box]) -> Iterator[tuple[Box, Box]]:
    """Pairs that overlap; sorted from above, so that only near ones are compared."""
    ordered = sorted(boxes, key=lambda box: box.top)
    for i, box in enumerate(ordered):
        for other in ordered[i + 1 :]:
            if other.top >= box.bottom:
                break
            if box.overlaps(other):
                yield box, other


def _text(element: ElementTree.Element) -> Box:
    words = "".join(element.itertext())
    face = Face(
        float(element.attrib["font-size"]),
        bold=element.attrib.get("font-weight") == "bold",
        italic=element.attrib.get("font-style") == "italic",
    )
    x, y, width = float(element.attrib["x"]), float(element.attrib["y"]), face.width(words)
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[element.attrib.get("text-anchor", "start")]
    above, below = face.size * fonts.ASCENT, face.size * fonts.DESCENT
    turn = element.attrib.get("transform")
    if turn is None:
        return Box(left, y - above, left + width, y + below, words)
    assert turn == f"rotate(-90 {element.attrib['x']} {element.attrib['y']})"
    return Box(x - above, y - (left + width - x), x + below, y - (left - x), words)


def _area(name: str, element: ElementTree.Element) -> Iterator[Box]:
    if name == "rect":
        x, y, width, height = (float(element.attrib[key]) for key in ("x", "y", "width", "height"))
        yield Box(x, y, x + width, y + height, name)
    if name == "circle":
        x, y, r = (float(element.attrib[key]) for key in ("cx", "cy", "r"))
        yield Box(x - r, y - r, x + r, y + r, name)


def _stroke(name: str, element: ElementTree.Element) -> Iterator[Box]:
    if name == "line":
        (x1, y1), (x2, y2) = ([float(element.attrib[f"{axis}{i}"]) for axis in "xy"] for i in (1, 2))
        # A slanted line fills no rectangle: it is read as many short pieces.
        pieces = max(1, ceil(min(abs(x2 - x1), abs(y2 - y1)) / 2))
        points = [(x1 + (x2 - x1) * i / pieces, y1 + (y2 - y1) * i / pieces) for i in range(pieces + 1)]
        for part in pairwise(points):
            yield _between(list(part), name)
    if name in ("polygon", "polyline") and element.attrib["fill"] not in GROUNDS:
        points = _points(element)
        for part in [points] if name == "polygon" else pairwise(points):
            yield _between(list(part), name)


def _ground(name: str, element: ElementTree.Element) -> Iterator[Box]:
    if name == "polygon" and element.attrib["fill"] in GROUNDS:
        yield _between(list(_points(element)), name)


def _points(element: ElementTree.Element) -> list[tuple[float, ...]]:
    numbers = [float(text) for text in re.split("[ ,]", element.attrib["points"])]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _between(points: list[tuple[float, ...]], what: str) -> Box:
    xs, ys = zip(*points, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys), what)
