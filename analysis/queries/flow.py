"""Which records, citations, reports and studies stand behind each number of the PRISMA 2020 flow diagram?

The same for every member: what waits and what is in conflict are one number, or the diagram would tell of votes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from analysis.flow.constraints import Breach, check
from analysis.flow.counts import FlowCounts, Number, Unit, count
from analysis.flow.sets import FlowSets, Ids, Kind, Reason, Search
from extraction.models import Study, StudyReport
from reviewapp.errors import NotHere
from reviewapp.models import ExclusionReason, Member, Stage
from screening.models import Citation, Link, Record, Report, Standing, StandingState
from screening.models import Search as ScreeningSearch

State = StandingState


@dataclass(frozen=True, slots=True)
class Flow:
    """The sets of the diagram, its numbers, and which of its sums do not hold."""

    sets: FlowSets
    counts: FlowCounts
    breaches: tuple[Breach, ...]


def flow(member: Member) -> Flow:
    """The diagram's numbers now, checked."""
    sets = flow_sets(member)
    counts = count(sets)
    return Flow(sets, counts, check(sets, counts))


def flow_sets(member: Member) -> FlowSets:
    """Where each record, citation and report stands, in seven queries. Records of undone imports are not there at all."""
    citation_of = dict(standing_links(member).values_list("record", "citation"))
    live = frozenset(citation_of.values())
    at, by_reason = standings(member, live)
    screened, judged = at[Stage.TITLE_ABSTRACT], at[Stage.FULL_TEXT]
    passed = screened[State.INCLUDE]
    reports = report_states(member, passed)
    retrieved = reports[Report.State.RETRIEVED]
    included, excluded = judged[State.INCLUDE] & retrieved, judged[State.EXCLUDE] & retrieved
    study_of = {report: study for report, study in study_links(member).items() if report in included}
    return FlowSets(
        searches=searches(member),
        citation_of=citation_of,
        awaiting_screening=screened[State.WAITING] | screened[State.CONFLICT],
        excluded=screened[State.EXCLUDE],
        passed=passed,
        sought=passed,
        awaiting_retrieval=reports[Report.State.SOUGHT],
        not_retrieved=reports[Report.State.NOT_RETRIEVED],
        awaiting_assessment=(judged[State.WAITING] | judged[State.CONFLICT]) & retrieved,
        assessed=included | excluded,
        reports_excluded=excluded,
        reasons=reasons(member, by_reason, excluded),
        reports_included=included,
        study_of=study_of,
        studies_included=frozenset(study_of.values()),
    )


def searches(member: Member) -> tuple[Search, ...]:
    """Each search with its records in the order they came."""
    records: dict[int, list[int]] = defaultdict(list)
    rows = Record.objects.filter(review=member.review_id, source__undone_at=None).order_by("pk")
    for record, search in rows.values_list("pk", "source__search"):
        records[search].append(record)
    found = ScreeningSearch.objects.filter(review=member.review_id, dropped_at=None)
    return tuple(Search(Kind(each.kind), each.source, tuple(records[each.pk])) for each in found)


def standing_links(member: Member) -> QuerySet[Link]:
    return Link.objects.filter(undone_at=None, record__review=member.review_id, record__source__undone_at=None)


def standings(member: Member, live: Ids) -> tuple[dict[str, dict[str, Ids]], Mapping[int | None, set[int]]]:
    """The live citations by stage and state, and those that have a reason by reason."""
    found: dict[str, dict[str, set[int]]] = {stage: defaultdict(set) for stage in Stage.values}
    by_reason: dict[int | None, set[int]] = defaultdict(set)
    rows = Standing.objects.filter(review=member.review_id)
    for citation, stage, state, reason in rows.values_list("citation", "stage", "state", "reason"):
        if citation in live:
            found[stage][state].add(citation)
            by_reason[reason].add(citation)
    by_state = {stage: {state: frozenset(sets[state]) for state in State.values} for stage, sets in found.items()}
    return by_state, by_reason


def report_states(member: Member, passed: Ids) -> dict[str, Ids]:
    """Report state -> the citations of `passed` whose report is in it."""
    found: dict[str, set[int]] = {state: set() for state in Report.State.values}
    for citation, state in Report.objects.filter(citation__review=member.review_id).values_list("citation", "state"):
        if citation in passed:
            found[state].add(citation)
    return {state: frozenset(citations) for state, citations in found.items()}


def reasons(member: Member, by_reason: Mapping[int | None, set[int]], excluded: Ids) -> tuple[Reason, ...]:
    """The reports excluded by reason, in the review's order; a retired reason keeps what it was given for."""
    listed = ExclusionReason.objects.filter(review=member.review_id)
    return tuple(Reason(str(each.pk), each.text, excluded & by_reason[each.pk]) for each in listed)


def study_links(member: Member) -> Mapping[int, int]:
    """Report -> study, by standing links to studies that are not dropped."""
    links = StudyReport.objects.filter(study__review=member.review_id, study__dropped_at=None, undone_at=None)
    return dict(links.values_list("citation", "study"))


# --- the list behind a number --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One thing behind a number. citation or study: what to open. source: where a record came from."""

    title: str
    detail: str
    citation: int | None = None
    study: int | None = None
    source: str = ""


def number(flow: Flow, key: str) -> Number:
    """One number of the diagram, by its key. Raises NotHere."""
    found = flow.counts.get(key)
    if found is None:
        raise NotHere("The flow diagram has no such number (any more).")
    return found


def rows(member: Member, unit: Unit, ids: list[int]) -> list[Row]:
    """What these identifiers are, in their order; one page of them at a time."""
    if unit is Unit.STUDY:
        found = {each.pk: of_study(each) for each in Study.objects.filter(review=member.review_id, pk__in=ids)}
    elif unit is Unit.RECORD:
        citation_of = dict(standing_links(member).filter(record__in=ids).values_list("record", "citation"))
        records = Record.objects.filter(review=member.review_id, pk__in=ids).select_related("source__search")
        found = {each.pk: of_record(each, citation_of.get(each.pk)) for each in records.defer("raw", "abstract")}
    else:
        cited = Citation.objects.filter(review=member.review_id, pk__in=ids).defer("abstract")
        found = {each.pk: Row(str(each), in_short(each), citation=each.pk) for each in cited}
    return [found[pk] for pk in ids if pk in found]


EXAMPLES = 10


def examples(member: Member, breach: Breach) -> list[Row]:
    """The first of the things that a breach concerns."""
    return rows(member, breach.unit, sorted(breach.ids, key=str)[:EXAMPLES])


def of_study(study: Study) -> Row:
    return Row(study.label, study.note, study=study.pk)


def of_record(record: Record, citation: int | None) -> Row:
    source = f"{record.source.search}, {record.source}, record {record.position}"
    return Row(str(record), in_short(record), citation=citation, source=source)


def in_short(thing: Citation | Record) -> str:
    """Authors, year and journal, as far as they are known."""
    return ". ".join(str(part) for part in (thing.short_authors, thing.year, thing.journal) if part)
