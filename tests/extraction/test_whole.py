"""Is a number that is too long to be one answered as any other that there is not: in an address, on a page that is sent?"""

from __future__ import annotations

import html

import pytest
from django.urls import reverse

from extraction import queries, workflow
from extraction.models import Outcome, Study
from extraction.schema.whole import whole
from reviewapp.models import Member
from tests.extraction import build
from tests.extraction.test_views import browser, url
from tests.extraction.test_views_forms import save

pytestmark = pytest.mark.django_db
LONG = ["9" * 20, "9" * 5000]  # more than databases hold, more than Python reads


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("0012", 12), ("0", 0), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("9" * 5000, None)]
    + [("", None), ("-1", None), ("1.0", None), ("١٢", None), ("²", None)],
)
def test_a_whole_number_is_read_of_plain_digits_that_are_not_too_many(text: str, number: int | None) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("long", LONG)
def test_a_number_too_long_in_an_address_is_not_here(
    owner: Member, first: Member, study: Study, outcome: Outcome, long: str
) -> None:
    build.rob2_for(owner, first, [study], outcome)
    key, client = f"rob2_assignment-{long}", browser(first)
    for name in ("bias", "bias-agreement"):
        assert client.get(url(first, name, study.pk, key)).status_code == 404
    assert client.post(url(first, "bias", study.pk, key), {"version": "0"}).status_code == 404
    assert client.get(reverse("analysis:bias-figure", args=[first.review.slug, key])).status_code == 404


@pytest.mark.parametrize("long", LONG)
def test_a_number_too_long_on_a_sheet_and_at_an_agreement_is_told_beside_it(
    first: Member, second: Member, study: Study, long: str
) -> None:
    workflow.start_sheet(first, study)
    answer = save(first, study, **{"study/setting": "At home", "document:study/setting": long, "form_number": long})
    assert answer["told"] == {"study/setting": "Setting: the document is a whole number, such as 4."}
    answer = save(first, study, **{"study/design": "Trial", "page:study/design": long, "version": long})
    assert answer["told"] == {"study/design": "Design: the page is a whole number, such as 4."}
    build.submitted(first, study, {"study/setting": "At home"})
    build.submitted(second, study, {"study/setting": "In a clinic"})
    third = {"take:study/setting": "third", "value:study/setting": "Both", "reason:study/setting": "Two sites"}
    sent = browser(first).post(
        url(first, "sheet-agreement", study.pk), third | {"document:study/setting": long, "page:study/setting": "4"}
    )
    assert sent.status_code == 422
    assert "Setting: the document is a whole number, such as 4." in html.unescape(sent.content.decode())
    assert queries.sheet_agreement(first, study).signed is None
