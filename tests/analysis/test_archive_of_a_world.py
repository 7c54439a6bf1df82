"""Is everything that a review holds in its archive, and nothing that is sealed? Asked of the world in which something is undecided at every step."""

from __future__ import annotations

import json

import pytest

from analysis.queries.whole import TABLES
from reviewapp.models import Event
from screening.models import Citation, Document, Label, Record, Removed
from tests.analysis.test_archive import rows, unpacked
from tests.world import MARKERS, World, undone, world


@pytest.fixture(scope="module")
def here(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), undone(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("reviewapp.jobs.HEARTBEAT_EVERY", 3600)
        yield world()


@pytest.fixture(scope="module")
def whole(here: World, django_db_blocker) -> dict[str, bytes]:
    with django_db_blocker.unblock():
        return unpacked(here.owner)


@pytest.mark.django_db
def test_everything_that_a_review_holds_is_in_it(here: World, whole: dict[str, bytes]) -> None:
    review = here.review
    assert {table.name for table in TABLES} == {
        name.removesuffix(".csv") for name in whole if name.endswith(".csv") and "/" not in name
    } - {"codebook"}
    assert len(rows(whole, "records")) == Record.objects.filter(review=review).count()
    assert len(rows(whole, "citations")) == Citation.objects.filter(review=review, live=True).count()
    raw = {each["record"]: each["raw"] for each in rows(whole, "records")}
    assert all(raw[str(pk)] == text for pk, text in Record.objects.filter(review=review).values_list("pk", "raw"))
    removed = list(
        Removed.objects.filter(removal__review=review).order_by("pk").values_list("citation", "removal__reason")
    )
    assert [(int(each["citation"]), each["reason"]) for each in rows(whole, "removals")] == removed != []
    listed = [(each["label"], bool(each["off_the_list"])) for each in rows(whole, "label_list")]
    labels = Label.objects.filter(review=review).order_by("name", "pk")
    assert listed == [(each.name, each.dropped_at is not None) for each in labels] != []
    assert len(rows(whole, "trail")) == Event.blind.for_member(here.owner).count() - 1  # that this archive was made
    pdfs = {name for name in whole if name.startswith("pdfs/")}
    assert pdfs == {f"pdfs/{sha}" for sha in Document.objects.filter(review=review).values_list("sha256", flat=True)}
    assert any(name.startswith("imports/") for name in whole)
    runs = [json.loads(line) for line in whole["runs.jsonl"].decode().splitlines()]
    assert runs[0]["result"]["k"] == 1
    protocol = json.loads(whole["review.json"])
    assert protocol["review"]["title"] == review.title
    assert "Wrong population" in {each["text"] for each in protocol["reasons"]}
    for name in ("reproduction/reproduce.R", "forms/form-0.json", "forms/codebook-1.csv", "README.txt"):
        assert name in whole
    agreed = [each for each in rows(whole, "extraction") if each["sheet"] == "agreed"]
    assert {each["study"] for each in agreed} == {"Agreed 2004"}
    assert {each["study"] for each in rows(whole, "risk_of_bias")} == {"Agreed 2004", "Differing 2003"}


@pytest.mark.django_db
def test_each_column_stands_in_the_codebook_and_each_table_in_the_readme(whole: dict[str, bytes]) -> None:
    told = {(each["file"], each["column"]) for each in rows(whole, "codebook")}
    for table in TABLES:
        head = whole[f"{table.name}.csv"].decode().splitlines()[0].split(",")
        assert {(f"{table.name}.csv", name) for name in head} <= told
        assert f"{table.name}.csv" in whole["README.txt"].decode()


@pytest.mark.django_db
def test_no_sealed_text_is_in_an_owners_archive(here: World, whole: dict[str, bytes]) -> None:
    allowed = {marker for marker, sealed in MARKERS.items() if "owner" in sealed.readers}
    found = {marker for marker in MARKERS for content in whole.values() if marker.encode() in content}
    assert found <= allowed
    assert "Wallaby" in MARKERS
