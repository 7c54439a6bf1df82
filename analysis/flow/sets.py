"""What must be known to count a PRISMA 2020 flow diagram? Sets of records, citations, reports and studies.

Identifiers are any hashable values of the caller's; each kind has its own. The words are PRISMA's and this
product's: a *record* is one row of an import, a *citation* what is screened (one or more records of the same
publication), a *report* a citation sought for retrieval, a *study* what one or more reports tell of.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

Id = Hashable
Ids = frozenset[Id]
NONE: Ids = frozenset()


class Kind(Enum):
    """What was searched."""

    DATABASE = "database"
    REGISTER = "register"
    WEBSITE = "website"
    ORGANISATION = "organisation"
    CITATION = "citation"  # reference lists, citing articles
    OTHER = "other"  # experts, hand search, anything else

    @property
    def systematic(self) -> bool:
        """Databases and registers have the main arm of the diagram; the rest share the other."""
        return self in (Kind.DATABASE, Kind.REGISTER)


@dataclass(frozen=True, slots=True)
class Search:
    """One search and the records it brought, in the order they came. Searches of the same name are added up."""

    kind: Kind
    name: str
    records: Sequence[Id]


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for exclusion at full text and the reports it was counted for."""

    key: str
    label: str
    reports: Ids


@dataclass(frozen=True, slots=True)
class PreviousVersion:
    """What the version of the review that is being updated had included."""

    studies: Ids
    reports: Ids


@dataclass(frozen=True, slots=True)
class FlowSets:
    """Where each record, citation and report of a review stands; unfinished states included.

    searches             every search with its records, in the order they were made
    citation_of          record -> citation, in the order in which records came, whatever their search: of an arm's
                         records of a citation the first is kept, its others are duplicates
    Citations, each in exactly one of:
      removed_by_automation, removed_other       removed before screening
      awaiting_screening                         no verdict on title and abstract yet
      screening_conflict                         votes that do not agree (leave it empty and add them to the
                                                 former for a reader who must not learn of conflicts)
      excluded                                   excluded on title and abstract
      passed                                     go on to full text
    excluded_by_tool     those of `excluded` that a tool excluded, not people
    report_of            citation -> report; a citation of `passed` that is missing is its own report. Several
                         citations may be one report; None says that there is no report to seek
    Reports, each sought one in exactly one of:
      awaiting_retrieval, not_retrieved
      awaiting_assessment, assessment_conflict   retrieved, no verdict yet
      assessed                                   = reports_excluded + reports_included
    reasons              the reports excluded by reason, in the review's order
    study_of             included report -> study
    studies_included     the studies of the reports included
    studies_in_meta_analysis, reports_in_meta_analysis     None: the box, or its line, is not drawn
    pooled_elsewhere     studies in meta-analysis that this review neither selected nor had before, in no box
    previous             None: a new review
    """

    searches: tuple[Search, ...]
    citation_of: Mapping[Id, Id]
    removed_by_automation: Ids = NONE
    removed_other: Ids = NONE
    awaiting_screening: Ids = NONE
    screening_conflict: Ids = NONE
    excluded: Ids = NONE
    excluded_by_tool: Ids = NONE
    passed: Ids = NONE
    report_of: Mapping[Id, Id | None] = field(default_factory=dict)
    sought: Ids = NONE
    awaiting_retrieval: Ids = NONE
    not_retrieved: Ids = NONE
    awaiting_assessment: Ids = NONE
    assessment_conflict: Ids = NONE
    assessed: Ids = NONE
    reports_excluded: Ids = NONE
    reasons: tuple[Reason, ...] = ()
    reports_included: Ids = NONE
    study_of: Mapping[Id, Id] = field(default_factory=dict)
    studies_included: Ids = NONE
    studies_in_meta_analysis: Ids | None = None
    reports_in_meta_analysis: Ids | None = None
    pooled_elsewhere: Ids = NONE
    previous: PreviousVersion | None = None
