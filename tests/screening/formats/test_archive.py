"""Zip and gzip: unpacked where they hold exports, refused in words where they hold anything else."""

import gzip
import io
import zipfile
from dataclasses import replace

import pytest

from screening.formats import LIMITS, Export, UnmappedTable, UnreadableFile, read
from screening.formats.preview import preview
from tests.screening.formats.three import FOLDER

pytestmark = pytest.mark.pure

RIS = (FOLDER / "three.ris").read_bytes()
BIB = (FOLDER / "three.bib").read_bytes()


def _zip(way: int = zipfile.ZIP_DEFLATED, **files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", way) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return packed.getvalue()


def _spoilt(packed: bytes) -> bytes:
    """A zip of one file with that file's first packed bytes overwritten."""
    start = packed.index(b"a.ris") + len(b"a.ris")
    return packed[:start] + b"\xff" * 40 + packed[start + 40 :]


def test_the_records_of_every_file_in_a_zip_are_read_in_order() -> None:
    result = read(_zip(a__ris=RIS, b__bib=BIB))
    assert result.format == "several"
    assert [(part.name, part.format, part.records) for part in result.parts] == [
        ("a.ris", "ris", 3),
        ("b.bib", "bib", 3),
    ]
    assert [record.position for record in result.records] == [1, 2, 3, 4, 5, 6]
    assert [record.member for record in result.records] == ["a.ris"] * 3 + ["b.bib"] * 3


def test_a_gzip_file_is_read_as_what_it_holds() -> None:
    result = read(gzip.compress(RIS), "export.ris")
    assert (result.format, len(result.records)) == ("ris", 3)


def test_a_file_in_a_zip_that_cannot_be_read_is_told_and_the_others_are_read() -> None:
    result = read(_zip(a__ris=RIS, picture__png=b"\x89PNG....", nested__zip=_zip(a__ris=RIS)))
    assert len(result.records) == 3
    left_out = [(problem.member, problem.left_out) for problem in result.problems if problem.member != "a.ris"]
    assert left_out == [("picture.png", True), ("nested.zip", True)]


def test_a_table_in_a_zip_whose_columns_nobody_knows_can_be_mapped_or_says_how() -> None:
    own = b"Was;Wer\nEin Versuch;Meyer, A.\nNoch einer;Maier, B.\n"
    with pytest.raises(UnmappedTable):
        read(_zip(own__csv=own))
    assert preview(_zip(own__csv=own)).columns == ("Column 1", "Column 2")
    result = read(_zip(own__csv=own), mapping={"Was": "title", "Wer": "authors"})
    assert [(record.title, record.member) for record in result.records] == [
        ("Ein Versuch", "own.csv"),
        ("Noch einer", "own.csv"),
    ]
    result = read(_zip(a__ris=RIS, own__csv=own))
    assert len(result.records) == 3
    (told,) = (str(problem) for problem in result.problems if problem.member == "own.csv")
    assert "columns are not known: import it by itself" in told


def test_folders_and_what_a_mac_adds_are_passed_over() -> None:
    assert len(read(_zip(**{"x/": b"", "x/a.ris": RIS, "__MACOSX/a.ris": b"junk"})).parts) == 1


def test_a_mac_resource_folder_is_passed_over() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("__MACOSX/._a.ris", b"junk")
        archive.writestr("a.ris", RIS)
    assert [part.name for part in read(packed.getvalue()).parts] == ["a.ris"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (gzip.compress(b"TY  - JOUR\nER  - \n" * 1_000_000), "times its size"),
        (_zip(a__ris=b"\n" * 20_000_000), "times its size"),
        (_zip(**{f"{number}__ris": b"x" for number in range(300)}), "at most 200"),
        (_zip(**{f"{number}__ris": b"" for number in range(50_000)}), "far too many files"),
        (_zip(), "empty"),
        (_zip(**{"word/document__xml": b"<x/>"}), "Word document"),
        (_zip(a__ris=RIS)[:-40], "damaged"),
        (_spoilt(_zip(a__ris=RIS)), "damaged"),
        (_spoilt(_zip(zipfile.ZIP_BZIP2, a__ris=RIS)), "damaged"),
        (_spoilt(_zip(zipfile.ZIP_LZMA, a__ris=RIS)), "damaged"),
        (gzip.compress(RIS)[:-20], "damaged"),
        (gzip.compress(RIS)[:10] + RIS, "damaged"),
        (gzip.compress(gzip.compress(RIS)), "archive in an archive"),
    ],
    ids=[
        "gzip bomb",
        "zip bomb",
        "many files",
        "a crowd of files",
        "nothing",
        "Word",
        "cut zip",
        "spoilt deflate",
        "spoilt bzip2",
        "spoilt lzma",
        "cut gzip",
        "spoilt gzip",
        "nested",
    ],  # fmt: skip
)
def test_what_cannot_be_unpacked_safely_is_refused_in_words(data: bytes, told: str) -> None:
    with pytest.raises(UnreadableFile, match=told):
        read(data)


def test_an_archive_that_unpacks_to_more_than_the_limit_is_refused() -> None:
    limits = replace(LIMITS, unpacked_bytes=500)
    with pytest.raises(UnreadableFile, match="500 bytes"), Export(gzip.compress(RIS), limits=limits):
        pass
