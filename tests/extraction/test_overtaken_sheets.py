"""A whole page is refused because another window was ahead: are both answers there to choose, at each, without script?"""

from __future__ import annotations

import html
import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from extraction import queries, workflow
from extraction.models import Assessment, Outcome, Study
from extraction.rob import ROB1
from extraction.schema import Answer
from extraction.views.saving import newer_keys, save_posted, seen_by
from reviewapp.models import Member
from tests.extraction import build
from tests.extraction.test_sources import attached
from tests.extraction.test_units import KEY, asked_in
from tests.extraction.test_views import browser, url
from tests.extraction.test_views_forms import every_kind, save

pytestmark = pytest.mark.django_db

HIDDEN = re.compile(r'<input type="hidden" form="own" name="([^"]*)" value="([^"]*)">')


def sent(member: Member, study: Study, **fields: object) -> HttpResponse:
    return browser(member).post(url(member, "sheet", study.pk), fields)


def posted(**fields: str) -> HttpRequest:
    return RequestFactory().post("/", fields)


def beside(page: HttpResponse) -> dict[str, object]:
    """What a refused page sends again beside what was typed."""
    text = page.content.decode()
    found: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(text):
        found.setdefault(html.unescape(name), []).append(html.unescape(value))
    return {**found, "version": re.search(r'name="version" value="([0-9]+)"', text)[1]}


def words(page: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(page.content.decode())).split())


def answers(member: Member, study: Study) -> dict[str, object]:
    return {key: each.value for key, each in queries.own_sheet(member, study).answers().items()}


@pytest.fixture
def refused(first: Member, study: Study) -> HttpResponse:
    """The page of a window that has not seen that another has saved setting and design, and would change both."""
    sheet = workflow.start_sheet(first, study)
    workflow.save_entries(first, sheet, {"study/setting": "In a clinic; at home", "study/design": "Cluster"})
    typed = {"study/setting": "At home", "study/design": "Trial", "study/notes": "Twins", "version": 0}
    return sent(first, study, **typed)


def test_a_refused_page_shows_both_answers_of_each_and_stores_none(
    first: Member, study: Study, refused: HttpResponse
) -> None:
    assert refused.status_code == 409
    text = words(refused)
    assert "Another window has changed answers of this page" in text
    assert "Nothing of this page is saved yet." in text
    assert "Save what stands here “At home”" in text
    assert "Take what the other window saved “In a clinic; at home”" in text
    assert "Setting: there stands “In a clinic; at home”, here “At home”." in text, "for who has script"
    assert "All is saved" not in text
    assert answers(first, study) == {"study/setting": "In a clinic; at home", "study/design": "Cluster"}


def test_saving_a_refused_page_again_overwrites_nothing_before_it_is_chosen(
    first: Member, study: Study, refused: HttpResponse
) -> None:
    typed = {"study/setting": "At home", "study/design": "Trial", "study/notes": "Twins"}
    again = sent(first, study, **typed, **beside(refused))
    assert again.status_code == 409, "nothing was chosen"
    half = sent(first, study, **typed, **beside(again), **{"choose:study/setting": "here"})
    assert half.status_code == 409
    assert "Take what the other window saved “Cluster”" in words(half)
    assert "“In a clinic" not in words(half), "that is chosen"
    assert answers(first, study)["study/setting"] == "In a clinic; at home"
    done = sent(first, study, **typed, **beside(half), **{"choose:study/design": "there"})
    assert done.status_code == 302
    expected = {"study/setting": "At home", "study/design": "Cluster", "study/notes": "Twins"}
    assert answers(first, study) == expected


def test_what_a_third_window_saves_before_the_choice_is_asked_anew(
    first: Member, study: Study, refused: HttpResponse
) -> None:
    workflow.save_entries(first, queries.own_sheet(first, study), {"study/setting": "In a prison"})
    choices = {"choose:study/setting": "there", "choose:study/design": "there"}
    again = sent(first, study, **{"study/setting": "At home", "study/design": "Trial"}, **beside(refused), **choices)
    assert again.status_code == 409
    assert "Take what the other window saved “In a prison”" in words(again)


def test_a_number_is_taken_with_its_unit_and_several_answers_one_by_one(first: Member, study: Study) -> None:
    every_kind(first)
    asked_in_months = {"unit:study/length": "months", "study/countries": ""}
    workflow.start_sheet(first, study)
    save(first, study, **{"study/length": "2", "unit:study/length": "years", "version": 0})
    save(first, study, **{"study/countries": ["", "kenya", "chile"], "version": 1})
    refused = sent(first, study, **asked_in_months, **{"study/length": "24", "version": 0})
    choices = {"choose:study/length": "there", "choose:study/countries": "there"}
    done = sent(first, study, **asked_in_months, **{"study/length": "24"}, **beside(refused), **choices)
    assert done.status_code == 302
    assert answers(first, study) == {"study/length": 2.0, "study/countries": "chile;kenya"}
    assert queries.own_sheet(first, study).answers()["study/length"].unit == "years"


def test_a_blank_window_of_before_that_takes_a_number_takes_its_unit(first: Member, study: Study) -> None:
    asked_in(first, "weeks")
    workflow.start_sheet(first, study)
    asked_in(first, "days", "weeks = 7")
    save(first, study, **{KEY: "84", f"unit:{KEY}": "days", "version": 0})
    old = {KEY: "", f"unit:{KEY}": "weeks", f"known:{KEY}": "1", f"known:unit:{KEY}": "weeks", "version": 0}
    answer = save(first, study, **old)
    assert answer["newer"] == {KEY: "84", f"unit:{KEY}": "days"}
    assert queries.own_sheet(first, study).answers()[KEY] == Answer(84.0)


def test_a_row_of_a_table_is_chosen_as_one(first: Member, study: Study, outcome: Outcome) -> None:
    sheet = workflow.start_sheet(first, study)
    workflow.save_entries(first, sheet, build.cells(study, outcome, {"events": 8, "total": 14}, {}))
    typed = build.cells(study, outcome, {"events": 9, "total": 15}, {})
    (row,) = {key.rpartition("/")[0] for key in typed}
    refused = sent(first, study, **typed, version=0)
    assert html.unescape(refused.content.decode()).count(f'name="choose:{row}"') == 2
    assert "Events: “8”" in words(refused)
    done = sent(first, study, **typed, **beside(refused), **{f"choose:{row}": "there"})
    assert done.status_code == 302
    assert sorted(answers(first, study).values()) == [8, 14]


def test_a_window_is_told_which_answers_another_has_saved_and_which_it_has_saved_itself(
    first: Member, study: Study
) -> None:
    workflow.start_sheet(first, study)
    save(first, study, **{"study/setting": "In a clinic", "version": 0})
    answer = save(first, study, **{"study/design": "Trial", "version": 0})
    assert (answer["elsewhere"], answer["said"]) == ({"study/setting": 1}, ["study/design"])
    answer = save(first, study, **{"study/notes": "Twins", "version": 2})
    assert answer["elsewhere"] == {}


def test_an_assessment_is_chosen_of_as_a_sheet_is_without_a_word_of_a_new_version(first: Member, study: Study) -> None:
    begun = workflow.start_assessment(first, study)
    address = url(first, "bias", study.pk, ROB1.id)
    domain, other = [each.id for each in ROB1.domains][:2]
    workflow.save_judgements(first, begun, {domain: "high"}, {domain: "Told on page 3"})
    typed = {domain: "low", f"source:{domain}": "Told on page 4", other: "low", f"source:{other}": "Sealed"}
    refused = browser(first).post(address, typed | {"version": 0})
    assert refused.status_code == 409
    choice = beside(refused) | {f"choose:{domain}": "here"}
    done = browser(first).post(address, typed | choice, follow=True)
    assert "Saved." in words(done)
    assert "Not saved" not in words(done)
    found = queries.own_of(first, Assessment, study.pk, ROB1.id).answers()
    assert {key: (each.value, each.text) for key, each in found.items() if each.value} == {
        domain: ("low", "Told on page 4"),
        other: ("low", "Sealed"),
    }


# --- a page that comes back with what cannot be read ----------------------------------------------------------------


def test_a_page_that_comes_back_has_not_seen_what_another_window_saved_where_it_could_not_be_read(
    first: Member, study: Study
) -> None:
    every_kind(first)
    sheet = workflow.start_sheet(first, study)
    workflow.save_entries(first, sheet, {KEY: "5"})
    typed = {KEY: "abc", f"unit:{KEY}": "months", "study/setting": "At home", "study/notes": ""}
    back = sent(first, study, **typed, version=0)
    assert back.status_code == 422
    assert answers(first, study) == {KEY: 5.0, "study/setting": "At home"}
    corrected = typed | {KEY: "12", "study/setting": "At work"}
    asked = sent(first, study, **corrected, **beside(back))
    assert asked.status_code == 409
    assert "Take what the other window saved “5 months”" in words(asked)
    assert "“At home”" not in words(asked), "it was saved by this page"
    assert answers(first, study) == {KEY: 5.0, "study/setting": "At home"}
    assert sent(first, study, **corrected, **beside(asked), **{f"choose:{KEY}": "here"}).status_code == 302
    assert answers(first, study) == {KEY: 12.0, "study/setting": "At work"}


def test_a_page_that_comes_back_knows_all_that_is_saved_where_no_other_window_is(first: Member, study: Study) -> None:
    every_kind(first)
    workflow.start_sheet(first, study)
    typed = {KEY: "abc", "study/setting": "At home"}
    back = beside(sent(first, study, **typed, version=0))
    assert back == {"version": "1"}, "and carries nothing beside it"
    assert sent(first, study, **typed | {KEY: "12", "study/setting": ""}, **back).status_code == 302
    assert answers(first, study) == {KEY: 12.0, "study/setting": None}


def test_an_answer_that_comes_back_is_asked_about_again_where_it_was_changed_after_that(
    first: Member, study: Study
) -> None:
    every_kind(first)
    sheet = workflow.start_sheet(first, study)
    workflow.save_entries(first, sheet, {"study/notes": "Twins"})
    typed = {KEY: "abc", "study/setting": "At home", "study/design": ""}
    back = sent(first, study, **typed, version=0)
    workflow.save_entries(first, queries.own_sheet(first, study), {"study/setting": "In a prison"})
    corrected = typed | {KEY: "12", "study/design": "Trial"}
    asked = sent(first, study, **corrected, **beside(back))
    assert "Take what the other window saved “In a prison”" in words(asked)
    half = sent(first, study, **corrected | {KEY: "def"}, **beside(asked), **{"choose:study/setting": "here"})
    assert half.status_code == 422
    assert answers(first, study)["study/setting"] == "At home"
    assert sent(first, study, **corrected, **beside(half)).status_code == 302
    assert answers(first, study)[KEY] == 12.0


def test_a_row_that_comes_back_has_seen_its_numbers_and_not_the_place_that_could_not_be_read(
    first: Member, study: Study, outcome: Outcome
) -> None:
    sheet = workflow.start_sheet(first, study)
    numbers = build.cells(study, outcome, {"events": 8, "total": 14}, {})
    (row,) = {key.rpartition("/")[0] for key in numbers}
    workflow.save_entries(first, sheet, numbers, places={key: {"page": "5"} for key in numbers})
    typed = build.cells(study, outcome, {"events": "9", "total": "15"}, {})
    known = {f"known:{key}": str(value) for key, value in numbers.items()} | {f"known:page:{row}": ""}
    back = sent(first, study, **typed, **{f"page:{row}": "vii"}, **known, version=0)
    assert back.status_code == 422
    assert sorted(answers(first, study).values()) == [9, 15]
    corrected = build.cells(study, outcome, {"events": "10", "total": "16"}, {}) | {f"page:{row}": "7"}
    asked = sent(first, study, **corrected, **beside(back))
    assert asked.status_code == 409
    (stands,) = {text for name, text in HIDDEN.findall(asked.content.decode()) if name == f"stands:page:{row}"}
    assert stands == "5"
    assert f"stands:{row}/events" not in asked.content.decode(), "the page itself has saved that"
    assert sent(first, study, **corrected, **beside(asked), **{f"choose:{row}": "here"}).status_code == 302
    found = queries.own_sheet(first, study).answers().values()
    assert {(each.value, each.source.page) for each in found if each.value} == {(10, 7), (16, 7)}


def test_an_assessment_that_comes_back_has_not_seen_a_place_that_could_not_be_read(first: Member, study: Study) -> None:
    begun = workflow.start_assessment(first, study)
    address = url(first, "bias", study.pk, ROB1.id)
    domain, other = [each.id for each in ROB1.domains][:2]
    workflow.save_judgements(first, begun, {domain: "high"}, places={domain: {"page": "5"}})
    typed = {domain: "high", f"page:{domain}": "vii", other: "low"}
    back = browser(first).post(address, typed | {"version": 0})
    assert back.status_code == 422
    corrected = typed | {f"page:{domain}": "7", other: "high"}
    asked = browser(first).post(address, corrected | beside(back))
    assert asked.status_code == 409
    assert f"choose:{domain}" in asked.content.decode()
    assert f"choose:{other}" not in asked.content.decode(), "the page itself has saved that"
    done = browser(first).post(address, corrected | beside(asked) | {f"choose:{domain}": "here"})
    assert done.status_code == 302
    found = queries.own_of(first, Assessment, study.pk, ROB1.id).answers()
    assert (found[domain].source.page, found[other].value) == (7, "high")


# --- in which words, and how often, is asked ---------------------------------------------------------------------------


@pytest.mark.parametrize(("take", "expected"), [("there", {(8, 5), (14, 7)}), ("here", {(9, 3), (15, 3)})])
def test_a_row_whose_numbers_stand_at_several_places_is_chosen_at_once(
    first: Member, study: Study, outcome: Outcome, take: str, expected: set[tuple[int, int]]
) -> None:
    sheet = workflow.start_sheet(first, study)
    numbers = build.cells(study, outcome, {"events": 8, "total": 14}, {})
    (row,) = {key.rpartition("/")[0] for key in numbers}
    places = {f"{row}/events": {"page": "5", "quote": "eight"}, f"{row}/total": {"page": "7"}}
    workflow.save_entries(first, sheet, numbers, places=places)
    blank = {f"page:{key}": "" for key in numbers}
    typed = build.cells(study, outcome, {"events": "9", "total": "15"}, {}) | blank | {f"page:{row}": "3"}
    asked = sent(first, study, **typed, version=0)
    assert sent(first, study, **typed, **beside(asked), **{f"choose:{row}": take}).status_code == 302
    found = queries.own_sheet(first, study).answers().values()
    assert {(each.value, each.source.page) for each in found if each.value} == expected


def test_a_number_that_is_taken_leaves_the_other_numbers_of_its_row_where_they_stand(
    first: Member, study: Study, outcome: Outcome
) -> None:
    sheet = workflow.start_sheet(first, study)
    numbers = build.cells(study, outcome, {"events": 8, "total": 14}, {})
    (row,) = {key.rpartition("/")[0] for key in numbers}
    workflow.save_entries(first, sheet, numbers, places={key: {"page": "9"} for key in numbers})
    workflow.save_entries(first, queries.own_sheet(first, study), {}, places={f"{row}/events": {"page": "5"}})
    blank = {f"page:{key}": "" for key in numbers}
    typed = {key: str(value) for key, value in numbers.items()} | blank | {f"page:{row}": "10"}
    asked = sent(first, study, **typed, version=1)
    assert sent(first, study, **typed, **beside(asked), **{f"choose:{row}": "there"}).status_code == 302
    found = queries.own_sheet(first, study).answers().values()
    assert {(each.value, each.source.page) for each in found if each.value} == {(8, 5), (14, 10)}


def test_what_another_window_judged_is_told_as_the_page_says_it(
    owner: Member, first: Member, study: Study, outcome: Outcome
) -> None:
    key = build.rob2_for(owner, first, [study], outcome)
    paper = attached(owner, study)
    begun = workflow.start_assessment(first, study, key)
    place = {"document": paper.pk, "page": "4", "quote": "sealed", "box": "0.1,0.2,0.3,0.4"}
    judged = {"1.1": "PN", "randomisation": "some concerns"}
    workflow.save_judgements(first, begun, judged, {"randomisation": "Told"}, places={"randomisation": place})
    typed = {"1.1": "Y", "randomisation": "low", "source:randomisation": "Not told", "version": 0}
    address = url(first, "bias", study.pk, key)
    text = words(browser(first).post(address, typed))
    assert "Take what the other window saved “Probably no”" in text
    told = "Told; Author1 2001; page 4; “sealed”; rectangle from 10% to 30% across, 20% to 40% down"
    assert f"Take what the other window saved “Some concerns [{told}]”" in text
    here = f"Low risk of bias [Not {told.replace('Told', 'told')}]"
    assert f"Save what stands here “{here}”" in text
    answer = browser(first).post(address, typed, headers={"Accept": "application/json"}).json()
    assert f"there stands “Some concerns [{told}]”, here “{here}”." in answer["stands"][1]


def test_what_a_page_has_seen_is_asked_without_changing_its_form(first: Member, study: Study) -> None:
    sheet = workflow.start_sheet(first, study)
    workflow.save_entries(first, sheet, {"study/setting": "In a clinic"})
    mine = queries.own_sheet(first, study)
    form, mine = save_posted(posted(version="0", **{"study/design": "Trial"}), first, mine)
    before = dict(vars(form))
    assert seen_by(form, mine) == 0
    assert set(newer_keys(form, mine)) == {"study/design", "study/setting"}
    assert dict(form.known_texts(newer_keys(form, mine)))["study/setting"] == "In a clinic"
    assert {name: each for name, each in vars(form).items() if name in before} == before
    form, mine = save_posted(posted(version=str(mine.version), **{"study/design": "A trial"}), first, mine)
    assert (seen_by(form, mine), newer_keys(form, mine)) == (mine.version, [])
