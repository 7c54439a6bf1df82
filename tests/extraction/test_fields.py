"""The form of a study follows from its arms and outcomes; its keys from their ids alone."""

from __future__ import annotations

import dataclasses

import pytest

from extraction.schema import ArmOf, Kind, OutcomeOf, Structure, asked_of

pytestmark = pytest.mark.pure
ARMS = (ArmOf(7, "Psychotherapy"), ArmOf(9, "Usual care"))
SECURE = OutcomeOf(3, "Secure attachment, after treatment", "dichotomous")
DEPRESSION = OutcomeOf(4, "Depression, 6 months", "continuous")


def keys(structure: Structure) -> list[str]:
    return [field.key for field in asked_of(structure).fields if not field.optional]


def test_a_study_without_arms_or_outcomes_is_asked_about_itself() -> None:
    assert keys(Structure()) == [
        "study/design",
        "study/participants",
        "study/setting",
        "study/interventions",
        "study/randomised",
        "study/funding",
        "study/notes",
    ]


def test_each_outcome_asks_its_columns_of_each_arm() -> None:
    assert keys(Structure(ARMS, (SECURE, DEPRESSION)))[7:] == [
        "outcome/3/arm/7/events",
        "outcome/3/arm/7/total",
        "outcome/3/arm/9/events",
        "outcome/3/arm/9/total",
        "outcome/4/arm/7/mean",
        "outcome/4/arm/7/sd",
        "outcome/4/arm/7/n",
        "outcome/4/arm/9/mean",
        "outcome/4/arm/9/sd",
        "outcome/4/arm/9/n",
    ]


def test_a_name_can_change_and_the_key_does_not() -> None:
    renamed = tuple(dataclasses.replace(arm, name=f"New {arm.name}") for arm in ARMS)
    assert keys(Structure(ARMS, (SECURE,))) == keys(Structure(renamed, (dataclasses.replace(SECURE, title="Secure"),)))


def test_no_key_is_given_twice_however_many_arms_and_outcomes() -> None:
    arms = tuple(ArmOf(n, f"Arm {n}") for n in range(1, 6))
    outcomes = tuple(OutcomeOf(n, f"Outcome {n}", kind) for n, kind in enumerate(["dichotomous", "continuous"] * 8))
    all_keys = keys(Structure(arms, outcomes))
    assert len(set(all_keys)) == len(all_keys) == 7 + 5 * (8 * 2 + 8 * 3)


def test_a_cell_is_called_by_outcome_arm_and_column_and_knows_its_limit() -> None:
    events = asked_of(Structure(ARMS, (SECURE,))).tables[0].rows[0].fields[0]
    assert events.label == "Secure attachment, after treatment: Psychotherapy, Events"
    assert (events.kind, events.lowest, events.at_most) == (Kind.INTEGER, 0, "outcome/3/arm/7/total")
