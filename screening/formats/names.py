"""Where does one author or keyword end in a cell that holds many? Databases part them in every way there is."""

import re

from screening.formats.clean import present, shown

_LITERAL = re.compile(r"""\[\s*(?:(?:'[^']*'|"[^"]*")\s*,?\s*)*\]""")
_QUOTED = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_AND = re.compile(r"\s+and\s+|\s*\n\s*and\s+|\s+&\s+")
_INITIALS = re.compile(r"(?:[A-Z]\w{0,2}\.?[\s-]?){1,4}(?:\s?(?:Jr|Sr|II|III|IV)\.?)?")
_IDENTIFIERS = re.compile(r"\s*\((?:\d{6,}|[^()]*@[^()]*)\)|,\s*null$")


def authors(cell: str) -> tuple[str, ...]:
    """-> the names in a cell, each once as it stands: parted at semicolons, bars, lines, "and", or commas."""
    return tuple(filter(None, map(tidy, _names(present(cell).strip()))))


def tidy(name: str) -> str:
    """-> one name for showing, without the number or address that a database put behind it."""
    return shown(_IDENTIFIERS.sub("", name)).strip(" ;,")


def keywords(cell: str) -> tuple[str, ...]:
    """-> the keywords in a cell, each once."""
    cell = present(cell).strip()
    if _LITERAL.fullmatch(cell):
        parts = _listed(cell)
    else:
        mark = next((mark for mark in (";", "|", "\n", ",") if mark in cell), ";")
        parts = cell.split(mark)
    return tuple(dict.fromkeys(filter(None, map(shown, parts))))


def _names(cell: str) -> list[str]:
    if _LITERAL.fullmatch(cell):
        return _listed(cell)
    for mark in (";", "|"):
        if mark in cell:
            return cell.split(mark)
    joined = _AND.split(cell)
    if len(joined) > 1 and all(_like_a_name(part) for part in joined[1:]):
        return [*_at_commas(joined[0]), *joined[1:]]
    if "\n" in cell:
        return cell.split("\n")
    return _at_commas(cell)


def _listed(cell: str) -> list[str]:
    """-> the strings of a list as Python writes it, which some programs put into cells."""
    return [single or double for single, double in _QUOTED.findall(cell)]


def _like_a_name(text: str) -> bool:
    return "," in text or 1 < len(text.split()) <= 5 or bool(re.search(r"\b[A-Z]\.", text))


def _at_commas(cell: str) -> list[str]:
    """-> names parted at commas, where the comma is not the one between family and given name.

    "Griffin DK, Larkin DM" and "Erran Carmel, Mary Lacity" are two names each; "Smith, J., Doe, K." is two,
    "Smith, John" and "van der Berg, Anna" one.
    """
    parts = [part.strip() for part in cell.split(",") if part.strip()]
    if len(parts) < 2:
        return parts
    given = parts[1::2]
    if len(parts) % 2 == 0 and all(_INITIALS.fullmatch(part) for part in given):
        return [f"{family}, {first}" for family, first in zip(parts[::2], given, strict=True)]
    spaced = sum(" " in part for part in parts)
    if len(parts) == 2 and spaced < 2:
        return [", ".join(parts)]
    if spaced == 0 and len(parts) % 2 == 0:
        return [f"{family}, {first}" for family, first in zip(parts[::2], given, strict=True)]
    if "." not in "".join(parts[:-1]):
        parts[-1] = parts[-1].rstrip(".")
    return parts
