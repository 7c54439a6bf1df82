"""Can everybody read every page: with a screen reader, in the dark, on a narrow screen?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from reviewapp.models import User
from tests.browser.axe import findings
from tests.test_access import ROWS
from tests.world import World, world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 900}
READERS = ("reviewer", "owner", "arbiter")
SIGNED_OUT = ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/no-such-page/")


def pages(here: World) -> Iterator[tuple[str, str]]:
    """Each address that can be read, and the first of READERS to whom it is open."""
    for row in ROWS:
        reader = next((role for role in READERS if row.letters[role] == "Y"), None)
        if row.method == "GET" and reader is not None:
            yield reader, row.url(here)


def signed_in(browser: Browser, live_server: LiveServer, user: User) -> Page:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    context = browser.new_context(viewport=WIDE)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    return context.new_page()


def look(page: Page, refused: list[str]) -> list[str]:
    """What is wrong with the page that is open, all that it folds away unfolded: in light and dark, wide and narrow."""
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # colours on their way to others have no contrast
    wrong = findings(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    wrong += [f"in the dark: {finding}" for finding in findings(page, "color-contrast")]
    page.set_viewport_size(NARROW)
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > NARROW["width"]:
        wrong.append(f"{width} px wide on a screen of {NARROW['width']} px")
    wrong += [f"narrow: {finding}" for finding in findings(page, "scrollable-region-focusable")]
    page.set_viewport_size(WIDE)
    wrong += [f"the browser refused: {message}" for message in refused]
    refused.clear()
    return wrong


def test_every_page_can_be_read_by_everybody(browser: Browser, live_server: LiveServer) -> None:
    here = world()
    refused: list[str] = []
    desks = {role: signed_in(browser, live_server, here.person(role)) for role in READERS}
    for page in desks.values():
        page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    wrong, seen = [], 0
    for role, path in pages(here):
        page = desks[role]
        got = page.request.get(live_server.url + path)
        if "content-disposition" in got.headers or not got.body().lstrip().startswith(b"<!doctype html>"):
            continue  # a figure, a file, or a part of a page
        answer = page.goto(live_server.url + path)
        seen += 1
        if answer and not answer.ok:  # a refusal in words, such as that a question is needed: a page like others
            refused[:] = [message for message in refused if f"status of {answer.status}" not in message]
        wrong += [f"{path}: {finding}" for finding in look(page, refused)]
    assert not wrong, "\n".join(wrong)
    assert seen > 25
    for page in desks.values():
        page.context.close()


@pytest.mark.parametrize("path", SIGNED_OUT)
def test_pages_for_people_who_are_not_signed_in_can_be_read(
    browser: Browser, live_server: LiveServer, path: str
) -> None:
    page = browser.new_page(viewport=WIDE)
    page.goto(live_server.url + path)
    assert look(page, []) == []
    page.close()


def test_a_page_that_cannot_be_read_is_found_out(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        "<html><head><title>x</title></head><body><img src='x.png'><p style='color: #ddd; background: #fff'>pale</p>"
        "<div style='width: 900px'>wide</div></body></html>"
    )
    said = "\n".join(look(page, ["Refused to run a script"]))
    for word in ("image-alt", "color-contrast", "html-has-lang", "px wide on a screen of 360 px", "Refused to run"):
        assert word in said
    page.close()
