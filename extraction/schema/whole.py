"""Which whole number was posted, or stands in an address? None that is too long to be an id, a version or a page."""

from __future__ import annotations

LONGEST = 18  # digits that every database holds; Python reads at most 4,300


def whole(text: str) -> int | None:
    """The whole number that a text is; None where it is none, or one that nothing here can have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None
