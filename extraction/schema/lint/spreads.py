"""Which SD, or mean, is at odds with what its own row, the other arm or the scale says of the same spread?

Two bounds are exact, whatever the distribution: of people within a range the SD is at most half of it, and two of them at its ends make
it at least the range by the root of 2(n − 1), where n is that of the people and not divided by a design effect. Half of the people beyond the quartiles make it at least 0.35 of their distance.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from extraction.schema.lint.rows import SE_FOR_SD, Finding, Outcome, Row, Severity, rounding

IMPOSSIBLE, UNLIKELY = Severity.IMPOSSIBLE, Severity.UNLIKELY
OF_QUARTILES = 1 / math.sqrt(8)  # of their distance: the least SD there can be
FAR = 3.5  # times: what hardly any two SDs of one measure are apart
FARTHEST = 6.0  # times: whatever the reason


@dataclass(frozen=True, slots=True)
class Hint:
    """What may have been read for an SD, as a question. cause: of a finding that asks it about the smaller of two."""

    question: str
    cause: str = ""


MISPLACED = Hint("is a decimal point in the wrong place?")


def hint(small: float, large: float, n: float | None) -> Hint | None:
    """What may have been read for an SD where two that should be alike are not; None where neither is like another kind of spread."""
    as_se = bool(n) and 0.6 < large / small / math.sqrt(n or 1) < 1.7
    as_variance = large > 4 and 0.6 < math.sqrt(large) / small < 1.6
    if as_se and as_variance:
        return Hint(f"is {small:g} a standard error, or {large:g} a variance?", SE_FOR_SD)
    if as_se:
        return Hint(f"is {small:g} a standard error?", SE_FOR_SD)
    return Hint(f"is {large:g} a variance?") if as_variance else None


def _range(o: Outcome) -> Iterator[Finding]:
    for row in o.arms:
        sd, n = row.get("sd"), row.get("n")
        if sd is None or sd <= 0 or n is None or n < 2 or not row.has("least", "most"):
            continue
        least, most, where = row.numbers["least"], row.numbers["most"], f"{o.title}, {row.name}"
        slack = 2 * rounding(least, most)
        if sd - rounding(sd) > (most - least + slack) / 2 * math.sqrt(n / (n - 1)) and most > least:
            told = f"{where}: an SD of {sd:g} is more than values from {least:g} to {most:g} allow; is it a variance?"
            yield Finding("sd-against-range", IMPOSSIBLE, row.cell("sd"), told)
        elif sd + rounding(sd) < (most - least - slack) / math.sqrt(2 * (n - 1)):
            told = (
                f"{where}: values from {least:g} to {most:g} of {n:g} people make an SD of {(most - least) / math.sqrt(2 * (n - 1)):.3g} "
                f"or more, but {sd:g} is given; is it a standard error?"
            )
            yield Finding("sd-against-range", UNLIKELY, row.cell("sd"), told, SE_FOR_SD)


def _quartiles(o: Outcome) -> Iterator[Finding]:
    for row in o.arms:
        sd, n = row.get("sd"), row.get("n")
        if sd is None or sd <= 0 or not row.has("q1", "q3") or (n or 0) < 10:
            continue
        apart = row.numbers["q3"] - row.numbers["q1"]
        least = OF_QUARTILES * (apart - 2 * rounding(row.numbers["q1"], row.numbers["q3"]))
        if sd + rounding(sd) < 0.9 * least:  # quartiles of few people are not exact
            told = f"{o.title}, {row.name}: quartiles {apart:g} apart need an SD of {least:.3g} or more, but {sd:g} is given; is it a standard error?"
            yield Finding("sd-against-quartiles", UNLIKELY, row.cell("sd"), told, SE_FOR_SD)


def _baseline(o: Outcome) -> Iterator[Finding]:
    for row in o.arms:
        sd, before = row.get("sd"), row.get("baseline_sd")
        if sd is None or before is None or min(sd, before) <= 0 or (row.get("n") or 0) < 10:
            continue
        if row.has("mean", "baseline") and _shrinks(
            *((row.get("mean"), row.get("baseline"))[:: 1 if sd < before else -1])
        ):
            continue
        if max(sd, before) > FAR * min(sd, before) and (why := hint(min(sd, before), max(sd, before), row.get("n"))):
            told = f"{o.title}, {row.name}: the SD is {sd:g}, and {before:g} at baseline; {why.question}"
            yield Finding("sd-unlike-baseline", UNLIKELY, row.cell("sd"), told, why.cause if sd < before else "")


def _shrinks(mean: float | None, other: float | None) -> bool:
    """Whether the mean that goes with the smaller SD is the smaller, too, as where both are near 0, or values are multiplied."""
    return mean is not None and other is not None and abs(mean) < 0.6 * abs(other)


def _other_arm(o: Outcome) -> Iterator[Finding]:
    for small, large in itertools.permutations(o.arms, 2):
        if not (small.has("sd", "n") and large.has("sd") and small.numbers["sd"] > 0) or small.numbers["n"] < 10:
            continue
        times, n = large.numbers["sd"] / small.numbers["sd"], small.numbers["n"]
        if _shrinks(small.get("mean"), large.get("mean")):
            continue
        if large.has("mean", "sd") and small.has("mean", "sd") and are_exchanged(large, small):
            continue  # told as such
        is_se = n >= 16 and times > FAR and 0.6 < times / math.sqrt(n) < 1.7
        if is_se or (times > FARTHEST and (large.get("n") or 0) >= 10):
            why = hint(small.numbers["sd"], large.numbers["sd"], n) or MISPLACED
            told = f"{o.title}: the SD {small.numbers['sd']:g} of {small.name} is far below the {large.numbers['sd']:g} of {large.name}; {why.question}"
            yield Finding("sd-unlike-other-arm", UNLIKELY, small.cell("sd"), told, why.cause)


def _exchanged(o: Outcome) -> Iterator[Finding]:
    for row, other in itertools.permutations(o.arms, 2):
        if row.has("mean", "sd") and other.has("mean", "sd") and are_exchanged(row, other):
            told = (
                f"{o.title}, {row.name}: mean {row.numbers['mean']:g} and SD {row.numbers['sd']:g} are the other way round than those of "
                f"{other.name}, {other.numbers['mean']:g} and {other.numbers['sd']:g}; were they exchanged?"
            )
            yield Finding("mean-for-sd", UNLIKELY, row.cell("mean"), told)


def are_exchanged(row: Row, other: Row) -> bool:
    """Whether the mean of one row is like the SD of the other, and its SD like the other's mean."""
    (mean, sd), (theirs, spread) = ((each.numbers["mean"], each.numbers["sd"]) for each in (row, other))
    if min(mean, sd, theirs, spread) <= 0 or sd < 1.8 * mean or theirs < 1.8 * spread:
        return False
    return 0.55 < mean / spread < 1.8 and 0.55 < sd / theirs < 1.8


def _change(o: Outcome) -> Iterator[Finding]:
    for row in o.arms:
        mean, baseline = row.get("mean"), row.get("baseline")
        if mean is None or baseline is None:
            continue
        where, change, spread = (
            f"{o.title}, {row.name}",
            row.get("change"),
            row.get(
                "baseline_sd",
            )
            or row.get("sd")
            or 0,
        )
        if baseline > 1.5 * spread > 0 > mean and change is None and -mean < 1.2 * baseline:
            told = (
                f"{where}: the mean {mean:g} is below 0, and {baseline:g} at baseline; is it the change from baseline?"
            )
            yield Finding("change-as-mean", UNLIKELY, row.cell("mean"), told)
        if change is None or change == mean:
            continue
        made, slack = mean - baseline, 3 * rounding(mean, baseline, change)
        if abs(made - change) <= slack + 0.1 * abs(made):
            continue
        if abs(made + change) <= slack + 0.1 * abs(made) and abs(made) > 0.2 * spread:
            told = f"{where}: from {baseline:g} to {mean:g} the change is {made:.4g}, but {change:g} is given; is its sign the wrong way round?"
            yield Finding("change-against-means", UNLIKELY, row.cell("change"), told)
        elif abs(made - change) > slack + max(abs(made), abs(change), spread) / 2:
            told = f"{where}: from {baseline:g} to {mean:g} the change is {made:.4g}, but {change:g} is given."
            yield Finding("change-against-means", UNLIKELY, row.cell("change"), told)


RULES: tuple[Callable[[Outcome], Iterator[Finding]], ...] = (
    _range, _quartiles, _baseline, _other_arm, _exchanged, _change,
)  # fmt: skip
