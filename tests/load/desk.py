"""Is the desk as fast with 100,000 citations as with 1,000, and for a crowd? `python -m tests.load.desk` prints it, on SQLite;
`python -m tests.postgres python -m tests.load.desk` on PostgreSQL.

For each size it makes a review of which 30 % is decided and 20 % more has one vote, and asks each page of the desk again and again. In the
largest, 100 members then vote with 2 s of thought between votes, while the worker imports 5,000 records; then again while one more person
looks at one page after the other, which has no bar and is there to be seen; at last 20 members vote without a pause. Then it counts whether
each vote that was answered is stored.

Times "at the server" are those of gunicorn's own log: from when it takes a request up to when the answer is written. Times "at the browser"
hold also the wait for a free thread, and this script's own share of the machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event as Signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewapp.models import Member
    from tests.load.vote import Tally
    from tests.services import Service

BAR = 120  # ms at the 95th percentile, for each page
PAGES = {  # under the review's address
    "queue page": "screen/title_abstract/",
    "20 cards ahead": "screen/title_abstract/ahead/?count=20",
    "list of 25": "screen/title_abstract/list/",
    "list of 100": "screen/title_abstract/list/?size=100",
    "desk, broad filter": "screen/title_abstract/?q=infant+sleep&since=2000",
    "desk, narrow filter": "screen/title_abstract/?q=17",
    "citations": "citations/",
    "citations, page 20": "citations/?page=20",
    "search, many": "citations/?q=infant",
    "search, few": "citations/?q=17",
    "progress": "progress/",
    "home of the review": "",
}
QUEUES = ("queue page", "20 cards ahead", "list of 25")  # these must not grow more than 1.5-fold
IMPORTED = 5000
LOG = '%(t)s %(m)s "%(U)s" %(s)s %(D)s'


def half_done(owner: Member, team: list[Member], count: int) -> None:
    """A review of this size: 30 % decided by the first two members, 20 % more voted on by the first."""
    from django.db import connection
    from django.utils import timezone

    from screening.models import Citation, Standing, Vote
    from tests.load.big import fill

    fill(owner, count)
    ids = list(Citation.objects.filter(review=owner.review).order_by("pk").values_list("pk", flat=True))
    decided, begun = ids[: int(count * 0.3)], ids[int(count * 0.3) : int(count * 0.5)]
    for member, voted in ((team[0], decided + begun), (team[1], decided)):
        votes = [Vote(citation_id=pk, stage="title_abstract", member=member, answer="exclude") for pk in voted]
        Vote.unblinded.bulk_create(votes, batch_size=500)
    standings = Standing.objects.filter(review=owner.review)
    standings.filter(citation__lte=decided[-1]).update(state="exclude", opened_at=timezone.now())
    standings.filter(citation__gt=decided[-1], citation__lte=begun[-1]).update(begun_by=team[0])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# --- times at the server ----------------------------------------------------------------------------------------


class Log:
    """What gunicorn writes of each request; `since` gives what was written after the last time it was asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.read = 0

    @property
    def arguments(self) -> str:
        """For GUNICORN_CMD_ARGS."""
        return f"--access-logfile {shlex.quote(str(self.path))} --access-logformat {shlex.quote(LOG)}"

    def since(self, method: str = "", ends: str = "") -> list[float]:
        """Milliseconds of the requests since, those of this method and with this end of an address."""
        with self.path.open() as file:
            file.seek(self.read)
            lines = file.read().splitlines()
            self.read = file.tell()
        found = []
        for line in lines:
            asked, address, rest = line.split('"')
            if asked.endswith(f"{method} ") and address.endswith(ends):
                found.append(int(rest.split()[1]) / 1000)
        return found


def percentiles(values: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(values, n=100)
    return cuts[49], cuts[94]


def said(values: list[float]) -> str:
    p50, p95 = percentiles(values)
    return f"p50 {p50:6.1f}  p95 {p95:6.1f} ms"


def ask(service: Service, member: Member, path: str, rounds: int) -> None:
    """Ask a page one time after the other."""
    from tests.load.vote import Voter

    voter = Voter(service.address, member.review.slug, cookie(service, member), seed=0)
    for _ in range(rounds):
        voter.ask("GET", f"/reviews/{member.review.slug}/{path}")
    voter.connection.close()
    assert not voter.tally.errors, voter.tally.errors


def cookie(service: Service, member: Member) -> str:
    return "=".join(*service.session(member.user).items())


# --- crowds -----------------------------------------------------------------------------------------------------


def thinking(
    service: Service, owner: Member, team: list[Member], seconds: float, look: bool = False
) -> tuple[Tally, str]:
    """All members vote with 2 s of thought, while an import runs and (look) pages are looked at; with how far the import came."""
    from reviewapp.models import Job
    from screening import workflow
    from screening.models import Record
    from tests import build
    from tests.load.vote import crowd

    touched = touched_of(owner)
    ids = [pk for pk in ids_of(owner) if pk not in touched]
    starts = [str(ids[n * len(ids) // len(team)]) for n in range(len(team))]
    cookies = [cookie(service, member) for member in team]
    source = "Later" if look else "Late"
    rows = ({"TI": f"{source} trial {n}", "PY": 2020, "AB": "Infants and sleep. " * 30} for n in range(IMPORTED))
    taken = workflow.start_import(owner, build.search(owner, source=source), f"{source}.ris", [build.ris(*rows)])
    over = Signal()

    def one_page_after_the_other() -> None:
        while look and not over.wait(0.5):
            for path in PAGES.values():
                ask(service, team[-1], path, 1)

    with ThreadPoolExecutor(1) as looker:
        looked = looker.submit(one_page_after_the_other)
        tally = crowd(service.address, owner.review.slug, cookies, starts, pause=2.0, seconds=seconds)
        job = Job.objects.get(pk=taken.job_id)
        came = Record.objects.filter(source=taken).count()
        over.set()
        looked.result()
    return tally, f"{came:,} of {IMPORTED:,} records were imported meanwhile ({job.state})"


def settled_down(owner: Member, seconds: float = 600) -> None:
    """Wait until no job of the review is under way: the import, and the look for duplicates that follows it."""
    from reviewapp.models import Job

    until = time.monotonic() + seconds
    while Job.objects.filter(review=owner.review, state__in=[Job.State.QUEUED, Job.State.RUNNING]).exists():
        assert time.monotonic() < until, "the import is not done"
        time.sleep(1)


def hurried(service: Service, owner: Member, team: list[Member], seconds: float) -> tuple[Tally, float]:
    """Twenty members vote without pause for a while, two on each citation; with the time it took."""
    from tests.load.vote import Tally, Voter

    touched = touched_of(owner)
    ids = [pk for pk in ids_of(owner) if pk not in touched]
    people = [Voter(service.address, owner.review.slug, cookie(service, team[n]), seed=1000 + n) for n in range(20)]
    for voter in people:
        voter.ahead("")

    def one(number: int) -> Tally:
        voter, until = people[number], time.monotonic() + seconds
        for pk in ids[number // 2 :: 10]:
            if time.monotonic() > until or voter.tally.errors:
                break
            voter.vote(str(pk))
        voter.connection.close()
        return voter.tally

    began, total = time.monotonic(), Tally()
    with ThreadPoolExecutor(len(people)) as pool:
        for tally in pool.map(one, range(len(people))):
            total.add(tally)
    return total, time.monotonic() - began


def ids_of(owner: Member) -> list[int]:
    from screening.models import Citation

    return list(Citation.objects.filter(review=owner.review).order_by("pk").values_list("pk", flat=True))


def touched_of(owner: Member) -> set[int]:
    """The citations that somebody has voted on."""
    from screening.models import Vote

    return set(Vote.unblinded.filter(citation__review=owner.review).values_list("citation", flat=True))


def votes_of(owner: Member) -> int:
    from screening.models import Vote

    return Vote.unblinded.filter(citation__review=owner.review).count()


# --- the whole --------------------------------------------------------------------------------------------------


def machine() -> str:
    """On what this runs."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        (version,) = cursor.fetchone()
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    name = models[0].partition(": ")[2] if models else platform.machine()
    return (
        f"{os.cpu_count()} x {name}, load {os.getloadavg()[0]:.1f}; Python {platform.python_version()}, "
        f"{connection.vendor} {version}; 4 web processes of 2 threads, one worker, this script beside them"
    )


def pages(service: Service, log: Log, member: Member, rounds: int) -> dict[str, tuple[float, float]]:
    """Print how long each page takes at the server; gives p50 and p95."""
    found = {}
    for name, path in PAGES.items():
        ask(service, member, path, 2)
        log.since()
        ask(service, member, path, rounds)
        times = log.since()
        found[name] = percentiles(times)
        print(f"  {name:<20} {said(times)}  (at most {BAR})", flush=True)
    return found


def crowds(service: Service, log: Log, owner: Member, team: list[Member], seconds: float) -> list[str]:
    """Print how it goes with many at once; gives what is slower than asked, or wrong."""
    from tests.load.vote import Tally, report

    wrong, before, total = [], votes_of(owner), Tally()
    for look in (False, True):
        log.since()
        tally, came = thinking(service, owner, team, seconds, look)
        times = log.since("POST", "/vote/")
        report(f"  {len(team)} members, 2 s, import" + (", pages" if look else ""), tally, seconds)
        bar = "no bar" if look else "at most 15 and 75"
        print(f"    at the server: {said(times)} ({bar}); {came}", flush=True)
        p50, p95 = percentiles(times)
        wrong += [f"votes of {len(team)} members"] if not look and (p50 > 15 or p95 > 75) else []
        total.add(tally)
        settled_down(owner)
    log.since()
    hasty, took = hurried(service, owner, team, seconds / 2)
    report("  20 members, no pause", hasty, took)
    print(f"    at the server: {said(log.since('POST', '/vote/'))}; at least 150 votes/s")
    wrong += ["votes without pause"] if hasty.kinds["stored"] / took < 150 else []
    total.add(hasty)
    wrong += total.errors[:3]
    stored = votes_of(owner) - before
    print(f"    votes that were answered: {total.kinds['stored']}, stored: {stored}")
    return wrong + (["votes lost or doubled"] if stored != total.kinds["stored"] else [])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 100_000])
    parser.add_argument("--members", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.conf import settings

    from reviewapp.models import Role
    from tests import build
    from tests.services import Service, database_url

    folder = Path(settings.DATA_FOLDER)
    log = Log(folder / "access.log")
    environment = {"DATABASE_URL": database_url(), "REVIEWAPP_SECRET": settings.SECRET_KEY}
    service = Service(folder, **environment, GUNICORN_CMD_ARGS=log.arguments)
    service.start()
    print(machine())
    found: list[dict[str, tuple[float, float]]] = []
    slow = []
    try:
        for size in options.sizes:
            owner = build.review(owner=build.user(f"Owner {size}"), title=f"Big {size}")
            team = [build.member(owner, Role.REVIEWER, f"Of {size} {n}") for n in range(options.members)]
            half_done(owner, team, size)
            print(f"{size:,} citations; the pages at the server, one after the other", flush=True)
            found.append(pages(service, log, team[0], options.rounds))
            slow += [f"{name} at {size:,}" for name, (_, p95) in found[-1].items() if p95 > BAR]
        slow += crowds(service, log, owner, team, options.seconds)
        for name in PAGES if len(found) > 1 else ():
            growth = found[-1][name][0] / found[0][name][0]
            print(f"growth of {name:<20} {growth:4.1f}-fold")
            slow += [f"growth of {name}"] if name in QUEUES and growth > 1.5 else []
    finally:
        service.kill_supervisor()
    print("not as asked: " + "; ".join(slow) if slow else "as fast as asked")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
