"""Kendall's rank correlation, counted by hand and over all orders."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from analysis.stats import effects, rank_test
from analysis.stats.rank import kendall

pytestmark = pytest.mark.pure


def score(order: tuple[int, ...]) -> int:
    return sum(1 if a < b else -1 for a, b in itertools.combinations(order, 2))


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_the_exact_p_counts_the_orders_that_are_as_extreme(n: int) -> None:
    orders = list(itertools.permutations(range(n)))
    scores = [score(order) for order in orders]
    for order in orders[:: max(1, len(orders) // 20)]:
        s = score(order)
        upper = sum(x >= s for x in scores) / len(scores)
        lower = sum(x <= s for x in scores) / len(scores)
        r = kendall(np.arange(n, dtype=float), np.array(order, dtype=float))
        assert r.p == pytest.approx(min(1.0, 2 * min(upper, lower)))
        assert r.tau == pytest.approx(s / (n * (n - 1) / 2))


def test_ties_make_it_approximate_and_shrink_the_variance() -> None:
    x, y = np.array([1.0, 2, 3, 4, 5]), np.array([1.0, 1, 2, 3, 3])
    r = kendall(x, y)
    assert (r.exact, r.ties, r.s) == (False, True, 8.0)
    assert r.tau == pytest.approx(8 / math.sqrt(10 * 8))
    assert r.se == pytest.approx(math.sqrt((5 * 4 * 15 - 2 * 2 * 1 * 9) / 18))


def test_a_constant_cannot_be_ranked() -> None:
    r = kendall(np.array([1.0, 1.0, 1.0]), np.array([1.0, 2.0, 3.0]))
    assert math.isnan(r.tau)
    assert math.isnan(r.p)


def test_copies_of_the_most_precise_study_tie() -> None:
    # Its residual is found in another way than those of the rest, and differed from its copy's in the last digit.
    y, v = [0.1, 0.52, 0.3, 0.3, 0.71, 0.13], [0.21, 0.043, 0.0123, 0.0123, 0.17, 0.091]
    exact = kendall(np.array([1.0, 5.0, 3.0, 3.0 * (1 + 1e-15), 6.0, 2.0]), np.array(v))
    assert exact.ties
    assert exact == kendall(np.array([1.0, 5.0, 3.0, 3.0, 6.0, 2.0]), np.array(v))
    assert not rank_test(effects("GEN", yi=y, vi=v)).exact
