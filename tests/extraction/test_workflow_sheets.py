"""Two authors fill in their sheets, each as if alone."""

from __future__ import annotations

import pytest

from extraction import queries, workflow
from extraction.models import Assessment, Outcome, Sheet, Study
from reviewapp import workflow as ground_workflow
from reviewapp.errors import BadInput, NotHere, Refused, Stale, WrongState
from reviewapp.models import Event, Member, Role
from tests import build as ground
from tests.extraction import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def third(owner: Member) -> Member:
    return ground.member(owner, Role.REVIEWER, "Tom Third")


def test_a_sheet_is_begun_once(first: Member, study: Study) -> None:
    assert workflow.start_sheet(first, study) == workflow.start_sheet(first, study)
    assert Event.blind.for_member(first).filter(verb="extraction.sheet_started").count() == 1


def test_what_is_saved_is_what_was_typed_as_numbers(first: Member, study: Study, outcome: Outcome) -> None:
    values = build.cells(study, outcome, {"events": " 8 ", "total": 14}, {"events": "0", "total": "54"})
    sheet = workflow.save_entries(first, workflow.start_sheet(first, study), values, {next(iter(values)): "Table 2"})
    answers = sheet.answers()
    assert [answers[key].value for key in values] == [8, 14, 0, 54]
    assert answers[next(iter(values))].text == "Table 2"


def test_a_save_of_some_fields_leaves_the_others_and_an_empty_one_takes_its_answer_away(
    first: Member, study: Study
) -> None:
    sheet = workflow.start_sheet(first, study)
    workflow.save_entries(first, sheet, {"study/design": "Trial", "study/setting": "Home"}, {"study/setting": "p. 3"})
    workflow.save_entries(first, sheet, {"study/setting": ""})
    answers = sheet.answers()
    assert answers["study/design"].value == "Trial"
    assert (answers["study/setting"].value, answers["study/setting"].text) == (None, "p. 3")


def test_one_value_that_cannot_be_read_saves_nothing(first: Member, study: Study) -> None:
    sheet = workflow.start_sheet(first, study)
    with pytest.raises(BadInput, match="Number randomised: “many” is not a whole number"):
        workflow.save_entries(first, sheet, {"study/design": "Trial", "study/randomised": "many"})
    assert sheet.answers() == {}


def test_a_field_that_is_not_on_the_form_is_named(first: Member, study: Study) -> None:
    with pytest.raises(BadInput, match="no field “outcome/9/arm/9/events”"):
        workflow.save_entries(first, workflow.start_sheet(first, study), {"outcome/9/arm/9/events": 1})


def test_a_save_that_changes_nothing_leaves_no_event(first: Member, study: Study) -> None:
    sheet = workflow.start_sheet(first, study)
    for _ in range(2):
        sheet = workflow.save_entries(first, sheet, {"study/design": "Trial"})
    assert sheet.version == 1
    assert Event.blind.for_member(first).filter(verb="extraction.sheet_saved").count() == 1


def test_each_save_keeps_what_stood_before_in_the_trail(first: Member, study: Study) -> None:
    sheet = workflow.start_sheet(first, study)
    workflow.save_entries(first, sheet, {"study/randomised": 193}, {"study/randomised": "p. 2"})
    workflow.save_entries(first, sheet, {"study/randomised": 190})
    last = Event.blind.for_member(first).filter(verb="extraction.sheet_saved").last()
    assert last.facts == {"before": {"study/randomised": "193 [p. 2]"}, "after": {"study/randomised": "190 [p. 2]"}}


def test_an_old_window_does_not_overwrite_what_a_newer_one_saved(first: Member, study: Study) -> None:
    sheet = workflow.start_sheet(first, study)
    seen = sheet.version
    workflow.save_entries(first, sheet, {"study/randomised": 193}, version=seen)
    with pytest.raises(Stale, match="in another window meanwhile: Number randomised"):
        workflow.save_entries(first, sheet, {"study/randomised": 139, "study/design": "Trial"}, version=seen)
    assert {key: answer.value for key, answer in sheet.answers().items()} == {"study/randomised": 193}


def test_an_old_window_saves_what_nobody_touched(first: Member, study: Study) -> None:
    sheet = workflow.start_sheet(first, study)
    seen = sheet.version
    workflow.save_entries(first, sheet, {"study/randomised": 193}, version=seen)
    workflow.save_entries(first, sheet, {"study/randomised": "193", "study/design": "Trial"}, version=seen)
    assert sheet.answers()["study/design"].value == "Trial"


def test_an_incomplete_sheet_is_not_submitted(first: Member, study: Study, outcome: Outcome) -> None:
    values = build.cells(study, outcome, {"events": 20, "total": 14}, {"events": 1})
    sheet = workflow.save_entries(first, workflow.start_sheet(first, study), values)
    with pytest.raises(BadInput) as refusal:
        workflow.submit_sheet(first, sheet)
    for told in ("Design is not answered.", "Events is 20, more than", "Total is missing. Fill the whole row"):
        assert told in refusal.value.message
    sheet.refresh_from_db()
    assert sheet.submitted_at is None


def test_a_submitted_sheet_stays_as_it_is_until_it_is_reopened(first: Member, study: Study) -> None:
    sheet = build.submitted(first, study)
    with pytest.raises(WrongState, match="is submitted"):
        workflow.save_entries(first, sheet, {"study/design": "Other"})
    with pytest.raises(WrongState, match="is submitted"):
        workflow.withdraw_sheet(first, sheet)
    workflow.submit_sheet(first, sheet)  # pressed twice
    assert Event.blind.for_member(first).filter(verb="extraction.sheet_submitted").count() == 1
    workflow.reopen_sheet(first, sheet)
    workflow.reopen_sheet(first, sheet)
    workflow.save_entries(first, sheet, {"study/design": "Other"})
    assert workflow.submit_sheet(first, sheet).submitted_at


def test_once_both_are_in_neither_is_reopened(first: Member, second: Member, study: Study) -> None:
    sheet = build.submitted(first, study)
    build.submitted(second, study)
    with pytest.raises(WrongState, match="Both sheets are in"):
        workflow.reopen_sheet(first, sheet)


def test_a_withdrawn_sheet_frees_its_place_and_comes_back_with_its_answers(
    first: Member, second: Member, third: Member, study: Study
) -> None:
    sheet = workflow.save_entries(first, workflow.start_sheet(first, study), {"study/design": "Trial"})
    workflow.withdraw_sheet(first, sheet)
    with pytest.raises(WrongState, match="has been withdrawn"):
        workflow.save_entries(first, sheet, {"study/design": "Other"})
    workflow.start_sheet(second, study)
    again = workflow.start_sheet(first, study)
    assert again == sheet
    assert again.answers()["study/design"].value == "Trial"
    with pytest.raises(WrongState, match="Two review authors have Murray 2003"):
        workflow.start_sheet(third, study)


def test_a_third_author_is_refused_in_words_and_may_assess_what_has_one(
    first: Member, second: Member, third: Member, study: Study
) -> None:
    build.submitted(first, study)
    workflow.start_sheet(second, study)
    with pytest.raises(WrongState, match="Two review authors have Murray 2003 already"):
        workflow.start_sheet(third, study)
    assert build.state(third, study) == "taken"
    [appraisal] = queries.appraised(third, [queries.study(third, study.pk)])[0].appraisals
    assert appraisal.state == "new"
    workflow.start_assessment(third, study)


def test_the_unfinished_sheet_of_who_left_gives_way(
    owner: Member, first: Member, second: Member, third: Member, study: Study
) -> None:
    left = workflow.start_sheet(second, study)
    build.submitted(first, study)
    ground_workflow.leave(owner, second)
    build.submitted(third, study)
    left.refresh_from_db()
    assert left.withdrawn_at
    assert queries.sheet_agreement(third, study).first.member == first
    event = Event.blind.for_member(third).get(verb="extraction.sheet_started", actor=third.user)
    assert event.facts == {"gave_way": ["Sam Second"]}


def test_the_submitted_sheet_of_who_left_counts(
    owner: Member, first: Member, second: Member, third: Member, study: Study
) -> None:
    build.submitted(first, study)
    ground_workflow.leave(owner, first)
    workflow.start_sheet(second, study)
    with pytest.raises(WrongState, match="Two review authors"):
        workflow.start_sheet(third, study)


def test_nobody_writes_on_another_authors_sheet(first: Member, second: Member, study: Study) -> None:
    sheet = workflow.start_sheet(first, study)
    for act in (
        lambda: workflow.save_entries(second, sheet, {"study/design": "Mine"}),
        lambda: workflow.submit_sheet(second, sheet),
        lambda: workflow.reopen_sheet(second, sheet),
        lambda: workflow.withdraw_sheet(second, sheet),
    ):
        with pytest.raises(NotHere):
            act()


def test_observers_and_arbiters_who_are_no_authors_fill_in_nothing(
    owner: Member, arbiter: Member, observer: Member, study: Study
) -> None:
    for member in (owner, arbiter, observer):
        with pytest.raises(Refused):
            workflow.start_sheet(member, study)


def test_a_closed_review_takes_no_sheets(owner: Member, first: Member, study: Study) -> None:
    sheet = workflow.start_sheet(first, study)
    ground_workflow.close(owner)
    first.review.refresh_from_db()
    with pytest.raises(WrongState, match="This review is closed"):
        workflow.save_entries(first, sheet, {"study/design": "Trial"})


def test_every_domain_needs_a_judgement_and_what_supports_it(first: Member, study: Study) -> None:
    begun = workflow.start_assessment(first, study)
    workflow.save_judgements(first, begun, build.LOW | {"other_bias": ""}, {"sequence_generation": "Drawn lots."})
    with pytest.raises(BadInput) as refusal:
        workflow.submit_assessment(first, begun)
    assert "Other bias is not answered." in refusal.value.message
    assert "Allocation concealment: write what supports this judgement." in refusal.value.message
    assert "sequence generation" not in refusal.value.message.lower()


def test_a_judgement_is_one_of_the_tools(first: Member, study: Study) -> None:
    begun = workflow.start_assessment(first, study)
    with pytest.raises(BadInput, match="“some concerns” is not one of its answers"):
        workflow.save_judgements(first, begun, {"other_bias": "some concerns"})
    with pytest.raises(NotHere, match="no risk-of-bias tool"):
        workflow.start_assessment(first, study, "rob9")


def test_assessments_are_reopened_and_withdrawn_as_sheets_are(first: Member, study: Study) -> None:
    done = build.assessed(first, study)
    workflow.reopen_assessment(first, done)
    workflow.withdraw_assessment(first, done)
    assert not Assessment.blind.for_member(first).own().exists()
    assert workflow.start_assessment(first, study) == done


# --- blindness -------------------------------------------------------------------------------------------------


def test_until_both_are_in_the_other_sees_no_trace(
    first: Member, second: Member, study: Study, outcome: Outcome
) -> None:
    def what_second_sees() -> tuple[object, ...]:
        row = queries.with_state(second, [queries.study(second, study.pk)])[0]
        return (
            list(Sheet.blind.for_member(second)),
            list(Assessment.blind.for_member(second)),
            (row.sheet_state, row.sheet_agrees, queries.appraised(second, [row])[0].appraisals),
            queries.steps(second),
            list(Event.blind.for_member(second)),
            queries.sheet_agreement(second, study),
            queries.bias_agreement(second, study),
            vars(row).keys() - {"_prefetched_objects_cache"},
        )

    before = what_second_sees()
    values = build.cells(study, outcome, {"events": 8, "total": 14}, {"events": 1, "total": 54})
    build.submitted(first, study, values)
    build.assessed(first, study)
    assert what_second_sees() == before

    workflow.start_sheet(second, study)
    workflow.start_assessment(second, study)
    assert build.state(second, study) == "open"
    assert not Sheet.blind.for_member(second).exclude(member=second).exists()
    assert not Event.blind.for_member(second).exclude(actor=second.user).filter(verb__contains="sheet").exists()


def test_what_an_author_can_do_does_not_depend_on_the_other(first: Member, second: Member, study: Study) -> None:
    mine = build.submitted(second, study)
    assert build.state(second, study) == "waiting"
    workflow.start_sheet(first, study)
    assert build.state(second, study) == "waiting"
    workflow.reopen_sheet(second, mine)
    assert workflow.submit_sheet(second, mine).submitted_at


def test_the_second_submission_opens_both_sheets_and_their_trail_to_all(
    first: Member, second: Member, observer: Member, study: Study
) -> None:
    build.submitted(first, study)
    assert not Sheet.blind.for_member(observer).exists()
    build.submitted(second, study)
    for member in (first, second, observer):
        assert Sheet.blind.for_member(member).count() == 2
        assert build.state(member, study) == "both"
        assert Event.blind.for_member(member).filter(verb="extraction.sheet_saved").count() == 2
    assert not Assessment.blind.for_member(observer).exists()


def test_sheets_of_another_study_stay_shut(
    first: Member, second: Member, study: Study, pair: tuple[Member, Member]
) -> None:
    other = build.study(pair, "Cooper 2003")
    build.submitted(first, other)
    build.submitted(first, study)
    build.submitted(second, study)
    assert not Sheet.blind.for_member(second).filter(study=other).exists()
    assert not Event.blind.for_member(second).filter(subject=f"study/{other.pk}/sheet/form").exists()


def test_what_waits_for_me_counts_my_own_sheets(first: Member, second: Member, study: Study) -> None:
    def mine(member: Member) -> dict[str, int]:
        return {step.key: step.mine for step in queries.steps(member)}

    assert mine(first) == {"studies": 0, "extract": 1, "bias": 1, "agree": 0}
    build.submitted(first, study)
    assert mine(first) == {"studies": 0, "extract": 0, "bias": 1, "agree": 0}
    assert mine(second)["extract"] == 1
    build.submitted(second, study)
    assert mine(first)["agree"] == mine(second)["agree"] == 1
