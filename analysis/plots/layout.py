"""How are the parts of a figure put below and beside each other without touching?

A figure is a list of bands, strips as wide as the figure. Each knows its height before it is drawn.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from analysis.plots.svg import Block, Drawing


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands: left edge and width, in pixels."""

    left: float
    width: float

    @property
    def right(self) -> float:
        return self.left + self.width

    def at(self, align: str) -> float:
        """Where text of that alignment ("start", "middle", "end") is anchored."""
        return {"start": self.left, "middle": self.left + self.width / 2, "end": self.right}[align]


@dataclass(frozen=True, slots=True)
class Band:
    """A strip of the figure: its height, how to draw it at a given top, and whether the next must follow it."""

    height: float
    draw: Callable[[Drawing, float], None]
    keep: bool = False


def space(height: float) -> Band:
    return Band(height, lambda drawing, top: None)


def text_band(block: Block, left: float, *, padding: float = 0.0, keep: bool = False) -> Band:
    """Lines of text from the left edge."""
    return Band(block.height + 2 * padding, lambda drawing, top: drawing.text(left, top + padding, block), keep)


def stack(bands: Iterable[Band]) -> Band:
    """Several bands as one."""
    parts = tuple(bands)

    def draw(drawing: Drawing, top: float) -> None:
        for band in parts:
            band.draw(drawing, top)
            top += band.height

    return Band(sum(band.height for band in parts), draw)


def paginate(bands: Iterable[Band], room: float) -> list[list[Band]]:
    """Bands on pages of `room` pixels; bands that must stay together do, unless they alone exceed a page."""
    pages: list[list[Band]] = [[]]
    free = room
    for unit in _units(bands):
        height = sum(band.height for band in unit)
        if height > free and pages[-1]:
            pages.append([])
            free = room
        pages[-1].extend(unit)
        free -= height
    return pages


def _units(bands: Iterable[Band]) -> list[list[Band]]:
    """Bands grouped with those that must follow them."""
    units: list[list[Band]] = []
    held = False
    for band in bands:
        if held:
            units[-1].append(band)
        else:
            units.append([band])
        held = band.keep
    return units
