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

from extraction.models import Outcome
from reviewapp.models import Member
from tests.analysis import build
from tests.analysis.test_findings import TRIALS
from tests.browser.axe import findings
from tests.browser.test_pages import signed_in

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def choose(page: Page, domain: str, step: str, reason: str = "") -> None:
    page.get_by_label(domain, exact=True).select_option(label=step)
    page.get_by_label(f"Reason: {domain.lower()}", exact=True).fill(reason)


def test_two_who_differ_sign_one_certainty_that_is_printed_and_written_for_word(
    browser: Browser,
    live_server: LiveServer,
    pair: tuple[Member, Member],
    outcome: Outcome,
    jobs_now: Callable[[], int],
) -> None:
    build.studies(pair, outcome, TRIALS)
    planned = build.plan(pair[0], outcome)
    jobs_now()
    first, second = (signed_in(browser, live_server, member.user) for member in pair)
    summary = live_server.url + reverse("analysis:findings", args=[pair[0].review.slug])

    first.goto(summary)
    first.get_by_role("button", name=f"Add {planned}").click()
    first.get_by_role("link", name=str(planned), exact=True).click()
    first.get_by_label("Randomised trials").check()
    choose(first, "Risk of bias", "Serious", "Nobody was blind")
    choose(first, "Imprecision", "Serious", "Few events")
    first.get_by_role("button", name="Hand the rating in").click()
    expect(first.locator("main")).to_contain_text("⊕⊕◯◯ Low")

    second.goto(first.url)
    assert "Nobody was blind" not in second.content()
    assert "Low" not in second.inner_text("dl.facts")
    second.get_by_label("Randomised trials").check()
    choose(second, "Imprecision", "Serious", "Few events")
    second.get_by_role("button", name="Hand the rating in").click()
    differing = second.locator("tr.table-warning")
    expect(differing.first).to_contain_text("Risk of bias")
    expect(differing.first).to_contain_text("Nobody was blind")
    assert findings(second) == []

    second.get_by_role("button", name="Sign the agreed certainty").click()
    expect(second.locator(".invalid-feedback").first).to_contain_text("Choose what holds of risk of bias")
    choose(second, "Risk of bias", "Not serious")
    second.get_by_role("button", name="Sign the agreed certainty").click()
    expect(second.locator("dl.facts")).to_contain_text("⊕⊕⊕◯ Moderate")

    second.goto(summary)
    assert findings(second) == []
    with second.expect_download() as sent:
        second.get_by_role("link", name="Word").click()
    written = Document(BytesIO(Path(sent.value.path()).read_bytes()))
    cells = [cell.text for table in written.tables for row in table.rows for cell in row.cells]
    assert any("Moderate" in cell for cell in cells)
    second.emulate_media(media="print", color_scheme="dark")
    expect(second.get_by_role("link", name="Word")).not_to_be_visible()
    printed = "\n".join(
        page.extract_text() for page in PdfReader(BytesIO(second.pdf(format="A4", landscape=True))).pages
    )
    assert "Moderate" in printed
    assert "My reviews" not in printed
    for page in (first, second):
        page.context.close()
