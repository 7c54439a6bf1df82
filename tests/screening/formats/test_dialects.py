"""What databases write in ways of their own: small exports in each dialect, written for this test, and what they say."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from screening.formats import UnreadableFile, read
from tests.screening.formats.accounts import account_for

pytestmark = pytest.mark.pure

WALK = {
    "title": "Walking after surgery",
    "year": 2019,
    "volume": "7",
    "issue": "2",
    "pages": "101-109",
    "doi": "10.5555/jir.7.101",
}

OVID_TAGGED = """
    <3001. >
    VN  - Ovid Technologies
    DB  - Embase
    UI  - 621000001
    ST  - CONFERENCE ABSTRACT
    TI  - Walking in rare disease: A review.
    SO  - BMC Meetings. Conference: 2nd Conference and 3rd School: Part 2. Spain. 12 (Supplement 3) (no pagination), 2018. Date of Publication: 2018.
    AU  - Okafor A.
    AU  - Silva M.J.
    DO  - http://dx.doi.org/10.5555/m.12
    PT  - Conference Abstract
    YR  - 2018

    <3002. >
    VN  - Ovid Technologies
    DB  - Embase
    UI  - 621000002
    TI  - Walking after surgery
    SO  - Journal of Walking. 7 (2) (pp 101-109), 2019. Article Number: 44. Date of Publication: 01 Mar 2019.
    AU  - Okafor A.
    DO  - 10.5555/jir.7.101
    <3003>
    VN  - Ovid Technologies
    DB  - Ovid MEDLINE(R)
    UI  - 30000001
    TI  - Tea
    SO  - JAMA. 320(2):129-140, 2018 07 10.
    """
OVID_NAMED = """
    <8>
    Accession Number
      00005131-900000000-00001.
    Author
      Verbeek, Jan MD *;  Hermans, Erik MD, PhD +;  Okafor MA;  Silva, M. DO
    Title
      Walking after surgery.[Article]
    Source
      Journal of Walking.
    Status
      Publish Ahead of Print, POST ACCEPTANCE, 30 November 2015
    """
COCHRANE = """
    Record #1 of 2
    ID: CN-01234567
    AU: Okafor A
    AU: Silva M
    TI: Walking after surgery
    SO: Journal of Walking
    YR: 2019
    VL: 7
    NO: 2
    PG: 101-109
    PM: PUBMED 30000001
    PT: Journal article
    DOI: 10.5555/jir.7.101
    AB: BACKGROUND: Walking is free.
    KY: walking; *knee surgery
    US: https://www.cochranelibrary.com/central/doi/10.1002/central/CN-01234567/full


    Record #2 of 2
    ID: CN-01234568
    TI: Tea
    YR: 2020
    """
EMBASE_ROWS = """
    "TITLE","Walking after surgery"
    "AUTHOR NAMES","Okafor A.","Silva M."
    "SOURCE","Journal of Walking (2019) 7:2 (101-109). Date of Publication: 1 May 2019"
    "ABSTRACT","Walking is free,
    and good."
    "DOI","10.5555/jir.7.101"
    "PUI","L600000001"

    "TITLE","Tea"
    "AUTHOR NAMES","Doe J."
    "PUBLICATION YEAR","2020"
    """
APA = """
    Provider: American Psychological Association
    Database: APA PsycInfo

    TY  - JOUR
    DESCRIPTORS  - Walking
    PMID  - 30000001
    ID  - 2019-00001-001
    T1  - Walking after surgery
    A1  - Okafor, Ada
    Y1  - 2019
    VL  - 7
    IS  - 2
    SP  - 101
    EP  - 109
    M3  - doi:10.5555/jir.7.101
    ER  -
    """
ISI = """
    FN ISI Export Format
    VR 1.0
    PT J
    TI Walking after surgery
    AU Okafor, Ada; Silva, Maria J; Lindqvist, Bo
    SO J Walk
    VL 7
    IS 2
    PS 101-109
    PY 2019
    DI 10.5555/jir.7.101
    UT MEDLINE:30000001
    ER

    EF
    """
REFWORKS = """
    RT Journal Article
    SR Electronic(1)
    A1 Okafor,Ada
    A1 Silva,M. J.
    T1 Walking after surgery
    JF Journal of Walking
    YR 2019
    VO 7
    IS 2
    SP 101
    OP 109
    DO 10.5555/jir.7.101
    RT Dissertation/Thesis
    T1 Tea
    """
EMBASE_RIS = """
    TY  - JOUR
    T1  - Walking after surgery
    M3  - Conference Abstract
    Y1  - 2019
    VL  - 7
    IS  - 2
    SP  - 101
    EP  - 109
    DO  - 10.5555/jir.7.101
    ER  -
    TY  - THES
    T1  - Tea
    M3  - Ph.D.
    ER  -
    TY  - JOUR
    T1  - Coffee
    M3  - 10.5555/coffee
    ER  -
    """
COVIDENCE = """
    Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,Accession Number,DOI,Ref,Covidence #,Study,Notes,Tags
    Walking after surgery,"Okafor, A.; Silva, M.",Abs,2019,5,J Walk,7,2,101-109,30000001,10.5555/jir.7.101,123,#12,Okafor 2019,"Exclusion reason: Wrong outcomes; ",
    """
RAYYAN = """
    key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,location,abstract,notes,doi,keywords,pubmed_id,pmc_id
    rayyan-1001,Walking after surgery,2019,5,1,J Walk,1234-5679,7,2,101-109,"Okafor, Ada and Silva, M. J.",,eng,,,Abs,"RAYYAN-INCLUSION: {""Kofi""=>""Included""} | RAYYAN-LABELS: ML",10.5555/jir.7.101,"walking,surgery",30000001,
    """
ASREVIEW = """
    record_id,title,abstract,authors,keywords,year,volume,issue,pages,doi,included,asreview_prior,exported_notes_1,asreview_ranking,asreview_label,asreview_time
    0,Walking after surgery,Abs,"['Okafor, A.', 'Silva, M.']","['walking']",2019,7,2,101-109,10.5555/jir.7.101,1,,note,1,1,2023-01-01
    """


def said(text: str) -> list[dict[str, Any]]:
    """What a file says, whatever its line ends; no line of it is lost."""
    plain = dedent(text).lstrip("\n")
    for data in (plain.encode(), plain.replace("\n", "\r\n").encode("utf-8-sig"), plain.encode("utf-16")):
        account_for(data)
    return [record.to_dict() for record in read(plain.encode()).records]


@pytest.mark.parametrize(
    ("text", "which", "count"),
    [
        (OVID_TAGGED, 1, 3),
        (COCHRANE, 0, 2),
        (EMBASE_ROWS, 0, 2),
        (APA, 0, 1),
        (ISI, 0, 1),
        (REFWORKS, 0, 2),
        (EMBASE_RIS, 0, 3),
        (COVIDENCE, 0, 1),
        (RAYYAN, 0, 1),
        (ASREVIEW, 0, 1),
    ],
    ids=[
        "ovid tagged",
        "cochrane",
        "embase rows",
        "apa",
        "isi",
        "refworks",
        "embase ris",
        "covidence",
        "rayyan",
        "asreview",
    ],
)
def test_the_same_article_is_read_from_every_dialect(text: str, which: int, count: int) -> None:
    found = said(text)
    assert len(found) == count
    assert {name: found[which][name] for name in WALK} == WALK


def test_ovid_without_a_journal_field_has_it_from_its_source() -> None:
    meeting, article, jama = said(OVID_TAGGED)
    assert (meeting["journal"], meeting["volume"], meeting["issue"]) == ("BMC Meetings", "12", "Supplement 3")
    assert article["journal"] == "Journal of Walking"
    assert (jama["journal"], jama["pages"], jama["year"], jama["pmid"]) == ("JAMA", "129-140", 2018, "30000001")
    assert not any(record["problems"] for record in (meeting, article, jama))


def test_ovid_marks_and_degrees_are_no_part_of_a_name_and_initials_are() -> None:
    (record,) = said(OVID_NAMED)
    assert record["authors"] == ["Verbeek, Jan", "Hermans, Erik", "Okafor MA", "Silva, M. DO"]
    assert (record["year"], record["journal"]) == (2015, "Journal of Walking")


def test_cochrane_keeps_its_number_pubmeds_and_keywords() -> None:
    record, _ = said(COCHRANE)
    assert (record["accession"], record["pmid"]) == ("CN-01234567", "30000001")
    assert record["keywords"] == ["walking", "*knee surgery"]
    assert record["abstract"] == "BACKGROUND: Walking is free."


def test_embase_with_a_field_in_each_row_is_a_record_for_each_card() -> None:
    walk, tea = said(EMBASE_ROWS)
    assert (walk["authors"], walk["journal"]) == (["Okafor A.", "Silva M."], "Journal of Walking")
    assert walk["abstract"] == "Walking is free,\nand good."
    assert (tea["authors"], tea["year"], tea["line"]) == (["Doe J."], 2020, 9)


def test_long_tags_are_no_part_of_the_value_before_them() -> None:
    (record,) = said(APA)
    assert (record["type"], record["pmid"]) == ("JOUR", "30000001")
    assert record["fields"]["DESCRIPTORS"] == ["Walking"]


def test_people_on_one_line_are_told_apart() -> None:
    (record,) = said(ISI)
    assert record["authors"] == ["Okafor, Ada", "Silva, Maria J", "Lindqvist, Bo"]
    assert record["pmid"] == "30000001"
    assert said(REFWORKS)[0]["authors"] == ["Okafor, Ada", "Silva, M. J."]


def test_the_type_of_work_tells_more_than_the_type_or_is_none() -> None:
    assert [record["type"] for record in said(EMBASE_RIS)] == ["Conference Abstract", "THES", "JOUR"]
    assert said(EMBASE_RIS)[2]["doi"] == "10.5555/coffee"


@pytest.mark.parametrize(
    ("text", "field", "holds"),
    [(RAYYAN, "notes", "Kofi"), (COVIDENCE, "Notes", "Wrong outcomes"), (ASREVIEW, "included", "1")],
)
def test_decisions_of_other_programs_are_kept_with_the_record(text: str, field: str, holds: str) -> None:
    (record,) = said(text)
    assert holds in record["fields"][field][0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "1: Okafor A, Silva MJ. Walking after surgery. J Walk. 2019. PMID: 30000001.\n",
            "PubMed’s summary".replace("’", "'"),
        ),
        ("Scopus\nEXPORT DATE: 01 May 2024\n\nOkafor, A.\nWalking\n", "choose RIS or CSV"),
        ("_" * 60 + "\nWalking\n\nAuthor: Okafor\nProQuest document ID: 1\n" + "_" * 60, "ProQuest's text; choose RIS"),
    ],
)
def test_texts_made_for_reading_are_refused_with_what_to_choose(text: str, told: str) -> None:
    with pytest.raises(UnreadableFile, match=told):
        read(text.encode())
