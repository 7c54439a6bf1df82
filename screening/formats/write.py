"""How are records written to a file? RIS, CSV, BibTeX and EndNote XML that other programs read, and this one without loss.

Each writer yields the text piece by piece, for a download of any size. Encode it as UTF-8; for CSV with a
byte-order mark ("utf-8-sig"), without which Excel breaks accents.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar
from xml.sax.saxutils import escape, quoteattr

from screening.formats import kinds, names, tex
from screening.formats.clean import entities_kept
from screening.formats.compose import page_range
from screening.formats.table import guarded


class Citation(Protocol):
    """What can be written: anything with these attributes of a ParsedRecord."""

    @property
    def type(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def authors(self) -> Sequence[str]: ...
    @property
    def year(self) -> int | None: ...
    @property
    def journal(self) -> str: ...
    @property
    def volume(self) -> str: ...
    @property
    def issue(self) -> str: ...
    @property
    def pages(self) -> str: ...
    @property
    def doi(self) -> str: ...
    @property
    def pmid(self) -> str: ...
    @property
    def issn(self) -> str: ...
    @property
    def abstract(self) -> str: ...
    @property
    def keywords(self) -> Sequence[str]: ...
    @property
    def url(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def accession(self) -> str: ...


_LIKE_A_TAG = re.compile(r"\s{0,4}[A-Za-z][A-Za-z0-9][ \t]{0,4}-")
_AND = re.compile(r"(?:^|\s)and(?:\s|$)")
_COLUMNS = (
    "Title", "Authors", "Year", "Journal", "Volume", "Issue", "Pages", "DOI", "PMID", "ISSN", "Abstract", "Keywords",
    "URL", "Language", "Accession Number", "Publication Type", "Study IDs",
)  # fmt: skip


C = TypeVar("C", bound=Citation)
StudyIds = Callable[[C], Sequence[str]]


def write_ris(
    records: Iterable[C], study_ids: StudyIds[C] | None = None, notes: StudyIds[C] | None = None
) -> Iterator[str]:
    """Yield RIS; the ids of the studies that a record reports stand in NS, where RevMan and Covidence look for them.

    notes: what else is to be said of a record, each in an N1.
    """
    for record in records:
        first, last = _page_ends(record.pages)
        pairs = [
            ("TY", kinds.of(record.type).ris if record.type not in kinds.RIS else record.type),
            ("M3", "" if record.type in kinds.RIS else record.type),
            ("TI", record.title),
            *(("AU", author) for author in record.authors),
            ("PY", _year(record)),
            ("T2", record.journal),
            ("VL", record.volume),
            ("IS", record.issue),
            ("SP", first),
            ("EP", last),
            ("DO", record.doi),
            ("PM", record.pmid),
            ("SN", record.issn),
            ("AB", record.abstract),
            *(("KW", keyword) for keyword in record.keywords),
            ("UR", record.url),
            ("LA", record.language),
            ("AN", record.accession),
            *(("NS", study) for study in (study_ids(record) if study_ids else ())),
            *(("N1", note) for note in (notes(record) if notes else ())),
        ]
        # A semicolon parts keywords behind one tag, so that one within a keyword is written as an entity.
        lines = (
            f"{tag}  - {'&#59;'.join(map(_ris_lines, text.split(';'))) if tag == 'KW' else _ris_lines(text)}"
            for tag, text in pairs
            if text
        )
        yield "\r\n".join((*lines, "ER  - ", "", ""))


def write_csv(records: Iterable[C], study_ids: StudyIds[C] | None = None) -> Iterator[str]:
    """Yield CSV with a header row; a cell that a spreadsheet would take for a formula gets a quotation mark before it."""
    yield _csv_line(_COLUMNS)
    for record in records:
        yield _csv_line(
            (
                record.title,
                names.joined(record.authors, names.authors),
                _year(record),
                record.journal,
                record.volume,
                record.issue,
                record.pages,
                record.doi,
                record.pmid,
                record.issn,
                record.abstract,
                names.joined(record.keywords, names.keywords),
                record.url,
                record.language,
                record.accession,
                record.type,
                "; ".join(study_ids(record)) if study_ids else "",
            )
        )


def write_bibtex(records: Iterable[C], study_ids: StudyIds[C] | None = None) -> Iterator[str]:
    """Yield BibTeX; keys are made of first author and year, and differ within one file."""
    taken: set[str] = set()
    for record in records:
        kind = kinds.of(record.type).bibtex
        journal = (
            "journal" if kind == "article" else "booktitle" if kind in ("incollection", "inproceedings") else "series"
        )
        texts = {
            "title": record.title,
            "author": " and ".join(map(_bibtex_name, record.authors)),
            "year": _year(record),
            journal: record.journal,
            "volume": record.volume,
            "number": record.issue,
            "pages": record.pages.replace("-", "--"),
            "issn": record.issn,
            "abstract": record.abstract,
            "keywords": names.joined(record.keywords, names.keywords) if record.keywords else "",
            "language": record.language,
            "accession": record.accession,
            "note": "; ".join(study_ids(record)) if study_ids else "",
            "reftype": record.type if record.type != kind else "",
        }
        written = {
            name: text if name == "author" else tex.escaped(entities_kept(text)) for name, text in texts.items() if text
        }
        written |= {
            name: text for name, text in (("doi", record.doi), ("pmid", record.pmid), ("url", record.url)) if text
        }
        lines = ",\n".join(f"  {name} = {{{text}}}" for name, text in written.items())
        yield f"@{kind}{{{_key(record, taken)},\n{lines}\n}}\n\n"


def write_endnote_xml(records: Iterable[C], study_ids: StudyIds[C] | None = None) -> Iterator[str]:
    """Yield EndNote XML; study ids stand in the label."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<xml><records>\n'
    for number, record in enumerate(records, 1):
        kind = kinds.of(record.type)
        yield "".join(
            (
                f"<record><rec-number>{number}</rec-number><ref-type name={quoteattr(kind.endnote)}>{kind.number}</ref-type>",
                _xml("contributors", _xml("authors", "".join(_element("author", name) for name in record.authors))),
                _xml("titles", _element("title", record.title) + _element("secondary-title", record.journal)),
                _element("pages", record.pages),
                _element("volume", record.volume),
                _element("number", record.issue),
                _xml("keywords", "".join(_element("keyword", keyword) for keyword in record.keywords)),
                _xml("dates", _element("year", _year(record))),
                _element("isbn", record.issn),
                _element("accession-num", record.accession),
                _element("electronic-resource-num", record.doi),
                _element("abstract", record.abstract),
                _element("label", "; ".join(study_ids(record)) if study_ids else ""),
                _element("notes", f"PMID: {record.pmid}" if record.pmid else ""),
                _xml("urls", _xml("related-urls", _element("url", record.url))),
                _element("language", record.language),
                _element("work-type", record.type if record.type != kind.endnote else ""),
                "</record>\n",
            )
        )
    yield "</records></xml>\n"


def _year(record: Citation) -> str:
    return "" if record.year is None else str(record.year)


def _page_ends(pages: str) -> tuple[str, str]:
    first, hyphen, last = pages.partition("-")
    return (first, last) if hyphen and page_range(first, last) == pages else (pages, "")


def _ris_lines(text: str) -> str:
    """-> a value on as many lines as it has, none of which can be taken for a tag."""
    first, *more = entities_kept(text).split("\n")
    return "\r\n".join((first, *(" " * 6 + line if _LIKE_A_TAG.match(line) else line for line in more)))


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([guarded(entities_kept(cell)) for cell in cells])
    return line.getvalue()


def _bibtex_name(name: str) -> str:
    """-> a name that stays one: in braces where "and" or the ways of tables to part names would part it."""
    written = tex.escaped(entities_kept(name))
    return written if names.authors(name) == (name,) and not _AND.search(name) else f"{{{written}}}"


def _key(record: Citation, taken: set[str]) -> str:
    family = record.authors[0].split(",")[0] if record.authors else record.title[:20]
    letters = unicodedata.normalize("NFKD", family).encode("ascii", "ignore").decode()
    stem = (re.sub(r"[^A-Za-z]", "", letters) or "record") + _year(record)
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    taken.add(key)
    return key


def _element(name: str, text: str) -> str:
    written = escape(entities_kept(text)).replace("\n", "&#xD;")
    return f"<{name}>{written}</{name}>" if text else ""


def _xml(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>" if inner else ""
