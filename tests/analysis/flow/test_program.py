"""python -m analysis.flow counts, checks and draws sets from a file."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from analysis.flow.__main__ import main
from analysis.flow.counts import count
from analysis.flow.sets import FlowSets, Kind
from analysis.plots.reading import Unreadable, read
from tests.analysis.flow.reviews import small

pytestmark = pytest.mark.pure


def _jsonable(value: Any) -> Any:
    """Sets as lists, identifiers as texts: what a JSON file can hold."""
    if isinstance(value, dict):
        return {str(key): _jsonable(part) for key, part in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [_jsonable(part) for part in value]
    if isinstance(value, Kind):
        return value.value
    return str(value) if isinstance(value, int) else value


def document() -> dict[str, Any]:
    written: dict[str, Any] = _jsonable(asdict(small()))
    return written


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "sets.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    return path


def test_sets_from_a_file_count_the_same() -> None:
    read_back = count(read(FlowSets, document(), "sets"))
    assert {key: number.n for key, number in read_back.numbers.items()} == {
        key: number.n for key, number in count(small()).numbers.items()
    }


def test_a_kind_of_search_that_is_none_is_named() -> None:
    broken = document()
    broken["searches"][0]["kind"] = "oracle"
    with pytest.raises(Unreadable, match=r"^sets.searches\[0\].kind: must be one of database, register, .* 'oracle'$"):
        read(FlowSets, broken, "sets")


def test_the_program_prints_the_numbers_and_writes_each_kind_of_file(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for suffix, start in (
        (".svg", b"<svg"),
        (".png", b"\x89PNG"),
        (".pdf", b"%PDF"),
        (".csv", b"data,"),
        (".json", b"{"),
    ):
        target = source.with_name(f"flow{suffix}")
        assert main([str(source), str(target)]) == 0
        assert target.read_bytes().startswith(start)
    printed = capsys.readouterr()
    assert "updated review, databases, registers and other methods." in printed.out
    assert "      10  citation  dbr_screened" in printed.out
    assert printed.err == ""


def test_a_breach_is_printed_with_its_identifiers_and_ends_with_one(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = document()
    broken["sought"].remove("12")
    source.write_text(json.dumps(broken), encoding="utf-8")
    assert main([str(source)]) == 1
    assert (
        "reports_sought_follow_from_screening: Reports of citations that were let through, but not sought: 1 (12)"
        in capsys.readouterr().err
    )


def test_what_cannot_be_done_is_said_in_a_sentence(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(source), "flow.gif"]) == 2
    assert "must end in one of .svg, .png, .pdf, .docx, .csv, .json" in capsys.readouterr().err
    assert main([str(source.with_name("none.json"))]) == 2
    assert "none.json" in capsys.readouterr().err
    assert main([]) == 2
    assert "python -m analysis.flow" in capsys.readouterr().err
