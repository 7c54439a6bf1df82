"""What must be known to draw a forest plot?

Frozen, checked input for `analysis.plots.forest`: texts as they are to be printed, already rounded, and numbers
for positions only. Nothing here or in the plot is a statistic: pooled effects, weights, intervals and their
wording come from the caller.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan

from analysis.plots.axis import Axis
from analysis.plots.judgements import Domain, Judgement


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its limits on the scale that is shown (a ratio itself, not its logarithm).

    A limit may be infinite: the interval then ends in an arrow.
    """

    estimate: float
    lower: float
    upper: float

    def __post_init__(self) -> None:
        if any(isnan(value) for value in (self.estimate, self.lower, self.upper)):
            raise ValueError("an interval needs three numbers; leave the effect out (None) where there is none")
        if not self.lower <= self.estimate <= self.upper:
            raise ValueError(f"the estimate {self.estimate} is not between {self.lower} and {self.upper}")


ALIGNS = ("start", "middle", "end", "point", "interval")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of text left of the plot. Neighbours of the same non-empty group share a heading above theirs.

    align: "start", "middle" or "end"; "point" for numbers, whose decimal points stand below each other; "interval" for texts such as
    "0.41 [0.13, 1.26]", whose estimates, lower and upper limits do.
    """

    heading: str
    group: str = ""
    align: str = "end"

    def __post_init__(self) -> None:
        if self.align not in ALIGNS:
            raise ValueError(f"column {self.heading!r}: align must be one of {', '.join(ALIGNS)}, not {self.align!r}")


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One study: its name, one text for each column, its interval (None: not estimable) and its weight.

    Weights are in any unit, the same for all rows; the squares' areas are in proportion to them. `bias` has a key
    of `Forest.judgements` for each domain, or "" where no judgement was made.
    """

    label: str
    cells: tuple[str, ...]
    effect: Interval | None = None
    weight: float = 0.0
    bias: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """A prediction interval in a row of its own below its diamond; `cells` has one text for each column."""

    label: str
    cells: tuple[str, ...]
    lower: float
    upper: float

    def __post_init__(self) -> None:
        if isnan(self.lower) or isnan(self.upper) or self.lower > self.upper:
            raise ValueError(f"a prediction interval cannot run from {self.lower} to {self.upper}")


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A subtotal or total: drawn bold, its interval as a diamond; `notes` are the lines below it."""

    label: str
    cells: tuple[str, ...]
    effect: Interval | None = None
    prediction: Prediction | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Studies that stand together: a subgroup with a heading, or all studies with none."""

    studies: tuple[StudyRow, ...]
    heading: str = ""
    summary: SummaryRow | None = None


@dataclass(frozen=True, slots=True)
class Forest:
    """A forest plot.

    `null` is the line of no effect (None: no line); `log` asks for a logarithmic axis; `axis` overrides the range
    that is otherwise chosen from the intervals. `favours` stands left and right below the axis. `notes` are the
    lines after everything, as the test for subgroup differences. `footnotes` stand below the figure.
    """

    title: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    total: SummaryRow | None = None
    study_heading: str = "Study"
    plot_heading: tuple[str, ...] = ()
    log: bool = False
    null: float | None = None
    axis: Axis | None = None
    axis_label: str = ""
    favours: tuple[str, str] = ("", "")
    notes: tuple[str, ...] = ()
    domains: tuple[Domain, ...] = ()
    judgements: Mapping[str, Judgement] = field(default_factory=dict)
    bias_heading: str = "Risk of bias"
    footnotes: tuple[str, ...] = ()
    description: str = ""

    def __post_init__(self) -> None:
        for label, cells, bias in self._rows():
            if len(cells) != len(self.columns):
                raise ValueError(f"{label!r} has {len(cells)} cells for {len(self.columns)} columns")
            if bias is not None and len(bias) not in (0, len(self.domains)):
                raise ValueError(f"{label!r} has {len(bias)} judgements for {len(self.domains)} domains")
            for key in bias or ():
                if key and key not in self.judgements:
                    known = ", ".join(self.judgements)
                    raise ValueError(f"{label!r}: judgement {key!r} is not one of: {known}")
        if self.log:
            self._must_be_positive()
        if self.axis is not None and self.axis.log != self.log:
            raise ValueError("the axis given is straight and the plot logarithmic, or the other way round")

    @property
    def studies(self) -> list[StudyRow]:
        return [study for group in self.groups for study in group.studies]

    @property
    def summaries(self) -> list[SummaryRow]:
        found = [*(group.summary for group in self.groups), self.total]
        return [summary for summary in found if summary is not None]

    @property
    def effects(self) -> list[tuple[str, Interval]]:
        """Every interval with the label of its row."""
        rows = [(study.label, study.effect) for study in self.studies]
        rows += [(summary.label, summary.effect) for summary in self.summaries]
        return [(label, effect) for label, effect in rows if effect is not None]

    def _rows(self) -> Iterator[tuple[str, Sequence[str], Sequence[str] | None]]:
        for study in self.studies:
            yield study.label, study.cells, study.bias
        for summary in self.summaries:
            yield summary.label, summary.cells, None
            if summary.prediction is not None:
                yield summary.prediction.label, summary.prediction.cells, None

    def _must_be_positive(self) -> None:
        for label, effect in self.effects:
            if effect.estimate <= 0 or effect.lower < 0:
                raise ValueError(f"{label!r}: a logarithmic axis has no place for {effect.lower} to {effect.upper}")
        if self.null is not None and self.null <= 0:
            raise ValueError(f"a logarithmic axis has no place for a line of no effect at {self.null}")


def columns(groups: Sequence[str], headings: Sequence[str], measure: str, method: str) -> tuple[Column, ...]:
    """The numbers of each group, weight, effect: as many texts a row, in RevMan's order. Without groups weight and effect alone."""
    given = (Column(heading, group, "point") for group in groups for heading in headings)
    return (*given, Column("Weight"), Column(method, measure, "interval"))
