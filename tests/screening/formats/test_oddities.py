"""What databases and programs do to records on the way: each case made up after a kind of export in which it was met."""

from __future__ import annotations

import pytest

from screening.formats import ParsedRecord, names, read
from screening.formats.encoding import guess
from tests.screening.formats.accounts import account_for

pytestmark = pytest.mark.pure

WEB_OF_SCIENCE = (
    "PT\tAU\tTI\tSO\tSP\tSN\tPY\tVL\tIS\tBP\tEP\tAR\tDI\tPG\tUT\n"
    "J\tOkafor, A\tWalking\tWALK\t\t1234-5678\t2019\t7\t2\t\t\te101\t\t9\tWOS:1\n"
    "C\tDoe, J\tTea\tTEA CONF\tTea Board\t\t2019\t\t\t44\t48\t\t\t5\tWOS:2\n"
)
OVID = (
    '"VN","DB","AN","AU","TI","SO","IS","DO","YR","LG"\n'
    '"Ovid","Medline","1","Okafor A; Silva MJ","Walking.","J Walks. 7(2):101-109, 2019 Mar.","1234-5678","10.5555/a","2019","English"\n'
)
PUBMED = (
    "PMID,Title,Authors,Citation,Journal/Book,Publication Year,DOI\n"
    '30000001,Walking,"Okafor A, Silva MJ, et al.","J Walks. 2019 Mar 1;7(2):101-109. doi: 10.5555/a.",J Walks,2019,10.5555/a\n'
    '30000002,Tea,WALK Group,"Tea. 2020 Mar;368:m441.",Tea,2020,\n'
)
SCOPUS = (
    "Authors,Title,Year,Source title,Page start,Abstract,Source\n"
    "[No author name available],Walking abstracts,2020,,12,[No abstract available],Scopus\n"
)
CNKI = "SrcDatabase-来源库,Title-题名,Author-作者,Source-文献来源,Year-年,Volume-卷,Period-期,PageCount-页码\n期刊,步行训练的研究,王小明;李红;,步行杂志,2019,7,02,101-109\n"
DATA_FRAME = "title,authors,date,volume,pmid\nWalking,\"[{'authorId': '1', 'name': 'Ada Okafor'}, {'name': 'Maria Silva'}]\",2019.0,7.0,30000001.0\n"
EXCEL = "Title,Date,Journal\nWalking,43525,J Walks\nTea,1999,J Tea\n"
SPRINGER = "Item Title,Publication Title,Item DOI,Authors,Publication Year\nWalking,J Walks,10.5555/a,Ada OkaforMaria J. SilvaJörg McDonald,2019\n"
REGISTER = "NCT Number,Study Title,Conditions,Sponsor,Start Date\nNCT01234567,Walking,Knee Surgery|Pain,University of X,2017-03-01\n"
MENDELEY = r"@incollection{a, title={Tea}, doi={10.5555/978-3{\_}27}, url={http://x.org/{\%}20a}, author={Okafor, Ada AND Silva, M}}"
BIBLATEX = "@article{a, title={Tea}, author={family=Berg, given=Jan, prefix=van der, useprefix=true}}"
NO_SPACE = "TY -JOUR\nTI -Walking\nAU -Okafor, A.\nER -\n"
DASHED = "TY\u00a0 \u2013 JOUR\nTI\u00a0 \u2013 Walking\nAU\u00a0 \u2013 Okafor, A.\nER\u00a0 \u2013\n"
TYPE_LATER = (
    "DB  - One\nTI  - Walking\nTY  - JOUR\nAU  - Okafor, A.\nER  - \n\nDB  - Two\nTI  - Tea\nTY  - JOUR\nER  - \n"
)
NOTE_EXPRESS = (
    "{Reference Type}: Journal Article\n{Title}: Walking: a study\n{Author}: Okafor, Ada;Silva, M\n{Journal}: J Walks\n{Year}: 2019\n"
    "{Abstract}: Aim: to walk.\nResults: all did.\n\n{Reference Type}: Journal Article\n{Title}: Tea\n{Year}: 2020\n"
)
CNKI_TEXT = "SrcDatabase-来源库: 期刊\nTitle-题名: 步行训练的研究\nAuthor-作者: 王小明;李红;\nSource-文献来源: 步行杂志\nYear-年: 2019\n"
CHAPTER = "PMID- 30000003\nTI  - Walking\nBTI - Book of Walks\nFAU - Okafor, Ada\nDP  - 2019\n"
IEEE = "TY  - JOUR\nTI  - Walking\nKW  - Legged locomotion;Knee;R&amp;D\nER  - \n"
SCOPUS_RIS = "TY  - JOUR\nTI  - Walking\nC2  - 30000001\nDB  - Scopus\nER  - \n"


def records(text: str, encoding: str = "utf-8") -> tuple[ParsedRecord, ...]:
    data = text.encode(encoding)
    account_for(data)
    return read(data).records


def place(record: ParsedRecord) -> tuple[str, str, str, str]:
    return record.journal, record.volume, record.issue, record.pages


def test_a_meeting_s_sponsor_and_the_number_of_pages_are_no_pages() -> None:
    article, paper = records(WEB_OF_SCIENCE)
    assert place(article) == ("WALK", "7", "2", "e101")
    assert (place(paper), article.issn) == (("TEA CONF", "", "", "44-48"), "1234-5678")


def test_a_whole_reference_in_one_cell_is_taken_apart() -> None:
    (ovid,), (walking, tea) = records(OVID), records(PUBMED)
    assert (place(ovid), ovid.issn, ovid.doi) == (("J Walks", "7", "2", "101-109"), "1234-5678", "10.5555/a")
    assert (place(walking), walking.authors) == (("J Walks", "7", "2", "101-109"), ("Okafor A", "Silva MJ"))
    assert place(tea) == ("Tea", "368", "", "m441")


def test_what_says_that_nobody_is_named_names_nobody_and_a_database_is_no_journal() -> None:
    (record,) = records(SCOPUS)
    assert (record.authors, record.abstract, place(record)) == ((), "", ("", "", "", "12"))


def test_headings_in_two_languages_are_known() -> None:
    (record,) = records(CNKI, "gb18030")
    assert (record.title, record.authors, record.year) == ("步行训练的研究", ("王小明", "李红"), 2019)
    assert place(record) == ("步行杂志", "7", "02", "101-109")


def test_numbers_and_dates_that_programs_rewrote_are_read() -> None:
    (record,) = records(DATA_FRAME)
    assert (record.authors, record.year, record.volume, record.pmid) == (
        ("Ada Okafor", "Maria Silva"),
        2019,
        "7",
        "30000001",
    )
    assert [each.year for each in records(EXCEL)] == [2019, 1999]


def test_names_that_were_run_together_come_apart() -> None:
    (record,) = records(SPRINGER)
    assert record.authors == ("Ada Okafor", "Maria J. Silva", "Jörg McDonald")
    assert names.authors("Leonardo DiCaprio") == ("Leonardo DiCaprio",)
    assert names.authors("Okafor, A., Jr., Silva, M., III") == ("Okafor, A. Jr.", "Silva, M. III")


def test_a_registered_trial_in_a_table_has_its_sponsor_and_condition() -> None:
    (record,) = records(REGISTER)
    assert (record.authors, record.keywords, record.year) == (("University of X",), ("Knee Surgery", "Pain"), 2017)


def test_identifiers_and_names_of_bibtex_programs_are_read() -> None:
    (chapter,), (long,) = records(MENDELEY), records(BIBLATEX)
    assert (chapter.doi, chapter.url) == ("10.5555/978-3_27", "http://x.org/%20a")
    assert chapter.authors == ("Okafor, Ada", "Silva, M")
    assert long.authors == ("van der Berg, Jan",)


@pytest.mark.parametrize("text", [NO_SPACE, DASHED])
def test_spaces_and_hyphens_of_tags_may_be_others(text: str) -> None:
    (record,) = records(text)
    assert (record.title, record.authors) == ("Walking", ("Okafor, A.",))


def test_a_type_behind_other_tags_begins_no_record() -> None:
    assert [each.title for each in records(TYPE_LATER)] == ["Walking", "Tea"]


def test_fields_that_are_named_a_line_each_are_read() -> None:
    walking, tea = records(NOTE_EXPRESS)
    assert (walking.title, walking.authors, walking.journal) == (
        "Walking: a study",
        ("Okafor, Ada", "Silva, M"),
        "J Walks",
    )
    assert (walking.abstract, tea.year) == ("Aim: to walk.\nResults: all did.", 2020)
    (chinese,) = records(CNKI_TEXT)
    assert (chinese.title, chinese.authors, chinese.journal) == ("步行训练的研究", ("王小明", "李红"), "步行杂志")


def test_a_chapter_of_pubmed_has_its_book_in_the_place_of_a_journal() -> None:
    assert (records(CHAPTER)[0].title, records(CHAPTER)[0].journal) == ("Walking", "Book of Walks")


def test_lines_in_a_field_of_bibtex_part_keywords_only_where_no_sign_does() -> None:
    wrapped, listed = records(
        "@article{a, title={A}, keywords={tea, milk,\n  biscuits}}\n@article{b, title={\\LaTeX{} at work}, keywords={tea\nmilk}}\n"
    )
    assert (wrapped.keywords, listed.keywords) == (("tea", "milk", "biscuits"), ("tea", "milk"))
    assert listed.title == "LaTeX at work"


def test_groups_are_authors_beside_people_and_the_longer_of_two_titles_is_shown() -> None:
    (trial,) = records(
        "PMID- 30000004\nTI  - Walking\nFAU - Okafor, Ada\nAU  - Okafor A\nCN  - WALK Group\nDP  - 2019\n"
    )
    assert trial.authors == ("Okafor, Ada", "WALK Group")
    cut, other = records(
        "TY  - JOUR\nTI  - Walking\nT1  - Walking: a study\nER  - \nTY  - JOUR\nTI  - Walking\nT1  - Gehen\nER  - \n"
    )
    assert (cut.title, other.title) == ("Walking: a study", "Walking")


def test_keywords_and_numbers_where_ieee_and_scopus_put_them() -> None:
    (ieee,), (scopus,) = records(IEEE), records(SCOPUS_RIS)
    assert ieee.keywords == ("Legged locomotion", "Knee", "R&D")
    assert scopus.pmid == "30000001"


@pytest.mark.parametrize(
    ("written", "people"),
    [
        ("Okafor A, Silva MJ, Doe J", ("Okafor A", "Silva MJ", "Doe J")),
        ("Okafor, A., Silva, M.J., & Doe, J.", ("Okafor, A.", "Silva, M.J.", "Doe, J.")),
        ("Okafor, A. and Silva, M.J. and others", ("Okafor, A.", "Silva, M.J.")),
        ("Ministry of Health, Labour and Welfare", ("Ministry of Health, Labour and Welfare",)),
        ("Okafor, Ada", ("Okafor, Ada",)),
    ],
)
def test_a_list_of_people_behind_one_tag_is_parted_where_no_doubt_is_left(
    written: str, people: tuple[str, ...]
) -> None:
    assert records(f"TY  - JOUR\nTI  - Tea\nAU  - {written}\nER  - \n")[0].authors == people


@pytest.mark.parametrize(
    ("text", "encodings"),
    [
        ("Gehen für Müde: die Straße nach Köln", "cp1252 mac-roman"),
        ("Caminhada após cirurgia em São Paulo: avaliação", "cp1252 mac-roman"),
        ("Gang efter operation hos børn på Færøerne", "cp1252 mac-roman"),
        ("Chůze po operaci, Dvořák, Žižka, Jiří", "cp1250 iso8859-2"),
        ("Chodzenie po operacji, Paweł, Małgorzata, część", "cp1250 iso8859-2"),
        ("Cerrahi sonrası yürüyüş: bir çalışma", "cp1254"),
        ("Dupont¹, Lefèvre³: étude de la marche, même à 10 m³", "cp1252"),
        ("Ganga eftir aðgerð á hné, Guðrún", "cp1252"),
        ("Ходьба после операции на коленях", "cp1251 koi8-r"),
        ("歩行学会誌における手術後の歩行", "shift_jis euc_jp"),
        ("수술 후 보행에 관한 연구, 김철수", "euc_kr"),
    ],
)
def test_older_encodings_are_told_from_few_words(text: str, encodings: str) -> None:
    for encoding in encodings.split():
        (record,) = records(f"TY  - JOUR\nTI  - {text}\nER  - \n", encoding)
        assert record.title == text, encoding


def test_an_encoding_that_jabref_names_is_believed() -> None:
    import io

    assert (
        guess(io.BytesIO("% Encoding: ISO8859_15\n@article{a, title={Müller}}".encode("cp1252"))).encoding
        == "iso8859-15"
    )
