"""Funnels, Baujat and bubble plots and histories for tests: any that can be."""

from math import exp

from hypothesis import strategies as st

from analysis.plots.baujat import Baujat, BaujatPoint
from analysis.plots.bubble import Bubble, BubblePlot, Fitted
from analysis.plots.funnel import Contour, Funnel, FunnelPoint
from analysis.plots.history import History, RunPoint
from tests.analysis.plots.figures import ROWS, few_words, intervals, words

SIZES = st.sampled_from([1e-12, 0.1, 1.0, 40.0])
CONTOURS = (Contour(1.645, "p > 0.10"), Contour(1.96, "0.05 < p ≤ 0.10"), Contour(2.576, "治療" * 100))


@st.composite
def spread(draw: st.DrawFn) -> float:
    """A number of any order of size."""
    return draw(SIZES) * draw(st.floats(-1, 1))


@st.composite
def places(draw: st.DrawFn, log: bool) -> float:
    value = draw(spread())
    return exp(value) if log else value * draw(st.sampled_from([1.0, 1e6]))


@st.composite
def funnels(draw: st.DrawFn) -> Funnel:
    log = draw(st.booleans())
    points = st.builds(FunnelPoint, words, places(log), spread().map(abs), st.booleans())
    contours = draw(st.sampled_from([(), CONTOURS]))
    null = 1.0 if log else 0.0
    return Funnel(
        title=draw(words),
        points=tuple(draw(st.lists(points, max_size=12 + ROWS))),
        x_label=draw(words),
        y_label=draw(words),
        log=log,
        null=null if contours else draw(st.sampled_from([None, null])),
        center=draw(st.none() | places(log)),
        center_label=draw(words),
        limits=draw(st.sampled_from([None, 1.96, 60.0])),
        limits_label=draw(words),
        adjusted=draw(st.none() | places(log)),
        contours=contours,
        outside=draw(words),
        footnotes=draw(few_words),
    )


baujats = st.builds(
    Baujat,
    words,
    st.lists(st.builds(BaujatPoint, words, spread().map(abs), spread().map(abs)), max_size=15 + ROWS).map(tuple),
    words,
    words,
    few_words,
)


@st.composite
def bubbles(draw: st.DrawFn) -> BubblePlot:
    log = draw(st.booleans())
    made = st.builds(Bubble, words, spread(), places(log), st.floats(0, 1e6))
    line = []
    for x in sorted(draw(st.lists(spread(), max_size=4, unique=True))):
        lower, estimate, upper = sorted(draw(st.lists(places(log), min_size=3, max_size=3)))
        line.append(Fitted(x, estimate, lower, upper))
    return BubblePlot(
        title=draw(words),
        bubbles=tuple(draw(st.lists(made, max_size=12 + ROWS))),
        x_label=draw(words),
        y_label=draw(words),
        line=tuple(line),
        log=log,
        null=draw(st.sampled_from([None, 1.0])),
        line_label=draw(words),
        footnotes=draw(few_words),
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    log = draw(st.booleans())
    first = draw(st.integers(1, 50))
    effects = draw(st.lists(st.none() | intervals(log), max_size=60))
    runs = tuple(RunPoint(first + i, draw(words), effect) for i, effect in enumerate(effects))
    return History(draw(words), runs, draw(words), draw(words), log, draw(st.sampled_from([None, 1.0])))
