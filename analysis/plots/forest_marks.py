"""How are intervals, squares, diamonds and the axis drawn into the plot column of a forest plot?"""

from dataclasses import dataclass
from math import sqrt

from analysis.plots.axis import Axis, legible_ticks, tick_label
from analysis.plots.forest_data import Interval
from analysis.plots.svg import INK, Block, Drawing, Face, wrap

SQUARE = "#5b8fc9"
DIAMOND = "#000000"
PREDICTION = "#8c2d04"
LIGHT = "#9e9e9e"

LARGEST_SQUARE = 12.0
SMALLEST_SQUARE = 3.0
DIAMOND_HALF_HEIGHT = 5.5
ARROW = 5.0
SPILL = 10.0  # so far the directions may reach beyond the ends of the axis
TICK_FACE = Face(10)
FAVOURS_FACE = Face(10.5)


@dataclass(frozen=True, slots=True)
class Marks:
    """The plot column: where it lies, its axis, and the largest weight, whose square is the largest."""

    axis: Axis
    left: float
    width: float
    heaviest: float

    @property
    def right(self) -> float:
        return self.left + self.width

    def x(self, value: float) -> float:
        """Position of a value; what lies outside the axis is put at its end."""
        return self.left + self.width * min(1.0, max(0.0, self.axis.share(value)))

    def study(self, drawing: Drawing, y: float, interval: Interval, weight: float) -> None:
        """A square at the estimate with its interval drawn over it; an estimate off the axis has no square."""
        if self.holds(interval.estimate):
            side = LARGEST_SQUARE * sqrt(max(weight, 0.0) / self.heaviest) if self.heaviest > 0 else 0.0
            side = max(side, SMALLEST_SQUARE)
            drawing.rect(self.x(interval.estimate) - side / 2, y - side / 2, side, side, fill=SQUARE)
        self._whisker(drawing, y, interval.lower, interval.upper, INK)
        if self.holds(interval.estimate):
            x = self.x(interval.estimate)
            drawing.line(x, y - 2, x, y + 2, stroke_width=1.2)

    def diamond(self, drawing: Drawing, y: float, interval: Interval) -> None:
        """A diamond from limit to limit, cut straight at the ends of the axis."""
        lower, middle, upper = (self._unclamped(v) for v in (interval.lower, interval.estimate, interval.upper))
        lower, upper = min(lower, middle - 1), max(upper, middle + 1)
        ends = [x for x in (lower, self.left, middle, self.right, upper)]
        xs = sorted({x for x in ends if lower <= x <= upper and self.left <= x <= self.right})
        if len(xs) < 2:
            self._whisker(drawing, y, interval.lower, interval.upper, DIAMOND)
            return
        top = [(x, y - _diamond_half_height(x, lower, middle, upper)) for x in xs]
        bottom = [(x, 2 * y - height) for x, height in reversed(top)]
        points = [*top, *(point for point in bottom if point not in top)]
        drawing.polygon(points, fill=DIAMOND)

    def prediction(self, drawing: Drawing, y: float, lower: float, upper: float) -> None:
        """A thick open bar, unlike a study's interval and unlike a diamond."""
        cut_left, cut_right = self._cut(lower, upper)
        left = self.x(lower) + (ARROW if cut_left else 0.0)
        right = self.x(upper) - (ARROW if cut_right else 0.0)
        if right > left:
            drawing.rect(left, y - 2, right - left, 4, fill="#ffffff", stroke=PREDICTION)
        self._heads(drawing, y, lower, upper, PREDICTION)

    def _whisker(self, drawing: Drawing, y: float, lower: float, upper: float, colour: str) -> None:
        left, right = self.x(lower), self.x(upper)
        if right > left:
            drawing.line(left, y, right, y, stroke=colour)
        self._heads(drawing, y, lower, upper, colour)

    def _heads(self, drawing: Drawing, y: float, lower: float, upper: float, colour: str) -> None:
        """Arrow heads where the interval goes on beyond an end of the axis."""
        cut_left, cut_right = self._cut(lower, upper)
        if cut_left:
            tip = self.left
            drawing.polygon([(tip, y), (tip + ARROW, y - ARROW / 2), (tip + ARROW, y + ARROW / 2)], fill=colour)
        if cut_right:
            tip = self.right
            drawing.polygon([(tip, y), (tip - ARROW, y - ARROW / 2), (tip - ARROW, y + ARROW / 2)], fill=colour)

    def _cut(self, lower: float, upper: float) -> tuple[bool, bool]:
        """Whether an interval goes on beyond the left and the right end."""
        return self.axis.share(lower) < -1e-9, self.axis.share(upper) > 1 + 1e-9

    def holds(self, value: float) -> bool:
        """Whether the value lies on the axis."""
        return -1e-9 <= self.axis.share(value) <= 1 + 1e-9

    def _unclamped(self, value: float) -> float:
        """Position of a value, also outside the axis, but within reason."""
        return self.left + self.width * min(1e3, max(-1e3, self.axis.share(value)))


def _diamond_half_height(x: float, lower: float, middle: float, upper: float) -> float:
    side = (x - lower) / (middle - lower) if x <= middle else (upper - x) / (upper - middle)
    return DIAMOND_HALF_HEIGHT * side


@dataclass(frozen=True, slots=True)
class AxisTexts:
    """What stands below the axis, wrapped to its width. `split` parts the two directions, in pixels from the left."""

    label: Block
    favours: tuple[Block, Block]
    split: float

    @property
    def height(self) -> float:
        """Of axis, tick labels and texts together, in pixels."""
        return 8 + TICK_FACE.line + self.label.height + max(block.height for block in self.favours) + 4


def overhang(axis: Axis) -> tuple[float, float]:
    """How far the outermost tick labels may reach beyond the ends of the axis, in pixels."""
    return TICK_FACE.width(tick_label(axis.ticks[0])) / 2, TICK_FACE.width(tick_label(axis.ticks[-1])) / 2


def axis_texts(axis: Axis, width: float, null: float | None, label: str, favours: tuple[str, str]) -> AxisTexts:
    """The directions part at the line of no effect, or in the middle if that leaves one of them too little room."""
    share = 0.5 if null is None else axis.share(null)
    split = width * (share if 0.3 <= share <= 0.7 else 0.5)
    left, right = favours
    blocks = (wrap(left, split - 6 + SPILL, FAVOURS_FACE), wrap(right, width - split - 6 + SPILL, FAVOURS_FACE))
    return AxisTexts(wrap(label, width, FAVOURS_FACE), blocks, split)


def draw_axis(drawing: Drawing, marks: Marks, y: float, null: float | None, texts: AxisTexts) -> None:
    """The axis line at `y`, its ticks and labels, and which direction favours whom."""
    drawing.line(marks.left, y, marks.right, y)
    labels = [tick_label(tick) for tick in marks.axis.ticks]
    positions = [marks.x(tick) for tick in marks.axis.ticks]
    for x in positions:
        drawing.line(x, y, x, y + 4)
    first = marks.axis.ticks.index(null) if null in marks.axis.ticks else 0
    for i in legible_ticks(positions, [TICK_FACE.width(text) for text in labels], first, gap=4):
        drawing.text(positions[i], y + 6, wrap(labels[i], marks.width, TICK_FACE), "middle")
    top = y + 8 + TICK_FACE.line
    drawing.text(marks.left + marks.width / 2, top, texts.label, "middle")
    left, right = texts.favours
    drawing.text(marks.left + texts.split - 6, top + texts.label.height, left, "end")
    drawing.text(marks.left + texts.split + 6, top + texts.label.height, right, "start")
