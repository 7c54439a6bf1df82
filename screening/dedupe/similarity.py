"""How far do two records say the same, field by field?"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, Levenshtein, Prefix

from screening.dedupe.journals import journals
from screening.dedupe.kinds import ABSTRACT, CHAPTER, PREPRINT, REGISTRATION, THESIS
from screening.dedupe.normalise import Facts
from screening.dedupe.people import Author
from screening.dedupe.place import Pages
from screening.dedupe.sign import Sign
from screening.dedupe.words import word_set


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Where likeness begins, in percent. The defaults held when each labelled set was left out in turn."""

    title_same: float = 95.0
    """From here on two titles differ by slips of the pen."""
    title_close: float = 84.0
    """From here on two titles may be the same title in two versions."""
    abstract_same: float = 80.0
    abstract_differs: float = 55.0
    ask_from: float = 0.3
    """The score from which on a pair that is not linked is shown to a person."""


CUTOFFS = Cutoffs()


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two records compared. Every field holds a Sign; `other_words` and `shared_authors` give the detail."""

    title: Sign
    exact_title: bool
    """Whether the titles agree in every letter and digit."""
    slipped_title: bool
    """Whether the titles differ in slips of the pen alone, such as make no other word."""
    almost_exact_title: bool
    """Whether the titles differ by no more than slips of the pen would, though they may make another word."""
    title_ratio: float
    """0 to 100."""
    long_title: bool
    """Whether both titles have enough letters to tell something."""
    telling_title: bool
    """Whether both titles are long, or have three words beyond the small ones."""
    distinct_title: bool
    """Whether both titles have four words beyond the small ones: columns are called "From the editor's desk" in each issue."""
    part: bool
    """Whether the shorter title is the beginning or a part of the longer."""
    other_words: tuple[str, ...]
    """Words of either title that have no counterpart in the other; looked for only where the titles are close."""
    numbers: Sign
    authors: Sign
    first_author: Sign
    nobody: bool
    """Whether neither of the two names anybody."""
    shared_authors: float
    """Which part of the shorter list of authors stands in the longer, 0 to 1."""
    year: Sign
    journal: Sign
    volume: Sign
    issue: Sign
    pages: Sign
    same_range: bool
    """Whether first and last page agree, over two pages or more."""
    whole_range: bool
    """Whether first and last page agree, over 3 to 40 pages: no two articles share that (longer is a supplement's)."""
    foreign: bool
    """Whether one of the titles is marked as a translation, or stands in two languages."""
    cut: bool
    """Whether one of the titles is cut off inside a note."""
    doi: Sign
    version: bool
    """Whether the two DOIs name versions of one item (``.pub2`` and ``.pub3``, ``/v1`` and ``/v2``)."""
    pmid: Sign
    abstract: Sign
    kind: Sign
    trial: Sign
    """Whether two entries of registers are of one number."""
    registered: bool
    """Whether both are entries of a register of trials."""
    chapter: bool
    """Whether both are chapters."""
    supplement: bool
    """Whether either stands in a supplement, where several abstracts share a page."""
    one_abstract: bool
    """Whether one says that it is a meeting's abstract, and the other says nothing of its kind."""
    notice: Sign


def titles_alike(a: Facts, b: Facts, least: float) -> float:
    """-> the likeness of two titles, 0 to 100, in their best pairing; 0 below `least`."""
    best = fuzz.ratio(a.compact, b.compact, score_cutoff=least)
    if a.other_title or b.other_title:
        for left in filter(None, (a.compact, a.other_title)):
            for right in filter(None, (b.compact, b.other_title)):
                best = max(best, fuzz.ratio(left, right, score_cutoff=least))
    return best


def compare(a: Facts, b: Facts, cutoffs: Cutoffs = CUTOFFS) -> Likeness:
    """-> two records compared field by field; the same whichever comes first."""
    ratio = titles_alike(a, b, 0)
    words = other_words(a.title, b.title) if cutoffs.title_close <= ratio < 100 else ()
    part = _is_part(a, b, ratio)
    first, shared = _people(a.authors, b.authors)
    return Likeness(
        title=_title(a, b, ratio, words, cutoffs),
        exact_title=ratio == 100 and bool(a.compact),
        slipped_title=cutoffs.title_same <= ratio < 100 and _slipped(a.title, b.title),
        almost_exact_title=ratio >= cutoffs.title_same,
        title_ratio=ratio,
        long_title=min(len(a.compact), len(b.compact)) >= SHORT_TITLE,
        telling_title=_telling(a) and _telling(b),
        distinct_title=_distinct(a) and _distinct(b),
        part=part,
        other_words=words,
        numbers=_numbers(a, b),
        authors=_authors(a.authors, b.authors, first, shared),
        first_author=first,
        nobody=not a.authors and not b.authors,
        shared_authors=shared,
        year=_year(a.year, b.year),
        journal=journals(a.journal, b.journal),
        volume=_equal(a.volume, b.volume),
        issue=_equal(a.issue, b.issue),
        pages=_pages(a.pages, b.pages),
        same_range=a.pages.first == b.pages.first and a.pages.last == b.pages.last and a.pages.span > 1,
        whole_range=a.pages == b.pages and 3 <= a.pages.span <= 40,
        foreign=a.foreign or b.foreign,
        cut=a.cut or b.cut,
        doi=_doi(a.doi, b.doi),
        version=a.doi != b.doi and _unversioned(a.doi) == _unversioned(b.doi),
        pmid=_equal(a.pmid, b.pmid),
        abstract=_abstract(a.abstract, b.abstract, cutoffs),
        kind=_kind(a, b),
        trial=_equal(a.trial, b.trial),
        registered=a.kind == b.kind == REGISTRATION,
        chapter=a.kind == b.kind == CHAPTER,
        supplement=any("s" in facts.issue or facts.pages.prefix == "s" for facts in (a, b)),
        one_abstract={a.kind, b.kind} == {ABSTRACT, ""},
        notice=Sign.SAME if a.notice == b.notice else Sign.DIFFERS,
    )


def _numbers(a: Facts, b: Facts) -> Sign:
    """Whether the numerals agree, and no word has a plus in the one title and a minus in the other."""
    if any(word[:-1] + ("-" if word.endswith("+") else "+") in b.signs for word in a.signs):
        return Sign.DIFFERS
    return Sign.SAME if a.numbers == b.numbers or a.compact == b.compact else Sign.DIFFERS


def _equal(a: str, b: str) -> Sign:
    if not a or not b:
        return Sign.UNSAID
    return Sign.SAME if a == b else Sign.DIFFERS


# --- titles --------------------------------------------------------------------------------------------------------

_SMALL = word_set(
    "a an the of in on for and or to with by from at as is are was were be its their his her our using via versus vs v "
    "de la el les le des du der die das und et en un una il di da do"
)


def other_words(a: str, b: str) -> tuple[str, ...]:
    """-> the words of two folded titles that have no counterpart in the other, small words left aside.

    A slip of one letter, another ending and a word parted elsewhere are counterparts; "hypotension" is none of
    "hypertension". The order of the two titles does not matter.
    """
    a, b = sorted((a, b))
    left, right = Counter(a.split()), Counter(b.split())
    only_a = sorted(w for w in (left - right).elements() if w not in _SMALL)
    only_b = sorted(w for w in (right - left).elements() if w not in _SMALL)
    for word in tuple(only_a):
        if match := next((other for other in only_b if _one_word(word, other)), ""):
            only_a.remove(word)
            only_b.remove(match)
    parted = _parted(only_a, b) | _parted(only_b, a)
    return tuple(sorted(word for word in only_a + only_b if word not in parted))


def _parted(words: list[str], title: str) -> set[str]:
    """-> those words that a title parts ("leptindeficient" in "leptin deficient mice"), and their parts."""
    if not words:
        return set()
    tokens = title.split()
    runs = {
        "".join(run): run
        for start in range(len(tokens))
        for size in range(2, _MOST_PARTS + 1)
        if (run := tokens[start : start + size])
    }
    return {one for word in words if word in runs for one in (word, *runs[word])}


_MOST_PARTS = 4


def _one_word(a: str, b: str) -> bool:
    if max(len(a), len(b)) < _SLIPPABLE or a[:1].isdigit() or b[:1].isdigit():
        return False
    if not (a.isascii() and b.isascii()):  # in Chinese or Cyrillic a letter more or less is seldom a slip
        return False
    if OSA.distance(a, b, score_cutoff=1) <= 1:
        return True
    stem = Prefix.similarity(a, b)
    return stem >= _SLIPPABLE and max(len(a), len(b)) - stem <= _ENDING


_SLIPPABLE = 5  # in shorter words one letter makes another word
_ENDING = 3  # "effusing" and "effusions", "prevent" and "prevents"; but "prednisone" is no "prednisolone"


def _slipped(a: str, b: str) -> bool:
    """Whether two folded titles differ in nothing but slips of the pen that make no other word."""
    left, right = Counter(a.split()), Counter(b.split())
    only_a, only_b = list((left - right).elements()), list((right - left).elements())
    for word in only_a:
        match = next((other for other in only_b if _pen_slip(word, other)), "")
        if not match:
            return False
        only_b.remove(match)
    return not only_b


def _pen_slip(a: str, b: str) -> bool:
    """Whether a letter of a long word is lost, doubled or swapped, behind its beginning.

    A letter in another's place does not count: it makes nitrite of nitrate. Nor do short words: causal and casual.
    """
    if not (a.isascii() and b.isascii()) or max(len(a), len(b)) < _LONG or Prefix.similarity(a, b) < _BEGINNING:
        return False
    return OSA.distance(a, b, score_cutoff=1) == 1 and (len(a) != len(b) or sorted(a) == sorted(b))


_LONG = 8
_BEGINNING = 3


def _title(a: Facts, b: Facts, ratio: float, words: tuple[str, ...], cutoffs: Cutoffs) -> Sign:
    if not a.compact or not b.compact:
        return Sign.UNSAID
    if ratio == 100 or (ratio >= cutoffs.title_same and not words):
        return Sign.SAME
    return Sign.CLOSE if ratio >= cutoffs.title_close else Sign.DIFFERS


SHORTEST_BEGINNING = 8  # letters of a title that may be the whole before a subtitle
SHORT_TITLE = 24  # a title with fewer letters tells little alone ("Correction", "Reply by the authors")


def _telling(facts: Facts) -> bool:
    return len(facts.compact) >= SHORT_TITLE or sum(word not in _SMALL for word in facts.title.split()) >= 3


def _distinct(facts: Facts) -> bool:
    return len({word for word in facts.title.split() if word not in _SMALL}) >= 4 or not facts.title.isascii()


def _is_part(a: Facts, b: Facts, ratio: float) -> bool:
    short, long = sorted((a.compact, b.compact), key=len)
    if ratio == 100 or len(short) < SHORTEST_BEGINNING:
        return False
    if long.startswith(short):
        return True
    if len(short) < SHORT_TITLE:
        return False
    return short in long or (len(short) < 0.95 * len(long) and fuzz.partial_ratio(short, long, score_cutoff=96) > 0)


# --- people --------------------------------------------------------------------------------------------------------


def _people(a: tuple[Author, ...], b: tuple[Author, ...]) -> tuple[Sign, float]:
    """-> whether the first authors agree, and which part of the shorter list stands in the longer."""
    if not a or not b:
        return Sign.UNSAID, 0.0
    short, long = sorted((a, b), key=len)
    shared = min(_found(short, long), _found(long, short)) if len(a) == len(b) else _found(short, long)
    return _one_person(a[0], b[0]), shared


def _found(short: tuple[Author, ...], long: tuple[Author, ...]) -> float:
    names = {w for one in long for w in (one.family, *one.words)}
    letters = {one.letters for one in long if len(one.letters) > 1}
    found = sum(
        one.family in names or not one.words.isdisjoint(names) or one.letters in letters or _nearly(one, names)
        for one in short
    )
    return found / len(short)


def _nearly(one: Author, names: set[str]) -> bool:
    """Whether a name stands among others but for a letter: exports lose accented ones ("Mulic", "Muli")."""
    return len(one.family) >= _SLIPPABLE_NAME and any(
        len(name) >= _SLIPPABLE_NAME and Levenshtein.distance(one.family, name, score_cutoff=1) <= 1 for name in names
    )


_SLIPPABLE_NAME = 4


def _one_person(a: Author, b: Author) -> Sign:
    if a.family == b.family or _nearly(a, {b.family}):
        return Sign.CLOSE if a.initial and b.initial and a.initial != b.initial else Sign.SAME
    swapped = (
        a.family in b.words
        or b.family in a.words
        or not a.words.isdisjoint(b.words)
        or (a.letters == b.letters and len(a.letters) > 1)
    )
    return Sign.CLOSE if swapped else Sign.DIFFERS


def _authors(a: tuple[Author, ...], b: tuple[Author, ...], first: Sign, shared: float) -> Sign:
    """SAME: the first and half of the shorter list; CLOSE: half of it in another order; DIFFERS: fewer."""
    if first is Sign.UNSAID:
        return Sign.UNSAID
    if first is Sign.SAME and shared >= 0.5:
        return Sign.SAME
    if shared >= 0.5 and (min(len(a), len(b)) > 1 or first is Sign.CLOSE):
        return Sign.CLOSE
    return Sign.DIFFERS


# --- when and where ------------------------------------------------------------------------------------------------


def _year(a: int | None, b: int | None) -> Sign:
    if a is None or b is None:
        return Sign.UNSAID
    if a == b:
        return Sign.SAME
    return Sign.CLOSE if abs(a - b) == 1 else Sign.DIFFERS


def _pages(a: Pages, b: Pages) -> Sign:
    if not a.first or not b.first:
        return Sign.SAME if a.date and a.date == b.date else Sign.UNSAID
    if a.first == b.first:
        return Sign.SAME if a.prefix == b.prefix or not a.prefix or not b.prefix else Sign.DIFFERS
    if a.first in b.also or b.first in a.also or (a.last and a.last == b.last):
        return Sign.CLOSE
    if "1" in (a.first, b.first):  # an article online before print is given pages from 1
        return Sign.UNSAID
    return Sign.DIFFERS


def _kind(a: Facts, b: Facts) -> Sign:
    """CLOSE: one is no article, and the other may well be one but does not say so."""
    if a.kind == b.kind:
        return Sign.SAME if a.kind else Sign.UNSAID
    if a.kind and b.kind:
        return Sign.DIFFERS
    said, unsaid = (a, b) if a.kind else (b, a)
    if said.kind in _IN_NO_JOURNAL:
        return Sign.DIFFERS if unsaid.journal or unsaid.doi or unsaid.pmid else Sign.CLOSE
    too_long = said.kind == ABSTRACT and unsaid.pages.span > _LONGEST_ABSTRACT > said.pages.span
    return Sign.CLOSE if too_long else Sign.UNSAID


_IN_NO_JOURNAL = frozenset({PREPRINT, THESIS, REGISTRATION})
_LONGEST_ABSTRACT = 3  # pages


def _doi(a: str, b: str) -> Sign:
    short, long = sorted((a, b), key=len)
    if short and long.startswith(short) and not long[len(short) :][:1].isalnum():
        return Sign.SAME if short == long else Sign.UNSAID  # one is cut off at a mark
    return _equal(a, b)


# Cochrane reviews, the preprint servers and figshare, and the F1000 family count versions at the end of a DOI.
_VERSION = re.compile(r"(?:\.pub|[./]v)\d{1,2}$")
_F1000_VERSION = re.compile(r"(10\.12688/\w+\.\d+)\.\d{1,2}$")


def _unversioned(doi: str) -> str:
    return _F1000_VERSION.sub(r"\1", _VERSION.sub("", doi))


def _abstract(a: str, b: str, cutoffs: Cutoffs) -> Sign:
    length = min(len(a), len(b))
    if length < _SHORTEST_ABSTRACT:
        return Sign.UNSAID
    ratio = fuzz.ratio(a[:length], b[:length])
    if ratio >= cutoffs.abstract_same:
        return Sign.SAME
    return Sign.DIFFERS if ratio < cutoffs.abstract_differs else Sign.UNSAID


_SHORTEST_ABSTRACT = 100
