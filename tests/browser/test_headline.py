"""Do two people who extract the seed review in their browsers get the published results on its pages, to the printed digit?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from extraction import workflow as extraction
from extraction.models import Outcome, Study
from extraction.schema import Structure, asked_of
from reviewapp.models import Member
from reviewapp.seed import accounts, play, results
from reviewapp.seed.data import load
from screening.models import Citation, Link
from tests import build
from tests.browser import sheets
from tests.browser.hands import Hands
from tests.services import Service, wait_until

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.services, pytest.mark.django_db(transaction=True)]

QUESTIONS = {field.key: field for field in asked_of(Structure()).fields}
SEARCH = "02_medline"  # has every report of the two trials that were pooled


class Paper:
    """A study of the seed review, and how the pages call what the data call `outcome/secure/arm/tpp/events`."""

    def __init__(self, data: dict[str, Any], study: Study, outcomes: dict[str, Outcome]) -> None:
        self.study = study
        self.sheets = data["sheets"]
        self.choices = data["sheets"]["choices"]
        self.arms = {arm["id"]: arm["name"] for arm in data["arms"]}
        self.outcomes = outcomes

    def typed_by(self, author: str) -> dict[str, object]:
        """What this author answers, by the words beside each field."""
        return {self.field(key): answer["value"] for key, answer in self.sheets[author].items()}

    def field(self, key: str) -> str:
        if key in QUESTIONS:
            return QUESTIONS[key].label
        outcome, arm, column = self._cell(key)
        return f"{outcome}, {arm}: {column}"

    def question(self, key: str) -> str:
        """The same cell as the agreement calls it."""
        if key in QUESTIONS:
            unit = QUESTIONS[key].unit
            return QUESTIONS[key].label + (f" ({unit})" if unit else "")
        outcome, arm, column = self._cell(key)
        return f"{outcome}: {arm}, {column}"

    def _cell(self, key: str) -> tuple[str, str, str]:
        _, outcome, _, arm, column = key.split("/")
        return str(self.outcomes[outcome]), self.arms[arm], column.capitalize()


def included(owner: Member, second: Member, keys: list[str]) -> list[Citation]:
    """These publications, in both authors' votes, with their reports at hand."""
    places = {
        each["key"]: place
        for each in load("citations.json")["citations"]
        for place in each["records"]
        if place["search"] == SEARCH
    }
    found = []
    for key in keys:
        record = play.record_at(owner.review, places[key])
        citation = Link.objects.get(record=record, undone_at=None).citation
        build.at_full_text((owner, second), owner, citation)
        build.agreed((owner, second), citation, "full_text")
        found.append(citation)
    return found


def papers(owner: Member, second: Member, outcomes: dict[str, Outcome]) -> list[Paper]:
    """The trials behind the results that can be recomputed, as studies with their arms and nothing extracted."""
    found = []
    for data in load("studies.json")["studies"]:
        if not any(key.startswith("outcome/") for key in data["sheets"]["agreed"]):
            continue
        study = extraction.make_study(owner, data["label"], included(owner, second, data["reports"]))
        for arm in data["arms"]:
            extraction.add_arm(owner, study, name=arm["name"], role=arm["role"])
        found.append(Paper(data, study, outcomes))
    return found


def agree(page: Page, paper: Paper, names: dict[str, str]) -> None:
    """Settle each difference as the data say, take over the rest at one stroke, and sign."""
    differences = sheets.open_agreement(page, paper.study)
    assert sorted(differences) == sorted(map(paper.question, paper.choices))
    for key, choice in paper.choices.items():
        if choice["taken_from"] == "third":
            sheets.answer_anew(
                page, paper.question(key), choice["value"], stands=choice["text"], reason=choice["reason"]
            )
        else:
            sheets.take(page, paper.question(key), names[choice["taken_from"]])
    sheets.accept_equals(page)
    sheets.sign(page)


def lead(hands: Hands, slug: str, analysis: str) -> str:
    """The sentence with which an analysis' page begins, once both studies are in it."""
    hands.open(f"/reviews/{slug}/analyses/")
    hands.page.get_by_role("link", name=analysis, exact=True).click()
    stands = hands.page.locator("p.lead")
    wait_until(lambda: hands.page.reload() and "2 studies" in stands.inner_text(), f"the run of {analysis}", every=0.3)
    return stands.inner_text()


def in_print(published: dict[str, Any]) -> str:
    """RR 8.93 (1.25 to 63.70), 2 studies, 168 participants"""
    result = results.spell("RR", published["effect"], published["low"], published["high"])
    return f"{result}, {results.size(published['studies'], published['participants'])}"


def test_two_authors_extract_in_their_browsers_and_the_published_results_stand_on_the_pages(
    service: Service, sit_down: Callable[[], Hands]
):
    protocol = load("protocol.json")
    owner = play.start(protocol["review"], [reason["text"] for reason in protocol["exclusion_reasons"]])
    team = accounts.join(owner)
    outcomes = play.plan(owner, protocol)
    play.take_in(owner, next(each for each in load("searches/searches.json")["searches"] if each["id"] == SEARCH))
    extracted = papers(owner, team["second"], outcomes)
    at = {author: sheets.seated(sit_down(), service, team[author]) for author in play.AUTHORS}

    for paper in extracted:
        for author, hands in at.items():
            sheets.type_sheet(hands.page, paper.study, paper.typed_by(author))
    names = {author: team[author].user.name for author in play.AUTHORS}
    for paper, hands in zip(extracted, at.values(), strict=True):
        agree(hands.page, paper, names)

    recomputed = [each for each in load("published.json")["outcomes"] if each["data"]["rows"]]
    assert len(recomputed) == 4
    for each in recomputed:
        assert lead(at["second"], owner.review.slug, str(outcomes[each["id"]])) == in_print(each["published"])
    assert [hands.refused for hands in at.values()] == [[], []]
