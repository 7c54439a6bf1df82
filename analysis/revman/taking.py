"""What of a RevMan file can become part of a review here, and what cannot? Said before anything is made. Pure.

Each analysis of the file becomes an outcome of its own, so that nothing that is here is touched; its groups become arms of the studies.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from analysis.revman import bias
from analysis.revman.records import CONTINUOUS, DICHOTOMOUS, GENERIC, O_E, Comparison, Data, Outcome, Review, Study

EXPERIMENTAL, CONTROL = "experimental", "control"
KIND = {DICHOTOMOUS: "dichotomous", CONTINUOUS: "continuous", GENERIC: "generic", O_E: "time_to_event"}
# What stands in each group's row, and in the row of the two groups: our column -> theirs, without the number of the group.
OF_GROUP = {
    DICHOTOMOUS: {"events": "events", "total": "total"},
    CONTINUOUS: {"mean": "mean", "sd": "sd", "n": "total"},
    GENERIC: {},
    O_E: {"events": "events", "total": "total"},
}
OF_BOTH = {GENERIC: {"effect": "effect", "se": "se"}, O_E: {"o_e": "o_e", "v": "var"}}
WHOLE = ("events", "total", "n")
MEASURES = {DICHOTOMOUS: ("RR", "OR", "RD", "PETO_OR"), CONTINUOUS: ("MD", "SMD")}
LEVELS = (90, 95, 99)  # of intervals
METHODS = {"MH": "MH", "IV": "IV", "PETO": "Peto"}
LONGEST_LABEL, LONGEST_NAME, LONGEST_ARM = 120, 200, 150


@dataclass(frozen=True, slots=True)
class Group:
    """One arm of a study, by name and by its side of the comparison."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a study has for one outcome. groups: the values of each of the two arms; both: those of the two together."""

    outcome: str
    arms: tuple[Group, Group]
    groups: tuple[Mapping[str, float], Mapping[str, float]]
    both: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class NewStudy:
    name: str
    year: str
    id: str
    arms: tuple[Group, ...]
    numbers: tuple[Numbers, ...]
    bias: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # domain of RoB 1 -> judgement, support


@dataclass(frozen=True, slots=True)
class NewOutcome:
    """key: its place in the file, such as 1.2; with the number of a subgroup where each became an outcome."""

    key: str
    name: str
    kind: str

    @property
    def title(self) -> str:
        """Its kind, in words."""
        return self.kind.replace("_", " ").replace("generic", "generic effect")


@dataclass(frozen=True, slots=True)
class NewAnalysis:
    """How the outcome is pooled in the file, and where in the file that stands, so that it can go back there."""

    outcome: str
    measure: str
    method: str
    model: str
    level: str
    left: str
    right: str
    comparison: int
    comparison_name: str
    number: int
    group_1: str
    group_2: str
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be made, and what cannot be taken, in sentences."""

    title: str
    studies: tuple[NewStudy, ...]
    outcomes: tuple[NewOutcome, ...]
    analyses: tuple[NewAnalysis, ...]
    left_out: tuple[str, ...]

    @property
    def values(self) -> int:
        """How many numbers."""
        return sum(len(each) for study in self.studies for row in study.numbers for each in (*row.groups, row.both))

    @property
    def judgements(self) -> int:
        """How many judgements of risk of bias."""
        return sum(len(study.bias) for study in self.studies)

    @property
    def is_empty(self) -> bool:
        return not (self.studies or self.outcomes)


@dataclass
class Draft:
    """What is gathered while the file is gone through."""

    here: Collection[str]
    outcomes: list[NewOutcome] = field(default_factory=list)
    analyses: list[NewAnalysis] = field(default_factory=list)
    numbers: dict[str, list[Numbers]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def propose(review: Review, studies_here: Iterable[str], outcomes_here: Iterable[str]) -> Proposal:
    """What would be made in a review that has studies and outcomes of these names already."""
    draft = Draft({each.casefold() for each in studies_here})
    taken = {each.casefold() for each in outcomes_here}
    known = [study for study in review.studies if study.name.casefold() in draft.here]
    draft.left_out += [
        f"{each.name} is a study of this review already; it keeps what it has, and nothing is taken for it."
        for each in known
    ]
    judged = bias.table(review.bias, [study.name for study in review.studies if study not in known])
    draft.left_out += judged.left_out
    for comparison, outcome in review.outcomes():
        for number, part, told in parts(comparison, outcome, draft):
            take(comparison, part, number, told, taken, draft)
    return Proposal(
        review.title,
        tuple(new_studies(review, draft, judged.found)),
        tuple(draft.outcomes),
        tuple(draft.analyses),
        tuple(draft.left_out),
    )


def new_studies(
    review: Review, draft: Draft, judged: Mapping[str, Mapping[str, tuple[str, str]]]
) -> Iterator[NewStudy]:
    """The studies of the file, and those that only data name, with what was gathered for them."""
    listed = {study.name: study for study in review.studies}
    seen: set[str] = set(draft.here)
    for name in dict.fromkeys([*listed, *draft.numbers]):
        if len(name) > LONGEST_LABEL or not name.strip():
            draft.left_out.append(
                f"“{name[:40]} …” is no name of a study: 1 to {LONGEST_LABEL} characters."
                if name.strip()
                else "A study without a name."
            )
        elif name.casefold() not in seen:
            seen.add(name.casefold())
            arms, numbers = told_apart(name, draft)
            study = listed.get(name)
            said = study or Study(name)
            yield NewStudy(name, said.year, said.id, arms, numbers, judged.get(name, {}))


def told_apart(study: str, draft: Draft) -> tuple[tuple[Group, ...], tuple[Numbers, ...]]:
    """The arms of a study, never two of one name, and its numbers with these arms. One name on both sides becomes two arms."""
    arms: dict[tuple[str, str], Group] = {}
    taken: set[str] = set()
    numbers = []
    for each in draft.numbers.get(study, ()):
        for arm in each.arms:
            place = arm.name.casefold(), arm.role
            if place not in arms:
                arms[place] = Group(free_name(arm.name, [arm.role], taken), arm.role)
                if arms[place].name != arm.name:
                    draft.left_out.append(
                        f"{each.outcome}, {study}: that “{arm.name}” is one arm, on one side in one analysis and on the other in another. "
                        f"On this side it is called “{arms[place].name}”."
                    )
        first, second = (arms[arm.name.casefold(), arm.role] for arm in each.arms)
        numbers.append(replace(each, arms=(first, second)))
    return tuple(arms.values()), tuple(numbers)


# --- one analysis of the file ----------------------------------------------------------------------------------------


def parts(comparison: Comparison, outcome: Outcome, draft: Draft) -> Iterator[tuple[int, Outcome, str]]:
    """The analysis as it is; or, where a study stands in several of its subgroups, each subgroup by itself, with its number and name."""
    place = f"{comparison.number}.{outcome.number}"
    groups = list(dict.fromkeys(row.subgroup for row in outcome.data if row.subgroup))
    apart = {(row.study, row.subgroup) for row in outcome.data}
    if len(apart) == len({study for study, _ in apart}):
        if groups:
            draft.left_out.append(
                f"{place}: that its studies stand in subgroups ({'; '.join(groups)}). They are pooled together."
            )
        yield 0, outcome, ""
        return
    draft.left_out.append(
        f"{place}: its total, which counts studies of several subgroups more than once. Each subgroup becomes an outcome."
    )
    for number, group in enumerate(dict.fromkeys(row.subgroup for row in outcome.data), start=1):
        yield number, replace(outcome, data=tuple(row for row in outcome.data if row.subgroup == group)), group


def take(comparison: Comparison, outcome: Outcome, part: int, group: str, taken: set[str], draft: Draft) -> None:
    """Gather one analysis."""
    place = f"{comparison.number}.{outcome.number}" + (f".{part}" if part else "")
    wanted = outcome.name + (f": {group}" if group else "")
    name = free_name(wanted or "Outcome", [comparison.name, f"RevMan {place}"], taken)
    draft.outcomes.append(NewOutcome(place, name, KIND[outcome.kind]))
    if name != wanted:
        draft.left_out.append(
            f"{place}: its name “{shortened(wanted)}”, which is taken, empty or too long. It is called “{name}”."
        )
    arms = groups_of(outcome)
    seen: set[str] = set()
    for row in outcome.data:
        if row.study.casefold() in draft.here:
            continue
        if row.study in seen:
            draft.left_out.append(f"{place}, {row.study}: a second row of this study.")
            continue
        seen.add(row.study)
        told = problem(outcome.kind, row)
        if told:
            draft.left_out.append(f"{place}, {row.study}: {told}.")
        else:
            draft.numbers.setdefault(row.study, []).append(numbers_of(place, outcome.kind, row, arms))
    plan(comparison, outcome, place, bool(part), draft)


def free_name(name: str, more: Iterable[str], taken: set[str]) -> str:
    """The name, with more words where it is taken, and cut where it is too long."""
    tries = [name, *(f"{name} ({each})" for each in more if each)]
    for each in tries:
        cut = each if len(each) <= LONGEST_NAME else f"{each[: LONGEST_NAME - 2]} …"
        if cut.casefold() not in taken:
            taken.add(cut.casefold())
            return cut
    n = next(n for n in range(2, 10_000) if f"{name[:180]} ({n})".casefold() not in taken)
    taken.add(f"{name[:180]} ({n})".casefold())
    return f"{name[:180]} ({n})"


def shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]} …"


def groups_of(outcome: Outcome) -> tuple[Group, Group]:
    """The two arms by the labels of the groups; never two of one name in a study."""
    first, second = (
        (outcome.group_1.strip() or "Experimental")[: LONGEST_ARM - 12],
        (outcome.group_2.strip() or "Control")[: LONGEST_ARM - 12],
    )
    if first.casefold() == second.casefold():
        second = f"{second} (control)"
    return Group(first, EXPERIMENTAL), Group(second, CONTROL)


def numbers_of(place: str, kind: str, row: Data, arms: tuple[Group, Group]) -> Numbers:
    first, second = (
        {
            ours: tidy(ours, value)
            for ours, theirs in OF_GROUP[kind].items()
            if (value := getattr(row, f"{theirs}_{side}")) is not None
        }
        for side in (1, 2)
    )
    both = {ours: float(getattr(row, theirs)) for ours, theirs in OF_BOTH.get(kind, {}).items()}
    return Numbers(place, arms, (first, second), both)


def tidy(name: str, value: float) -> float:
    return int(value) if name in WHOLE else float(value)


def problem(kind: str, row: Data) -> str:
    """Why a row cannot be taken; empty when it can."""
    for side, words in ((1, "first"), (2, "second")):
        for ours, theirs in OF_GROUP[kind].items():
            value = getattr(row, f"{theirs}_{side}")
            if value is None and kind != O_E:
                return f"{ours} of the {words} group is missing"
            if value is not None and not math.isfinite(value):
                return f"{ours} of the {words} group is no number"
            if value is not None and ours in WHOLE and value != int(value):
                return f"{ours} of the {words} group, {value:g}, is no whole number"
            if value is not None and value < 0 and ours != "mean":
                return f"{ours} of the {words} group is below 0"
        people = getattr(row, f"total_{side}")
        if OF_GROUP[kind] and people is not None and people < 1:
            return f"there is nobody in the {words} group"
        events = getattr(row, f"events_{side}")
        if "events" in OF_GROUP[kind] and events is not None and people is not None and events > people:
            return f"the {words} group has more events than people"
    for ours, theirs in OF_BOTH.get(kind, {}).items():
        value = getattr(row, theirs)
        if value is None or not math.isfinite(value):
            return f"{ours} is missing"
        if ours in ("se", "v") and value <= 0:
            return f"{ours} is {'0' if value == 0 else 'below 0'}, so that nothing says how much it weighs"
    return ""


def plan(comparison: Comparison, outcome: Outcome, place: str, is_part: bool, draft: Draft) -> None:
    """Gather how it is pooled, where that can be done here."""
    measure, method = outcome.measure.replace("PETO_OR", "OR"), METHODS.get(outcome.method)
    if outcome.kind not in MEASURES:
        draft.left_out.append(f"{place}: the analysis; data of this kind are kept, but not planned from a file.")
        return
    fits = outcome.measure in MEASURES[outcome.kind] and method is not None
    fits = fits and not (method == "MH" and outcome.kind != DICHOTOMOUS)
    fits = fits and (method == "Peto") == (outcome.measure == "PETO_OR") and not (method == "Peto" and outcome.random)
    if not fits or method is None:
        draft.left_out.append(
            f"{place}: the analysis; {outcome.measure or 'its measure'} by {outcome.method} is not computed here."
        )
        return
    if outcome.level not in LEVELS:
        draft.left_out.append(f"{place}: intervals of {outcome.level:g}%; the analysis is planned with those of 95%.")
    draft.analyses.append(
        NewAnalysis(
            outcome=place,
            measure=measure,
            method=method,
            model="random" if outcome.random else "fixed",
            level=f"{outcome.level if outcome.level in LEVELS else 95:g}",
            left=outcome.left[:80],
            right=outcome.right[:80],
            comparison=comparison.number,
            comparison_name=comparison.name,
            number=0 if is_part else outcome.number,
            group_1=outcome.group_1,
            group_2=outcome.group_2,
            order=tuple(row.study for row in outcome.data),
        )
    )
