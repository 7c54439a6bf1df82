"""Are the tools as their authors made them, and is a pack that is wrong refused in words?"""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from extraction.rob import SHIPPED, TOOLS, BadPack, load, overall
from extraction.rob.pack import PACKS

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("tool", "domains", "questions"),
    [
        ("rob1", 7, 0),
        ("rob2_assignment", 5, 22),  # Sterne 2019: 3, 7, 4, 5, 3
        ("rob2_adhering", 5, 21),  # 6 in domain 2
        ("rob2_cluster", 6, 28),
        ("rob2_cluster_adhering", 6, 26),
        ("rob2_crossover", 6, 26),
        ("rob2_crossover_adhering", 6, 25),
        ("robins_i", 7, 34),  # Sterne 2016
        ("quadas2", 7, 11),  # Whiting 2011: 11 signalling questions; applicability asked of three domains
        ("nos_cohort", 8, 0),
        ("nos_case_control", 8, 0),
    ],
)
def test_a_tool_has_its_domains_and_questions(tool: str, domains: int, questions: int) -> None:
    found = TOOLS[tool]
    assert len(found.domains) == domains
    assert sum(len(each.questions) for each in found.domains) == questions
    assert len({field.key for field in found.fields()}) == domains + questions


def test_every_shipped_pack_is_a_tool_of_its_own_name() -> None:
    assert sorted(path.stem for path in PACKS.glob("*.json")) == sorted(SHIPPED)
    assert all(TOOLS[name].id == name for name in SHIPPED)


def test_every_question_on_demand_is_come_to_by_its_domains_algorithm() -> None:
    for tool in TOOLS.values():
        for domain in tool.domains:
            demanded = {each.id for each in domain.questions if each.on_demand}
            if not demanded:
                continue
            reached = set()
            choices = [("Y", "N", each.replies[-1]) for each in domain.questions]
            for replies in product(*choices):
                given = dict(zip([each.id for each in domain.questions], replies, strict=True))
                reached |= {each.id for each in domain.asked(given)}
            assert demanded <= reached, (tool.id, domain.id)


# --- QUADAS-2 and ROBINS-I -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", [each for each in TOOLS["quadas2"].domains if each.algorithm], ids=lambda d: d.id)
def test_quadas_2_is_low_with_yes_throughout_and_high_with_one_no(domain: Any) -> None:
    for replies in product(*[each.replies for each in domain.questions]):
        given = dict(zip([each.id for each in domain.questions], replies, strict=True))
        if "N" in replies:
            expected = "high"
        elif "U" in replies:
            expected = "unclear"
        else:
            expected = "low"
        assert domain.propose(given).judgement == expected


# Sterne 2016, table 3: what holds for each overall judgement, over the judgements that occur in the seven domains.
ROBINS_I = {
    "low": lambda has: has == {"low"},
    "moderate": lambda has: has <= {"low", "moderate"} and "moderate" in has,
    "serious": lambda has: "serious" in has and "critical" not in has,
    "critical": lambda has: "critical" in has,
    "no information": lambda has: "no information" in has and not has & {"serious", "critical"},
}


def test_robins_i_overall_for_every_set_of_judgements() -> None:
    for judgements in product(ROBINS_I, repeat=4):
        expected = [each for each, holds in ROBINS_I.items() if holds(set(judgements))]
        assert [overall("robins_i", judgements)] == expected, judgements


def test_rob_2_overall_for_every_set_of_judgements() -> None:
    for judgements in product(("low", "some concerns", "high"), repeat=5):
        if "high" in judgements:
            expected = "high"
        elif "some concerns" in judgements:
            expected = "some concerns"
        else:
            expected = "low"
        assert overall("rob2", judgements) == expected


@pytest.mark.parametrize(
    ("rule", "judgements", "told"),
    [
        ("quadas2", ("low", "low", "low", "low"), "low"),
        ("quadas2", ("low", "unclear", "low", "low"), "high"),
        ("quadas2", ("low", "high", "unclear", "low"), "high"),
        ("stars", ("1", "1", "0", "1", "2", "1", "0", "1"), "7"),
        ("rob2", ("low", "", "low", "low", "low"), ""),
        ("rob2", (), ""),
        ("", ("low", "high"), ""),
    ],
)
def test_an_overall_judgement_needs_a_rule_and_all_domains(rule: str, judgements: tuple[str, ...], told: str) -> None:
    assert overall(rule, judgements) == told


def test_nine_stars_are_the_most() -> None:
    for name in ("nos_cohort", "nos_case_control"):
        tool = TOOLS[name]
        best = [max((option.value for option in tool.options_of(domain)), key=int) for domain in tool.domains]
        assert overall(tool.overall, best) == "9"


# --- packs of one's own --------------------------------------------------------------------------------------------

OWN = {
    "id": "own",
    "name": "Our own tool",
    "source": "The review's protocol",
    "judgements": [{"value": "good", "label": "Good"}, {"value": "poor", "label": "Poor"}],
    "domains": [{"id": "sample", "title": "Sample", "questions": [{"id": "1", "text": "Was it large?"}]}],
}


def test_a_tool_of_ones_own() -> None:
    tool = load(json.dumps(OWN))
    assert [field.key for field in tool.fields()] == ["1", "sample"]
    assert tool.domains[0].questions[0].replies == ("Y", "PY", "PN", "N", "NI")
    assert tool.domains[0].propose({"1": "Y"}) is None
    assert overall(tool.overall, ["good"]) == ""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": ""}, "The pack: “name” must be a text."),
        ({"judgements": OWN["judgements"][:1]}, "A tool needs two judgements at least."),
        ({"domains": []}, "A tool needs one domain at least."),
        ({"domains": "none"}, "The pack: “domains” must be a list."),
        ({"domains": ["sample"]}, "domain 1 must be an object with named parts."),
        ({"domains": [{"id": "a", "title": "A", "algorithm": "magic"}]}, "domain 1: “algorithm” must be one of rob2/"),
        (
            {"domains": [{"id": "a", "title": "A", "questions": [{"id": "1", "text": "?", "replies": "Y X"}]}]},
            "domain 1, question 1: “X” is no reply.",
        ),
        ({"domains": OWN["domains"] * 2}, "The domain or question id “1” is there twice."),
        ({"overall": "best"}, "The pack: “overall” must be one of rob2, robins_i, quadas2, stars, worst, not “best”."),
        ({"unit": "arm"}, "The pack: “unit” must be one of study, result, not “arm”."),
    ],
)
def test_what_is_wrong_with_a_pack_is_said_with_its_place(change: dict[str, Any], told: str) -> None:
    with pytest.raises(BadPack, match="^" + told.replace(".", r"\.").replace("?", r"\?")):
        load(json.dumps(OWN | change))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"tool"'])
def test_what_is_no_pack_at_all_is_refused(text: str) -> None:
    with pytest.raises(BadPack):
        load(text)
