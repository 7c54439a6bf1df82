"""How do judgements go to robvis, and come back? The CSV that its app and package read: Study, D1 ... Dn, Overall, Weight.

McGuinness LA, Higgins JPT. Research Synthesis Methods 2021;12:55-61. robvis goes by the order of the columns, and by the first letter of a
judgement: so does `read`, where that letter is one judgement's alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from extraction.rob.tool import Domain, Tool
from screening.formats.table import guarded, unguarded

WORDS = {
    "low": "Low",
    "some concerns": "Some concerns",
    "high": "High",
    "unclear": "Unclear",
    "moderate": "Moderate",
    "serious": "Serious",
    "critical": "Critical",
    "no information": "No information",
}
WEIGHT = "Weight"
WEIGHTS = ("weight", "weights")
NUMBERED = re.compile(r"d(?P<n>[0-9]{1,2})")
NOT_JUDGED = ("", "na", "n/a", "not applicable")
BETWEEN_CELLS = ",;\t"  # spreadsheets write a semicolon where the comma is the decimal mark
# Where robvis expects other names than D1, D2 ..., or the tool numbers its domains otherwise.
COLUMNS = {
    "rob1": (
        "Random.sequence.generation",
        "Allocation.concealment",
        "Blinding.of.participants.and.personnel",
        "Blinding.of.outcome.assessment",
        "Incomplete.outcome.data",
        "Selective.reporting",
        "Other.sources.of.bias",
    ),
    **dict.fromkeys(("rob2_cluster", "rob2_cluster_adhering"), ("D1", "D1b", "D2", "D3", "D4", "D5")),
    **dict.fromkeys(("rob2_crossover", "rob2_crossover_adhering"), ("D1", "DS", "D2", "D3", "D4", "D5")),
}


class BadRobvis(ValueError):
    """A CSV that is no table of this tool's judgements. The message names the line and what is expected there."""


@dataclass(frozen=True, slots=True)
class Row:
    """One study's (or result's) judgements, by domain id; `overall` and `weight` (1 unless known) beside them."""

    study: str
    judgements: dict[str, str] = field(default_factory=dict)
    overall: str = ""
    weight: float = 1.0
    line: int = field(default=0, compare=False)  # of the file that it was read from


def columns(tool: Tool) -> list[Domain]:
    """The domains that robvis has a column for: those that judge bias, in their order."""
    return [domain for domain in tool.domains if not domain.applicability]


def heads(tool: Tool) -> list[str]:
    """The names of these columns."""
    return list(COLUMNS.get(tool.id) or (f"D{n}" for n, _ in enumerate(columns(tool), start=1)))


def write(tool: Tool, rows: Iterable[Row]) -> str:
    """The rows as robvis reads them. A judgement that was not made is an empty cell."""
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\n")
    domains = columns(tool)
    sheet.writerow(["Study", *heads(tool), "Overall", WEIGHT])
    for row in rows:
        said = [row.judgements.get(domain.id, "") for domain in domains]
        sheet.writerow(
            [guarded(row.study), *(WORDS.get(each, each) for each in (*said, row.overall)), f"{row.weight:g}"]
        )
    return out.getvalue()


def read(tool: Tool, text: str) -> list[Row]:
    """The rows of such a CSV; the order of its columns tells which domain is which. Raises BadRobvis.

    A column of weights may be missing, as may the overall judgement; capitals do not matter, nor what stands between the cells.
    """
    return list(_read(tool, text))


def _read(tool: Tool, text: str) -> Iterator[Row]:
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise BadRobvis(
            f"Line {line}: there is a character that no text has (NUL). Export the table again, as CSV in UTF-8."
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    between = max(BETWEEN_CELLS, key=text.partition("\n")[0].count)
    lines = csv.reader(io.StringIO(text), delimiter=between)
    try:
        yield from rows_of(tool, lines, between)
    except csv.Error as error:
        raise BadRobvis(f"Line {lines.line_num}: this is no line of a CSV ({error}).") from None


def rows_of(tool: Tool, lines: Any, between: str) -> Iterator[Row]:  # a csv.reader, which has no name to be typed by
    head = [each.strip() for each in next(lines, [])]
    domains = columns(tool)
    weighted = bool(head) and head[-1].casefold() in WEIGHTS
    width = len(head) - 1 - weighted
    if len(head) < 2 or width not in (len(domains), len(domains) + 1):
        raise BadRobvis(
            f"Line 1: {tool.name} needs the columns Study, {', '.join(heads(tool))} and Overall, in this order; "
            f"Weight may follow. Found: {beginning(head)}."
        )
    refuse_misplaced(tool, head)
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        line, said = lines.line_num, [cell.strip() for cell in cells]
        if len(cells) != len(head):
            raise BadRobvis(
                f"Line {line}: {len(cells)} cells where the head has {len(head)}. Where nothing is judged, write NA."
            )
        places = [Place(line, n, name) for n, name in enumerate(head, start=1)]
        if not said[0]:
            raise BadRobvis(f"{places[0]}: the name of the study is missing.")
        judged = {
            domain.id: known(tool, domain, cell, place)
            for domain, cell, place in zip(domains, said[1:], places[1:], strict=False)
            if cell.casefold() not in NOT_JUDGED
        }
        overall = said[1 + len(domains)] if width > len(domains) else ""
        yield Row(
            study=unguarded(said[0]),
            judgements=judged,
            overall=known(tool, None, overall, places[1 + len(domains)])
            if overall.casefold() not in NOT_JUDGED
            else "",
            weight=number(said[-1] if between == "," else said[-1].replace(",", "."), places[-1]) if weighted else 1.0,
            line=line,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of the table, as a message names it."""

    line: int
    column: int
    head: str

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column} ({self.head[:40] or 'without a name'})"


def refuse_misplaced(tool: Tool, head: list[str]) -> None:
    """Raise BadRobvis when a column bears the name of another place: its judgements would be read as those of another domain."""
    wanted = ["Study", *heads(tool), "Overall", WEIGHT]
    names = [plain(WEIGHT if name.casefold() in WEIGHTS else name) for name in head]
    places: dict[str, set[int]] = {}  # two domains may have one title, or that of another column
    for n, name in [*enumerate((each.title for each in columns(tool)), start=1), *enumerate(wanted)]:
        if plain(name):
            places.setdefault(plain(name), set()).add(n)
    numbered = [f"d{n}" for n in range(1, len(columns(tool)) + 1)]
    if names[1 : len(numbered) + 1] == numbered:  # by their order, whatever numbers the tool itself gives them
        places |= {name: {n} for n, name in enumerate(numbered, start=1)}
    for n, name in enumerate(names):
        number = NUMBERED.fullmatch(name)
        meant = places.get(name, {int(number["n"]) if number else n})
        is_last = name == plain(WEIGHT) and n == len(names) - 1  # there may be no Overall before it
        if n not in meant and not is_last:
            raise BadRobvis(
                f"{Place(1, n + 1, head[n])}: this name belongs to column {min(meant) + 1}. "
                f"The order tells which domain is which: {', '.join(wanted)}."
            )


def plain(name: str) -> str:
    """A name without what stands for a blank in one program and not in another."""
    return re.sub(r"[\W_]+", ".", name.casefold()).strip(".")


def beginning(head: list[str]) -> str:
    """The first columns of a head, cut: what is no such table may have a long first line."""
    words = [each if len(each) <= 20 else f"{each[:20]}…" for each in head[:3]]
    more = f" and {len(head) - 3} more" if len(head) > 3 else ""
    return (", ".join(words) or "nothing") + more


def known(tool: Tool, domain: Domain | None, cell: str, place: Place) -> str:
    """The judgement that a cell names: by its word, its label, or its first letter where that is enough."""
    options = tool.options_of(domain) if domain else tool.judgements
    for option in options:
        names = {option.value, option.label, WORDS.get(option.value, option.value)}
        if cell.casefold() in {each.casefold() for each in names}:
            return option.value
    alike = [option.value for option in options if option.value[:1].casefold() == cell[:1].casefold()]
    if len(alike) == 1:
        return alike[0]
    words = ", ".join(WORDS.get(option.value, option.value) for option in options)
    raise BadRobvis(
        f"{place}: “{cell[:40]}” is no judgement of {tool.name}. Known are {words}; NA, or an empty cell, where nothing is judged."
    )


def number(cell: str, place: Place) -> float:
    try:
        weight = float(cell)
    except ValueError:
        raise BadRobvis(f"{place}: the weight “{cell[:40]}” is no number.") from None
    if not 0 <= weight < float("inf"):
        raise BadRobvis(f"{place}: the weight {cell[:40]} must be 0 or more.")
    return weight
