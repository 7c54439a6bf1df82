"""In which encoding is this file, and what does it say? Bytes become text, and every repair is told."""

import codecs
import re
from dataclasses import dataclass
from typing import IO

from screening.formats import alphabets
from screening.formats.record import UnreadableFile

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20
_SAMPLE = 1 << 18
_FEW = 12
_HOPELESS = 200_000
_ESCAPED = re.compile("[\udc80-\udcff]+")
_HIGH = re.compile(rb"[\x80-\xff]+")
_BIB_ENCODING = re.compile(rb"^\s*%\s*Encoding:\s*([A-Za-z0-9._-]{2,30})\s*$", re.MULTILINE)  # JabRef's first line
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,80}?encoding\s*=\s*["']([A-Za-z0-9._-]{2,30})["']""")

# Alphabets that Windows-1252 cannot spell; a guess of any other legacy encoding differs from
# Windows-1252 in a few accents only and is more often wrong than right on the short texts of an export.
_FOREIGN = {
    "big5", "big5hkscs", "gb2312", "gbk", "gb18030", "euc_jp", "shift_jis", "cp932", "euc_kr", "cp949", "johab",
    "cp1251", "koi8_r", "koi8_u", "cp866", "mac_cyrillic", "iso8859_5", "cp1253", "iso8859_7", "cp1255",
    "iso8859_8", "cp1256", "iso8859_6", "cp874", "tis_620",
}  # fmt: skip
LEGACY = "cp1252"
_SIGNS = "…‘’“”•–—°±²³µ·×«»´"

ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("cp1252", "Western (Windows-1252)"),
    ("iso8859-15", "Western (ISO 8859-15)"),
    ("mac-roman", "Western (Mac)"),
    ("cp1250", "Central European (Windows-1250)"),
    ("iso8859-2", "Central European (ISO 8859-2)"),
    ("cp1251", "Cyrillic (Windows-1251)"),
    ("koi8-r", "Cyrillic (KOI8-R)"),
    ("cp1253", "Greek (Windows-1253)"),
    ("cp1254", "Turkish (Windows-1254)"),
    ("cp1255", "Hebrew (Windows-1255)"),
    ("cp1256", "Arabic (Windows-1256)"),
    ("gb18030", "Chinese, simplified (GB 18030)"),
    ("big5", "Chinese, traditional (Big5)"),
    ("shift_jis", "Japanese (Shift JIS)"),
    ("cp932", "Japanese (Windows-932)"),
    ("euc_jp", "Japanese (EUC-JP)"),
    ("euc_kr", "Korean (EUC-KR)"),
    ("cp949", "Korean (Windows-949)"),
    ("utf-16", "UTF-16"),
    ("utf-16-le", "UTF-16 little-endian, no mark"),
    ("utf-16-be", "UTF-16 big-endian, no mark"),
)


@dataclass(frozen=True, slots=True)
class Guess:
    """An encoding, and what a person should know of how it was found ("" where nothing)."""

    encoding: str
    remark: str = ""


def known(encoding: str) -> str:
    """-> the Python name of an encoding; UnreadableFile where there is no such text encoding."""
    try:
        info = codecs.lookup(encoding)
    except (LookupError, ValueError):
        raise UnreadableFile(f"There is no encoding named “{encoding}”. Choose one of the list.") from None
    if not getattr(info, "_is_text_encoding", True) or info.name in ("idna", "punycode", "undefined"):
        raise UnreadableFile(f"“{encoding}” is not an encoding of text. Choose one of the list.")
    return info.name


def guess(stream: IO[bytes]) -> Guess:
    """-> the encoding of a file: by its BOM, UTF-16 by its NULs, UTF-8, what XML declares, else by its letters."""
    stream.seek(0)
    head = stream.read(_SAMPLE)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return Guess(name)
    if wide := _utf16_by_nuls(head):
        return Guess(wide, f"The file has no byte-order mark; it was read as {wide.upper()} by its pattern of NULs.")
    valid, broken, sample = _utf8_census(stream)
    if not broken:
        return Guess("utf-8")
    if (declared := _XML_ENCODING.match(head) or _BIB_ENCODING.match(head)) and (named := _declared(declared.group(1))):
        return Guess(named)
    if valid >= 4 * broken or _mostly_whole(sample) or (broken <= _FEW and not _spells_letters(sample)):
        return Guess("utf-8")
    return _legacy(sample)


def _utf16_by_nuls(head: bytes) -> str:
    pairs = len(head) // 2
    if pairs < 8:
        return ""
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if odd > 0.4 * pairs and even < 0.1 * pairs:
        return "utf-16-le"
    if even > 0.4 * pairs and odd < 0.1 * pairs:
        return "utf-16-be"
    return ""


def _declared(name: bytes) -> str:
    try:
        found = codecs.lookup(name.decode("ascii")).name
    except LookupError:
        return ""
    return "" if found.startswith("utf") else found


def _utf8_census(stream: IO[bytes]) -> tuple[int, int, bytes]:
    """-> letters beyond ASCII that are well-formed UTF-8, bytes that are not, and a sample of bytes around them."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    valid = broken = 0
    sample = bytearray()
    while chunk := stream.read(_CHUNK):
        text = decoder.decode(chunk)
        if text.isascii():
            continue
        wrong = sum(len(run) for run in _ESCAPED.findall(text))
        broken += wrong
        valid += sum(1 for _ in re.finditer("[^\x00-\x7f\udc80-\udcff]", text[:_SAMPLE]))
        if len(sample) < _SAMPLE:
            sample += chunk[:_SAMPLE]
        if broken > _HOPELESS:
            break
    broken += sum(len(run) for run in _ESCAPED.findall(decoder.decode(b"", final=True)))
    return valid, broken, bytes(sample)


def _mostly_whole(sample: bytes) -> bool:
    """-> are at least as many lines with letters beyond ASCII well-formed UTF-8 as are not?

    So a file joined from two encodings is told from one in an older encoding, of which some pairs of
    bytes happen to be UTF-8.
    """
    lines = [line for line in sample.splitlines() if not line.isascii()]
    broken = sum(1 for line in lines if _ESCAPED.search(line.decode("utf-8", "surrogateescape")))
    return 2 * broken <= len(lines)


def _spells_letters(sample: bytes) -> bool:
    """-> do any of the bytes beyond ASCII spell letters in an older encoding, rather than being damage?"""
    if any(run.decode(LEGACY, "replace").isalpha() for run in _HIGH.findall(sample)):
        return True
    return alphabets.western(sample) not in ("", LEGACY)


def _legacy(sample: bytes) -> Guess:
    import charset_normalizer  # takes a while to load, and is needed for few files

    name = alphabets.western(sample)
    if not name:
        letters = b"\n".join(line for line in re.split(b"[\r\n]+", sample) if _HIGH.search(line))[:20_000]
        best = charset_normalizer.from_bytes(letters).best() if len(letters) > 20 else None
        found = best.encoding if best is not None and best.encoding in _FOREIGN else LEGACY
        name = "koi8-r" if alphabets.is_koi8(letters) else alphabets.japanese(letters) or found
    return Guess(
        name,
        f"The file is not UTF-8; it was read as {dict(ENCODINGS).get(name, name)}. If letters look wrong, choose another encoding.",
    )


def repair(text: str) -> str:
    """-> text decoded with ``surrogateescape`` with each undecodable run replaced.

    A run that spells letters or common signs in Windows-1252 is one line of an older encoding in a newer file, and is read
    so; any other becomes U+FFFD, one for each run.
    """
    return _ESCAPED.sub(_replacement, text)


def _replacement(match: re.Match[str]) -> str:
    read = match.group().encode("ascii", "surrogateescape").decode(LEGACY, "replace")
    return read if all(letter.isalpha() or letter in _SIGNS for letter in read) else "\ufffd"
