"""A form is built step by step, and no answer is lost on the way from one version to the next."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction.schema import STANDARD, Answer, ArmOf, Form, FormError, Kind, OutcomeOf, Structure, asked_of, edit
from extraction.schema.carry import carry, differences
from extraction.schema.fields import Option
from extraction.schema.form import checked
from extraction.schema.packs import packs

pytestmark = pytest.mark.pure
STRUCTURE = Structure(
    (ArmOf(7, "Talks", "experimental"), ArmOf(9, "None", "control")), (OutcomeOf(3, "Secure", "dichotomous"),)
)


def with_choice() -> Form:
    return edit.add_question(STANDARD, "on_study", label="Setting of care", kind="choice", options="Home\nClinic")


def told(old: Form, new: Form) -> list[str]:
    return [f"{each.sign} {each.sentence}" for each in differences(old, new)]


# --- building ----------------------------------------------------------------------------------------------------


def test_a_section_and_a_question_get_ids_that_remind_of_their_words() -> None:
    form = edit.add_section(STANDARD, "Follow-up & co.", "arm")
    form = edit.add_question(form, "follow_up_co", label="Länge", kind="number", unit="months", tolerance=0.5)
    section, question = form.place("lange")
    assert (section.title, question.kind, question.unit) == ("Follow-up & co.", Kind.NUMBER, "months")


def test_the_same_question_or_section_once_more_is_one() -> None:
    form = edit.add_section(STANDARD, "Follow-up", "arm")
    assert edit.add_section(form, "Follow-up", "arm") == form
    form = edit.add_question(form, "follow_up", label="Length", kind="number", unit="months")
    assert edit.add_question(form, "follow_up", label="Length", kind="number", unit="months") == form
    assert "length_2" in edit.add_question(form, "follow_up", label="Length", kind="number", unit="weeks").questions


def test_an_id_is_never_given_again() -> None:
    form = edit.drop_question(edit.add_question(STANDARD, "on_study", label="Country"), "country")
    form = edit.add_question(form, "on_study", label="Country")
    assert "country_2" in form.questions
    assert edit.put_back(form, "country").questions.keys() >= {"country", "country_2"}


def test_things_are_moved_up_and_down_and_no_farther_than_the_end() -> None:
    assert list(edit.move_question(STANDARD, "setting", -1).questions)[:3] == ["design", "setting", "participants"]
    assert list(edit.move_question(STANDARD, "design", -1).questions)[0] == "design"
    assert [each.id for each in edit.move_section(STANDARD, "on_study", 5).sections] == ["outcome_data", "on_study"]


def test_what_others_depend_on_is_not_taken_off_or_moved_behind_them() -> None:
    form = edit.add_question(
        with_choice(), "on_study", label="Which clinic", asked_if="setting_of_care", asked_values="clinic"
    )
    assert form.questions["which_clinic"].asked_if.values == ("clinic",)
    with pytest.raises(FormError, match="“Which clinic” is asked only after an answer to what you take off"):
        edit.drop_question(form, "setting_of_care")
    with pytest.raises(FormError, match="not an earlier question"):
        edit.move_question(form, "which_clinic", -1)


def test_other_units_and_ranges_are_told_beside_those_before() -> None:
    old = edit.add_question(STANDARD, "on_study", label="Length", kind="number", unit="weeks")
    new = edit.change_question(old, "length", unit="days", units="weeks = 7", lowest=1, highest=50)
    [told_of] = told(old, new)
    assert "asked in days or weeks, before in weeks; possible is 1 to 50, before any number" in told_of
    [told_of] = told(new, edit.change_question(new, "length", unit="", units="", highest=None))
    assert "asked in no unit, before in days or weeks; possible is 1 or more, before 1 to 50" in told_of


def test_how_much_a_unit_is_is_told_where_it_is_not_as_much_as_before() -> None:
    old = edit.add_question(STANDARD, "on_study", label="Dose", kind="number", unit="mg", units="g = 100\nkg = 1000000")
    [told_of] = told(old, edit.change_question(old, "dose", units="g = 1000\nkg = 1000000"))
    assert "asked in mg or g (= 1000 mg) or kg, before in mg or g (= 100 mg) or kg" in told_of
    [told_of] = told(old, edit.change_question(old, "dose", units="g = 100.0000001\nkg = 1000000"))
    assert "g (= 100.0000001 mg) or kg, before in mg or g (= 100 mg)" in told_of
    [told_of] = told(old, edit.change_question(old, "dose", unit="cg"))
    assert "asked in cg or g (= 100 cg) or kg (= 1000000 cg), before in mg or g (= 100 mg) or kg (= 1000000 mg)" in (
        told_of
    )


def test_ranges_and_tolerances_are_told_with_all_their_digits() -> None:
    old = edit.add_question(STANDARD, "on_study", label="People", kind="integer", highest=1_000_000, tolerance=0.1)
    [told_of] = told(old, edit.change_question(old, "people", highest=1_000_001, tolerance=0.1000001))
    assert "possible is 1000001 or less, before 1000000 or less; tolerance 0.1000001, before 0.1" in told_of


def test_what_a_unit_is_comes_back_from_the_page_of_the_form_as_it_was_typed() -> None:
    typed = "years = 365.2425\nminutes = 0.000694444444444"
    assert edit.write_units(edit.read_units(typed)) == typed


def test_an_answer_keeps_its_value_when_its_words_change() -> None:
    before = (Option("home", "Home"), Option("clinic", "Clinic"))
    assert edit.read_options("At home\nClinic", before) == (Option("home", "At home"), Option("clinic", "Clinic"))
    assert edit.read_options("Clinic\nHome", before) == (before[1], before[0])
    assert edit.read_options("Home\nSchool\nClinic", before)[1] == Option("school", "School")


@pytest.mark.parametrize("line", ["years", "years = 0", "= 12", "years = many"])
def test_a_unit_without_a_factor_is_refused(line: str) -> None:
    with pytest.raises(FormError, match="is no unit: write a line such as years = 12"):
        edit.read_units(line)


def test_better_words_are_the_same_question_and_another_unit_is_not() -> None:
    form = edit.change_question(STANDARD, "randomised", label="Randomised, in all")
    assert form.questions["randomised"].edition == 1
    assert edit.change_question(form, "randomised", unit="families").questions["randomised"].edition == 2
    assert edit.change_question(form, "randomised", asks_anew=True).questions["randomised"].edition == 2


def test_a_ready_made_form_is_added_once_and_brings_no_second_table() -> None:
    form = edit.append(edit.append(STANDARD, packs()["pico"]), packs()["trials"])
    assert sum(question.kind is Kind.TABLE for question in form.questions.values()) == 1
    with pytest.raises(FormError, match="Every question of “PICO characteristics” is on this form already"):
        edit.append(form, packs()["pico"])


def test_a_form_in_the_place_of_another_leaves_the_questions_it_lacks_on_the_shelf() -> None:
    form = edit.put_in_place(with_choice(), packs()["trials"])
    assert "setting_of_care" in {each.question.id for each in form.shelf}
    assert form.questions["design"].edition == 2, "a choice now, and text before"
    moved = dataclasses.replace(STANDARD.section("on_study"), per="arm")
    with pytest.raises(FormError, match="and was once for the study before. Give it another id"):
        edit.put_in_place(STANDARD, dataclasses.replace(STANDARD, sections=(moved,)))


# --- carrying answers over ---------------------------------------------------------------------------------------


def test_each_answer_is_kept_looked_at_again_or_parked() -> None:
    old = with_choice()
    new = edit.change_question(old, "setting_of_care", options="Home\nSchool of nursing\nWard")
    new = edit.drop_question(edit.change_question(new, "funding", asks_anew=True), "notes")
    answers = {
        "study/design": Answer("RCT"),
        "study/setting_of_care": Answer("clinic"),
        "study/funding": Answer("State"),
        "study/notes": Answer("Twins"),
        "outcome/3/arm/7/events": Answer(8),
    }
    found = carry(asked_of(STRUCTURE, old), asked_of(STRUCTURE, new), answers)
    assert set(found.kept) == {"study/design", "outcome/3/arm/7/events"}
    assert set(found.parked) == {"study/notes"}
    assert "“clinic” is not one of its answers" in found.again["study/setting_of_care"]
    assert "the question has changed" in found.again["study/funding"]


def test_a_question_that_comes_back_finds_its_answer() -> None:
    away = edit.drop_question(STANDARD, "notes")
    back = edit.put_back(away, "notes")
    assert set(carry(asked_of(STRUCTURE), asked_of(STRUCTURE, back), {"study/notes": Answer("Twins")}).kept) == {
        "study/notes"
    }


def test_what_changed_is_said_in_sentences() -> None:
    new = edit.change_question(STANDARD, "funding", label="Funding", required=True)
    new = edit.drop_question(edit.add_question(new, "on_study", label="Country", required=True), "notes")
    assert told(STANDARD, new) == [
        "~ “Funding and conflicts of interest”: reads “Funding”; needed now.",
        "+ “Country” (text, needed).",
        "\N{MINUS SIGN} “Notes”. Its answers are kept, and are back if it is put back.",
    ]
    assert told(STANDARD, STANDARD) == []


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "drop", "back", "kind", "move", "anew", "pack", "section"]), st.integers(0, 20)),
    max_size=12,
)


def stepped(form: Form, step: str, number: int) -> Form:
    ids = list(form.questions)
    try:
        if step == "add":
            return edit.add_question(form, form.sections[number % len(form.sections)].id, label=f"Q {number}")
        if step == "section":
            return edit.drop_section(form, form.sections[number % len(form.sections)].id)
        if step == "back":
            return edit.put_back(form, form.shelf[number % len(form.shelf)].question.id)
        if step == "pack":
            return edit.put_in_place(form, list(packs().values())[number % len(packs())])
        id = ids[number % len(ids)]
        if step == "kind":
            return edit.change_question(form, id, kind=["text", "number", "date"][number % 3])
        if step == "move":
            return edit.move_question(form, id, number - 10)
        return edit.drop_question(form, id) if step == "drop" else edit.change_question(form, id, asks_anew=True)
    except (FormError, IndexError, ZeroDivisionError):
        return form


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_whatever_is_done_to_a_form_no_answer_and_no_question_is_lost(steps: list[tuple[str, int]]) -> None:
    form = STANDARD
    for step in steps:
        form = stepped(form, *step)
    checked(form)
    assert STANDARD.questions.keys() <= form.questions.keys() | {each.question.id for each in form.shelf}
    answers = {field.key: Answer(None) for field in asked_of(STRUCTURE).fields} | {"study/design": Answer("RCT")}
    found = carry(asked_of(STRUCTURE), asked_of(STRUCTURE, form), answers)
    assert [*found.kept, *found.again, *found.parked] != []
    assert set(found.kept) | set(found.again) | set(found.parked) == set(answers)
    assert len(found.kept) + len(found.again) + len(found.parked) == len(answers)
