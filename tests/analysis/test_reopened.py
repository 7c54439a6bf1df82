"""An agreement is reopened: which results rest on it says every page where somebody would read them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from analysis.models import Analysis, Run
from extraction import workflow as extraction
from extraction.models import Outcome, Study
from reviewapp.models import Member
from tests.analysis import build
from tests.analysis.test_views import see
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
