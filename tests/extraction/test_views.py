"""The pages of the extraction floor, as people meet them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from extraction import queries, workflow
from extraction.models import Outcome, Study
from extraction.schema import Choice, TakenFrom
from reviewapp import workflow as ground_workflow
from reviewapp.models import Member
from tests import build as ground
from tests.extraction import build

pytestmark = pytest.mark.django_db
Pair = tuple[Member, Member]


def browser(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def url(member: Member, name: str, *args: object) -> str:
    return reverse(f"extraction:{name}", args=[member.review.slug, *args])


def page(member: Member, name: str, *args: object, status: int = 200, **data: object) -> str:
    response = browser(member).get(url(member, name, *args), data)
    assert response.status_code == status
    return response.content.decode()


def post(member: Member, name: str, *args: object, status: int = 302, data: dict[str, object] | None = None) -> str:
    response = browser(member).post(url(member, name, *args), data or {})
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


def filled(member: Member, study: Study, outcome: Outcome, events: object = 8) -> dict[str, object]:
    """What a browser posts from a filled-in sheet."""
    rows = build.cells(study, outcome, {"events": events, "total": 14}, {"events": 1, "total": 54})
    return {"version": 0, **build.TEXTS, **rows, "study/setting": "", "source:study/design": "p. 2"}


# --- studies ---------------------------------------------------------------------------------------------------


def test_an_included_report_becomes_a_study_with_one_press(first: Member, pair: Pair) -> None:
    report = build.reports(pair)[0]
    assert "Make a study of it" in page(first, "studies")
    post(first, "study-make", data={"report": report.pk})
    text = page(first, "studies")
    assert "Author1 2001" in text
    assert "Included reports without a study" not in text


def test_a_report_is_joined_from_the_list_and_split_off_on_the_study(first: Member, study: Study, pair: Pair) -> None:
    report = build.reports(pair)[0]
    post(first, "report-join", data={"report": report.pk, "study": study.pk})
    assert "2 reports" in page(first, "studies")
    post(first, "report-split", study.pk, data={"report": report.pk})
    assert "Make a study of it" in page(first, "studies")


def test_a_form_without_a_choice_is_answered_in_words(first: Member, study: Study, pair: Pair) -> None:
    report = build.reports(pair)[0]
    assert "Choose a study." in post(first, "report-join", data={"report": report.pk}, status=422)


def test_arms_are_added_changed_dropped_and_restored_on_the_study_page(first: Member, study: Study) -> None:
    post(first, "arm-add", study.pk, data={"name": "Waiting list", "role": "other", "note": ""})
    arm = study.arms.get(name="Waiting list")
    post(first, "arm", arm.pk, data={"name": "Waiting list", "role": "control", "note": "36 families"})
    assert "36 families" in page(first, "study", study.pk)
    post(first, "arm-drop", arm.pk)
    assert "Dropped arms (1)" in page(first, "study", study.pk)
    post(first, "arm-restore", arm.pk)
    assert "Dropped arms" not in page(first, "study", study.pk)


def test_a_study_is_renamed_dropped_and_restored(first: Member, study: Study) -> None:
    post(first, "study-change", study.pk, data={"label": "Cooper 2003", "note": "With Murray"})
    assert "Cooper 2003" in page(first, "studies")
    post(first, "study-drop", study.pk)
    assert "Dropped studies (1)" in page(first, "studies")
    post(first, "study-restore", study.pk)
    assert "Dropped studies" not in page(first, "studies")


def test_outcomes_are_defined_changed_dropped_and_restored(first: Member) -> None:
    post(
        first, "outcome-define", data={"name": "Depression", "kind": "continuous", "time_point": "6 months", "note": ""}
    )
    outcome = Outcome.objects.get()
    post(first, "outcome", outcome.pk, data={"name": "Depression score", "time_point": "6 months", "note": "EPDS"})
    text = page(first, "outcomes")
    assert "Depression score, 6 months" in text
    assert "Continuous" in text
    refused = post(first, "outcome", outcome.pk, status=422, data={"name": "Anxiety", "time_point": "m" * 400})
    assert "<h1>Change Depression score, 6 months</h1>" in refused, "what was refused is no name yet"
    assert 'value="Anxiety"' in refused
    post(first, "outcome-drop", outcome.pk)
    assert "Dropped outcomes (1)" in page(first, "outcomes")
    post(first, "outcome-restore", outcome.pk)
    assert "Dropped outcomes" not in page(first, "outcomes")


def test_observers_read_and_get_no_buttons(observer: Member, study: Study, outcome: Outcome) -> None:
    for name, args in (("studies", ()), ("study", (study.pk,)), ("outcomes", ()), ("sheet", (study.pk,))):
        text = page(observer, name, *args)
        assert 'method="post"' not in text.partition("<main")[2]
    post(observer, "sheet-start", study.pk, status=403)
    post(observer, "sheet-agreement", study.pk, status=403)


def test_nothing_of_another_review_is_here(study: Study, outcome: Outcome) -> None:
    stranger = ground.review(owner=ground.user("Strange Owner"), is_author=True, title="Another review")
    arm = study.arms.first()
    for name, *args in (
        ("study", study.pk),
        ("sheet", study.pk),
        ("bias", study.pk, "rob1"),
        ("sheet-agreement", study.pk),
        ("arm", arm.pk),
        ("outcome", outcome.pk),
    ):
        page(stranger, name, *args, status=404)


def test_an_unknown_tool_is_not_there(first: Member, study: Study) -> None:
    page(first, "bias", study.pk, "rob9", status=404)


def test_studies_are_filtered_by_what_waits_for_me(first: Member, study: Study) -> None:
    assert "Murray 2003" in page(first, "studies", show="extract")
    assert "Nothing of this waits for you." in page(first, "studies", show="agree")


@pytest.mark.parametrize("name", ["studies", "outcomes"])
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(
    name: str, first: Member, second: Member, pair: Pair, django_assert_num_queries: Callable[..., object]
) -> None:
    def add(label: str) -> None:
        study = build.study(pair, label)
        workflow.join_report(first, study, build.reports(pair)[0])
        build.reports(pair)
        build.outcome(first, f"Outcome of {label}")
        build.submitted(first, study)
        build.submitted(second, study)

    client = browser(first)
    add("Murray 2003")
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(url(first, name))
    add("Cooper 2003")
    add("Sleed 2013")
    with django_assert_num_queries(len(one)):
        client.get(url(first, name))


# --- sheets ----------------------------------------------------------------------------------------------------


def test_a_sheet_is_begun_filled_in_and_submitted_without_script(first: Member, study: Study, outcome: Outcome) -> None:
    assert "You have not begun here." in page(first, "sheet", study.pk)
    post(first, "sheet-start", study.pk)
    post(first, "sheet", study.pk, data=filled(first, study, outcome))
    text = page(first, "sheet", study.pk)
    for shown in ('value="14"', 'value="54"', "Mothers</textarea>", 'value="p. 2"', "Ready to submit."):
        assert shown in text
    post(first, "sheet-submit", study.pk, data={"version": 1})
    assert "It waits for the second one." in page(first, "sheet", study.pk)
    post(first, "sheet-reopen", study.pk)
    assert "Save and submit" in page(first, "sheet", study.pk)
    post(first, "sheet-withdraw", study.pk)
    assert "You have not begun here." in page(first, "sheet", study.pk)


def test_a_field_that_cannot_be_read_is_named_and_the_others_are_saved(
    first: Member, study: Study, outcome: Outcome
) -> None:
    workflow.start_sheet(first, study)
    text = post(first, "sheet", study.pk, data=filled(first, study, outcome, "1,5"), status=422)
    assert "“1,5” has a comma" in text
    assert 'value="1,5"' in text
    assert 'aria-invalid="true"' in text
    assert queries.own_sheet(first, study).answers()["study/participants"].value == "Mothers"


def test_an_incomplete_sheet_is_saved_and_not_submitted(first: Member, study: Study, outcome: Outcome) -> None:
    workflow.start_sheet(first, study)
    data = filled(first, study, outcome, 15) | {"study/design": ""}
    text = post(first, "sheet-submit", study.pk, data=data, status=422)
    assert "Design is not answered." in text
    assert "Events is 15, more than" in text
    mine = queries.own_sheet(first, study)
    assert mine.submitted_at is None
    assert mine.answers()["study/participants"].value == "Mothers"


def test_each_field_saves_itself_with_script(first: Member, study: Study, outcome: Outcome) -> None:
    workflow.start_sheet(first, study)
    client = browser(first)
    script = {"Accept": "application/json"}
    for version, (key, value) in enumerate({"study/design": "Trial", "study/randomised": "193"}.items()):
        answer = client.post(url(first, "sheet", study.pk), {"version": version, key: value}, headers=script).json()
        assert answer["version"] == version + 1
    answer = client.post(url(first, "sheet", study.pk), {"version": 2, "study/randomised": "x"}, headers=script).json()
    assert "“x” is not a whole number" in answer["told"]["study/randomised"]
    assert {key: each.value for key, each in queries.own_sheet(first, study).answers().items()} == {
        "study/design": "Trial",
        "study/randomised": 193,
    }


def test_a_stale_window_is_told_so_and_overwrites_nothing(first: Member, study: Study) -> None:
    workflow.start_sheet(first, study)
    post(first, "sheet", study.pk, data={"version": 0, "study/randomised": "193"})
    text = post(first, "sheet", study.pk, data={"version": 0, "study/randomised": "139"}, status=409)
    assert "Another window has changed answers of this page" in text
    assert "Number randomised: there stands “193 people”, here “139 people”." in text
    assert 'value="139"' in text, "what was typed is not lost"
    assert queries.own_sheet(first, study).answers()["study/randomised"].value == 193


def test_saving_before_starting_is_answered_in_words(first: Member, study: Study) -> None:
    assert "You have not begun here" in post(first, "sheet", study.pk, data={"study/design": "Trial"}, status=409)


def test_the_source_of_a_row_goes_to_each_of_its_cells(first: Member, study: Study, outcome: Outcome) -> None:
    workflow.start_sheet(first, study)
    row = queries.form_for(study).tables[0].rows[0]
    post(first, "sheet", study.pk, data=filled(first, study, outcome) | {f"source:{row.key}": "Table 2"})
    answers = queries.own_sheet(first, study).answers()
    assert {answers[field.key].text for field in row.fields} == {"Table 2"}


def test_names_that_look_like_markup_are_shown_as_text(first: Member, study: Study, outcome: Outcome) -> None:
    workflow.change_arm(first, study.arms.first(), name="<b>Talks</b>")
    workflow.change_outcome(first, outcome, name="<script>x</script>", note="<i>note</i>")
    workflow.start_sheet(first, study)
    text = page(first, "sheet", study.pk)
    for markup in ("<b>Talks", "<script>x", "<i>note"):
        assert markup not in text


def test_a_sheet_takes_as_many_queries_for_three_outcomes_as_for_one(
    first: Member, study: Study, outcome: Outcome, django_assert_num_queries: Callable[..., object]
) -> None:
    client = browser(first)
    workflow.save_entries(first, workflow.start_sheet(first, study), build.TEXTS)
    with CaptureQueriesContext(connection) as one:
        client.get(url(first, "sheet", study.pk))
    for name in ("Depression", "Sensitivity"):
        build.outcome(first, name)
    workflow.add_arm(first, study, name="Waiting list", role="other")
    with django_assert_num_queries(len(one)):
        client.get(url(first, "sheet", study.pk))


# --- risk of bias and agreement --------------------------------------------------------------------------------


def test_risk_of_bias_is_judged_domain_by_domain(first: Member, study: Study) -> None:
    post(first, "bias-start", study.pk, "rob1")
    data = {"version": 0, **build.LOW, "other_bias": "high"}
    text = post(first, "bias-submit", study.pk, "rob1", data=data, status=422)
    assert "Allocation concealment: write what supports this judgement." in text
    assert re.search('tabindex="-1" autofocus id="problems"', text)
    supports = {f"source:{domain}": "Told on page 2." for domain in build.LOW}
    post(first, "bias-submit", study.pk, "rob1", data=data | {"version": 1} | supports)
    text = page(first, "bias", study.pk, "rob1")
    assert "It waits for the second one." in text
    assert queries.own_assessment(first, study).answers()["other_bias"].value == "high"


def test_before_both_are_in_the_agreement_page_says_the_same_to_everybody(
    first: Member, second: Member, observer: Member, study: Study, outcome: Outcome
) -> None:
    build.submitted(first, study)
    for member in (first, second, observer):
        text = page(member, "sheet-agreement", study.pk)
        assert "There is nothing to compare yet." in text
        assert "Mothers" not in text


def test_a_difference_is_settled_and_signed_and_reopened(
    first: Member, second: Member, study: Study, outcome: Outcome
) -> None:
    for member, events in ((first, 8), (second, 9)):
        build.submitted(
            member, study, build.cells(study, outcome, {"events": events, "total": 14}, {"events": 1, "total": 54})
        )
    key = queries.form_for(study).tables[0].rows[0].fields[0].key
    text = page(second, "sheet-agreement", study.pk)
    assert "6 answers are equal, 1 to be settled." in text
    text = post(second, "sheet-agreement", study.pk, status=422)
    assert "Psychotherapy, Events: choose one of the answers." in text
    assert re.search('role="alert" tabindex="-1" autofocus><p class="alert-heading h6">This is not agreed yet', text)
    third = {f"take:{key}": "third", f"value:{key}": "7", f"text:{key}": "Table 3", f"reason:{key}": ""}
    text = post(second, "sheet-agreement", study.pk, data=third, status=422)
    assert "a third answer needs a reason" in text
    assert 'value="Table 3"' in text
    post(second, "sheet-agreement", study.pk, data=third | {f"reason:{key}": "Both misread it"})
    text = page(first, "sheet-agreement", study.pk)
    assert "Sam Second signed this" in text
    assert "third answer: Both misread it" in text
    post(first, "sheet-agreement-reopen", study.pk)
    text = page(first, "sheet-agreement", study.pk)
    assert "An agreement was reopened" in text
    assert 'value="Both misread it"' in text


def test_what_both_got_wrong_can_be_corrected_in_the_agreement(first: Member, second: Member, study: Study) -> None:
    for member in (first, second):
        build.submitted(member, study, {"study/randomised": 139})
    key = "study/randomised"
    data = {f"take:{key}": "third", f"value:{key}": "193", f"reason:{key}": "Digits swapped by both"}
    data |= {"take:study/design": "both"}
    post(first, "sheet-agreement", study.pk, data=data)
    assert queries.agreed_characteristics(first.review)[study.pk][key] == 193


def test_two_assessments_become_one(first: Member, second: Member, arbiter: Member, study: Study) -> None:
    build.assessed(first, study, {"other_bias": "high"})
    build.assessed(second, study)
    assert "High risk" in page(arbiter, "bias-agreement", study.pk, "rob1")
    post(arbiter, "bias-agreement", study.pk, "rob1", data={"take:other_bias": "first"})
    assert queries.agreed_bias(first.review)[study.pk]["other_bias"].judgement == "high"
    assert "Ari Arbiter signed this" in page(second, "bias-agreement", study.pk, "rob1")


def test_who_comes_too_late_to_sign_is_told_who_did(first: Member, second: Member, study: Study) -> None:
    for member in (first, second):
        build.submitted(member, study)
    workflow.agree_sheet(first, study, {})
    assert "Fay First has signed this agreement meanwhile" in post(second, "sheet-agreement", study.pk, status=409)


def test_observers_see_both_sheets_and_sign_nothing(
    first: Member, second: Member, observer: Member, study: Study
) -> None:
    build.submitted(first, study)
    build.submitted(second, study, {"study/design": "Quasi-randomised"})
    text = page(observer, "sheet-agreement", study.pk)
    assert "Quasi-randomised" in text
    assert "Sign the agreement" not in text
    assert "Review authors fill this in" in page(observer, "bias", study.pk, "rob1")
    post(observer, "sheet-agreement", study.pk, data={"take:study/design": "first"}, status=403)
    workflow.agree_sheet(first, study, {"study/design": Choice(TakenFrom.FIRST)})
    post(observer, "sheet-agreement-reopen", study.pk, status=403)


def test_a_closed_review_shows_its_sheets_and_changes_none(
    owner: Member, first: Member, second: Member, study: Study
) -> None:
    build.submitted(first, study)
    build.submitted(second, study)
    ground_workflow.close(owner)
    assert "Sign the agreement" not in page(first, "sheet-agreement", study.pk)
    post(first, "sheet-agreement", study.pk, status=409)


def test_until_both_are_in_no_page_shows_the_other_what_was_written_or_that_it_was(
    first: Member, second: Member, study: Study, outcome: Outcome
) -> None:
    pages = [("studies",), ("study", study.pk), ("outcomes",), ("sheet", study.pk), ("bias", study.pk, "rob1")]
    pages += [("sheet-agreement", study.pk), ("bias-agreement", study.pk, "rob1")]

    def seen() -> list[str]:
        return [main_of(page(second, *each)) for each in pages]

    before = seen()
    secret = build.cells(study, outcome, {"events": 777, "total": 999}, {"events": 778, "total": 998})
    build.submitted(first, study, {"study/notes": "Zebra", **secret})
    build.assessed(first, study, {"other_bias": "high"})
    assert seen() == before


def main_of(text: str) -> str:
    """The content of a page, without the tokens that differ each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text.partition("<main")[2])


@pytest.mark.parametrize(
    ("name", "data", "told", "kept"),
    [
        ("arm-add", {"name": "Usual care", "role": "control", "note": "as before"}, "Usual care", "as before"),
        ("study-change", {"label": "Murray 2003", "note": "as before"}, "is called Murray 2003 already", "as before"),
        ("time-add", {"name": "late", "begins": 20, "ends": 10, "unit": "months"}, "ends before it begins", "late"),
        ("outcome-define", {"name": "Sleep", "note": "as before"}, "This field is required", "as before"),
        ("form-section-add", {"title": " ", "per": "study", "help": "as before"}, "required", "as before"),
    ],
)
def test_what_is_refused_stays_in_the_form_in_which_it_was_written(
    name: str, data: dict[str, object], told: str, kept: str, first: Member, pair: Pair, study: Study
) -> None:
    other = build.study(pair, "Adams 2010") if name == "study-change" else study
    workflow.begin_form(first)
    at = [other.pk] if name in ("arm-add", "study-change") else []
    text = post(first, name, *at, status=422, data=data)
    assert told in text
    assert kept in text
    assert "Back to the page before" not in text
