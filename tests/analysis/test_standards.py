"""Are MECIR's standards of selection checked against what stands, and is a departure written down and printed?"""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from analysis.models import Override
from analysis.queries.standards import State, standards
from analysis.workflow import standards as departures
from extraction import workflow as extraction
from reviewapp.errors import BadInput, NotHere, Refused, WrongState
from reviewapp.models import Event
from reviewapp.workflow import amend_protocol
from screening import workflow as screening
from tests import build
from tests.screening.test_views import sign_in

pytestmark = pytest.mark.django_db
FT = "full_text"


def check(member, name: str):
    return next(each for each in standards(member) if each.id == name)


@pytest.fixture
def reports(owner, first, second):
    """Two citations at full text."""
    found = build.citations(owner, 2)
    for citation in found:
        build.at_full_text((first, second), owner, citation)
    return found


@pytest.fixture
def reason(review):
    return review.exclusion_reasons.get(text="Not randomised")


def test_a_fresh_review_has_nothing_to_check(owner):
    states = {each.id: each.state for each in standards(owner)}
    assert states == dict.fromkeys(("C39", "C40", "C41", "C42", "C45", "C46", "C53", "C54"), State.NOT_YET)


def test_full_texts_judged_by_two_are_met_so_far_and_then_met(owner, first, second, reports, reason):
    build.agreed((first, second), reports[0], FT, "exclude", reason=reason)
    assert check(owner, "C39").state == State.SO_FAR
    build.agreed((first, second), reports[1], FT, "exclude", reason=reason)
    found = check(owner, "C39")
    assert found.state == State.MET
    assert found.found.endswith("Disagreements are settled by an arbiter or owner.")
    assert check(owner, "C41").state == State.MET
    amend_protocol(owner, settle_together=True)
    assert check(owner, "C39").found.endswith("by an arbiter or owner, or together by those who voted.")


def test_a_full_text_decided_by_one_needs_attention_and_is_named(owner, first, second, reports, reason):
    amend_protocol(owner, votes_full_text=1)
    screening.vote(first, reports[0], FT, "exclude", reason=reason)
    found = check(owner, "C39")
    assert found.state == State.ATTENTION
    assert found.citations == (reports[0],)
    assert "1 of them by fewer than two people" in found.found


def test_a_vote_that_is_sealed_changes_no_standard_for_anybody(owner, first, second, reports, reason):
    before = [(each.state, each.found) for each in standards(owner)]
    screening.vote(first, reports[0], FT, "exclude", reason=reason)
    assert [(each.state, each.found) for each in standards(second)] == before


@pytest.mark.parametrize("text", ["No usable outcome data", "Results not reported", "Wrong outcomes"])
def test_an_exclusion_for_want_of_data_needs_attention(owner, first, second, reports, text):
    reason = screening.add_reason(owner, text)
    assert check(owner, "C40").state == State.SO_FAR
    build.agreed((first, second), reports[0], FT, "exclude", reason=reason)
    found = check(owner, "C40")
    assert (found.state, found.citations) == (State.ATTENTION, (reports[0],))
    assert text in found.found


def test_an_included_report_without_a_study_needs_attention_until_it_is_joined(owner, first, second, reports):
    build.agreed((first, second), reports[0], FT)
    found = check(owner, "C42")
    assert (found.state, found.citations) == (State.ATTENTION, (reports[0],))
    extraction.make_study(first, "Author1 2001", [reports[0]])
    assert check(owner, "C42").state == State.SO_FAR


def test_a_departure_is_written_down_changed_taken_back_and_stays_in_the_trail(owner, review):
    with pytest.raises(BadInput, match="written reason"):
        departures.override_standard(owner, "C39", "  ")
    departures.override_standard(owner, "C39", "One author, checked by a second on a sample")
    departures.override_standard(owner, "C39", "One author, checked by a second on a sample")
    departures.override_standard(owner, "C39", "One author")
    assert check(owner, "C39").override.reason == "One author"
    departures.withdraw_override(owner, "C39")
    assert check(owner, "C39").override is None
    with pytest.raises(WrongState):
        departures.withdraw_override(owner, "C39")
    assert Override.objects.count() == 2
    verbs = list(Event.unblinded.filter(verb__startswith="analysis.").values_list("verb", flat=True))
    assert verbs == ["analysis.standard_overridden"] * 2 + ["analysis.override_withdrawn"]


def test_only_owners_depart_and_only_from_standards_that_are_checked(owner, first):
    with pytest.raises(Refused):
        departures.override_standard(first, "C39", "Because")
    with pytest.raises(NotHere):
        departures.override_standard(owner, "C99", "Because")


def test_the_reason_is_printed_with_the_standard(owner, first):
    client, slug = sign_in(owner), owner.review.slug
    sent = {"reason": "A rapid review: one author decides"}
    assert client.post(reverse("analysis:override", args=[slug, "C39"]), sent).status_code == 302
    assert client.post(reverse("analysis:override", args=[slug, "C39"]), {}).status_code == 422
    page = sign_in(first).get(reverse("analysis:standards", args=[slug])).content.decode()
    assert "A rapid review: one author decides" in page
    assert "Write it down" not in page
    data = client.get(reverse("analysis:standards-csv", args=[slug])).content.decode("utf-8-sig")
    row = next(row for row in csv.DictReader(io.StringIO(data)) if row["Standard"] == "C39")
    assert row["Departed from, because"].startswith("A rapid review: one author decides (Olga Owner, ")
    assert client.get(reverse("analysis:standards-docx", args=[slug])).content[:2] == b"PK"
    client.post(reverse("analysis:withdraw-override", args=[slug, "C39"]))
    assert "Taken back" in client.get(reverse("analysis:standards", args=[slug])).content.decode()
