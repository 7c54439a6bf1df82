"""What would a person see of this table, to say which column holds what?"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice

from screening.formats import archive, table, workbook
from screening.formats.columns import ROLES, role_of
from screening.formats.detect import refuse_binary
from screening.formats.limits import LIMITS, Limits
from screening.formats.reading import Data, opened
from screening.formats.record import UnmappedTable
from screening.formats.rows import Row
from screening.formats.source import Source

__all__ = ["ROLES", "Preview", "preview"]
_ROWS = 10


@dataclass(frozen=True, slots=True)
class Preview:
    """The head of a table.

    ``columns`` are the names to map, numbered ("Column 1") where no header row was found; ``rows`` the
    first ten rows below; ``guess`` the role, a key of ROLES, of each column that is known; ``header_line``
    the line of the header row, 0 where there is none; ``delimiter`` what parts the cells ("" in a workbook).
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    guess: Mapping[str, str]
    header_line: int
    delimiter: str
    encoding: str


def preview(data: Data, name: str = "", encoding: str | None = None, *, limits: Limits = LIMITS) -> Preview:
    """-> the head of a table, from the first file of an archive or the first sheet with cells of a workbook.

    Raises UnreadableFile, of which UnmappedTable is one, where the file is no table.
    """
    with ExitStack() as stack:
        _, members = archive.contents(opened(data, stack), limits)
        member = next(members, archive.Member("", opened(b"", stack)))
        if archive.is_workbook(member.stream):
            return _of_workbook(member, limits)
        refuse_binary(member.stream)
        source = Source(member.stream, name, encoding, limits)
        shape, sample = table.guessed(source.head())
        return _preview(shape, sample, source.encoding)


def _of_workbook(member: archive.Member, limits: Limits) -> Preview:
    for _, rows in workbook.sheets(member.stream, limits):
        if sample := list(islice(rows, table.HEADER_WITHIN + _ROWS)):
            return _preview(table.known_rows(sample) or table.headless(sample), sample, "")
    raise UnmappedTable("The workbook has no cells.")


def _preview(shape: table.Shape, sample: Sequence[Row], encoding: str) -> Preview:
    first = 0 if shape.header is None else shape.header + 1
    return Preview(
        columns=shape.columns,
        rows=tuple(row.cells for row in sample[first : first + _ROWS]),
        guess={column: role for column in shape.columns if (role := role_of(column))},
        header_line=0 if shape.header is None else sample[shape.header].line,
        delimiter=shape.delimiter,
        encoding=encoding,
    )
