"""Are the coefficients of agreement those in print, and what do they say where a formula says nothing?"""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.consensus.agreement import Agreement, Estimate, agreement, symmetric, table

pytestmark = pytest.mark.pure

# Cohen J. Psychol Bull 1968;70:213-220, Table 1: 200 cases, two judges, three diagnoses. His formula 4 gives .492.
COHEN_1968 = [[88, 10, 2], [14, 40, 6], [18, 10, 12]]
# Sim J, Wright CC. Phys Ther 2005;85:257-268, Table 1: 39 patients, two clinicians, lateral shift relevant or not.
SIM_WRIGHT_2005 = [[22, 2], [4, 11]]
# Gwet KL. Handbook of Inter-Rater Reliability, 4th ed. 2014: 100 abstracts, two abstractors, three kinds of pregnancy. All digits are
# those of his own package irrCAC 1.0, vignette "Calculating Chance-corrected Agreement Coefficients", data set cont3x3abstractors.
GWET_2014 = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]


def test_kappa_of_cohens_own_table() -> None:
    assert agreement(COHEN_1968).kappa.value == pytest.approx(0.492, abs=5e-4)


def test_kappa_of_a_two_by_two_table_in_print() -> None:
    assert agreement(SIM_WRIGHT_2005).kappa.value == pytest.approx(0.67, abs=5e-3)


def test_kappa_and_its_standard_error_in_print() -> None:
    kappa = agreement(GWET_2014).kappa
    assert (kappa.value, kappa.se) == (pytest.approx(0.7964094, abs=5e-8), pytest.approx(0.05891072, abs=5e-9))


def test_ac1_and_its_standard_error_in_print() -> None:
    ac1 = agreement(GWET_2014).ac1
    assert (ac1.value, ac1.se) == (pytest.approx(0.8493305, abs=5e-8), pytest.approx(0.04321747, abs=5e-9))


def test_raw_agreement_and_pabak_in_print() -> None:
    """irrCAC names PABAK of k categories after Brennan and Prediger; the package's own test prints 0.835 for these data."""
    found = agreement(GWET_2014)
    assert found.raw.value == pytest.approx(0.89)
    assert found.pabak.value == pytest.approx(0.835)


def test_scotts_pi_in_print_is_kappa_of_raters_who_are_interchangeable() -> None:
    pi = agreement(symmetric(GWET_2014)).kappa
    assert (pi.value, pi.se) == (pytest.approx(0.7962397, abs=5e-8), pytest.approx(0.05905473, abs=5e-9))


def test_the_interval_is_the_normal_one() -> None:
    kappa = agreement(GWET_2014).kappa
    assert (kappa.lower, kappa.upper) == (pytest.approx(0.680946, abs=1e-6), pytest.approx(0.911872, abs=1e-6))


def test_much_agreement_on_a_rare_answer_has_a_low_kappa_and_a_high_ac1() -> None:
    """The paradox (Feinstein and Cicchetti 1990) that is the reason for showing more than kappa."""
    found = agreement([[118, 5], [2, 0]])
    assert found.raw.value == pytest.approx(0.944)
    assert found.kappa.value is not None
    assert found.kappa.value < 0
    assert found.ac1.value == pytest.approx(0.94, abs=0.005)


# --- the variances once more, by another way --------------------------------------------------------------------


def by_the_delta_method(counts: list[list[float]], name: str) -> float:
    """The variance of a coefficient from its slopes by each cell, taken numerically: sum p g^2 - (sum p g)^2, over n."""
    n, step = sum(map(sum, counts)), 1e-6

    def at(i: int, j: int, by: float) -> float:
        moved = [[cell / n for cell in row] for row in counts]
        moved[i][j] += by
        # not renormalised: the slope along (1, ..., 1) cancels in the variance, for coefficients of shares
        total = sum(map(sum, moved))
        value = getattr(agreement([[cell / total for cell in row] for row in moved]), name).value
        assert value is not None
        return float(value)

    size = range(len(counts))
    cells = [(i, j) for i in size for j in size if counts[i][j]]
    slope = {(i, j): (at(i, j, step) - at(i, j, -step)) / (2 * step) for i, j in cells}
    mean = sum(counts[i][j] / n * slope[i, j] for i, j in cells)
    return sum(counts[i][j] / n * slope[i, j] ** 2 for i, j in cells) / n - mean**2 / n


TABLES = (
    COHEN_1968,
    SIM_WRIGHT_2005,
    GWET_2014,
    [[118, 5], [2, 1]],
    [[3, 9], [14, 2]],
    [[75, 1, 4], [5, 4, 1], [1, 2, 10]],
)


@pytest.mark.parametrize("name", ["kappa", "ac1", "raw", "pabak"])
@pytest.mark.parametrize("counts", TABLES, ids=str)
def test_the_variance_is_that_of_the_delta_method(name: str, counts: list[list[float]]) -> None:
    estimate: Estimate = getattr(agreement(counts), name)
    assert estimate.se is not None
    assert estimate.se == pytest.approx(math.sqrt(by_the_delta_method(counts, name)), rel=1e-4)


# --- the edges --------------------------------------------------------------------------------------------------


def test_nothing_judged_by_both_says_nothing() -> None:
    nothing = Estimate(None)
    assert agreement([[0, 0], [0, 0]]) == Agreement(0, nothing, nothing, nothing, nothing)


@pytest.mark.parametrize("counts", [[[25, 0], [0, 0]], [[0, 0, 0], [0, 0, 0], [0, 0, 7]]])
def test_all_in_one_cell_leaves_kappa_undefined_and_the_others_at_one(counts: list[list[int]]) -> None:
    found = agreement(counts)
    assert found.kappa == Estimate(None)
    assert (found.pabak.value, found.ac1) == (1, Estimate(1))
    assert found.raw.lower is not None
    assert found.raw.lower < 1, "25 of 25 is no proof of always"


def test_one_rater_who_says_one_thing_only_has_a_kappa_of_nought() -> None:
    found = agreement([[10, 5], [0, 0]])
    assert found.kappa.value == pytest.approx(0, abs=1e-12)


def test_full_agreement_has_no_interval() -> None:
    assert agreement([[10, 0], [0, 5]]).kappa == Estimate(1)


def test_one_thing_alone_is_a_raw_agreement_and_no_kappa() -> None:
    found = agreement([[0, 1], [0, 0]])
    assert (found.raw.value, found.kappa.value) == (0, 0)
    assert agreement([[1, 0], [0, 0]]).kappa.value is None


@pytest.mark.parametrize("counts", [[[1]], [[1, 2]], [[1, 2], [3]], [[1, -1], [0, 1]]])
def test_what_is_no_square_table_is_refused(counts: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="square table"):
        agreement(counts)


def test_answers_are_counted_with_the_first_raters_in_rows() -> None:
    answers = {("include", "exclude"): 2, ("exclude", "exclude"): 1}
    assert table(answers, ("include", "exclude")) == [[0, 2], [0, 1]]
    with pytest.raises(ValueError, match="maybe"):
        table({("maybe", "include"): 1}, ("include", "exclude"))


cells = st.integers(min_value=0, max_value=400)
squares = st.integers(2, 3).flatmap(lambda k: st.lists(st.lists(cells, min_size=k, max_size=k), min_size=k, max_size=k))
CHANGES: list[Callable[[list[list[int]]], list[list[int]]]] = [
    lambda counts: [list(row) for row in zip(*counts, strict=True)],  # the raters change places
    lambda counts: [row[::-1] for row in counts[::-1]],  # the categories are named in another order
]


@given(squares)
def test_neither_the_order_of_raters_nor_that_of_categories_matters(counts: list[list[int]]) -> None:
    found = agreement(counts)
    for change in CHANGES:
        other = agreement(change(counts))
        for name in ("raw", "kappa", "pabak", "ac1"):
            one, two = getattr(found, name), getattr(other, name)
            assert (one.value is None) == (two.value is None)
            if one.value is not None:
                assert one.value == pytest.approx(two.value, abs=1e-9)
                assert -1 - 1e-9 <= one.value <= 1 + 1e-9
            if one.lower is not None and two.lower is not None:
                assert one.lower == pytest.approx(two.lower, abs=1e-6)
                assert one.lower <= one.value <= one.upper
