"""Errors of extraction in numbers that are right otherwise: what a careful statistician doubts with the row at hand, lint doubts too."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from extraction.schema import Answer, ArmOf, OutcomeOf, Structure, asked_of
from extraction.schema.lint import Contrast, Finding, Outcome, Row, Study, check_outcomes, check_sheets, check_study
from extraction.schema.lint.answers import doubts_of_sheet
from extraction.schema.lint.study import check_wholes

pytestmark = pytest.mark.pure

TODAY = date(2026, 1, 1)
Numbers = dict[str, float]


def study(
    kind: str,
    one: Numbers | None = None,
    two: Numbers | None = None,
    between: Numbers | None = None,
    sizes: tuple[float | None, float | None] = (None, None),
    label: str = "Barlow 2015",
    **of: Any,
) -> Study:
    rows = [
        Row(f"outcome/1/arm/{i}", f"Arm {i}", numbers or {}, size)
        for i, (numbers, size) in enumerate(zip((one, two), sizes, strict=True), 1)
    ]
    contrasts = (Contrast(Row("outcome/1/contrast/1-2", "Arm 1 against Arm 2", between or {}), *rows),)
    dates = of.pop("dates", {})
    whole = Row("outcome/1/whole", "Study", of.pop("whole")) if "whole" in of else None
    randomised = of.pop("randomised", None)
    filled = tuple(row for row in rows if row.numbers)
    return Study(label, (Outcome("Mood", kind, filled, contrasts, whole, **of),), randomised, dates)


def scored(one: Numbers | None = None, two: Numbers | None = None, between: Numbers | None = None, **of: Any) -> Study:
    """A depression score: EPDS at twelve months."""
    first = {"mean": 14.2, "sd": 5.1, "n": 40} | (one or {})
    return study("continuous", first, {"mean": 17.5, "sd": 4.8, "n": 42} | (two or {}), between, **of)


def counted(one: Numbers, two: Numbers, **of: Any) -> Study:
    return study("dichotomous", one, two, **of)


def survival(between: Numbers, one: Numbers | None = None, two: Numbers | None = None) -> Study:
    return study("time_to_event", one, two, between)


SCALE = {"lowest": 0, "highest": 30}
CHANGE = {"difference": -3.3, "difference_low": -5.48, "difference_high": -1.12}
PLANTED = {
    "variances for SDs, in one arm": (scored({"sd": 26.0}), "sd-unlike-other-arm", "sd"),
    "a point lost in one SD": (scored({"sd": 51.0}, {"n": 300}), "sd-unlike-other-arm", "arm/2/sd"),
    "a point moved in one SD of many": (scored({"sd": 0.51, "n": 400}, {"n": 410}), "sd-unlike-other-arm", "arm/1/sd"),
    "variances for SDs, by the test": (scored({"sd": 26.0}, {"sd": 23.0}, {"p": 0.003}), "test-against-means", "p"),
    "SEs for SDs, by the interval": (scored({"sd": 0.81}, {"sd": 0.74}, CHANGE), "sd-against-difference", "arm/2/sd"),
    "SEs for SDs, by the SE": (scored({"sd": 0.81}, {"sd": 0.74}, {"difference_se": 1.1}), "sd-against-difference", "sd"),
    "variances for SDs, by the interval": (scored({"sd": 26.0}, {"sd": 23.0}, CHANGE), "sd-against-difference", "arm/1/sd"),
    "an SE for an SD, by the range": (scored({"sd": 0.81, "least": 3, "most": 27}), "sd-against-range", "arm/1/sd"),
    "a variance for an SD, by the range": (scored({"sd": 26.0, "least": 3, "most": 27}), "sd-against-range", "arm/1/sd"),
    "an SE for an SD, by the quartiles": (scored({"sd": 0.81, "q1": 10.8, "q3": 17.6}), "sd-against-quartiles", "arm/1/sd"),
    "an SE for an SD, by the baseline": (scored({"sd": 0.81, "baseline_sd": 4.9}), "sd-unlike-baseline", "arm/1/sd"),
    "variances for SDs, by the baseline": (scored({"sd": 26.0, "baseline_sd": 4.9}, {"sd": 23.0}), "sd-unlike-baseline", "sd"),
    "SEs for SDs, by the scale": (scored({"sd": 0.81}, {"sd": 0.74, "mean": 14.9}, **SCALE), "sd-looks-like-se", "arm/1/sd"),
    "an SD for an SE": (
        study("continuous", {"mean": 14.2, "se": 5.1, "n": 40}, {"mean": 17.5, "se": 4.8, "n": 42}, **SCALE), "sd-over-scale", "arm/1/se",
    ),
    "mean and SD exchanged, in one arm": (scored({"mean": 5.1, "sd": 14.2}), "mean-for-sd", "arm/1/mean"),
    "mean and SD exchanged, in both": (scored({"mean": 5.1, "sd": 14.2}, {"mean": 4.8, "sd": 17.5}, **SCALE), "sd-over-scale", "sd"),
    "a change for the final value": (scored({"mean": -6.3, "baseline": 20.5, "baseline_sd": 5.0}), "change-as-mean", "arm/1/mean"),
    "a change without its sign": (scored({"baseline": 20.5, "change": 6.3}), "change-against-means", "arm/1/change"),
    "a change of another arm": (scored({"baseline": 20.5, "change": 2.9}), "change-against-means", "arm/1/change"),
    "a p of another outcome": (scored(between=CHANGE | {"p": 0.00001}), "p-against-estimate", "contrast/1-2/p"),
    "p and SE": (scored(between={"difference": -3.3, "difference_se": 1.1, "p": 0.4}), "p-against-estimate", "contrast/1-2/p"),
    "p and t": (scored(between={"t": -3.0, "p": 0.4}), "p-against-estimate", "contrast/1-2/p"),
    "a p of nought": (scored(between=CHANGE | {"p": 0.0}), "p-of-nought", "contrast/1-2/p"),
    "p and hazard ratio": (survival({"hr": 0.5, "hr_low": 0.40, "hr_high": 0.62, "p": 0.04}), "p-against-estimate", "p"),
    "p and O−E": (survival({"o_e": -2.0, "v": 20.0, "p": 0.0004}), "p-against-estimate", "p"),
    "a hazard ratio for its logarithm": (
        survival({"log_effect": 0.7, "se_log": 0.18, "hr_low": 0.49, "hr_high": 0.99}), "outside-interval", "log_effect",
    ),
    "a logarithm the other way round": (survival({"log_effect": 0.357, "hr_low": 0.49, "hr_high": 0.99}), "outside-interval", "log_effect"),
    "a variance for the SE of a log HR": (
        survival({"hr": 0.7, "hr_low": 0.49, "hr_high": 0.99, "se_log": 0.032}), "se-against-interval", "se_log",
    ),
    "a V that is the variance of the log HR": (
        survival({"hr": 0.7, "hr_low": 0.49, "hr_high": 0.99, "o_e": -0.01, "v": 0.032}), "se-against-interval", "contrast/1-2/v",
    ),
    "a hazard ratio the other way round": (
        survival({"hr": 1.43, "hr_low": 1.01, "hr_high": 2.04}, {"events": 55, "total": 200}, {"events": 78, "total": 201}),
        "inverted-ratio", "contrast/1-2/hr",
    ),
    "a hazard ratio the other way round, where most died": (
        survival({"hr": 1.43, "hr_low": 1.01, "hr_high": 2.04}, {"events": 55, "total": 85}, {"events": 70, "total": 85}),
        "inverted-ratio",
        "contrast/1-2/hr",
    ),
    "an interval of another analysis": (
        survival({"hr": 0.7, "hr_low": 0.67, "hr_high": 0.73}, {"events": 55, "total": 200}, {"events": 78, "total": 201}),
        "error-against-events", "contrast/1-2/hr_low",
    ),
    "a ratio for a logarithm": (
        study("generic", between={"effect": 0.70, "effect_low": 0.492, "effect_high": 0.996}), "lopsided-interval", "effect",
    ),
    "percents for counts": (
        counted({"events": 15, "total": 100}, {"events": 23, "total": 100}, sizes=(140, 138)), "percent-as-count", "arm/1/total",
    ),
    "a proportion for a percent": (counted({"percent": 0.15, "total": 80}, {"percent": 0.23, "total": 82}), "percent-of-people", "percent"),
    "a percent of others": (counted({"percent": 12.1, "total": 80}, {"percent": 23.2, "total": 82}), "percent-of-people", "arm/1/percent"),
    "a digit of the total missing": (
        counted({"events": 3, "total": 8}, {"events": 9, "total": 82}, sizes=(85, 85)), "far-fewer-people", "arm/1/total",
    ),
    "person-time in days in one arm": (
        study("rate", {"events": 10, "time": 36525}, {"events": 14, "time": 98}, sizes=(50, 50)), "time-unlike-other-arm", "arm/1/time",
    ),
    "a rate for a thousand": (
        study("rate", {"events": 10, "time": 250, "rate": 40.0}, {"events": 14, "time": 248}), "rate-against-events", "arm/1/rate",
    ),
    "a start after publication": (
        scored(label="Barlow 2015a", dates={"started": ("2018-03", "study/began")}), "date-order", "study/began",
    ),
}  # fmt: skip


def rules(found: list[Finding]) -> list[str]:
    return [each.rule for each in found]


@pytest.mark.parametrize(("planted", "rule", "cell"), PLANTED.values(), ids=PLANTED)
def test_what_was_planted_is_doubted_at_its_cell(planted: Study, rule: str, cell: str) -> None:
    found = check_study(planted, TODAY)
    told = [each for each in found if each.rule == rule and each.cell.endswith(cell)]
    assert told, found
    assert all(each.sentence.endswith((".", "?")) for each in found)


RIGHT = {
    "scores with everything": scored(
        {"baseline": 20.5, "baseline_sd": 4.9, "change": -6.3, "least": 3, "most": 27, "q1": 10.8, "median": 14.0, "q3": 17.6, "se": 0.81},
        {"baseline": 20.1, "baseline_sd": 5.2, "change": -2.6, "se": 0.74}, CHANGE | {"difference_se": 1.1, "t": -3.0, "p": 0.003}, **SCALE,
    ),
    "scores near the end of a scale": scored({"mean": 0.8, "sd": 1.6}, {"mean": 1.2, "sd": 2.0}, **SCALE),
    "a skewed measure": scored({"mean": 9.0, "sd": 14.0}, {"mean": 12.0, "sd": 17.0}),
    "a test adjusted for baseline": scored(between={"difference": -2.9, "difference_low": -4.2, "difference_high": -1.6, "p": 0.00002}),
    "P < 0.05": scored({"sd": 2.5}, {"sd": 2.6}, {"p": 0.05}),
    "P < 0.001": survival({"hr": 0.5, "hr_low": 0.40, "hr_high": 0.62, "p": 0.001}),
    "survival in every form": survival(
        {"hr": 0.70, "hr_low": 0.49, "hr_high": 0.99, "log_effect": -0.357, "se_log": 0.179, "o_e": -11.1, "v": 31.0, "p": 0.045},
        {"events": 55, "total": 200}, {"events": 73, "total": 201},
    ),
    "a log-rank test beside Cox": survival({"hr": 0.70, "hr_low": 0.49, "hr_high": 0.99, "p": 0.03}),
    "few events": survival({"hr": 0.4, "hr_low": 0.08, "hr_high": 2.06, "p": 0.26}, {"events": 2, "total": 50}, {"events": 5, "total": 51}),
    "effects as logarithms": study("generic", between={"effect": -0.36, "effect_low": -0.71, "effect_high": -0.01, "se": 0.18}),
    "effects above nought": study("generic", between={"effect": 0.70, "effect_low": 0.45, "effect_high": 0.95}),
    "percents": counted({"percent": 15, "total": 80}, {"percent": 23.2, "total": 82}, sizes=(85, 85)),
    "a hundred in each arm": counted({"events": 15, "total": 100}, {"events": 23, "total": 100}, sizes=(100, 100)),
    "many lost": counted({"events": 5, "total": 38}, {"events": 9, "total": 41}, sizes=(85, 85)),
    "rates": study("rate", {"events": 10, "time": 250.4, "rate": 0.04, "n": 90}, {"events": 14, "time": 248, "n": 60}),
    "a diagnostic test": study("diagnostic", whole={"tp": 30, "fp": 8, "fn": 5, "tn": 60}, randomised=103),
    "dates in order": scored(dates={"started": ("2010-03", "study/began"), "ended": ("2012", "study/ended")}),
}  # fmt: skip


@pytest.mark.parametrize("right", RIGHT.values(), ids=RIGHT)
def test_numbers_that_are_right_are_left_in_peace(right: Study) -> None:
    assert [*check_study(right, TODAY), *check_wholes(right)] == []


def test_totals_that_fit_the_other_arm_are_called_swapped() -> None:
    planted = counted({"events": 12, "total": 115}, {"events": 19, "total": 58}, sizes=(60, 120))
    (found,) = check_study(planted, TODAY)
    assert (found.rule, found.cell) == ("over-randomised", "outcome/1/arm/1/total")
    assert found.sentence == (
        "Mood, Arm 1: 115 people, but 60 were randomised to it; are the arms swapped, or are several counted of one person?"
    )


def test_means_far_apart_are_told_by_what_they_look_like() -> None:
    (lost,) = [each for each in check_study(scored({"mean": 142.0}), TODAY) if each.rule == "sd-looks-like-se"]
    assert lost.sentence.endswith("are the SDs standard errors, or is a decimal point in the wrong place?")
    (change,) = [each for each in check_study(scored({"mean": -6.3}), TODAY) if each.rule == "sd-looks-like-se"]
    assert change.sentence.endswith("are the SDs standard errors, or is one of the means a change from baseline?")


@pytest.mark.parametrize(
    ("kind", "whole", "randomised", "rule"),
    [
        ("diagnostic", {"tp": 5, "fp": 60, "fn": 30, "tn": 8}, None, "worse-than-chance"),
        ("diagnostic", {"tp": 30, "fp": 8, "fn": 5, "tn": 600}, 103, "over-randomised"),
        ("correlation", {"r": 0.4, "n": 530}, 53, "over-randomised"),
    ],
)
def test_numbers_of_the_whole_study_are_doubted(kind: str, whole: Numbers, randomised: float | None, rule: str) -> None:
    (found,) = check_wholes(study(kind, whole=whole, randomised=randomised))
    assert found.rule == rule


def test_arms_that_are_larger_together_than_the_trial_are_doubted() -> None:
    arms = (ArmOf(1, "Talks", size=85), ArmOf(2, "None", size=86), ArmOf(3, "Talks, at home", size=40, part_of=1))
    asked = asked_of(Structure(arms, (OutcomeOf(1, "Mood", "dichotomous"),)))
    (found,) = doubts_of_sheet("Barlow 2015", asked, {"study/randomised": Answer(117)}, TODAY)
    assert (found.rule, found.cell) == ("over-randomised", "study/randomised")
    assert found.sentence == "Barlow 2015: 117 randomised, but its arms have 171 people together; is one of them wrong?"
    assert doubts_of_sheet("Barlow 2015", asked, {"study/randomised": Answer(171)}, TODAY) == []


# Two sheets.


def test_arms_swapped_on_one_sheet_are_told_though_the_other_gives_more() -> None:
    (one,) = counted({"events": 12, "total": 80}, {"events": 19, "total": 82}).outcomes
    (other,) = counted(
        {"events": 19, "total": 82, "percent": 23.2}, {"events": 12, "total": 80, "percent": 15.0}
    ).outcomes
    assert "swapped-between-sheets" in rules(check_sheets(one, other))


# Several studies.


def several(*last: Outcome) -> list[tuple[str, Outcome]]:
    usual = [(14.2, 5.1, 40), (12.9, 4.7, 31), (16.0, 6.2, 64), (13.3, 5.5, 25), (15.1, 4.9, 90)]
    rows = [scored({"mean": m, "sd": s, "n": n}, {"mean": m + 2, "sd": s + 0.3, "n": n + 1}) for m, s, n in usual]
    return [(f"Study {i}", each) for i, each in enumerate([*(x.outcomes[0] for x in rows), *last])]


def test_mean_and_sd_exchanged_in_both_arms_stand_out_among_studies() -> None:
    (exchanged,) = scored({"mean": 5.1, "sd": 14.2}, {"mean": 4.8, "sd": 17.5}).outcomes
    found = check_outcomes(several(exchanged))
    (told,) = [each for each in found if each.rule == "mean-for-sd"]
    assert told.cell == "outcome/1/arm/1/mean"
    assert told.sentence.startswith("Study 5: ")


def test_a_study_typed_again_with_its_arms_swapped_is_told() -> None:
    rows = {"mean": 17.5, "sd": 4.8, "n": 42}, {"mean": 14.2, "sd": 5.1, "n": 40}
    (one,), (other,) = scored(*rows).outcomes, scored(*rows[::-1]).outcomes
    (found,) = [each for each in check_outcomes([("A", one), ("B", other)]) if each.rule == "identical-studies"]
    assert (
        found.sentence
        == "B has the very same numbers as A in Mood, with the arms swapped; is it the same study, or a row typed twice?"
    )


def test_a_hazard_ratio_typed_again_for_another_study_is_told() -> None:
    numbers = {"hr": 0.72, "hr_low": 0.49, "hr_high": 1.06}
    (one,), (other,) = survival(numbers).outcomes, survival(numbers).outcomes
    (found,) = check_outcomes([("A", one), ("B", other)])
    assert (found.rule, found.cell) == ("identical-studies", "outcome/1/contrast/1-2/hr")
    assert found.sentence.startswith("B has the very same numbers as A")
    assert check_outcomes([("A", one), ("B", survival(numbers | {"hr_high": 1.07}).outcomes[0])]) == []


def test_one_too_many_is_no_sign_of_swapped_arms_where_the_other_is_much_larger() -> None:
    (found,) = check_study(counted({"events": 12, "total": 53}, {"events": 19, "total": 51}, sizes=(52, 53)), TODAY)
    assert found.sentence.endswith("were randomised to it; are the arms swapped, or are several counted of one person?")
    (found,) = check_study(counted({"events": 12, "total": 52}, {"events": 19, "total": 50}, sizes=(51, 58)), TODAY)
    assert found.sentence.endswith("were randomised to it; are several counted of one person?")


def test_mean_and_sd_exchanged_are_doubted_once() -> None:
    weights = {"mean": 11.3, "sd": 71.2, "n": 80}, {"mean": 74.0, "sd": 12.1, "n": 82}
    assert rules(check_study(scored(*weights), TODAY)) == ["mean-for-sd"]
