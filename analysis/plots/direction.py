"""How is a line written for a program that knows neither direction nor joined letters? In the order and the shapes that are seen.

PDF writers put one letter after the other from the left. Hebrew and Arabic are put in the order in which they are seen
(Unicode's bidirectional algorithm, UAX 9, on a line that runs from the left, as in SVG), and Arabic letters take the
shape that joins them to their neighbours (Unicode 15, section 9.2): the presentation forms U+FB50 to U+FEFC.
"""

from functools import cache
from itertools import groupby
from unicodedata import bidirectional, category, decomposition

ISOLATED, FINAL, INITIAL, MEDIAL = "<isolated>", "<final>", "<initial>", "<medial>"
FORMS = {
    (False, False): ISOLATED,
    (True, False): FINAL,
    (False, True): INITIAL,
    (True, True): MEDIAL,
}  # by whether a letter is joined to the one before and to the one after
LAM = "\u0644"
TATWEEL = "\u0640"


def as_seen(line: str) -> str:
    """The line, letter by letter from the left."""
    if all(bidirectional(letter) not in ("R", "AL", "RLE", "RLO", "RLI", "AN") for letter in line):
        return line
    from fpdf.bidi import BidiParagraph
    from fpdf.enums import TextDirection

    return str(BidiParagraph(shaped(line), TextDirection.LTR).get_reordered_string())


def shaped(text: str) -> str:
    """Arabic letters in the shapes that join them, still in the order in which they are read."""
    parts = _clusters(text)
    return "".join(_form(parts, i) + marks for i, (_, marks) in enumerate(parts))


def _clusters(text: str) -> list[tuple[str, str]]:
    """Each letter with the marks on it; lam and alef, which are always written as one, together."""
    found: list[tuple[str, str]] = []
    for is_mark, group in groupby(text, key=lambda letter: category(letter) == "Mn"):
        letters = "".join(group)
        if is_mark and found:
            found[-1] = (found[-1][0], letters)
            continue
        for letter in letters:
            before = found[-1] if found else ("", "")
            if before == (LAM, "") and LAM + letter in _shapes():
                found[-1] = (LAM + letter, "")
            else:
                found.append((letter, ""))
    return found


def _form(parts: list[tuple[str, str]], i: int) -> str:
    letter = parts[i][0]
    shapes = _shapes().get(letter)
    if shapes is None:
        return letter
    before = parts[i - 1][0] if i else ""
    after = parts[i + 1][0] if i + 1 < len(parts) else ""
    joined = (_joins_next(before) and FINAL in shapes, _joins_next(letter) and _joins_before(after))
    return shapes.get(FORMS[joined], letter)


def _joins_next(letter: str) -> bool:
    return letter == TATWEEL or INITIAL in _shapes().get(letter, {})


def _joins_before(letter: str) -> bool:
    return letter == TATWEEL or FINAL in _shapes().get(letter, {})


@cache
def _shapes() -> dict[str, dict[str, str]]:
    """The shapes of each letter (or of lam with alef), read from Unicode's own table of presentation forms."""
    found: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFDFC), *range(0xFE80, 0xFEFD)):
        form, *bases = decomposition(chr(code)).split(" ")
        letters = "".join(chr(int(base, 16)) for base in bases)
        if form in FORMS.values() and (
            len(letters) == 1 or (len(letters) == 2 and letters[0] == LAM and code >= 0xFEF5)
        ):
            found.setdefault(letters, {}).setdefault(form, chr(code))
    return found
