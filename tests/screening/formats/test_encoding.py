"""Bytes become text: the encoding is found, said, and can be chosen; what is broken is mended and told."""

import codecs

import pytest

from screening.formats import UnreadableFile, decoded, read
from screening.formats.encoding import ENCODINGS

pytestmark = pytest.mark.pure

RECORD = "TY  - JOUR\nTI  - {}\nAU  - Okafor, A.\nER  - \n"


def _titles(data: bytes, encoding: str | None = None) -> list[str]:
    return [record.title for record in read(data, encoding=encoding).records]


@pytest.mark.parametrize(
    ("title", "encoding"),
    [
        ("Étude à Genève, naïve façade", "cp1252"),
        ("Эффективность прогулок после операции на колене", "cp1251"),
        ("步行对膝关节手术后恢复的影响：随机对照试验研究", "gb18030"),
        ("膝の手術後の歩行に関するランダム化比較試験", "shift_jis"),
    ],
)
def test_an_old_encoding_is_found_and_said(title: str, encoding: str) -> None:
    result = read((RECORD.format(title) * 3).encode(encoding))
    assert [record.title for record in result.records] == [title] * 3
    assert "is not UTF-8" in str(result.problems[0])


def test_a_chosen_encoding_counts_more_than_the_one_detected() -> None:
    data = RECORD.format("Łódź").encode("cp1250")
    assert _titles(data) != ["Łódź"]
    assert _titles(data, "cp1250") == ["Łódź"]


@pytest.mark.parametrize("encoding", [name for name, _ in ENCODINGS])
def test_every_encoding_offered_is_known(encoding: str) -> None:
    assert codecs.lookup(encoding)
    assert _titles(RECORD.format("Plain").encode(encoding), encoding) == ["Plain"]


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13", "idna"])
def test_what_is_no_encoding_of_text_is_refused_in_words(encoding: str) -> None:
    with pytest.raises(UnreadableFile, match="Choose one of the list"):
        read(b"TY  - JOUR\n", encoding=encoding)


def test_a_line_of_an_older_encoding_in_a_newer_file_is_read_and_told() -> None:
    data = RECORD.format("Étude à Genève").encode() + RECORD.format("Étude à Genève, encore").encode("cp1252")
    result = read(data)
    assert [record.title for record in result.records] == ["Étude à Genève", "Étude à Genève, encore"]
    assert [problem.lines for problem in result.problems] == [((6, 6),)]


def test_a_lone_surrogate_and_a_nul_are_replaced_and_told() -> None:
    result = read(b"TY  - JOUR\nTI  - a \xed\xa0\x80 b\0c\nER  - \n")
    assert result.records[0].title == "a \ufffd bc"
    assert [problem.lines for problem in result.problems] == [((2, 2),), ((2, 2),)]


def test_an_xml_file_is_read_in_the_encoding_that_it_declares() -> None:
    record = "<record><ref-type>17</ref-type><titles><title>Ćwiczenia</title></titles></record>"
    text = f'<?xml version="1.0" encoding="ISO-8859-2"?><xml><records>{record}</records></xml>'
    assert _titles(text.encode("iso8859-2")) == ["Ćwiczenia"]


def test_the_decoded_text_of_clean_utf8_is_the_file_byte_for_byte() -> None:
    text = RECORD.format("Étude – 歩行") + "\r\n\r" + RECORD.format("x\u2028y")
    assert decoded(text.encode()) == text
