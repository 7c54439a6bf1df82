"""An outcome that a study does not report is folded by one tick: it is complete, counts for nothing, and comes back as it was."""

from __future__ import annotations

import re

import pytest

from extraction import queries, workflow
from extraction.models import Outcome, Study
from extraction.schema import Choice, TakenFrom
from extraction.schema.tables import study_key
from reviewapp.errors import BadInput
from reviewapp.models import Member
from tests.extraction import build
from tests.extraction.test_views import page, post

pytestmark = pytest.mark.django_db
EVENTS = ({"events": 3, "total": 20}, {"events": 5, "total": 21})


@pytest.fixture
def unreported(outcome: Outcome) -> str:
    return f"{study_key(outcome.pk)}/unreported"


def test_it_is_complete_whatever_stands_in_its_table_and_opens_again_with_it(
    first: Member, study: Study, outcome: Outcome, unreported: str
) -> None:
    begun = {**build.cells(study, outcome, {"events": 30, "total": 20}, {}), unreported: "yes"}
    sheet = workflow.save_entries(first, workflow.start_sheet(first, study), build.TEXTS | begun)
    assert queries.opened(sheet).problems == []
    assert queries.own_doubts(first, queries.opened(sheet)).open == [], "30 of 20 are doubted only where they count"
    text = page(first, "sheet", study.pk)
    assert f'data-folds="{unreported}" hidden' in text
    assert 'value="30"' in text, "what was filled in is kept"
    post(first, "sheet", study.pk, data={"version": 99, unreported: ""})
    assert f'data-folds="{unreported}">' in page(first, "sheet", study.pk)
    with pytest.raises(BadInput, match="30, more than"):
        workflow.submit_sheet(first, queries.own_sheet(first, study))


def test_two_who_fold_it_agree_and_none_of_its_cells_is_asked(
    first: Member, second: Member, study: Study, outcome: Outcome, unreported: str
) -> None:
    for author in (first, second):
        build.submitted(author, study, {**build.cells(study, outcome, *EVENTS), unreported: "yes"})
    found = queries.sheet_agreement(first, study)
    assert found.differences == []
    agreed = workflow.agree_sheet(first, study, {})
    assert {key for key in agreed.answers() if key.startswith("outcome/")} == {unreported}
    assert {each.field: each.found.n for each in queries.field_agreement(first)}["dichotomous/unreported"] == 1


def test_where_one_alone_folds_it_one_choice_settles_the_outcome(
    first: Member, second: Member, study: Study, outcome: Outcome, unreported: str
) -> None:
    cells = build.cells(study, outcome, *EVENTS)
    build.submitted(first, study, {unreported: "yes"})
    build.submitted(second, study, cells)
    assert {pair.field.key for pair in queries.sheet_agreement(first, study).differences} == {unreported, *cells}
    kept = {key: Choice(TakenFrom.SECOND) for key in cells}
    workflow.choose_on_sheet(first, study, kept)
    workflow.choose_on_sheet(first, study, {unreported: Choice(TakenFrom.FIRST)})
    assert queries.sheet_agreement(first, study).differences == [
        pair for pair in queries.sheet_agreement(first, study).pairs if pair.field.key == unreported
    ]
    agreed = workflow.agree_sheet(first, study, {})
    assert {key: each.value for key, each in agreed.answers().items() if key.startswith("outcome/") and each.value} == {
        unreported: "yes"
    }, "numbers that were chosen before are not agreed"
    workflow.reopen_sheet_agreement(first, study)
    agreed = workflow.agree_sheet(first, study, {unreported: Choice(TakenFrom.SECOND)} | kept)
    assert {agreed.answers()[key].value for key in cells} == {3, 5, 20, 21}, "it is reported after all"
    assert agreed.answers()[unreported].value is None


def test_one_press_folds_all_outcomes_that_are_empty_and_another_opens_them(
    first: Member, study: Study, outcome: Outcome
) -> None:
    others = [build.outcome(first, name) for name in ("Sleep", "Crying", "Weight")]
    cells = build.cells(study, outcome, *EVENTS)
    workflow.save_entries(first, workflow.start_sheet(first, study), build.TEXTS)
    assert "Mark all that are empty as not reported" in page(first, "sheet", study.pk)

    def folded() -> dict[str, object]:
        answers = queries.own_sheet(first, study).answers()
        return {key: each.value for key, each in answers.items() if key.endswith("/unreported")}

    post(first, "sheet", study.pk, data={"version": 1, **cells, "empty": "fold"})
    assert folded() == {f"{study_key(each.pk)}/unreported": "yes" for each in others}, "not the one just filled in"
    assert queries.opened(queries.own_sheet(first, study)).problems == []
    post(first, "sheet", study.pk, data={"version": 2, "empty": "open"})
    assert set(folded().values()) == {None}


def test_a_section_of_its_own_on_an_outcome_is_folded_with_it_wherever_it_stands(
    first: Member, second: Member, study: Study, outcome: Outcome, unreported: str
) -> None:
    workflow.begin_form(first)
    workflow.edit_form(first, "add_section", "Measuring", "outcome")
    workflow.edit_form(first, "add_question", "measuring", label="Rated by", required=True)
    workflow.edit_form(first, "move_section", "measuring", -2)
    workflow.use_form(first)
    asked = f"outcome/{outcome.pk}/rated_by"
    sheet = workflow.save_entries(first, workflow.start_sheet(first, study), build.TEXTS)
    assert [each.key for each in queries.opened(sheet).problems] == [asked]
    sheet = workflow.save_entries(first, sheet, {unreported: "yes", asked: "Nurses"})
    assert queries.opened(sheet).problems == []
    assert "Not asked: this outcome is marked as not reported." in page(first, "sheet", study.pk)
    workflow.submit_sheet(first, sheet)
    build.submitted(second, study, {unreported: "yes"})
    assert queries.sheet_agreement(first, study).differences == [], "what is folded differs in nothing"


def test_a_sheet_that_is_taken_up_again_is_sent_whole_without_what_both_have_seen(
    first: Member, second: Member, study: Study, unreported: str
) -> None:
    for author in (first, second):
        build.submitted(author, study, {unreported: "yes"})
    workflow.begin_form(first)
    workflow.edit_form(first, "add_question", "on_study", label="Country", required=True)
    workflow.use_form(first)
    workflow.renew_sheet(first, queries.own_sheet(first, study))
    hidden = re.findall('<input type="hidden" name="([^"]*)" value="([^"]*)"', page(first, "sheet", study.pk))
    post(first, "sheet-submit", study.pk, data=dict(hidden) | {"study/country": "Wales"})
    sheet = queries.own_sheet(first, study)
    assert sheet.submitted_at
    assert sheet.answers()[unreported].value == "yes"
