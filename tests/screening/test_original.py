"""What was imported can be had again byte for byte, record by record, whatever its encoding."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from screening.models import Import, Record
from tests import build

pytestmark = pytest.mark.django_db

TITLES = ("Ärzte und Pflegende", "Señales – “entre líneas”", "Plain", "Ærø\tby night ")
FOREIGN = ("中文对照试验的随机研究与观察", "另一项研究", "第三项研究没有摘要")
FILES = {  # how the file is encoded: with which mark, and what the review must find that it is
    "utf-8": ("utf-8", b"", "utf-8"),
    "utf-8 with a mark": ("utf-8", b"\xef\xbb\xbf", "utf-8-sig"),
    "latin-1": ("cp1252", b"", "cp1252"),
    "utf-16 with a mark": ("utf-16-le", b"\xff\xfe", "utf-16"),
    "utf-16, big-endian, with a mark": ("utf-16-be", b"\xfe\xff", "utf-16"),
    "utf-16 without a mark": ("utf-16-le", b"", "utf-16-le"),
}


def chunks_of(titles, encoding, ending="\r\n"):
    """The bytes of each record of a file."""
    return [f"TY  - JOUR{ending}TI  - {t}{ending}AB  - {t * 9}{ending}ER  - {ending}".encode(encoding) for t in titles]


def raw_bytes(client, record):
    answer = client.get(f"/reviews/{record.review.slug}/records/{record.pk}/original/")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "attachment" in answer.headers["Content-Disposition"]
    return answer.content


@pytest.mark.parametrize("how", FILES)
def test_the_bytes_of_every_record_are_those_of_the_file(owner, client, how):
    encoding, mark, found = FILES[how]
    chunks = chunks_of(TITLES, encoding)
    taken = build.imported(owner, mark + b"".join(chunks))
    assert taken.encoding == found
    client.force_login(owner.user)
    records = list(taken.records.order_by("position"))
    assert [raw_bytes(client, each) for each in records] == chunks
    assert [each.raw for each in records] == [chunk.decode(encoding) for chunk in chunks]


def test_in_an_archive_each_file_has_its_own_encoding(owner, client):
    members = {"one.ris": ("cp1252", TITLES), "two.ris": ("gb18030", FOREIGN), "three.ris": ("utf-16", ("Übung",))}
    packed, expected = io.BytesIO(), {}
    with zipfile.ZipFile(packed, "w") as archive:
        for name, (encoding, titles) in members.items():
            chunks = chunks_of(titles, encoding.replace("utf-16", "utf-16-le"))
            archive.writestr(name, (b"\xff\xfe" if encoding == "utf-16" else b"") + b"".join(chunks))
            expected |= {(name, title.strip()): chunk for title, chunk in zip(titles, chunks, strict=True)}
    taken = build.imported(owner, packed.getvalue(), name="all.zip")
    client.force_login(owner.user)
    assert "found for each file" in client.get(f"/reviews/{owner.review.slug}/imports/{taken.pk}/").content.decode()
    found = {(each.part, each.title.replace(" by", "\tby")): raw_bytes(client, each) for each in taken.records.all()}
    assert found == expected


def test_the_row_of_a_workbook_is_read_again_from_its_sheet(owner, client):
    book = openpyxl.Workbook()
    book.active.title = "Export"
    for row in (("Title", "Authors", "Year"), ("Ärzte und Pflegende", "Okafor, A.", 2019), ("Tea", None, 2020)):
        book.active.append(row)
    book.save(written := io.BytesIO())
    taken = build.imported(owner, written.getvalue(), name="export.xlsx")
    client.force_login(owner.user)
    one, two = taken.records.order_by("position")
    assert (one.part, one.line) == ("sheet “Export”", 2)
    assert [raw_bytes(client, each).decode() for each in (one, two)] == [one.raw, two.raw]
    assert one.raw == "Ärzte und Pflegende\tOkafor, A.\t2019"
    page = client.get(f"/reviews/{owner.review.slug}/citations/{one.links.get().citation_id}/").content.decode()
    assert "Its row in the workbook" in page
    assert "sheet “Export”, line 2" in page
    report = client.get(f"/reviews/{owner.review.slug}/imports/{taken.pk}/").content.decode()
    assert "The cells of a row as they are stored" in report


def test_the_page_of_a_citation_leads_to_the_bytes_of_its_records(owner, client):
    citation = build.citations(owner, 1)[0]
    record = Record.objects.get(links__citation=citation)
    client.force_login(owner.user)
    page = client.get(f"/reviews/{owner.review.slug}/citations/{citation.pk}/").content.decode()
    assert f"/records/{record.pk}/original/" in page
    assert raw_bytes(client, record).decode() == record.raw
    assert Import.objects.get().encoding in page.lower()
