"""Which words does a text hold, whatever its accents, letters' case and markup? Which numerals?"""

from __future__ import annotations

import re
import unicodedata

# fmt: off
_LETTERS = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ß": "ss", "ħ": "h", "ŧ": "t", "ð": "d", "þ": "th",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
})
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12"}
_ROMAN_OR_WORD = {"i": "1", "v": "5", "x": "10"}  # these count only where something is numbered
_NUMBER_WORDS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
    "eleven": "11", "twelve": "12", "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6",
    "seventh": "7", "eighth": "8", "ninth": "9", "tenth": "10",
}
# fmt: on
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9:-]{0,15}(?:\s[^<>]{0,200})?/?>")
_APOSTROPHE = re.compile(r"(?<=\w)['\u2019\u02bc`](?=\w)")
_ENTITY = re.compile(r"&(?:amp|#38);")


def word_set(text: str) -> frozenset[str]:
    """-> the words of a text, as a set to look words up in."""
    return frozenset(text.split())


_COUNTED = word_set("phase part stage grade class type study report paper trial chapter volume level section")


def fold(text: str) -> str:
    """-> a text in small letters without accents, marks and markup: words parted by single spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in text if not unicodedata.combining(char))
    if "<" in text:
        text = _TAG.sub("", text)
    if "&" in text:
        text = _ENTITY.sub(" ", text)
    text = _APOSTROPHE.sub("", text.casefold())
    if not text.isascii():
        text = text.translate(_LETTERS)
    return " ".join(_WORD.findall(text))


def signs(text: str) -> frozenset[str]:
    """-> the words of a text behind which stands a plus or a minus, with the sign: HER2+ is another disease than HER2-."""
    if text.isascii() and "+" not in text and "-" not in text:
        return frozenset()
    found = _SIGNED.findall(unicodedata.normalize("NFKC", text))
    return frozenset(word.casefold() + ("+" if sign == "+" else "-") for word, sign in found)


_SIGNED = re.compile("([^\\W_]{1,20})([+\u2212-])(?=[\\s,:;.)/]|$)")


def restored(text: str) -> str:
    """-> a text of which some program took the bytes of UTF-8 for letters of Windows-1252 ("EducaciÃ³n"), as it was before."""
    if text.isascii() or not _SCRAMBLED.search(text):
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


_SCRAMBLED = re.compile("[\u00c2\u00c3][\u0080-\u00bf\u0152-\u2122]|\u00e2\u20ac")


def numbers(title: str) -> tuple[str, ...]:
    """-> the numerals of a folded title: digits, Roman numerals and number words, as digits, sorted.

    Reports of one series differ in nothing else ("phase II" and "phase III", "part 1" and "part 2", "two-year").
    """
    found: list[str] = []
    words = title.split()
    for place, word in enumerate(words):
        numbered = words[place - 1] in _COUNTED if place else False
        if known := _ROMAN.get(word) or _NUMBER_WORDS.get(word):
            found.append(known)
        elif word in _ROMAN_OR_WORD and (numbered or place == len(words) - 1 > 2):
            found.append(_ROMAN_OR_WORD[word])
        else:
            found += (digits.lstrip("0") or "0" for digits in _DIGITS.findall(word))
    return tuple(sorted(found))
