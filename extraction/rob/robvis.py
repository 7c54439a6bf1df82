"""How do judgements go to robvis, and come back? The CSV that its app and package read: Study, D1 ... Dn, Overall, Weight.

McGuinness LA, Higgins JPT. Research Synthesis Methods 2021;12:55-61. robvis goes by the order of the columns, and by the first letter of a
judgement: so does `read`, where that letter is one judgement's alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

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
    text = text.removeprefix("\ufeff")
    between = max(BETWEEN_CELLS, key=text.partition("\n")[0].count)
    lines = csv.reader(io.StringIO(text), delimiter=between)
    head = [each.strip() for each in next(lines, [])]
    domains = columns(tool)
    weighted = bool(head) and head[-1].casefold() in ("weight", "weights")
    width = len(head) - 1 - weighted
    if len(head) < 2 or width not in (len(domains), len(domains) + 1):
        raise BadRobvis(
            f"Line 1: {tool.name} needs the columns Study, {', '.join(heads(tool))} and Overall, in this order; "
            f"Weight may follow. Found: {beginning(head)}."
        )
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            raise BadRobvis(f"Line {lines.line_num}: {len(cells)} cells where the head has {len(head)}.")
        said = [cell.strip() for cell in cells]
        judged = {
            domain.id: known(tool, domain, cell, lines.line_num)
            for domain, cell in zip(domains, said[1:], strict=False)
            if cell.casefold() not in NOT_JUDGED
        }
        overall = said[1 + len(domains)] if width > len(domains) else ""
        yield Row(
            study=unguarded(said[0]),
            judgements=judged,
            overall=known(tool, None, overall, lines.line_num) if overall.casefold() not in NOT_JUDGED else "",
            weight=number(said[-1] if between == "," else said[-1].replace(",", "."), lines.line_num)
            if weighted
            else 1.0,
        )


def beginning(head: list[str]) -> str:
    """The first columns of a head, cut: what is no such table may have a long first line."""
    words = [each if len(each) <= 20 else f"{each[:20]}…" for each in head[:3]]
    more = f" and {len(head) - 3} more" if len(head) > 3 else ""
    return (", ".join(words) or "nothing") + more


def known(tool: Tool, domain: Domain | None, cell: str, line: int) -> str:
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
    raise BadRobvis(f"Line {line}: “{cell}” is no judgement of {tool.name}. Known are {words}.")


def number(cell: str, line: int) -> float:
    try:
        weight = float(cell)
    except ValueError:
        raise BadRobvis(f"Line {line}: the weight “{cell}” is no number.") from None
    if not 0 <= weight < float("inf"):
        raise BadRobvis(f"Line {line}: the weight {cell} must be 0 or more.")
    return weight
