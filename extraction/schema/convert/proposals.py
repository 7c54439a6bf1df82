"""Which conversions do the numbers of an outcome's table allow, for the cells that an analysis needs and nobody reports?

Rows are as `tables` has them: the numbers of an arm, or of a contrast of two arms, by column. Proposals come best first:
what is arithmetic before what rests on an assumption.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from extraction.schema.convert import effects, groups, medians, spread
from extraction.schema.convert.converted import CannotConvert, Converted

Row = Mapping[str, float | None]
Numbers = dict[str, float]
Attempt = Callable[[], Converted | tuple[Converted, ...]]


def proposals(
    kind: str,
    row: Row,
    contrasts: Mapping[tuple[float, float], Row] | None = None,
    correlation: float | None = None,
    parts: Sequence[Row] = (),
) -> list[Converted]:
    """What the empty cells of `row`, of an outcome of `kind`, may be converted from; best first, and [] if nothing.

    contrasts: for an arm's row, the rows of the contrasts in which the arm stands, by the n of both their arms, the first
    arm's first. correlation: between baseline and the later time, where the standard deviation of the change is asked for.
    parts: for the row of an arm into which others are combined, their rows.
    Numbers that contradict each other propose nothing; `lint` tells of them.
    """
    known = {name: float(x) for name, x in row.items() if x is not None}
    attempts = {
        "dichotomous": _dichotomous, "rate": _rate, "time_to_event": _time_to_event, "generic": _generic,
    }.get(kind)  # fmt: skip
    found: list[Converted] = []
    tries: list[Attempt] = list(_combined(kind, parts))
    if kind == "continuous":
        tries += _continuous(known, contrasts or {}, correlation)
    elif attempts:
        tries += attempts(known)
    for attempt in tries:
        try:
            got = attempt()
        except CannotConvert:
            continue
        found += [each for each in (got if isinstance(got, tuple) else (got,)) if each.column not in known]
    return found


def _combined(kind: str, parts: Sequence[Row]) -> Iterator[Attempt]:
    """Several groups as one, where all that this needs is known of each."""
    columns = {"continuous": ("n", "mean", "sd"), "dichotomous": ("events", "total"), "rate": ("events", "time")}
    ways: dict[str, Callable[[Any], tuple[Converted, ...]]] = {
        "continuous": groups.combine_means, "dichotomous": groups.combine_counts, "rate": groups.combine_rates,
    }  # fmt: skip
    if kind in ways and len(parts) > 1:
        rows = [tuple(part.get(name) for name in columns[kind]) for part in parts]
        if not any(x is None for row in rows for x in row):
            yield lambda: ways[kind](rows)


def _has(known: Numbers, *names: str) -> bool:
    return all(name in known for name in names)


def _dichotomous(k: Numbers) -> Iterator[Attempt]:
    if _has(k, "percent", "total"):
        yield lambda: effects.events_from_percent(k["percent"], k["total"])


def _rate(k: Numbers) -> Iterator[Attempt]:
    if _has(k, "rate", "time"):
        yield lambda: effects.events_from_rate(k["rate"], k["time"])


def _time_to_event(k: Numbers) -> Iterator[Attempt]:
    if _has(k, "hr", "hr_low", "hr_high"):
        yield lambda: effects.log_ratio_from_ci(k["hr"], k["hr_low"], k["hr_high"])
    if _has(k, "o_e", "v"):
        yield lambda: effects.log_ratio_from_o_minus_e(k["o_e"], k["v"])
    if _has(k, "hr", "p"):
        yield lambda: effects.log_ratio_from_p(k["hr"], k["p"])


def _generic(k: Numbers) -> Iterator[Attempt]:
    if _has(k, "effect", "effect_low", "effect_high"):
        yield lambda: effects.se_from_ci(k["effect"], k["effect_low"], k["effect_high"])


def _continuous(
    k: Numbers, contrasts: Mapping[tuple[float, float], Row], correlation: float | None
) -> Iterator[Attempt]:  # fmt: skip
    if _has(k, "se", "n"):
        yield lambda: spread.sd_from_se(k["se"], k["n"])
    if _has(k, "ci_low", "ci_high", "n"):
        yield lambda: spread.sd_from_ci(k["ci_low"], k["ci_high"], k["n"])
    for (n1, n2), row in contrasts.items():
        yield from _of_contrast(n1, n2, {name: float(x) for name, x in row.items() if x is not None})
    if _has(k, "median", "n"):
        five = [k.get(name) for name in ("least", "q1", "q3", "most")]
        yield lambda: medians.mean_sd_from_median(k["n"], k["median"], *five)
    if _has(k, "log_mean", "log_sd"):
        yield lambda: spread.from_log_scale(k["log_mean"], k["log_sd"])
    if _has(k, "baseline", "mean"):
        yield lambda: spread.mean_change(k["baseline"], k["mean"])
    if correlation is not None and _has(k, "baseline_sd", "sd"):
        yield lambda: spread.sd_of_change(k["baseline_sd"], k["sd"], correlation)


def _of_contrast(n1: float, n2: float, c: Numbers) -> Iterator[Attempt]:
    if _has(c, "difference_se"):
        yield lambda: spread.sd_from_difference_se(c["difference_se"], n1, n2)
    if _has(c, "difference_low", "difference_high"):
        yield lambda: spread.sd_from_difference_ci(c["difference_low"], c["difference_high"], n1, n2)
    if _has(c, "difference", "t"):
        yield lambda: spread.sd_from_t(c["difference"], c["t"], n1, n2)
    if _has(c, "difference", "p"):
        yield lambda: spread.sd_from_p(c["difference"], c["p"], n1, n2)
