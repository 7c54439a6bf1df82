"""Which sentences does a review's report owe its readers on how it was done and what came out? Facts in, paragraphs out. Pure.

The sentences are our own. Each says where its numbers come from, by a name that a page turns into an address.
"""

from analysis.report.facts import (
    Extraction,
    Facts,
    FullText,
    Kappa,
    Pooled,
    Previous,
    Records,
    SearchRun,
    Selection,
)
from analysis.report.said import Sentence
from analysis.report.sentences import Paragraph, Part, compose, plain

__all__ = [
    "Extraction",
    "Facts",
    "FullText",
    "Kappa",
    "Paragraph",
    "Part",
    "Pooled",
    "Previous",
    "Records",
    "SearchRun",
    "Selection",
    "Sentence",
    "compose",
    "plain",
]
