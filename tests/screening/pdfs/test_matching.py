"""Is a PDF given to the report that it is, and to none where no sign points to one alone?"""

from __future__ import annotations

import pytest

from screening.pdfs.matching import Wanted, match
from screening.pdfs.reading import FirstPages

pytestmark = pytest.mark.pure

SLEEP = Wanted(
    1, "Sleep of infants after a home visit: a randomised trial", "10.1000/sleep.2004.17", "15012345", "Smith", 2004
)
PLAY = Wanted(
    2, "Play therapy for families of toddlers in the first year", "10.1000/j.play.1999.001", "10123456", "Müller", 1999
)
SHORT = Wanted(3, "Sleep", "10.1000/s.1", "", "Smith", 2005)
WANTED = (SLEEP, PLAY, SHORT)
NOTHING = FirstPages()


@pytest.mark.parametrize(
    ("name", "key", "how"),
    [
        ("10.1000_sleep.2004.17.pdf", 1, "doi_name"),
        ("10.1000%2Fj.play.1999.001.PDF", 2, "doi_name"),
        ("j.play.1999.001-main.pdf", 2, "doi_name"),
        ("PMID15012345.pdf", 1, "pmid_name"),
        ("15012345 (1).pdf", 1, "pmid_name"),
        ("Play therapy for families of toddlers in the first year.pdf", 2, "title_name"),
        ("Müller_1999-Play_therapy_for_families_of_toddlers_in_the_first_year.pdf", 2, "title_name"),
        ("Smith 2004.pdf", 1, "author_name"),
        ("mueller-1999.pdf", None, ""),
        ("muller-1999.pdf", 2, "author_name"),
        ("scan0001.pdf", None, ""),
        ("Smith.pdf", None, ""),
        ("150123456789.pdf", None, ""),
    ],
)
def test_a_name_tells_of_which_report_a_file_is(name, key, how):
    found = match(name, NOTHING, WANTED)
    assert (found.key if found else None, found.how if found else "") == (key, how)


@pytest.mark.parametrize(
    ("pages", "title", "key", "how"),
    [
        (("J Trials\nhttps://doi.org/10.1000/SLEEP.2004.17.\nSomething else",), "", 1, "doi_text"),
        (("Cover", "doi: 10.1000/j.play.1999.001; received 1998"), "", 2, "doi_text"),
        (("PMID: 10123456",), "", 2, "pmid_text"),
        (("J Trials 2004\nSleep of Infants after a\nhome visit: a randomised\ntrial\nA Smith",), "", 1, "title_text"),
        (("",), "Play therapy for families of toddlers in the first year", 2, "title_text"),
        (("See 10.1000/sleep.2004.17 and 10.1000/j.play.1999.001",), "", None, ""),
        (("Sleep",), "", None, ""),
        (("Nothing of it",), "", None, ""),
    ],
)
def test_the_first_pages_tell_of_which_report_a_file_is(pages, title, key, how):
    found = match("download.pdf", FirstPages(pages, title), WANTED)
    assert (found.key if found else None, found.how if found else "") == (key, how)


def test_a_doi_in_the_name_is_surer_than_a_title_in_the_text():
    found = match("10.1000_sleep.2004.17.pdf", FirstPages((PLAY.title,)), WANTED)
    assert found.key == 1


def test_two_reports_of_one_title_are_told_apart_by_nothing_and_so_not_matched():
    twin = Wanted(9, SLEEP.title)
    assert match("download.pdf", FirstPages((SLEEP.title,) * 2), (SLEEP, twin)) is None


def test_the_longer_of_two_dois_counts_where_one_begins_as_the_other_ends():
    update = Wanted(9, "Another", "10.1000/sleep.2004.17.pub2")
    assert match("10.1000_sleep.2004.17.pub2.pdf", NOTHING, (*WANTED, update)).key == 9


def test_nothing_is_wanted_so_nothing_matches():
    assert match("15012345.pdf", FirstPages(("PMID: 15012345",)), ()) is None
