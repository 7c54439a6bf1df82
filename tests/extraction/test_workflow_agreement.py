"""Two sheets become one: equal answers at once, differences by choice, signed by one person."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from extraction import queries, workflow
from extraction.models import Outcome, Sheet, Study
from extraction.schema import Choice, TakenFrom
from reviewapp import audit
from reviewapp.errors import BadInput, Refused, Stale, WrongState
from reviewapp.models import Event, Member, Role
from tests import build as ground
from tests.extraction import build

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = (Choice(TakenFrom(each)) for each in ("first", "second", "third"))


@pytest.fixture
def both_in(first: Member, second: Member, study: Study, outcome: Outcome) -> Study:
    """Two sheets that differ in one number."""
    for member, events in ((first, 8), (second, 9)):
        values = build.cells(study, outcome, {"events": events, "total": 14}, {"events": 1, "total": 54})
        build.submitted(member, study, values)
    return study


def key_of(study: Study) -> str:
    """The key of the number in which the sheets differ."""
    return queries.form_for(study).tables[0].rows[0].fields[0].key


def events_of(review_member: Member, outcome: Outcome) -> list[tuple[str, int | float]]:
    return [(row.role, row.values["events"]) for row in build.agreed_rows(review_member.review, outcome)]


def test_equal_answers_are_taken_over_and_the_difference_chosen(
    first: Member, both_in: Study, outcome: Outcome
) -> None:
    agreed = workflow.agree_sheet(first, both_in, {key_of(both_in): SECOND})
    assert events_of(first, outcome) == [("experimental", 9), ("control", 1)]
    lines = {line.key: line for line in agreed.lines.all()}
    assert lines[key_of(both_in)].taken_from == "second"
    assert {line.taken_from for key, line in lines.items() if key != key_of(both_in)} == {"both"}
    event = Event.blind.for_member(first).get(verb="extraction.sheet_agreed")
    assert event.facts["chosen"] == {key_of(both_in): "second"}
    assert event.facts["equal"] == 6


def test_a_third_answer_needs_a_reason_and_can_be_stored_like_any_other(
    first: Member, both_in: Study, outcome: Outcome
) -> None:
    key = key_of(both_in)
    with pytest.raises(BadInput, match="a third answer needs a reason"):
        workflow.agree_sheet(first, both_in, {key: Choice(TakenFrom.THIRD, "7")})
    with pytest.raises(BadInput, match="“seven” is not a whole number"):
        workflow.agree_sheet(first, both_in, {key: Choice(TakenFrom.THIRD, "seven", reason="Misread")})
    with pytest.raises(BadInput, match="Events is 15, more than"):
        workflow.agree_sheet(first, both_in, {key: Choice(TakenFrom.THIRD, "15", reason="Misread")})
    agreed = workflow.agree_sheet(first, both_in, {key: Choice(TakenFrom.THIRD, "7", "Table 3", "Both misread it.")})
    line = agreed.lines.get(key=key)
    assert (line.value, line.text, line.reason) == (7, "Table 3", "Both misread it.")
    assert events_of(first, outcome)[0] == ("experimental", 7)


def test_a_difference_without_a_choice_is_named_and_nothing_is_signed(first: Member, both_in: Study) -> None:
    with pytest.raises(BadInput, match="Psychotherapy, Events: choose one"):
        workflow.agree_sheet(first, both_in, {})
    assert not Sheet.blind.for_member(first).signed().exists()


def test_before_both_are_in_there_is_nothing_to_agree_on(first: Member, second: Member, study: Study) -> None:
    for member in (first, second):
        with pytest.raises(WrongState, match="not two submitted sheets for Murray 2003"):
            workflow.agree_sheet(member, study, {})
    build.submitted(first, study)
    workflow.start_sheet(second, study)
    for member in (first, second):
        with pytest.raises(WrongState, match="not two submitted sheets for Murray 2003"):
            workflow.agree_sheet(member, study, {})


def test_the_two_authors_and_those_who_settle_conflicts_agree_and_nobody_else(
    owner: Member, arbiter: Member, observer: Member, both_in: Study
) -> None:
    third = ground.member(owner, Role.REVIEWER, "Tom Third")
    for bystander in (third, observer):
        with pytest.raises(Refused):
            workflow.agree_sheet(bystander, both_in, {key_of(both_in): FIRST})
        assert not queries.may_agree(bystander, queries.sheet_agreement(bystander, both_in))
    assert queries.may_agree(owner, queries.sheet_agreement(owner, both_in))
    workflow.agree_sheet(arbiter, both_in, {key_of(both_in): FIRST})
    with pytest.raises(Refused):
        workflow.reopen_sheet_agreement(third, both_in)


def test_who_comes_second_is_told_who_signed(first: Member, second: Member, both_in: Study) -> None:
    workflow.agree_sheet(first, both_in, {key_of(both_in): FIRST})
    with pytest.raises(Stale, match="Fay First has signed this agreement meanwhile"):
        workflow.agree_sheet(second, both_in, {key_of(both_in): SECOND})


def test_a_reopened_agreement_stays_as_a_version_and_is_where_the_next_begins(
    first: Member, second: Member, both_in: Study, outcome: Outcome
) -> None:
    workflow.agree_sheet(first, both_in, {key_of(both_in): FIRST})
    workflow.reopen_sheet_agreement(second, both_in)
    assert events_of(first, outcome) == []
    agreement = queries.sheet_agreement(second, both_in)
    assert (agreement.signed, len(agreement.reopened)) == (None, 1)
    assert agreement.earlier[key_of(both_in)].taken_from == "first"
    workflow.agree_sheet(second, both_in, {key_of(both_in): SECOND})
    assert events_of(first, outcome)[0] == ("experimental", 9)
    assert Sheet.blind.for_member(first).filter(agreed=True).count() == 2
    workflow.reopen_sheet_agreement(second, both_in)
    with pytest.raises(WrongState, match="no signed agreement"):
        workflow.reopen_sheet_agreement(second, both_in)


def test_an_outcome_that_came_after_the_sheets_is_answered_in_the_agreement(
    first: Member, both_in: Study, outcome: Outcome
) -> None:
    workflow.agree_sheet(first, both_in, {key_of(both_in): FIRST})
    later = build.outcome(first, "Depression", "continuous")
    workflow.reopen_sheet_agreement(first, both_in)
    rows = build.cells(both_in, later, {"mean": 9.5, "sd": 3, "n": 14}, {"mean": "11.25", "sd": "4.1", "n": 54})
    choices = {key: Choice(TakenFrom.THIRD, value, reason="Added later") for key, value in rows.items()}
    workflow.agree_sheet(first, both_in, {key_of(both_in): FIRST, **choices})
    assert [row.values for row in build.agreed_rows(first.review, later)] == [
        {"mean": 9.5, "sd": 3.0, "n": 14},
        {"mean": 11.25, "sd": 4.1, "n": 54},
    ]


def test_agreed_numbers_leave_out_what_is_dropped_and_come_back(
    first: Member, both_in: Study, outcome: Outcome
) -> None:
    workflow.agree_sheet(first, both_in, {key_of(both_in): FIRST})
    arm = both_in.arms.first()
    workflow.drop_arm(first, arm)
    assert [role for role, _ in events_of(first, outcome)] == ["control"]
    workflow.restore_arm(first, arm)
    workflow.drop_study(first, both_in)
    assert events_of(first, outcome) == []
    workflow.restore_study(first, both_in)
    assert len(events_of(first, outcome)) == 2


def test_an_agreed_row_says_where_its_numbers_come_from(
    first: Member, second: Member, study: Study, outcome: Outcome
) -> None:
    values = build.cells(study, outcome, {"events": 8, "total": 14}, {"events": 1, "total": 54})
    key = next(iter(values))
    for member, source in ((first, "Table 2"), (second, "p. 431")):
        sheet = workflow.save_entries(member, workflow.start_sheet(member, study), build.TEXTS | values, {key: source})
        workflow.submit_sheet(member, sheet)
    workflow.agree_sheet(first, study, {})
    row = build.agreed_rows(first.review, outcome)[0]
    assert (row.study, row.arm) == ("Murray 2003", "Psychotherapy")
    assert row.sources["events"] == "Table 2\np. 431"


def test_equal_judgements_keep_both_supports_and_differences_are_chosen(
    first: Member, second: Member, study: Study
) -> None:
    build.assessed(first, study, {"other_bias": "high"})
    theirs = workflow.start_assessment(second, study)
    workflow.save_judgements(second, theirs, build.LOW, build.SUPPORT | {"incomplete_data": "Few are missing."})
    workflow.submit_assessment(second, theirs)
    with pytest.raises(BadInput, match="Other bias: choose one"):
        workflow.agree_assessment(first, study, {})
    workflow.agree_assessment(first, study, {"other_bias": FIRST})
    judged = queries.agreed_bias(first.review)[study.pk]
    assert judged["other_bias"].judgement == "high"
    assert judged["incomplete_data"].support == "As reported on page 2.\nFew are missing."
    assert judged["sequence_generation"].support == "As reported on page 2."
    workflow.reopen_assessment_agreement(second, study)
    assert queries.agreed_bias(first.review) == {}


def test_a_third_judgement_needs_its_support(first: Member, second: Member, study: Study) -> None:
    build.assessed(first, study, {"other_bias": "high"})
    build.assessed(second, study)
    third = Choice(TakenFrom.THIRD, "unclear", reason="Too little is told")
    with pytest.raises(BadInput, match="write what supports this judgement"):
        workflow.agree_assessment(first, study, {"other_bias": third})


def test_the_floor_above_hears_of_each_agreement(
    first: Member, both_in: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, int]] = []
    for verb in ("extraction.sheet_agreed", "extraction.sheet_agreement_reopened"):
        monkeypatch.setitem(
            audit._listeners, verb, [lambda event, member: heard.append((event.verb, event.facts["study"]))]
        )
    workflow.agree_sheet(first, both_in, {key_of(both_in): FIRST})
    workflow.reopen_sheet_agreement(first, both_in)
    assert heard == [("extraction.sheet_agreed", both_in.pk), ("extraction.sheet_agreement_reopened", both_in.pk)]


def test_agreed_numbers_of_three_studies_take_as_many_queries_as_those_of_one(
    first: Member,
    second: Member,
    both_in: Study,
    outcome: Outcome,
    django_assert_num_queries: Callable[..., AbstractContextManager[object]],
) -> None:
    def read() -> int:
        queries.agreed_bias(first.review)
        return len(queries.agreed_characteristics(first.review))

    workflow.agree_sheet(first, both_in, {key_of(both_in): FIRST})
    for member in (first, second):
        build.assessed(member, both_in)
    workflow.agree_assessment(first, both_in, {})
    with CaptureQueriesContext(connection) as one:
        assert read() == 1
    for label in ("Cooper 2003", "Sleed 2013"):
        other = build.study((first, second), label)
        for member in (first, second):
            build.submitted(
                member, other, build.cells(other, outcome, {"events": 1, "total": 9}, {"events": 2, "total": 8})
            )
            build.assessed(member, other)
        workflow.agree_sheet(first, other, {})
        workflow.agree_assessment(first, other, {})
    with django_assert_num_queries(len(one)):
        assert read() == 3


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do these in threads that start together; what each returned or raised."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        gate.wait()
        try:
            results[place] = acts[place]()
        except Stale as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_of_two_who_sign_at_once_one_wins_and_the_other_is_told(
    first: Member, second: Member, both_in: Study, outcome: Outcome
) -> None:
    results = at_once(
        lambda: workflow.agree_sheet(first, both_in, {key_of(both_in): FIRST}),
        lambda: workflow.agree_sheet(second, both_in, {key_of(both_in): SECOND}),
    )
    assert sorted(type(result).__name__ for result in results) == ["Sheet", "Stale"]
    assert Sheet.blind.for_member(first).signed().count() == 1
    assert Event.blind.for_member(first).filter(verb="extraction.sheet_agreed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_last_submissions_at_once_one_opens_the_pair(first: Member, second: Member, study: Study) -> None:
    sheets = [workflow.save_entries(each, workflow.start_sheet(each, study), build.TEXTS) for each in (first, second)]
    at_once(
        lambda: workflow.submit_sheet(first, sheets[0]),
        lambda: workflow.submit_sheet(second, sheets[1]),
    )
    submitted = Event.unblinded.filter(verb="extraction.sheet_submitted").order_by("pk")
    assert [event.unseals for event in submitted] == [False, True]
    assert Sheet.blind.for_member(first).count() == Sheet.blind.for_member(second).count() == 2
