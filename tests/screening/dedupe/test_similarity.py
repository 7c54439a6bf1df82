"""Which words of two titles are the same word, and how far authors agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.dedupe.normalise import facts
from screening.dedupe.sign import Sign
from screening.dedupe.similarity import compare, other_words
from tests.screening.dedupe.records import PEOPLE, article

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ("treatment of hypertension", "treatment of hypotension", ("hypertension", "hypotension")),
        ("tumour of the lung", "tumor of the lung", ()),
        ("effusing lung", "effusions lung", ()),
        ("prednisone in lupus", "prednisolone in lupus", ("prednisolone", "prednisone")),
        ("leptin deficient mice", "leptindeficient mice", ()),
        ("a trial of rest", "the trial of rest", ()),
        ("mice and rest", "rice and rest", ("mice", "rice")),
        ("il6 in sepsis", "il8 in sepsis", ("il6", "il8")),
        ("arms in men", "arms in women", ("men", "women")),
        ("vitamin a in rats", "vitamin e in rats", ("e",)),
        ("arms in men and women", "arms in women", ("men",)),
        ("alphavbeta3 in sepsis", "alpha v beta 3 in sepsis", ()),
    ],
)
def test_words_without_a_counterpart_are_named(a: str, b: str, words: tuple[str, ...]) -> None:
    assert other_words(a, b) == other_words(b, a) == words


@given(st.text("ab cde", max_size=30), st.text("ab cde", max_size=30))
def test_other_words_do_not_depend_on_the_order(a: str, b: str) -> None:
    assert other_words(a, b) == other_words(b, a)


@pytest.mark.parametrize(
    ("names", "authors", "first"),
    [
        (PEOPLE, Sign.SAME, Sign.SAME),
        (("Okonkwo A",), Sign.SAME, Sign.SAME),
        (("Okonkvo A", "Lindqvist P"), Sign.SAME, Sign.SAME),
        (("Okonkwo C", "Lindqvist P"), Sign.CLOSE, Sign.CLOSE),
        (tuple(reversed(PEOPLE)), Sign.CLOSE, Sign.DIFFERS),
        (("Vogel H", "Vogel K"), Sign.DIFFERS, Sign.DIFFERS),
        (("Okonkwo A", "Vogel H", "Sato K", "Ito M"), Sign.DIFFERS, Sign.SAME),
        (("Anonymous",), Sign.UNSAID, Sign.UNSAID),
    ],
)
def test_authors_agree_by_the_first_and_by_half_of_the_shorter_list(
    names: tuple[str, ...], authors: Sign, first: Sign
) -> None:
    like = compare(facts(article()), facts(article(authors=names)))
    assert (like.authors, like.first_author) == (authors, first)


@pytest.mark.parametrize(
    ("a", "b", "sign", "version"),
    [
        ("10.5555/abc", "10.5555/ABC", Sign.SAME, False),
        ("10.5555/abc", "10.5555/abd", Sign.DIFFERS, False),
        ("10.5555/abc", "10.5555/abc.1234", Sign.UNSAID, False),
        ("10.5555/abc1", "10.5555/abc12", Sign.DIFFERS, False),
        ("10.1002/14651858.CD000001.pub2", "10.1002/14651858.CD000001.pub3", Sign.DIFFERS, True),
        ("10.1002/14651858.CD000001", "10.1002/14651858.CD000001.pub3", Sign.UNSAID, True),
        ("10.21203/rs.3.rs-12345/v1", "10.21203/rs.3.rs-12345/v2", Sign.DIFFERS, True),
        ("10.12688/f1000research.1234.1", "10.12688/f1000research.1234.2", Sign.DIFFERS, True),
        ("", "10.5555/abc", Sign.UNSAID, False),
    ],
)
def test_dois_agree_differ_or_name_versions(a: str, b: str, sign: Sign, version: bool) -> None:
    like = compare(facts(article(doi=a)), facts(article(doi=b)))
    assert (like.doi, like.version) == (sign, version)
