"""Tables: the header row is found, every row becomes a record, and odd rows are told with their line."""

import pytest

from screening.formats import ParsedRecord, UnmappedTable, read
from screening.formats.columns import ROLES, mapped
from screening.formats.preview import preview

pytestmark = pytest.mark.pure


def _records(text: str) -> tuple[ParsedRecord, ...]:
    return read(text.encode()).records


@pytest.mark.parametrize(
    "header",
    [
        "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI",
        "Document Title,Authors,Author Affiliations,Publication Title,Publication Year,Abstract,DOI",
        '"Authors","Author full names","Author(s) ID","Title","Year","Source title","DOI","EID"',
        '"CENTRAL ID","Author(s)","Title","Source","Year","Abstract","DOI"',
        "#,Lens ID,Title,Publication Year,Source Title,Author/s,DOI",
        "Title Primary,\"Authors, Primary\",Periodical Full,Pub Year,DOI",
        "key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,doi,pubmed_id",
        "Title,Authors,Abstract,Published Year,Published Month,Journal,DOI,Ref,Covidence #,Study,Notes,Tags",
        "Cites,Authors,Title,Year,Source,Publisher,ArticleURL,DOI",
        "ENTRYTYPE,ID,author,title,year,journal,doi",
    ],
)  # fmt: skip
def test_the_columns_of_databases_and_managers_are_known(header: str) -> None:
    guess = preview((header + "\n" + "x," * 12 + "\n").encode()).guess
    assert {"title", "authors", "year", "journal", "doi"} <= set(guess.values())


def test_a_query_above_the_header_is_told_and_the_records_are_read() -> None:
    result = read(b'"SEARCH QUERY","tea:ti"\n-----\n\nTitle,Author Names,DOI\nOne,Okafor A.,10.5555/a\n')
    assert [record.title for record in result.records] == ["One"]
    assert result.problems[0].lines == ((1, 2),)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_found(delimiter: str) -> None:
    text = delimiter.join(("Title", "Year", "DOI")) + "\n" + delimiter.join(("One", "2020", "10.5555/a")) + "\n"
    (record,) = _records(text)
    assert (record.title, record.year, record.doi) == ("One", 2020, "10.5555/a")


def test_short_and_long_rows_are_kept_and_told() -> None:
    short, long = _records("Title,Authors,Year\nOne\nTwo,Okafor A,2020,extra,cells\n")
    assert short.problems == ("Line 2: the row has 1 cells and the header 3; the last are taken as empty.",)
    assert long.problems == ("Line 3: the row has 5 cells and the header 3; those without a name are kept, not shown.",)
    assert long.fields["Column 5"] == ("cells",)


def test_an_unclosed_quotation_mark_costs_no_other_row() -> None:
    one, two, three = _records('Title,Year\n"One,2019\nTwo,2020\nThree,2021\n')
    assert [one.title, two.title, three.title] == ["One", "Two", "Three"]
    assert one.problems == (
        "Line 2: a quotation mark is opened and not closed; the row was read from this line alone.",
    )


def test_two_unclosed_quotation_marks_do_not_join_their_rows() -> None:
    assert [record.title for record in _records('Title,Year\n"One,2019\n"Two,2020\nThree,2021\n')] == [
        "One",
        "Two",
        "Three",
    ]


def test_line_breaks_in_quoted_cells_are_part_of_the_cell() -> None:
    one, two = _records('Title,Abstract\nOne,"First\n\nThird, with comma"\nTwo,Text\n')
    assert one.abstract == "First\nThird, with comma"
    assert (one.line, one.end_line, two.line) == (2, 4, 5)


def test_a_repeated_heading_fills_what_the_first_leaves_empty() -> None:
    assert [record.title for record in _records("Title,Title,Year\nOne,,2020\n,Two,2021\n")] == ["One", "Two"]


def test_a_record_without_title_is_kept_and_told() -> None:
    one, two = _records("title,abstract\nOne,\n,Only an abstract\n")
    assert one.abstract == ""
    assert two.problems == ("Line 3: the record has no title.",)


def test_a_header_without_records_says_so() -> None:
    result = read(b"Title,Authors,Year\n")
    assert result.records == ()
    assert [str(problem) for problem in result.problems] == ["No record was found."]


def test_numbers_guarded_from_excel_are_read() -> None:
    (record,) = _records('Title,ISSN,Year\nOne,="19326203",="2020"\n')
    assert (record.issn, record.year) == ("1932-6203", 2020)
    assert record.fields["ISSN"] == ('="19326203"',)


def test_unknown_columns_are_read_as_a_person_maps_them() -> None:
    data = b"Was;Wer;Wann;Sonst\nEin Titel;Okafor, A.;2020;x\n"
    view = preview(data)
    assert view.columns == ("Column 1", "Column 2", "Column 3", "Column 4")
    assert view.rows[0] == ("Was", "Wer", "Wann", "Sonst")
    (record,) = read(data, mapping={"Was": "title", "Wer": "authors", "Wann": "year"}).records
    assert (record.title, record.authors, record.year, record.fields["Sonst"]) == (
        "Ein Titel",
        ("Okafor, A.",),
        2020,
        ("x",),
    )


def test_a_table_without_header_loses_no_row_when_its_columns_are_numbered() -> None:
    data = b'One,"Okafor, A.",2020\nTwo,"Silva, M.",2021\n'
    result = read(data, mapping={"Column 1": "title", "Column 3": "year"})
    assert [(record.title, record.year) for record in result.records] == [("One", 2020), ("Two", 2021)]


def test_a_mapping_of_columns_that_are_not_there_is_refused() -> None:
    with pytest.raises(UnmappedTable, match="Choose the columns again"):
        read(b"a,b\n1,2\n3,4\n", mapping={"zzz": "title"})


def test_a_role_that_there_is_not_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="“colour”, chosen for the column “A”"):
        mapped({"A": "colour"})


def test_a_preview_shows_the_head_and_what_is_known_of_it() -> None:
    view = preview(b"note\n\nTitle,Who knows,Year\n" + b"One,x,2020\n" * 30)
    assert (view.header_line, view.columns, view.delimiter) == (3, ("Title", "Who knows", "Year"), ",")
    assert view.guess == {"Title": "title", "Year": "year"}
    assert view.rows == (("One", "x", "2020"),) * 10
    assert set(view.guess.values()) <= set(ROLES)


def test_a_preview_of_what_is_no_table_is_refused() -> None:
    with pytest.raises(UnmappedTable, match="not a table"):
        preview(b"just a line of text\nand another, with one comma\n")
