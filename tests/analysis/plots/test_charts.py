"""Funnel, Baujat, bubble and history: marks stand where the numbers say, and no text is cut or lies on another."""

import re
from dataclasses import replace
from math import exp, inf, log, nan

import pytest
from hypothesis import given

from analysis.plots.axis import tight_ratio_axis
from analysis.plots.baujat import Baujat, BaujatPoint, baujat
from analysis.plots.bubble import Bubble, BubblePlot, Fitted, bubble
from analysis.plots.figure import Plot, file, svg
from analysis.plots.forest_data import Interval
from analysis.plots.funnel import Contour, Funnel, FunnelPoint, axes_of, funnel
from analysis.plots.history import History, RunPoint, history
from tests.analysis.plots import charts
from tests.analysis.plots.examples import examples
from tests.analysis.plots.figures import drawn
from tests.analysis.plots.shapes import Box, flaws, read

pytestmark = pytest.mark.pure

POINTS = tuple(FunnelPoint(f"Study {i}", exp(0.1 * i - 0.5), 0.1 * i) for i in range(1, 9))
FUNNEL = Funnel(
    "Response",
    POINTS,
    "Risk ratio",
    log=True,
    null=1.0,
    center=0.8,
    limits=1.96,
    contours=charts.CONTOURS[:2],
    outside="p ≤ 0.05",
)


def circles(picture: str, within: float = 390) -> list[Box]:
    """Those of the plot, not of the key below it."""
    return [area for area in read(picture).areas if area.what == "circle" and area.bottom < within]


def middle(box: Box) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def test_a_funnel_shows_every_study_precise_ones_on_top() -> None:
    marks = [middle(circle) for circle in circles(funnel(FUNNEL))]
    assert len(marks) == len(POINTS)
    xs, ys = zip(*marks, strict=True)
    assert list(ys) == sorted(ys)
    step = ys[1] - ys[0]
    assert all(b - a == pytest.approx(step, abs=0.02) for a, b in zip(ys, ys[1:], strict=False))
    assert all(b - a == pytest.approx(xs[1] - xs[0], abs=0.02) for a, b in zip(xs, xs[1:], strict=False))


def test_a_study_on_the_pseudo_limit_lies_on_the_dashed_line() -> None:
    """At a standard error of 0.5 the limits are at 0.8 times exp(±1.96 · 0.5)."""
    limit = 0.8 * exp(1.96 * 0.5)
    picture = funnel(replace(FUNNEL, points=(FunnelPoint("On it", limit, 0.5), FunnelPoint("Far", 0.2, 0.9))))
    x, y = middle(circles(picture)[0])
    found = [
        tuple(float(n) for n in re.findall(r'[xy][12]="([-\d.]+)"', line))
        for line in picture.splitlines()
        if 'stroke-dasharray="5 3"' in line
    ]
    x1, y1, x2, y2 = next(line for line in found if line[2] > line[0] and line[3] - line[1] > 50)
    assert x == pytest.approx(x1 + (x2 - x1) * (y - y1) / (y2 - y1), abs=0.1)


@pytest.mark.parametrize("log", [False, True])
def test_the_funnel_is_whole_down_to_the_least_precise_study_and_so_is_the_region_about_no_effect(log: bool) -> None:
    points = (FunnelPoint("A", 4.0, 0.1), FunnelPoint("B", 5.0, 0.9))
    plot = Funnel(
        "", points, "Effect", log=log, null=1.0, center=4.0, limits=1.96, contours=(Contour(1.645, "p > 0.10"),)
    )
    axis = axes_of(plot).x
    for about, quantile in ((4.0, 1.96), (1.0, 1.645)):
        far = quantile * 0.9
        for end in (about * exp(far), about * exp(-far)) if log else (about + far, about - far):
            assert axis.lower <= end <= axis.upper


def test_filled_studies_are_open_circles_and_told_in_the_key() -> None:
    picture = funnel(replace(FUNNEL, points=(*POINTS, FunnelPoint("Filled 1", 2.0, 0.7, filled=True)), adjusted=0.9))
    assert picture.count('fill="#ffffff" stroke="#000000" stroke-width="1.2"') == 2  # one in the plot, one in the key
    assert "Filled in by trim and fill" in read(picture).words
    assert "1 filled in by trim and fill" in read(picture).description
    assert "Filled in" not in read(funnel(FUNNEL)).words


def test_contours_have_a_grey_each_and_a_word_each() -> None:
    picture = funnel(FUNNEL)
    assert len(read(picture).grounds) == 2
    for words in ("p > 0.10", "0.05 < p ≤ 0.10", "p ≤ 0.05"):
        assert words in read(picture).words


def test_baujat_names_the_studies_that_stand_out_and_says_how_many_it_does_not_name() -> None:
    crowd = tuple(BaujatPoint(f"Crowd {i}", 0.001 * i, 0.001) for i in range(60))
    figure = read(baujat(Baujat("Response", (*crowd, BaujatPoint("Far out 1999", 4.0, 2.0)))))
    assert "Far out 1999" in figure.words
    unnamed = re.search(r"(\d+) points have no room for a name here", figure.words)
    assert unnamed is not None
    named = sum(text.what.startswith(("Crowd", "Far")) for text in figure.texts)
    assert named + int(unnamed.group(1)) == 61
    assert "Far out 1999" in figure.description
    assert flaws(figure) == []


def test_bubbles_have_areas_by_weight_and_the_line_passes_where_it_was_said() -> None:
    line = (Fitted(0, 0.5, 0.4, 0.6), Fitted(10, 2.0, 1.5, 2.5))
    points = (Bubble("Light", 0, 0.5, 1.0), Bubble("Heavy", 10, 2.0, 4.0))
    picture = bubble(BubblePlot("Dose", points, "mg", "Risk ratio", line, log=True))
    heavy, light = circles(picture)
    assert (heavy.right - heavy.left) / (light.right - light.left) == pytest.approx(2, abs=0.01)
    stroke = next(line for line in picture.splitlines() if 'stroke-width="1.4"' in line)
    ends = [float(n) for n in re.findall(r'[xy][12]="([-\d.]+)"', stroke)]
    assert ends == pytest.approx([*middle(light), *middle(heavy)], abs=0.02)


def test_a_history_marks_the_run_that_stands_and_cuts_what_is_too_wide() -> None:
    runs = (
        RunPoint(1, "Run 1", Interval(0.5, 0.0001, 4000)),
        RunPoint(2, "Run 2", None),
        RunPoint(3, "Run 3", Interval(0.7, 0.5, 0.98)),
    )
    picture = history(History("", runs, "Risk ratio", log=True, null=1.0))
    assert len(circles(picture)) == 2
    assert picture.count('fill="#1f5fa8"') == 1
    assert picture.count("<polygon") == 2
    assert "<title>Run 3</title>" in picture


def test_a_point_that_no_axis_reaches_is_told() -> None:
    picture = funnel(replace(FUNNEL, points=(*POINTS, FunnelPoint("Boundless", 1e200, 0.5))))
    assert "1 point lies beyond the axes and cannot be drawn." in read(picture).words
    assert len(circles(picture)) == len(POINTS)


@pytest.mark.parametrize("plot", examples(), ids=lambda plot: type(plot).__name__)
def test_every_figure_is_named_and_described_and_becomes_each_kind_of_file(plot: Plot) -> None:
    figure = read(svg(plot))
    assert figure.role == "img"
    assert figure.description
    for kind, start in (("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF")):
        assert file(plot, kind).startswith(start)
    with pytest.raises(ValueError, match="one of svg, png, pdf, not 'gif'"):
        file(plot, "gif")


@drawn
@given(charts.funnels())
def test_no_funnel_has_a_flaw(plot: Funnel) -> None:
    assert flaws(read(funnel(plot))) == []


@drawn
@given(charts.baujats)
def test_no_baujat_plot_has_a_flaw(plot: Baujat) -> None:
    assert flaws(read(baujat(plot))) == []


@drawn
@given(charts.bubbles())
def test_no_bubble_plot_has_a_flaw(plot: BubblePlot) -> None:
    assert flaws(read(bubble(plot))) == []


@drawn
@given(charts.histories())
def test_no_history_has_a_flaw(plot: History) -> None:
    assert flaws(read(history(plot))) == []


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: FunnelPoint("Ng", inf, 0.1), "'Ng': a funnel has no place for inf"),
        (lambda: FunnelPoint("Ng", 1, -0.1), "'Ng': a funnel has no place for 1 with standard error -0.1"),
        (lambda: replace(FUNNEL, center=0), "a logarithmic axis has no place for 0"),
        (lambda: replace(FUNNEL, null=None), "contours lie about the line of no effect"),
        (lambda: replace(FUNNEL, contours=charts.CONTOURS[::-1]), "contours run from the innermost outwards"),
        (lambda: replace(FUNNEL, contours=(Contour(1, ""),) * 4), "a funnel has at most 3 contours, not 4"),
        (lambda: BaujatPoint("Ng", -1, 0), "'Ng': a Baujat plot has no place for -1"),
        (lambda: Bubble("Ng", nan, 1, 1), "'Ng': a bubble has no place for nan"),
        (lambda: BubblePlot("", (Bubble("Ng", 1, -1, 1),), "", "", log=True), "a logarithmic axis has no place for"),
        (lambda: History("", (RunPoint(1, "R", Interval(1, -1, 2)),), "", log=True), "'R': a logarithmic axis has no"),
    ],
)
def test_numbers_that_have_no_place_are_refused_by_name(make: object, complaint: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(complaint)):
        make()  # type: ignore[operator]


def test_a_tight_axis_ends_at_round_numbers_about_the_data() -> None:
    axis = tight_ratio_axis([0.3, 0.9, 4.1])
    assert (axis.lower, axis.upper) == (0.2, 5.0)
    assert tight_ratio_axis([]).share(1.0) == pytest.approx(log(2) / log(4))
    assert tight_ratio_axis([3.0, 3.0]).ticks[0] < 3 < tight_ratio_axis([3.0, 3.0]).ticks[-1]
