"""What does an EndNote tagged (Refer, BibIX) file say? Lines of a percent sign, one character and a value."""

import re
from collections.abc import Iterator

from screening.formats.compose import Layout, compose
from screening.formats.draft import Draft
from screening.formats.record import ParsedRecord
from screening.formats.source import Source, blank

_TAG = re.compile(r"\ufeff?%([0-9A-Z@!?+~>(){}<*#$&^=\[\]|])(?:[ \t]([^\r\n]*)|(?=\s*$))")
_OPENING = "0TA"

_LAYOUT = Layout(
    type=("%0",),
    title=("%T", "%!"),
    authors=("%A",),
    year=("%D", "%8"),
    journal=("%J", "%B"),
    volume=("%V",),
    issue=("%N",),
    pages=("%P",),
    doi_hints=("%R", "%U", "%3", "%F", "%Z"),
    pmid_hints=("%U", "%M", "%Z"),
    issn=("%@",),
    abstract=("%X",),
    keywords=("%K",),
    keyword_break=r"[\n;]",
    urls=("%U", "%>"),
    language=("%G",),
    accession=("%M", "%L"),
    database=("%~", "%W"),
)


def read(source: Source) -> Iterator[ParsedRecord]:
    """Yield every record of an EndNote tagged file; what is left out stands in ``source.problems``."""
    for draft in _drafts(source):
        fields, block = draft.fields(), draft.block()
        if any(text for tag, values in fields.items() if tag != "%0" for text in values):
            yield compose(block, fields, _LAYOUT, max_field=source.limits.field_characters)
        else:
            source.empty(block.line, block.end_line)


def _drafts(source: Source) -> Iterator[Draft]:
    draft: Draft | None = None
    after_blank = False
    for line in source.lines():
        empty = blank(line.text)
        found = _TAG.match(line.text)
        if found:
            tag = found.group(1)
            if draft and _begins(draft, tag, after_blank):
                yield draft
                draft = None
            draft = draft or Draft(line, source.limits.record_characters)
            draft.tag(line, "%" + tag, (found.group(2) or "").strip())
        elif draft:
            draft.more(line, line.text.strip())
        elif not empty:
            source.left_out(line)
        after_blank = empty
    if draft:
        yield draft


def _begins(draft: Draft, tag: str, after_blank: bool) -> bool:
    """-> does this tag begin a record? One behind a blank line does, save behind an abstract, which may hold some."""
    if after_blank:
        return tag in _OPENING or draft.last_tag != "%X"
    return tag == "0" and draft.has("%0")
