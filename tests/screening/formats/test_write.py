"""What is written is read again without loss, by this program and by others; nothing written acts in a spreadsheet."""

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pytest
from bibtexparser import parse_string
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.formats import ParsedRecord, identifiers, read
from screening.formats.clean import paragraphs, present, shown
from screening.formats.names import tidy
from screening.formats.write import write_bibtex, write_csv, write_endnote_xml, write_ris
from tests.screening.formats.three import FOLDER

pytestmark = pytest.mark.pure

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
WRITERS = [write_ris, write_csv, write_bibtex, write_endnote_xml]
KEPT = (
    "title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "issn", "abstract", "keywords", "url",
    "language", "accession", "type",
)  # fmt: skip
Writer = Callable[[Iterable[ParsedRecord]], Iterator[str]]

TYPES = (  # as databases call them, and as the formats do
    "JOUR", "EJOUR", "THES", "CPAPER", "Journal Article", "article", "phdthesis", "misc", "Generic", "Conference Abstract", "Article in Press",
    "Journal article; Research; tables/charts", "Randomized Controlled Trial", "Clinical Trial, Phase II", "Book Chapter", "Preprint", "Letter",
    "Published Erratum", "Dissertation/Thesis", "Conference Proceedings", "techreport", "Web Page", "Journal: Article",
)  # fmt: skip
letters = st.characters(exclude_categories=("Cs", "Cn"))
awkward = st.sampled_from(
    ["TY  - JOUR", "ER  - ", "@article{x,", "<b>", "&amp;lt;", "\\alpha", "{", "}", "%", "$", "``", " and ", "=1+1", "-x", "'=", ";",
     "]]>", "</record>", "10^6", "10⁶", "%A x", "PMID- 1", "\u2028", "\x0b", "NA", '"', ",", "|", "[1]", "x\ny", "\nTY  - BOOK"]
)  # fmt: skip
texts = st.lists(st.one_of(st.text(letters, max_size=12), awkward), max_size=4).map("".join)
lines = texts.map(shown).map(present)
words = st.text(alphabet="abcXYZ019.-/_", min_size=1, max_size=10)


@st.composite
def records(draw: st.DrawFn) -> ParsedRecord:
    return ParsedRecord(
        position=1,
        line=1,
        end_line=1,
        raw="",
        title=draw(lines.filter(bool)),
        authors=tuple(draw(st.lists(lines.map(tidy).filter(present), max_size=4))),
        year=draw(st.none() | st.integers(1500, 2099)),
        journal=draw(lines),
        volume=draw(st.from_regex(r"([0-9]{1,3}[A-Z]?)?", fullmatch=True)),
        issue=draw(st.from_regex(r"([0-9]{1,3}(-[0-9])?)?", fullmatch=True)),
        pages=draw(st.from_regex(r"(e?[0-9]{1,4}(-[0-9]{1,4})?|S1-S9|1--2)?", fullmatch=True)),
        doi=identifiers.doi(draw(st.just("") | words.map("10.5555/".__add__))),
        pmid=draw(st.from_regex(r"([1-9][0-9]{0,7})?", fullmatch=True)),
        issn=draw(st.from_regex(r"([0-9]{4}-[0-9]{3}[0-9X])?", fullmatch=True)),
        abstract=present(paragraphs(draw(texts))),
        keywords=tuple(dict.fromkeys(draw(st.lists(lines.filter(present), max_size=4)))),
        url=draw(st.just("") | words.map("https://example.org/".__add__)),
        language=draw(st.sampled_from(("", "eng", "Português"))),
        accession=draw(st.from_regex(r"([A-Z]{2}:[0-9]{3,9})?", fullmatch=True)),
        type=draw(st.sampled_from(TYPES)),
    )


def _kept(record: ParsedRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in KEPT}


def _said(again: Iterable[ParsedRecord], batch: Iterable[ParsedRecord]) -> list[dict[str, object]]:
    """What was read again; a record that had no type is an article afterwards, which no format can leave open."""
    pairs = zip(again, batch, strict=True)
    return [_kept(one if before.type else replace(one, type="")) for one, before in pairs]


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
@given(batch=st.lists(records(), min_size=1, max_size=3))
@settings(max_examples=EXAMPLES or 60, derandomize=not EXAMPLES, deadline=None)
def test_what_is_written_is_read_again_without_loss(write: Writer, batch: list[ParsedRecord]) -> None:
    again = read("".join(write(batch)).encode()).records
    assert [_kept(record) for record in again] == [_kept(record) for record in batch]


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_records_of_every_format_survive_every_other(write: Writer) -> None:
    for path in sorted(FOLDER.iterdir()):
        batch = read(path).records
        again = read("".join(write(batch)).encode("utf-8-sig")).records
        assert _said(again, batch) == [_kept(record) for record in batch]


def test_a_record_in_ris_carries_the_ids_of_its_studies() -> None:
    batch = read(FOLDER / "three.ris").records
    text = "".join(write_ris(batch, lambda record: [f"STD-{record.position}", "STD-9"]))
    assert [record.fields["NS"] for record in read(text.encode()).records] == [(f"STD-{n}", "STD-9") for n in (1, 2, 3)]
    assert text.startswith("TY  - JOUR\r\n")


def test_no_cell_of_a_table_can_act_as_a_formula_and_a_title_with_a_minus_comes_back() -> None:
    titles = ["=HYPERLINK(1)", "+1", "-Alpha blockade", "@SUM(1)", "'-quoted", '="x"', "Plain"]
    batch = [ParsedRecord(1, 1, 1, "", title=title, authors=("=cmd",)) for title in titles]
    text = "".join(write_csv(batch))
    for row in csv.reader(io.StringIO(text)):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    again = read(text.encode()).records
    assert [record.title for record in again] == titles
    assert {record.authors for record in again} == {("=cmd",)}


def test_another_bibtex_reader_finds_the_same_titles() -> None:
    batch = read(FOLDER / "three.ris").records
    library = parse_string("".join(write_bibtex(batch)))
    assert not library.failed_blocks
    assert [entry["year"] for entry in library.entries] == ["2019", "2021", "2020"]
    assert library.entries[2]["title"] == "A letter without an abstract"


def test_bibtex_keys_differ_within_a_file() -> None:
    batch = read(FOLDER / "three.ris").records * 3
    keys = re.findall(r"^@article\{([^,]+),", "".join(write_bibtex(batch)), re.MULTILINE)
    assert len(keys) == len(set(keys)) == 9


@pytest.mark.parametrize(
    ("type", "ris", "bibtex", "endnote"),
    [
        ("JOUR", "JOUR", "article", "Journal Article"),
        ("Conference Abstract", "CONF", "inproceedings", "Conference Proceedings"),
        ("phdthesis", "THES", "phdthesis", "Thesis"),
        ("Book Section", "CHAP", "incollection", "Book Section"),
        ("", "JOUR", "article", "Journal Article"),
    ],
)
def test_a_publication_keeps_its_kind(type: str, ris: str, bibtex: str, endnote: str) -> None:
    batch = [ParsedRecord(1, 1, 1, "", type=type, title="x")]
    assert "".join(write_ris(batch)).startswith(f"TY  - {ris}\r\n")
    assert "".join(write_bibtex(batch)).startswith(f"@{bibtex}{{")
    assert f'name="{endnote}"' in "".join(write_endnote_xml(batch))
