"""How do numbers and lists read in a sentence? Right for none, one and many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date


def count(n: int, one: str, many: str = "") -> str:
    """ "no records", "1 record", "12,345 records"."""
    return f"{n:,} {one}" if n == 1 else f"{n or 'no':{',' if n else ''}} {many or one + 's'}"


def was(n: int) -> str:
    """The verb that goes with so many."""
    return "was" if n == 1 else "were"


def listed(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"; with semicolons where a part has a comma of its own."""
    if len(words) < 2:
        return "".join(words)
    between = "; " if any("," in each for each in words) else ", "
    if len(words) == 2 and between == ", ":
        return f"{words[0]} and {words[1]}"
    return between.join(words[:-1]) + (f"{between}and " if between == "; " else " and ") + words[-1]


def day(when: date) -> str:
    return f"{when.day} {when:%B %Y}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
