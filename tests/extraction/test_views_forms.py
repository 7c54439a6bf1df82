"""A form is built by people who press buttons, without script."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from extraction import queries, workflow
from extraction.models import Outcome, Study
from extraction.schema.form import from_json
from reviewapp.models import Member
from tests.extraction import build
from tests.extraction.test_views import browser, page, post, url

pytestmark = pytest.mark.django_db


def test_a_form_is_built_with_buttons_and_put_into_use(first: Member) -> None:
    post(first, "form-begin")
    post(first, "form-section-add", data={"title": "Each arm", "per": "arm", "help": ""})
    post(
        first,
        "form-question-add",
        "each_arm",
        data={"label": "Dose", "kind": "number", "unit": "mg", "units": "g = 1000"},
    )
    post(
        first,
        "form-question-add",
        "each_arm",
        data={"label": "Blinded", "kind": "choice", "options": "Yes\nNo\nIn part", "required": "on"},
    )
    details = {"label": "How in part", "kind": "text", "asked_if": "blinded", "asked_values": "In part"}
    post(first, "form-question-add", "each_arm", data=details)
    post(first, "form-step", data={"step": "move_question:up", "id": "blinded"})
    post(first, "form-step", data={"step": "drop_question", "id": "notes"})
    text = page(first, "form-draft")
    assert "asked if “Blinded” is “In part”" in text
    assert "“Notes”. Its answers are kept" in text
    assert "On the shelf: questions that were taken off (1)" in text
    assert "Arm A: Dose" in page(first, "form-preview", 1)
    post(first, "form-use", data={"note": "For the second question"})
    text = page(first, "form")
    assert "version 1" in text
    assert "For the second question" in text
    form = queries.current_version(first.review_id).form
    assert list(form.questions)[-3:] == ["blinded", "dose", "how_in_part"]


def test_a_question_that_cannot_be_is_refused_where_it_was_typed(first: Member) -> None:
    post(first, "form-begin")
    data = {"label": "Colour", "kind": "choice", "options": "Red"}
    text = post(first, "form-question-add", "on_study", data=data, status=422)
    assert "a choice needs at least two answers" in text
    assert "Red</textarea>" in text


def test_a_question_shows_what_it_is_and_keeps_what_is_not_changed(first: Member) -> None:
    post(first, "form-begin")
    text = page(first, "form-question", "randomised")
    assert 'value="Number randomised"' in text
    data = {"label": "Randomised", "kind": "integer", "unit": "people", "lowest": "1", "help": "In all."}
    post(first, "form-question", "randomised", data=data)
    question = from_json(queries.form_draft(first).design).questions["randomised"]
    assert (question.label, question.unit, question.lowest, question.edition) == ("Randomised", "people", 1, 1)


def mark_on(text: str) -> str:
    """What the page sends along, by which it is known what its reader saw."""
    return re.search(r'name="seen" value="(\w+)"', text)[1]


def test_of_two_who_change_the_same_question_the_later_one_is_told(first: Member, second: Member) -> None:
    post(first, "form-begin")
    mine, theirs = (mark_on(page(each, "form-question", "randomised")) for each in (first, second))
    data = {"kind": "integer", "unit": "people"}
    post(first, "form-question", "randomised", data=data | {"label": "Randomised", "help": "In all.", "seen": mine})
    post(first, "form-question", "randomised", data=data | {"label": "Randomised", "help": "In all.", "seen": mine})
    data |= {"label": "Number of women", "seen": theirs}
    text = post(second, "form-question", "randomised", status=422, data=data | {"label": ""})
    assert mark_on(text) == theirs  # the first one's change was not shown yet
    text = post(second, "form-question", "randomised", status=409, data=data)
    assert "This was changed while you had it open" in text
    assert 'value="Number of women"' in text
    assert '<dt>Question</dt><dd class="break">Randomised</dd><dt>Help</dt><dd class="break">In all.</dd>' in text
    assert from_json(queries.form_draft(first).design).questions["randomised"].label == "Randomised"
    post(second, "form-question", "randomised", data=data | {"seen": mark_on(text)})
    assert from_json(queries.form_draft(first).design).questions["randomised"].label == "Number of women"


def test_who_changes_another_question_or_a_heading_meanwhile_is_not_disturbed(first: Member, second: Member) -> None:
    post(first, "form-begin")
    seen, of_section = mark_on(page(first, "form-question", "notes")), mark_on(page(first, "form-section", "on_study"))
    post(second, "form-question", "setting", data={"label": "Country", "kind": "text"})
    post(first, "form-question", "notes", data={"label": "Remarks", "kind": "text", "seen": seen})
    post(second, "form-section", "on_study", data={"title": "The trial"})
    text = post(first, "form-section", "on_study", status=409, data={"title": "A trial", "seen": of_section})
    assert '<dd class="break">The trial</dd>' in text
    name = mark_on(page(first, "form-name"))
    post(second, "form-name", data={"name": "Theirs"})
    post(first, "form-name", status=409, data={"name": "Ours", "seen": name})
    assert from_json(queries.form_draft(first).design).name == "Theirs"


def test_nobody_takes_back_or_puts_into_use_what_they_have_not_seen(first: Member, second: Member) -> None:
    post(first, "form-begin")
    post(first, "form-question", "notes", data={"label": "Remarks", "kind": "text"})
    seen = mark_on(page(first, "form-draft"))
    post(second, "form-question", "setting", data={"label": "Country", "kind": "text"})
    for step in ("form-undo", "form-use"):
        text = post(first, step, data={"seen": seen}, status=409)
        assert "The draft was changed while you had it open, and nothing was done." in text
    assert from_json(queries.form_draft(first).design).questions["setting"].label == "Country"
    post(first, "form-undo", data={"seen": mark_on(page(first, "form-draft"))})
    assert from_json(queries.form_draft(first).design).questions["setting"].label == "Setting"
    post(first, "form-use", data={"seen": mark_on(page(first, "form-draft"))})
    assert queries.form_draft(first) is None


def test_a_condition_on_an_answer_with_a_comma_is_shown_and_kept_as_it_is(first: Member) -> None:
    post(first, "form-begin")
    post(first, "form-pack", data={"pack": "trials", "how": "replace"})
    question = from_json(queries.form_draft(first).design).questions["conflicts_what"]
    assert ">\nDeclared, there are some</textarea>" in page(first, "form-question", question.id)
    data = {"label": "Which ones", "kind": "text", "asked_if": "conflicts", "asked_values": "Declared, there are some"}
    post(first, "form-question", question.id, data=data)
    changed = from_json(queries.form_draft(first).design).questions[question.id]
    assert (changed.label, changed.asked_if) == ("Which ones", question.asked_if)
    text = post(first, "form-question", question.id, status=422, data=data | {"asked_if": ""})
    assert "is an answer to no question. Choose the question whose answer it is." in text


def test_a_form_is_renamed_and_says_so(first: Member) -> None:
    post(first, "form-begin")
    post(first, "form-name", status=422, data={"name": ""})
    post(first, "form-name", data={"name": "Our form", "about": "For trials of talks."})
    assert "The form is called “Our form”; before, “Short form”." in page(first, "form-draft")
    workflow.use_form(first)
    exported = json.loads(page(first, "form-json", 1))
    assert (exported["name"], exported["about"]) == ("Our form", "For trials of talks.")


def test_a_question_that_is_not_there_is_answered_as_such(first: Member) -> None:
    post(first, "form-begin")
    page(first, "form-question", "colour", status=404)
    assert "There is no step" in post(first, "form-step", data={"step": "explode", "id": "notes"}, status=422)


def test_a_form_and_its_codebook_are_files(first: Member) -> None:
    exported = json.loads(page(first, "form-json", 0))
    assert exported["format"] == "reviewapp-form/1"
    exported["sections"][0]["questions"].append({"id": "country", "label": "=Country", "kind": "text"})
    post(first, "form-begin")
    post(first, "form-import", data={"file": SimpleUploadedFile("f.json", json.dumps(exported).encode())})
    assert "country" in from_json(queries.form_draft(first).design).questions
    rows = list(csv.DictReader(io.StringIO(page(first, "codebook-csv", 0))))
    assert rows[0]["field"] == "design"
    post(first, "form-use", data={"note": "The country is asked for"})
    rows = list(csv.DictReader(io.StringIO(page(first, "codebook-csv", 1))))
    assert "'=Country" in [row["label"] for row in rows], "no cell acts as a formula in a spreadsheet"
    assert json.loads(page(first, "codebook-json", 0))["fields"][4]["key"] == "study/randomised"


def test_a_file_that_is_no_form_is_named_with_its_line(first: Member) -> None:
    post(first, "form-begin")
    text = post(first, "form-import", data={"file": SimpleUploadedFile("bad.json", b"{\n x")}, status=422)
    assert "bad.json: Line 2, column 2: this is not JSON" in text


def test_who_extracts_without_a_reason_is_refused_where_it_was_chosen(owner: Member) -> None:
    text = post(owner, "plan", data={"mode": "verified", "reason": " "}, status=422)
    assert "say why one, as the report will" in text
    assert '<details class="panel narrow" open>' in text
    post(owner, "plan", data={"mode": "verified", "reason": "A small team"})
    assert "by one author; a second verifies" in page(owner, "form")


def test_undo_discard_and_bring_back_have_their_buttons(first: Member) -> None:
    post(first, "form-begin")
    post(first, "form-pack", data={"pack": "funding", "how": "add"})
    assert "Kind of funder" in page(first, "form-draft")
    post(first, "form-undo")
    assert "Nothing yet: the draft is the form in use." in page(first, "form-draft")
    post(first, "form-draft-drop")
    assert "Bring it back" in page(first, "form")
    post(first, "form-draft-restore")


# --- the form on a sheet -----------------------------------------------------------------------------------------


def every_kind(member: Member) -> None:
    """A form in use that has a question of each kind."""
    workflow.begin_form(member)
    add = ("add_question", "on_study")
    workflow.edit_form(member, *add, label="Countries", kind="several", options="Chile\nPeru\nKenya")
    workflow.edit_form(member, *add, label="Blinded", kind="yes_no")
    workflow.edit_form(member, *add, label="Began", kind="date")
    workflow.edit_form(member, *add, label="Length", kind="number", unit="months", units="years = 12", highest=36)
    workflow.use_form(member)


def save(member: Member, study: Study, **fields: object) -> dict[str, object]:
    """What the script sends for one field, and what it gets."""
    answer = browser(member).post(url(member, "sheet", study.pk), fields, headers={"Accept": "application/json"})
    return {"http": answer.status_code, **answer.json()}


def test_every_kind_of_answer_is_saved_field_by_field(first: Member, study: Study) -> None:
    every_kind(first)
    workflow.start_sheet(first, study)
    save(first, study, **{"study/countries": ["", "kenya", "chile"], "version": 0})
    save(first, study, **{"study/blinded": "unclear", "version": 1})
    save(first, study, **{"study/began": "2003-05", "version": 2})
    place = {"page:study/length": "4", "quote:study/length": "for two years", "source:study/length": "Methods"}
    answer = save(first, study, **{"study/length": "2", "unit:study/length": "years", "version": 3, **place})
    assert answer["version"] == 4
    answers = queries.own_sheet(first, study).answers()
    assert answers["study/countries"].value == "chile;kenya"
    assert (answers["study/length"].value, answers["study/length"].unit) == (2.0, "years")
    assert (answers["study/length"].source.page, answers["study/length"].source.quote) == (4, "for two years")
    text = page(first, "sheet", study.pk)
    for shown in ('value="kenya" checked', 'value="unclear" checked', 'value="2003-05"', ">for two years</textarea>"):
        assert shown in text
    save(first, study, **{"study/countries": "", "version": 4})
    assert queries.own_sheet(first, study).answers()["study/countries"].value is None


def test_what_is_typed_in_a_question_that_has_gone_meanwhile_is_told(first: Member, study: Study) -> None:
    every_kind(first)
    workflow.start_sheet(first, study)
    save(first, study, **{"study/length": "2", "version": 0})
    workflow.begin_form(first)
    workflow.edit_form(first, "drop_question", "length")
    workflow.use_form(first)
    answer = save(first, study, **{"study/length": "3", "version": 1})
    assert answer["http"] == 409
    assert "“3”: not saved, because the form, an arm or an outcome has changed" in str(answer["refused"])
    whole = {"study/length": "2", "study/design": "A trial", "version": 1}
    sender, address = browser(first), url(first, "sheet", study.pk)
    kept = sender.post(address, whole, follow=True).content.decode()
    assert ": not saved" not in kept, "what stood there is kept"
    typed = sender.post(address, whole | {"study/length": "4", "version": 2}, follow=True).content.decode()
    assert "“4”: not saved" in typed
    assert queries.own_sheet(first, study).answers()["study/length"].value == 2.0


@pytest.mark.parametrize("units", ["", "minutes = 0.016667"])
def test_a_number_whose_unit_the_form_gave_up_keeps_it_until_another_is_chosen(
    units: str, first: Member, study: Study
) -> None:
    every_kind(first)
    sheet = workflow.start_sheet(first, study)
    save(first, study, **{"study/length": "2", "unit:study/length": "years", "version": 0})
    anew = {
        "id": "length",
        "label": "Length",
        "kind": "number",
        "unit": "hours",
        "units": units,
        "lowest": 1000,
        "highest": None,
    }
    workflow.begin_form(first)
    workflow.edit_form(first, "change_question", **anew)
    workflow.use_form(first)

    def stored() -> tuple[object, str]:
        answer = queries.own_sheet(first, study).answers()["study/length"]
        return answer.value, answer.unit

    text = page(first, "sheet", study.pk)
    assert '<option value="years" selected>years</option><option value="hours">hours</option>' in text
    whole = {"study/length": "2", "unit:study/length": "years", "study/design": "A trial"}
    answer = save(first, study, **whole, version=queries.own_sheet(first, study).version)
    assert stored() == (2.0, "years"), "what nobody touched"
    assert "study/length" not in answer["told"]
    save(first, study, **{"study/length": "2", "version": answer["version"]})
    assert stored() == (2.0, "years"), "from a window of before"
    assert "“years” is not one of its units" in " ".join(each.sentence for each in queries.problems_of(sheet))
    save(first, study, **{"study/length": "17520", "unit:study/length": "hours", "version": answer["version"]})
    assert stored() == (17520.0, "")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"study/length": "4", "unit:study/length": "years"}, "Length: 4 years is more than 36"),
        (
            {"study/length": "4", "unit:study/length": "parsecs"},
            "Length: “parsecs” is not one of its units (months, years)",
        ),
        ({"study/began": "05/2003"}, "Began: “05/2003” is not a date. Write 2003, 2003-05 or 2003-05-17"),
        ({"study/began": "2003-02-30"}, "is not a date"),
        ({"study/countries": ["peru", "mars"]}, "Countries: “mars” is not one of its answers (Chile, Peru, Kenya)"),
        ({"page:study/began": "iv"}, "Began: the page is a whole number"),
        ({"box:study/began": "0.5,0,0.2,1"}, "Began: a rectangle lies on its page"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field_and_not_saved(
    fields: dict[str, object], told: str, first: Member, study: Study
) -> None:
    every_kind(first)
    workflow.start_sheet(first, study)
    answer = save(first, study, version=0, **fields)
    assert answer["http"] == 200
    assert told in next(iter(answer["told"].values()))
    assert queries.own_sheet(first, study).answers() == {}


def test_a_field_that_is_sent_twice_is_saved_once(first: Member, study: Study) -> None:
    workflow.start_sheet(first, study)
    for _ in range(2):
        assert save(first, study, **{"study/design": "Trial", "version": 0})["version"] == 1


def test_a_window_overwrites_what_it_sent_itself_and_not_what_another_saved(first: Member, study: Study) -> None:
    workflow.start_sheet(first, study)
    save(first, study, **{"study/design": "Trial", "version": 0})  # saved, and the answer was lost on the way
    later = {"study/design": "Trial, cluster", "version": 0}
    assert "Changed in another window meanwhile" in save(first, study, **later)["refused"]
    assert save(first, study, **later, **{"known:study/design": ["", "Trial"]})["version"] == 2


def test_a_refusal_of_a_field_is_an_answer_in_words(first: Member, study: Study) -> None:
    answer = save(first, study, **{"study/design": "Trial"})
    assert answer["http"] == 409
    assert "You have not begun here" in answer["refused"]


def test_an_answer_to_a_changed_question_is_shown_to_be_looked_at_again(first: Member, study: Study) -> None:
    workflow.save_entries(first, workflow.start_sheet(first, study), {"study/funding": "State", "study/notes": "Twins"})
    workflow.begin_form(first)
    workflow.edit_form(first, "change_question", "funding", asks_anew=True)
    workflow.edit_form(first, "drop_question", "notes")
    workflow.use_form(first)
    text = page(first, "sheet", study.pk)
    assert "Look at this again." in text
    assert "Kept aside: 1 answer" in text
    assert "Twins" in text
    save(first, study, **{"study/funding": "State", "confirm:study/funding": "1", "version": 1})
    assert "Look at this again." not in page(first, "sheet", study.pk)


def test_a_sheet_takes_as_many_queries_for_a_hundred_and_fifty_questions_as_for_seven(
    first: Member, study: Study, outcome: Outcome
) -> None:
    workflow.save_entries(first, workflow.start_sheet(first, study), build.TEXTS)
    client = browser(first)
    numbers = []
    for count in (1, 40):
        workflow.begin_form(first)
        for number in range(count):
            workflow.edit_form(first, "add_question", "on_study", label=f"Question {count} {number}")
        workflow.use_form(first)
        with CaptureQueriesContext(connection) as seen:
            client.get(url(first, "sheet", study.pk))
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]


def test_a_question_is_read_with_its_range_and_a_table_is_offered_only_where_it_can_stand(first: Member) -> None:
    workflow.begin_form(first)
    details = {"label": "Age", "kind": "number", "unit": "years", "lowest": 0, "highest": 120.5, "needs_source": True}
    workflow.edit_form(first, "add_question", "on_study", **details)
    assert "Number, years, 0 to 120.5 · has to say where it stands" in page(first, "form-draft")
    assert "Table of outcome data" not in page(first, "form-question-add", "on_study")
    assert "Table of outcome data" in page(first, "form-question-add", "outcome_data")
