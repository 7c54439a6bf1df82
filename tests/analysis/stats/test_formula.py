"""Formulas are read as R reads them, and what cannot be read is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.stats import StatsError
from analysis.stats.formula import design, sorted_levels

pytestmark = pytest.mark.pure

DATA = {
    "year": [1990, 2000, 2010, None],
    "dose": [1.0, 2.0, 3.0, 4.0],
    "setting": ["ward", "clinic", "ward", "home"],
    "blind": [1, 0, 1, 0],
}


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("~ dose", ["intrcpt", "dose"]),
        ("dose", ["intrcpt", "dose"]),
        ("~ 1", ["intrcpt"]),
        ("~ dose - 1", ["dose"]),
        ("~ 0 + dose", ["dose"]),
        ("~ setting", ["intrcpt", "settinghome", "settingward"]),
        ("~ 0 + setting", ["settingclinic", "settinghome", "settingward"]),
        ("~ factor(blind)", ["intrcpt", "factor(blind)1"]),
        ("~ dose + blind", ["intrcpt", "dose", "blind"]),
        ("~ dose:blind", ["intrcpt", "dose:blind"]),
        ("~ dose*blind", ["intrcpt", "dose", "blind", "dose:blind"]),
        ("~ dose*blind + year", ["intrcpt", "dose", "blind", "year", "dose:blind"]),
        ("~ setting*blind", ["intrcpt", "settinghome", "settingward", "blind", "settinghome:blind", "settingward:blind"]),
        ("~ dose + setting - 1", ["dose", "settingclinic", "settinghome", "settingward"]),
        ("~ setting + factor(blind) - 1", ["settingclinic", "settinghome", "settingward", "factor(blind)1"]),
        ("~ dose:setting", ["intrcpt", "dose:settingclinic", "dose:settinghome", "dose:settingward"]),
        ("~ dose + setting:dose", ["intrcpt", "dose", "dose:settinghome", "dose:settingward"]),
        ("~ setting + setting:dose", ["intrcpt", "settinghome", "settingward", "settingclinic:dose", "settinghome:dose", "settingward:dose"]),
        ("~ factor(blind) + setting:factor(blind)", ["intrcpt", "factor(blind)1", "factor(blind)0:settinghome", "factor(blind)1:settinghome", "factor(blind)0:settingward", "factor(blind)1:settingward"]),
        ("~ 0 + dose:setting + factor(blind)", ["factor(blind)0", "factor(blind)1", "dose:settingclinic", "dose:settinghome", "dose:settingward"]),
        ("~ dose:blind + blind:dose", ["intrcpt", "dose:blind"]),
        ("~ I(dose^2) + log(dose)", ["intrcpt", "I(dose^2)", "log(dose)"]),
        ("~ I(year - 2000)", ["intrcpt", "I(year-2000)"]),
    ],
)  # fmt: skip
def test_terms_become_named_columns(formula: str, names: list[str]) -> None:
    assert list(design(formula, DATA, "ABCD").names) == names


def test_columns_hold_what_their_names_say() -> None:
    d = design("~ dose*factor(blind) + I(dose^2) + setting", DATA, "ABCD")
    x = dict(zip(d.names, d.x.T.tolist(), strict=True))
    assert x["intrcpt"] == [1, 1, 1, 1]
    assert x["dose:factor(blind)1"] == [1, 0, 3, 0]
    assert x["I(dose^2)"] == [1, 4, 9, 16]
    assert x["settingward"] == [1, 0, 1, 0]


def test_a_missing_value_is_told_by_the_name_of_its_column() -> None:
    d = design("~ dose + year", DATA, "ABCD")
    assert d.missing == (None, None, None, "year")
    assert math.isnan(d.x[3, 2])


def test_what_has_no_logarithm_is_missing() -> None:
    d = design("~ log(blind)", DATA, "ABCD")
    assert d.missing == (None, "log(blind)", None, "log(blind)")


def test_a_name_may_hold_dots() -> None:
    assert design("~ mean.age + factor(arm.name)", {"mean.age": [1, 2], "arm.name": ["x", "y"]}, "AB").names == (
        "intrcpt",
        "mean.age",
        "factor(arm.name)y",
    )


def test_levels_are_sorted_as_numbers_or_by_their_characters() -> None:
    assert sorted_levels([10, 9, 2]) == [2, 9, 10]
    assert sorted_levels(["b", "a", "B"]) == ["B", "a", "b"]


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("~ colour", "there is no column 'colour'"),
        ("~ dose +", "it is not a sum of terms"),
        ("~ dose - year", "only -1 can be taken away"),
        ("~ open('x')", "is not known"),
        ("~ 0", "has no terms"),
        ("~ dose.real", "there is no column 'dose.real'"),
        ("~ dose +" * 200, "is too long"),
        ("~ I(setting)", "Study A: setting is 'ward', which is not a number."),
        ("~ dose\0", "it is not a sum of terms"),
        ("~ factor()", "there is no column ''"),
    ],
)
def test_what_cannot_be_read_is_refused(formula: str, why: str) -> None:
    with pytest.raises(StatsError) as refusal:
        design(formula, DATA, "ABCD")
    assert why in str(refusal.value)


def test_a_column_of_another_length_is_refused() -> None:
    with pytest.raises(StatsError, match="Column dose has 2 values, but there are 3 studies"):
        design("~ dose", {"dose": np.array([1.0, 2.0])}, "ABC")
