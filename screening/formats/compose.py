"""Given a record's tags and where a format keeps what, what are its title, authors, year and the rest?"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields

from screening.formats import identifiers, names
from screening.formats.clean import paragraphs, present, shown
from screening.formats.record import ParsedRecord, excerpt

Fields = Mapping[str, tuple[str, ...]]
_MEDLINE = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)
_PMID_ALONE = re.compile(r"[1-9]\d{3,7}")
_NO_PAGE = re.compile(r"\s*-+\s*(?:null|undefined|NA)$|^(?:null|undefined|NA|-+)$")
_URL = re.compile(r"https?://[^\s;<>\"]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which tags of a format hold what, the best first.

    Of ``keywords`` all tags count, parted at ``keyword_break``; of ``title``, ``authors`` and ``abstract``
    the first that is filled, with all its values; of the others the first value of the first. The
    ``hints`` hold a DOI or PubMed id only sometimes, and count where the text says so; an ``accession``
    number is a PubMed id where the ``database`` is PubMed or MEDLINE.
    """

    type: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    journal: tuple[str, ...] = ()
    volume: tuple[str, ...] = ()
    issue: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    last_page: tuple[str, ...] = ()
    doi: tuple[str, ...] = ()
    doi_hints: tuple[str, ...] = ()
    pmid: tuple[str, ...] = ()
    pmid_hints: tuple[str, ...] = ()
    issn: tuple[str, ...] = ()
    abstract: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    keyword_break: str = r"\n"
    urls: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    accession: tuple[str, ...] = ()
    database: tuple[str, ...] = ()

    def tags(self) -> frozenset[str]:
        """-> all tags that hold anything."""
        lists = (getattr(self, field.name) for field in dataclass_fields(self) if field.name != "keyword_break")
        return frozenset(tag for tags in lists for tag in tags)


@dataclass(frozen=True, slots=True)
class Block:
    """The text of one record, and where it stands."""

    line: int
    end_line: int
    raw: str


def compose(
    block: Block,
    fields: Fields,
    layout: Layout,
    problems: Sequence[str] = (),
    *,
    max_field: int = 2_000_000,
    titled: bool = True,
) -> ParsedRecord:
    """-> the record that ``fields`` make under ``layout``; its position is given when it is handed out.

    ``titled`` is False for a format that has no titles, so that a record without one is no problem.
    """
    remarks = list(problems)
    fields = _cut(fields, max_field, block, remarks)
    return ParsedRecord(
        position=0,
        line=block.line,
        end_line=block.end_line,
        raw=block.raw,
        type=shown(_first(fields, layout.type)),
        title=_title(fields, layout, block, remarks) if titled else "",
        authors=tuple(filter(None, (names.tidy(present(name)) for name in _all(fields, layout.authors)))),
        year=_year(fields, layout, block, remarks),
        journal=shown(_first(fields, layout.journal)),
        volume=shown(_first(fields, layout.volume)),
        issue=shown(_first(fields, layout.issue)),
        pages=page_range(_first(fields, layout.pages), _first(fields, layout.last_page)),
        doi=_doi(fields, layout, block, remarks),
        pmid=_pmid(fields, layout),
        issn=identifiers.issn(shown(_first(fields, layout.issn))),
        abstract="\n".join(filter(None, (paragraphs(present(text)) for text in _all(fields, layout.abstract)))),
        keywords=_keywords(fields, layout),
        url=_url(fields, layout),
        language=shown(_first(fields, layout.language)),
        accession=shown(_first(fields, layout.accession)),
        fields=fields,
        problems=tuple(remarks),
    )


def page_range(first: str, last: str) -> str:
    """-> "first-last", or what is there of it."""
    first, last = (_NO_PAGE.sub("", shown(page)) for page in (first, last))
    if not first or not last or first == last or re.search(r"[-\u2010-\u2015\u2212]\s*[A-Za-z]*\d", first):
        return first or last
    return f"{first}-{last}"


def _title(fields: Fields, layout: Layout, block: Block, remarks: list[str]) -> str:
    titles = [title for title in map(shown, _all(fields, layout.title)) if title]
    if not titles:
        remarks.append(f"Line {block.line}: the record has no title.")
        return ""
    if any(title != titles[0] for title in titles[1:]):
        remarks.append(f"Line {block.line}: more than one title; the first is shown: “{excerpt(titles[0])}”.")
    return titles[0]


def _year(fields: Fields, layout: Layout, block: Block, remarks: list[str]) -> int | None:
    texts = [text for tag in layout.year for text in fields.get(tag, ()) if present(text).strip()]
    for text in texts:
        if (found := identifiers.year(text)) is not None:
            return found
    if texts:
        remarks.append(f"Line {block.line}: no year could be read from “{excerpt(texts[0])}”.")
    return None


def _doi(fields: Fields, layout: Layout, block: Block, remarks: list[str]) -> str:
    stated = [text for tag in layout.doi for text in fields.get(tag, ()) if present(text).strip()]
    found = _each(map(identifiers.doi, stated))
    if not found:
        if stated:
            remarks.append(f"Line {block.line}: “{excerpt(stated[0])}” is no DOI and was not taken for one.")
        return next(iter(_each(identifiers.doi_stated(t) for tag in layout.doi_hints for t in fields.get(tag, ()))), "")
    if len(found) > 1:
        remarks.append(f"Line {block.line}: more than one DOI; the first is shown: {', '.join(found[:5])}.")
    return found[0]


def _pmid(fields: Fields, layout: Layout) -> str:
    sure = (identifiers.pmid(text) for tag in layout.pmid for text in fields.get(tag, ()))
    hinted = (identifiers.pmid_stated(text) for tag in layout.pmid_hints for text in fields.get(tag, ()))
    return next(filter(None, sure), "") or next(filter(None, hinted), "") or _accession_pmid(fields, layout)


def _accession_pmid(fields: Fields, layout: Layout) -> str:
    """-> the accession number in PubMed and MEDLINE, where it is the PubMed id."""
    if not any(_MEDLINE.search(text) for tag in layout.database for text in fields.get(tag, ())):
        return ""
    numbers = (text.removeprefix("NLM") for tag in layout.accession for text in fields.get(tag, ()))
    return next((number for number in numbers if _PMID_ALONE.fullmatch(number)), "")


def _keywords(fields: Fields, layout: Layout) -> tuple[str, ...]:
    """-> the keywords of all tags, each once; some programs write many behind one tag."""
    texts = (
        part
        for tag in layout.keywords
        for text in fields.get(tag, ())
        for part in names.parted(text, layout.keyword_break)
    )
    return tuple(dict.fromkeys(filter(None, map(shown, map(present, texts)))))


def _url(fields: Fields, layout: Layout) -> str:
    """-> the first web address; javascript: and data: never become one."""
    for tag in layout.urls:
        for text in fields.get(tag, ()):
            if found := _URL.search(text):
                return found.group()
    return ""


def _first(fields: Fields, tags: Iterable[str]) -> str:
    return next((text for tag in tags for text in fields.get(tag, ()) if present(text).strip()), "")


def _all(fields: Fields, tags: Iterable[str]) -> tuple[str, ...]:
    for tag in tags:
        texts = tuple(text for text in fields.get(tag, ()) if text.strip())
        if texts:
            return texts
    return ()


def _each(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def _cut(fields: Fields, limit: int, block: Block, remarks: list[str]) -> Fields:
    long = [tag for tag, texts in fields.items() if any(len(text) > limit for text in texts)]
    for tag in long:
        remarks.append(f"Line {block.line}: {tag} was cut to {limit:,} characters; the record's raw text has it all.")
    if not long:
        return fields
    return {tag: tuple(text[:limit] for text in texts) for tag, texts in fields.items()}
