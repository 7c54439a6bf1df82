"""Is a source marked in the report beside the sheet, by keyboard and by mouse, and drawn again at the agreement?"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from extraction import queries, workflow
from extraction.models import Study
from extraction.schema import Source
from reviewapp.models import Member
from screening import workflow as screening
from screening.models import Citation
from tests.browser.test_pages import signed_in
from tests.extraction import build
from tests.pdfs import pdf

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

METHODS = "Methods\nMothers were allocated by lot.\n\nIn all 193 women took part.\n" + "Line\n" * 20
DESIGN, PEOPLE, NUMBER = "study/design", "study/participants", "study/randomised"


def at_sheet(browser: Browser, live_server: LiveServer, member: Member, study: Study) -> Page:
    page = signed_in(browser, live_server, member.user)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.on("console", lambda told: pytest.fail(told.text) if "Content Security" in told.text else None)
    page.goto(f"{live_server.url}/reviews/{member.review.slug}/sheets/{study.pk}/")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator(".textLayer span").first).to_be_visible()
    return page


def source(member: Member, study: Study, key: str) -> Source | None:
    found = queries.own_sheet(member, study).answers()
    return found[key].source if key in found else None


def saved(page: Page) -> None:
    expect(page.locator("form.sheet")).to_have_attribute("data-unsent", "0")


def drag(page: Page, box: tuple[float, float, float, float], number: int = 2) -> None:
    """Draw a rectangle on a page of the report, in parts of the page."""
    before = page.locator(".pdf-box").bounding_box()
    page.get_by_role("button", name="Draw a rectangle").click()
    assert page.locator(".pdf-box").bounding_box() == before, "the page stays where the hand is"
    at = page.locator(f'.page[data-page-number="{number}"]').bounding_box()
    left, top, right, bottom = (
        at[axis] + part * at[size]
        for part, axis, size in zip(box, ("x", "y", "x", "y"), ("width", "height", "width", "height"), strict=True)
    )
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(right, bottom, steps=3)
    page.mouse.up()


def test_a_source_is_marked_by_keyboard_and_by_mouse_undone_and_drawn_at_the_agreement(
    browser: Browser, live_server: LiveServer, owner: Member, first: Member, second: Member
) -> None:
    study = build.study((first, second))
    report = Citation.objects.get(study_links__study=study)
    paper = screening.attach(owner, report, "murray.pdf", [pdf("Title", METHODS)])
    page = at_sheet(browser, live_server, first, study)

    page.locator(f'[name="{DESIGN}"]').focus()  # by keyboard: search, and take the hit
    page.keyboard.press("Alt+r")
    expect(page.locator("[data-pdf=words]")).to_be_focused()
    page.keyboard.type("allocated by lot")
    expect(page.locator(".textLayer .highlight.selected")).to_have_text("allocated by lot")
    page.keyboard.press("Alt+Enter")
    expect(page.locator(f'[name="{DESIGN}"]')).to_be_focused()
    saved(page)
    found = source(first, study, DESIGN)
    assert (found.document, found.page, found.quote) == (paper.pk, 2, "allocated by lot")
    left, top, right, bottom = found.box
    assert 0.08 < left < right < 0.6, "after the words that stand before it, and no wider than the line"
    assert 0.06 < top < bottom < 0.11, "on the second line of the page"

    page.locator(f'[name="{PEOPLE}"]').focus()  # by mouse: a word that is selected
    page.locator(".textLayer span", has_text="In all 193").dblclick()
    page.get_by_role("button", name="Take as source").click()
    saved(page)
    word = source(first, study, PEOPLE)
    assert word.quote in METHODS.split()
    assert 0 < word.box[2] - word.box[0] < 0.1, "no wider than the word"

    page.locator(f'[name="{NUMBER}"]').focus()  # a rectangle around the fourth line
    drag(page, (0.05, 0.108, 0.5, 0.129))
    expect(page.locator(".pdf-place")).to_be_visible()
    saved(page)
    drawn = source(first, study, NUMBER)
    assert (drawn.page, drawn.quote) == (2, "In all 193 women took part.")
    assert drawn.box == pytest.approx((0.05, 0.108, 0.5, 0.129), abs=0.01)
    page.locator('[data-pdf-act="draw"]').focus()  # and by keys: it takes up the rectangle that is shown
    page.keyboard.press("Enter")
    expect(page.get_by_role("application")).to_be_focused()
    for key in ("ArrowRight", "Control+ArrowRight", "Shift+ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    saved(page)
    by_keys = source(first, study, NUMBER).box
    assert by_keys == pytest.approx([a + b for a, b in zip(drawn.box, (0.012, -0.01, 0.012, 0), strict=True)], abs=1e-4)
    question = page.locator(f'[data-save="{NUMBER}"]')
    question.get_by_role("button", name="Undo").click()
    saved(page)
    assert source(first, study, NUMBER) == drawn
    question.get_by_role("button", name="Remove").click()
    saved(page)
    assert source(first, study, NUMBER) is None
    question.get_by_role("button", name="Undo").click()
    saved(page)
    assert source(first, study, NUMBER) == drawn
    page.locator("[data-pdf=words]").fill("took part")  # by keys it begins around what was searched for since
    expect(page.locator(".textLayer .highlight.selected")).to_have_text("took part")
    page.locator('[data-pdf-act="draw"]').press("Enter")
    page.keyboard.press("Enter")
    saved(page)
    sought = source(first, study, NUMBER)
    assert sought.quote == "took part"
    assert 0 < sought.box[2] - sought.box[0] < 0.2, "no wider than the words"
    page.context.close()

    place = {"document": paper.pk, "page": 2, "box": [0.05, 0.2, 0.5, 0.3]}
    for author, number, places in ((first, 193, {}), (second, 139, {NUMBER: place})):
        begun = workflow.start_sheet(author, study)
        workflow.save_entries(author, begun, build.TEXTS | {NUMBER: number}, places=places)
        workflow.submit_sheet(author, begun)
    page = signed_in(browser, live_server, second.user)
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{live_server.url}/reviews/{second.review.slug}/sheets/{study.pk}/agreement/")
    asked = page.get_by_role("group", name="Number randomised")
    asked.get_by_role("link", name="in Author1 2001, marked").last.click()
    expect(page.locator(".pdf-place")).to_have_count(2)
    expect(page.locator(".pdf-place span", has_text="Sam Second")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator(".pdf-place").first).to_be_hidden()
    page.context.close()
