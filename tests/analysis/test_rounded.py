"""Are numbers rounded as print does, with as many digits as say something?"""

from __future__ import annotations

import pytest

from analysis.measures import MEASURES
from analysis.rounded import effect_of, effects, p_value, plain, variance

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("value", "measure", "text"),
    [
        (8.927849, "RR", "8.93"),
        (0.0042, "RR", "0.0042"),
        (0.0000096, "RR", "9.6\u00a0×\u00a010⁻⁶"),
        (-29010768.2, "MD", "−2.9\u00a0×\u00a010⁷"),
        (0.005, "RD", "0.0050"),
        (0.005, "MD", "0.01"),
        (0.00061, "GEN", "0.00061"),
        (-0.2249, "SMD", "−0.22"),
        (-0.001, "SMD", "0.00"),
        ("Infinity", "RR", "∞"),
        (None, "RR", "–"),
    ],
)
def test_effects_are_rounded_to_what_is_read(value: object, measure: str, text: str) -> None:
    assert effect_of(value, MEASURES[measure]) == text


@pytest.mark.parametrize(("value", "text"), [(0.0000011, "1.1\u00a0×\u00a010⁻⁶"), (1e-17, "0.00"), (None, "–")])
def test_a_variance_beside_zero_is_zero(value: object, text: str) -> None:
    assert variance(value) == text


@pytest.mark.parametrize(
    ("p", "text"), [(0.029, "= 0.03"), (0.0042, "= 0.004"), (0.0096, "= 0.01"), (0.00001, "< 0.0001"), (1.0, "= 1.00")]
)
def test_p_values_keep_a_digit_that_says_something(p: float, text: str) -> None:
    assert p_value(p) == text


def test_extracted_numbers_stay_as_they_were_entered() -> None:
    assert [plain(value) for value in (31, 5.25, 14.10, 9.756, -3, 0.0034, 0)] == [
        "31", "5.25", "14.1", "9.76", "−3", "0.0034", "0",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "measure", "texts"),
    [
        ((0.0142, 0.0089, 0.0213), "PLO", ["0.014", "0.009", "0.021"]),
        ((0.0142, 0.0, 0.155), "PFT", ["0.014", "0.000", "0.155"]),
        ((0.1204, 0.0861, 0.1629), "PLN", ["0.120", "0.086", "0.163"]),
        ((0.00421, 0.00107, 0.0164), "PLO", ["0.0042", "0.0011", "0.0164"]),
        ((0.000032, 0.000011, 0.00023), "PLO", ["3.2\u00a0×\u00a010⁻⁵", "1.1\u00a0×\u00a010⁻⁵", "0.00023"]),
        ((0.45, 0.37, 0.52), "PAS", ["0.45", "0.37", "0.52"]),
        ((0.0967, -0.0132, 0.2066), "PR", ["0.097", "−0.013", "0.207"]),
        ((0.0, 0.0, 0.04), "PFT", ["0.000", "0.000", "0.040"]),
        ((1.0, 0.88, 1.0), "PAS", ["1.00", "0.88", "1.00"]),
        ((0.9958, 0.9871, 0.9987), "PLO", ["0.9958", "0.9871", "0.9987"]),
        ((0.0142, 0.0089, 0.0213), "IRLN", ["0.014", "0.009", "0.021"]),
        ((0.9958, 0.8, 1.2), "IRS", ["1.00", "0.80", "1.20"]),
        ((5.2, 0.05, 10.35), "IR", ["5.20", "0.05", "10.35"]),
    ],
)
def test_a_proportion_or_a_rate_and_its_limits_read_evenly_and_say_something(
    values: tuple[float, ...], measure: str, texts: list[str]
) -> None:
    assert effects(values, MEASURES[measure]) == texts


def test_of_a_ratio_or_a_difference_each_number_has_its_own_digits() -> None:
    assert effects((0.12, 0.0042, 3.4), MEASURES["RR"]) == ["0.12", "0.0042", "3.40"]
    assert effects((0.014, -0.0021, 0.03), MEASURES["RD"]) == ["0.01", "−0.0021", "0.03"]
    assert effects((0.014, -0.0021, 0.03), MEASURES["ZCOR"]) == ["0.01", "0.00", "0.03"]


def test_what_is_pooled_of_a_proportion_is_none_and_reads_as_log_odds_do() -> None:
    assert effects((-0.0142, -0.31, 0.28), MEASURES["PLO"].straight) == ["−0.01", "−0.31", "0.28"]
