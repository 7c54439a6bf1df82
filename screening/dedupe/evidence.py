"""What agrees and what differs between two records, in words for a person?"""

from __future__ import annotations

from screening.dedupe.normalise import Facts
from screening.dedupe.place import Pages
from screening.dedupe.sign import Sign
from screening.dedupe.similarity import Likeness

_LONGEST = 400
_VALUE = 60


def evidence(a: Facts, b: Facts, like: Likeness) -> str:
    """-> what agrees, then what is near, then what differs; fields that one of the two does not say are left out."""
    phrases: dict[Sign, list[str]] = {Sign.SAME: [], Sign.CLOSE: [], Sign.DIFFERS: []}
    for name, sign, one, other in _fields(a, b, like):
        if sign in phrases:
            phrases[sign].append(_phrase(name, sign, one, other))
    text = "; ".join(phrase for group in phrases.values() for phrase in group)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _fields(a: Facts, b: Facts, like: Likeness) -> list[tuple[str, Sign, str, str]]:
    """-> name, sign and both values of every field; the values are empty where they are not worth showing."""
    people = "" if like.authors is Sign.UNSAID else f"{round(100 * like.shared_authors)} %"
    return [
        ("PMID", like.pmid, a.pmid, b.pmid),
        ("DOI", like.doi, a.doi, b.doi),
        ("registration", like.trial, a.trial, b.trial),
        ("title", like.title, *_title(like)),
        ("authors", like.authors, people, people),
        ("year", like.year, str(a.year), str(b.year)),
        ("journal", like.journal, a.journal, b.journal),
        ("volume", like.volume, a.volume, b.volume),
        ("issue", like.issue, a.issue, b.issue),
        ("pages", like.pages, _pages(a.pages), _pages(b.pages)),
        ("abstract", like.abstract, "", ""),
        ("kind", like.kind, a.kind or "article", b.kind or "article"),
        ("numbers in the title", _only_difference(like.numbers), ", ".join(a.numbers), ", ".join(b.numbers)),
        ("notice", _only_difference(like.notice), "", ""),
    ]


def _phrase(name: str, sign: Sign, one: str, other: str) -> str:
    if name == "title":
        return one
    if name == "authors":
        return {
            Sign.SAME: f"same first author, {one} of the shorter list shared",
            Sign.CLOSE: f"other first author, {one} of the shorter list shared",
            Sign.DIFFERS: f"other authors, {one} of the shorter list shared",
        }[sign]
    if name == "notice":
        return "one title begins like an erratum, comment or reply"
    if sign is Sign.SAME:
        return f"same {name}" if not one else f"same {name} {_short(one)}"
    word = "near" if sign is Sign.CLOSE else "other"
    return f"{word} {name}" + (f" ({_short(one)} / {_short(other)})" if one or other else "")


def _title(like: Likeness) -> tuple[str, str]:
    if like.exact_title:
        words = "same title"
    elif like.title is Sign.SAME:
        words = f"same title but for slips ({like.title_ratio:.0f} %)"
    elif like.part:
        words = "one title holds the other"
    else:
        words = f"{'near' if like.title is Sign.CLOSE else 'other'} title ({like.title_ratio:.0f} %)"
    if like.other_words and like.title is Sign.CLOSE and not like.part:
        words += ", words of one alone: " + ", ".join(like.other_words[:6])
    return words, words


def _only_difference(sign: Sign) -> Sign:
    return sign if sign is Sign.DIFFERS else Sign.UNSAID


def _pages(pages: Pages) -> str:
    if not pages.first:
        return pages.date
    return f"{pages.prefix}{pages.first}" + (f"-{pages.last}" if pages.last else "")


def _short(text: str) -> str:
    return text if len(text) <= _VALUE else text[: _VALUE - 1] + "…"
