"""A review builds its form, puts it into use, and changes it after studies were extracted."""

from __future__ import annotations

import html

import pytest
from django.test import Client
from django.utils import timezone

from extraction import queries, workflow
from extraction.models import Arm, Entry, FormVersion, Outcome, Plan, Sheet, Study, StudyReport
from extraction.schema import STANDARD, Answer, Choice, Match, Pair, TakenFrom
from extraction.schema.clean import own_unit
from extraction.schema.form import from_json, write
from extraction.workflow.said import Said
from extraction.workflow.sheets import save_own
from reviewapp import access
from reviewapp.errors import BadFile, BadInput, Refused, WrongState
from reviewapp.models import Event, Member, Stage
from screening.models import Citation, Standing, StandingState
from tests.extraction import build

pytestmark = pytest.mark.django_db


def changed(member: Member, *steps: tuple[str, dict[str, object]], note: str = "") -> FormVersion:
    """A new version in use, after these steps."""
    workflow.begin_form(member)
    for step, details in steps:
        given = details.pop("of")
        workflow.edit_form(member, step, given, **details)
    return workflow.use_form(member, note)


def test_a_review_begins_with_the_short_form_and_stores_nothing_for_it(first: Member) -> None:
    assert queries.current_version(first.review_id) == queries.FIRST
    assert FormVersion.objects.count() == 0


def test_a_draft_changes_nothing_until_it_is_put_into_use(first: Member, study: Study) -> None:
    workflow.begin_form(first)
    workflow.edit_form(first, "add_question", "on_study", label="Country", required=True)
    assert "study/country" not in {field.key for field in queries.form_for(study).fields}
    workflow.use_form(first, "The protocol asks for it")
    assert "study/country" in {field.key for field in queries.form_for(study).fields}
    assert queries.current_version(first.review_id).number == 1


def test_two_who_begin_at_once_share_one_draft(first: Member, second: Member) -> None:
    assert workflow.begin_form(first) == workflow.begin_form(second)


def test_every_step_is_in_the_trail_in_sentences_and_can_be_taken_back(first: Member) -> None:
    workflow.begin_form(first)
    workflow.edit_form(first, "add_question", "on_study", label="Country")
    workflow.edit_form(first, "drop_question", "notes")
    workflow.undo_edit(first)
    draft = workflow.undo_edit(first)
    assert from_json(draft.design) == STANDARD
    told = [
        event.facts["changes"]
        for event in Event.blind.for_member(first).filter(verb__startswith="extraction.form_edit")
    ]
    assert told[0] == ["+ “Country” (text)."]
    assert told[2] == ["+ “Notes” (text)."]
    with pytest.raises(WrongState, match="no step to take back"):
        workflow.undo_edit(first)


def test_a_step_that_cannot_be_made_says_why_and_changes_nothing(first: Member) -> None:
    before = workflow.begin_form(first).design
    with pytest.raises(BadInput, match="a choice needs at least two answers"):
        workflow.edit_form(first, "add_question", "on_study", label="Colour", kind="choice", options="Red")
    assert queries.form_draft(first).design == before


def test_a_discarded_draft_comes_back_unless_another_was_put_into_use(first: Member) -> None:
    workflow.begin_form(first)
    workflow.edit_form(first, "add_question", "on_study", label="Country")
    workflow.drop_form_draft(first)
    with pytest.raises(WrongState, match="not being changed"):
        workflow.edit_form(first, "drop_question", "notes")
    assert "country" in from_json(workflow.restore_form_draft(first).design).questions


def test_a_draft_without_a_change_is_not_a_version(first: Member) -> None:
    workflow.begin_form(first)
    with pytest.raises(WrongState, match="nothing has changed"):
        workflow.use_form(first)


def test_a_form_goes_out_as_a_file_and_comes_into_another_review(first: Member) -> None:
    workflow.begin_form(first)
    workflow.take_pack(first, "trials", add=False)
    text = write(from_json(queries.form_draft(first).design))
    workflow.undo_edit(first)
    draft = workflow.import_form(first, "form.json", text.encode())
    assert "dose" in from_json(draft.design).questions
    with pytest.raises(BadFile, match="form.json: Line 1, column 1: this is not JSON"):
        workflow.import_form(first, "form.json", b"nothing")
    with pytest.raises(BadFile) as refused:
        workflow.import_form(first, "form.json", b" " * (workflow.LARGEST_FILE + 1))
    assert refused.value.todo == "Choose the file that “Form as JSON” on a form’s page gives."


def test_who_may_not_plan_builds_no_form(observer: Member) -> None:
    with pytest.raises(Refused):
        workflow.begin_form(observer)


# --- after sheets were filled in ---------------------------------------------------------------------------------


def test_a_form_changed_after_extraction_loses_nothing_and_asks_again_only_what_changed(
    first: Member, study: Study, outcome: Outcome
) -> None:
    cells = build.cells(study, outcome, {"events": 8, "total": 14}, {"events": 1, "total": 54})
    sheet = workflow.start_sheet(first, study)
    workflow.save_entries(first, sheet, {**build.TEXTS, **cells, "study/notes": "Twins", "study/funding": "State"})
    changed(
        first,
        ("drop_question", {"of": "notes"}),
        ("change_question", {"of": "funding", "asks_anew": True, "label": "Who paid"}),
        ("add_question", {"of": "on_study", "label": "Country", "required": True}),
    )
    found = queries.opened(sheet).carried
    assert set(found.kept) == {*build.TEXTS, *cells}
    assert {key: answer.value for key, answer in found.parked.items()} == {"study/notes": "Twins"}
    assert list(found.again) == ["study/funding"]
    told = {problem.key: problem.sentence for problem in queries.problems_of(sheet)}
    assert told["study/country"] == "Country is not answered."
    assert told["study/funding"] == (
        "Who paid: the question has changed since it was answered. "
        "It was “Funding and conflicts of interest”. Look at it again."
    )


def test_a_number_keeps_its_unit_when_the_question_comes_back_with_another(first: Member, study: Study) -> None:
    length = {"label": "Length", "kind": "number", "unit": "weeks"}
    changed(first, ("add_question", {"of": "on_study", **length}))
    sheet = workflow.save_entries(first, workflow.start_sheet(first, study), {"study/length": "12"})
    changed(first, ("drop_question", {"of": "length"}))
    changed(first, ("put_back", {"of": "length"}), ("change_question", {"of": "length", **length, "unit": "days"}))
    assert queries.own_sheet(first, study).answers()["study/length"] == Answer(12.0, unit="weeks")
    assert "“weeks” is not one of its units (days)" in " ".join(each.sentence for each in queries.problems_of(sheet))


def test_a_number_keeps_its_unit_when_the_question_gets_another(first: Member, second: Member, study: Study) -> None:
    length = {"label": "Length", "kind": "number", "unit": "weeks"}
    changed(first, ("add_question", {"of": "on_study", **length}))
    for author in (first, second):
        build.submitted(author, study, {"study/length": "12"})
    changed(first, ("change_question", {"of": "length", **length, "unit": "days", "units": "weeks = 7"}))
    mine = workflow.renew_sheet(first, queries.own_sheet(first, study))
    (told,) = [each.sentence for each in queries.opened(mine).problems]
    assert "Length: the question has changed since it was answered. Its unit was weeks." in told
    assert mine.answers()["study/length"] == Answer(12.0, unit="weeks"), "never 12 days"
    workflow.submit_sheet(first, save_own(first, mine, Said(confirmed=["study/length"]), mine.version))
    theirs = workflow.renew_sheet(second, queries.own_sheet(second, study))
    workflow.submit_sheet(second, workflow.save_entries(second, theirs, {"study/length": "84"}))

    def compared() -> Pair:
        found = queries.sheet_agreement(first, study)
        return next(each for each in found.pairs if each.field.key == "study/length")

    assert (compared().match, own_unit(compared().field, compared().second)) == (Match.DIFFERENT, 588.0), (
        "84 weeks, as was typed"
    )
    workflow.agree_sheet(first, study, {"study/length": Choice(TakenFrom.FIRST)})
    assert queries.agreed_characteristics(first.review)[study.pk]["study/length"] == 84.0, "12 weeks, in days"
    changed(first, ("change_question", {"of": "length", **length, "unit": "hours", "units": ""}))
    assert "study/length" not in queries.agreed_characteristics(first.review)[study.pk], "of which hours make 12 weeks?"
    (apart,) = [each.found for each in queries.field_agreement(first) if each.field == "length"]
    assert (apart.n, apart.equal, apart.coefficient) == (1, 0, None)
    for author in (first, second):
        mine = workflow.renew_sheet(author, queries.own_sheet(author, study))
        (told,) = [each.sentence for each in queries.opened(mine).problems]
        assert "“weeks” is not one of its units (hours)" in told
        mine = workflow.save_entries(author, mine, {"study/length": "14"})
        assert mine.answers()["study/length"] == Answer(14.0, unit="weeks"), (
            "which the page says until hours are chosen"
        )
        mine = save_own(author, mine, Said({"study/length": "2016"}, units={"study/length": "hours"}), mine.version)
        assert mine.answers()["study/length"] == Answer(2016.0)
        workflow.submit_sheet(author, mine)
    assert compared().match == Match.EQUAL


def test_an_answer_that_was_looked_at_again_is_as_good_as_new(first: Member, study: Study) -> None:
    sheet = workflow.start_sheet(first, study)
    workflow.save_entries(first, sheet, {**build.TEXTS, "study/funding": "State"})
    changed(first, ("change_question", {"of": "funding", "asks_anew": True}))
    with pytest.raises(BadInput, match="Look at it again"):
        workflow.submit_sheet(first, sheet)
    sheet = save_own(first, sheet, Said(confirmed=["study/funding"]), None)
    assert workflow.submit_sheet(first, sheet).form_number == 1
    assert Event.blind.for_member(first).filter(verb="extraction.sheet_saved").last().facts["confirmed"] == [
        "study/funding"
    ]


def test_agreed_studies_keep_what_is_agreed_when_the_form_changes(
    first: Member, second: Member, pair: tuple[Member, Member], outcome: Outcome
) -> None:
    studies = [build.study(pair, f"Study {number}") for number in range(4)]
    for study in studies:
        for author in pair:
            build.submitted(author, study, {"study/notes": "Twins"})
        workflow.agree_sheet(first, study, {})
    before = queries.agreed_characteristics(first.review)
    changed(first, ("drop_question", {"of": "notes"}), ("change_question", {"of": "design", "asks_anew": True}))
    assert queries.agreed_characteristics(first.review) == before
    assert all(len(queries.sheet_agreement(first, study).signed.lines.all()) == 4 for study in studies)


def test_a_plan_for_one_with_a_verifier_needs_a_reason_and_an_owner(first: Member, owner: Member) -> None:
    assert queries.plan_of(owner.review_id).mode == Plan.Mode.DOUBLE
    with pytest.raises(BadInput, match="needs a reason"):
        workflow.plan_extraction(owner, "verified")
    assert workflow.plan_extraction(owner, "verified", "A rapid review").mode == Plan.Mode.VERIFIED
    assert not access.can(first, access.Can.MANAGE)
    with pytest.raises(Refused):
        workflow.plan_extraction(first, "double")


# --- after fifty studies ---------------------------------------------------------------------------------------------

FIFTY = 50


def fifty(pair: tuple[Member, Member], outcome: Outcome) -> list[Study]:
    """Fifty studies: a third agreed, a third with both sheets in, a third under way. Rows are stored in bulk, as the verbs store them."""
    studies = Study.objects.bulk_create(Study(review=outcome.review, label=f"Trial {n:02}") for n in range(FIFTY))
    Arm.objects.bulk_create(
        Arm(study=study, name=name, role=name) for study in studies for name in ("experimental", "control")
    )
    citations = Citation.objects.bulk_create(Citation(review=outcome.review, title=study.label) for study in studies)
    included = {"stage": Stage.FULL_TEXT, "state": StandingState.INCLUDE, "needed": 2}
    Standing.objects.bulk_create(Standing(review=outcome.review, citation=each, **included) for each in citations)
    StudyReport.objects.bulk_create(
        StudyReport(study=study, citation=citation, member=pair[0])
        for study, citation in zip(studies, citations, strict=True)
    )
    now, sheets = timezone.now(), []
    for place, study in enumerate(studies):
        handed_in = now if place % 3 < 2 else None
        sheets += [Sheet(study=study, member=each, tool=queries.FORM, submitted_at=handed_in) for each in pair]
        if place % 3 == 0:
            sheets.append(Sheet(study=study, member=pair[0], tool=queries.FORM, submitted_at=now, agreed=True))
    Sheet.unblinded.bulk_create(sheets)
    Entry.unblinded.bulk_create(
        Entry(sheet=sheet, key=key, value=value, text=f"p. {sheet.pk}", taken_from="both" if sheet.agreed else "")
        for sheet in sheets
        for key, value in extracted(sheet.study, outcome).items()
    )
    return studies


def extracted(study: Study, outcome: Outcome) -> dict[str, object]:
    cells = build.cells(study, outcome, {"events": study.pk % 9, "total": 40}, {"events": 9, "total": 41})
    return build.TEXTS | cells | {"study/notes": f"Note on {study.label}", "study/funding": "State"}


def stored(studies: list[Study]) -> list[tuple[object, ...]]:
    lines = Entry.unblinded.filter(sheet__study__in=studies).order_by("pk")
    return list(lines.values_list("sheet", "key", "value", "text", "unit", "taken_from", "form_number"))


def test_a_form_changed_after_fifty_studies_loses_nothing_and_tells_each_sheet_what_is_new(
    first: Member, second: Member, outcome: Outcome, client: Client
) -> None:
    studies = fifty((first, second), outcome)
    before = stored(studies)
    version = changed(
        first,
        ("drop_question", {"of": "notes"}),
        ("change_question", {"of": "funding", "asks_anew": True, "label": "Who paid"}),
        ("change_question", {"of": "design", "label": "Design of the study"}),
        ("add_question", {"of": "on_study", "label": "Country", "required": True}),
        note="The protocol asks for it",
    )
    assert len(before) == 9 * (2 * FIFTY + 17)
    assert stored(studies) == before, "no answer of any sheet is touched"
    for place, study in enumerate(studies):
        opened = queries.opened(queries.own_sheet(first, study))
        answers = extracted(study, outcome)
        if place % 3 < 2:
            assert opened.version.number == 0, "what is submitted stands by the form for which it was"
            assert set(opened.carried.kept) == set(answers)
            continue
        assert {key: each.value for key, each in opened.carried.parked.items()} == {
            "study/notes": answers.pop("study/notes")
        }
        assert list(opened.carried.again) == ["study/funding"]
        answers.pop("study/funding")
        assert {key: each.value for key, each in opened.carried.kept.items()} == answers
        assert {each.key for each in opened.problems} == {"study/country", "study/funding"}
    agreed = build.agreed_rows(first.review, outcome)
    assert len(agreed) == 2 * 17, "what is agreed is pooled as before"
    client.force_login(first.user)
    page = client.get(f"/reviews/{first.review.slug}/form/versions/{version.number}/").content.decode()
    for sentence in (
        "“Notes”. Its answers are kept, and are back if it is put back.",
        "“Funding and conflicts of interest”: reads “Who paid”. Answers are to be looked at again.",
        "“Country” (text, needed).",
    ):
        assert sentence in html.unescape(page)
    changed(first, ("put_back", {"of": "notes"}))
    back = queries.opened(queries.own_sheet(first, studies[2]))
    assert back.carried.kept["study/notes"].value == f"Note on {studies[2].label}", (
        "a question that comes back has its answers"
    )
