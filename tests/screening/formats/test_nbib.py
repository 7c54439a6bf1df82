"""PubMed's format and its relatives: records are parted rightly however the file was put together."""

import pytest

from screening.formats import read

pytestmark = pytest.mark.pure

ONE = "PMID- {0}\nTI  - Title {0}\nAB  - Wrapped\n      text.\nFAU - Okafor, Ada\nDP  - 2020 May\n"


def test_files_that_were_joined_without_a_blank_line_lose_no_record() -> None:
    text = "".join(ONE.format(number) for number in (11, 12, 13))
    assert [record.pmid for record in read(text.encode()).records] == ["11", "12", "13"]


def test_wrapped_lines_become_one_text() -> None:
    (record,) = read(ONE.format(11).encode()).records
    assert record.abstract == "Wrapped text."


def test_a_stray_line_between_records_is_kept_and_told() -> None:
    text = ONE.format(11) + "\nThis line has no tag.\n\n" + ONE.format(12)
    first, second = read(text.encode()).records
    assert "This line has no tag." in first.raw
    assert first.problems == ("Line 8: “This line has no tag.” stands behind no tag; only the raw text has it.",)
    assert second.title == "Title 12"


def test_a_note_that_an_abstract_exists_elsewhere_is_no_abstract() -> None:
    text = "PMID- 11\nTI  - One\nAB  - \nOAB - Publisher: Abstract available from the publisher.\n"
    assert read(text.encode()).records[0].abstract == ""


def test_ovid_s_tagged_citations_are_read() -> None:
    text = (
        "<1>\nVN  - Ovid Technologies\nDB  - Ovid MEDLINE(R)\nUI  - 90000001\nTI  - One\nAU  - Okafor A\nFA  - Okafor, Ada\n"
        "SO  - J Invent. 7(2):1-9, 2020\nNJ  - Journal of Invention\nVO  - 7\nIP  - 2\nPG  - 1-9\nYR  - 2020\n"
        "DO  - https://dx.doi.org/10.5555/x\nLG  - English\n<2>\nUI  - 90000002\nTI  - Two\n"
    )
    first, second = read(text.encode()).records
    assert (first.pmid, first.authors, first.journal, first.year) == (
        "90000001",
        ("Okafor, Ada",),
        "Journal of Invention",
        2020,
    )
    assert (first.doi, first.volume, first.issue, first.pages) == ("10.5555/x", "7", "2", "1-9")
    assert second.title == "Two"
    assert first.raw.startswith("<1>\n")


def test_a_doubly_converted_file_is_read_as_it_was() -> None:
    text = ONE.format(11) + "\n" + ONE.format(12)
    result = read(text.replace("\n", "\r\r\n").encode())
    assert [(record.pmid, record.abstract) for record in result.records] == [
        ("11", "Wrapped text."),
        ("12", "Wrapped text."),
    ]
