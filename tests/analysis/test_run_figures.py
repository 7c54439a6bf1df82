"""Which figures does a run have, and do page, table and file carry the same numbers?"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import groupby, product
from pathlib import Path
from random import Random
from time import time
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from analysis import drawing, figures, queries, run_figures, workflow
from analysis.beyond import year
from analysis.measures import MEASURES, PLANNED
from analysis.models import Analysis, Run
from analysis.plots.fonts import installed
from analysis.pooling import compute
from extraction.models import Outcome
from reviewapp.models import Member
from tests.analysis import build
from tests.analysis.plots.shapes import flaws, read
from tests.analysis.test_investigations import OPTIONS, bcg
from tests.analysis.test_reproduction import fits, some_study

pytestmark = pytest.mark.django_db

Pair = tuple[Member, Member]

TRIALS = {"Orme 2003": (12, 40, 20, 41), "Abe 1999": (5, 30, 9, 28), "Rask 2011": (30, 90, 41, 88)}


@pytest.fixture
def analysis(pair: Pair, outcome: Outcome, jobs_now: Callable[[], int]) -> Analysis:
    build.studies(pair, outcome, TRIALS)
    made = build.plan(pair[0], outcome, favours_left="Favours therapy", favours_right="Favours control")
    jobs_now()
    return made


def test_a_run_of_three_studies_has_all_figures_each_with_its_page_table_and_files(
    client: Client, observer: Member, analysis: Analysis
) -> None:
    run = analysis.runs.get()
    client.force_login(observer.user)
    slug = observer.review.slug
    figures = run_figures.figures_of(run)
    assert [each.name for each in figures] == ["forest", "leave-one-out", "cumulative", "funnel", "baujat"]
    whole = client.get(reverse("analysis:run", args=[slug, run.pk])).content.decode()
    for each in figures:
        address = reverse("analysis:figure", args=[slug, run.pk, each.name])
        assert (address in whole) == (each.name != "forest")
        page = client.get(address).content.decode()
        assert each.help in page.replace("&#x27;", "'")
        drawn = read(each.svg)
        assert drawn.title in page
        for row in each.table.rows:
            assert all(cell in page for cell in row.cells)
        for kind, begins in (("svg", b"<svg"), ("pdf", b"%PDF")):
            answer = client.get(reverse(f"analysis:figure-{kind}", args=[slug, run.pk, each.name]))
            assert answer.content.startswith(begins)
            assert answer["Content-Disposition"].endswith(f'-run-1-{each.name}.{kind}"')
    assert client.get(reverse("analysis:figure", args=[slug, run.pk, "pie"])).status_code == 404


def test_the_cumulative_plot_goes_by_the_years_in_the_names_and_ends_at_the_pooled_effect(analysis: Analysis) -> None:
    run = analysis.runs.get()
    figure = run_figures.figure_of(run, "cumulative")
    assert [row.label for row in figure.table.rows] == ["Abe 1999", "Orme 2003", "Rask 2011"]
    whole = run_figures.forest(run).table.total
    assert whole is not None
    assert figure.table.rows[-1].cells[-1] == whole.cells[-1]


@pytest.mark.parametrize(
    ("name", "found"), [("Orme 1999a", 1999), ("Trial 12345", None), ("1980 study, 2001", 2001), ("X", None)]
)
def test_the_year_is_read_from_a_study_s_name(name: str, found: int | None) -> None:
    assert year(name) == found


def test_with_two_studies_there_is_no_more_than_the_forest_plot(
    pair: Pair, outcome: Outcome, jobs_now: Callable[[], int]
) -> None:
    build.studies(pair, outcome, build.SECURE)
    build.plan(pair[0], outcome)
    jobs_now()
    assert [each.name for each in run_figures.figures_of(Run.objects.get())] == ["forest"]


def test_a_run_from_before_these_were_computed_shows_what_it_has(analysis: Analysis) -> None:
    run = analysis.runs.get()
    del run.result["beyond"]
    assert [each.name for each in run_figures.figures_of(run)] == ["forest", "funnel"]


def test_a_funnel_of_few_studies_says_that_it_tells_little(analysis: Analysis) -> None:
    assert "With 3 studies the plot says little" in run_figures.figure_of(analysis.runs.get(), "funnel").help


def test_the_page_of_an_analysis_plots_its_runs_once_there_are_two(
    client: Client, pair: Pair, analysis: Analysis, jobs_now: Callable[[], int]
) -> None:
    client.force_login(pair[0].user)
    address = reverse("analysis:analysis", args=[pair[0].review.slug, analysis.pk])
    page = client.get(address).content.decode()
    assert "Result of each run" not in page
    assert "95% interval by Q-profile 0.00 to " in page
    workflow.change_plan(pair[0], analysis, model="fixed")
    jobs_now()
    page = client.get(address).content.decode()
    assert "Result of each run" in page
    assert "; τ² –, before 0.00" in page
    runs = [change.run for change in queries.history(pair[0], analysis)]
    plot = run_figures.history_of(runs[::-1])
    assert [point.label.split(":")[0] for point in plot.runs] == ["Run 1", "Run 2"]
    assert all(point.effect is not None for point in plot.runs)
    workflow.change_plan(pair[0], analysis, measure="RD")
    jobs_now()
    runs = [change.run for change in queries.history(pair[0], analysis)]
    plot = run_figures.history_of(runs[::-1])
    assert [point.effect is None for point in plot.runs] == [
        True,
        True,
        False,
    ]  # ratios have no place among differences


def test_subgroups_and_regressions_that_are_planned_have_their_figures(analysis: Analysis) -> None:
    run = analysis.runs.get()
    planned = [
        "subgroup:study/allocation",
        "moderator:study/latitude",
        "moderator:study/allocation",
        "sensitivity:fixed",
    ]
    run.options = {**run.options, **OPTIONS, "investigations": planned}
    run.result = compute(bcg(), run.options).result
    made = {each.name: each for each in run_figures.investigations(run)}
    assert list(made) == ["subgroups-1", "regression-2"]  # a regression on groups is no line
    for each in made.values():
        drawn = read(each.svg)
        assert flaws(drawn) == []
        for row in each.table.rows:
            assert row.label.removesuffix(": subtotal") in each.svg
    groups = made["subgroups-1"]
    assert "Test for subgroup differences: Chi² = " in read(groups.svg).words
    assert [name for name, _ in groups.table.groups[:2]] == ["Intervention", "Control"]
    subtotals = {row.label: row.cells for row in groups.table.rows if row.label.endswith(": subtotal")}
    assert list(subtotals) == ["alternate: subtotal", "random: subtotal", "systematic: subtotal"]
    assert subtotals["alternate: subtotal"][:4] == ("", str(5069 + 1541), "", str(5808 + 1451))
    assert groups.table.rows[0].cells[:4] == ("33", "5069", "47", "5808")
    assert "Comstock 1974" in {row.label for row in made["regression-2"].table.rows}


@pytest.mark.once
def test_each_way_of_pooling_has_all_its_figures_without_a_flaw(analysis: Analysis) -> None:
    """Every measure, method and model, on numbers as they come; Peto's odds ratios and correlations among them."""
    run, random = analysis.runs.get(), Random(7)
    for kind, of in groupby(PLANNED, key=lambda each: each.answers.kind):
        studies = [some_study(random, kind, n, 1) for n in range(1, 8)]
        for plan in product((each.id for each in of), Analysis.Method.values, Analysis.Model.values):
            how = {**dict(zip(("measure", "method", "model"), map(str, plan), strict=True)), "preset": "RevMan 2025"}
            if not fits(kind, how):
                continue
            run.input = {**run.input, "kind": kind}
            run.options = {**how, "investigations": ["subgroup:study/allocation", "moderator:study/dose"]}
            run.result = compute({"kind": kind, "studies": studies}, run.options).result
            made = {each.name: each for each in run_figures.figures_of(run)}
            assert {"forest", "leave-one-out", "cumulative", "funnel", "baujat"} < set(made), how
            for name, each in made.items():
                assert flaws(read(each.svg)) == [], (how, name)
            title = "Peto odds ratio" if how["method"] == "Peto" else MEASURES[how["measure"]].title
            assert made["forest"].plot.plot_heading[0] == title  # type: ignore[union-attr]
            effects, by = run.result["pooled"]["effects"], figures.measure_of(run.result["pooled"])
            for i, label in enumerate(effects["study"]):
                (row,) = [row for row in made["forest"].table.rows if row.label == label]
                of = effects["yi"][i], effects["ci_lb"][i], effects["ci_ub"][i]
                assert row.cells[-1] == figures.shown_interval(of, figures.own(by, effects, i)) or row.reason, how


def test_the_figures_of_a_large_run_are_printed_before_anybody_asks_and_are_what_would_be_printed(
    client: Client, pair: Pair, outcome: Outcome, jobs_now: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "LARGE", 3)
    monkeypatch.setattr(drawing, "SLOW", 0)
    build.studies(pair, outcome, TRIALS)
    made = build.plan(pair[0], outcome)
    jobs_now()
    run = queries.shown_analysis(pair[0], made.pk).run
    forest = run_figures.forest(run)
    expected = {kind: forest.file(kind) for kind in drawing.KINDS}

    def never(*given: object) -> bytes:
        raise AssertionError("drawn again")

    monkeypatch.setattr("analysis.plots.figure.file", never)
    client.force_login(pair[0].user)
    assert forest.svg.encode() == expected["svg"]
    for kind, content in expected.items():
        answer = client.get(reverse(f"analysis:figure-{kind}", args=[pair[0].review.slug, run.pk, "forest"]))
        assert answer.content == content
    workflow.change_plan(pair[0], made, note="Another note stands below the figure")
    other = run_figures.forest(queries.shown_analysis(pair[0], made.pk).run)
    with pytest.raises(AssertionError, match="drawn again"):
        other.file("png")


def test_what_was_printed_without_a_font_is_printed_again_once_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {name: [f"<svg>{name}</svg>"] for name in ("李", "Li")}
    monkeypatch.setattr(installed, "fonts_for", lambda letters: ())
    before = {name: drawing.path_of(each, "png") for name, each in pages.items()}
    monkeypatch.setattr(installed, "fonts_for", lambda letters: (Path("CJK.ttf"),) if letters else ())
    assert drawing.path_of(pages["李"], "png") != before["李"]
    assert drawing.path_of(pages["Li"], "png") == before["Li"]


def test_figures_that_nobody_asks_for_go_and_those_of_the_day_stay(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_FOLDER, settings.FIGURES_DAYS, settings.FIGURES_MB = str(tmp_path), 30, 1
    now = time()
    for name, days, size in (("old", 31, 10), ("week", 7, 900_000), ("month", 29, 200_000), ("today", 0.5, 2_000_000)):
        drawing.keep(drawing.folder() / name, b"x" * size)
        os.utime(drawing.folder() / name, (now - days * drawing.DAY,) * 2)
    drawing.clear()
    left = {each.name for each in drawing.folder().iterdir()}
    assert left == {"today", drawing.CLEARED}, "what was looked at today is more than there is room for, and stays"
    assert drawing.last_cleared() >= now - 1
    settings.FIGURES_MB = 10
    for name, days in (("week", 7), ("month", 29), ("old", 31)):
        drawing.keep(drawing.folder() / name, b"x")
        os.utime(drawing.folder() / name, (now - days * drawing.DAY,) * 2)
    assert drawing.kept(drawing.folder() / "old") == b"x", "who looks at it keeps it"
    drawing.clear()
    assert {each.name for each in drawing.folder().iterdir()} == {"today", "week", "month", "old", drawing.CLEARED}
    assert drawing.kept(drawing.folder() / "none") is None


def test_a_page_names_the_letters_that_no_font_here_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.plots.fonts.installed.FOLDERS", ())
    installed.fonts_for.cache_clear()
    told = render_to_string("analysis/_undrawable.html", {"drawn": "Li 李, 王, Παπαδόπουλος"})
    installed.fonts_for.cache_clear()
    assert "No font on this server has 李王: empty boxes stand for them in PNG and PDF." in told
    assert render_to_string("analysis/_undrawable.html", {"drawn": "Murray 2003"}).strip() == ""
