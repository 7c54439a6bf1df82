"""What does RevMan know of a review's analyses? Studies, comparisons, outcomes, their data, and the results it stored."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

DICHOTOMOUS, CONTINUOUS, GENERIC, O_E = "dichotomous", "continuous", "generic", "o-e"
KINDS = (DICHOTOMOUS, CONTINUOUS, GENERIC, O_E)
MEASURES = ("RR", "OR", "RD", "PETO_OR", "MD", "SMD", "HR", "")  # "" where a generic effect has another name
RATIOS = ("RR", "OR", "PETO_OR", "HR")
MEASURE_IN_WORDS = {
    "OR": "Odds Ratio",
    "RR": "Risk Ratio",
    "RD": "Risk Difference",
    "PETO_OR": "Peto Odds Ratio",
    "MD": "Mean Difference",
    "SMD": "Std. Mean Difference",
    "HR": "Hazard Ratio",
}
METHODS = ("MH", "IV", "PETO", "EXP_O_E_VAR")


class BadRevman(ValueError):
    """A file that is no review of RevMan's, or not whole. The message names the place and what to do."""


@dataclass(frozen=True, slots=True)
class Study:
    """An included study by its name in RevMan. id: as RevMan stores it; made of the name where there is none."""

    name: str
    year: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """A result as RevMan stored it, on the displayed scale; None where it stored none.

    chi2, df, p_chi2 are of heterogeneity; z and p_z of the overall effect; i2 in percent.
    """

    studies: int | None = None
    events_1: float | None = None
    total_1: float | None = None
    events_2: float | None = None
    total_2: float | None = None
    effect: float | None = None
    ci_start: float | None = None
    ci_end: float | None = None
    z: float | None = None
    p_z: float | None = None
    chi2: float | None = None
    df: int | None = None
    p_chi2: float | None = None
    i2: float | None = None
    tau2: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came out for one study, on the displayed scale. se: of the logarithm where the measure is a ratio; weight: in percent."""

    effect: float
    ci_start: float
    ci_end: float
    se: float | None = None
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Data:
    """One study's numbers for one outcome: those of the outcome's kind; the others are None.

    events and total; mean, sd and total; effect and se (generic: on the analysis scale); o_e and var. result: None where none is stored.
    """

    study: str
    subgroup: str = ""
    events_1: float | None = None
    total_1: float | None = None
    events_2: float | None = None
    total_2: float | None = None
    mean_1: float | None = None
    sd_1: float | None = None
    mean_2: float | None = None
    sd_2: float | None = None
    effect: float | None = None
    se: float | None = None
    o_e: float | None = None
    var: float | None = None
    result: Result | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One analysis: its data, how it is pooled, and what RevMan made of it."""

    number: int
    name: str
    kind: str
    measure: str
    method: str
    random: bool
    group_1: str = "Experimental"
    group_2: str = "Control"
    left: str = "Favours experimental"
    right: str = "Favours control"
    level: float = 95.0
    log: bool = False
    data: tuple[Data, ...] = ()
    totals: Totals = field(default_factory=Totals)


@dataclass(frozen=True, slots=True)
class Comparison:
    number: int
    name: str
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """One cell of the risk-of-bias table. domain: as the file calls it; group: of outcomes, where a domain is judged by group; result: YES (low), NO (high) or UNKNOWN."""

    study: str
    domain: str
    group: str
    result: str
    support: str


@dataclass(frozen=True, slots=True)
class Review:
    """A review's analyses. Comparisons and outcomes are numbered as in RevMan. modified: for a file to say; not read back."""

    title: str
    studies: tuple[Study, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    bias: tuple[Judged, ...] = ()
    modified: datetime | None = field(default=None, compare=False)

    def outcomes(self) -> Iterator[tuple[Comparison, Outcome]]:
        for comparison in self.comparisons:
            for outcome in comparison.outcomes:
                yield comparison, outcome


def finite(text: str, where: str) -> float:
    """A number of a file. Raises BadRevman."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadRevman(f"{where} is “{text[:60]}”, which is no number.")
    return value


def plain(value: float | int | None) -> str:
    """A number with all its digits, a whole one without a point; empty where there is none."""
    if value is None:
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))
