"""What becomes of a form that is sent when nobody is signed in any more?"""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from reviewapp.models import Member, Review
from screening.models import Label
from tests import build

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TYPED = {"title": "Größe & <b>“Würde”</b>", "question": "one\ntwo", "votes_title_abstract": "2", "votes_full_text": "1"}
TYPED |= {"reason_agreement": "strict", "plan-TOTAL_FORMS": "0", "plan-INITIAL_FORMS": "0", "is_author": "on"}
HERE = "http://testserver"


def handed_back(text: str) -> dict[str, str]:
    """The fields that the page would send again, as a browser reads them."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', text)
    return {unescape(name): unescape(value).replace("\r\n", "\n") for name, value in found}


def test_what_was_entered_comes_back_and_is_sent_after_signing_in(owner: Member) -> None:
    browser, address = Client(enforce_csrf_checks=True), reverse("review-new")
    token = browser.get(reverse("account_login")).cookies["csrftoken"].value
    came_from = {"HTTP_REFERER": HERE + address, "HTTP_ORIGIN": HERE}
    answer = browser.post(address, {**TYPED, "csrfmiddlewaretoken": token}, **came_from)
    text = answer.content.decode()
    assert (answer.status_code, "You are signed out" in text, 'target="_blank"' in text) == (401, True, True)
    assert handed_back(text) | TYPED == handed_back(text)
    assert f'action="{address}"' in text

    browser.force_login(owner.user)  # in another window; the token of this one is of before
    browser.get(reverse("account_login"))
    answer = browser.post(address, {**TYPED, "csrfmiddlewaretoken": "a" * 32}, **came_from)
    text = answer.content.decode()
    assert (answer.status_code, "Not sent yet" in text) == (403, True)
    answer = browser.post(address, handed_back(text), **came_from)
    assert answer.status_code == 302
    assert Review.objects.filter(title=TYPED["title"], question=TYPED["question"]).count() == 1


def test_of_a_form_that_another_site_sent_nothing_is_repeated(owner: Member) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner.user)
    for origin in ({"HTTP_ORIGIN": "https://elsewhere.example"}, {}):
        answer = browser.post(reverse("review-new"), TYPED, **origin)
        assert answer.status_code == 403
        assert "Würde" not in answer.content.decode()


def test_a_password_is_not_handed_back() -> None:
    browser = Client(enforce_csrf_checks=True)
    sent = {"login": "someone@example.org", "password": build.PASSWORD}
    answer = browser.post(reverse("account_login"), sent, HTTP_ORIGIN=HERE)
    assert answer.status_code == 403
    assert build.PASSWORD not in answer.content.decode()


def test_that_a_file_has_to_be_chosen_once_more_is_said(owner: Member) -> None:
    address = reverse("extraction:bias-import", args=[owner.review.slug])
    answer = Client().post(address, {"file": SimpleUploadedFile("robvis.csv", b"Study\n")})
    assert answer.status_code == 401
    assert "choose it once more" in answer.content.decode()


def test_scripts_are_told_in_their_own_way(owner: Member) -> None:
    address = reverse("protocol-edit", args=[owner.review.slug])
    assert Client().post(address, HTTP_ACCEPT="application/json").status_code == 302
    part = Client().post(address, HTTP_HX_REQUEST="true", HTTP_REFERER=f"{HERE}{address}")
    assert (part.status_code, part["HX-Retarget"]) == (401, "#live")
    assert b"<main" not in part.content
    assert "what you entered still stands" in part.content.decode()
    polled = Client().get(address, HTTP_HX_REQUEST="true")
    assert (polled.status_code, "no longer shows what happens" in polled.content.decode()) == (401, True)
    assert f"next={address}" in part.content.decode().replace("http%3A//testserver", "")


def test_an_address_that_only_takes_forms_says_so_to_who_opens_it(owner: Member) -> None:
    browser = Client()
    browser.force_login(owner.user)
    answer = browser.get(reverse("team-invite", args=[owner.review.slug]))
    assert (answer.status_code, "takes what a form sends" in answer.content.decode()) == (405, True)
    assert reverse("review-home", args=[owner.review.slug]) in answer.content.decode()
    leads_to = f'href="{reverse("team", args=[owner.review.slug])}">To the page of that form'
    assert leads_to in answer.content.decode(), "such as after a form that was refused was opened again"
    above = browser.get(reverse("screening:undo-pair", args=[owner.review.slug])).content.decode()
    assert reverse("screening:duplicates", args=[owner.review.slug]) + '">To the page of that form' in above
    below_home = browser.get(reverse("screening:withdraw-note", args=[owner.review.slug, 1])).content.decode()
    assert "To the page of that form" not in below_home, "the review's home is led to under its own name"


def test_what_one_person_entered_is_not_sent_for_another_who_signed_in_meanwhile(owner: Member, first: Member) -> None:
    browser, address = Client(), reverse("screening:add-label", args=[owner.review.slug])
    browser.force_login(first.user)
    before = Label.objects.count()
    answer = browser.post(address, {"name": "Of whom"}, HTTP_HX_REQUEST="true", HTTP_X_PAGE_OF=str(owner.user_id))
    assert (answer.status_code, f"{first.user} is signed in now" in answer.content.decode()) == (401, True)
    assert Label.objects.count() == before
    answer = browser.post(address, {"name": "Of whom"}, HTTP_X_PAGE_OF=str(first.user_id))
    assert (answer.status_code, Label.objects.count()) == (302, before + 1)
