"""What is the title, without the notes that databases write around it, and what is it in another language?"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LANGUAGES = (
    r"english|german|french|spanish|italian|portuguese|russian|chinese|japanese|korean|polish|turkish|dutch|czech|slovak"
    r"|danish|swedish|norwegian|finnish|hungarian|greek|hebrew|arabic|persian|farsi|ukrainian|croatian|serbian|bulgarian"
    r"|romanian|lithuanian|latvian|estonian|slovene|slovenian|afrikaans|catalan|icelandic|thai|vietnamese|indonesian"
)
_ANYTHING = r"[^\[\]]{0,400}(?:\[[^\[\]]{0,200}\][^\[\]]{0,200})?"  # a note may hold a bracket itself
_NOTES = (
    rf"(?:published )?(?:errat|corrig|correct|retract|republish|reprint|comment|see comment|summary for|article in"
    rf"|duplicate|electronic resource){_ANYTHING}"
    r"|(?:(?:meeting|conference|poster) )?(?:abstract|poster)\b[^\[\]]{0,60}|letter|editorial|review|news"
    rf"|(?:article |text )?(?:in )?(?:{_LANGUAGES})"
)
_NOTE = re.compile(rf"[\s.]{{0,5}}[\[(]\s?(?:{_NOTES})[\])][\s.]{{0,5}}$", re.IGNORECASE)
_OPEN_NOTE = re.compile(r"[\s.]{0,5}\[\s?(?:published )?(?:errat|corrig|correct|retract|comment)[^\]]*$", re.IGNORECASE)
_LANGUAGE_TAG = re.compile(r"\s+LA:\s?[A-Za-z]{2,12}\s?$")
_TWO_TITLES = re.compile(r"\s?<ORIGINAL>\s?(?:LA\s)?|\s+TO:\s+|\]\s?=\s?|\]\s?[.;/]?\s?\[")
_BEHIND = re.compile(r"(.{20,}?)[.;]?\s*\[(.{20,})\]\.?", re.DOTALL)
_BRACKETED = re.compile(r"\[(.*)\]\.?", re.DOTALL)
_LETTER = re.compile(r"[^\W_]")

_LONGEST = 2000  # what is longer is no title, and patterns would take their time over it
_SHORTEST = 10


@dataclass(frozen=True, slots=True)
class Title:
    """A title as it may be compared; the words are not folded."""

    main: str
    other: str = ""
    """The title in another language, where the record has both."""
    foreign: bool = False
    """Whether the main title is marked as a translation, or stands in two languages."""
    cut: bool = False
    """Whether the text ends inside a note on an erratum, so that more may be lost than the note."""


def title(text: str) -> Title:
    """-> the title in a field that may hold notes and two languages.

    MEDLINE writes a translated title in brackets and errata behind it, Embase names the language ("[Russian]"), CENTRAL
    adds "LA: Chi", "TO: original title" and "[abstract]"; some give the translation in brackets behind the original.
    """
    text = _without_notes(text[:_LONGEST].strip(" \t\r\n\"'"))
    opened = _OPEN_NOTE.search(text)
    cut = opened is not None and bool(_LETTER.search(text[: opened.start()]))
    if opened is not None and cut:
        text = text[: opened.start()]
    first, *more = _TWO_TITLES.split(text, maxsplit=1)
    if more and len(first) >= _SHORTEST:
        return Title(first.strip("[] "), more[0].strip("[] "), True, cut)
    if both := _BEHIND.fullmatch(text):
        return Title(both.group(1), both.group(2), True, cut)
    if whole := _BRACKETED.fullmatch(text):
        return Title(whole.group(1), "", True, cut)
    return Title(text, "", False, cut)


def _without_notes(text: str) -> str:
    while True:
        shorter = _LANGUAGE_TAG.sub("", _NOTE.sub("", text))
        if shorter == text or not _LETTER.search(shorter):
            return text
        text = shorter
