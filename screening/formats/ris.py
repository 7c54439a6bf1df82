"""What does a RIS file say? Every dialect of the tagged format that most databases export.

A record begins with TY and ends with ER or with the next TY; a line without a tag goes on with the
value before it. Databases differ in the spaces around the hyphen, in case, and in which tag holds what.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from screening.formats import kinds, names
from screening.formats.clean import present, shown
from screening.formats.compose import Fields, Layout, compose
from screening.formats.draft import Draft
from screening.formats.record import ParsedRecord
from screening.formats.source import Source, blank

# Between tag and hyphen stand two spaces; some write another number, or what a word processor makes of spaces and hyphen.
_GAP, _DASH = "[ \t\xa0]{0,4}", "[-\u2010-\u2014\u2212]"
_TYPE = re.compile(rf"[\ufeff\s]{{0,4}}(TY{_GAP}{_DASH}|ty  ?-)([^\r\n]*)")
_TYPE_NAME = re.compile(r"(?:[A-Za-z][A-Za-z0-9 ]{0,30})?")
_END = re.compile(rf"[\ufeff\s]{{0,4}}(?:ER{_GAP}{_DASH}|er  ?-)\s*$")
_STRICT = re.compile(r"[\ufeff ]{0,3}([A-Z][A-Z0-9])  -[ \t]?([^\r\n]*)")
_LOOSE = re.compile(rf"[\ufeff ]{{0,3}}([A-Z][A-Z0-9]){_GAP}{_DASH}(?:[ \t\xa0]+([^\r\n]*)|(?=\s*$))")
_TIGHT = re.compile(r"[\ufeff ]{0,3}([A-Z][A-Z0-9])[ \t]{1,4}-[ \t]?([^\r\n]*)")  # no space behind the hyphen
# What stands in M3 ("type of work") is a type where it reads like one; some programs put other things there.
_TYPE_OF_WORK = re.compile(r"(?!.*(?:10\.\d{4}|\d{3}|https?:))[A-Za-z][^\n]{0,79}")
# Names that some databases write in place of a tag of two characters.
_LONG = re.compile(r"[\ufeff ]{0,3}(PMID|PMCID|DOI|ISSN|ISBN|DESCRIPTORS)[ \t]{0,3}-[ \t]?([^\r\n]*)")
_LOWER = re.compile(r"[\ufeff ]{0,3}([a-z][a-z0-9])  ?-(?:[ \t]+([^\r\n]*)|(?=\s*$))")

# Numbers of registers and of Embase, which stand in tags for anything; Embase has the PubMed id of a record in C5, Scopus in C2.
_EMBASE = re.compile(r"L\d{6,12}")
_NUMBER = re.compile(rf"NCT\d{{8}}|ISRCTN\d{{8}}|ACTRN\d{{14}}|CN-\d{{8}}|{_EMBASE.pattern}")
_PMID = re.compile(r"[1-9]\d{5,7}")

_LAYOUT = Layout(
    type=("TY",),
    title=("TI", "T1", "CT", "BT", "ST"),
    authors=("AU", "A1"),
    year=("PY", "Y1", "DA"),
    journal=("JF", "T2", "JO", "JA", "J2", "JI"),
    volume=("VL", "VO"),
    issue=("IS", "CP"),
    pages=("SP", "PG", "C7"),
    last_page=("EP",),
    doi=("DO", "DI", "DOI"),
    doi_hints=("L3", "M3", "L1", "L2", "UR", "LK", "N1", "C7", "AN", "ID", "U1", "U2"),
    pmid=("PM", "PMID"),
    pmid_hints=("AN", "U1", "UR", "M1", "N1", "L2", "ID", "C2", "C3"),
    issn=("SN", "ISSN", "ISBN"),
    abstract=("AB", "N2"),
    keywords=("KW",),
    keyword_break=r"[\n;]",
    urls=("UR", "L2", "LK", "L1"),
    language=("LA",),
    accession=("AN", "UT"),
    database=("DB", "DP"),
)
_CHAPTER = replace(_LAYOUT, journal=(*_LAYOUT.journal, "BT"))


def read(source: Source) -> Iterator[ParsedRecord]:
    """Yield every record of a RIS file; what is left out stands in ``source.problems``."""
    for draft in _drafts(source):
        record = _record(draft, source)
        if record is None:
            block = draft.block()
            source.empty(block.line, block.end_line)
        else:
            yield record


def _drafts(source: Source) -> Iterator[Draft]:
    draft: Draft | None = None
    pattern = _STRICT
    after_blank = False
    for line in source.lines():
        found = pattern.match(line.text)
        if (not found or found.group(1) == "TY") and (start := type_line(line.text)):
            within = draft is not None and not after_blank and not draft.has("TY")  # some write TY behind other tags
            if draft and not within:
                yield draft
            mark, kind = start
            pattern = _style(mark, line.text)
            if draft is None or not within:
                draft = Draft(line, source.limits.record_characters)
            draft.tag(line, "TY", kind)
        elif (not found or found.group(1) in ("ER", "er")) and _END.match(line.text):
            if draft:
                draft.keep(line)
                draft.ended = True
                yield draft
                draft = None
            else:
                source.problems.add("an ER line stands outside any record.", line.number, left_out=True)
        elif found:
            draft = draft or Draft(line, source.limits.record_characters)
            draft.tag(line, found.group(1).upper(), found.group(2) or "")
        elif draft and (named := _LONG.match(line.text)):
            draft.tag(line, named.group(1), named.group(2))
        elif draft and draft.last_tag == "TY" and not blank(line.text):
            draft.aside(line)
        elif draft:
            draft.more(line, line.text.strip("\ufeff\r\n"))
        elif not blank(line.text):
            source.left_out(line)
        after_blank = blank(line.text)
    if draft:
        yield draft
        if draft.fields() and not draft.ended:
            source.problems.add("the file ends inside a record (no ER line).", draft.block().end_line)


def type_line(text: str) -> tuple[str, str] | None:
    """-> the mark and the type of a line that begins a record, or None."""
    found = _TYPE.match(text)
    kind = found.group(2).strip() if found else ""
    return (found.group(1), kind) if found and _TYPE_NAME.fullmatch(kind) else None


def _style(start: str, line: str) -> re.Pattern[str]:
    if start.islower():
        return _LOWER
    if start == "TY  -":
        return _STRICT
    return _TIGHT if start == "TY -" and re.search(r"-\w", line) else _LOOSE


def _record(draft: Draft, source: Source) -> ParsedRecord | None:
    fields = draft.fields()
    if not any(text for tag, values in fields.items() if tag != "TY" for text in values):
        return None
    problems = list(draft.remarks)
    if "TY" not in fields:
        problems.append(f"Line {draft.line}: the record has no TY line, so its type is unknown.")
    if not draft.ended:
        problems.append(f"Line {draft.line}: the record has no ER line; it may be cut.")
    layout = _CHAPTER if fields.get("TI") or fields.get("T1") else _LAYOUT
    record = compose(draft.block(), fields, layout, problems, max_field=source.limits.field_characters)
    longer = next((text for text in map(shown, fields.get("T1", ())) if text.startswith(record.title)), record.title)
    record = replace(
        record, title=longer, authors=names.behind_one_tag(record.authors)
    )  # ProQuest cuts one of two titles
    number = record.accession or next((text for text in _stated(fields, "ID", "U2") if _NUMBER.fullmatch(text)), "")
    pmid = record.pmid
    if not pmid and (tag := "C5" if _EMBASE.fullmatch(number) else "C2" if "Scopus" in _stated(fields, "DB") else ""):
        pmid = next((text for text in _stated(fields, tag) if _PMID.fullmatch(text)), "")
    return replace(record, type=_type(record.type, fields.get("M3", ())), accession=number, pmid=pmid)


def _stated(fields: Fields, *tags: str) -> Iterator[str]:
    return (text.strip() for tag in tags for text in fields.get(tag, ()))


def _type(mark: str, works: tuple[str, ...]) -> str:
    """-> the type in M3, such as "Conference Abstract", where it tells more than TY and does not contradict it."""
    for work in works:
        if _TYPE_OF_WORK.fullmatch(work) and present(work) and kinds.of(mark) in (kinds.ARTICLE, kinds.of(work)):
            return shown(work)
    return mark
