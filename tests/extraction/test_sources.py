"""An answer carries its source: document, page, quote, rectangle; it is stored as it was marked, refused in words, and found again."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from extraction import queries, workflow
from extraction.models import Outcome, Study
from extraction.schema import Answer, Choice, Source, TakenFrom
from reviewapp.errors import BadInput
from reviewapp.models import Event, Member
from screening import workflow as screening
from screening.models import Citation, Document
from screening.pdfs.reading import count_pages
from tests import build as ground
from tests.extraction import build
from tests.extraction.test_agreeing import rows
from tests.extraction.test_views import browser, page, post, url
from tests.pdfs import pdf

pytestmark = pytest.mark.django_db
DESIGN, NUMBER = "study/design", "study/randomised"
BOX = "0.1,0.25,0.6,0.4"
PLACE = {"page": "4", "quote": "were randomised", "box": BOX}


def attached(member: Member, study: Study, name: str = "murray.pdf") -> Document:
    report = Citation.objects.get(study_links__study=study, study_links__undone_at=None)
    return screening.attach(member, report, name, [pdf(name, *(f"Page {n}" for n in range(2, 7)))])


@pytest.fixture
def paper(owner: Member, study: Study) -> Document:
    return attached(owner, study)


def source_fields(place: dict[str, Any], mark: str = DESIGN) -> dict[str, Any]:
    """A source as a page posts it."""
    return {"version": 0, **{f"{name}:{mark}": value for name, value in place.items()}}


def test_a_rectangle_is_stored_with_its_document_page_and_quote_and_comes_back_on_the_sheet(
    first: Member, study: Study, paper: Document
) -> None:
    workflow.start_sheet(first, study)
    post(first, "sheet", study.pk, data=source_fields(PLACE | {"document": paper.pk}))
    stored = queries.own_sheet(first, study).answers()[DESIGN].source
    assert stored == Source(paper.pk, 4, "were randomised", (0.1, 0.25, 0.6, 0.4))
    text = page(first, "sheet", study.pk)
    assert f'value="{BOX}" checked' in text
    assert f"/documents/{paper.pk}/read/#page=4&box=0.1%2C0.25%2C0.6%2C0.4&quote=were%20randomised" in html.unescape(
        text
    )


def test_without_its_tick_the_rectangle_goes_and_the_trail_has_both(
    first: Member, study: Study, paper: Document
) -> None:
    workflow.start_sheet(first, study)
    given = PLACE | {"document": paper.pk}
    post(first, "sheet", study.pk, data=source_fields(given))
    kept = {
        name: value for name, value in given.items() if name != "box"
    }  # what a browser sends of a box without a tick: nothing
    post(first, "sheet", study.pk, data=source_fields(kept) | {"version": 1})
    assert queries.own_sheet(first, study).answers()[DESIGN].source.box is None
    saved = Event.blind.for_member(first).filter(verb="extraction.sheet_saved").order_by("-pk").first().facts
    assert "box [0.1, 0.25, 0.6, 0.4]" in saved["before"][DESIGN]
    assert "box" not in saved["after"][DESIGN]


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ({"box": "0.1,0.2,0.3"}, "a rectangle has four numbers"),
        ({"box": "left,top,right,bottom"}, "a rectangle has four numbers"),
        ({"box": "0.6,0.25,0.1,0.4"}, "left before right"),
        ({"box": "0.1,0.25,1.6,0.4"}, "each from 0 to 1"),
        ({"box": "nan,0,1,1"}, "each from 0 to 1"),
        ({"box": "0.1,0.2,0.100001,0.4"}, "not too narrow to be seen"),
        ({"page": ""}, "a rectangle needs its document and page"),
        ({"document": ""}, "a rectangle needs its document and page"),
        ({"page": "iv"}, "the page is a whole number"),
    ],
)
def test_a_source_that_cannot_be_is_refused_in_words_beside_its_question(
    place: dict[str, str], told: str, first: Member, study: Study, paper: Document
) -> None:
    workflow.start_sheet(first, study)
    given = {"document": paper.pk} | PLACE | place
    assert told in post(first, "sheet", study.pk, status=422, data=source_fields(given))
    assert queries.own_sheet(first, study).answers() == {}


def test_a_document_of_another_study_is_no_source(
    owner: Member, first: Member, pair: tuple[Member, Member], study: Study
) -> None:
    foreign = attached(owner, build.study(pair, "Other 2001"), "other.pdf")
    begun = workflow.start_sheet(first, study)
    with pytest.raises(
        BadInput, match="No report of Murray 2003 has the document that is named as the source of: Design"
    ):
        workflow.save_entries(first, begun, {}, places={DESIGN: PLACE | {"document": foreign.pk}})


def test_of_a_document_of_another_review_nothing_is_told(first: Member, study: Study) -> None:
    other = ground.review(ground.user("Uwe Other"), title="Another review")
    facts = {"file_name": "secret.pdf", "sha256": "0" * 64, "size": 1, "pages": 2}
    sealed = Document.objects.create(review=other.review, member=other, **facts)
    workflow.start_sheet(first, study)
    answer = browser(first).post(
        url(first, "sheet", study.pk), source_fields(PLACE | {"document": sealed.pk, "page": "9"})
    )
    assert answer.status_code == 422
    assert "secret.pdf" not in answer.content.decode()


def test_a_source_in_a_pdf_that_was_replaced_stays_when_the_answer_changes(
    owner: Member, first: Member, study: Study, paper: Document
) -> None:
    begun = workflow.start_sheet(first, study)
    workflow.save_entries(first, begun, {}, places={DESIGN: PLACE | {"document": paper.pk}})
    attached(owner, study, "better.pdf")
    assert f'<option value="{paper.pk}" selected>murray.pdf, which was replaced</option>' in page(
        first, "sheet", study.pk
    )
    again = source_fields(PLACE | {"document": paper.pk}) | {DESIGN: "A trial", "version": 1}
    post(first, "sheet", study.pk, data=again)
    assert queries.own_sheet(first, study).answers()[DESIGN].source.document == paper.pk


def test_a_source_in_a_report_that_left_the_study_stays_and_says_so(
    owner: Member, first: Member, study: Study, pair: tuple[Member, Member], paper: Document
) -> None:
    report = study.report_links.get().citation
    begun = workflow.start_sheet(first, study)
    workflow.save_entries(first, begun, {}, places={DESIGN: PLACE | {"document": paper.pk}})
    workflow.join_report(first, study, build.reports(pair)[0])
    workflow.split_report(first, study, report)
    told = f'<option value="{paper.pk}" selected>murray.pdf, whose report is not of this study now</option>'
    assert told in page(first, "sheet", study.pk)
    post(
        first,
        "sheet",
        study.pk,
        data=source_fields(PLACE | {"document": paper.pk}) | {DESIGN: "A trial", "version": 1},
    )
    assert queries.own_sheet(first, study).answers()[DESIGN].source.document == paper.pk


def test_one_file_of_two_reports_is_one_paper(
    owner: Member, first: Member, study: Study, pair: tuple[Member, Member]
) -> None:
    extra = build.reports(pair)[0]
    workflow.join_report(first, study, extra)
    for report in (study.report_links.first().citation, extra):
        screening.attach(owner, report, "both.pdf", [pdf("Two reports in one")])
    assert len(queries.papers(queries.study(first, study.pk))) == 1


def test_both_sources_stand_at_the_agreement_and_the_agreed_one_behind_the_cell(
    first: Member, second: Member, study: Study, paper: Document
) -> None:
    for author, design, top in ((first, "Two arms", "0.2"), (second, "Three arms", "0.3")):
        place = PLACE | {"document": paper.pk, "box": f"0.1,{top},0.6,0.4"}
        begun = workflow.start_sheet(author, study)
        workflow.save_entries(author, begun, build.TEXTS | {DESIGN: design}, places={DESIGN: place})
        workflow.submit_sheet(author, begun)
    text = html.unescape(page(second, "sheet-agreement", study.pk))
    address = f"/documents/{paper.pk}/read/#page=4&box=0.1%2C{{}}%2C0.6%2C0.4"
    assert address.format("0.2") in text
    assert address.format("0.3") in text
    workflow.agree_sheet(first, study, {DESIGN: Choice(TakenFrom.SECOND)})
    signed = html.unescape(page(second, "sheet-agreement", study.pk))
    row = signed[signed.index(f'id="q-{DESIGN}"') :].partition("</tr>")[0]
    assert address.format("0.3") in row
    assert address.format("0.2") not in row
    found = next(row for row in rows(first, "data-csv") if row["key"] == DESIGN)
    assert (found["document"], found["document_sha256"]) == (str(paper.pk), paper.sha256)
    assert (found["page"], found["box"]) == ("4", "[0.1, 0.3, 0.6, 0.4]")


def test_sheets_take_as_many_queries_for_three_sources_as_for_one(
    owner: Member, first: Member, study: Study, outcome: Outcome, paper: Document
) -> None:
    begun = workflow.start_sheet(first, study)
    attached(owner, study, "better.pdf")  # so that the sources are in a PDF which has to be looked up
    counts = []
    for keys in ([DESIGN], ["study/participants", "study/setting"]):
        workflow.save_entries(first, begun, {}, places=dict.fromkeys(keys, PLACE | {"document": paper.pk}))
        client = browser(first)
        with CaptureQueriesContext(connection) as seen:
            client.get(url(first, "sheet", study.pk))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_signed_assessment_sets_judgements_off_from_replies_and_shows_their_source(
    owner: Member, first: Member, second: Member, study: Study, outcome: Outcome, paper: Document
) -> None:
    key = build.rob2_for(owner, first, [study], outcome)
    for author in (first, second):
        begun = build.begun(author, study, key)
        place = PLACE | {"document": paper.pk}
        workflow.save_judgements(author, begun, {}, places={"randomisation": place})
        workflow.submit_assessment(author, begun)
    workflow.agree_assessment(first, study, {}, key)
    text = page(first, "bias-agreement", study.pk, key)
    assert '<tr id="q-1.1"><th scope="row" class="fw-normal">' in text
    row = html.unescape(text[text.index('<tr id="q-randomisation"><th scope="row">') :].partition("</tr>")[0])
    assert f"/documents/{paper.pk}/read/#page=4&box=0.1%2C0.25%2C0.6%2C0.4" in row


def test_a_cell_of_a_table_has_its_own_place_beside_that_of_its_row(
    first: Member, second: Member, study: Study, outcome: Outcome, paper: Document
) -> None:
    """And places that were stored when a row had one for all of its cells are the row's still."""
    events, total, percent = (
        next(iter(build.cells(study, outcome, {name: 0}, {}))) for name in ("events", "total", "percent")
    )
    row = events.rpartition("/")[0]
    of_row, of_total = PLACE | {"document": paper.pk}, {"document": paper.pk, "page": "5", "quote": "of 14"}
    begun = workflow.start_sheet(first, study)
    workflow.save_entries(first, begun, {events: 8, total: 14}, places=dict.fromkeys((events, total, percent), of_row))
    text = page(first, "sheet", study.pk)
    assert place_in(text, row) == ("4", "were randomised")
    assert place_in(text, events) == place_in(text, total) == ("", ""), "it stands where its row stands"

    typed = source_fields(of_row, row) | source_fields(of_total, total) | {events: 8, total: 14, "version": 1}
    post(first, "sheet", study.pk, data=typed | {f"page:{events}": "", f"quote:{events}": ""})
    text = page(first, "sheet", study.pk)
    assert (place_in(text, row), place_in(text, total)) == (("4", "were randomised"), ("5", "of 14"))
    elsewhere = {"document": paper.pk, "page": "6", "quote": "Table 3", "box": ""}
    post(first, "sheet", study.pk, data=typed | source_fields(elsewhere, row) | {"version": 2})
    pages = {
        key: answer.source.page for key, answer in queries.own_sheet(first, study).answers().items() if answer.source
    }
    assert pages == {events: 6, total: 5, percent: 6}, "the row's place is that of its other cells"
    post(
        first,
        "sheet",
        study.pk,
        data={f"page:{total}": "", f"page:{row}": "6", f"document:{row}": paper.pk, "version": 3},
    )
    assert queries.own_sheet(first, study).answers()[total].source.page == 6, (
        "without its own it stands where the row does"
    )


def test_a_number_from_the_authors_e_mail_stands_in_words_and_on_no_page(
    first: Member, second: Member, study: Study, outcome: Outcome, paper: Document
) -> None:
    events, total = (next(iter(build.cells(study, outcome, {name: 0}, {}))) for name in ("events", "total"))
    row = events.rpartition("/")[0]
    workflow.start_sheet(first, study)
    of_row = source_fields(PLACE | {"document": paper.pk}, row) | {f"source:{row}": "Table 2"}
    typed = of_row | {events: 8, total: 14, f"page:{total}": "", f"source:{total}": "e-mail of 3 May", "version": 0}
    post(first, "sheet", study.pk, data=typed)
    said = queries.own_sheet(first, study).answers()
    assert [(said[key].text, said[key].source and said[key].source.page) for key in (events, total)] == [
        ("Table 2", 4),
        ("e-mail of 3 May", None),
    ]
    text = page(first, "sheet", study.pk)
    assert f'name="source:{total}" value="e-mail of 3 May"' in text
    assert f'name="source:{row}" id="source_{row}" value="Table 2"' in text
    assert place_in(text, total) == ("", "")
    post(first, "sheet", study.pk, data=typed | {f"source:{total}": "", "version": 1})
    again = queries.own_sheet(first, study).answers()[total]
    assert (again.text, again.source.page) == ("Table 2", 4), "without words of its own it stands where its row does"


def test_a_number_that_is_reported_in_another_way_gets_a_place_of_its_own_with_its_save(
    first: Member, study: Study, outcome: Outcome, paper: Document
) -> None:
    percent = next(iter(build.cells(study, outcome, {"percent": 0}, {})))
    row = percent.rpartition("/")[0]
    workflow.start_sheet(first, study)
    assert f'name="page:{percent}"' not in page(first, "sheet", study.pk), "eighteen places in each row would be a wall"
    address, accept = url(first, "sheet", study.pk), {"Accept": "application/json"}
    answer = browser(first).post(address, {"version": 0, percent: "40"}, headers=accept).json()
    place = answer["places"][row][percent]
    assert f'name="page:{percent}"' in place
    assert "murray.pdf" in place or f'value="{paper.pk}"' in place
    assert f'name="page:{percent}"' in page(first, "sheet", study.pk)


def place_in(text: str, mark: str) -> tuple[str, str]:
    """Page and quote as the fields of a page have them."""
    found = (
        re.search(rf'name="page:{re.escape(mark)}" value="([^"]*)"', text),
        re.search(rf'name="quote:{re.escape(mark)}"[^>]*>([^<]*)<', text),
    )
    return found[0][1], found[1][1]


def test_a_page_that_the_document_does_not_have_is_refused_beside_the_cell_and_the_number_is_kept(
    first: Member, second: Member, study: Study, outcome: Outcome, paper: Document
) -> None:
    events = next(iter(build.cells(study, outcome, {"events": 0}, {})))
    row = events.rpartition("/")[0]
    begun = workflow.start_sheet(first, study)
    wrong = {"document": paper.pk, "page": "7", "quote": "x", "box": ""}
    text = post(first, "sheet", study.pk, status=422, data=source_fields(wrong, row) | {events: "8"})
    assert text.count("page 7 is named, but murray.pdf has 6.") == 3, "at its cell, above, and at the foot"
    assert place_in(text, row) == ("7", "x"), "to be corrected"
    assert queries.own_sheet(first, study).answers() == {events: Answer(8)}
    paper.refresh_from_db()
    assert paper.pages == 6
    with pytest.raises(BadInput, match="page 7 is named, but murray.pdf has 6"):
        workflow.save_entries(first, begun, {}, places={DESIGN: wrong})
    Document.objects.filter(pk=paper.pk).update(pages=0)  # where pages cannot be counted nothing is refused
    workflow.save_entries(first, begun, {}, places={DESIGN: wrong})
    assert queries.own_sheet(first, study).answers()[DESIGN].source.page == 7
    Document.objects.filter(pk=paper.pk).update(pages=6)
    post(first, "sheet", study.pk, data=source_fields(wrong) | {"quote:study/design": "y", "version": 9})
    assert queries.own_sheet(first, study).answers()[DESIGN].source.quote == "y", (
        "what stood before keeps no one from going on"
    )


def test_at_an_agreement_the_field_is_marked_in_which_the_place_of_another_answer_is_wrong(
    first: Member, second: Member, study: Study, paper: Document
) -> None:
    for author, number in ((first, 139), (second, 193)):
        build.submitted(author, study, {NUMBER: number})
    third = {f"take:{NUMBER}": "third", f"value:{NUMBER}": "166", f"reason:{NUMBER}": "So"}
    for document, page_number, quote, box, at_fault in (
        (paper.pk, "7", "", "", "page"),
        (paper.pk, "abc", "", "", "page"),
        (999, "3", "", "", "document"),
        ("four", "3", "", "", "document"),
        ("", "3", "", BOX, "document"),
        (paper.pk, "", "", BOX, "page"),
        (paper.pk, "3", "", "0.6,0.25,0.1,0.4", "box"),
        (paper.pk, "3", "x" * 2_001, "", "quote"),
    ):
        given = {"document": document, "page": page_number, "quote": quote, "box": box}
        place = {f"{name}:{NUMBER}": value for name, value in given.items()}
        text = post(first, "sheet-agreement", study.pk, status=422, data=third | place)
        asked = text.partition(f'id="q-{NUMBER}"')[2].partition("</fieldset>")[0]
        marked = re.findall(r'name="([a-z]+):[^>]* aria-invalid="true" aria-describedby="told-study/randomised"', asked)
        assert marked == [at_fault]


def test_pages_are_counted_before_anything_is_locked(
    first: Member, second: Member, study: Study, paper: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside, deep = len(connection.savepoint_ids), []
    monkeypatch.setattr(
        "screening.workflow.pages.count_pages", lambda _: deep.append(len(connection.savepoint_ids)) or 6
    )
    for author, design in ((first, "Two arms"), (second, "Three arms")):
        begun = workflow.start_sheet(author, study)
        place = {DESIGN: PLACE | {"document": paper.pk}}
        workflow.save_entries(author, begun, build.TEXTS | {DESIGN: design}, places=place)
        workflow.submit_sheet(author, begun)
    other = attached(first, study, "murray-corrected.pdf")
    third = Choice(TakenFrom.THIRD, "Four arms", reason="Both misread it", place=PLACE | {"document": other.pk})
    workflow.agree_sheet(first, study, {DESIGN: third})
    assert deep == [outside, outside]


def test_pages_of_a_file_that_is_no_pdf_are_not_counted(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 nothing more")
    assert count_pages(broken) == 0
