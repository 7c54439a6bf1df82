"""A study is called by author and year, with a letter where that is taken."""

from __future__ import annotations

import pytest

from extraction.schema.labels import suggest_label

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("author", "year", "title", "taken", "label"),
    [
        ("Murray", 2003, "", set(), "Murray 2003"),
        ("Murray", 2003, "", {"Cooper 2003"}, "Murray 2003"),
        ("Murray", 2003, "", {"Murray 2003"}, "Murray 2003b"),
        ("Murray", 2003, "", {"murray 2003", "Murray 2003b"}, "Murray 2003c"),
        ("Cicchetti", 1999, "", {"Cicchetti 1999a"}, "Cicchetti 1999b"),
        ("Murray", None, "", set(), "Murray n.d."),
        ("", 2003, "Talks with mothers", set(), "Talks 2003"),
        ("", None, "", set(), "Study n.d."),
        ("", None, "", {"Study n.d."}, "Study n.d.b"),
    ],
)
def test_labels(author: str, year: int | None, title: str, taken: set[str], label: str) -> None:
    assert suggest_label(author, year, title, taken) == label


def test_a_thirtieth_study_of_a_year_still_gets_a_label() -> None:
    taken: set[str] = set()
    for _ in range(30):
        taken.add(suggest_label("Li", 2020, "", taken))
    assert len(taken) == 30
    assert {"Li 2020z", "Li 2020aa"} <= taken


def test_a_very_long_name_fits_its_column() -> None:
    assert len(suggest_label("C" * 300, 2003, "", set())) <= 120
