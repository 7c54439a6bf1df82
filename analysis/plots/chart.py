"""How is a plot with two axes drawn? The frame with its ticks and names, and what stands above and below it.

What is drawn between the axes is the figure's own matter (`funnel`, `baujat`, `bubble`, `history`); here are the
positions. Widths come from the texts themselves, so none is cut and none stands on another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analysis.plots.axis import Axis, legible_ticks, tick_label
from analysis.plots.layout import Band, Place, space, stack, text_band
from analysis.plots.svg import INK, Block, Drawing, Face, wrap

TITLE = Face(13, bold=True)
NAME = Face(11)
TICK = Face(10)
NOTE = Face(10)

MARGIN = 14.0
TICK_LENGTH = 5.0
KEY_SIGN = 26.0  # room for the sign before an entry of the key
KEY_GAP = 18.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axes:
    """Both axes with their names. `downwards`: small values of y stand at the top, as standard errors do."""

    x: Axis
    y: Axis
    x_label: str
    y_label: str
    downwards: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the key: its words, and how its sign is drawn, centred on a point."""

    text: str
    sign: Callable[[Drawing, float, float], None]


@dataclass(frozen=True, slots=True)
class Around:
    """What is said around the plot: title above; key, then footnotes below; and the description for screen readers."""

    title: str
    description: str
    key: Sequence[Entry] = ()
    footnotes: Sequence[str] = ()


class Frame:
    """The rectangle between the axes. `inset` keeps marks of that radius off its edges."""

    def __init__(self, axes: Axes, around: Around, width: float, height: float, inset: float) -> None:
        self.axes, self.around, self.inset = axes, around, inset
        self.name = wrap(axes.y_label, height, NAME)
        self.ticks = [tick_label(tick) for tick in axes.y.ticks]
        widest = max(TICK.width(text) for text in self.ticks)
        half_tick = max(TICK.width(tick_label(tick)) for tick in axes.x.ticks) / 2
        left = MARGIN + self.name.height + 6 + max(widest + TICK_LENGTH + 3, half_tick - inset)
        self.across = Place(left, width)
        self.whole = Place(MARGIN, self.across.right + max(MARGIN, half_tick - inset + 4) - MARGIN)
        self.title = wrap(around.title, self.whole.width, TITLE)
        top = MARGIN + self.title.height + (10 if self.title.lines else 4)
        self.top, self.bottom = top, top + height

    # --- where values stand ------------------------------------------------------------------------------------

    def x(self, value: float) -> float:
        """Position of a value, also beyond the axis, but within reason."""
        return self.across.left + self.inset + (self.across.width - 2 * self.inset) * _bounded(self.axes.x.share(value))

    def y(self, value: float) -> float:
        share = _bounded(self.axes.y.share(value))
        share = share if self.axes.downwards else 1 - share
        return self.top + self.inset + (self.bottom - self.top - 2 * self.inset) * share

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies on both axes."""
        return all(-1e-9 <= axis.share(at) <= 1 + 1e-9 for axis, at in ((self.axes.x, x), (self.axes.y, y)))

    def clip(self, points: Sequence[Point]) -> list[Point]:
        """A polygon, as much of it as lies between the axes (Sutherland and Hodgman 1974)."""
        edges = ((0, self.across.left, 1), (0, self.across.right, -1), (1, self.top, 1), (1, self.bottom, -1))
        found = list(points)
        for axis, edge, side in edges:
            found = _cut(found, axis, edge, side)
        return found

    def clip_line(self, start: Point, end: Point) -> tuple[Point, Point] | None:
        """A straight line, as much of it as lies between the axes; None for nothing (Liang and Barsky 1984)."""
        first, last = 0.0, 1.0
        lows, highs = (self.across.left, self.top), (self.across.right, self.bottom)
        for a, b, low, high in zip(start, end, lows, highs, strict=True):
            if a == b:
                if not low <= a <= high:
                    return None
                continue
            entry, leave = sorted(((low - a) / (b - a), (high - a) / (b - a)))
            first, last = max(first, entry), min(last, leave)
        if first >= last:
            return None
        at = [tuple(a + (b - a) * share for a, b in zip(start, end, strict=True)) for share in (first, last)]
        return (at[0][0], at[0][1]), (at[1][0], at[1][1])

    # --- drawing -----------------------------------------------------------------------------------------------

    def document(self, paint: Callable[[Drawing], None]) -> str:
        """The whole figure: what `paint` draws between the axes, and everything around."""
        drawing = Drawing()
        drawing.text(MARGIN, MARGIN, self.title)
        paint(drawing)
        self._draw_y(drawing)
        bottom = self._draw_x(drawing)
        below = self._below()
        below.draw(drawing, bottom)
        size = self.whole.right + MARGIN, bottom + below.height + MARGIN
        return drawing.document(*size, self.around.title, self.around.description)

    def _draw_y(self, drawing: Drawing) -> None:
        drawing.line(self.across.left, self.top, self.across.left, self.bottom)
        places = [self.y(tick) for tick in self.axes.y.ticks]
        for place in places:
            drawing.line(self.across.left - TICK_LENGTH, place, self.across.left, place)
        for i in legible_ticks(places, [TICK.line] * len(places), 0, gap=2):
            block = Block((self.ticks[i],), TICK)
            drawing.text(self.across.left - TICK_LENGTH - 3, places[i] - TICK.line / 2, block, "end")
        for i, line in enumerate(self.name.lines):
            drawing.upright_text(MARGIN + (i + 0.5) * NAME.line, (self.top + self.bottom) / 2, line, NAME)

    def _draw_x(self, drawing: Drawing) -> float:
        """Ticks and name below the plot; returns where they end."""
        drawing.line(self.across.left, self.bottom, self.across.right, self.bottom)
        places = [self.x(tick) for tick in self.axes.x.ticks]
        labels = [tick_label(tick) for tick in self.axes.x.ticks]
        for place in places:
            drawing.line(place, self.bottom, place, self.bottom + TICK_LENGTH)
        first = self.axes.x.ticks.index(1.0) if self.axes.x.log and 1.0 in self.axes.x.ticks else 0
        for i in legible_ticks(places, [TICK.width(text) for text in labels], first, gap=6):
            drawing.text(places[i], self.bottom + TICK_LENGTH + 2, Block((labels[i],), TICK), "middle")
        top = self.bottom + TICK_LENGTH + TICK.line + 4
        name = wrap(self.axes.x_label, self.across.width, NAME)
        drawing.text(self.across.left + self.across.width / 2, top, name, "middle")
        return top + name.height

    def _below(self) -> Band:
        notes = [text_band(wrap(note, self.whole.width, NOTE), MARGIN) for note in self.around.footnotes]
        keys = [space(8), key(self.around.key, self.whole)] if self.around.key else []
        return stack([*keys, *([space(6), *notes] if notes else [])])


def key(entries: Sequence[Entry], place: Place) -> Band:
    """Each sign with its words, side by side as long as they fit."""
    placed: list[tuple[float, float, Entry, Block]] = []
    left, top, row = place.left, 0.0, 0.0
    for entry in entries:
        block = wrap(entry.text, place.width - KEY_SIGN, NOTE)
        if left > place.left and left + KEY_SIGN + block.width > place.right:
            left, top, row = place.left, top + row, 0.0
        placed.append((left, top, entry, block))
        left += KEY_SIGN + block.width + KEY_GAP
        row = max(row, block.height + 4, 16.0)

    def draw(drawing: Drawing, start: float) -> None:
        for x, y, entry, block in placed:
            entry.sign(drawing, x + KEY_SIGN / 2 - 4, start + y + 8)
            drawing.text(x + KEY_SIGN, start + y + 2, block)

    return Band(top + row, draw)


def dashed(drawing: Drawing, start: Point, end: Point, colour: str = INK) -> None:
    drawing.line(*start, *end, stroke=colour, stroke_dasharray="5 3")


def beyond(count: int) -> list[str]:
    """What the footnotes say of points that no axis reaches."""
    if not count:
        return []
    return [f"{count} {'point lies' if count == 1 else 'points lie'} beyond the axes and cannot be drawn."]


def _bounded(share: float) -> float:
    return min(1e3, max(-1e3, share))


def _cut(points: Sequence[Point], axis: int, edge: float, side: int) -> list[Point]:
    """The part of a polygon on one side of an edge."""
    found: list[Point] = []
    for i, here in enumerate(points):
        before = points[i - 1]
        inside, was_inside = ((point[axis] - edge) * side >= 0 for point in (here, before))
        if inside != was_inside:
            share = (edge - before[axis]) / (here[axis] - before[axis])
            x, y = (a + (b - a) * share for a, b in zip(before, here, strict=True))
            found.append((edge, y) if axis == 0 else (x, edge))
        if inside:
            found.append(here)
    return found
