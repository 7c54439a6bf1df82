"""Do two people, an arbiter between them, come to the diagram that follows from what they pressed: by keyboard, on a phone, without script?

The suite plays thirty citations by keyboard, with the connection cut for a moment. The whole of it is one command:

    JOURNEY_CITATIONS=200 JOURNEY_CUT=60 JOURNEY_WAYS=keys,phone,plain python -m pytest tests/browser/test_screening.py

Of the other ways each plays twenty. Each person presses by a plan of their own; what should follow is counted from the plan, and compared
with the numbers in the exported files.
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
from reviewapp.models import Role
from tests import build
from tests.browser.hands import Finger, Hands
from tests.services import Service, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.django_db(transaction=True)]

CITATIONS = int(os.environ.get("JOURNEY_CITATIONS", "30"))
CUT = float(os.environ.get("JOURNEY_CUT", "0"))  # seconds for which the connection is cut in the middle
CUT_VOTES = 5  # meanwhile
FEW = 20  # citations of who has no keyboard
TA, FT = "title_abstract", "full_text"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
WAYS = {"keys": (Hands, {}), "phone": (Finger, PHONE), "plain": (Finger, {"java_script_enabled": False})}
CHOSEN = os.environ.get("JOURNEY_WAYS", "keys").split(",")


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


def screen(hands: Hands, slug: str, stage: str, votes: dict[str, str], *, cut: bool = False) -> None:
    """Press what is meant for each citation, as it comes, until nothing waits; cut: in the middle the connection is cut, and it goes on."""
    page, keeps = hands.page, "Object.keys(localStorage).some(name => name.startsWith('outbox/'))"
    hands.open(f"/reviews/{slug}/screen/{stage}/")
    for number in range(len(votes)):
        is_cut = cut and 0 <= number - len(votes) // 2 < CUT_VOTES
        page.context.set_offline(is_cut)
        title = page.locator("#title").inner_text()
        hands.key(votes[title])
        expect(page.locator("#title").or_(page.locator(".empty h1"))).not_to_have_text(title)
        if is_cut:
            expect(page.locator("[data-desk=outbox-word]")).to_contain_text("on the way")
            page.wait_for_timeout(1000 * CUT / CUT_VOTES)
    expect(page.locator(".empty h1")).to_have_text("Nothing waits for you here.")
    wait_until(lambda: not page.evaluate(keeps), "all votes are sent")


def retrieve(hands: Hands, slug: str, titles: list[str], lost: str) -> None:
    """Go down the list of reports; each is at hand, but for the one that nobody has."""
    hands.open(f"/reviews/{slug}/reports/?state=sought")
    for title in titles:
        name = "Not retrieved" if title == lost else "At hand, no PDF"
        row = hands.page.locator("section", has=hands.page.get_by_role("heading", name=title, exact=True))
        hands.enter(row.get_by_role("button", name=name))
    expect(hands.page.get_by_text("No report is here")).to_be_visible()


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


@pytest.mark.parametrize("way", CHOSEN)
def test_the_exported_diagram_says_what_follows_from_what_was_pressed(
    sit_down: Callable[..., Hands], service: Service, way: str
) -> None:
    kind, properties = WAYS[way]
    count = CITATIONS if way == "keys" else FEW
    owner = build.review(build.user("Olga Owner"), reasons=build.REASONS)
    slug = owner.review.slug
    citations = build.citations(owner, count)
    plan = {citation.title: planned(number) for number, citation in enumerate(citations)}

    def at_the_desk(role: str, name: str, *, author: bool = True) -> Hands:
        member, hands = build.member(owner, role, name, is_author=author), sit_down(kind, **properties)
        cookies = [
            {"name": key, "value": value, "url": service.address} for key, value in service.session(member.user).items()
        ]
        hands.page.context.add_cookies(cookies)
        return hands

    first, second = (at_the_desk(Role.REVIEWER, name) for name in ("Fay First", "Sam Second"))
    arbiter = at_the_desk(Role.ARBITER, "Ari Arbiter", author=False)

    for hands, place in ((first, 0), (second, 1)):
        cut = hands is first and way != "plain"
        screen(hands, slug, TA, {title: each.screened[place] for title, each in plan.items()}, cut=cut)
    differing = {title: each.settled for title, each in plan.items() if each.screened == ("i", "e")}
    settle(arbiter, slug, TA, differing)

    on = {title: each for title, each in plan.items() if each.goes_on}
    lost = next(iter(on))
    retrieve(second, slug, list(on), lost)
    at_hand = {title: each for title, each in on.items() if title != lost}
    for hands, place in ((first, 0), (second, 1)):
        screen(hands, slug, FT, {title: each.judged[place] for title, each in at_hand.items()})
    settle(arbiter, slug, FT, {title: "i" for title, each in at_hand.items() if each.judged == ("i", "1")})

    first.open(f"/reviews/{slug}/flow/")
    drawn = " ".join("".join(ElementTree.parse(first.download("SVG")).getroot().itertext()).split())
    told = {row["data"]: row["n"] for row in csv.DictReader(first.download("CSV").open(encoding="utf-8-sig"))}

    excluded = Counter(each.judged[0] for each in at_hand.values() if each.judged in (("1", "1"), ("2", "2")))
    reasons = {build.REASONS[int(key) - 1]: n for key, n in sorted(excluded.items())}
    expected = {
        "database_results": str(count),
        "duplicates": "0",
        "records_screened": str(count),
        "records_excluded": str(count - len(on)),
        "dbr_sought_reports": str(len(on)),
        "dbr_notretrieved_reports": "1",
        "dbr_assessed": str(len(at_hand)),
        "dbr_excluded": "; ".join(f"{reason}, {n}" for reason, n in reasons.items()),
        "new_reports": str(len(at_hand) - excluded.total()),
    }
    assert {key: told[key] for key in expected} == expected
    for words, n in (
        ("Records screened", count),
        ("Records excluded\\*\\*", count - len(on)),
        ("Reports sought for retrieval", len(on)),
    ):
        assert re.search(rf"{words} \(n = {n}\)", drawn)
    assert first.refused == second.refused == arbiter.refused == []
    audit.seal_all()
    assert list(audit.verify(owner.review)) == []
