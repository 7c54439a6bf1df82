"""Text for showing: what a reader of the original would see, and nothing that could act."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.formats.clean import entities_kept, paragraphs, present, shown

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Tea &amp; biscuits", "Tea & biscuits"),
        ("AT&T and R&D", "AT&T and R&D"),
        ("Effect of <i>Bacillus</i>", "Effect of Bacillus"),
        ("&lt;p&gt;Background&lt;/p&gt;&lt;p&gt;Aim", "Background Aim"),
        ("<jats:title>Abstract</jats:title><jats:p>Text</jats:p>", "Abstract Text"),
        ("10<sup>6</sup> CFU and H<sub>2</sub>O", "10⁶ CFU and H₂O"),
        ("10<SUP>-6</SUP>, 1<sup>st</sup>", "10⁻⁶, 1st"),
        ("p<0.05 and n>30", "p<0.05 and n>30"),
        ("a <b and c> d", "a <b and c> d"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("two\n  lines\tand\xa0spaces", "two lines and spaces"),
        ("up\x0bdown\x1b\x85left\u2028right", "up down left right"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("&#0;&#xD800;", "\ufffd\ufffd"),
    ],
)
def test_a_title_is_shown_as_plain_text(text: str, seen: str) -> None:
    assert shown(text) == seen


def test_an_abstract_keeps_its_paragraphs() -> None:
    assert paragraphs("One  line\r\n\r\n two &lt; three\rfour ") == "One line\ntwo < three\nfour"


def test_another_programs_word_for_nothing_is_nothing() -> None:
    assert [present(text) for text in ("NA", " null ", "undefined", "Na", "N. A.")] == ["", "", "", "Na", "N. A."]


@given(st.text())
def test_what_was_written_from_shown_text_is_shown_as_it_was(text: str) -> None:
    seen = paragraphs(text)
    assert paragraphs(entities_kept(seen)) == seen
