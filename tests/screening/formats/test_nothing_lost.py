"""Damaged files: no crash, no hang, and every line is in a record or in a reported problem.

The dice fall alike at every run, so that a change is judged by itself; FUZZ_EXAMPLES=100000 throws them anew.
"""

import os
import time
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.formats import Result, UnreadableFile, read
from tests.screening.formats.accounts import misplaced, unaccounted
from tests.screening.formats.mutations import mutated
from tests.screening.formats.three import FILES, FOLDER

pytestmark = pytest.mark.pure

SEEDS = [(FOLDER / name).read_bytes() for name in FILES]
SECONDS_AT_MOST = 10
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))


def _read_or_refused(data: bytes) -> Result | str:
    try:
        return read(data)
    except UnreadableFile as error:
        return str(error)


def _account_for(data: bytes) -> None:
    started = time.monotonic()
    result = _read_or_refused(data)
    assert time.monotonic() - started < SECONDS_AT_MOST
    if isinstance(result, str):
        assert result.endswith(".")
        return
    assert unaccounted(data, result) == []
    assert misplaced(data, result) == []
    assert [record.position for record in result.records] == list(range(1, len(result.records) + 1))
    for record in result.records:
        "".join((record.raw, record.title, record.abstract, *record.authors)).encode("utf-8")
        assert "\0" not in record.raw + record.title + record.abstract


@given(seed=st.sampled_from(SEEDS), dice=st.integers(0, 2**32))
@settings(max_examples=EXAMPLES or 200, derandomize=not EXAMPLES, deadline=None)
def test_a_damaged_file_is_read_or_refused_in_words_and_no_line_is_lost(seed: bytes, dice: int) -> None:
    _account_for(mutated(seed, SEEDS, Random(dice)))


@given(data=st.binary(max_size=400))
@settings(max_examples=EXAMPLES or 100, derandomize=not EXAMPLES, deadline=None)
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    _account_for(data)


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_after_any_line_keeps_its_lines(name: str) -> None:
    lines = (FOLDER / name).read_bytes().splitlines(keepends=True)
    for end in range(1, len(lines), 3):
        _account_for(b"".join(lines[:end]))


def test_no_line_of_a_real_export_is_lost(shared: Path) -> None:
    for path in sorted((shared / "corpus" / "import" / "files").iterdir()):
        if path.suffix != ".xlsx" and path.stat().st_size < 500_000:
            data = path.read_bytes()
            result = read(data)
            assert unaccounted(data, result) == [], path.name
            assert misplaced(data, result) == [], path.name
