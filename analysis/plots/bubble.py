"""How is a meta-regression on one number drawn? A bubble for each study, the fitted line and its confidence band.

Bubbles have areas in proportion to the studies' weights (Thompson and Higgins 2002). Line and band come from the caller
as points along the moderator.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, isfinite, sqrt

from analysis.plots.axis import Axis, snug_axis, tight_ratio_axis
from analysis.plots.chart import Around, Axes, Entry, Frame, beyond, dashed
from analysis.plots.naming import Box, Named, name_points, unnamed_note
from analysis.plots.svg import INK, Drawing

WIDTH, HEIGHT = 460.0, 330.0
LARGEST, SMALLEST = 15.0, 2.5  # radius
MANY = 12  # from so many studies on, bubbles grow smaller
STUDY, RIM = "#8fb8e0", "#1f3f66"
BAND = "#e4e4e4"
NULL = "#757575"


@dataclass(frozen=True, slots=True)
class Bubble:
    """A study: its moderator, its effect on the scale that is shown (a ratio itself), and its weight in any unit."""

    label: str
    x: float
    effect: float
    weight: float

    def __post_init__(self) -> None:
        if not all(map(isfinite, (self.x, self.effect, self.weight))):
            raise ValueError(f"{self.label!r}: a bubble has no place for {self.x}, {self.effect}, {self.weight}")


@dataclass(frozen=True, slots=True)
class Fitted:
    """The line at one value of the moderator, with its confidence limits, on the scale that is shown."""

    x: float
    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class BubblePlot:
    """A bubble plot. `line` runs from the smallest to the largest moderator; empty: no line could be fitted."""

    title: str
    bubbles: tuple[Bubble, ...]
    x_label: str
    y_label: str
    line: tuple[Fitted, ...] = ()
    log: bool = False
    null: float | None = None
    line_label: str = "Meta-regression"
    band_label: str = "95% confidence band"
    footnotes: tuple[str, ...] = ()
    description: str = ""

    def __post_init__(self) -> None:
        values = [*(each.effect for each in self.bubbles), *(at for each in self.line for at in _limits(each))]
        if self.log and any(value <= 0 for value in values):
            raise ValueError("a logarithmic axis has no place for effects or limits at or below 0")


def bubble(data: BubblePlot) -> str:
    """The bubble plot as one picture."""
    axes = Axes(_x_axis(data), _y_axis(data), data.x_label, data.y_label)
    description = data.description or describe(data)
    frame = Frame(axes, Around(data.title, description), WIDTH, HEIGHT, LARGEST + 1)
    drawn = sorted((each for each in data.bubbles if frame.holds(each.x, each.effect)), key=lambda each: -each.weight)
    size = radii(data)
    places = [Named(each.label, frame.x(each.x), frame.y(each.effect), size[each]) for each in drawn]
    room = Box(frame.across.left + 2, frame.top, frame.across.right, frame.bottom - 2)
    strokes = _strokes(frame, data)
    unnamed = name_points(Drawing(), places, room, strokes)
    notes = (*data.footnotes, *unnamed_note(unnamed), *beyond(len(data.bubbles) - len(drawn)))
    frame = Frame(axes, Around(data.title, description, tuple(_key(data)), notes), WIDTH, HEIGHT, LARGEST + 1)

    def paint(drawing: Drawing) -> None:
        band = [(frame.x(at.x), frame.y(at.lower)) for at in data.line]
        band += [(frame.x(at.x), frame.y(at.upper)) for at in reversed(data.line)]
        if len(cut := frame.clip(band)) > 2:
            drawing.polygon(cut, fill=BAND)
        if data.null is not None and axes.y.lower <= data.null <= axes.y.upper:
            dashed(drawing, (frame.across.left, frame.y(data.null)), (frame.across.right, frame.y(data.null)), NULL)
        for point in places:
            with drawing.named(point.text):
                drawing.circle(
                    point.x, point.y, point.radius, fill=STUDY, stroke=RIM, fill_opacity=0.75, stroke_width=0.8
                )
        for a, b in pairwise(data.line):
            piece = frame.clip_line((frame.x(a.x), frame.y(a.estimate)), (frame.x(b.x), frame.y(b.estimate)))
            if piece:
                drawing.line(*piece[0], *piece[1], stroke_width=1.4)
        name_points(drawing, places, room, strokes)

    return frame.document(paint)


def radii(data: BubblePlot) -> dict[Bubble, float]:
    """In pixels; the heaviest study has the largest, and all are smaller where there are many."""
    heaviest = max((each.weight for each in data.bubbles), default=0.0)
    largest = LARGEST * min(1.0, sqrt(MANY / max(1, len(data.bubbles))))
    shares = {each: max(each.weight, 0.0) / heaviest if heaviest > 0 else 0.0 for each in data.bubbles}
    return {each: max(SMALLEST, largest * sqrt(share)) for each, share in shares.items()}


def describe(data: BubblePlot) -> str:
    """For screen readers: how many studies, and where the line begins and ends."""
    count = len(data.bubbles)
    parts = [f"Bubble plot of {count} {'study' if count == 1 else 'studies'}, {data.y_label} against {data.x_label}."]
    if data.line:
        first, last = data.line[0], data.line[-1]
        parts.append(
            f"The fitted line runs from {first.estimate:.3g} at {first.x:.4g} to {last.estimate:.3g} at {last.x:.4g}."
        )
    return " ".join(parts)


def _limits(at: Fitted) -> tuple[float, float, float]:
    return at.lower, at.estimate, at.upper


def _x_axis(data: BubblePlot) -> Axis:
    xs = [*(each.x for each in data.bubbles), *(at.x for at in data.line)]
    return snug_axis(xs)


def _y_axis(data: BubblePlot) -> Axis:
    """Holds every study and the line; the band may be cut."""
    core = [*(each.effect for each in data.bubbles), *(at.estimate for at in data.line)]
    return tight_ratio_axis(core) if data.log else snug_axis(core)


def _strokes(frame: Frame, data: BubblePlot) -> list[Box]:
    """Small boxes along every line, which no name may touch."""
    ends = [((frame.x(a.x), frame.y(a.estimate)), (frame.x(b.x), frame.y(b.estimate))) for a, b in pairwise(data.line)]
    found = []
    for line in (frame.clip_line(*each) for each in ends):
        if line is None:
            continue
        (x1, y1), (x2, y2) = line
        pieces = max(1, ceil(max(abs(x2 - x1), abs(y2 - y1)) / 4))
        at = [(x1 + (x2 - x1) * i / pieces, y1 + (y2 - y1) * i / pieces) for i in range(pieces + 1)]
        found += [_between(a, b) for a, b in pairwise(at)]
    if data.null is not None:
        y = frame.y(data.null)
        found.append(Box(frame.across.left, y - 1, frame.across.right, y + 1))
    return found


def _between(a: tuple[float, float], b: tuple[float, float]) -> Box:
    return Box(min(a[0], b[0]) - 1, min(a[1], b[1]) - 1, max(a[0], b[0]) + 1, max(a[1], b[1]) + 1)


def _key(data: BubblePlot) -> list[Entry]:
    entries = [
        Entry(
            "Study; area by weight",
            lambda drawing, x, y: drawing.circle(x, y, 6, fill=STUDY, stroke=RIM, stroke_width=0.8),
        )
    ]
    if data.line:
        entries += [
            Entry(
                data.line_label, lambda drawing, x, y: drawing.line(x - 9, y, x + 9, y, stroke=INK, stroke_width=1.4)
            ),
            Entry(data.band_label, lambda drawing, x, y: drawing.rect(x - 8, y - 5, 16, 10, fill=BAND)),
        ]
    return entries
