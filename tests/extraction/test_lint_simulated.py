"""Trials made up person by person, summed up and rounded as reports do it, are hardly ever doubted: nothing in them is wrong."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from scipy import stats

from extraction.schema.lint import Contrast, Outcome, Row, Study, check_study

pytestmark = pytest.mark.pure
TRIALS = 600
Draw = np.random.Generator


def values(draw: Draw, n: int, effect: float, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Of each person the value before and after: of a normal measure, a score, a score near its end, a skewed one."""
    rho = draw.uniform(0.2, 0.9)
    before = draw.normal(size=n)
    after = rho * before + math.sqrt(1 - rho**2) * draw.normal(size=n) - effect
    if kind == "normal":
        return 50 + 10 * before, 50 + 10 * after
    if kind == "skewed":
        return np.exp(2 + 0.8 * before), np.exp(1.8 + 0.8 * after)
    middle = (15, 12) if kind == "score" else (6, 2)
    return tuple(np.clip(np.round(m + 5 * x), 0, 30) for m, x in zip(middle, (before, after), strict=True))


def arm(draw: Draw, place: int, before: np.ndarray, after: np.ndarray, digits: int) -> Row:
    def told(x: float, more: int = 0) -> float:
        return round(float(x), digits + more)

    n, sd = len(after), after.std(ddof=1)
    half = stats.t.ppf(0.975, n - 1) * sd / math.sqrt(n)
    q1, median, q3 = np.quantile(after, [0.25, 0.5, 0.75])
    numbers = {"mean": told(after.mean()), "sd": told(sd), "n": float(n)}
    for often, more in (
        (0.5, {"baseline": told(before.mean()), "baseline_sd": told(before.std(ddof=1))}),
        (0.4, {"change": told((after - before).mean())}),
        (0.4, {"least": told(after.min()), "most": told(after.max())}),
        (0.4, {"q1": told(q1), "median": told(median), "q3": told(q3)}),
        (0.4, {"se": told(sd / math.sqrt(n), 1)}),
        (0.3, {"ci_low": told(after.mean() - half), "ci_high": told(after.mean() + half)}),
    ):
        numbers |= more if draw.random() < often else {}
    return Row(f"outcome/1/arm/{place}", f"Arm {place}", numbers, n + int(draw.integers(0, 5)))


def compared(
    draw: Draw, one: tuple[np.ndarray, np.ndarray], two: tuple[np.ndarray, np.ndarray], digits: int
) -> dict[str, float]:
    """The difference, adjusted for the baseline in half of the trials, with its interval, SE, t and p where they are given."""
    n = len(one[1]), len(two[1])
    columns = [np.ones(sum(n)), np.r_[np.ones(n[0]), np.zeros(n[1])]]
    if draw.random() < 0.5:
        columns.append(np.r_[one[0], two[0]])
    x, y = np.column_stack(columns), np.r_[one[1], two[1]]
    found = np.linalg.lstsq(x, y, rcond=None)[0]
    df = sum(n) - x.shape[1]
    se = math.sqrt(((y - x @ found) ** 2).sum() / df * np.linalg.inv(x.T @ x)[1, 1])
    half, p = stats.t.ppf(0.975, df) * se, 2 * stats.t.sf(abs(found[1] / se), df)
    numbers: dict[str, float] = {}
    if draw.random() < 0.6:
        rounded = (round(float(found[1] + side * half), digits) for side in (0, -1, 1))
        numbers |= dict(zip(("difference", "difference_low", "difference_high"), rounded, strict=True))
    numbers |= {"difference_se": round(se, digits + 2)} if draw.random() < 0.3 else {}
    numbers |= {"t": round(float(found[1] / se), 2)} if draw.random() < 0.3 else {}
    numbers |= {"p": max(round(float(p), 3 if p < 0.01 else 2), 0.001)} if draw.random() < 0.6 else {}
    return numbers


def trial(draw: Draw) -> Study:
    size, digits = int(draw.choice([12, 20, 40, 80, 200, 600])), int(draw.choice([0, 1, 1, 2]))
    kind, effect = str(draw.choice(["normal", "score", "floor", "skewed"])), float(draw.choice([0, 0.2, 0.5, 1.0]))
    people = [values(draw, n, e, kind) for n, e in ((size, effect), (max(8, int(size * draw.uniform(0.7, 1.3))), 0.0))]
    rows = tuple(arm(draw, place, *each, digits) for place, each in enumerate(people, 1))
    between = Contrast(Row("outcome/1/contrast/1-2", "Arm 1 against Arm 2", compared(draw, *people, digits)), *rows)
    ends = (0.0, 30.0) if kind in ("score", "floor") else (None, None)
    return Study("Made 2015", (Outcome("Mood", "continuous", rows, (between,), None, *ends),))


def test_numbers_that_follow_from_the_same_people_are_hardly_ever_doubted() -> None:
    draw, doubted, rules = np.random.default_rng(20150), 0, Counter()
    for _ in range(TRIALS):
        found = check_study(trial(draw))
        doubted += bool(found)
        rules.update(each.rule for each in found)
    assert doubted / TRIALS < 0.03, rules
