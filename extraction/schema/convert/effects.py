"""Which standard error, logarithm or number of events lies behind an estimate, an interval, a p or a percentage?"""

from __future__ import annotations

import math

from extraction.schema.convert.converted import (
    CannotConvert,
    Converted,
    Given,
    check_above_zero,
    check_not_negative,
    check_probability,
    check_within,
)
from extraction.schema.quantiles import critical, normal_quantile


def se_from_ci(effect: float, effect_low: float, effect_high: float, level: float = 95.0) -> Converted:
    """The standard error behind the normal interval of a difference, or of anything on the scale that is pooled."""
    check_within(effect, effect_low, effect_high)
    given = (("effect", effect), ("effect_low", effect_low), ("effect_high", effect_high))
    se = (effect_high - effect_low) / (2 * critical(level))
    return Converted("se", se, given, "se = (effect_high - effect_low) / (2 z)", "Handbook 6.3.1")


def se_from_p(effect: float, p: float) -> Converted:
    """The standard error behind the two-sided p of a z test."""
    given = (("effect", effect), ("p", p))
    return Converted("se", _error(effect, p), given, "se = |effect / z|, z the p/2 quantile", "Handbook 6.3.1")


def _error(effect: float, p: float) -> float:
    check_probability(p)
    if effect == 0:
        raise CannotConvert("An estimate of no effect tells nothing of its standard error by its p.")
    return abs(effect / normal_quantile(p / 2))


def log_ratio_from_ci(ratio: float, low: float, high: float, level: float = 95.0) -> tuple[Converted, Converted]:
    """The logarithm of a ratio, and its standard error from the interval."""
    check_above_zero(ratio=ratio, low=low, high=high)
    check_within(ratio, low, high)
    se = (math.log(high) - math.log(low)) / (2 * critical(level))
    return _log_ratio(
        ratio, se, (("ratio", ratio), ("low", low), ("high", high)), "se_log = (ln high - ln low) / (2 z)"
    )


def log_ratio_from_p(ratio: float, p: float) -> tuple[Converted, Converted]:
    """The logarithm of a ratio, and its standard error from the two-sided p of a z test."""
    check_above_zero(ratio=ratio)
    se = _error(math.log(ratio), p)
    return _log_ratio(ratio, se, (("ratio", ratio), ("p", p)), "se_log = |ln ratio / z|, z the p/2 quantile")


def _log_ratio(ratio: float, se: float, given: Given, formula: str) -> tuple[Converted, Converted]:
    return (
        Converted("log_effect", math.log(ratio), given, "log_effect = ln ratio", "Handbook 6.3.2"),
        Converted("se_log", se, given, formula, "Handbook 6.3.2"),
    )


def log_ratio_from_o_minus_e(o_e: float, v: float) -> tuple[Converted, Converted]:
    """The log hazard ratio and its error from the log-rank test's observed minus expected events and their variance."""
    check_above_zero(v=v)
    given = (("o_e", o_e), ("v", v))
    return (
        Converted("log_effect", o_e / v, given, "log_effect = o_e / v", "Handbook 6.8.2"),
        Converted("se_log", 1 / math.sqrt(v), given, "se_log = 1 / √v", "Handbook 6.8.2"),
    )


def events_from_percent(percent: float, total: float, decimals: int | None = None) -> Converted:
    """The people behind a percentage of a group, whole; a remark where none, or several, print as that percentage.

    decimals: with how many the percentage is printed; as many as it shows, if not told.
    """
    check_above_zero(total=total)
    if not 0 <= percent <= 100:
        raise CannotConvert(f"{percent:g} percent is not between 0 and 100.")
    if decimals is None:
        decimals = len(f"{percent:.6f}".rstrip("0").split(".")[1])
    events = float(math.floor(percent * total / 100 + 0.5))
    half = (0.5 * 10.0**-decimals + 1e-9) * total / 100  # in people: what rounding of the percentage leaves open
    first = max(0, math.ceil(percent * total / 100 - half))
    last = min(math.floor(total), math.floor(percent * total / 100 + half))
    printed = f"{percent:.{decimals}f} percent"
    remark = f"Any number from {first} to {last} is {printed}." if first < last else ""
    if first > last:
        remark = f"No whole number of {total:g} people is {printed}; is the total right?"
    given = (("percent", percent), ("total", total))
    return Converted("events", events, given, "events = percent total / 100, in whole people", "Handbook 6.4.1", remark)


def events_from_rate(rate: float, time: float) -> Converted:
    """The events behind a rate, whole."""
    check_not_negative(rate=rate)
    check_above_zero(time=time)
    events = float(math.floor(rate * time + 0.5))
    given = (("rate", rate), ("time", time))
    return Converted("events", events, given, "events = rate time, in whole events", "Handbook 6.7.1")
