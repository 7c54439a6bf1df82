"""Which mean and standard deviation of a group lie behind errors, intervals, tests, changes and logarithms?"""

from __future__ import annotations

import math

from extraction.schema.convert.converted import (
    CannotConvert,
    Converted,
    check_above_zero,
    check_in_order,
    check_not_negative,
    check_probability,
    check_two_groups,
)
from extraction.schema.quantiles import critical, t_quantile

SAME_SD = "It is the SD within groups, taken to be the same in both."
LOG_NORMAL = "It rests on a log-normal distribution."
HIGGINS = "Higgins, White and Anzures-Cabrera 2008, Stat Med 27:6072, method 1; Handbook 6.5.2.4"


def sd_from_se(se: float, n: float) -> Converted:
    """The standard deviation of a group behind the standard error of its mean."""
    check_above_zero(se=se, n=n)
    return Converted("sd", se * math.sqrt(n), (("se", se), ("n", n)), "sd = se √n", "Handbook 6.5.2.2")


def sd_from_ci(ci_low: float, ci_high: float, n: float, level: float = 95.0) -> Converted:
    """The standard deviation of a group behind the t interval of its mean."""
    check_in_order(ci_low=ci_low, ci_high=ci_high)
    if n < 2:
        raise CannotConvert(f"n is {n:g}; an interval of a mean needs at least 2 participants.")
    sd = math.sqrt(n) * (ci_high - ci_low) / (2 * critical(level, n - 1))
    given = (("ci_low", ci_low), ("ci_high", ci_high), ("n", n))
    return Converted("sd", sd, given, "sd = √n (ci_high - ci_low) / (2 t), t with n - 1", "Handbook 6.5.2.2")


def sd_from_difference_se(difference_se: float, n1: float, n2: float) -> Converted:
    """The standard deviation within two groups behind the standard error of the difference of their means."""
    check_above_zero(difference_se=difference_se)
    given = (("difference_se", difference_se), ("n1", n1), ("n2", n2))
    formula = "sd = difference_se / √(1/n1 + 1/n2)"
    return Converted("sd", _within(difference_se, n1, n2), given, formula, "Handbook 6.5.2.3", SAME_SD)


def _within(difference_se: float, n1: float, n2: float) -> float:
    check_above_zero(n1=n1, n2=n2)
    return difference_se / math.sqrt(1 / n1 + 1 / n2)


def sd_from_difference_ci(low: float, high: float, n1: float, n2: float, level: float = 95.0) -> Converted:
    """The same from the t interval of the difference."""
    check_in_order(difference_low=low, difference_high=high)
    check_two_groups(n1, n2)
    sd = _within((high - low) / (2 * critical(level, n1 + n2 - 2)), n1, n2)
    given = (("difference_low", low), ("difference_high", high), ("n1", n1), ("n2", n2))
    formula = "sd = (difference_high - difference_low) / (2 t √(1/n1 + 1/n2)), t with n1 + n2 - 2"
    return Converted("sd", sd, given, formula, "Handbook 6.5.2.3", SAME_SD)


def sd_from_t(difference: float, t: float, n1: float, n2: float) -> Converted:
    """The same from the difference and the t statistic of its test."""
    sd = _from_t(difference, t, n1, n2)
    given = (("difference", difference), ("t", t), ("n1", n1), ("n2", n2))
    return Converted("sd", sd, given, "sd = |difference / t| / √(1/n1 + 1/n2)", "Handbook 6.5.2.3", SAME_SD)


def _from_t(difference: float, t: float, n1: float, n2: float) -> float:
    check_two_groups(n1, n2)
    if t == 0 or difference == 0:
        raise CannotConvert("A difference or a t of 0 tells nothing of the standard deviation.")
    return _within(abs(difference / t), n1, n2)


def sd_from_p(difference: float, p: float, n1: float, n2: float) -> Converted:
    """The same from the difference and the two-sided p of its t test."""
    check_probability(p)
    check_two_groups(n1, n2)
    sd = _from_t(difference, -t_quantile(p / 2, n1 + n2 - 2), n1, n2)  # 1 - p / 2 may be 1, rounded
    given = (("difference", difference), ("p", p), ("n1", n1), ("n2", n2))
    formula = "sd = |difference / t| / √(1/n1 + 1/n2), t the 1 - p/2 quantile with n1 + n2 - 2"
    remark = f"{SAME_SD} A p given only as a bound (p < 0.05) makes it an upper bound."
    return Converted("sd", sd, given, formula, "Handbook 6.5.2.3", remark)


def mean_change(baseline: float, mean: float) -> Converted:
    """The mean change from the means before and after."""
    given = (("baseline", baseline), ("mean", mean))
    return Converted("change", mean - baseline, given, "change = mean - baseline", "Handbook 6.5.2.8")


def sd_of_change(baseline_sd: float, sd: float, correlation: float) -> Converted:
    """The standard deviation of the change, with a correlation between before and after taken from elsewhere."""
    check_not_negative(baseline_sd=baseline_sd, sd=sd)
    if not -1 <= correlation <= 1:
        raise CannotConvert(f"The correlation is {correlation:g}, but must lie between -1 and 1.")
    squares = (baseline_sd - sd) ** 2 + 2 * (1 - correlation) * baseline_sd * sd
    given = (("baseline_sd", baseline_sd), ("sd", sd), ("correlation", correlation))
    formula = "change_sd = √(baseline_sd² + sd² - 2 correlation baseline_sd sd)"
    remark = "The correlation is an assumption: try others in a sensitivity analysis."
    return Converted("change_sd", math.sqrt(squares), given, formula, "Handbook 6.5.2.8", remark)


def correlation_of_change(baseline_sd: float, sd: float, change_sd: float) -> Converted:
    """The correlation between before and after, from a study that gives all three standard deviations."""
    check_above_zero(baseline_sd=baseline_sd, sd=sd)
    check_not_negative(change_sd=change_sd)
    r = (baseline_sd**2 + sd**2 - change_sd**2) / (2 * baseline_sd * sd)
    if abs(r) > 1 + 1e-9:
        raise CannotConvert(
            f"These standard deviations make a correlation of {r:.3g}, beyond -1 to 1: one of them is wrong."
        )
    given = (("baseline_sd", baseline_sd), ("sd", sd), ("change_sd", change_sd))
    formula = "correlation = (baseline_sd² + sd² - change_sd²) / (2 baseline_sd sd)"
    return Converted("correlation", max(-1.0, min(1.0, r)), given, formula, "Handbook 6.5.2.8")


def to_log_scale(mean: float, sd: float) -> tuple[Converted, Converted]:
    """Mean and standard deviation of the logarithms, from those of a skewed, positive outcome."""
    check_above_zero(mean=mean)
    check_not_negative(sd=sd)
    spread = math.log1p((sd / mean) ** 2)
    given = (("mean", mean), ("sd", sd))
    of_mean, of_sd = "log_mean = ln mean - ½ ln(1 + sd²/mean²)", "log_sd = √ln(1 + sd²/mean²)"
    return (
        Converted("log_mean", math.log(mean) - spread / 2, given, of_mean, HIGGINS, LOG_NORMAL),
        Converted("log_sd", math.sqrt(spread), given, of_sd, HIGGINS, LOG_NORMAL),
    )


def from_log_scale(log_mean: float, log_sd: float) -> tuple[Converted, Converted]:
    """Mean and standard deviation of an outcome, from those of its logarithms (their mean: ln of the geometric mean)."""
    check_not_negative(log_sd=log_sd)
    try:
        mean = math.exp(log_mean + log_sd**2 / 2)
        sd = mean * math.sqrt(math.expm1(log_sd**2))
    except OverflowError:
        told = f"log_mean {log_mean:g} and log_sd {log_sd:g} are too large; are they logarithms?"
        raise CannotConvert(told) from None
    given = (("log_mean", log_mean), ("log_sd", log_sd))
    return (
        Converted("mean", mean, given, "mean = exp(log_mean + log_sd²/2)", HIGGINS, LOG_NORMAL),
        Converted("sd", sd, given, "sd = mean √(exp(log_sd²) - 1)", HIGGINS, LOG_NORMAL),
    )
