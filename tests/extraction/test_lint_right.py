"""Numbers that are right and look odd are not called wrong: of clusters, pairs, changes, small groups; what is left to doubt asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from extraction.schema import Answer, ArmOf, OutcomeOf, Structure, asked_of
from extraction.schema.lint import Finding, Severity, Study, check_outcomes, check_sheets, check_study
from extraction.schema.lint.answers import doubts_of_sheet, outcome_of
from tests.extraction.test_lint_planted import CHANGE, SCALE, scored, study, survival

pytestmark = pytest.mark.pure

TODAY = date(2026, 1, 1)
IMPOSSIBLE, UNLIKELY = Severity.IMPOSSIBLE, Severity.UNLIKELY


def told(of: Study, rule: str) -> list[Finding]:
    return [each for each in check_study(of, TODAY) if each.rule == rule]


def test_only_half_of_the_scale_bounds_every_sd() -> None:
    (found,) = told(scored({"sd": 16.0}, **SCALE), "sd-over-scale")
    assert found.severity is IMPOSSIBLE
    (found,) = told(scored({"mean": 2.0, "sd": 9.0}, **SCALE), "sd-over-scale")
    assert found.severity is UNLIKELY
    assert found.sentence.endswith("; is it of a change, or of both arms together?")
    (found,) = told(study("continuous", {"mean": 14.2, "se": 3.1, "n": 40}, **SCALE), "sd-over-scale")
    assert (found.severity, found.cell) == (UNLIKELY, "outcome/1/arm/1/se")


def test_a_wide_range_of_few_effective_people_is_asked_and_a_narrow_one_is_impossible() -> None:
    (found,) = told(scored({"sd": 3.0, "least": 0, "most": 30, "n": 9}), "sd-against-range")
    assert found.severity is UNLIKELY
    (found,) = told(scored({"sd": 26.0, "least": 3, "most": 27}), "sd-against-range")
    assert found.severity is IMPOSSIBLE


def test_the_same_people_are_in_both_arms_of_a_crossover_trial() -> None:
    both = scored({"n": 40}, {"n": 40}, randomised=42)
    assert told(both, "over-randomised")
    assert not told(replace(both, design="crossover"), "over-randomised")
    arms = (ArmOf(1, "Talks", size=42), ArmOf(2, "None", size=42))
    asked, given = asked_of(Structure(arms, (OutcomeOf(1, "Mood", "continuous"),))), {"study/randomised": Answer(42)}
    assert [each.rule for each in doubts_of_sheet("Ash 2001", asked, given, TODAY)] == ["over-randomised"]
    assert doubts_of_sheet("Ash 2001", asked, given, TODAY, "crossover") == []


def test_more_eyes_than_people_are_asked_for() -> None:
    (found,) = told(scored({"n": 80}, sizes=(45, 45)), "over-randomised")
    assert found.severity is UNLIKELY
    assert found.sentence.endswith("; are several counted of one person?")


def test_an_se_that_is_not_below_the_sd_by_rounding_is_left_in_peace() -> None:
    assert not told(scored({"sd": 1.0, "se": 1.0, "n": 3}), "sd-is-se")
    (found,) = told(scored({"sd": 0.81, "se": 0.81}), "sd-is-se")
    assert found.severity is UNLIKELY
    (found,) = told(scored({"sd": 0.81, "se": 5.1}), "sd-is-se")
    assert found.severity is IMPOSSIBLE


def test_a_lower_limit_that_was_rounded_to_nought_is_no_logarithm() -> None:
    (found,) = check_study(survival({"hr": 0.04, "hr_low": 0.0, "hr_high": 0.71}), TODAY)
    assert (found.severity, found.cell) == (UNLIKELY, "outcome/1/contrast/1-2/hr_low")
    assert found.sentence.endswith("was it rounded? Leave it empty.")
    for numbers in ({"hr": 0.0, "hr_low": 0.0}, {"hr": 0.7, "hr_low": 0.0, "hr_high": 0.0}, {"hr_low": -0.1}):
        (found,) = told(survival(numbers), "ratio-not-positive")
        assert found.severity is IMPOSSIBLE


def test_an_adjusted_difference_may_be_three_errors_from_that_of_the_means() -> None:
    exact = {"difference": -6.2, "difference_se": 0.9}
    assert not told(scored(between=exact), "difference-against-means")
    assert told(scored(between=exact | {"difference": -7.2}), "difference-against-means")


def test_a_small_change_is_not_told_by_its_sign() -> None:
    small = {"mean": 14.2, "sd": 5.1, "baseline": 14.7, "change": 0.5}
    assert not told(scored(small), "change-against-means")
    (found,) = told(scored({"baseline": 20.5, "change": 6.3}), "change-against-means")
    assert found.sentence.endswith("is its sign the wrong way round?")


NARROW = {"difference": -3.3, "difference_low": -3.8, "difference_high": -2.8}


def test_the_error_of_an_adjusted_difference_may_be_small_and_one_of_clusters_large() -> None:
    (found,) = told(scored(between=NARROW), "sd-against-difference")
    assert found.cell == "outcome/1/arm/1/sd"
    assert "5.1 of Arm 1" in found.sentence
    assert found.sentence.endswith(", or is the difference adjusted, of changes, or of pairs?")
    for shows in ({"baseline_sd": 4.9}, {"change": -6.0}, {"change_sd": 3.0}):
        assert not told(scored(shows, between=NARROW), "sd-against-difference")
    (found,) = told(scored(between={"difference_se": 3.4}), "sd-against-difference")
    assert found.cell == "outcome/1/arm/2/sd"
    assert found.sentence.endswith("is one of them of another outcome or time, or does it allow for clusters?")
    (found,) = told(scored({"sd": 0.81}, {"sd": 0.74}, CHANGE), "sd-against-difference")
    assert found.sentence.endswith("is 0.74 a standard error, or does it allow for clusters?")


def test_a_test_of_few_people_has_a_larger_p() -> None:
    few = {"difference": -3.3, "difference_se": 0.8, "p": 0.02}
    assert not told(scored({"n": 5}, {"n": 5}, few), "p-against-estimate")
    assert told(scored(between=few), "p-against-estimate")
    (found,) = told(scored(between=few | {"difference_se": 0.3}), "p-against-estimate")
    assert "p is below 1e-09" in found.sentence


def test_person_time_is_compared_alike_where_people_of_one_arm_are_not_known() -> None:
    one, two = {"events": 10, "time": 100, "n": 50}, {"events": 14, "time": 98}
    assert not told(study("rate", one, two), "time-unlike-other-arm")


def test_an_adjusted_rate_is_left_in_peace_and_one_of_another_time_is_not() -> None:
    one, two = {"events": 10, "time": 250, "rate": 0.05}, {"events": 14, "time": 248}
    assert not told(study("rate", one, two), "rate-against-events")
    (found,) = told(study("rate", one | {"rate": 0.08}, two), "rate-against-events")
    assert found.sentence.endswith(", or is it adjusted?")


def test_totals_below_one_are_no_error_of_the_program() -> None:
    assert check_study(survival({"hr": 0.5}, {"events": 5, "total": 0.3}, {"events": 9, "total": 20}), TODAY)


def test_arms_alike_on_both_sheets_are_not_swapped() -> None:
    alike = {"events": 12, "total": 80}
    (one,), (other,) = (study("dichotomous", alike | more, alike).outcomes for more in ({}, {"percent": 15.0}))
    assert check_sheets(one, other) == check_sheets(other, one) == []


def test_a_study_typed_twice_is_told_once() -> None:
    (one,), (other,) = (scored(between=CHANGE).outcomes for _ in range(2))
    second = replace(other, arms=tuple(replace(row, key=f"outcome/1/arm/{i}") for i, row in enumerate(other.arms, 3)))
    found = [each for each in check_outcomes([("A", one), ("B", second)]) if each.rule == "identical-studies"]
    assert len(found) == 1


def test_an_error_is_named_by_what_it_was_made_of() -> None:
    (found,) = told(
        survival({"v": 2000.0}, {"events": 55, "total": 200}, {"events": 78, "total": 201}), "error-against-events"
    )
    assert "but V makes 0.022" in found.sentence


def test_numbers_that_cannot_be_reckoned_with_are_left_out() -> None:
    values = dict(zip(("mean", "sd", "n"), (float("nan"), 1e101, 40), strict=True))
    read = outcome_of(
        OutcomeOf(1, "Mood", "continuous"), (ArmOf(1, "Talks"),), {f"outcome/1/arm/1/{k}": x for k, x in values.items()}
    )
    assert read.arms[0].numbers == {"n": 40.0}
