"""Real exports of sixty databases and tools: every file read, every record found, and the fields right."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from screening.formats.__main__ import reading_of

pytestmark = pytest.mark.pure


@pytest.fixture(scope="module")
def corpus(shared: Path) -> Path:
    return shared / "corpus" / "import"


@pytest.fixture(scope="module")
def scorer(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_import", shared / "tools" / "score_import.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_export_gives_its_records_and_their_fields(corpus: Path, scorer: ModuleType) -> None:
    answers = {path.name: reading_of(path) for path in (corpus / "files").iterdir()}
    score = scorer.score(corpus, answers, errors=20)
    assert score["files_right_count"] == score["files"] == len(answers), score["errors"]
    assert score["fields_right_share"] > 0.999, score["errors"]


def test_no_hostile_file_crashes_and_each_gives_what_it_should(corpus: Path) -> None:
    rows = json.loads((corpus / "bad" / "MANIFEST.json").read_text("utf-8"))["files"]
    for row in rows:
        answer = reading_of(corpus / "bad" / row["file"])
        wanted = row["records"] if isinstance(row["records"], list) else [row["records"]]
        found = len(answer.get("records", ()))
        if "whole records before the cut" in wanted:
            assert "breaks off inside" in answer["problems"][0]
            continue
        assert found in wanted, row["file"]
        assert found or answer.get("error") or answer["problems"], f"{row['file']}: nothing was read and nothing said"
