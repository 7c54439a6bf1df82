"""A choice at an agreement stands in the unit in which it was made, and is taken back before anything is signed."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from extraction import queries, workflow
from extraction.forms import AgreementForm
from extraction.models import Sheet, Study
from extraction.schema import Answer, Choice, Origin, Problem, TakenFrom
from extraction.workflow.said import Said
from extraction.workflow.sheets import save_own
from reviewapp.errors import BadInput, Refused, Stale
from reviewapp.models import Event, Member
from tests.extraction import build
from tests.extraction.test_agreeing import DESIGN, NUMBER, THIRD, differing
from tests.extraction.test_units import KEY, asked_in
from tests.extraction.test_views import browser, page, post, url

pytestmark = pytest.mark.django_db
__all__ = ["differing"]


def words(text: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", text).split())


def question(text: str, key: str) -> str:
    """What the page has of one question."""
    return text.partition(f'id="q-{key}"')[2].partition("</fieldset>")[0]


def seen(member: Member, study: Study) -> dict[str, str]:
    """What a page that is loaded now says of the choices that it shows."""
    return {f"seen:{key}": line.mark for key, line in queries.sheet_agreement(member, study).earlier.items()}


# --- units ---------------------------------------------------------------------------------------------------------


def answered(author: Member, sheet: Sheet, days: str) -> None:
    save_own(author, sheet, Said({KEY: days}, units={KEY: "days"}), sheet.version)
    workflow.submit_sheet(author, queries.own_sheet(author, sheet.study))


@pytest.fixture
def moved(first: Member, second: Member, study: Study) -> Study:
    """A study on which 14 weeks were settled as a third answer; then the question became one in days, and both answered that."""
    asked_in(first, "weeks")
    for author, weeks in ((first, "12"), (second, "13")):
        build.submitted(author, study, {KEY: weeks})
    workflow.agree_sheet(first, study, {KEY: Choice(TakenFrom.THIRD, "14", reason="As the protocol has it")})
    workflow.reopen_sheet_agreement(first, study)
    asked_in(first, "days")
    for author, days in ((first, "84"), (second, "91")):
        mine = workflow.renew_sheet(author, queries.own_sheet(author, study))
        answered(author, mine, days)
    return study


def test_a_third_answer_is_shown_in_the_unit_in_which_it_was_given(first: Member, moved: Study) -> None:
    shown = question(page(first, "sheet-agreement", moved.pk), KEY)
    assert '<option value="weeks" selected>weeks</option><option value="days">days</option>' in shown
    post(first, "sheet-agreement", moved.pk, data={
        "save": "choices", f"take:{KEY}": "third", f"value:{KEY}": "14", f"unit:{KEY}": "weeks", f"reason:{KEY}": "So",
        **seen(first, moved),
    })  # fmt: skip
    assert queries.sheet_agreement(first, moved).made[KEY].answer == Answer(14.0, unit="weeks")
    with pytest.raises(BadInput, match=r"“weeks” is not one of its units \(days\)"):
        workflow.agree_sheet(first, moved, {})
    anew = {f"take:{KEY}": "third", f"value:{KEY}": "98", f"unit:{KEY}": "days", f"reason:{KEY}": "So"}
    post(first, "sheet-agreement", moved.pk, data=anew | seen(first, moved))
    assert queries.agreed_characteristics(first.review)[moved.pk][KEY] == 98.0


def test_another_number_in_a_unit_that_the_question_has_left_says_which_it_has(first: Member, moved: Study) -> None:
    third = {f"take:{KEY}": "third", f"value:{KEY}": "14", f"unit:{KEY}": "months", f"reason:{KEY}": "So"}
    text = post(first, "sheet-agreement", moved.pk, status=422, data=third)
    assert "“months” is not one of its units (days). Choose one beside the number." in text


def test_a_page_says_with_a_third_number_in_which_unit_it_is(first: Member, second: Member, study: Study) -> None:
    asked_in(first, "weeks")
    for author, weeks in ((first, "12"), (second, "13")):
        build.submitted(author, study, {KEY: weeks})
    shown = question(page(first, "sheet-agreement", study.pk), KEY)
    assert re.search(f'<select [^>]*name="unit:{KEY}"[^>]* hidden><option value="weeks" selected>', shown)


def test_an_answer_in_a_unit_that_the_question_has_left_says_what_to_do(
    first: Member, second: Member, study: Study
) -> None:
    asked_in(first, "weeks")
    for author, weeks in ((first, "12"), (second, "13")):
        build.submitted(author, study, {KEY: weeks})
    asked_in(first, "days")
    mine = workflow.renew_sheet(first, queries.own_sheet(first, study))
    answered(first, mine, "84")
    Member.objects.filter(pk=second.pk).update(is_author=False)
    shown = words(question(page(first, "sheet-agreement", study.pk), KEY))
    assert (
        "13 weeks: a unit that the question does not have any more. Give the number in days as another answer" in shown
    )


# --- taking a choice back --------------------------------------------------------------------------------------------


def test_a_choice_is_taken_back_and_leaves_what_it_said_in_the_trail(first: Member, differing: Study) -> None:
    workflow.choose_on_sheet(first, differing, {DESIGN: Choice(TakenFrom.FIRST), NUMBER: THIRD})
    workflow.unchoose_on_sheet(first, differing, [NUMBER])
    found = queries.sheet_agreement(first, differing)
    assert set(found.made) == {DESIGN}
    event = Event.blind.for_member(first).get(verb="extraction.sheet_choice_undone")
    assert event.facts["chosen"] == {NUMBER: "third"}
    assert event.facts["said"] == {NUMBER: "193 [Table 1]"}
    workflow.unchoose_on_sheet(first, differing, [NUMBER])
    assert Event.blind.for_member(first).filter(verb="extraction.sheet_choice_undone").count() == 1
    with pytest.raises(BadInput, match="choose one of the answers"):
        workflow.agree_sheet(first, differing, {})


def test_a_choice_of_the_agreement_before_is_taken_back_once_it_is_reopened(first: Member, differing: Study) -> None:
    workflow.agree_sheet(first, differing, {DESIGN: Choice(TakenFrom.FIRST), NUMBER: THIRD})
    workflow.reopen_sheet_agreement(first, differing)
    workflow.unchoose_on_sheet(first, differing, [NUMBER])
    assert "checked" not in question(page(first, "sheet-agreement", differing.pk), NUMBER)
    assert "checked" in question(page(first, "sheet-agreement", differing.pk), DESIGN)


def test_only_who_may_choose_takes_a_choice_back_and_only_before_it_is_signed(
    first: Member, observer: Member, differing: Study
) -> None:
    workflow.choose_on_sheet(first, differing, {DESIGN: Choice(TakenFrom.FIRST), NUMBER: THIRD})
    with pytest.raises(Refused):
        workflow.unchoose_on_sheet(observer, differing, [DESIGN])
    workflow.agree_sheet(first, differing, {})
    with pytest.raises(Stale, match="has signed this agreement"):
        workflow.unchoose_on_sheet(first, differing, [DESIGN])


def test_a_choice_is_taken_back_with_a_button_that_keeps_the_other_choices_on_the_page(
    first: Member, differing: Study
) -> None:
    assert "data-undo hidden" in question(page(first, "sheet-agreement", differing.pk), DESIGN), "nothing is chosen"
    workflow.choose_on_sheet(first, differing, {DESIGN: Choice(TakenFrom.FIRST)})
    shown = question(page(first, "sheet-agreement", differing.pk), DESIGN)
    assert "data-undo>" in shown
    assert f'name="undo" value="{DESIGN}">Undo this choice' in shown
    sent = {f"take:{DESIGN}": "first", f"take:{NUMBER}": "second", "undo": DESIGN} | seen(first, differing)
    answer = browser(first).post(url(first, "sheet-agreement", differing.pk), sent, follow=True)
    assert "Taken back" in answer.content.decode()
    assert set(queries.sheet_agreement(first, differing).made) == {NUMBER}


def test_a_choice_is_taken_back_by_script(first: Member, differing: Study) -> None:
    workflow.choose_on_sheet(first, differing, {DESIGN: Choice(TakenFrom.FIRST), NUMBER: THIRD})
    sent = browser(first).post(
        url(first, "sheet-agreement", differing.pk),
        {"undo": DESIGN} | seen(first, differing),
        headers={"Accept": "application/json"},
    )
    assert sent.json()["undone"] == DESIGN
    assert set(queries.sheet_agreement(first, differing).made) == {NUMBER}


def test_a_choice_that_a_colleague_made_meanwhile_is_not_taken_back_unseen(
    first: Member, second: Member, differing: Study
) -> None:
    workflow.choose_on_sheet(first, differing, {DESIGN: Choice(TakenFrom.FIRST)})
    shown = {"undo": DESIGN} | seen(first, differing)
    workflow.choose_on_sheet(second, differing, {DESIGN: Choice(TakenFrom.SECOND)})
    address = url(first, "sheet-agreement", differing.pk)
    sent = browser(first).post(address, shown, headers={"Accept": "application/json"})
    assert (sent.status_code, "Sam Second chose" in sent.json()["refused"]) == (409, True)
    text = post(first, "sheet-agreement", differing.pk, status=409, data=shown)
    assert "Sam Second chose" in text
    assert queries.sheet_agreement(first, differing).made[DESIGN].taken_from == "second"


def test_a_judgement_that_was_chosen_is_taken_back(first: Member, second: Member, study: Study) -> None:
    build.assessed(first, study)
    build.assessed(second, study, {"allocation_concealment": "high"})
    address = url(first, "bias-agreement", study.pk, "rob1")
    browser(first).post(address, {"save": "choices", "take:allocation_concealment": "first"})
    assert set(queries.bias_agreement(first, study).made) == {"allocation_concealment"}
    mark = queries.bias_agreement(first, study).made["allocation_concealment"].mark
    browser(first).post(address, {"undo": "allocation_concealment", "seen:allocation_concealment": mark})
    assert not queries.bias_agreement(first, study).made
    assert Event.blind.for_member(first).filter(verb="extraction.assessment_choice_undone").count() == 1


def test_another_answer_in_the_stead_of_equal_ones_gives_way_to_what_both_said(first: Member, differing: Study) -> None:
    key = "study/participants"
    third = Choice(TakenFrom.THIRD, "Fathers", reason="Both misread it")
    workflow.choose_on_sheet(first, differing, {key: third, DESIGN: Choice(TakenFrom.FIRST), NUMBER: THIRD})
    post(
        first, "sheet-agreement", differing.pk, data={"save": "choices", f"take:{key}": "both"} | seen(first, differing)
    )
    assert queries.sheet_agreement(first, differing).settled_so_far[key].value == "Mothers"
    agreed = workflow.agree_sheet(first, differing, {})
    assert agreed.answers()[key].value == "Mothers"


def test_what_is_not_asked_any_more_keeps_no_mark_of_how_it_was_had(
    first: Member, second: Member, study: Study
) -> None:
    outcome = build.outcome(first, kind="continuous")
    rows = build.cells(study, outcome, {"n": 20, "mean": 4, "sd": 1}, {"n": 21, "mean": 5, "sd": 2})
    unreported = f"outcome/{outcome.pk}/study/unreported"
    build.submitted(first, study, rows)
    build.submitted(second, study, {unreported: "yes"})
    sd = next(key for key in rows if key.endswith("/sd"))
    imputed = Choice(TakenFrom.THIRD, "1.5", reason="From another trial", origin=Origin.IMPUTED)
    workflow.choose_on_sheet(first, study, {sd: imputed})
    agreed = workflow.agree_sheet(first, study, {unreported: Choice(TakenFrom.SECOND)})
    assert agreed.answers()[sd] == Answer()


# --- what cannot be kept comes back ----------------------------------------------------------------------------------

SILENT = {f"take:{NUMBER}": "third", f"value:{NUMBER}": "193", f"text:{NUMBER}": "Table 1", f"reason:{NUMBER}": ""}
GARBLED = {f"take:{NUMBER}": "third", f"value:{NUMBER}": "a hundred", f"reason:{NUMBER}": "Both misread it"}


def fields_of(text: str, key: str) -> dict[str, str]:
    """What stands in the fields of a question's other answer."""
    found = re.findall(r'name="(?:value|text|reason):[^"]*" value="([^"]*)"', question(text, key))
    return dict(zip(("value", "text", "reason"), found, strict=True))


def marked(shown: str) -> list[str]:
    """Which fields of another answer a question has marked as at fault."""
    return re.findall(r'name="([a-z]+):[^>]* aria-invalid="true" aria-describedby="told-', shown)


@pytest.mark.parametrize(
    ("typed", "told"),
    [(SILENT, "a third answer needs a reason"), (GARBLED, "“a hundred” is not a whole number")],
)
@pytest.mark.parametrize("pressed", [{"save": "choices"}, {"save": "equal"}, {"undo": "study/participants"}])
def test_what_cannot_be_kept_comes_back_as_it_was_typed_and_the_rest_is_kept(
    pressed: dict[str, str], typed: dict[str, str], told: str, first: Member, differing: Study
) -> None:
    sent = {f"take:{DESIGN}": "second", **typed, **pressed} | seen(first, differing)
    text = post(first, "sheet-agreement", differing.pk, status=422, data=sent)
    assert told in question(text, NUMBER), "beside the question"
    assert told in text.partition('role="alert"')[2].partition("</div>")[0], "and in the summary"
    assert f'href="#q-{NUMBER}"' in text
    at_fault = "value" if typed[f"reason:{NUMBER}"] else "reason"
    assert re.search(f'name="{at_fault}:{NUMBER}"[^>]* aria-invalid="true" aria-describedby="told-{NUMBER}"', text)
    stands = {name: typed.get(f"{name}:{NUMBER}", "") for name in ("value", "text", "reason")}
    assert fields_of(text, NUMBER) == stands
    assert re.search(f'name="take:{NUMBER}" value="third" checked', text)
    assert "What else is chosen on this page is kept" in text
    assert "choose one of the answers" not in text, "nobody has signed"
    made = queries.sheet_agreement(first, differing).made
    assert (made[DESIGN].taken_from, NUMBER in made) == ("second", False)


def test_a_page_that_came_back_goes_on_where_it_is(first: Member, second: Member, differing: Study) -> None:
    """It has shown its own choices that were kept, and none that a colleague made meanwhile."""
    sent = {"save": "choices", f"take:{DESIGN}": "second", **SILENT} | seen(first, differing)
    back = post(first, "sheet-agreement", differing.pk, status=422, data=sent)
    shown = dict(re.findall(r'name="(seen:[^"]+)" value="([^"]*)"', back))
    anew = SILENT | {"save": "choices", f"take:{DESIGN}": "first", f"reason:{NUMBER}": "So in the table"} | shown
    post(first, "sheet-agreement", differing.pk, data=anew)
    made = queries.sheet_agreement(first, differing).made
    assert (made[DESIGN].taken_from, made[NUMBER].value) == ("first", 193)


def test_a_page_that_came_back_signs_nothing_that_a_colleague_chose_meanwhile(
    first: Member, second: Member, differing: Study
) -> None:
    sent = {"save": "choices", f"take:{DESIGN}": "second", **SILENT} | seen(first, differing)
    theirs = Choice(TakenFrom.SECOND)
    workflow.choose_on_sheet(second, differing, {NUMBER: theirs})
    back = post(first, "sheet-agreement", differing.pk, status=422, data=sent)
    shown = dict(re.findall(r'name="(seen:[^"]+)" value="([^"]*)"', back))
    anew = SILENT | {f"take:{DESIGN}": "second", f"reason:{NUMBER}": "So in the table"} | shown
    text = post(first, "sheet-agreement", differing.pk, status=409, data=anew)
    assert "Sam Second chose" in question(text, NUMBER)
    assert 'value="third" checked' in question(text, NUMBER)
    assert "aria-invalid" not in question(text, NUMBER), "it was overtaken, and nothing is wrong with it"
    assert queries.sheet_agreement(first, differing).signed is None


@pytest.mark.parametrize("typed", [SILENT, GARBLED])
def test_what_cannot_be_signed_comes_back_as_it_was_typed_and_nothing_is_stored(
    typed: dict[str, str], first: Member, differing: Study
) -> None:
    sent = {f"take:{DESIGN}": "second", **typed} | seen(first, differing)
    text = post(first, "sheet-agreement", differing.pk, status=422, data=sent)
    assert "Nothing of this page was stored" in text
    assert fields_of(text, NUMBER)["value"] == typed[f"value:{NUMBER}"]
    found = queries.sheet_agreement(first, differing)
    assert (found.signed, dict(found.made)) == (None, {})


@pytest.mark.parametrize("pressed", [{"save": "choices"}, {}])
def test_another_answer_from_a_document_of_another_study_comes_back_with_its_fields(
    pressed: dict[str, str], first: Member, differing: Study
) -> None:
    third = {f"take:{NUMBER}": "third", f"value:{NUMBER}": "193", f"reason:{NUMBER}": "So", f"document:{NUMBER}": "999"}
    sent = {f"take:{DESIGN}": "second", **third, **pressed} | seen(first, differing)
    text = post(first, "sheet-agreement", differing.pk, status=422, data=sent)
    assert "No report of Murray 2003 has the document" in question(text, NUMBER)
    assert 'aria-invalid="true"' not in question(text, NUMBER), (
        "no value is wrong, and without reports no document is asked"
    )
    assert fields_of(text, NUMBER)["value"] == "193"
    assert "Nothing of this page was stored" in text
    assert not queries.sheet_agreement(first, differing).made


def test_another_judgement_without_what_supports_it_has_that_field_marked(
    first: Member, second: Member, study: Study
) -> None:
    key = "allocation_concealment"
    build.assessed(first, study)
    build.assessed(second, study, {key: "high"})
    third = {f"take:{key}": "third", f"value:{key}": "unclear", f"text:{key}": "", f"reason:{key}": "Not told"}
    sent = browser(first).post(url(first, "bias-agreement", study.pk, "rob1"), third)
    shown = question(sent.content.decode(), key)
    assert (sent.status_code, "write what supports this judgement" in shown) == (422, True)
    assert marked(shown) == ["text"]


@pytest.mark.parametrize("part", ["value", "origin", "text", "page", "quote", "reason"])
def test_what_is_said_of_another_answer_marks_its_field(part: str, first: Member, differing: Study) -> None:
    data = QueryDict(urlencode(UNTICKED | {f"take:{NUMBER}": "third"}))
    wrong = [Problem(NUMBER, "It is wrong.", part)]
    form = AgreementForm(queries.sheet_agreement(first, differing), data, wrong=wrong)
    row = next(each for each in form.differences() if each.field.key == NUMBER)
    shown = render_to_string("extraction/_difference.html", {"row": row, "may_agree": True, "kind": "sheet"})
    assert marked(shown) == [part]


def test_who_may_not_agree_is_told_nothing_of_what_a_page_would_say(observer: Member, differing: Study) -> None:
    post(observer, "sheet-agreement", differing.pk, status=403, data=SILENT | {"save": "choices"})
    post(observer, "sheet-agreement", differing.pk, status=403, data=SILENT)


def test_another_answer_to_what_both_answered_alike_is_shown_where_it_comes_back(
    first: Member, differing: Study
) -> None:
    key = "study/participants"
    sent = {"save": "choices", f"take:{key}": "third", f"value:{key}": "Fathers", f"reason:{key}": ""}
    text = post(first, "sheet-agreement", differing.pk, status=422, data=sent | seen(first, differing))
    folded = text.partition(f'id="q-{key}"')[0].rpartition("<details")[2]
    assert folded.startswith(' class="panel" open>')


def test_a_domain_is_settled_and_what_else_cannot_be_kept_comes_back(
    first: Member, second: Member, study: Study
) -> None:
    build.assessed(first, study)
    build.assessed(second, study, {"allocation_concealment": "high", "sequence_generation": "high"})
    third = {"take:allocation_concealment": "third", "value:allocation_concealment": "unclear"}
    third |= {"text:allocation_concealment": "Page 9", "reason:allocation_concealment": ""}
    sent = third | {"take:sequence_generation": "second", "domain": "first:sequence_generation"}
    answer = browser(first).post(url(first, "bias-agreement", study.pk, "rob1"), sent)
    text = answer.content.decode()
    assert (answer.status_code, "What else is chosen on this page is kept" in text) == (422, True)
    assert 'name="text:allocation_concealment" value="Page 9"' in text
    assert 'name="take:sequence_generation" value="first" checked' in text
    assert {key: line.value for key, line in queries.bias_agreement(first, study).made.items()} == {
        "sequence_generation": "low"
    }


UNTICKED = SILENT | {f"take:{NUMBER}": "", f"page:{NUMBER}": "3", f"reason:{NUMBER}": "Both misread it"}


@pytest.mark.parametrize("pressed", [{"save": "choices"}, {"save": "equal"}, {"undo": "study/participants"}, {}])
def test_another_answer_that_is_typed_and_not_ticked_comes_back(
    pressed: dict[str, str], first: Member, differing: Study
) -> None:
    sent = {f"take:{DESIGN}": "second", **UNTICKED, **pressed} | seen(first, differing)
    text = post(first, "sheet-agreement", differing.pk, status=422, data=sent)
    told = "another answer is filled in. Tick “Another answer”, or empty it."
    assert told in question(text, NUMBER), "beside the question"
    assert told in text.partition('role="alert"')[2].partition("</div>")[0], "and in the summary"
    assert fields_of(text, NUMBER) == {"value": "193", "text": "Table 1", "reason": "Both misread it"}
    assert f'name="page:{NUMBER}" value="3"' in text
    found = queries.sheet_agreement(first, differing)
    assert (found.signed, set(found.made) & {NUMBER, DESIGN}) == (None, {DESIGN} if pressed else set())


@pytest.mark.parametrize("pressed", [{"save": "choices"}, {"save": "equal"}, {}])
def test_another_answer_under_equal_ones_that_is_not_ticked_comes_back(
    pressed: dict[str, str], first: Member, differing: Study
) -> None:
    key = "study/participants"
    sent = {f"take:{DESIGN}": "second", f"take:{NUMBER}": "first", f"take:{key}": "both", f"value:{key}": "Fathers"}
    text = post(first, "sheet-agreement", differing.pk, status=422, data=sent | pressed | seen(first, differing))
    assert "Tick “Another answer”, or empty it." in question(text, key)
    assert "Fathers</textarea>" in question(text, key)
    found = queries.sheet_agreement(first, differing)
    assert (found.signed, key in found.made) == (None, False)


def test_another_answer_gives_way_to_a_side_that_is_chosen(first: Member, differing: Study) -> None:
    sent = UNTICKED | {"save": "choices", f"take:{NUMBER}": "second"}
    post(first, "sheet-agreement", differing.pk, data=sent | seen(first, differing))
    assert queries.sheet_agreement(first, differing).made[NUMBER].taken_from == "second"


@pytest.mark.parametrize("pressed", [{"save": "choices"}, {"save": "equal"}, {}])
def test_another_answer_beside_a_side_that_was_kept_before_comes_back(
    pressed: dict[str, str], first: Member, second: Member, differing: Study
) -> None:
    workflow.choose_on_sheet(second, differing, {NUMBER: Choice(TakenFrom.FIRST)})
    sent = UNTICKED | {f"take:{NUMBER}": "first", f"take:{DESIGN}": "second", **pressed} | seen(first, differing)
    text = post(first, "sheet-agreement", differing.pk, status=422, data=sent)
    assert "Tick “Another answer”, or empty it." in question(text, NUMBER)
    assert fields_of(text, NUMBER) == {"value": "193", "text": "Table 1", "reason": "Both misread it"}
    assert f'name="take:{NUMBER}" value="first" checked' in text
    found = queries.sheet_agreement(first, differing)
    assert (found.signed, found.made[NUMBER].taken_from, DESIGN in found.made) == (None, "first", bool(pressed))
    other = UNTICKED | {f"take:{NUMBER}": "second", "save": "choices"}
    post(first, "sheet-agreement", differing.pk, data=other | seen(first, differing))
    assert queries.sheet_agreement(first, differing).made[NUMBER].taken_from == "second", "that was chosen now"


@pytest.mark.parametrize("reopened", [False, True])
def test_where_nothing_can_be_kept_no_agreement_is_begun(reopened: bool, first: Member, differing: Study) -> None:
    last = {DESIGN: Choice(TakenFrom.FIRST), NUMBER: THIRD}
    if reopened:
        workflow.agree_sheet(first, differing, last)
        workflow.reopen_sheet_agreement(first, differing)
    sent = SILENT | {"save": "choices"} | seen(first, differing)
    post(first, "sheet-agreement", differing.pk, status=422, data=sent)
    assert workflow.choose_on_sheet(first, differing, {}) is None
    assert not Sheet.unblinded.standing().filter(study=differing, agreed=True).exists()
    assert not Event.unblinded.filter(verb="extraction.sheet_chosen").exists()
    if reopened:  # what was chosen before is taken up with the first choice, also the same as before
        begun = workflow.choose_on_sheet(first, differing, {DESIGN: last[DESIGN]})
        assert {line.key for line in begun.lines.all()} == {DESIGN, NUMBER}
        assert Event.unblinded.get(verb="extraction.sheet_chosen").facts["chosen"] == {DESIGN: "first"}
        workflow.choose_on_sheet(first, differing, last)
        assert Event.unblinded.filter(verb="extraction.sheet_chosen").count() == 1, "nothing new"


# --- one quantity in two ways ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean", "sd", "told"),
    [
        (8, 3.2, "Rounded as they are, the two agree. Choose"),
        (8.25, 3.2, "They may agree: they do if a number was rounded to fewer decimals than those beside it. Choose"),
        (
            8,
            6.2,
            "They do not agree, even as they are rounded: one may be misread, or was had in another way (of another time or group). Choose",
        ),
    ],
)
def test_an_se_beside_an_sd_is_told_once_and_chosen_by_a_person(
    mean: float, sd: float, told: str, first: Member, second: Member, study: Study
) -> None:
    outcome = build.outcome(first, kind="continuous")
    other = {"mean": 9, "sd": 3, "n": 41}
    mine = build.cells(study, outcome, {"mean": mean, "se": 0.5, "n": 40}, other)
    build.submitted(first, study, mine)
    build.submitted(second, study, build.cells(study, outcome, {"mean": mean, "sd": sd, "n": 40}, other))
    text = page(first, "sheet-agreement", study.pk)
    beginning = next(iter(mine)).rpartition("/")[0]
    shown = words(question(text, f"{beginning}/sd"))
    assert "Fay First: SD = SE √n; SE = 0.5, n = 40: SD = 3.16228 (Handbook 6.5.2.2); Sam Second: SD" in shown
    assert told in shown
    assert f'<a href="#q-{beginning}/sd">see' in question(text, f"{beginning}/se")
    assert text.count("may be one quantity, reported in two ways.") == 1
    assert ("In 1 row of numbers what differs may be one quantity" in words(text)) is ((mean, sd) == (8, 3.2))
    with pytest.raises(BadInput, match="choose one of the answers"):
        workflow.agree_sheet(first, study, {})
