"""Where does each row of a CSV file begin and end? Rows with their lines, whatever their quotation marks do."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from screening.formats.source import Line, blank

csv.field_size_limit(64_000_000)
_LONGEST = 2_000
_LARGEST = 4_000_000
_PATIENCE = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells, the lines that it stands on, and what was wrong with its quotation marks ("" if nothing)."""

    line: int
    end_line: int
    raw: str
    cells: tuple[str, ...]
    remark: str = ""


class _Feed:
    """Lines that can be given back, and a record of those taken."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._back: list[Line] = []
        self.taken: list[Line] = []
        self.stopped = False
        self.most = _LONGEST
        self._size = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        full = len(self.taken) >= self.most or self._size > _LARGEST
        line = None if full else self._back.pop() if self._back else next(self._lines, None)
        if line is None:
            self.stopped = True
            raise StopIteration
        self.taken.append(line)
        self._size += len(line.text)
        return line.text.replace("\r\r\n", "\r\n")

    def start(self, most: int) -> None:
        self.most = most
        self.taken = []
        self.stopped = False
        self._size = 0

    def give_back_all_but_first(self) -> None:
        self._back.extend(reversed(self.taken[1:]))
        self.taken = self.taken[:1]


def rows(lines: Iterator[Line], delimiter: str, width: int = 0) -> Iterator[Row]:
    """Yield every row that is not blank. ``width`` is the number of columns, where it is known.

    A row whose quotation mark is never closed, or closed by that of another row, is read from its first
    line alone, so that the lines behind it are not swallowed.
    """
    feed = _Feed(lines)
    mended = 0
    while True:
        feed.start(1 if mended > _PATIENCE else _LONGEST)
        cells = next(csv.reader(feed, delimiter=delimiter), None)
        if cells is None and not feed.taken:
            return
        remark = ""
        if len(feed.taken) > 1 and _swallowed(feed, cells or [], delimiter, width):
            mended += 1
            remark = "a quotation mark is opened and not closed; the row was read from this line alone"
            feed.give_back_all_but_first()
            cells = _bare(feed.taken[0].text, delimiter)
        raw = "".join(line.text for line in feed.taken)
        if not blank(raw):
            first, last = feed.taken[0].number, feed.taken[-1].number
            yield Row(first, last, raw, tuple(cells or ()), remark)


def _swallowed(feed: _Feed, cells: list[str], delimiter: str, width: int) -> bool:
    """-> did a quotation mark take in lines that are rows of their own?"""
    texts = [line.text for line in feed.taken]
    if feed.stopped and "".join(texts).count('"') % 2:
        return True
    if not width:
        return False
    if len(cells) != width:
        return any(len(next(csv.reader([text], delimiter=delimiter), [])) == width for text in texts[1:])
    return not _well_quoted(texts, delimiter) and all(len(_bare(text, delimiter)) == width for text in texts)


def _well_quoted(texts: list[str], delimiter: str) -> bool:
    try:
        next(csv.reader(texts, delimiter=delimiter, strict=True), None)
    except csv.Error:
        return False
    return True


def _bare(text: str, delimiter: str) -> list[str]:
    """-> the cells of a line in which quotation marks part nothing."""
    cells = next(csv.reader([text.rstrip("\r\n")], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
    return [cell.strip().strip('"') for cell in cells]
