"""What does an Ovid file say? The layout with each field's name on a line of its own and its value indented.

A record begins with its number in angle brackets. Journal, volume, issue, pages and date stand in one
Source line: ``Ecohydrology. 8(6):1048-1064, September 2015.``
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from screening.formats.compose import Layout, compose
from screening.formats.draft import Draft
from screening.formats.record import ParsedRecord
from screening.formats.source import Source, blank

_NUMBER = re.compile(r"\ufeff?<\s*\d{1,7}\s*\.?\s*>\s*$")
_NAME = re.compile(r"([A-Z][A-Za-z0-9 ,/&()'-]{1,60}?)\.?\s*$")
_NO_YEAR = r"(?!(?:19|20)\d\d\s*\.?\s*$)"
_SOURCE = re.compile(
    rf"(?P<journal>.+?)(?:\.|,)\s+(?:vol\.?\s*)?(?P<volume>{_NO_YEAR}[A-Z]?\d[\w-]*)?\s*(?:\((?P<issue>[^()]*)\))?\s*"
    rf"(?:\([^()]*\))?\s*[:(]?\s*(?:pp\.?\s*)?(?P<pages>{_NO_YEAR}[A-Za-z]?\d[\w.\u2010-\u2015-]*)?",
    re.DOTALL,
)
# As Embase on Ovid has it: "Journal of Tea. 12 (3) (pp 101-109), 2018. Article Number: 44. Date of Publication: 01 Mar 2018."
_EMBASE = re.compile(
    r"(?P<journal>.+?)\. (?:.{0,400}?\. )?(?P<volume>[A-Z]?\d[\w-]*)? ?(?:\((?P<issue>[^()]{1,40})\) ?)?"
    r"\((?:pp? (?P<pages>[\w.,\u2010-\u2015 -]{1,40})|no pagination)\)"
)
_ALONE = re.compile(r"(?P<journal>[^.]{3,200})\.?\s*")
_AUTHOR_MARKS = re.compile(
    r"(?:\s+\d+(?:\s*,\s*\d+)*|\s*\([^()]*\)|\s+\[[^\[\]]*\]|;|\s+[*+\u2020\u2021\u00a7]+)+\s*\.?$|(?<=[a-z]{2})\.$"
)
# Degrees stand behind a given name that is written out; behind a family name the same letters are initials.
_DEGREES = re.compile(
    r"(?<=, )([^,]*[a-z]{2}[^,]*?)(?:,?\s+(?:MD|PhD|DPhil|MSc|MPH|RN|MBBS|FRCS|DrPH|BSc|MA|MS|MBA|ScD|PharmD|DO|DDS)\b\.?)+$"
)
_LONGEST_NAME = 300
_TITLE_NOTE = re.compile(
    r"\s*\[(?:Article|Review|Miscellaneous|Letter|Editorial|Report|Abstract|Comment)[^\[\]]{0,40}\]\s*$"
)

_LAYOUT = Layout(
    type=("Publication Type", "Document Type"),
    title=("Title", "Article Title", "Chapter Title", "Original Title"),
    year=("Year of Publication", "Publication Year", "Date of Publication", "Publication Date"),
    journal=("Journal Name", "Journal", "Source Title", "Publication Title"),
    volume=("Volume",),
    issue=("Issue", "Issue/Part", "Number"),
    pages=("Pages", "Page", "Pagination"),
    doi=("DOI Number", "DOI", "Digital Object Identifier"),
    doi_hints=("Link to the Ovid Full Text or citation", "Link", "URL"),
    pmid=("PMID", "PubMed ID"),
    issn=("ISSN", "ISSN Print"),
    abstract=("Abstract",),
    keywords=(
        "Author Keywords",
        "Keywords",
        "Key Concepts",
        "Subject Headings",
        "MeSH Subject Headings",
        "Keyword Heading",
    ),
    keyword_break=r"[;\n]",
    urls=("Link to the Ovid Full Text or citation", "URL", "Link"),
    language=("Language",),
    accession=("Unique Identifier", "Accession Number", "UI"),
    database=("Database", "VN"),
)
_AUTHORS = ("Authors", "Author", "Author(s)", "Authors Full Name", "Corporate Author", "Group Author")


def read(source: Source) -> Iterator[ParsedRecord]:
    """Yield every record of an Ovid file; what is left out stands in ``source.problems``."""
    for draft in _drafts(source):
        fields, block = draft.fields(), draft.block()
        if any(text for values in fields.values() for text in values):
            yield _completed(compose(block, fields, _LAYOUT, max_field=source.limits.field_characters))
        else:
            source.empty(block.line, block.end_line)


def _drafts(source: Source) -> Iterator[Draft]:
    draft: Draft | None = None
    for line in source.lines():
        text = line.text
        if _NUMBER.match(text):
            if draft:
                yield draft
            draft = Draft(line, source.limits.record_characters)
            draft.keep(line)
        elif draft and text[:1] not in " \t" and (named := _NAME.match(text)):
            draft.tag(line, named.group(1), "")
        elif draft and draft.has_tags:
            draft.more(line, text.strip())
        elif draft:
            draft.keep(line)
        elif not blank(text):
            source.left_out(line)
    if draft:
        yield draft


def _completed(record: ParsedRecord) -> ParsedRecord:
    record = placed(record, "Source", "Status")
    return replace(record, title=_TITLE_NOTE.sub("", record.title), authors=_authors(record.fields))


def placed(record: ParsedRecord, source: str, *dated: str) -> ParsedRecord:
    """-> a record with what it lacks of journal, volume, issue, pages and year, taken from the field ``source``.

    The year also from the fields ``dated``, where the source has none.
    """
    text = " ".join(next(iter(record.fields.get(source, ())), "").split())
    place = _EMBASE.match(text) or _SOURCE.match(text) or _ALONE.fullmatch(text)
    parts = {"journal": "", "volume": "", "issue": "", "pages": ""} | (place.groupdict("") if place else {})
    years = [
        year
        for field in (source, *dated)
        for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", " ".join(record.fields.get(field, ()))[-200:])[-1:]
    ]
    return replace(
        record,
        journal=record.journal or parts["journal"].strip(),
        volume=record.volume or parts["volume"],
        issue=record.issue or parts["issue"],
        pages=record.pages or parts["pages"].rstrip("."),
        year=record.year or (int(years[0]) if years else None),
    )


def _authors(fields: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """-> the names, without the numbers of their affiliations."""
    for name in _AUTHORS:
        texts = [part for text in fields.get(name, ()) for part in re.split(r";|\n", text)]
        if names := tuple(filter(None, (_without_marks(text.strip()) for text in texts))):
            return names
    return ()


def _without_marks(name: str) -> str:
    if len(name) >= _LONGEST_NAME:
        return name
    return _DEGREES.sub(r"\1", _AUTHOR_MARKS.sub("", name).rstrip()).rstrip()
