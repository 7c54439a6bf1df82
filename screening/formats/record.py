"""What does reading a file give? Records, problems, and the one error for a file that cannot be read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

_PLACES_SHOWN = 5


class UnreadableFile(ValueError):
    """The file cannot be read at all. The message says what it seems to be and what to do next."""


class UnmappedTable(UnreadableFile):
    """The file is a table whose columns are not known; a person must say which column holds what."""


@dataclass(frozen=True, slots=True)
class ParsedRecord:
    """One record of an export file, as it came.

    ``raw`` is the record's text exactly as it stands in the decoded file, and ``fields`` holds every
    tag (or column, or element) with all its values; the other attributes are the reading of these.
    ``line`` and ``end_line`` count from 1 within ``member`` (the file's name inside an archive, the sheet of a
    workbook, else ""); in a workbook they are row numbers, and ``raw`` is the text of the row's cells, parted
    by tabs. ``position`` counts the records of the whole file from 1.
    """

    position: int
    line: int
    end_line: int
    raw: str
    type: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    journal: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    issn: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    url: str = ""
    language: str = ""
    accession: str = ""
    member: str = ""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """-> the record as plain JSON types."""
        values = {name: getattr(self, name) for name in self.__slots__}
        values["fields"] = {tag: list(texts) for tag, texts in self.fields.items()}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about the file that a person should know, with the lines it stands on.

    ``lines`` holds pairs (first, last), counted from 1; the same problem in many places is one Problem.
    ``left_out`` tells that the text of these lines is in no record; ``text`` is the start of it.
    """

    message: str
    lines: tuple[tuple[int, int], ...] = ()
    left_out: bool = False
    text: str = ""
    member: str = ""

    def __str__(self) -> str:
        where = _places(self.lines)
        member = f"{self.member}, " if self.member else ""
        shown = f" It begins: “{self.text}”" if self.text else ""
        place = f"{member}{where}: " if where else (f"{self.member}: " if self.member else "")
        sentence = f"{place}{self.message}{shown}"
        return sentence[:1].upper() + sentence[1:]

    def to_dict(self) -> dict[str, Any]:
        """-> the problem as plain JSON types, with its sentence."""
        return asdict(self) | {"sentence": str(self)}


def _places(lines: tuple[tuple[int, int], ...]) -> str:
    shown = [f"{a}" if a == b else f"{a} to {b}" for a, b in lines[:_PLACES_SHOWN]]
    if not shown:
        return ""
    single = len(lines) == 1 and lines[0][0] == lines[0][1]
    more = f" and {len(lines) - _PLACES_SHOWN} more places" if len(lines) > _PLACES_SHOWN else ""
    return ("line " if single else "lines ") + ", ".join(shown) + more


@dataclass(frozen=True, slots=True)
class Part:
    """One file inside an archive (or the file itself): its format, encoding and number of records."""

    name: str
    format: str
    encoding: str
    records: int


@dataclass(frozen=True, slots=True)
class Result:
    """All that one file holds. ``format`` is a key of ``detect.LABELS``, or "several" for a mixed archive."""

    format: str
    encoding: str
    records: tuple[ParsedRecord, ...]
    problems: tuple[Problem, ...]
    parts: tuple[Part, ...] = ()


class Problems:
    """Collects problems while a file is read; the same message in many places of a ``member`` becomes one Problem."""

    def __init__(self, member: str = "") -> None:
        self.member = member
        self._places: dict[tuple[str, bool, str], list[tuple[int, int]]] = {}
        self._texts: dict[tuple[str, bool, str], str] = {}

    def add(self, message: str, first: int = 0, last: int = 0, *, left_out: bool = False, text: str = "") -> None:
        """Note ``message`` for the lines ``first`` to ``last`` (0: for no line)."""
        key = (message, left_out, self.member)
        places = self._places.setdefault(key, [])
        self._texts.setdefault(key, excerpt(text))
        if not first:
            return
        last = max(first, last)
        if places and places[-1][1] >= first - 1:
            places[-1] = (places[-1][0], max(last, places[-1][1]))
        else:
            places.append((first, last))

    def found(self) -> tuple[Problem, ...]:
        """-> the problems so far, in the order in which each was first met."""
        return tuple(
            Problem(message, tuple(places), left_out, self._texts[message, left_out, member], member)
            for (message, left_out, member), places in self._places.items()
        )


def excerpt(text: str, length: int = 80) -> str:
    """-> the first characters of a text on one line, to show in a message."""
    flat = " ".join(text[: length * 8].split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"
