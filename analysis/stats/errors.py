"""What does a caller see when the numbers handed in cannot be used?"""

from __future__ import annotations


class StatsError(ValueError):
    """Input that cannot be analysed; the message names the field or study and says what to do."""
