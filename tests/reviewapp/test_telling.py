"""How does the trail read?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviewapp import queries, telling
from reviewapp.models import Event, Member
from reviewapp.templatetags import look
from screening import workflow
from tests import build
from tests.conftest import PROJECT


def told(
    verb: str = "",
    subject: str = "review/1",
    names: Mapping[telling.Thing, str] | None = None,
    here: bool = False,
    **facts: object,
) -> telling.Told:
    return telling.tell(Event(verb=verb, subject=subject, facts=facts), telling.Names(names or {}), here=here)


def lines(**facts: object) -> list[tuple[str, str]]:
    return list(told("some.thing", **facts).facts)


def test_a_sentence_calls_its_thing_by_name_and_takes_its_facts_in() -> None:
    names = {("citation", 12): "“Trial of care”"}
    vote = told(
        "screening.voted", "citation/12/full_text", names, answer="exclude", reason="Wrong population", before=""
    )
    assert vote.text == "voted exclude (Wrong population) on “Trial of care” at full text"
    assert vote.facts == ()


def test_what_is_not_known_is_not_told_and_a_page_does_not_name_its_own_thing() -> None:
    vote = told("screening.voted", "citation/12/title_abstract", answer="maybe", reason="", here=True)
    assert vote.text == "voted maybe at title and abstract"


def test_a_thing_without_a_name_is_told_by_its_number_and_a_verb_without_a_sentence_by_its_own_words() -> None:
    assert told("screening.made_up", "citation/12/title_abstract").text == (
        "made up: citation 12, title abstract, title and abstract"
    )
    assert told("screening.made_up", "later/12", {("later", 12): "“Trial of care”"}).text == "made up: “Trial of care”"


def test_ids_among_the_facts_are_told_by_name() -> None:
    names = {("study", 2): "Ha 2001", ("study", 3): "Oe 2004", ("citation", 9): "“Trial of care”"}
    moved = told("extraction.report_moved", "study/3", names, report=9, before=2)
    assert moved.text == "moved a report from Ha 2001 to Oe 2004: “Trial of care”"
    assert moved.facts == ()


def test_pairs_are_told_by_name_and_of_many_things_the_first_by_name_and_the_others_by_number() -> None:
    names = {("record", number): f"“Trial {number}”" for number in range(1, 5)}
    asked = told("screening.duplicates_asked", names=names, pairs=[[1, 2], [3, 4]])
    assert asked.facts == (("pairs", "“Trial 1” and “Trial 2”, “Trial 3” and “Trial 4”"),)
    removed = told("screening.removed", number=13, kind="a tool", reason="v2", citations=list(range(1, 14)))
    assert removed.facts == (("citations", f"{', '.join(f'citation {n}' for n in range(1, 11))}, 3 more"),)
    event = Event(verb="screening.removed", subject="removal/1", facts={"citations": list(range(1, 5001))})
    assert len(list(telling.things_in(event))) == 11  # names are asked for no more than are told


def test_what_only_its_number_tells_of_is_counted() -> None:
    linked = told("screening.duplicates_linked", moved=[[13, 13, 12], [14, 14, 12]], asked=0)
    assert (linked.text, linked.facts) == ("had duplicates linked by rule (records: 2)", (("asked", "0"),))


def test_a_fact_that_repeats_the_part_is_left_out_and_a_computed_number_is_told_shortly() -> None:
    settled = told("screening.settled", "citation/1/full_text", state="include", stage="full_text")
    assert settled.facts == ()
    assert lines(kappa=2 / 3, typed=0.125) == [("kappa", "0.666667"), ("typed", "0.125")]


def test_facts_that_say_nothing_are_left_out_and_false_and_zero_do_say_something() -> None:
    assert lines(note="", platform=None, reports=[], records=0, is_author=False) == [
        ("records", "0"),
        ("is author", "no"),
    ]


def test_a_change_reads_as_what_stood_before_and_what_it_became() -> None:
    changed = lines(before={"events": "7", "total": ""}, after={"events": "8", "total": "14"}, number=3)
    assert changed == [("events", "7 → 8"), ("total", "14"), ("number", "3")]


def test_an_answer_that_was_taken_away_is_told() -> None:
    assert lines(before={"events": "7"}, after={"events": ""}) == [("events", "7 → nothing")]


def test_lists_and_stored_names_read_as_words() -> None:
    assert lines(after=["Wrong population", "Not randomised"]) == [("after", "Wrong population, Not randomised")]
    assert lines(some="stored_name") == [("some", "stored name")]
    assert lines(stage="title_abstract") == [("stage", "title and abstract")]
    assert lines(file="my_export.ris") == [("file", "my_export.ris")]


def test_what_a_fact_repeats_of_the_sentence_is_left_out_and_a_hash_is_told_by_its_beginning() -> None:
    agreed = told("extraction.sheet_agreed", "study/3/sheet/form", {("study", 3): "Oe 2004"}, study=3, equal=5)
    assert agreed.facts == (("equal", "5"),)
    assert lines(result="0123456789ab" + "c" * 52) == [("result", "0123456789ab…")]


def test_long_facts_are_folded_away() -> None:
    assert not look.facts(told("some.thing", note="short"))["folded"]
    assert look.facts(told("some.thing", note="long " * 60))["folded"]


def test_the_facts_of_an_event_are_told_in_the_words_that_a_floor_has_for_them_and_no_thing_is_taken_for_them() -> None:
    event = Event(pk=12, verb="some.thing", subject="facts/12", facts={"said": "1"})
    names = telling.Names({("facts", 12): "Twelve facts"}, {12: {"Events": "8"}})
    told_of = telling.tell(event, names)
    assert (told_of.thing, told_of.facts) == ("Twelve facts", (("Events", "8"),))
    assert telling.tell(event, telling.Names()).facts == (("said", "1"),)


VERB = re.compile(r"(review|team|screening|extraction|analysis)\.(?!csv|json|urls)[a-z_]+")
NO_VERBS = {"enqueue", "handles", "include"}  # told of in such words are jobs and modules


def recorded() -> Iterator[str]:
    """The verbs that the product's code names where it records an event, or hands on what is to be recorded."""
    for folder in ("reviewapp", "screening", "extraction", "analysis"):
        for path in (PROJECT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and getattr(node.func, "attr", getattr(node.func, "id", "")) not in NO_VERBS
                ):
                    words = (
                        each.value for arg in node.args for each in ast.walk(arg) if isinstance(each, ast.Constant)
                    )
                    yield from (word for word in words if isinstance(word, str) and VERB.fullmatch(word))


def test_every_event_has_its_sentence() -> None:
    verbs = set(recorded())
    assert len(verbs) > 90
    assert sorted(verb for verb in verbs if not telling.is_known(verb)) == []


@pytest.mark.django_db
def test_the_trail_names_what_it_tells_of_and_asks_as_often_for_many_as_for_one(first: Member) -> None:
    (one,) = build.citations(first, 1)
    workflow.vote(first, one, "title_abstract", "include")
    with CaptureQueriesContext(connection) as for_one:
        page = queries.trail_page(first, verb="screening.voted")
    assert telling.tell(page.events[0], page.names).thing == f"“{one.title}”"
    for each in build.citations(first, 3)[-2:]:
        workflow.vote(first, each, "title_abstract", "include")
    with CaptureQueriesContext(connection) as for_three:
        page = queries.trail_page(first, verb="screening.voted")
    assert len(page.events) == 3
    assert len(for_three) == len(for_one)
