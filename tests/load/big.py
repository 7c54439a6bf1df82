"""Where does a review with 100,000 citations come from? From rows written at once: an import of that size is timed elsewhere."""

from __future__ import annotations

import random

from django.db import connection

from reviewapp.models import Member, Stage
from screening.models import Citation, Import, Link, Record, Standing, StandingState
from tests import build

WORDS = [
    "infant",
    "mother",
    "parent",
    "therapy",
    "trial",
    "control",
    "group",
    "effect",
    "outcome",
    "attachment",
    "depression",
    "visit",
    "home",
    "nurse",
    "care",
    "sleep",
    "feeding",
    "cognitive",
    "support",
    "programme",
    "follow",
    "month",
    "score",
    "scale",
    "baseline",
    "random",
    "allocation",
    "blind",
    "usual",
    "community",
    "anxiety",
    "cortisol",
    "language",
    "preterm",
    "birth",
    "weight",
    "school",
    "teacher",
    "video",
    "feedback",
    "sensitivity",
    "interaction",
    "play",
    "touch",
    "skin",
    "contact",
]
CHUNK = 500


def fill(owner: Member, count: int, seed: int = 1) -> None:
    """Give the owner's review so many citations at title and abstract, each with one record and an abstract of 200 words."""
    chance = random.Random(seed)
    search = build.search(owner)
    taken = Import.objects.create(search=search, file_name="big.ris", sha256="0" * 64, size=0, format="ris")
    for start in range(0, count, CHUNK):
        rows = [fields(number, chance) for number in range(start + 1, min(start + CHUNK, count) + 1)]
        records = Record.objects.bulk_create(
            Record(review=owner.review, source=taken, position=start + n, line=start + n, raw="", **row)
            for n, row in enumerate(rows, start=1)
        )
        citations = Citation.objects.bulk_create(Citation(review=owner.review, **row) for row in rows)
        Link.objects.bulk_create(
            Link(record=record, citation=citation, rule=Link.Rule.FIRST, member=owner)
            for record, citation in zip(records, citations, strict=True)
        )
        Standing.objects.bulk_create(
            Standing(
                citation=citation,
                review=owner.review,
                stage=Stage.TITLE_ABSTRACT,
                state=StandingState.WAITING,
                needed=owner.review.votes_title_abstract,
            )
            for citation in citations
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def fields(number: int, chance: random.Random) -> dict[str, object]:
    """The fields of one made-up publication."""
    words = [chance.choice(WORDS) for _ in range(200)]
    return {
        "title": f"{' '.join(words[:9])} {number}".capitalize(),
        "authors": [f"Author{number % 997}, A.", "Second, B."],
        "year": 1980 + chance.randrange(46),
        "journal": f"Journal of {words[9]}",
        "abstract": " ".join(words),
    }
