"""Do two people at keyboards, an arbiter between them, come to the diagram that follows from what they pressed?

Thirty citations in the suite; JOURNEY_CITATIONS=200 plays as many. Each presses by a plan of their own; what should follow is counted from
the plan, and compared with the numbers in the exported files.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from reviewapp import audit
from reviewapp.models import Member, Role
from screening import workflow as screening
from screening.models import Citation
from tests import build
from tests.browser.hands import Hands
from tests.browser.test_journey import vote_through
from tests.services import Service

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.django_db(transaction=True)]

CITATIONS = int(os.environ.get("JOURNEY_CITATIONS", "30"))
TA, FT = "title_abstract", "full_text"


@dataclass(frozen=True)
class Plan:
    """What is pressed for one citation: by first and second at each stage, and by the arbiter where they differ."""

    screened: tuple[str, str]
    judged: tuple[str, str] = ("", "")
    settled: str = "i"

    @property
    def goes_on(self) -> bool:
        return "e" not in self.screened or (set(self.screened) != {"e"} and self.settled == "i")


def planned(number: int) -> Plan:
    """Of five citations two go on, one after a conflict; of those at full text some are excluded, for one of two reasons."""
    judged = (("i", "i"), ("1", "1"), ("2", "2"), ("i", "1"))[number // 5 % 4]
    screened = (("e", "e"), ("i", "m"), ("e", "e"), ("i", "e"), ("e", "e"))[number % 5]
    return Plan(screened, judged, "i" if number % 2 else "e")


def settle(hands: Hands, slug: str, stage: str, answers: dict[str, str]) -> None:
    """Open the first conflict by key, and decide each by key; the next one follows."""
    hands.open(f"/reviews/{slug}/conflicts/{stage}/")
    if answers:
        hands.turn("o")
    for _ in answers:
        title = hands.page.get_by_role("heading", level=1).inner_text()
        key = next(key for known, key in answers.items() if known in title)
        hands.turn(key)
    expect(hands.page.get_by_text("There is no conflict")).to_be_visible()


def test_the_exported_diagram_says_what_follows_from_the_keys_that_were_pressed(
    sit_down: Callable[[], Hands], service: Service
) -> None:
    owner = build.review(build.user("Olga Owner"), reasons=build.REASONS)
    slug = owner.review.slug
    citations = build.citations(owner, CITATIONS)
    plan = {citation.title: planned(number) for number, citation in enumerate(citations)}

    def at_the_desk(role: str, name: str, *, author: bool = True) -> tuple[Member, Hands]:
        member, hands = build.member(owner, role, name, is_author=author), sit_down()
        cookies = [
            {"name": key, "value": value, "url": service.address} for key, value in service.session(member.user).items()
        ]
        hands.page.context.add_cookies(cookies)
        return member, hands

    (_, first), (_, second) = (at_the_desk(Role.REVIEWER, name) for name in ("Fay First", "Sam Second"))
    _, arbiter = at_the_desk(Role.ARBITER, "Ari Arbiter", author=False)

    for hands, place in ((first, 0), (second, 1)):
        vote_through(hands, TA, {title: each.screened[place] for title, each in plan.items()}, slug)
    differing = {title: each.settled for title, each in plan.items() if each.screened == ("i", "e")}
    settle(arbiter, slug, TA, differing)

    on = {title: each for title, each in plan.items() if each.goes_on}
    lost = next(iter(on))
    for citation in citations:
        if citation.title == lost:
            screening.not_retrieved(owner, Citation.objects.get(pk=citation.pk), "Asked the library twice.")
        elif citation.title in on:
            screening.mark_retrieved(owner, Citation.objects.get(pk=citation.pk))
    at_hand = {title: each for title, each in on.items() if title != lost}
    for hands, place in ((first, 0), (second, 1)):
        vote_through(hands, FT, {title: each.judged[place] for title, each in at_hand.items()}, slug)
    settle(arbiter, slug, FT, {title: "i" for title, each in at_hand.items() if each.judged == ("i", "1")})

    first.open(f"/reviews/{slug}/flow/")
    drawn = " ".join("".join(ElementTree.parse(first.download("SVG")).getroot().itertext()).split())
    told = {row["data"]: row["n"] for row in csv.DictReader(first.download("CSV").open(encoding="utf-8-sig"))}

    excluded = Counter(each.judged[0] for each in at_hand.values() if each.judged in (("1", "1"), ("2", "2")))
    reasons = {build.REASONS[int(key) - 1]: n for key, n in sorted(excluded.items())}
    expected = {
        "database_results": str(CITATIONS),
        "duplicates": "0",
        "records_screened": str(CITATIONS),
        "records_excluded": str(CITATIONS - len(on)),
        "dbr_sought_reports": str(len(on)),
        "dbr_notretrieved_reports": "1",
        "dbr_assessed": str(len(at_hand)),
        "dbr_excluded": "; ".join(f"{reason}, {n}" for reason, n in reasons.items()),
        "new_reports": str(len(at_hand) - excluded.total()),
    }
    assert {key: told[key] for key in expected} == expected
    for words, n in (
        ("Records screened", CITATIONS),
        ("Records excluded\\*\\*", CITATIONS - len(on)),
        ("Reports sought for retrieval", len(on)),
    ):
        assert re.search(rf"{words} \(n = {n}\)", drawn)
    assert first.refused == second.refused == arbiter.refused == []
    audit.seal_all()
    assert list(audit.verify(owner.review)) == []
