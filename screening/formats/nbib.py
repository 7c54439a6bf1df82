"""What does a PubMed file say? NBIB and MEDLINE text, ERIC's files in the same manner, and Ovid's tagged citations.

A tag fills four places and is followed by a hyphen; wrapped lines are indented. Records are parted by
blank lines, by a number in angle brackets (Ovid), or only by the next PMID where files were joined.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from screening.formats import names, ovid
from screening.formats.clean import shown
from screening.formats.compose import Layout, compose
from screening.formats.draft import Draft
from screening.formats.record import ParsedRecord
from screening.formats.source import Source, blank

_TAG = re.compile(r"\ufeff?([A-Z][A-Z0-9]{1,3}) {0,3}- ?([^\r\n]*)")
_NUMBER = re.compile(r"\ufeff?<\s?\d{1,7}\s?\.?\s?>\s*$")
_OPENING = {"PMID", "UI", "PMC"}

_LAYOUT = Layout(
    type=("PT", "DT"),
    title=("TI", "BTI", "CTI", "TT"),
    authors=("FAU", "FA", "AU", "CN"),
    year=("DP", "YR", "PY", "DEP", "DA", "EDAT"),
    journal=("JT", "NJ", "JN", "JF", "TA", "JW", "JA"),
    volume=("VI", "VO", "VL"),
    issue=("IP",),
    pages=("PG", "PA"),
    doi=("DO", "DI"),
    doi_hints=("LID", "AID", "SO", "UR"),
    pmid=("PMID", "PM"),
    pmid_hints=("UI", "UR"),
    issn=("IS", "SN", "ISSN"),
    abstract=("AB", "OAB"),
    keywords=("MH", "OT", "KW", "DE"),
    urls=("LID", "UR", "AID"),
    language=("LA", "LG"),
    accession=("PMID", "AN", "UI", "OID"),
    database=("DB", "VN"),
)
_NO_ABSTRACT = re.compile(r"\s*Publisher: Abstract available from the publisher\.?\s*$")


def read(source: Source) -> Iterator[ParsedRecord]:
    """Yield every record of a PubMed file; what is left out stands in ``source.problems``."""
    for draft in _drafts(source):
        fields = draft.fields(" ")
        block = draft.block()
        if any(text for values in fields.values() for text in values):
            yield _record(compose(block, fields, _LAYOUT, draft.remarks, max_field=source.limits.field_characters))
        else:
            source.empty(block.line, block.end_line)


def _drafts(source: Source) -> Iterator[Draft]:
    draft: Draft | None = None
    after_blank = False
    for line in source.lines():
        text = line.text
        empty = blank(text)
        found = None if empty else _TAG.match(text)
        if not empty and (_NUMBER.match(text) or (found and _begins(draft, found.group(1), after_blank))):
            if draft:
                yield draft
            draft = Draft(line, source.limits.record_characters)
        if empty:
            if draft:
                draft.keep(line)
        elif found:
            draft = draft or Draft(line, source.limits.record_characters)
            draft.tag(line, found.group(1), found.group(2).strip())
        elif draft and (not after_blank or text[0] in " \t" or draft.line == line.number):
            draft.more(line, text.strip())
        elif draft:
            draft.aside(line)
        else:
            source.left_out(line)
        after_blank = empty
    if draft:
        yield draft


def _begins(draft: Draft | None, tag: str, after_blank: bool) -> bool:
    """-> does this tag begin a record? One behind a blank line does, and a second PMID without one."""
    if draft is None or not draft.has_tags:
        return False
    return after_blank or (tag in _OPENING and draft.has(tag))


def _record(record: ParsedRecord) -> ParsedRecord:
    if _NO_ABSTRACT.match(record.abstract):
        record = replace(record, abstract="")
    groups = tuple(filter(None, map(names.tidy, record.fields.get("CN", ()))))
    if groups and record.authors != groups:
        record = replace(record, authors=tuple(dict.fromkeys((*record.authors, *groups))))
    if not record.journal and "TI" in record.fields:  # a chapter has its book where an article has its journal
        record = replace(record, journal=shown(next(iter(record.fields.get("BTI", ())), "")))
    return ovid.placed(record, "SO") if "VN" in record.fields or not record.journal else record
