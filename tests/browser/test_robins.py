"""Is ROBINS-I planned, judged, agreed, signed and drawn in the browser, and does a page say when it is cut off?"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from extraction import workflow
from extraction.models import Study
from reviewapp.models import Member
from tests.browser.test_pages import signed_in
from tests.extraction import build

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REPLIES = {
    **{"1.1": "Y", "1.2": "N", "1.4": "Y", "1.5": "PY", "1.6": "N"},
    **{"2.1": "N", "2.4": "Y"},
    **{"3.1": "Y", "3.2": "Y", "3.3": "N"},
    "4.1": "N",
    **{"5.1": "Y", "5.2": "N", "5.3": "N"},
    **{"6.1": "N", "6.2": "NI", "6.3": "Y", "6.4": "N"},
    **{"7.1": "N", "7.2": "N", "7.3": "PN"},
}
JUDGED = {
    "confounding": "moderate",
    **dict.fromkeys(("selection", "classification", "deviations", "missing_data", "measurement"), "low"),
    **dict.fromkeys(("reporting", "overall"), "moderate"),
}


def saved(page: Page) -> None:
    expect(page.locator("form.sheet")).to_have_attribute("data-unsent", "0")


def judge(page: Page, replies: dict[str, str], judgements: dict[str, str]) -> None:
    """Answer the questions as they appear, and judge each domain."""
    page.get_by_role("button", name="Begin").click()
    for question, reply in replies.items():
        press(page.locator(f'label.code:has(input[name="{question}"][value="{reply}"])'))
    saved(page)
    for key, judgement in judgements.items():
        press(page.locator(f'input[name="{key}"][value="{judgement}"] + label'))
        if key != "overall":
            page.locator(f'[name="source:{key}"]').fill("As on page 2.")
    page.keyboard.press("Tab")
    saved(page)


def press(button: Locator) -> None:
    """Choose what the button says; it grows no wider, which would push what stands behind it into another line."""
    expect(button).to_be_visible()
    before = button.bounding_box()["width"]
    button.click()
    assert button.bounding_box()["width"] == before


def proposed(page: Page, key: str) -> str:
    return page.locator(f"#proposed_{key}").inner_text()


def plan(page: Page) -> None:
    """Let non-randomised studies alone be judged, with ROBINS-I."""
    page.get_by_text("Change which tools are used").click()
    designs = page.locator("fieldset.tool-row", has_text="ROBINS-I").locator(".designs")
    expect(designs).to_be_hidden()
    page.get_by_role("checkbox", name="ROBINS-I").check()
    expect(designs.get_by_role("checkbox", name="Non-randomised study")).to_be_checked()
    page.get_by_role("checkbox", name="RoB 1", exact=True).uncheck()
    page.get_by_role("button", name="Use these tools from now on").click()


def describe(page: Page, study: Study) -> None:
    """Say that the study is not randomised, and that its first outcome is judged."""
    page.get_by_label(f"Design of {study}").select_option("nonrandomised")
    page.get_by_role("checkbox", name=f"{study}: Secure attachment").check()
    page.get_by_role("button", name="Save designs and results").click()


def test_robins_i_is_planned_judged_agreed_signed_and_drawn(
    browser: Browser, live_server: LiveServer, owner: Member, first: Member, second: Member
) -> None:
    study, outcome = build.study((first, second)), build.outcome(first)
    reviews = f"{live_server.url}/reviews/{owner.review.slug}"
    result = f"{reviews}/bias/{study.pk}/robins_i-{outcome.pk}/"

    def seated(member: Member, address: str) -> Page:
        page = signed_in(browser, live_server, member.user)
        page.goto(address)
        return page

    page = seated(owner, f"{reviews}/bias/")
    plan(page)
    page.context.close()

    page = seated(first, f"{reviews}/bias/")
    describe(page, study)
    page.goto(result)
    judge(page, REPLIES, JUDGED)
    assert proposed(page, "confounding") == "Proposed: Moderate risk from 1.1 Y, 1.2 N, 1.4 Y, 1.5 PY, 1.6 N"
    assert proposed(page, "reporting").startswith("Left to judgement: Low risk or Moderate risk")
    assert proposed(page, "overall") == "Proposed: Moderate risk"
    page.locator('[name="source:selection"]').fill("")
    page.get_by_role("button", name="Save and submit").click()
    refused = page.locator("#problems")
    expect(refused).to_be_focused()
    expect(refused).to_contain_text("Selection of participants into the study: write what supports this judgement.")
    page.locator('[name="source:selection"]').fill("As on page 3.")
    page.route("**", lambda route: route.abort())  # a server that is down, while the network is there
    page.get_by_role("button", name="Save and submit").click()
    expect(page.locator("#live")).to_contain_text("The server cannot be reached, and nothing was sent off.")
    expect(page.locator('[name="source:selection"]')).to_have_value("As on page 3.")
    page.unroute("**")
    page.get_by_role("button", name="Save and submit").click()
    expect(page.get_by_text("Submitted.", exact=True)).to_be_visible()
    page.context.close()

    begun = workflow.start_assessment(second, study, f"robins_i-{outcome.pk}")
    said = REPLIES | JUDGED | {"6.3": "N", "measurement": "serious", "overall": "serious"}
    workflow.save_judgements(second, begun, said, dict.fromkeys(JUDGED, "As on page 2."))
    workflow.submit_assessment(second, begun)
    page = seated(second, f"{result}agreement/")
    page.get_by_role("button", name="Sign the agreement").click()
    refused = page.get_by_role("alert").filter(has_text="This is not agreed yet")
    expect(refused).to_be_focused()
    expect(refused).to_contain_text("6.3 Were outcomes assessed alike in the groups? Choose one of the answers.")
    page.get_by_role("button", name=re.compile("^All as Fay First ?: Measurement")).click()
    overall = page.get_by_role("group", name="Overall: Judgement")
    expect(overall).to_contain_text("Proposed: Moderate risk")
    overall.get_by_role("radio", name=re.compile("^Fay First")).check()
    expect(overall.locator("[data-kept]")).to_have_text("✓ Kept")
    page.get_by_role("button", name="Sign the agreement").dblclick()
    expect(page.locator("#main")).to_contain_text("Sam Second signed this on")

    page.goto(f"{reviews}/bias/figures/robins_i-{outcome.pk}/")
    expect(page.get_by_role("region", name="Traffic-light table")).to_contain_text(
        "D7: Selection of the reported result"
    )
    with page.expect_download() as file:
        page.get_by_role("link", name="CSV for robvis").click()
    row = "Murray 2003,Moderate,Low,Low,Low,Low,Low,Moderate,Moderate,1"
    assert file.value.path().read_text().splitlines()[1] == row
    page.get_by_text("What each light rests on").click()
    page.get_by_role("link", name=re.compile("^Murray 2003 ?: what is agreed, and why")).click()
    expect(page.locator("#main")).to_contain_text("Sam Second signed this on")
    page.context.close()
