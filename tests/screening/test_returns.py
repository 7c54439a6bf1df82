"""Does a citation go back to title and abstract and come forward again without losing a vote, a PDF or a resolution?"""

from __future__ import annotations

import pytest
from django.urls import reverse

from reviewapp.errors import BadInput, Refused, Stale, WrongState
from screening import queries, workflow
from screening.models import Report, Resolution, Return, Standing, Vote
from tests import build
from tests.pdfs import pdf
from tests.screening.test_views import sign_in

pytestmark = pytest.mark.django_db
TA, FT = "title_abstract", "full_text"


def state(citation, stage=TA) -> str:
    return Standing.objects.get(citation=citation, stage=stage).state


@pytest.fixture
def judged(owner, first, second, review):
    """A citation excluded at full text, with its PDF."""
    citation = build.citations(owner, 1)[0]
    build.agreed((first, second), citation, TA)
    workflow.attach(owner, citation, "trial.pdf", [pdf()])
    build.agreed((first, second), citation, FT, "exclude", reason=review.exclusion_reasons.first())
    return citation


def test_a_returned_citation_waits_for_everybody_and_what_was_judged_at_full_text_comes_back(
    arbiter, first, second, judged
):
    workflow.return_to_screening(arbiter, judged, "Population was read wrongly")
    assert (state(judged), state(judged, FT)) == ("waiting", "unreached")
    for member in (first, second):
        assert list(queries.queue(member, TA)) == [judged]
    workflow.vote(first, judged, TA, "include")
    assert not queries.queue(first, TA).exists()
    workflow.vote(second, judged, TA, "maybe")
    assert (state(judged), state(judged, FT)) == ("include", "exclude")
    assert Report.objects.get(citation=judged).document.file_name == "trial.pdf"
    assert Vote.unblinded.filter(citation=judged, stage=TA).count() == 4


def test_a_second_look_can_end_in_exclusion_and_the_full_text_stays_kept(arbiter, first, second, judged):
    workflow.return_to_screening(arbiter, judged, "Population was read wrongly")
    build.agreed((first, second), judged, TA, "exclude")
    assert (state(judged), state(judged, FT)) == ("exclude", "unreached")
    assert Vote.unblinded.standing().filter(citation=judged, stage=FT).count() == 2


def test_an_undone_return_leaves_everything_as_it_was(arbiter, first, second, judged):
    before = list(Vote.unblinded.order_by("pk").values())
    made = workflow.return_to_screening(arbiter, judged, "By mistake")
    workflow.undo_return(arbiter, made)
    assert list(Vote.unblinded.order_by("pk").values()) == before
    assert (state(judged), state(judged, FT)) == ("include", "exclude")
    with pytest.raises(Stale):
        workflow.undo_return(arbiter, made)


def test_who_has_voted_anew_keeps_the_new_vote_when_the_return_is_undone(arbiter, first, second, judged):
    made = workflow.return_to_screening(arbiter, judged, "Again")
    workflow.vote(first, judged, TA, "exclude")
    workflow.undo_return(arbiter, made)
    standing = Vote.unblinded.standing().filter(citation=judged, stage=TA)
    assert dict(standing.values_list("member", "answer")) == {first.pk: "exclude", second.pk: "include"}
    assert state(judged) == "conflict"


def test_a_resolution_is_set_aside_and_comes_back(owner, arbiter, first, second):
    citation = build.citations(owner, 1)[0]
    workflow.vote(first, citation, TA, "include")
    workflow.vote(second, citation, TA, "exclude")
    workflow.resolve(arbiter, citation, TA, "exclude", comment="No trial")
    made = workflow.return_to_screening(owner, citation, "It is a trial")
    assert state(citation) == "waiting"
    workflow.undo_return(owner, made)
    assert state(citation) == "exclude"
    assert Resolution.objects.get(withdrawn_at=None).comment == "No trial"


def test_what_is_not_decided_is_not_returned_in_the_same_words_whether_in_conflict_or_waiting(
    owner, arbiter, first, second
):
    waiting, conflict = build.citations(owner, 2)
    workflow.vote(first, conflict, TA, "include")
    workflow.vote(second, conflict, TA, "exclude")
    said = set()
    for citation in (waiting, conflict):
        with pytest.raises(WrongState) as told:
            workflow.return_to_screening(arbiter, citation, "Why not")
        said.add((told.value.message, told.value.todo))
    assert len(said) == 1


def test_a_return_needs_a_reason_and_somebody_who_settles(arbiter, first, judged):
    with pytest.raises(BadInput, match="needs a reason"):
        workflow.return_to_screening(arbiter, judged, "  ")
    with pytest.raises(Refused):
        workflow.return_to_screening(first, judged, "I want it")


def test_new_votes_after_a_return_are_sealed_from_the_others(arbiter, first, second, judged):
    workflow.return_to_screening(arbiter, judged, "Again")
    workflow.vote(first, judged, TA, "exclude")
    assert not Vote.blind.for_member(second).standing().filter(citation=judged, stage=TA).exists()
    page = sign_in(second).get(reverse("screening:citation", args=[second.review.slug, judged.pk])).content.decode()
    assert "Fay First voted" not in page.partition("returned it to title and abstract")[2]


def test_a_citation_is_returned_and_the_return_undone_on_its_page(arbiter, first, judged):
    client, slug = sign_in(arbiter), arbiter.review.slug
    url = reverse("screening:citation", args=[slug, judged.pk])
    assert "Judge it at title and abstract again?" in client.get(url).content.decode()
    assert "Judge it at title and abstract again?" not in sign_in(first).get(url).content.decode()
    assert (
        client.post(reverse("screening:return", args=[slug, judged.pk]), {"comment": "Look again"}).status_code == 302
    )
    assert "Look again" in client.get(url).content.decode()
    undo = reverse("screening:undo-return", args=[slug, Return.objects.get().pk])
    assert client.post(undo).status_code == 302
    assert "undone by Ari Arbiter" in client.get(url).content.decode()
