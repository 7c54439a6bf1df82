"""Which estimate between two arms is at odds with its p, its error in another form, or the numbers of the arms?"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist

from extraction.schema.lint.rows import SE_FOR_SD, Contrast, Finding, Outcome, Row, Severity, rounding

UNLIKELY = Severity.UNLIKELY
Z95 = 1.959964
BOUNDS = (0.05, 0.01, 0.005, 0.001, 0.0001)  # typed where the report has P < 0.05
CALLED = {"hr_low": "its interval", "se_log": "its SE", "v": "V"}  # what an error of a ratio was made of
TOO_SMALL, TOO_LARGE = (
    (1.25, 0.4),
    (1.4, 0.5),
)  # times and more: what a test of another kind, or few people, do not make of a z


@dataclass(frozen=True, slots=True)
class Size:
    """How many standard errors an estimate is from no effect: at least, at most, by rounding."""

    least: float
    most: float


def _of_interval(row: Row, name: str, low_name: str, high_name: str, is_ratio: bool) -> Size | None:
    """From an estimate, or the middle, and its interval."""
    if not row.has(low_name, high_name):
        return None
    low, high, slack = (
        row.numbers[low_name],
        row.numbers[high_name],
        rounding(row.numbers[low_name], row.numbers[high_name]),
    )
    if not low < high or (is_ratio and low <= 0):
        return None
    if is_ratio:
        slack, low, high = slack / low, math.log(low), math.log(high)
    given = row.get(name)
    if is_ratio:
        given = math.log(given) if given is not None and given > 0 else None
    estimate = (low + high) / 2 if given is None else given
    if not low <= estimate <= high:
        return None  # told as such
    return _size(estimate, (high - low) / (2 * Z95), slack)


def _size(estimate: float, se: float, slack: float) -> Size:
    narrow = max(se - slack / Z95, se / 10)
    return Size(max(abs(estimate) - slack, 0) / (se + slack / Z95), (abs(estimate) + slack) / narrow)


def _sizes(row: Row) -> Iterator[tuple[str, Size]]:
    for named, names, is_ratio in (
        ("the interval", ("difference", "difference_low", "difference_high"), False),
        ("the interval", ("hr", "hr_low", "hr_high"), True),
    ):
        found = _of_interval(row, *names, is_ratio)
        if found:
            yield named, found
    for named, estimate, se in (
        ("the difference by its SE", "difference", "difference_se"),
        ("the log HR by its SE", "log_effect", "se_log"),
    ):
        if row.has(estimate, se) and row.numbers[se] > 0:
            slack = rounding(row.numbers[estimate], row.numbers[se])
            yield named, _size(row.numbers[estimate], row.numbers[se], slack)
    if row.has("o_e", "v") and row.numbers["v"] > 0:
        yield (
            "O−E by the root of V",
            _size(row.numbers["o_e"], math.sqrt(row.numbers["v"]), rounding(row.numbers["o_e"])),
        )
    t = row.get("t")
    if t is not None:
        yield "t", Size(max(abs(t) - rounding(t), 0), abs(t) + rounding(t))


def _p(o: Outcome) -> Iterator[Finding]:
    for contrast in o.contrasts:
        row, p = contrast.row, contrast.row.get("p")
        if p is None or not 0 <= p < 1:
            continue
        where = f"{o.title}, {row.name}"
        if p == 0:
            told = f"{where}: no p is 0; where the report has P < 0.001, leave p empty and say so in the place, or take the interval."
            yield Finding("p-of-nought", UNLIKELY, row.cell("p"), told)
            continue
        if _is_told(row, p):
            continue
        p_size = Size(_z(p + rounding(p)), _z(p - rounding(p)))
        for named, size in _sizes(row):
            small = p_size.least > TOO_SMALL[0] * size.most + TOO_SMALL[1]
            large = size.least > TOO_LARGE[0] * p_size.most + TOO_LARGE[1] and p not in BOUNDS
            large = large and not _is_by_t(o, contrast, size)
            if (small or large) and max(p_size.least, size.least) > 1.6:  # where one of them tells an effect
                made = min(2 * NormalDist().cdf(-(size.least + size.most) / 2), 1.0)
                about = f"about {made:.1g}" if made > 1e-9 else "below 1e-09"
                told = (
                    f"{where}: by {named} p is {about}, but {p:g} is given; is one of them of another outcome or time?"
                )
                yield Finding("p-against-estimate", UNLIKELY, row.cell("p"), told)
                break


def _is_by_t(o: Outcome, contrast: Contrast, size: Size) -> bool:
    """Whether p may be far above that of a normal distribution, as it is by a t test of few people. Hazard ratios are tested by z."""
    first, second = contrast.first.people, contrast.second.people
    if o.kind == "time_to_event":
        return False
    return size.least > 4 if first is None or second is None else first + second < 30


def _z(p: float) -> float:
    return -NormalDist().inv_cdf(min(max(p, 1e-15), 1.0) / 2)


def _is_told(row: Row, p: float) -> bool:
    """Whether interval and p are already told to say different things about no effect."""
    for low_name, high_name, null in (("difference_low", "difference_high", 0.0), ("hr_low", "hr_high", 1.0)):
        if row.has(low_name, high_name):
            is_across = row.numbers[low_name] < null < row.numbers[high_name]
            if (p < 0.04 and is_across) or (p > 0.06 and not is_across):
                return True
    return False


def _spread_of_difference(o: Outcome) -> Iterator[Finding]:
    for contrast in o.contrasts:
        arms = (contrast.first, contrast.second)
        given, slack = _reported_error(contrast.row)
        made = _error_of_arms(contrast)
        if not given or not made or min(row.numbers["n"] for row in arms) < 10:
            continue
        if (given + slack) / made >= 1 / 3.5 and (given - slack) / made <= 2.5:
            continue
        times, why, cause = given / made, "is one of them of another outcome or time", ""
        if times < 1 and any(_is_of_change(row) for row in arms):
            continue
        row = (min if times > 1 else max)(arms, key=lambda each: each.numbers["sd"])  # which of them is likelier wrong
        sd = row.numbers["sd"]
        if times > 1:
            if 0.6 < times / math.sqrt(row.numbers["n"]) < 1.7:
                why, cause = f"is {sd:g} a standard error", SE_FOR_SD
            why += ", or does it allow for clusters?"
        else:
            why = f"is {sd:g} a variance" if 0.6 < math.sqrt(sd) / (sd * times) < 1.7 else why
            why += ", or is the difference adjusted, of changes, or of pairs?"
        told = (
            f"{o.title}, {contrast.row.name}: the SDs, {sd:g} of {row.name}, make a standard error of {made:.3g} of the difference, "
            f"but {given:.3g} is reported; {why}"
        )
        yield Finding("sd-against-difference", UNLIKELY, row.cell("sd"), told, cause)


def _is_of_change(row: Row) -> bool:
    """Whether an arm shows that its difference may be adjusted or of changes, with a smaller error: its SD is as at baseline, or changes are given."""
    before = row.get("baseline_sd") or 0
    is_alike = before > 0 and 1 / 1.5 <= row.numbers["sd"] / before <= 1.5
    return is_alike or row.has("change") or row.has("change_sd")


def error_of_difference(contrast: Contrast) -> float | None:
    """The standard error of a difference of means: as reported, or by the SDs of its arms where that is larger."""
    return max(_reported_error(contrast.row)[0] or 0, _error_of_arms(contrast) or 0) or None


def _reported_error(row: Row) -> tuple[float | None, float]:
    """And how far rounding may have moved it."""
    if (row.get("difference_se") or 0) > 0:
        return row.numbers["difference_se"], rounding(row.numbers["difference_se"])
    if row.has("difference_low", "difference_high"):
        low, high = row.numbers["difference_low"], row.numbers["difference_high"]
        return ((high - low) / (2 * Z95), rounding(low, high) / Z95) if low < high else (None, 0)
    return None, 0


def _error_of_arms(contrast: Contrast) -> float | None:
    arms = (contrast.first, contrast.second)
    if not all(row.has("sd", "n") and row.numbers["n"] > 1 and row.numbers["sd"] > 0 for row in arms):
        return None
    return math.hypot(*(row.numbers["sd"] / math.sqrt(row.numbers["n"]) for row in arms))


def _errors_of_ratio(row: Row) -> dict[str, float]:
    """The standard errors of a log hazard ratio, by the column that a reader looks at."""
    found = {}
    if row.has("hr_low", "hr_high") and 0 < row.numbers["hr_low"] < row.numbers["hr_high"]:
        found["hr_low"] = math.log(row.numbers["hr_high"] / row.numbers["hr_low"]) / (2 * Z95)
    if (row.get("se_log") or 0) > 0:
        found["se_log"] = row.numbers["se_log"]
    if (row.get("v") or 0) > 0:
        found["v"] = 1 / math.sqrt(row.numbers["v"])
    return found


def _ratio_in_other_forms(o: Outcome) -> Iterator[Finding]:
    for contrast in o.contrasts:
        row, errors = contrast.row, _errors_of_ratio(contrast.row)
        where, made = f"{o.title}, {contrast.row.name}", errors.get("hr_low")
        if made is None:
            continue
        low, high, log = row.numbers["hr_low"], row.numbers["hr_high"], row.get("log_effect")
        slack = rounding(low, high) / low / Z95
        if log is not None and not row.has("hr") and not math.log(low) - slack <= log <= math.log(high) + slack:
            why = "is it the HR itself?" if low <= log <= high else "is it of the arms the other way round?"
            told = f"{where}: a log HR of {log:g} makes an HR of {_exp(log):.3g}, which is not in {low:g} to {high:g}; {why}"
            yield Finding("outside-interval", UNLIKELY, row.cell("log_effect"), told)
        for name, most in (("se_log", 1.25), ("v", 1.6)):
            error = errors.get(name)
            if error is None or made / most - slack <= error <= made * most + slack:
                continue
            called = f"an SE of {error:g}" if name == "se_log" else f"V = {row.numbers['v']:g}, an SE of {error:.3g},"
            told = (
                f"{where}: the interval {low:g} to {high:g} makes an SE of log HR of {made:.3g}, but {called} is given."
            )
            yield Finding("se-against-interval", UNLIKELY, row.cell(name), told)


def _exp(x: float) -> float:
    return math.exp(max(min(x, 700.0), -700.0))


def _ratio_against_events(o: Outcome) -> Iterator[Finding]:
    for contrast in o.contrasts:
        arms = (contrast.first, contrast.second)
        if o.kind != "time_to_event" or not all(row.has("events") and row.numbers["events"] >= 5 for row in arms):
            continue
        one, other = (row.numbers["events"] for row in arms)
        least, most = 0.7 * 2 / math.sqrt(one + other), 2.5 * math.sqrt(1 / one + 1 / other)
        for name, error in _errors_of_ratio(contrast.row).items():
            if not least <= error <= most:
                told = (
                    f"{o.title}, {contrast.row.name}: {one:g} and {other:g} events make an SE of the log HR of about "
                    f"{math.sqrt(1 / one + 1 / other):.2g}, but {CALLED[name]} makes {error:.2g}."
                )
                yield Finding("error-against-events", UNLIKELY, contrast.row.cell(name), told)
                break
        yield from _other_way(o, contrast)


def _other_way(o: Outcome, contrast: Contrast) -> Iterator[Finding]:
    arms, hr = (contrast.first, contrast.second), contrast.row.get("hr")
    if hr is None or hr <= 0 or not all(row.has("events", "total") and row.numbers["total"] >= 1 for row in arms):
        return
    crude = _log_hazard(arms[0]) - _log_hazard(arms[1])
    error = math.sqrt(1 / arms[0].numbers["events"] + 1 / arms[1].numbers["events"])
    if crude * math.log(hr) < 0 and abs(crude) > 1.5 * error and abs(math.log(hr)) > 0.1:
        told = (
            f"{o.title}, {contrast.row.name}: an HR of {hr:g} is for {'fewer' if hr < 1 else 'more'} events in {arms[0].name}, where "
            f"{arms[0].numbers['events']:g} of {arms[0].numbers['total']:g} had one, and {arms[1].numbers['events']:g} of "
            f"{arms[1].numbers['total']:g} in {arms[1].name}; is it the other way round, are the arms swapped, is it adjusted, or was one arm followed for less time?"
        )
        yield Finding("inverted-ratio", UNLIKELY, contrast.row.cell("hr"), told)


def _log_hazard(row: Row) -> float:
    """Of the hazard that, over as long a time in every arm, leaves so many without the event."""
    part = row.numbers["events"] / row.numbers["total"]
    return math.log(-math.log1p(-part)) if part < 1 else math.log(-math.log(0.5 / row.numbers["total"]))


RULES: tuple[Callable[[Outcome], Iterator[Finding]], ...] = (
    _p, _spread_of_difference, _ratio_in_other_forms, _ratio_against_events,
)  # fmt: skip
