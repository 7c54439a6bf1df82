"""How does a study of several arms enter a comparison of two groups? Its arms combined, or its shared control split: each is stated.

Source: Cochrane Handbook, version 6, 23.3.4: arms that are alike for the comparison are combined into one group; or the shared group is
split into as many parts as there are comparisons, so that nobody is counted twice. Of a split group, people and events are divided; means
and standard deviations stay. Numbers that come of dividing are not rounded: rounding would change the total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extraction.schema.asked import ArmOf

COMBINED, SPLIT = "combined", "split"
SHARED_OUT = ("events", "total", "n", "time")  # counts and times; all else describes the group as a whole

Numbers = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two groups of one study. experimental, control: the arms of each. share: of the control group, 1 unless it is split."""

    experimental: tuple[ArmOf, ...]
    control: tuple[ArmOf, ...]
    share: float
    stated: str


def comparisons(arms: Sequence[ArmOf], how: str = COMBINED) -> list[Comparison]:
    """The comparisons of two groups that a study of these arms gives; none without an arm on each side.

    combined: one comparison, of all experimental arms with all control arms. split: one for each experimental arm with each control arm, each
    arm that stands in several divided by their number. Raises ValueError for another `how`.
    """
    if how not in (COMBINED, SPLIT):
        raise ValueError(f"“{how}” is neither {COMBINED} nor {SPLIT}")
    experimental, control = (tuple(arm for arm in arms if arm.role == role) for role in ("experimental", "control"))
    if not experimental or not control:
        return []
    if how == COMBINED or len(experimental) == len(control) == 1:
        return [Comparison(experimental, control, 1.0, combined_words(experimental, control))]
    if len(control) > 1:
        # two shared sides would have to be split both ways; control arms are one group then
        stated = f"{names(control)} combined and split in {len(experimental)}"
    else:
        stated = f"{names(control)} split in {len(experimental)}, so that nobody is counted twice"
    share = 1 / len(experimental)
    return [Comparison((arm,), control, share, f"{arm.name} v {names(control)}; {stated}") for arm in experimental]


def combined_words(experimental: tuple[ArmOf, ...], control: tuple[ArmOf, ...]) -> str:
    sides = [f"{names(side)} combined" if len(side) > 1 else names(side) for side in (experimental, control)]
    return " v ".join(sides)


def names(arms: Sequence[ArmOf]) -> str:
    return " and ".join(arm.name for arm in arms)


def part_of(numbers: Numbers, share: float) -> dict[str, float]:
    """A group's numbers when only this share of its people stands in a comparison."""
    return {name: value * share if name in SHARED_OUT else value for name, value in numbers.items()}
