"""How is a risk-of-bias judgement shown? A sign and a colour for each, so that neither is needed to read it.

The colours differ in lightness as well as in hue: printed in grey, or seen without red and green, they stay
apart, and the sign says the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.plots.layout import Band, Place
from analysis.plots.svg import INK, Block, Drawing, Face, wrap


@dataclass(frozen=True, slots=True)
class Judgement:
    """One answer of a risk-of-bias tool: `sign` of one or two letters, what it means, and its fill colour."""

    sign: str
    meaning: str
    colour: str
    ink: str = INK


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain of a tool: `letter` as head of its column ("A", "D1") and its full name for the legend."""

    letter: str
    name: str


GREEN, YELLOW, RED, DARK_RED, GREY = "#5cb85c", "#ffe066", "#c62828", "#7f0000", "#bdbdbd"

LOW = Judgement("+", "Low risk of bias", GREEN)
UNCLEAR = Judgement("?", "Unclear risk of bias", YELLOW)
SOME_CONCERNS = Judgement("?", "Some concerns", YELLOW)
HIGH = Judgement("−", "High risk of bias", RED, ink="#ffffff")
MODERATE = Judgement("~", "Moderate risk of bias", YELLOW)
SERIOUS = Judgement("−", "Serious risk of bias", RED, ink="#ffffff")
CRITICAL = Judgement("!", "Critical risk of bias", DARK_RED, ink="#ffffff")
NO_INFORMATION = Judgement("0", "No information", GREY)

# Keys are the words the tools themselves use.
ROB1 = {"low": LOW, "unclear": UNCLEAR, "high": HIGH}
ROB2 = {"low": LOW, "some concerns": SOME_CONCERNS, "high": HIGH}
ROBINS_I = {
    "low": LOW,
    "moderate": MODERATE,
    "serious": SERIOUS,
    "critical": CRITICAL,
    "no information": NO_INFORMATION,
}


def draw_dot(drawing: Drawing, judgement: Judgement, x: float, y: float, radius: float) -> None:
    """A filled disc with the judgement's sign, centred on the point."""
    drawing.circle(x, y, radius, fill=judgement.colour, stroke="#424242", stroke_width=0.5)
    face = Face(radius * (1.45 if len(judgement.sign) == 1 else 1.1), bold=True)
    sign = wrap(judgement.sign, 4 * radius, face)
    drawing.text(x, y - face.size * 0.58, sign, "middle", judgement.ink)


KEY_FACE = Face(10)
KEY_ROW = 17.0


def judgement_key(judgements: Sequence[Judgement], place: Place) -> Band:
    """Each judgement's dot with its meaning, side by side as long as they fit."""
    entries: list[tuple[float, float, Judgement, Block]] = []
    left, top = place.left, 2.0
    row_height = KEY_ROW
    for judgement in judgements:
        block = wrap(judgement.meaning, place.width - KEY_ROW, KEY_FACE)
        width = KEY_ROW + block.width
        if left > place.left and left + width > place.right:
            left, top = place.left, top + row_height
            row_height = KEY_ROW
        entries.append((left, top, judgement, block))
        left += width + 16
        row_height = max(row_height, block.height + 3)

    def draw(drawing: Drawing, start: float) -> None:
        for x, y, judgement, block in entries:
            draw_dot(drawing, judgement, x + 6.5, start + y + 7.5, 6.0)
            drawing.text(x + KEY_ROW, start + y + 1.5, block)

    return Band(top + row_height, draw)
