"""Which records, citations, reports and studies are behind a number of the flow diagram? One QuerySet for each key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from analysis.flow.constraints import Breach
from analysis.flow.numbers import ARMS, Unit
from analysis.flow.sets import Kind
from analysis.queries.flow_numbers import OPEN, Searched, searched
from analysis.queries.flow_pooled import pooled_studies
from extraction.models import Study, StudyReport
from extraction.queries import known_studies, previous_version, selected_studies
from reviewapp.errors import NotHere
from reviewapp.models import Member, Stage
from screening.models import SETTLED, Citation, Link, Record, Report, Standing, StandingState

State = StandingState
REPORT = Report.State


def listed(member: Member, key: str) -> QuerySet[Record] | QuerySet[Citation] | QuerySet[Study]:
    """What is behind the number with this key, in the order it came. Raises NotHere for a key that no number has."""
    if key in OF_THE_REVIEW:
        return OF_THE_REVIEW[key](member)
    first, _, name = key.partition("_")  # "other" is both a kind of search and an arm
    if name == "results" or name.startswith("source:"):
        return of_source(searched(member), first, name.partition(":")[2])
    if first in ARMS:
        if name in RECORDS:
            return RECORDS[name](searched(member), first).order_by("pk")
        return in_arm(member, first, name)
    raise NotHere("The flow diagram has no such number (any more).")


# --- records -----------------------------------------------------------------------------------------------------


def of_source(where: Searched, kind: str, source: str) -> QuerySet[Record]:
    """The records of searches of a kind, or of one source; of other methods without what databases or registers found too."""
    imports = [
        pk for pk, search in where.imports.items() if search.kind == kind and (not source or search.source == source)
    ]
    records = Record.objects.filter(source__in=imports).order_by("pk")
    return records if kind in SYSTEMATIC else records.exclude(systematic_record(where))


SYSTEMATIC = [kind.value for kind in Kind if kind.systematic]


def imports_of(where: Searched, arm: str) -> list[int]:
    other = where.other
    return other if arm == "other" else [pk for pk in where.imports if pk not in set(other)]


def same_citation(where: Searched, arm: str) -> QuerySet[Link]:
    """The links by which the outer record's citation has records of this arm."""
    links = Link.objects.filter(undone_at=None, citation__links__record=OuterRef("pk"), citation__links__undone_at=None)
    return links.filter(record__source__in=imports_of(where, arm))


def systematic_record(where: Searched) -> Exists:
    """Whether a database or register found the publication of the outer record."""
    return Exists(same_citation(where, "dbr"))


def identified(where: Searched, arm: str) -> QuerySet[Record]:
    records = Record.objects.filter(source__in=imports_of(where, arm))
    return records if arm == "dbr" else records.exclude(systematic_record(where))


def duplicates(where: Searched, arm: str) -> QuerySet[Record]:
    """Records beyond the first of their citation in the arm."""
    return identified(where, arm).filter(Exists(same_citation(where, arm).filter(record__lt=OuterRef("pk"))))


def found_by_both(member: Member) -> QuerySet[Record]:
    where = searched(member)
    return Record.objects.filter(systematic_record(where), source__in=where.other).order_by("pk")


RECORDS: dict[str, Callable[[Searched, str], QuerySet[Record]]] = {"identified": identified, "duplicates": duplicates}


# --- citations and reports ---------------------------------------------------------------------------------------


def standing(stage: str, *states: str, **of: object) -> Exists:
    return Exists(Standing.objects.filter(citation=OuterRef("pk"), stage=stage, state__in=states, **of))


def report(state: str) -> Q:
    return Q(report__state=state)


PASSED = standing(Stage.TITLE_ABSTRACT, State.INCLUDE)
AT_HAND = report(REPORT.RETRIEVED)
PLACES = {
    "removed_automation": standing(Stage.TITLE_ABSTRACT, State.TOOL),
    "removed_other": standing(Stage.TITLE_ABSTRACT, State.REMOVED),
    "awaiting_screening": standing(Stage.TITLE_ABSTRACT, *OPEN),
    "screened": standing(Stage.TITLE_ABSTRACT, *SETTLED),
    "records_excluded": standing(Stage.TITLE_ABSTRACT, State.EXCLUDE),
    "records_excluded_by_people": standing(Stage.TITLE_ABSTRACT, State.EXCLUDE),
    "passed": PASSED,
    "sought": PASSED,
    "awaiting_retrieval": PASSED & report(REPORT.SOUGHT),
    "not_retrieved": PASSED & report(REPORT.NOT_RETRIEVED),
    "awaiting_assessment": PASSED & AT_HAND & standing(Stage.FULL_TEXT, *OPEN),
    "assessed": PASSED & AT_HAND & standing(Stage.FULL_TEXT, *SETTLED),
    "reports_excluded": PASSED & AT_HAND & standing(Stage.FULL_TEXT, State.EXCLUDE),
}
NEVER = (  # a conflict counts as waiting; the others are for programs that hold a review as sets
    "screening_conflict",
    "assessment_conflict",
    "records_excluded_by_tool",
    "without_report",
    "same_report",
)


def in_arm(member: Member, arm: str, name: str) -> QuerySet[Citation]:
    """The citations of an arm that are in a place. Raises NotHere."""
    if name.startswith("reason:"):
        place = PASSED & AT_HAND & standing(Stage.FULL_TEXT, State.EXCLUDE, reason=of_key(name))
    elif name in NEVER:
        return Citation.objects.none()
    elif name in PLACES:
        place = PLACES[name]
    else:
        raise NotHere("The flow diagram has no such number (any more).")
    citations = Citation.objects.filter(place, review=member.review_id, live=True).order_by("pk")
    where = searched(member)
    if not where.other:
        return citations if arm == "dbr" else citations.none()
    links = Link.objects.filter(citation=OuterRef("pk"), undone_at=None)
    systematic = Exists(links.exclude(record__in=where.aside.values("pk")))
    return citations.filter(systematic) if arm == "dbr" else citations.exclude(systematic)


def of_key(name: str) -> int:
    """The id in a key such as reason:12. Raises NotHere."""
    number = name.partition(":")[2]
    if not number.isdecimal():
        raise NotHere("The flow diagram has no such number (any more).")
    return int(number)


def new_reports(member: Member) -> QuerySet[Citation]:
    place = PASSED & AT_HAND & standing(Stage.FULL_TEXT, State.INCLUDE)
    return Citation.objects.filter(place, review=member.review_id, live=True).order_by("pk")


def without_study(member: Member) -> QuerySet[Citation]:
    joined = StudyReport.objects.filter(citation=OuterRef("pk"), undone_at=None, study__dropped_at=None)
    return new_reports(member).exclude(Exists(joined))


def known_reports(member: Member) -> QuerySet[Citation]:
    """Of reports of the previous version this review holds none: they are stated as a number."""
    return new_reports(member).none()


def new_studies(member: Member) -> QuerySet[Study]:
    return selected_studies(member.review).exclude(pk__in=known_studies(member).values("pk")).order_by("pk")


def total_studies(member: Member) -> QuerySet[Study]:
    """Those selected here, and those the previous version had: these stay in the review, whatever becomes of their reports here."""
    selected, known = selected_studies(member.review).values("pk"), known_studies(member).values("pk")
    return Study.objects.filter(Q(pk__in=selected) | Q(pk__in=known)).order_by("pk")


def pooled_here(member: Member) -> QuerySet[Study]:
    """The studies in meta-analysis that a box counts; in an update what was taken over is of the previous version."""
    found = pooled_studies(member)
    counted = (found.here | found.elsewhere if previous_version(member) else found.here) if found else ()
    return Study.objects.filter(pk__in=counted, review=member.review_id).order_by("pk")


def pooled_elsewhere(member: Member) -> QuerySet[Study]:
    found = pooled_studies(member)
    return Study.objects.filter(pk__in=found.elsewhere if found else (), review=member.review_id).order_by("pk")


def pooled_reports(member: Member) -> QuerySet[Citation]:
    found = pooled_studies(member)
    return new_reports(member).filter(pk__in=found.reports if found else ())


OF_THE_REVIEW: dict[str, Callable[[Member], QuerySet]] = {
    "found_by_both": found_by_both,
    "new_reports": new_reports,
    "included_without_study": without_study,
    "new_studies": new_studies,
    "previous_studies": lambda member: known_studies(member).order_by("pk"),
    "previous_reports": known_reports,
    "total_studies": total_studies,
    "total_reports": new_reports,
    "total_studies_ma": pooled_here,
    "total_reports_ma": pooled_reports,
    "pooled_elsewhere": pooled_elsewhere,
}


# --- what is shown of each ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One thing behind a number. citation or study: what to open. source: where a record came from."""

    title: str
    detail: str
    citation: int | None = None
    study: int | None = None
    source: str = ""


def rows(member: Member, unit: Unit, ids: list[int]) -> list[Row]:
    """What these identifiers are, in their order; one page of them at a time."""
    found = by_id(member, unit, ids)
    return [found[pk] for pk in ids if pk in found]


def by_id(member: Member, unit: Unit, ids: Sequence[int]) -> dict[int, Row]:
    if unit is Unit.STUDY:
        return {each.pk: of_study(each) for each in Study.objects.filter(review=member.review_id, pk__in=ids)}
    if unit is Unit.RECORD:
        links = Link.objects.filter(undone_at=None, record__in=ids, record__review=member.review_id)
        citation_of = dict(links.values_list("record", "citation"))
        records = Record.objects.filter(review=member.review_id, pk__in=ids).select_related("source__search")
        return {each.pk: of_record(each, citation_of.get(each.pk)) for each in records.defer("raw", "abstract")}
    cited = Citation.objects.filter(review=member.review_id, pk__in=ids).defer("abstract")
    return {each.pk: Row(str(each), in_short(each), citation=each.pk) for each in cited}


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
    parts = [str(part) for part in (thing.short_authors, thing.year, thing.journal) if part]
    return ". ".join([*(part.rstrip(".") for part in parts[:-1]), *parts[-1:]])  # “et al.” has its full stop


def bibliography(member: Member, key: str) -> Iterator[Citation | Record]:
    """The entries to be written to a file for a number: its records or citations; of studies, their included reports."""
    found = listed(member, key)
    if found.model is Study:
        reports = StudyReport.objects.filter(study__in=found, undone_at=None).values("citation")
        found = new_reports(member).filter(pk__in=reports)
    return found.iterator(chunk_size=500)


def studies_of(member: Member) -> Callable[[Citation | Record], list[str]]:
    """For a file of citations: the studies that each tells of, by label."""
    links = StudyReport.objects.filter(study__review=member.review_id, undone_at=None, study__dropped_at=None)
    label_of = dict(links.values_list("citation", F("study__label")))
    return lambda each: [label_of[each.pk]] if isinstance(each, Citation) and each.pk in label_of else []
