"""Damaged files: no crash, no hang, and every line is in a record or in a reported problem.

The dice fall alike at every run, so that a change is judged by itself; FUZZ_EXAMPLES=100000 throws them anew, and
``python -m tests.fuzz.formats --minutes 15`` looks longer and further.
"""

import os
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.formats import read
from tests.screening.formats.accounts import account_for, misplaced, unaccounted
from tests.screening.formats.mutations import mutated
from tests.screening.formats.three import FILES, FOLDER

pytestmark = pytest.mark.pure

SEEDS = [(FOLDER / name).read_bytes() for name in (*FILES, "trials.ictrp.xml")]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))


@given(seed=st.sampled_from(SEEDS), dice=st.integers(0, 2**32))
@settings(max_examples=EXAMPLES or 200, derandomize=not EXAMPLES, deadline=None)
def test_a_damaged_file_is_read_or_refused_in_words_and_no_line_is_lost(seed: bytes, dice: int) -> None:
    account_for(mutated(seed, SEEDS, Random(dice)))


@given(data=st.binary(max_size=400))
@settings(max_examples=EXAMPLES or 100, derandomize=not EXAMPLES, deadline=None)
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    account_for(data)


@pytest.mark.parametrize("path", sorted((FOLDER.parent / "fuzz").iterdir()), ids=lambda path: path.name)
def test_what_fuzzing_once_found_stays_mended(path: Path) -> None:
    account_for(path.read_bytes())


@pytest.mark.parametrize("name", [*FILES, "trials.ictrp.xml"])
def test_a_file_cut_after_any_line_keeps_its_lines(name: str) -> None:
    lines = (FOLDER / name).read_bytes().splitlines(keepends=True)
    for end in range(1, len(lines), 3):
        account_for(b"".join(lines[:end]))


def test_no_line_of_a_real_export_is_lost(shared: Path) -> None:
    for path in sorted((shared / "corpus" / "import" / "files").iterdir()):
        if path.suffix != ".xlsx" and path.stat().st_size < 500_000:
            data = path.read_bytes()
            result = read(data)
            assert unaccounted(data, result) == [], path.name
            assert misplaced(data, result) == [], path.name
