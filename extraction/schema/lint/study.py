"""Which numbers of one study cannot be, or are hardly ever so?"""

from __future__ import annotations

import calendar
import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from extraction.schema.lint.contrasts import RULES as BETWEEN_ARMS
from extraction.schema.lint.contrasts import error_of_difference
from extraction.schema.lint.counted import RULES as COUNTED
from extraction.schema.lint.counted import swapped_sizes, whole_over_randomised, worse_than_chance
from extraction.schema.lint.reported import RULES as REPORTED
from extraction.schema.lint.rows import SE_FOR_SD, Finding, Outcome, Row, Severity, Study, rounding
from extraction.schema.lint.spreads import RULES as SPREADS

IMPOSSIBLE, UNLIKELY = Severity.IMPOSSIBLE, Severity.UNLIKELY
COUNTS = ("events", "total", "n")
ERRORS = ("se", "difference_se", "se_log", "v")
Z95 = 1.959964
TELLING = (  # of an SE for an SD, the most telling first
    "sd-is-se", "sd-against-interval", "sd-against-range", "sd-against-quartiles", "sd-against-difference", "sd-unlike-baseline",
    "sd-unlike-other-arm",
)  # fmt: skip
YEAR_OF_LABEL = re.compile(r"\b((?:19|20)\d\d)[a-z]?$")


def check_study(study: Study, today: date | None = None) -> list[Finding]:
    """Every doubt about the numbers of `study`, the impossible first. today: what is later is in the future."""
    found = [finding for outcome in study.outcomes for rule in RULES for finding in rule(outcome)]
    found += [*_copied_outcomes(study), *_over_randomised(study), *_unit_of_analysis(study), *_dates(study, today)]
    once = {
        (finding.rule, finding.cell): finding for finding in reversed(found)
    }  # one doubt of a kind for a cell: the first
    return sorted(most_telling(reversed(once.values())), key=lambda finding: finding.severity is UNLIKELY)


def most_telling(found: Iterable[Finding]) -> list[Finding]:
    """The findings, of those of one cause at one cell the most telling alone: what cannot be, else what its own row says, else what others do."""
    kept: dict[object, Finding] = {}
    for each in found:
        at = (each.cell, each.cause) if each.cause else (each.cell, each.rule, each.sentence)
        kept[at] = min(kept.get(at, each), each, key=lambda one: (one.severity is UNLIKELY, rank(one.rule)))
    return list(kept.values())


def rank(rule: str) -> int:
    return TELLING.index(rule) if rule in TELLING else len(TELLING)


def check_wholes(study: Study) -> Iterator[Finding]:
    """Doubts about numbers of the study as a whole. Their cells are called the same in every study: only for a study by itself."""
    for o in study.outcomes:
        if o.whole and abs(o.whole.get("r") or 0) == 1:
            told = f"{o.title}: r is {o.whole.numbers['r']:g}: everybody would lie on one line; was it rounded?"
            yield Finding("no-error", UNLIKELY, o.whole.cell("r"), told)
        yield from worse_than_chance(o)
        yield from whole_over_randomised(o, study.randomised)


def _counts(o: Outcome) -> Iterator[Finding]:
    for row in o.arms:
        where = f"{o.title}, {row.name}"
        for name in COUNTS:
            x = row.get(name)
            if x is None or (name == "events" and o.kind == "rate"):
                continue
            if x < 0 or x != int(x):
                told = f"{where}: {o.named(name)} is {x:g}, but people are counted in whole numbers from 0."
                yield Finding("count", IMPOSSIBLE, row.cell(name), told)
        if row.has("events", "total") and row.numbers["events"] > row.numbers["total"]:
            told = f"{where}: {row.numbers['events']:g} events, but only {row.numbers['total']:g} people."
            yield Finding("events-over-total", IMPOSSIBLE, row.cell("events"), told)


def _percent(o: Outcome) -> Iterator[Finding]:
    for row in o.arms:
        percent = row.get("percent")
        if percent is None:
            continue
        if not 0 <= percent <= 100:
            told = f"{o.title}, {row.name}: {percent:g} percent is not between 0 and 100."
            yield Finding("percent-range", IMPOSSIBLE, row.cell("percent"), told)
        elif row.has("events", "total") and row.numbers["total"] > 0:
            made = 100 * row.numbers["events"] / row.numbers["total"]
            if abs(made - percent) > 1.02 * rounding(percent):
                told = f"{o.title}, {row.name}: {percent:g} percent is given, but the events make {made:.1f}."
                yield Finding("percent-events", UNLIKELY, row.cell("percent"), told)


def _spread(o: Outcome) -> Iterator[Finding]:
    for row in o.arms:
        where, sd, se, n = f"{o.title}, {row.name}", row.get("sd"), row.get("se"), row.get("n")
        for name, x in (("sd", sd), ("se", se)):
            if x is not None and x < 0:
                yield Finding(
                    "negative-spread", IMPOSSIBLE, row.cell(name), f"{where}: {name.upper()} {x:g} is negative."
                )
        if sd == 0 and n is not None and n > 1:
            told = f"{where}: an SD of 0 says that all {n:g} people have the same value."
            yield Finding("zero-sd", UNLIKELY, row.cell("sd"), told)
        if sd and se and n and n > 1:
            is_off = abs(se * math.sqrt(n) / sd - 1) > 0.1 + rounding(se) / se + rounding(sd) / sd
            is_beyond_rounding = se - rounding(se) >= sd + rounding(sd)
            if is_beyond_rounding or (se >= sd and is_off):
                told = f"{where}: the SD {sd:g} is not above the SE {se:g}; is it the SE, or are they interchanged?"
                severity = IMPOSSIBLE if is_beyond_rounding else UNLIKELY
                yield Finding("sd-is-se", severity, row.cell("sd"), told, SE_FOR_SD)
            elif is_off:
                told = f"{where}: the SE {se:g} of {n:g} people makes an SD of {se * math.sqrt(n):.3g}, not {sd:g}."
                yield Finding("sd-against-se", UNLIKELY, row.cell("sd"), told)


def _no_error(o: Outcome) -> Iterator[Finding]:
    """What cannot be weighed, so that its study is left out where it is pooled: an estimate without error, a rate of no time."""
    rows = [(contrast.row, ERRORS) for contrast in o.contrasts] + [(row, ("se", "time")) for row in o.arms]
    for row, columns in rows:
        for column in columns:
            if row.get(column) == 0:
                why = "a rate needs time at risk" if column == "time" else "no estimate is without error"
                told = f"{o.title}, {row.name}: {o.named(column)} is 0, but {why}; was it rounded?"
                yield Finding("no-error", IMPOSSIBLE, row.cell(column), told)


def _large_difference(o: Outcome) -> Iterator[Finding]:
    for a, b in itertools.combinations(o.arms, 2):
        if not (a.has("mean", "sd", "n") and b.has("mean", "sd", "n")):
            continue
        sd = math.sqrt((a.numbers["sd"] ** 2 + b.numbers["sd"] ** 2) / 2)
        apart = abs(a.numbers["mean"] - b.numbers["mean"])
        if sd > 0 and apart / sd > 4 and min(a.numbers["n"], b.numbers["n"]) >= 10:
            means = sorted((a.numbers["mean"], b.numbers["mean"]), key=abs)
            why = ""
            if means[0] * means[1] < 0:
                why = ", or is one of the means a change from baseline"
            elif abs(means[1]) > 5 * abs(means[0]) > 0:
                why = ", or is a decimal point in the wrong place"
            told = f"{o.title}: the means of {a.name} and {b.name} are {apart / sd:.1f} SDs apart; are the SDs standard errors{why}?"
            yield Finding("sd-looks-like-se", UNLIKELY, a.cell("sd"), told, SE_FOR_SD)


def _scale(o: Outcome) -> Iterator[Finding]:
    for row in o.arms:
        mean = row.get("mean")
        for bound, side in ((o.lowest, -1), (o.highest, 1)):
            if mean is not None and bound is not None and side * (mean - bound) > 0:
                told = f"{o.title}, {row.name}: the mean {mean:g} is beyond the scale's end of {bound:g}; is it another scale, or a change?"
                yield Finding("off-scale", IMPOSSIBLE, row.cell("mean"), told)
        if o.lowest is not None and o.highest is not None:
            yield from _spread_on_scale(o, row, o.lowest, o.highest)


def _spread_on_scale(o: Outcome, row: Row, lowest: float, highest: float) -> Iterator[Finding]:
    """Of values between two ends the SD is at most the root of what the mean is from the one times from the other.

    Half of the scale bounds every SD of values on it. The bound by the mean does not hold where mean and SD are of different people or one is
    of changes, nor that by the SE where it allows for clusters: these are only unlikely.
    """
    mean, sd, se, n = row.get("mean"), row.get("sd"), row.get("se"), row.get("n")
    where, few = f"{o.title}, {row.name}", math.sqrt(n / (n - 1)) if n is not None and n > 1 else 1.0
    half, given_mean = (highest - lowest) / 2, ""
    most = half
    near = half if mean is None else min(mean - lowest, highest - mean) + rounding(mean)
    if 0 <= near < half:
        most, given_mean = math.sqrt(near * (highest - lowest - near)), f" with a mean of {mean:g}"
    most *= few
    if sd is not None and sd - rounding(sd) > most:
        told = f"{where}: an SD of {sd:g} is more than a scale of {lowest:g} to {highest:g} allows{given_mean} ({most:.3g})"
        if sd - rounding(sd) > half * few:
            yield Finding("sd-over-scale", IMPOSSIBLE, row.cell("sd"), f"{told}.")
        else:
            told += "; is it of a change, or of both arms together?"
            yield Finding("sd-over-scale", UNLIKELY, row.cell("sd"), told)
    elif sd is None and se is not None and n and n > 0 and (se - rounding(se)) * math.sqrt(n) > most:
        told = (
            f"{where}: an SE of {se:g} of {n:g} people makes an SD of {se * math.sqrt(n):.3g}, more than a scale of {lowest:g} to {highest:g} "
            f"allows{given_mean} ({most:.3g}); is it the SD?"
        )
        yield Finding("sd-over-scale", UNLIKELY, row.cell("se"), told)
    elif sd and sd > 0 and n and n >= 20 and mean is not None and near > 0.2 * (highest - lowest):
        part = (highest - lowest) / sd
        if part > 25 and 2.5 < part / math.sqrt(n) < 12:
            told = f"{where}: an SD of {sd:g} is very small for a scale of {lowest:g} to {highest:g}; is it a standard error?"
            yield Finding("sd-looks-like-se", UNLIKELY, row.cell("sd"), told, SE_FOR_SD)


def _order(o: Outcome) -> Iterator[Finding]:
    for row in o.arms:
        five = [(name, row.numbers[name]) for name in ("least", "q1", "median", "q3", "most") if row.has(name)]
        for (low_name, low), (high_name, high) in itertools.pairwise(five):
            if low > high:
                told = f"{o.title}, {row.name}: {o.named(low_name)} {low:g} is above {o.named(high_name)} {high:g}."
                yield Finding("quantile-order", IMPOSSIBLE, row.cell(high_name), told)
        mean = row.get("mean")
        if mean is not None and row.has("least", "most") and not row.numbers["least"] <= mean <= row.numbers["most"]:
            told = f"{o.title}, {row.name}: the mean {mean:g} is not between minimum and maximum."
            yield Finding("mean-outside", IMPOSSIBLE, row.cell("mean"), told)


# Estimates with their intervals: estimate, bounds, standard error, p, and whether it is a ratio.
_OF_ARM = (("mean", "ci_low", "ci_high", "se", "", False),)
_OF_CONTRAST = (
    ("difference", "difference_low", "difference_high", "difference_se", "p", False),
    ("hr", "hr_low", "hr_high", "", "p", True),
    ("effect", "effect_low", "effect_high", "se", "", False),
)


def _intervals(o: Outcome) -> Iterator[Finding]:
    for row in o.arms:
        for names in _OF_ARM:
            yield from _interval(o, row, *names)
    for contrast in o.contrasts:
        for names in _OF_CONTRAST:
            yield from _interval(o, contrast.row, *names)


def _interval(
    o: Outcome, row: Row, name: str, low_name: str, high_name: str, se_name: str, p_name: str, ratio: bool
) -> Iterator[Finding]:  # fmt: skip
    where = f"{o.title}, {row.name}"
    if ratio:
        for each in (name, low_name, high_name):
            x = row.get(each)
            if x is not None and x <= 0 and (each, x) != (low_name, 0):
                told = f"{where}: {o.named(each)} is {x:g}, but a ratio is above 0; is it a logarithm?"
                yield Finding("ratio-not-positive", IMPOSSIBLE, row.cell(each), told)
                return
        if row.get(low_name) == 0:
            told = f"{where}: {o.named(low_name)} is 0, but a ratio is above 0; was it rounded? Leave it empty."
            yield Finding("ratio-not-positive", UNLIKELY, row.cell(low_name), told)
            return
    if not row.has(low_name, high_name):
        return
    low, high = row.numbers[low_name], row.numbers[high_name]
    if low > high:
        told = f"{where}: the interval runs from {low:g} down to {high:g}."
        yield Finding("interval-order", IMPOSSIBLE, row.cell(low_name), told)
        return
    estimate = row.get(name)
    if estimate is not None:
        if not low <= estimate <= high:
            told = f"{where}: {o.named(name)} {estimate:g} is not in its interval, {low:g} to {high:g}."
            yield Finding("outside-interval", IMPOSSIBLE, row.cell(name), told)
        elif _lopsided(estimate, low, high, ratio) or (not ratio and _is_of_ratio(estimate, low, high)):
            other = _lopsided(estimate, low, high, not ratio) if min(estimate, low) > 0 else True
            hint = "" if other else " It is so on the other scale: a logarithm, or a ratio, in the wrong place?"
            told = f"{where}: {o.named(name)} {estimate:g} is not in the middle of {low:g} to {high:g}.{hint}"
            yield Finding("lopsided-interval", UNLIKELY, row.cell(name), told)
    se = row.get(se_name)
    if se and se > 0 and high > low:
        made = (high - low) / (2 * Z95)
        small = 1.0 if (row.people or 30) >= 10 else 1.6  # t, not z, in small groups
        slack = (rounding(se) + rounding(low, high) / Z95) / se
        if not 0.85 - slack <= made / se <= 1.2 * small + slack:
            told = f"{where}: the interval makes a standard error of {made:.3g}, but {se:g} is given."
            yield Finding("se-against-interval", UNLIKELY, row.cell(se_name), told)
    p = row.get(p_name)
    if p is not None and 0 <= p <= 1:
        null = 1.0 if ratio else 0.0
        if (p < 0.04 and low < null < high) or (p > 0.06 and not low <= null <= high):
            told = f"{where}: p = {p:g} and the interval {low:g} to {high:g} say different things about {null:g}."
            yield Finding("p-against-interval", UNLIKELY, row.cell(p_name), told)


def _lopsided(estimate: float, low: float, high: float, ratio: bool) -> bool:
    slack = rounding(estimate, low, high) * 2
    if ratio:
        below, above = math.log(estimate / low), math.log(high / estimate)
        slack = slack / low + slack / estimate
    else:
        below, above = estimate - low, high - estimate
    return abs(above - below) > 0.2 * (above + below) + slack


def _is_of_ratio(estimate: float, low: float, high: float) -> bool:
    """Whether an interval above 0 lies evenly about its estimate as that of a ratio does, and not as that of a difference, by more than rounding."""
    if low <= 0 or not low < estimate < high:
        return False
    slack = rounding(low, high)
    below, above = math.log(estimate / low), math.log(high / estimate)
    apart = abs((high - estimate) - (estimate - low))
    return abs(above - below) <= 2 * slack * (1 / low + 1 / estimate) and apart > max(8 * slack, 0.1 * (high - low))


def _same_arms(o: Outcome) -> Iterator[Finding]:
    if o.kind == "time_to_event" and any(contrast.row.numbers for contrast in o.contrasts):
        return  # as many of as many are common in small trials, and the hazard ratio tells more
    for a, b in itertools.combinations(o.arms, 2):
        if a.numbers != b.numbers:
            continue
        if a.has("mean", "sd") or (a.has("events", "total") and 10 <= a.numbers["events"] < a.numbers["total"]):
            told = f"{o.title}: {a.name} and {b.name} have the very same numbers; was one row typed twice?"
            yield Finding("identical-arms", UNLIKELY, b.cell("mean" if b.has("mean") else "events"), told)


def _swapped(o: Outcome) -> Iterator[Finding]:
    for contrast in o.contrasts:
        difference = contrast.row.get("difference")
        if difference is None or not (contrast.first.has("mean") and contrast.second.has("mean")):
            continue
        made = contrast.first.numbers["mean"] - contrast.second.numbers["mean"]
        slack = 0.1 * abs(made) + 3 * rounding(
            difference, *(row.numbers["mean"] for row in (contrast.first, contrast.second))
        )
        error = error_of_difference(contrast) or 0
        if abs(made - difference) <= max(slack, 2 * error):  # by chance, where it is adjusted
            continue
        if abs(made + difference) <= slack:
            told = (
                f"{o.title}: {contrast.first.name} minus {contrast.second.name} is {made:.4g} by the means, but {difference:g} is "
                "given: are the arms swapped?"
            )
            yield Finding("swapped-arms", UNLIKELY, contrast.row.cell("difference"), told)
        elif abs(made - difference) > max(
            slack, 3 * error, 0.5 * abs(made)
        ):  # an adjusted difference may well be another
            told = f"{o.title}: the means differ by {made:.4g}, but a difference of {difference:g} is given."
            yield Finding("difference-against-means", UNLIKELY, contrast.row.cell("difference"), told)


RULES: tuple[Callable[[Outcome], Iterator[Finding]], ...] = (
    _counts, _percent, _spread, _no_error, _large_difference, _scale, _order, _intervals, _same_arms, _swapped, *REPORTED,
    *SPREADS, *BETWEEN_ARMS, *COUNTED,
)  # fmt: skip


def _copied_outcomes(study: Study) -> Iterator[Finding]:
    for a, b in itertools.combinations(study.outcomes, 2):
        same = [x.numbers for x in a.arms] == [y.numbers for y in b.arms]
        if a.kind == b.kind and len(a.arms) > 1 and same and all(x.has("mean", "sd") for x in a.arms):
            told = f"{b.title} has the very same numbers as {a.title} in every arm; was it copied?"
            yield Finding("identical-outcomes", UNLIKELY, b.arms[0].cell("mean"), told)


def _over_randomised(study: Study) -> Iterator[Finding]:
    for o in study.outcomes:
        known = [row.people for row in o.arms if row.people is not None and not row.is_part]
        for row in o.arms:
            if row.people is not None and row.randomised is not None and row.people > row.randomised:
                swapped = "the arms swapped, or are " if swapped_sizes(row, o.arms) else ""
                told = (
                    f"{o.title}, {row.name}: {row.people:g} people, but {row.randomised:g} were randomised to it; "
                    f"are {swapped}several counted of one person?"
                )  # twins, eyes, teeth
                yield Finding("over-randomised", UNLIKELY, row.cell("total" if row.has("total") else "n"), told)
        if study.design == "crossover":
            continue  # the same people are in every arm
        if study.randomised is not None and known and sum(known) > study.randomised:
            told = f"{o.title}: {sum(known):g} people in all arms, but {study.randomised:g} were randomised."
            yield Finding(
                "over-randomised", IMPOSSIBLE, o.arms[0].cell("total" if o.arms[0].has("total") else "n"), told
            )


UNITS = {  # what the numbers of groups of people do not tell in trials that randomise otherwise
    "cluster": "in a cluster-randomised trial groups were randomised, and people as they were counted make it weigh too much. Are these "
    "numbers divided by the design effect, 1 + (M − 1) × ICC (Cochrane Handbook, 23.1.4)? If not, divide events and people by it, or "
    "extract an effect that allows for clusters, with its standard error.",
    "crossover": "in a cross-over trial the same people are in both groups. Are these the numbers of the first period alone (Cochrane "
    "Handbook, 23.2.4)? Of both periods, an effect with a standard error that allows for pairs is needed: two groups make the trial weigh "
    "too little.",
}


def _unit_of_analysis(study: Study) -> Iterator[Finding]:
    """Asked once for each outcome: the numbers themselves do not show whether they were adjusted."""
    for o in study.outcomes if study.design in UNITS else ():
        asked = [row for row in o.arms if row.people is not None and (row.has("events") or row.has("mean"))]
        if len(asked) > 1:
            cell = asked[0].cell("total" if asked[0].has("total") else "n")
            yield Finding(f"unit-{study.design}", UNLIKELY, cell, f"{o.title}: {UNITS[study.design]}")


def _dates(study: Study, today: date | None) -> Iterator[Finding]:
    read: dict[str, tuple[date, date]] = {}
    for role, (text, cell) in study.dates.items():
        try:
            read[role] = days_of(text)
        except ValueError:
            yield Finding(
                "no-such-date", IMPOSSIBLE, cell, f"{study.label}: {role} {text!r} is no day of the calendar."
            )
            continue
        earliest, _ = read[role]
        if today is not None and earliest > today:
            yield Finding("future-date", IMPOSSIBLE, cell, f"{study.label}: {role} {text} is still to come.")
        elif earliest.year < 1900:
            yield Finding("early-date", UNLIKELY, cell, f"{study.label}: {role} {text} is before 1900.")
    year = YEAR_OF_LABEL.search(study.label)
    if year and "published" not in read and "started" in read and read["started"][0].year > int(year[1]):
        said, cell = study.dates["started"]
        yield Finding("date-order", UNLIKELY, cell, f"{study.label}: started {said} is after the year of its report.")
    for before, after in itertools.combinations(("started", "ended", "published"), 2):
        if before in read and after in read and read[before][0] > read[after][1]:
            (said, _), (then, cell) = study.dates[before], study.dates[after]
            yield Finding("date-order", IMPOSSIBLE, cell, f"{study.label}: {before} {said} is after {after} {then}.")


def days_of(text: str) -> tuple[date, date]:
    """The first and the last day that a date may mean: reports often give a month or a year alone. Raises ValueError."""
    parts = [int(each) for each in text.split("-")]
    first = date(*(*parts, 1, 1)[:3])
    last_month = first.month if len(parts) > 1 else 12
    last_day = first.day if len(parts) > 2 else calendar.monthrange(first.year, last_month)[1]
    return first, date(first.year, last_month, last_day)
