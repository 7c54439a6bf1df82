"""Which numbers of one study contradict what its report gives in another way? What is copied wrongly most often: an SE, a variance, an interval
or quartiles for an SD, a change or the baseline for the result, people without the event for all people, a ratio the other way round."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from statistics import NormalDist

from extraction.schema.lint.rows import SE_FOR_SD, Finding, Outcome, Severity, rounding

UNLIKELY = Severity.UNLIKELY
Z95 = 1.959964
FEWEST_EVENTS = 5  # below which as many were lost by chance
FAR = 3.0  # times: what a test that is adjusted, or of another variance, does not explain


def _without_events(o: Outcome) -> Iterator[Finding]:
    for row in o.arms:
        if row.randomised is None or not row.has("events", "total"):
            continue
        events, total = row.numbers["events"], row.numbers["total"]
        if events >= FEWEST_EVENTS and events + total == row.randomised:
            told = (
                f"{o.title}, {row.name}: {events:g} events and a total of {total:g} are together the {row.randomised:g} randomised; "
                "is the total that of the people without the event?"
            )
            yield Finding("total-without-events", UNLIKELY, row.cell("total"), told)


def _another_time(o: Outcome) -> Iterator[Finding]:
    for row in o.arms:
        where, mean = f"{o.title}, {row.name}", row.get("mean")
        if (
            row.has("mean", "sd", "baseline", "baseline_sd")
            and (mean, row.numbers["sd"])
            == (
                row.numbers["baseline"],
                row.numbers["baseline_sd"],
            )
            and len(f"{mean:g}{row.numbers['sd']:g}".replace(".", "")) >= 5
        ):
            told = f"{where}: mean and SD are those at baseline; was the wrong time point read?"
            yield Finding("at-baseline", UNLIKELY, row.cell("mean"), told)
        elif row.has("mean", "change") and mean == row.numbers["change"] and row.get("baseline") != 0:
            told = f"{where}: the mean {mean:g} is the mean change, too; is it the change from baseline?"
            yield Finding("change-as-mean", UNLIKELY, row.cell("mean"), told)


def _spread_of_another_kind(o: Outcome) -> Iterator[Finding]:
    for row in o.arms:
        sd, n, where = row.get("sd"), row.get("n"), f"{o.title}, {row.name}"
        if not sd or sd < 0:
            continue
        if row.has("q1", "q3"):
            apart = row.numbers["q3"] - row.numbers["q1"]
            if abs(sd - apart) <= 2 * rounding(sd, apart) < 0.02 * apart:  # told by so many digits, not by chance
                told = f"{where}: the SD {sd:g} is the distance of the quartiles; is it the interquartile range?"
                yield Finding("sd-is-quartiles", UNLIKELY, row.cell("sd"), told)
        if n and n > 2 and row.has("ci_low", "ci_high") and row.numbers["ci_high"] > row.numbers["ci_low"]:
            half = (row.numbers["ci_high"] - row.numbers["ci_low"]) / 2
            made, slack = (
                half / Z95 * math.sqrt(n),
                (1.5 if n >= 10 else 2.0) + rounding(row.numbers["ci_low"], row.numbers["ci_high"]) / half,
            )
            if not 1 / slack <= made / sd <= slack:
                like = (("; is it half the interval?", "", half), ("; is it a standard error?", SE_FOR_SD, half / Z95))
                near = ((why, cause) for why, cause, x in like if abs(sd - x) <= 0.05 * x)
                why, cause = next(near, (".", ""))
                told = f"{where}: the interval of {n:g} people makes an SD of {made:.3g}, but {sd:g} is given{why}"
                yield Finding("sd-against-interval", UNLIKELY, row.cell("sd"), told, cause)


def _median_as_mean(o: Outcome) -> Iterator[Finding]:
    for row in o.arms:
        if not row.has("mean", "median", "q1", "q3") or row.numbers["mean"] != row.numbers["median"]:
            continue
        below, above = (abs(row.numbers["median"] - row.numbers[name]) for name in ("q1", "q3"))
        if max(below, above) > 2 * min(below, above) + 4 * rounding(row.numbers["q1"], row.numbers["q3"]):
            told = (
                f"{o.title}, {row.name}: the mean is the median, {row.numbers['mean']:g}, although the quartiles lie unevenly about "
                "it; is it the median?"
            )
            yield Finding("median-as-mean", UNLIKELY, row.cell("mean"), told)


def _tests(o: Outcome) -> Iterator[Finding]:
    for contrast in o.contrasts:
        arms = (contrast.first, contrast.second)
        if not all(row.has("mean", "sd", "n") and row.numbers["n"] > 1 and row.numbers["sd"] > 0 for row in arms):
            continue
        se = math.sqrt(sum(row.numbers["sd"] ** 2 / row.numbers["n"] for row in arms))
        apart = abs(arms[0].numbers["mean"] - arms[1].numbers["mean"])
        slack = 2 * rounding(*(row.numbers["mean"] for row in arms))
        made, least, most = apart / se, max(apart - slack, 0) / se, (apart + slack) / se
        t, p, where = contrast.row.get("t"), contrast.row.get("p"), f"{o.title}, {contrast.row.name}"
        if t is not None:
            if least > FAR * max(abs(t), 1.0) or abs(t) > FAR * max(most, 1.0):
                told = f"{where}: means and SDs make a t of {made:.3g}, but {abs(t):g} is given; are the SDs standard errors?"
                yield Finding("test-against-means", UNLIKELY, contrast.row.cell("t"), told)
        elif p is not None and 0.001 < p < 1:  # smaller ones are often bounds
            told_by_p = NormalDist().inv_cdf(1 - p / 2)
            if least > FAR * max(told_by_p, 1.0):
                told = (
                    f"{where}: p = {p:g} goes with a t of about {told_by_p:.2g}, but means and SDs make {made:.3g}; are the SDs "
                    "standard errors?"
                )
                yield Finding("test-against-means", UNLIKELY, contrast.row.cell("p"), told)
            elif told_by_p > FAR * max(most, 0.9):
                told = (
                    f"{where}: p = {p:g} goes with a t of about {told_by_p:.2g}, but means and SDs make {made:.2g}; are the SDs "
                    "variances, or was the test adjusted?"
                )
                yield Finding("test-against-means", UNLIKELY, contrast.row.cell("p"), told)


def _ratios(o: Outcome) -> Iterator[Finding]:
    for contrast in o.contrasts:
        row = contrast.row
        hr, where = row.get("hr"), f"{o.title}, {row.name}"
        if hr is None or hr <= 0:
            continue
        for names, given in _logs_of(row.numbers):
            if names == "O−E and V" and abs(given) * math.sqrt(row.numbers["v"]) < 1:
                continue  # either way round
            log, slack = math.log(hr), 0.05 + 2 * rounding(hr) / hr
            slack = max(slack, 0.35 * abs(log)) if names == "O−E and V" else slack  # Peto's is another estimate
            if abs(log - given) <= slack:
                continue
            if abs(log + given) <= slack:
                told = f"{where}: the HR {hr:g} is one way round and {names} the other; which arm stands first in the report?"
                yield Finding("inverted-ratio", UNLIKELY, row.cell("hr"), told)
            elif names == "the log HR":
                told = f"{where}: the HR {hr:g} has a logarithm of {log:.3g}, but {given:g} is given."
                yield Finding("ratio-against-log", UNLIKELY, row.cell("hr"), told)


def _logs_of(numbers: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    if "log_effect" in numbers:
        yield "the log HR", numbers["log_effect"]
    if numbers.get("v", 0) > 0 and "o_e" in numbers:
        yield "O−E and V", numbers["o_e"] / numbers["v"]


RULES: tuple[Callable[[Outcome], Iterator[Finding]], ...] = (
    _without_events, _another_time, _spread_of_another_kind, _median_as_mean, _tests, _ratios,
)  # fmt: skip
