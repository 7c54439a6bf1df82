"""Where does one author or keyword end in a cell that holds many? Databases part them in every way there is."""

import json
import re
from collections.abc import Callable, Sequence

from screening.formats.clean import ENTITY, present, shown

_LITERAL = re.compile(r"""\[\s*(?:'[^']*'|"[^"]*")(?:\s*,\s*(?:'[^']*'|"[^"]*"))*\s*,?\s*\]""")
_QUOTED = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_AND = re.compile(r"[ \n](?:and|&)[ \n]")
_INITIALS = re.compile(r"(?:[A-Z]\w{0,2}\.?[\s-]?){1,4}(?:\s?(?:Jr|Sr|II|III|IV)\.?)?")
_IDENTIFIERS = re.compile(r"\s*\((?:\d{6,}|[^()@]*@[^()]*)\)|,\s*null$")


_PERSON = re.compile(r"\s*[^\W\d_][^,;]*,\s*[^\W\d_][^,;]*|\s*[\u3400-\u9fff\uac00-\ud7a3]{2,4}\s*")
_WITH_INITIALS = re.compile(r"[^\W\d_][\w'\u2019 -]*,? (?:[^\W\d_a-z]\.?[ -]?){1,4}(?:Jr|Sr|II|III)?\.?")
# What stands behind a name, and is none.
_ET_AL = re.compile(r"[\s,;]+(?:and others|(?:and |& )?et al)\.?$", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV|2nd|3rd)\.?")
# Lists of persons as interfaces write them, in JSON or as Python prints it.
_NAMED = re.compile(r"""["'](?:name|display_name|full_name|author_name)["']\s*:\s*(?:"([^"]*)"|'([^']*)')""")
# "Ada OkaforMaria Silva", as Springer's tables have it; McDonald, DeVries and LeRoy are one word.
_GRAFTED = re.compile(
    r"(?<=[a-z\u00df-\u00ff])(?<!\bMc)(?<!\bMac)(?<!\b[DLV][aeiou])(?<!\bVan)(?<!\bFitz)(?=[A-Z\u00c0-\u00de])"
)
_RUN_ON = re.compile(r"(?<=[^\W\d_]),(?=[^\W\d_])")  # "Silva,Maria", as RefWorks has it


def authors(cell: str) -> tuple[str, ...]:
    """-> the names in a cell: parted at semicolons, bars, lines, "and", or commas."""
    lines = (" ".join(line.split()) for line in present(cell).split("\n"))
    text = _ET_AL.sub("", "\n".join(filter(None, lines)))
    return tuple(filter(None, map(tidy, _names(text))))


def tidy(name: str) -> str:
    """-> one name for showing, without the number or address that a database put behind it."""
    return _RUN_ON.sub(", ", _IDENTIFIERS.sub("", shown(name)).strip(" ;,"))


def behind_one_tag(people: tuple[str, ...]) -> tuple[str, ...]:
    """-> the authors of a record; where a single tag holds all of them, and no doubt of that is left, each by himself."""
    if len(people) != 1:
        return people
    at_semicolons = parted(people[0], ";")
    if len(at_semicolons) > 1 and all(_PERSON.fullmatch(name) for name in filter(str.strip, at_semicolons)):
        return tuple(filter(None, map(tidy, at_semicolons)))
    listed = authors(people[0])
    return listed if len(listed) > 1 and all(map(_WITH_INITIALS.fullmatch, listed)) else people


def keywords(cell: str) -> tuple[str, ...]:
    """-> the keywords in a cell, each once."""
    cell = present(cell).strip()
    if listed := _listed(cell):
        parts = listed
    else:
        mark = next((mark for mark in (";", "|", "\n", ",") if mark in cell), ";")
        parts = parted(cell, re.escape(mark))
    return tuple(dict.fromkeys(filter(None, map(shown, parts))))


def parted(text: str, mark: str) -> list[str]:
    """-> a text parted at a pattern, of which the semicolon at the end of an entity (``&amp;``) is none."""
    if "&" not in text:
        return re.split(mark, text)
    held = ENTITY.sub(lambda match: match.group()[:-1] + "\ufdd6", text)
    return [part.replace("\ufdd6", ";") for part in re.split(mark, held)]


def _names(cell: str) -> list[str]:
    if listed := _listed(cell):
        return listed
    for mark in (";", "|"):
        if mark in cell:
            return parted(cell, re.escape(mark))
    joined = _AND.split(cell)
    if len(joined) > 1 and all(_like_a_name(part) for part in joined[1:]):
        return [*_at_commas(joined[0]), *joined[1:]]
    if "\n" in cell:
        return cell.split("\n")
    grafted = _GRAFTED.split(cell) if "," not in cell else []
    if len(grafted) > 1 and all(" " in part.strip() for part in grafted):
        return grafted
    return _at_commas(cell)


def joined(parts: Sequence[str], read: Callable[[str], tuple[str, ...]]) -> str:
    """-> one cell that ``read`` (``authors`` or ``keywords``) takes apart into these names again."""
    cell = "; ".join(parts)
    for written in (cell, cell + ";"):
        if read(written) == tuple(parts):
            return written
    return json.dumps(list(parts), ensure_ascii=False)


def _listed(cell: str) -> list[str]:
    """-> the strings of a list as JSON or Python writes it, which some programs put into cells; else none."""
    if not cell.startswith("["):
        return []
    if cell.startswith("[{"):
        return [single or double for double, single in _NAMED.findall(cell)]
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        literal = _LITERAL.fullmatch(cell)
        return [single or double for single, double in _QUOTED.findall(cell)] if literal else []
    return [part for part in found if isinstance(part, str)] if isinstance(found, list) else []


def _like_a_name(text: str) -> bool:
    return "," in text or 1 < len(text.split()) <= 5 or bool(re.search(r"\b[A-Z]\.", text))


def _at_commas(cell: str) -> list[str]:
    """-> names parted at commas, where the comma is not the one between family and given name.

    "Griffin DK, Larkin DM" and "Erran Carmel, Mary Lacity" are two names each; "Smith, J., Doe, K." is two,
    "Smith, John" and "van der Berg, Anna" one.
    """
    parts: list[str] = []
    for part in filter(None, (part.strip() for part in cell.split(","))):
        if parts and _SUFFIX.fullmatch(part):
            parts[-1] += f" {part}"
        else:
            parts.append(part)
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
