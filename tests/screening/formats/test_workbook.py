"""Excel workbooks: rows become records; what would fill memory is refused before it is read in."""

import datetime
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.formats import UnmappedTable, UnreadableFile, read
from screening.formats.original import original
from screening.formats.preview import preview

pytestmark = pytest.mark.pure

SHEET = "xl/worksheets/sheet1.xml"


def _book(*rows: tuple[object, ...], title: str = "Records") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _with_part(data: bytes, name: str, text: str) -> bytes:
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, text if part == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, text)
    return changed.getvalue()


def _sheet(rows: str) -> str:
    return f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'


BOOK = _book(("Title", "Authors", "Year"), ("One", "Okafor, A.; Silva, M.", 2020), ("Two", None, 2021.0))


def test_rows_become_records_whatever_the_file_is_called() -> None:
    result = read(BOOK, "export.csv")
    one, two = result.records
    assert (result.format, result.encoding) == ("xlsx", "")
    assert (one.title, one.authors, one.year, one.line) == ("One", ("Okafor, A.", "Silva, M."), 2020, 2)
    assert (two.title, two.year, two.raw) == ("Two", 2021, "Two\t\t2021")


def test_a_query_above_the_header_and_dates_are_read() -> None:
    data = _book(
        ("Search query", "tea:ti"), (), ("Title", "Date", "DOI"), ("One", datetime.date(2019, 5, 1), "10.5555/a")
    )
    (record,) = read(data).records
    assert (record.year, record.doi, record.fields["Date"]) == (2019, "10.5555/a", ("2019-05-01",))


def test_a_formula_is_never_computed() -> None:
    result = read(_book(("Title", "Year"), ('=HYPERLINK("http://127.0.0.1:9")', 2020), ("One", 2021)))
    assert [record.title for record in result.records] == ["", "One"]


def test_a_sheet_without_known_columns_is_told_or_asks_for_a_mapping() -> None:
    data = _book(("Was", "Wann"), ("Eins", 2020))
    with pytest.raises(UnmappedTable):
        read(data)
    assert preview(data).columns == ("Column 1", "Column 2")
    (record,) = read(data, mapping={"Was": "title", "Wann": "year"}).records
    assert (record.title, record.year) == ("Eins", 2020)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (SHEET, _sheet('<row r="2">' + "<c/>" * 100_000 + "</row>")),
        (SHEET, _sheet("<row/>" * 700_000)),
        (SHEET, "<a>" * 300_000),
        (SHEET, _sheet(" " * 70_000_000)),
        ("xl/styles.xml", "<x>" + " " * 9_000_000 + "</x>"),
        ("xl/sharedStrings.xml", "<sst>" + "<si><t>ab</t></si>" * 600_000 + "</sst>"),
        (SHEET, '<!DOCTYPE x [<!ENTITY a "b">]>' + _sheet("")),
        (SHEET, "<worksheet>"),
        ("[Content_Types].xml", "nothing"),
    ],
    ids=["cells", "rows", "depth", "size", "styles", "strings", "entities", "cut", "no list of parts"],
)
def test_what_cannot_be_read_safely_is_refused_in_words(part: str, text: str) -> None:
    with pytest.raises(UnreadableFile, match=r"too large to be read safely|damaged|declaration"):
        read(_with_part(BOOK, part, text))


@pytest.mark.parametrize("way", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_workbook_with_spoilt_bytes_is_refused_in_words_whatever_packed_it(way: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as book, zipfile.ZipFile(packed, "w", way) as again:
        for each in book.namelist():
            again.writestr(each, book.read(each))
    data = packed.getvalue()
    middle = data.index(SHEET.encode()) + len(SHEET) + 30
    with pytest.raises(UnreadableFile, match="damaged"):
        read(data[:middle] + bytes(20) + data[middle + 20 :])


def test_a_row_far_below_the_others_does_not_hang() -> None:
    far = '<row r="1"><c r="A1" t="inlineStr"><is><t>Title</t></is></c><c r="B1" t="inlineStr"><is><t>Year</t></is></c></row>'
    data = _with_part(BOOK, SHEET, _sheet(far + '<row r="900000000"><c r="A900000000"><v>1</v></c></row>'))
    result = read(data)
    assert result.records == ()
    assert "if anything stands below them, it was not read" in str(result.problems[0]), "and nothing is lost in silence"


CELLS = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=12),
    st.integers(-(10**9), 10**9),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.dates(datetime.date(1950, 1, 1), datetime.date(2050, 1, 1)),
    st.booleans(),
)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.lists(CELLS, max_size=4), max_size=4), min_size=1, max_size=3), st.booleans())
def test_the_raw_text_of_every_row_is_found_again_in_its_sheet(sheets: list[list[list[object]]], packed: bool) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Part {number}")
        sheet.append(["Title", "Authors", "Year"])
        for row in rows:
            sheet.append([f"'{cell}" if str(cell).startswith("=") else cell for cell in row])
    written = io.BytesIO()
    book.save(written)
    data = written.getvalue()
    if packed:
        with zipfile.ZipFile(written := io.BytesIO(), "w") as archive:
            archive.writestr("one/book.xlsx", data)
        data = written.getvalue()
    for each in read(data).records:
        name, sheet = ("one/book.xlsx, " if packed else ""), f"sheet “Part {each.member[-2]}”"
        assert each.member == name + sheet
        place = each.line, each.end_line, each.raw
        assert original(data, *place, member=each.member).decode() == each.raw
        assert original(data, *place, member="one/book.xlsx" if packed else "").decode() == each.raw


def test_two_sheets_are_told_apart_in_records_and_remarks() -> None:
    book = openpyxl.Workbook()
    for name, rows in {
        "Found": (("Title", "Year"), ("One", 2020)),
        "Notes": (("Who", "What"), ("Me", "nothing")),
    }.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    result = read(written.getvalue())
    assert [(each.member, each.line) for each in result.records] == [("sheet “Found”", 2)]
    assert [str(each) for each in result.problems] == [
        "Sheet “Notes”: no header row that is known was found, and the sheet was left out."
    ]
    assert original(written.getvalue(), 7, 7, "One\t2020", member="sheet “Found”") == b""
