"""What does a judged sample say of the links that rules made?"""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from screening.dedupe.audit import estimate, exact_interval, sample

pytestmark = pytest.mark.pure

# Newcombe RG. Stat Med 1998; 17: 857-872, table I, method 5 (Clopper-Pearson), to four places.
NEWCOMBE = [
    (81, 263, 0.2527, 0.3676),
    (15, 148, 0.0578, 0.1617),
    (0, 20, 0.0, 0.1684),
    (1, 29, 0.0009, 0.1776),
]


@pytest.mark.parametrize(("wrong", "judged", "lower", "upper"), NEWCOMBE)
def test_the_interval_is_the_printed_one(wrong, judged, lower, upper):
    assert exact_interval(wrong, judged) == pytest.approx((lower, upper), abs=5e-5)


@pytest.mark.parametrize("judged", [1, 2, 7, 100, 1000])
@pytest.mark.parametrize("part", [0.0, 0.01, 0.3, 0.5, 0.7, 0.99, 1.0])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_interval_is_what_scipy_computes(judged, part, level):
    wrong = round(part * judged)
    theirs = binomtest(wrong, judged).proportion_ci(level, "exact")
    assert exact_interval(wrong, judged, level) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_who_has_judged_nothing_knows_nothing():
    nothing = estimate(0, 0)
    assert (nothing.rate, nothing.lower, nothing.upper) == (None, 0.0, 1.0)


def test_more_wrong_than_judged_is_refused():
    with pytest.raises(ValueError, match="3 wrong of 2 judged"):
        exact_interval(3, 2)


def test_the_seed_gives_the_sample_again_and_no_link_comes_twice():
    links = range(1000, 3000, 2)
    drawn = sample(links, 200, "a1b2")
    assert drawn == sample(links, 200, "a1b2") != sample(links, 200, "a1b3")
    assert len(set(drawn)) == 200
    assert set(drawn) <= set(links)
