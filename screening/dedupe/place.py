"""Where does a publication stand in print: volume, issue, first and last page?"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from screening.dedupe.words import fold


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a publication stands in its volume; "" and 0 where that is not said."""

    prefix: str = ""
    """What stands before the first page's number: "s", "e", "a", "iii"; or behind it, where nothing else does."""
    first: str = ""
    """The first page's digits, or an article number's, without leading zeros."""
    last: int = 0
    """The last page, the short form made long (244-58 is 244 to 258)."""
    also: frozenset[str] = frozenset()
    """First pages of further ranges: a journal in two languages prints an article twice in one issue."""
    date: str = ""
    """What a spreadsheet made of a short range ("9-11" became "11-Sep"): it can only be like itself."""

    @property
    def span(self) -> int:
        """How many pages it has, or 0 where that is not said."""
        return self.last - int(self.first) + 1 if self.last and self.first else 0


_VOLUME = re.compile(r"(?:vol(?:ume)?\.?\s*)?0*(\d{1,4})(?!\d)", re.IGNORECASE)
_SAYS_NOTHING = frozenset({"", "none", "na", "n a", "null", "unknown", "n pag", "no pagination", "0"})
_PAGE = re.compile(r"(?:pp?\.?\s)?\s*([a-z]{0,12}?)[\s.-]{0,3}0*(\d+)([a-z]{0,3})", re.IGNORECASE)
_PAGE_WORDS = frozenset({"p", "pp", "page", "pages", "pg", "no", "art", "article", "id", "abstract", "poster"})
_TO = re.compile(r"\s*(?:--?|[\u2010-\u2015\u2212]|\bto\b)\s*([a-z]{0,4})\s*0*(\d+)", re.IGNORECASE)
_FURTHER = re.compile(r"[,;+]\s*0*(\d+)\s*-")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_DATE = re.compile(rf"(?:\d{{1,4}}[-\s]?{_MONTH}|{_MONTH}[-\s]?\d{{1,4}})(?:-\d{{2,4}})?", re.IGNORECASE)

_LONGEST = 200
_MOST_DIGITS = 6  # a longer number is an article's, not a page's


def volume(text: str) -> str:
    """-> the number of a volume, or "" where there is none or a bracket shows that its beginning is lost ("1)")."""
    text = text[:_LONGEST].strip()
    if text.count(")") > text.count("("):
        return ""
    found = _VOLUME.match(text)
    return found.group(1) if found else ""


def issue(text: str) -> str:
    """-> an issue's number, with "s" for a supplement ("8 SUPPL. 1" is 8s1), or ""."""
    words = fold(text[:_LONGEST]).split()
    if " ".join(words) in _SAYS_NOTHING:
        return ""
    return "".join("s" if word.startswith("suppl") else word.lstrip("0") for word in words)


def pages(text: str) -> Pages:
    """-> first and last page as far as a text tells them."""
    text = unicodedata.normalize("NFKC", text[:_LONGEST].strip(" \"'"))
    if fold(text) in _SAYS_NOTHING:
        return Pages()
    if _DATE.fullmatch(text):
        return Pages(date=fold(text))
    found = _PAGE.match(text)
    if not found:
        return Pages()
    prefix, first, suffix = (group.lower() for group in found.groups())
    prefix = "" if prefix in _PAGE_WORDS else prefix
    first = first.lstrip("0") or "0"
    if len(first) > _MOST_DIGITS:
        return Pages(prefix, first)
    until = _TO.match(text, found.end())
    last = _long(first, until.group(2)) if until and until.group(1).lower() in ("", prefix) else 0
    also = frozenset(start.lstrip("0") for start in _FURTHER.findall(text, found.end()))
    return Pages(prefix or ("" if last else suffix), first, last, also)


def _long(first: str, last: str) -> int:
    """-> the last page, 244-58 being 244 to 258; 0 where it would stand before the first."""
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return int(last) if len(last) <= _MOST_DIGITS and int(last) >= int(first) else 0
