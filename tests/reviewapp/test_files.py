"""Files are kept once each, under the hash of what they hold."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.conf import LazySettings

from reviewapp import files
from reviewapp.errors import BadFile


@pytest.fixture(autouse=True)
def store(settings: LazySettings, tmp_path: Path) -> Path:
    settings.UPLOAD_FOLDER = tmp_path / "files"
    return tmp_path / "files"


def everything(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


def test_a_file_is_found_under_the_hash_of_what_it_holds() -> None:
    kept = files.keep([b"TY  - JOUR\n", b"ER  - \n"], name="a.ris", most=1000)
    assert kept.sha256 == hashlib.sha256(b"TY  - JOUR\nER  - \n").hexdigest()
    assert kept.size == 18
    assert files.path_of(kept.sha256).read_bytes() == b"TY  - JOUR\nER  - \n"


def test_the_same_file_is_kept_once_whatever_its_name(store: Path) -> None:
    first = files.keep([b"same"], name="a.ris", most=1000)
    second = files.keep([b"sa", b"me"], name="b.ris", most=1000)
    assert first == second
    assert everything(store) == [files.path_of(first.sha256)]


def test_a_file_of_just_the_permitted_size_is_kept() -> None:
    assert files.keep([b"x" * 10], name="a.ris", most=10).size == 10


@pytest.mark.parametrize("chunks", [[], [b""]])
def test_an_empty_file_is_refused_by_name_and_leaves_nothing(store: Path, chunks: list[bytes]) -> None:
    with pytest.raises(BadFile, match="“empty.ris” is empty") as refusal:
        files.keep(chunks, name="empty.ris", most=1000)
    assert refusal.value.todo
    assert everything(store) == []


def test_a_file_that_is_too_big_is_refused_by_name_and_leaves_nothing(store: Path) -> None:
    with pytest.raises(BadFile, match="“big.ris” is larger than 1 MB"):
        files.keep([b"x" * 600_000, b"x" * 600_000], name="big.ris", most=1_000_000)
    assert everything(store) == []


def test_a_file_that_is_too_big_is_given_up_at_once() -> None:
    read = []

    def chunks() -> object:
        for number in range(1000):
            read.append(number)
            yield b"x" * 100_000

    with pytest.raises(BadFile):
        files.keep(chunks(), name="big.ris", most=1_000_000)
    assert len(read) == 11


def test_only_the_owner_of_the_installation_can_read_a_kept_file(store: Path) -> None:
    kept = files.keep([b"private"], name="a.ris", most=1000)
    path = files.path_of(kept.sha256)
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_an_upload_that_breaks_off_leaves_nothing(store: Path) -> None:
    def broken() -> object:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        files.keep(broken(), name="a.ris", most=1000)
    assert everything(store) == []
