"""Do judgements go to robvis and come back?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction.rob import TOOLS, robvis
from extraction.rob.robvis import BadRobvis, Row

pytestmark = pytest.mark.pure
ROB2 = TOOLS["rob2_assignment"]
# The layout of robvis's own example for RoB 2 (its vignette), with judgements made up here.
EXAMPLE = """Study,D1,D2,D3,D4,D5,Overall,Weight
"Ash, 2001",Low,Some concerns,Low,Low,Low,Low,33.33333333
Birch 2002,High,low,LOW,Low risk of bias,High,High,0.142857143
Cedar 2003,Low,,Low,Low,Low,,50
"""


def test_a_table_is_read_by_the_order_of_its_columns() -> None:
    first, second, third = robvis.read(ROB2, EXAMPLE)
    assert first.study == "Ash, 2001"
    assert first.judgements["deviations"] == "some concerns"
    assert (first.overall, first.weight) == ("low", 33.33333333)
    assert second.judgements == {
        "randomisation": "high",
        "deviations": "low",
        "missing_data": "low",
        "measurement": "low",
        "reporting": "high",
    }
    assert "deviations" not in third.judgements
    assert third.overall == ""


def test_a_table_of_a_spreadsheet_that_writes_decimal_commas_says_the_same() -> None:
    head, *lines = EXAMPLE.replace('"Ash, 2001"', "Ash 2001").splitlines()
    with_semicolons = [line.replace(",", ";").replace(".", ",") for line in lines]
    text = "\r\n".join([head.replace(",", ";"), *with_semicolons])
    assert robvis.read(ROB2, text) == robvis.read(ROB2, "\n".join([head, *lines]))
    assert robvis.read(ROB2, "\n".join([head, *lines]).replace(",", "\t")) == robvis.read(
        ROB2, "\n".join([head, *lines])
    )


def test_it_is_written_in_the_words_that_robvis_knows() -> None:
    row = Row("Ash 2001", {domain.id: "some concerns" for domain in ROB2.domains}, "high", 12.5)
    assert robvis.write(ROB2, [row]) == (
        "Study,D1,D2,D3,D4,D5,Overall,Weight\n"
        "Ash 2001,Some concerns,Some concerns,Some concerns,Some concerns,Some concerns,High,12.5\n"
    )


def test_a_judgement_is_known_by_its_first_letter_and_may_be_missing() -> None:
    (row,) = robvis.read(ROB2, "Study,D1,D2,D3,D4,D5,Overall\nAsh,l,Some,H,NA,Low risk of bias (plus),high\n")
    assert list(row.judgements.values()) == ["low", "some concerns", "high", "low"]
    assert (row.overall, row.weight) == ("high", 1.0)


def test_a_table_of_an_old_program_with_other_ends_of_lines_says_the_same() -> None:
    assert robvis.read(ROB2, EXAMPLE.replace("\n", "\r")) == robvis.read(ROB2, EXAMPLE)


@pytest.mark.parametrize(
    ("tool", "head"),
    [
        ("rob1", "Study,D1,D2,D3,D4,D5,D6,D7,Overall"),
        ("rob1", "Study,Random sequence generation,Allocation,C,D,E,F,G,Overall,Weights"),
        ("rob2_cluster", "Study,D1,D2,D3,D4,D5,D6,Overall"),
        ("rob2_cluster", "Study,D1,D1b,D2,D3,D4,D5,Overall"),
        ("robins_i", "Study,D1,D2,D3,D4,D5,D6,D7,Weight"),
    ],
)
def test_columns_may_have_other_names_and_numbers_in_the_same_order(tool: str, head: str) -> None:
    [row] = robvis.read(
        TOOLS[tool], f"{head}\nAsh{',Low' * (head.count(',') - ('Weight' in head))}{',1' * ('Weight' in head)}\n"
    )
    assert set(row.judgements.values()) == {"low"}


def test_columns_have_the_names_that_robvis_expects() -> None:
    assert robvis.write(TOOLS["rob2_cluster"], []) == "Study,D1,D1b,D2,D3,D4,D5,Overall,Weight\n"
    assert robvis.write(TOOLS["rob2_crossover"], []) == "Study,D1,DS,D2,D3,D4,D5,Overall,Weight\n"
    assert robvis.write(TOOLS["rob1"], []).startswith("Study,Random.sequence.generation,Allocation.concealment,")


def test_applicability_is_no_column() -> None:
    assert robvis.write(TOOLS["quadas2"], []) == "Study,D1,D2,D3,D4,Overall,Weight\n"


@pytest.mark.parametrize("tool", [each for each in TOOLS.values() if each.overall != "stars"], ids=lambda tool: tool.id)
@settings(max_examples=30)
@given(data=st.data())
def test_what_is_written_is_read_again(tool, data) -> None:  # noqa: ANN001
    judgement = st.sampled_from(["", *(option.value for option in tool.judgements)])
    rows = data.draw(
        st.lists(
            st.builds(
                Row,
                st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool),
                st.fixed_dictionaries({domain.id: judgement for domain in robvis.columns(tool)}).map(
                    lambda said: {key: value for key, value in said.items() if value}
                ),
                judgement,
                st.integers(0, 1000).map(lambda n: n / 8),
            ),
            max_size=4,
        )
    )
    assert robvis.read(tool, robvis.write(tool, rows)) == rows


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Line 1: RoB 2"),
        ("Study,D1,D2,Overall\nAsh,Low,Low,Low\n", "Line 1: .* Study, D1, D2, D3, D4, D5 and Overall"),
        (
            EXAMPLE.replace("Some concerns", "Bad"),
            r"Line 2, column 3 \(D2\): “Bad” is no judgement .* Low, Some concerns, High",
        ),
        (
            EXAMPLE.replace("Some concerns", "No information"),
            "“No information” is no .*; NA, or an empty cell, where nothing is",
        ),
        (EXAMPLE.replace("33.33333333", "much"), r"Line 2, column 8 \(Weight\): the weight “much” is no number"),
        (EXAMPLE.replace("33.33333333", "-1"), r"Line 2, column 8 \(Weight\): the weight -1 must be 0 or more"),
        (EXAMPLE.replace("Birch 2002", " "), r"Line 3, column 1 \(Study\): the name of the study is missing"),
        (
            EXAMPLE.replace("D1,D2", "D2,D1"),
            r"Line 1, column 2 \(D2\): this name belongs to column 3\. The order tells",
        ),
        (
            "Study,Overall,D1,D2,D3,D4,D5\nAsh,Low,Low,Low,Low,Low,High\n",
            r"column 2 \(Overall\): .* belongs to column 7",
        ),
        ("Weight,Study,D1,D2,D3,D4,D5\n1,Ash,Low,Low,Low,Low,Low\n", r"column 1 \(Weight\)"),
        (EXAMPLE + "Dale 2004,Low\n", "Line 5: 2 cells where the head has 8"),
        (EXAMPLE + "Dale\0 2004,Low\n", "Line 5: there is a character that no text has"),
        (f"{'x' * 900},b,c,d\nAsh,Low", r"Found: x{20}…, b, c and 1 more\.$"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text: str, told: str) -> None:
    with pytest.raises(BadRobvis, match=told):
        robvis.read(ROB2, text)


def test_titles_of_other_alphabets_and_titles_twice_are_known() -> None:
    titles = ("Отбор", "Данные", "Bias", "Bias", "D2")
    tool = replace(ROB2, domains=tuple(replace(d, title=t) for d, t in zip(ROB2.domains, titles, strict=True)))
    (row,) = robvis.read(tool, f"Study,{','.join(titles)},Overall\nAsh,Low,Low,Low,Low,High,High\n")
    assert list(row.judgements.values()) == ["low"] * 4 + ["high"]
    with pytest.raises(BadRobvis, match="belongs to column 3"):
        robvis.read(tool, "Study,Данные,Отбор,Bias,Bias,D5,Overall\nAsh,Low,Low,Low,Low,Low,Low\n")
