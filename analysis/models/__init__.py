"""What stands on the analysis floor? Planned analyses with their runs, what is made of them, and the summary of findings."""

from analysis.models.analyses import (
    ARCHIVE,
    CHECK,
    DRAW,
    PACK,
    REFRESH,
    RUN,
    TAKE,
    TAKE_BACK,
    Analysis,
    Freeze,
    Investigation,
    Override,
    Package,
    Run,
    Takeover,
)
from analysis.models.findings import CertaintyRating, Finding, RatingSet

__all__ = [
    "ARCHIVE",
    "CHECK",
    "DRAW",
    "PACK",
    "REFRESH",
    "RUN",
    "TAKE",
    "TAKE_BACK",
    "Analysis",
    "CertaintyRating",
    "Finding",
    "Freeze",
    "Investigation",
    "Override",
    "Package",
    "RatingSet",
    "Run",
    "Takeover",
]
