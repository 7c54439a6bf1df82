"""How long do the pages of agreement and of work sharing take with 100,000 citations? `python -m tests.bench.team` asks SQLite,
`python -m tests.postgres python -m tests.bench.team` PostgreSQL.

All titles are voted on by two of five members, 90 % are decided; every 10th citation is one of 20 shares. Nothing is asked of memory:
each page counts anew.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from functools import partial
from itertools import combinations

CITATIONS = 100_000
AIM = 300  # ms


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from screening.models import Allotment, Citation, Share, Standing, Vote
    from tests import build
    from tests.bench.flow import measured, stored
    from tests.load.big import fill

    call_command("migrate", verbosity=0)
    owner = build.review(sharing_title_abstract="shares")
    team = [build.member(owner, "reviewer", f"Rater {n}") for n in range(5)]
    print(f"{connection.vendor}: {CITATIONS:,} citations, twice as many votes", flush=True)
    fill(owner, CITATIONS)
    ids = list(Citation.objects.filter(review=owner.review).order_by("pk").values_list("pk", flat=True))
    pairs, began = list(combinations(team, 2)), timezone.now() - timedelta(days=140)
    votes, decided = [], []
    for n, pk in enumerate(ids):
        at = began + timedelta(minutes=2 * n)
        said = ("include" if n % 10 == 0 else "exclude", "include" if n % 12 == 0 else "exclude")
        for member, answer in zip(pairs[n % len(pairs)], said, strict=True):
            votes.append(Vote(citation_id=pk, stage="title_abstract", member=member, answer=answer, at=at))
        if n % 10:
            decided.append((pk, said[1], at + timedelta(minutes=1)))
    stored(votes)
    rows = {each.citation_id: each for each in Standing.objects.filter(review=owner.review, stage="title_abstract")}
    for pk, state, at in decided:
        rows[pk].state, rows[pk].opened_at = state, at
    Standing.objects.bulk_update(rows.values(), ["state", "opened_at"], batch_size=2000)
    for n in range(20):
        share = Share.objects.create(review=owner.review, stage="title_abstract", member=team[n % 5], rule="500 of it")
        stored(Allotment(share=share, citation_id=pk) for pk in ids[10 * n :: 200])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    from tests.bench.database import as_served

    as_served()
    client = Client()
    client.force_login(owner.user)
    home = f"/reviews/{owner.review.slug}/"
    worst = 0.0
    for page in (
        "agreement/title_abstract/",
        "agreement/title_abstract/?maybe=apart",
        f"agreement/title_abstract/cell/?a={team[0].pk}&b={team[1].pk}&row=include&column=exclude",
        "sharing/title_abstract/",
        "pilot/title_abstract/",
        "progress/",
        "conflicts/title_abstract/",
    ):
        worst = max(worst, measured(page, partial(client.get, home + page)))
    print(f"the slowest: {worst:.0f} ms, the aim is {AIM} ms")
    return int(worst > AIM)


if __name__ == "__main__":
    sys.exit(main())
