"""What does a PubMed XML file say? Articles and book chapters as PubMed and its programming interface give them."""

from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element

from screening.formats import identifiers
from screening.formats.clean import shown
from screening.formats.compose import Layout, compose, page_range
from screening.formats.markup import blocks, element, text_of, values
from screening.formats.record import ParsedRecord
from screening.formats.source import Source

_ARTICLE = "MedlineCitation/Article/"
_BOOK = "BookDocument/"

_LAYOUT = Layout(
    type=(_ARTICLE + "PublicationTypeList/PublicationType", _BOOK + "PublicationType"),
    title=(_ARTICLE + "ArticleTitle", _BOOK + "ArticleTitle", _ARTICLE + "VernacularTitle", _BOOK + "Book/BookTitle"),
    year=(
        _ARTICLE + "Journal/JournalIssue/PubDate/Year",
        _ARTICLE + "Journal/JournalIssue/PubDate/MedlineDate",
        _BOOK + "Book/PubDate/Year",
        _BOOK + "ContributionDate/Year",
        _ARTICLE + "ArticleDate/Year",
    ),
    journal=(
        _ARTICLE + "Journal/Title",
        _ARTICLE + "Journal/ISOAbbreviation",
        "MedlineCitation/MedlineJournalInfo/MedlineTA",
        _BOOK + "Book/BookTitle",
    ),
    volume=(_ARTICLE + "Journal/JournalIssue/Volume",),
    issue=(_ARTICLE + "Journal/JournalIssue/Issue",),
    pages=(_ARTICLE + "Pagination/MedlinePgn", _BOOK + "Pagination/MedlinePgn"),
    pmid=("MedlineCitation/PMID", _BOOK + "PMID"),
    issn=(_ARTICLE + "Journal/ISSN", "MedlineCitation/MedlineJournalInfo/ISSNLinking"),
    keywords=(
        "MedlineCitation/MeshHeadingList/MeshHeading/DescriptorName",
        "MedlineCitation/KeywordList/Keyword",
        _BOOK + "KeywordList/Keyword",
    ),
    language=(_ARTICLE + "Language", _BOOK + "Language"),
    accession=("MedlineCitation/PMID", _BOOK + "PMID"),
)
_WHOLE = _LAYOUT.tags()
# A DOI of a cited work stands under the same names deeper down, in ReferenceList, and must not be taken.
_DOIS = (
    (_ARTICLE + "ELocationID", "EIdType"),
    ("PubmedData/ArticleIdList/ArticleId", "IdType"),
    ("PubmedBookData/ArticleIdList/ArticleId", "IdType"),
    (_BOOK + "ArticleIdList/ArticleId", "IdType"),
    (_BOOK + "Book/ELocationID", "EIdType"),
)


def read(source: Source) -> Iterator[ParsedRecord]:
    """Yield every article of a PubMed XML file; what is left out stands in ``source.problems``."""
    names: tuple[str, ...] = ("PubmedArticle", "PubmedBookArticle")
    if not any(f"<{name}" in source.head() for name in names):
        names = ("MedlineCitation",)
    for block in blocks(source, names):
        root = element(source, block)
        if root is None:
            continue
        if root.tag == "MedlineCitation":  # as MEDLINE's own files have it, without PubMed's element around it
            article = Element("PubmedArticle")
            article.append(root)
            root = article
        authors, abstract, doi = _authors(root), _abstract(root), _doi(root)
        start, end = (root.findtext(f"{_ARTICLE}Pagination/{name}Page", "").strip() for name in ("Start", "End"))
        fields = values(root, _WHOLE)
        if not fields:
            source.empty(block.line, block.end_line)
            continue
        record = compose(block, fields, _LAYOUT, max_field=source.limits.field_characters)
        pages = record.pages or page_range(start, end)
        yield replace(record, authors=authors, abstract=abstract, doi=doi, pages=pages)


def _authors(root: Element) -> tuple[str, ...]:
    """-> "Family, Given" for persons and the name of groups, in order; editors only where there is no author."""
    lists = [*root.findall(_ARTICLE + "AuthorList"), *root.findall(_BOOK + "AuthorList")] or root.findall(
        _BOOK + "Book/AuthorList"
    )
    wanted = [found for found in lists if found.get("Type", "authors") == "authors"] or lists
    return tuple(filter(None, (_name(author) for authors in wanted for author in authors.findall("Author"))))


def _name(author: Element) -> str:
    group = author.find("CollectiveName")
    if group is not None:
        return shown(text_of(group))
    family = shown(author.findtext("LastName", ""))
    given = shown(author.findtext("ForeName") or author.findtext("FirstName") or author.findtext("Initials") or "")
    suffix = shown(author.findtext("Suffix", ""))
    return ", ".join(filter(None, (family, given, suffix)))


def _abstract(root: Element) -> str:
    """-> the sections of the abstract, each behind its label, one a line."""
    sections = [*root.findall(_ARTICLE + "Abstract/AbstractText"), *root.findall(_BOOK + "Abstract/AbstractText")]
    sections = sections or root.findall("MedlineCitation/OtherAbstract/AbstractText")
    texts = ((section.get("Label", ""), shown(text_of(section))) for section in sections)
    return "\n".join(f"{label}: {text}" if label and label != "UNLABELLED" else text for label, text in texts if text)


def _doi(root: Element) -> str:
    found = (
        identifiers.doi(node.text or "")
        for path, attribute in _DOIS
        for node in root.findall(path)
        if node.get(attribute, "").lower() == "doi" and node.get("ValidYN", "Y") != "N"
    )
    return next(filter(None, found), "")
