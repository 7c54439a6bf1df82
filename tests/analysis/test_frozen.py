"""Does the page say what changed between two runs, and nothing else?"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from analysis.frozen import differences, only_marked

pytestmark = pytest.mark.pure

OPTIONS = {"measure": "RR", "method": "MH", "model": "random", "preset": "RevMan 5", "arms": "combined"}


def murray(events: int = 5) -> dict[str, Any]:
    therapy = {"arm": 1, "name": "Therapy", "role": "experimental", "values": {"events": events, "total": 50}}
    control = {"arm": 2, "name": "Usual care", "role": "control", "values": {"events": 9, "total": 50}}
    return {"study": 7, "label": "Murray 2003", "arms": [therapy, control], "bias": {"other_bias": "low"}}


def data(*studies: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "dichotomous", "studies": list(studies)}


def changed(after: dict[str, Any]) -> list[str]:
    return differences(data(murray()), data(after), OPTIONS, OPTIONS)


def test_equal_input_has_no_difference() -> None:
    assert differences(data(murray()), copy.deepcopy(data(murray())), OPTIONS, dict(OPTIONS)) == []


def test_a_corrected_number_is_named() -> None:
    assert changed(murray(events=6)) == ["Murray 2003: Therapy, events 5 became 6."]


def test_numbers_that_are_marked_now_are_told_apart_from_numbers_that_changed() -> None:
    marked = murray()
    marked["arms"][0] |= {"converted": ["events"], "imputed": ["events"]}
    assert changed(marked) == [
        "Murray 2003: Therapy, events is converted now.",
        "Murray 2003: Therapy, events is imputed now.",
    ]
    assert only_marked(data(murray()), data(marked))
    assert not only_marked(data(murray(events=6)), data(marked))
    assert not only_marked(data(murray()), data(murray()))


def test_studies_come_in_and_drop_out() -> None:
    other = murray() | {"study": 8, "label": "Cohen 1999"}
    assert differences(data(murray()), data(other), OPTIONS, OPTIONS) == [
        "Cohen 1999 came in.",
        "Murray 2003 dropped out.",
    ]


def test_new_names_roles_arms_and_judgements_are_told() -> None:
    after = murray() | {"label": "Murray 2003a", "bias": {"other_bias": "high"}}
    after["arms"][0] = after["arms"][0] | {"name": "Psychotherapy", "role": "other"}
    after["arms"][1] = after["arms"][1] | {"arm": 3}
    assert changed(after) == [
        "Murray 2003 is now called Murray 2003a.",
        "Murray 2003a: Therapy is now called Psychotherapy.",
        "Murray 2003a: Psychotherapy was experimental and is now other.",
        "Murray 2003a: Usual care came in.",
        "Murray 2003a: Usual care dropped out.",
        "Murray 2003a: the risk-of-bias judgements changed.",
    ]


def test_changed_options_are_told_first() -> None:
    after = OPTIONS | {"model": "fixed"}
    told = differences(data(murray()), data(murray(events=6)), OPTIONS, after)
    assert told == ["Model: random became fixed.", "Murray 2003: Therapy, events 5 became 6."]


def test_a_scale_that_is_turned_is_told() -> None:
    assert changed(murray() | {"turned": True}) == ["Murray 2003: its scale now runs the other way."]


def test_a_number_that_is_converted_now_is_told_and_several_answers_read_as_a_list() -> None:
    before, after = (
        murray() | {"by": {"study/settings": ["home"]}},
        murray() | {"by": {"study/settings": ["home", "clinic"]}},
    )
    after["arms"][0] = after["arms"][0] | {"converted": ["events"]}
    told = ["Murray 2003: Therapy, events is converted now.", "Murray 2003: settings, home became home, clinic."]
    assert differences(data(before), data(after), OPTIONS, OPTIONS) == told
    assert differences(data(after), data(before), OPTIONS, OPTIONS) == [
        "Murray 2003: Therapy, events is no longer converted.",
        "Murray 2003: settings, home, clinic became home.",
    ]


def test_questions_and_answers_are_told_in_the_words_of_the_form() -> None:
    called = {"study/q7": "Where it was done", "study/q7=home": "At home", "study/q9": "Mean age"}
    before = murray() | {"by": {"study/q7": ["home"], "study/q9": 31.5}}
    after = murray() | {"by": {"study/q7": ["home", "clinic"], "study/q9": 35}}
    asked = OPTIONS | {"investigations": ["moderator:study/q9+study/q8"]}
    assert differences(data(before), data(after), OPTIONS, asked, called) == [
        "Also asked: meta-regression on Mean age and q8.",
        "Murray 2003: Where it was done, At home became At home, clinic.",
        "Murray 2003: Mean age, 31.5 became 35.",
    ]
