"""Which DOI, PubMed id or year does this text name? The one place where they are normalised."""

import re
from html import unescape
from urllib.parse import unquote

_START = re.compile(r"10\.\d{4,9}(?:\.\d{1,9}){0,4}\s{0,3}/\s{0,3}")
_LONGEST = 400
# A serial item identifier (ANSI/NISO Z39.56), as Wiley and the allied publishers put into DOIs until 2002:
# it holds brackets and slashes, ends in ";2-" and a check character, and exports break it with spaces.
_SICI = re.compile(r"\(?(?:SICI\))?\d{4}-\d{3}[\dX]\s*\(.{0,160}?;\s*2(?:\s*-\s*[0-9A-Z#])?(?![0-9A-Z])", re.IGNORECASE)
_NEXT_DOI = re.compile(r"[;,|]\s*(?:https?:|doi:|10\.\d{4,9}/)", re.IGNORECASE)
_NOT_THE_DOI = re.compile(
    r"(?:\?|#|\[(?:doi|pii)\]|/(?:full(?:text|/html|/pdf)?|abstract|summary|pdf|epdf|html|meta|issuetoc|references)/?$"
    r"|/asset/).*$",
    re.IGNORECASE,
)
_REGISTER_NUMBER = re.compile(r"10\.1002/central/|.*/cn-\d{6,9}(?:/|$)")
_STATED = re.compile(
    r"^\s*(?:https?://(?:dx\.|www\.)?doi\.org/|(?:dx\.)?doi\.org/|doi\s*[:=]?\s*)?10\.\d{4,9}(?:\.\d+)*/\S+",
    re.IGNORECASE,
)
_LINKED = re.compile(
    r"(?:(?:dx\.)?doi\.org/|/doi/(?:abs/|full/|pdf/|epdf/|epub/|book/|pdfdirect/|suppl/|ref/)?|[?&]doi=)"
    r"(10\.\d{4,9}(?:\.\d+)*(?:/|%2f)[^\s&]+)",
    re.IGNORECASE,
)
_NOTED = re.compile(r"(?:^|\s)doi\s*[:=]\s*(10\.\d{4,9}(?:\.\d+)*/\S+)", re.IGNORECASE)

_PMID = re.compile(r"(?<![\dA-Za-z.-])0*([1-9]\d{0,7})(?![\d.-]\d|\d)")
_PMID_STATED = re.compile(
    r"(?:pubmed(?:\.ncbi\.nlm\.nih\.gov)?/|pubmed\?term=|\blist_uids=|\bPMID\s*[:=]?\s*|\bPubMed\s(?:ID\s*[:=]?\s*)?|\bMEDLINE:)"
    r"0*([1-9]\d{0,7})(?!\d)|(?<!\d)0*([1-9]\d{0,7})\s*\[pmid\]",
    re.IGNORECASE,
)
_ISSN = re.compile(r"(?<![\d-])(\d{4})-?(\d{3}[\dXx])(?![\d-])")
_YEAR = re.compile(r"(?<![\d.])(1[5-9]\d\d|20\d\d)(?!\d)")
_DOTTED_DATE = re.compile(r"\s*(?:0?[1-9]|[12]\d|3[01])\.\s?(?:0?[1-9]|1[0-2])\.\s?(1[5-9]\d\d|20\d\d)\s*")
_COMPACT_DATE = re.compile(r"\s*(1[5-9]\d\d|20\d\d)(?:0[0-9]|1[0-2])(?:[0-2]\d|3[01])\s*")


def doi(text: str) -> str:
    """-> the DOI that a DOI field holds, in lower case and without its resolver, or "".

    Spaces inside a serial item identifier are taken out, not cut at; what publishers' links add behind
    (``/full``, ``?v=``, ``/asset/...``) is dropped; a register number of CENTRAL is no DOI.
    """
    if "10." not in text:
        return ""
    text = unescape(text)
    if "%" in text:
        text = unquote(text, errors="replace")
    if not (start := _START.search(text)):
        return ""
    prefix = re.sub(r"\s", "", start.group())
    rest = text[start.end() :]
    if serial := _SICI.match(rest):
        return (prefix + re.sub(r"\s", "", serial.group())).lower()
    suffix = rest.split(maxsplit=1)[0] if rest.strip() else ""
    if more := _NEXT_DOI.search(suffix):
        suffix = suffix[: more.start()]
    if len(suffix) > _LONGEST:
        return ""
    suffix = _closed(_NOT_THE_DOI.sub("", suffix))
    found = (prefix + suffix).lower()
    return "" if not suffix or _REGISTER_NUMBER.match(found) else found


def _closed(suffix: str) -> str:
    """-> a suffix without the punctuation of the sentence around it; brackets that it opens itself stay."""
    while suffix:
        last = suffix[-1]
        opened = {")": "(", "]": "[", "}": "{", ">": "<"}.get(last)
        loose = opened is not None and suffix.count(opened) < suffix.count(last)
        if not (loose or last in ".,;:'\"/\\*\u2019\u201d"):
            break
        suffix = suffix[:-1]
    return suffix


def doi_stated(text: str) -> str:
    """-> the DOI in a field that may hold other things: alone, behind "doi:" or in a link; else ""."""
    if "10." not in text:
        return ""
    if _STATED.match(text):
        return doi(text)
    if found := _LINKED.search(text) or _NOTED.search(text):
        return doi(found.group(1))
    return ""


def pmid(text: str) -> str:
    """-> the PubMed id that a PubMed field holds, as digits, or ""."""
    stated = pmid_stated(text)
    if stated:
        return stated
    found = _PMID.search(text)
    return found.group(1) if found else ""


def pmid_stated(text: str) -> str:
    """-> the PubMed id in a field that may hold other things: in a PubMed link or named as one; else ""."""
    found = _PMID_STATED.search(text)
    return (found.group(1) or found.group(2)) if found else ""


def issn(text: str) -> str:
    """-> the first ISSN in a text, with its hyphen; a text without one, such as an ISBN, as it stands."""
    found = _ISSN.search(text)
    return f"{found.group(1)}-{found.group(2).upper()}" if found else text


def is_issn(text: str) -> bool:
    """-> is a text one ISSN or several, with their hyphens, and nothing else?"""
    return bool(re.fullmatch(r"\s*\d{4}-\d{3}[\dXx](?:[\s,;]+\d{4}-\d{3}[\dXx])*\s*", text))


def year(text: str) -> int | None:
    """-> the first year from 1500 to 2099 in a date as exports write it (``2014//``, ``c1998``, ``1.5.2019``), or None."""
    if date := _COMPACT_DATE.fullmatch(text) or _DOTTED_DATE.fullmatch(text):
        return int(date.group(1))
    found = _YEAR.search(text)
    return int(found.group(1)) if found else None
