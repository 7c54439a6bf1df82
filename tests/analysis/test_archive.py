"""Does a team get its whole review when it leaves, and nobody what is sealed from them?"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from analysis import queries
from analysis.workflow import archiving, freezing
from analysis.workflow import findings as summary
from extraction.models import Outcome
from reviewapp import files, jobs
from reviewapp.errors import NotHere, Refused
from reviewapp.models import Job, Member, Role
from screening import workflow as screening
from screening.models import Citation
from tests import build
from tests.analysis import build as build_analysis
from tests.pdfs import pdf
from tests.world import undone

TA = "title_abstract"


def unpacked(member: Member) -> dict[str, bytes]:
    """The files of an archive that the member asks for now."""
    made = archiving.make_archive(member)
    jobs.perform(made.job_id)
    job = Job.objects.get(pk=made.job_id)
    assert job.state == Job.State.DONE, job.error
    content = files.path_of(queries.archive(member, made.pk).sha256).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows(packed: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(packed[f"{name}.csv"].decode())))


@pytest.mark.django_db
def test_a_sealed_vote_changes_no_byte_of_the_tables(owner: Member, first: Member, second: Member) -> None:
    """Of an owner who votes too, and may settle conflicts of others only."""
    voting = build.member(owner, Role.OWNER, "Vera Voting")
    found = build.citations(owner, 3)
    build.agreed((first, second), found[0], TA)
    screening.vote(voting, found[1], TA, "include")

    def told() -> dict[str, bytes]:
        with undone():
            packed = unpacked(voting)
        return {name: text for name, text in packed.items() if name.endswith(".csv") and name != "trail.csv"}

    def seen() -> list[str]:
        with undone():
            return [each["verb"] for each in rows(unpacked(voting), "trail")]

    before, events = told(), seen()
    screening.vote(second, found[2], TA, "exclude")
    assert told() == before
    assert seen() == events


@pytest.mark.django_db
def test_an_archive_is_its_makers_alone_and_other_roles_make_none(
    owner: Member, first: Member, observer: Member, client: Client
) -> None:
    for each in (first, observer):
        with pytest.raises(Refused):
            archiving.make_archive(each)
    made = archiving.make_archive(owner)
    assert archiving.make_archive(owner) == made  # a double click
    with pytest.raises(NotHere):
        queries.archive(owner, made.pk)
    jobs.perform(made.job_id)
    other = build.member(owner, Role.OWNER, "Otto Other")
    with pytest.raises(NotHere):
        queries.archive(other, made.pk)
    client.force_login(owner.user)
    answer = client.get(reverse("analysis:archive", args=[owner.review.slug, made.pk]))
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert made not in queries.packages(owner)


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_what_is_in_it(
    pair, outcome: Outcome, owner: Member, jobs_now: Callable[[], int], django_assert_max_num_queries
) -> None:
    build_analysis.studies(
        pair, outcome, build_analysis.SECURE
    )  # of one alone the flow diagram has no box on meta-analysis
    build_analysis.plan(pair[0], outcome)
    jobs_now()
    made = archiving.make_archive(owner)
    with django_assert_max_num_queries(300) as before:
        jobs.perform(made.job_id)
    build_analysis.studies(pair, outcome, {"Lenze 2020": (3, 20, 4, 21), "Salo 2019": (3, 20, 4, 21)})
    screening.attach(owner, Citation.objects.order_by("pk").last(), "a.pdf", [pdf("A trial")])
    jobs_now()
    made = archiving.make_archive(owner)
    with django_assert_max_num_queries(len(before)):
        jobs.perform(made.job_id)


@pytest.mark.django_db
def test_assumed_risks_and_frozen_runs_go_along(
    pair, outcome: Outcome, owner: Member, jobs_now: Callable[[], int]
) -> None:
    build_analysis.studies(pair, outcome, {"Murray 2003": (3, 20, 4, 21)})
    planned = build_analysis.plan(pair[0], outcome)
    jobs_now()
    summary.assume_risk(pair[0], summary.add_finding(pair[0], planned), 150, "A register")
    freezing.freeze_run(pair[0], planned.runs.get(), "First submission")
    archive = unpacked(owner)
    (finding,) = rows(archive, "findings")
    assert (finding["analysis"], finding["assumed_risk"], finding["risk_source"]) == (
        str(planned.pk),
        "150.0",
        "A register",
    )
    (frozen,) = rows(archive, "frozen_runs")
    assert (frozen["run"], frozen["purpose"], frozen["ended"]) == ("1", "First submission", "")
