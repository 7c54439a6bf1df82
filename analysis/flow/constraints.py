"""Do the numbers of the flow diagram agree with each other, and which records are to blame if not?

Twelve constraints. Each is a function of its own, holds at every moment of a review (what waits closes the balance),
and returns breaches that name the records, citations, reports or studies concerned. Letters in the docstrings are the
boxes of the PRISMA 2020 templates: B identified, C removed, D screened, E excluded, F sought, G not retrieved,
H assessed, I excluded at full text, J included, K to O the same for other methods (K identified, L sought, M not
retrieved, N assessed, O excluded), A the previous version, P the total.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from analysis.flow.counts import reports_of
from analysis.flow.numbers import DATABASES_AND_REGISTERS, OTHER_METHODS, FlowCounts, Unit
from analysis.flow.sets import NONE, FlowSets, Id, Ids, Search

DBR, OTHER = DATABASES_AND_REGISTERS, OTHER_METHODS


@dataclass(frozen=True, slots=True)
class Breach:
    """A constraint that does not hold: its name, what is wrong, and the identifiers concerned."""

    constraint: str
    message: str
    unit: Unit
    ids: Ids


def check(sets: FlowSets, counts: FlowCounts) -> tuple[Breach, ...]:
    """Breaches of all constraints that speak of one moment; empty when everything agrees."""
    return tuple(chain.from_iterable(constraint(sets, counts) for constraint in CONSTRAINTS))


def sources_add_up(sets: FlowSets, counts: FlowCounts) -> list[Breach]:
    """1. B is the sum of its databases and registers, K of its other sources: no record comes from two searches."""
    times = Counter(chain.from_iterable(search.records for search in sets.searches))
    twice = frozenset(record for record, n in times.items() if n > 1)
    return _breach("sources_add_up", "Records counted for more than one search", Unit.RECORD, twice)


def screening_balances(sets: FlowSets, counts: FlowCounts) -> list[Breach]:
    """2. D = B - C - waiting: every citation of the databases and registers is in one place until it has a verdict."""
    return _identification_balances("screening_balances", sets, counts, DBR)


def reports_sought_follow_from_screening(sets: FlowSets, counts: FlowCounts) -> list[Breach]:
    """3. F = D - E, less records without a report and less further records of one report."""
    expected = reports_of(sets, sets.passed)
    name = "reports_sought_follow_from_screening"
    return [
        *_breach(
            name, "Reports of citations that were let through, but not sought", Unit.REPORT, expected - sets.sought
        ),
        *_breach(name, "Reports sought of citations that were not let through", Unit.REPORT, sets.sought - expected),
    ]


def assessment_balances(sets: FlowSets, counts: FlowCounts) -> list[Breach]:
    """4. H = F - G - waiting, and N = L - M - waiting: every report sought is in one place."""
    parts = {
        "awaiting retrieval": sets.awaiting_retrieval,
        "not retrieved": sets.not_retrieved,
        "awaiting assessment": sets.awaiting_assessment,
        "in conflict": sets.assessment_conflict,
        "assessed": sets.assessed,
    }
    return _partition("assessment_balances", sets.sought, parts, Unit.REPORT, "Reports sought")


def reasons_add_up(sets: FlowSets, counts: FlowCounts) -> list[Breach]:
    """5. I and O are the sums of their reasons: each report excluded has one reason."""
    parts = {f"excluded as {reason.label!r}": reason.reports for reason in sets.reasons}
    return _partition("reasons_add_up", sets.reports_excluded, parts, Unit.REPORT, "Reports excluded")


def included_follow_from_assessment(sets: FlowSets, counts: FlowCounts) -> list[Breach]:
    """6. Reports newly included = (H - I) + (N - O), the second line of J."""
    parts = {"excluded": sets.reports_excluded, "included": sets.reports_included}
    return _partition("included_follow_from_assessment", sets.assessed, parts, Unit.REPORT, "Reports assessed")


def other_methods_balance(sets: FlowSets, counts: FlowCounts) -> list[Breach]:
    """7. L = K less duplicates, removals, exclusions and what waits; and what both arms found is in one of them."""
    found = _identification_balances("other_methods_balance", sets, counts, OTHER)
    for state in ("identified", "screened", "sought"):
        number = counts[f"{OTHER}_{state}"]
        twice = number.ids & counts[f"{DBR}_{state}"].ids
        found += _breach("other_methods_balance", "Counted in both arms", number.unit, twice)
    return found


def studies_have_reports(sets: FlowSets, counts: FlowCounts) -> list[Breach]:
    """8. The first line of J is at most its second: a study included has a report included, and the other way round."""
    told = frozenset(sets.study_of[report] for report in sets.reports_included if report in sets.study_of)
    name = "studies_have_reports"
    return [
        *_breach(name, "Studies included without a report included", Unit.STUDY, sets.studies_included - told),
        *_breach(name, "Studies of reports included, but not counted", Unit.STUDY, told - sets.studies_included),
    ]


def update_adds_up(sets: FlowSets, counts: FlowCounts) -> list[Breach]:
    """9. Reports in P = A + newly included; studies in P = A + new studies, a new report of an old study adding none."""
    if sets.previous is None:
        return []
    name = "update_adds_up"
    again = sets.previous.reports & sets.reports_included
    old = counts["new_studies"].ids & sets.previous.studies
    return [
        *_breach(name, "Reports of the previous version counted as newly included", Unit.REPORT, again),
        *_breach(name, "Studies of the previous version counted as new", Unit.STUDY, old),
    ]


def meta_analysis_is_within_the_review(sets: FlowSets, counts: FlowCounts) -> list[Breach]:
    """10. Studies and reports in meta-analysis are among those included (P, or J in a new review)."""
    studies = (counts.get("total_studies") or counts["new_studies"]).ids
    reports = (counts.get("total_reports") or counts["new_reports"]).ids
    name, message = "meta_analysis_is_within_the_review", "In meta-analysis, but not included in the review"
    return [
        *_breach(name, message, Unit.STUDY, (sets.studies_in_meta_analysis or NONE) - studies),
        *_breach(name, message, Unit.REPORT, (sets.reports_in_meta_analysis or NONE) - reports),
    ]


def every_record_is_in_one_place(sets: FlowSets, counts: FlowCounts) -> list[Breach]:
    """11. B + K = duplicates + removed + excluded + on the way + waiting (+ found by both): no record is lost."""
    records = frozenset(chain.from_iterable(search.records for search in sets.searches))
    placed = frozenset(chain.from_iterable(_places(sets).values()))
    homeless = frozenset(record for record in records if sets.citation_of.get(record) not in placed)
    backed = frozenset(sets.citation_of[record] for record in records if record in sets.citation_of)
    name = "every_record_is_in_one_place"
    return [
        *_breach(name, "Records that no box counts", Unit.RECORD, homeless),
        *_breach(name, "Citations in a box without a record of any search", Unit.CITATION, placed - backed),
        *_breach(name, "Excluded by a tool, but not excluded", Unit.CITATION, sets.excluded_by_tool - sets.excluded),
    ]


def nothing_is_lost(before: FlowSets, after: FlowSets) -> list[Breach]:
    """12. A change of decisions moves items between boxes and loses none: the records before and after are the same.

    For two moments between which nothing was imported and no import undone.
    """
    old, new = (frozenset(chain.from_iterable(search.records for search in sets.searches)) for sets in (before, after))
    name = "nothing_is_lost"
    return [
        *_breach(name, "Records that were counted before and no longer are", Unit.RECORD, old - new),
        *_breach(name, "Records that were not counted before", Unit.RECORD, new - old),
        *_breach(name, "Records that another search is said to have found", Unit.RECORD, _moved(before, after)),
    ]


Constraint = Callable[[FlowSets, FlowCounts], list[Breach]]

CONSTRAINTS: tuple[Constraint, ...] = (
    sources_add_up,
    screening_balances,
    reports_sought_follow_from_screening,
    assessment_balances,
    reasons_add_up,
    included_follow_from_assessment,
    other_methods_balance,
    studies_have_reports,
    update_adds_up,
    meta_analysis_is_within_the_review,
    every_record_is_in_one_place,
)


def _breach(constraint: str, message: str, unit: Unit, ids: Ids) -> list[Breach]:
    return [Breach(constraint, f"{message}: {len(ids)}", unit, ids)] if ids else []


def _places(sets: FlowSets) -> dict[str, Ids]:
    """Where a citation may be; each in exactly one."""
    return {
        "removed by automation": sets.removed_by_automation,
        "removed for other reasons": sets.removed_other,
        "awaiting screening": sets.awaiting_screening,
        "in conflict": sets.screening_conflict,
        "excluded": sets.excluded,
        "on the way": sets.passed,
    }


def _identification_balances(constraint: str, sets: FlowSets, counts: FlowCounts, arm: str) -> list[Breach]:
    """The citations an arm identified, one for each record that is no duplicate, are each in one place."""
    kept = counts[f"{arm}_identified"].ids - counts[f"{arm}_duplicates"].ids
    unlinked = frozenset(record for record in kept if record not in sets.citation_of)
    citations = frozenset(sets.citation_of[record] for record in kept - unlinked)
    parts = {place: ids & citations for place, ids in _places(sets).items()}
    return [
        *_breach(constraint, "Records without a citation", Unit.RECORD, unlinked),
        *_partition(constraint, citations, parts, Unit.CITATION, "Citations"),
    ]


def _partition(constraint: str, whole: Ids, parts: Mapping[str, Ids], unit: Unit, what: str) -> list[Breach]:
    """That the parts make up the whole without overlapping."""
    times = Counter(chain.from_iterable(parts.values()))
    doubled = frozenset(thing for thing, n in times.items() if n > 1)
    covered = frozenset(times)
    where = ", ".join(place for place, ids in parts.items() if ids & doubled)
    strange = ", ".join(place for place, ids in parts.items() if ids - whole)
    return [
        *_breach(
            constraint, f"{what} in none of the places: {', '.join(parts) or 'none is known'}", unit, whole - covered
        ),
        *_breach(constraint, f"{what} in more than one place ({where})", unit, doubled),
        *_breach(constraint, f"Not among the {what.lower()}, yet {strange}", unit, covered - whole),
    ]


def _moved(before: FlowSets, after: FlowSets) -> Ids:
    """Records whose source is another one than it was."""

    def origins(searches: Iterable[Search]) -> dict[Id, tuple[str, str]]:
        return {record: (search.kind.value, search.name) for search in searches for record in search.records}

    old, new = origins(before.searches), origins(after.searches)
    return frozenset(record for record, origin in old.items() if record in new and new[record] != origin)
