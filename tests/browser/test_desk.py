"""Does the desk keep up with a quick reviewer, and lose nothing when the network does not?

Short in the suite; DESK_ROUNDS=7 lets a thumb, and a browser without script, screen 21 citations, and DESK_CUT=60 cuts the connection for a minute.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from reviewapp.models import Event, Member
from screening import queries, workflow
from screening.models import Citation, Vote
from tests import build
from tests.browser.axe import findings

TA = "title_abstract"
ROUNDS = int(os.environ.get("DESK_ROUNDS", "0"))  # of an include, an exclude and a maybe
CUT = float(os.environ.get("DESK_CUT", "0"))  # seconds
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def team(live_server: LiveServer) -> tuple[Member, Member]:
    """An owner, and a review author with 30 citations before them."""
    owner = build.review(include_criteria="Infants under 18 months", exclude_criteria="No comparison group")
    build.citations(owner, 30)
    return owner, build.member(owner, "reviewer", "Fay First")


@pytest.fixture
def sit(browser: Browser, live_server: LiveServer) -> Iterator:
    """sit(member, ...) opens the desk as this member, in a browser of these properties."""
    opened: list[BrowserContext] = []

    def one(member: Member, path: str = f"screen/{TA}/", **properties: object) -> Page:
        from django.conf import settings
        from django.test import Client

        client = Client()
        client.force_login(member.user)
        opened.append(browser.new_context(**properties))
        name = settings.SESSION_COOKIE_NAME
        opened[-1].add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = opened[-1].new_page()
        page.set_default_timeout(15_000)
        page.goto(f"{live_server.url}/reviews/{member.review.slug}/{path}")
        return page

    yield one
    for context in opened:
        context.close()


def title(page: Page) -> str:
    return page.locator("#title").inner_text()


def until(page: Page, script: str) -> None:
    """Wait until this is true in the page; wait_for_function would need eval, which the page's policy forbids."""
    for _ in range(300):
        if page.evaluate(script):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never true: {script}")


def all_is_sent(page: Page) -> None:
    until(page, "!Object.keys(localStorage).some(name => name.startsWith('outbox/'))")


def press(page: Page, key: str) -> None:
    """Press a key; the next citation is there before the finger is up, or at the latest when it was fetched."""
    before = title(page)
    page.keyboard.press(key)
    expect(page.locator("#title")).not_to_have_text(before)


def votes(member: Member) -> dict[str, str]:
    return {each.citation.title: each.answer for each in queries.own_votes(member).select_related("citation")}


def test_the_next_citation_stands_before_the_server_has_answered(team, sit):
    _, first = team
    page = sit(first)
    until(page, "desk.held.length >= 5")
    held_up = []
    page.route("**/vote/", lambda route: held_up.append(route))  # the server does not answer at all
    before = title(page)
    page.keyboard.press("i")
    assert title(page) != before
    assert page.evaluate("document.activeElement.id") == "title", "a screen reader goes on reading there"
    assert page.locator("[data-desk=said]").inner_text() == f"Include: {before}"
    press(page, "e")
    assert not Vote.unblinded.exists()
    while held_up:
        held_up.pop().continue_()
        page.unroute("**/vote/")
    all_is_sent(page)
    assert list(votes(first).values()) == ["include", "exclude"]


def test_a_connection_that_is_cut_loses_no_vote_and_doubles_none(team, sit):
    _, first = team
    page = sit(first)
    press(page, "i")
    all_is_sent(page)
    until(page, "desk.held.length >= 9")
    page.context.set_offline(True)
    cast = {}
    for key, answer in zip("ieimei", ("include", "exclude", "include", "maybe", "exclude", "include"), strict=True):
        cast[title(page)] = answer
        press(page, key)
    page.keyboard.press("u")
    undone = title(page)
    assert cast.pop(undone) == "include"
    assert "5 votes are on the way" in page.locator("[data-desk=outbox-word]").inner_text()
    assert "cannot be reached" in page.locator("[data-desk=outbox-word]").inner_text()
    assert findings(page) == []
    page.wait_for_timeout(1000 * CUT)
    assert Vote.unblinded.count() == 1

    page.context.set_offline(False)
    page.reload()  # what is kept outlives the page
    all_is_sent(page)
    assert votes(first).items() >= cast.items()
    assert len(votes(first)) == 6
    assert Event.unblinded.filter(verb="screening.voted").count() == 6
    assert title(page) not in votes(first)


def test_a_vote_whose_answer_or_whose_session_is_lost_is_sent_again_and_stored_once(team, sit):
    _, first = team
    page = sit(first)
    lost = []

    def lose(route):
        if not lost:
            lost.append(route.fetch())  # the server hears it, the browser does not hear the server
            route.abort()
        else:
            route.continue_()

    page.route("**/vote/", lose)
    press(page, "i")
    all_is_sent(page)
    assert len(lost) == 1
    assert Vote.unblinded.count() == 1
    page.unroute("**/vote/")
    kept = [each for each in page.context.cookies() if each["name"] != "csrftoken"]
    page.context.clear_cookies()
    press(page, "e")
    expect(page.locator("[data-desk=outbox-word]")).to_contain_text("Sign in again in another window")
    page.context.add_cookies([*kept, {**kept[0], "name": "csrftoken", "value": "a" * 32}])
    page.locator("[data-desk=outbox-now]").click()
    all_is_sent(page)
    assert Vote.unblinded.count() == 2, "the page goes on with the new sign-in"


def test_undo_takes_back_what_the_server_has_and_what_it_has_not(team, sit):
    _, first = team
    page = sit(first)
    one = title(page)
    press(page, "i")
    all_is_sent(page)
    press(page, "u")
    assert title(page) == one
    all_is_sent(page)
    assert votes(first) == {}
    press(page, "e")
    all_is_sent(page)
    page.reload()
    page.keyboard.press("u")
    page.wait_for_url("**/screen/title_abstract/*/")
    assert title(page) == one
    assert votes(first) == {}


def test_a_vote_that_the_server_refuses_is_told_and_not_tried_for_ever(team, sit):
    owner, first = team
    page = sit(first)
    from reviewapp.workflow import close

    until(page, "desk.held.length >= 5")
    close(owner)
    one = title(page)
    press(page, "i")
    told = page.locator("[data-desk=outbox-list]")
    expect(told).to_contain_text(f"Not taken: Include, “{one}”")
    expect(told).to_contain_text("closed")
    assert not Vote.unblinded.exists()


def test_who_leaves_the_desk_with_votes_unsent_sends_them_from_the_next_page(team, sit, live_server):
    _, first = team
    page = sit(first)
    page.route("**/vote/", lambda route: route.abort())
    press(page, "i")
    until(page, "desk.outbox.trouble")
    page.goto(f"{live_server.url}/reviews/{first.review.slug}/team/")
    expect(page.locator("#unsent")).to_contain_text("Votes that are not sent yet: 1.")
    page.evaluate(AS_BEFORE)  # as the first version of the outbox kept them: all in one list
    page.unroute("**/vote/")
    page.reload()
    all_is_sent(page)
    assert len(votes(first)) == 1


AS_BEFORE = """() => {
  const [place] = Object.keys(localStorage).filter((each) => each.startsWith("outbox/"));
  localStorage.setItem(place.slice(0, place.lastIndexOf("/")), `[${localStorage.getItem(place)}]`);
  localStorage.removeItem(place);
}"""


def test_a_double_click_votes_on_one_citation_and_a_key_shows_the_criteria_on_a_low_screen_too(team, sit):
    _, first = team
    page = sit(first)
    until(page, "desk.held.length >= 5")
    page.get_by_role("button", name="Exclude").dblclick()
    told = page.locator("[data-too-soon]")
    expect(told).to_have_text("Two clicks so close count as one. To vote on this citation too, click again.")
    all_is_sent(page)
    assert len(votes(first)) == 1
    page.set_viewport_size({"width": 1280, "height": 500})
    page.keyboard.press("c")
    expect(page.get_by_text("Infants under 18 months")).to_be_in_viewport()


def test_without_script_every_vote_is_a_form(team, sit):
    _, first = team
    page = sit(first, java_script_enabled=False)
    answers = ["include", "maybe", "exclude"] * (ROUNDS or 1)
    for answer in answers:
        page.get_by_role("button", name=answer.title()).click()
    page.get_by_role("button", name="Undo last vote").click()
    assert list(votes(first).values()) == answers[:-1]


def test_a_thumb_screens_on_a_phone(team, sit):
    _, first = team
    page = sit(first, **PHONE)
    for name in ("Include", "Exclude", "Maybe") * (ROUNDS or 3):
        before = title(page)
        button = page.get_by_role("button", name=name)
        assert button.bounding_box()["y"] > 740 / 2, "where the thumb is"
        button.tap()
        expect(page.locator("#title")).not_to_have_text(before)
    all_is_sent(page)
    assert len(votes(first)) == 3 * (ROUNDS or 3)
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_person_screens_a_list_by_keys_of_their_own(team, sit):
    owner, first = team
    from reviewapp.workflow import amend_protocol, set_keys

    set_keys(first.user, {"i": "y"}, on=True)
    page = sit(first, f"screen/{TA}/list/")
    hints = page.locator("#desk .is-here")
    expect(hints).to_have_count(1)
    for key in "yej" + "y" + "ku":
        page.keyboard.press(key)
    all_is_sent(page)
    assert votes(first) == {"Trial number 1 of infants": "include", "Trial number 2 of infants": "exclude"}
    page.route("**/vote/", lambda route: route.abort())  # the connection is cut
    third = page.locator("#desk [data-row]").nth(2)
    third.get_by_role("button", name="Include").click()
    third.get_by_role("button", name="Exclude").click()
    page.locator("#desk form.undo button").click()
    page.unroute("**/vote/")
    all_is_sent(page)
    assert len(votes(first)) == 2, "what was undone is not sent, however often its row was voted on"
    page.keyboard.press("i")
    page.keyboard.press("?")
    assert ["y", "Include", "this", "row"] in [row.split() for row in page.locator("#keys tbody tr").all_inner_texts()]
    page.keyboard.press("Escape")
    assert findings(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    amend_protocol(owner, votes_title_abstract=1)
    for citation in Citation.objects.order_by("-pk")[:2]:
        workflow.vote(first, citation, TA, "include")
        workflow.mark_retrieved(owner, citation)
    page.set_viewport_size({"width": 1200, "height": 800})
    page.goto(page.url.replace(TA, "full_text"))
    page.keyboard.press("2")
    all_is_sent(page)
    assert str(Vote.unblinded.get(stage="full_text").reason) == "Wrong intervention"
    assert page.evaluate("!document.activeElement.closest('[data-row]').dataset.voted"), "the next row has the keys"
    assert findings(page) == []


def test_what_is_put_off_leaves_the_desk_at_once_and_marks_are_switched_off(team, sit):
    owner, first = team
    workflow.set_terms(owner, ["trial"], [])
    page = sit(first)
    until(page, "desk.held.length >= 5")
    before = title(page)
    press(page, "b")
    all_is_sent(page)
    assert queries.ahead(first, TA, after=0, count=40)[-1].title == before
    shape = "getComputedStyle(document.querySelector('#title mark')).textDecorationLine"
    assert page.evaluate(shape) == "underline"
    page.keyboard.press("h")
    assert page.evaluate(shape) == "none"
