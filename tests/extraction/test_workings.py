"""How a number was had is told with what the form calls its numbers."""

from __future__ import annotations

import re

import pytest

from extraction.schema import Answer, Origin, convert
from extraction.schema.convert import Converted
from extraction.schema.workings import told

pytestmark = pytest.mark.pure

FOUR = {"least": 1, "q1": 3, "q3": 8, "most": 11}
ALL = [
    convert.sd_from_ci(1, 2, 30),
    convert.sd_from_difference_se(1, 30, 30),
    convert.sd_from_difference_ci(1, 2, 30, 30),
    convert.sd_of_change(1, 2, 0.5),
    *convert.from_log_scale(1, 0.4),
    *convert.log_ratio_from_ci(0.8, 0.6, 1.1),
    *convert.log_ratio_from_o_minus_e(3, 4),
    *convert.log_ratio_from_p(0.8, 0.04),
    convert.se_from_ci(0.1, 0, 0.2),
    convert.events_from_rate(0.2, 50),
    *convert.combine_means([(10, 1.0, 2.0), (20, 2.0, 3.0)]),
    *convert.mean_sd_from_median(20, 5, **FOUR),
]


@pytest.mark.parametrize("made", ALL, ids=lambda made: made.column)
def test_no_id_of_a_number_is_shown_and_the_source_stays(made: Converted) -> None:
    words = told(made.working)
    assert not re.search(r"[a-z]_[a-z]|\b[sq][de13]", words)
    assert words.endswith(f"({made.source})")
    assert Answer(made.value, working=made.working, origin=Origin.CONVERTED).told_how == words


def test_a_formula_is_told_in_the_words_of_the_form() -> None:
    assert told(convert.sd_from_ci(1, 2, 30).working) == (
        "SD = √n (upper limit of the 95% CI - lower limit of the 95% CI) / (2 t), t with n - 1; "
        "lower limit of the 95% CI = 1, upper limit of the 95% CI = 2, n = 30: SD = 1.33902 (Handbook 6.5.2.2)"
    )
    assert "√(baseline SD² + SD² - 2 correlation × baseline SD × SD)" in told(convert.sd_of_change(1, 2, 0.5).working)
    assert "n1 = 10, mean1 = 1, SD1 = 2" in told(ALL[-5].working)
    assert told("") == ""
