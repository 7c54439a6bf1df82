"""What stands in the record being read? Gathers the lines of a tagged record, and all its tags with their values."""

from screening.formats.compose import Block
from screening.formats.record import UnreadableFile, excerpt
from screening.formats.source import Line, blank

_COST_OF_A_LINE = 64


class Draft:
    """A record of a tagged format while its lines come in."""

    def __init__(self, first: Line, limit: int) -> None:
        self.line = first.number
        self.limit = limit
        self.ended = False
        self.remarks: list[str] = []
        self._lines: list[Line] = []
        self._values: list[tuple[str, list[str]]] = []
        self._size = 0

    def keep(self, line: Line) -> None:
        """Take a line into the raw text only."""
        self._lines.append(line)
        self._size += len(line.text) + _COST_OF_A_LINE
        if self._size > self.limit:
            raise UnreadableFile(
                f"The record that begins on line {self.line} is far longer than any record of an export. "
                "Its end may be missing: export the search again, or split the file."
            )

    def tag(self, line: Line, tag: str, value: str) -> None:
        """Take a line that begins a new value of ``tag``."""
        self.keep(line)
        self._values.append((tag, [value]))

    def more(self, line: Line, text: str) -> None:
        """Take a line that goes on with the value before it."""
        self.keep(line)
        if self._values:
            self._values[-1][1].append(text)

    def aside(self, line: Line) -> None:
        """Take a line that belongs to no value, and say so."""
        self.keep(line)
        self.remarks.append(
            f"Line {line.number}: “{excerpt(line.text)}” stands behind no tag; only the raw text has it."
        )

    @property
    def has_tags(self) -> bool:
        """Whether any tag has come in."""
        return bool(self._values)

    def has(self, tag: str) -> bool:
        """-> has this tag come in?"""
        return any(known == tag for known, _ in self._values)

    @property
    def last_tag(self) -> str:
        """The tag whose value is being read, or ""."""
        return self._values[-1][0] if self._values else ""

    def block(self) -> Block:
        """-> the raw text and its place, without the blank lines behind it."""
        kept = list(self._lines)
        while len(kept) > 1 and blank(kept[-1].text):
            kept.pop()
        return Block(self.line, kept[-1].number, "".join(line.text for line in kept))

    def fields(self, joint: str = "\n") -> dict[str, tuple[str, ...]]:
        """-> every tag with all its values; the lines of one value are joined by ``joint``."""
        gathered: dict[str, list[str]] = {}
        for tag, parts in self._values:
            gathered.setdefault(tag, []).append(joint.join(parts).strip())
        return {tag: tuple(values) for tag, values in gathered.items()}
