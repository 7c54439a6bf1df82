"""What does a RefWorks tagged file say? Two characters, a blank and a value; a record begins with RT."""

import re
from collections.abc import Iterator
from dataclasses import replace

from screening.formats import names
from screening.formats.compose import Layout, compose
from screening.formats.draft import Draft
from screening.formats.record import ParsedRecord
from screening.formats.source import Source, blank

_TAGS = (
    "RT SR ID A1 A2 A3 A4 A5 A6 T1 T2 T3 JF JO YR FD VO IS SP OP K1 AB NO ED PB PP SN AV AD AN LA CL SF OT LK DO CN DB DS IP "
    "RD ST U1 U2 U3 U4 U5 U6 U7 U8 U9 U10 U11 U12 U13 U14 U15 UL SL LL CR WT WV WP OL PMID PMCID NIHMSID CA PN PM"
)
_TAG = re.compile(r"\ufeff?(" + "|".join(sorted(_TAGS.split(), key=len, reverse=True)) + r")(?: ([^\r\n]*)|(?=\s*$))")

_LAYOUT = Layout(
    type=("RT",),
    title=("T1", "OT"),
    authors=("A1",),
    year=("YR", "FD"),
    journal=("JF", "JO", "T2"),
    volume=("VO",),
    issue=("IS",),
    pages=("SP",),
    last_page=("OP",),
    doi=("DO",),
    doi_hints=("LK", "UL", "NO"),
    pmid=("PMID", "PM"),
    pmid_hints=("AN", "LK", "UL", "NO"),
    issn=("SN",),
    abstract=("AB",),
    keywords=("K1",),
    keyword_break=r"[\n;]",
    urls=("UL", "LK"),
    language=("LA", "OL"),
    accession=("AN",),
    database=("DB", "DS"),
)


def read(source: Source) -> Iterator[ParsedRecord]:
    """Yield every record of a RefWorks tagged file; what is left out stands in ``source.problems``."""
    for draft in _drafts(source):
        fields, block = draft.fields(), draft.block()
        if any(text for tag, values in fields.items() if tag != "RT" for text in values):
            record = compose(block, fields, _LAYOUT, max_field=source.limits.field_characters)
            yield replace(record, authors=names.behind_one_tag(record.authors))
        else:
            source.empty(block.line, block.end_line)


def _drafts(source: Source) -> Iterator[Draft]:
    draft: Draft | None = None
    for line in source.lines():
        found = _TAG.match(line.text)
        if found and found.group(1) == "RT":
            if draft:
                yield draft
            draft = Draft(line, source.limits.record_characters)
        if draft and found:
            draft.tag(line, found.group(1), (found.group(2) or "").strip())
        elif draft:
            draft.more(line, line.text.strip())
        elif not blank(line.text):
            source.left_out(line)
    if draft:
        yield draft
