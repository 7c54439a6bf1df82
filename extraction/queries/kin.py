"""Which reports may tell of the same study? Suggestions for reports that wait for one, each with its reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from extraction.models import Study, StudyReport
from extraction.schema.kin import Kin, Told, kin, registrations, told
from reviewapp.models import Member
from screening.models import Citation, Pair
from screening.queries.duplicates import pairs

MOST = 2  # suggestions for each report
FIELDS = ("id", "title", "authors", "year", "abstract", "accession", "url", "keywords")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """That a report may tell of a study (or of the same study as another waiting report), and why."""

    study_id: int | None
    label: str
    weight: int
    reasons: str


def told_by(report: Citation) -> Told:
    further = " ".join([report.abstract, report.accession, report.url, *map(str, report.keywords)])
    return told(report.pk, report.title, report.authors, report.year, further)


def registrations_of(report: Citation) -> tuple[str, ...]:
    """The trial registration numbers that a report names."""
    return registrations(" ".join([report.title, report.abstract, report.accession, report.url]))


def suggestions(member: Member, waiting: Iterable[Citation]) -> dict[int, list[Suggestion]]:
    """For each waiting report the studies (and other waiting reports) it may belong to, the likeliest first. Three queries at most."""
    waiting = list(waiting)
    if not waiting:
        return {}
    links = StudyReport.objects.filter(undone_at=None, study__review=member.review_id, study__dropped_at=None)
    links = links.select_related("study", "citation").only(
        "study__label", "study__registration", *(f"citation__{name}" for name in FIELDS)
    )
    known = [(link.study, told_with(link.study, told_by(link.citation))) for link in links]
    own = {report.pk: told_by(report) for report in waiting}
    apart = other_reports(member, [*own, *(told.id for _, told in known)])
    return {report.pk: likeliest(report, own, known, waiting, apart) for report in waiting}


def other_reports(member: Member, citations: list[int]) -> set[frozenset[int]]:
    """Pairs of these citations that de-duplication kept apart as perhaps reports of one study."""
    kept = pairs(member).filter(state=Pair.State.REPORTS, home_a__in=citations, home_b__in=citations)
    return {frozenset(ends) for ends in kept.values_list("home_a", "home_b")}


def told_with(study: Study, report: Told) -> Told:
    """What a report tells, with the registration number that its study was given."""
    numbers = report.numbers | set(registrations(study.registration))
    return Told(report.id, report.year, frozenset(numbers), report.acronyms, report.authors, report.places)


def likeliest(
    report: Citation,
    own: dict[int, Told],
    known: list[tuple[Study, Told]],
    waiting: list[Citation],
    apart: set[frozenset[int]],
) -> list[Suggestion]:
    def near(other: Told) -> Kin:
        return kin(own[report.pk], other, other_report=frozenset((report.pk, other.id)) in apart)

    best: dict[int, Suggestion] = {}
    for study, other in known:
        found = near(other)
        if found.weight > (best[study.pk].weight if study.pk in best else 0):
            best[study.pk] = Suggestion(study.pk, study.label, found.weight, "; ".join(found.reasons))
    among = [
        Suggestion(None, str(other), found.weight, "; ".join(found.reasons))
        for other in waiting
        if other.pk != report.pk and (found := near(own[other.pk])).weight
    ]
    return sorted([*best.values(), *among], key=lambda each: -each.weight)[:MOST]
