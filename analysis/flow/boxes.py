"""What does each box of the PRISMA 2020 flow diagram say?

The wording is that of the PRISMA 2020 templates (Page MJ et al., BMJ 2021;372:n71). Lines about unfinished work and
about what is not in the templates are marked as such.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.flow.numbers import DATABASES_AND_REGISTERS, OTHER_METHODS, FlowCounts, Number
from analysis.flow.sets import Kind


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a box: its words, the number after them if any, how far indented, and whether it is work to do."""

    text: str
    number: Number | None = None
    indent: int = 0
    pending: bool = False


Box = tuple[Item, ...]

DBR, OTHER = DATABASES_AND_REGISTERS, OTHER_METHODS
METHODS = (Kind.WEBSITE, Kind.ORGANISATION, Kind.CITATION, Kind.OTHER)


def previous(counts: FlowCounts) -> Box:
    return _numbers(counts, "previous_studies", "previous_reports")


def identified(counts: FlowCounts) -> Box:
    lines = [Item("Records identified from*:")]
    for kind in (Kind.DATABASE, Kind.REGISTER):
        number = counts[f"{kind.value}_results"]
        lines.append(Item(number.label, number, 1))
        lines += [Item(source.label, source, 2) for source in counts.starting(f"{kind.value}_source:")]
    return tuple(lines)


def identified_otherwise(counts: FlowCounts) -> Box:
    lines = [Item("Records identified from:")]
    for kind in METHODS:
        lines += [Item(source.label, source, 1) for source in counts.starting(f"{kind.value}_source:")]
    return (*lines, *_pending(counts, OTHER, "awaiting_screening", "screening_conflict"))


def removed(counts: FlowCounts) -> Box:
    keys = (f"{DBR}_duplicates", f"{DBR}_removed_automation", f"{DBR}_removed_other")
    return (Item("Records removed before screening:"), *(Item(counts[key].label, counts[key], 1) for key in keys))


def screened(counts: FlowCounts) -> Box:
    return _numbers(counts, f"{DBR}_screened") + _pending(counts, DBR, "awaiting_screening", "screening_conflict")


def records_excluded(counts: FlowCounts) -> Box:
    number = counts[f"{DBR}_records_excluded"]
    lines = [Item(f"{number.label}**", number)]
    if counts.n(f"{DBR}_records_excluded_by_tool"):
        for key in (f"{DBR}_records_excluded_by_people", f"{DBR}_records_excluded_by_tool"):
            lines.append(Item(counts[key].label, counts[key], 1))
    return tuple(lines)


def sought(counts: FlowCounts, arm: str) -> Box:
    return _numbers(counts, f"{arm}_sought") + _pending(counts, arm, "awaiting_retrieval")


def not_retrieved(counts: FlowCounts, arm: str) -> Box:
    return _numbers(counts, f"{arm}_not_retrieved")


def assessed(counts: FlowCounts, arm: str) -> Box:
    return _numbers(counts, f"{arm}_assessed") + _pending(counts, arm, "awaiting_assessment", "assessment_conflict")


def reports_excluded(counts: FlowCounts, arm: str) -> Box:
    """The total, and each reason that was given."""
    number = counts[f"{arm}_reports_excluded"]
    reasons = [Item(reason.label, reason, 1) for reason in counts.starting(f"{arm}_reason:") if reason.n]
    return (Item(number.label, number), *reasons)


def included(counts: FlowCounts) -> Box:
    unlinked = counts["included_without_study"]
    return _numbers(counts, "new_studies", "new_reports") + (
        (Item(unlinked.label, unlinked, pending=True),) if unlinked.n else ()
    )


def total(counts: FlowCounts) -> Box:
    return _numbers(counts, "total_studies", "total_reports")


def meta_analysis(counts: FlowCounts) -> Box:
    return _numbers(counts, "total_studies_ma", "total_reports_ma")


def notes(counts: FlowCounts) -> Iterator[Item]:
    """What stands below the diagram."""
    yield Item("*Records as each database or register gave them, before duplicates were removed.")
    if counts.n(f"{DBR}_records_excluded_by_tool"):
        yield Item("**Exclusions by people and by automation tools are counted apart.")
    else:
        yield Item("**Excluded by people; at screening no record was excluded by an automation tool.")
    both = counts["found_by_both"]
    if both.n:
        yield Item("Records from other methods that databases or registers also found, counted there only", both)
    unsought = [
        (f"{OTHER}_duplicates", "duplicates"),
        (f"{OTHER}_removed_automation", "marked as ineligible by automation tools"),
        (f"{OTHER}_removed_other", "removed for other reasons"),
        (f"{OTHER}_records_excluded", "excluded on title and abstract"),
        (f"{OTHER}_without_report", "without a report to seek"),
        (f"{OTHER}_same_report", "further records of a report already counted"),
    ]
    for key, words in unsought:
        if counts.n(key):
            yield Item(f"Records from other methods not sought for retrieval: {words}", counts[key])
    for key in (f"{DBR}_without_report", f"{DBR}_same_report"):
        if counts.n(key):
            yield Item(f"{counts[key].label}, so not sought", counts[key])
    if counts.n("pooled_elsewhere"):
        elsewhere = counts["pooled_elsewhere"]
        yield Item(f"{elsewhere.label} and not selected here, in no box", elsewhere)
    yield Item("Layout: PRISMA 2020 flow diagram, Page MJ et al. BMJ 2021;372:n71 (CC BY 4.0).")


def _numbers(counts: FlowCounts, *keys: str) -> Box:
    return tuple(Item(counts[key].label, counts[key]) for key in keys if counts.get(key) is not None)


def _pending(counts: FlowCounts, arm: str, *states: str) -> Box:
    """Work to do, where there is any."""
    numbers = [counts[f"{arm}_{state}"] for state in states]
    return tuple(Item(number.label, number, pending=True) for number in numbers if number.n)
