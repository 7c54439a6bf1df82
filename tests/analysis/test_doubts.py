"""Are the numbers behind an analysis doubted before they are pooled, and do reasons given on sheets still hold?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from analysis import queries
from analysis.queries.doubts import doubted
from analysis.workflow import doubts
from extraction import queries as extracted
from extraction import workflow as extraction
from extraction.models import Outcome
from extraction.schema import Choice, TakenFrom
from extraction.schema.convert.offers import offers
from extraction.schema.lint.answers import doubts_across
from reviewapp.errors import Refused, Stale
from reviewapp.models import Event, Member
from tests.analysis import build
from tests.extraction import build as studies_of

pytestmark = pytest.mark.django_db

USUAL = {f"Study {i}": (10 + i, 100, 20 + i, 100) for i in range(5)}


def test_an_effect_that_stands_out_is_told_and_stands_with_a_reason_until_its_study_changes(
    pair: tuple[Member, Member], arbiter: Member, outcome: Outcome, client: Client, jobs_now: Callable[[], int]
) -> None:
    first, second = pair
    analysis = build.plan(first, outcome, method="IV")
    build.studies(pair, outcome, USUAL | {"Turned 1999": (80, 90, 2, 90)})
    assert {doubt.rule for doubt in doubted(first, analysis).open} == set(), "before the run there is no effect"
    jobs_now()
    (doubt,) = doubted(first, analysis).open
    assert doubt.rule == "outlying-effect"
    assert doubt.sentence.startswith("Turned 1999: its effect")
    client.force_login(first.user)
    address = f"/reviews/{first.review.slug}/analyses/{analysis.pk}/"
    page = client.get(address).content.decode()
    assert f'href="{doubt.page}#q-{doubt.cell}"' in page
    assert "1 number in doubt" in page
    assert doubt.page.endswith("/agreement/")
    with pytest.raises(Refused):
        doubts.let_stand(arbiter, analysis, doubt.ref, "It is so")
    answer = client.post(f"{address}doubts/", {"doubt": doubt.ref, "reason": "A sicker population"}, follow=True)
    assert "A sicker population" in answer.content.decode()
    given = doubted(second, analysis).answered[0][1]
    assert doubts.let_stand(second, analysis, doubt.ref, "Twice") == given
    assert Event.unblinded.get(verb="extraction.doubt_answered").facts["reason"] == "A sicker population"
    build.studies(pair, outcome, {"Late 2020": (13, 101, 24, 102)})
    jobs_now()
    assert doubted(first, analysis).open == [], "another study changes nothing"
    client.post(f"{address}doubts/{given.pk}/again/")
    assert len(doubted(first, analysis).open) == 1
    with pytest.raises(Stale):
        doubts.let_stand(first, analysis, "gone", "A reason")


def test_what_is_doubted_is_worked_out_again_only_where_a_number_has_changed(
    pair: tuple[Member, Member], outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = pair
    analysis = build.plan(first, outcome)
    build.studies(pair, outcome, {"Lang 1997": (10, 100, 20, 100)})
    worked: list[int] = []

    def counting(asked: Any, studies: Any, *rest: Any) -> Any:
        worked.append(len(studies))
        return doubts_across(asked, studies, *rest)

    cache.clear()
    monkeypatch.setattr("analysis.queries.doubts.doubts_across", counting)
    assert [len(doubted(first, analysis).open) for _ in range(2)] == [0, 0]
    assert worked == [1]
    build.studies(pair, outcome, {"Lang 1999": (10, 100, 20, 100)})
    assert [len(doubted(first, analysis).open) for _ in range(2)] == [1, 1], "two rows alike"
    assert worked == [1, 2]


def test_a_reason_given_at_the_agreement_holds_before_pooling(pair: tuple[Member, Member], outcome: Outcome) -> None:
    first, _ = pair
    study = build.study(pair, "Murray 2003", outcome, {"events": 8, "total": 20, "percent": 45}, build.events(4, 21))
    analysis = build.plan(first, outcome)
    (doubt,) = doubted(first, analysis).open
    assert doubt.sentence.startswith("Murray 2003: ")
    (same,) = extracted.agreement_doubts(first, study, extracted.sheet_agreement(first, study)).open
    given = extraction.let_stand_in_agreement(first, study, same.ref, "A misprint")
    assert [reason for _, reason in doubted(first, analysis).answered] == [given]
    assert queries.shown_analysis(first, analysis.pk).run is None


def test_a_converted_number_whose_source_was_agreed_otherwise_is_doubted_before_pooling(
    pair: tuple[Member, Member],
) -> None:
    first, second = pair
    mood = studies_of.outcome(first, "Mood", "continuous")
    study = studies_of.study(pair, "Murray 2003")
    cells = studies_of.cells(study, mood, {"mean": 10, "se": 0.5, "n": 40}, {"mean": 12, "sd": 3, "n": 42})
    for author in pair:
        sheet = extraction.start_sheet(author, study)
        extraction.save_entries(author, sheet, studies_of.TEXTS | cells)
        opened = extracted.opened(extracted.own_sheet(author, study))
        extraction.convert(author, study, offers(opened.asked, opened.sheet.answers())[0].ref)
        extraction.submit_sheet(author, extracted.own_sheet(author, study))
    analysis = build.plan(first, mood)
    extraction.agree_sheet(first, study, {})
    assert doubted(first, analysis).open == []
    extraction.reopen_sheet_agreement(first, study)
    third = Choice(TakenFrom.THIRD, 0.55, reason="By the erratum")
    extraction.agree_sheet(second, study, {f"outcome/{mood.pk}/arm/{study.arms.first().pk}/se": third})
    (doubt,) = doubted(first, analysis).open
    assert doubt.sentence.startswith("Murray 2003: Mood, after treatment, Psychotherapy: SD was converted")
    (same,) = extracted.agreement_doubts(first, study, extracted.sheet_agreement(first, study)).open
    assert same.ref == doubt.ref


def test_a_hazard_ratio_that_stands_out_leads_to_the_comparison_where_it_was_entered(
    pair: tuple[Member, Member], jobs_now: Callable[[], int]
) -> None:
    first, _ = pair
    death = studies_of.outcome(first, "Death", "time_to_event")
    analysis = build.plan(first, death, measure="HR", method="IV")
    for number, ratio in enumerate((0.8, 0.82, 0.79, 0.81, 0.8, 9.0)):
        study = studies_of.study(pair, f"Study {1990 + number}")
        row = f"outcome/{death.pk}/contrast/" + "-".join(str(arm.pk) for arm in study.arms.order_by("pk"))
        limits = {"hr": ratio, "hr_low": ratio * 0.9, "hr_high": ratio / 0.9}
        build.agree(pair, study, {f"{row}/{name}": round(value, 3) for name, value in limits.items()})
    jobs_now()
    (doubt,) = [each for each in doubted(first, analysis).open if each.rule == "outlying-effect"]
    assert doubt.sentence.startswith("Study 1995: its effect")
    assert doubt.cell == f"{row}/hr"
    assert doubts.let_stand(first, analysis, doubt.ref, "It is so").study == study
