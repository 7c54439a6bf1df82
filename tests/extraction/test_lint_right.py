"""Numbers that are right and look odd are not called wrong: of clusters, pairs, changes, small groups; what is left to doubt asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from extraction.schema import Answer, ArmOf, OutcomeOf, Structure, asked_of
from extraction.schema.lint import Finding, Severity, Study, check_study
from extraction.schema.lint.answers import doubts_of_sheet
from tests.extraction.test_lint_planted import SCALE, scored, study, survival

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
