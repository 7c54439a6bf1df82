"""Is a plan that does not fit together refused at the field that is to be changed?"""

from __future__ import annotations

import pytest

from analysis.forms import PlanForm
from analysis.measures import PLANNED
from analysis.models import Analysis
from extraction import workflow as extraction
from extraction.models import Outcome
from reviewapp.models import Member
from tests.extraction import build

pytestmark = pytest.mark.django_db


def form(member: Member, outcome: Outcome, **chosen: str) -> PlanForm:
    given = {"outcome": outcome.pk, "measure": "RR", "method": "MH", "model": "random", "preset": "RevMan 5", **chosen}
    return PlanForm(member, given)


def test_events_are_pooled_by_mantel_haenszel(first: Member, outcome: Outcome) -> None:
    assert form(first, outcome).is_valid()


def test_a_measure_for_means_does_not_fit_events(first: Member, outcome: Outcome) -> None:
    asked = form(first, outcome, measure="SMD", method="IV")
    assert not asked.is_valid()
    assert asked.errors["measure"] == [
        "This outcome is of the kind “Dichotomous (events of total)”: choose Risk ratio (RR); Odds ratio (OR); Risk difference (RD); "
        "Proportion, pooled as log odds (logit); Proportion, pooled as double arcsine (Freeman-Tukey); Proportion, pooled as arcsine; "
        "Proportion, pooled as logarithm; Proportion, pooled as it is."
    ]


def test_mantel_haenszel_does_not_fit_means(first: Member) -> None:
    asked = form(first, build.outcome(first, "Depression", "continuous"), measure="SMD")
    assert not asked.is_valid()
    assert list(asked.errors) == ["method"]


def test_only_outcomes_of_the_review_that_are_not_dropped_can_be_chosen(first: Member, outcome: Outcome) -> None:
    stranger = build.build.review(owner=build.build.user("Ursa Stranger"), title="Another review")
    assert "outcome" in form(stranger, outcome).errors
    extraction.drop_outcome(first, outcome)
    assert "outcome" in form(first, outcome).errors


def test_every_measure_is_offered_under_its_kind(first: Member) -> None:
    offered = PlanForm(first).fields["measure"].choices[1:]
    assert {value for _, group in offered for value, _ in group} == {each.id for each in PLANNED}


def test_every_question_stands_under_one_heading(first: Member, outcome: Outcome) -> None:
    for asked in (PlanForm(first), PlanForm(first, instance=Analysis(pk=1, review=first.review, outcome=outcome))):
        assert sorted(field.name for _, fields in asked.sections() for field in fields) == sorted(asked.fields)


def test_the_conventions_are_those_that_the_statistics_know() -> None:
    from analysis.stats import PRESETS

    assert set(Analysis.Preset.values) == set(PRESETS)
