"""Is the desk as fast with 100,000 citations as with 1,000? `python -m tests.load.desk` prints it, on SQLite;
`python -m tests.postgres python -m tests.load.desk` on PostgreSQL.

For each size it makes a review of which 30 % is decided and 20 % more has one vote, asks each page of the desk again and again, and then lets
100 members vote with 2 s of thought between votes, while the worker imports 5,000 records. Times are those of the browser's side.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewapp.models import Member
    from tests.load.vote import Tally
    from tests.services import Service

PAGES = {  # under the review's address; the bars are milliseconds at the 95th percentile
    "queue page": ("screen/title_abstract/", 120),
    "20 cards ahead": ("screen/title_abstract/ahead/?count=20", 120),
    "list of citations": ("citations/", 120),
    "list, page 20": ("citations/?page=20", 120),
    "search, many": ("citations/?q=infant", 120),
    "search, few": ("citations/?q=17", 120),
    "desk, filtered": ("screen/title_abstract/?q=infant+sleep&since=2000", 120),
}
IMPORTED = 5000


def half_done(owner: Member, team: list[Member], count: int) -> None:
    """A review of this size: 30 % decided by the first two members, 20 % more voted on by the first."""
    from screening.models import Citation, Standing, Vote
    from tests.load.big import fill

    fill(owner, count)
    ids = list(Citation.objects.filter(review=owner.review).order_by("pk").values_list("pk", flat=True))
    for member, part in ((team[0], 0.5), (team[1], 0.3)):
        votes = [
            Vote(citation_id=pk, stage="title_abstract", member=member, answer="exclude")
            for pk in ids[: int(count * part)]
        ]
        Vote.unblinded.bulk_create(votes, batch_size=500)
    Standing.objects.filter(review=owner.review, citation__lt=ids[int(count * 0.3)]).update(state="exclude")


def times(service: Service, member: Member, path: str, rounds: int) -> list[float]:
    """How long a page takes, in milliseconds, asked one time after the other."""
    from tests.load.vote import Voter

    voter = Voter(service.address, member.review.slug, "=".join(*service.session(member.user).items()), seed=0)
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        voter.ask("GET", f"/reviews/{member.review.slug}/{path}")
        found.append(1000 * (time.perf_counter() - started))
    assert not voter.tally.errors, voter.tally.errors
    return found[1:]


def percentiles(values: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(values, n=100)
    return cuts[49], cuts[94]


def thinking(service: Service, owner: Member, team: list[Member], seconds: float) -> Tally:
    """All members vote with 2 s of thought, while an import runs."""
    from screening import workflow
    from screening.models import Citation
    from tests import build
    from tests.load.vote import crowd

    ids = list(Citation.objects.filter(review=owner.review).order_by("pk").values_list("pk", flat=True))
    starts = [str(ids[len(ids) // 2 + n * len(ids) // 2 // len(team)]) for n in range(len(team))]
    rows = ({"TI": f"Late trial {n}", "PY": 2020, "AB": "Infants and sleep. " * 30} for n in range(IMPORTED))
    workflow.start_import(owner, build.search(owner, source="Late"), "late.ris", [build.ris(*rows)])
    cookies = ["=".join(*service.session(member.user).items()) for member in team]
    return crowd(service.address, owner.review.slug, cookies, starts, pause=2.0, seconds=seconds)


def hurried(service: Service, owner: Member, team: list[Member], seconds: float) -> tuple[Tally, float]:
    """Twenty members vote without pause for a while; with the time it took."""
    from screening.models import Citation
    from tests.load.vote import Tally, Voter

    ids = list(
        Citation.objects.filter(review=owner.review)
        .order_by("-pk")
        .values_list("pk", flat=True)[: len(ids_of(owner)) // 2]
    )

    def one(number: int) -> Tally:
        cookie = "=".join(*service.session(team[number].user).items())
        voter = Voter(service.address, owner.review.slug, cookie, seed=number)
        voter.ahead("")
        until = time.monotonic() + seconds
        for pk in ids[number::10]:
            if time.monotonic() > until or voter.tally.errors:
                break
            voter.vote(str(pk))
        voter.connection.close()
        return voter.tally

    began, total = time.monotonic(), Tally()
    with ThreadPoolExecutor(20) as people:
        for tally in people.map(one, range(20)):
            total.add(tally)
    return total, time.monotonic() - began


def ids_of(owner: Member) -> list[int]:
    from screening.models import Citation

    return list(Citation.objects.filter(review=owner.review).values_list("pk", flat=True))


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
    from django.db import connection

    from reviewapp.models import Role
    from tests import build
    from tests.load.vote import report
    from tests.services import Service, database_url

    service = Service(Path(settings.DATA_FOLDER), DATABASE_URL=database_url(), REVIEWAPP_SECRET=settings.SECRET_KEY)
    service.start()
    medians: dict[str, list[float]] = {}
    slow = []
    try:
        for size in options.sizes:
            owner = build.review(owner=build.user(f"Owner {size}"), title=f"Big {size}")
            team = [build.member(owner, Role.REVIEWER, f"Of {size} {n}") for n in range(options.members)]
            half_done(owner, team, size)
            print(f"{size:,} citations, {connection.vendor}; load of the machine {os.getloadavg()[0]:.1f}")
            for name, (path, bar) in PAGES.items():
                p50, p95 = percentiles(times(service, team[0], path, options.rounds))
                medians.setdefault(name, []).append(p50)
                slow += [f"{name} at {size:,}"] if p95 > bar else []
                print(f"  {name:<20} p50 {p50:6.1f}  p95 {p95:6.1f} ms  (at most {bar})")
            if size >= 10_000:
                tally = thinking(service, owner, team, options.seconds)
                report(f"  {options.members} members, 2 s, import", tally, options.seconds)
                p50, p95 = percentiles([1000 * each for each in tally.seconds])
                slow += ["votes of 100 members"] if p50 > 15 or p95 > 75 or tally.errors else []
                tally, took = hurried(service, owner, team, options.seconds / 2)
                report("  20 members, no pause", tally, took)
                slow += ["votes without pause"] if tally.kinds["stored"] / took < 150 or tally.errors else []
        for name, (first, *_, last) in ((name, found) for name, found in medians.items() if len(found) > 1):
            print(f"growth of {name:<20} {last / first:4.1f}-fold")
            slow += [f"growth of {name}"] if name == "20 cards ahead" and last > 1.5 * first else []
    finally:
        service.kill_supervisor()
    print("slower than asked: " + ", ".join(slow) if slow else "as fast as asked")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
