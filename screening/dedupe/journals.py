"""Are two journals' names of one journal, however they are abbreviated?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from screening.dedupe.sign import Sign
from screening.dedupe.words import fold, word_set


@dataclass(frozen=True, slots=True)
class Name:
    """A journal's name in words, and the words before its first mark ("Circulation. Conference: ...")."""

    whole: tuple[str, ...]
    head: tuple[str, ...]


_SMALL = word_set(
    "the of and in for on de la le les des du der die das und et e y i to del della di do da dos d l s fur im van het voor "
    "von ihre il zu zur"
)
_MARK = re.compile(r"\s*(?:[:;(\[|/]|\. |,\s)")
_APOSTROPHE = re.compile("['\u2019]")
_NONE = frozenset({("none",), ("na",), ("unknown",)})


@lru_cache(maxsize=100_000)
def journals(a: str, b: str) -> Sign:
    """-> whether two names are of one journal: the same words, their abbreviation, its initials; CLOSE for a beginning."""
    left, right = _names(a), _names(b)
    if not left or not right:
        return Sign.UNSAID
    signs = {_one_journal(one, other) for one in left for other in right}
    return next(sign for sign in (Sign.SAME, Sign.CLOSE, Sign.DIFFERS) if sign in signs)


def _one_journal(a: Name, b: Name) -> Sign:
    if any(_shortened(one, other) for one, other in ((a.whole, b.whole), (a.whole, b.head), (a.head, b.whole))):
        return Sign.SAME
    least = min(len(a.head), len(b.head))
    return Sign.CLOSE if _shortened(a.head[:least], b.head[:least]) else Sign.DIFFERS


@lru_cache(maxsize=50_000)
def _names(journal: str) -> tuple[Name, ...]:
    """-> the parallel names in a journal's field, which catalogues part with an equals sign."""
    found = []
    for name in journal.split("="):
        whole, head = _words(name), _words(_MARK.split(name, maxsplit=1)[0])
        if whole and whole not in _NONE:
            found.append(Name(whole, head or whole))
    return tuple(found)


def _words(name: str) -> tuple[str, ...]:
    return tuple(word for word in fold(_APOSTROPHE.sub(" ", name)).split() if word not in _SMALL)


def _shortened(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    return a == b or _abbreviates(a, b) or _abbreviates(b, a)


def _abbreviates(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether each word of the one shortens the word of the other at its place, or one word holds all initials."""
    if len(short) == 1 and len(long) > 2 and short[0] == "".join(word[0] for word in long):
        return True
    if len(short) == len(long):
        return all(map(_shortens, short, long))
    return len(short) == 1 < len(long) and len(short[0]) > 6 and _runs_through(short[0], long)


def _shortens(short: str, long: str) -> bool:
    """Whether a word is another's beginning, or leaves letters out of it after the first ("natl", "dtsch")."""
    if long.startswith(short):
        return True
    letters = iter(long)
    return short[0] == long[0] and len(short) > 2 and all(letter in letters for letter in short)


def _runs_through(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text is made of beginnings of all the words, one after the other ("jthoraccardiovascsurg")."""
    reached = {0}
    for word in words:
        reached = {at + size for at in reached for size in range(1, len(word) + 1) if text.startswith(word[:size], at)}
    return len(text) in reached
