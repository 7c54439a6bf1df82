"""Does the flow diagram's box on meta-analysis count the studies that are pooled today, and none that are in no other box?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from analysis import queries, workflow
from analysis.flow.counts import count
from analysis.flow.diagram import describe
from extraction import workflow as extraction
from extraction.models import Outcome, Study, StudyReport
from reviewapp.models import Member
from tests.analysis import build

pytestmark = pytest.mark.django_db
Pair = tuple[Member, Member]
THREE = {**build.SECURE, "Toth 2006": (12, 30, 5, 28)}


@pytest.fixture
def pooled(pair: Pair, outcome: Outcome, jobs_now: Callable[[], int]) -> list[Study]:
    """Three studies that are agreed, and pooled."""
    found = build.studies(pair, outcome, THREE)
    build.plan(pair[0], outcome)
    jobs_now()
    return found


def said(member: Member) -> dict[str, int]:
    """What the last box and the note below it say; and that it is so by both ways of counting, and in each list."""
    found = queries.flow(member)
    by_sets = count(queries.flow_sets(member)).numbers
    keys = ("total_studies_ma", "total_reports_ma", "pooled_elsewhere")
    numbers = {key: number.n for key in keys if (number := found.counts.get(key))}
    assert numbers == {key: by_sets[key].n for key in keys if key in by_sets}
    assert numbers == {key: queries.listed(member, key).count() for key in numbers}
    return numbers


def taken_over(*studies: Study) -> None:
    """As if these had come, agreed, with a RevMan file, and no report of them had been selected here."""
    StudyReport.objects.filter(study__in=studies).update(undone_at=timezone.now())
    Study.objects.filter(pk__in=[each.pk for each in studies]).update(taken_from="review.rm5")


def test_what_is_pooled_is_counted_once_however_many_analyses_pool_it(
    pooled: list[Study], pair: Pair, outcome: Outcome, observer: Member, jobs_now: Callable[[], int]
) -> None:
    build.plan(pair[0], outcome, measure="OR")
    jobs_now()
    assert said(observer) == {"total_studies_ma": 3, "total_reports_ma": 3}
    assert queries.flow(observer).breaches == ()
    assert "Studies included in meta-analysis (n\u00a0=\u00a03)" in describe(queries.flow(observer).counts)


def test_a_study_whose_agreement_is_open_again_is_out_until_it_is_pooled_again(
    pooled: list[Study], pair: Pair, observer: Member, jobs_now: Callable[[], int]
) -> None:
    extraction.reopen_sheet_agreement(pair[0], pooled[0])
    assert said(observer) == {}, "no run rests on what is agreed today"
    jobs_now()
    assert said(observer) == {"total_studies_ma": 2, "total_reports_ma": 2}
    extraction.reopen_sheet_agreement(pair[0], pooled[1])
    jobs_now()
    assert said(observer) == {}, "of one study nothing is pooled"


def test_an_analysis_that_was_taken_away_pools_nothing(pooled: list[Study], pair: Pair, observer: Member) -> None:
    workflow.drop_analysis(pair[0], queries.analyses(pair[0]).get())
    assert said(observer) == {}


def test_what_was_selected_elsewhere_is_in_no_box_but_an_updates(
    pooled: list[Study], owner: Member, observer: Member, jobs_now: Callable[[], int]
) -> None:
    taken_over(pooled[0], pooled[1])
    assert said(observer) == {"total_studies_ma": 1, "total_reports_ma": 1, "pooled_elsewhere": 2}
    assert queries.flow(observer).breaches == ()
    extraction.state_previous_version(owner, studies=4, reports=6, source="CD000001", known=[pooled[1].pk])
    assert {key: queries.flow(observer).counts.n(key) for key in ("total_studies", "total_studies_ma")} == {
        "total_studies": 5,
        "total_studies_ma": 3,
    }
    assert queries.flow(observer).counts.get("total_reports_ma") is None, "the reports of before are not known"
    assert queries.flow(observer).breaches == ()


def test_more_pooled_than_the_update_has_is_said_with_the_studies(
    pooled: list[Study], owner: Member, observer: Member
) -> None:
    taken_over(pooled[0], pooled[1])
    extraction.state_previous_version(owner, studies=1, reports=1, source="CD000001")
    (breach,) = queries.flow(observer).breaches
    assert (breach.constraint, breach.ids) == ("meta_analysis_is_within_the_review", {pooled[1].pk})
