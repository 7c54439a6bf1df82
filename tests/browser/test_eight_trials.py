"""Two people extract the eight trials of the seed review in two browsers. Are their differences found, each and no other, and is
nothing lost when the service is killed and when the network is cut?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from extraction import queries
from extraction import workflow as extraction
from extraction.models import Study
from extraction.schema import show
from reviewapp.models import Member
from reviewapp.seed import play
from reviewapp.seed.data import load
from tests.browser import sheets
from tests.browser.hands import Hands
from tests.extraction import build as extracted
from tests.services import Service

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.services, pytest.mark.django_db(transaction=True)]

PLANTED: dict[str, dict[str, str]] = {  # what the second author writes otherwise than the first, by trial and question
    "Cicchetti 1999a": {
        "study/randomised": "103",
        "outcome/secure/arm/tpp/events": "13",
        "outcome/disorganised/arm/control/total": "45",
    },
    "Cicchetti 2006b": {
        "study/design": "Randomised trial with two arms, and a comparison group that was not randomised.",
        "outcome/avoidant/arm/cs/events": "",
        "outcome/avoidant/arm/cs/total": "",
    },
    "Cohen 1999b": {"study/notes": "76 infants in the abstract; whether all were randomised is not known here."},
    "Lieberman 1991": {"study/randomised": "93"},
    "Murray 2003": {"study/setting": "England."},
    "Robert-Tissot 1996": {},
    "Salomonsson 2011": {"study/randomised": "75", "study/notes": ""},
    "Sleed 2013": {"study/design": "Cluster randomised trial: mothers were allocated, not prisons."},
}
SPELLED_OTHERWISE = {  # and what is the same all the same
    "Cohen 1999b": {"study/setting": "Toronto,  Canada: a children's mental health centre. "},
    "Murray 2003": {"study/randomised": " 193"},
}
KILLED, CUT = "Cohen 1999b", "Salomonsson 2011"  # the trials in the middle of which it happens


class Trial:
    """A trial of the seed review as a study with nothing extracted, and what each author will type, by name of the field."""

    def __init__(self, authors: tuple[Member, Member], data: dict[str, Any], outcomes: Mapping[str, int]) -> None:
        self.label = data["label"]
        self.study = extraction.make_study(authors[0], self.label, extracted.reports(authors))
        self.outcomes = outcomes
        self.arms = {
            arm["id"]: extraction.add_arm(authors[0], self.study, name=arm["name"], role=arm["role"]).pk
            for arm in data["arms"]
        }
        self.agreed = {self.name(key): show(value) for key, value in data["sheets"]["agreed"].items()}
        self.planted = {self.name(key): text for key, text in PLANTED[self.label].items()}

    def name(self, key: str) -> str:
        """outcome/secure/arm/tpp/events with the numbers of the outcome and the arm."""
        parts = key.split("/")
        if parts[0] == "outcome":
            parts[1], parts[3] = str(self.outcomes[parts[1]]), str(self.arms[parts[3]])
        return "/".join(parts)

    def typed_by(self, author: str) -> dict[str, str]:
        if author == "first":
            return self.agreed
        otherwise = {self.name(key): text for key, text in SPELLED_OTHERWISE.get(self.label, {}).items()}
        return self.agreed | otherwise | self.planted


@pytest.fixture
def trials(owner: Member, first: Member, second: Member) -> list[Trial]:
    outcomes = {key: each.pk for key, each in play.plan(owner, load("protocol.json")).items()}
    return [Trial((first, second), data, outcomes) for data in load("studies.json")["studies"]]


def in_halves(answers: Mapping[str, str]) -> Iterator[dict[str, str]]:
    items = iter(answers.items())
    yield dict(islice(items, len(answers) // 2))
    yield dict(items)


def stored(member: Member, study: Study) -> dict[str, str]:
    """What the database has of this person's answers, as a person would type them."""
    answers = queries.own_sheet(member, study).answers()
    return {key: show(answer.value) for key, answer in answers.items() if answer.value is not None}


def plain(answers: Mapping[str, str]) -> dict[str, str]:
    """Typed answers without what spaces make of them."""
    return {key: " ".join(text.split()) for key, text in answers.items() if text}


def is_stored(member: Member, trial: Trial, answers: Mapping[str, str]) -> bool:
    found = plain(stored(member, trial.study))
    return all(found.get(key, "") == text for key, text in plain(answers).items())


def killed_and_started_again(service: Service, meanwhile: Callable[[], None]) -> None:
    """kill -9 the web server; the same address answers again after what happens meanwhile."""
    port = int(service.address.rpartition(":")[2])
    service.kill_web()
    meanwhile()
    service.start(port=port)


def typed_in_vain(page: Page, answers: Mapping[str, str]) -> None:
    """Go on typing while no server answers."""
    sheets.fill(page, answers)
    expect(page.locator("#unsaved")).to_contain_text("not saved yet: kept in this browser")


def differences(page: Page, study: Study) -> set[str]:
    """The keys of the questions that the agreement page wants settled."""
    sheets.open_agreement(page, study)
    found = page.locator("h2:text-is('To be settled') ~ fieldset").evaluate_all("all => all.map((each) => each.id)")
    return {each.removeprefix("q-") for each in found}


def others_words(page: Page, trial: Trial) -> list[str]:
    """Addresses at which this person meets what the other has typed of a trial, although not both are in."""
    review, pk = trial.study.review.slug, trial.study.pk
    words = trial.agreed["study/participants"]
    paths = ("studies/", f"studies/{pk}/", f"sheets/{pk}/", f"sheets/{pk}/agreement/", "extraction.csv")
    pages = {path: page.request.get(f"{sheets.site(page)}/reviews/{review}/{path}") for path in paths}
    assert all(answer.status == 200 for answer in pages.values()), pages
    return [path for path, answer in pages.items() if words in answer.text().replace("&#x27;", "'")]


def test_the_agreement_finds_each_planted_difference_and_no_other_through_a_kill_and_a_cut(
    service: Service, sit_down: Callable[[], Hands], first: Member, second: Member, trials: list[Trial]
) -> None:
    people = {"first": first, "second": second}
    at = {author: sheets.seated(sit_down(), service, member).page for author, member in people.items()}
    for trial in trials:
        for author, page in at.items():
            before, after = in_halves(trial.typed_by(author))
            sheets.begin(page, trial.study)
            sheets.fill(page, before)
            sheets.wait_until_saved(page)
            assert is_stored(people[author], trial, before), "what the page calls saved is saved"
            if (trial.label, author) == (KILLED, "first"):
                killed_and_started_again(service, meanwhile=lambda page=page, after=after: typed_in_vain(page, after))
            elif (trial.label, author) == (CUT, "second"):
                page.context.set_offline(True)
                typed_in_vain(page, after)
                page.context.set_offline(False)
            else:
                sheets.fill(page, after)
            sheets.wait_until_saved(page)
            assert is_stored(people[author], trial, before | after)
            if author == "first":
                assert others_words(at["second"], trial) == []
            sheets.hand_in(page)
            if author == "first":
                assert others_words(at["second"], trial) == []
    for trial in trials:
        for author, member in people.items():
            assert plain(stored(member, trial.study)) == plain(trial.typed_by(author)), (
                "nothing is lost, nothing is made up"
            )
        for page in at.values():
            assert differences(page, trial.study) == set(trial.planted)
    expect(at["first"].locator("form.agree")).to_be_visible()
