"""Where do two texts differ, letter by letter?"""

from __future__ import annotations

from rapidfuzz.distance import Indel

Piece = tuple[str, bool]
"""A part of a text, and whether the other text has something else there."""

_TOO_UNLIKE = 0.5  # where less is shared, marking single letters tells nothing: the whole text is marked


def differences(a: str, b: str) -> tuple[list[Piece], list[Piece]]:
    """-> both texts in pieces, in order; joined, the pieces are the text. An empty text has no pieces."""
    if a and b and Indel.normalized_similarity(a, b) < _TOO_UNLIKE:
        return [(a, True)], [(b, True)]
    ours: list[Piece] = []
    theirs: list[Piece] = []
    for step in Indel.opcodes(a, b):
        differs = step.tag != "equal"
        if step.src_start < step.src_end:
            ours.append((a[step.src_start : step.src_end], differs))
        if step.dest_start < step.dest_end:
            theirs.append((b[step.dest_start : step.dest_end], differs))
    return ours, theirs
