"""How does a person work who has only a keyboard? Tab to what is meant, type, press; never a click, never a script.

And one who has no keyboard: a finger on a phone, or a pointer in a browser without script, that goes by what the buttons say.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page

MOST_TABS = 400
DOUBLE = 500  # milliseconds: a second tap that is quicker is one of a double tap, and votes on nothing


class Hands:
    """Two hands on a keyboard, in front of one page."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.address = address
        self.refused: list[str] = []
        self.page.on("console", self._listen)
        # Asked for from the start: asked for just before the key, a busy browser may see the key first, and opens a dialog nobody sees.
        self.page.on("filechooser", lambda _chooser: None)

    def _listen(self, message: object) -> None:
        """Remember what the browser refuses, such as a script that the content security policy forbids; not that it is cut off."""
        if message.type == "error" and not any(
            each in message.text for each in ("status of 4", "INTERNET_DISCONNECTED")
        ):
            self.refused.append(message.text)

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    def to(self, target: Locator) -> None:
        """Tab until the target has the focus."""
        target = target.first
        target.wait_for(state="attached")
        for _ in range(MOST_TABS):
            if target.evaluate("each => each === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"not reached by Tab: {target}")

    def type(self, label: str, text: str) -> None:
        """Type into the field with this label, in place of what is there."""
        self.to(self.page.get_by_label(label, exact=True))
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def pick(self, label: str, option: str) -> None:
        """Choose in a list by typing the beginning of an option's words."""
        self.to(self.page.get_by_label(label, exact=True))
        self.page.keyboard.type(option)

    def mark(self, target: Locator) -> None:
        """Tick a box, or choose the radio button; arrows lead from the group's first button to the others."""
        group = target.get_attribute("name")
        radios = self.page.locator(f'input[type=radio][name="{group}"]')
        if target.get_attribute("type") == "radio" and radios.count() > 1:
            chosen = self.page.locator(f'input[type=radio][name="{group}"]:checked')
            self.to(chosen if chosen.count() else radios.first)
            if not chosen.count():
                self.page.keyboard.press("Space")
            for _ in range(radios.count()):
                if target.evaluate("each => each === document.activeElement && each.checked"):
                    return
                self.page.keyboard.press("ArrowDown")
            raise AssertionError(f"not reached by arrows: {target}")
        self.to(target)
        self.page.keyboard.press("Space")

    def press(self, name: str, role: str = "button") -> None:
        """Go to the button (or link) of this name and press Enter; return when the page that follows is there."""
        self.enter(self.page.get_by_role(role, name=name))

    def follow(self, name: str) -> None:
        self.press(name, role="link")

    def enter(self, target: Locator) -> None:
        """Go to the target and press Enter; return when the page that follows is there."""
        self.to(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def turn(self, key: str) -> None:
        """Press a single key that leads to another page; return when that is there."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def key(self, key: str) -> None:
        """Press a single key that changes something on this page, once the page is at rest."""
        self.page.wait_for_load_state("load")
        self.page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added").wait_for(state="detached")
        self.page.keyboard.press(key)

    def choose_file(self, label: str, path: Path) -> None:
        """Open the file dialog from the keyboard, and choose a file in it."""
        self.to(self.page.get_by_label(label))
        with self.page.expect_file_chooser() as chooser:
            self.page.keyboard.press("Space")
        chooser.value.set_files(path)

    def download(self, name: str) -> Path:
        """Press a link that downloads; the file."""
        self.to(self.page.get_by_role("link", name=name))
        with self.page.expect_download() as download:
            self.page.keyboard.press("Enter")
        return Path(download.value.path())


class Finger(Hands):
    """A finger, or a pointer where the browser knows no touch. What has a key is meant by its key, and found by its words."""

    WORDS = {"i": "Include", "m": "Maybe", "e": "Exclude", "o": "Settle the first"}

    def put_on(self, target: Locator) -> None:
        if self.page.evaluate("navigator.maxTouchPoints > 0"):
            self.page.wait_for_timeout(DOUBLE)
            target.first.tap()
        else:
            target.first.click()

    def meant(self, key: str) -> Locator:
        if key.isdecimal():
            return self.page.locator(".reasons button").nth(int(key) - 1)
        return self.page.locator("#main").locator("a, button").filter(has_text=self.WORDS[key])

    def key(self, key: str) -> None:
        self.page.wait_for_load_state("load")
        self.put_on(self.meant(key))

    def turn(self, key: str) -> None:
        self.enter(self.meant(key))

    def enter(self, target: Locator) -> None:
        with self.page.expect_navigation():
            self.put_on(target)

    def download(self, name: str) -> Path:
        with self.page.expect_download() as download:
            self.put_on(self.page.get_by_role("link", name=name))
        return Path(download.value.path())
