"""Can a team carry a review from sign-up to the flow diagram with keyboards alone, each in a browser of their own?"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from reviewapp import audit
from reviewapp.models import Review
from tests import build
from tests.browser.hands import Hands
from tests.pdfs import pdf
from tests.services import wait_until

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.services, pytest.mark.django_db(transaction=True)]

TITLE = "Parent-infant psychotherapy, by hand"
SLUG = "parent-infant-psychotherapy-by-hand"
PASSWORD = "a long walk by the sea"
TRIAL = {"TI": "Psychotherapy with mother and infant: a trial", "AU": ["Murray, L."], "PY": "2003", "DO": "10.1000/a"}
OLDER = {"TI": "Talking to mothers of older children", "AU": ["Older, O."], "PY": "1998", "DO": "10.1000/b"}
LETTER = {"TI": "A letter about infants", "AU": ["Letter, L."], "PY": "2000"}
LOST = {"TI": "A trial that nobody has", "AU": ["Lost, L."], "PY": "1987"}


def sign_up(hands: Hands, name: str, path: str = "/accounts/signup/") -> None:
    hands.open(path)
    hands.type("Your name*", name)
    hands.type("Email*", f"{name.split()[0].lower()}@example.org")
    hands.type("Password*", PASSWORD)
    hands.press("Sign up")


def start_review(hands: Hands) -> None:
    hands.open("/")
    hands.follow("Start a review")
    hands.type("Title*", TITLE)
    hands.type("Review question*", "Does it help parents and infants?")
    hands.type("Studies are included if", "Randomised trials with infants up to 24 months")
    hands.type("Reasons for exclusion at full text", "Not a trial")
    hands.page.keyboard.press("Enter")
    hands.page.keyboard.type("Infants too old")
    planned = hands.page.get_by_role("group", name="Analysis 1")
    hands.to(planned.get_by_label("Outcome"))
    hands.page.keyboard.type("Secure attachment")
    hands.to(planned.get_by_label("Measure"))
    hands.page.keyboard.type("Risk ratio")
    hands.press("Start the review")
    expect(hands.page.get_by_role("heading", level=1)).to_have_text(TITLE)


def invite(hands: Hands, name: str, role: str, *, author: bool) -> str:
    """Make an invitation; the address that is passed on."""
    hands.open(f"/reviews/{SLUG}/team/")
    hands.type("For whom", name)
    hands.pick("Role*", role)
    box = hands.page.get_by_label("Review author", exact=True)
    if box.is_checked() != author:
        hands.mark(box)
    hands.press("Make an invitation")
    link = hands.page.get_by_label(re.compile(f"^{name}"))
    return link.input_value().removeprefix(hands.address)


def join(hands: Hands, name: str, invitation: str) -> None:
    hands.open(invitation)
    hands.follow("I am new: sign up")
    sign_up(hands, name, hands.page.url.removeprefix(hands.address))
    hands.press(f"Join as {name}")


def add_search(hands: Hands, source: str, hits: int, file: Path) -> None:
    hands.open(f"/reviews/{SLUG}/searches/")
    hands.turn("a")
    hands.type("Source*", source)
    hands.type("Hits", str(hits))
    hands.press("Add the search")
    hands.choose_file("Files*", file)
    hands.press("Import")
    expect(hands.page.get_by_role("heading", name=f"Import of {file.name}")).to_be_visible()


def vote_through(hands: Hands, stage: str, votes: dict[str, str], slug: str = SLUG) -> None:
    """Press the key that is meant for each citation, as it comes, until nothing waits."""
    hands.open(f"/reviews/{slug}/screen/{stage}/")
    for _ in votes:
        title = hands.page.locator("#title").inner_text()
        hands.key(votes[title])
        expect(hands.page.locator("#title").or_(hands.page.locator(".empty h1"))).not_to_have_text(title)
    expect(hands.page.locator(".empty h1")).to_have_text("Nothing waits for you here.")
    unsent = "Object.keys(localStorage).some(name => name.startsWith('outbox/'))"
    wait_until(lambda: not hands.page.evaluate(unsent), "all votes are sent")


def extract(hands: Hands, events: int) -> None:
    hands.open(f"/reviews/{SLUG}/studies/")
    hands.follow("Murray 2003")
    hands.press("Extract Murray 2003")
    for label in ("Design", "Participants", "Interventions"):
        hands.to(hands.page.get_by_label(re.compile(f"^{label}")))
        hands.page.keyboard.type(f"{label} of the trial")
    for arm, cells in (("Psychotherapy", (events, 40)), ("Usual care", (6, 38))):
        for column, value in zip(("Events", "Total"), cells, strict=True):
            hands.to(hands.page.get_by_label(re.compile(f"{arm}: {column}$")))
            hands.page.keyboard.type(str(value))
    hands.press("Save and submit")


def assess(hands: Hands) -> None:
    hands.open(f"/reviews/{SLUG}/studies/")
    hands.follow("Murray 2003")
    hands.press("Judge Murray 2003")
    for number in range(hands.page.locator("fieldset.domain").count()):
        domain = hands.page.locator("fieldset.domain").nth(number)
        hands.mark(domain.get_by_role("radio", name="Low risk"))
        hands.to(domain.get_by_role("textbox"))
        hands.page.keyboard.type("As the report says on page 2")
    hands.press("Save and submit")


def test_a_team_goes_from_sign_up_to_the_flow_diagram_by_keyboard(sit_down: Callable[[], Hands], tmp_path: Path):
    first, second, arbiter = sit_down(), sit_down(), sit_down()

    # the team
    sign_up(first, "Fay First")
    start_review(first)
    for_second = invite(first, "Sam", "Reviewer", author=True)
    for_arbiter = invite(first, "Ari", "Arbiter", author=False)
    join(second, "Sam Second", for_second)
    join(arbiter, "Ari Arbiter", for_arbiter)

    # two databases that both found the trial
    files = {"MEDLINE": [TRIAL, OLDER, LETTER], "Embase": [TRIAL, LOST]}
    for source, records in files.items():
        path = tmp_path / f"{source}.ris"
        path.write_bytes(build.ris(*records))
        add_search(first, source, len(records), path)
        expect(first.page.get_by_text("were understood").or_(first.page.get_by_text("was understood"))).to_be_visible(
            timeout=20_000
        )

    # title and abstract, each alone; one undoes, one notes, once they differ
    votes = {TRIAL["TI"]: "i", OLDER["TI"]: "m", LETTER["TI"]: "e", LOST["TI"]: "i"}
    vote_through(first, "title_abstract", votes)
    second.open(f"/reviews/{SLUG}/screen/title_abstract/")
    opening = second.page.locator("#title").inner_text()
    second.key("e")
    expect(second.page.locator("#title")).not_to_have_text(opening)
    second.key("u")
    expect(second.page.locator("#title")).to_have_text(opening)
    second.key("n")
    second.page.keyboard.type("Seen before")
    second.to(second.page.get_by_role("button", name="Save the note"))
    second.key("Enter")
    expect(second.page.locator(".note p", has_text="Seen before")).to_be_attached()
    vote_through(second, "title_abstract", votes | {OLDER["TI"]: "e"})

    arbiter.open(f"/reviews/{SLUG}/")
    arbiter.follow("1 conflict to settle")
    arbiter.turn("o")
    arbiter.turn("i")
    expect(arbiter.page.get_by_text("There is no conflict")).to_be_visible()

    # reports: one with its PDF, one at hand elsewhere, one that cannot be had
    file = tmp_path / "trial.pdf"
    file.write_bytes(pdf(TRIAL["TI"]))
    first.open(f"/reviews/{SLUG}/reports/")
    first.choose_file(f"PDF of {TRIAL['TI']}", file)
    first.press("Attach the PDF")
    older = first.page.get_by_role("region", name=OLDER["TI"])
    first.enter(older.get_by_role("button", name="At hand, no PDF"))
    lost = first.page.get_by_role("region", name=LOST["TI"])
    first.to(lost.get_by_role("textbox"))
    first.page.keyboard.type("Two libraries, the author")
    first.turn("Enter")

    # full texts: 1 and 2 are the reasons in their order
    vote_through(first, "full_text", {TRIAL["TI"]: "i", OLDER["TI"]: "2"})
    vote_through(second, "full_text", {TRIAL["TI"]: "i", OLDER["TI"]: "2"})

    # a study with two arms, extracted and judged twice, agreed once
    first.open(f"/reviews/{SLUG}/studies/")
    first.press("Make a study of it")
    first.follow("Murray 2003")
    for arm, role in (("Psychotherapy", "Experimental"), ("Usual care", "Control")):
        if not first.page.get_by_label("Name*", exact=True).is_visible():
            first.to(first.page.locator("summary", has_text="Add an arm"))
            first.page.keyboard.press("Enter")
        first.type("Name*", arm)
        first.pick("Role*", role)
        first.press("Add the arm")
    for hands, events in ((first, 12), (second, 21)):
        extract(hands, events)
        assess(hands)
    second.open(f"/reviews/{SLUG}/")
    second.follow("1 study to agree on")
    second.follow("Murray 2003")
    second.follow("Compare and agree")
    second.mark(second.page.get_by_role("radio", name=re.compile("Fay First.*12")))
    second.press("Sign the agreement")
    second.open(f"/reviews/{SLUG}/studies/")
    second.follow("Murray 2003")
    second.follow("Compare and agree")
    second.press("Sign the agreement")

    # the analysis stands, and the diagram
    first.open(f"/reviews/{SLUG}/analyses/")
    wait_until(lambda: first.page.reload() and "1.90" in first.page.content(), "the analysis has run", every=0.5)
    first.open(f"/reviews/{SLUG}/flow/")
    drawn = first.download("SVG").read_text(encoding="utf-8")
    words = " ".join("".join(ElementTree.fromstring(drawn).itertext()).split())
    numbers = {row["data"]: row["n"] for row in csv.DictReader(first.download("CSV").open(encoding="utf-8-sig"))}

    assert numbers["database_results"] == "5"
    assert numbers["duplicates"] == "1"
    assert (numbers["records_screened"], numbers["records_excluded"]) == ("4", "1")
    assert (numbers["dbr_sought_reports"], numbers["dbr_notretrieved_reports"]) == ("3", "1")
    assert (numbers["dbr_assessed"], numbers["dbr_excluded"]) == ("2", "Infants too old, 1")
    assert (numbers["new_studies"], numbers["new_reports"]) == ("1", "1")
    for told in ("Records screened (n = 4)", "Infants too old (n = 1)", "Reports not retrieved (n = 1)"):
        assert told in words

    assert first.refused == second.refused == arbiter.refused == []
    audit.seal_all()
    assert list(audit.verify(Review.objects.get())) == []
