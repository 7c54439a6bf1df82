"""How well did two authors agree on one field? Raw agreement for all, Cohen's kappa for choices, an intraclass correlation for numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean


@dataclass(frozen=True, slots=True)
class Reliability:
    """n: pairs of answers, an answer that one of the two left out included. equal: of these. coefficient: None where it is not defined."""

    n: int
    equal: int
    name: str = ""
    coefficient: float | None = None

    @property
    def raw(self) -> float | None:
        return self.equal / self.n if self.n else None


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa: (observed - expected) / (1 - expected). None without pairs, or when chance alone gives full agreement.

    Source: Cohen J. Educ Psychol Meas 1960;20:37-46.
    """
    n = len(pairs)
    if not n:
        return None
    observed = sum(a == b for a, b in pairs) / n
    first, second = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    expected = sum(first[each] * second[each] for each in first) / n**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def icc(ratings: Sequence[Sequence[float]]) -> float | None:
    """The intraclass correlation ICC(2,1): raters as a random choice, one measurement each, absolute agreement.

    ratings: of each thing, one number by each rater. None for fewer than two things, or numbers that do not vary.
    Source: Shrout PE, Fleiss JL. Psychol Bull 1979;86:420-8.
    """
    n = len(ratings)
    if n < 2:
        return None
    k = len(ratings[0])
    grand = fmean(value for row in ratings for value in row)
    rows = [fmean(row) for row in ratings]
    columns = [fmean(row[rater] for row in ratings) for rater in range(k)]
    between = k * sum((row - grand) ** 2 for row in rows) / (n - 1)
    raters = n * sum((column - grand) ** 2 for column in columns) / (k - 1)
    residual = sum(
        (row[rater] - mean - columns[rater] + grand) ** 2
        for row, mean in zip(ratings, rows, strict=True)
        for rater in range(k)
    ) / ((n - 1) * (k - 1))
    below = between + (k - 1) * residual + k * (raters - residual) / n
    return None if below == 0 else (between - residual) / below
