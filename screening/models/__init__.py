"""What stands on the screening floor? Searches, imports, records, citations, votes, resolutions, reports."""

from screening.models.audits import Audit, Judged
from screening.models.batches import Batch, BatchFile
from screening.models.citations import RULES, Citation, Link, Pair, Word
from screening.models.conflicts import Proposal, Remark
from screening.models.corrections import Correction
from screening.models.desk import Desk
from screening.models.labels import Label, Labelling, Later, Terms
from screening.models.pilots import GateOverride, Pilot
from screening.models.removals import Removal, Removed
from screening.models.reports import Attachment, Attempt, Document, Report
from screening.models.searches import Bibliography, Import, Record, Search
from screening.models.sharing import Allotment, Partners, Share
from screening.models.votes import (
    GONE,
    SETTLED,
    Answer,
    Note,
    Resolution,
    Return,
    Standing,
    StandingState,
    VoidWithdrawal,
    Vote,
)

__all__ = [
    "Allotment",
    "Answer",
    "Attachment",
    "Attempt",
    "Audit",
    "Batch",
    "BatchFile",
    "Bibliography",
    "Citation",
    "Desk",
    "Correction",
    "Document",
    "GONE",
    "GateOverride",
    "Import",
    "Judged",
    "Label",
    "Labelling",
    "Later",
    "Link",
    "Note",
    "Pair",
    "Partners",
    "Pilot",
    "Proposal",
    "Record",
    "Remark",
    "Removal",
    "Removed",
    "Report",
    "Resolution",
    "Return",
    "RULES",
    "SETTLED",
    "Search",
    "Share",
    "Standing",
    "StandingState",
    "Terms",
    "VoidWithdrawal",
    "Vote",
    "Word",
]
