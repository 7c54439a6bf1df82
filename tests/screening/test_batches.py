"""Do many PDFs reach their reports: matched, looked at by a person, applied all or none, and undone?"""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reviewapp.errors import BadInput, Refused, Stale
from reviewapp.models import Job
from screening import workflow
from screening.models import Attachment, Batch, Citation, Document, Report, Standing
from tests import build
from tests.pdfs import pdf
from tests.screening.test_views import sign_in

pytestmark = pytest.mark.django_db
TA, FT = "title_abstract", "full_text"
TITLES = (
    "Sleep of infants after a home visit: a randomised trial",
    "Play therapy for families of toddlers in the first year",
    "Videotaped feedback for mothers of infants born early",
)


@pytest.fixture
def reports(owner, first, second) -> list[Citation]:
    """Three citations whose reports are sought; the first has a DOI, the second a PubMed id."""
    rows = [
        {"TI": TITLES[0], "DO": "10.1000/sleep.2004.17", "PY": 2004},
        {"TI": TITLES[1], "AN": "10123456", "PM": "10123456", "PY": 1999},
        {"TI": TITLES[2], "PY": 2010},
    ]
    taken = build.imported(owner, build.ris(*rows))
    found = list(Citation.objects.filter(links__record__source=taken).order_by("pk"))
    for citation in found:
        build.agreed((first, second), citation, TA)
    return found


def sent(member, jobs_now, **files: bytes) -> Batch:
    """A batch of these files (name without .pdf), matched."""
    batch = workflow.start_batch(member, [(f"{name}.pdf", [data]) for name, data in files.items()])
    jobs_now()
    assert Job.objects.get(pk=batch.job_id).state == "done"
    return batch


def proposed(batch: Batch) -> dict[int, int | None]:
    return dict(batch.files.values_list("pk", "citation"))


def pdfs_of(citations: list[Citation]) -> list[str]:
    found = {each.citation_id: str(each.document or "") for each in Report.objects.select_related("document")}
    return [found[each.pk] for each in citations]


def test_files_are_matched_by_doi_pubmed_id_and_title_and_nothing_is_attached_before_a_person_looked(
    first, reports, jobs_now
):
    batch = sent(
        first,
        jobs_now,
        **{
            "download": pdf("J Trials\ndoi:10.1000/sleep.2004.17"),
            "10123456": pdf("Something"),
            "scan": pdf(TITLES[2]),
            "unknown": pdf("Nobody knows"),
        },
    )
    found = [(each.citation, each.how) for each in batch.files.all()]
    assert found == [(reports[0], "doi_text"), (reports[1], "pmid_name"), (reports[2], "title_text"), (None, "nothing")]
    assert not Attachment.objects.exists()
    assert pdfs_of(reports) == ["", "", ""]


def test_a_batch_is_applied_with_what_was_chosen_by_hand_and_undone(first, second, reports, jobs_now):
    before = workflow.attach(first, reports[0], "old.pdf", [pdf("Old")])
    batch = sent(first, jobs_now, a=pdf("10.1000/sleep.2004.17"), b=pdf("Nobody knows"), c=pdf(TITLES[2]))
    a, b, c = batch.files.all()
    assert workflow.apply_batch(first, batch, {a.pk: reports[0].pk, b.pk: reports[1].pk, c.pk: None}) == 2
    assert pdfs_of(reports) == ["a.pdf", "b.pdf", ""]
    assert [each.how for each in batch.files.all()][1] == "person"
    assert Standing.objects.get(citation=reports[1], stage=FT).state == "waiting"
    assert workflow.apply_batch(first, batch, {c.pk: reports[2].pk}) == 0, "sent twice it is applied once"
    assert workflow.undo_batch(second, batch) == 2
    assert pdfs_of(reports) == ["old.pdf", "", ""]
    assert Report.objects.get(citation=reports[1]).state == "sought"
    assert Report.objects.get(citation=reports[0]).document == before
    assert Document.objects.count() == 4
    with pytest.raises(Stale):
        workflow.undo_batch(first, batch)
    assert workflow.apply_batch(first, batch, proposed(batch)) == 3


def test_what_was_changed_since_is_not_undone(first, reports, jobs_now):
    batch = sent(first, jobs_now, a=pdf("10.1000/sleep.2004.17"), c=pdf(TITLES[2]))
    workflow.apply_batch(first, batch, proposed(batch))
    workflow.attach(first, reports[0], "better.pdf", [pdf("Better")])
    assert workflow.undo_batch(first, batch) == 1
    assert pdfs_of(reports) == ["better.pdf", "", ""]


def test_two_files_for_one_report_or_a_number_that_is_none_apply_nothing_and_are_named(first, reports, jobs_now):
    batch = sent(first, jobs_now, a=pdf("10.1000/sleep.2004.17"), b=pdf("Other"))
    a, b = batch.files.all()
    with pytest.raises(BadInput, match="“a.pdf” and “b.pdf”"):
        workflow.apply_batch(first, batch, {a.pk: reports[0].pk, b.pk: reports[0].pk})
    with pytest.raises(BadInput, match="“b.pdf”: no report is sought of a citation No. 999999"):
        workflow.apply_batch(first, batch, {a.pk: reports[0].pk, b.pk: 999999})
    assert pdfs_of(reports) == ["", "", ""]


def test_a_report_that_is_no_longer_sought_gets_no_pdf(first, second, reports, jobs_now):
    batch = sent(first, jobs_now, a=pdf("10.1000/sleep.2004.17"))
    workflow.vote(second, reports[0], TA, "exclude")
    with pytest.raises(BadInput, match="no report is sought"):
        workflow.apply_batch(first, batch, proposed(batch))


def test_what_is_no_pdf_and_what_was_sent_twice_is_listed_and_the_rest_goes_on(first, reports, jobs_now):
    good = pdf("10.1000/sleep.2004.17")
    batch = sent(first, jobs_now, a=good, page=b"<html>Sign in</html>", again=good)
    a, page, again = batch.files.all()
    assert (a.citation, a.problem) == (reports[0], "")
    assert "web page" in page.problem
    assert "sent twice" in again.problem
    assert workflow.apply_batch(first, batch, {a.pk: reports[0].pk, page.pk: reports[1].pk}) == 1


def test_a_locked_or_damaged_pdf_is_left_to_a_person_with_the_reason(first, reports, jobs_now):
    batch = sent(first, jobs_now, x=b"%PDF-1.4 nothing to read\nstartxref\n9\n%%EOF")
    file = batch.files.get()
    assert (file.how, file.evidence) == ("nothing", "it is damaged")


def test_a_job_that_runs_again_goes_on_where_it_ended(first, reports, jobs_now, monkeypatch):
    batch = sent(first, jobs_now, a=pdf("10.1000/sleep.2004.17"))
    Job.objects.filter(pk=batch.job_id).update(state="queued")
    monkeypatch.setattr("screening.workflow.batches.first_pages", lambda path: pytest.fail("it was read already"))
    jobs_now()
    assert Job.objects.get(pk=batch.job_id).state == "done"


def test_nothing_sent_and_nobody_who_may_not(observer, first):
    with pytest.raises(BadInput, match="No file"):
        workflow.start_batch(first, [])
    with pytest.raises(Refused):
        workflow.start_batch(observer, [("a.pdf", [pdf()])])


def test_a_batch_goes_its_way_on_the_pages(owner, first, reports, jobs_now):
    client, slug = sign_in(first), owner.review.slug
    files = [SimpleUploadedFile("a.pdf", pdf("10.1000/sleep.2004.17")), SimpleUploadedFile("b.pdf", pdf("What"))]
    answer = client.post(reverse("screening:send-pdfs", args=[slug]), {"files": files})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "job-" in page
    jobs_now()
    page = client.get(answer["Location"]).content.decode()
    assert "DOI on the first pages" in page
    assert page.index("b.pdf") < page.index("a.pdf"), "what needs a person comes first"
    batch = Batch.objects.get()
    a, b = batch.files.all()
    url = reverse("screening:apply-batch", args=[slug, batch.pk])
    refused = client.post(url, {f"file-{a.pk}": "one"})
    assert refused.status_code == 422
    assert "“a.pdf”: “one” is no number" in refused.content.decode()
    refused = client.post(url, {f"file-{a.pk}": str(reports[1].pk), f"file-{b.pk}": "999999"})
    assert "no report is sought of a citation No. 999999" in refused.content.decode()
    for typed in (reports[1].pk, 999999):
        assert f'value="{typed}"' in refused.content.decode(), "what was entered is kept"
    assert client.post(url, {f"file-{a.pk}": str(reports[0].pk), f"file-{b.pk}": ""}).status_code == 302
    assert pdfs_of(reports) == ["a.pdf", "", ""]
    assert "Undo" in client.get(answer["Location"]).content.decode()
    assert client.post(reverse("screening:undo-batch", args=[slug, batch.pk])).status_code == 302
    assert pdfs_of(reports) == ["", "", ""]
    assert "to be looked at" in client.get(reverse("screening:batches", args=[slug])).content.decode()


def test_a_batch_of_three_takes_as_many_queries_as_of_one(owner, first, reports, jobs_now):
    client, counts = sign_in(first), []
    for n in (1, 3):
        batch = sent(first, jobs_now, **{f"{n}-{k}": pdf(f"{n} {k} {TITLES[k]}") for k in range(n)})
        with CaptureQueriesContext(connection) as told:
            client.get(reverse("screening:batch", args=[owner.review.slug, batch.pk]))
        counts.append(len(told))
    assert counts[0] == counts[1]


def test_too_many_files_at_once_are_refused_in_words(owner, first, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 1
    client = sign_in(first)
    client.raise_request_exception = False
    files = [SimpleUploadedFile(f"{n}.pdf", pdf()) for n in range(2)]
    answer = client.post(reverse("screening:send-pdfs", args=[owner.review.slug]), {"files": files})
    assert answer.status_code == 400
    assert "send fewer at a time" in answer.content.decode()


def test_pdfs_are_dropped_on_the_full_text_desk_by_who_may_attach_them(owner, first, arbiter):
    for member, may in ((first, True), (arbiter, False)):
        pages = [
            sign_in(member).get(reverse("screening:desk", args=[owner.review.slug, stage])).text for stage in (FT, TA)
        ]
        assert ['data-drop="page"' in page for page in pages] == [may, False]
