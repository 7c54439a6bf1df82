"""Forest plots: everything is printed, nothing overlaps or is cut, and the marks stand where the numbers say."""

import re
from dataclasses import replace
from math import log, nan

import pytest
from hypothesis import given

from analysis.plots.axis import fixed_axis
from analysis.plots.forest import BODY, forest, forest_pages
from analysis.plots.forest_data import Column, Forest, Group, Interval, Prediction, StudyRow, SummaryRow
from analysis.plots.forest_marks import LIGHT
from tests.analysis.plots.figures import attachment, drawn, forests, many
from tests.analysis.plots.shapes import flaws, read

pytestmark = pytest.mark.pure


def test_every_text_of_the_plot_is_printed() -> None:
    words = read(forest(attachment())).words
    for text in (
        "1.1 Secure attachment",
        "Orme 1999",
        "4.04 [2.15, 7.60]",
        "8.93 [1.25, 63.70]",
        "[0.01, 900.12]",
        "Favours psychotherapy",
        "(C) Blinding of outcome assessment (detection bias)",
        "High risk of bias",
    ):
        assert text in words


def test_a_screen_reader_hears_title_and_pooled_result() -> None:
    figure = read(forest(attachment()))
    assert figure.role == "img"
    assert figure.title == "1.1 Secure attachment"
    assert figure.description == (
        "Forest plot of 2 studies. Total (95% CI): Psychotherapy Total 60, Control Total 108, Weight 100.0%, "
        "Risk ratio M-H, Random, 95% CI 8.93 [1.25, 63.70]."
    )
    assert read(forest(replace(attachment(), description="Both trials favour it."))).description == (
        "Both trials favour it."
    )


def test_the_same_plot_gives_the_same_bytes() -> None:
    assert forest(attachment()) == forest(attachment())


def test_decimal_points_estimates_and_limits_stand_below_each_other() -> None:
    columns = (Column("Mean", align="point"), Column("Effect", align="interval"))
    rows = (
        ("3474", "41.40 [−33.60, 116.40]"),
        ("3092.25", "−358.24 [−416.96, −299.52]"),
        ("–", "Not estimable"),
        ("0.75", "0.0023 [0.0041, 0.13]"),
    )
    studies = tuple(StudyRow(f"Study {i}", cells) for i, cells in enumerate(rows))
    total = SummaryRow(
        "Total", ("", "−175.28 [−288.94, −61.62]"), None, Prediction("PI", ("", "[−567.93, 217.37]"), -1, 1)
    )
    figure = read(forest(Forest("Weight", columns, (Group(studies),), total)))
    place = {text.what: text for text in figure.texts}
    wholes = [place["3474"].right, place["3092.25"].right - BODY.width(".25"), place["0.75"].right - BODY.width(".75")]
    assert wholes == pytest.approx([wholes[0]] * 3, abs=0.02)
    for ends in (
        ("41.40", "−358.24", "0.0023", "−175.28"),
        ("[−33.60,", "[−416.96,", "[0.0041,", "[−288.94,", "[−567.93,"),
        ("116.40]", "−299.52]", "0.13]", "−61.62]", "217.37]", "Not estimable"),
    ):
        assert [place[end].right for end in ends] == pytest.approx([place[ends[0]].right] * len(ends), abs=0.02)
    assert not flaws(figure)


def test_an_interval_of_powers_of_ten_is_broken_between_its_limits_only() -> None:
    huge = "1.2\u00a0×\u00a010⁻⁷ [7.7\u00a0×\u00a010⁻⁹, 2.0\u00a0×\u00a010⁻⁶]"
    plot = Forest("", (Column("Effect", align="interval"),), (Group((StudyRow("Tiny", (huge,)),)),))
    lines = [text.what for text in read(forest(plot)).texts if "10" in text.what]
    assert lines == ["1.2\u00a0×\u00a010⁻⁷ [7.7\u00a0×\u00a010⁻⁹,", "2.0\u00a0×\u00a010⁻⁶]"]


def test_squares_stand_at_their_estimates_and_have_areas_by_weight() -> None:
    plot = replace(attachment(), axis=fixed_axis(0.01, 100, log=True))
    figure = read(forest(plot))
    axis = next(s for s in figure.strokes if s.right - s.left == 250)
    squares = [area for area in figure.areas if area.what == "rect" and area.right - area.left < 15]
    for square, study in zip(squares, plot.studies, strict=True):
        assert study.effect is not None
        share = log(study.effect.estimate / 0.01) / log(1e4)
        assert (square.left + square.right) / 2 == pytest.approx(axis.left + 250 * share, abs=0.02)
    first, second = (square.right - square.left for square in squares)
    assert (second / first) ** 2 == pytest.approx(38.4 / 61.6, abs=0.005)


def test_the_diamond_runs_from_limit_to_limit() -> None:
    plot = replace(attachment(), axis=fixed_axis(0.01, 100, log=True))
    svg = forest(plot)
    axis = next(s for s in read(svg).strokes if s.right - s.left == 250)
    points = next(line for line in svg.splitlines() if line.startswith("<polygon") and line.count(",") == 4)
    xs = [float(point.split(",")[0]) for point in points.split('"')[1].split()]
    for x, value in zip((min(xs), max(xs)), (1.25, 63.7), strict=True):
        assert x == pytest.approx(axis.left + 250 * log(value / 0.01) / log(1e4), abs=0.02)


def test_an_interval_beyond_the_axis_ends_in_an_arrow() -> None:
    plot = replace(attachment(), domains=(), groups=(Group((_study(Interval(2, 1, 3)),)),), total=None)
    assert forest(plot).count("<polygon") == 0
    beyond = replace(plot, groups=(Group((_study(Interval(2, 0.001, 3000)),)),), axis=fixed_axis(0.1, 10, log=True))
    assert forest(beyond).count("<polygon") == 2


def test_an_estimate_beyond_the_axis_has_an_arrow_and_no_square() -> None:
    plot = replace(attachment(), domains=(), groups=(Group((_study(Interval(9, 7, 11)),)),), total=None)
    figure = read(forest(replace(plot, axis=fixed_axis(0.5, 4, log=True))))
    assert figure.areas == []
    assert [s.what for s in figure.strokes].count("polygon") == 1


def test_a_line_of_no_effect_off_the_axis_is_not_drawn() -> None:
    plot = replace(attachment(), total=None)
    assert forest(plot).count(f'stroke="{LIGHT}"') == 1
    assert f'stroke="{LIGHT}"' not in forest(replace(plot, axis=fixed_axis(2, 100, log=True)))


def _study(effect: Interval | None) -> StudyRow:
    return StudyRow("Rask 2011", ("", "", "", "", "", ""), effect, 1.0)


def test_risk_of_bias_is_told_by_sign_and_by_colour() -> None:
    svg = forest(attachment())
    for sign, colour in (("+", "#5cb85c"), ("?", "#ffe066"), ("−", "#c62828")):
        assert f">{sign}</text>" in svg
        assert f'fill="{colour}"' in svg
    # Five judgements were made; the legend has each of the three once more.
    assert svg.count("<circle") == 5 + 3


def test_two_hundred_studies_go_over_pages_and_none_is_missing() -> None:
    pages = forest_pages(many(200))
    figures = [read(page) for page in pages]
    assert len(pages) == 5
    printed = [text.what for figure in figures for text in figure.texts if text.what.startswith("Study ")]
    assert printed == [f"Study {i}" for i in range(200)]
    for i, figure in enumerate(figures, start=1):
        assert figure.canvas.bottom <= 1010
        assert f"(page {i} of 5)" in figure.title
        assert "Favours psychotherapy" in figure.words
        assert ("Total (95% CI)" in figure.words) == (i == 5)
        assert flaws(figure) == []


def test_a_short_plot_is_one_page_without_a_page_number() -> None:
    assert forest_pages(attachment()) == (forest(attachment()),)


def test_a_subgroup_heading_stays_with_its_first_study() -> None:
    groups = tuple(
        Group(tuple(StudyRow(f"S{g}.{i}", ("",) * 6, None) for i in range(3)), f"Subgroup {g}") for g in range(20)
    )
    for page in forest_pages(replace(attachment(), groups=groups, total=None), height=300):
        rows = [text.what for text in read(page).texts if re.match(r"S\d|Subgroup", text.what)]
        assert not rows[-1].startswith("Subgroup")


@drawn
@given(forests())
def test_nothing_overlaps_or_is_cut_whatever_the_texts(plot: Forest) -> None:
    assert flaws(read(forest(plot))) == []


@drawn
@given(forests())
def test_no_page_has_a_flaw_and_together_they_print_what_one_picture_prints(plot: Forest) -> None:
    named = replace(plot, title="Plot")
    pages = [read(page) for page in forest_pages(named, height=500)]
    for page in pages:
        assert flaws(page) == []
    whole = {text.what for text in read(forest(named)).texts}
    printed = {text.what for page in pages for text in page.texts}
    assert whole - {"Plot"} <= printed


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"columns": (Column("Weight"),)}, "'Orme 1999' has 6 cells for 1 columns"),
        ({"domains": ()}, "'Orme 1999' has 3 judgements for 0 domains"),
        ({"judgements": {}}, "'Orme 1999': judgement 'low' is not one of: "),
        ({"null": 0.0}, "a logarithmic axis has no place for a line of no effect at 0.0"),
        ({"log": False, "axis": fixed_axis(0.1, 10, log=True)}, "the axis given is straight"),
        ({"total": SummaryRow("Total", ("",) * 6, Interval(-1, -2, 3))}, "'Total': a logarithmic axis has no place"),
    ],
)
def test_input_that_does_not_fit_together_is_refused_by_name(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match="^" + complaint.replace("(", r"\(")):
        replace(attachment(), **change)


def test_intervals_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="leave the effect out"):
        Interval(nan, 1, 2)
    with pytest.raises(ValueError, match="the estimate 3 is not between 1 and 2"):
        Interval(3, 1, 2)
    with pytest.raises(ValueError, match="cannot run from 2 to 1"):
        Prediction("PI", (), 2, 1)
    with pytest.raises(ValueError, match="align must be one of start, middle, end, point, interval, not 'left'"):
        Column("Weight", align="left")
