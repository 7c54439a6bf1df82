"""Whom does an author's name name, in whatever form it was exported?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from screening.dedupe.words import fold, word_set


@dataclass(frozen=True, slots=True)
class Author:
    """One author's name, folded."""

    family: str
    """The family name without particles ("von", "de la"), or the last word where the form does not tell."""
    initial: str
    """The first letter of the given names, or "" where the form does not tell."""
    words: frozenset[str]
    """Every word of the name that is not an initial, for names whose parts are swapped."""
    letters: str
    """The first letters of all parts of the name, sorted: "Cicek F. A." and "Amber C. F." have the same."""


_RUN_TOGETHER = re.compile(r"(?<=[A-Z]\.)(?=[A-Z][\w'\u2019-]*[a-z])")
_NOBODY = frozenset(
    {"", "unknown", "anonymous", "anon", "et al", "al", "and others", "others", "na", "none", "author unknown"}
)
_PARTICLES = word_set("von van der den de del della di da dos du la le el al ter ten zu zur und y e bin ibn")
_SUFFIXES = word_set("jr sr ii iii iv 2nd 3rd md phd dr prof")
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[\s-]?){1,4}\.?")
_CAPITALS = re.compile(r"[^\W\d_a-z]{1,3}")

_MOST = 50  # of an author list; two works that share their first fifty share the rest
_LONGEST = 200


def authors(names: tuple[str, ...]) -> tuple[Author, ...]:
    """-> the first fifty authors one by one, also where an export ran them together (``Adeli K.Lewis G. F.``)."""
    parts = (part for name in names for part in (_RUN_TOGETHER.split(name) if "." in name else (name,)))
    found = (author(part[:_LONGEST]) for part in parts)
    return tuple(one for one in found if one is not None)[:_MOST]


@lru_cache(maxsize=200_000)
def author(name: str) -> Author | None:
    """-> one author, or None where the words name nobody ("Anonymous")."""
    folded = fold(name)
    if folded in _NOBODY or folded.startswith("no author"):  # "[No author name available]", "No authors listed"
        return None
    family, comma, given = name.partition(",")
    parts = family.split()
    if not comma:
        parts, given = _parted(parts)
    elif fold(given) in _SUFFIXES:
        given = ""
    known = [word for part in parts for word in fold(part).split()]
    bare = [word for word in known if word not in _PARTICLES and word not in _SUFFIXES] or known
    if not bare:
        return None
    return Author(
        family="".join(bare),
        initial=fold(given)[:1],
        words=frozenset(word for part in (*parts, *given.split()) for word in _telling_words(part)),
        letters="".join(sorted(word[0] for word in (*bare, *_given_names(given)))),
    )


def _parted(parts: list[str]) -> tuple[list[str], str]:
    """-> the words of the family name and the given names, of a name without a comma."""
    while len(parts) > 1 and fold(parts[-1]) in _SUFFIXES:
        parts = parts[:-1]
    behind = len(parts)
    while behind > 1 and _are_initials(parts[behind - 1]):
        behind -= 1
    if behind < len(parts):  # Family GH
        return parts[:behind], " ".join(parts[behind:])
    before = 0
    while before < len(parts) - 1 and _are_initials(parts[before]):
        before += 1
    if before:  # G. H. Family
        return parts[before:], " ".join(parts[:before])
    return parts[-1:], " ".join(parts[:-1])  # Given Family, as it seems


def _are_initials(part: str) -> bool:
    return bool(_CAPITALS.fullmatch(part) or ("." in part and _INITIALS.fullmatch(part)))


def _telling_words(part: str) -> list[str]:
    if _are_initials(part):
        return []
    return [word for word in fold(part).split() if len(word) > 1 and word not in _PARTICLES | _SUFFIXES]


def _given_names(given: str) -> list[str]:
    """-> given names as words, and initials that stand together ("JP") as letters."""
    names: list[str] = []
    for part in given.split():
        for word in fold(part).split():
            names += word if _are_initials(part) else [word]
    return names
