"""Where do two texts differ? Word by word, as pieces that stand in both, in the first alone, or in the second alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_WORDS = (
    3_000  # of both together; longer ones are shown without their differences: comparing them would hold up the page
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Words, and whether they stand in one text alone."""

    text: str
    alone: bool


def word_diff(first: str, second: str) -> tuple[list[Piece], list[Piece]]:
    """The two texts in pieces. Joined, the pieces are the texts."""
    a, b = re.findall(r"\s+|[^\s]+", first), re.findall(r"\s+|[^\s]+", second)
    if len(a) + len(b) > 2 * MOST_WORDS:
        return [Piece(first, False)], [Piece(second, False)]
    left: list[Piece] = []
    right: list[Piece] = []
    for how, a_from, a_to, b_from, b_to in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if a_to > a_from:
            left.append(Piece("".join(a[a_from:a_to]), how != "equal"))
        if b_to > b_from:
            right.append(Piece("".join(b[b_from:b_to]), how != "equal"))
    return left, right
