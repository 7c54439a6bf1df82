"""A JSON document becomes a figure, or a sentence that names the field which does not fit."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from analysis.plots.__main__ import FIGURES, main, plot_from
from analysis.plots.figure import Plot
from analysis.plots.forest import forest
from analysis.plots.forest_data import Forest
from analysis.plots.reading import Unreadable, read
from tests.analysis.plots.examples import examples
from tests.analysis.plots.figures import attachment

pytestmark = pytest.mark.pure


def document() -> dict[str, Any]:
    """The plot as a JSON file would hold it."""
    read_back: dict[str, Any] = json.loads(json.dumps(asdict(attachment())))
    return read_back


def test_what_was_written_is_read_back_the_same() -> None:
    assert read(Forest, document(), "plot") == attachment()


def test_a_tool_may_be_named_instead_of_its_judgements() -> None:
    assert plot_from({**document(), "judgements": "rob1"}, "plot") == attachment()


@pytest.mark.parametrize("plot", examples(), ids=lambda plot: type(plot).__name__)
def test_every_kind_of_figure_is_read_back_the_same(plot: Plot) -> None:
    name = next(name for name, kind in FIGURES.items() if kind is type(plot))
    assert plot_from({"figure": name, **json.loads(json.dumps(asdict(plot)))}, "plot") == plot


def test_fields_that_are_not_given_have_their_defaults() -> None:
    plot = read(Forest, {"title": "T", "columns": [], "groups": []}, "plot")
    assert (plot.total, plot.log, plot.study_heading) == (None, False, "Study")


def _with(change: Mapping[str, Any]) -> dict[str, Any]:
    return {**document(), **change}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ([], "plot: must be an object, not []"),
        ({"title": "T"}, "plot: columns, groups is missing"),
        (_with({"colour": "red"}), "plot: there is no field colour; there are title, columns, "),
        (_with({"title": 7}), "plot.title: must be text, not 7"),
        (_with({"log": "yes"}), "plot.log: must be true or false, not 'yes'"),
        (_with({"null": True}), "plot.null: must be a number, not True"),
        (_with({"groups": {}}), "plot.groups: must be a list, not {}"),
        (_with({"favours": ["left"]}), "plot.favours: must have 2 items, not 1"),
        (
            _with({"figure": "pie"}),
            "plot.figure: must be one of forest, funnel, baujat, bubble, history, traffic_light, bias_summary, not 'pie'",
        ),
        (_with({"judgements": "robx"}), "plot.judgements: must be one of rob1, rob2, robins_i, not 'robx'"),
        (_with({"judgements": ["low"]}), "plot.judgements: must be an object, not ['low']"),
        (_with({"domains": []}), "plot: 'Orme 1999' has 3 judgements for 0 domains"),
        (
            _with({"total": {"label": "Total", "cells": [""] * 6, "effect": {"estimate": 3, "lower": 1, "upper": 2}}}),
            "plot.total.effect: the estimate 3 is not between 1 and 2",
        ),
    ],
)
def test_what_does_not_fit_is_named(given: Any, complaint: str) -> None:
    with pytest.raises(Unreadable) as caught:
        plot_from(given, "plot")
    assert str(caught.value).startswith(complaint)


def test_the_program_draws_each_kind_of_file(tmp_path: Path) -> None:
    source = tmp_path / "forest.json"
    source.write_text(json.dumps(document()), encoding="utf-8")
    for suffix, start in ((".svg", b"<svg"), (".png", b"\x89PNG"), (".pdf", b"%PDF")):
        target = tmp_path / f"plot{suffix}"
        assert main([str(source), str(target)]) == 0
        assert target.read_bytes().startswith(start)
    assert (tmp_path / "plot.svg").read_text(encoding="utf-8") == forest(attachment())


@pytest.mark.parametrize(
    ("content", "target", "complaint"),
    [
        (b'{"title": "T",\n oops}', "plot.svg", "line 2: this is not JSON"),
        (b"\xff\xfe\x00", "plot.svg", "this is not text in UTF-8"),
        (b"{}", "plot.svg", "forest.json: title, columns, groups is missing"),
        (b'{"title": "T", "columns": [], "groups": []}', "plot.gif", "must end in .svg, .png or .pdf, not '.gif'"),
    ],
)
def test_the_program_says_in_a_sentence_what_it_cannot_do(
    content: bytes, target: str, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "forest.json"
    source.write_bytes(content)
    assert main([str(source), str(tmp_path / target)]) == 1
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / target).exists()


def test_a_file_that_is_not_there_and_too_few_arguments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.json"), "plot.svg"]) == 1
    assert "none.json" in capsys.readouterr().err
    assert main([]) == 2
    assert "python -m analysis.plots" in capsys.readouterr().err
