"""Copies with slips still share a key, and a crowd under one key costs no time."""

from __future__ import annotations

import time

import pytest

from screening.dedupe.blocks import CROWD, Index, keys, worth_comparing
from screening.dedupe.decisions import decide
from screening.dedupe.normalise import Record, facts
from tests.screening.dedupe.records import TITLE, article, bare

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    "copy",
    [
        bare(doi="10.5555/JBG.2014.245", title="Another"),
        article(doi="", title="Erly " + TITLE[6:], pages="", volume=""),
        article(doi="", title=TITLE[:-9] + "hosptials", pages="", volume=""),
        article(doi="", title="Quite another title", authors=()),
        article(doi="", title=f"Frühe Mobilisierung nach Hüftbruch [{TITLE}]", authors=(), pages="", volume=""),
    ],
)
def test_a_copy_with_slips_shares_a_key(copy: Record) -> None:
    assert set(keys(facts(copy))) & set(keys(facts(article())))


def test_a_record_that_says_nothing_has_no_key_of_many() -> None:
    assert not {name for name, *_ in keys(facts(Record("nothing")))} & {
        "begins",
        "ends",
        "author",
        "doi",
        "pmid",
        "place",
    }


def test_a_title_that_begins_another_is_worth_comparing() -> None:
    assert worth_comparing(facts(article(doi="", pages="")), facts(bare(title="Early mobilisation")))
    assert not worth_comparing(facts(article(doi="", pages="")), facts(bare(title="Late mobilisation")))


def test_records_of_a_crowd_are_still_found_by_what_tells_them_apart() -> None:
    crowd = [facts(article(i, doi=f"10.5555/{i}", pages=str(i), authors=(f"Author{i}, A.",))) for i in range(CROWD + 5)]
    assert Index(crowd).near(crowd[7]) == {7}


def test_five_thousand_editorials_are_decided_on_within_seconds() -> None:
    began = time.process_time()
    found = decide([Record(i, "Editorial", year=2014, journal="Bone", volume="3") for i in range(5000)])
    assert len(found.clusters) == 5000
    assert time.process_time() - began < 10
