"""What does the protocol's history say of each change?"""

from __future__ import annotations

import pytest

from reviewapp.versions import GONE, NEW, SAME, compared, versions
from reviewapp.workflow import amend_protocol
from tests import build
from tests.screening.test_views import at, sign_in

pytestmark = pytest.mark.django_db


def test_words_that_went_and_came_are_told_apart() -> None:
    found = list(compared("Infants up to one year", "Infants up to two years"))
    assert found == [(SAME, "Infants up to "), (GONE, "one"), (NEW, "two"), (SAME, " "), (GONE, "year"), (NEW, "years")]
    assert list(compared("", "New")) == [(NEW, "New")]
    assert list(compared("Gone", "")) == [(GONE, "Gone")]


def test_each_version_has_its_date_its_author_its_reason_and_what_changed(observer, owner):
    amend_protocol(owner, include_criteria="Randomised trials", why="")
    amend_protocol(owner, include_criteria="Randomised or quasi-randomised trials", why="Round 1 of the pilot")
    last, before, first = versions(observer)
    assert (last.number, last.why, last.actor) == (3, "Round 1 of the pilot", "Olga Owner")
    assert last.changes[0].name == "included are"
    assert (NEW, "or quasi-randomised ") in last.changes[0].words
    assert before.number == 2
    assert "question" in " ".join(change.name for change in first.changes)


def test_the_first_version_has_the_reasons_that_were_given_with_it(owner):
    (first,) = versions(owner)
    assert first.changes[-1].name == "exclusion reasons"


def test_changed_criteria_need_a_reason(owner):
    amend_protocol(owner, include_criteria="Randomised trials")
    client, where = sign_in(owner), at(owner, "protocol/edit/")
    form = client.get(where).context["form"]
    sent = {name: value for name, value in form.initial.items() if value not in (None, False)}
    sent |= {"seen": form.seen, "include_criteria": "Any trials"}
    refused = client.post(where, sent)
    assert refused.status_code == 422
    assert "say why" in refused.content.decode()
    assert client.post(where, {**sent, "why": "The pilot showed that few are randomised"}).status_code == 302
    page = client.get(at(owner, "protocol/versions/")).content.decode()
    assert "<del>Randomised</del>" in page
    assert "few are randomised" in page


def test_another_review_has_its_own_versions(owner):
    other = build.review(build.user("Lea Lead"), title="Another")
    amend_protocol(other, question="Does it?")
    assert len(versions(owner)) == 1
