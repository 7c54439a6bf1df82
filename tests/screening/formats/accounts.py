"""Is every line of a file in a record or in a reported problem? The check that nothing is lost in silence."""

import io
import re
import time

from screening.formats import Result, UnreadableFile, read
from screening.formats.archive import is_packed
from screening.formats.original import original
from screening.formats.source import Line, Source, blank

_TAGS = re.compile(r"<\?.*?\?>|<!--.*?-->|<[^<>]*>", re.DOTALL)
_CUT_TAG = re.compile(r"^[\s\w/\"?=.-]{0,40}>|<[?!/A-Za-z][^<>]*$", re.MULTILINE)
TABLES = ("csv", "tsv")
SECONDS_AT_MOST = 10
LOOKED_FOR = 3  # records of a packed file that are looked for in it again


def account_for(data: bytes) -> None:
    """Read a file, damaged or not: it is refused in a sentence, or every line of it is told of; else AssertionError."""
    started = time.monotonic()
    result = read_or_refused(data)
    assert time.monotonic() - started < SECONDS_AT_MOST, "too slow"
    if isinstance(result, str):
        assert result.endswith("."), f"no sentence: {result}"
        return
    assert [record.position for record in result.records] == list(range(1, len(result.records) + 1))
    for record in result.records:
        texts = (
            record.raw,
            record.title,
            record.abstract,
            *record.authors,
            *(t for v in record.fields.values() for t in v),
        )
        "".join(texts).encode("utf-8")
        assert "\0" not in "".join(texts)
    if is_packed(io.BytesIO(data)):  # the lines of what is packed, workbooks too, are not those of the file
        for record in result.records[:LOOKED_FOR]:
            place = record.line, record.end_line, record.raw
            assert original(data, *place, member=record.member), f"record {record.position} is not found again"
        return
    assert (found := unaccounted(data, result)) == [], f"lines that nothing tells of: {found[:5]}"
    assert (found_at := misplaced(data, result)) == [], f"raw text not where it is said to be: records {found_at[:5]}"


def read_or_refused(data: bytes) -> Result | str:
    """-> what a file holds, or the words in which it is refused."""
    try:
        return read(data)
    except UnreadableFile as error:
        return str(error)


def unaccounted(data: bytes, result: Result) -> list[tuple[int, str]]:
    """-> the lines, with their numbers, of a file that is no archive, which nothing tells of.

    What only frames the records is none of them: a table's header row, the tags around XML records, the
    commas between BibTeX entries.
    """
    told = {number for record in result.records for number in range(record.line, record.end_line + 1)}
    told |= {
        number for problem in result.problems for first, last in problem.lines for number in range(first, last + 1)
    }
    lines = list(Source(io.BytesIO(data), encoding=result.encoding).lines())
    if result.format.endswith("xml"):
        lines = without_tags(lines)
    missing = [(line.number, line.text) for line in lines if line.number not in told]
    if result.format.endswith("xml"):
        rest = "".join(text for _, text in missing)
        missing = [] if blank(_CUT_TAG.sub("", rest)) else missing
    missing = [(number, text) for number, text in missing if not blank(text.replace(",", ""))]
    if result.format in TABLES and missing:
        first = missing[0][0]
        missing = [(number, text) for place, (number, text) in enumerate(missing) if number != first + place]
    return missing


def without_tags(lines: list[Line]) -> list[Line]:
    """-> the lines of an XML file, with blanks in place of its tags, which may go over several."""
    bare = _TAGS.sub(lambda tag: re.sub(r"[^\r\n]", " ", tag.group()), "".join(line.text for line in lines))
    found, place = [], 0
    for line in lines:
        found.append(Line(line.number, bare[place : place + len(line.text)]))
        place += len(line.text)
    return found


def misplaced(data: bytes, result: Result) -> list[int]:
    """-> the positions of records whose raw text is not found, byte for byte, where they say that it stands."""
    lines = [line.text for line in Source(io.BytesIO(data), encoding=result.encoding).lines()]
    places = ((record, "".join(lines[record.line - 1 : record.end_line])) for record in result.records)
    return [record.position for record, text in places if record.raw not in text]
