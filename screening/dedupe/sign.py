"""What do two records say in one field, beside each other?"""

from __future__ import annotations

from enum import Enum


class Sign(Enum):
    """How the two stand to each other."""

    SAME = "same"
    CLOSE = "close"
    """Nearly the same, or the same as far as the shorter goes."""
    UNSAID = "unsaid"
    """At least one of the two does not say."""
    DIFFERS = "differs"
