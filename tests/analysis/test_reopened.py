"""An agreement is reopened: which results rest on it says every page where somebody would read them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from analysis.models import Analysis, Run
from extraction import workflow as extraction
from extraction.models import Outcome, Study
from reviewapp.models import Member
from tests.analysis import build
from tests.analysis.test_views import see
from tests.extraction import build as extracting
from tests.extraction.test_views import page

pytestmark = pytest.mark.django_db


def words(text: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", text.partition("<main")[2]).split())


def test_pages_say_which_runs_rest_on_an_agreement_that_was_reopened_until_it_is_signed_again(
    client: Client, pair: tuple[Member, Member], outcome: Outcome, jobs_now: Callable[[], int]
) -> None:
    first, second = pair
    studies: list[Study] = build.studies(pair, outcome, build.SECURE)
    planned: Analysis = build.plan(first, outcome)
    jobs_now()
    (run,) = Run.objects.all()
    here, other = studies[0], studies[1]

    def told() -> list[str]:
        seen = [see(client, second, "analyses"), see(client, second, "analysis", planned.pk)]
        return [words(each) for each in (*seen, see(client, second, "run", run.pk))]

    assert not any("was reopened" in each for each in told())
    extraction.reopen_sheet_agreement(first, here)
    for run_again in (False, True):
        for text in told():
            assert f"Out of date: the agreement on {here} was reopened on" in text
            assert f"On what was agreed before rests run {run.number} of {planned} ; its result is stale." in text
            assert f"newer runs leave {here} out" in text
        for name, args in (("study", [here.pk]), ("sheet-agreement", [here.pk])):
            text = page(first, name, *args)
            assert "The agreement was reopened on" in words(text)
            assert "Results that rest on it are stale" in words(text)
            assert f"/reviews/{first.review.slug}/analyses/" in text
        assert "was reopened" not in words(page(first, "study", other.pk))
        if not run_again:
            jobs_now()
    newest = Run.objects.first()
    assert newest != run
    assert "Out of date" not in words(see(client, second, "run", newest.pk)), "it does not have the study"
    extraction.agree_sheet(second, here, {})
    jobs_now()
    assert not any("was reopened" in each for each in told())
    assert "was reopened" not in words(page(first, "study", here.pk))


def test_pages_say_which_runs_and_figures_show_judgements_whose_agreement_was_reopened(
    client: Client, owner: Member, pair: tuple[Member, Member], outcome: Outcome, jobs_now: Callable[[], int]
) -> None:
    first, second = pair
    studies: list[Study] = build.studies(pair, outcome, build.SECURE)
    key = extracting.rob2_for(owner, first, studies, outcome)
    for study in studies:
        for member in pair:
            extracting.judged(member, study, key)
        extraction.agree_assessment(first, study, {}, key)
    planned: Analysis = build.plan(first, outcome)
    jobs_now()
    (run,) = Run.objects.all()
    here = studies[0]

    def told() -> list[str]:
        seen = [see(client, second, "analyses"), see(client, second, "analysis", planned.pk)]
        return [words(each) for each in (*seen, see(client, second, "run", run.pk))]

    def drawn() -> list[str]:
        return [
            words(see(client, second, name, *args)) for name, args in (("bias-figures", []), ("bias-figure", [key]))
        ]

    assert not any("was reopened" in each for each in (*told(), *drawn()))
    extraction.reopen_assessment_agreement(first, here, key)
    for run_again in (False, True):
        for text in told():
            assert f"the agreement on risk of bias in {here} (RoB 2 (effect of assignment): Secure attachment" in text
            assert f"What was judged before stands in run {run.number} of {planned} ; it is out of date there." in text
            assert f"newer runs have {here} without these judgements" in text
        for text in drawn():
            assert f"{here} is not in " in text
            assert "its agreement was reopened on" in text
        at_study = words(page(first, "study", here.pk))
        assert "The agreement on risk of bias, RoB 2 (effect of assignment): Secure attachment" in at_study
        assert (
            f'href="{reverse("extraction:bias-agreement", args=[first.review.slug, here.pk, key])}">To the agreement'
            in page(first, "study", here.pk)
        )
        own = words(page(first, "bias-agreement", here.pk, key))
        assert "The agreement was reopened on" in own
        assert "Results that show these judgements are stale" in own
        if not run_again:
            jobs_now()
    newest = Run.objects.first()
    assert newest != run
    assert "Out of date" not in words(see(client, second, "run", newest.pk)), "it has none of them"
    extraction.agree_assessment(second, here, {}, key)
    jobs_now()
    assert not any("was reopened" in each for each in (*told(), *drawn()))


def test_judgements_of_another_tool_or_result_than_a_run_shows_make_it_none_the_older(
    client: Client, owner: Member, pair: tuple[Member, Member], outcome: Outcome, jobs_now: Callable[[], int]
) -> None:
    first, _ = pair
    studies: list[Study] = build.studies(pair, outcome, build.SECURE)
    key = extracting.rob2_for(owner, first, studies, outcome)
    for study in studies:
        for member in pair:
            extracting.judged(member, study, key)
        extraction.agree_assessment(first, study, {}, key)
    for member in pair:
        extracting.assessed(member, studies[0])
    extraction.agree_assessment(first, studies[0], {})
    build.plan(first, outcome)
    jobs_now()
    extraction.reopen_assessment_agreement(first, studies[0])
    assert "was reopened" not in words(see(client, first, "analyses"))
    assert "is not in the figures of RoB 1" in words(see(client, first, "bias-figures"))
    assert "is not in these figures" not in words(see(client, first, "bias-figure", key))
