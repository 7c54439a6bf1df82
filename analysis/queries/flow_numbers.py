"""How many stand behind each number of the flow diagram, counted by the database, and do the counts agree with each other?

The counts of records, links, citations, standings and reports are taken from tables of their own, so that each sum says something. Where
two must be the same things, not only as many, their ids add up to the same, too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q, QuerySet, Sum

from analysis.flow.numbers import Amount, Amounts
from analysis.flow.sets import Kind
from analysis.queries.flow_pooled import PooledStudies, pooled_studies
from extraction.models import PreviousVersion, StudyReport
from extraction.queries import known_studies, previous_version, selected_studies
from reviewapp.models import ExclusionReason, Member, Stage
from screening.models import GONE, SETTLED, Citation, Import, Link, Record, Report, Standing, StandingState
from screening.models import Search as ScreeningSearch

State = StandingState
OPEN = (State.WAITING, State.CONFLICT)  # one number: a conflict would tell of votes
REACHED = (*OPEN, *SETTLED)
IN_VIEW = (*REACHED, *GONE)


class Many(NamedTuple):
    """How many, and what their ids add up to."""

    n: int
    ids: int

    @classmethod
    def of(cls, rows: QuerySet, field: str = "pk") -> Many:
        found = rows.order_by().aggregate(n=Count(field), ids=Sum(field))
        return cls(found["n"], found["ids"] or 0)


class Place(NamedTuple):
    """Where a citation that goes on to full text is: the state of its report, the verdict on it and why, and whether it is of a study."""

    report: str | None
    judged: str | None
    why: int | None
    joined: bool


@dataclass(frozen=True, slots=True)
class Searched:
    """The searches of a review, and the imports that count by the search they are for."""

    searches: tuple[ScreeningSearch, ...]
    imports: dict[int, ScreeningSearch]
    undone: tuple[int, ...]

    @property
    def other(self) -> list[int]:
        """The imports for other methods."""
        return [pk for pk, search in self.imports.items() if not Kind(search.kind).systematic]

    @property
    def aside(self) -> QuerySet[Record]:
        """The records that do not put a citation into the arm of databases and registers. Few, mostly."""
        return Record.objects.filter(source__in=[*self.other, *self.undone])


def searched(member: Member) -> Searched:
    """In two queries."""
    found = {each.pk: each for each in ScreeningSearch.objects.filter(review=member.review_id)}
    imports, undone = {}, []
    for pk, search, gone in Import.objects.filter(search__in=found).values_list("pk", "search", "undone_at"):
        if gone is None:
            imports[pk] = found[search]
        else:
            undone.append(pk)
    return Searched(tuple(each for each in found.values() if not each.dropped_at), imports, tuple(undone))


def systematic_link(where: Searched) -> Exists:
    """Whether the outer row's citation has a record of a database or register."""
    links = Link.objects.filter(citation=OuterRef("citation"), undone_at=None)
    return Exists(links.exclude(record__in=where.aside.values("pk")))


def links_of_other_methods(where: Searched) -> QuerySet[Link]:
    return Link.objects.filter(undone_at=None, record__source__in=where.other).order_by()


# --- counting --------------------------------------------------------------------------------------------------------


@dataclass
class Counted:
    """What the database counts: of each arm, and of all."""

    member: Member
    where: Searched
    records: dict[int, Many]
    """By import."""
    found_by_both: dict[int, int]
    """By import, records of other methods whose citation a database or register found."""
    linked: Many
    """Records in view that are linked to a citation in view."""
    unbacked: int
    """Citations in view without a record in view."""
    in_view: Many
    standings: dict[tuple[str, str], Many]
    """By stage and state."""
    passed: Counter[Place]
    other: dict[str, Counter[Place]]
    """Citations that only other methods found, by the state at title and abstract."""
    reasons: dict[str, str]
    studies: int
    previous: PreviousVersion | None
    known: int
    """Included studies that the previous version had already."""
    pooled: PooledStudies | None

    def at(self, state: str, stage: str = Stage.TITLE_ABSTRACT) -> int:
        found = self.standings.get((stage, state))
        return found.n if found else 0


def counted(member: Member) -> Counted:
    """In a dozen queries, however many records there are; some more where analyses have been run."""
    where = searched(member)
    review = member.review_id
    by_import = Record.objects.filter(source__in=[*where.imports]).order_by().values("source")
    by_other = links_of_other_methods(where).annotate(both=systematic_link(where)).values("record__source", "both")
    both = {row["record__source"]: row["n"] for row in by_other.annotate(n=Count("pk")) if row["both"]}
    only = links_of_other_methods(where).exclude(systematic_link(where)).values("citation")
    standing = Standing.objects.filter(review=review).order_by()
    at_first = standing.filter(stage=Stage.TITLE_ABSTRACT)
    in_view, linked, unbacked = live_citations(review, where)
    return Counted(
        member=member,
        where=where,
        records={row["source"]: Many(row["n"], row["ids"]) for row in by_import.annotate(n=Count("pk"), ids=Sum("pk"))},
        found_by_both=both,
        linked=linked,
        unbacked=unbacked,
        in_view=in_view,
        standings={
            (row["stage"], row["state"]): Many(row["n"], row["ids"])
            for row in standing.values("stage", "state").annotate(n=Count("pk"), ids=Sum("citation"))
        },
        passed=places(at_first.filter(state=State.INCLUDE))[State.INCLUDE],
        other=places(at_first.filter(citation__in=only)),
        reasons={str(each.pk): each.text for each in ExclusionReason.objects.filter(review=review)},
        studies=selected_studies(member.review).count(),
        previous=previous_version(member),
        known=selected_studies(member.review).filter(pk__in=known_studies(member).values("pk")).count(),
        pooled=pooled_studies(member),
    )


def live_citations(review: int, where: Searched) -> tuple[Many, Many, int]:
    """The citations in view, the records in view that are linked to them, and how many of these citations have none.

    By citation first: both databases then go once through two indexes that are in the same order.
    """
    gone = Record.objects.filter(source__in=where.undone).values("pk")
    stays = ~Q(link__record__in=gone) if where.undone else None
    live = Citation.objects.filter(review=review, live=True).order_by().values("review", "live", "pk")
    with_links = live.annotate(link=FilteredRelation("links", condition=Q(links__undone_at=None))).annotate(
        records=Count("link__record", filter=stays), ids=Sum("link__record", filter=stays)
    )
    found = with_links.aggregate(
        citations=Count("pk"), all_pks=Sum("pk"), linked=Sum("records"), all_ids=Sum("ids"),
        bare=Count("pk", filter=Q(records=0)),
    )  # fmt: skip
    in_view = Many(found["citations"], found["all_pks"] or 0)
    return in_view, Many(found["linked"] or 0, found["all_ids"] or 0), found["bare"]


def places(standings: QuerySet[Standing]) -> dict[str, Counter[Place]]:
    """How many of these standings at title and abstract are in which state, and in which place at full text."""
    rows = standings.annotate(
        after=FilteredRelation("citation__standings", condition=Q(citation__standings__stage=Stage.FULL_TEXT)),
        joined=Exists(
            StudyReport.objects.filter(citation=OuterRef("citation"), undone_at=None, study__dropped_at=None)
        ),
    ).values_list("state", "citation__report__state", "after__state", "after__reason", "joined")
    found: dict[str, Counter[Place]] = defaultdict(Counter)
    for state, *place, n in rows.annotate(n=Count("pk")):
        found[state][Place(*place)] = n
    return found


# --- the numbers -----------------------------------------------------------------------------------------------------


def amounts(found: Counted) -> Amounts:
    """What stands behind each number."""
    sources: dict[Kind, dict[str, Amount]] = {kind: {} for kind in Kind}
    for search in found.where.searches:
        sources[Kind(search.kind)].setdefault(search.source, 0)
    of: dict[str, Amount] = {}
    identified = {"dbr": 0, "other": 0}
    found_by_both = 0
    for pk, search in found.where.imports.items():
        n, both = found.records.get(pk, Many(0, 0)).n, found.found_by_both.get(pk, 0)
        by_name = sources[Kind(search.kind)]
        by_name[search.source] = by_name.get(search.source, 0) + n - both
        identified["dbr" if Kind(search.kind).systematic else "other"] += n - both
        found_by_both += both
    of |= {"found_by_both": found_by_both, **{f"{name}_identified": n for name, n in identified.items()}}
    states = {state: found.at(state) for state in IN_VIEW}
    by_other = Counter({state: places.total() for state, places in found.other.items()})
    passed = found.other.get(State.INCLUDE, Counter())
    of |= arm("other", identified["other"], by_other.total(), by_other, passed)
    first = {state: states[state] - by_other[state] for state in IN_VIEW}
    of |= arm("dbr", identified["dbr"], found.in_view.n - by_other.total(), first, found.passed - passed)
    of |= included(found)
    return Amounts(
        of=of,
        sources=sources,
        reasons=found.reasons,
        updated=found.previous is not None,
        other_methods=any(not Kind(search.kind).systematic for search in found.where.searches),
    )


def arm(name: str, records: int, citations: int, at: Mapping[str, int], passed: Counter[Place]) -> dict[str, int]:
    """The numbers of one arm."""

    def those(report: str, *judged: str) -> int:
        return sum(
            n for place, n in passed.items() if place.report == report and (not judged or place.judged in judged)
        )

    states = Report.State
    excluded: Counter[str] = Counter()
    for place, n in passed.items():
        if place.report == states.RETRIEVED and place.judged == State.EXCLUDE:
            excluded[f"reason:{place.why}"] += n
    numbers = {
        "duplicates": records - citations,
        "removed_automation": at[State.TOOL],
        "removed_other": at[State.REMOVED],
        "awaiting_screening": sum(at[state] for state in OPEN),
        "screened": sum(at[state] for state in SETTLED),
        "records_excluded": at[State.EXCLUDE],
        "records_excluded_by_people": at[State.EXCLUDE],
        "passed": at[State.INCLUDE],
        "sought": at[State.INCLUDE],
        "awaiting_retrieval": those(states.SOUGHT),
        "not_retrieved": those(states.NOT_RETRIEVED),
        "awaiting_assessment": those(states.RETRIEVED, *OPEN),
        "assessed": those(states.RETRIEVED, *SETTLED),
        "reports_excluded": those(states.RETRIEVED, State.EXCLUDE),
        **excluded,
    }
    return {f"{name}_{key}": n for key, n in numbers.items()}


def included(found: Counted) -> dict[str, int]:
    these = {
        place: n
        for place, n in found.passed.items()
        if place.report == Report.State.RETRIEVED and place.judged == State.INCLUDE
    }
    without = sum(n for place, n in these.items() if not place.joined)
    new, reports = found.studies - found.known, sum(these.values())
    numbers = {"new_studies": new, "new_reports": reports, "included_without_study": without}
    if found.previous:
        numbers |= {"previous_studies": found.previous.studies, "previous_reports": found.previous.reports}
        numbers |= {"total_studies": found.previous.studies + new, "total_reports": found.previous.reports + reports}
    return numbers | in_meta_analysis(found)


def in_meta_analysis(found: Counted) -> dict[str, int]:
    """What was selected elsewhere and taken over is of the previous version, in an update; else it is in no box, and said beside them.

    Of such studies this review holds no reports: then these are not counted at all, rather than too few.
    """
    if found.pooled is None:
        return {}
    here, elsewhere = len(found.pooled.here), len(found.pooled.elsewhere)
    if found.previous is None and not here:
        return {"pooled_elsewhere": elsewhere}
    studies = here if found.previous is None else here + elsewhere
    counted_all = found.previous is None or not elsewhere
    return {
        "total_studies_ma": studies,
        **({"total_reports_ma": len(found.pooled.reports)} if counted_all else {}),
        **({"pooled_elsewhere": elsewhere} if elsewhere and found.previous is None else {}),
    }


# --- do they agree? --------------------------------------------------------------------------------------------------


def disagreements(found: Counted) -> Iterator[str]:
    """What does not agree, in words; nothing when all does. Which records are to blame is the question of `flow_sets`."""
    records = Many(sum(each.n for each in found.records.values()), sum(each.ids for each in found.records.values()))
    if records != found.linked:
        yield "the records in view are not those that are linked to citations in view"
    if found.unbacked:
        yield "citations are in view without a record"
    if any(search.dropped_at for search in found.where.imports.values()):
        yield "records are of a search that was taken away"
    reached = [found.standings.get((Stage.TITLE_ABSTRACT, state), Many(0, 0)) for state in IN_VIEW]
    if Many(sum(each.n for each in reached), sum(each.ids for each in reached)) != found.in_view:
        yield "the citations in view are not those that stand somewhere at title and abstract"
    if not set(map(consistent, found.passed)) <= {True}:
        yield "a report is in no place at full text, or in two"
    if found.passed.total() != found.at(State.INCLUDE):
        yield "the citations that go on are not as many as their reports"
    judged = sum(n for place, n in found.passed.items() if place.judged in REACHED)
    if judged != sum(found.at(state, Stage.FULL_TEXT) for state in REACHED):
        yield "reports are judged of citations that do not go on to full text"
    excluded = {str(place.why) for place in found.passed if place.judged == State.EXCLUDE}
    if not excluded <= found.reasons.keys():
        yield "a report is excluded without a reason of the review's list"
    numbers = included(found)
    if numbers.get("total_studies_ma", 0) > numbers.get("total_studies", numbers["new_studies"]):
        yield "more studies are in meta-analysis than are included"
    if found.studies > sum(n for place, n in found.passed.items() if place.joined):
        yield "a study has no report"


def consistent(place: Place) -> bool:
    """Whether a report is sought, and has a verdict or waits for one if and only if it is at hand."""
    return place.report is not None and (place.report == Report.State.RETRIEVED) == (place.judged in REACHED)
