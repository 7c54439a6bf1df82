"""Does what is said of a measure agree with what the statistics do by its name?"""

from __future__ import annotations

import pytest

from analysis import stats
from analysis.measures import MEASURES, PLANNED, Measure
from analysis.stats.scale import back_transform
from extraction.schema.tables import TABLES

pytestmark = pytest.mark.pure

EACH = pytest.mark.parametrize("measure", PLANNED, ids=[each.id for each in PLANNED])


@EACH
def test_the_statistics_pool_it_on_the_scale_that_is_said_from_the_columns_that_are_said(measure: Measure) -> None:
    known = stats.MEASURES[measure.id]
    assert set(measure.answers.columns) in (set(known.columns), set(known.alternative))
    assert known.scale == measure.scale


@EACH
def test_a_number_comes_back_to_its_reader_as_the_statistics_bring_it(measure: Measure) -> None:
    for people in (1.0, 17.5, 4000.0):
        read = measure.of_people(people)
        for x in (-800.0, -3.0, -0.4, 0.0, 0.02, 0.2, 0.7, 1.5, 800.0):
            theirs = float(back_transform(x, read.scale, people))
            assert read.natural(x) == pytest.approx(theirs, rel=1e-12, abs=1e-15)


@EACH
def test_what_is_drawn_with_its_standard_errors_is_drawn_on_a_scale_where_they_are_straight(measure: Measure) -> None:
    straight = measure.straight
    assert straight.title
    assert straight.log or straight.natural(0.3) == 0.3
    assert straight.null == measure.null


@EACH
def test_its_numbers_are_asked_for_on_the_form(measure: Measure) -> None:
    answers = measure.answers
    if answers.groups:
        assert set(answers.values) <= {column.name for column in TABLES[answers.kind].per_arm}
        assert len(answers.places) == len(answers.columns)
        assert len(answers.values) == len(answers.headings)


def test_what_petos_method_makes_of_the_odds_ratio_is_read_as_one() -> None:
    peto, odds = MEASURES["PETO"], MEASURES["OR"]
    assert (peto.said, peto.scale, peto.answers) == (odds.said, odds.scale, odds.answers)
    assert "PETO" not in [each.id for each in PLANNED]
