"""Is every line of a file in a record or in a reported problem? The check that nothing is lost in silence."""

import io
import re

from screening.formats import Result
from screening.formats.source import Source, blank

_TAGS = re.compile(r"<\?.*?\?>|<!--.*?-->|<[^<>]*>", re.DOTALL)
_CUT_TAG = re.compile(r"^[\s\w/\"?=.-]{0,40}>|<[?!/A-Za-z][^<>]*$", re.MULTILINE)
TABLES = ("csv", "tsv")


def unaccounted(data: bytes, result: Result) -> list[tuple[int, str]]:
    """-> the lines, with their numbers, of a file that is no archive, which nothing tells of.

    What only frames the records is none of them: a table's header row, the tags around XML records, the
    commas between BibTeX entries.
    """
    told = {number for record in result.records for number in range(record.line, record.end_line + 1)}
    told |= {
        number for problem in result.problems for first, last in problem.lines for number in range(first, last + 1)
    }
    lines = Source(io.BytesIO(data), encoding=result.encoding).lines()
    missing = [(line.number, line.text) for line in lines if line.number not in told]
    if result.format.endswith("xml"):
        rest = _TAGS.sub("", "".join(text for _, text in missing))
        missing = [] if blank(_CUT_TAG.sub("", rest)) else missing
    missing = [(number, text) for number, text in missing if not blank(text.replace(",", ""))]
    if result.format in TABLES and missing:
        first = missing[0][0]
        missing = [(number, text) for place, (number, text) in enumerate(missing) if number != first + place]
    return missing


def misplaced(data: bytes, result: Result) -> list[int]:
    """-> the positions of records whose raw text is not found, byte for byte, where they say that it stands."""
    lines = [line.text for line in Source(io.BytesIO(data), encoding=result.encoding).lines()]
    places = ((record, "".join(lines[record.line - 1 : record.end_line])) for record in result.records)
    return [record.position for record, text in places if record.raw not in text]
