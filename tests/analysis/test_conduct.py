"""Are MECIR's standards of extraction and risk of bias checked against what is agreed, and against nothing that is sealed?"""

from __future__ import annotations

import pytest

from analysis.queries.standards import Check, State, standards
from extraction import workflow as extraction
from extraction.models import Judgement, Outcome, Study
from extraction.rob.designs import Rule
from reviewapp.models import Member
from tests.analysis import build
from tests.extraction import build as extracting

pytestmark = pytest.mark.django_db
Pair = tuple[Member, Member]


def check(member: Member, name: str) -> Check:
    return next(each for each in standards(member) if each.id == name)


@pytest.fixture
def study(pair: Pair, outcome: Outcome) -> Study:
    """A study whose data are agreed from two independent sheets."""
    return build.study(pair, "Cicchetti 1999a", outcome, build.events(31, 46), build.events(9, 54))


def test_data_from_two_independent_sheets_are_as_asked(owner: Member, study: Study) -> None:
    for name in ("C45", "C46"):
        assert check(owner, name).state == State.MET
    assert "Studies with agreed outcome data: 1" in check(owner, "C46").found


def test_work_that_is_left_is_said(owner: Member, pair: Pair, study: Study) -> None:
    extracting.study(pair, "Lieberman 1991")
    assert {name: check(owner, name).state for name in ("C45", "C46", "C53")} == {
        "C45": State.SO_FAR,
        "C46": State.SO_FAR,
        "C53": State.NOT_YET,
    }


def test_what_is_left_is_named_so_that_a_link_leads_there(owner: Member, pair: Pair, study: Study) -> None:
    left = extracting.study(pair, "Lieberman 1991")
    assert check(owner, "C53").studies == (), "nothing is agreed yet: every study is left"
    for member in pair:
        extracting.assessed(member, study)
    extraction.agree_assessment(pair[0], study, {})
    for name in ("C45", "C46", "C53"):
        found = check(owner, name)
        assert (found.state, found.studies) == (State.SO_FAR, (left,)), name
    assert "1 of 2 assessments are agreed, each from two that were made independently. Not agreed yet: of 1 study." in (
        check(owner, "C53").found
    )


def test_a_verified_copy_is_not_a_second_extraction(owner: Member, pair: Pair, outcome: Outcome) -> None:
    first, second = pair
    extraction.plan_extraction(owner, "verified", "One author reads Japanese")
    made = extracting.study(pair, "Sato 2008")
    cells = extracting.cells(made, outcome, build.events(3, 20), build.events(1, 20))
    extracting.submitted(first, made, cells)
    extraction.submit_sheet(second, extraction.verify_sheet(second, made))
    extraction.agree_sheet(first, made, {})
    for name in ("C45", "C46"):
        found = check(owner, name)
        assert (found.state, found.studies) == (State.ATTENTION, (made,))


def test_risk_of_bias_is_met_when_all_that_the_plan_asks_for_is_agreed(owner: Member, pair: Pair, study: Study) -> None:
    for member in pair:
        extracting.assessed(member, study)
        assert check(owner, "C53").state == State.NOT_YET, "one assessment, or two that are not agreed, tell nothing"
    extraction.agree_assessment(pair[0], study, {})
    assert check(owner, "C53").state == State.MET
    assert "1 of 1 assessments are agreed" in check(owner, "C53").found


def test_a_study_for_which_there_is_nothing_to_judge_needs_attention(owner: Member, study: Study) -> None:
    extraction.plan_bias(owner, [Rule("rob2_cluster", ("cluster",))])
    found = check(owner, "C53")
    assert (found.state, found.studies) == (State.ATTENTION, (study,))


def test_a_tool_for_results_without_a_chosen_result_needs_attention(owner: Member, pair: Pair, study: Study) -> None:
    for member in pair:
        extracting.assessed(member, study)
    extraction.agree_assessment(pair[0], study, {})
    extraction.plan_bias(owner, [Rule("rob1"), Rule("rob2_cluster", ("cluster",))])
    extraction.describe_studies(pair[0], {study.pk: ("cluster", [])})
    found = check(owner, "C53")
    assert (found.state, found.studies) == (State.ATTENTION, (study,))
    assert "1 study has no tool for the design, or no result chosen" in found.found


def test_judgements_that_came_with_a_file_are_not_from_two_here(owner: Member) -> None:
    came = extraction.take_over_study(
        owner,
        "Murray 2003",
        taken_from="old.rm5",
        arms=[],
        rows=[],
        bias={"sequence_generation": ("low", "Drawn lots")},
    )
    found = check(owner, "C53")
    assert (found.state, found.studies) == (State.ATTENTION, (came,))
    assert found.found == "1 of 1 assessments are agreed; 1 came with a file."


def test_judgements_carry_support_and_departures_their_reason(
    owner: Member, pair: Pair, study: Study, outcome: Outcome
) -> None:
    key = extracting.rob2_for(owner, pair[0], [study], outcome)
    departing = {"1.2": "N", "randomisation": "some concerns", "randomisation.why": "Likely central"}
    for member in pair:
        extracting.judged(member, study, key, departing)
    extraction.agree_assessment(pair[0], study, {}, key)
    found = check(owner, "C54")
    assert (found.state, "not as the tool proposed: 1" in found.found) == (State.MET, True)
    Judgement.unblinded.filter(assessment__agreed=True, key="reporting").update(text="")
    found = check(owner, "C54")
    assert (found.state, found.studies) == (State.ATTENTION, (study,))
