"""XML: one broken record does not lose the others, and nothing outside the records is ever acted on."""

import pytest

from screening.formats import UnreadableFile, read
from tests.screening.formats.three import FOLDER

pytestmark = pytest.mark.pure


def _endnote(*records: str) -> bytes:
    return ("<xml><records>" + "".join(records) + "</records></xml>").encode()


def _record(inner: str) -> str:
    return f"<record><titles><title>{inner}</title></titles></record>"


def _titles(data: bytes) -> list[str]:
    return [record.title for record in read(data).records]


def test_a_broken_record_is_told_and_the_others_are_read() -> None:
    result = read(_endnote(_record("One"), "\n<record><titles><title>Two</titles></record>\n", _record("Three")))
    assert [record.title for record in result.records] == ["One", "Three"]
    (problem,) = result.problems
    assert problem.left_out
    assert str(problem).startswith("Line 2: the XML of a record is broken (mismatched tag on line 2); it was left out.")


def test_a_file_that_breaks_off_gives_the_whole_records() -> None:
    data = (FOLDER / "three.endnote.xml").read_bytes()
    result = read(data[: data.rindex(b"<author>")])
    assert len(result.records) == 2
    assert "after 2 whole records the file breaks off inside one" in str(result.problems[0])


def test_what_html_knows_and_xml_does_not_is_mended() -> None:
    data = _endnote(_record("Tea&nbsp;& biscuits\x0b, caf&eacute; &unknown; p&lt;0.05"))
    assert _titles(data) == ["Tea & biscuits , café &unknown; p<0.05"]


def test_prefixes_without_a_namespace_are_mended() -> None:
    assert _titles(_endnote(_record('<m:math x:y="1">x</m:math> &amp; y'))) == ["x & y"]


def test_comments_and_cdata_hold_no_records() -> None:
    data = _endnote("<!-- <record>", _record("in a comment"), "-->", _record("<![CDATA[</record> & <b>bold</b>]]>"))
    assert _titles(data) == ["</record> & bold"]


def test_raised_and_lowered_characters_keep_their_meaning() -> None:
    inner = (
        '<style>10</style><style face="superscript">6</style><style> CFU, H</style><style face="subscript">2</style>O'
    )
    assert _titles(_endnote(_record(inner))) == ["10⁶ CFU, H₂O"]


def test_line_breaks_of_endnote_part_paragraphs() -> None:
    record = (
        "<record><titles><title>One</title></titles><abstract><style>First.&#xD;Second.</style></abstract></record>"
    )
    assert read(_endnote(record)).records[0].abstract == "First.\nSecond."


def test_old_endnote_files_in_capitals_are_read() -> None:
    data = (
        b"<XML><RECORDS><RECORD><REFERENCE_TYPE>0</REFERENCE_TYPE><AUTHORS><AUTHOR>Okafor, A.</AUTHOR></AUTHORS><YEAR>1999</YEAR>"
        b"<TITLE>One</TITLE><SECONDARY_TITLE>Journal</SECONDARY_TITLE></RECORD></RECORDS></XML>"
    )
    (record,) = read(data).records
    assert (record.title, record.authors, record.year, record.journal) == ("One", ("Okafor, A.",), 1999, "Journal")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_entity_declarations_are_refused_in_every_encoding(encoding: str) -> None:
    text = (
        '<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        + _endnote(_record("&x;")).decode()
    )
    with pytest.raises(UnreadableFile, match="declares entities"):
        read(text.encode(encoding))


def test_an_entity_declared_behind_all_else_is_refused_too() -> None:
    text = "<xml><records>" + "<!-- padding -->" * 20_000 + '<!DOCTYPE x [<!ENTITY x "y">]>' + _record("&x;")
    with pytest.raises(UnreadableFile, match="declares entities"):
        read(text.encode())


def test_a_document_type_alone_is_no_reason_to_refuse() -> None:
    text = '<?xml version="1.0"?><!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd">' + _endnote(_record("One")).decode()
    assert _titles(text.encode()) == ["One"]


@pytest.mark.parametrize("depth", [50, 100_000])
def test_deep_nesting_inside_a_record_does_no_harm(depth: int) -> None:
    assert _titles(_endnote(_record("<x>" * depth + "One" + "</x>" * depth))) == ["One"]


def test_a_book_in_pubmed_is_read() -> None:
    data = (
        b"<PubmedArticleSet><PubmedBookArticle><BookDocument><PMID>90000009</PMID><Book><BookTitle>A Book</BookTitle>"
        b"<PubDate><Year>2011</Year></PubDate><AuthorList Type='editors'><Author><LastName>Ed</LastName></Author></AuthorList></Book>"
        b"<ArticleTitle>A Chapter</ArticleTitle><AuthorList Type='authors'><Author><LastName>Okafor</LastName><ForeName>Ada</ForeName>"
        b"</Author></AuthorList><Abstract><AbstractText>Text.</AbstractText></Abstract></BookDocument></PubmedBookArticle></PubmedArticleSet>"
    )
    (record,) = read(data).records
    assert (record.title, record.journal, record.year, record.pmid) == ("A Chapter", "A Book", 2011, "90000009")
    assert (record.authors, record.abstract) == (("Okafor, Ada",), "Text.")


def test_medline_files_without_pubmed_s_frame_are_read() -> None:
    data = b"<MedlineCitationSet><MedlineCitation><PMID>1234</PMID><Article><ArticleTitle>One</ArticleTitle></Article></MedlineCitation></MedlineCitationSet>"
    assert [(record.pmid, record.title) for record in read(data).records] == [("1234", "One")]
