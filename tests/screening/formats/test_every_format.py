"""The same three records, read from every format, are the same three records."""

import pytest

from screening.formats import LABELS, ParsedRecord, read
from tests.screening.formats.three import FILES, FOLDER, RECORDS

pytestmark = pytest.mark.pure


def _shown(record: ParsedRecord, name: str) -> object:
    value = getattr(record, name)
    if name == "title":
        return value.rstrip(".")
    return " ".join(value.split()) if name == "abstract" else value


@pytest.mark.parametrize(("name", "format"), FILES.items())
def test_the_three_records_are_read_alike(name: str, format: str) -> None:
    result = read(FOLDER / name)
    assert result.format == format
    assert result.format in LABELS
    assert len(result.records) == 3
    for number, (record, wanted) in enumerate(zip(result.records, RECORDS, strict=True), 1):
        assert {key: _shown(record, key) for key in wanted} == wanted
        assert record.position == number
        assert record.problems == ()


@pytest.mark.parametrize("name", FILES)
def test_the_name_of_the_file_does_not_matter(name: str) -> None:
    misnamed = read((FOLDER / name).read_bytes(), "sheet.xlsx")
    assert misnamed.format == FILES[name]
    assert len(misnamed.records) == 3


@pytest.mark.parametrize("name", FILES)
def test_a_record_keeps_its_text_and_its_place(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")
    lines = text.split("\n")
    for record in read(FOLDER / name).records:
        assert record.raw in text
        assert record.raw.strip() in "\n".join(lines[record.line - 1 : record.end_line])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("name", FILES)
def test_the_encoding_does_not_matter(name: str, encoding: str) -> None:
    text = (FOLDER / name).read_text("utf-8").replace('encoding="UTF-8" ', "")
    result = read(text.encode(encoding))
    assert [record.title.rstrip(".") for record in result.records] == [wanted["title"] for wanted in RECORDS]
    assert result.records[0].authors[2] == "Þórsdóttir, Edda"


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith(("csv", "tsv"))])
def test_a_file_appended_to_itself_has_twice_the_records(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    assert len(read(data + b"\n" + data).records) == 6
