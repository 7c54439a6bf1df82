"""Does an assessment ask what its tool asks, keep proposal and choice apart, and name what is missing?"""

from __future__ import annotations

import pytest

from extraction.rob import TOOLS, asking
from extraction.rob.designs import DESIGNS, MEANT_FOR, Rule, from_json, to_json, tools_for
from extraction.rob.overall import overall
from extraction.rob.tones import TONES, tone_of
from extraction.schema import Answer

pytestmark = pytest.mark.pure

ROB2 = TOOLS["rob2_assignment"]
NOS = TOOLS["nos_cohort"]


def given(**replies: str) -> dict[str, Answer]:
    """Answers: q1_2="Y" replies to question 1.2; other names are domains."""
    return {
        name[1:].replace("_", ".") if name[0] == "q" and name[1].isdigit() else name: Answer(value, "Page 2.")
        for name, value in replies.items()
    }


def test_rob_1_asks_seven_judgements_and_nothing_else() -> None:
    assert asking.fields(TOOLS["rob1"]) == TOOLS["rob1"].fields()
    assert asking.proposals(TOOLS["rob1"], {}) == {}


def test_rob_2_asks_for_an_overall_judgement_and_for_reasons_to_depart() -> None:
    keys = [field.key for field in asking.fields(ROB2)]
    assert keys[-2:] == ["overall", "overall.why"]
    assert keys[3:5] == ["randomisation", "randomisation.why"]
    assert [field.key for field in asking.compared(ROB2)] == [key for key in keys if not key.endswith(".why")]


def test_what_is_chosen_for_the_domains_proposes_the_overall_judgement() -> None:
    domains = {domain.id: "low" for domain in ROB2.domains}
    assert asking.proposals(ROB2, given(**domains))["overall"].judgement == "low"
    assert asking.proposals(ROB2, given(**domains | {"reporting": "high"}))["overall"].judgement == "high"
    waiting = asking.proposals(ROB2, given(randomisation="low"))["overall"]
    assert (waiting.judgement, waiting.waits_for) == ("", "deviations")


def test_a_judgement_that_is_not_as_proposed_needs_a_reason() -> None:
    answers = given(q1_1="Y", q1_2="N", q1_3="N", randomisation="some concerns")
    assert list(asking.departures(ROB2, answers)) == ["randomisation"]
    told = [each.sentence for each in asking.lacking(ROB2, answers) if each.key == "randomisation.why"]
    assert told == ["Randomisation process: say why it is not “High risk of bias”, as proposed."]
    answers["randomisation.why"] = Answer("Central allocation is likely")
    assert not [each for each in asking.lacking(ROB2, answers) if each.key == "randomisation.why"]


def test_a_question_is_missing_only_where_the_algorithm_comes_to_it() -> None:
    missing = {each.key for each in asking.lacking(ROB2, {})}
    assert {"1.1", "1.2", "1.3", "2.1", "3.1", "5.1"} <= missing
    assert not {"2.3", "2.7", "3.2", "3.4"} & missing
    missing = {each.key for each in asking.lacking(ROB2, given(q3_1="N"))}
    assert "3.2" in missing
    assert "3.3" not in missing


def test_replies_to_which_the_algorithm_does_not_come_do_not_count() -> None:
    answers = given(q3_1="Y", q3_2="N", q1_1="Y")
    assert set(asking.relevant(ROB2, answers)) == {"3.1", "1.1"}


def test_problems_stand_in_the_order_of_the_tool() -> None:
    keys = [each.key for each in asking.problems(ROB2, {})]
    assert keys[:4] == ["1.1", "1.2", "1.3", "randomisation"]
    assert keys[-1] == "overall"


def test_stars_are_counted_and_said_as_such() -> None:
    judgements = {domain.id: "1" for domain in NOS.domains}
    assert asking.proposals(NOS, given(**judgements))["overall"].judgement == "8"
    assert asking.label_of(NOS, "overall", "8") == "8 of 9 stars"
    assert [option.value for option in asking.options_of(NOS, "overall")] == list("9876543210")


def test_applicability_is_no_part_of_the_overall_judgement() -> None:
    tool = TOOLS["quadas2"]
    judgements = {domain.id: "high" if domain.applicability else "low" for domain in tool.domains}
    assert asking.proposals(tool, given(**judgements))["overall"].judgement == "low"


def test_the_worst_judgement_of_a_tool_of_ones_own() -> None:
    assert overall("worst", ["good", "poor", "fair"], ("good", "fair", "poor")) == "poor"
    assert overall("worst", ["good", ""], ("good", "fair", "poor")) == ""


def test_every_judgement_of_every_tool_has_its_tone() -> None:
    tones = {
        (tool.id, option.value): tone_of(option)
        for tool in TOOLS.values()
        for domain in tool.domains
        for option in tool.options_of(domain)
    }
    assert set(tones.values()) <= set(TONES)
    assert tones["rob2_assignment", "some concerns"] == "yellow"
    assert tones["robins_i", "critical"] == "darkred"


def test_tools_are_chosen_by_design() -> None:
    rules = (Rule("rob1"), Rule("rob2_cluster", ("cluster",)), Rule("robins_i", ("nonrandomised", "cohort")))
    assert tools_for(rules, "") == ["rob1"]
    assert tools_for(rules, "cluster") == ["rob1", "rob2_cluster"]
    assert tools_for(rules, "cohort") == ["rob1", "robins_i"]
    assert from_json(to_json(rules)) == rules
    assert rules[0].words == "Every study"


def test_every_shipped_tool_is_meant_for_a_design() -> None:
    assert set(MEANT_FOR) == set(TOOLS)
    assert {design for designs in MEANT_FOR.values() for design in designs} <= set(DESIGNS)
