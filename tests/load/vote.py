"""Is a vote lost when twenty members vote at once? `python -m tests.load.vote` tries, on SQLite;
`python -m tests.postgres python -m tests.load.vote` on PostgreSQL.

It runs the whole product in a folder of its own, lets every member work at the desk as a browser does, without a pause, first all on the
same citations (two votes are needed, so most come too late), then spread over them; then it counts again what is stored.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import statistics
import sys
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from reviewapp.models import Review
    from tests.services import Service

STAGE = "title_abstract"
ANSWERS = ("include", "exclude", "exclude", "maybe")
CARD = re.compile(r'data-card="(\d+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
AT_HAND = 20  # cards that the browser fetches at once
IDLE = 3  # seconds after which a connection is not used again: the server may be closing it
SECONDS = 300  # after so long a voter gives up, and says so


@dataclass
class Tally:
    """What one voter, or all of them, saw: answers by kind, and how long each vote took, in seconds."""

    kinds: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.kinds += other.kinds
        self.seconds += other.seconds
        self.errors += other.errors


class Voter:
    """One member in front of the desk, seen from the browser's side: cards are fetched ahead, votes are sent with a key."""

    def __init__(self, address: str, slug: str, cookie: str, seed: int) -> None:
        parts = urlsplit(address)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        self.desk = f"/reviews/{slug}/screen/{STAGE}/"
        self.cookies = [cookie]
        self.random = random.Random(seed)
        self.token = ""
        self.tally = Tally()
        self.used = 0.0

    def ask(self, method: str, path: str, **fields: str) -> str:
        """One request, as the desk's script makes it; returns the answer. What is not one is noted as an error."""
        headers = {"Cookie": "; ".join(self.cookies), "Accept": "application/json" if method == "POST" else "*/*"}
        body = None
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({"csrfmiddlewaretoken": self.token, **fields})
        if time.monotonic() - self.used > IDLE:
            self.connection.close()
        self.used = time.monotonic()
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.tally.errors.append(f"{method} {path}: {error!r}")
            return ""
        if answer.status != 200:
            self.tally.errors.append(f"{method} {path}: {answer.status} {page[:200]}")
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            if cookie.startswith("csrftoken="):
                self.cookies = [self.cookies[0], cookie.partition(";")[0]]
        if token := TOKEN.search(page):
            self.token = token[1]
        return page

    def vote(self, citation: str) -> bool:
        """Vote on a citation; whether the vote is stored."""
        started = time.perf_counter()
        key = str(uuid.uuid4())
        told = self.ask("POST", f"{self.desk}{citation}/vote/", answer=self.random.choice(ANSWERS), key=key)
        self.tally.seconds.append(time.perf_counter() - started)
        stored = json.loads(told)["stored"] if told.startswith("{") else None
        self.tally.kinds[{True: "stored", False: "not needed", None: "?"}[stored]] += 1
        return bool(stored)

    def ahead(self, after: str) -> list[str]:
        """The citations that come next."""
        return CARD.findall(self.ask("GET", f"{self.desk}ahead/?count={AT_HAND}&after={after or 0}"))

    def work(self, after: str = "", undo: float = 0.0, pause: float = 0.0, seconds: float = SECONDS) -> Tally:
        """Vote until nothing waits (or the time is over), thinking `pause` seconds on average; take a part `undo` of the votes back."""
        deadline = time.monotonic() + seconds
        while (cards := self.ahead(after)) and not self.tally.errors:
            for after in cards:
                if pause:
                    time.sleep(self.random.expovariate(1 / pause))
                if time.monotonic() > deadline:
                    if not pause:
                        self.tally.errors.append(f"not done after {seconds} s")
                    self.connection.close()
                    return self.tally
                if self.vote(after) and self.random.random() < undo:
                    self.ask("POST", f"{self.desk}{after}/withdraw/")
                    self.tally.kinds["taken back"] += 1
        self.connection.close()
        return self.tally


def crowd(address: str, slug: str, cookies: list[str], starts: list[str], undo: float = 0.0, **options: float) -> Tally:
    """All members work at the same time. starts: the citation after which each begins."""
    together = Barrier(len(cookies))

    def one(number: int) -> Tally:
        voter = Voter(address, slug, cookies[number], seed=number)
        together.wait()
        return voter.work(starts[number], undo, **options)

    total = Tally()
    with ThreadPoolExecutor(len(cookies)) as people:
        for tally in people.map(one, range(len(cookies))):
            total.add(tally)
    return total


def recount(review: Review, tally: Tally) -> list[str]:
    """What in the database is not as the voters were told; nothing, if no vote was lost and no state is wrong."""
    from reviewapp import audit
    from reviewapp.models import Event
    from screening.models import Standing, Vote
    from screening.workflow.standing import Case

    wrong = list(tally.errors)
    votes = Vote.unblinded.filter(citation__review=review)
    events = Counter(Event.unblinded.filter(review=review).values_list("verb", flat=True))
    stored, back = tally.kinds["stored"], tally.kinds["taken back"]
    for what, told, found in (
        ("votes stored", stored, votes.count()),
        ("votes taken back", back, votes.exclude(withdrawn_at=None).count()),
        ("events of votes", stored, events["screening.voted"]),
        ("events of votes taken back", back, events["screening.vote_withdrawn"]),
        ("answers that are neither yes nor no", 0, tally.kinds["?"]),
    ):
        if told != found:
            wrong.append(f"{what}: {told} told, {found} found")
    per_citation = Counter(votes.standing().values_list("citation", flat=True))
    for standing in Standing.objects.filter(review=review, stage=STAGE).select_related("citation"):
        if per_citation[standing.citation_id] != standing.needed:
            wrong.append(f"citation {standing.citation_id} has {per_citation[standing.citation_id]} votes")
        verdict = Case(standing.citation).verdict(STAGE)
        if verdict.state != standing.state:
            wrong.append(f"citation {standing.citation_id} is {standing.state}, its votes say {verdict.state}")
    while audit.seal(review):
        continue
    return wrong + [f"trail, position {breach.position}: {breach.problem}" for breach in audit.verify(review)]


def report(title: str, tally: Tally, seconds: float) -> None:
    cuts = statistics.quantiles(tally.seconds, n=100)
    kinds = tally.kinds
    print(
        f"{title:<30} {kinds['stored']:>6} stored {kinds['taken back']:>5} taken back {kinds['not needed']:>6} not needed"
        f" {len(tally.errors):>3} errors  {kinds['stored'] / seconds:>6.0f} votes/s {len(tally.seconds) / seconds:>6.0f} requests/s"
        f"  p50 {cuts[49] * 1000:.0f} p95 {cuts[94] * 1000:.0f} max {max(tally.seconds) * 1000:.0f} ms"
    )


def phase(service: Service, title: str, members: int, citations: int, *, spread: bool, undo: float) -> list[str]:
    """Make a review, let its members vote, print how it went; returns what is wrong."""
    from reviewapp.models import Role
    from tests import build

    owner = build.review(owner=build.user(f"Owner {title}"), title=title)
    ids = [str(each.pk) for each in build.citations(owner, citations)]
    team = [build.member(owner, Role.REVIEWER, f"{title} {n}") for n in range(members)]
    cookies = ["=".join(*service.session(member.user).items()) for member in team]
    starts = [ids[n * len(ids) // members] if spread else "" for n in range(members)]
    began = time.monotonic()
    tally = crowd(service.address, owner.review.slug, cookies, starts, undo)
    report(title, tally, time.monotonic() - began)
    tally.add(crowd(service.address, owner.review.slug, cookies, [""] * members))  # what was taken back last
    wrong = recount(owner.review, tally)
    for problem in wrong or ["recounted: every vote is stored once, every state follows from its votes"]:
        print(f"  {problem}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=20)
    parser.add_argument("--citations", type=int, default=300)
    options = parser.parse_args()

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from tests.services import Service, database_url

    service = Service(Path(settings.DATA_FOLDER), DATABASE_URL=database_url(), REVIEWAPP_SECRET=settings.SECRET_KEY)
    service.start()
    print(
        f"{options.members} members, {options.citations} citations, {connection.vendor}, 4 web processes of 2 threads"
    )
    size = (options.members, options.citations)
    try:
        wrong = phase(service, "all on the same citations", *size, spread=False, undo=0.05)
        wrong += phase(service, "spread over the citations", *size, spread=True, undo=0.0)
    finally:
        service.kill_supervisor()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
