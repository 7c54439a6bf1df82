"""Does an outcome carry its time point: on the sheet, in what is agreed and exported, and where its risk of bias is judged?"""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from extraction import exports, queries, workflow
from extraction.models import Outcome, Study, TimePoint
from extraction.schema import Answer, ArmOf, OutcomeOf, Structure, TimeOf, asked_of
from extraction.schema.codebook import codebook
from extraction.schema.lint.answers import doubts_of_sheet
from extraction.schema.packs import STANDARD
from reviewapp.errors import BadInput, WrongState
from reviewapp.models import Member
from tests.extraction import build
from tests.extraction.test_views import page, post

MEASURED = "outcome/1/study/measured"
SHORT = TimeOf(1, "Short term (3 to 6 months)", "3 to 6 months", 3, 6)


# --- pure ------------------------------------------------------------------------------------------------------------


def told(value: float, unit: str = "") -> list[str]:
    asked = asked_of(Structure((ArmOf(1, "Talks"),), (OutcomeOf(1, "Mood, Short term", "continuous", time=SHORT),)))
    found = doubts_of_sheet("Murray", asked, {MEASURED: Answer(value, unit=unit)}, date(2026, 1, 1))
    return [each.sentence for each in found if each.rule == "outside-window"]


@pytest.mark.pure
def test_a_measurement_outside_its_window_is_doubted_in_any_unit() -> None:
    for value, unit in ((3, ""), (6, ""), (26, "weeks"), (180, "days"), (0.5, "years"), (91, "days")):
        assert told(value, unit) == []
    assert told(9)[0].startswith(
        "Mood, Short term: measured at 9 months, and what is measured 3 to 6 months counts here."
    )
    assert told(8, "weeks")[0].startswith("Mood, Short term: measured at 8 weeks")


@pytest.mark.pure
def test_only_an_outcome_at_a_time_point_is_asked_when_it_was_measured() -> None:
    for time, asked in ((SHORT, True), (None, False)):
        form = asked_of(Structure((), (OutcomeOf(1, "Death", "dichotomous", time=time),)))
        assert (MEASURED in {field.key for field in form.fields}) is asked
        assert ("What is measured 3 to 6 months after randomisation counts here." in form.blocks[-1].help) is asked
    rows = {row["key"]: row for row in codebook(STANDARD)}
    row = rows["outcome/{outcome}/study/measured"]
    assert (row["unit"], "years = 12" in row["other_units"]) == ("months", True)


# --- in a review -----------------------------------------------------------------------------------------------------


@pytest.fixture
def times(first: Member) -> list[TimePoint]:
    long = workflow.add_time_point(first, name="Long term", begins=1, ends=2, unit="years")
    return [long, workflow.add_time_point(first, name="Short term", begins=3, ends=6)]


@pytest.mark.django_db
def test_one_outcome_at_two_time_points_is_two_tables_two_results_and_two_risks_of_bias(
    owner: Member, first: Member, second: Member, study: Study, times: list[TimePoint]
) -> None:
    data = {"name": "Death", "kind": "dichotomous", "times": [time.pk for time in times], "note": ""}
    post(first, "outcome-define", data=data)
    late, soon = queries.outcomes(first)
    assert [str(each) for each in (late, soon)] == ["Death, Long term", "Death, Short term"]
    assert page(first, "outcomes").count("1 to 2 years") == 3, "at the outcome, among time points, and to choose from"
    rows = {"events": 1, "total": 20}, {"events": 4, "total": 21}
    values = build.cells(study, late, *rows) | build.cells(study, soon, *rows)
    when = {f"outcome/{late.pk}/study/measured": 18}
    for author in (first, second):
        build.submitted(author, study, values | when)
    assert "What is measured 3 to 6 months after randomisation counts here." in page(first, "sheet", study.pk)
    workflow.agree_sheet(first, study, {})
    assert [build.agreed_rows(first.review, each)[1].values["events"] for each in (late, soon)] == [4, 4]
    exported = list(csv.DictReader(io.StringIO("".join(exports.extraction_csv(first)))))
    at = {(row["outcome"], row["time"], row["time_id"]) for row in exported if row["field"] == "events"}
    assert at == {
        ("Death, Long term", "Long term (1 to 2 years)", str(times[0].pk)),
        ("Death, Short term", "Short term (3 to 6 months)", str(times[1].pk)),
    }
    assert [row["label"] for row in exported if row["field"] == "measured"] == ["Measured at"] * 3
    keys = [build.rob2_for(owner, first, [study], each) for each in (late, soon)]
    workflow.describe_studies(first, {study.pk: ("parallel", [late.pk, soon.pk])})
    judged = queries.appraisal_of(first, study, keys[0]).judged, queries.appraisal_of(first, study, keys[1]).judged
    assert [each.name.rpartition(": ")[2] for each in judged] == ["Death, Long term", "Death, Short term"]
    build.judged(first, study, keys[0])
    assert queries.own_assessment(first, study, keys[1]) is None, "the other time point is judged for itself"


@pytest.mark.django_db
def test_an_outcome_whose_time_point_was_in_words_is_linked_and_keeps_its_answers(
    first: Member, study: Study, outcome: Outcome, times: list[TimePoint]
) -> None:
    values = build.cells(study, outcome, {"events": 8, "total": 14}, {"events": 1, "total": 54})
    sheet = workflow.save_entries(first, workflow.start_sheet(first, study), values)
    post(first, "outcome", outcome.pk, data={"name": outcome.name, "at": times[1].pk, "time_point": "", "note": ""})
    outcome.refresh_from_db()
    assert (str(outcome), outcome.at) == ("Secure attachment, Short term", times[1])
    opened = queries.opened(queries.own_sheet(first, study))
    assert {key: answer.value for key, answer in opened.carried.kept.items()} == values
    assert opened.sheet == sheet
    workflow.change_time_point(first, times[1], name="Soon")
    outcome.refresh_from_db()
    assert str(outcome) == "Secure attachment, Soon"
    with pytest.raises(WrongState, match="At this time point is measured: Secure attachment"):
        workflow.drop_time_point(first, times[1])
    post(first, "outcome", outcome.pk, data={"name": outcome.name, "at": "", "time_point": "At discharge", "note": ""})
    outcome.refresh_from_db()
    assert (str(outcome), outcome.at) == ("Secure attachment, At discharge", None)
    workflow.drop_time_point(first, times[1])


@pytest.mark.django_db
def test_two_outcomes_of_one_name_are_not_at_one_time_point_and_none_is_at_anothers(
    first: Member, outcome: Outcome, times: list[TimePoint]
) -> None:
    at = workflow.define_outcome(first, name="Secure attachment", kind="dichotomous", at=times[0])
    with pytest.raises(BadInput, match="of this name and time point"):
        workflow.define_outcome(first, name="Secure attachment", kind="dichotomous", at=times[0], note="Another one")
    with pytest.raises(BadInput, match="of this name and time point"):
        workflow.change_time_point(first, times[0], name="After treatment")
    workflow.drop_outcome(first, at)
    workflow.drop_time_point(first, times[0])
    with pytest.raises(BadInput, match="none of the review's"):
        workflow.define_outcome(first, name="Death", kind="dichotomous", at=times[0])


@pytest.mark.django_db
def test_outcomes_at_time_points_cost_no_queries_of_their_own(
    first: Member, study: Study, times: list[TimePoint]
) -> None:
    counts = []
    for name in ("Death", "Mood", "Sleep"):
        workflow.define_outcome(first, name=name, kind="dichotomous", at=times[0])
        with CaptureQueriesContext(connection) as asked:
            queries.form_for(study)
            [str(each.at) for each in queries.outcomes(first)]
        counts.append(len(asked))
    assert len(set(counts)) == 1
