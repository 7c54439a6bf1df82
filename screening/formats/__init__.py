"""Which records are in this file? Text of export files to records and back, without Django or a database."""

from screening.formats.detect import LABELS
from screening.formats.limits import LIMITS, Limits
from screening.formats.reading import Export, decoded, read
from screening.formats.record import ParsedRecord, Part, Problem, Result, UnmappedTable, UnreadableFile

__all__ = [
    "LABELS",
    "LIMITS",
    "Export",
    "Limits",
    "ParsedRecord",
    "Part",
    "Problem",
    "Result",
    "UnmappedTable",
    "UnreadableFile",
    "decoded",
    "read",
]
