"""Agreement of two authors on a field, held to print; and texts side by side, word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.schema.reliability import icc, kappa
from extraction.schema.worddiff import word_diff

pytestmark = pytest.mark.pure

# Shrout PE, Fleiss JL. Psychol Bull 1979;86:420-8, table 2: six targets, four judges; ICC(2,1) is .29 in table 4.
SHROUT = ((9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7))


def test_the_intraclass_correlation_is_that_of_its_paper() -> None:
    assert icc(SHROUT) == pytest.approx(0.29, abs=0.005)


def test_kappa_by_hand() -> None:
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert kappa(pairs) == pytest.approx((0.7 - 0.5) / (1 - 0.5))  # observed .70; expected .5*.6 + .5*.4 = .50


def test_full_agreement_is_1_and_where_chance_alone_gives_it_nothing_is_said() -> None:
    assert kappa([("y", "y"), ("n", "n")]) == 1
    assert kappa([("y", "y"), ("y", "y")]) is None
    assert kappa([]) is None
    assert icc([(1, 1), (2, 2), (5, 5)]) == 1
    assert icc([(1, 1)]) is None
    assert icc([(3, 3), (3, 3)]) is None


def test_a_constant_shift_lowers_absolute_agreement() -> None:
    assert icc([(1, 2), (2, 3), (5, 6)]) < 1


def test_what_differs_between_two_texts_is_told_apart() -> None:
    left, right = word_diff("Mothers with infants, in Oxford", "Mothers with young infants, in Oxford")
    assert not any(piece.alone for piece in left)
    assert [piece.text.strip() for piece in right if piece.alone] == ["young"]


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_pieces_of_a_text_are_the_text(first: str, second: str) -> None:
    left, right = word_diff(first, second)
    assert "".join(piece.text for piece in left) == first
    assert "".join(piece.text for piece in right) == second
