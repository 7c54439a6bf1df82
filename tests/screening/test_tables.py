"""Do tables and files say what was decided and searched: complete, in words, and no more than who asks may see?"""

from __future__ import annotations

import csv
import io

import docx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from screening import workflow
from screening.formats.printed import DOCX, Table
from screening.formats.printed import docx as as_docx
from screening.formats.reading import Export
from screening.models import Citation
from screening.queries.decisions import HEADINGS, decisions
from screening.queries.excluded import excluded, letters, reference
from screening.queries.search_table import prisma_s, search_rows
from tests import build
from tests.screening.test_views import sign_in

pytestmark = pytest.mark.django_db
TA, FT = "title_abstract", "full_text"


def table(member, name: str) -> list[dict[str, str]]:
    answer = sign_in(member).get(reverse(f"screening:{name}", args=[member.review.slug]))
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert data.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.fixture
def reason(review):
    return review.exclusion_reasons.get(text="Not randomised")


@pytest.fixture
def reports(owner, first, second):
    """Three citations at full text, two of one author and year."""
    rows = [
        {
            "TI": "Sleep of infants",
            "AU": ["Smith, A.", "Jones, B."],
            "PY": 2004,
            "JO": "J Trials",
            "VL": "3",
            "SP": "1",
        },
        {"TI": "=Play of infants", "AU": ["Smith, A."], "PY": 2004, "DO": "10.1000/play"},
        {"TI": "Neither author nor year"},
    ]
    taken = build.imported(owner, build.ris(*rows))
    found = list(Citation.objects.filter(links__record__source=taken).order_by("pk"))
    for citation in found:
        build.at_full_text((first, second), owner, citation)
    return found


# --- excluded studies -------------------------------------------------------------------------------------------


def test_excluded_studies_are_named_by_author_and_year_with_letters_and_their_reason(
    owner, first, second, arbiter, reports, reason
):
    for citation in reports[:2]:
        build.agreed((first, second), citation, FT, "exclude", reason=reason)
    workflow.vote(first, reports[2], FT, "include")
    workflow.vote(second, reports[2], FT, "exclude", reason=reason)
    assert [each.label for each in excluded(owner)] == ["Smith 2004a", "Smith 2004b"]
    workflow.resolve(arbiter, reports[2], FT, "exclude", reason=reason, comment="A case series")
    labels = {each.label: each.comment for each in excluded(owner)}
    assert labels == {"Smith 2004a": "", "Smith 2004b": "", f"No. {reports[2].pk}": "A case series"}
    rows = table(owner, "excluded-csv")
    assert {row["Reason for exclusion"] for row in rows} == {"Not randomised"}
    assert any("10.1000/play" in row["Report"] for row in rows)


def test_what_is_no_longer_excluded_or_no_longer_at_hand_drops_out(owner, first, second, reports, reason):
    for citation in reports:
        build.agreed((first, second), citation, FT, "exclude", reason=reason)
    workflow.seek_again(owner, reports[0])
    workflow.withdraw_vote(first, reports[1], TA)
    assert [each.citation for each in excluded(owner)] == [reports[2]]


def test_a_reference_has_what_is_known_and_no_empty_places(reports):
    assert reference(reports[0]) == "Smith, A.; Jones, B. Sleep of infants. J Trials 2004;3:1."
    assert reference(reports[2]) == "Neither author nor year."


def test_letters_go_on_after_z():
    assert [letters(n) for n in (0, 25, 26, 52)] == ["a", "z", "aa", "ba"]


@pytest.mark.parametrize("name", ["excluded-docx", "search-table-docx"])
def test_a_table_is_a_word_document_that_can_be_edited(owner, first, second, reports, reason, name):
    build.agreed((first, second), reports[0], FT, "exclude", reason=reason)
    answer = sign_in(owner).get(reverse(f"screening:{name}", args=[owner.review.slug]))
    assert answer["Content-Type"] == DOCX
    document = docx.Document(io.BytesIO(answer.content))
    cells = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    expected = "Smith 2004" if name == "excluded-docx" else "MEDLINE"
    assert cells[1][0] == expected
    assert (round(document.sections[0].page_width.mm), round(document.sections[0].page_height.mm)) == (297, 210)


def test_a_character_that_no_document_can_hold_is_left_out():
    made = docx.Document(io.BytesIO(as_docx(Table("T", ("A",), [("a\x00b\x0bc",)]))))
    assert made.tables[0].rows[1].cells[0].text == "abc"


def test_excluded_studies_take_as_many_queries_for_three_as_for_one(owner, first, second, reports, reason):
    client, url = sign_in(owner), reverse("screening:excluded", args=[owner.review.slug])
    counts = []
    for part in (reports[:1], reports[1:]):
        for citation in part:
            build.agreed((first, second), citation, FT, "exclude", reason=reason)
        with CaptureQueriesContext(connection) as told:
            client.get(url)
        counts.append(len(told))
    assert counts[0] == counts[1]


def test_equal_tables_make_equal_documents():
    table = Table("T", ("A",), [("a",)])
    assert as_docx(table) == as_docx(table)


# --- decisions --------------------------------------------------------------------------------------------------


def test_decisions_hold_each_vote_with_its_reason_as_chosen_and_as_counted(
    owner, first, second, arbiter, reports, reason, review
):
    other = review.exclusion_reasons.get(text="Wrong population")
    build.agreed((first, second), reports[0], FT, "exclude", reason=reason)
    workflow.merge_reason(owner, reason, other)
    rows = [row for row in table(owner, "decisions-csv") if row["citation"] == str(reports[0].pk)]
    assert len(rows) == 4
    votes = [row for row in rows if row["stage"] == FT]
    assert {row["person"] for row in votes} == {"Fay First", "Sam Second"}
    assert {(row["vote"], row["reason"], row["counted_as"], row["verdict"], row["open_to"]) for row in votes} == {
        ("exclude", "Not randomised", "Wrong population", "exclude", "everybody")
    }
    assert all(row["time"][:2] == "20" and row["records"] for row in rows)


def test_a_resolution_is_a_row_of_its_own(owner, first, second, arbiter, reports):
    workflow.vote(first, reports[0], FT, "include")
    workflow.vote(second, reports[0], FT, "exclude", reason=owner.review.exclusion_reasons.first())
    workflow.resolve(arbiter, reports[0], FT, "include")
    rows = [
        row for row in table(owner, "decisions-csv") if row["stage"] == FT and row["citation"] == str(reports[0].pk)
    ]
    assert [(row["kind"], row["person"], row["vote"]) for row in rows] == [
        ("vote", "Fay First", "include"),
        ("vote", "Sam Second", "exclude"),
        ("resolution", "Ari Arbiter", "include"),
    ]


def test_what_is_sealed_is_in_nobodys_file_and_the_file_says_so(first, second, observer, arbiter, reports):
    workflow.vote(second, reports[0], FT, "include")
    for member, seen in ((first, []), (observer, []), (arbiter, []), (second, ["include"])):
        rows = [row for row in decisions(member) if row[3] == FT and row[0] == str(reports[0].pk)]
        assert [row[6] for row in rows if row[4] == "vote"] == seen
        waiting = next(row for row in rows if row[4] == "waiting")
        assert "others' votes, if there are any, are not in this file" in waiting[HEADINGS.index("open_to")]


def test_who_settles_a_conflict_has_its_votes_and_who_voted_has_not(first, second, arbiter, reports):
    workflow.vote(first, reports[0], FT, "include")
    workflow.vote(second, reports[0], FT, "exclude", reason=first.review.exclusion_reasons.first())

    def seen(member):
        rows = [row for row in decisions(member) if row[3] == FT and row[0] == str(reports[0].pk) and row[4] == "vote"]
        return [row[HEADINGS.index("open_to")] for row in rows]

    assert seen(arbiter) == ["you, to settle a conflict"] * 2
    assert seen(first) == ["you alone, until the verdict"]


def test_votes_on_what_was_removed_before_screening_are_in_it_with_why_and_no_one_elses(owner, first, second):
    voted, other = build.citations(owner, 2)
    for voter in (first, second):
        workflow.vote(voter, voted, TA, "include" if voter == first else "exclude")
    workflow.remove_before_screening(owner, Citation.objects.filter(pk=voted.pk), "tool", "Classifier 2, cut at 0.1")
    for reader, votes in ((first, ["include"]), (second, ["exclude"]), (owner, [])):
        rows = [row for row in table(reader, "decisions-csv") if row["citation"] == str(voted.pk)]
        assert [row["vote"] for row in rows if row["kind"] == "vote"] == votes
        assert [(row["person"], row["verdict"], row["open_to"]) for row in rows if row["kind"] == "removal"] == [
            ("Olga Owner", "tool", "everybody")
        ]
        assert {row["removed"] for row in rows} == {"Classifier 2, cut at 0.1"}
    answer = sign_in(owner).get(reverse("screening:decisions-ris", args=[owner.review.slug]))
    notes = b"".join(answer.streaming_content).decode()
    assert "Removed before screening by Olga Owner on 20" in notes
    assert [row["removed"] for row in table(owner, "decisions-csv") if row["citation"] == str(other.pk)] == [""]


def test_decisions_go_into_a_reference_manager_as_notes(owner, first, second, reports, reason, tmp_path):
    build.agreed((first, second), reports[0], FT, "exclude", reason=reason)
    answer = sign_in(owner).get(reverse("screening:decisions-ris", args=[owner.review.slug]))
    path = tmp_path / "decisions.ris"
    path.write_bytes(b"".join(answer.streaming_content))
    with Export(path, "decisions.ris") as export:
        records = list(export)
    assert [record.title for record in records] == [each.title for each in reports]
    assert "Full text, vote of Fay First" in records[0].raw
    assert "exclude (Not randomised); verdict: exclude" in records[0].raw
    assert "Full text: no verdict yet" in records[1].raw


def test_decisions_take_as_many_queries_for_three_citations_as_for_one(owner, first, second, reports):
    counts = []
    for n in (1, 3):
        Citation.objects.exclude(pk__in=[each.pk for each in reports[:n]]).update(live=False)
        Citation.objects.filter(pk__in=[each.pk for each in reports[:n]]).update(live=True)
        with CaptureQueriesContext(connection) as told:
            assert list(decisions(owner))
        counts.append(len(told))
    assert counts[0] == counts[1]


# --- the search table -------------------------------------------------------------------------------------------


def test_the_search_table_counts_records_and_duplicates_of_each_source(owner, jobs_now):
    rows = [{"TI": f"Trial {n}", "DO": f"10.1000/{n}", "PY": 2000} for n in range(3)]
    medline = build.search(owner, platform="Ovid", strategy="1. infant", hits=3, limits="none")
    build.imported(owner, build.ris(*rows), into=medline)
    central = build.search(owner, source="CENTRAL", kind="register")
    build.imported(owner, build.ris(*rows[1:], {"TI": "Another", "PY": 2001}), into=central)
    jobs_now()
    found = {row.search.source: (row.records, row.duplicates) for row in search_rows(owner)}
    assert found == {"MEDLINE": (3, 0), "CENTRAL": (3, 2)}
    printed = table(owner, "search-table-csv")
    assert [row["Records"] for row in printed] == ["3", "3", "6"]
    assert [row["Duplicates"] for row in printed] == ["0", "2", "2"]
    items = {item.number: item for item in prisma_s(search_rows(owner))}
    assert items[1].answered
    assert items[3].answered
    assert (items[8].answered, items[8].told) == (False, "for CENTRAL")
    assert items[9].told == "for CENTRAL"
    assert items[10].told == "for every search"
    page = sign_in(owner).get(reverse("screening:search-table", args=[owner.review.slug])).content.decode()
    assert "Missing: for CENTRAL" in page


def test_an_empty_review_has_tables_that_say_so(owner):
    for name in ("search-table", "excluded", "decisions"):
        assert sign_in(owner).get(reverse(f"screening:{name}", args=[owner.review.slug])).status_code == 200
    assert not any(item.answered for item in prisma_s([]))
    assert table(owner, "decisions-csv") == []


def test_prisma_s_items_of_a_search_are_entered_on_its_form(owner):
    search = build.search(owner)
    sent = {"kind": "database", "source": "MEDLINE", "limits": "1990 on", "peer_review": "PRESS, by a librarian"}
    answer = sign_in(owner).post(reverse("screening:change-search", args=[owner.review.slug, search.pk]), sent)
    assert answer.status_code == 302
    search.refresh_from_db()
    assert (search.limits, search.peer_review) == ("1990 on", "PRESS, by a librarian")
