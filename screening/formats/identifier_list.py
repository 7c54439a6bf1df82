"""Which publications does a bare list of DOIs and PubMed ids name? One record for each, that holds the identifier and no more.

PubMed exports such lists ("PMID format"), and people paste them. A line may hold several, parted by blanks, commas or semicolons.
"""

import re
from collections.abc import Iterator

from screening.formats import identifiers
from screening.formats.compose import Block, Layout, compose
from screening.formats.record import ParsedRecord
from screening.formats.source import Line, Source, blank

_DOI = (
    r"(?:https?://(?:dx\.|www\.)?doi\.org/|doi\s*[:=]?\s*)?"
    r"10\.\d{4,9}(?:\.\d+)*/(?:(?![,;|]\s*(?:https?:|doi\b|10\.\d{4,9}/))\S)+"
)
_PMID = (
    r"https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/\d{1,8}/?"
    r"|(?:PMID|PubMed(?:\s?ID)?|MEDLINE)\s*[:=]?\s*[1-9]\d{0,7}(?![\w.])"
    r"|(?<![\w.])[1-9]\d{3,7}(?![\w.])"  # shorter ones, of which few are left, could be any number
)
_IDENTIFIER = re.compile(rf"(?P<doi>{_DOI})|(?P<pmid>{_PMID})", re.IGNORECASE)
_SEPARATORS = ",;|\"'"
_HEADING = re.compile(r"[\s\"']*(?:dois?|pmids?|pubmed ids?|uids?|identifiers?)[\s\"',;|]*", re.IGNORECASE)
_LOOKED_AT = 50

_LAYOUT = Layout(doi=("doi",), pmid=("pmid",))
MISSING = "only the identifier is known; title, authors, year and abstract are missing"


def is_list(head: str) -> bool:
    """-> does a text hold nothing but identifiers, but for some of its lines?"""
    lines = [line for line in head.splitlines()[:_LOOKED_AT] if not blank(line) and not _HEADING.fullmatch(line)]
    good = sum(1 for line in lines if _IDENTIFIER.search(line) and not _rest(line))
    return good > 0 and 2 * good >= len(lines)


def read(source: Source) -> Iterator[ParsedRecord]:
    """Yield a record for every identifier; what is none stands in ``source.problems``."""
    for line in source.lines():
        named = list(_named(line))
        yield from named
        if _HEADING.fullmatch(line.text):
            source.problems.add("a heading holds no identifier.", line.number)
        elif (rest := _rest(line.text)) or (not named and not blank(line.text)):
            source.problems.add("this is no DOI and no PubMed id.", line.number, left_out=True, text=rest or line.text)


def _named(line: Line) -> Iterator[ParsedRecord]:
    for found in _IDENTIFIER.finditer(line.text):
        name = "doi" if found.group("doi") else "pmid"
        read = identifiers.doi if name == "doi" else identifiers.pmid
        if read(found.group()):
            block = Block(line.number, line.number, found.group())
            problem = f"Line {line.number}: {MISSING}."
            yield compose(block, {name: (found.group(),)}, _LAYOUT, [problem], titled=False)


def _rest(text: str) -> str:
    """-> what of a line is no identifier."""
    return " ".join(_IDENTIFIER.sub(_unread, text).translate(dict.fromkeys(map(ord, _SEPARATORS), " ")).split())


def _unread(found: re.Match[str]) -> str:
    read = identifiers.doi if found.group("doi") else identifiers.pmid
    return "" if read(found.group()) else found.group()
