"""The program: files of cases in, JSON out; a table in, a summary out; and a sentence when something is wrong."""

from __future__ import annotations

import doctest
import importlib
import inspect
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import analysis.stats
from analysis.stats.__main__ import main, read_csv

pytestmark = pytest.mark.pure

DOCUMENT = {
    "data": {"yi": [0.1, 0.4], "vi": [0.01, 0.02]},
    "effects": {"GEN": {"measure": "GEN"}},
    "cases": [{"id": "one", "kind": "pool", "effects": "GEN", "spec": {"method": "EE", "test": "z"}}],
}
TABLE = "study,ai,n1i,ci,n2i,year,arm\nA,4,123,11,139,1948,x\nB,6,306,29,303,1949,y\nC,3,231,NA,220,1960,x\n1999,5,90,7,92,1961,y\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "trials.csv"
    path.write_text(TABLE)
    return path


def test_a_file_of_cases_is_answered_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(DOCUMENT))
    assert main([str(path)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["cases"]["one"]["estimate"] == pytest.approx(0.2)
    assert answer["effects"]["GEN"]["vi"] == [0.01, 0.02]


def test_several_files_go_into_a_folder(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(DOCUMENT))
    assert main([str(tmp_path / "a.json"), str(tmp_path / "b.json"), "--out", str(tmp_path / "results")]) == 0
    assert sorted(p.name for p in (tmp_path / "results").iterdir()) == ["a.json", "b.json"]
    assert "one" in json.loads((tmp_path / "results" / "b.json").read_text())["cases"]


def test_a_table_is_pooled_and_summarised(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--csv", str(table), "--measure", "RR", "--model", "DL", "--effects"]) == 0
    out = capsys.readouterr().out
    assert "Random-effects model (tau^2: DerSimonian-Laird)" in out
    assert "C: left out, ci is missing" in out
    assert "1999  -0.3145" in out


def test_groups_and_formulas_can_be_asked_for(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--csv", str(table), "--measure", "RR", "--by", "arm"]) == 0
    assert "Test between groups" in capsys.readouterr().out
    assert main(["--csv", str(table), "--measure", "RR", "--mods", "~ year"]) == 0
    assert "Test of Moderators" in capsys.readouterr().out
    assert main(["--csv", str(table), "--measure", "RR", "--json", "--weighting", "MH", "--model", "EE"]) == 0
    assert json.loads(capsys.readouterr().out)["weighting"] == "MH"


def test_semicolons_and_tabs_separate_too(tmp_path: Path) -> None:
    for separator in (";", "\t"):
        path = tmp_path / "x.csv"
        path.write_text("\ufeff" + TABLE.replace(",", separator))
        assert read_csv(path)["ai"] == [4.0, 6.0, 3.0, 5.0]


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ("a,b\n1,2,3\n", ["--measure", "RR"], "line 2: 3 cells, but 2 columns are named."),
        ("a,b\n", ["--measure", "RR"], "needs a line of column names and at least one study."),
        (TABLE, ["--measure", "MD"], "MD needs the columns n1i, m1i, sd1i, n2i, m2i, sd2i; m1i is not there."),
        (TABLE.replace("306", "many"), ["--measure", "RR"], "Study B: n1i is 'many', which is not a number."),
        (TABLE, ["--measure", "RR", "--by", "sex"], "has no column 'sex'"),
        (TABLE, ["--measure", "RR", "--model", "XX"], "method='XX' is not known"),
    ],
)
def test_a_bad_table_gets_a_sentence_and_no_trace(
    table: Path, content: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table.write_text(content)
    assert main(["--csv", str(table), *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{\n nonsense }", "line 2, column 2: not JSON"),
        (b"[1]", "cases.json: The file must be a JSON object."),
        (b"\xff\xfe", "is not text in UTF-8"),
        (None, "No such file or directory"),
    ],
)
def test_a_bad_file_gets_a_sentence_and_no_trace(
    tmp_path: Path, content: bytes | None, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cases.json"
    if content is not None:
        path.write_bytes(content)
    assert main([str(path)]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["x.json", "--csv", "y.csv"], ["--csv", "y.csv"]])
def test_half_a_command_gets_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert "usage: python -m analysis.stats" in capsys.readouterr().err


def test_the_package_is_imported_without_django_pandas_or_scipy() -> None:
    code = "import sys, analysis.stats; print(sorted({m.split('.')[0] for m in sys.modules} & {'django', 'pandas', 'scipy'}))"
    project = Path(analysis.stats.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=project, check=True)
    assert done.stdout.strip() == "[]"


def test_it_runs_as_a_program_and_says_nothing_on_stderr(table: Path) -> None:
    project = Path(analysis.stats.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "analysis.stats", "--csv", str(table), "--measure", "OR"],
        capture_output=True, text=True, cwd=project, env=dict(os.environ), check=True,
    )  # fmt: skip
    assert done.stderr == ""
    assert "Model Results" in done.stdout


def test_every_example_in_the_documentation_of_the_code_is_true() -> None:
    tried = 0
    for info in pkgutil.iter_modules(analysis.stats.__path__):
        if info.name != "__main__":
            result = doctest.testmod(importlib.import_module(f"analysis.stats.{info.name}"))
            assert result.failed == 0
            tried += result.attempted
    result = doctest.testmod(analysis.stats)
    assert result.failed == 0
    assert tried + result.attempted > 25


def _public() -> Iterator[tuple[str, object]]:
    """Every public function, class, method and property of the package."""
    for info in pkgutil.iter_modules(analysis.stats.__path__):
        module = importlib.import_module(f"analysis.stats.{info.name}")
        for name, thing in vars(module).items():
            if name.startswith("_") or getattr(thing, "__module__", "") != module.__name__:
                continue
            if inspect.isfunction(thing) or inspect.isclass(thing):
                yield f"{info.name}.{name}", thing
            if inspect.isclass(thing):
                for part, member in vars(thing).items():
                    if not part.startswith("_") and (inspect.isfunction(member) or hasattr(member, "__get__")):
                        yield f"{info.name}.{name}.{part}", member


def test_every_public_name_says_what_it_is() -> None:
    assert [name for name, thing in _public() if not inspect.getdoc(thing)] == []
    assert len(list(_public())) > 150


def test_every_module_says_which_question_it_answers() -> None:
    for info in pkgutil.iter_modules(analysis.stats.__path__):
        first = (importlib.import_module(f"analysis.stats.{info.name}").__doc__ or "").splitlines()[0]
        assert "?" in first, info.name
