"""The named presets settle the conventions, and nothing unknown gets in."""

from __future__ import annotations

import json

import pytest

from analysis.stats import PRESETS, Options, StatsError, preset

pytestmark = pytest.mark.pure


def test_revman_2025_is_the_default() -> None:
    assert preset("RevMan 2025") == Options()
    assert list(PRESETS) == ["RevMan 2025", "RevMan 5", "metafor"]


def test_the_presets_part_where_the_programs_part() -> None:
    table = {name: (o.method, o.i2, o.prediction, o.hedges, o.mh_add, o.mh_variance) for name, o in PRESETS.items()}
    assert table == {
        "RevMan 2025": ("REML", "tau2", "V", "approximate", 0.5, "Greenland"),
        "RevMan 5": ("DL", "Q", "none", "approximate", 0.5, "Greenland"),
        "metafor": ("REML", "tau2", "metafor", "exact", 0.0, "Sato"),
    }


@pytest.mark.parametrize(
    ("given", "field", "meant"),
    [("FE", "method", "EE"), ("fixed", "method", "EE"), ("HKSJ", "test", "knha"), ("Wald", "test", "z"), ("M-H", "weighting", "MH")],
)  # fmt: skip
def test_other_names_of_the_same_thing_are_understood(given: str, field: str, meant: str) -> None:
    assert getattr(Options().but(**{field: given}), field) == meant


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "XX"}, "method='XX' is not known; choose one of EE, DL"),
        ({"colour": "red"}, "'colour' is not an option; options are"),
        ({"level": 0}, "level=0 is not a percentage"),
        ({"add": -1}, "add=-1 must be a number of 0 or more"),
        ({"mh_add": float("nan")}, "mh_add=nan must be a number"),
    ],
)
def test_what_is_not_known_is_refused(change: dict, message: str) -> None:
    with pytest.raises(StatsError) as refusal:
        Options().but(**change)
    assert str(refusal.value).startswith(message)


def test_advice_is_hartung_knapp_for_more_than_two_studies_that_differ() -> None:
    advice = Options(test="advice")
    assert [advice.advised(k, tau2).test for k, tau2 in ((3, 0.1), (2, 0.1), (9, 0.0), (0, float("nan")))] == [
        "knha",
        "z",
        "z",
        "z",
    ]
    assert Options(test="adhoc").advised(2, 0.0).test == "adhoc"


def test_options_can_be_written_down() -> None:
    assert json.loads(json.dumps(Options().to_dict()))["method"] == "REML"
