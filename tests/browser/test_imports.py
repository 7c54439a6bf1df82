"""Can files be dropped, read again in another encoding, and records be written, with a keyboard, with and without script?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from reviewapp import jobs
from reviewapp.models import Job, Member
from screening import workflow
from screening.models import Import, Record
from tests import build
from tests.browser.test_pages import look, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("SHOTS", "")  # a folder: pictures of the pages, wide and narrow, light and dark
ONE = {"TI": "Toddler-parent psychotherapy", "AU": ["Toth, S. L."], "PY": "2006", "DO": "10.5555/one"}
OTHER = {"TI": "Säuglinge und Mütter", "AU": ["Müller, Jörg"], "PY": "2001"}
DROP = """([zone, files]) => {
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([text], name));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.querySelector(zone).dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


def do_jobs() -> None:
    while (job := Job.objects.filter(state=Job.State.QUEUED).order_by("pk").first()) is not None:
        jobs.perform(job.pk)


def seen(page: Page, name: str) -> None:
    """Nothing is wrong with the page that is open; with SHOTS set, its pictures are kept."""
    assert look(page, []) == []
    for width in (1440, 360) if SHOTS else ():
        for theme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{theme}.png", full_page=True)


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, owner: Member) -> Page:
    found = signed_in(browser, live_server, owner.user)
    yield found
    found.context.close()


def test_files_are_dropped_reported_on_read_again_and_corrected(
    page: Page, live_server: LiveServer, owner: Member
) -> None:
    root = f"{live_server.url}/reviews/{owner.review.slug}"
    build.imported(owner, build.ris(ONE), name="first.ris")
    search = build.search(owner, source="Embase")
    page.goto(f"{root}/searches/{search.pk}/")
    dropped = [
        ["one.ris", build.ris(ONE, ONE, OTHER).decode() + "stray words\n"],
        ["other.ris", build.ris(OTHER).decode()],
    ]
    page.evaluate(DROP, ["[data-drop]", dropped])
    expect(page.locator("[data-chosen]")).to_have_text("2 files: one.ris, other.ris")
    seen(page, "search")
    with page.expect_navigation():
        page.keyboard.press("Enter")  # the button has the focus
    expect(page.locator("#messages")).to_contain_text("2 files are being imported")
    do_jobs()
    taken = Import.objects.get(file_name="one.ris")
    page.goto(f"{root}/imports/{taken.pk}/")
    expect(page.get_by_role("heading", name="Seen before, or repeated")).to_be_visible()
    seen(page, "import")
    page.get_by_role("link", name="letters look wrong?").press("Enter")
    page.get_by_label("Encoding").select_option("cp1252")
    page.get_by_role("button", name="Look how it reads").press("Enter")
    expect(page.get_by_text("SÃ¤uglinge und MÃ¼tter")).to_be_visible()
    seen(page, "encoding")
    page.goto(f"{root}/citations/?q=und")
    seen(page, "citations")
    page.get_by_role("link", name="Säuglinge und Mütter").press("Enter")
    page.get_by_role("link", name="Correct these fields").press("Enter")
    page.get_by_label("Journal").fill("Zeitschrift für Mütter")
    page.get_by_label("DOI").fill("nonsense")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("This is no DOI")).to_be_visible()
    seen(page, "correct")
    page.get_by_label("DOI").fill("")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("heading", name="Corrected by hand")).to_be_visible()
    seen(page, "corrected")


def test_bad_files_twins_tables_and_records_by_hand_are_told_of_without_script(
    browser: Browser, live_server: LiveServer, owner: Member, tmp_path: Path
) -> None:
    root = f"{live_server.url}/reviews/{owner.review.slug}"
    first = build.imported(owner, build.ris(ONE), name="first.ris")
    page = signed_in(browser, live_server, owner.user)
    plain = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state()).new_page()
    for name, data in (("again.ris", build.ris(ONE)), ("logo.png", b"\x89PNG\r\n\x1a\n")):
        (tmp_path / name).write_bytes(data)
    plain.goto(f"{root}/searches/{first.search_id}/")
    plain.get_by_label("Files*").set_input_files([tmp_path / "again.ris", tmp_path / "logo.png"])
    plain.get_by_role("button", name="Import", exact=True).press("Enter")
    expect(plain.get_by_text("The file is a PNG image")).to_be_visible()
    plain.get_by_role("button", name="Import it again").press("Enter")
    expect(plain.get_by_role("heading", name="Import of first.ris")).to_be_visible()
    do_jobs()
    assert Record.objects.count() == 2
    plain.goto(f"{root}/searches/{first.search_id}/")
    plain.get_by_role("link", name="paste DOIs or PubMed ids").press("Enter")
    plain.get_by_label("DOIs or PubMed ids").fill("10.5555/one\nnot this")
    plain.get_by_role("button", name="Take them in").press("Enter")
    expect(plain.get_by_role("heading", name="Import of Pasted text")).to_be_visible()
    plain.goto(f"{root}/searches/{first.search_id}/record/")
    plain.get_by_role("button", name="Add the record").press("Enter")
    expect(plain.get_by_text("Nothing was saved yet")).to_be_visible()
    plain.get_by_label("Title").fill("A thesis on sleep")
    plain.get_by_role("button", name="Add the record").press("Enter")
    expect(plain.get_by_text("The record is in")).to_be_visible()
    table = workflow.start_import(
        owner, first.search, "own.csv", [b"Was;Wer\nEin Versuch;Meyer, A.\nNoch einer;Maier, B.\n"]
    )
    plain.goto(f"{root}/imports/{table.pk}/columns/")
    plain.get_by_label("The first row holds").check()
    plain.get_by_label("Column 1").select_option("title")
    plain.get_by_role("button", name="Look how it reads").press("Enter")
    expect(plain.get_by_role("heading", name="So the first records would read")).to_be_visible()
    for name, path in (
        ("columns", f"imports/{table.pk}/columns/"),
        ("paste", f"searches/{first.search_id}/paste/"),
        ("record", f"searches/{first.search_id}/record/"),
    ):
        page.goto(f"{root}/{path}")
        seen(page, name)
    page.goto(f"{root}/searches/{first.search_id}/")
    page.get_by_label("Files*").set_input_files([tmp_path / "again.ris", tmp_path / "logo.png"])
    page.get_by_role("button", name="Import", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="What became of the files")).to_be_visible()
    seen(page, "upload")
    plain.context.close()
    page.context.close()
