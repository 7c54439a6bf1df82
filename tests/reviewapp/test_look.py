"""How do events read, and what does the navigation show?"""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from reviewapp.models import Event, Member
from reviewapp.templatetags import look


def lines(**facts: object) -> list[tuple[str, str]]:
    return look.facts(Event(facts=facts))["lines"]


def test_what_happened_and_to_what_reads_as_words() -> None:
    assert look.in_words("screening.vote_withdrawn") == "Vote withdrawn"
    assert look.subject("citation/12/title_abstract") == "citation 12, title abstract"
    assert look.subject("study/3/assessment/rob1") == "study 3, assessment, rob1"
    assert look.subject("review/1") == "review 1"


def test_facts_that_say_nothing_are_left_out_and_false_and_zero_do_say_something() -> None:
    assert lines(note="", platform=None, reports=[], records=0, is_author=False) == [
        ("records", "0"),
        ("is author", "no"),
    ]


def test_a_change_reads_as_what_stood_before_and_what_it_became() -> None:
    told = lines(before={"events": "7", "total": ""}, after={"events": "8", "total": "14"}, study=3)
    assert told == [("events", "7 → 8"), ("total", "14"), ("study", "3")]


def test_an_answer_that_was_taken_away_is_told() -> None:
    assert lines(before={"events": "7"}, after={"events": ""}) == [("events", "7 → nothing")]


def test_lists_and_stored_names_read_as_words() -> None:
    assert lines(after=["Wrong population", "Not randomised"]) == [("after", "Wrong population, Not randomised")]
    assert lines(stage="title_abstract") == [("stage", "title abstract")]
    assert lines(file="my_export.ris") == [("file", "my_export.ris")]


def test_long_facts_are_folded_away() -> None:
    assert not look.facts(Event(facts={"note": "short"}))["folded"]
    assert look.facts(Event(facts={"note": "long " * 60}))["folded"]


@pytest.mark.django_db
def test_the_navigation_shows_what_is_open_and_where_one_is(owner: Member, first: Member) -> None:
    def shown(member: Member, path: str) -> dict[str, str]:
        context = {"member": member, "request": SimpleNamespace(path=path)}
        return {item["label"]: item["here"] for item in look.review_nav(context)["items"]}

    root = f"/reviews/{owner.review.slug}/"
    assert "Screening" not in shown(owner, root), "the owner is no review author"
    at_home = shown(first, root)
    assert [label for label, here in at_home.items() if here] == ["Home"]
    assert shown(first, f"{root}team/")["Team"] == "page"
    assert shown(first, f"{root}conflicts/full_text/3/")["Screening"] == "true"
    assert shown(first, f"{root}sheets/3/")["Studies"] == "true"


@pytest.mark.django_db
def test_what_an_event_is_about_has_a_page_or_none(owner: Member) -> None:
    context = {"member": owner}
    assert look.page_of(context, "citation/12/full_text") == f"/reviews/{owner.review.slug}/citations/12/"
    assert look.page_of(context, "review/1") == f"/reviews/{owner.review.slug}/protocol/"
    assert look.page_of(context, "invitation/3") == ""
    assert look.page_of(context, "citation/or-so") == ""


@pytest.mark.parametrize(
    ("text", "told"), [("Ash, A., Birch, B. et al.", "Ash, A., Birch, B. et al."), ("Ash", "Ash."), ("", "")]
)
def test_a_list_of_authors_ends_with_one_full_stop(text: str, told: str) -> None:
    assert look.ended(text) == told
