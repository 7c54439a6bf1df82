"""The program: a table in, a table with clusters out, the questions in another; errors in words."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from screening.dedupe.__main__ import main
from tests.screening.dedupe.records import TITLE

pytestmark = pytest.mark.pure

HEADER = "record_id,cluster_id,title,authors,year,journal,volume,issue,pages,doi,pmid,abstract,source\n"
ROWS = (
    f'b,,{TITLE},"Okonkwo, Ada; Lindqvist, Per",2014,J Bone Gait,12,3,245-53,10.5555/x,,,PubMed\n'
    f'a,,{TITLE.upper()},"Okonkwo A; Lindqvist P",2014// ,Journal of Bone and Gait,12,,245-253,,,,Embase\n'
    f'c,,{TITLE},"Okonkwo A; Lindqvist P",2014,Journal of Bone and Gait,12,,412-420,,,,Scopus\n'
    'd,,Gait after stroke,"Vogel, H.",2011,Stroke,9,1,5,,,,PubMed\n'
)


def table(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_each_record_gets_the_first_of_its_publication_with_rule_and_score(tmp_path: Path, capsys) -> None:
    given, out, ask = tmp_path / "in.csv", tmp_path / "out.csv", tmp_path / "ask.csv"
    given.write_text(HEADER + ROWS, encoding="utf-8-sig")
    assert main([str(given), str(out), "--ask", str(ask)]) == 0
    assert capsys.readouterr().out == "4 records, 3 publications, 1 questions\n"
    header, *lines = table(out)
    assert header == ["record_id", "cluster_id", "rule", "score"]
    assert [line[:3] for line in lines] == [["b", "b", "same place in print"], ["a", "b", "same place in print"], ["c", "c", ""], ["d", "d", ""]]  # fmt: skip
    assert 0.9 < float(lines[0][3]) <= 1
    header, question = table(ask)
    assert header == ["record_a", "record_b", "rule", "score", "evidence"]
    assert question[:3] == ["b", "c", "other pages"]
    assert "other pages (245-253 / 412-420)" in question[4]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"record_id,name\n1,x\n", "line 1: no column title. Name the columns so."),
        (b"", "line 1: no column record_id and no column title. Name the columns so."),
        (b"record_id,title\n1,x\n,y\n", "line 3: no record_id. Give each record an id of its own."),
        (b"record_id,title\n1,x\n2,y\n1,z\n", "line 4: the record_id 1 stands in line 2 too."),
        (b"record_id,title\n1,caf\xe9\n", "not UTF-8 (byte 21). Save the table as CSV in UTF-8."),
    ],
)
def test_a_table_that_cannot_be_taken_is_refused_with_its_line(
    tmp_path: Path, capsys, content: bytes, told: str
) -> None:
    given = tmp_path / "in.csv"
    given.write_bytes(content)
    assert main([str(given), str(tmp_path / "out.csv")]) == 1
    error = capsys.readouterr().err
    assert error.startswith(str(given))
    assert told in error


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys) -> None:
    assert main([str(tmp_path / "none.csv"), str(tmp_path / "out.csv")]) == 1
    assert capsys.readouterr().err == f"{tmp_path / 'none.csv'}: No such file or directory. Name a file that can be read, or a place to write.\n"  # fmt: skip


def test_the_program_runs_without_django(tmp_path: Path) -> None:
    given, out = tmp_path / "in.csv", tmp_path / "out.csv"
    given.write_text(HEADER + ROWS)
    code = (
        "import runpy, sys; sys.modules['django'] = None; "
        f"sys.argv = ['dedupe', {str(given)!r}, {str(out)!r}]; runpy.run_module('screening.dedupe', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(table(out)) == 5
