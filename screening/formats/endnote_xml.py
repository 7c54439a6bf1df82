"""What does an EndNote XML file say? EndNote's own, also of old versions, and what others write in its manner."""

from collections.abc import Iterator
from dataclasses import replace

from screening.formats.compose import Fields, Layout, compose
from screening.formats.markup import blocks, element, values
from screening.formats.record import ParsedRecord
from screening.formats.source import Source

_LAYOUT = Layout(
    type=("work-type", "ref-type", "reference_type"),
    title=("titles/title", "title", "titles/short-title"),
    authors=("contributors/authors/author", "authors/author"),
    year=("dates/year", "year", "dates/pub-dates/date"),
    journal=("titles/secondary-title", "periodical/full-title", "titles/alt-title", "alt-periodical/full-title",
             "periodical/abbr-1", "secondary_title", "titles/tertiary-title"),
    volume=("volume",),
    issue=("number", "issue"),
    pages=("pages",),
    doi=("electronic-resource-num", "doi"),
    doi_hints=("urls/related-urls/url", "urls/web-urls/url", "urls/pdf-urls/url", "notes", "custom7", "misc3"),
    pmid_hints=("accession-num", "urls/related-urls/url", "custom2", "notes", "label"),
    issn=("isbn", "issn"),
    abstract=("abstract",),
    keywords=("keywords/keyword",),
    keyword_break=r"[\r\n]",
    urls=("urls/related-urls/url", "urls/web-urls/url", "urls/pdf-urls/url", "url"),
    language=("language",),
    accession=("accession-num", "rec-number"),
    database=("remote-database-name", "remote-database-provider"),
)  # fmt: skip


_WHOLE = _LAYOUT.tags()
_FRAME = ("database", "source-app", "rec-number", "foreign-keys", "ref-type", "reference_type", "refnum")


def read(source: Source) -> Iterator[ParsedRecord]:
    """Yield every record of an EndNote XML file; what is left out stands in ``source.problems``."""
    for block in blocks(source, ("record", "RECORD")):
        root = element(source, block)
        if root is None:
            continue
        fields = {path.lower(): texts for path, texts in values(root, _WHOLE).items()}
        kind = root.find("ref-type")
        if kind is not None and kind.get("name"):
            fields["ref-type"] = (kind.get("name", ""),)
        if _says_something(fields):
            record = compose(block, fields, _LAYOUT, max_field=source.limits.field_characters)
            yield replace(record, accession=record.accession if "accession-num" in fields else "")
        else:
            source.empty(block.line, block.end_line)


def _says_something(fields: Fields) -> bool:
    return any(not path.startswith(_FRAME) for path in fields)
