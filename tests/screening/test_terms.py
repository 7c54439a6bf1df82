"""Where do the review's terms stand in a text, and is the text still all there?"""

from __future__ import annotations

import pytest

from screening.terms import Marker

pytestmark = pytest.mark.pure

MARKER = Marker(include=["random*", "home visit", "C++"], exclude=["rat", "home"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Randomised at random", [("Randomised", "include"), ("random", "include")]),
        ("operational rates of a rat", [("rat", "exclude")]),
        ("Home  visit, at home", [("Home  visit", "include"), ("home", "exclude")]),
        ("in C++.", [("C++", "include")]),
        ("nothing", []),
        ("", []),
    ],
)
def test_terms_are_found_as_words_in_any_case_the_longest_first(text, found):
    parts = MARKER.parts(text)
    assert [part for part in parts if part[1]] == found
    assert "".join(piece for piece, _ in parts) == text


def test_without_terms_the_text_is_one_piece():
    assert Marker().parts("All of it") == [("All of it", "")]
