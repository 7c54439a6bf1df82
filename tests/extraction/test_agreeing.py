"""Two sheets are agreed on answer by answer; one is verified; a new version of the form is answered after all; data leave as files."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from extraction import queries, workflow
from extraction.models import Outcome, Sheet, Study
from extraction.queries import reliability
from extraction.schema import Choice, Origin, TakenFrom
from reviewapp.errors import BadInput, Refused, Stale, WrongState
from reviewapp.models import Event, Member
from tests.extraction import build
from tests.extraction.test_views import browser, page, post, url

pytestmark = pytest.mark.django_db
DESIGN, NUMBER = "study/design", "study/randomised"
THIRD = Choice(TakenFrom.THIRD, "193", "Table 1", "Both misread it")


@pytest.fixture
def differing(first: Member, second: Member, study: Study) -> Study:
    """A study of which both sheets are in, with a different design and number."""
    for author, design, number in ((first, "A trial of two arms", 139), (second, "A trial of three arms", 193)):
        build.submitted(author, study, {DESIGN: design, NUMBER: number})
    return study


# --- choosing ----------------------------------------------------------------------------------------------------


def test_a_choice_is_kept_with_who_and_when_before_anything_is_signed(
    first: Member, second: Member, differing: Study
) -> None:
    workflow.choose_on_sheet(first, differing, {DESIGN: Choice(TakenFrom.FIRST)})
    found = queries.sheet_agreement(second, differing)
    line = found.made[DESIGN]
    assert (found.signed, line.by, line.taken_from) == (None, first, "first")
    assert line.at is not None
    assert queries.agreed_characteristics(first.review) == {}, "what is not signed is not agreed"
    agreed = workflow.agree_sheet(second, differing, {NUMBER: THIRD})
    by = {line.key: line.by for line in agreed.lines.all()}
    assert (by[DESIGN], by[NUMBER], by["study/participants"]) == (first, second, second)


def test_a_choice_that_is_made_twice_is_one_event(first: Member, differing: Study) -> None:
    for _ in range(2):
        workflow.choose_on_sheet(first, differing, {DESIGN: Choice(TakenFrom.SECOND)})
    assert Event.blind.for_member(first).filter(verb="extraction.sheet_chosen").count() == 1


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        (Choice(TakenFrom.THIRD, "193"), "a third answer needs a reason"),
        (Choice(TakenFrom.BOTH), "the two answers differ"),
        (Choice(TakenFrom.THIRD, "many", reason="x"), "“many” is not a whole number"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_in_words(
    choice: Choice, told: str, first: Member, differing: Study
) -> None:
    with pytest.raises(BadInput, match=told):
        workflow.choose_on_sheet(first, differing, {NUMBER: choice})


def test_who_neither_extracted_nor_settles_chooses_nothing(observer: Member, differing: Study) -> None:
    with pytest.raises(Refused):
        workflow.choose_on_sheet(observer, differing, {})


def test_nothing_is_chosen_on_what_is_signed(first: Member, differing: Study) -> None:
    workflow.agree_sheet(first, differing, {DESIGN: Choice(TakenFrom.FIRST), NUMBER: THIRD})
    with pytest.raises(Stale, match="has signed this agreement"):
        workflow.choose_on_sheet(first, differing, {DESIGN: Choice(TakenFrom.SECOND)})


def test_a_reopened_agreement_begins_with_what_was_chosen_and_by_whom(
    first: Member, second: Member, differing: Study
) -> None:
    workflow.agree_sheet(first, differing, {DESIGN: Choice(TakenFrom.FIRST), NUMBER: THIRD})
    workflow.reopen_sheet_agreement(second, differing)
    text = " ".join(re.sub("<[^>]+>", " ", page(first, "sheet-agreement", differing.pk)).split())
    assert "Its answers are those that stand now." in text, "before anything is chosen anew"
    workflow.choose_on_sheet(second, differing, {DESIGN: Choice(TakenFrom.SECOND)})
    agreed = workflow.agree_sheet(second, differing, {})
    lines = {line.key: (line.taken_from, line.by) for line in agreed.lines.all()}
    assert lines[NUMBER] == ("third", first)
    assert lines[DESIGN] == ("second", second)
    assert len(queries.sheet_agreement(first, differing).reopened) == 1
    text = " ".join(re.sub("<[^>]+>", " ", page(first, "sheet-agreement", differing.pk)).split())
    assert "Earlier versions (1) Signed by Fay First on" in text
    assert "Question Then Now Design A trial of two arms A trial of three arms" in text, "and nothing that is as it was"
    workflow.reopen_sheet_agreement(second, differing)
    same = Choice(TakenFrom.THIRD, THIRD.value, THIRD.text, "A guess", origin=Origin.IMPUTED)
    workflow.agree_sheet(second, differing, {DESIGN: Choice(TakenFrom.SECOND), NUMBER: same})
    text = " ".join(re.sub("<[^>]+>", " ", page(first, "sheet-agreement", differing.pk)).split())
    assert "193 people [Table 1] 193 people (imputed: A guess) [Table 1]" in text, "nor is a mark passed over"


def test_equal_answers_are_accepted_in_bulk_and_texts_shown_with_their_differences(
    first: Member, second: Member, differing: Study
) -> None:
    text = page(first, "sheet-agreement", differing.pk)
    assert "<mark>two</mark>" in text
    assert "<mark>three</mark>" in text
    post(first, "sheet-agreement", differing.pk, data={"save": "equal"})
    made = queries.sheet_agreement(second, differing).made
    assert {line.taken_from for line in made.values()} == {"both"}
    assert set(made) == {"study/participants", "study/interventions"}


def test_a_choice_is_sent_by_script_and_refusals_come_back_in_words(first: Member, differing: Study) -> None:
    client, address = browser(first), url(first, "sheet-agreement", differing.pk)
    accept = {"Accept": "application/json"}
    sent = client.post(address, {"save": "choices", f"take:{DESIGN}": "first"}, headers=accept)
    assert sent.json()["kept"] == [DESIGN]
    third = {"save": "choices", f"take:{NUMBER}": "third", f"value:{NUMBER}": "193", f"reason:{NUMBER}": ""}
    refused = client.post(address, third, headers=accept)
    assert (refused.status_code, "needs a reason" in refused.json()["refused"]) == (422, True)


def test_page_and_quote_of_both_stand_at_the_difference(first: Member, second: Member, study: Study) -> None:
    for author, number, quote in ((first, 139, "139 women"), (second, 193, "193 women")):
        workflow.start_sheet(author, study)
        data = {"version": 0, **build.TEXTS, NUMBER: number, f"quote:{NUMBER}": quote, f"page:{NUMBER}": 2}
        post(author, "sheet-submit", study.pk, data=data)
    text = page(first, "sheet-agreement", study.pk)
    assert "<q>139 women</q> page 2" in text
    assert "<q>193 women</q> page 2" in text


# --- one author, and one who verifies ----------------------------------------------------------------------------


@pytest.fixture
def verified(owner: Member) -> None:
    workflow.plan_extraction(owner, "verified", "A rapid review")


def test_one_extracts_and_a_second_verifies_a_copy(verified: None, first: Member, second: Member, study: Study) -> None:
    begun = workflow.save_entries(first, workflow.start_sheet(first, study), {**build.TEXTS, NUMBER: 139})
    assert build.state(second, study) == "held"
    with pytest.raises(WrongState, match="Fay First extracts Murray 2003; a second author verifies it"):
        workflow.start_sheet(second, study)
    with pytest.raises(WrongState, match="no sheet to verify"):
        workflow.verify_sheet(second, study)
    workflow.submit_sheet(first, begun)
    assert build.state(second, study) == "verify"
    assert "Extracted, to be verified by you" in page(second, "studies")
    assert [each.mine_label for each in queries.steps(second) if each.key == "extract"] == ["1 study to verify"]
    post(second, "sheet-verify", study.pk)
    for _ in ("at first", "whenever it is opened"):
        text = page(second, "sheet", study.pk)
        assert "Verify: Murray 2003" in text
        assert "a copy of what another author extracted" in text
    copy = queries.own_sheet(second, study)
    assert (copy.verifies, copy.answers()[NUMBER].value) == (True, 139)
    workflow.submit_sheet(second, workflow.save_entries(second, copy, {NUMBER: 193}))
    assert [pair.field.key for pair in queries.sheet_agreement(first, study).differences] == [NUMBER]
    assert queries.field_agreement(first) == [], "a copy is not independent"
    assert "Sam Second verified what Fay First extracted." in page(first, "sheet-agreement", study.pk)


def test_a_sheet_that_was_begun_for_a_blind_pair_is_never_copied(
    owner: Member, first: Member, second: Member, study: Study
) -> None:
    build.submitted(first, study)
    workflow.plan_extraction(owner, "verified", "A rapid review")
    assert build.state(second, study) == "new"
    with pytest.raises(WrongState, match="no sheet to verify"):
        workflow.verify_sheet(second, study)


# --- a new version after both were in ----------------------------------------------------------------------------


def add_country(member: Member) -> None:
    workflow.begin_form(member)
    workflow.edit_form(member, "add_question", "on_study", label="Country", required=True)
    workflow.use_form(member)


def test_a_new_question_is_answered_blind_after_an_agreement_and_settled_with_what_was_chosen_before(
    first: Member, second: Member, observer: Member, differing: Study
) -> None:
    workflow.agree_sheet(first, differing, {DESIGN: Choice(TakenFrom.FIRST), NUMBER: THIRD})
    add_country(first)
    assert "The form has changed since." in page(first, "sheet", differing.pk)
    post(first, "sheet-renew", differing.pk)
    mine = queries.own_sheet(first, differing)
    with pytest.raises(WrongState, match="Both authors have seen each other's answers to: Design"):
        workflow.save_entries(first, mine, {DESIGN: "Another"})
    workflow.submit_sheet(first, workflow.save_entries(first, mine, {"study/country": "England"}))
    for member in (first, second, observer):
        assert queries.sheet_agreement(member, differing) is None, (
            "what is new is not open before both have answered it"
        )
    assert "England" not in page(second, "sheet-agreement", differing.pk) + str(rows(second, "data-csv"))
    assert not any("England" in str(each.facts) for each in Event.blind.for_member(second))
    Member.objects.filter(pk=second.pk).update(is_author=False)
    told = "one of the two authors has answered what is new"
    assert told in page(first, "sheet-agreement", differing.pk), "nobody waits for who does not extract any more"
    Member.objects.filter(pk=second.pk).update(is_author=True)
    with pytest.raises(WrongState, match="Both sheets are in"):
        workflow.reopen_sheet(second, queries.own_sheet(second, differing))
    theirs = workflow.renew_sheet(second, queries.own_sheet(second, differing))
    assert queries.sheet_agreement(first, differing) is None, "sealed again until both are in"
    assert Sheet.blind.for_member(second).own().filter(study=differing).exclude(member=second).count() == 0
    workflow.submit_sheet(second, workflow.save_entries(second, theirs, {"study/country": "Scotland"}))
    assert any("England" in str(each.facts) for each in Event.blind.for_member(second))
    found = queries.sheet_agreement(second, differing)
    assert (found.is_outdated, found.signed is not None) == (True, True)
    assert "and both authors have answered what is new" in page(first, "sheet-agreement", differing.pk)
    assert queries.agreed_characteristics(first.review)[differing.pk][NUMBER] == 193, "what was agreed stands meanwhile"
    workflow.reopen_sheet_agreement(second, differing)
    agreed = workflow.agree_sheet(
        second, differing, {DESIGN: Choice(TakenFrom.FIRST), NUMBER: THIRD, "study/country": Choice(TakenFrom.SECOND)}
    )
    assert agreed.form_number == 1
    assert {line.key: line.value for line in agreed.lines.all()}["study/country"] == "Scotland"


def test_who_submitted_before_the_form_changed_answers_it_before_the_two_are_open(
    first: Member, second: Member, study: Study
) -> None:
    build.submitted(first, study)
    add_country(first)
    build.submitted(second, study, {"study/country": "Scotland"})
    assert queries.sheet_agreement(first, study) is None
    assert "Scotland" not in str(rows(first, "data-csv"))
    mine = workflow.reopen_sheet(first, queries.own_sheet(first, study))
    said = build.TEXTS | {DESIGN: "Seen by nobody yet", "study/country": "Wales"}
    workflow.submit_sheet(first, workflow.save_entries(first, mine, said))
    apart = queries.sheet_agreement(second, study).differences
    assert [each.field.key for each in apart] == [DESIGN, "study/country"]
    with pytest.raises(WrongState, match="Both sheets are in"):
        workflow.reopen_sheet(first, queries.own_sheet(first, study))


def test_while_one_takes_a_sheet_up_again_the_other_cannot_change_what_both_had_seen(
    first: Member, second: Member, differing: Study
) -> None:
    add_country(first)
    workflow.renew_sheet(first, queries.own_sheet(first, differing))
    with pytest.raises(WrongState, match="or were, and each author can read"):
        workflow.reopen_sheet(second, queries.own_sheet(second, differing))
    with pytest.raises(WrongState, match="both authors have seen it"):
        workflow.withdraw_sheet(first, queries.own_sheet(first, differing))


def test_a_sheet_is_not_taken_up_again_without_a_new_version(first: Member, differing: Study) -> None:
    with pytest.raises(WrongState, match="has not changed since you submitted"):
        workflow.renew_sheet(first, queries.own_sheet(first, differing))


# --- files -------------------------------------------------------------------------------------------------------


def rows(member: Member, name: str) -> list[dict[str, str]]:
    answer = browser(member).get(url(member, name))
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_every_answer_leaves_with_its_key_its_words_and_its_source(
    first: Member, second: Member, study: Study, outcome: Outcome
) -> None:
    workflow.begin_form(first)
    workflow.edit_form(first, "add_question", "on_study", label="Country")
    workflow.use_form(first)
    cells = build.cells(study, outcome, {"events": 8, "total": 14}, {"events": 1, "total": 54})
    for author in (first, second):
        build.submitted(author, study, cells | {"study/notes": "=1+1"})
    workflow.agree_sheet(first, study, {})
    found = rows(first, "data-csv")
    assert [row["sheet"] for row in found[:: len(found) // 3]][:3] == ["agreed", "own", "own"]
    assert {row["form_version"] for row in found} == {"1"}, "of what is agreed as of what each author said"
    events = next(row for row in found if row["field"] == "events")
    assert (events["label"], events["arm"], events["value"]) == ("Events", "Psychotherapy", "8")
    assert events["outcome"] == "Secure attachment, after treatment"
    assert next(row for row in found if row["field"] == "notes")["value"] == "'=1+1"
    assert events["settled_by"] == "Fay First"


def test_what_is_sealed_is_in_no_file(first: Member, second: Member, observer: Member, study: Study) -> None:
    build.submitted(second, study, {"study/notes": "Wombat"})
    for member in (first, observer):
        assert rows(member, "data-csv") == []
        assert rows(member, "agreement-csv") == []
    assert any(row["value"] == "Wombat" for row in rows(second, "data-csv"))


def test_agreement_by_field_counts_answers_of_one_alone_as_differences(
    first: Member, second: Member, pair: tuple[Member, Member], outcome: Outcome
) -> None:
    for label, mine, theirs in (("A 2001", 10, 10), ("B 2002", 20, 21), ("C 2003", 30, None)):
        study = build.study(pair, label)
        build.submitted(first, study, {NUMBER: mine})
        build.submitted(second, study, {} if theirs is None else {NUMBER: theirs})
    found = {row["field"]: row for row in rows(first, "agreement-csv")}
    assert (found["randomised"]["answers"], found["randomised"]["equal"]) == ("3", "1")
    assert found["randomised"]["statistic"] == "ICC(2,1)"
    assert float(found["design"]["raw"]) == 1
    assert "Number randomised" in page(first, "field-agreement")


def test_a_pair_that_comes_in_is_compared_alone_and_another_arm_lets_its_study_be_compared_again(
    first: Member, second: Member, pair: tuple[Member, Member], outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    answers = reliability.answers_by_sheet
    monkeypatch.setattr(reliability, "answers_by_sheet", lambda sheets: read.append(len(sheets)) or answers(sheets))

    def events() -> int:
        found = {each.field: each for each in queries.field_agreement(first)}
        return found["dichotomous/events"].found.n if "dichotomous/events" in found else 0

    studies = [build.study(pair, label) for label in ("A 2001", "B 2002")]
    for study in studies:
        said = build.cells(study, outcome, {"events": 3, "total": 20}, {"events": 5, "total": 21})
        for author in pair:
            build.submitted(author, study, said)
        assert events() == (2 if study == studies[0] else 4)
    workflow.drop_arm(first, studies[0].arms.first())
    assert [events(), events()] == [3, 3], "what was said of the arm that is no more does not count"
    assert read == [2, 2, 2]


def test_agreement_on_risk_of_bias_is_counted_by_domain_of_what_both_have_handed_in(
    first: Member, second: Member, observer: Member, pair: tuple[Member, Member]
) -> None:
    for label, mine, theirs in (
        ("A 2001", "low", "low"),
        ("B 2002", "high", "high"),
        ("C 2003", "high", "low"),
        ("D 2004", "low", "high"),
    ):
        study = build.study(pair, label)
        build.assessed(first, study, {"sequence_generation": mine})
        build.assessed(second, study, {"sequence_generation": theirs})
    build.assessed(second, build.study(pair, "E 2005"), {"sequence_generation": "unclear"})
    found = {row["field"]: row for row in rows(first, "agreement-csv")}
    row = found["rob1/sequence_generation"]
    assert (row["studies"], row["answers"], row["equal"], row["statistic"]) == ("4", "4", "2", "kappa")
    assert float(row["coefficient"]) == 0, "half of them equal, as chance would have it"
    assert found["rob1/allocation_concealment"]["coefficient"] == "", "where all is low kappa says nothing"
    assert row == next(each for each in rows(observer, "agreement-csv") if each["field"] == "rob1/sequence_generation")
    assert "RoB 1: Random sequence generation" in page(observer, "field-agreement")


@pytest.mark.parametrize("name", ["data-csv", "field-agreement"])
def test_files_and_figures_take_as_many_queries_for_three_studies_as_for_one(
    name: str, first: Member, second: Member, pair: tuple[Member, Member], outcome: Outcome
) -> None:
    counts = []
    for labels in (("A 2001",), ("B 2002", "C 2003")):
        for label in labels:
            study = build.study(pair, label)
            for author in pair:
                build.submitted(author, study)
        with CaptureQueriesContext(connection) as seen:
            answer = browser(first).get(url(first, name))
            b"".join(answer.streaming_content) if answer.streaming else answer.content
        counts.append(len(seen))
    assert counts[0] == counts[1]
