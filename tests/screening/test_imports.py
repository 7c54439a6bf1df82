"""How do files come in through the pages: several at once, twice, in the wrong encoding? And records without a file?"""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reviewapp import jobs
from reviewapp.errors import BadFile, BadInput, WrongState
from reviewapp.models import Event, Member
from screening import queries, workflow
from screening.models import Citation, Import, Link, Pair, Record, Standing
from screening.workflow import bare
from tests import build, holds

TA = "title_abstract"
pytestmark = pytest.mark.django_db

ONE = {"TI": "Toddler-parent psychotherapy", "AU": ["Toth, S. L."], "PY": "2006", "DO": "10.5555/one"}
OTHER = {"TI": "Anxiety after birth", "AU": ["Nobody, N."], "PY": "2001"}
THIRD = {"TI": "Sleep of infants, a cohort", "AU": ["Anders, T."], "PY": "1999", "DO": "10.5555/three"}
LATIN = build.ris({"TI": "Säuglinge und Mütter", "AU": ["Müller, Jörg"], "PY": "2001"}, OTHER).decode().encode("cp1252")


@pytest.fixture
def browser(owner) -> Client:
    return signed_in(owner)


def signed_in(member: Member) -> Client:
    found = Client()
    found.force_login(member.user)
    return found


def at(member: Member, path: str) -> str:
    return f"/reviews/{member.review.slug}/{path}"


def sent(*files: tuple[str, bytes]) -> dict[str, list[SimpleUploadedFile]]:
    return {"file": [SimpleUploadedFile(name, data) for name, data in files]}


# --- several files, and the same again ---------------------------------------------------------------------------


def test_several_files_at_once_are_several_imports(owner, browser, jobs_now):
    search = build.search(owner)
    files = sent(("one.ris", build.ris(ONE)), ("other.ris", build.ris(OTHER)))
    answer = browser.post(at(owner, f"searches/{search.pk}/import/"), files, follow=True)
    assert answer.redirect_chain == [(at(owner, f"searches/{search.pk}/"), 302)]
    assert "2 files are being imported" in answer.content.decode()
    jobs_now()
    assert set(Record.objects.values_list("source__file_name", "title")) == {
        ("one.ris", ONE["TI"]),
        ("other.ris", OTHER["TI"]),
    }


def test_a_bad_file_among_good_ones_does_not_stop_them_and_each_is_told_of(owner, browser, jobs_now):
    search = build.search(owner)
    build.imported(owner, build.ris(THIRD), into=search, name="third.ris")
    files = sent(
        ("empty.ris", b""), ("one.ris", build.ris(ONE)), ("logo.png", b"\x89PNG\r\n\x1a\n"), ("x.ris", build.ris(THIRD))
    )
    answer = browser.post(at(owner, f"searches/{search.pk}/import/"), files)
    told = answer.content.decode()
    assert answer.status_code == 422
    assert "“empty.ris” is empty" in told
    assert "“logo.png”: The file is a PNG image" in told
    assert "“x.ris” is here already" in told
    assert "one.ris</a>" in told
    jobs_now()
    assert Record.objects.filter(title=ONE["TI"]).count() == 1


def test_the_very_same_file_is_noticed_and_can_be_taken_in_again_without_sending_it(owner, browser, jobs_now):
    first = build.imported(owner, build.ris(ONE, OTHER), name="first.ris")
    search = build.search(owner, source="Embase")
    answer = browser.post(at(owner, f"searches/{search.pk}/import/"), sent(("copy.ris", build.ris(ONE, OTHER))))
    assert answer.status_code == 409
    assert "imported on" in answer.content.decode()
    assert Import.objects.count() == 1
    answer = browser.post(at(owner, f"searches/{search.pk}/import-again/{first.pk}/"))
    jobs_now()
    again = Import.objects.get(search=search)
    assert answer["Location"] == at(owner, f"imports/{again.pk}/")
    assert again.records.count() == 2
    assert queries.report_counts(again) == queries.import_reports.Counts(2, 0, 2, 0, 0)


def test_a_file_of_another_review_is_not_here(owner, browser, outsider):
    theirs = build.imported(build.review(outsider, title="Another review"), build.ris(ONE))
    search = build.search(owner)
    answer = browser.post(at(owner, f"searches/{search.pk}/import-again/{theirs.pk}/"))
    assert answer.status_code == 404


def test_no_file_is_told_in_words(owner, browser):
    search = build.search(owner)
    answer = browser.post(at(owner, f"searches/{search.pk}/import/"), {})
    assert answer.status_code == 422
    assert "Choose one file or more" in answer.content.decode()


# --- the report -------------------------------------------------------------------------------------------------


def test_the_report_says_new_seen_before_repeated_and_left_out_each_with_its_line(owner, browser, jobs_now):
    build.imported(owner, build.ris(ONE, OTHER))
    jobs_now()
    data = (
        b"Somebody wrote this here\r\n" + build.ris(ONE, THIRD, THIRD, {"AU": "Only, A."}) + b"TY  - JOUR\r\nER  - \r\n"
    )
    later = build.imported(owner, data, into=build.search(owner, source="Embase"), name="later.ris")
    jobs_now()
    counts = queries.report_counts(later)
    assert (counts.read, counts.new, counts.before, counts.repeated, counts.left_out) == (4, 2, 1, 1, 2)
    answer = browser.get(at(owner, f"imports/{later.pk}/report.csv"))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["line"], row["outcome"]) for row in rows] == [
        ("1", "left out"),
        ("23", "left out"),
        ("2", "seen before"),
        ("8", "new"),
        ("14", "repeated in this file"),
        ("20", "new"),
    ]
    assert rows[0]["text"] == "Somebody wrote this here"
    assert "first in MEDLINE" in rows[2]["reason"]
    assert "first in line 8 of this file" in rows[4]["reason"]
    assert "no title" in rows[5]["reason"]
    page = browser.get(at(owner, f"imports/{later.pk}/")).content.decode()
    for word in ("Seen before, or repeated", "Line 8 of this file", "Somebody wrote this here", "no title"):
        assert word in page


def test_a_later_search_of_the_same_source_brings_only_what_is_new(owner, jobs_now):
    build.imported(owner, build.ris(ONE, OTHER))
    jobs_now()
    before = set(Citation.objects.filter(live=True))
    later = build.imported(owner, build.ris(ONE, OTHER, THIRD), into=build.search(owner), name="2027.ris")
    jobs_now()
    assert {citation.title for citation in set(Citation.objects.filter(live=True)) - before} == {THIRD["TI"]}
    assert [record.title for record in queries.records_known(later)] == [ONE["TI"], OTHER["TI"]]


def test_cells_of_the_report_cannot_act_as_formulas(owner, browser):
    taken = build.imported(owner, build.ris({"TI": "=HYPERLINK(1)"}))
    answer = browser.get(at(owner, f"imports/{taken.pk}/report.csv"))
    assert ",'=HYPERLINK(1)," in b"".join(answer.streaming_content).decode()


def test_the_page_of_an_import_takes_as_many_queries_for_thirty_records_as_for_one(owner, browser):
    counts = []
    for number in (1, 30):
        rows = [{"TI": f"Title {number} {n}"} for n in range(number)]
        taken = build.imported(owner, build.ris(*rows, *rows), name=f"{number}.ris")
        with CaptureQueriesContext(connection) as seen:
            browser.get(at(owner, f"imports/{taken.pk}/"))
        counts.append(len(seen))
    assert counts[0] == counts[1]


# --- encodings --------------------------------------------------------------------------------------------------


def test_read_again_in_another_encoding_the_records_are_right_and_the_votes_stay(owner, first, browser, jobs_now):
    taken = build.imported(owner, LATIN, encoding="koi8-r")
    jobs_now()
    wrong = Record.objects.get(source=taken, position=1)
    assert wrong.title != "Säuglinge und Mütter"
    citation = wrong.links.get(undone_at=None).citation
    workflow.vote(first, citation, TA, "include")
    page = at(owner, f"imports/{taken.pk}/encoding/")
    assert "Säuglinge" not in browser.get(page).content.decode()
    assert "Säuglinge und Mütter" in browser.get(page, {"encoding": "cp1252"}).content.decode()
    answer = browser.post(page, {"encoding": "cp1252"})
    jobs_now()
    taken.refresh_from_db()
    again = Import.objects.get(reads_again=taken)
    assert answer["Location"] == at(owner, f"imports/{again.pk}/")
    assert (again.encoding, bool(taken.undone_at), taken.records.count()) == ("cp1252", True, 2)
    citation.refresh_from_db()
    assert (citation.title, citation.live) == ("Säuglinge und Mütter", True)
    assert Citation.objects.filter(live=True).count() == 2
    assert queries.own_vote(first, citation, TA).answer == "include"
    assert queries.report_counts(again).new == 2


def test_one_reading_of_a_file_stands_at_a_time_and_the_former_can_come_back(owner, jobs_now):
    taken = build.imported(owner, LATIN, encoding="koi8-r")
    again = workflow.read_again(owner, taken, "cp1252")
    assert workflow.read_again(owner, taken, "cp1250") == again  # which still waits
    jobs_now()
    with pytest.raises(WrongState, match="another encoding"):
        workflow.restore_import(owner, taken)
    workflow.undo_import(owner, again)
    workflow.restore_import(owner, taken)
    jobs_now()
    assert Citation.objects.filter(live=True).count() == 2
    assert not Citation.objects.filter(title="Säuglinge und Mütter", live=True).exists()
    third = workflow.read_again(owner, Import.objects.get(pk=taken.pk), "cp1252")
    jobs_now()
    assert third.reads_again_id == taken.pk
    assert Citation.objects.filter(live=True).count() == 2


def test_a_third_reading_replaces_the_second_so_that_no_record_counts_twice(owner, jobs_now):
    taken = build.imported(owner, LATIN, encoding="koi8-r")
    for encoding in ("cp1250", "cp1252"):
        standing = Import.objects.get(undone_at=None)
        workflow.read_again(owner, standing, encoding)
        jobs_now()
    assert Import.objects.get(undone_at=None).encoding == "cp1252"
    assert Record.objects.filter(source__undone_at=None).count() == taken.records.count() == 2
    assert Citation.objects.filter(live=True).count() == 2


def test_a_third_reading_goes_to_where_the_second_was_linked_meanwhile(owner, jobs_now):
    first = build.imported(owner, LATIN, encoding="koi8-r")
    second = workflow.read_again(owner, first, "cp1250")
    jobs_now()
    one, other = Record.objects.filter(source=second).order_by("position")
    here = other.links.get(undone_at=None).citation
    workflow.link_record(owner, one, here)
    third = workflow.read_again(owner, Import.objects.get(pk=second.pk), "cp1252")
    jobs_now()
    links = Link.objects.filter(record__source=third, undone_at=None)
    assert set(links.values_list("citation", flat=True)) == {here.pk}
    assert list(holds.copies_that_differ(owner.review, holds.judged(owner.review))) == []


def test_a_reading_that_is_undone_before_the_next_has_replaced_it_leaves_all_in_view(owner, first, jobs_now):
    taken = build.imported(owner, LATIN, encoding="koi8-r")
    jobs_now()
    citation = Citation.objects.earliest("pk")
    workflow.vote(first, citation, TA, "include")
    workflow.read_again(owner, taken, "cp1252")
    workflow.undo_import(owner, taken)
    jobs_now()
    assert Citation.objects.filter(live=True).count() == 2
    assert queries.own_vote(first, citation, TA).answer == "include"
    assert list(holds.copies_that_differ(owner.review, holds.judged(owner.review))) == []


def test_an_encoding_in_which_a_file_cannot_be_read_is_told_and_changes_nothing(owner, browser):
    taken = build.imported(owner, LATIN)
    page = at(owner, f"imports/{taken.pk}/encoding/")
    assert "cannot be read" in browser.get(page, {"encoding": "utf-16-be"}).content.decode()
    assert "Choose an encoding of the list" in browser.get(page, {"encoding": "klingon"}).content.decode()
    assert browser.post(page, {"encoding": "utf-16-be"}).status_code == 422
    with pytest.raises(BadInput):
        workflow.read_again(owner, taken, taken.encoding)
    taken.refresh_from_db()
    assert taken.undone_at is None
    assert Import.objects.count() == 1


# --- by hand ----------------------------------------------------------------------------------------------------


def test_a_record_written_by_hand_is_a_record_like_any_other(owner, browser, jobs_now):
    search = build.search(owner, kind="other", source="Citation searching")
    fields = {
        "title": "A thesis on  sleep",
        "authors": "Anders, T.\nKeener, M.",
        "year": "1985",
        "type": "Thesis",
        "doi": "",
    }
    for _ in range(2):  # a double click
        answer = browser.post(at(owner, f"searches/{search.pk}/record/"), fields)
        assert answer.status_code == 302
    jobs_now()
    record = Record.objects.get()
    assert (record.title, record.authors, record.year, record.type) == (
        "A thesis on sleep", ["Anders, T.", "Keener, M."], 1985, "Thesis",
    )  # fmt: skip
    assert record.raw.startswith("TY  - THES")
    assert record.source.origin == "hand"
    assert Standing.objects.get().state == "waiting"
    assert Event.unblinded.filter(verb="screening.record_added").count() == 1
    workflow.undo_import(owner, record.source)
    assert not Citation.objects.filter(live=True).exists()


def test_a_record_without_a_title_is_not_made(owner, browser):
    search = build.search(owner)
    answer = browser.post(at(owner, f"searches/{search.pk}/record/"), {"title": "", "year": "2000"})
    assert answer.status_code == 200
    assert "required" in str(answer.context["form"].errors["title"])
    assert not Import.objects.exists()


def test_pasted_identifiers_become_records_that_say_what_they_lack(owner, browser, jobs_now):
    search = build.search(owner)
    pasted = {"text": "10.5555/one\n12345678, not this\n"}
    answer = browser.post(at(owner, f"searches/{search.pk}/paste/"), pasted)
    jobs_now()
    page = browser.get(answer["Location"]).content.decode()
    assert "only the identifier is known" in page
    assert "not this" in page
    assert [str(citation) for citation in Citation.objects.order_by("pk")] == ["DOI 10.5555/one", "PubMed 12345678"]
    assert browser.post(at(owner, f"searches/{search.pk}/paste/"), pasted).status_code == 409


def test_pasted_prose_is_refused_at_its_field(owner, browser):
    search = build.search(owner)
    answer = browser.post(at(owner, f"searches/{search.pk}/paste/"), {"text": "please find\nme some articles\n"})
    assert answer.status_code == 200
    assert "in no format that is known" in str(answer.context["form"].errors["text"])
    with pytest.raises(BadFile):
        workflow.paste(owner, search, "please")


def test_the_full_record_that_comes_later_joins_the_identifier_and_its_votes(owner, first, jobs_now):
    search = build.search(owner)
    workflow.paste(owner, search, "10.5555/one 10.5555/two")
    jobs_now()
    bare = Citation.objects.get(doi="10.5555/one")
    workflow.vote(first, bare, TA, "maybe")
    later = build.imported(owner, build.ris(ONE, OTHER), into=search)
    jobs_now()
    bare.refresh_from_db()
    assert (bare.title, bare.live, bare.links.filter(undone_at=None).count()) == (ONE["TI"], True, 2)
    assert queries.own_vote(first, bare, TA).answer == "maybe"
    assert Citation.objects.filter(live=True).count() == 3
    assert queries.report_counts(later).before == 1


def test_an_identifier_that_comes_later_joins_the_full_record(owner, jobs_now):
    full = build.imported(owner, build.ris(ONE, OTHER))
    jobs_now()
    workflow.paste(owner, build.search(owner), "https://doi.org/10.5555/ONE")
    jobs_now()
    assert Citation.objects.filter(live=True).count() == 2
    citation = Record.objects.get(source=full, position=1).links.get(undone_at=None).citation
    assert citation.links.filter(undone_at=None).count() == 2


def test_an_identifier_that_several_publications_share_joins_none_of_them(owner, jobs_now):
    supplement = [
        {"TI": title, "DO": "10.5555/s1", "PY": "2001"}
        for title in ("Walking after surgery of the knee", "Tea and sleep")
    ]
    taken = build.imported(owner, build.ris(*supplement))
    for record in taken.records.all():
        if record.links.get(undone_at=None).rule == Link.Rule.DOI:
            workflow.split_record(owner, record)
    pasted = workflow.paste(owner, build.search(owner), "10.5555/s1")
    jobs.perform(pasted.job_id)
    bare = pasted.records.get()
    assert bare.links.filter(rule=Link.Rule.BARE).count() == 0


def test_an_identifier_does_not_bring_together_what_a_person_called_different(owner, jobs_now):
    search = build.search(owner)
    shared = {"DO": "10.5555/s1", "PY": "2001"}
    one, two = (
        build.imported(owner, build.ris({"TI": title} | shared), into=search)
        for title in ("Walking after surgery of the knee", "Tea and sleep")
    )
    bare = build.imported(owner, b"10.5555/s1\n", into=search, name="ids.txt")
    strange = build.imported(owner, build.ris({"TI": "Rest after surgery of the hip", "PY": "1999"}), into=search)
    record, other, known = (each.records.get() for each in (strange, one, bare))
    assert not known.links.filter(rule=Link.Rule.BARE).exists(), "two publications share the identifier"
    asked = {"rule": "alike", "score": 0.5, "evidence": "", "state": "asked", "member": owner}
    a, b = sorted((record, other), key=lambda each: each.pk)
    workflow.decide_pair(owner, Pair.objects.create(review=owner.review, a=a, b=b, **asked), "different")
    workflow.link_record(owner, record, known.links.get(undone_at=None).citation)
    workflow.undo_import(owner, two)
    build.imported(owner, b"https://doi.org/10.5555/s1\n", into=build.search(owner, source="Hand"), name="more.txt")
    jobs_now()
    assert record.links.get(undone_at=None).citation != other.links.get(undone_at=None).citation


def test_a_record_that_is_moved_while_identifiers_are_brought_together_does_not_fail_the_import(
    owner, jobs_now, monkeypatch
):
    full = build.imported(owner, build.ris(ONE, OTHER))
    jobs_now()
    record, target = full.records.get(position=1), full.records.get(position=2).links.get(undone_at=None).citation
    lock = bare.lock_all

    def somebody_is_faster(citations):
        if record.links.get(undone_at=None).citation != target:
            workflow.link_record(owner, record, target)
        lock(citations)

    monkeypatch.setattr(bare, "lock_all", somebody_is_faster)
    pasted = build.imported(owner, b"10.5555/one\n", into=build.search(owner), name="ids.txt")
    assert record.links.get(undone_at=None).citation == target
    assert pasted.records.get().links.get(undone_at=None).citation == target


@pytest.mark.parametrize("at_once", [1, 2, 80])
def test_the_very_same_record_twice_in_a_file_is_one_citation_wherever_a_chunk_ends(
    owner, jobs_now, monkeypatch, at_once
):
    monkeypatch.setattr("reviewapp.jobs.rows_at_once", lambda rows: at_once)
    erratum = {"TI": "Correction", "AN": "2019-1"}  # which says too little for any rule
    taken = build.imported(owner, build.ris(OTHER, erratum, erratum | {"AB": "Of a table."}, {"TI": "Correction"}))
    jobs_now()
    places = taken.records.filter(links__undone_at=None).values_list("position", "links__citation")
    citations = dict(places)
    assert citations[2] == citations[3]
    assert len(set(citations.values())) == 3
    assert queries.report_counts(taken).repeated == 1
    assert Citation.objects.get(pk=citations[2]).abstract == "Of a table."


# --- the mapping page shows what would be read ------------------------------------------------------------------


def test_the_mapping_page_shows_how_the_first_records_would_read_before_anything_is_taken_in(owner, browser):
    kept = workflow.start_import(owner, build.search(owner), "own.csv", [b"Was;Wer;Wann\nEin Versuch;Meyer, A.;2001\n"])
    chosen = {"named": "on", "column_0": "title", "column_1": "authors", "column_2": "year"}
    answer = browser.post(at(owner, f"imports/{kept.pk}/columns/"), {**chosen, "look": "1"})
    shown = answer.content.decode()
    assert "So the first records would read" in shown
    assert answer.context["sample"][0].year == 2001
    assert not Record.objects.exists()
    kept.refresh_from_db()
    assert kept.format == "unmapped"


# --- hostile files ----------------------------------------------------------------------------------------------


def test_every_hostile_file_is_taken_or_refused_in_words_through_the_page(owner, browser, jobs_now, shared):
    page = at(owner, f"searches/{build.search(owner).pk}/import/")
    folder = shared / "corpus" / "import" / "bad"
    for row in json.loads((folder / "MANIFEST.json").read_text("utf-8"))["files"]:
        data = (folder / row["file"]).read_bytes()
        answer = browser.post(page, sent((row["file"], data)))
        jobs_now()
        if answer.status_code != 302:
            assert answer.status_code in (409, 422), row["file"]
            assert row["file"] in answer.content.decode(), row["file"]
            continue
        taken = Import.objects.order_by("-pk").first()
        assert browser.get(answer["Location"]).status_code == 200, row["file"]
        assert taken.completed_at or taken.format == "unmapped" or taken.job.error.endswith("."), row["file"]
    assert Record.objects.count() > 50
