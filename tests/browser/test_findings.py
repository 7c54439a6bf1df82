"""Do two raters who differ come to one certainty, and does the summary of findings leave the house, on paper and for Word?"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.urls import reverse
from docx import Document
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from pytest_django.live_server_helper import LiveServer

from reviewapp.models import Member
from tests.analysis import build
from tests.analysis.test_findings import TRIALS
from tests.browser.axe import findings
from tests.browser.test_pages import signed_in
from tests.extraction import build as studies_of

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def choose(page: Page, domain: str, step: str, reason: str = "") -> None:
    page.get_by_label(domain, exact=True).select_option(label=step)
    page.get_by_label(f"Reason: {domain.lower()}", exact=True).fill(reason)


def test_two_who_differ_sign_one_certainty_that_is_printed_and_written_for_word(
    browser: Browser, live_server: LiveServer, first: Member, second: Member, jobs_now: Callable[[], int]
) -> None:
    pair, outcome = (first, second), studies_of.outcome(first)
    build.studies(pair, outcome, TRIALS)
    planned = build.plan(pair[0], outcome)
    jobs_now()
    one, other = (signed_in(browser, live_server, member.user) for member in pair)
    summary = live_server.url + reverse("analysis:findings", args=[pair[0].review.slug])

    one.goto(summary)
    one.get_by_role("button", name=f"Add {planned}").click()
    one.get_by_role("link", name=str(planned), exact=True).click()
    one.get_by_label("Randomised trials").check()
    choose(one, "Risk of bias", "Serious", "Nobody was blind")
    choose(one, "Imprecision", "Serious", "Few events")
    one.get_by_role("button", name="Hand the rating in").click()
    expect(one.locator("main")).to_contain_text("⊕⊕◯◯ Low")

    other.goto(one.url)
    assert "Nobody was blind" not in other.content()
    assert "Low" not in other.inner_text("dl.facts")
    other.get_by_label("Randomised trials").check()
    choose(other, "Imprecision", "Serious", "Few events")
    other.get_by_role("button", name="Hand the rating in").click()
    differing = other.locator("tr.table-warning")
    expect(differing.first).to_contain_text("Risk of bias")
    expect(differing.first).to_contain_text("Nobody was blind")
    assert findings(other) == []

    other.get_by_role("button", name="Sign the agreed certainty").click()
    left_open = other.get_by_label("Risk of bias", exact=True)
    assert left_open.evaluate("each => each.validity.valueMissing"), (
        "what they differ in is nobody's until it is chosen"
    )
    choose(other, "Risk of bias", "Not serious")
    other.get_by_role("button", name="Sign the agreed certainty").click()
    expect(other.locator("dl.facts")).to_contain_text("⊕⊕⊕◯ Moderate")

    other.goto(summary)
    assert findings(other) == []
    with other.expect_download() as sent:
        other.get_by_role("link", name="Word").click()
    written = Document(BytesIO(Path(sent.value.path()).read_bytes()))
    cells = [cell.text for table in written.tables for row in table.rows for cell in row.cells]
    assert any("Moderate" in cell for cell in cells)
    other.emulate_media(media="print", color_scheme="dark")
    expect(other.get_by_role("link", name="Word")).not_to_be_visible()
    printed = "\n".join(
        page.extract_text() for page in PdfReader(BytesIO(other.pdf(format="A4", landscape=True))).pages
    )
    assert "Moderate" in printed
    assert "My reviews" not in printed
    for page in (one, other):
        page.context.close()
