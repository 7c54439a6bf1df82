"""Are differing letters found, and nothing of a text lost?"""

from __future__ import annotations

import pytest

from screening.dedupe.differences import differences

pytestmark = pytest.mark.pure


def test_the_one_other_letter_is_marked_on_both_sides() -> None:
    ours, theirs = differences("Phase II trial", "Phase III trial")
    assert [text for text, differs in ours if differs] == []
    assert [text for text, differs in theirs if differs] == ["I"]


def test_equal_texts_have_no_marks() -> None:
    assert differences("Same", "Same") == ([("Same", False)], [("Same", False)])


def test_texts_that_share_little_are_marked_whole() -> None:
    assert differences("Lancet", "BMJ") == ([("Lancet", True)], [("BMJ", True)])


def test_what_one_side_does_not_say_is_marked_on_the_other() -> None:
    assert differences("", "12") == ([], [("12", True)])


@pytest.mark.parametrize(("a", "b"), [("", ""), ("Zoë", "Zoe\u0308"), ("a<b>c", "a&c"), ("x" * 500, "x" * 400 + "y")])
def test_the_pieces_are_the_text(a: str, b: str) -> None:
    ours, theirs = differences(a, b)
    assert "".join(text for text, _ in ours) == a
    assert "".join(text for text, _ in theirs) == b
