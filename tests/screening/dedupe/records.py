"""What do the tests of de-duplication compare? One made-up article, and whatever is changed of it."""

from __future__ import annotations

from typing import Any

from screening.dedupe.normalise import Record, facts
from screening.dedupe.rules import Verdict, judge
from screening.dedupe.similarity import compare

TITLE = "Early mobilisation after hip fracture: a randomised controlled trial in two hospitals"
PEOPLE = ("Okonkwo, Ada B.", "Lindqvist, Per", "Marchetti, Giulia")
ABSTRACT = (
    "Background: Bed rest after hip fracture is common and of unknown worth. Methods: We let 212 patients get up on the "
    "first or on the fourth day. Results: Those up early walked further after six weeks and had fewer sores."
)
ARTICLE = Record(
    id="article",
    title=TITLE,
    authors=PEOPLE,
    year=2014,
    journal="Journal of Bone and Gait",
    volume="12",
    issue="3",
    pages="245-253",
    doi="10.5555/jbg.2014.245",
    abstract=ABSTRACT,
)


def article(one: object = "article", **changed: Any) -> Record:
    """-> the article, with other fields where they are given."""
    fields = {name: getattr(ARTICLE, name) for name in Record.__slots__}
    return Record(**{**fields, "id": one, **changed})


def bare(one: object = "bare", **said: Any) -> Record:
    """-> a record that says title, people and year of the article, and what else is given."""
    return Record(**{"id": one, "title": TITLE, "authors": PEOPLE, "year": 2014, **said})


def verdict(a: Record, b: Record) -> Verdict:
    """-> what two records come to."""
    return judge(compare(facts(a), facts(b)))
