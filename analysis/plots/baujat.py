"""How is a Baujat plot drawn? What each study adds to heterogeneity against how far it moves the pooled effect.

After Baujat et al. 2002: studies at the upper right deserve a look. Their names stand beside their points, those farthest
out first. Both numbers come from `analysis.stats.baujat`.
"""

from dataclasses import dataclass
from math import isfinite

from analysis.plots.axis import snug_axis
from analysis.plots.chart import Around, Axes, Frame, beyond
from analysis.plots.naming import Box, Named, name_points, unnamed_note
from analysis.plots.svg import Drawing

WIDTH, HEIGHT = 460.0, 330.0
RADIUS = 3.6
INSET = 10.0
STUDY = "#1f5fa8"


@dataclass(frozen=True, slots=True)
class BaujatPoint:
    """A study: what it contributes to heterogeneity (x), and its influence on the pooled effect (y), both at least 0."""

    label: str
    contribution: float
    influence: float

    def __post_init__(self) -> None:
        for value in (self.contribution, self.influence):
            if not (isfinite(value) and value >= 0):
                raise ValueError(f"{self.label!r}: a Baujat plot has no place for {value}")


@dataclass(frozen=True, slots=True)
class Baujat:
    """A Baujat plot."""

    title: str
    points: tuple[BaujatPoint, ...]
    x_label: str = "Contribution to heterogeneity (squared Pearson residual)"
    y_label: str = "Influence on the pooled effect"
    footnotes: tuple[str, ...] = ()
    description: str = ""


def baujat(data: Baujat) -> str:
    """The Baujat plot as one picture."""
    across = [0.0, *(point.contribution for point in data.points)]
    up = [0.0, *(point.influence for point in data.points)]
    axes = Axes(snug_axis(across), snug_axis(up), data.x_label, data.y_label)
    around = Around(data.title, data.description or describe(data))
    frame = Frame(axes, around, WIDTH, HEIGHT, INSET)
    drawn = [point for point in data.points if frame.holds(point.contribution, point.influence)]
    drawn.sort(key=lambda point: -(axes.x.share(point.contribution) ** 2 + axes.y.share(point.influence) ** 2))
    places = [Named(each.label, frame.x(each.contribution), frame.y(each.influence), RADIUS) for each in drawn]
    room = Box(frame.across.left + 2, frame.top, frame.across.right, frame.bottom - 2)
    unnamed = name_points(Drawing(), places, room)
    notes = (*data.footnotes, *unnamed_note(unnamed), *beyond(len(data.points) - len(drawn)))
    frame = Frame(axes, Around(data.title, around.description, footnotes=notes), WIDTH, HEIGHT, INSET)

    def paint(drawing: Drawing) -> None:
        for point in places:
            with drawing.named(point.text):
                drawing.circle(point.x, point.y, RADIUS, fill=STUDY, stroke="#ffffff", stroke_width=0.6)
        name_points(drawing, places, room)

    return frame.document(paint)


def describe(data: Baujat) -> str:
    """For screen readers: how many studies, and the three that stand out most, by influence."""
    count = len(data.points)
    parts = [f"Baujat plot of {count} {'study' if count == 1 else 'studies'}."]
    most = sorted(data.points, key=lambda point: -point.influence)[:3]
    if most:
        parts.append(f"Most influence on the pooled effect: {'; '.join(point.label for point in most)}.")
    return " ".join(parts)
