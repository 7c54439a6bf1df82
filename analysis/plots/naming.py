"""Where can a point's name stand beside it, so that no name lies on another, on a point or on a line?

The names that matter most are placed first. One that finds no room is left out: the table beside the figure has all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.plots.svg import Block, Drawing, Face, wrap

FACE = Face(9.5)
WIDTH = 120.0  # a longer name is broken into lines
LINES = 2  # and shortened after these
MOST = 40  # names in one figure
GAP = 3.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def inside(self, other: "Box") -> bool:
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


@dataclass(frozen=True, slots=True)
class Named:
    """A point in pixels with the radius of its mark and its name."""

    text: str
    x: float
    y: float
    radius: float

    @property
    def mark(self) -> Box:
        r = self.radius + 0.5
        return Box(self.x - r, self.y - r, self.x + r, self.y + r)


def name_points(drawing: Drawing, points: Sequence[Named], room: Box, lines: Sequence[Box] = ()) -> int:
    """Write the names of the points, most important first, and return how many found no room."""
    taken = [*(point.mark for point in points), *lines]
    unnamed = 0
    for n, point in enumerate(points):
        block = shortened(point.text)
        if not block.lines:
            continue
        free = (box for box in _around(point, block) if box.inside(room) and not any(map(box.overlaps, taken)))
        box = next(free, None) if n < MOST else None
        if box is None:
            unnamed += 1
            continue
        taken.append(box)
        drawing.text(box.left, box.top, block)
    return unnamed


def unnamed_note(count: int) -> list[str]:
    """What the footnotes say of names that found no room."""
    if not count:
        return []
    return [f"{count} {'point has' if count == 1 else 'points have'} no room for a name here; the table names all."]


def shortened(text: str) -> Block:
    """A name in two lines at most; three dots stand for what is left out."""
    block = wrap(text, WIDTH, FACE)
    if len(block.lines) <= LINES:
        return block
    *first, last = block.lines[:LINES]
    while last and FACE.width(last + "…") > WIDTH:
        last = last[:-1]
    return Block((*first, last.rstrip() + "…"), FACE)


def _around(point: Named, block: Block) -> Iterator[Box]:
    """Places for a name: beside its point, above and below it, then at the corners."""
    beside, width, height = point.radius + GAP, block.width, block.height
    lefts = (point.x + beside, point.x - beside - width, point.x - width / 2)
    right, left, middle = lefts
    level, above, below = point.y - height / 2, point.y - beside - height + 1, point.y + beside - 1
    for x, y in (
        (right, level),
        (left, level),
        (middle, above),
        (middle, below),
        (right - GAP, above),
        (right - GAP, below),
        (left + GAP, above),
        (left + GAP, below),
    ):
        yield Box(x, y, x + width, y + height)
