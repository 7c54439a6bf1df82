"""How is a funnel plot drawn?

Each study's effect against its standard error, precise studies at the top (Sterne and Egger 2001); a vertical line at
the pooled effect with pseudo confidence limits about it, dashed; shaded contours of significance about no effect
(Peters et al. 2008); open circles for studies that trim and fill put in (Duval and Tweedie 2000). The limits and
contours are straight lines whose slopes the caller gives as quantiles: nothing is computed here but positions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, log

from analysis.plots.axis import Axis, snug_axis, tight_ratio_axis
from analysis.plots.chart import Around, Axes, Entry, Frame, Point, beyond, dashed
from analysis.plots.svg import INK, Drawing

WIDTH, HEIGHT = 460.0, 330.0
RADIUS = 3.6
INSET = 8.0
STUDY = "#1f5fa8"
NULL = "#757575"
FARTHEST = 700.0  # whose exponential is still a number
ADJUSTED = "7 3 1.5 3"  # dashes and dots: not told by its colour alone
# From the innermost contour outwards; what lies beyond the last is white like the ground, so the greys tell all apart.
SHADES = ("#ffffff", "#bdbdbd", "#d9d9d9", "#efefef")


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """A study: its effect on the scale that is shown (a ratio itself) and its standard error (of the logarithm)."""

    label: str
    effect: float
    se: float
    filled: bool = False  # put in by trim and fill

    def __post_init__(self) -> None:
        if not (isfinite(self.effect) and isfinite(self.se) and self.se >= 0):
            raise ValueError(f"{self.label!r}: a funnel has no place for {self.effect} with standard error {self.se}")


@dataclass(frozen=True, slots=True)
class Contour:
    """A region about no effect: `quantile` standard errors to each side, and the words for what lies inside it."""

    quantile: float
    label: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """A funnel plot.

    `center`: the pooled effect, and `limits` how many standard errors its pseudo limits lie to each side, with
    `limits_label` for the key (None: no limits). `adjusted`: the pooled effect with the filled studies. `contours`, from the
    innermost outwards, at most three, lie about `null`; `outside` says what lies beyond them.
    """

    title: str
    points: tuple[FunnelPoint, ...]
    x_label: str
    y_label: str = "Standard error"
    log: bool = False
    null: float | None = None
    center: float | None = None
    center_label: str = "Pooled effect"
    limits: float | None = None
    limits_label: str = "Pseudo 95% confidence limits"
    adjusted: float | None = None
    adjusted_label: str = "Pooled effect with filled studies"
    contours: tuple[Contour, ...] = ()
    outside: str = ""
    footnotes: tuple[str, ...] = ()
    description: str = ""

    def __post_init__(self) -> None:
        if len(self.contours) >= len(SHADES):
            raise ValueError(f"a funnel has at most {len(SHADES) - 1} contours, not {len(self.contours)}")
        if self.contours and self.null is None:
            raise ValueError("contours lie about the line of no effect, and there is none")
        quantiles = [contour.quantile for contour in self.contours]
        if quantiles != sorted(quantiles) or any(quantile <= 0 for quantile in quantiles):
            raise ValueError(f"contours run from the innermost outwards, not {quantiles}")
        for value in (self.center, self.null, self.adjusted, *(point.effect for point in self.points)):
            if value is not None and self.log and value <= 0:
                raise ValueError(f"a logarithmic axis has no place for {value}")


def funnel(data: Funnel) -> str:
    """The funnel plot as one picture."""
    axes = axes_of(data)
    bare = Frame(axes, Around(data.title, ""), WIDTH, HEIGHT, INSET)
    drawn = [point for point in data.points if bare.holds(point.effect, point.se)]
    notes = (*data.footnotes, *beyond(len(data.points) - len(drawn)))
    around = Around(data.title, data.description or describe(data), tuple(_key(data)), notes)
    frame = Frame(axes, around, WIDTH, HEIGHT, INSET)

    def paint(drawing: Drawing) -> None:
        _contours(drawing, frame, data)
        _upright(drawing, frame, data.null, NULL, dashes="2 3")
        _upright(drawing, frame, data.adjusted, STUDY, dashes=ADJUSTED)
        _upright(drawing, frame, data.center, INK)
        if data.center is not None and data.limits is not None:
            for side in (-1, 1):
                ends = [_at(frame, data, data.center, side * data.limits, se) for se in _depths(frame)]
                if line := frame.clip_line(ends[0], ends[1]):
                    dashed(drawing, *line)
        for point in sorted(drawn, key=lambda each: each.filled):
            with drawing.named(point.label):
                _mark(drawing, frame.x(point.effect), frame.y(point.se), filled=point.filled)

    return frame.document(paint)


def axes_of(data: Funnel) -> Axes:
    return Axes(_x_axis(data), _y_axis(data), data.x_label, data.y_label, downwards=True)


def describe(data: Funnel) -> str:
    """For screen readers: how many studies, about what, and how many were filled in."""
    filled = sum(point.filled for point in data.points)
    count = len(data.points) - filled
    parts = [f"Funnel plot of {count} {'study' if count == 1 else 'studies'}, {data.x_label} against standard error."]
    if filled:
        parts.append(f"{filled} filled in by trim and fill.")
    return " ".join(parts)


def _x_axis(data: Funnel) -> Axis:
    """Holds every study, the funnel down to the least precise one, and the innermost contour beside it."""
    core = [point.effect for point in data.points]
    core += [value for value in (data.center, data.adjusted) if value is not None]
    deepest = max((point.se for point in data.points), default=0.0)
    if data.center is not None and data.limits is not None:
        core += _either_side(data, data.center, data.limits * deepest)
    if data.null is not None and data.contours:
        core += [data.null, *_either_side(data, data.null, data.contours[0].quantile * deepest)]
    return tight_ratio_axis(core) if data.log else snug_axis(core)


def _either_side(data: Funnel, about: float, far: float) -> list[float]:
    """The two values so far from one, on the scale of the standard errors."""
    if not data.log:
        return [about - far, about + far]
    return [about * exp(side) for side in (-far, far) if abs(side) < FARTHEST]


def _y_axis(data: Funnel) -> Axis:
    return snug_axis([0.0, *(point.se for point in data.points)])


def _depths(frame: Frame) -> tuple[float, float]:
    """The standard errors at which lines begin and end: none, and the lower edge of the frame."""
    reach = frame.axes.y.upper
    inner = frame.bottom - frame.top - 2 * frame.inset
    return 0.0, reach * (1 + frame.inset / inner)


def _at(frame: Frame, data: Funnel, about: float, quantile: float, se: float) -> Point:
    """The point so many standard errors from a value."""
    if not data.log:
        return frame.x(about + quantile * se), frame.y(se)
    return frame.x(exp(min(FARTHEST, max(-FARTHEST, log(about) + quantile * se)))), frame.y(se)


def _contours(drawing: Drawing, frame: Frame, data: Funnel) -> None:
    if not data.contours or data.null is None:
        return
    left, right, top, bottom = frame.across.left, frame.across.right, frame.top, frame.bottom
    drawing.rect(left, top, right - left, bottom - top, fill=SHADES[len(data.contours)])
    for shade, contour in reversed(list(zip(SHADES, data.contours, strict=False))):
        apex, low = _depths(frame)
        ends = [_at(frame, data, data.null, side * contour.quantile, low) for side in (-1, 1)]
        cut = frame.clip([_at(frame, data, data.null, 0.0, apex), *ends])
        if len(cut) > 2:
            drawing.polygon(cut, fill=shade)


def _upright(drawing: Drawing, frame: Frame, value: float | None, colour: str, dashes: str | None = None) -> None:
    x = frame.x(value) if value is not None else -1.0
    if frame.across.left <= x <= frame.across.right:
        drawing.line(x, frame.top, x, frame.bottom, stroke=colour, stroke_dasharray=dashes)


def _mark(drawing: Drawing, x: float, y: float, *, filled: bool) -> None:
    """A study is a full circle with a light rim, so that it is seen on any grey; one that was filled in is open."""
    if filled:
        drawing.circle(x, y, RADIUS, fill="#ffffff", stroke=INK, stroke_width=1.2)
    else:
        drawing.circle(x, y, RADIUS, fill=STUDY, stroke="#ffffff", stroke_width=0.6)


def _key(data: Funnel) -> Sequence[Entry]:
    entries = [Entry("Study", lambda drawing, x, y: _mark(drawing, x, y, filled=False))]
    if any(point.filled for point in data.points):
        entries.append(Entry("Filled in by trim and fill", lambda drawing, x, y: _mark(drawing, x, y, filled=True)))
    if data.center is not None:
        entries.append(Entry(data.center_label, lambda drawing, x, y: drawing.line(x, y - 6, x, y + 6)))
    if data.center is not None and data.limits is not None:
        entries.append(Entry(data.limits_label, lambda drawing, x, y: dashed(drawing, (x - 9, y), (x + 9, y))))
    if data.adjusted is not None:
        entries.append(Entry(data.adjusted_label, _adjusted_sign))
    regions = [contour.label for contour in data.contours]
    if regions:
        regions.append(data.outside)
    entries += [_shade(text, shade) for text, shade in zip(regions, SHADES, strict=False)]
    return entries


def _adjusted_sign(drawing: Drawing, x: float, y: float) -> None:
    drawing.line(x, y - 7, x, y + 7, stroke=STUDY, stroke_dasharray=ADJUSTED)


def _shade(text: str, shade: str) -> Entry:
    def sign(drawing: Drawing, x: float, y: float) -> None:
        drawing.rect(x - 8, y - 5, 16, 10, fill=shade, stroke=NULL, stroke_width=0.6)

    return Entry(text, sign)
