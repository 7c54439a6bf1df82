"""Do the site's few lines of JavaScript do what they say? Keys, theme, errors that are seen, the menu."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ON_THE_PAGE = """
    document.querySelector("main").insertAdjacentHTML("beforeend", `
        <button type="button" id="include" data-key="i">Include <kbd>i</kbd></button>
        <button type="button" data-key="e" data-key-label="Exclude it" disabled>Exclude</button>
        <a id="away" href="#away" data-key="n">Note</a>
        <input id="line"><textarea id="text"></textarea><select id="list"><option>one</option></select>
        <input type="radio" id="choice"><p id="written" contenteditable="true">words</p>`);
    window.pressed = 0;
    document.getElementById("include").addEventListener("click", () => window.pressed++);
"""


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """The first page, with buttons that have keys."""
    page = browser.new_context(color_scheme="light").new_page()
    page.goto(live_server.url)
    page.evaluate(ON_THE_PAGE)
    yield page
    page.context.close()


def pressed(page: Page) -> int:
    return page.evaluate("window.pressed")


def test_a_key_presses_its_button_once_however_long_it_is_held(page: Page) -> None:
    page.keyboard.down("i")
    page.keyboard.down("i")
    page.keyboard.down("i")
    page.keyboard.up("i")
    assert pressed(page) == 1
    page.keyboard.press("n")
    assert page.url.endswith("#away")


@pytest.mark.parametrize("place", ["line", "text", "list", "written"])
def test_a_key_presses_nothing_while_somebody_types(page: Page, place: str) -> None:
    page.focus(f"#{place}")
    page.keyboard.press("i")
    page.keyboard.press("?")
    assert pressed(page) == 0
    assert not page.evaluate("document.getElementById('keys').open")


def test_a_key_works_from_a_radio_button(page: Page) -> None:
    page.focus("#choice")
    page.keyboard.press("i")
    assert pressed(page) == 1


def test_a_key_works_with_caps_lock_on(page: Page) -> None:
    press = "document.dispatchEvent(new KeyboardEvent('keydown', {{key: 'I', modifierCapsLock: true, shiftKey: {}}}))"
    page.evaluate(press.format("false"))
    assert pressed(page) == 1
    page.evaluate(press.format("true"))
    assert pressed(page) == 1


@pytest.mark.parametrize("combination", ["Control+i", "Alt+i", "Meta+i", "Shift+I"])
def test_a_key_with_another_held_belongs_to_the_browser(page: Page, combination: str) -> None:
    page.keyboard.press(combination)
    assert pressed(page) == 0


def test_a_question_mark_lists_the_keys_that_work_now(page: Page) -> None:
    page.keyboard.press("?")
    rows = page.locator("#keys tbody tr").all_inner_texts()
    assert [row.split() for row in rows] == [["i", "Include"], ["n", "Note"]], "the disabled one does nothing now"
    page.keyboard.press("i")
    assert pressed(page) == 0, "behind the list nothing is pressed"
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    assert pressed(page) == 1


def test_keys_are_switched_off_for_good_and_on_again_without_a_key(page: Page) -> None:
    page.keyboard.press("?")
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    page.reload()
    page.evaluate(ON_THE_PAGE)
    page.keyboard.press("i")
    assert pressed(page) == 0
    page.click("[data-keys-open]")
    page.check("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    assert pressed(page) == 1


def test_a_double_click_sends_a_form_once(page: Page) -> None:
    sent = page.evaluate("""() => {
        document.querySelector("main").insertAdjacentHTML("beforeend",
            `<form method="post" id="one"></form><form method="post" id="other"></form>`);
        const sent = [];
        window.addEventListener("submit", (event) => {
            if (!event.defaultPrevented) sent.push(event.target.id);
            event.preventDefault();
        });
        for (const id of ["one", "one", "other"]) document.getElementById(id).requestSubmit();
        window.dispatchEvent(new Event("pageshow"));
        document.getElementById("one").requestSubmit();
        return sent;
    }""")
    assert sent == ["one", "other", "one"], "and again when the person has come back to the page"


def shown(page: Page) -> str:
    return page.evaluate("document.documentElement.dataset.bsTheme")


def test_a_theme_is_kept_and_auto_follows_the_system(page: Page) -> None:
    page.click("[data-theme-choice=dark]")
    page.reload()
    assert shown(page) == "dark"
    assert page.get_attribute("[data-theme-choice=dark]", "aria-pressed") == "true"
    page.click("[data-theme-choice=auto]")
    assert shown(page) == "light"
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")  # the page hears of it a moment later


def ask(page: Page, url: str) -> None:
    """What a button of htmx does."""
    page.evaluate(f"htmx.ajax('GET', '{url}', '#include').catch(() => null)")
    page.wait_for_selector("#live .alert")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"status": 500, "body": "<html>Traceback</html>"}, "nothing was saved"),
        ({"status": 409, "headers": {"HX-Retarget": "#live"}, "body": "<div class='alert'>Changed meanwhile</div>"}, "Changed meanwhile"),
    ],
)  # fmt: skip
def test_an_answer_that_is_an_error_is_seen_and_replaces_nothing(page: Page, answer: dict, told: str) -> None:
    page.route("**/answer/", lambda route: route.fulfill(content_type="text/html", **answer))
    ask(page, "/answer/")
    assert told in page.inner_text("#live")
    assert "Traceback" not in page.content()
    assert page.inner_text("#include").startswith("Include")


def test_a_server_that_is_away_is_told(page: Page) -> None:
    page.route("**/answer/", lambda route: route.abort())
    ask(page, "/answer/")
    assert "cannot be reached" in page.inner_text("#live")


def test_without_script_the_page_has_no_buttons_that_need_it(browser: Browser, live_server: LiveServer) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(live_server.url)
    assert not page.is_visible("[data-theme-choice=dark]")
    assert page.is_visible("text=Sign in >> nth=0")
    page.context.close()
