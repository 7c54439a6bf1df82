"""A form is data: read and written whole, and refused in a sentence where it does not hold together."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

import pytest

from extraction.schema import STANDARD, Answer, ArmOf, Kind, OutcomeOf, Structure, asked_of, check, compare
from extraction.schema.asked import asked_fields
from extraction.schema.codebook import EXPORT, HEAD, codebook
from extraction.schema.form import FormError, from_json, parse, to_json, write
from extraction.schema.packs import packs
from extraction.schema.tables import TABLES

pytestmark = pytest.mark.pure

ARMS = (ArmOf(7, "Talks", "experimental"), ArmOf(9, "Nothing", "control"))
BASE: dict[str, Any] = {
    "format": "reviewapp-form/1",
    "name": "Test",
    "sections": [
        {
            "id": "people",
            "title": "People",
            "per": "study",
            "questions": [
                {"id": "blind", "label": "Blinded", "kind": "yes_no", "required": True},
                {
                    "id": "who",
                    "label": "Who was blind",
                    "kind": "several",
                    "required": True,
                    "options": [{"value": "people", "label": "People"}, {"value": "raters", "label": "Raters"}],
                    "asked_if": {"question": "blind", "values": ["yes", "unclear"]},
                },
                {
                    "id": "raters",
                    "label": "Number of raters",
                    "kind": "integer",
                    "required": True,
                    "asked_if": {"question": "who", "values": ["raters"]},
                },
                {
                    "id": "length",
                    "label": "Length",
                    "kind": "number",
                    "unit": "months",
                    "units": [{"name": "years", "factor": 12}],
                    "lowest": 0,
                    "highest": 60,
                    "tolerance": 0.5,
                },
            ],
        },
        {
            "id": "arms",
            "title": "Arms",
            "per": "arm",
            "questions": [{"id": "given", "label": "Given", "kind": "text", "needs_source": True}],
        },
    ],
}


def changed(path: str, value: object) -> dict[str, Any]:
    """BASE with another value at a path such as sections/0/title."""
    data = copy.deepcopy(BASE)
    *way, last = path.split("/")
    at: Any = data
    for part in way:
        at = at[int(part)] if part.isdigit() else at[part]
    at[int(last) if last.isdigit() else last] = value
    return data


def test_a_form_is_written_as_it_was_read() -> None:
    form = from_json(BASE)
    assert to_json(form) == BASE
    assert parse(write(form)) == form


@pytest.mark.parametrize("name", list(packs()))
def test_every_ready_made_form_holds_together_and_comes_back_whole(name: str) -> None:
    form = packs()[name]
    assert parse(write(form)) == form
    assert form.about
    assert asked_of(Structure(ARMS, (OutcomeOf(3, "Mood", "continuous"),)), form).fields


def test_version_0_never_changes_because_answers_were_given_to_it() -> None:
    spelt = json.dumps(to_json(STANDARD), sort_keys=True).encode()
    assert hashlib.sha256(spelt).hexdigest()[:16] == "20199ecea43d9a45"


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("format", "other/1", "“format” has to be “reviewapp-form/1”"),
        ("sections", {}, "The form: “sections” has to be a list"),
        ("sections/0", 5, "Section 1: an object in braces"),
        ("sections/0/title", "", "Section 1: “title” is missing"),
        ("sections/0/per", "person", "Section “People”: “per” has to be one of study, arm, outcome, time"),
        ("sections/0/questions/0/id", "Über", "Question “Blinded”: “id” has to be 1 to 40 small letters"),
        ("sections/0/questions/0/kind", "colour", "Question “Blinded”: “kind” has to be one of"),
        ("sections/0/questions/0/required", "yes", "“required” has to be true or false"),
        ("sections/0/questions/0/label", "x" * 201, "“label” has 201 characters; 200 are the most"),
        ("sections/0/questions/0/unit", "cm", "Question “Blinded”: unit, range and tolerance belong to numbers"),
        ("sections/0/questions/1/id", "blind", "The id “blind” is given twice"),
        ("sections/0/questions/1/options", [], "Question “Who was blind”: a choice needs at least two answers"),
        ("sections/0/questions/1/options/1/label", "people", "the same answer stands there twice"),
        ("sections/0/questions/1/asked_if/question", "raters", "depends on “raters”, which is not an earlier question"),
        ("sections/0/questions/1/asked_if/values", ["maybe"], "is asked if “Blinded” is “maybe”, which is not one of"),
        ("sections/0/questions/3/lowest", 70, "the least value is above the greatest"),
        ("sections/0/questions/3/units/0/factor", 0, "the unit years needs a factor above 0"),
        ("sections/0/questions/3/highest", float("nan"), "“highest” has to be a number"),
        ("sections/1/questions/0/kind", "table", "stands in a section that is asked for each outcome"),
    ],
)
def test_a_form_that_does_not_hold_together_is_refused_in_a_sentence_that_names_the_place(
    path: str, value: object, told: str
) -> None:
    with pytest.raises(FormError) as refused:
        from_json(changed(path, value))
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"{\n  nothing", "Line 2, column 3: this is not JSON"),
        (b"\xff\xfe{", "not text in UTF-8"),
        (b"[]", "an object in braces"),
        (
            b'{\n  "title": "a\\u0000"}',
            "Line 2, column 14: this is not JSON (a text holds a character that cannot be kept)",
        ),
        (b'{"title": "\\ud83d"}', "Line 1, column 12: this is not JSON (a text holds a character that cannot be kept)"),
        (rb'{"title": "\\u0000"}', "The file"),
        (b'{"title": ' + b"9" * 5000 + b"}", "Line 1, column 11: this is not JSON (a number has too many digits)"),
        (
            b'{"a": "' + b"9" * 5000 + b'",\n "b": [1,\n-' + b"9" * 5000 + b"]}",
            "Line 3, column 1: this is not JSON (a number",
        ),
        (b'\xef\xbb\xbf{"title": "\\u0000"}', "Line 1, column 12: this is not JSON (a text holds"),
        (
            rb'{"a": "\ud83d\ude00 \\ud83d",' + b"\n" + rb'"b": "\ud83dx \u0000"}',
            "Line 2, column 7: this is not JSON (a text",
        ),
        (
            b'{"a": {"id": 1,\r\n"x": [{"id": 1}, {"id": 2}],\r\n"\\u0069d": 2}}',
            "Line 3, column 1: this is not JSON (“id” stands twice",
        ),
        (b'{"a": 1,\r"b": 2,\r"a": 3}', "Line 3, column 1: this is not JSON (“a” stands twice in one object)"),
        (b'{"a": 1}\n{"a": 2}', "Line 2, column 1: this is not JSON (Extra data)"),
        (b'{"a":\n' + b"[" * 100_000, "Line 2, column 200: this is not JSON (it is nested too deeply)"),
        (b"\n" + b"[" * 300 + b"]" * 300, "Line 2, column 201: this is not JSON (it is nested too deeply)"),
        (b'{"a": "\\"\\u0000"}', "Line 1, column 10: this is not JSON (a text"),
        (b'{"a": "x\ny"}', "Line 1, column 9: this is not JSON (Invalid control"),
        (b"", "Line 1, column 1: this is not JSON"),
    ],
)
def test_a_file_that_is_no_form_is_answered_in_words(text: bytes, told: str) -> None:
    with pytest.raises(FormError) as refused:
        parse(text)
    assert told in str(refused.value)


# --- put to a study ----------------------------------------------------------------------------------------------


def test_a_question_for_each_arm_is_asked_of_each_under_a_key_of_its_own() -> None:
    keys = [field.key for field in asked_of(Structure(ARMS), from_json(BASE)).fields]
    assert keys[4:] == ["arm/7/given", "arm/9/given"]


def test_a_question_is_asked_as_long_as_what_it_rests_on_is_asked_itself() -> None:
    fields = asked_of(Structure(), from_json(BASE)).fields

    def asked(**answers: str) -> list[str]:
        given = {f"study/{name}": Answer(value) for name, value in answers.items()}
        return [field.question for field in asked_fields(fields, given)]

    assert asked() == ["blind", "length"]
    assert asked(blind="unclear") == ["blind", "who", "length"]
    assert asked(blind="yes", who="people;raters") == ["blind", "who", "raters", "length"]
    assert asked(blind="no", who="raters") == ["blind", "length"], "an answer that is hidden does not ask further"


def test_what_is_not_asked_is_not_missed_and_not_compared() -> None:
    fields = asked_of(Structure(), from_json(BASE)).fields
    no = {"study/blind": Answer("no"), "study/who": Answer("raters")}
    yes = {"study/blind": Answer("yes"), "study/who": Answer("raters"), "study/raters": Answer(2)}
    assert check(fields, no) == []
    found = {pair.field.question: str(pair.match) for pair in compare(fields, no, yes) if pair.needs_choice}
    assert found == {"blind": "different", "who": "only_second", "raters": "only_second"}
    assert [pair.field.question for pair in compare(fields, no, no)] == ["blind", "length"]


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [
        (Answer(12), Answer(1, unit="years"), True),
        (Answer(12), Answer(12.5), True),
        (Answer(12), Answer(12.51), False),
        (Answer(12), Answer(12, unit="years"), False),
        (Answer(0.1), Answer(0.6), True),
    ],
)
def test_numbers_are_compared_in_one_unit_and_within_the_tolerance(first: Answer, second: Answer, equal: bool) -> None:
    fields = asked_of(Structure(), from_json(BASE)).fields
    pair = next(
        each
        for each in compare(fields, {"study/length": first}, {"study/length": second})
        if each.field.question == "length"
    )
    assert (pair.match == "equal") is equal


def test_every_kind_of_outcome_has_its_table_and_no_key_is_given_twice() -> None:
    outcomes = tuple(OutcomeOf(number, kind, kind) for number, kind in enumerate(TABLES))
    keys = [field.key for field in asked_of(Structure(ARMS, outcomes)).fields]
    assert len(set(keys)) == len(keys)
    for number, kind in enumerate(TABLES):
        assert any(key.startswith(f"outcome/{number}/") for key in keys), kind


@pytest.mark.parametrize(
    ("kind", "row", "given", "wanting"),
    [
        ("continuous", "arm/7", {"mean": 1.0, "n": 20}, ["SD"]),
        ("continuous", "arm/7", {"mean": 1.0, "n": 20, "se": 0.2}, []),
        ("continuous", "arm/7", {"mean": 1.0, "n": 20, "ci_low": 0.2}, ["SD"]),
        ("continuous", "arm/7", {"mean": 1.0, "n": 20, "ci_low": 0.2, "ci_high": 1.8}, []),
        ("continuous", "arm/7", {"median": 1.0, "n": 20, "q1": 0.5, "q3": 1.5}, []),
        ("continuous", "arm/7", {"median": 1.0, "q1": 0.5, "q3": 1.5}, ["n"]),
        ("dichotomous", "arm/7", {"percent": 40, "total": 20}, []),
        ("time_to_event", "contrast/7-9", {"o_e": -3.2, "v": 8.1}, []),
        ("time_to_event", "contrast/7-9", {"hr": 0.8}, ["95% CI from", "95% CI to"]),
        ("generic", "contrast/7-9", {"effect": 0.8}, ["SE"]),
        ("diagnostic", "whole", {"tp": 8, "fp": 1, "fn": 2}, ["True negative"]),
        ("correlation", "whole", {"r": 0.4, "n": 30}, []),
        ("rate", "arm/9", {"events": 4}, ["Person-time"]),
    ],
)
def test_a_row_that_is_begun_wants_what_nothing_else_on_it_stands_in_for(
    kind: str, row: str, given: dict[str, float], wanting: list[str]
) -> None:
    fields = [field for field in asked_of(Structure(ARMS, (OutcomeOf(3, "Mood", kind),))).fields if field.row]
    answers = {f"outcome/3/{row}/{name}": Answer(value) for name, value in given.items()}
    labels = {field.key: field.column for field in fields}
    assert [labels[problem.key] for problem in check(fields, answers)] == wanting


def test_a_test_between_two_arms_stands_in_for_their_standard_deviations() -> None:
    fields = [field for field in asked_of(Structure(ARMS, (OutcomeOf(3, "Mood", "continuous"),))).fields if field.row]
    answers = {
        f"outcome/3/arm/{arm}/{name}": Answer(value) for arm in (7, 9) for name, value in (("mean", 2.0), ("n", 20))
    }
    assert len(check(fields, answers)) == 2
    assert check(fields, answers | {"outcome/3/contrast/7-9/t": Answer(2.1)}) == []


def test_the_codebook_has_a_row_for_each_question_and_each_column_of_tables() -> None:
    rows = codebook(from_json(BASE))
    rows, exported = rows[: -len(EXPORT)], rows[-len(EXPORT) :]
    assert [row["field"] for row in exported] == list(EXPORT)
    assert all(row["help"] and row["asked_for"] == "each row of the export" for row in exported)
    assert [row["field"] for row in rows] == ["blind", "who", "raters", "length", "given"]
    assert rows[3]["key"] == "study/length"
    assert rows[1]["answers"] == "people = People; raters = Raters"
    table = codebook(STANDARD)
    assert all(set(row) == set(HEAD) for row in [*rows, *exported, *table])
    assert {row["kind"] for row in table} <= {str(kind) for kind in Kind}
    assert "outcome/{outcome}/arm/{arm}/events" in {row["key"] for row in table}
