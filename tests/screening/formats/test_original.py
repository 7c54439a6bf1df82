"""Whatever the encoding of a file, the bytes of each of its records are found again in it, exactly as they came."""

import gzip
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.formats import read
from screening.formats.original import original
from screening.formats.record import ParsedRecord
from tests.screening.formats.three import FILES, FOLDER

pytestmark = pytest.mark.pure

LETTERS = {
    "utf-8": "äß–Жθ中🧪",
    "cp1252": "äßÉñ–“œ",
    "iso8859-2": "łčűÁ",
    "cp1251": "ЖдёЙ",
    "utf-16-le": "äЖ中🧪",
    "utf-16-be": "äЖ中🧪",
    "gb18030": "中文对照试验",
    "shift_jis": "日本語表ソ",
    "big5": "中文許功",
}
MARKED = {"utf-8": "utf-8-sig", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}
MARKS = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


def found(data: bytes, record: ParsedRecord, encoding: str) -> bytes:
    place = record.line, record.end_line, record.raw
    return original(data, *place, member=record.member, encoding=encoding)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    encoding=st.sampled_from(sorted(LETTERS)),
    ending=st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"]),
    marked=st.booleans(),
    data=st.data(),
)
def test_each_record_is_found_as_it_stands_in_the_file(
    encoding: str, ending: str, marked: bool, data: st.DataObject
) -> None:
    words = st.text(LETTERS[encoding] + "abc XY", min_size=1, max_size=20)
    titles = data.draw(st.lists(words, min_size=1, max_size=4))
    lines = [["TY  - JOUR", f"TI  - A{title}", "ER  - "] for title in titles]
    chunks = [ending.join(each).encode(encoding) + ending.encode(encoding) for each in lines]
    mark = MARKS.get(encoding, b"") if marked else b""
    blank = data.draw(st.sampled_from(["", ending])).encode(encoding)
    file = mark + blank.join(chunks)
    read_as = MARKED.get(encoding, encoding) if mark else encoding
    records = read(file, encoding=read_as).records
    assert [found(file, each, read_as) for each in records] == chunks


@pytest.mark.parametrize("name", [*FILES, "trials.ictrp.xml"])
def test_the_bytes_of_a_record_are_its_raw_text_in_every_format(name: str) -> None:
    file = (FOLDER / name).read_bytes()
    result = read(file)
    assert result.records
    for each in result.records:
        assert found(file, each, result.encoding).decode() == each.raw
        assert found(file, each, "").decode() == each.raw, "also where the encoding has to be found again"


def test_what_had_to_be_replaced_in_the_text_is_there_in_the_bytes() -> None:
    chunk = b"TY  - JOUR\nTI  - A \x00 sign \x81\x8d that is none\nER  - \n"
    file = b"TY  - JOUR\nTI  - Good\nER  - \n" + chunk
    _, odd = read(file).records
    assert "\0" not in odd.raw
    assert found(file, odd, "utf-8") == chunk


def test_records_of_archives_are_found_in_their_member() -> None:
    one, other = (FOLDER / "three.ris").read_bytes(), (FOLDER / "three.ris").read_bytes().decode().encode("utf-16")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.ris", one)
        archive.writestr("other.ris", other)
    records = read(packed.getvalue()).records
    assert len(records) == 6
    for each in records:
        bytes_of = found(packed.getvalue(), each, "")
        assert bytes_of.decode("utf-16-le" if each.member == "other.ris" else "utf-8").lstrip("\ufeff") == each.raw
    squeezed = gzip.compress(one)
    assert [found(squeezed, each, "utf-8").decode() for each in read(squeezed).records] == [r.raw for r in records[:3]]


def test_a_place_that_is_not_in_the_file_has_no_bytes() -> None:
    assert original(b"TY  - JOUR\nER  - \n", 7, 9, "x", encoding="utf-8") == b""
    assert original(b"TY  - JOUR\nER  - \n", 1, 2, "x", member="absent.ris", encoding="utf-8") == b""
