"""Where do the lines of a file come from? A stream of bytes becomes numbered lines, in bounded memory."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple, TextIO

from screening.formats.encoding import guess, known, repair
from screening.formats.limits import LIMITS, Limits
from screening.formats.record import Problems, UnreadableFile

_HEAD = 1 << 17
_ESCAPED = re.compile("[\udc80-\udcff]")
_CHUNK = 1 << 16


# All that Python counts as white space, a byte-order mark, and the end-of-file mark of old systems.
BLANKS = (
    "\t\n\x0b\x0c\r\x1a\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
)


def blank(text: str) -> bool:
    """-> does a text show nothing?"""
    return not text.strip(BLANKS)


class Line(NamedTuple):
    """A line with its number, from 1, and its text with its line end."""

    number: int
    text: str


class Source:
    """The decoded text of one file. Lines end at CRLF, LF or CR, and at nothing else.

    NULs are taken out and undecodable bytes replaced, each told in ``problems`` with its line. The text
    that ``lines`` and ``chunks`` give is what the raw text of every record is cut from.
    """

    def __init__(
        self, stream: IO[bytes], name: str = "", encoding: str | None = None, limits: Limits = LIMITS, member: str = ""
    ) -> None:
        self.stream = stream
        self.name = name
        self.limits = limits
        self.problems = Problems(member)
        self.size = stream.seek(0, io.SEEK_END)
        if encoding:
            self.encoding = known(encoding)
        else:
            found = guess(stream)
            self.encoding = found.encoding
            if found.remark:
                self.problems.add(found.remark)

    @property
    def progress(self) -> float:
        """The share of the file that has been taken from the disk, 0 to 1."""
        return min(1.0, self.stream.tell() / self.size) if self.size else 1.0

    def head(self) -> str:
        """-> the first 131,072 characters or so, cleaned, to look at."""
        with self._text() as text:
            return _clean(text.read(_HEAD))

    def lines(self) -> Iterator[Line]:
        """Yield every line from the start, each with its own line end."""
        limit = self.limits.line_characters
        with self._text() as text:
            for number, line in enumerate(whole_lines(text, limit), start=1):
                if len(line) >= limit:
                    raise UnreadableFile(
                        f"Line {number} is longer than {limit:,} characters, which no record of an export is. "
                        "Export the search again, or split the file."
                    )
                if number > self.limits.lines:
                    raise UnreadableFile(f"The file has more than {self.limits.lines:,} lines. Split it.")
                yield Line(number, self._told(line, number))

    def chunks(self) -> Iterator[str]:
        """Yield the text from the start in pieces of some 65,536 characters, whatever its lines."""
        number = 1
        with self._text() as text:
            while chunk := text.read(_CHUNK):
                while chunk.endswith("\r") and (behind := text.read(1)):
                    chunk += behind
                told = self._told(chunk, number)
                yield told
                number += line_ends(told)

    def left_out(self, line: Line) -> None:
        """Note a line that is in no record."""
        self.problems.add("text outside any record was left out.", line.number, left_out=True, text=line.text)

    def empty(self, first: int, last: int) -> None:
        """Note a record without any value, on the lines ``first`` to ``last``."""
        self.problems.add("an empty record was left out.", first, last, left_out=True)

    @contextmanager
    def _text(self) -> Iterator[io.TextIOWrapper]:
        self.stream.seek(0)
        text = io.TextIOWrapper(
            self.stream, encoding=self.encoding, errors="surrogateescape" if self._is_utf8 else "replace", newline=""
        )
        try:
            yield text
        finally:
            if not self.stream.closed:  # else the file was closed while lines were still to come
                text.detach()

    @property
    def _is_utf8(self) -> bool:
        return self.encoding in ("utf-8", "utf-8-sig", "ascii")

    def _told(self, text: str, number: int) -> str:
        if "\0" in text:
            self.problems.add("NUL characters were taken out.", number)
        if not text.isascii() and (_ESCAPED.search(text) if self._is_utf8 else "\ufffd" in text):
            self.problems.add(
                f"some bytes are not {self.encoding.removesuffix('-sig').upper()} and were replaced; "
                "choose another encoding if words are broken.",
                number,
            )
        return _clean(text)


def whole_lines(text: TextIO, limit: int = -1) -> Iterator[str]:
    """Yield the lines of a text, each with its line end; one longer than ``limit`` comes in pieces of that length.

    CR CR LF, which a file gets that was turned to Windows' line ends twice, is one line end; so is each line end with NULs within,
    which are taken out.
    """
    line, behind, third = (text.readline(limit) for _ in range(3))
    while line:
        if line[-1] == "\r":
            if _without_nuls(behind) in ("\r\n", "\n"):
                line, behind, third = line + behind, third, text.readline(limit)
            elif (_without_nuls(behind), _without_nuls(third)) == ("\r", "\n"):
                line, behind, third = line + behind + third, text.readline(limit), text.readline(limit)
        yield line
        line, behind, third = behind, third, text.readline(limit)


def line_ends(text: str) -> int:
    """-> how many line ends a text holds, counted as ``Source.lines`` does."""
    if "\r" not in text:
        return text.count("\n")
    return text.count("\n") + text.count("\r") - text.count("\r\n") - text.count("\r\r\n")


def _without_nuls(text: str) -> str:
    return text.replace("\0", "") if "\0" in text else text


def _clean(text: str) -> str:
    text = _without_nuls(text)
    return text if text.isascii() else repair(text)
