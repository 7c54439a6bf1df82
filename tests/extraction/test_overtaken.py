"""Two people at one agreement: does nobody overwrite, or sign, a choice of the other that their page has not shown?"""

from __future__ import annotations

import html
import json
import re

import pytest
from django.http import HttpResponse

from extraction.models import Assessment, Judgement, Study
from extraction.schema import Choice, TakenFrom
from extraction.workflow.agreement import choose, reopen_assessment_agreement
from reviewapp.models import Member
from tests.extraction import build
from tests.extraction.test_bias import browser, url

pytestmark = pytest.mark.django_db

PLACE, HIDDEN = "allocation_concealment", "sequence_generation"


@pytest.fixture(autouse=True)
def both_in(first: Member, second: Member, study: Study) -> None:
    """Both judged with RoB 1, and differ in two domains."""
    build.assessed(first, study)
    build.assessed(second, study, {PLACE: "high", HIDDEN: "unclear"})


def page(member: Member, study: Study, **chosen: str) -> dict[str, str]:
    """What a browser sends of the agreement's page as it is now, with these choices."""
    text = browser(member).get(url(member, "bias-agreement", study.pk, "rob1")).content.decode()
    data = dict(re.findall(r'name="(seen:[a-z_]+)" value="([^"]*)"', text))
    for key, value in re.findall(r'type="radio" name="(take:[a-z_]+)" value="([a-z]+)" checked', text):
        data[key] = value
    return data | {f"take:{key}": value for key, value in chosen.items()}


def send(member: Member, study: Study, data: dict[str, str], *, script: bool = False) -> HttpResponse:
    headers = {"Accept": "application/json"} if script else {}
    return browser(member).post(url(member, "bias-agreement", study.pk, "rob1"), data, headers=headers)


def chosen(key: str = PLACE) -> str:
    return Judgement.unblinded.get(assessment__agreed=True, key=key).value


def signed() -> bool:
    return Assessment.unblinded.signed().exists()


@pytest.mark.parametrize("pressed", [{"save": "choices"}, {}, {"domain": f"first:{PLACE}"}])
def test_a_page_loaded_earlier_neither_overwrites_nor_signs_what_a_colleague_chose_meanwhile(
    pressed: dict[str, str], first: Member, second: Member, study: Study
) -> None:
    send(first, study, page(first, study, **{PLACE: "first", HIDDEN: "first"}) | {"save": "choices"})
    earlier = page(first, study)
    assert earlier[f"take:{PLACE}"] == "first"
    send(second, study, page(second, study, **{PLACE: "second"}) | {"save": "choices"})
    answer = send(first, study, earlier | pressed)
    assert answer.status_code == 409
    text = html.unescape(answer.content.decode())
    assert "Allocation concealment: Sam Second chose “High risk”." in text
    assert f'name="take:{PLACE}" value="first" checked' in text, "what was chosen here still stands on the page"
    assert (chosen(), signed()) == ("high", False)
    shown = dict(re.findall(r'name="(seen:[a-z_]+)" value="([^"]*)"', answer.content.decode()))
    assert send(first, study, earlier | shown | pressed).status_code == 302, "pressed again, knowingly"
    assert chosen() == "low"


def test_nobody_signs_a_choice_that_was_made_after_the_page_was_loaded(
    first: Member, second: Member, study: Study
) -> None:
    """Also where the page says nothing else of it: as where its answer is equal, and a colleague gave another one."""
    earlier = page(first, study, **{PLACE: "first", HIDDEN: "first"})
    third = {"take:other_bias": "third", "value:other_bias": "high", "reason:other_bias": "Stopped early"}
    third |= {"text:other_bias": "Page 9"}
    assert send(second, study, page(second, study) | third | {"save": "choices"}).status_code == 302
    answer = send(first, study, earlier)
    assert (answer.status_code, signed()) == (409, False)
    assert "Other bias: Sam Second chose “High risk”." in html.unescape(answer.content.decode())
    assert send(first, study, page(first, study, **{PLACE: "first", HIDDEN: "first"}) | third).status_code == 302
    assert (signed(), chosen("other_bias")) == (True, "high")


def test_the_same_choice_of_both_is_no_matter(first: Member, second: Member, study: Study) -> None:
    earlier = page(first, study, **{PLACE: "second", HIDDEN: "first"})
    send(second, study, page(second, study, **{PLACE: "second"}) | {"save": "choices"})
    assert send(first, study, earlier).status_code == 302
    assert (chosen(), signed()) == ("high", True)


def test_a_script_is_told_what_stands_and_which_choice_it_has_shown_by_then(
    first: Member, second: Member, study: Study
) -> None:
    only = {"save": "choices", f"take:{PLACE}": "first"}
    told = json.loads(send(first, study, only | {f"seen:{PLACE}": ""}, script=True).content)
    assert set(told["seen"]) == {PLACE}
    choose(second, Assessment, study, "rob1", {PLACE: Choice(TakenFrom.SECOND)})
    answer = send(first, study, only | {f"seen:{PLACE}": told["seen"][PLACE]}, script=True)
    refused = json.loads(answer.content)
    assert answer.status_code == 409
    assert "Sam Second chose “High risk”. That was meanwhile, and stands" in refused["refused"]
    assert chosen() == "high"
    again = send(first, study, only | {f"seen:{PLACE}": refused["seen"][PLACE]}, script=True)
    assert (again.status_code, chosen()) == (200, "low")


def test_accepting_the_equal_answers_leaves_another_answer_and_keeps_what_else_is_chosen(
    first: Member, second: Member, study: Study
) -> None:
    third = {"take:other_bias": "third", "value:other_bias": "high", "reason:other_bias": "Stopped early"}
    third |= {"text:other_bias": "Page 9"}
    data = page(first, study, **{PLACE: "first"}) | third | {"save": "equal"}
    assert send(first, study, data).status_code == 302
    assert (chosen("other_bias"), chosen(), chosen("selective_reporting")) == ("high", "low", "low")


def test_a_domain_that_cannot_be_settled_so_keeps_nothing_else_of_the_page(
    first: Member, second: Member, study: Study
) -> None:
    answer = send(first, study, page(first, study, **{HIDDEN: "first"}) | {"domain": f"proposed:{PLACE}"})
    assert answer.status_code == 409
    assert "is proposed" in html.unescape(answer.content.decode())
    assert not Judgement.unblinded.filter(assessment__agreed=True).exists(), "refused is refused as a whole"


def test_a_page_that_is_refused_for_something_else_still_signs_nothing_unseen(
    first: Member, second: Member, study: Study
) -> None:
    earlier = page(first, study, **{PLACE: "first"})
    send(second, study, page(second, study, **{PLACE: "second"}) | {"save": "choices"})
    refused = send(first, study, earlier)
    assert refused.status_code == 422, "one is not chosen yet"
    shown = dict(re.findall(r'name="(seen:[a-z_]+)" value="([^"]*)"', refused.content.decode()))
    answer = send(first, study, earlier | shown | {f"take:{HIDDEN}": "first"})
    assert (answer.status_code, chosen(), signed()) == (409, "high", False)
    assert "Sam Second chose “High risk”." in html.unescape(answer.content.decode())


@pytest.mark.parametrize("pressed", [{"save": "choices"}, {}])
def test_what_a_colleague_took_back_is_not_chosen_again_unseen(
    pressed: dict[str, str], first: Member, second: Member, study: Study
) -> None:
    send(first, study, page(first, study, **{PLACE: "first", HIDDEN: "first"}) | {"save": "choices"})
    earlier = page(first, study)
    assert send(second, study, page(second, study) | {"undo": PLACE}).status_code == 302
    answer = send(first, study, earlier | pressed)
    assert (answer.status_code, signed()) == (409, False)
    assert "Allocation concealment: the choice that this page shows was taken back." in html.unescape(
        answer.content.decode()
    )
    assert not Judgement.unblinded.filter(assessment__agreed=True, key=PLACE).exists()
    shown = dict(re.findall(r'name="(seen:[a-z_]+)" value="([^"]*)"', answer.content.decode()))
    assert send(first, study, earlier | shown | pressed).status_code == 302, "pressed again, knowingly"
    assert chosen() == "low"


def test_an_agreement_that_was_reopened_is_signed_again_as_it_was(first: Member, second: Member, study: Study) -> None:
    assert send(first, study, page(first, study, **{PLACE: "first", HIDDEN: "second"})).status_code == 302
    reopen_assessment_agreement(first, study, "rob1")
    earlier = page(second, study)
    send(first, study, page(first, study, **{PLACE: "second"}) | {"save": "choices"})
    assert send(second, study, earlier).status_code == 409
    assert send(second, study, page(second, study)).status_code == 302
    stands = Judgement.unblinded.get(assessment__in=Assessment.unblinded.signed(), key=HIDDEN)
    assert stands.value == "unclear"
