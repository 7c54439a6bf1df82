"""What does a record say, once the ways in which databases write it are taken away?"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from screening.dedupe.kinds import REGISTRATION, is_notice, kind, trial_number
from screening.dedupe.people import Author, authors
from screening.dedupe.place import Pages, issue, pages, volume
from screening.dedupe.titles import title
from screening.dedupe.words import fold, numbers, restored, signs
from screening.formats import identifiers


@dataclass(frozen=True, slots=True)
class Record:
    """One record as an export gave it. Only the id must be there; "" and () stand for what the export does not say."""

    id: Hashable
    """Names the record; any value that can be a dictionary's key. It takes no part in the comparison."""
    title: str = ""
    authors: tuple[str, ...] = ()
    """One name each, in order, in whatever form: "Family, Given", "Family GH", "G. H. Family"."""
    year: int | None = None
    journal: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    """A DOI in any dress: bare, in a link, with spaces inside."""
    pmid: str = ""
    abstract: str = ""
    type: str = ""
    """What the export calls it: "JOUR", "Conference Abstract", "Preprint" ..."""
    accession: str = ""
    """The number under which the database has it, of which only that of a register of trials is compared."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a record is compared. Two records whose facts are equal say the same."""

    title: str
    """The title in folded words, without notes of the database around it."""
    compact: str
    """The title's letters and digits, without spaces."""
    other_title: str
    """The letters and digits of the title in another language, where the record has both."""
    foreign: bool
    """Whether the title is marked as a translation, or stands in two languages."""
    cut: bool
    """Whether the title ends inside a note, so that more may be lost."""
    numbers: tuple[str, ...]
    """The numerals in the title, Roman ones and number words as digits, sorted."""
    signs: frozenset[str]
    """The words in the title behind which stands a plus or a minus, with the sign."""
    authors: tuple[Author, ...]
    year: int | None
    journal: str
    volume: str
    issue: str
    pages: Pages
    doi: str
    pmid: str
    abstract: str
    """The first letters and digits of the abstract."""
    kind: str
    """What it says of itself, one of `kinds`; "" for an article or unsaid."""
    trial: str
    """The number of a registered trial, for an entry of a register."""
    notice: bool
    """Whether the title begins like a notice: erratum, comment, reply, retraction."""


def facts(record: Record) -> Facts:
    """-> what of a record is compared."""
    said = title(restored(record.title))
    words = fold(said.main)
    doi = identifiers.doi(record.doi)
    what = kind(record.type, record.journal, record.title, doi)
    registered = what == REGISTRATION
    return Facts(
        title=words,
        compact=words.replace(" ", ""),
        other_title=fold(said.other).replace(" ", ""),
        foreign=said.foreign,
        cut=said.cut,
        numbers=numbers(words),
        signs=signs(said.main),
        authors=authors(tuple(map(restored, record.authors))),
        year=record.year,
        journal=record.journal[:_JOURNAL_KEPT].strip(),
        volume=volume(record.volume),
        issue=issue(record.issue),
        pages=pages(record.pages),
        doi=doi,
        pmid=identifiers.pmid(record.pmid),
        abstract=fold(record.abstract[:_ABSTRACT_READ]).replace(" ", "")[:_ABSTRACT_KEPT],
        kind=what,
        trial=trial_number(record.accession, record.journal, *record.authors[:3], record.title) if registered else "",
        notice=is_notice(record.title, words),
    )


_JOURNAL_KEPT = 300
_ABSTRACT_READ = 1200
_ABSTRACT_KEPT = 400
