"""What programs leave to the reader: what stands in another entry, behind another tag, in another order of the date, in another language."""

from __future__ import annotations

import pytest

from screening.formats import ParsedRecord, read
from screening.formats.identifiers import year
from tests.screening.formats.accounts import account_for

pytestmark = pytest.mark.pure

CHAPTERS = """% Encoding: UTF-8
@String{walk = "Walks " # "of the World"}
@InProceedings{one,
  author = {Ada {O'K}afor and M{\\'a}rcia J. Silva}, title = {Walking after {S}urgery}, crossref = {P19}, pages = {101--109}
}
@InProceedings{two, author = {Doe, J.}, title = {Tea}, crossref = {p19}, year = {2020}}
@Proceedings{p19, title = walk, year = {2019}, volume = 7, editor = {Ed Itor}}
"""
EMBASE = """TY  - JOUR
T1  - Walking after surgery
A1  - Okafor, A.
Y1  - 2019
C5  - 30000001
U2  - L2001234567
DB  - Embase
ER  -
"""
TRIAL = """TY  - DBASE
ID  - NCT01234567
TI  - Walking after surgery
C5  - 30000001
ER  -
"""
GERMAN = 'Titel;Autor;Jahr;Zeitschrift;Band;Heft;Seiten\r\n"Gehen nach\r\nder Operation";"Müller, Jörg; Maier, B.";1.5.2019;Gehen;7;2;101-109\r\n'
WEB_OF_SCIENCE = "PT\tAU\tTI\tSO\tDT\tPY\tUT\nJ\tOkafor, A; Silva, MJ\tWalking\tWALK\tMeeting Abstract\t2019\tWOS:1\n"
ICTRP = "TrialID,Public title,Scientific title,Date registration,Source Register,web address\nISRCTN12345678,Walk,A trial of walking,01/05/2019,ISRCTN,http://isrctn.com/x\n"


def records(text: str, encoding: str = "utf-8") -> tuple[ParsedRecord, ...]:
    data = text.encode(encoding)
    account_for(data)
    return read(data).records


def test_a_chapter_has_from_the_book_that_it_names_what_it_does_not_say_itself() -> None:
    one, two, book = records(CHAPTERS)
    assert (one.journal, one.year, one.volume, one.pages) == ("Walks of the World", 2019, "7", "101-109")
    assert one.authors == ("Ada O'Kafor", "Márcia J. Silva")
    assert (two.journal, two.year) == ("Walks of the World", 2020), "its own year counts"
    assert "year" not in one.fields, "kept is what stands there"
    assert (book.title, book.year) == ("Walks of the World", 2019)


def test_numbers_of_embase_and_of_registers_are_found_where_they_stand() -> None:
    (article,), (trial,) = records(EMBASE), records(TRIAL)
    assert (article.accession, article.pmid) == ("L2001234567", "30000001")
    assert (trial.accession, trial.pmid) == ("NCT01234567", "")


def test_people_behind_one_tag_are_told_apart_and_a_name_with_a_semicolon_is_one() -> None:
    for written, names in (
        ("Okafor, Ada;\n      Silva, M. J.", ("Okafor, Ada", "Silva, M. J.")),
        ("WALK group; phase II", ("WALK group; phase II",)),
    ):
        (record,) = records(f"TY  - JOUR\nTI  - Walking\nAU  - {written}\nER  - \n")
        assert record.authors == names


def test_a_table_in_german_with_lines_in_a_title_is_read() -> None:
    (record,) = records(GERMAN, "cp1252")
    assert (record.title, record.authors) == ("Gehen nach der Operation", ("Müller, Jörg", "Maier, B."))
    assert (record.year, record.journal, record.volume, record.issue, record.pages) == (
        2019,
        "Gehen",
        "7",
        "2",
        "101-109",
    )


def test_an_abstract_of_a_meeting_is_one_also_in_a_table_of_web_of_science() -> None:
    assert records(WEB_OF_SCIENCE)[0].type == "Meeting Abstract"
    (trial,) = records(ICTRP)
    assert (trial.year, trial.journal, trial.url) == (2019, "ISRCTN", "http://isrctn.com/x")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("01.05.2019", 2019),
        ("1. 5. 2019", 2019),
        ("32.05.2019", None),
        ("10.2019/x", None),
        ("01/05/2019", 2019),
        ("1-May-2019", 2019),
    ],
)
def test_dates_with_points_have_a_year_and_beginnings_of_dois_have_none(text: str, found: int | None) -> None:
    assert year(text) == found
