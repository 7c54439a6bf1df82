"""RIS in its dialects: no record is lost, and what is odd is said with its line."""

import pytest

from screening.formats import read

pytestmark = pytest.mark.pure

ONE = """TY  - JOUR
AU  - Okafor, Ada
AU  - Lindqvist, Bo
TI  - Walking after knee surgery: a randomised trial
T2  - Journal of Invented Results
PY  - 2019/05//
VL  - 7
IS  - 2
SP  - 101
EP  - 109
DO  - https://doi.org/10.5555/JIR.7.2
KW  - walking
KW  - surgery
AB  - First paragraph
goes on here.
ER  - 
"""


def test_a_record_is_read_with_all_its_fields() -> None:
    (record,) = read(ONE.encode()).records
    assert record.title == "Walking after knee surgery: a randomised trial"
    assert record.authors == ("Okafor, Ada", "Lindqvist, Bo")
    assert (record.year, record.journal, record.volume, record.issue) == (2019, "Journal of Invented Results", "7", "2")
    assert (record.pages, record.doi, record.keywords) == ("101-109", "10.5555/jir.7.2", ("walking", "surgery"))
    assert record.abstract == "First paragraph\ngoes on here."
    assert (record.position, record.line, record.end_line) == (1, 1, 16)
    assert record.raw == ONE
    assert record.fields["PY"] == ("2019/05//",)
    assert record.problems == ()


def test_a_new_type_line_ends_a_record_that_has_no_end_line() -> None:
    text = "TY  - JOUR\nTI  - One\n\nTY  - JOUR\nTI  - Two\n"
    result = read(text.encode())
    assert [record.title for record in result.records] == ["One", "Two"]
    assert result.records[0].problems == ("Line 1: the record has no ER line; it may be cut.",)
    assert str(result.problems[0]) == "Line 5: the file ends inside a record (no ER line)."


@pytest.mark.parametrize(
    "dash", ["  - ", " - ", "  -", "\t-\t"], ids=["as specified", "one space", "no space behind", "tabs"]
)
def test_the_spaces_around_the_hyphen_do_not_matter(dash: str) -> None:
    text = f"TY{dash}JOUR\nTI{dash}A title\nAU{dash}Okafor, A.\nER{dash}\n" * 2
    assert [(r.title, r.authors) for r in read(text.encode()).records] == [("A title", ("Okafor, A.",))] * 2


def test_text_outside_the_records_is_reported_with_its_lines() -> None:
    result = read(b"Provider: Somewhere\nRecord 1\n\n" + ONE.encode() + b"\nRecord 2\n" + ONE.encode())
    (problem,) = result.problems
    assert len(result.records) == 2
    assert problem.lines == ((1, 2), (21, 21))
    assert problem.left_out
    assert problem.text == "Provider: Somewhere"


def test_ten_thousand_empty_records_are_one_message() -> None:
    result = read(b"TY  - JOUR\nER  - \n" * 10_000)
    assert result.records == ()
    assert [problem.lines for problem in result.problems if problem.left_out] == [((1, 20_000),)]
    assert len(result.problems) == 2


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_line_ends_of_every_system_are_read_and_kept(line_end: str) -> None:
    text = ONE.replace("\n", line_end) * 3
    result = read(text.encode())
    assert "".join(record.raw for record in result.records) == text
    assert result.records[2].line == 33


def test_line_separators_that_are_not_line_ends_stay_inside_a_title() -> None:
    text = "TY  - JOUR\nTI  - Up\x0bdown\u2028left\x85right\nER  - \n"
    (record,) = read(text.encode()).records
    assert record.title == "Up down left right"
    assert record.raw == text


def test_wrapped_text_that_looks_like_an_end_line_does_not_end_the_record() -> None:
    text = "TY  - JOUR\nTI  - One\nAB  - Fewer\nER visits\nUS - based\nER  - \n"
    (record,) = read(text.encode()).records
    assert record.abstract == "Fewer\nER visits\nUS - based"
