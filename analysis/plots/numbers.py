"""How do the numbers of a column stand below each other? Decimal points in line, estimates and limits in line, as in a table that was set.

What is no number stands at the right edge, as it does where the parts together would be too wide.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from analysis.plots.layout import Place
from analysis.plots.svg import Block, Drawing, Face, printable, wrap

# "0.41 [0.13, 1.26]", or "[0.13, 1.26]" of a prediction interval
INTERVAL = re.compile(r"(?:([^ \[\],]+) )?(\[[^ \[\],]+,) ([^ \[\],]+\])")
NUMBER = re.compile(r"[−\d]+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Fit:
    """How wide the parts are for which a column leaves room: what follows a decimal point; the lower limits; the upper ones."""

    tail: float = 0.0
    lower: float = 0.0
    upper: float = 0.0
    width: float = 0.0  # of all together


def fit(align: str, cells: Iterable[tuple[str, Face]], most: float) -> Fit:
    """For the cells of a column, each in its face; an empty fit where there is nothing to put in line, or no room for it."""
    if align == "point":
        found = [(NUMBER.fullmatch(text), text, face) for text, face in cells]
        numbers = [(face.width(text), face.width(match[1] or "")) for match, text, face in found if match]
        tail = max((tail for _, tail in numbers), default=0.0)
        made = Fit(tail=tail, width=tail + max((width - tail for width, tail in numbers), default=0.0))
    elif align == "interval":
        split = [(match, face) for text, face in cells if (match := INTERVAL.fullmatch(text))]
        first, lower, upper = (max((face.width(m[i] or "") for m, face in split), default=0.0) for i in (1, 2, 3))
        space = max((face.width(" ") for _, face in split), default=0.0)
        made = Fit(lower=lower + space, upper=upper + space, width=first + lower + upper + 2 * space)
    else:
        return Fit()
    return made if made.width <= most else Fit()


def draw(drawing: Drawing, place: Place, top: float, text: str, face: Face, align: str, fit: Fit) -> None:
    """One line of text in its column."""
    text = printable(text)
    right = place.right
    if align == "point" and fit.width and (match := NUMBER.fullmatch(text)):
        drawing.text(right - fit.tail + face.width(match[1] or ""), top, Block((text,), face), "end")
    elif align == "interval" and fit.width and (match := INTERVAL.fullmatch(text)):
        for part, end in zip(match.groups(), (right - fit.lower - fit.upper, right - fit.upper, right), strict=True):
            if part:
                drawing.text(end, top, Block((part,), face), "end")
    else:
        drawing.text(right, top, wrap(text, place.width, face), "end")
