"""How is the PRISMA 2020 flow diagram drawn?

The four published templates (new or updated review, with or without other methods), chosen by the counts: stage
bars at the left, a yellow header over databases and registers, grey ones over the previous version and other
methods, boxes and arrows between them. Boxes grow with their text and everything below moves down. Fits an A4
sheet: upright for a new review of databases and registers alone, lying otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass

from analysis.flow import boxes
from analysis.flow.boxes import DBR, OTHER, Box, Item
from analysis.flow.numbers import FlowCounts, Number
from analysis.plots.svg import Block, Drawing, Face, wrap

Link = Callable[[Number], str | None]

BODY = Face(11)
PENDING = Face(11, italic=True)
HEAD = Face(11.5, bold=True)
NOTE = Face(9.5)

YELLOW, BLUE, GREY, PALE = "#ffc000", "#9dc3e6", "#bfbfbf", "#ededed"
AMBER = "#7a3e00"

MARGIN = 14.0
BAR = 26.0
GAP = 14.0
ACROSS = 34.0  # room for an arrow between neighbours
DOWN = 24.0  # room for an arrow between rows
INDENT = 14.0
HANG = 8.0  # further indent of the second and later lines of an indented item
PAD = 8.0
PREVIOUS_WIDTH = 150.0
NARROW = (190.0, 215.0)  # main and side boxes where two arms share a page
WIDE = (262.0, 300.0)


@dataclass(frozen=True, slots=True)
class Line:
    """An item, wrapped to its box."""

    item: Item
    block: Block
    number: str
    hang: float = 0.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A box with its place; its top is settled when the rows above are known."""

    lines: tuple[Line, ...]
    left: float
    width: float
    fill: str
    top: float = 0.0

    @property
    def height(self) -> float:
        return sum(line.block.height for line in self.lines) + 2 * PAD

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        return self.left + self.width / 2

    @property
    def pending(self) -> bool:
        return any(line.item.pending for line in self.lines)


Row = dict[str, Frame]


def diagram(counts: FlowCounts, *, title: str = "PRISMA 2020 flow diagram", link: Link | None = None) -> str:
    """The diagram as SVG text. With `link`, each number for which it gives an address opens that address."""
    return _Diagram(counts, title, link).svg()


def template(counts: FlowCounts) -> str:
    """Which of the four published templates this is, in words."""
    review = "updated review" if counts.updated else "new review"
    sources = "databases, registers and other methods" if counts.other_methods else "databases and registers only"
    return f"{review}, {sources}"


def describe(counts: FlowCounts) -> str:
    """The diagram in one sentence for each box, for those who do not see it."""
    lines = [f"Template: {template(counts)}.", provisional(counts)]
    for box in _all_boxes(counts):
        said = [f"{item.text.rstrip('*:')} {shown(item.number)}" for item in box if item.number is not None]
        lines.append("; ".join(said) + ".")
    return " ".join(filter(None, lines))


def shown(number: Number) -> str:
    """The number as it stands in the diagram; its parts are held together by no-break spaces."""
    return f"(n\u00a0=\u00a0{number.n:,})"


def provisional(counts: FlowCounts) -> str:
    """What is still open, as a sentence; empty when the review is finished."""
    if counts.finished:
        return ""
    still = (
        f"{number.label[0].lower()}{number.label[1:]}{_whose(number, counts)} {shown(number)}"
        for number in counts.pending
    )
    return f"Provisional: the review is not finished. Still open: {'; '.join(still)}."


def _whose(number: Number, counts: FlowCounts) -> str:
    return " (other methods)" if counts.other_methods and number.key.startswith(OTHER) else ""


def _all_boxes(counts: FlowCounts) -> list[Box]:
    return [box for row in layout(counts) for box in row.values()]


# Rows by what their main box says, and which rows belong to a stage.
IDENTIFIED, SCREENED, SOUGHT, ASSESSED, INCLUDED, TOTAL = range(6)
STAGES = (("Identification", IDENTIFIED, SCREENED), ("Screening", SCREENED, INCLUDED), ("Included", INCLUDED, None))


def layout(counts: FlowCounts) -> list[dict[str, Box]]:
    """The boxes of each row by column, without those that the template lacks."""
    rows: list[dict[str, Box]] = [
        {"main": boxes.identified(counts), "side": boxes.removed(counts)},
        {"main": boxes.screened(counts), "side": boxes.records_excluded(counts)},
        _full_text(counts, DBR, boxes.sought, boxes.not_retrieved),
        _full_text(counts, DBR, boxes.assessed, boxes.reports_excluded),
        {"main": boxes.included(counts)},
    ]
    if counts.other_methods:
        rows[IDENTIFIED]["other main"] = boxes.identified_otherwise(counts)
        rows[SOUGHT] |= _full_text(counts, OTHER, boxes.sought, boxes.not_retrieved, "other ")
        rows[ASSESSED] |= _full_text(counts, OTHER, boxes.assessed, boxes.reports_excluded, "other ")
    if counts.updated:
        rows[IDENTIFIED]["previous"] = boxes.previous(counts)
        rows.append({"main": boxes.total(counts)})
    if boxes.meta_analysis(counts):
        rows.append({"main": boxes.meta_analysis(counts)})
    return rows


def headers(counts: FlowCounts) -> list[tuple[str, str, str, str]]:
    """What stands over the columns: first and last of them, words, ground."""
    studies = "new studies" if counts.updated else "studies"
    found = [("main", "side", f"Identification of {studies} via databases and registers", YELLOW)]
    if counts.updated:
        found.insert(0, ("previous", "previous", "Previous studies", GREY))
    if counts.other_methods:
        found.append(("other main", "other side", f"Identification of {studies} via other methods", GREY))
    return found


Content = Callable[[FlowCounts, str], Box]


def _full_text(counts: FlowCounts, arm: str, main: Content, side: Content, columns: str = "") -> dict[str, Box]:
    return {f"{columns}main": main(counts, arm), f"{columns}side": side(counts, arm)}


class _Diagram:
    def __init__(self, counts: FlowCounts, title: str, link: Link | None) -> None:
        self.counts, self.title, self.link = counts, title, link
        self.columns = self._columns()
        last_left, last_width = list(self.columns.values())[-1]
        self.width = last_left + last_width + MARGIN
        self.drawing = Drawing()

    def svg(self) -> str:
        y = self._banner(MARGIN)
        y = self._headers(y)
        rows, bars, y = self._place(y)
        for name, top, bottom in bars:
            self._bar(name, top, bottom)
        self._arrows(rows)
        for row in rows:
            for frame in row.values():
                self._frame(frame)
        y = self._notes(y)
        return self.drawing.document(
            self.width, y + MARGIN, self.title, describe(self.counts), interactive=self.link is not None
        )

    def _columns(self) -> dict[str, tuple[float, float]]:
        """Left edge and width of each column of boxes, from left to right."""
        main, side = NARROW if self.counts.other_methods or self.counts.updated else WIDE
        widths = {"previous": PREVIOUS_WIDTH} if self.counts.updated else {}
        widths |= {"main": main, "side": side}
        if self.counts.other_methods:
            widths |= {"other main": main, "other side": side}
        left, columns = MARGIN + BAR + GAP, {}
        for name, width in widths.items():
            columns[name] = (left, width)
            left += width + (GAP if name in ("previous", "side") else ACROSS)
        return columns

    def _banner(self, top: float) -> float:
        """Says that work is unfinished; returns where the next part begins."""
        words = provisional(self.counts)
        if not words:
            return top
        block = wrap(words, self.width - 2 * MARGIN - 2 * PAD, PENDING)
        height = block.height + 2 * PAD
        dashes = {"fill": "#fff8e6", "stroke": AMBER, "stroke_dasharray": "5 3"}
        self.drawing.rect(MARGIN, top, self.width - 2 * MARGIN, height, **dashes)
        self.drawing.text(MARGIN + PAD, top + PAD, block, fill=AMBER)
        return top + height + GAP

    def _headers(self, top: float) -> float:
        placed = []
        for first, last, words, fill in headers(self.counts):
            left, right = self.columns[first][0], sum(self.columns[last])
            placed.append((left, right - left, wrap(words, right - left - 2 * PAD, HEAD), fill))
        height = max(block.height for _, _, block, _ in placed) + 2 * PAD
        for left, width, block, fill in placed:
            self.drawing.rect(left, top, width, height, rx=8, fill=fill, stroke="#000000")
            self.drawing.text(left + width / 2, top + (height - block.height) / 2, block, "middle")
        return top + height + GAP

    def _place(self, y: float) -> tuple[list[Row], list[tuple[str, float, float]], float]:
        """Rows below each other; a stage is never lower than its name is long. Also the bars, and the bottom."""
        contents = layout(self.counts)
        rows: list[Row] = []
        bars = []
        for stage, first, last in STAGES:
            start = y
            for content in contents[first:last]:
                row = {column: self._framed(column, box, y) for column, box in content.items()}
                rows.append(row)
                y = max(frame.bottom for frame in row.values()) + DOWN
            y = max(y, start + HEAD.width(stage) + 2 * PAD + DOWN)
            bars.append((stage, start, y - DOWN))
        return rows, bars, y - DOWN

    def _framed(self, column: str, box: Box, top: float) -> Frame:
        left, width = self.columns[column]
        lines = []
        for item in box:
            number = "" if item.number is None else shown(item.number)
            words = f"{item.text} {number}" if number else item.text
            face = PENDING if item.pending else BODY
            hang = HANG if item.indent else 0.0
            block = wrap(words, width - 2 * PAD - item.indent * INDENT - hang, face)
            lines.append(Line(item, block, number, hang))
        fill = "#ffffff" if column in ("main", "side") else PALE
        return Frame(tuple(lines), left, width, fill, top)

    def _bar(self, name: str, top: float, bottom: float) -> None:
        self.drawing.rect(MARGIN, top, BAR, bottom - top, rx=6, fill=BLUE, stroke="#000000")
        self.drawing.upright_text(MARGIN + BAR / 2, (top + bottom) / 2, name, HEAD)

    def _frame(self, frame: Frame) -> None:
        self.drawing.rect(frame.left, frame.top, frame.width, frame.height, fill=frame.fill, stroke="#000000")
        y = frame.top + PAD
        for line in frame.lines:
            self._line(line, frame.left + PAD + line.item.indent * INDENT, y)
            y += line.block.height

    def _line(self, line: Line, x: float, y: float) -> None:
        number = line.item.number
        href = self.link(number) if self.link is not None and number is not None else None
        fill = AMBER if line.item.pending else "#000000"
        with self.drawing.link(href, f"{line.item.text} {line.number}, open the list"):
            first, rest = line.block.parted()
            marked = line.number if href else ""
            self.drawing.text(x, y, first, fill=fill, marked="" if rest.lines else marked)
            self.drawing.text(x + line.hang, y + first.height, rest, fill=fill, marked=marked)

    def _arrows(self, rows: list[Row]) -> None:
        for row in rows:
            for start, end in (("main", "side"), ("other main", "other side")):
                if start in row and end in row:
                    self._across(row[start], row[end])
        for column in ("main", "other main"):
            chain = [row[column] for row in rows if column in row]
            for upper, lower in zip(chain, chain[1:], strict=False):
                self.drawing.arrow([(upper.middle, upper.bottom), (lower.middle, lower.top)])
        if self.counts.other_methods:
            self._down_then_across(rows[ASSESSED]["other main"], rows[INCLUDED]["main"])
        if self.counts.updated:
            self._down_then_across(rows[IDENTIFIED]["previous"], rows[TOTAL]["main"])

    def _across(self, start: Frame, end: Frame) -> None:
        y = start.top + min(start.height, end.height) / 2
        self.drawing.arrow([(start.right, y), (end.left, y)])

    def _down_then_across(self, start: Frame, end: Frame) -> None:
        y = end.top + end.height / 2
        edge = end.right if start.left > end.left else end.left
        self.drawing.arrow([(start.middle, start.bottom), (start.middle, y), (edge, y)])

    def _notes(self, top: float) -> float:
        top += GAP
        for item in boxes.notes(self.counts):
            number = "" if item.number is None else shown(item.number)
            block = wrap(f"{item.text} {number}".strip(), self.width - 2 * MARGIN, NOTE)
            self._line(Line(item, block, number), MARGIN, top)
            top += block.height
        return top
