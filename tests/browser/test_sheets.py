"""Does a sheet lose anything when the network goes, or the browser? And are two people's differences found, each and no other?"""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from extraction import queries, workflow
from extraction.models import Study
from extraction.schema import Answer, Choice, TakenFrom
from reviewapp.models import Member
from tests.browser.test_pages import signed_in
from tests.extraction import build
from tests.extraction.test_units import KEY, asked_in
from tests.world import World, world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def here() -> World:
    return world()


def study_of(here: World) -> Study:
    return Study.objects.get(pk=here.things["fresh"]["pk"])


def at_sheet(browser: Browser, live_server: LiveServer, here: World, role: str, study: Study) -> Page:
    page = signed_in(browser, live_server, here.person(role))
    page.goto(f"{live_server.url}/reviews/{here.review.slug}/sheets/{study.pk}/")
    page.get_by_role("button", name="Begin").click()
    return page


def answer(member: Member, study: Study, key: str) -> object:
    found = queries.own_sheet(member, study).answers()
    return found[key].value if key in found else None


def saved(page: Page) -> None:
    """Wait until nothing is on its way."""
    expect(page.locator("form.sheet")).to_have_attribute("data-unsent", "0")


def test_what_the_server_did_not_confirm_is_kept_shown_and_sent_again(
    browser: Browser, live_server: LiveServer, here: World
) -> None:
    study = study_of(here)
    page = at_sheet(browser, live_server, here, "reviewer", study)
    page.get_by_label(re.compile("^Design( needed)?$")).fill("A trial")
    page.keyboard.press("Tab")
    saved(page)
    assert answer(here.first, study, "study/design") == "A trial"

    page.context.set_offline(True)  # the network is cut
    page.get_by_label(re.compile("^Participants( needed)?$")).fill("Mothers")
    page.keyboard.press("Tab")
    page.get_by_label(re.compile("^Setting( needed)?$")).fill("At ho")  # the field in hand: not left yet
    expect(page.locator("#unsaved")).to_contain_text("2 answers not saved yet: kept in this browser")
    assert answer(here.first, study, "study/participants") is None
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.locator("#unsaved")).to_be_in_viewport()
    assert page.evaluate("getComputedStyle(document.querySelector('.foot-bar')).position") == "static", (
        "covers no field"
    )
    state = page.context.storage_state()
    address = page.url
    page.context.close()  # the browser dies
    elsewhere = queries.own_sheet(here.first, study)  # meanwhile, on the same person's other computer
    workflow.save_entries(here.first, elsewhere, {"study/setting": "In a clinic"})

    again = browser.new_context(storage_state=state).new_page()
    again.goto(address)
    expect(again.get_by_label(re.compile("^Setting( needed)?$"))).to_have_value("At ho")
    note = again.get_by_role("alert").filter(has_text="Changed in another window meanwhile.")
    expect(note).to_contain_text("Setting: there stands “In a clinic”, here “At ho”.")
    assert answer(here.first, study, "study/setting") == "In a clinic", "nothing is undone unseen"
    note.get_by_role("button", name="Save what stands here").click()
    saved(again)
    assert answer(here.first, study, "study/participants") == "Mothers"
    assert answer(here.first, study, "study/setting") == "At ho"
    expect(again.locator("#unsaved")).to_be_hidden()
    again.context.close()


def test_a_window_that_another_overtook_overwrites_nothing_that_it_has_not_shown(
    browser: Browser, live_server: LiveServer, here: World
) -> None:
    study = study_of(here)
    page = at_sheet(browser, live_server, here, "reviewer", study)
    field = {name: page.get_by_label(re.compile(f"^{name}( needed)?$")) for name in ("Design", "Setting")}

    def elsewhere(**said: str) -> None:
        answers = {f"study/{name}": value for name, value in said.items()}
        workflow.save_entries(here.first, queries.own_sheet(here.first, study), answers)

    elsewhere(setting="In a clinic")
    with page.expect_response(lambda each: each.request.method == "POST"):  # what changes nothing goes off
        field["Design"].press_sequentially("A")
        page.keyboard.press("Backspace")
        page.keyboard.press("Tab")
    saved(page)
    field["Setting"].fill("At home")
    page.keyboard.press("Tab")
    note = page.get_by_role("alert").filter(has_text="Changed in another window meanwhile.")
    expect(note).to_contain_text("Setting: there stands “In a clinic”, here “At home”.")
    assert answer(here.first, study, "study/setting") == "In a clinic"
    note.get_by_role("button", name="Save what stands here").click()
    saved(page)

    elsewhere(setting="In a prison")
    page.evaluate("""() => {  // a window that was closed while the network was cut
        const entry = {fields: [["study/design", "A trial"]], seen: {"study/design": [""]}, version: 0};
        localStorage.setItem(sheet.key, JSON.stringify({"study/design": entry}));
    }""")
    page.get_by_role("button", name="Save", exact=True).click()  # with nothing changed here
    told = page.locator("#overtaken")
    expect(told).to_contain_text("Setting: there stands “In a prison”, here “At home”.")
    expect(told).to_contain_text("Everything else on this page is saved by itself.")
    expect(told).not_to_contain_text("Nothing of this page is saved yet")
    expect(note).to_contain_text("Setting: there stands “In a prison”, here “At home”.")
    assert answer(here.first, study, "study/setting") == "In a prison"
    expect(page.locator("form.sheet")).to_have_attribute("data-unsent", "1")
    assert answer(here.first, study, "study/design") == "A trial", "what the closed window had kept is saved"
    state, address = page.context.storage_state(), page.url
    page.context.close()

    kept = state["origins"][0]["localStorage"][0]  # as a browser kept it before the upgrade
    kept["value"] = json.dumps({mark: entry["fields"] for mark, entry in json.loads(kept["value"]).items()})
    again = browser.new_context(storage_state=state).new_page()
    again.goto(address)
    note = again.get_by_role("alert").filter(has_text="Changed in another window meanwhile.")
    expect(note).to_contain_text("Setting: there stands “In a prison”, here “At home”.")
    assert answer(here.first, study, "study/setting") == "In a prison"
    again.context.close()


def test_a_page_that_was_refused_says_what_is_to_be_chosen_until_it_is(
    browser: Browser, live_server: LiveServer, here: World
) -> None:
    study = study_of(here)
    page = at_sheet(browser, live_server, here, "reviewer", study)
    elsewhere = {"study/setting": "In a clinic", "study/design": "Cluster"}
    workflow.save_entries(here.first, queries.own_sheet(here.first, study), elsewhere)
    page.get_by_label(re.compile("^Setting( needed)?$")).fill("At home")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    told, unsaved = page.locator("#overtaken"), page.locator("#unsaved")
    expect(told.get_by_role("listitem")).to_have_count(
        2
    )  # what was not touched here is blank, and there is something by now
    expect(unsaved).to_contain_text("2 answers changed in another window meanwhile: choose beside them.")
    for name, button in (("Setting", "Save what stands here"), ("Design", "Take what stands there")):
        note = page.get_by_role("alert").filter(has_text=f"{name}: there stands").filter(has=page.locator("button"))
        note.get_by_role("button", name=button).click()
    saved(page)
    expect(told).to_have_count(0)
    expect(unsaved).to_be_hidden()
    assert answer(here.first, study, "study/setting") == "At home"
    assert answer(here.first, study, "study/design") == "Cluster"
    workflow.save_entries(here.first, queries.own_sheet(here.first, study), {"study/design": "Trial"})
    page.get_by_label(re.compile("^Setting( needed)?$")).fill("At home, alone")
    page.keyboard.press("Tab")
    expect(unsaved).to_contain_text("Another window has changed another answer: load the page again to see it.")
    page.context.close()


def test_a_page_that_came_back_asks_of_what_it_could_not_read_and_of_nothing_else(
    browser: Browser, live_server: LiveServer, here: World
) -> None:
    study = study_of(here)
    page = at_sheet(browser, live_server, here, "reviewer", study)
    workflow.save_entries(here.first, queries.own_sheet(here.first, study), {"study/randomised": "139"})
    field = page.get_by_label(re.compile("^Number randomised( needed)?$"))
    page.evaluate("localStorage.clear(); sheet.store = sheet.send = () => {}")  # of a browser that keeps nothing
    page.get_by_label(re.compile("^Design( needed)?$")).fill("A trial")
    field.fill("many")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator('[data-told="study/randomised"]')).to_contain_text("“many” is not a whole number")
    assert answer(here.first, study, "study/design") == "A trial"
    page.get_by_label(re.compile("^Design( needed)?$")).fill("Another trial")
    page.keyboard.press("Tab")
    saved(page)
    expect(page.locator("#unsaved")).to_be_hidden()
    field.fill("193")
    page.keyboard.press("Tab")
    note = page.get_by_role("alert").filter(has_text="there stands “139 people”, here “193 people”")
    assert answer(here.first, study, "study/randomised") == 139
    note.get_by_role("button", name="Save what stands here").click()
    saved(page)
    assert answer(here.first, study, "study/randomised") == 193
    page.context.close()


def test_a_number_is_kept_in_the_unit_beside_which_it_was_typed_whatever_the_form_asks_by_then(
    browser: Browser, live_server: LiveServer, here: World
) -> None:
    workflow.drop_form_draft(here.owner)
    asked_in(here.first, "weeks")
    study = study_of(here)
    page = at_sheet(browser, live_server, here, "reviewer", study)
    length = page.get_by_label("Length", exact=True)
    page.context.set_offline(True)
    length.fill("12")
    state, address = page.context.storage_state(), page.url
    asked_in(here.first, "days", "weeks = 7")
    page.context.set_offline(False)
    page.keyboard.press("Tab")
    saved(page)
    expect(page.locator(f'[data-told="{KEY}"]')).to_contain_text("kept in weeks, as this page showed it")
    expect(page.get_by_label("Unit of Length")).to_have_value("weeks")
    assert queries.own_sheet(here.first, study).answers()[KEY] == Answer(12.0, unit="weeks")
    page.context.close()

    def again() -> Page:
        """What a browser had kept that died while the network was cut, when the answer is blank."""
        workflow.save_entries(here.first, queries.own_sheet(here.first, study), {KEY: ""})
        found = browser.new_context(storage_state=state).new_page()
        found.goto(address)
        return found

    page = again()
    expect(page.get_by_label("Unit of Length")).to_have_value("weeks")
    saved(page)
    assert queries.own_sheet(here.first, study).answers()[KEY] == Answer(12.0, unit="weeks")
    page.context.close()

    kept = state["origins"][0]["localStorage"][0]  # as it was kept before pages said their units
    entries = json.loads(kept["value"])
    entries[KEY]["fields"] = [each for each in entries[KEY]["fields"] if each[0] != f"unit:{KEY}"]
    kept["value"] = json.dumps(entries)
    page = again()
    expect(page.locator(f'[data-told="{KEY}"]')).to_contain_text("it is not said in which unit this number is")
    assert answer(here.first, study, KEY) is None
    page.get_by_label("Unit of Length").select_option("days")
    saved(page)
    assert queries.own_sheet(here.first, study).answers()[KEY] == Answer(12.0)
    page.context.close()


def test_an_answer_that_cannot_be_read_is_told_beside_it_and_its_correction_is_saved(
    browser: Browser, live_server: LiveServer, here: World
) -> None:
    study = study_of(here)
    page = at_sheet(browser, live_server, here, "reviewer", study)
    field = page.get_by_label(re.compile("^Number randomised( needed)?$"))
    field.fill("many")
    page.keyboard.press("Tab")
    expect(page.locator('[data-told="study/randomised"]')).to_contain_text("“many” is not a whole number")
    page.get_by_label(re.compile("^Design( needed)?$")).fill("A trial")
    page.keyboard.press("Tab")
    expect(page.locator("form.sheet")).to_have_attribute("data-unsent", "1")
    assert answer(here.first, study, "study/design") == "A trial", "one that is refused holds up no other"
    field.fill("193")
    page.keyboard.press("Enter")
    expect(page.get_by_label(re.compile("^Funding and conflicts of interest( needed)?$"))).to_be_focused()
    saved(page)
    assert answer(here.first, study, "study/randomised") == 193
    page.locator(".cells .number").nth(1).press("Enter")  # past where the row stands, to the row below
    expect(page.locator(".cells .number:visible").nth(2)).to_be_focused()
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".cells .number:visible").nth(1)).to_be_focused()
    page.context.close()


def test_a_question_appears_when_it_is_asked(browser: Browser, live_server: LiveServer, here: World) -> None:
    workflow.drop_form_draft(here.owner)
    workflow.begin_form(here.first)
    workflow.edit_form(here.first, "add_question", "on_study", label="Blinded", kind="yes_no")
    details = {"label": "Who was blind", "asked_if": "blinded", "asked_values": "yes"}
    workflow.edit_form(here.first, "add_question", "on_study", **details)
    workflow.use_form(here.first)
    page = at_sheet(browser, live_server, here, "reviewer", study_of(here))
    asked = page.get_by_label(re.compile("^Who was blind( needed)?$"))
    expect(asked).to_be_hidden()
    page.get_by_role("radio", name="Yes").check()
    expect(asked).to_be_visible()
    page.get_by_role("radio", name="No", exact=True).check()
    expect(asked).to_be_hidden()
    page.get_by_role("radio", name="Yes").check()
    page.evaluate("for (const each of sheet.form.querySelectorAll('[name]')) each.disabled = true; sheet.show()")
    expect(asked).to_be_visible()  # on a sheet that is handed in, too
    page.context.close()


def test_two_people_extract_and_the_agreement_finds_each_planted_difference_and_no_other(
    browser: Browser, live_server: LiveServer, here: World
) -> None:
    study = study_of(here)
    planted = {"Number randomised": ("139", "193"), "Setting": ("At home", "In a clinic")}
    for role, side in (("reviewer", 0), ("second", 1)):
        page = at_sheet(browser, live_server, here, role, study)
        for label, text in {**{key.split("/")[1].title(): text for key, text in build.TEXTS.items()}}.items():
            page.get_by_label(re.compile(f"^{label}( needed)?$")).fill(text)
        for label, texts in planted.items():
            page.get_by_label(re.compile(f"^{label}( needed)?$")).fill(texts[side])
        for arm in ("Psychotherapy", "Usual care"):
            for column, value in (("Events", 3), ("Total", 30)):
                events = value + side * (arm == "Usual care" and column == "Events")
                page.get_by_label(re.compile(f"{arm}: {column}$")).fill(str(events))
        page.keyboard.press("Tab")
        saved(page)
        page.get_by_role("button", name="Save and submit").click()
        expect(page.get_by_text("Submitted.", exact=True)).to_be_visible()
        page.context.close()
    page = signed_in(browser, live_server, here.person("reviewer"))
    page.goto(f"{live_server.url}/reviews/{here.review.slug}/sheets/{study.pk}/agreement/")
    found = page.locator("h2:text-is('To be settled') ~ fieldset legend").all_inner_texts()
    expected = ["Setting", "Number randomised (people)", "Secure attachment, after treatment: Usual care, Events"]
    assert sorted(found) == sorted(expected)
    setting = page.get_by_role("group", name="Setting")
    setting.get_by_label(re.compile("In a clinic")).check()
    expect(setting.locator("[data-kept]")).to_have_text("✓ Kept")
    assert queries.sheet_agreement(here.second, study).made["study/setting"].value == "In a clinic"
    undo = setting.get_by_role("button", name="Undo this choice")
    undo.click()
    expect(setting.locator("[data-kept]")).to_have_text("Taken back: to be settled again.")
    expect(undo).to_be_hidden()
    expect(setting.get_by_label(re.compile("In a clinic"))).not_to_be_checked()
    assert not queries.sheet_agreement(here.second, study).made
    setting.get_by_label(re.compile("At home")).check()
    expect(setting.locator("[data-kept]")).to_have_text("✓ Kept")
    expect(undo).to_be_visible()
    page.context.close()


# Another answer's fields, as a browser has them that cannot fold them away.
NEVER_FOLDED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(".third { display: block !important; }");
  document.adoptedStyleSheets = [sheet];
}"""


def test_what_is_typed_as_another_answer_is_chosen_and_what_is_left_of_it_keeps_nobody_from_signing(
    browser: Browser, live_server: LiveServer, here: World
) -> None:
    study = study_of(here)
    for author, number in ((here.first, 139), (here.second, 193)):
        build.submitted(author, study, {"study/randomised": number, "study/setting": f"Home {number}"})
    page = signed_in(browser, live_server, here.person("reviewer"))
    page.goto(f"{live_server.url}/reviews/{here.review.slug}/sheets/{study.pk}/agreement/")
    page.evaluate(NEVER_FOLDED)
    number, setting = (page.get_by_role("group", name=re.compile(f"^{each}")) for each in ("Number", "Setting"))
    for group, said in ((number, "166"), (setting, "In a clinic")):
        group.get_by_label(re.compile(": Answer$")).fill(said)
        expect(group.get_by_role("radio", name="Another answer")).to_be_checked()
    number.get_by_label(re.compile(": Reason$")).fill("Both misread it")
    page.keyboard.press("Tab")
    expect(number.locator("[data-kept]")).to_have_text("✓ Kept")
    setting.get_by_label(re.compile("Home 193")).check()
    expect(setting.locator("[data-kept]")).to_have_text("✓ Kept")
    setting.get_by_role("button", name="Undo this choice").click()
    expect(setting.locator("[data-kept]")).to_have_text("Taken back: to be settled again.")
    page.get_by_role("button", name="Keep the choices").last.click()
    expect(page.get_by_text("Kept: 1 answer.")).to_be_visible()
    assert queries.sheet_agreement(here.second, study).made["study/randomised"].value == 166
    page.context.close()


def test_another_answer_in_whose_place_a_colleague_chose_meanwhile_is_not_lost_with_the_signature(
    browser: Browser, live_server: LiveServer, here: World
) -> None:
    study = study_of(here)
    for author, number in ((here.first, 139), (here.second, 193)):
        build.submitted(author, study, {"study/randomised": number})
    page = signed_in(browser, live_server, here.person("reviewer"))
    page.goto(f"{live_server.url}/reviews/{here.review.slug}/sheets/{study.pk}/agreement/")
    page.evaluate(NEVER_FOLDED)
    workflow.choose_on_sheet(here.first, study, {"study/randomised": Choice(TakenFrom.FIRST)})
    number = page.get_by_role("group", name=re.compile("^Number"))
    number.get_by_label(re.compile(": Answer$")).fill("166")
    number.get_by_label(re.compile(": Reason$")).fill("Both misread it")
    page.keyboard.press("Tab")
    expect(number.locator("[data-told]")).to_contain_text("That was meanwhile, and stands")
    expect(number.get_by_role("radio", name="Another answer")).not_to_be_checked()
    page.get_by_role("button", name="Sign the agreement").click()
    expect(number.locator("[data-told]")).to_contain_text("Tick “Another answer”, or empty it.")
    expect(number.locator('[name="value:study/randomised"]')).to_have_value("166")
    assert queries.sheet_agreement(here.second, study).signed is None
    page.context.close()


def test_another_answer_without_its_reason_comes_back_with_what_was_typed_without_script_on_a_phone(
    browser: Browser, live_server: LiveServer, here: World
) -> None:
    study, mood = study_of(here), build.outcome(here.first, "Mood", "continuous")
    others = {"mean": 9, "sd": 3, "n": 41}
    for author, number, spread in ((here.first, 139, {"se": 0.5}), (here.second, 193, {"sd": 3.2})):
        cells = build.cells(study, mood, {"mean": 8, "n": 40} | spread, others)
        build.submitted(author, study, {"study/randomised": number, "study/setting": f"Home {number}"} | cells)
    known = signed_in(browser, live_server, here.person("reviewer")).context
    phone = {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False}
    page = browser.new_context(storage_state=known.storage_state(), **phone).new_page()
    page.goto(f"{live_server.url}/reviews/{here.review.slug}/sheets/{study.pk}/agreement/")
    expect(page.get_by_text("Rounded as they are, the two agree.")).to_be_visible()
    page.get_by_role("group", name="Setting").get_by_label(re.compile("Home 193")).check()
    number = page.get_by_role("group", name=re.compile("^Number randomised"))
    number.get_by_role("radio", name="Another answer").check()
    number.get_by_label(re.compile(": Answer$")).fill("166")
    number.get_by_label(re.compile(": Where it stands$")).fill("Table 1")
    page.get_by_role("button", name="Keep the choices").last.click()
    expect(page.get_by_role("alert")).to_contain_text("a third answer needs a reason")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("alert").get_by_role("link").click()
    expect(number.get_by_label(re.compile(": Answer$"))).to_have_value("166")
    reason = number.get_by_label(re.compile(": Reason$"))
    expect(reason).to_have_accessible_description(re.compile("a third answer needs a reason"))
    reason.fill("Both misread it")
    page.get_by_role("button", name="Keep the choices").last.click()
    expect(page.get_by_text("Kept: 2 answers.")).to_be_visible()
    made = queries.sheet_agreement(here.second, study).made
    assert (made["study/setting"].value, made["study/randomised"].value) == ("Home 193", 166)
    page.context.close()
    known.close()
