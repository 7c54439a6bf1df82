"""Which records, citations, reports and studies of a review held as sets does each number of the diagram count?

The numbers and their words are those of `analysis.flow.numbers`.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from analysis.flow.numbers import (
    ARMS,
    DATABASES_AND_REGISTERS,
    KIND_LABELS,
    OTHER_METHODS,
    Amounts,
    FlowCounts,
    numbered,
)
from analysis.flow.sets import NONE, FlowSets, Id, Ids, Kind

Found = tuple[str, Ids]


def count(sets: FlowSets) -> FlowCounts:
    """The numbers of the diagram. Never fails on inconsistent sets: `analysis.flow.constraints` says what is wrong."""
    citations = citations_by_arm(sets)
    reports = reports_by_arm(sets, citations)
    both = _found_by_both(sets, citations[DATABASES_AND_REGISTERS])
    repeated = _further_citations_of_a_report(sets, citations)
    of: dict[str, Ids] = {"found_by_both": both, **dict(_included(sets))}
    for arm in ARMS:
        of |= {f"{arm}_{name}": ids for name, ids in _identification(sets, arm, both)}
        of |= {f"{arm}_{name}": ids & citations[arm] for name, ids in _screening(sets, repeated)}
        of |= {f"{arm}_{name}": ids & reports[arm] for name, ids in _full_text(sets)}
    return numbered(
        Amounts(
            of=of,
            sources=_sources(sets, both),
            reasons={reason.key: reason.label for reason in sets.reasons},
            updated=sets.previous is not None,
            other_methods=any(not search.kind.systematic for search in sets.searches),
        )
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


def _sources(sets: FlowSets, both: Ids) -> Mapping[Kind, Mapping[str, Ids]]:
    """Per kind, and per source of each kind."""
    found: dict[Kind, dict[str, Ids]] = {kind: {} for kind in KIND_LABELS}
    for search in sets.searches:
        records = frozenset(search.records) - (NONE if search.kind.systematic else both)
        found[search.kind][search.name] = found[search.kind].get(search.name, NONE) | records
    return found


def _identification(sets: FlowSets, arm: str, both: Ids) -> Iterator[Found]:
    records = frozenset(_records(sets, arm))
    kept: dict[Id, Id] = {}
    for record, citation in sets.citation_of.items():
        if record in records:
            kept.setdefault(citation, record)
    identified = records - both
    yield "identified", identified
    yield "duplicates", (identified & sets.citation_of.keys()).difference(kept.values())


def _screening(sets: FlowSets, repeated: Ids) -> Iterator[Found]:
    yield "removed_automation", sets.removed_by_automation
    yield "removed_other", sets.removed_other
    yield "awaiting_screening", sets.awaiting_screening
    yield "screening_conflict", sets.screening_conflict
    yield "screened", sets.excluded | sets.passed
    yield "records_excluded", sets.excluded
    yield "records_excluded_by_people", sets.excluded - sets.excluded_by_tool
    yield "records_excluded_by_tool", sets.excluded & sets.excluded_by_tool
    yield "passed", sets.passed
    without = frozenset(citation for citation, report in sets.report_of.items() if report is None)
    yield "without_report", sets.passed & without
    yield "same_report", repeated


def _full_text(sets: FlowSets) -> Iterator[Found]:
    yield "sought", sets.sought
    yield "awaiting_retrieval", sets.awaiting_retrieval
    yield "not_retrieved", sets.not_retrieved
    yield "awaiting_assessment", sets.awaiting_assessment
    yield "assessment_conflict", sets.assessment_conflict
    yield "assessed", sets.assessed
    yield "reports_excluded", sets.reports_excluded
    for reason in sets.reasons:
        yield f"reason:{reason.key}", reason.reports


def _included(sets: FlowSets) -> Iterator[Found]:
    previous = sets.previous
    yield "new_studies", sets.studies_included - (previous.studies if previous else NONE)
    yield "new_reports", sets.reports_included
    yield "included_without_study", frozenset(each for each in sets.reports_included if each not in sets.study_of)
    if previous is not None:
        yield "previous_studies", previous.studies
        yield "previous_reports", previous.reports
        yield "total_studies", previous.studies | sets.studies_included
        yield "total_reports", previous.reports | sets.reports_included
    if sets.studies_in_meta_analysis is not None:
        yield "total_studies_ma", sets.studies_in_meta_analysis
    if sets.reports_in_meta_analysis is not None:
        yield "total_reports_ma", sets.reports_in_meta_analysis
    if sets.pooled_elsewhere:
        yield "pooled_elsewhere", sets.pooled_elsewhere
