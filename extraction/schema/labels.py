"""What is a study called? Author and year, with a letter where that is taken: Murray 2003, Murray 2003b."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count, product
from string import ascii_lowercase

LONGEST = 120


def suggest_label(author: str, year: int | None, title: str, taken: Collection[str]) -> str:
    """A free label. Without an author the title's first word stands in; without a year, n.d. (no date).

    The study that has the plain label counts as `a`, so the next one is `b`.
    """
    who = author.strip() or next(iter(title.split()), "Study")
    plain = f"{who[: LONGEST - 10]} {year or 'n.d.'}"
    used = {label.casefold() for label in taken}
    if plain.casefold() not in used and f"{plain}a".casefold() not in used:
        return plain
    used |= {f"{plain}a".casefold()}
    return next(f"{plain}{ending}" for ending in endings() if f"{plain}{ending}".casefold() not in used)


def with_first_letter(label: str, new: str) -> str:
    """What the study with the plain label is called once another has the same author and year: Murray 2003a beside Murray 2003b.

    Empty unless `label` is plain and `new` is it with the letter b.
    """
    return f"{label}a" if new == f"{label}b" and len(label) < LONGEST else ""


def endings() -> Iterator[str]:
    """a, b, ... z, aa, ab, ..."""
    for length in count(1):
        yield from ("".join(letters) for letters in product(ascii_lowercase, repeat=length))
