"""How do authors fill in a sheet in the browser, and settle what they differ in? Everything is found by the words beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

from extraction.models import Study
from reviewapp.models import Member
from tests.browser.hands import Hands
from tests.services import Service


def type_sheet(page: Page, study: Study, answers: Mapping[str, object]) -> None:
    """Begin a sheet of the study, type each answer into the field that bears its words, and submit.

    answers: by the label of the field, such as "Design" or "Secure attachment, after treatment, Usual care: Events".
    """
    begin(page, study)
    for label, answer in answers.items():
        page.get_by_label(re.compile(f"^{re.escape(label)}( needed)?$")).fill(str(answer))
    page.keyboard.press("Tab")
    wait_until_saved(page)
    hand_in(page)


def begin(page: Page, study: Study) -> None:
    """Begin a sheet of the study."""
    page.goto(f"{site(page)}/reviews/{study.review.slug}/sheets/{study.pk}/")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("form.sheet")).to_be_visible()


def fill(page: Page, answers: Mapping[str, str]) -> None:
    """Type each answer into its field on the sheet that is open, and leave the last one. answers: by name of the field."""
    for name, answer in answers.items():
        page.locator(f'[name="{name}"]').fill(answer)
    page.keyboard.press("Tab")


def wait_until_saved(page: Page) -> None:
    """Wait until the server has confirmed all that was typed."""
    expect(page.locator("form.sheet")).to_have_attribute("data-unsent", "0", timeout=30_000)


def hand_in(page: Page) -> None:
    page.get_by_role("button", name="Save and submit").click()
    expect(page.get_by_text("Submitted.", exact=True)).to_be_visible()


def open_agreement(page: Page, study: Study) -> list[str]:
    """Open the page on which both sheets stand side by side; the questions in which they differ."""
    page.goto(f"{site(page)}/reviews/{study.review.slug}/sheets/{study.pk}/agreement/")
    return page.locator("h2:text-is('To be settled') ~ fieldset legend").all_inner_texts()


def take(page: Page, question: str, whose: str) -> None:
    """Take this author's answer to a question in which the two differ."""
    asked = page.get_by_role("group", name=question, exact=True)
    asked.get_by_role("radio", name=re.compile(f"^{re.escape(whose)}")).check()
    kept(asked)


def answer_anew(page: Page, question: str, answer: object, *, stands: str, reason: str) -> None:
    """Give an answer that neither author gave."""
    asked = page.get_by_role("group", name=question, exact=True)
    asked.get_by_role("radio", name="Another answer").check()
    asked.get_by_label(re.compile(": Answer$")).fill(str(answer))
    asked.get_by_label(re.compile(": Where it stands$")).fill(stands)
    asked.get_by_label(re.compile(": Reason$")).fill(reason)
    page.keyboard.press("Tab")
    kept(asked)


def accept_equals(page: Page) -> None:
    """Accept at one stroke all that both answered equally."""
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Accept the [0-9]+ equal answers$")).click()


def sign(page: Page) -> None:
    page.get_by_role("button", name="Sign the agreement").click()
    expect(page.locator("#main")).to_contain_text("signed this on")


def kept(asked: Locator) -> None:
    """Wait until the server has what was chosen."""
    expect(asked.locator("[data-kept]")).to_have_text("✓ Kept")


def site(page: Page) -> str:
    """Where the product answers, from the page that is open."""
    return page.evaluate("location.origin")


def seated(hands: Hands, service: Service, member: Member) -> Hands:
    """Somebody at a browser of their own, signed in, with the list of studies before them."""
    for name, value in service.session(member.user).items():
        hands.page.context.add_cookies([{"name": name, "value": value, "url": service.address}])
    hands.open(f"/reviews/{member.review.slug}/studies/")
    return hands
