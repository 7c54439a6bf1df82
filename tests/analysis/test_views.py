"""What do people find on the pages of analyses and of the flow diagram, and what do they download?"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from analysis import queries, workflow
from analysis.models import Analysis, Run
from extraction import workflow as extraction
from extraction.models import Outcome
from reviewapp.models import Job, Member
from tests.analysis import build
from tests.extraction import build as studies_of

pytestmark = pytest.mark.django_db

Pair = tuple[Member, Member]
DoJobs = Callable[[], int]


def url(member: Member, name: str, *rest: object) -> str:
    return reverse(f"analysis:{name}", args=[member.review.slug, *rest])


def see(client: Client, member: Member, name: str, *rest: object) -> str:
    """The page as this member gets it; it must load without what the content policy forbids."""
    client.force_login(member.user)
    answer = client.get(url(member, name, *rest))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert not re.search(r"<[^>]+\s(style|on\w+)=", text)
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    return text


@pytest.fixture
def analysis(pair: Pair, outcome: Outcome, jobs_now: DoJobs) -> Analysis:
    """The seed review's secure attachment, run."""
    build.studies(pair, outcome, build.SECURE)
    planned = build.plan(pair[0], outcome, published="RR 8.93 (1.25 to 63.70), Barlow 2015")
    jobs_now()
    return planned


# --- analyses ----------------------------------------------------------------------------------------------------


def test_the_list_shows_result_people_state_and_what_is_published(
    client: Client, observer: Member, analysis: Analysis
) -> None:
    page = see(client, observer, "analyses")
    for text in ("RR 8.93 (1.25 to 63.70)", "168", "Current", "Barlow 2015", "Secure attachment, after treatment"):
        assert text in page
    assert "Plan an analysis" not in page


def test_the_page_of_an_analysis_shows_figure_table_and_how_it_was_made(
    client: Client, observer: Member, analysis: Analysis
) -> None:
    page = see(client, observer, "analysis", analysis.pk)
    run = analysis.runs.get()
    for text in ("<svg", "30.86 [4.20, 226.65]", run.input_hash, "DerSimonian-Laird", "table 6.5.a", "First run"):
        assert text in page
    assert "Run again" not in page


def test_a_run_that_waits_shows_its_progress_and_polls(client: Client, first: Member, outcome: Outcome) -> None:
    analysis = build.plan(first, outcome)
    page = see(client, first, "analysis", analysis.pk)
    assert "<progress" in page
    assert reverse("job", args=[first.review.slug, Run.objects.get().job_id]) in page


def test_stale_numbers_say_so_wherever_they_stand(
    client: Client, pair: Pair, analysis: Analysis, outcome: Outcome
) -> None:
    extraction.reopen_sheet_agreement(pair[0], extraction_study(analysis))
    Job.objects.filter(state=Job.State.QUEUED).update(state=Job.State.DONE)  # the look was lost
    for name, rest in (("analyses", ()), ("analysis", (analysis.pk,)), ("run", (analysis.runs.get().pk,))):
        assert "Stale" in see(client, pair[0], name, *rest)


def extraction_study(analysis: Analysis):  # noqa: ANN201
    from extraction.models import Study

    return Study.objects.get(pk=analysis.runs.get().input["studies"][0]["study"])


def test_a_plan_is_made_on_the_page_and_run(client: Client, first: Member, outcome: Outcome, jobs_now: DoJobs) -> None:
    client.force_login(first.user)
    given = {"outcome": outcome.pk, "measure": "RR", "method": "MH", "model": "random", "preset": "RevMan 5"}
    answer = client.post(url(first, "plan"), given)
    planned = Analysis.objects.get()
    assert answer.url == url(first, "analysis", planned.pk)
    jobs_now()
    assert "Nothing to pool" in see(client, first, "analysis", planned.pk)
    twice = client.post(url(first, "plan"), given)
    assert twice.status_code == 422
    assert "planned already" in twice.content.decode()
    assert Analysis.objects.count() == 1


def test_outcomes_that_no_analysis_takes_are_named_where_one_is_planned(client: Client, first: Member) -> None:
    extraction.define_outcome(first, name="Antigen test", kind=Outcome.Kind.DIAGNOSTIC)
    client.force_login(first.user)
    for name in ("plan", "analyses"):
        assert "Not pooled here: Antigen test (Diagnostic accuracy (2×2))" in see(client, first, name)
    assert "There is no outcome to pool yet" in see(client, first, "plan")
    assert queries.steps(first)[0].mine_label == "", "it would lead to a form that cannot be filled in"
    extraction.define_outcome(first, name="Death", kind=Outcome.Kind.DICHOTOMOUS)
    assert "There is no outcome to pool yet" not in see(client, first, "plan")
    assert queries.steps(first)[0].mine_label == "Plan an analysis"


def test_a_plan_is_changed_dropped_and_restored_on_the_pages(client: Client, first: Member, analysis: Analysis) -> None:
    client.force_login(first.user)
    options = {"measure": "RR", "method": "MH", "model": "fixed", "preset": "RevMan 5"}
    client.post(url(first, "change-plan", analysis.pk), options)
    analysis.refresh_from_db()
    assert (analysis.model, analysis.runs.count()) == ("fixed", 2)
    client.post(url(first, "drop-analysis", analysis.pk))
    assert "Restore" in see(client, first, "analyses")
    client.post(url(first, "restore-analysis", analysis.pk))
    assert list(queries.analyses(first)) == [analysis]


def test_running_again_on_equal_data_says_that_the_run_stands(
    client: Client, first: Member, analysis: Analysis
) -> None:
    client.force_login(first.user)
    answer = client.post(url(first, "request-run", analysis.pk), follow=True)
    assert "equal input is not run twice" in answer.content.decode()
    assert analysis.runs.count() == 1


def test_a_superseded_run_keeps_its_page_and_names_its_successor(
    client: Client, first: Member, analysis: Analysis, jobs_now: DoJobs
) -> None:
    old = analysis.runs.get()
    workflow.change_plan(first, analysis, model="fixed")
    jobs_now()
    page = see(client, first, "run", old.pk)
    assert "run 2 stands for the analysis now" in page
    assert "8.93 [1.25, 63.70]" in page


@pytest.mark.parametrize(
    ("name", "kind", "begins"),
    [
        ("figure-svg", "image/svg+xml", b"<svg"),
        ("figure-png", "image/png", b"\x89PNG"),
        ("figure-pdf", "application/pdf", b"%PDF"),
        ("run-json", "application/json", b"{"),
    ],
)
def test_a_run_is_downloaded_under_a_name_of_its_own(
    client: Client, observer: Member, analysis: Analysis, name: str, kind: str, begins: bytes
) -> None:
    client.force_login(observer.user)
    figure = ["forest"] if name.startswith("figure") else []
    answer = client.get(url(observer, name, analysis.runs.get().pk, *figure))
    assert answer["Content-Type"] == kind
    named = r'attachment; filename="secure-attachment-after-treatment-run-1(-forest\.(svg|png|pdf)|\.json)"'
    assert re.fullmatch(named, answer["Content-Disposition"])
    assert answer.content.startswith(begins)


def test_a_run_without_studies_offers_no_figure(
    client: Client, first: Member, outcome: Outcome, jobs_now: DoJobs
) -> None:
    build.plan(first, outcome)
    jobs_now()
    run = Run.objects.get()
    assert "<svg" not in see(client, first, "run", run.pk)
    assert client.get(url(first, "figure-svg", run.pk, "forest")).status_code == 404


# --- the flow diagram ----------------------------------------------------------------------------------------------


@pytest.fixture
def half_screened(pair: Pair, owner: Member) -> Member:
    """Three citations: one included, one in conflict, one with one vote. Returns an owner who has not voted."""
    from screening import workflow as screening

    included, conflict, begun = studies_of.build.citations(owner, 3)
    for citation in (included,):
        studies_of.build.at_full_text(pair, owner, citation)
        studies_of.build.agreed(pair, citation, "full_text")
    screening.vote(pair[0], conflict, "title_abstract", "include")
    screening.vote(pair[1], conflict, "title_abstract", "exclude")
    screening.vote(pair[0], begun, "title_abstract", "exclude")
    return owner


def test_every_number_of_the_diagram_opens_a_list_of_that_many_rows(client: Client, half_screened: Member) -> None:
    page = see(client, half_screened, "flow")
    counts = queries.flow(half_screened).counts
    links = {unquote(link) for link in re.findall(r'href="([^"]*/flow/[^"]+/)"', page)}
    assert len(links) > 8
    for number in counts.numbers.values():
        link = unquote(url(half_screened, "flow-list", number.key))
        if link not in links:
            continue
        listed = client.get(link).content.decode()
        assert len(re.findall(r"<tr>\s*<td>", listed)) == number.n


def test_each_row_leads_to_the_citations_own_page(client: Client, half_screened: Member) -> None:
    page = see(client, half_screened, "flow-list", "dbr_sought")
    assert page.count("Why it is here") == 1
    assert "marked the report as retrieved" in page
    citation = queries.listed(half_screened, "dbr_sought").get().pk
    assert reverse("screening:citation", args=[half_screened.review.slug, citation]) in page


def test_unfinished_work_is_said_and_a_conflict_is_not(client: Client, half_screened: Member, first: Member) -> None:
    for member in (half_screened, first):
        page = see(client, member, "flow")
        assert "not finished" in page
        assert "Records awaiting screening</a>: 2" in page
        assert "conflict" not in page.lower().replace("conflicts/", "")


def test_a_sum_that_does_not_hold_is_a_banner_that_names_the_citations(client: Client, half_screened: Member) -> None:
    from screening.models import Report

    citation = queries.listed(half_screened, "dbr_sought").get().pk
    Report.objects.filter(citation=citation).delete()  # nobody's act: what a damaged database would look like
    page = see(client, half_screened, "flow")
    assert "Numbers do not add up" in page
    assert "Trial number 1 of infants" in page


def test_a_review_without_records_has_a_diagram_of_noughts(client: Client, owner: Member) -> None:
    assert "(n\u00a0=\u00a00)" in see(client, owner, "flow")
    assert "Nothing stands behind this number" in see(client, owner, "flow-list", "dbr_screened")


def test_a_number_that_does_not_exist_is_not_found(client: Client, owner: Member) -> None:
    client.force_login(owner.user)
    assert client.get(url(owner, "flow-list", "no/such:number")).status_code == 404


def test_all_files_of_the_diagram_carry_the_same_numbers(client: Client, half_screened: Member) -> None:
    client.force_login(half_screened.user)
    files = {
        kind: client.get(url(half_screened, f"flow-{kind}")) for kind in ("svg", "png", "pdf", "docx", "csv", "json")
    }
    for kind, answer in files.items():
        assert answer["Content-Disposition"].startswith('attachment; filename="')
        assert answer["Content-Disposition"].endswith(f'-flow.{kind}"')
    counts = queries.flow(half_screened).counts
    numbers = json.loads(files["json"].content)["numbers"]
    assert {key: of["n"] for key, of in numbers.items()} == {key: n.n for key, n in counts.numbers.items()}
    rows = {row["data"]: row for row in csv.DictReader(io.StringIO(files["csv"].content.decode()))}
    assert (rows["records_screened"]["n"], rows["new_reports"]["n"]) == ("1", "1")
    assert rows["records_screened"]["url"] == "http://testserver" + url(half_screened, "flow-list", "dbr_screened")
    assert f"(n\u00a0=\u00a0{counts.n('dbr_screened')})" in files["svg"].content.decode()
    assert files["png"].content.startswith(b"\x89PNG")


def test_a_long_list_comes_in_pages(client: Client, owner: Member) -> None:
    studies_of.build.citations(owner, 51)
    page = see(client, owner, "flow-list", "database_results")
    assert "Page 1 of 2" in page
    assert len(re.findall(r"<tr>\s*<td>", page)) == 50
