"""Does a run that a manuscript cites stay readable at its address, and say when it is no longer current?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from analysis import queries
from analysis.models import Run
from analysis.queries.freezes import freeze_of, frozen_runs
from analysis.workflow import freezing
from extraction.models import Outcome
from reviewapp.errors import BadInput, Refused, WrongState
from reviewapp.models import Event, Member
from tests.analysis import build

pytestmark = pytest.mark.django_db

Pair = tuple[Member, Member]


def test_a_frozen_run_stays_and_says_that_it_is_not_current(
    client: Client, pair: Pair, observer: Member, outcome: Outcome, jobs_now: Callable[[], int]
) -> None:
    build.studies(pair, outcome, build.SECURE)
    planned = build.plan(pair[0], outcome)
    run = Run.objects.get()
    with pytest.raises(WrongState, match="has not finished"):
        freezing.freeze_run(pair[0], run, "First submission")
    jobs_now()
    slug = pair[0].review.slug
    page = reverse("analysis:run", args=[slug, run.pk])
    client.force_login(pair[0].user)
    freezing_at = reverse("analysis:freeze-run", args=[slug, run.pk])
    for _ in range(2):  # a double click
        client.post(freezing_at, {"purpose": "First submission"})
    shown = client.get(page).content.decode()
    assert "First submission" in shown
    assert f"http://testserver{page}" in shown
    assert "not current any more" not in shown
    build.studies(pair, outcome, {"Late 2020": (5, 50, 6, 50)})
    jobs_now()
    shown = client.get(page).content.decode()
    assert "RR 8.93 (1.25 to 63.70)" in shown
    assert "not current any more" in shown
    (frozen,) = frozen_runs(observer, queries.shown_analyses(observer))
    assert (frozen.freeze.run, frozen.is_current) == (run, False)
    assert "Not current" in client.get(reverse("analysis:analyses", args=[slug])).content.decode()
    client.post(reverse("analysis:unfreeze-run", args=[slug, run.pk]))
    assert freeze_of(run) is None
    freezing.unfreeze_run(pair[0], run)
    verbs = Event.unblinded.filter(verb__in=["analysis.run_frozen", "analysis.run_unfrozen"]).order_by("pk")
    assert [each.verb for each in verbs] == ["analysis.run_frozen", "analysis.run_unfrozen"]
    with pytest.raises(Refused):
        freezing.freeze_run(observer, run, "Mine")
    with pytest.raises(BadInput):
        freezing.freeze_run(pair[0], run, "  ")
    assert planned.runs.count() == 2
