"""What waits for me, and how does a review begin? The pages of the roof."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from analysis.models import Analysis
from extraction.models import Outcome
from reviewapp import workflow
from reviewapp.models import Member, Review
from screening import workflow as screening
from tests import build
from tests.reviewapp.test_views import browser, page

pytestmark = pytest.mark.django_db

NEW_REVIEW = {
    "title": "Exercise for depression",
    "question": "Does exercise help?",
    "reasons": "Wrong population\n\n Not randomised ",
    "votes_title_abstract": "2",
    "votes_full_text": "1",
    "reason_agreement": "strict",
    "is_author": "on",
    "plan-TOTAL_FORMS": "3",
    "plan-INITIAL_FORMS": "0",
    "plan-0-outcome": "Remission",
    "plan-0-measure": "RR",
    "plan-0-model": "random",
    "plan-1-outcome": "Symptoms",
    "plan-1-time_point": "3 months",
    "plan-1-measure": "SMD",
    "plan-1-model": "fixed",
    "plan-2-outcome": "",
    "plan-2-measure": "RR",
    "plan-2-model": "random",
}


# --- my reviews ------------------------------------------------------------------------------------------------


def test_the_home_page_shows_my_reviews_and_no_others(first: Member) -> None:
    build.review(build.user("Other Owner"), title="Not mine")
    told = page(browser(first), "home")
    assert first.review.title in told
    assert "Not mine" not in told
    assert reverse("review-waiting", args=[first.review.slug]) in told


def test_three_reviews_take_as_many_queries_as_one(owner: Member, django_assert_num_queries: Callable) -> None:
    client = browser(owner)
    page(client, "home")
    with django_assert_num_queries(3):
        page(client, "home")
    for title in ("Second", "Third"):
        build.review(owner.user, title=title)
    with django_assert_num_queries(3):
        assert "Third" in page(client, "home")


def test_what_waits_for_me_stands_first_on_a_review_s_home(owner: Member, first: Member) -> None:
    build.citations(owner, 3)
    told = page(browser(first), "review-home", first.review.slug)
    assert told.index("Waiting for you") < told.index("3 citations to screen") < told.index("The path of this review")
    assert "3 citations to screen" in page(browser(first), "review-waiting", first.review.slug)
    assert "citations to screen" not in page(browser(owner), "review-waiting", first.review.slug)


def test_nothing_waits_in_a_closed_review(owner: Member, first: Member) -> None:
    build.citations(owner, 3)
    workflow.close(owner)
    told = page(browser(first), "review-home", first.review.slug)
    assert "citations to screen" not in told
    assert "can be read, but not changed" in told


def test_the_path_leads_from_the_search_to_the_flow_diagram_and_lists_conflicts_only_when_they_wait(
    owner: Member, first: Member, second: Member, arbiter: Member
) -> None:
    (citation,) = build.citations(owner, 1)
    screening.vote(first, citation, "title_abstract", "include")
    screening.vote(second, citation, "title_abstract", "exclude")
    answer = browser(arbiter).get(reverse("review-home", args=[owner.review.slug]))
    keys = [step.key for step in answer.context["path"]]
    assert keys[0] == "search"
    assert keys[-1] == "flow"
    assert not any(key.startswith("conflicts") for key in keys)
    assert "1 conflict to settle" in answer.content.decode()


# --- a new review ----------------------------------------------------------------------------------------------


def test_a_review_begins_with_its_reasons_in_order_and_the_analyses_it_plans() -> None:
    answer = browser(build.user("Ona")).post(reverse("review-new"), NEW_REVIEW)
    review = Review.objects.get()
    assert answer["Location"] == reverse("review-home", args=[review.slug])
    assert [reason.text for reason in review.exclusion_reasons.all()] == ["Wrong population", "Not randomised"]
    assert (review.votes_title_abstract, review.votes_full_text) == (2, 1)
    assert [(str(each), each.measure, each.method, each.model) for each in Analysis.objects.all()] == [
        ("Remission", "RR", "IV", "random"),
        ("Symptoms, 3 months", "SMD", "IV", "fixed"),
    ]
    assert [each.kind for each in Outcome.objects.all()] == ["dichotomous", "continuous"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"title": ""}, "This field is required"),
        ({"reasons": "x" * 201}, "at most 200 characters"),
        ({"plan-1-measure": "XX"}, "XX is not one of the available choices"),
        ({"plan-1-outcome": "Remission", "plan-1-time_point": ""}, "Remission"),  # events and means under one name
    ],
)
def test_a_review_that_cannot_begin_so_leaves_nothing_behind(change: dict[str, str], told: str) -> None:
    answer = browser(build.user("Ona")).post(reverse("review-new"), NEW_REVIEW | change)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Review.objects.exists()


def test_more_rows_keep_what_was_typed_and_store_nothing() -> None:
    sent = {name: value for name, value in NEW_REVIEW.items() if name != "is_author"} | {"more": "1"}
    answer = browser(build.user("Ona")).post(reverse("review-new"), sent)
    told = answer.content.decode()
    assert 'value="Symptoms"' in told
    assert "Not randomised" in told
    assert not answer.context["form"]["is_author"].value()
    assert len(answer.context["plan"].forms) > 3
    assert not Review.objects.exists()


def test_a_form_that_is_sent_twice_starts_one_review() -> None:
    client = browser(build.user("Ona"))
    first, again = (client.post(reverse("review-new"), NEW_REVIEW) for _ in range(2))
    assert first["Location"] == again["Location"]
    assert Review.objects.count() == 1
