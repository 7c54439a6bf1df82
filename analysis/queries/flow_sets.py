"""Which records, citations and reports stand where in the flow diagram, each by its id?

For naming what is to blame when the numbers do not agree, and for tests, to which it is a second way to the same numbers: it reads a whole
review into memory, and takes its time. The same for every member: what waits and what is in conflict are one set, or it would tell of votes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.db.models import QuerySet

from analysis.flow.sets import FlowSets, Ids, Kind, PreviousVersion, Reason, Search
from analysis.queries.flow_pooled import pooled_studies
from extraction.models import StudyReport
from extraction.queries import previous_version
from reviewapp.models import ExclusionReason, Member, Stage
from screening.models import Link, Record, Report, Standing, StandingState
from screening.models import Search as ScreeningSearch

State = StandingState


def flow_sets(member: Member) -> FlowSets:
    """Where each record, citation and report stands, in seven queries. Records of undone imports are not there at all."""
    citation_of = dict(standing_links(member).order_by("record").values_list("record", "citation"))
    at, by_reason = standings(member)
    screened, judged = at[Stage.TITLE_ABSTRACT], at[Stage.FULL_TEXT]
    passed = screened[State.INCLUDE]
    reports = report_states(member, passed)
    retrieved = reports[Report.State.RETRIEVED]
    included, excluded = judged[State.INCLUDE] & retrieved, judged[State.EXCLUDE] & retrieved
    study_of = {report: study for report, study in study_links(member).items() if report in included}
    return FlowSets(
        searches=searches(member),
        citation_of=citation_of,
        removed_by_automation=screened[State.TOOL],
        removed_other=screened[State.REMOVED],
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
        previous=(before := previous(member)),
        **in_meta_analysis(member, before),
    )


def in_meta_analysis(member: Member, before: PreviousVersion | None) -> dict[str, Ids]:
    """The studies and reports that current runs pool. What was taken over stands for studies that an update only counts, as far as there are any."""
    pooled = pooled_studies(member)
    if pooled is None:
        return {}
    if before is None:
        counted = {"studies_in_meta_analysis": pooled.here, "reports_in_meta_analysis": pooled.reports}
        return {**(counted if pooled.here else {}), "pooled_elsewhere": pooled.elsewhere}
    nameless = sorted((each for each in before.studies if isinstance(each, tuple)), key=str)
    taken = sorted(pooled.elsewhere - before.studies)
    standing_for = frozenset(nameless[: len(taken)]) | frozenset(taken[len(nameless) :])
    studies = {"studies_in_meta_analysis": pooled.here | (pooled.elsewhere & before.studies) | standing_for}
    return studies if pooled.elsewhere else {**studies, "reports_in_meta_analysis": pooled.reports}


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


def standings(member: Member) -> tuple[dict[str, dict[str, Ids]], Mapping[int | None, set[int]]]:
    """The citations by stage and state, and those that have a reason by reason."""
    found: dict[str, dict[str, set[int]]] = {stage: defaultdict(set) for stage in Stage.values}
    by_reason: dict[int | None, set[int]] = defaultdict(set)
    rows = Standing.objects.filter(review=member.review_id)
    for citation, stage, state, reason in rows.values_list("citation", "stage", "state", "reason"):
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


def previous(member: Member) -> PreviousVersion | None:
    """What the version that is updated had: the studies that this review knows, and a name for each of the others, which it only counts."""
    stated = previous_version(member)
    if stated is None:
        return None
    known = frozenset(stated.known.values_list("pk", flat=True))
    others = frozenset(("previous study", number) for number in range(stated.studies - len(known)))
    reports = frozenset(("previous report", number) for number in range(stated.reports))
    return PreviousVersion(known | others, reports)
