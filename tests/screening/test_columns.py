"""How is a table taken in whose columns nobody knows? It is kept, a person says what they hold, then it is read."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from reviewapp.errors import BadInput, WrongState
from reviewapp.models import Event, Member
from screening import workflow
from screening.models import Import, Record
from tests import build

pytestmark = pytest.mark.django_db
TABLE = "Was;Wer;Wann\nEin Versuch mit Säuglingen;Müller, A.;2001\nNoch ein Versuch;Maier, B.;2002\n".encode()


@pytest.fixture
def kept(owner) -> Import:
    return workflow.start_import(owner, build.search(owner), "own.csv", [TABLE])


def client(member: Member) -> Client:
    found = Client()
    found.force_login(member.user)
    return found


def test_from_the_upload_over_the_mapping_to_the_records(owner, jobs_now):
    root, search = f"/reviews/{owner.review.slug}", build.search(owner)
    browser = client(owner)
    upload = browser.post(f"{root}/searches/{search.pk}/import/", {"file": SimpleUploadedFile("own.csv", TABLE)})
    assert jobs_now() == 0
    assert "columns are not known" in browser.get(upload["Location"]).content.decode()
    page = f"{upload['Location']}columns/"
    assert "Ein Versuch mit Säuglingen" in browser.get(page).content.decode()
    chosen = {"named": "on", "column_0": "title", "column_1": "authors", "column_2": "year"}
    assert browser.post(page, chosen)["Location"] == upload["Location"]
    jobs_now()
    found = Record.objects.order_by("position").values_list("title", "authors", "year")
    assert list(found) == [
        ("Ein Versuch mit Säuglingen", ["Müller, A."], 2001),
        ("Noch ein Versuch", ["Maier, B."], 2002),
    ]
    assert Import.objects.get().mapping == {"Was": "title", "Wer": "authors", "Wann": "year"}
    assert browser.post(page, chosen).status_code == 409


def test_a_table_in_a_zip_is_asked_about_like_any_other(owner, jobs_now):
    with zipfile.ZipFile(packed := io.BytesIO(), "w") as archive:
        archive.writestr("own.csv", TABLE)
    kept = workflow.start_import(owner, build.search(owner), "own.zip", [packed.getvalue()])
    assert kept.format == "unmapped"
    workflow.map_columns(owner, kept, {"Was": "title", "Wer": "authors", "Wann": "year"})
    jobs_now()
    assert list(Record.objects.order_by("position").values_list("part", "year")) == [
        ("own.csv", 2001),
        ("own.csv", 2002),
    ]


def test_without_names_in_the_first_row_every_row_is_a_record(owner, kept, jobs_now):
    workflow.map_columns(owner, kept, {"Column 1": "title"})
    jobs_now()
    assert Record.objects.count() == 3
    assert Record.objects.first().fields
    assert Event.unblinded.get(verb="screening.columns_mapped").facts["mapping"] == {"Column 1": "title"}


def test_a_mapping_without_a_title_is_refused_in_words(owner, kept):
    with pytest.raises(BadInput, match="title"):
        workflow.map_columns(owner, kept, {"Column 3": "year"})


def test_undone_and_brought_back_the_table_still_waits(owner, kept, jobs_now):
    workflow.undo_import(owner, kept)
    with pytest.raises(WrongState):
        workflow.map_columns(owner, kept, {"Column 1": "title"})
    workflow.restore_import(owner, kept)
    assert jobs_now() == 0
    workflow.map_columns(owner, kept, {"Column 1": "title"})
    jobs_now()
    assert Record.objects.count() == 3
