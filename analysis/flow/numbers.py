"""Which numbers does PRISMA 2020 ask for, in which words, and what does each of them count?

Identified counts records; duplicates counts records beyond the first of each citation; screened and excluded
count citations, one record each; sought, not retrieved, assessed and excluded at full text count reports; included
counts studies and reports (Page MJ et al., BMJ 2021;372:n71, figure 1 and items 16a, 16b).

A citation found both by a database or register and by another method is counted with the databases and registers
alone; its records from other methods are `found_by_both`.

Work that is not done is counted apart and never as done: `screened` has a verdict, `assessed` too; what waits is in
`awaiting_screening`, `screening_conflict`, `awaiting_retrieval`, `awaiting_assessment`, `assessment_conflict` and
`included_without_study`, which close the balance.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from analysis.flow.sets import NONE, Ids, Kind


class Unit(Enum):
    """What a number counts."""

    RECORD = "record"
    CITATION = "citation"
    REPORT = "report"
    STUDY = "study"


Amount = int | Ids
"""How many, or which: a review that is held as sets knows its identifiers, a database is asked for them when they are wanted."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the diagram: a stable key, PRISMA's wording, what it counts, how many, and which if that is at hand."""

    key: str
    label: str
    unit: Unit
    n: int
    ids: Ids = field(default=NONE, repr=False)


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

# Of each arm, in the order of the diagram; the keys have the arm before them.
IN_AN_ARM = {
    "identified": ("Records identified", Unit.RECORD),
    "duplicates": ("Duplicate records removed", Unit.RECORD),
    "removed_automation": ("Records marked as ineligible by automation tools", Unit.CITATION),
    "removed_other": ("Records removed for other reasons", Unit.CITATION),
    "awaiting_screening": ("Records awaiting screening", Unit.CITATION),
    "screening_conflict": ("Records in conflict at screening", Unit.CITATION),
    "screened": ("Records screened", Unit.CITATION),
    "records_excluded": ("Records excluded", Unit.CITATION),
    "records_excluded_by_people": ("Excluded by people", Unit.CITATION),
    "records_excluded_by_tool": ("Excluded by automation tools", Unit.CITATION),
    "passed": ("Records going on to full text", Unit.CITATION),
    "without_report": ("Records without a report to seek", Unit.CITATION),
    "same_report": ("Further records of a report already counted", Unit.CITATION),
    "sought": ("Reports sought for retrieval", Unit.REPORT),
    "awaiting_retrieval": ("Reports awaiting retrieval", Unit.REPORT),
    "not_retrieved": ("Reports not retrieved", Unit.REPORT),
    "awaiting_assessment": ("Reports awaiting assessment", Unit.REPORT),
    "assessment_conflict": ("Reports in conflict at assessment", Unit.REPORT),
    "assessed": ("Reports assessed for eligibility", Unit.REPORT),
    "reports_excluded": ("Reports excluded", Unit.REPORT),
}
OF_THE_REVIEW = {
    "found_by_both": ("Records also found in databases or registers, counted there", Unit.RECORD),
    "previous_studies": ("Studies included in previous version of review", Unit.STUDY),
    "previous_reports": ("Reports of studies included in previous version of review", Unit.REPORT),
    "new_studies": ("Studies included in review", Unit.STUDY),
    "new_reports": ("Reports of included studies", Unit.REPORT),
    "included_without_study": ("Included reports not yet linked to a study", Unit.REPORT),
    "total_studies": ("Total studies included in review", Unit.STUDY),
    "total_reports": ("Reports of total included studies", Unit.REPORT),
    "total_studies_ma": ("Studies included in meta-analysis", Unit.STUDY),
    "total_reports_ma": ("Reports of studies included in meta-analysis", Unit.REPORT),
    "pooled_elsewhere": ("Studies in meta-analysis that were taken over as included elsewhere", Unit.STUDY),
}
IN_AN_UPDATE = {"new_studies": "New studies included in review", "new_reports": "Reports of new included studies"}


@dataclass(frozen=True, slots=True)
class Amounts:
    """All that is counted, without words.

    of        by key; what is left out is not drawn where it belongs to a box that only some reviews have, else 0
    sources   per kind and name, records; of other methods without what databases or registers found too
    reasons   key -> label, in the review's order; `of` has them under ARM_reason:KEY
    """

    of: Mapping[str, Amount]
    sources: Mapping[Kind, Mapping[str, Amount]]
    reasons: Mapping[str, str]
    updated: bool
    other_methods: bool


@dataclass(frozen=True, slots=True)
class FlowCounts:
    """All numbers by key, and which of the four templates they belong to.

    Keys, with ARM for "dbr" (databases and registers) or "other" (other methods):
      KIND_results, KIND_source:NAME (KIND: database, register, website, organisation, citation, other),
      ARM_ and each of IN_AN_ARM, ARM_reason:KEY, and those of OF_THE_REVIEW, where they apply.
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


def numbered(amounts: Amounts) -> FlowCounts:
    """The amounts with their words, in the order of the diagram."""
    numbers = {number.key: number for number in _numbers(amounts)}
    return FlowCounts(MappingProxyType(numbers), amounts.updated, amounts.other_methods)


def number(key: str, label: str, unit: Unit, amount: Amount) -> Number:
    return (
        Number(key, label, unit, amount) if isinstance(amount, int) else Number(key, label, unit, len(amount), amount)
    )


ALWAYS = ("found_by_both", "new_studies", "new_reports", "included_without_study")


def _numbers(amounts: Amounts) -> Iterator[Number]:
    for kind, label in KIND_LABELS.items():
        by_name = amounts.sources.get(kind, {})
        yield number(f"{kind.value}_results", label, Unit.RECORD, _sum(by_name))
        for name, found in by_name.items():
            yield number(f"{kind.value}_source:{name}", name, Unit.RECORD, found)
    for arm in ARMS:
        for name, (label, unit) in IN_AN_ARM.items():
            key = f"{arm}_{name}"
            yield number(key, label, unit, amounts.of.get(key, 0))
        for reason, label in amounts.reasons.items():
            key = f"{arm}_reason:{reason}"
            yield number(key, label, Unit.REPORT, amounts.of.get(key, 0))
    for key, (label, unit) in OF_THE_REVIEW.items():
        if key in amounts.of or key in ALWAYS:
            words = IN_AN_UPDATE.get(key, label) if amounts.updated else label
            yield number(key, words, unit, amounts.of.get(key, 0))


def _sum(by_name: Mapping[str, Amount]) -> Amount:
    """How many in all; which, where that is known (a record that two of them claim is one)."""
    sets = [found for found in by_name.values() if not isinstance(found, int)]
    return NONE.union(*sets) if len(sets) == len(by_name) else sum(n for n in by_name.values() if isinstance(n, int))
