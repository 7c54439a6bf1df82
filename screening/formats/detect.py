"""Which format is this? Decided by what a file holds, never by its name."""

import re
from typing import IO

from screening.formats import identifier_list, labelled, table
from screening.formats.markup import ENTITIES_REFUSED
from screening.formats.record import UnreadableFile
from screening.formats.source import blank

LABELS = {
    "ris": "RIS",
    "nbib": "PubMed (NBIB, MEDLINE)",
    "pubmed-xml": "PubMed XML",
    "wos": "Web of Science tagged",
    "enw": "EndNote tagged (Refer)",
    "refworks": "RefWorks tagged",
    "ovid": "Ovid, field names on lines of their own",
    "endnote-xml": "EndNote XML",
    "ictrp-xml": "WHO ICTRP XML",
    "bib": "BibTeX",
    "cochrane": "Cochrane Library plain text",
    "labelled": "fields by name, a line each (NoteExpress, CNKI)",
    "ids": "list of DOIs or PubMed ids",
    "csv": "CSV table",
    "tsv": "tab-separated table",
    "xlsx": "Excel workbook",
    "several": "archive of several formats",
}

_BINARY = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file (save it as .xlsx or CSV)"),
    (b"PK\x03\x04", "an archive in an archive (unpack it first)"),
    (b"\x1f\x8b", "an archive in an archive (unpack it first)"),
    (b"Rar!", "a RAR archive (unpack it first)"),
    (b"7z\xbc\xaf", "a 7-Zip archive (unpack it first)"),
    (b"BZh", "a bzip2 archive (unpack it first)"),
    (b"\xfd7zXZ", "an xz archive (unpack it first)"),
    (b"SQLite format 3", "a database file, not an export"),
    (b"{\\rtf", "a rich-text document (save it as plain text)"),
)
EXPORT_AGAIN = "Export the search again as RIS, PubMed (NBIB), EndNote XML, BibTeX or CSV."

# Each tagged format by lines that only it has.
_MARKS = {
    "ris": re.compile(
        r"^[^\S\n]{0,4}(?:TY[ \t\xa0]{0,4}[-\u2010-\u2014\u2212]|ty  ?-)[ \t\xa0]*(?:[A-Za-z][A-Za-z0-9 ]{0,30})?$",
        re.MULTILINE,
    ),
    "nbib": re.compile(
        r"^(?:(?:PMID|PMC |OWN |STAT|DCOM|MHDA|EDAT|PHST|JID |FAU |OID |VI  ) ?- ?\S|VN  ?- Ovid)", re.MULTILINE
    ),
    "wos": re.compile(
        r"^(?:FN (?:ISI|Clarivate|Thomson)|VR 1\.0|PT [A-Z][^\S\n]*$|UT (?:WOS|ISI|BCI|MEDLINE|CCC)|EF[^\S\n]*$)",
        re.MULTILINE,
    ),
    "enw": re.compile(r"^%(?:0 [A-Z]|[A-Z@] \S)", re.MULTILINE),
    "refworks": re.compile(r"^RT [A-Z][A-Za-z ,/()-]{2,40}$", re.MULTILINE),
    "ovid": re.compile(r"^<\s?\d{1,6}\s?\.?\s?>[^\S\n]*\n(?![A-Z][A-Z0-9]{1,3} {0,2}- )", re.MULTILINE),
    "cochrane": re.compile(r"^Record #\d{1,7} of \d{1,7}[^\S\n]*\n(?=ID: |[A-Z]{2}: )", re.MULTILINE),
    "bib": re.compile(r"^[^\S\n]*@[A-Za-z]{3,30}\s*[{(]\s*[^\s=,{}]", re.MULTILINE),
}
_OUTNUMBERED = 10
_ONE_TAG = re.compile(r"^[A-Z][A-Z0-9]{1,3} {0,2}- \S", re.MULTILINE)
_WEB_PAGE = re.compile(r"\s*(?:<!DOCTYPE\s+html|<html|<head|<body)", re.IGNORECASE)
# Texts made for reading, in which fields cannot be told apart, and what to choose instead.
_PROSE = (
    (re.compile(r"^\d{1,5}[:.] [^\n]{20,}", re.MULTILINE), re.compile(r"\bPMID: \d+"),
     "PubMed's summary or abstract text; in PubMed choose Save, then the format “PubMed”"),
    (re.compile(r"\A\s*Scopus\n+EXPORT DATE"), re.compile(""), "Scopus' plain text; choose RIS or CSV"),
    (re.compile(r"^_{20,}$", re.MULTILINE), re.compile(r"^ProQuest document ID:", re.MULTILINE), "ProQuest's text; choose RIS"),
)  # fmt: skip
_ENW_TITLE = re.compile(r"^%[0T] ", re.MULTILINE)


def binary_kind(head: bytes) -> str:
    """-> what a file with these first bytes is, such as "a PNG image", where it is known not to be text; else ""."""
    return next((what for magic, what in _BINARY if head.startswith(magic)), "")


def refuse_binary(stream: IO[bytes]) -> None:
    """Raise UnreadableFile, saying what it seems to be, where a file is known not to be text."""
    stream.seek(0)
    if what := binary_kind(stream.read(16)):
        raise UnreadableFile(f"The file is {what}. {EXPORT_AGAIN}")


def text_format(head: str) -> str:
    """-> the key in LABELS of the format that a file's first characters are in.

    Raises UnreadableFile, saying what the file seems to be, where it is none of them.
    """
    head = head.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if blank(head):
        raise UnreadableFile("The file is empty. " + EXPORT_AGAIN)
    _refuse_controls(head)
    if table.begins_with_header(head):
        return table.layout_of(head)
    if head.lstrip().startswith("<") and (markup := _markup(head)):
        return markup
    if tagged := _tagged(head):
        return tagged
    if labelled.is_labelled(head):
        return "labelled"
    if identifier_list.is_list(head):
        return "ids"
    for shape, mark, what in _PROSE:
        if shape.search(head) and mark.search(head):
            raise UnreadableFile(f"The file is {what}.")
    if found := table.layout_of(head):
        return found
    if head.lstrip()[:1] in ("{", "["):
        raise UnreadableFile("The file looks like JSON, which is not read. " + EXPORT_AGAIN)
    raise UnreadableFile(
        "The file is in no format that is known: neither records with tags, nor XML, nor a table with a header row "
        "were found in it. " + EXPORT_AGAIN
    )


def _refuse_controls(head: str) -> None:
    start = head[:4096]
    controls = sum(1 for letter in start if letter < " " and letter not in "\t\n\x0b\x0c\x1b\x1a")
    if controls + start.count("\ufffd") > len(start) / 20 + 8:
        raise UnreadableFile("The file is not text, so it is no citation file. " + EXPORT_AGAIN)


def _markup(head: str) -> str:
    """-> the XML format, or "" where the angle bracket begins something else."""
    if re.search(r"<Pubmed(?:Book)?Article\b|<MedlineCitation\b", head):
        return "pubmed-xml"
    if re.search(
        r"<Trials_downloaded_from_ICTRP\b|<Trial>(?:\s*<(?:Export_date|Internal_Number)>[^<]*</\w+>)*\s*<TrialID\b",
        head,
    ):
        return "ictrp-xml"
    if re.search(r"<(?:records|RECORDS)\b", head) or re.search(
        r"<record\b[^>]*>\s*<(?:database|source-app|rec-number|ref-type|contributors)\b", head
    ):
        return "endnote-xml"
    if _WEB_PAGE.match(_behind_comments(head)):
        raise UnreadableFile(
            "The file is a web page, most likely a sign-in page that was saved in place of the export. "
            "Sign in to the database and export again."
        )
    if re.match(r"\s*<(?:\?xml|!DOCTYPE|!--|[A-Za-z][\w:.-]*[\s/>])", head) and not _MARKS["ris"].search(head):
        if "<!ENTITY" in head:
            raise UnreadableFile(ENTITIES_REFUSED)
        raise UnreadableFile(
            "The file is XML, but not that of PubMed, EndNote or the WHO's trials portal (ICTRP). " + EXPORT_AGAIN
        )
    return ""


def _behind_comments(head: str) -> str:
    head = head.lstrip()
    while head.startswith("<!--") and (end := head.find("-->")) > 0:
        head = head[end + 3 :].lstrip()
    return head


def _tagged(head: str) -> str:
    """-> the tagged format whose mark stands first, save where another has ten times as many marks."""
    found = {name: [mark.start() for mark in pattern.finditer(head)] for name, pattern in _MARKS.items()}
    if not _ENW_TITLE.search(head):
        found["enw"] = []
    if len(found["wos"]) == 1 and not re.search(r"^ER[^\S\n]*$", head, re.MULTILINE):
        found["wos"] = []
    places = {name: starts for name, starts in found.items() if starts}
    if places:
        first = min(places, key=lambda name: places[name][0])
        most = max(places, key=lambda name: len(places[name]))
        return most if len(places[most]) > _OUTNUMBERED * len(places[first]) else first
    if len(_ONE_TAG.findall(head)) >= 2 and re.search(r"^T[I1] {0,2}- \S|^ER  ?-", head, re.MULTILINE):
        return "ris" if re.search(r"^ER  ?-[^\S\n]*$", head, re.MULTILINE) else "nbib"
    return ""
