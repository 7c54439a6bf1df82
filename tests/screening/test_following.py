"""Undoing or restoring a large import is a job that may be killed, overtaken, or run twice; a small one is done at once."""

from __future__ import annotations

import pytest

from reviewapp import jobs
from reviewapp.models import Event, Job
from screening import workflow
from screening.models import Citation, Standing
from screening.workflow import following
from tests import build

pytestmark = pytest.mark.django_db

KIND = "screening.follow"


@pytest.fixture
def taken(owner, monkeypatch):
    """An import of seven records, which are taken for many; three citations are followed at a time."""
    monkeypatch.setattr(following, "AT_ONCE", 5)
    monkeypatch.setattr(jobs, "rows_at_once", lambda few: 3)
    monkeypatch.setattr(jobs, "STALE_AFTER", jobs.timedelta(0))
    monkeypatch.setattr(jobs, "HEARTBEAT_EVERY", 3600)
    return build.imported(owner, build.ris(*({"TI": f"Title {n}", "AU": [f"A{n}, B."]} for n in range(7))))


def in_view():
    return Citation.objects.filter(live=True).count()


def the_job():
    return Job.objects.filter(kind=KIND).latest("pk")


def kills(monkeypatch, after):
    """The worker dies after so many batches."""
    real, calls = following.bring_in_line, []

    def dies(member, citations):
        if len(calls) == after:
            raise RuntimeError("killed")
        calls.append(1)
        real(member, citations)

    monkeypatch.setattr(following, "bring_in_line", dies)
    with pytest.raises(RuntimeError):
        jobs.perform(the_job().pk)
    monkeypatch.setattr(following, "bring_in_line", real)


def test_a_large_import_is_undone_by_a_job_that_tells_how_far_it_is(owner, taken, client):
    workflow.undo_import(owner, taken)
    workflow.undo_import(owner, taken)  # a second click
    assert Job.objects.filter(kind=KIND).count() == 1
    assert in_view() == 7
    client.force_login(owner.user)
    page = f"/reviews/{owner.review.slug}/imports/{taken.pk}/"
    assert "being taken out of view" in client.get(page).content.decode()
    jobs.perform(the_job().pk)
    assert in_view() == 0
    assert set(Standing.objects.values_list("state", flat=True)) == {"unreached"}
    assert the_job().message == "7 citations are out of view"
    assert "being taken out of view" not in client.get(page).content.decode()
    assert Event.unblinded.filter(verb="screening.import_followed").count() == 1
    assert Job.objects.filter(kind="screening.deduplicate", state="queued").exists()


def test_a_killed_job_goes_on_where_it_ended(owner, taken, monkeypatch):
    workflow.undo_import(owner, taken)
    kills(monkeypatch, after=2)
    assert in_view() == 1
    jobs.perform(the_job().pk)
    assert (in_view(), the_job().state, the_job().attempt) == (0, "done", 2)


def test_an_import_that_is_restored_while_it_is_still_being_undone_is_back_whole(owner, first, taken, monkeypatch):
    voted = Citation.objects.order_by("pk").first()
    workflow.vote(first, voted, "title_abstract", "include")
    workflow.undo_import(owner, taken)
    kills(monkeypatch, after=1)
    workflow.restore_import(owner, taken)
    undoing, restoring = Job.objects.filter(kind=KIND).order_by("pk")
    jobs.perform(restoring.pk)
    assert in_view() == 7
    jobs.perform(undoing.pk)  # comes late, and does what holds by now
    assert in_view() == 7
    assert set(Standing.objects.values_list("state", flat=True)) == {"waiting"}
    workflow.undo_import(owner, taken)
    jobs.perform(the_job().pk)
    workflow.restore_import(owner, taken)
    jobs.perform(the_job().pk)
    assert in_view() == 7


def test_the_flow_diagram_waits_for_citations_that_follow(owner, taken, client, jobs_now):
    jobs_now()
    workflow.undo_import(owner, taken)
    client.force_login(owner.user)
    page = f"/reviews/{owner.review.slug}/flow/"
    shown = client.get(page).content.decode()
    assert "its citations are following" in shown
    assert "Numbers do not add up" not in shown
    jobs.enqueue(owner, "analysis.check_flow", total=1)
    jobs.perform(Job.objects.latest("pk").pk)
    assert Job.objects.latest("pk").message.startswith("Citations are still on their way")
    jobs_now()
    shown = client.get(page).content.decode()
    assert "its citations are following" not in shown
    assert "Numbers do not add up" not in shown
    assert not Event.unblinded.filter(verb__contains="flow").exists()


def test_a_small_import_is_undone_at_once(owner):
    small = build.imported(owner, build.ris({"TI": "Only"}))
    workflow.undo_import(owner, small)
    assert in_view() == 0
    assert not Job.objects.filter(kind=KIND).exists()
