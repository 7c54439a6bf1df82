"""Does the seed review come out as published, by the verbs alone, and stay as it is when it is played again?"""

from __future__ import annotations

import pytest

from analysis import queries as analysis_queries
from extraction.models import Sheet, Study
from extraction.queries import included_reports, included_studies
from reviewapp import audit
from reviewapp.models import Event, Member, Review
from reviewapp.seed import accounts, play, results
from reviewapp.seed.data import load
from screening import queries
from screening.models import Record, Report, Standing, Vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def played(jobs_now, monkeypatch) -> Member:
    """The seed review, with its jobs done in this process."""
    monkeypatch.setattr(play, "wait_for_jobs", lambda review, what: jobs_now())
    return play.main_review(lambda line: None)


def count(stage: str, *states: str) -> int:
    return Standing.objects.filter(stage=stage, state__in=states).count()


def test_it_runs_from_the_exports_to_the_published_results_and_stays(played, jobs_now):
    assert Record.objects.count() == 290
    assert queries.citations(played).count() == 106
    assert count("title_abstract", "include") == 49
    assert count("title_abstract", "exclude") == 57
    assert Report.objects.filter(state="not_retrieved").count() == 3
    assert (count("full_text", "exclude"), count("full_text", "include")) == (30, 16)
    assert (included_reports(played.review).count(), included_studies(played.review).count()) == (16, 8)
    assert count("title_abstract", "waiting", "conflict") == count("full_text", "waiting", "conflict") == 0
    assert Sheet.unblinded.signed().count() == 8

    shown = {each.analysis.outcome.name: each for each in analysis_queries.headlines(played)}
    for outcome in load("published.json")["outcomes"]:
        run = shown[outcome["outcome"]].run
        if outcome["data"]["status"] == "not found":
            assert run.result["estimate"] is None
            continue
        published = outcome["published"]
        assert round(run.result["estimate"], 2) == published["effect"]
        assert round(run.result["lower"], 2) == published["low"]
        assert round(run.result["upper"], 2) == published["high"]
        assert run.result["k"] == published["studies"]
        assert run.result["participants"] == published["participants"]

    told = results.table(played)
    assert told.count("RR 8.93 (1.25 to 63.70)") == 2
    assert "not published" in told

    audit.seal_all()
    assert list(audit.verify(played.review)) == []

    events, votes = Event.unblinded.count(), Vote.unblinded.count()
    again = play.main_review(lambda line: pytest.fail(f"played again: {line}"))
    assert again.pk == played.pk
    assert (Event.unblinded.count(), Vote.unblinded.count()) == (events, votes)


def test_a_run_that_was_broken_off_is_finished_by_the_next(jobs_now, monkeypatch):
    monkeypatch.setattr(play, "wait_for_jobs", lambda review, what: jobs_now())

    def breaks(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(play, "extract", breaks)
        with pytest.raises(KeyboardInterrupt):
            play.main_review(lambda line: None)
    assert not Study.objects.exists()
    votes = Vote.unblinded.count()
    owner = play.main_review(lambda line: None)
    assert Vote.unblinded.count() == votes
    assert Study.objects.count() == 8
    assert owner.review.note


def test_the_practice_review_leaves_something_to_do_for_both_authors(jobs_now, monkeypatch):
    monkeypatch.setattr(play, "wait_for_jobs", lambda review, what: jobs_now())
    owner = play.practice_review(lambda line: None)
    team = accounts.join(owner)
    assert queries.citations(owner).count() == 40
    assert queries.queue(team["first"], "title_abstract").count() == 20
    assert queries.queue(team["second"], "title_abstract").count() == 27
    assert queries.conflicts(team["arbiter"], "title_abstract").count() == 4
    assert Review.objects.count() == 1
