"""Which fonts of this machine have the letters that ours lack, such as Chinese names? Looked for where desktop programs look.

A Chinese, Japanese or Korean font is larger than all of this program, so none is shipped. Where one is installed, PNG and
PDF take it from there and embed it; where none is, `undrawable` says which letters would be empty boxes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unicodedata import category

from analysis.plots import fonts

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
SUFFIXES = (".ttf", ".otf", ".ttc")
# Those that are likely to have what ours lack come first, plain ones before bold and those with serifs.
LIKELY = re.compile(r"cjk|fallback|unicode|gothic|hei|nanum|ming|song|noto", re.IGNORECASE)
UNLIKELY = re.compile(r"bold|black|light|thin|italic|oblique|serif|mono|emoji", re.IGNORECASE)
UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")  # what has no shape in any font


def lacking(*texts: str) -> frozenset[str]:
    """The letters of these texts for which the fonts that are shipped have no shape."""
    known = fonts.advance_widths(fonts.REGULAR)
    rest = {letter for text in texts for letter in text if ord(letter) not in known and category(letter) not in UNSEEN}
    return frozenset(rest - {letter for letter in rest if ord(letter) in coverage(fonts.REGULAR)})


@cache
def fonts_for(letters: frozenset[str]) -> tuple[Path, ...]:
    """Fonts of this machine which together have as many of the letters as can be had; none for no letters."""
    found: list[Path] = []
    rest = set(letters)
    for path in _candidates() if rest else ():
        has = {letter for letter in rest if ord(letter) in coverage(path)}
        if has:
            found.append(path)
            rest -= has
        if not rest:
            break
    return tuple(found)


def undrawable(*texts: str) -> str:
    """The letters of these texts that no font here has, in order."""
    letters = lacking(*texts)
    known = [coverage(path) for path in fonts_for(letters)]
    return "".join(sorted(letter for letter in letters if not any(ord(letter) in each for each in known)))


def _candidates() -> Iterator[Path]:
    files = {path for folder in FOLDERS for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES}
    yield from sorted(files, key=lambda path: (not LIKELY.search(path.name), bool(UNLIKELY.search(path.name)), path))


@cache
def coverage(path: Path) -> frozenset[int]:
    """The code points for which a font file (of a collection, its first font) has a shape; none of a file that is no font."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(path, fontNumber=0, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (TTLibError, OSError):
        return frozenset()
