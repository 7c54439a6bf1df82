"""Of which report is a PDF? Told by a DOI or PubMed id in its name or its text, by its title, or by its name. A proposal, never more."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from screening.dedupe.words import fold
from screening.pdfs.reading import FirstPages

DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>{}|\\^`]+", re.IGNORECASE)
PMID = re.compile(r"\bPMID:?\s*(\d{4,9})\b", re.IGNORECASE)
DIGITS = re.compile(r"(?<!\d)\d{5,9}(?!\d)")
TITLE_LETTERS = 20  # a shorter title says too little
ALIKE, AHEAD = 92.0, 3.0  # of 100: how alike a title must be, and by how much more than the next
NAME_ALIKE, NAME_WORDS = 88.0, 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report that is sought: how it may be known."""

    key: Hashable
    title: str = ""
    doi: str = ""
    pmid: str = ""
    family: str = ""  # of the first author
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The report that a PDF seems to be, by what, and the very words."""

    key: Hashable
    how: str
    evidence: str


def match(name: str, read: FirstPages, wanted: Sequence[Wanted]) -> Match | None:
    """The report that the PDF of this name seems to be; the surest sign first. None where no sign points to one report alone."""
    stem = re.sub(r"\.pdf$", "", name, flags=re.IGNORECASE)
    text = " ".join(read.pages)
    signs: list[Callable[[], Match | None]] = [
        lambda: doi_in_name(stem, wanted),
        lambda: pmid_in_name(stem, wanted),
        lambda: doi_in_text(read.pages, wanted),
        lambda: pmid_in_text(text, wanted),
        lambda: title_in_text(read, wanted),
        lambda: title_in_name(stem, wanted),
        lambda: author_and_year_in_name(stem, wanted),
    ]
    return next((found for sign in signs if (found := sign())), None)


def only(found: Iterable[tuple[Wanted, str]], how: str) -> Match | None:
    """The match where all that was found is one report."""
    by_key = {each.key: evidence for each, evidence in found}
    if len(by_key) != 1:
        return None
    key, evidence = by_key.popitem()
    return Match(key, how, evidence)


def squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def doi_in_name(stem: str, wanted: Sequence[Wanted]) -> Match | None:
    """The DOI with whatever stands for its slash, or its part after the slash if that is long and has digits."""
    name = squeezed(stem)
    known = [(each, squeezed(each.doi), squeezed(each.doi.partition("/")[2])) for each in wanted if each.doi]
    whole = [(each, doi) for each, doi, _ in known if doi in name]
    if whole:
        longest = max(len(doi) for _, doi in whole)  # one DOI may begin as another ends
        return only(((each, each.doi) for each, doi in whole if len(doi) == longest), "doi_name")
    ends = ((each, each.doi) for each, _, end in known if len(end) >= 8 and re.search(r"\d{4}", end) and end in name)
    return only(ends, "doi_name")


def pmid_in_name(stem: str, wanted: Sequence[Wanted]) -> Match | None:
    numbers = set(DIGITS.findall(stem))
    return only(((each, each.pmid) for each in wanted if each.pmid in numbers), "pmid_name")


def doi_in_text(pages: Sequence[str], wanted: Sequence[Wanted]) -> Match | None:
    """The DOI on the first page that has one of ours; where a page has several, they are references, and tell nothing."""
    ours = {each.doi.lower(): each for each in wanted if each.doi}
    for page in pages:
        said = {doi.lower().rstrip(".,;)]") for doi in DOI.findall(page)}
        found = [(ours[doi], doi) for doi in said if doi in ours]
        if found:
            return only(found, "doi_text")
    return None


def pmid_in_text(text: str, wanted: Sequence[Wanted]) -> Match | None:
    numbers = set(PMID.findall(text))
    return only(((each, f"PMID {each.pmid}") for each in wanted if each.pmid in numbers), "pmid_text")


def title_in_text(read: FirstPages, wanted: Sequence[Wanted]) -> Match | None:
    """A title on the first page, or as the file's own, as good as letter for letter and clearly more so than any other."""
    page = fold(read.pages[0])[:4000] if read.pages else ""
    return most_alike(
        [each for each in wanted if len(each.title) >= TITLE_LETTERS],
        lambda title: max(fuzz.partial_ratio(title, page) if len(page) >= len(title) else 0.0, own(title, read.title)),
        ALIKE,
        "title_text",
    )


def own(title: str, said: str) -> float:
    return fuzz.ratio(title, fold(said)) if said else 0.0


def title_in_name(stem: str, wanted: Sequence[Wanted]) -> Match | None:
    words = fold(re.sub(r"[_\-.]+", " ", stem))
    if len([word for word in words.split() if not word.isdecimal()]) < NAME_WORDS:
        return None
    return most_alike(
        [each for each in wanted if len(each.title) >= TITLE_LETTERS],
        lambda title: max(
            fuzz.ratio(title, words), fuzz.partial_ratio(title, words) if len(words) >= len(title) else 0
        ),
        NAME_ALIKE,
        "title_name",
    )


def most_alike(wanted: Sequence[Wanted], alike: Callable[[str], float], least: float, how: str) -> Match | None:
    scored = sorted(((alike(fold(each.title)), place) for place, each in enumerate(wanted)), reverse=True)
    if not scored or scored[0][0] < least or (len(scored) > 1 and scored[0][0] - scored[1][0] < AHEAD):
        return None
    best = wanted[scored[0][1]]
    return Match(best.key, how, best.title[:200])


def author_and_year_in_name(stem: str, wanted: Sequence[Wanted]) -> Match | None:
    words = set(fold(re.sub(r"[_\-.]+", " ", stem)).split())
    named = (each for each in wanted if each.year and len(each.family) > 2)
    found = (
        (each, f"{each.family} {each.year}")
        for each in named
        if str(each.year) in words and set(fold(each.family).split()) <= words
    )
    return only(found, "author_name")
