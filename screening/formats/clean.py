"""What does a reader see of this text? Entities, markup and control characters taken out for showing."""

import re
from html import unescape

ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
# Attributes must look like attributes: in "risk <b and c> d" nothing is a tag.
_ATTRIBUTES = r"(?:\s+[\w:.-]{1,40}\s?=\s?(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}'|[^\s<>\"']{1,200})){0,12}\s?/?>"
_RAISED = re.compile(rf"<(sup|sub){_ATTRIBUTES}([^<>]{{1,12}})</\1\s?>", re.IGNORECASE)
_BREAKING = re.compile(
    r"</?(?:jats:)?(?:p|br|div|li|ul|ol|h[1-6]|sec|title|tr|td|table|abstracttext|abstract)" + _ATTRIBUTES,
    re.IGNORECASE,
)
_INLINE = re.compile(
    r"</?(?:(?:jats|mml|m|xhtml):[a-z]{1,20}|i|b|u|em|strong|sub|sup|italic|bold|inf|scp|span|font|small|big|tt|sc|emph"
    r"|underline|named-content|styled-content)" + _ATTRIBUTES,
    re.IGNORECASE,
)
# C0 and C1 controls, line separators, and the bidirectional overrides that can make a title read backwards.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]+")
_INVISIBLE = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]+")
_RAISE = {
    "sup": str.maketrans("0123456789+-\u2212=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ"),
    "sub": str.maketrans("0123456789+-\u2212=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎"),
}
_RAISABLE = {"sup": re.compile("[0-9+\u2212=()ni-]+"), "sub": re.compile("[0-9+\u2212=()-]+")}
_NESTED = 5
# What databases write where there is nobody, or no abstract.
_NOTHING = re.compile(
    r"\[?no (?:authors?|abstracts?)(?: names?| ids?)? (?:available|listed|supplied|found|provided)\.?\]?|\[anonymous\]",
    re.IGNORECASE,
)
_MISSING = {"NA", "N/A", "n/a", "<NA>", "nan", "NaN", "NULL", "null", "None", "undefined"}


def paragraphs(text: str) -> str:
    """-> text for showing that keeps its line breaks, without entities, known markup and control characters.

    Raised and lowered digits become their own characters (10<sup>6</sup> must not become 106). Tags
    outside the known inline and block ones are text and stay: "p<0.05", "<script>".
    """
    if "&" in text:
        text = ENTITY.sub(lambda match: unescape(match.group()), text)
    for _ in range(_NESTED):
        if "<" not in text or (text := _unmarked(before := text)) == before:
            break
    if text.isprintable():
        return " ".join(text.split())
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _INVISIBLE.sub("", _CONTROLS.sub(" ", text))
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.split("\n"))))


def shown(text: str) -> str:
    """-> text for showing on one line."""
    if not text:
        return ""
    return " ".join(paragraphs(text).split())


def present(text: str) -> str:
    """-> the text, or "" where it is another program's word for a missing value (``NA``, ``undefined``)."""
    word = text.strip()
    return "" if word in _MISSING or (word[:1] in "[nN" and _NOTHING.fullmatch(word)) else text


def entities_kept(text: str) -> str:
    """-> text that ``paragraphs`` turns into this text again: what looks like an entity in it is made one of."""
    return ENTITY.sub(lambda match: "&amp;" + match.group()[1:], text)


def _unmarked(text: str) -> str:
    return _INLINE.sub("", _BREAKING.sub(" ", _RAISED.sub(_raised, text)))


def _raised(match: re.Match[str]) -> str:
    kind, inner = match.group(1).lower(), match.group(2).strip()
    return inner.translate(_RAISE[kind]) if _RAISABLE[kind].fullmatch(inner) else inner
