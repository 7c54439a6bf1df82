"""Which tool is for which study? A study's design, and a review's rules: a tool, and the designs for which it is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

DESIGNS = {
    "parallel": "Randomised trial, individuals in parallel groups",
    "cluster": "Cluster-randomised trial",
    "crossover": "Randomised cross-over trial",
    "nonrandomised": "Non-randomised study of an intervention",
    "cohort": "Cohort study",
    "case_control": "Case-control study",
    "diagnostic": "Study of diagnostic accuracy",
    "other": "Another design",
}
MEANT_FOR = {  # the designs that a shipped tool was made for
    "rob1": ("parallel", "cluster", "crossover"),
    "rob2_assignment": ("parallel",),
    "rob2_adhering": ("parallel",),
    "rob2_cluster": ("cluster",),
    "rob2_cluster_adhering": ("cluster",),
    "rob2_crossover": ("crossover",),
    "rob2_crossover_adhering": ("crossover",),
    "robins_i": ("nonrandomised",),
    "nos_cohort": ("cohort",),
    "nos_case_control": ("case_control",),
    "quadas2": ("diagnostic",),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A tool, and the designs for which it is used: none for every study, whether its design is stated or not."""

    tool: str
    designs: tuple[str, ...] = ()

    def holds_for(self, design: str) -> bool:
        return not self.designs or design in self.designs

    @property
    def words(self) -> str:
        """For what it is used, in words."""
        return "; ".join(DESIGNS[each] for each in self.designs) or "Every study"


FIRST = (Rule("rob1"),)  # how a review begins


def tools_for(rules: Iterable[Rule], design: str) -> list[str]:
    """The ids of the tools for a study of this design (empty when it is not stated)."""
    return [rule.tool for rule in rules if rule.holds_for(design)]


def to_json(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    return [{"tool": rule.tool, "designs": list(rule.designs)} for rule in rules]


def from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    return tuple(Rule(row["tool"], tuple(row["designs"])) for row in rows)
