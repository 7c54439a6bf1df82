"""DOIs, PubMed ids, ISSNs and years, in the ways in which exports write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.formats import identifiers

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.5555/abc.DEF", "10.5555/abc.def"),
        ("https://doi.org/10.5555/abc", "10.5555/abc"),
        ("http://dx.doi.org/10.5555/abc ", "10.5555/abc"),
        ("doi: 10.5555/abc.", "10.5555/abc"),
        ("DOI:10.5555/abc; 10.5555/def", "10.5555/abc"),
        ("10.5555/abc [doi]", "10.5555/abc"),
        ("10.5555%2fabc%282019%29", "10.5555/abc(2019)"),
        ("10.5555/abc/full", "10.5555/abc"),
        ("10.5555/abc/fulltext.pdf", "10.5555/abc/fulltext.pdf"),
        ("https://publisher.example/doi/abs/10.5555/abc?v=2#top", "10.5555/abc"),
        ("10.5555/abc/asset/image.jpg", "10.5555/abc"),
        ("(10.5555/abc(1))", "10.5555/abc(1)"),
        ("10.5555/0276-4741(2004)024 [ 0141:SPOCMP]2.0.CO;2", "10.5555/0276-4741(2004)024[0141:spocmp]2.0.co;2"),
        ("10.5555/(SICI)1097-0258(19980815/30)17:15/16&lt;1661::AID-SIM968&gt;3.0.CO;2-2",
         "10.5555/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2"),
        ("10.1002/central/CN-00778158/full", ""),
        ("http://www.example.org/PMH0008408/", ""),
        ("10.5555/", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_doi_field_names_one_doi(text: str, doi: str) -> None:
    assert identifiers.doi(text) == doi


@given(st.text(alphabet="10.5/ab-()<>;:%2f[]CO ", max_size=60))
def test_a_doi_that_was_normalised_stays_as_it_is(text: str) -> None:
    doi = identifiers.doi(text)
    assert identifiers.doi(doi) == doi


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("doi: 10.5555/abc", "10.5555/abc"),
        ("10.5555/abc", "10.5555/abc"),
        ("https://example.org/doi/full/10.5555/abc", "10.5555/abc"),
        ("https://example.org/record?eid=2&doi=10.5555%2fabc&md5=1", "10.5555/abc"),
        ("Smith J, 2001, J Tests, 10.5555/other", ""),
        ("https://example.org/10.5555/abc", ""),
    ],
)
def test_a_doi_among_other_things_counts_only_where_the_text_says_so(text: str, doi: str) -> None:
    assert identifiers.doi_stated(text) == doi


@pytest.mark.parametrize(
    ("text", "pmid"),
    [
        ("12345678", "12345678"),
        ("PUBMED 21314913", "21314913"),
        ("12643982 (https://pubmed.ncbi.nlm.nih.gov/12643982)", "12643982"),
        ("00012345", "12345"),
        ("26957754[pmid]", "26957754"),
        ("0", ""),
        ("PMC4756000", ""),
        ("123456789", ""),
    ],
)
def test_a_pubmed_field_names_one_pubmed_id(text: str, pmid: str) -> None:
    assert identifiers.pmid(text) == pmid


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2014//", 2014),
        ("2018/01//Jan/Feb2018", 2018),
        ("1998///", 1998),
        ("4-8 Aug. 2020", 2020),
        ("[2019?]", 2019),
        ("c1997", 1997),
        ("20190521", 2019),
        ("4/3/2024", 2024),
        ("99999999999999999999", None),
        ("-500", None),
        ("in press", None),
        ("10 15", None),
        ("undefined///", None),
        ("0000", None),
    ],
)
def test_a_date_names_one_year_or_none(text: str, year: int | None) -> None:
    assert identifiers.year(text) == year


def test_an_issn_gets_its_hyphen_and_an_isbn_stays() -> None:
    assert identifiers.issn("1234567x (Print) 0966-0461") == "1234-567X"
    assert identifiers.issn("978-3-86490-311-3") == "978-3-86490-311-3"
