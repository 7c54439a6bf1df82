"""A list of DOIs and PubMed ids: each becomes a record that says what it lacks, and nothing in the list is passed over."""

import pytest

from screening.formats import UnreadableFile, read
from tests.screening.formats.accounts import unaccounted

pytestmark = pytest.mark.pure


def _identifiers(text: str) -> list[str]:
    result = read(text.encode())
    assert result.format == "ids"
    assert unaccounted(text.encode(), result) == []
    return [record.doi or record.pmid for record in result.records]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10.5555/abc\n10.5555/def\n", ["10.5555/abc", "10.5555/def"]),
        ("https://doi.org/10.5555/ABC", ["10.5555/abc"]),
        ("doi: 10.5555/a, doi:10.5555/b;10.5555/c", ["10.5555/a", "10.5555/b", "10.5555/c"]),
        ("10.5555/a,10.5555/b", ["10.5555/a", "10.5555/b"]),
        ("12345678\n9876543\r\nPMID: 31\n", ["12345678", "9876543", "31"]),
        ("PMID: 12345678; PMID 23456789", ["12345678", "23456789"]),
        ("https://pubmed.ncbi.nlm.nih.gov/12345678/\n10.5555/a", ["12345678", "10.5555/a"]),
        ('PMID\n"12345678"\n"23456789"\n', ["12345678", "23456789"]),
        ("DOI\n10.1002/(sici)1097-0258(19980815)17:15/16<1661::aid-sim968>3.0.co;2-2\n",
         ["10.1002/(sici)1097-0258(19980815)17:15/16<1661::aid-sim968>3.0.co;2-2"]),
        ("10.5555/a\n\n10.5555/a\n", ["10.5555/a", "10.5555/a"]),
    ],
)  # fmt: skip
def test_each_identifier_is_a_record(text: str, found: list[str]) -> None:
    assert _identifiers(text) == found


def test_a_record_holds_its_own_words_its_line_and_what_it_lacks() -> None:
    _, second = read(b"10.5555/a 10.5555/b\nPMID: 12345678\n").records[1:]
    assert (second.raw, second.line, second.pmid, second.title) == ("PMID: 12345678", 2, "12345678", "")
    assert second.problems == ("Line 2: only the identifier is known; title, authors, year and abstract are missing.",)


def test_what_is_no_identifier_is_left_out_and_told() -> None:
    result = read(b"10.5555/a\nNCT01234567\n10.5555/b and 123456789\n10.5555/c\n")
    assert [record.doi for record in result.records] == ["10.5555/a", "10.5555/b", "10.5555/c"]
    told = [str(problem) for problem in result.problems]
    assert told == ["Lines 2 to 3: this is no DOI and no PubMed id. It begins: “NCT01234567”"]
    assert result.problems[0].left_out


@pytest.mark.parametrize(
    "text", ["One line about 10.5555/a and more\nand another\n", "Hello\n", "2019 was a year\n2020\ntoo it was\nso\n"]
)
def test_prose_is_no_list(text: str) -> None:
    with pytest.raises(UnreadableFile):
        read(text.encode())
