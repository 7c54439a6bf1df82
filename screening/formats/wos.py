"""What does a Web of Science file say? The tagged exports (CIW, ISI, plain text) of its databases.

A tag is two characters and a blank; wrapped lines are indented by three. A record runs from PT to ER.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from screening.formats.compose import Layout, compose
from screening.formats.draft import Draft
from screening.formats.record import ParsedRecord
from screening.formats.source import Line, Source, blank

_TAG = re.compile(r"\ufeff?([A-Z][A-Z0-9])(?: ([^\r\n]*)|(?=\s*$))")
_HEADER = ("FN", "VR", "EF")
# Of these each line is a value of its own; the lines of every other tag are one text, wrapped.
_LISTS = {"AU", "AF", "BA", "BF", "BE", "ED", "CA", "GP", "CR", "C1", "RI", "OI"}
_PEOPLE = {"AU", "AF", "BA", "BF"}
_ADDRESS = re.compile(r"\s*\([^()\s@]*@[^()]*\)")

_LAYOUT = Layout(
    type=("DT", "PT"),
    title=("TI", "FT", "TT"),
    authors=("AF", "AU", "BF", "BA", "CA", "GP"),
    year=("PY", "PD", "EA", "EY", "CY"),
    journal=("SO", "JI", "J9", "SE"),
    volume=("VL",),
    issue=("IS",),
    pages=("BP", "AR", "PS"),
    last_page=("EP",),
    doi=("DI", "D2"),
    doi_hints=("ID", "UR"),
    pmid=("PM",),
    pmid_hints=("UT",),
    issn=("SN", "EI"),
    abstract=("AB",),
    keywords=("DE", "ID", "MH", "MQ"),
    keyword_break=r"[;\n]",
    urls=("UR", "DL"),
    language=("LA",),
    accession=("UT", "AN"),
)


def read(source: Source) -> Iterator[ParsedRecord]:
    """Yield every record of a Web of Science file; what is left out stands in ``source.problems``."""
    for draft in _drafts(source):
        fields = {
            tag: tuple(part for value in values for part in _parts(tag, value))
            for tag, values in draft.fields().items()
        }
        block = draft.block()
        if not any(text for tag, values in fields.items() if tag != "PT" for text in values):
            source.empty(block.line, block.end_line)
            continue
        problems = [] if draft.ended else [f"Line {draft.line}: the record has no ER line; it may be cut."]
        record = compose(block, fields, _LAYOUT, problems, max_field=source.limits.field_characters)
        yield replace(record, authors=tuple(_ADDRESS.sub("", author) for author in record.authors))


def _parts(tag: str, value: str) -> list[str]:
    if tag in _PEOPLE:  # old exports have all of them on one line
        return [name.strip() for name in re.split(r"\n|;\s", value)]
    return value.split("\n") if tag in _LISTS else [value.replace("\n", " ")]


def _drafts(source: Source) -> Iterator[Draft]:
    draft: Draft | None = None
    for line in source.lines():
        found = _TAG.match(line.text)
        tag = found.group(1) if found else ""
        if tag == "PT" and draft:
            yield draft
            draft = None
        if tag == "ER" and draft and not line.text[2:].strip():
            draft.keep(line)
            draft.ended = True
            yield draft
            draft = None
        elif found and (draft or tag not in (*_HEADER, "ER")):
            draft = draft or Draft(line, source.limits.record_characters)
            draft.tag(line, tag, (found.group(2) or "").strip())
        elif draft and not blank(line.text):
            draft.more(line, line.text.strip())
        elif draft:
            draft.keep(line)
        elif not blank(line.text):
            _outside(source, line, tag)
    if draft:
        yield draft
        source.problems.add("the file ends inside a record (no ER line).", draft.block().end_line)


def _outside(source: Source, line: Line, tag: str) -> None:
    if tag in _HEADER:
        source.problems.add("the file's own header and end lines hold no record.", line.number)
    else:
        source.left_out(line)
