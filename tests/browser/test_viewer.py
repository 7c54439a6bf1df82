"""Is a PDF read beside the vote: pages, zoom, search and the review's terms, by keyboard, and nothing in it is run?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from reviewapp.models import Member
from screening import workflow
from screening.models import Citation
from tests import build
from tests.browser.test_pages import signed_in
from tests.pdfs import pdf
from tests.services import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE = "A randomised trial of mothers\nand infants. Adults were left out.\n" + "Line\n" * 30
ACTS = "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"

DROP = """() => {
    const data = new DataTransfer();
    for (const name of ["late.pdf", "later.pdf"]) data.items.add(new File(["%PDF-"], name));
    document.querySelector("h1").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""

Read = Callable[[bytes], Page]


@pytest.fixture
def report(owner: Member, first: Member, second: Member) -> Citation:
    citation = build.citations(owner, 1)[0]
    build.agreed((first, second), citation, "title_abstract")
    return citation


@pytest.fixture
def read(browser: Browser, live_server: LiveServer, owner: Member, first: Member, report: Citation) -> Read:
    """Attaches a PDF, and opens the desk on it with these terms."""

    def opened(data: bytes) -> Page:
        workflow.attach(owner, report, "trial.pdf", [data])
        page = signed_in(browser, live_server, first.user)
        page.on("dialog", lambda dialog: pytest.fail(f"the PDF said {dialog.message}"))
        page.on("console", lambda told: pytest.fail(told.text) if "Content Security" in told.text else None)
        page.goto(live_server.url + reverse("screening:desk", args=[first.review.slug, "full_text"]))
        return page

    return opened


def painted(page: Page, kind: str) -> list[str]:
    """The words that are marked as terms of this kind."""
    return page.evaluate(
        """kind => [...(CSS.highlights.get(`term-${kind}`) || [])].map((range) => {
            const live = new Range();
            live.setStart(range.startContainer, range.startOffset);
            live.setEnd(range.endContainer, range.endOffset);
            return live.toString();
        })""",
        kind,
    )


def test_a_pdf_is_read_and_searched_by_keyboard_beside_the_vote(read: Read) -> None:
    page = read(pdf(*[PAGE] * 40, catalog=ACTS))
    expect(page.locator(".textLayer span").first).to_be_visible()
    expect(page.get_by_text("of 40")).to_be_visible()
    drawn = page.locator(".canvasWrapper canvas").count()
    assert 0 < drawn < 12, "pages are drawn as they come into view"
    page.keyboard.press("]")
    expect(page.locator("[data-pdf=number]")).to_have_value("2")
    page.keyboard.press("/")
    page.keyboard.type("infants")
    expect(page.locator("[data-pdf=found]")).to_contain_text("of 40")
    expect(page.locator(".textLayer .highlight.selected")).to_have_text("infants")
    page.keyboard.press("Enter")
    page.locator("[data-pdf=words]").fill("nowhere at all")
    expect(page.locator("[data-pdf=found]")).to_have_text("Not found")
    page.evaluate(DROP)
    expect(page.locator("[data-chosen]")).to_have_text("2 files: late.pdf, later.pdf")
    expect(page.get_by_role("button", name="Send and match")).to_be_focused()
    page.context.close()


def test_the_reviews_terms_are_marked_in_two_ways_also_while_something_is_found(owner: Member, read: Read) -> None:
    workflow.set_terms(owner, ["infant*", "randomised trial"], ["adults"])
    page = read(pdf(PAGE))
    wait_until(lambda: painted(page, "include") == ["randomised trial", "infants"], "terms are marked")
    assert painted(page, "exclude") == ["Adults"]
    page.locator("[data-pdf=words]").fill("trial")
    expect(page.locator(".textLayer .highlight.selected")).to_have_text("trial")
    wait_until(lambda: sorted(painted(page, "include")) == ["infants", "randomised trial"], "terms are marked again")
    page.context.close()


def test_a_damaged_pdf_is_said_to_be_damaged_and_can_be_saved(read: Read) -> None:
    page = read(b"%PDF-1.4\nnothing that one could read\nstartxref\n9\n%%EOF\n")
    expect(page.get_by_role("alert")).to_contain_text("is damaged")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the report").click()
    assert saved.value.suggested_filename == "trial.pdf"
    page.context.close()


def test_without_script_there_is_a_link_and_the_vote(
    browser: Browser, live_server: LiveServer, read: Read, first: Member
) -> None:
    with_script = read(pdf(PAGE))
    context = browser.new_context(java_script_enabled=False, storage_state=with_script.context.storage_state())
    page = context.new_page()
    page.goto(live_server.url + reverse("screening:desk", args=[first.review.slug, "full_text"]))
    expect(page.get_by_role("link", name="Save the report")).to_be_visible()
    expect(page.get_by_role("button", name="Page before")).to_be_hidden()
    expect(page.get_by_role("button", name="Include")).to_be_visible()
    context.close()
    with_script.context.close()
