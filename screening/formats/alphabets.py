"""Which older encoding do these bytes spell letters in? Told by which bytes stand within words, where charts of frequencies need long texts."""

import re

LATIN = "cp1252"
_RUN = re.compile(rb"[\x80-\xff]+")
_LONG_RUN = (
    2.0  # bytes beyond ASCII that stand together: an accent alone in Latin words, whole words in other alphabets
)
_INSIDE = re.compile(rb"(?<=[A-Za-z\x80-\xff])[\x80-\xff](?=[a-z\x80-\xff])")
_LAST = re.compile(rb"(?<=[a-z])[\x80-\xff](?=[\s,;.:}]|$)")  # also where a raised figure stands behind a name
# Bytes that are signs in Windows-1252, and so stand in no word, and letters in an encoding of the Mac, of Poland or of the older Central Europe.
_MAC = frozenset(
    b"\x80\x81\x82\x83\x84\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x98\x99\x9a\x9b\x9d\x9f\xa7\xbe\xbf"
)
_LETTERS = frozenset(range(0xC0, 0x100)) - {0xD7, 0xF7}
_POLISH, _POLISH_TOO = frozenset(b"\xb3\xb9"), frozenset(b"\xb3\xb9\xbf\x9c\xea\xe6")
_OLD_CENTRAL, _OLD_CENTRAL_TOO = frozenset(b"\xb1\xb6\xbc"), frozenset(b"\xb1\xb6\xbc\xb3\xbe\xe6\xea")
# Letters that Czech and Turkish have where Western languages have others that do not stand beside each other in one of them.
_CZECH, _CZECH_TOO = frozenset(b"\xf8\xd8"), frozenset(b"\xec\xf9\xe8")
_HUNGARIAN, _HUNGARIAN_TOO = frozenset(b"\xf5\xd5"), frozenset(b"\xfb\xdb")
_TURKISH, _NOT_TURKISH = frozenset(b"\xfd\xfe\xf0"), frozenset(b"\xe1\xed\xfa\xe6\xe9\xf3")
_CYRILLIC = re.compile(rb"[\x00-\x7f\xc0-\xff\xa3\xb3]+")  # in KOI8; two are the letter io
_KOI8_WORD = re.compile(rb"(?<![\x80-\xff])[\xe0-\xff][\xc0-\xdf]{2}")
_WINDOWS_WORD = re.compile(rb"(?<![\x80-\xff])[\xc0-\xdf][\xe0-\xff]{2}")
_KANA = re.compile("[\u3041-\u30ff]")
_ENOUGH_KANA = 0.15


def western(sample: bytes) -> str:
    """-> the encoding of a text in Latin letters; "" where the bytes beyond ASCII stand in long runs, as in other alphabets."""
    runs = [len(run) for run in _RUN.findall(sample)]
    if not runs or sum(runs) / len(runs) >= _LONG_RUN:
        return ""
    inside = [match[0] for match in _INSIDE.findall(sample)]
    last = [match[0] for match in _LAST.findall(sample)]

    def count(which: frozenset[int], *, also_last: bool = False) -> int:
        return sum(1 for byte in (inside + last if also_last else inside) if byte in which)

    if count(_OLD_CENTRAL) and count(_OLD_CENTRAL_TOO) > 1:
        return "iso8859-2"
    if count(_POLISH) and count(_POLISH_TOO) > 1 and not count(_CZECH):
        return "cp1250"
    if count(_CZECH) and count(_CZECH_TOO) or count(_HUNGARIAN) and count(_HUNGARIAN_TOO):
        return "iso8859-2" if count(frozenset(b"\xb9\xbe")) else "cp1250"
    if count(_MAC, also_last=True) > count(_LETTERS, also_last=True):
        return "mac-roman"
    if count(_TURKISH, also_last=True) > 1 and not count(_NOT_TURKISH, also_last=True):
        return "cp1254"
    return LATIN


def is_koi8(letters: bytes) -> bool:
    """-> do words begin with a capital where KOI8 has the capitals? Windows' Cyrillic has them where KOI8 has the small letters."""
    return bool(_CYRILLIC.fullmatch(letters)) and len(_KOI8_WORD.findall(letters)) > len(_WINDOWS_WORD.findall(letters))


def japanese(letters: bytes) -> str:
    """-> the encoding under which a text is Japanese, which always has some kana; "" where none is."""
    for encoding in ("euc_jp", "shift_jis"):
        try:
            text = letters.decode(encoding)
        except UnicodeDecodeError:
            continue
        foreign = [letter for letter in text if letter > "\x7f"]
        if foreign and len(_KANA.findall(text)) >= _ENOUGH_KANA * len(foreign):
            return encoding
    return ""
