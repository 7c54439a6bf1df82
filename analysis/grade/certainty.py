"""How certain is the evidence for an outcome? GRADE's domains, and the level that a rating of them comes to.

After GRADE guidelines 1 to 9 (J Clin Epidemiol 2011;64:380-1316) and the Cochrane Handbook, version 6.5, chapter 14: evidence of
randomised trials begins at high, of other studies at low; five domains take levels away, three may give some to other studies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LEVELS = ("Very low", "Low", "Moderate", "High")
SIGNS = ("⊕◯◯◯", "⊕⊕◯◯", "⊕⊕⊕◯", "⊕⊕⊕⊕")
MEANING = (
    "the true effect is likely to be substantially different from the estimate",
    "the true effect may be substantially different from the estimate",
    "the true effect is likely to be close to the estimate, but it may be substantially different",
    "the true effect lies close to the estimate",
)
STARTS = {"randomised": 3, "other": 1}  # places in LEVELS
START_WORDS = {"randomised": "Randomised trials (begins at high)", "other": "Other studies (begins at low)"}


@dataclass(frozen=True, slots=True)
class Domain:
    """What is judged: its name, and for each step that it may take the words for it; 0 is the first."""

    id: str
    name: str
    steps: Mapping[int, str]
    help: str


SERIOUS = {0: "Not serious", -1: "Serious", -2: "Very serious"}
DOMAINS = (
    Domain("risk_of_bias", "Risk of bias", SERIOUS, "Do limits in design or conduct make the effect doubtful?"),
    Domain("inconsistency", "Inconsistency", SERIOUS, "Do the studies differ in their effects more than can be explained?"),
    Domain("indirectness", "Indirectness", SERIOUS, "Do people, interventions or outcomes differ from the question’s?"),
    Domain("imprecision", "Imprecision", SERIOUS, "Does the interval hold effects that would lead to another decision, or are people few?"),
    Domain("publication_bias", "Publication bias", {0: "Undetected", -1: "Strongly suspected"}, "Are results likely to be missing because of what they were?"),
    Domain("large_effect", "Large effect", {0: "No", 1: "Large", 2: "Very large"}, "Of other studies only: is the effect too large to come from bias alone?"),
    Domain("dose_response", "Dose response", {0: "No", 1: "Yes"}, "Of other studies only: does the effect grow with the dose?"),
    Domain("confounding", "Opposing confounding", {0: "No", 1: "Yes"}, "Of other studies only: would all plausible confounding have made the effect smaller?"),
)  # fmt: skip
BY_ID = {domain.id: domain for domain in DOMAINS}
UPGRADES = tuple(domain.id for domain in DOMAINS if max(domain.steps) > 0)


@dataclass(frozen=True, slots=True)
class Rating:
    """One rater's judgement: where the evidence begins, the step of each domain, and the reason of each step that is not 0."""

    start: str
    steps: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def level(self) -> int:
        """The certainty as a place in LEVELS: never below very low nor above high."""
        return max(0, min(len(LEVELS) - 1, STARTS[self.start] + sum(self.steps.values())))

    @property
    def certainty(self) -> str:
        return LEVELS[self.level]

    @property
    def sign(self) -> str:
        return SIGNS[self.level]


def problems(rating: Rating) -> list[str]:
    """Everything that is wrong with a rating, in sentences; none: it can be handed in."""
    found = []
    if rating.start not in STARTS:
        return ["Say whether the evidence comes from randomised trials or from other studies."]
    for domain in DOMAINS:
        step = rating.steps.get(domain.id, 0)
        if step not in domain.steps:
            found.append(f"{domain.name}: {step} is no step of this domain.")
        elif step and not rating.reasons.get(domain.id, "").strip():
            found.append(f"{domain.name}: “{domain.steps[step]}” needs a reason.")
    if rating.start == "randomised" and any(rating.steps.get(each, 0) for each in UPGRADES):
        found.append("Evidence of randomised trials begins at high and is not rated up.")
    return found


START = "start"  # where two raters let the evidence begin, beside the ids of domains


def apart(one: Rating, other: Rating) -> frozenset[str]:
    """In what two raters differ: ids of domains, and START."""
    steps = {each.id for each in DOMAINS if one.steps.get(each.id, 0) != other.steps.get(each.id, 0)}
    return frozenset(steps | ({START} if one.start != other.start else set()))


def explained(rating: Rating) -> list[str]:
    """Why the certainty is not where the evidence began: a sentence for each step."""
    told = []
    for domain in DOMAINS:
        if step := rating.steps.get(domain.id, 0):
            way, levels = ("up" if step > 0 else "down"), ("one level" if abs(step) == 1 else "two levels")
            reason = rating.reasons.get(domain.id, "").strip().rstrip(".")
            told.append(f"Rated {way} {levels} for {domain.name.lower()}: {reason}.")
    return told
