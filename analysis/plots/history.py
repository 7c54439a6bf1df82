"""How did a result move from run to run? The estimate of each run with its interval, oldest at the left; a small plot.

A run that pooled nothing keeps its place and has no mark.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from analysis.plots.axis import BOUNDLESS, WIDEST_COMFORTABLE_RATIO, Axis, linear_axis, snug_axis, tight_ratio_axis
from analysis.plots.chart import Around, Axes, Frame, dashed
from analysis.plots.forest_data import Interval
from analysis.plots.svg import INK, Drawing

WIDTH, HEIGHT = 420.0, 150.0
INSET = 10.0
RADIUS = 3.2
ARROW = 4.0
CURRENT, FORMER = "#1f5fa8", "#ffffff"
NULL = "#757575"
TICKS = 14  # more runs have a tick at every second, fifth, tenth ... only


@dataclass(frozen=True, slots=True)
class RunPoint:
    """A run: its number, a word for it ("run 3, 5 studies"), and its result (None: nothing was pooled)."""

    number: int
    label: str
    effect: Interval | None


@dataclass(frozen=True, slots=True)
class History:
    """The runs of an analysis, oldest first; the last one stands."""

    title: str
    runs: tuple[RunPoint, ...]
    y_label: str
    x_label: str = "Run"
    log: bool = False
    null: float | None = None
    description: str = ""

    def __post_init__(self) -> None:
        for run in self.runs:
            if self.log and run.effect is not None and (run.effect.estimate <= 0 or run.effect.lower < 0):
                raise ValueError(f"{run.label!r}: a logarithmic axis has no place for {run.effect.lower}")


def history(data: History) -> str:
    """The plot as one picture."""
    y = _y_axis(data)
    axes = Axes(_x_axis([run.number for run in data.runs]), y, data.x_label, data.y_label)
    frame = Frame(axes, Around(data.title, data.description or describe(data)), WIDTH, HEIGHT, INSET)

    def paint(drawing: Drawing) -> None:
        if data.null is not None and y.lower <= data.null <= y.upper:
            dashed(drawing, (frame.across.left, frame.y(data.null)), (frame.across.right, frame.y(data.null)), NULL)
        for run in data.runs:
            if run.effect is not None:
                with drawing.named(run.label):
                    _mark(drawing, frame, run.number, run.effect, last=run is data.runs[-1])

    return frame.document(paint)


def describe(data: History) -> str:
    runs = len(data.runs)
    return f"The result of {runs} {'run' if runs == 1 else 'runs'}, the oldest first."


def _x_axis(numbers: Sequence[int]) -> Axis:
    first, last = (min(numbers), max(numbers)) if numbers else (1, 1)
    step = next(step for step in _steps() if (last - first) // step < TICKS)
    ticks = tuple(float(number) for number in range(first, last + 1) if number % step == 0 or last == first)
    return Axis(first - 0.5, last + 0.5, ticks)


def _steps() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50 and so on."""
    return (digit * 10**power for power in count() for digit in (1, 2, 5))


def _y_axis(data: History) -> Axis:
    effects = [run.effect for run in data.runs if run.effect is not None]
    limits = [limit for effect in effects for limit in (effect.lower, effect.upper)]
    core = [effect.estimate for effect in effects]
    if not data.log:
        widest = linear_axis(limits, core, data.null)
        within = [min(widest.upper, max(widest.lower, limit)) for limit in limits]
        return snug_axis([*core, *within, *([] if data.null is None else [data.null])])
    within = [min(WIDEST_COMFORTABLE_RATIO, max(1 / WIDEST_COMFORTABLE_RATIO, limit)) for limit in limits]
    return tight_ratio_axis([*core, *within, data.null or 1.0])


def _mark(drawing: Drawing, frame: Frame, number: int, effect: Interval, *, last: bool) -> None:
    """An upright interval, cut with an arrow where the axis ends, and the estimate on it; the run that stands is full."""
    x, axis = frame.x(number), frame.axes.y
    low, high = max(effect.lower, axis.lower), min(effect.upper, axis.upper)
    if low < high:
        drawing.line(x, frame.y(low), x, frame.y(high), stroke_width=1.2)
    if effect.upper > axis.upper:
        _head(drawing, x, frame.y(axis.upper), -1)
    if effect.lower < axis.lower:
        _head(drawing, x, frame.y(axis.lower), 1)
    if abs(effect.estimate) < BOUNDLESS and axis.lower <= effect.estimate <= axis.upper:
        fill = CURRENT if last else FORMER
        drawing.circle(x, frame.y(effect.estimate), RADIUS, fill=fill, stroke=INK, stroke_width=1.0)


def _head(drawing: Drawing, x: float, y: float, side: int) -> None:
    drawing.polygon([(x, y), (x - ARROW / 2, y - side * ARROW), (x + ARROW / 2, y - side * ARROW)], fill=INK)
