"""Text from right to left is printed as it is read, whatever program prints it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.plots.direction import as_seen, shaped

pytestmark = pytest.mark.pure


@given(st.text(st.characters(max_codepoint=0x058F)))
def test_text_from_the_left_stays_as_it_is(text: str) -> None:
    assert as_seen(text) == text


def test_hebrew_is_turned_and_numbers_in_it_are_not() -> None:
    assert as_seen("כהן 2009") == "2009 ןהכ"
    assert as_seen("Cohen (כהן) 2009") == "Cohen (ןהכ) 2009"


def test_arabic_letters_join_as_unicode_s_forms_say() -> None:
    # beh, seen, meem: initial, medial, final; then dal, which joins to the right only, and reh after it alone
    assert shaped("بسم") == "\ufe91\ufeb4\ufee2"
    assert shaped("در") == "\ufea9\ufead"
    assert as_seen("بسم") == "\ufee2\ufeb4\ufe91"


def test_lam_and_alef_are_one_sign_and_marks_do_not_part_letters() -> None:
    assert shaped("سلام") == "\ufeb3\ufefc\ufee1"
    assert shaped("بَسم") == "\ufe91\u064e\ufeb4\ufee2"
