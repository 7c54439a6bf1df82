"""Are reports sought and kept as a team needs it: what was tried stays, a wrong PDF comes off, and everything can be taken back?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reviewapp.errors import BadFile, BadInput, Refused, Stale, WrongState
from reviewapp.models import Event
from screening import workflow
from screening.models import Attempt, Document, Report, Standing
from tests import build
from tests.pdfs import pdf
from tests.screening.test_views import sign_in

pytestmark = pytest.mark.django_db
TA, FT = "title_abstract", "full_text"


@pytest.fixture
def sought(owner, first, second):
    """A citation whose report is sought."""
    citation = build.citations(owner, 1)[0]
    build.agreed((first, second), citation, TA)
    return citation


def state(citation) -> str:
    return Report.objects.get(citation=citation).state


def attach(member, citation, data: bytes, name: str = "trial.pdf"):
    return workflow.attach(member, citation, name, [data])


def verbs(citation) -> list[str]:
    return list(Event.unblinded.filter(subject=f"citation/{citation.pk}").values_list("verb", flat=True))


# --- what was tried ---------------------------------------------------------------------------------------------


def test_every_try_is_kept_in_the_order_of_its_days_and_shown_with_who_tried(owner, first, sought):
    workflow.log_attempt(first, sought, way="author", tried_on=date(2026, 2, 1), text="No answer")
    workflow.log_attempt(owner, sought, way="library", tried_on=date(2026, 1, 5), text="No subscription")
    assert [each.way for each in sought.report.attempts.all()] == ["library", "author"]
    page = sign_in(first).get(reverse("screening:reports", args=[owner.review.slug])).content.decode()
    assert page.index("No subscription") < page.index("No answer")
    assert "Olga Owner" in page
    assert verbs(sought).count("screening.retrieval_tried") == 2


def test_a_try_sent_twice_is_one_and_one_in_the_future_is_none(first, sought):
    for _ in range(2):
        workflow.log_attempt(first, sought, way="loan", tried_on=date(2026, 2, 1), text="Ordered")
    assert Attempt.objects.count() == 1
    with pytest.raises(BadInput, match="still to come"):
        workflow.log_attempt(first, sought, way="loan", tried_on=timezone.localdate() + timedelta(days=1))
    with pytest.raises(BadInput, match="Choose how"):
        workflow.log_attempt(first, sought, way="pigeon", tried_on=date(2026, 2, 1))


def test_a_try_written_down_by_mistake_is_taken_back_and_restored(owner, first, observer, sought):
    tried = workflow.log_attempt(first, sought, way="loan", tried_on=date(2026, 2, 1))
    with pytest.raises(Refused):
        workflow.withdraw_attempt(observer, tried)
    workflow.withdraw_attempt(owner, tried)
    workflow.withdraw_attempt(owner, tried)
    tried.refresh_from_db()
    assert tried.withdrawn_at
    workflow.restore_attempt(first, tried)
    tried.refresh_from_db()
    assert tried.withdrawn_at is None
    assert verbs(sought)[-2:] == ["screening.attempt_withdrawn", "screening.attempt_restored"]


# --- PDFs -------------------------------------------------------------------------------------------------------


def test_a_wrong_pdf_is_taken_off_and_the_report_is_sought_again(owner, first, second, sought):
    attach(owner, sought, pdf("Another trial"))
    workflow.vote(first, sought, FT, "include")
    workflow.detach(first, sought, "Another trial")
    assert state(sought) == "sought"
    assert Standing.objects.get(citation=sought, stage=FT).state == "unreached"
    attach(owner, sought, pdf("The trial"))
    workflow.vote(second, sought, FT, "include")
    assert Standing.objects.get(citation=sought, stage=FT).state == "include"
    ended = sought.report.attachments.get(ended_at__isnull=False)
    assert (ended.ended_by, ended.why_ended) == (first, "Another trial")


def test_a_replaced_pdf_stays_in_the_history_and_can_be_put_back(owner, sought):
    old = attach(owner, sought, pdf("Version 1"), "v1.pdf")
    new = attach(owner, sought, pdf("Version 2"), "v2.pdf")
    assert Report.objects.get(citation=sought).document == new
    former = sought.report.attachments.get(document=old)
    page = sign_in(owner).get(reverse("screening:reports", args=[owner.review.slug])).content.decode()
    assert "v1.pdf" in page
    assert "Put it back" in page
    workflow.attach_again(owner, sought, former)
    assert Report.objects.get(citation=sought).document == old
    assert Document.objects.count() == 2


def test_taking_off_a_pdf_leads_back_to_paper_where_the_report_was_at_hand_on_paper(owner, sought):
    workflow.mark_retrieved(owner, sought)
    attach(owner, sought, pdf("One"))
    attach(owner, sought, pdf("Two"))
    workflow.detach(owner, sought)
    assert state(sought) == "retrieved"
    with pytest.raises(Stale):
        workflow.detach(owner, sought)


def test_a_report_with_a_pdf_is_not_given_up_before_the_pdf_is_off(owner, sought):
    attach(owner, sought, pdf())
    for verb in (workflow.not_retrieved, workflow.seek_again):
        with pytest.raises(WrongState, match="PDF is attached"):
            verb(owner, sought)
    assert state(sought) == "retrieved"


def test_the_same_pdf_sent_twice_is_attached_once(owner, sought):
    attach(owner, sought, pdf("One"))
    attach(owner, sought, pdf("One"))
    assert sought.report.attachments.count() == Document.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", "is not a PDF"),
        (b"PK\x03\x04 a Word file", "is not a PDF"),
        (b"x" * 2000 + pdf(), "is not a PDF"),
        (pdf("One")[:-40].replace(b"startxref", b""), "cut short"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_pdf_or_half_of_one_is_refused_in_words_and_leaves_nothing(owner, sought, data, said):
    with pytest.raises(BadFile, match=said):
        attach(owner, sought, data)
    assert not Document.objects.exists()
    assert state(sought) == "sought"


def test_a_pdf_of_a_report_that_is_not_sought_leaves_nothing(owner):
    with pytest.raises(WrongState, match="not sought"):
        attach(owner, build.citations(owner, 1)[0], pdf())
    assert not Document.objects.exists()


def test_a_pdf_that_is_refused_is_refused_beside_its_report(owner, sought):
    client, url = sign_in(owner), reverse("screening:attach", args=[owner.review.slug, sought.pk])
    answer = client.post(url, {"file": SimpleUploadedFile("page.pdf", b"<html>Sign in</html>")})
    assert answer.status_code == 422
    page = answer.content.decode()
    said = page[page.index(f'id="pdf-{sought.report.pk}"') :]
    assert said.index("“page.pdf” is not a PDF. It is a web page") < said.index("At hand, no PDF")
    assert "PDF of the report:" in client.post(url).content.decode(), "no file was chosen"


def test_a_pdf_that_is_too_large_is_refused_with_what_to_do(owner, sought, settings):
    settings.DOCUMENT_MAX_BYTES = 100
    with pytest.raises(BadFile, match="larger than") as told:
        attach(owner, sought, pdf())
    assert "mark it as retrieved" in told.value.todo


# --- serving ----------------------------------------------------------------------------------------------------


@pytest.fixture
def served(owner, first, sought):
    """A client of a member, the address of a PDF that would act when opened, and its bytes."""
    data = pdf("Trial", catalog="/OpenAction<</S/JavaScript/JS(app.alert(1))>>")
    document = attach(owner, sought, data, "a trial, v=1; Münster.pdf")
    return sign_in(first), reverse("screening:document", args=[owner.review.slug, document.pk]), data


def test_a_pdf_is_handed_out_as_data_that_no_browser_runs(served):
    client, url, _ = served
    answer = client.get(url)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''a%20trial%2C%20v%3D1%3B%20M%C3%BCnster.pdf"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("asked", "span"),
    [("bytes=0-99", (0, 99)), ("bytes=100-", (100, None)), ("bytes=-50", (-50, None)), ("bytes=5-999999", (5, None))],
)
def test_a_part_of_a_pdf_can_be_asked_for(served, asked, span):
    client, url, data = served
    answer = client.get(url, headers={"Range": asked})
    start = span[0] % len(data)
    expected = data[start : span[1] + 1 if span[1] is not None else None]
    assert answer.status_code == 206
    assert b"".join(answer.streaming_content) == expected
    assert answer["Content-Range"] == f"bytes {start}-{start + len(expected) - 1}/{len(data)}"
    assert answer["Content-Length"] == str(len(expected))


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=9-3", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused(served, asked):
    client, url, data = served
    answer = client.get(url, headers={"Range": asked})
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{len(data)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=a-b"])
def test_what_is_no_single_range_is_answered_with_the_whole(served, asked):
    client, url, data = served
    answer = client.get(url, headers={"Range": asked})
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == data


def test_a_pdf_that_the_browser_has_is_not_sent_again_but_a_former_member_gets_nothing(served, owner, first):
    client, url, _ = served
    etag = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    from reviewapp.workflow import leave

    leave(owner, first)
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 404


def test_another_reviews_member_who_has_the_same_pdf_does_not_reach_this_one(served, sought):
    _, url, data = served
    stranger = build.review(owner=build.user("Stranger"), title="Another", is_author=True)
    citation = build.citations(stranger, 1)[0]
    from reviewapp.workflow import amend_protocol

    amend_protocol(stranger, votes_title_abstract=1)
    Standing.objects.update(needed=1)
    stranger.review.refresh_from_db()
    workflow.vote(stranger, citation, TA, "include")
    attach(stranger, citation, data)
    assert Document.objects.count() == 2
    assert len(set(Document.objects.values_list("sha256", flat=True))) == 1
    assert sign_in(stranger).get(url).status_code == 404


def test_the_list_of_reports_takes_as_many_queries_for_three_as_for_one(
    owner, first, second, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, url = sign_in(owner), reverse("screening:reports", args=[owner.review.slug])
    counts = []
    for n in (1, 2):
        for citation in build.citations(owner, n, name=f"{n}.ris", again=True):
            build.agreed((first, second), citation, TA)
            workflow.log_attempt(first, citation, way="loan", tried_on=date(2026, 2, 1))
            attach(owner, citation, pdf(f"{citation.pk}"))
            attach(owner, citation, pdf(f"{citation.pk} again"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert Report.objects.count() >= 2
    assert counts[0] == counts[1]


def test_who_works_down_a_part_of_the_list_stays_in_it(owner, first, sought):
    client, slug = sign_in(first), owner.review.slug
    page = client.get(reverse("screening:reports", args=[slug]), {"state": "sought"}).content.decode()
    act = reverse("screening:mark-retrieved", args=[slug, sought.pk]) + "?state=sought&page=1"
    assert act.replace("&", "&amp;") in page
    answer = client.post(act)
    assert answer["Location"].startswith(reverse("screening:reports", args=[slug]) + "?page=1&state=sought#report-")
    answer = client.post(reverse("screening:seek-again", args=[slug, sought.pk]))
    assert answer["Location"] == reverse("screening:reports", args=[slug]) + f"?page=1#report-{sought.pk}"


def test_attempts_and_wrong_pdfs_are_handled_on_the_page(owner, first, sought):
    client: Client = sign_in(first)
    slug = owner.review.slug
    sent = {"way": "author", "tried_on": "2026-02-01", "text": "No answer"}
    assert client.post(reverse("screening:log-attempt", args=[slug, sought.pk]), sent).status_code == 302
    assert client.post(reverse("screening:log-attempt", args=[slug, sought.pk]), {"way": "author"}).status_code == 422
    tried = Attempt.objects.get()
    assert client.post(reverse("screening:withdraw-attempt", args=[slug, tried.pk])).status_code == 302
    file = SimpleUploadedFile("wrong.pdf", pdf("Wrong"))
    client.post(reverse("screening:attach", args=[slug, sought.pk]), {"file": file})
    client.post(reverse("screening:detach", args=[slug, sought.pk]), {"comment": "Wrong trial"})
    page = client.get(reverse("screening:reports", args=[slug])).content.decode()
    assert "Wrong trial" in page
    former = sought.report.attachments.get()
    client.post(reverse("screening:attach-again", args=[slug, former.pk]))
    assert Report.objects.get(citation=sought).document == former.document
