"""What is there to know of an effect measure? One description of each, which forms, runs, figures, texts and files ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from analysis.measures.scales import BACK

EXPERIMENTAL, CONTROL = "experimental", "control"
GROUP = "group"  # the only one, where nothing is compared
MH, IV, PETO = "MH", "IV", "Peto"  # methods of pooling


@dataclass(frozen=True, slots=True)
class Answers:
    """Which of a study's numbers are pooled, and what they are called.

    kind: of the outcome, as in extraction.schema.tables. offered: the heading above the measures that read them, on a form.
    groups: under which names a run's study keeps the numbers of its groups; none where a study gives one effect. values: the numbers
    of each group, or of the effect. columns: the same as analysis.stats and metafor call them, group by group. headings: above the
    values in a forest plot. people: the value that counts people, "" where none does.
    """

    kind: str
    offered: str
    groups: tuple[str, ...]
    values: tuple[str, ...]
    columns: tuple[str, ...]
    headings: tuple[str, ...] = ()
    people: str = ""

    @property
    def places(self) -> list[tuple[str, str]]:
        """Group and value of each number, in the order of the columns; none where a study gives one effect."""
        return [(group, value) for group in self.groups for value in self.values]

    @property
    def counts_events(self) -> bool:
        return "events" in self.values

    @property
    def has_risk(self) -> bool:
        """Whether it tells how many people had the event with one treatment and with the other."""
        return len(self.groups) == 2 and self.counts_events and bool(self.people)

    def is_whole(self, study: Mapping[str, Any]) -> bool:
        """Whether a run's study has everything from which its effect is computed."""
        if not self.groups:
            return study.get("given") is not None
        return all(study.get(group) is not None for group in self.groups)

    def numbers(self, study: Mapping[str, Any]) -> dict[str, float]:
        """The numbers of a run's study by their columns, as far as it has them."""
        if not self.groups:
            return dict(study.get("given") or {})
        named = zip(self.columns, self.places, strict=True)
        return {name: study[group][value] for name, (group, value) in named if study.get(group) is not None}

    def people_of(self, study: Mapping[str, Any]) -> float | None:
        """How many people a study's effect is about; parts of people, where a group is split, count as such. None where the data do not tell."""
        if not self.people:
            return None
        counted = [study[group] for group in self.groups] if self.groups else [study["given"]]
        return float(sum(each[self.people] for each in counted))


@dataclass(frozen=True, slots=True)
class Measure:
    """One effect measure.

    In words: label, as a form offers it; plural, in the text of the methods; title, above a column and along an axis; said, before its
    number in a sentence; pooled_as, what is pooled, such as "log(RR)"; pooled_title, the same along an axis, where that is another one.

    id: as plans, runs and analysis.stats call it. answers: what it reads of a study.
    scale: the way from what is pooled to what is read, by its name in analysis.stats.scale. null: where nothing differs; None where
    nothing is compared. log: whether it is drawn on a logarithmic axis, which is straight for what is pooled.
    weights: the methods by which studies can be pooled. tests: of the funnel plot's asymmetry that are made for it.
    fine: below which a number of it is shown with two digits that say something, 0 where two decimals always say enough; even: whether an estimate and
    its limits are shown with as many decimals; most: where its numbers end, near which they are as fine as near 0, None where they go on.
    tied: whether its standard error depends on the effect, which can look like asymmetry.
    turns: whether a scale that runs the other way is taken account of by turning the sign of means.
    note: what a reader of its results must know besides. revman: whether files for RevMan have a place for it. higher_in: in which unit it says that a mean is higher or lower, "" for the
    outcome's own; None where it says nothing of the kind. risk: the risk that it makes of an assumed one, where it can.
    people: the people behind a double arcsine, without which nobody gets back from it: of one study its own, of several their harmonic mean.
    """

    id: str
    label: str
    plural: str
    title: str
    said: str
    pooled_as: str
    answers: Answers
    scale: str = "identity"
    pooled_title: str = ""
    null: float | None = 0.0
    log: bool = False
    weights: tuple[str, ...] = (IV,)
    tests: tuple[str, ...] = ()
    fine: float = 0.0
    even: bool = False
    most: float | None = None
    tied: bool = False
    turns: bool = True
    revman: bool = False
    higher_in: str | None = None
    risk: Callable[[float, float], float] | None = None
    note: str = ""
    people: float | None = None

    @property
    def straight(self) -> Measure:
        """The measure on a scale on which its standard errors are what they are: itself, or what is pooled."""
        if self.log or self.scale == "identity":
            return self
        return replace(self, title=self.pooled_title, scale="identity", fine=0.0, even=False)

    @property
    def step(self) -> str:
        """What a difference of what is pooled is called, where a reader sees it."""
        return "ratio" if self.log else "change" if self.straight is self else f"change of {self.pooled_as}"

    @property
    def compares(self) -> bool:
        """Whether there is a line of no effect, and a test against it."""
        return self.null is not None

    @property
    def thing(self) -> str:
        """What its number is in a sentence: an effect, or what a single group has."""
        return "effect" if self.compares else self.said

    @property
    def brief(self) -> str:
        """Its letters, where the field knows it by them; else its whole name."""
        return self.id if f"({self.id}" in self.label else self.label

    def of_people(self, people: float | None) -> Measure:
        """The measure with the people behind a number, where nobody gets back from it without them."""
        return replace(self, people=people) if self.scale == "ift" else self

    def natural(self, x: float) -> float:
        """A number that is pooled as a reader knows it: a ratio itself, not its logarithm."""
        return BACK[self.scale](x, self.people)

    def has_place(self, value: float) -> bool:
        """Whether its axis has a place for the value, which is a reader's."""
        return isfinite(value) and (value > 0 or not self.log)
