"""Does a review that updates an earlier one say so in its flow diagram, with numbers that have a source and can be taken back?"""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from analysis import queries as analysis
from analysis.flow.diagram import template
from extraction import queries, workflow
from extraction.models import PreviousVersion
from reviewapp.errors import BadInput, Refused
from reviewapp.models import Event, Member
from tests.extraction import build

pytestmark = pytest.mark.django_db

SOURCE = "Barlow 2010, doi 10.1000/previous"


def numbers(member: Member) -> dict[str, int]:
    counts = analysis.flow(member).counts
    keys = ("previous_studies", "previous_reports", "new_studies", "new_reports", "total_studies", "total_reports")
    return {key: counts.n(key) for key in keys if counts.get(key)}


def test_an_updated_review_adds_what_the_previous_version_had(owner: Member, first: Member, second: Member) -> None:
    build.study((first, second), "Murray 2003")
    assert template(analysis.flow(owner).counts).startswith("new review")
    workflow.state_previous_version(owner, studies=8, reports=11, source=SOURCE)
    assert template(analysis.flow(owner).counts).startswith("updated review")
    assert list(numbers(owner).values()) == [8, 11, 1, 1, 9, 12]
    assert analysis.checked(owner) == ()


def test_a_new_report_of_a_study_that_the_previous_version_had_adds_no_study(
    owner: Member, first: Member, second: Member
) -> None:
    old, new = build.study((first, second), "Cohen 1999"), build.study((first, second), "Murray 2003")
    workflow.state_previous_version(owner, studies=8, reports=11, source=SOURCE, known=[old.pk])
    assert list(numbers(owner).values()) == [8, 11, 1, 2, 9, 13]
    assert list(analysis.listed(owner, "new_studies")) == [new]
    assert list(analysis.listed(owner, "previous_studies")) == [old]
    assert analysis.checked(owner) == ()


def test_a_study_of_the_previous_version_stays_in_the_total_without_a_report_here(
    owner: Member, first: Member, second: Member
) -> None:
    old, new = build.study((first, second), "Cohen 1999"), build.study((first, second), "Murray 2003")
    workflow.state_previous_version(owner, studies=8, reports=11, source=SOURCE, known=[old.pk])
    workflow.drop_study(first, old)
    assert analysis.flow(owner).counts.n("total_studies") == 9
    assert list(analysis.listed(owner, "total_studies")) == [old, new]


def test_what_was_stated_before_stays_and_taking_it_back_makes_a_new_review(owner: Member) -> None:
    workflow.state_previous_version(owner, studies=8, reports=11, source=SOURCE)
    workflow.state_previous_version(owner, studies=9, reports=11, source=SOURCE)
    workflow.state_previous_version(owner, studies=9, reports=11, source=SOURCE)
    assert PreviousVersion.objects.count() == 2
    workflow.withdraw_previous_version(owner)
    assert queries.previous_version(owner) is None
    assert "total_studies" not in analysis.flow(owner).counts.numbers
    told = Event.unblinded.filter(verb__startswith="extraction.previous").values_list("facts__studies", flat=True)
    assert list(told) == [8, 9, 9]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"studies": 3, "reports": 2, "source": SOURCE}, "fewer reports than studies"),
        ({"studies": 3, "reports": 4, "source": " "}, "where these numbers stand"),
        ({"studies": 0, "reports": 0, "source": SOURCE, "known": [1]}, "More studies are marked"),
        ({"studies": 3, "reports": 4, "source": SOURCE, "known": [987654]}, "not in this review"),
    ],
)
def test_what_cannot_be_is_refused_in_words(owner: Member, said: dict, problem: str) -> None:
    with pytest.raises(BadInput, match=problem):
        workflow.state_previous_version(owner, **said)


def test_only_owners_state_it(first: Member) -> None:
    with pytest.raises(Refused):
        workflow.state_previous_version(first, studies=1, reports=1, source=SOURCE)


def test_the_page_states_it_and_the_list_says_what_is_only_counted(client: Client, owner: Member) -> None:
    client.force_login(owner.user)
    url = reverse("extraction:previous-version", args=[owner.review.slug])
    refused = client.post(url, {"studies": 3, "reports": 2, "source": SOURCE})
    assert refused.status_code == 422
    assert "fewer reports than studies" in refused.content.decode()
    page = client.post(url, {"studies": 8, "reports": 11, "source": SOURCE}, follow=True).content.decode()
    assert "The previous version had included 8 studies by 11 reports" in page
    assert "Previous studies" in page
    listed = client.get(reverse("analysis:flow-list", args=[owner.review.slug, "previous_studies"])).content.decode()
    assert SOURCE in listed
    client.post(reverse("extraction:previous-version-withdraw", args=[owner.review.slug]))
    assert "Previous studies" not in client.get(reverse("analysis:flow", args=[owner.review.slug])).content.decode()
