"""Which counts of people, percents and times at risk are at odds with each other, or with who was randomised?"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

from extraction.schema.lint.rows import Finding, Outcome, Row, Severity, rounding

UNLIKELY = Severity.UNLIKELY
FAR_RATE = 1.3  # times: what adjusting hardly moves a rate
FEW, MOST = 0.5, 0.8  # of those randomised: so few in one arm, where there are so many in another


def _whole_people(o: Outcome) -> Iterator[Finding]:
    """A percent that no whole number of people makes."""
    for row in o.arms:
        percent, total = row.get("percent"), row.get("total")
        if percent is None or total is None or total < 1 or row.has("events") or not 0 <= percent <= 100:
            continue
        near = 100 * round(percent * total / 100) / total
        if abs(near - percent) > 2.02 * rounding(percent):  # some reports cut off, others round
            part = 0 < percent < 1 and abs(round(percent * total) - percent * total) <= rounding(percent) * total * 1.02
            why = "is it a proportion, not a percent?" if part else "is it of another number of people?"
            told = f"{o.title}, {row.name}: no whole number of {total:g} people is {percent:g} percent; {why}"
            yield Finding("percent-of-people", UNLIKELY, row.cell("percent"), told)


def _hundreds(o: Outcome) -> Iterator[Finding]:
    """Percents that were read for counts."""
    rows = [row for row in o.arms if row.has("total")]
    sizes = [row.randomised for row in rows if row.randomised is not None]
    if (
        len(rows) > 1
        and len(sizes) == len(rows)
        and all(row.numbers["total"] == 100 for row in rows)
        and 100 not in sizes
    ):
        told = f"{o.title}: the total is 100 in every arm, where {', '.join(f'{x:g}' for x in sizes)} were randomised; are these percents?"
        yield Finding("percent-as-count", UNLIKELY, rows[0].cell("total"), told)


def _far_fewer(o: Outcome) -> Iterator[Finding]:
    parts = {row.key: row.people / row.randomised for row in o.arms if row.people is not None and row.randomised}
    for row in o.arms:
        others = [part for key, part in parts.items() if key != row.key]
        if (
            row.key in parts
            and parts[row.key] < FEW
            and others
            and MOST <= min(others) <= max(others) <= 1
            and (row.randomised or 0) >= 10
        ):
            told = (
                f"{o.title}, {row.name}: {row.people:g} people of {row.randomised:g} randomised, and {100 * min(others):.0f} percent or more in "
                "the other arms; is a digit missing, or is it another number?"
            )
            yield Finding("far-fewer-people", UNLIKELY, row.cell("total" if row.has("total") else "n"), told)


def _time_at_risk(o: Outcome) -> Iterator[Finding]:
    rows = [row for row in o.arms if (row.get("time") or 0) > 0]
    for short, long in itertools.permutations(rows if o.kind == "rate" else [], 2):
        people = [row.get("n") or row.randomised for row in (short, long)]
        known = all(people)
        one, other = (
            row.numbers["time"] / (n if n and known else 1) for row, n in zip((short, long), people, strict=True)
        )
        if other > (4 if known else 20) * one > 0:
            each = " for each person" if known else ""
            told = (
                f"{o.title}: the person-time of {long.name}, {long.numbers['time']:g}, is {other / one:.3g} times that of {short.name}{each}; "
                "are days, months or years mixed?"
            )
            yield Finding("time-unlike-other-arm", UNLIKELY, long.cell("time"), told)
    for row in rows if o.kind == "rate" else ():
        rate = row.get("rate")
        if not rate or not row.has("events"):
            continue
        made = row.numbers["events"] / row.numbers["time"]
        slack = 0.02 + rounding(rate) / rate + rounding(row.numbers["time"]) / row.numbers["time"]
        if abs(made / rate - 1) > slack and row.numbers["events"] > 0:
            is_near = 1 / FAR_RATE <= made / rate <= FAR_RATE
            per = next((per for per in (100, 1000, 10_000, 100_000) if abs(made * per / rate - 1) <= slack), None)
            if is_near and not per:
                continue
            why = f"is it for {per} of person-time?" if per else "is one of them of another time, or is it adjusted?"
            told = f"{o.title}, {row.name}: {row.numbers['events']:g} events in {row.numbers['time']:g} make a rate of {made:.3g}, but {rate:g} is given; {why}"
            yield Finding("rate-against-events", UNLIKELY, row.cell("rate"), told)


def worse_than_chance(o: Outcome) -> Iterator[Finding]:
    """A test whose positives have the condition more rarely than its negatives."""
    row = o.whole
    if row is None or not row.has("tp", "fp", "fn", "tn"):
        return
    tp, fp, fn, tn = (row.numbers[name] for name in ("tp", "fp", "fn", "tn"))
    ill, well = tp + fn, fp + tn
    if min(tp, fp, fn, tn) < 0 or min(ill, well) < 5:
        return
    sensitivity, specificity = tp / ill, tn / well
    error = math.sqrt(sensitivity * (1 - sensitivity) / ill + specificity * (1 - specificity) / well)
    if sensitivity + specificity < 1 - max(2 * error, 0.05):
        told = (
            f"{o.title}: a sensitivity of {100 * sensitivity:.0f} percent with a specificity of {100 * specificity:.0f} percent is worse than "
            "chance; are positive and negative exchanged?"
        )
        yield Finding("worse-than-chance", UNLIKELY, row.cell("tp"), told)


def whole_over_randomised(o: Outcome, randomised: float | None) -> Iterator[Finding]:
    row = o.whole
    if row is None or randomised is None:
        return
    cells = ("n",) if o.kind == "correlation" else ("tp", "fp", "fn", "tn")
    if row.has(*cells) and (people := sum(row.numbers[name] for name in cells)) > randomised:
        told = f"{o.title}: {people:g} people, but {randomised:g} were randomised; are several counted of one person?"
        yield Finding("over-randomised", UNLIKELY, row.cell(cells[0]), told)


def swapped_sizes(row: Row, arms: tuple[Row, ...]) -> bool:
    """Whether the people of this arm are too many for it, and are nearer to the size of another, whose own would fit here."""
    return any(
        other is not row
        and None not in (other.people, other.randomised, row.people, row.randomised)
        and (row.people or 0) <= (other.randomised or 0)
        and (other.people or 0) <= (row.randomised or 0)
        and 2 * (row.people or 0) >= (row.randomised or 0) + (other.randomised or 0)
        for other in arms
    )


RULES: tuple[Callable[[Outcome], Iterator[Finding]], ...] = (_whole_people, _hundreds, _far_fewer, _time_at_risk)
