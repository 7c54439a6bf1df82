"""The pure folders are programs: they answer on the command line, and complain in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extraction.rob.__main__ import main as rob
from extraction.schema.__main__ import main as schema

pytestmark = pytest.mark.pure
SHEET = {"study/design": "RCT", "study/participants": "Mothers", "study/interventions": "Talks"}
EVENTS, TOTAL = "outcome/3/arm/7/events", "outcome/3/arm/7/total"


def written(folder: Path, **changes: Any) -> str:
    document = {
        "arms": {"7": "Talks"},
        "outcomes": {"3": {"title": "Secure", "kind": "dichotomous"}},
        "first": SHEET | {EVENTS: 8, TOTAL: 14},
        "second": SHEET | {EVENTS: "8", TOTAL: "14"},
    }
    path = folder / "sheets.json"
    path.write_text(json.dumps(document | changes))
    return str(path)


def test_two_equal_sheets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert schema([written(tmp_path)]) == 0
    assert capsys.readouterr().out == "complete and equal\n"


def test_differences_and_complaints_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    second = SHEET | {EVENTS: 15, TOTAL: 14, "study/setting": "Home"}
    assert schema([written(tmp_path, second=second)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "second sheet: Secure: Talks, Events is 15, more than Secure: Talks, Total, 14.",
        "only_second: Setting: (nothing) | Home",
        "different: Secure: Talks, Events: 8 | 15",
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"first": SHEET | {EVENTS: "many"}}, "“many” is not a whole number"),
        ({"first": {"study/colour": "red"}}, "'study/colour' is missing from the file, or is no key"),
        (
            {"outcomes": {"3": {"title": "Secure", "kind": "colour"}}},
            "'colour' is missing from the file, or is no key or kind",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_answered_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], told: str
) -> None:
    assert schema([written(tmp_path, **changes)]) == 2
    assert told in capsys.readouterr().err


def test_a_file_that_is_not_there_or_not_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert schema([str(tmp_path / "none.json")]) == schema([str(broken)]) == schema([]) == 2
    assert "python -m extraction.schema" in capsys.readouterr().err


def test_a_tool_is_printed_with_its_domains(capsys: pytest.CaptureFixture[str]) -> None:
    assert rob(["rob1"]) == 0
    (tool,) = json.loads(capsys.readouterr().out)
    assert len(tool["domains"]) == 7
    assert [each["value"] for each in tool["judgements"]] == ["low", "unclear", "high"]
    assert rob(["rob9"]) == 2
    assert "Known are rob1, rob2_assignment" in capsys.readouterr().err
