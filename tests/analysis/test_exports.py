"""Are numbers rounded as print does, and do figure, table and file carry the same ones?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from analysis import exports, queries, run_figures
from analysis.models import Run
from extraction import workflow as extraction
from extraction.models import Outcome
from reviewapp.errors import NotHere
from reviewapp.models import Member
from tests.analysis import build
from tests.extraction import build as studies_of

pytestmark = pytest.mark.django_db

Pair = tuple[Member, Member]


@pytest.fixture
def run(pair: Pair, outcome: Outcome, jobs_now: Callable[[], int]) -> Run:
    """The seed review's secure attachment, with one study that cannot be estimated."""
    first, *_ = build.studies(pair, outcome, {**build.SECURE, "Quiet 2001": (0, 20, 0, 20)})
    for author in pair:
        studies_of.assessed(author, first, {"allocation_concealment": "high"})
    extraction.agree_assessment(pair[0], first, {})
    analysis = build.plan(pair[0], outcome, favours_left="Favours control", favours_right="Favours therapy")
    jobs_now()
    return queries.current_run(pair[0], analysis)


def words_of(svg: str) -> str:
    """All that is written, in order."""
    return " ".join(
        "".join(each.itertext()) for each in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    )


def test_the_table_has_the_figures_very_texts(run: Run) -> None:
    table = exports.table(run)
    assert [row.label for row in table.rows] == ["Cicchetti 1999a", "Cicchetti 2006b", "Quiet 2001"]
    assert table.rows[1].cells == ("8", "14", "1", "54", "39.0%", "30.86 [4.20, 226.65]")
    assert table.rows[2].cells[-1] == "Not estimable"
    assert table.total.cells == ("", "60", "", "108", "100.0%", "8.93 [1.25, 63.70]")
    assert sum(span for _, span in table.groups) == len(table.headings) == 6
    drawn = words_of(exports.forest_svg(run))
    for row in [*table.rows, table.total]:
        assert all(f" {cell} " in drawn for cell in row.cells if cell)


def test_studies_that_are_left_out_for_one_reason_are_named_in_one_sentence() -> None:
    pairs = [("Abe 1999", "nobody has the event"), ("Orme 2001", "no mean"), ("Rask 2003", "nobody has the event")]
    assert exports.left_out_in_words(pairs) == [
        "Abe 1999 and Rask 2003 are left out: nobody has the event.",
        "Orme 2001 is left out: no mean.",
    ]


def test_the_lines_below_the_total_are_those_of_the_field(run: Run) -> None:
    assert list(exports.notes(run)) == [
        "Total events: 39 (Intervention), 10 (Control)",
        "Heterogeneity: Tau² = 1.54; Chi² = 3.71, df = 1 (P = 0.05); I² = 73%",
        "Test for overall effect: Z = 2.18 (P = 0.03)",
    ]


def test_the_figure_shows_judgements_and_who_is_left_out(run: Run) -> None:
    svg = exports.forest_svg(run)
    assert "Allocation concealment" in svg
    assert "Quiet 2001 is left out: nobody has the event in either group." in " ".join(
        ElementTree.fromstring(svg).itertext()
    )


def test_the_figure_needs_no_inline_style_which_the_policy_forbids(run: Run) -> None:
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=", exports.forest_svg(run))


def test_the_png_is_a_png_of_print_size(run: Run) -> None:
    png = run_figures.forest(run).file("png")
    assert png.startswith(b"\x89PNG\r\n")
    width = float(ElementTree.fromstring(exports.forest_svg(run)).attrib["width"])
    assert int.from_bytes(png[16:20]) == pytest.approx(width * 300 / 96, abs=2)


def test_the_json_is_enough_to_do_the_run_again(run: Run) -> None:
    from analysis.pooling import compute

    document = json.loads(exports.run_json(run))
    again = compute(document["input"], document["options"])
    assert json.loads(json.dumps(again.result)) == document["result"]
    assert document["versions"].keys() == {"python", "numpy", "scipy"}


def test_a_run_without_studies_has_no_figure(pair: Pair, outcome: Outcome, jobs_now: Callable[[], int]) -> None:
    build.plan(pair[0], outcome)
    jobs_now()
    run = Run.objects.get()
    with pytest.raises(NotHere):
        exports.forest_svg(run)
    assert exports.result_in_words(run) == ""


def test_a_prediction_interval_is_shown_where_the_conventions_have_one(
    pair: Pair, outcome: Outcome, jobs_now: Callable[[], int]
) -> None:
    build.studies(pair, outcome, {**build.SECURE, "Cohen 1999": (20, 40, 10, 41)})
    build.plan(pair[0], outcome, method="IV", preset="RevMan 2025")
    jobs_now()
    run = Run.objects.get()
    assert re.fullmatch(r"\[0\.\d\d, \d+\.\d\d\]", exports.prediction_in_words(run))
    assert exports.prediction_in_words(run) in words_of(exports.forest_svg(run))
