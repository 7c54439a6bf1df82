"""How long do 100,000 records take from a file to citations without duplicates, and who must wait meanwhile?

    python -m tests.load.imports [--records 100000] [--voters 10] [--kills 0]        on SQLite
    python -m tests.postgres python -m tests.load.imports ...                        on PostgreSQL

It runs the whole product in a folder of its own, web server, worker and broker; sends a made export through the import page as a browser
does; lets members vote at their desks on citations that were there before, one vote a second each, which is more than people do; reads
pages beside them; then counts again what is stored. With --kills it is as tests.load.kills says; --voters 0 leaves the members out.

Printed are seconds on the wall and processor seconds: the latter tell of the product where other programs load the machine too.
"""

from __future__ import annotations

import argparse
import http.client
import os
import platform
import random
import statistics
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.load import made
from tests.load.vote import Voter

if TYPE_CHECKING:
    from psutil import Process

    from reviewapp.models import Member
    from screening.models import Import
    from tests.services import Service

MOST_SECONDS = 240
MOST_WAIT = 0.150
BEFORE = 3000  # citations that are voted on
GIVE_UP = 1800.0


@dataclass
class Waits:
    """How long votes and pages took, in seconds, and what went wrong."""

    votes: list[float] = field(default_factory=list)
    pages: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)


def voting(voter: Voter, start: str, over: Event, waits: Waits, every: float) -> None:
    """One member votes at the desk, one vote after the other, until it is over."""
    while not over.is_set() and not voter.tally.errors and (cards := voter.ahead(start)):
        for start in cards:
            began = time.perf_counter()
            voter.vote(start)
            if over.wait(max(0.0, every - (time.perf_counter() - began))):
                break
    waits.votes += voter.tally.seconds
    waits.errors += voter.tally.errors


def reading(voter: Voter, paths: list[str], over: Event, waits: Waits) -> None:
    """Somebody looks at pages, one a second."""
    while not over.is_set():
        for path in paths:
            began = time.perf_counter()
            voter.ask("GET", path)
            waits.pages[path].append(time.perf_counter() - began)
            over.wait(1.0)
    waits.errors += voter.tally.errors


def upload(service: Service, cookie: str, path: str, parts: list[bytes]) -> str:
    """Send a file through the import form; -> where the answer leads."""
    address = urlsplit(service.address)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=300)
    connection.request("GET", path.removesuffix("import/"), headers={"Cookie": cookie})
    answer = connection.getresponse()
    answer.read()
    token = next(c for c in answer.headers.get_all("Set-Cookie") if c.startswith("csrftoken=")).partition(";")[0]
    border = uuid.uuid4().hex
    head = (
        f'--{border}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token.partition("=")[2]}\r\n'
        f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="big.ris"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    body = [head, *parts, f"\r\n--{border}--\r\n".encode()]
    headers = {
        "Cookie": f"{cookie}; {token}",
        "Content-Type": f"multipart/form-data; boundary={border}",
        "Content-Length": str(sum(map(len, body))),
    }
    connection.request("POST", path, iter(body), headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 302:
        sys.exit(f"the file was not taken: {answer.status}")
    return answer.headers["Location"]


def recount(taken: Import, works: list[int]) -> list[str]:
    """What in the database is not as the file says; nothing, if each record is there once and each work is one citation.

    works: the work of each record, in the order of the file.
    """
    from screening.models import Citation, Link, Record, Standing

    wrong = []
    positions = list(Record.objects.filter(source=taken).order_by("position").values_list("position", flat=True))
    if positions != list(range(1, len(works) + 1)):
        wrong.append(f"{len(works)} records in the file, {len(positions)} stored, {len(set(positions))} of them once")
    links = Link.objects.filter(record__source=taken, undone_at=None).values_list("record__position", "citation")
    if len(links) != len(works) or len(dict(links)) != len(works):
        wrong.append(f"{len(works)} records have {len(links)} links")
    citation, work = defaultdict(set), defaultdict(set)
    for position, pk in links:
        citation[works[position - 1]].add(pk)
        work[pk].add(works[position - 1])
    if merged := sum(len(each) > 1 for each in work.values()):
        wrong.append(f"{merged} citations are of more than one work")
    if several := sum(len(each) > 1 for each in citation.values()):
        wrong.append(f"{several} works are more than one citation")
    review = taken.search.review_id
    live = set(Citation.objects.filter(review=review, live=True).values_list("pk", flat=True))
    linked = set(Link.objects.filter(record__review=review, undone_at=None).values_list("citation", flat=True))
    if live != linked:
        wrong.append(f"{len(live ^ linked)} citations are in view without records, or the other way round")
    waiting = Standing.objects.filter(review=review, stage="title_abstract").exclude(state="unreached")
    if set(waiting.values_list("citation", flat=True)) != live:
        wrong.append("not every citation in view waits for votes or has its verdict")
    return wrong


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").is_file() else []
    cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    loaded = f"load {os.getloadavg()[0]:.1f} before it began"
    return f"{platform.platform()}, {os.cpu_count()} x {cpu}, Python {platform.python_version()}, {loaded}"


def quantiles(seconds: list[float]) -> str:
    if len(seconds) < 2:
        return "too few"
    cuts = statistics.quantiles(seconds, n=100)
    return f"p50 {cuts[49] * 1000:.0f} p95 {cuts[94] * 1000:.0f} max {max(seconds) * 1000:.0f} ms"


class Cost:
    """Processor seconds of the service's parts, as long as they live."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.seconds: dict[str, dict[int, float]] = defaultdict(dict)
        self.peak: dict[str, float] = defaultdict(float)

    def look(self) -> None:
        import psutil

        for process in [*self.service.processes(), *self.database()]:
            try:
                words, times = " ".join(process.cmdline()), process.cpu_times()
                part = next(
                    (name for name in ("gunicorn", "celery", "valkey", "postgres") if name in words), "supervisor"
                )
                self.seconds[part][process.pid] = times.user + times.system
                self.peak[part] = max(self.peak[part], process.memory_info().rss / 2**20)
            except psutil.NoSuchProcess:
                continue

    def database(self) -> list[Process]:
        """The processes of the PostgreSQL that `tests.postgres` runs beside this, if it does."""
        import psutil

        def is_database(process: Process) -> bool:
            try:
                return process.name() == "postgres"
            except psutil.NoSuchProcess:  # a connection was closed since the list was made
                return False

        beside = psutil.Process().parent()
        return [each for each in beside.children(recursive=True) if is_database(each)] if beside else []

    def __str__(self) -> str:
        parts = (
            f"{part} {sum(each.values()):.0f} s, {self.peak[part]:.0f} MB at most"
            for part, each in self.seconds.items()
        )
        return "; ".join(parts)


def moments(taken_id: int, begun: float, cost: Cost) -> Iterator[tuple[str, float]]:
    """Wait for one thing after the other; -> what has happened, and when."""
    from reviewapp.models import Job
    from screening.models import Import

    awaited = {
        "all records are citations to be screened": lambda: Import.objects.get(pk=taken_id).completed_at,
        "duplicates are linked": lambda: not Job.objects.filter(finished_at=None).exists(),
    }
    for what, happened in awaited.items():
        while not happened():
            if time.monotonic() - begun > GIVE_UP:
                sys.exit(f"not within {GIVE_UP:.0f} s: {what}")
            cost.look()
            time.sleep(0.5)
        yield what, time.monotonic() - begun


def measure(service: Service, owner: Member, records: int, voters: int, every: float) -> list[str]:
    """One import with voters at work; prints how it went, returns what is wrong."""
    from reviewapp.models import Role
    from screening.models import Import
    from tests import build

    ids = [each.pk for each in build.citations(owner, BEFORE)]
    slug, search = owner.review.slug, build.search(owner, source="Embase")
    team = [build.member(owner, Role.REVIEWER, f"Voter {n}") for n in range(voters)]
    cookies = ["=".join(*service.session(member.user).items()) for member in (owner, owner, *team)]
    export = list(made.export(records))
    size = sum(len(text) for _, text in export)
    print(
        f"{records:,} records, {size / 1e6:.0f} MB, {len({work for work, _ in export}):,} works; {voters} voters",
        flush=True,
    )
    waits, over, cost = Waits(), Event(), Cost(service)
    paths = [
        f"/reviews/{slug}/searches/",
        f"/reviews/{slug}/citations/",
        f"/reviews/{slug}/duplicates/",
        f"/reviews/{slug}/",
    ]
    with ThreadPoolExecutor(voters + 1) as people:
        for n, cookie in enumerate(cookies[2:]):
            voter = Voter(service.address, slug, cookie, seed=n)
            people.submit(voting, voter, str(ids[n * len(ids) // voters]), over, waits, every)
        people.submit(reading, Voter(service.address, slug, cookies[0], seed=99), paths, over, waits)
        begun = time.monotonic()
        try:
            upload(
                service, cookies[1], f"/reviews/{slug}/searches/{search.pk}/import/", [t.encode() for _, t in export]
            )
            print(f"  {time.monotonic() - begun:6.1f} s: the file is kept and its job queued", flush=True)
            taken = Import.objects.latest("pk")
            for what, seconds in moments(taken.pk, begun, cost):
                print(f"  {seconds:6.1f} s: {what}", flush=True)
        finally:
            over.set()
    took = time.monotonic() - begun
    cost.look()
    print(f"  processor seconds: {cost}")
    print(f"  {len(waits.votes)} votes: {quantiles(waits.votes)}")
    for path, seconds in waits.pages.items():
        print(f"  {path}: {quantiles(seconds)}")
    wrong = waits.errors + recount(taken, [work for work, _ in export])
    if took > MOST_SECONDS:
        wrong.append(f"it took {took:.0f} s, {MOST_SECONDS} are allowed")
    if voters and statistics.quantiles(waits.votes, n=100)[94] > MOST_WAIT:
        wrong.append(f"one vote in twenty took longer than {MOST_WAIT * 1000:.0f} ms")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--voters", type=int, default=10)
    parser.add_argument("--every", type=float, default=1.0, help="seconds from one vote of a member to the next")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000), help="of the kills")
    options = parser.parse_args()

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from tests import build
    from tests.load.kills import kill
    from tests.services import Service, database_url

    service = Service(Path(settings.DATA_FOLDER), DATABASE_URL=database_url(), REVIEWAPP_SECRET=settings.SECRET_KEY)
    service.start()
    print(f"{machine()}, {connection.vendor}, 4 web processes of 2 threads")
    try:
        owner = build.review(title="Import")
        if options.kills:
            wrong = kill(service, owner, options.records, options.kills, options.seed, options.voters)
        else:
            wrong = measure(service, owner, options.records, options.voters, options.every)
    finally:
        service.kill_supervisor()
    for problem in wrong or ["recounted: every record is there once, every work is one citation, each waits for votes"]:
        print(f"  {problem}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
