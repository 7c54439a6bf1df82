"""How long does the flow diagram of 100,000 citations take? `python -m tests.bench.flow` asks SQLite,
`python -m tests.postgres python -m tests.bench.flow` PostgreSQL. The aim is a page within 300 ms.

The review is unfinished: 130,000 records of 100,000 citations from ten databases, two registers and reference lists, abstracts included;
every 20th citation goes on to full text, and every 400th is included.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tests.bench.database import as_served

if TYPE_CHECKING:
    from reviewapp.models import Member

CITATIONS = 100_000
RECORDS = 130_000
KINDS = ("database",) * 10 + ("register",) * 2 + ("other",)
ROUNDS = 7
AIM = 300  # ms
ABSTRACT = "Background: parents and infants were observed, and talked to, for as long as it took. " * 15


def review() -> Member:
    """The review, stored in bulk as its verbs would have left it; returns its owner."""
    from django.utils import timezone

    from reviewapp.models import ExclusionReason
    from screening.models import Citation, Import, Link, Record, Report, Search, Standing
    from tests import build

    owner = build.review(reasons=[f"Reason {i}" for i in range(8)])
    here, now = owner.review, timezone.now()
    reasons = list(ExclusionReason.objects.filter(review=here))
    searches = [Search.objects.create(review=here, kind=kind, source=f"Source {i}") for i, kind in enumerate(KINDS)]
    imports = [
        Import.objects.create(search=search, file_name="a.ris", sha256="0" * 64, size=1, completed_at=now)
        for search in searches
    ]
    citations = stored(Citation(review=here, title=f"Trial {i}", abstract=ABSTRACT) for i in range(CITATIONS))
    records = stored(
        Record(
            review=here,
            source=imports[i % len(imports)],
            position=i,
            line=i,
            title=f"Trial {i % CITATIONS}",
            abstract=ABSTRACT,
            raw=ABSTRACT,
        )
        for i in range(RECORDS)
    )
    stored(
        Link(record=record, citation=citations[i % CITATIONS], rule="first", member=owner)
        for i, record in enumerate(records)
    )
    passed = citations[::20]
    stored(
        Standing(citation=each, review=here, stage="title_abstract", state=title_abstract(i))
        for i, each in enumerate(citations)
    )
    stored(
        Report(citation=each, state="not_retrieved" if i % 20 == 0 else "retrieved") for i, each in enumerate(passed)
    )
    stored(
        Standing(
            citation=each,
            review=here,
            stage="full_text",
            state="include" if i % 20 == 1 else "exclude",
            reason=None if i % 20 == 1 else reasons[i % len(reasons)],
        )
        for i, each in enumerate(passed)
        if i % 20
    )
    return owner


def title_abstract(i: int) -> str:
    return "include" if i % 20 == 0 else "waiting" if i % 20 == 1 else "conflict" if i % 200 == 2 else "exclude"


def stored(rows):  # noqa: ANN001, ANN201 - rows of any one model
    """The rows, stored by so many at a time."""
    found = list(rows)
    type(found[0])._base_manager.bulk_create(found, batch_size=500)
    return found


def measured(name: str, work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Print the median and the longest of some rounds, and the least time of the processor; the median in ms."""
    times, busy = [], []
    for _ in range(rounds):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        times.append(1000 * (time.perf_counter() - wall))
        busy.append(1000 * (time.process_time() - processor))
    median = sorted(times)[rounds // 2]
    print(f"{name:44}{median:8.0f} ms, longest {max(times):6.0f} ms, processor {min(busy):6.0f} ms", flush=True)
    return median


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    call_command("migrate", verbosity=0)
    print(f"{connection.vendor}: storing {RECORDS:,} records of {CITATIONS:,} citations", flush=True)
    owner = review()
    with connection.cursor() as cursor:
        # PostgreSQL does this by itself within a minute or two; until then it looks at each row, too, that an index names
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    from analysis import queries

    as_served()
    client = Client()
    client.force_login(owner.user)
    page = f"/reviews/{owner.review.slug}/flow/"
    measured("numbers, checked", lambda: queries.flow(owner))
    median = measured("the page", lambda: client.get(page))
    for name in ("flow.svg", "flow.csv", "flow.json", "dbr_screened/", "dbr_duplicates/", "database_results/"):
        measured(name, partial(client.get, page + name))
    print(f"the page: {median:.0f} ms, the aim is {AIM} ms")
    return int(median > AIM)


if __name__ == "__main__":
    sys.exit(main())
