"""Which bytes of a file are this record? Found again by the record's lines, whatever the encoding that the file was read in.

A record's raw text is decoded: NULs are taken out, and bytes that are no letters are replaced. What stands in the file is never lost by
that, since the file is kept: a line end is the same bytes in all encodings that are offered, so that lines are found without decoding.
"""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from typing import IO

from screening.formats import archive, workbook
from screening.formats.encoding import guess
from screening.formats.limits import LIMITS, Limits
from screening.formats.reading import Data, opened
from screening.formats.source import whole_lines

_MARKS = {"utf-16": {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}, "utf-32": {b"\xff\xfe": "utf-32-le", b"\x00\x00": "utf-32-be"}}  # fmt: skip


def original(
    data: Data, line: int, end_line: int, raw: str, *, member: str = "", encoding: str = "", limits: Limits = LIMITS
) -> bytes:
    """-> the bytes of the record that stands on these lines of a file, or of a member of an archive.

    They are exactly the record's where its raw text can be spelled in the file's encoding, as it can wherever nothing had to be
    replaced; else all bytes of its lines. Of a workbook, whose rows are no text, they are the row's cells as they are read from it
    again, parted by tabs, in UTF-8.
    """
    with ExitStack() as stack:
        _, members = archive.contents(opened(data, stack), limits)
        found = (
            _row(each, line, raw, member, limits)
            if archive.is_workbook(each.stream)
            else _in(each.stream, line, end_line, raw, encoding)
            for each in members
            if member == each.name or (member.startswith(each.name) and archive.is_workbook(each.stream))
        )
        exact = ((lines, record) for lines, record in found if lines)
        first = b""
        for lines, record in exact:
            if record:
                return record
            first = first or lines
        return first


def _row(book: archive.Member, line: int, raw: str, member: str, limits: Limits) -> tuple[bytes, bytes]:
    """-> the text of a workbook's row, as bytes, and the same where it is the record's."""
    found = [row.encode() for row in workbook.rows_at(book.stream, line, member, book.name, limits)]
    record = raw.encode()
    return next(iter(found), b""), record if record in found else b""


def _in(stream: IO[bytes], line: int, end_line: int, raw: str, encoding: str) -> tuple[bytes, bytes]:
    """-> the bytes of these lines of a file, and of the record within them; b"" where there is none."""
    encoding = encoding or guess(stream).encoding
    wide = _wide(stream, encoding)
    lines = b"".join(islice(_lines(stream, wide), line - 1, end_line))
    try:
        record = raw.encode(wide or encoding.removesuffix("-sig"))
    except UnicodeEncodeError:
        return lines, b""
    return lines, record if record and record in lines else b""


def _wide(stream: IO[bytes], encoding: str) -> str:
    """-> the name of an encoding of two or four bytes a letter, with the order of the bytes; "" for all others."""
    if not encoding.startswith(("utf-16", "utf-32")):
        return ""
    stream.seek(0)
    return _MARKS.get(encoding, {}).get(stream.read(2), encoding)


def _lines(stream: IO[bytes], wide: str) -> Iterator[bytes]:
    """Yield a file's lines as bytes. Latin 1 knows a letter for each byte, so that decoding and encoding changes nothing."""
    stream.seek(0)
    carrier, errors = (wide, "surrogatepass") if wide else ("latin-1", "strict")
    size = 4 if wide.startswith("utf-32") else 2 if wide else 1
    whole = io.BytesIO(stream.read() if size > 1 else b"")
    if size > 1:  # what is cut within a letter at the end is on no line
        whole.truncate(len(whole.getbuffer()) // size * size)
    text = io.TextIOWrapper(whole if size > 1 else stream, encoding=carrier, errors=errors, newline="")
    try:
        for each in whole_lines(text):
            yield each.encode(carrier, errors)
    finally:
        text.detach()
