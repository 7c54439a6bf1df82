"""What was typed becomes a value, or a sentence that names the field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.rob import ROB1
from extraction.schema import (
    Answer,
    ArmOf,
    Field,
    Form,
    Kind,
    OutcomeOf,
    Structure,
    Unreadable,
    asked_of,
    check,
    read,
    show,
)

pytestmark = pytest.mark.pure
TEXT = Field("study/design", "Design", Kind.TEXT)
EVENTS = Field("e", "Events", Kind.INTEGER, lowest=0)
MEAN = Field("m", "Mean", Kind.NUMBER)
SD = Field("s", "SD", Kind.NUMBER, lowest=0)
JUDGED = ROB1.fields()[0]
TABLE = asked_of(
    Structure(
        (ArmOf(7, "Talks"), ArmOf(9, "None")),
        (OutcomeOf(3, "Secure", "dichotomous"), OutcomeOf(4, "Mood", "continuous")),
    )
)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (EVENTS, " 8 ", 8),
        (EVENTS, "+8", 8),
        (EVENTS, 8, 8),
        (
            MEAN,
            "0.173205080756888",
            0.173205080756888,
        ),  # neither the zero before nor the power of ten is a digit that counts
        (MEAN, "1.73205080756888e-11", 1.73205080756888e-11),
        (EVENTS, "０８", 8),  # full-width digits, as some PDFs have them
        (MEAN, "3.50", 3.5),
        (MEAN, ".5", 0.5),
        (MEAN, "5.", 5.0),
        (MEAN, "1.2e-3", 0.0012),
        (MEAN, "−3.2", -3.2),  # a minus sign
        (MEAN, "–3.2", -3.2),  # an en dash, as typesetters put it
        (MEAN, 3.25, 3.25),
        (SD, "0", 0.0),
        (TEXT, " Trial\r\nin two towns ", "Trial\nin two towns"),
        (JUDGED, "unclear", "unclear"),
        (EVENTS, "", None),
        (MEAN, None, None),
        (TEXT, " \n", None),
    ],
)
def test_what_can_be_read_is_read(field: Field, typed: object, value: object) -> None:
    assert read(field, typed) == value


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        (EVENTS, "8.5", "Events: “8.5” is not a whole number such as 12."),
        (EVENTS, "eight", "Events: “eight” is not a whole number such as 12."),
        (EVENTS, "1 234", "Events: “1 234” is not a whole number such as 12."),
        (EVENTS, "-1", "Events: -1 is less than 0, the least that is possible."),
        (EVENTS, "12%", "Events: “12%” is not a whole number such as 12."),
        (EVENTS, True, "Events: “True” is not a whole number such as 12."),
        (MEAN, "3,5", "Mean: “3,5” has a comma. Write 3.5 with a point, and 1234 without a mark for the thousands."),
        (MEAN, "0,72", "Mean: “0,72” has a comma. Write 0.72 with a point, and 1234 without a mark for the thousands."),
        (
            MEAN,
            "1,234",
            "Mean: “1,234” has a comma. Write 1.234 with a point, and 1234 without a mark for the thousands.",
        ),
        (
            MEAN,
            "4,120.5",
            "Mean: “4,120.5” has a comma. Write 3.5 with a point, and 4120.5 without a mark for the thousands.",
        ),
        (EVENTS, "4,120", "Events: “4,120” has a comma. Write 4120 without a mark for the thousands."),
        (MEAN, "nan", "Mean: “nan” is not a number such as 3.5."),
        (MEAN, "inf", "Mean: “inf” is not a number such as 3.5."),
        (MEAN, "1e999", "Mean: “1e999” is not a number such as 3.5."),
        (EVENTS, "10²", "Events: “10²” has a raised or lowered digit, or a fraction. Write it out."),
        (MEAN, "3½", "Mean: “3½” has a raised or lowered digit, or a fraction. Write it out."),
        (MEAN, "3.5 (1.2)", "Mean: “3.5 (1.2)” is not a number such as 3.5."),
        (MEAN, "1" * 16, f"Mean: “{'1' * 16}” has more than 15 digits."),
        (MEAN, "0" * 5000, f"Mean: “{'0' * 5000}” has more than 15 digits."),
        (SD, "-0.1", "SD: -0.1 is less than 0, the least that is possible."),
        (
            JUDGED,
            "maybe",
            "Random sequence generation: “maybe” is not one of its answers (Low risk, Unclear risk, High risk).",
        ),
        (TEXT, "a\0b", "Design: this text has a character that cannot be stored. Type it anew."),
        (TEXT, "x" * 20_001, "Design: this text has 20001 characters; 20000 are the most."),
    ],
)
def test_what_cannot_be_read_is_answered_by_a_sentence(field: Field, typed: object, told: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(field, typed)
    assert refusal.value.sentence == told
    assert refusal.value.key == field.key


@given(st.integers(0, 10**15 - 1))
def test_a_whole_number_comes_back_as_it_was_shown(value: int) -> None:
    assert read(EVENTS, show(value)) == value


@given(st.decimals(-(10**6), 10**6, places=4).map(float))
def test_a_number_comes_back_as_it_was_shown(value: float) -> None:
    assert read(MEAN, show(value)) == value


def told(form: Form, values: dict[str, object]) -> list[str]:
    answers = {key: Answer(value) for key, value in values.items()}
    return [problem.sentence for problem in check(form.fields, answers)]


NEEDED = {"study/design": "RCT", "study/participants": "Mothers", "study/interventions": "Talks"}


def test_a_sheet_without_outcome_data_is_complete_when_the_study_is_described() -> None:
    assert told(TABLE, NEEDED) == []
    assert told(TABLE, {}) == [
        "Design is not answered.",
        "Participants is not answered.",
        "Interventions is not answered.",
    ]


def test_a_row_is_filled_whole_or_not_at_all() -> None:
    assert told(TABLE, NEEDED | {"outcome/4/arm/7/mean": 9.5}) == [
        "Mood: Talks, SD is missing. Fill the whole row, or leave all of it empty.",
        "Mood: Talks, n is missing. Fill the whole row, or leave all of it empty.",
    ]


def test_no_events_is_an_answer() -> None:
    assert told(TABLE, NEEDED | {"outcome/3/arm/7/events": 0, "outcome/3/arm/7/total": 14}) == []


def test_there_are_no_more_events_than_people() -> None:
    assert told(TABLE, NEEDED | {"outcome/3/arm/7/events": 14, "outcome/3/arm/7/total": 14}) == []
    assert told(TABLE, NEEDED | {"outcome/3/arm/7/events": 15, "outcome/3/arm/7/total": 14}) == [
        "Secure: Talks, Events is 15, more than Secure: Talks, Total, 14."
    ]


def test_seven_domains_each_need_a_judgement_and_its_support() -> None:
    fields = ROB1.fields()
    assert len(fields) == 7
    judged = {field.key: Answer("low", "Told on page 2.") for field in fields}
    assert check(fields, judged) == []
    assert [problem.sentence for problem in check(fields, judged | {"other_bias": Answer("low", "  ")})] == [
        "Other bias: write what supports this judgement."
    ]
    assert len(check(fields, {})) == 7
