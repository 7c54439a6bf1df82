"""What does the Cochrane Library's plain text say? "Record #1 of 9" above each record, then a tag, a colon and a value a line."""

import re
from collections.abc import Iterator

from screening.formats.compose import Layout, compose
from screening.formats.draft import Draft
from screening.formats.record import ParsedRecord
from screening.formats.source import Source, blank

_START = re.compile(r"\ufeff?Record #\d{1,7} of \d{1,7}\s*$")
_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}): ?([^\r\n]*)")

_LAYOUT = Layout(
    type=("PT",),
    title=("TI",),
    authors=("AU",),
    year=("YR", "PD"),
    journal=("SO",),
    volume=("VL", "VO"),
    issue=("NO", "IS"),
    pages=("PG",),
    doi=("DOI",),
    doi_hints=("US",),
    pmid_hints=("PM",),
    issn=("SN",),
    abstract=("AB",),
    keywords=("KY", "MH"),
    keyword_break=r"[;\n]",
    urls=("US",),
    language=("LA",),
    accession=("ID",),
)


def read(source: Source) -> Iterator[ParsedRecord]:
    """Yield every record of a plain text of the Cochrane Library; what is left out stands in ``source.problems``."""
    for draft in _drafts(source):
        fields, block = draft.fields(), draft.block()
        if any(text for values in fields.values() for text in values):
            yield compose(block, fields, _LAYOUT, draft.remarks, max_field=source.limits.field_characters)
        else:
            source.empty(block.line, block.end_line)


def _drafts(source: Source) -> Iterator[Draft]:
    draft: Draft | None = None
    for line in source.lines():
        if _START.match(line.text):
            if draft:
                yield draft
            draft = Draft(line, source.limits.record_characters)
            draft.keep(line)
        elif draft and (found := _TAG.match(line.text)):
            draft.tag(line, found.group(1), found.group(2).strip())
        elif draft and draft.has_tags:
            draft.more(line, line.text.strip())
        elif draft and not blank(line.text):
            draft.aside(line)
        elif draft:
            draft.keep(line)
        elif not blank(line.text):
            source.left_out(line)
    if draft:
        yield draft
