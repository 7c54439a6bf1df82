"""What a person reads about a pair."""

from __future__ import annotations

import pytest

from screening.dedupe.evidence import evidence
from screening.dedupe.normalise import Record, facts
from screening.dedupe.similarity import compare
from tests.screening.dedupe.records import TITLE, article

pytestmark = pytest.mark.pure


def told(a: Record, b: Record) -> str:
    one, other = facts(a), facts(b)
    return evidence(one, other, compare(one, other))


def test_what_agrees_is_told_before_what_differs_with_both_values() -> None:
    assert told(article(abstract=""), article(doi="", pages="412-420", year=2013)) == (
        "same title; same first author, 100 % of the shorter list shared; same journal Journal of Bone and Gait; "
        "same volume 12; same issue 3; near year (2014 / 2013); other pages (245-253 / 412-420)"
    )


def test_words_numerals_and_notices_of_one_title_alone_are_named() -> None:
    words = told(article(), article(title="Erratum: " + TITLE.replace("two", "three")))
    assert "words of one alone: erratum, three, two" in words
    assert "other numbers in the title (2 / 3)" in words
    assert "one title begins like an erratum, comment or reply" in words


def test_a_report_of_another_kind_is_named() -> None:
    assert "other kind (article / preprint)" in told(article(), article(journal="medRxiv"))


def test_evidence_stays_short_whatever_the_fields_hold() -> None:
    long = {"journal": "Journal " * 60, "volume": "1234 " * 60, "issue": "5" * 190, "doi": "10.5555/" + "x" * 300}
    words = told(article(**long), article(**{**long, "doi": "10.5555/" + "y" * 300}))
    assert len(words) <= 400
    assert words.endswith("…")
