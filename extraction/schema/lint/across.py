"""Which study stands out among those of one outcome: by its spread, its effect, its weight, its direction, or as a copy?"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from extraction.schema.lint.rows import SE_FOR_SD, Finding, Outcome, Row, Severity
from extraction.schema.lint.spreads import are_exchanged

UNLIKELY = Severity.UNLIKELY
FEWEST = 5  # studies, below which nothing stands out
FEWEST_ALIKE = 3  # but a spread among these that are alike
TO_SD = 1.4826  # from the median absolute deviation to the SD of a normal distribution


@dataclass(frozen=True, slots=True)
class Estimate:
    """One study's effect on the scale that is pooled, as an analysis has it. cell: where a reader should look."""

    label: str
    cell: str
    effect: float
    se: float
    people: float | None = None


def check_outcomes(studies: Sequence[tuple[str, Outcome]], higher_is_better: bool | None = None) -> list[Finding]:
    """The doubts that arise when the same outcome of several studies (label, outcome) is laid side by side.

    higher_is_better: as the review has it, to whose way the means of the others are turned.
    """
    return [
        *_small_spread(studies),
        *_large_spread(studies),
        *_exchanged(studies),
        *_ways(studies, higher_is_better),
        *_signs(studies),
        *_copies(studies),
        *_copied_contrasts(studies),
        *_shared(studies),
    ]


def _small_spread(studies: Sequence[tuple[str, Outcome]]) -> Iterator[Finding]:
    rows = [(label, row) for label, o in studies for row in o.arms if row.has("sd", "n")]
    for label, row in rows:
        others = [r for other, r in rows if other != label and r.numbers["sd"] > 0]
        count = len({other for other, _ in rows if other != label})
        if not others or count < FEWEST_ALIKE - 1:
            continue
        spreads = [each.numbers["sd"] for each in others]
        typical, sd, n = median(spreads), row.numbers["sd"], row.numbers["n"]
        as_se = sd * math.sqrt(n) / typical
        if count >= FEWEST - 1:
            is_small = 0 < sd < typical / 3 and sd < min(spreads) / 1.5 and 0.4 < as_se < 2.5
        else:  # few say little of what is usual: only where they say the same, on what looks like one scale
            is_small = 0 < sd < min(spreads) / 4 and max(spreads) < 2 * min(spreads) and 0.6 < as_se < 1.7
            is_small = is_small and _is_on_scale(row, others)
        if is_small and n >= 9:
            told = (
                f"{label}, {row.name}: the SD {sd:g} is far below the {typical:.3g} of the other studies, and √n times it is "
                "not; is it a standard error?"
            )
            yield Finding("sd-looks-like-se", UNLIKELY, row.cell("sd"), told, SE_FOR_SD)


def _is_on_scale(row: Row, others: Sequence[Row]) -> bool:
    """Whether a mean is of the size of those of other studies, as it is not on another scale."""
    means = [abs(each.numbers["mean"]) for each in others if each.has("mean")]
    return row.has("mean") and bool(means) and median(means) / 2 < abs(row.numbers["mean"]) < median(means) * 2


def _large_spread(studies: Sequence[tuple[str, Outcome]]) -> Iterator[Finding]:
    rows = [(label, row) for label, o in studies for row in o.arms if (row.get("sd") or 0) > 0]
    for label, row in rows:
        others = [r.numbers["sd"] for other, r in rows if other != label]
        if len({other for other, _ in rows if other != label}) < FEWEST - 1:
            continue
        typical, sd = median(others), row.numbers["sd"]
        if typical > 2 and sd > 3 * typical and sd > 1.5 * max(others) and 0.6 < math.sqrt(sd) / typical < 1.6:
            told = (
                f"{label}, {row.name}: the SD {sd:g} is far above the {typical:.3g} of the other studies, and its square root, "
                f"{math.sqrt(sd):.3g}, is not; is it a variance?"
            )
            yield Finding("sd-looks-like-variance", UNLIKELY, row.cell("sd"), told)


def _exchanged(studies: Sequence[tuple[str, Outcome]]) -> Iterator[Finding]:
    rows = [(label, row) for label, o in studies for row in o.arms if row.has("mean", "sd")]
    for label, o in studies:
        own = [row for other, row in rows if other == label]
        others = [row for other, row in rows if other != label]
        if len({other for other, _ in rows if other != label}) < FEWEST - 1 or len(own) < 2:
            continue
        usual = Row("", "", {name: median(row.numbers[name] for row in others) for name in ("mean", "sd")})
        if all(are_exchanged(row, usual) for row in own) and all(
            row.numbers["mean"] > row.numbers["sd"] for row in others
        ):
            told = (
                f"{label}: its means are like the SDs of the other studies of {o.title}, {usual.numbers['sd']:.3g}, and its SDs like their "
                f"means, {usual.numbers['mean']:.3g}; were they exchanged?"
            )
            yield Finding("mean-for-sd", UNLIKELY, own[0].cell("mean"), told)


def _ways(studies: Sequence[tuple[str, Outcome]], reviews: bool | None) -> Iterator[Finding]:
    told_ways = [(label, o, o.higher_is_better) for label, o in studies if o.higher_is_better is not None and o.arms]
    up = sum(1 for _, _, better in told_ways if better)
    down = len(told_ways) - up
    if not up or not down:
        return
    usual = up > down if up != down else reviews is not False
    others = "other than in most studies" if up != down else "other than in as many studies"
    for label, o, better in told_ways:
        if better != usual:
            way = "higher is better" if better else "lower is better"
            turned = "the signs of the others are" if better == reviews else "its sign is"
            told = f"{label}: on its scale {way}, {others} of {o.title}; where they are pooled, {turned} turned."
            yield Finding("scale-direction", UNLIKELY, o.arms[0].cell("mean"), told)


def _signs(studies: Sequence[tuple[str, Outcome]]) -> Iterator[Finding]:
    signs = [(label, row, row.numbers["mean"]) for label, o in studies for row in o.arms if row.has("mean")]
    for label, o in studies:
        own = [row for row in o.arms if row.has("mean")]
        others = [mean for other, _, mean in signs if other != label]
        if (
            len(others) >= 2 * (FEWEST - 1)
            and own
            and all(m > 0 for m in others)
            and all(r.numbers["mean"] < 0 for r in own)
        ):
            told = f"{label}: its means are negative and those of all other studies of {o.title} are not; a change, or another direction?"
            yield Finding("sign-of-means", UNLIKELY, own[0].cell("mean"), told)


def _is_copy(a: Outcome, b: Outcome) -> bool:
    """Whether the arms of two studies have the very same numbers, in this order or the other, by more than chance."""
    rows, theirs = [x.numbers for x in a.arms], [y.numbers for y in b.arms]
    told_apart = any(abs(x) >= 10 and x != int(x) or x >= 20 for numbers in rows for x in numbers.values())
    is_same = len(rows) > 1 and theirs in (rows, rows[::-1])
    return is_same and told_apart and any(len(set(n.values())) > 1 for n in rows)


def _copies(studies: Sequence[tuple[str, Outcome]]) -> Iterator[Finding]:
    for (label, a), (other, b) in itertools.combinations(studies, 2):
        rows, theirs = [x.numbers for x in a.arms], [y.numbers for y in b.arms]
        if _is_copy(a, b):
            way = ", with the arms swapped" if rows != theirs else ""
            told = f"{other} has the very same numbers as {label} in {a.title}{way}; is it the same study, or a row typed twice?"
            yield Finding("identical-studies", UNLIKELY, b.arms[0].cell(next(iter(rows[0]))), told)


def _copied_contrasts(studies: Sequence[tuple[str, Outcome]]) -> Iterator[Finding]:
    rows = [(label, o, contrast.row) for label, o in studies for contrast in o.contrasts]
    told_by_arms = {
        (a.arms[0].key, b.arms[0].key) for (_, a), (_, b) in itertools.combinations(studies, 2) if _is_copy(a, b)
    }
    for (label, one, a), (other, two, b) in itertools.combinations(rows, 2):
        if one.arms and two.arms and (one.arms[0].key, two.arms[0].key) in told_by_arms:
            continue
        digits = "".join(f"{x:g}" for x in set(a.numbers.values()))
        if label == other or a.numbers != b.numbers or len(a.numbers) < 2 or sum(map(str.isdigit, digits)) < 6:
            continue
        told = (
            f"{other} has the very same numbers as {label} in {one.title}; is it the same study, or a row typed twice?"
        )
        yield Finding("identical-studies", UNLIKELY, b.cell(next(iter(b.numbers))), told)


def _shared(studies: Sequence[tuple[str, Outcome]]) -> Iterator[Finding]:
    for (label, a), (other, b) in itertools.combinations(studies, 2):
        if [x.numbers for x in a.arms] == [y.numbers for y in b.arms]:
            continue
        for row, theirs in itertools.product(a.arms, b.arms):
            if row.numbers != theirs.numbers or not _tells_apart(row):
                continue
            told = (
                f"{other}, {theirs.name}, has the very same numbers as {label}, {row.name}, in {a.title}; are these people "
                "counted twice?"
            )
            yield Finding("shared-arm", UNLIKELY, theirs.cell(next(iter(theirs.numbers))), told)


def _tells_apart(row: Row) -> bool:
    """Whether two arms of different people hardly ever have these numbers."""
    if row.has("mean", "sd", "n"):
        return row.numbers["n"] >= 10 and len(f"{row.numbers['mean']:g}{row.numbers['sd']:g}".replace(".", "")) >= 5
    if not row.has("events", "total"):
        return False
    events, total = row.numbers["events"], row.numbers["total"]
    return total >= 150 and total % 100 != 0 and 20 <= events <= total - 20


def check_estimates(estimates: Sequence[Estimate]) -> list[Finding]:
    """The effects, or weights, that stand out among those about to be pooled."""
    usable = [e for e in estimates if math.isfinite(e.effect) and e.se > 0]
    if len(usable) < FEWEST:
        return []
    return [*_outlying(usable), *_heavy(usable)]


def _outlying(estimates: Sequence[Estimate]) -> Iterator[Finding]:
    for e in estimates:
        others = [x.effect for x in estimates if x is not e]
        middle = median(others)
        spread = TO_SD * median(abs(x - middle) for x in others)
        far = abs(e.effect - middle) / math.hypot(e.se, spread)
        if far > 4.5:
            told = f"{e.label}: its effect {e.effect:.3g} is {far:.1f} times the usual spread away from the {middle:.3g} of the others."
            yield Finding("outlying-effect", UNLIKELY, e.cell, told)


def _heavy(estimates: Sequence[Estimate]) -> Iterator[Finding]:
    total = sum(e.se**-2 for e in estimates)
    people = [e.people for e in estimates if e.people]
    if len(people) < len(estimates):
        return
    for e in estimates:
        weight, share = e.se**-2 / total, (e.people or 0) / sum(people)
        if weight > 0.5 and weight > 4 * share:
            told = (
                f"{e.label}: it carries {100 * weight:.0f} percent of the weight with {100 * share:.0f} percent of the people; "
                "is its spread too small?"
            )
            yield Finding("outlying-weight", UNLIKELY, e.cell, told)
