"""Reading one record at a time: progress, limits, and the program."""

import io
import json
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from screening.formats import LIMITS, Export, UnreadableFile, read
from screening.formats.__main__ import main
from tests.screening.formats.three import FOLDER

pytestmark = pytest.mark.pure

RECORD = b"TY  - JOUR\nTI  - A title\nAB  - " + b"word " * 400 + b"\nER  - \n\n"


def test_records_come_one_at_a_time_with_progress() -> None:
    with Export(RECORD * 500) as export:
        seen = [export.progress for _ in export]
        assert export.progress == 1.0
    assert len(seen) == 500
    assert seen == sorted(seen)
    assert seen[0] < 0.5


def test_a_path_bytes_and_an_open_file_are_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "three.ris"
    path.write_bytes(RECORD * 3)
    stream = io.BytesIO(RECORD * 3)
    assert read(path).records == read(RECORD * 3).records == read(stream).records
    assert not stream.closed


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (replace(LIMITS, file_bytes=1_000), "at most 1,000 are read"),
        (replace(LIMITS, records=2), "more than 2 records"),
        (replace(LIMITS, lines=5), "more than 5 lines"),
        (replace(LIMITS, line_characters=500), "Line 3 is longer than 500"),
        (replace(LIMITS, record_characters=500), "record that begins on line 1"),
    ],
)
def test_a_file_over_a_limit_is_refused_in_words_that_name_it(limits: object, told: str) -> None:
    with pytest.raises(UnreadableFile, match=told):
        read(RECORD * 3, limits=limits)  # type: ignore[arg-type]


def test_a_field_over_its_limit_is_cut_and_the_record_says_so() -> None:
    (record,) = read(RECORD, limits=replace(LIMITS, field_characters=100)).records
    assert len(record.abstract) < 101
    assert record.problems == ("Line 1: AB was cut to 100 characters; the record's raw text has it all.",)
    assert record.raw.count("word") == 400


def test_a_large_file_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    path = tmp_path / "large.ris"
    path.write_bytes(RECORD * 15_000)
    program = (
        "import sys; from pathlib import Path; from screening.formats import Export\n"
        "with Export(Path(sys.argv[1])) as export: print(sum(1 for _ in export))\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    shown = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True).stdout
    records, kilobytes = map(int, shown.split())
    assert records == 15_000
    assert kilobytes < 80_000 < path.stat().st_size * 3 / 1000


def test_formats_are_read_without_django() -> None:
    program = "import sys, screening.formats, screening.formats.write, screening.formats.preview; print('django' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "False"


def test_the_program_prints_what_the_files_hold_and_what_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "picture.ris"
    picture.write_bytes(b"\x89PNG\r\n")
    assert main([str(FOLDER / "three.ris"), str(picture), str(tmp_path / "absent.ris")]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert [record["title"][:7] for record in answer["three.ris"]["records"]] == ["Walking", "Tea & b", "A lette"]
    assert "PNG image" in answer["picture.ris"]["error"]
    assert "absent.ris" in answer["absent.ris"]["error"]


def test_the_program_shows_raw_text_and_fields_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(FOLDER / "three.ris"), "--raw"]) == 0
    first = json.loads(capsys.readouterr().out)["three.ris"]["records"][0]
    assert first["raw"].startswith("TY  - JOUR\n")
    assert first["fields"]["AU"] == ["Okafor, Ada", "Lindqvist, Bo", "Þórsdóttir, Edda"]


def test_reading_leaves_no_file_open() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(50):
        read(FOLDER / "three.bib")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + 50_000
