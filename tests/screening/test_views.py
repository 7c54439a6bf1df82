"""What does the screening floor answer over HTTP, with and without script, and to what it should not be asked?"""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reviewapp.models import Event, Member
from screening import workflow
from screening.models import Citation, Document, Import, Record, Standing, Vote
from tests import build
from tests.pdfs import pdf

TA, FT = "title_abstract", "full_text"
HTMX = {"HTTP_HX_REQUEST": "true"}
pytestmark = pytest.mark.django_db


def sign_in(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def at(member: Member, path: str) -> str:
    return f"/reviews/{member.review.slug}/{path}"


def upload(member: Member, name: str, data: bytes):
    search = build.search(member)
    file = SimpleUploadedFile(name, data)
    return sign_in(member).post(at(member, f"searches/{search.pk}/import/"), {"file": file})


@pytest.fixture
def citation(owner) -> Citation:
    return build.citations(owner, 1)[0]


def test_a_character_that_no_title_has_finds_what_is_asked_without_it(first, citation):
    answer = sign_in(first).get(at(first, "citations/?q=Trial%00 number"))
    assert citation.title in answer.content.decode()


def post_vote(member: Member, citation: Citation, answer: str, stage: str = TA, **fields: object):
    path = at(member, f"screen/{stage}/{citation.pk}/vote/")
    return sign_in(member).post(path, {"answer": answer, **fields})


# --- the desk ---------------------------------------------------------------------------------------------------


def test_without_script_a_vote_leads_to_the_next_citation(owner, first):
    one, two = build.citations(owner, 2)
    response = post_vote(first, one, "include")
    assert (response.status_code, response["Location"]) == (302, at(first, f"screen/{TA}/{two.pk}/"))
    last = post_vote(first, two, "exclude")
    assert last["Location"] == at(first, f"screen/{TA}/")


def test_with_script_the_next_citation_is_swapped_in(owner, first):
    one, two = build.citations(owner, 2)
    client = sign_in(first)
    response = client.post(at(first, f"screen/{TA}/{one.pk}/vote/"), {"answer": "maybe"}, **HTMX)
    assert response.status_code == 200
    body = response.content.decode()
    assert "<html" not in body
    assert two.title in body


def test_a_double_click_is_one_vote(first, citation):
    for _ in range(2):
        assert post_vote(first, citation, "include").status_code == 302
    assert Vote.unblinded.count() == 1


def test_the_time_from_showing_to_voting_is_kept_and_nonsense_is_not(owner, first):
    one, two = build.citations(owner, 2)
    body = sign_in(first).get(at(first, f"screen/{TA}/")).content.decode()
    shown = body.split('name="shown" value="')[1].split('"')[0]
    post_vote(first, one, "include", shown=shown)
    post_vote(first, two, "include", shown="99999999999")
    seconds = list(Vote.unblinded.order_by("pk").values_list("seconds", flat=True))
    assert 0 < seconds[0] < 60
    assert seconds[1] is None


def test_a_form_that_others_were_faster_with_says_so_and_goes_on(owner, first, second, citation):
    third = build.member(owner, "reviewer", "Third Person")
    build.agreed((first, second), citation, TA)
    client = sign_in(third)
    path = at(third, f"screen/{TA}/{citation.pk}/vote/")
    answer = client.post(path, {"answer": "exclude"}, follow=True)
    assert answer.status_code == 200
    assert "not stored" in answer.content.decode()
    assert Vote.unblinded.count() == 2


@pytest.mark.parametrize("answer", ["", "perhaps", "maybe; drop table"])
def test_an_answer_that_does_not_exist_is_told_and_stores_nothing(first, citation, answer):
    response = post_vote(first, citation, answer)
    assert response.status_code == 422
    assert "answer" in response.content.decode().lower()
    assert not Vote.unblinded.exists()


def test_a_vote_on_another_reviews_citation_is_not_found(first):
    other = build.review(owner=build.user("Other Owner"), title="Another", is_author=True)
    foreign = build.citations(other, 1)[0]
    assert post_vote(first, foreign, "include").status_code == 404
    assert not Vote.unblinded.exists()


def test_a_form_from_before_an_import_was_undone_changes_nothing(owner, first, citation):
    workflow.undo_import(owner, Import.objects.get())
    events = Event.unblinded.count()
    response = post_vote(first, citation, "include")
    assert response.status_code == 409
    assert "not at the stage" in response.content.decode()
    assert (Vote.unblinded.count(), Event.unblinded.count()) == (0, events)


def test_a_resolution_that_came_too_late_changes_nothing(first, second, arbiter, citation):
    workflow.vote(first, citation, TA, "include")
    workflow.vote(second, citation, TA, "exclude")
    page = at(arbiter, f"conflicts/{TA}/{citation.pk}/")
    client = sign_in(arbiter)
    assert client.get(page).status_code == 200
    workflow.vote(second, citation, TA, "include")
    response = client.post(f"{page}resolve/", {"answer": "exclude"})
    assert response.status_code == 409
    assert Standing.objects.get(citation=citation, stage=TA).state == "include"


def test_refusals_reach_who_works_with_script(first, citation):
    response = sign_in(first).post(at(first, f"screen/{TA}/{citation.pk}/vote/"), {"answer": "x"}, **HTMX)
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#live"


def test_undo_takes_the_last_vote_back_and_shows_its_citation(owner, first):
    one, two = build.citations(owner, 2)
    post_vote(first, one, "include")
    response = sign_in(first).post(at(first, f"screen/{TA}/undo/"))
    assert response["Location"] == at(first, f"screen/{TA}/{one.pk}/")
    assert not Vote.unblinded.standing().exists()
    assert sign_in(first).post(at(first, f"screen/{TA}/undo/")).status_code == 409


def test_the_desk_takes_as_many_queries_for_three_citations_as_for_one(owner, first):
    client, counts = sign_in(first), []
    client.get(at(first, f"screen/{TA}/"))
    for number in (1, 3):
        build.citations(owner, number, again=True)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(at(first, f"screen/{TA}/")).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("page", ["citations/", f"screen/{TA}/mine/", "reports/"])
def test_lists_take_as_many_queries_for_three_rows_as_for_one(owner, first, second, page):
    client, counts = sign_in(first), []
    for number in (1, 3):
        for citation in build.citations(owner, number, again=True):
            build.agreed((first, second), citation, TA)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(at(first, page)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


# --- files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("empty.ris", b"", "empty"),
        ("picture.ris", b"\x89PNG\r\n\x1a\n" + bytes(200), "image"),
        ("page.ris", b"<!DOCTYPE html><html><body>Please sign in</body></html>", "web page"),
    ],
)
def test_what_is_no_export_gets_its_sentence(owner, name, data, told):
    response = upload(owner, name, data)
    assert response.status_code == 422
    assert told in response.content.decode()
    assert name in response.content.decode()
    assert not Import.objects.exists()


def test_a_file_over_the_limit_gets_its_sentence(owner, settings):
    settings.IMPORT_MAX_BYTES = 2000
    response = upload(owner, "big.ris", b"TY  - JOUR\nTI  - Long\nER  - \n" * 200)
    assert response.status_code == 422
    assert "larger than" in response.content.decode()
    assert not Import.objects.exists()


def test_a_file_cut_in_the_middle_is_taken_in_with_a_remark(owner, jobs_now):
    data = build.ris({"TI": "One"}, {"TI": "Two", "AB": "An abstract"})
    response = upload(owner, "cut.ris", data[:-25])
    assert response.status_code == 302
    jobs_now()
    page = sign_in(owner).get(response["Location"]).content.decode()
    assert Record.objects.count() == 2
    assert "Records with a remark" in page
    assert "the record has no ER line; it may be cut" in page


def test_markup_in_a_record_is_text_on_every_page(owner, first, jobs_now):
    build.imported(owner, build.ris({"TI": "<script>alert(1)</script> & more", "AU": ["<b>Bold, B.</b>"]}))
    citation = Citation.objects.get()
    for page in (f"screen/{TA}/", "citations/", f"citations/{citation.pk}/"):
        assert "<script>alert" not in sign_in(first).get(at(first, page)).content.decode()


def test_what_is_written_from_right_to_left_is_read_so(owner, first, jobs_now):
    written = {"TI": "تأثير المشي (دراسة)", "AU": ["أحمد، محمد"], "T2": "المجلة الطبية", "AB": "النتائج: RR 0.80."}
    build.imported(owner, build.ris(written))
    citation = Citation.objects.get()
    for path in (f"screen/{TA}/", f"citations/{citation.pk}/"):
        page = sign_in(first).get(at(first, path)).content.decode()
        assert re.search(r'<h1[^>]* dir="auto"[^>]*>تأثير', page)
        assert re.search(r'<div[^>]* dir="auto">النتائج', page)
        assert "<bdi><i>المجلة الطبية</i></bdi>" in page, "or year, volume and pages behind it are turned round"


PDF = pdf("A trial")


def test_a_pdf_is_kept_once_and_shown_to_members_only(owner, first, second, outsider):
    one, two = build.citations(owner, 2)
    for citation in (one, two):
        build.agreed((first, second), citation, TA)
        file = SimpleUploadedFile("trial.pdf", PDF)
        assert sign_in(owner).post(at(owner, f"reports/{citation.pk}/attach/"), {"file": file}).status_code == 302
    document = Document.objects.get()
    response = sign_in(first).get(at(first, f"documents/{document.pk}/"))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    stranger = Client()
    stranger.force_login(outsider)
    assert stranger.get(at(first, f"documents/{document.pk}/")).status_code == 404


def test_what_is_no_pdf_is_no_report(owner, first, second, citation):
    build.agreed((first, second), citation, TA)
    file = SimpleUploadedFile("trial.pdf", b"<html>not a pdf</html>")
    response = sign_in(owner).post(at(owner, f"reports/{citation.pk}/attach/"), {"file": file})
    assert response.status_code == 422
    assert "not a PDF" in response.content.decode()
    assert not Document.objects.exists()


def test_what_one_settled_is_taken_back_on_the_citations_page_however_long_ago(first, second, arbiter, citation):
    workflow.vote(first, citation, TA, "include")
    workflow.vote(second, citation, TA, "exclude")
    workflow.resolve(arbiter, citation, TA, "include")
    back = at(arbiter, f"conflicts/{TA}/{citation.pk}/withdraw/")
    page = at(arbiter, f"citations/{citation.pk}/")
    assert back not in sign_in(first).get(page).content.decode()
    assert back in sign_in(arbiter).get(page).content.decode()
    sign_in(arbiter).post(back)
    assert Standing.objects.get(citation=citation, stage=TA).state == "conflict"
    assert back not in sign_in(arbiter).get(page).content.decode()


# --- the desk of a browser that works ahead ---------------------------------------------------------------------

JSON = {"HTTP_ACCEPT": "application/json"}


def send_vote(client: Client, citation: Citation, answer: str = "include", **fields: object):
    path = at(Member.objects.first(), f"screen/{TA}/{citation.pk}/vote/")
    return client.post(path, {"answer": answer, **fields}, **JSON)


def test_a_script_that_sends_a_vote_hears_whether_it_is_stored(owner, first, second, citation):
    third = build.member(owner, "reviewer", "Third Person")
    assert send_vote(sign_in(first), citation).json()["stored"]
    assert send_vote(sign_in(second), citation).json()["stored"]
    late = send_vote(sign_in(third), citation)
    assert (late.status_code, late.json()["stored"]) == (200, False)
    assert "not needed" in late.json()["told"]


def test_a_script_hears_a_refusal_in_words_it_can_show(first, citation):
    answer = send_vote(sign_in(first), citation, "perhaps")
    assert answer.status_code == 422
    assert "perhaps" in answer.json()["told"]


def test_a_vote_request_takes_few_queries(first, second, citation, django_assert_max_num_queries):
    one, other = sign_in(first), sign_in(second)
    path = at(first, f"screen/{TA}/{citation.pk}/vote/")
    with django_assert_max_num_queries(14):
        # session, person, member, citation; lock, key, case (3), vote, event, who began it; BEGIN and COMMIT
        one.post(path, {"answer": "include", "key": "00000000-0000-0000-0000-000000000001"}, **JSON)
    with django_assert_max_num_queries(20):  # and the standing, its event, the report
        other.post(path, {"answer": "include", "key": "00000000-0000-0000-0000-000000000002"}, **JSON)


def test_the_time_that_the_browser_measured_counts_before_the_servers_guess(first, citation):
    send_vote(sign_in(first), citation, shown="1.5", seconds="12.5")
    assert Vote.unblinded.get().seconds == 12.5


def cards_ahead(client: Client, **asked: object) -> list[int]:
    page = client.get(at(Member.objects.first(), f"screen/{TA}/ahead/"), asked).content.decode()
    return [int(found) for found in re.findall(r'data-card="(\d+)"', page)]


def test_a_browser_gets_the_cards_that_come_next_and_none_that_it_holds(owner, first):
    ids = [each.pk for each in build.citations(owner, 6)]
    client = sign_in(first)
    assert cards_ahead(client, after=ids[0], count=3) == ids[1:4]
    assert cards_ahead(client, after=ids[0], skip=f"{ids[1]},{ids[2]}", count=2) == ids[3:5]
    assert cards_ahead(client, after=ids[4], count=3) == [ids[5], ids[0], ids[1]], "then from the beginning"
    workflow.vote(first, Citation.objects.get(pk=ids[2]), TA, "include")
    assert cards_ahead(client, count=1) == [ids[3]], "who comes back goes on after the last vote"
    assert client.get(at(first, f"screen/{TA}/ahead/?skip=x")).status_code == 422


def test_cards_take_the_same_queries_whatever_their_number(owner, first, django_assert_num_queries):
    for each in build.citations(owner, 8):
        workflow.add_note(first, each, TA, "To be asked")
    client = sign_in(first)
    counts = []
    for count in (1, 3, 6):
        with CaptureQueriesContext(connection) as queries:
            assert len(cards_ahead(client, count=count)) == count
        counts.append(len(queries))
    assert len(set(counts)) == 1


# --- the list ---------------------------------------------------------------------------------------------------


def test_the_list_shows_so_many_with_the_vote_beside_each_and_comes_back_to_its_place(owner, first):
    citations = build.citations(owner, 30)
    client, at_list = sign_in(first), at(first, f"screen/{TA}/list/")
    page = client.get(at_list).content.decode()
    assert page.count("data-row=") == 25
    after = f"?size=25&amp;after={citations[24].pk}"
    assert f'href="{after}"' in page
    assert client.get(at_list + after.replace("&amp;", "&")).content.decode().count("data-row=") == 5
    assert client.get(f"{at_list}?size=50").content.decode().count("data-row=") == 30
    assert client.get(f"{at_list}?size=7").content.decode().count("data-row=") == 25, "only sizes that are offered"
    vote = at(first, f"screen/{TA}/{citations[0].pk}/vote/")
    back = client.post(vote, {"answer": "include", "back": f"{at_list}?size=50"})
    assert back["Location"] == f"{at_list}?size=50"
    away = client.post(vote, {"answer": "exclude", "back": "https://example.org/"})
    assert away["Location"].startswith("/reviews/")
    assert client.post(vote, {"answer": "maybe", "back": "//example.org/"})["Location"].startswith("/reviews/")


def test_the_list_takes_the_same_queries_whatever_its_length(owner, first):
    client, counts = sign_in(first), []
    for more in (1, 3):
        for each in build.citations(owner, more + 1, name=f"{more}.ris"):
            workflow.add_note(first, each, TA, "To be asked")
        with CaptureQueriesContext(connection) as queries:
            client.get(at(first, f"screen/{TA}/list/"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_full_texts_are_judged_in_the_list_too_with_a_reason_beside_each(owner, first, second):
    report, _ = build.citations(owner, 2)
    build.at_full_text((first, second), owner, report)
    client, path = sign_in(first), at(first, "screen/full_text/list/")
    page = client.get(path).content.decode()
    assert page.count('value="include"') == page.count('name="reason"') == 1
    reason = first.review.exclusion_reasons.first()
    answer = client.post(
        at(first, f"screen/full_text/{report.pk}/vote/"), {"answer": "exclude", "reason": reason.pk, "back": path}
    )
    assert answer["Location"] == path
    cast = Vote.unblinded.get(member=first, stage="full_text")
    assert (cast.answer, cast.reason) == ("exclude", reason)
