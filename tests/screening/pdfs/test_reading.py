"""Are first pages read from good PDFs, and is nothing hurt by bad ones?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from screening.pdfs import reading
from screening.pdfs.reading import PAGES, first_pages
from tests.pdfs import pdf

pytestmark = pytest.mark.pure


def kept(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(data)
    return path


def test_the_first_pages_are_read_and_no_more(tmp_path):
    found = first_pages(kept(tmp_path, pdf(*(f"This is page {n}" for n in range(9)))))
    assert found.problem == ""
    assert len(found.pages) == PAGES
    assert "This is page 2" in found.pages[2]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"%PDF-1.4 nothing\n%%EOF", "damaged"),
        (b"", "damaged"),
        (pdf(" "), "pictures without text"),
        (pdf("One").replace(b"/Count 1", b"/Count 1/Parent 2 0 R")[:200], "damaged"),
    ],
)
def test_a_bad_file_is_a_problem_in_words(tmp_path, data, problem):
    assert problem in first_pages(kept(tmp_path, data)).problem


def test_a_file_that_takes_too_long_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "SECONDS", 0.001)
    assert first_pages(kept(tmp_path, pdf())).problem == "it took too long to read"


def test_a_file_that_takes_too_much_memory_ends_its_process_and_no_other(tmp_path):
    code = (
        "from screening.pdfs import reading; reading.MEMORY = 60_000_000; reading.limit(); b = bytearray(200_000_000)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert told.returncode != 0
    assert "MemoryError" in told.stderr


def test_the_program_prints_what_it_read(tmp_path):
    path = kept(tmp_path, pdf("Hello (reader)"))
    told = subprocess.run([sys.executable, "-m", "screening.pdfs", str(path)], capture_output=True, text=True)
    assert json.loads(told.stdout)["pages"][0].strip() == "Hello (reader)"
    assert subprocess.run([sys.executable, "-m", "screening.pdfs"], capture_output=True).returncode == 1
