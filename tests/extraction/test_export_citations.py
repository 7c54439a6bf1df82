"""How do citations leave the review, and come back? In four formats, all or some, with their studies and without loss."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from extraction import workflow
from extraction.views.citations import FORMATS
from reviewapp.models import Member
from screening import workflow as screening
from screening.formats import read
from screening.models import Bibliography, Citation
from tests import build
from tests.extraction import build as build_extraction

pytestmark = pytest.mark.django_db

AWKWARD = (
    {"TI": "=HYPERLINK(1) & <b>Tea</b>", "AU": ["O'Neil, \"Ann\"", "WHO; Geneva"], "PY": 2001, "DO": "10.5555/a", "AB": "One.\r\n      Two."},
    {"TI": "Säuglinge: {a} 50 % $ TY  - of_it", "AU": ["Müller, Jörg"], "JO": "J & Co", "VL": "7", "IS": "2", "SP": "1", "EP": "9", "KW": ["a,b", "c"]},
    {"TI": "A thesis", "M3": "Doctoral Dissertation", "AN": "X:1", "PM": "123456", "UR": "https://example.org/a_b%20c", "LA": "por"},
)  # fmt: skip


def exported(member: Member, format: str, **which: object) -> bytes:
    client = Client()
    client.force_login(member.user)
    answer = client.get(f"/reviews/{member.review.slug}/citations/export/{format}/", which)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].endswith(f'citations.{FORMATS[format].ending}"')
    return b"".join(answer.streaming_content)


def shown(citation: object) -> dict[str, object]:
    values = {name: getattr(citation, name) for name in Bibliography.FIELDS}
    return values | {name: list(values[name]) for name in ("authors", "keywords")}


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_exported_is_imported_again_as_it_was(owner, outsider, format):
    build.imported(owner, build.ris(*AWKWARD))
    data = exported(owner, format)
    other = build.review(outsider, title="Another review")
    build.imported(other, data, name="back")
    before, after = (
        [shown(each) for each in Citation.objects.filter(review=review).order_by("pk")]
        for review in (owner.review, other.review)
    )
    assert after == before


def test_a_correction_is_what_is_exported(owner):
    build.imported(owner, build.ris(AWKWARD[2]))
    citation = Citation.objects.get()
    screening.correct_citation(owner, citation, {"title": "Another thesis"}, {"title": "A thesis"})
    assert b"Another thesis" in exported(owner, "ris")


def test_the_studies_stand_in_ns_of_ris_and_in_the_other_formats(first, second):
    (report,) = build_extraction.reports((first, second))
    workflow.make_study(first, "Murray 2003", [report])
    build.citations(first, 1)
    records = read(exported(first, "ris")).records
    assert [record.fields.get("NS") for record in records] == [("Murray 2003",), None]
    rows = list(csv.DictReader(io.StringIO(exported(first, "csv").decode("utf-8-sig"))))
    assert [row["Study IDs"] for row in rows] == ["Murray 2003", ""]
    assert b"<label>Murray 2003</label>" in exported(first, "endnote")
    assert b"Murray 2003" in exported(first, "bibtex")


def test_a_filtered_list_is_exported_as_it_is_shown(owner, first, second):
    embase = build.search(owner, source="Embase")
    build.citations(owner, 2, into=embase)
    build.imported(owner, build.ris({"TI": "Trial of tea"}, {"TI": "Sleep"}))
    included = Citation.objects.get(title="Trial of tea")
    build.agreed((first, second), included, "title_abstract")

    def titles(**which: object) -> list[str]:
        return [record.title for record in read(exported(first, "ris", **which)).records]

    assert len(titles()) == 4
    assert titles(q="tea") == ["Trial of tea"]
    assert len(titles(search=embase.pk)) == 2
    assert titles(stands="title_abstract-include") == ["Trial of tea"]
    assert titles(stands="title_abstract-waiting", q="sle*") == ["Sleep"]
    assert exported(first, "ris", stands="full_text-waiting") == b""


def test_an_unknown_format_or_filter_is_refused_in_words(owner, outsider):
    theirs = build.search(build.review(outsider, title="Another review"))
    build.citations(owner, 1)
    client = Client()
    client.force_login(owner.user)
    root = f"/reviews/{owner.review.slug}/citations/export"
    assert client.get(f"{root}/word/").status_code == 404
    assert client.get(f"{root}/ris/", {"search": theirs.pk}).status_code == 422
    assert client.get(f"{root}/ris/", {"stands": "nowhere"}).status_code == 422


def test_no_cell_of_an_exported_table_acts_as_a_formula(owner):
    build.imported(owner, build.ris(AWKWARD[0]))
    for row in csv.reader(io.StringIO(exported(owner, "csv").decode("utf-8-sig"))):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_an_export_takes_as_many_queries_for_thirty_citations_as_for_one(owner):
    counts = []
    for number in (1, 30):
        build.citations(owner, number, again=True)
        with CaptureQueriesContext(connection) as seen:
            exported(owner, "ris")
        counts.append(len(seen))
    assert counts[0] == counts[1]
