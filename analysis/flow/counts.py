"""Which numbers does PRISMA 2020 ask for, and which records, citations, reports and studies stand behind each?

Identified counts records; duplicates counts records beyond the first of each citation; screened and excluded
count citations, one record each; sought, not retrieved, assessed and excluded at full text count reports; included
counts studies and reports (Page MJ et al., BMJ 2021;372:n71, figure 1 and items 16a, 16b).

A citation found both by a database or register and by another method is counted with the databases and registers
alone; its records from other methods are `found_by_both`.

Work that is not done is counted apart and never as done: `screened` has a verdict, `assessed` too; what waits is in
`awaiting_screening`, `screening_conflict`, `awaiting_retrieval`, `awaiting_assessment`, `assessment_conflict` and
`included_without_study`, which close the balance.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from types import MappingProxyType

from analysis.flow.sets import NONE, FlowSets, Id, Ids, Kind


class Unit(Enum):
    """What a number counts."""

    RECORD = "record"
    CITATION = "citation"
    REPORT = "report"
    STUDY = "study"


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the diagram: a stable key, PRISMA's wording, what it counts and the identifiers behind it."""

    key: str
    label: str
    unit: Unit
    ids: Ids

    @property
    def n(self) -> int:
        return len(self.ids)


# The two arms of the diagram, as prefixes of keys.
DATABASES_AND_REGISTERS = "dbr"
OTHER_METHODS = "other"
ARMS = (DATABASES_AND_REGISTERS, OTHER_METHODS)

# What waits, in the order of the work.
PENDING = (
    "awaiting_screening",
    "screening_conflict",
    "awaiting_retrieval",
    "awaiting_assessment",
    "assessment_conflict",
)

KIND_LABELS = {
    Kind.DATABASE: "Databases",
    Kind.REGISTER: "Registers",
    Kind.WEBSITE: "Websites",
    Kind.ORGANISATION: "Organisations",
    Kind.CITATION: "Citation searching",
    Kind.OTHER: "Other methods",
}


@dataclass(frozen=True, slots=True)
class FlowCounts:
    """All numbers by key, and which of the four templates they belong to.

    Keys, with ARM for "dbr" (databases and registers) or "other" (other methods):
      ARM_identified, KIND_results, KIND_source:NAME (KIND: database, register, website, organisation, citation,
      other), ARM_duplicates, found_by_both, ARM_removed_automation, ARM_removed_other, ARM_awaiting_screening,
      ARM_screening_conflict, ARM_screened, ARM_records_excluded, ARM_records_excluded_by_people,
      ARM_records_excluded_by_tool, ARM_passed, ARM_without_report, ARM_same_report, ARM_sought,
      ARM_awaiting_retrieval, ARM_not_retrieved, ARM_awaiting_assessment, ARM_assessment_conflict, ARM_assessed,
      ARM_reports_excluded, ARM_reason:KEY, new_studies, new_reports, included_without_study,
      and where they apply previous_studies, previous_reports, total_studies, total_reports,
      total_studies_ma, total_reports_ma.
    """

    numbers: Mapping[str, Number]
    updated: bool
    other_methods: bool

    def __getitem__(self, key: str) -> Number:
        return self.numbers[key]

    def get(self, key: str) -> Number | None:
        return self.numbers.get(key)

    def n(self, key: str) -> int:
        """The number itself; 0 for a key that does not apply."""
        number = self.numbers.get(key)
        return 0 if number is None else number.n

    def starting(self, prefix: str) -> tuple[Number, ...]:
        """The numbers whose keys begin so, in order: the sources of a kind, the reasons of an arm."""
        return tuple(number for key, number in self.numbers.items() if key.startswith(prefix))

    @property
    def pending(self) -> tuple[Number, ...]:
        """What is still to be done, where there is any; empty once the review is finished."""
        keys = [f"{arm}_{state}" for arm in ARMS for state in PENDING] + ["included_without_study"]
        return tuple(self.numbers[key] for key in keys if self.numbers[key].n)

    @property
    def finished(self) -> bool:
        return not self.pending


def count(sets: FlowSets) -> FlowCounts:
    """The numbers of the diagram. Never fails on inconsistent sets: `analysis.flow.constraints` says what is wrong."""
    citations = citations_by_arm(sets)
    reports = reports_by_arm(sets, citations)
    both = _found_by_both(sets, citations[DATABASES_AND_REGISTERS])
    repeated = _further_citations_of_a_report(sets, citations)
    numbers = [*_previous(sets), *_sources(sets, both)]
    for arm in ARMS:
        numbers += _identification(sets, arm, both)
        numbers += _screening(sets, arm, citations[arm], repeated)
        numbers += _full_text(sets, arm, reports[arm])
    numbers += _included(sets)
    return FlowCounts(
        numbers=MappingProxyType({number.key: number for number in numbers}),
        updated=sets.previous is not None,
        other_methods=any(not search.kind.systematic for search in sets.searches),
    )


def citations_by_arm(sets: FlowSets) -> dict[str, Ids]:
    """The citations counted in each arm; databases and registers win."""
    dbr, other = (frozenset(map(sets.citation_of.get, _records(sets, arm))) - {None} for arm in ARMS)
    return {DATABASES_AND_REGISTERS: dbr, OTHER_METHODS: other - dbr}


def reports_by_arm(sets: FlowSets, citations: Mapping[str, Ids]) -> dict[str, Ids]:
    """The reports counted in each arm; a report of citations of both is the databases' and registers'."""
    dbr, other = (reports_of(sets, sets.passed & citations[arm]) for arm in ARMS)
    return {DATABASES_AND_REGISTERS: dbr, OTHER_METHODS: other - dbr}


def reports_of(sets: FlowSets, citations: Iterable[Id]) -> Ids:
    """The reports of citations that go on to full text."""
    if not sets.report_of:
        return frozenset(citations)
    found = (sets.report_of.get(citation, citation) for citation in citations)
    return frozenset(report for report in found if report is not None)


def _records(sets: FlowSets, arm: str) -> list[Id]:
    """The arm's records in the order they came."""
    systematic = arm == DATABASES_AND_REGISTERS
    return list(chain.from_iterable(s.records for s in sets.searches if s.kind.systematic == systematic))


def _found_by_both(sets: FlowSets, dbr_citations: Ids) -> Ids:
    """Records from other methods whose citation a database or register found too."""
    return frozenset(
        record for record in _records(sets, OTHER_METHODS) if sets.citation_of.get(record) in dbr_citations
    )


def _further_citations_of_a_report(sets: FlowSets, citations: Mapping[str, Ids]) -> Ids:
    """Citations let through whose report another one already stands for: first the report's own, databases first."""
    if not sets.report_of:
        return NONE
    counted: set[Id] = set()
    further: set[Id] = set()
    for arm in ARMS:
        passed = sets.passed & citations[arm]
        own = {citation for citation in passed if sets.report_of.get(citation, citation) == citation}
        further |= own & counted
        counted |= own
        for citation, report in sets.report_of.items():
            if report is None or report == citation or citation not in passed:
                continue
            if report in counted:
                further.add(citation)
            counted.add(report)
    return frozenset(further)


def _previous(sets: FlowSets) -> Iterator[Number]:
    if sets.previous is not None:
        previous = sets.previous
        yield Number("previous_studies", "Studies included in previous version of review", Unit.STUDY, previous.studies)
        label = "Reports of studies included in previous version of review"
        yield Number("previous_reports", label, Unit.REPORT, previous.reports)


def _sources(sets: FlowSets, both: Ids) -> Iterator[Number]:
    """Per kind, and per source of each kind."""
    for kind, label in KIND_LABELS.items():
        records: dict[str, set[Id]] = {}
        for search in sets.searches:
            if search.kind is kind:
                records.setdefault(search.name, set()).update(search.records)
        by_name = {name: frozenset(found) if kind.systematic else found - both for name, found in records.items()}
        yield Number(f"{kind.value}_results", label, Unit.RECORD, NONE.union(*by_name.values()))
        for name, found in by_name.items():
            yield Number(f"{kind.value}_source:{name}", name, Unit.RECORD, frozenset(found))


def _identification(sets: FlowSets, arm: str, both: Ids) -> Iterator[Number]:
    records = _records(sets, arm)
    citations = list(map(sets.citation_of.get, records))
    # Backwards, so that the first record of each citation is the one that stays.
    kept = dict(zip(reversed(citations), reversed(records), strict=True))
    unlinked = [record for record in records if record not in sets.citation_of] if None in kept else []
    identified = frozenset(records) - both
    duplicates = identified.difference(kept.values(), unlinked)
    yield Number(f"{arm}_identified", "Records identified", Unit.RECORD, identified)
    yield Number(f"{arm}_duplicates", "Duplicate records removed", Unit.RECORD, duplicates)
    if arm == OTHER_METHODS:
        label = "Records also found in databases or registers, counted there"
        yield Number("found_by_both", label, Unit.RECORD, both)


def _screening(sets: FlowSets, arm: str, citations: Ids, repeated: Ids) -> Iterator[Number]:
    def number(name: str, label: str, ids: Ids) -> Number:
        return Number(f"{arm}_{name}", label, Unit.CITATION, ids & citations)

    yield number("removed_automation", "Records marked as ineligible by automation tools", sets.removed_by_automation)
    yield number("removed_other", "Records removed for other reasons", sets.removed_other)
    yield number("awaiting_screening", "Records awaiting screening", sets.awaiting_screening)
    yield number("screening_conflict", "Records in conflict at screening", sets.screening_conflict)
    yield number("screened", "Records screened", sets.excluded | sets.passed)
    yield number("records_excluded", "Records excluded", sets.excluded)
    yield number("records_excluded_by_people", "Excluded by people", sets.excluded - sets.excluded_by_tool)
    yield number("records_excluded_by_tool", "Excluded by automation tools", sets.excluded & sets.excluded_by_tool)
    yield number("passed", "Records going on to full text", sets.passed)
    without = frozenset(citation for citation, report in sets.report_of.items() if report is None)
    yield number("without_report", "Records without a report to seek", sets.passed & without)
    yield number("same_report", "Further records of a report already counted", repeated)


def _full_text(sets: FlowSets, arm: str, reports: Ids) -> Iterator[Number]:
    def number(name: str, label: str, ids: Ids) -> Number:
        return Number(f"{arm}_{name}", label, Unit.REPORT, ids & reports)

    yield number("sought", "Reports sought for retrieval", sets.sought)
    yield number("awaiting_retrieval", "Reports awaiting retrieval", sets.awaiting_retrieval)
    yield number("not_retrieved", "Reports not retrieved", sets.not_retrieved)
    yield number("awaiting_assessment", "Reports awaiting assessment", sets.awaiting_assessment)
    yield number("assessment_conflict", "Reports in conflict at assessment", sets.assessment_conflict)
    yield number("assessed", "Reports assessed for eligibility", sets.assessed)
    yield number("reports_excluded", "Reports excluded", sets.reports_excluded)
    for reason in sets.reasons:
        yield number(f"reason:{reason.key}", reason.label, reason.reports)


def _included(sets: FlowSets) -> Iterator[Number]:
    previous = sets.previous
    old = previous.studies if previous is not None else NONE
    studies = ("New studies included in review", "Studies included in review")[previous is None]
    reports = ("Reports of new included studies", "Reports of included studies")[previous is None]
    yield Number("new_studies", studies, Unit.STUDY, sets.studies_included - old)
    yield Number("new_reports", reports, Unit.REPORT, sets.reports_included)
    without = frozenset(report for report in sets.reports_included if report not in sets.study_of)
    yield Number("included_without_study", "Included reports not yet linked to a study", Unit.REPORT, without)
    if previous is not None:
        total = previous.studies | sets.studies_included
        yield Number("total_studies", "Total studies included in review", Unit.STUDY, total)
        label = "Reports of total included studies"
        yield Number("total_reports", label, Unit.REPORT, previous.reports | sets.reports_included)
    if sets.studies_in_meta_analysis is not None:
        ids = sets.studies_in_meta_analysis
        yield Number("total_studies_ma", "Studies included in meta-analysis", Unit.STUDY, ids)
    if sets.reports_in_meta_analysis is not None:
        label = "Reports of studies included in meta-analysis"
        yield Number("total_reports_ma", label, Unit.REPORT, sets.reports_in_meta_analysis)
