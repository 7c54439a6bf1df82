"""Which browser do the tests drive? Debian's Chromium, started once; each person in a test gets a context of their own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.hands import Hands
from tests.services import Service

# Playwright keeps an event loop in this thread; that the tests ask the database from the same thread is safe.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FAILED = pytest.StashKey[bool]()
SHOTS = Path(__file__).parent / "shots"
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A running Chromium. Its absence is a failure: pages that no browser has seen are not tested."""
    program = next((found for found in map(shutil.which, NAMES) if found), None)
    if program is None:
        pytest.fail("no Chromium is installed (on Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield running
        running.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know whether their test failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def sit_down(browser: Browser, service: Service, request: pytest.FixtureRequest) -> Iterator[Callable[..., Hands]]:
    """Call it for one more person at a browser of their own, of these properties. If the test fails, what each saw last is kept in shots/."""
    people: list[Hands] = []

    def one_more(kind: type[Hands] = Hands, **properties: object) -> Hands:
        people.append(kind(browser.new_context(**properties), service.address))
        return people[-1]

    yield one_more
    for number, hands in enumerate(people, start=1):
        if request.node.stash.get(FAILED, False):
            hands.page.screenshot(path=SHOTS / f"{request.node.name}-{number}.png", full_page=True)
        hands.page.context.close()
