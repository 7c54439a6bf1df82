"""How do several groups become one?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import reduce

from extraction.schema.convert.converted import (
    CannotConvert,
    Converted,
    Given,
    check_above_zero,
    check_any,
    check_events,
    check_not_negative,
)

COMBINED = "Handbook 6.5.2.10, Table 6.5.a"
SUMMED = "Handbook 23.3.4"


def combine_means(groups: Sequence[tuple[float, float, float]]) -> tuple[Converted, Converted, Converted]:
    """Several groups (n, mean, sd) as one: n, mean and sd of all their people taken together."""
    check_any(groups)
    for n, _, sd in groups:
        check_above_zero(n=n)
        check_not_negative(sd=sd)
    n, mean, sd = reduce(_two_as_one, groups)
    given = _numbered(("n", "mean", "sd"), groups)
    squares = "(n1 - 1) sd1² + (n2 - 1) sd2² + n1 n2/(n1 + n2) (mean1 - mean2)²"
    more = "" if len(groups) < 3 else ", group by group"
    return (
        Converted("n", n, given, f"n = n1 + n2{more}", COMBINED),
        Converted("mean", mean, given, f"mean = (n1 mean1 + n2 mean2)/(n1 + n2){more}", COMBINED),
        Converted("sd", sd, given, f"sd = √(({squares})/(n1 + n2 - 1)){more}", COMBINED),
    )


def _two_as_one(a: tuple[float, float, float], b: tuple[float, float, float]) -> tuple[float, float, float]:
    (n1, m1, sd1), (n2, m2, sd2) = a, b
    n = n1 + n2
    if n <= 1:
        raise CannotConvert(f"n1 and n2 are {n1:g} and {n2:g}; one person has no standard deviation.")
    squares = (n1 - 1) * sd1**2 + (n2 - 1) * sd2**2 + n1 * n2 / n * (m1 - m2) ** 2
    return n, (n1 * m1 + n2 * m2) / n, math.sqrt(max(0.0, squares) / (n - 1))


def combine_counts(groups: Sequence[tuple[float, float]]) -> tuple[Converted, Converted]:
    """Several groups (events, total) as one."""
    check_any(groups)
    for events, total in groups:
        check_events(events, total)
    given = _numbered(("events", "total"), groups)
    events, total = (math.fsum(column) for column in zip(*groups, strict=True))
    return (
        Converted("events", events, given, "events = the sum over the groups", SUMMED),
        Converted("total", total, given, "total = the sum over the groups", SUMMED),
    )


def combine_rates(groups: Sequence[tuple[float, float]]) -> tuple[Converted, Converted]:
    """Several groups (events, person-time) as one."""
    check_any(groups)
    for events, time in groups:
        check_not_negative(events=events, time=time)
    given = _numbered(("events", "time"), groups)
    events, time = (math.fsum(column) for column in zip(*groups, strict=True))
    return (
        Converted("events", events, given, "events = the sum over the groups", SUMMED),
        Converted("time", time, given, "time = the sum over the groups", SUMMED),
    )


def _numbered(names: tuple[str, ...], groups: Iterable[tuple[float, ...]]) -> Given:
    return tuple((f"{name}{i}", x) for i, group in enumerate(groups, 1) for name, x in zip(names, group, strict=True))
