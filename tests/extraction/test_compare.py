"""Two sheets are compared by what they say, not by how it is spelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.rob import ROB1
from extraction.schema import (
    Answer,
    ArmOf,
    Choice,
    Field,
    Kind,
    Match,
    Origin,
    OutcomeOf,
    Structure,
    TakenFrom,
    asked_of,
    compare,
    settle,
)
from extraction.schema.compare import same

pytestmark = pytest.mark.pure
FORM = asked_of(Structure((ArmOf(7, "Talks"),), (OutcomeOf(3, "Secure", "dichotomous"),)))
EVENTS, TOTAL = (f"outcome/3/arm/7/{name}" for name in ("events", "total"))
NEEDED = {"study/design": "RCT", "study/participants": "Mothers", "study/interventions": "Talks"}


def sheet(**values: object) -> dict[str, Answer]:
    """NEEDED and these: events, total, or a study field by its short name."""
    names = {"events": EVENTS, "total": TOTAL}
    return {key: Answer(value) for key, value in NEEDED.items()} | {
        names.get(name, f"study/{name}"): Answer(value) for name, value in values.items()
    }


def matches(first: dict[str, Answer], second: dict[str, Answer]) -> dict[str, Match]:
    return {pair.field.key: pair.match for pair in compare(FORM.fields, first, second)}


@pytest.mark.parametrize(
    ("kind", "first", "second", "equal"),
    [
        (Kind.NUMBER, 3.5, 3.50, True),
        (Kind.NUMBER, 3, 3.0, True),
        (Kind.NUMBER, 0, 0.0, True),
        (Kind.NUMBER, 3.5, 3.51, False),
        (Kind.INTEGER, 193, 139, False),
        (Kind.NUMBER, 0.1 + 0.2, 0.3, True),
        (Kind.NUMBER, 0, 1e-12, False),
        (Kind.TEXT, "Mothers \n with infants", "Mothers with infants", True),
        (Kind.TEXT, "caf\u00e9", "cafe\u0301", True),
        (Kind.TEXT, "Mothers", "mothers", False),
        (Kind.CHOICE, "low", "low", True),
        (Kind.CHOICE, "low", "unclear", False),
    ],
)
def test_what_is_the_same(kind: Kind, first: str | float, second: str | float, equal: bool) -> None:
    field, a, b = Field("x", "X", kind), Answer(first), Answer(second)
    assert same(field, a, b) is same(field, b, a) is equal


def test_every_field_is_equal_different_one_sided_missing_or_blank() -> None:
    first = sheet(events=8, total=14, setting="Home", randomised=193)
    second = sheet(events=9, total=14, funding="None told", randomised=193)
    del first["study/design"], second["study/design"]
    found = matches(first, second)
    assert found == {
        "study/design": Match.MISSING,
        "study/participants": Match.EQUAL,
        "study/setting": Match.ONLY_FIRST,
        "study/interventions": Match.EQUAL,
        "study/randomised": Match.EQUAL,
        "study/funding": Match.ONLY_SECOND,
        "study/notes": Match.BLANK,
        EVENTS: Match.DIFFERENT,
        TOTAL: Match.EQUAL,
    }


def test_a_row_that_one_left_out_is_one_sided_in_each_cell() -> None:
    found = matches(sheet(events=0, total=14), sheet())
    assert (found[EVENTS], found[TOTAL]) == (Match.ONLY_FIRST, Match.ONLY_FIRST)


def test_a_cell_that_neither_has_is_missing_once_its_row_is_begun() -> None:
    found = matches(sheet(total=14), sheet(total=14))
    assert (found[EVENTS], found[TOTAL]) == (Match.MISSING, Match.EQUAL)


@given(st.dictionaries(st.sampled_from([field.key for field in FORM.fields]), st.integers(1, 3).map(Answer)))
def test_a_sheet_differs_in_nothing_from_itself(answers: dict[str, Answer]) -> None:
    assert not set(matches(answers, answers).values()) & {Match.DIFFERENT, Match.ONLY_FIRST, Match.ONLY_SECOND}


@given(*[st.dictionaries(st.sampled_from([field.key for field in FORM.fields]), st.integers(1, 3).map(Answer))] * 2)
def test_sides_swap_when_the_sheets_do(first: dict[str, Answer], second: dict[str, Answer]) -> None:
    swap = {Match.ONLY_FIRST: Match.ONLY_SECOND, Match.ONLY_SECOND: Match.ONLY_FIRST}
    swapped = {key: swap.get(match, match) for key, match in matches(second, first).items()}
    assert matches(first, second) == swapped


# --- settling --------------------------------------------------------------------------------------------------


def settled(
    first: dict[str, Answer], second: dict[str, Answer], **choices: Choice
) -> tuple[dict[str, object], list[str]]:
    """The agreed values, and what is wrong. Choices by short name: events, total, or a study field."""
    names = {"events": EVENTS, "total": TOTAL}
    by_key = {names.get(name, f"study/{name}"): choice for name, choice in choices.items()}
    found, problems = settle(compare(FORM.fields, first, second), by_key)
    return {key: each.answer.value for key, each in found.items()}, [problem.sentence for problem in problems]


def test_equal_answers_settle_themselves() -> None:
    values, problems = settled(sheet(events=8, total=14), sheet(events=8, total=14))
    assert (values, problems) == (NEEDED | {EVENTS: 8, TOTAL: 14}, [])


@pytest.mark.parametrize(("taken", "events"), [("first", 8), ("second", 9)])
def test_a_difference_is_settled_by_either_side(taken: str, events: int) -> None:
    values, problems = settled(sheet(events=8, total=14), sheet(events=9, total=14), events=Choice(TakenFrom(taken)))
    assert (values[EVENTS], problems) == (events, [])


@pytest.mark.parametrize("unfit", [{"text": "p. 4\0"}, {"reason": "mis\0read"}, {"text": "x" * 2001}])
def test_what_cannot_be_stored_with_a_third_answer_is_said(unfit: dict[str, str]) -> None:
    sheets = sheet(events=8, total=14), sheet(events=9, total=14)
    third = Choice(TakenFrom.THIRD, "7", **{"reason": "Misread", **unfit})
    assert settled(*sheets, events=third)[1] == [
        "Secure: Talks, Events: its source, support or reason has at most 2000 plain characters."
    ]


def test_a_third_answer_is_read_like_any_other() -> None:
    sheets = sheet(events=8, total=14), sheet(events=9, total=14)
    third = Choice(TakenFrom.THIRD, " 7 ", reason="Misread")
    assert settled(*sheets, events=third)[0][EVENTS] == 7
    assert settled(*sheets, events=Choice(TakenFrom.THIRD, "x", reason="Misread"))[1] == [
        "Secure: Talks, Events: “x” is not a whole number such as 12."
    ]
    assert settled(*sheets, events=Choice(TakenFrom.THIRD, "7", reason=" "))[1] == [
        "Secure: Talks, Events: a third answer needs a reason."
    ]


def test_what_differs_cannot_be_taken_from_both() -> None:
    both = Choice(TakenFrom.BOTH)
    assert settled(sheet(events=8, total=14), sheet(events=9, total=14), events=both)[1] == [
        "Secure: Talks, Events: the two answers differ. Choose one of them."
    ]


def test_choices_that_do_not_go_together_are_refused() -> None:
    first, second = sheet(events=12, total=14), sheet(events=8, total=10)
    mixed = {"events": Choice(TakenFrom.FIRST), "total": Choice(TakenFrom.SECOND)}
    assert settled(first, second, **mixed)[1] == ["Secure: Talks, Events is 12, more than Secure: Talks, Total, 10."]


def test_a_row_that_one_left_out_can_be_left_out() -> None:
    choices = {"events": Choice(TakenFrom.SECOND), "total": Choice(TakenFrom.SECOND)}
    values, problems = settled(sheet(events=8, total=14), sheet(), **choices)
    assert (values[EVENTS], values[TOTAL], problems) == (None, None, [])
    del choices["total"]
    assert settled(sheet(events=8, total=14), sheet(), **choices)[1] == [
        "Secure: Talks, Total: choose one of the answers."
    ]


def test_what_has_to_be_answered_cannot_be_settled_as_blank() -> None:
    first, second = sheet(), sheet()
    del second["study/design"]
    assert settled(first, second, design=Choice(TakenFrom.SECOND))[1] == ["Design is not answered."]


def test_what_both_said_can_be_corrected_with_a_reason() -> None:
    third = Choice(TakenFrom.THIRD, "193", reason="Digits swapped by both")
    values, problems = settled(sheet(randomised=139), sheet(randomised=139), randomised=third)
    assert (values["study/randomised"], problems) == (193, [])


def test_an_agreed_judgement_keeps_both_supports_once() -> None:
    fields = ROB1.fields()
    first = {field.key: Answer("low", "Drawn lots.") for field in fields}
    second = first | {"other_bias": Answer("low", "Stopped early."), "incomplete_data": Answer("low", "Drawn\n lots.")}
    found, problems = settle(compare(fields, first, second), {})
    assert problems == []
    assert found["other_bias"].answer == Answer("low", "Drawn lots.\nStopped early.")
    assert found["incomplete_data"].answer == Answer("low", "Drawn lots.")
    assert {each.taken_from for each in found.values()} == {TakenFrom.BOTH}


@pytest.mark.parametrize(
    "had", [{"origin": Origin.IMPUTED, "basis": "A guess"}, {"origin": Origin.CONVERTED, "working": "x = 5"}]
)
def test_a_number_of_before_its_question_asked_for_text_is_compared_and_settled_as_text(had: dict[str, str]) -> None:
    field, number = Field("study/dose", "Dose", Kind.TEXT), Answer(5, "Table 1", "mg", **had)
    (equal,) = compare([field], {field.key: number}, {field.key: Answer("5 mg")})
    assert equal.match is Match.EQUAL
    pairs = compare([field], {field.key: number}, {field.key: Answer("6 mg")})
    for each, choices in (([equal], {}), (pairs, {field.key: Choice(TakenFrom.FIRST)})):
        settled, problems = settle(each, choices)
        assert (settled[field.key].answer, problems) == (Answer("5 mg", "Table 1"), [])
