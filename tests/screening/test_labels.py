"""What do members put on citations besides votes, and who sees it when?"""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from reviewapp.errors import BadInput, NotHere, Refused, WrongState
from reviewapp.models import Event
from screening import queries, workflow
from screening.models import Label, Later, Note
from screening.queries.queue import Wish
from tests import build

TA = "title_abstract"
pytestmark = pytest.mark.django_db


@pytest.fixture
def citations(owner):
    return build.citations(owner, 4)


def shown(member, citation):
    return {label.name: mine for label, mine in queries.cards(member, TA, [citation])[0].labels.items()}


def sign_in(member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


# --- labels -----------------------------------------------------------------------------------------------------


def test_a_label_on_a_citation_is_sealed_until_the_verdict_and_the_list_is_open(first, second, observer, citations):
    label = workflow.create_label(first, "Twins")
    workflow.put_label(first, citations[0], TA, label)
    assert shown(first, citations[0]) == {"Twins": True}
    for other in (second, observer):
        assert shown(other, citations[0]) == {}
        assert list(queries.labels(other)) == [label]
        assert not queries.events(other, citations[0]).filter(verb="screening.labelled").exists()
    build.agreed((first, second), citations[0], TA)
    assert shown(second, citations[0]) == {"Twins": False}
    assert queries.events(observer, citations[0]).filter(verb="screening.labelled").exists()


def test_a_filter_by_label_finds_ones_own_and_not_what_another_put(first, second, citations):
    label = workflow.create_label(first, "Twins")
    workflow.put_label(first, citations[2], TA, label)
    assert queries.ahead(first, TA, Wish(label=label.pk), count=9) == [citations[2]]
    assert queries.ahead(second, TA, Wish(label=label.pk), count=9) == []


def test_a_typo_in_case_makes_no_second_label_and_a_name_is_needed(first):
    assert workflow.create_label(first, " Twins ") == workflow.create_label(first, "twins")
    for bad in ("", "   ", "x" * 61):
        with pytest.raises(BadInput):
            workflow.create_label(first, bad)
    with pytest.raises(BadInput, match="colour"):
        workflow.create_label(first, "Pink", "pink")


def test_labels_are_renamed_and_merged_by_the_owner_and_split_again_with_history(owner, first, citations):
    twins, twin = (workflow.create_label(first, name) for name in ("Twins", "Twin"))
    for label, citation in zip((twins, twin), citations, strict=False):
        workflow.put_label(first, citation, TA, label)
    with pytest.raises(Refused):
        workflow.merge_label(first, twin, twins)
    workflow.merge_label(owner, twin, twins)
    workflow.merge_label(owner, twin, twins)
    workflow.change_label(owner, twins, "Multiple births", "teal")
    assert shown(first, citations[1]) == {"Multiple births": True}
    assert queries.ahead(first, TA, Wish(label=twins.pk), count=9) == citations[:2]
    workflow.take_label(first, citations[1], TA, twins)
    assert shown(first, citations[1]) == {}
    workflow.put_label(first, citations[1], TA, twin)
    assert shown(first, citations[1]) == {"Multiple births": True}
    workflow.split_label(owner, twin)
    assert [label.name for label in queries.labels(owner)] == ["Multiple births", "Twin"]
    verbs = list(Event.unblinded.filter(verb__startswith="screening.label_").values_list("verb", flat=True))
    assert verbs.count("screening.label_merged") == verbs.count("screening.label_split") == 1


def test_a_merged_label_is_not_split_off_beside_another_of_its_name(owner, first):
    one, other = (workflow.create_label(first, name) for name in ("One", "Other"))
    with pytest.raises(BadInput):
        workflow.merge_label(owner, one, one)
    with pytest.raises(BadInput, match="already"):
        workflow.change_label(owner, one, "OTHER", "grey")
    workflow.merge_label(owner, one, other)
    workflow.create_label(first, "One")
    with pytest.raises(WrongState, match="meanwhile"):
        workflow.split_label(owner, one)


def test_a_label_off_the_list_stays_where_it_is_and_comes_back(owner, first, citations):
    label = workflow.create_label(first, "Twins")
    workflow.put_label(first, citations[0], TA, label)
    with pytest.raises(Refused):
        workflow.drop_label(first, label)
    workflow.drop_label(owner, label)
    workflow.drop_label(owner, label)
    assert list(queries.labels(owner)) == []
    assert shown(first, citations[0]) == {"Twins": True}
    with pytest.raises(WrongState, match="off the list"):
        workflow.put_label(first, citations[1], TA, label)
    other = workflow.create_label(first, "Other")
    with pytest.raises(BadInput, match="already"):
        workflow.change_label(owner, other, "twins", "grey")
    assert workflow.create_label(first, "TWINS") == label, "brought back, rather than a second of its name"
    assert list(queries.labels(owner)) == [other, label]
    told = Event.unblinded.filter(subject=f"label/{label.pk}").values_list("verb", flat=True)
    assert list(told) == [f"screening.label_{each}" for each in ("created", "dropped", "restored")]


def test_labels_of_another_review_do_not_exist(first, citations):
    other = build.review(owner=build.user("Other Owner"), title="Another", is_author=True)
    foreign = workflow.create_label(other, "Foreign")
    with pytest.raises(NotHere):
        workflow.put_label(first, citations[0], TA, foreign)
    with pytest.raises(NotHere):
        queries.label(first, foreign.pk)


def test_a_label_is_put_and_taken_off_at_the_desk(first, citations):
    client, at = sign_in(first), f"/reviews/{first.review.slug}/screen/{TA}/{citations[0].pk}/label/"
    client.post(at, {"name": "Twins"})
    label = Label.objects.get()
    assert shown(first, citations[0]) == {"Twins": True}
    client.post(at, {"label": label.pk})
    client.post(f"{at}{label.pk}/off/")
    assert shown(first, citations[0]) == {}
    assert client.post(at, {}).status_code == 422


# --- come back later --------------------------------------------------------------------------------------------


def test_what_is_put_off_comes_last_and_for_oneself_alone(first, second, citations):
    one, two, three, four = citations
    workflow.put_off(first, one, TA)
    workflow.put_off(first, three, TA)
    workflow.put_off(first, three, TA)
    for order in ("imported", "title"):
        workflow.arrange(first, order)
        assert queries.ahead(first, TA, after=0, count=9) == [two, four, one, three]
    assert queries.ahead(first, TA, after=0, count=9, skip=[one.pk]) == [two, four, three]
    assert queries.ahead(second, TA, count=9) == citations
    assert queries.progress(first, TA).left == 4, "put off is not done"
    workflow.take_up(first, one, TA)
    assert queries.ahead(first, TA, after=0, count=9) == [one, two, four, three]
    workflow.vote(first, three, TA, "include")
    assert queries.ahead(first, TA, after=0, count=9) == [one, two, four]


def test_nobody_else_ever_reads_of_what_is_put_off(first, second, citations):
    workflow.put_off(first, citations[0], TA)
    build.agreed((first, second), citations[0], TA)
    told = Event.blind.for_member(second).values_list("verb", flat=True)
    assert "screening.put_off" not in told
    assert "screening.voted" in told
    assert Later.objects.count() == 1


# --- notes ------------------------------------------------------------------------------------------------------


def test_a_private_note_stays_private_when_the_verdict_stands(first, second, arbiter, citations):
    note = workflow.add_note(first, citations[0], TA, "Ask Sam", private=True)
    workflow.vote(first, citations[0], TA, "include")
    workflow.vote(second, citations[0], TA, "exclude")
    assert not queries.notes_to_settle(arbiter, citations[0], TA).exists()
    workflow.resolve(arbiter, citations[0], TA, "include")
    assert list(Note.blind.for_member(first)) == [note]
    assert not Note.blind.for_member(second).exists()
    workflow.withdraw_note(first, note)
    assert "Ask Sam" not in str(list(Event.blind.for_member(second).values_list("facts", flat=True)))


# --- terms ------------------------------------------------------------------------------------------------------


def test_terms_are_marked_in_title_and_abstract_and_nothing_else_is_let_through(owner, first):
    build.imported(owner, build.ris({"TI": "Trial <b>of</b> rats", "AB": "A trial & no rat."}))
    workflow.set_terms(owner, ["trial*"], ["rats"])
    page = sign_in(first).get(f"/reviews/{first.review.slug}/screen/{TA}/").content.decode()
    assert '<mark class="term-include">Trial</mark>' in page
    assert '<mark class="term-exclude">rats</mark>' in page
    assert "A <mark" in page
    assert "&amp; no rat." in page
    assert "<b>" not in page


def test_the_terms_that_stand_are_in_the_fields_a_line_each_so_that_sending_them_again_changes_nothing(owner):
    workflow.set_terms(owner, ["trial*", "video feedback"], ["rats"])
    page, address = sign_in(owner), reverse("screening:terms", args=[owner.review.slug])
    include, exclude = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page.get(address).text, re.DOTALL)
    assert (include, exclude) == ("trial*\nvideo feedback\n", "rats\n")
    page.post(address, {"include": include, "exclude": exclude})
    assert Event.unblinded.filter(verb="screening.terms_set").count() == 1


def test_terms_are_set_by_who_manages_the_protocol_with_history(owner, first):
    with pytest.raises(Refused):
        workflow.set_terms(first, ["x1"], [])
    workflow.set_terms(owner, [" twin* ", "twin*", ""], ["rats"])
    workflow.set_terms(owner, ["twin*"], ["rats"])
    terms = queries.terms(owner)
    assert (terms.include, terms.exclude) == (["twin*"], ["rats"])
    assert Event.unblinded.filter(verb="screening.terms_set").count() == 1
    for include, exclude in (
        (["a"], []),
        (["*"], []),
        (["Rats"], ["rats"]),
        (["x" * 101], []),
        ([f"t{n}" for n in range(201)], []),
    ):
        with pytest.raises(BadInput):
            workflow.set_terms(owner, include, exclude)
