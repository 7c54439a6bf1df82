"""In which unit is a number that was typed when its question had another, or none? In the one that stood beside it, or somebody is asked."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from extraction import queries, workflow
from extraction.models import Entry, Sheet, Study
from extraction.schema import STANDARD, Answer, Choice, Field, Kind, TakenFrom, edit, settle
from extraction.schema.clean import read_anew
from extraction.schema.fields import NO_UNIT
from extraction.views.saving import form_on
from extraction.workflow.said import Said
from extraction.workflow.sheets import save_own
from reviewapp.models import Member
from tests.extraction import build
from tests.extraction.test_views import browser, page, url
from tests.extraction.test_views_forms import save
from tests.extraction.test_workflow_forms import changed

pytestmark = pytest.mark.django_db

KEY = "study/length"
LENGTH = {"label": "Length", "kind": "number"}


def asked_in(member: Member, unit: str, units: str = "") -> None:
    """A version of the form that asks for a length in this unit is put into use."""
    known = "length" in queries.current_version(member.review_id).form.known
    step = ("change_question", {"of": "length"}) if known else ("add_question", {"of": "on_study"})
    step[1].update(LENGTH, unit=unit, units=units)
    changed(member, step)


@pytest.fixture
def sheet(first: Member, study: Study) -> Sheet:
    """A sheet with nothing on it, which asks for a length in weeks."""
    asked_in(first, "weeks")
    return workflow.start_sheet(first, study)


def stored(member: Member, study: Study) -> Answer:
    return queries.own_sheet(member, study).answers().get(KEY, Answer())


def todo(sheet: Sheet) -> str:
    return " ".join(each.sentence for each in queries.problems_of(sheet))


def drawn(text: str, unit: str, **more: object) -> dict[str, object]:
    """What a window sends that was opened when the first version was in use: a number, with the unit that it shows."""
    return {KEY: text, f"unit:{KEY}": unit, "form_number": 1, "version": 0, **more}


def test_a_page_says_with_each_number_beside_which_unit_it_was_typed(first: Member, study: Study, sheet: Sheet) -> None:
    text = page(first, "sheet", study.pk)
    assert f'<select class="form-select unit" name="unit:{KEY}" aria-label="Unit of Length" hidden>' in text
    assert '<option value="weeks" selected>weeks</option></select><span class="muted">weeks</span>' in text
    assert '<input type="hidden" name="form_number" value="1">' in text
    asked_in(first, "")
    assert f'<option value="{NO_UNIT}" selected>{NO_UNIT}</option></select></span>' in page(first, "sheet", study.pk)


def test_a_number_typed_in_a_window_of_before_is_kept_in_the_unit_that_it_shows(
    first: Member, study: Study, sheet: Sheet
) -> None:
    asked_in(first, "days", "weeks = 7")
    answer = save(first, study, **drawn("12", "weeks"))
    assert stored(first, study) == Answer(12.0, unit="weeks")
    assert answer["noted"] == {KEY: "Length: kept in weeks, as this page showed it. The question is in days now."}
    assert answer["units"] == {KEY: ["days", "weeks"]}
    again = save(first, study, **drawn("13", "weeks", **{f"known:{KEY}": "12"}))
    assert again["noted"]
    assert stored(first, study) == Answer(13.0, unit="weeks")
    today = {KEY: "14", f"unit:{KEY}": "weeks", "form_number": 2, "version": 2}
    assert save(first, study, **today)["noted"] == {}, "who chooses weeks among both is told nothing"


def test_who_types_in_a_unit_that_the_question_has_given_up_is_asked(first: Member, study: Study, sheet: Sheet) -> None:
    asked_in(first, "days")
    answer = save(first, study, **drawn("12", "weeks"))
    assert answer["told"] == {KEY: "Length: “weeks” is not one of its units (days). Choose one beside the number."}
    assert answer["units"] == {KEY: ["weeks", "days"]}
    assert stored(first, study) == Answer()
    save(first, study, **drawn("84", "days"))
    assert stored(first, study) == Answer(84.0)


def test_a_whole_form_of_before_is_read_in_the_units_that_it_showed(first: Member, study: Study, sheet: Sheet) -> None:
    asked_in(first, "days", "weeks = 7")
    whole = drawn("12", "weeks", **{"study/design": "A trial"})
    sender, address = browser(first), url(first, "sheet", study.pk)
    assert "Length: kept in weeks" in sender.post(address, whole, follow=True).content.decode()
    assert stored(first, study) == Answer(12.0, unit="weeks")
    today = sender.post(address, whole | {"version": 1, "form_number": 2}, follow=True).content.decode()
    assert "Length: kept in weeks" not in today, "of a page that shows both units"
    save(first, study, **drawn("", "weeks", version=1))
    asked_in(first, "hours")
    asking = sender.post(address, whole | {"version": 2})
    assert asking.status_code == 422
    text = asking.content.decode()
    assert "“weeks” is not one of its units (hours)" in text
    assert '<option value="weeks" selected>weeks</option><option value="hours">hours</option>' in text
    assert 'name="study/length" id="id_study/length" value="12"' in text
    assert stored(first, study).value is None
    blank = sender.post(address, drawn("", "weeks", version=2))
    assert blank.status_code == 302, "of no number no unit is asked"


def test_a_page_drawn_before_pages_said_their_units_saves_no_number_in_a_unit_that_it_did_not_show(
    first: Member, study: Study, sheet: Sheet
) -> None:
    save(first, study, **{KEY: "12", "version": 0})
    assert stored(first, study) == Answer(12.0), "the question was always in weeks"
    save(first, study, **{KEY: "", "version": 1})
    asked_in(first, "days", "weeks = 7")
    answer = save(first, study, **{KEY: "12", "version": 2})
    assert "it is not said in which unit this number is. Choose one beside it (days, weeks)." in answer["told"][KEY]
    assert stored(first, study).value is None
    answer = save(first, study, **{KEY: "12", f"unit:{KEY}": "", "version": 2})
    assert "it is not said in which unit" in answer["told"][KEY]


def test_a_page_that_is_read_a_moment_before_the_form_changes_is_saved_in_the_unit_that_it_showed(
    first: Member, study: Study, sheet: Sheet
) -> None:
    form = form_on(sheet, QueryDict(f"{KEY}=12&unit:{KEY}=weeks"))
    asked_in(first, "days", "weeks = 7")
    save_own(first, sheet, Said(form.values, units=form.units), 0)
    assert stored(first, study) == Answer(12.0, unit="weeks")


def test_a_number_of_before_its_question_had_a_unit_says_so_and_counts_in_none_until_one_is_chosen(
    first: Member, second: Member, study: Study
) -> None:
    asked_in(first, "")
    for author in (first, second):
        build.submitted(author, study, {KEY: "12"})
    workflow.agree_sheet(first, study, {})
    assert queries.agreed_characteristics(first.review)[study.pk][KEY] == 12.0
    workflow.begin_form(first)
    draft = workflow.edit_form(first, "change_question", "length", **LENGTH, unit="days")
    assert "numbers entered until now stay without one" in page(first, "form-draft")
    workflow.use_form(first)
    assert draft.number == 2
    assert KEY not in queries.agreed_characteristics(first.review)[study.pk], "12 of what?"
    for author in (first, second):
        mine = workflow.renew_sheet(author, queries.own_sheet(author, study))
        assert mine.answers()[KEY] == Answer(12.0, unit=NO_UNIT)
        assert "Length: the question had no unit when this number was entered. Choose one beside it (days)." in todo(
            mine
        )
        text = page(author, "sheet", study.pk)
        assert f'<option value="{NO_UNIT}" selected>{NO_UNIT}</option><option value="days">days</option>' in text
        assert f"confirm:{KEY}" not in text, "it cannot be right as it is"
        answer = save(author, study, **drawn("12", "days", version=mine.version, form_number=2))
        assert KEY not in answer["again"]
        workflow.submit_sheet(author, queries.own_sheet(author, study))
    workflow.reopen_sheet_agreement(first, study)
    workflow.agree_sheet(first, study, {})
    assert queries.agreed_characteristics(first.review)[study.pk][KEY] == 12.0


def test_a_number_without_unit_is_as_it_was_when_the_question_loses_its_unit_again(first: Member, study: Study) -> None:
    asked_in(first, "")
    sheet = workflow.save_entries(first, workflow.start_sheet(first, study), {KEY: "12"})
    asked_in(first, "days")
    asked_in(first, "")
    save(first, study, **{KEY: "12", f"unit:{KEY}": NO_UNIT, f"confirm:{KEY}": "1", "form_number": 3, "version": 1})
    assert "Length" not in todo(sheet)
    asked_in(first, "weeks")
    assert stored(first, study).unit == NO_UNIT


def test_a_number_that_is_settled_after_the_form_has_changed_keeps_the_unit_by_which_both_were_asked(
    first: Member, second: Member, study: Study, sheet: Sheet
) -> None:
    build.submitted(first, study, {KEY: "12"})
    build.submitted(second, study, {KEY: "13"})
    asked_in(first, "days", "weeks = 7")
    third = Choice(TakenFrom.THIRD, "14", reason="As the protocol has it")
    agreed = workflow.choose_on_sheet(first, study, {KEY: third})
    assert agreed.answers()[KEY] == Answer(14.0, unit="weeks")
    at = agreed.lines.get(key=KEY).at
    assert workflow.agree_sheet(first, study, {}).lines.get(key=KEY).at == at, "settled once"
    assert queries.agreed_characteristics(first.review)[study.pk][KEY] == 98.0


def test_what_is_typed_in_a_question_that_has_gone_is_told_before_anything_is_handed_in(
    first: Member, study: Study, sheet: Sheet
) -> None:
    changed(first, ("drop_question", {"of": "length"}))
    sender, address = browser(first), url(first, "sheet-submit", study.pk)
    text = sender.post(address, build.TEXTS | drawn("12", "weeks")).content.decode()
    assert "“12”: not saved, because the form, an arm or an outcome has changed" in text
    assert queries.own_sheet(first, study).submitted_at is None
    assert "Submitted." in sender.post(address, build.TEXTS | {"version": 1}, follow=True).content.decode()


def test_a_number_whose_question_asks_for_text_now_is_typed_as_text_and_handed_in(
    first: Member, study: Study, sheet: Sheet
) -> None:
    save(first, study, **drawn("12", "weeks"))
    changed(first, ("change_question", {"of": "length", "label": "Length", "kind": "text"}))
    assert "Answer it anew" in todo(queries.own_sheet(first, study))
    save(first, study, **{KEY: "8 to 12 weeks", "form_number": 2, "version": 1})
    assert stored(first, study) == Answer("8 to 12 weeks")
    assert "Length" not in todo(queries.own_sheet(first, study))


@pytest.fixture
def as_text(first: Member, study: Study, sheet: Sheet) -> None:
    """Twelve weeks are on the sheet, and the question asks for text now."""
    save(first, study, **drawn("12", "weeks"))
    changed(first, ("change_question", {"of": "length", "label": "Length", "kind": "text"}))


@pytest.mark.usefixtures("as_text")
def test_a_number_is_shown_with_its_unit_where_text_is_asked_and_is_text_once_it_is_saved(
    first: Member, study: Study
) -> None:
    text = page(first, "sheet", study.pk)
    assert ">12 weeks</textarea>" in text
    assert f"unit:{KEY}" not in text
    answer = save(first, study, **{KEY: "12", "form_number": 2, "version": 1})
    assert stored(first, study) == Answer("12")
    assert KEY not in answer["again"]
    assert "Length" not in todo(queries.own_sheet(first, study))


@pytest.mark.usefixtures("as_text")
@pytest.mark.parametrize("sent", [{KEY: "12 weeks"}, {f"confirm:{KEY}": "1"}, {KEY: "12 weeks", f"confirm:{KEY}": "1"}])
def test_a_number_that_is_still_right_as_text_stays_with_its_unit_and_is_asked_of_no_more(
    first: Member, study: Study, sent: dict[str, str]
) -> None:
    answer = save(first, study, **sent, form_number=2, version=1)
    assert stored(first, study) == Answer("12 weeks")
    assert KEY not in answer["again"]
    assert "Length" not in todo(queries.own_sheet(first, study))


@pytest.mark.usefixtures("as_text")
def test_a_page_that_still_asks_for_the_number_leaves_it_as_it_is_and_another_is_taken_with_the_unit_beside_it(
    first: Member, study: Study
) -> None:
    save(first, study, **drawn("12", "weeks", version=1))
    assert stored(first, study) == Answer(12.0, unit="weeks")
    save(first, study, **drawn("13", "weeks", version=1))
    assert stored(first, study) == Answer("13 weeks")
    save(first, study, **drawn("13 weeks", "weeks", version=2))
    assert stored(first, study) == Answer("13 weeks")
    save(first, study, **drawn("not reported", "weeks", version=2))
    assert stored(first, study) == Answer("not reported")


@pytest.mark.parametrize(
    ("typed", "unit", "words"),
    [
        ("13", "weeks", "13 weeks"),
        (13.0, "weeks", "13 weeks"),
        (13, "weeks", "13 weeks"),
        ("8 to 12", "weeks", "8 to 12 weeks"),
        ("< 12", "weeks", "< 12 weeks"),
        ("8–12.5", "weeks", "8–12.5 weeks"),
        ("2020", "days", "2020 days"),
        ("see page 12", "weeks", "see page 12"),
        ("5 kg/m2", "kg", "5 kg/m2"),
        ("2020-01", "mg", "2020-01"),
        ("2020-01-05", "mg", "2020-01-05"),
        ("5 weeks at dose 3", "mg", "5 weeks at dose 3"),
        ("12 (3", "mg", "12 (3"),
        ("25 kg/m2", "kg/m2", "25 kg/m2"),
        ("13", NO_UNIT, "13"),
        ("13", "", "13"),
        ("13", None, "13"),
    ],
)
def test_what_is_typed_beside_a_unit_where_text_is_asked_says_it_once(
    typed: object, unit: str | None, words: str
) -> None:
    question = Field(KEY, "Length", Kind.TEXT)
    assert read_anew(question, typed, unit, Answer(12.0, unit="weeks")) == (words, "")


@pytest.mark.usefixtures("as_text")
def test_a_window_that_has_typed_a_number_beside_its_unit_has_seen_it_with_that_unit(
    first: Member, study: Study
) -> None:
    save(first, study, **drawn("13", "weeks", version=1))
    known = {f"known:{KEY}": "13", f"known:unit:{KEY}": "weeks"}
    assert "newer" not in save(first, study, **drawn("14", "weeks", version=1, **known))
    assert stored(first, study) == Answer("14 weeks")


@pytest.mark.usefixtures("as_text")
def test_a_window_that_shows_the_number_as_text_has_seen_it(first: Member, study: Study) -> None:
    known = {f"known:{KEY}": "12 weeks", "version": 0, "form_number": 2}
    assert "newer" not in save(first, study, **{KEY: "8 to 12 weeks"}, **known)
    assert stored(first, study) == Answer("8 to 12 weeks")


def test_a_number_whose_answer_is_chosen_now_is_told_where_it_is_none_of_the_choices(
    first: Member, study: Study, sheet: Sheet
) -> None:
    save(first, study, **drawn("12", "weeks"))
    changed(first, ("change_question", {"of": "length", "label": "Length", "kind": "choice", "options": "Short\nLong"}))
    answer = save(first, study, **{f"confirm:{KEY}": "1", "form_number": 2, "version": 1})
    assert answer["told"] == {KEY: "Length: “12 weeks” is not one of its answers (Short, Long)."}
    assert KEY in answer["again"], "nothing is ticked off that cannot be handed in"


def test_a_number_that_was_imputed_is_not_marked_so_once_it_is_text(first: Member, study: Study, sheet: Sheet) -> None:
    had = {f"origin:{KEY}": "imputed", f"basis:{KEY}": "From the protocol"}
    save(first, study, **drawn("12", "weeks", **had))
    assert stored(first, study).basis == "From the protocol"
    changed(first, ("change_question", {"of": "length", "label": "Length", "kind": "text"}))
    save(first, study, **{KEY: "12 weeks, imputed", "form_number": 2, "version": 1})
    assert stored(first, study) == Answer("12 weeks, imputed")


def test_two_sheets_of_which_one_has_a_number_and_one_the_same_as_text_agree(
    first: Member, second: Member, study: Study, sheet: Sheet
) -> None:
    """The one author had left when the form changed."""
    build.submitted(first, study, {KEY: "12"})
    changed(first, ("change_question", {"of": "length", "label": "Length", "kind": "text"}))
    build.submitted(second, study, {KEY: "12 weeks"})
    own = [each.answers() for each in (queries.own_sheet(first, study), queries.own_sheet(second, study))]
    assert [each[KEY].value for each in own] == [12.0, "12 weeks"]
    (pair,) = [
        each
        for each in queries.pairs_of(*map(queries.own_sheet, (first, second), (study, study)))
        if each.field.key == KEY
    ]
    assert pair.match == "equal"
    settled, problems = settle([pair], {})
    assert not problems
    assert settled[KEY].answer == Answer("12 weeks")


def test_an_agreed_number_is_read_as_text_with_its_unit_where_the_form_asks_for_text_by_now(
    first: Member, second: Member, study: Study, sheet: Sheet
) -> None:
    for author in (first, second):
        build.submitted(author, study, {KEY: "12"})
    workflow.agree_sheet(first, study, {})
    changed(first, ("change_question", {"of": "length", "label": "Length", "kind": "text"}))
    assert queries.agreed_characteristics(first.review)[study.pk][KEY] == "12 weeks"


@pytest.mark.parametrize(
    ("kind", "said", "unit", "told"),
    [
        ("text", 12.0, "", "12"),
        ("text", 12.0, NO_UNIT, "12"),
        ("text", 12.5, "weeks", "12.5 weeks"),
        ("text", "long", "", "long"),
        ("text", None, "", None),
        ("number", 12.0, "", 12.0),
        ("number", 12.0, "weeks", 84.0),
        ("number", 12.0, "hours", None),
    ],
)
def test_an_agreed_number_is_told_as_what_its_question_asks_for(
    kind: str, said: object, unit: str, told: object
) -> None:
    number = {"unit": "days", "units": "weeks = 7"} if kind == "number" else {}
    form = edit.add_question(STANDARD, "on_study", label="Length", kind=kind, **number)
    assert queries.in_own_unit(form, Entry(key=KEY, value=said, unit=unit)) == told


def test_a_cell_of_a_table_is_no_answer_to_a_question_that_is_called_as_its_column() -> None:
    form = edit.add_question(STANDARD, "on_study", label="Events")
    for unit in ("", "weeks"):
        assert queries.in_own_unit(form, Entry(key="outcome/1/arm/2/events", value=12.0, unit=unit)) == 12.0
