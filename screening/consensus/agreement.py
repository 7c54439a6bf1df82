"""How far do two raters agree beyond chance? Raw agreement, Cohen's kappa, PABAK and Gwet's AC1 of one square table.

Two raters sort the same n things into k categories; table[i][j] is how many the first put into i and the second into j. Counts
may be fractions: a table and its mirror image, averaged, is the table of raters who are taken as interchangeable (`symmetric`).

What is not defined is None, never a number that looks like one:
- no things: everything;
- all things in one category by both raters: chance alone would agree always, so kappa is not defined; PABAK and AC1 are 1;
- no disagreement, or nothing but disagreement: the large-sample variance is 0 and its interval would be one point, so kappa and AC1
  have no interval. Raw agreement and PABAK have one always (Wilson).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

Table = Sequence[Sequence[float]]
Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A coefficient with its standard error and 95 % interval, as far as they are defined."""

    value: float | None
    se: float | None = None
    lower: float | None = None
    upper: float | None = None


UNDEFINED = Estimate(None)


@dataclass(frozen=True, slots=True)
class Agreement:
    """All that is said of one table. n: how many things were judged by both."""

    n: float
    raw: Estimate
    kappa: Estimate
    pabak: Estimate
    ac1: Estimate


def table(counted: Mapping[tuple[str, str], int], categories: Sequence[str]) -> list[list[float]]:
    """Counted pairs of answers as a table; rows are the first rater's. Raises ValueError for an answer that is no category."""
    place = {category: number for number, category in enumerate(categories)}
    counts = [[0.0] * len(categories) for _ in categories]
    for (first, second), times in counted.items():
        if first not in place or second not in place:
            raise ValueError(f"{first} and {second}: not both in {', '.join(categories)}")
        counts[place[first]][place[second]] += times
    return counts


def symmetric(counts: Table) -> list[list[float]]:
    """The table of raters who are interchangeable: the mean of the table and its mirror image. Kappa of it is Scott's pi (1955)."""
    size = range(len(counts))
    return [[(counts[i][j] + counts[j][i]) / 2 for j in size] for i in size]


def agreement(counts: Table) -> Agreement:
    """Every coefficient of a k x k table, k at least 2. Raises ValueError for a table that is not square, or has negative counts."""
    k = len(counts)
    if k < 2 or any(len(row) != k for row in counts) or any(cell < 0 for row in counts for cell in row):
        raise ValueError("agreement needs a square table of at least two categories, without negative counts")
    n = sum(map(sum, counts))
    if n == 0:
        return Agreement(0, UNDEFINED, UNDEFINED, UNDEFINED, UNDEFINED)
    shares = [[cell / n for cell in row] for row in counts]
    raw = wilson(sum(counts[i][i] for i in range(k)), n)
    return Agreement(n, raw, cohen(shares, n), prevalence_adjusted(raw, k), gwet(shares, n))


def wilson(agreed: float, n: float) -> Estimate:
    """A share with Wilson's score interval (JASA 1927;22:209-212), which holds at 0 and 1 too."""
    p = agreed / n
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    lower, upper = max(0.0, middle - half), min(1.0, middle + half)
    return Estimate(p, sqrt(p * (1 - p) / n), min(lower, p), max(upper, p))  # rounding alone puts p outside


def prevalence_adjusted(raw: Estimate, k: int) -> Estimate:
    """PABAK (Byrt, Bishop, Carlin 1993): kappa if all k categories were equally common. A straight line through raw agreement, intervals too."""
    if raw.value is None or raw.se is None or raw.lower is None or raw.upper is None:
        return UNDEFINED

    def line(share: float) -> float:
        return (k * share - 1) / (k - 1)

    return Estimate(line(raw.value), k / (k - 1) * raw.se, line(raw.lower), line(raw.upper))


def cohen(p: Table, n: float) -> Estimate:
    """Cohen's kappa (1960) with the large-sample variance of Fleiss, Cohen and Everitt (1969), that of a kappa that need not be 0."""
    k = range(len(p))
    rows, columns = [sum(row) for row in p], [sum(row[j] for row in p) for j in k]
    observed, expected = sum(p[i][i] for i in k), sum(rows[i] * columns[i] for i in k)
    if 1 - expected < 1e-12:
        return UNDEFINED
    alike = sum(p[i][i] * ((1 - expected) - (rows[i] + columns[i]) * (1 - observed)) ** 2 for i in k)
    unlike = sum(p[i][j] * (columns[i] + rows[j]) ** 2 for i in k for j in k if i != j)
    rest = (observed * expected - 2 * expected + observed) ** 2
    variance = (alike + (1 - observed) ** 2 * unlike - rest) / (n * (1 - expected) ** 4)
    return interval((observed - expected) / (1 - expected), variance)


def gwet(p: Table, n: float) -> Estimate:
    """Gwet's AC1 and its variance (Br J Math Stat Psychol 2008;61:29-48), for things drawn from a large population, given the raters."""
    k = range(len(p))
    share = [(sum(p[i]) + sum(row[i] for row in p)) / 2 for i in k]
    observed, expected = sum(p[i][i] for i in k), sum(each * (1 - each) for each in share) / (len(p) - 1)
    ac1 = (observed - expected) / (1 - expected)
    alike = sum(p[i][i] * (1 - share[i]) for i in k) / (len(p) - 1) - observed * expected
    spread = sum(p[i][j] * (1 - (share[i] + share[j]) / 2) ** 2 for i in k for j in k)
    spread = spread / (len(p) - 1) ** 2 - expected**2
    variance = observed * (1 - observed) - 4 * (1 - ac1) * alike + 4 * (1 - ac1) ** 2 * spread
    return interval(ac1, variance / (n * (1 - expected) ** 2))


def interval(value: float, variance: float) -> Estimate:
    """The value with its normal interval, cut at -1 and 1; without one where the variance is 0."""
    if variance < 1e-15:
        return Estimate(value)
    se = sqrt(variance)
    return Estimate(value, se, max(-1.0, value - Z * se), min(1.0, value + Z * se))
