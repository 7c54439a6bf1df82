"""How long does one person sit at a queue of 500 pairs with the keyboard alone, and can a file's whole way be gone without a mouse?

    python -m tests.load.pairs [--pairs 500] [--shots FOLDER]       on SQLite; on PostgreSQL behind `python -m tests.postgres`

It runs the whole product in a folder of its own and drives Chromium. A made export of which the rules must ask so many pairs comes in
through the import page, over the mapping page; its report, the queue and a citation with its records are looked at on the way, each with
the accessibility checker, and with --shots as pictures, wide and narrow, light and dark. Then the queue is played to its end: an answer is
one key, most of them "not duplicates", some "the same", some "later", now and then one is taken back. Checked are that no request fails,
that the likeliest pair comes first, that what was put off comes back after all others, and that in the end nothing waits and every answer
is there once. Printed is how long it takes from the key to the next pair on the page, and how much of that is the server's.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.load import made
from tests.load.imports import machine, quantiles

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Response

    from reviewapp.models import Member
    from tests.services import Service

PAIR = "document.querySelector('#pair form.answers')?.getAttribute('action') ?? ''"
WIDTHS, THEMES = (1440, 360), ("light", "dark")


def rows(pairs: int, seed: int = 3) -> Iterator[tuple[str, ...]]:
    """A table of works, each twice, of which no rule can tell whether they are the same."""
    chance = random.Random(seed)
    for number in range(1, pairs + 1):
        work = made.work(number, chance)
        people = "; ".join(f"{family}, {given}." for family, given in work.authors)
        row = (work.title, people, work.journal, str(work.year), str(work.volume), str(work.page), work.abstract)
        yield row
        yield doubtful(row, work, chance)


def doubtful(row: tuple[str, ...], work: made.Work, chance: random.Random) -> tuple[str, ...]:
    """What may be the work and may be something else: a notice on it, its like with another word, or the work told badly."""
    title, people, journal, year, volume, page, abstract = row
    notice = f"{chance.choice(('Erratum', 'Correction', 'Corrigendum'))}: {title}"
    other = title.replace(title.split()[0], made.name(chance, 3).capitalize(), 1)
    return chance.choice(
        (
            (notice, people, journal, year, volume, page, abstract),
            (notice, people, journal, year, volume, page, ""),
            (notice, "", journal, year, volume, page, abstract),
            (notice, people, "", year, "", "", abstract),
            (other, people, journal, year, volume, page, abstract),
            (title, people, journal, str(work.year + 1), volume, "", ""),
            (title, people, "Journal of Nothing", year, "", "", ""),
        )
    )


def table(pairs: int) -> bytes:
    """The rows as a file whose columns nobody knows."""
    some_more = pairs + pairs // 4  # of some the rules find that they are not
    lines = ["Was;Wer;Worin;Wann;Band;Ab;Inhalt", *(";".join(row_of(row)) for row in rows(some_more))]
    return ("\r\n".join(lines) + "\r\n").encode()


def row_of(row: tuple[str, ...]) -> Iterator[str]:
    return (f'"{cell}"' if ";" in cell else cell for cell in row)


class Watch:
    """What goes wrong on a page, and how long the server takes for an answer of the queue."""

    def __init__(self, page: Page) -> None:
        self.wrong: list[str] = []
        self.server: list[float] = []
        page.on("response", self.answered)
        page.on("requestfailed", self.failed)
        page.on("console", lambda told: self.wrong.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def failed(self, request: Request) -> None:
        if not request.url.endswith(".csv"):  # a page that becomes a download is broken off
            self.wrong.append(f"{request.url}: {request.failure}")

    def answered(self, response: Response) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status} {response.url}")


def shoot(page: Page, name: str, shots: Path | None) -> list[str]:
    """What the accessibility checker finds on the page, and what is wider than a narrow screen; with pictures, if they are wanted."""
    from tests.browser.axe import findings

    wrong = []
    for theme in THEMES:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            wrong += [f"{name}, {width} px, {theme}: {finding}" for finding in findings(page)]
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                wrong.append(f"{name}: {wide} px wide on a screen of {width} px")
            if shots:
                page.screenshot(path=shots / f"{name}-{width}-{theme}.png", full_page=True)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.emulate_media(color_scheme=THEMES[0])
    return wrong


def walk(hands: object, service: Service, owner: Member, pairs: int, shots: Path | None) -> list[str]:
    """From the file over mapping, report and queue to a citation with its records, by keyboard."""
    from reviewapp.models import Job
    from tests import build

    page, root = hands.page, f"/reviews/{owner.review.slug}"
    search = build.search(owner, source="Embase")
    hands.open(f"{root}/searches/{search.pk}/")
    wrong = shoot(page, "1-search", shots)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "own.csv"
        file.write_bytes(table(pairs))
        hands.choose_file("Files*", file)
        hands.press("Import")
    wrong += shoot(page, "2-unmapped", shots)
    hands.follow("Say what its columns hold")
    hands.mark(page.get_by_label("The first row holds"))
    roles = ("Title", "Authors", "Journal or book", "Year or date", "Volume", "First page", "Abstract")
    for number, role in enumerate(roles, 1):
        hands.pick(f"Column {number}", role)
    hands.press("Look how it reads")
    page.get_by_role("heading", name="So the first records would read").wait_for()
    wrong += shoot(page, "3-mapping", shots)
    hands.press("Take the records in")
    while Job.objects.filter(finished_at=None).exists():
        time.sleep(0.2)
    page.reload()
    wrong += shoot(page, "4-report", shots)
    report = hands.download("Report of every line")
    if (lines := report.read_text(encoding="utf-8-sig").count("\n")) < 2 * pairs:
        wrong.append(f"the report has {lines} lines, of {2 * pairs} records")
    hands.open(f"{root}/duplicates/")
    wrong += shoot(page, "5-queue", shots)
    hands.to(page.locator("#pair thead a").first)
    hands.enter(page.locator("#pair thead a").first)
    details = page.get_by_text("As it came", exact=True).first
    hands.to(details)
    page.keyboard.press("Enter")
    page.locator("pre code").first.wait_for()
    wrong += shoot(page, "6-citation", shots)
    return wrong


class Player:
    """One person at the queue."""

    def __init__(self, page: Page, watch: Watch, seed: int = 5) -> None:
        self.page, self.watch, self.chance = page, watch, random.Random(seed)
        self.took: list[float] = []
        self.seen: list[int] = []
        """The pairs in the order in which they came."""
        self.put_off: list[int] = []
        self.answers = 0
        self.taken_back = 0

    def shown(self) -> int:
        """The pair that is on the page; 0 at the end."""
        action = self.page.evaluate(PAIR)
        return int(action.rstrip("/").split("/")[-2]) if action else 0

    def press(self, key: str) -> None:
        """Press a key; return when another pair is there, or none any more, and the page takes keys again."""
        before, began = self.page.evaluate(PAIR), time.perf_counter()
        with self.page.expect_response(lambda response: response.request.method == "POST") as posted:
            self.page.keyboard.press(key)
        self.page.wait_for_function(f"before => ({PAIR}) !== before", arg=before)
        self.page.wait_for_function(
            "!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')"
        )
        self.took.append(time.perf_counter() - began)
        timing = posted.value.request.timing
        self.watch.server.append((timing["responseStart"] - timing["requestStart"]) / 1000)

    def play(self) -> None:
        """Answer until nothing waits; put nothing off twice."""
        while pair := self.shown():
            again = pair in self.seen
            self.seen.append(pair)
            chosen = self.chance.choices("sdl", (2, 7, 0 if again else 1))[0]
            self.press(chosen)
            self.answers += 1
            self.put_off += [pair] if chosen == "l" else []
            if self.answers % 50 == 0 and chosen != "l":
                self.press("u")
                self.taken_back += 1
                if self.shown() != pair:
                    self.watch.wrong.append(f"after taking back pair {self.shown()} is shown, not {pair}")
                self.press(chosen)
                self.answers += 1


def order_kept(player: Player, scores: dict[int, float]) -> list[str]:
    """Whether the likeliest came first, and what was put off after all others, in the order in which it was."""
    first = list(dict.fromkeys(player.seen))
    told = [scores[pair] for pair in first]
    wrong = [] if told == sorted(told, reverse=True) else ["the likeliest pair did not always come first"]
    again = player.seen[len(first) :]
    if again != player.put_off:
        wrong.append(f"{len(player.put_off)} were put off; {len(again)} came again, or in another order")
    return wrong


def recount(owner: Member, player: Player) -> list[str]:
    """What is stored that is not as it was answered."""
    from reviewapp.models import Event
    from screening import queries
    from screening.models import Word

    decided = Event.unblinded.filter(review=owner.review, verb="screening.pair_decided").count()
    standing = Word.objects.filter(pair__review=owner.review, withdrawn_at=None).exclude(answer="later")
    pairs = len(set(player.seen))
    found = {
        "events of answers": (decided, player.answers),
        "pairs answered": (queries.answered_pairs(owner).count(), pairs),
        "words that stand": (standing.count(), pairs),
        "pairs that wait": (queries.open_pairs(owner).count(), 0),
    }
    return [f"{what}: {there} stored, {told} answered" for what, (there, told) in found.items() if there != told]


def sit(service: Service, owner: Member, pairs: int, shots: Path | None) -> list[str]:
    from playwright.sync_api import sync_playwright

    from screening import queries
    from tests.browser.conftest import FLAGS, NAMES
    from tests.browser.hands import Hands

    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        sys.exit("no Chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900})
        ((name, value),) = service.session(owner.user).items()
        context.add_cookies([{"name": name, "value": value, "url": service.address}])
        hands = Hands(context, service.address)
        watch = Watch(hands.page)
        wrong = walk(hands, service, owner, pairs, shots)
        print("  file, mapping, report, queue and citation gone through by keyboard", flush=True)
        scores = dict(queries.open_pairs(owner).values_list("pk", "score"))
        hands.open(f"/reviews/{owner.review.slug}/duplicates/")
        player, began = Player(hands.page, watch), time.monotonic()
        player.play()
        took = time.monotonic() - began
        hands.page.get_by_text("No pair waits for an answer").wait_for()
        wrong += shoot(hands.page, "7-empty", shots)
        browser.close()
    print(
        f"  {len(scores)} pairs with {len(set(scores.values()))} scores: {player.answers} answers, {player.taken_back} taken back, "
        f"{len(player.put_off)} put off, in {took:.0f} s\n"
        f"  from the key to the next pair: {quantiles(player.took)}; the first hundred p50 {middle(player.took[:100])}, the last "
        f"hundred p50 {middle(player.took[-100:])}\n  of it the server's: {quantiles(watch.server)}",
        flush=True,
    )
    if len(scores) < pairs:
        wrong.append(f"the rules ask about {len(scores)} pairs only, of {pairs}")
    return wrong + watch.wrong + order_kept(player, scores) + recount(owner, player)


def middle(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.0f} ms" if seconds else "–"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--shots", type=Path, help="a folder for pictures of the pages")
    options = parser.parse_args()

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's driver keeps an event loop in this thread
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from tests import build
    from tests.services import Service, database_url

    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    service = Service(Path(settings.DATA_FOLDER), DATABASE_URL=database_url(), REVIEWAPP_SECRET=settings.SECRET_KEY)
    service.start()
    print(f"{machine()}, {connection.vendor}")
    try:
        wrong = sit(service, build.review(title="Pairs"), options.pairs, options.shots)
    finally:
        service.kill_supervisor()
    for problem in wrong or [
        "nothing failed; the likeliest came first; what was put off came back; every answer is stored once"
    ]:
        print(f"  {problem}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
