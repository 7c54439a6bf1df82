"""Which mean and standard deviation of a group lie behind its median with range or quartiles?"""

from __future__ import annotations

from extraction.schema.convert.converted import CannotConvert, Converted
from extraction.schema.quantiles import normal_quantile

NORMAL = "It rests on a normal distribution; a skewed outcome makes it misleading."
Ends = tuple[float, float]


def mean_sd_from_median(
    n: float, median: float, least: float | None = None, q1: float | None = None, q3: float | None = None,
    most: float | None = None,
) -> tuple[Converted, Converted]:  # fmt: skip
    """Mean and standard deviation of a group from its median with the range, the quartiles, or both.

    Means: Luo, Wan, Liu and Tong 2018 (Stat Methods Med Res 27:1785), equations 7, 11, 15. Standard deviations: Wan,
    Wang, Liu and Tong 2014 (BMC Med Res Methodol 14:135), equations 9, 16; with both, Shi et al. 2020 (Res Synth
    Methods 11:641).

    >>> mean, sd = mean_sd_from_median(n=25, median=22.1, least=19.7, most=27.9)
    >>> round(mean.value, 3), round(sd.value, 3)
    (22.548, 2.087)
    """
    if not n > 1:
        raise CannotConvert(f"n is {n:g}, but a spread needs at least 2 participants.")
    five = (("least", least), ("q1", q1), ("median", median), ("q3", q3), ("most", most))
    numbers = tuple((name, x) for name, x in five if x is not None)
    if [x for _, x in numbers] != sorted(x for _, x in numbers):
        told = ", ".join(f"{name} {x:g}" for name, x in numbers)
        raise CannotConvert(f"Minimum, quartiles, median and maximum are not in order: {told}.")
    ends = (least, most) if least is not None and most is not None else None
    quartiles = (q1, q3) if q1 is not None and q3 is not None else None
    if ends and quartiles:
        (mean, of_mean, mean_by), (sd, of_sd, sd_by) = _by_both(n, median, ends, quartiles)
    elif ends:
        (mean, of_mean, mean_by), (sd, of_sd, sd_by) = _by_range(n, median, ends)
    elif quartiles:
        (mean, of_mean, mean_by), (sd, of_sd, sd_by) = _by_quartiles(n, median, quartiles)
    else:
        raise CannotConvert("Beside the median, minimum and maximum or both quartiles are needed.")
    given = (*numbers, ("n", n))
    return Converted("mean", mean, given, of_mean, mean_by, NORMAL), Converted("sd", sd, given, of_sd, sd_by, NORMAL)


_Found = tuple[tuple[float, str, str], tuple[float, str, str]]  # mean and sd, each with its formula and source


def _by_range(n: float, median: float, ends: Ends) -> _Found:
    weight = 4 / (4 + n**0.75)
    return (
        (
            weight * sum(ends) / 2 + (1 - weight) * median,
            "mean = w (least + most)/2 + (1 - w) median, w = 4/(4 + n^0.75)",
            "Luo et al. 2018, equation 7",
        ),
        ((ends[1] - ends[0]) / expected_range(n), "sd = (most - least) / ξ(n)", "Wan et al. 2014, equation 9"),
    )


def _by_quartiles(n: float, median: float, quartiles: Ends) -> _Found:
    weight = 0.7 + 0.39 / n
    return (
        (
            weight * sum(quartiles) / 2 + (1 - weight) * median,
            "mean = w (q1 + q3)/2 + (1 - w) median, w = 0.7 + 0.39/n",
            "Luo et al. 2018, equation 11",
        ),
        ((quartiles[1] - quartiles[0]) / expected_iqr(n), "sd = (q3 - q1) / η(n)", "Wan et al. 2014, equation 16"),
    )


def _by_both(n: float, median: float, ends: Ends, quartiles: Ends) -> _Found:
    of_ends, of_quartiles = 2.2 / (2.2 + n**0.75), 0.7 - 0.72 / n**0.55
    weight = 1 / (1 + 0.07 * n**0.6)
    by_range, by_quartiles = (ends[1] - ends[0]) / expected_range(n), (quartiles[1] - quartiles[0]) / expected_iqr(n)
    return (
        (
            of_ends * sum(ends) / 2 + of_quartiles * sum(quartiles) / 2 + (1 - of_ends - of_quartiles) * median,
            "mean = w1 (least + most)/2 + w2 (q1 + q3)/2 + (1 - w1 - w2) median, "
            "w1 = 2.2/(2.2 + n^0.75), w2 = 0.7 - 0.72/n^0.55",
            "Luo et al. 2018, equation 15",
        ),
        (
            weight * by_range + (1 - weight) * by_quartiles,
            "sd = w (most - least)/ξ(n) + (1 - w) (q3 - q1)/η(n), w = 1/(1 + 0.07 n^0.6)",
            "Shi et al. 2020",
        ),
    )


def expected_range(n: float) -> float:
    """ξ(n): the range of `n` > 1 standard normal values (Blom's approximation)."""
    return 2 * normal_quantile((n - 0.375) / (n + 0.25))


def expected_iqr(n: float) -> float:
    """η(n): the interquartile range of `n` > 1 standard normal values (Blom's approximation)."""
    return 2 * normal_quantile((0.75 * n - 0.125) / (n + 0.25))
