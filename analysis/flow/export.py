"""How does the flow diagram leave as data? As JSON, and as the CSV that the R package PRISMA2020 draws from.

Both carry the very numbers of the diagram. The CSV has the columns and row keys of PRISMA2020 1.1.4
(`inst/extdata/PRISMA.csv` there, read by its `PRISMA_data()`). What that format cannot hold is not left out in
silence: that work is unfinished is said in the heading, and sources beyond its three rows for other methods are added
up under "Other methods".
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analysis.flow.boxes import DBR, METHODS, OTHER
from analysis.flow.diagram import provisional, template
from analysis.flow.numbers import KIND_LABELS, FlowCounts, Number
from analysis.flow.sets import Kind
from screening.formats.table import guarded

Link = Callable[[Number], str | None]

COLUMNS = ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")
MISSING = "NA"


# data, key of the number, node, box: what follows the sources, in the order of the package's template.
MIDDLE = (
    ("duplicates", f"{DBR}_duplicates", "node8", "box3"),
    ("excluded_automatic", f"{DBR}_removed_automation", MISSING, "box3"),
    ("excluded_other", f"{DBR}_removed_other", MISSING, "box3"),
    ("records_screened", f"{DBR}_screened", "node9", "box4"),
    ("records_excluded", f"{DBR}_records_excluded", "node10", "box5"),
    ("dbr_sought_reports", f"{DBR}_sought", "node11", "box6"),
    ("dbr_notretrieved_reports", f"{DBR}_not_retrieved", "node12", "box7"),
    ("other_sought_reports", f"{OTHER}_sought", "node18", "box12"),
    ("other_notretrieved_reports", f"{OTHER}_not_retrieved", "node19", "box13"),
    ("dbr_assessed", f"{DBR}_assessed", "node13", "box8"),
    ("dbr_excluded", f"{DBR}_reports_excluded", "node14", "box9"),
    ("other_assessed", f"{OTHER}_assessed", "node20", "box14"),
    ("other_excluded", f"{OTHER}_reports_excluded", "node21", "box15"),
    ("new_studies", "new_studies", "node15", "box10"),
    ("new_reports", "new_reports", MISSING, "box10"),
)
STAGES = (("identification", "node1"), ("screening", "node2"), ("included", "node3"))

# What the boxes of the other templates would say; the package leaves them out unless told otherwise.
ABSENT = {
    "previous_studies": "Studies included in previous version of review",
    "previous_reports": "Reports of studies included in previous version of review",
    "total_studies_ma": "Total studies included in meta-analysis",
    "total_reports_ma": "Reports of total included studies in meta-analysis",
}

# The package's three rows for other methods.
SLOTS = {
    Kind.WEBSITE: ("website_results", "node17"),
    Kind.ORGANISATION: ("organisation_results", MISSING),
    Kind.CITATION: ("citations_results", MISSING),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the CSV. `text` is what the box says, `opens` the number whose list the box opens."""

    data: str
    node: str
    box: str
    text: str
    n: str
    opens: Number | None = None
    tip: str = ""


def to_json(counts: FlowCounts) -> str:
    """Template, numbers by key with label and unit, and what is still open."""
    numbers = {
        number.key: {"label": number.label, "unit": number.unit.value, "n": number.n}
        for number in counts.numbers.values()
    }
    document = {
        "template": template(counts),
        "updated": counts.updated,
        "other_methods": counts.other_methods,
        "finished": counts.finished,
        "open": provisional(counts),
        "numbers": numbers,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def to_prisma2020_csv(counts: FlowCounts, link: Link | None = None) -> str:
    """The CSV for the R package PRISMA2020; `link` gives the address that a box opens."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in _rows(counts):
        href = link(row.opens) if link is not None and row.opens is not None else None
        says = _one_line(row.text)
        cells = (row.data, row.node, row.box, says, says, row.tip or says, href or MISSING, row.n)
        writer.writerow([guarded(each) for each in cells])
    return text.getvalue()


def _rows(counts: FlowCounts) -> Iterator[Row]:
    new = "new studies" if counts.updated else "studies"
    yield Row(MISSING, "node4", "prevstud", "Previous studies", "0")
    yield _row(counts, "previous_studies", "previous_studies", "node5", "box1")
    yield _row(counts, "previous_reports", "previous_reports", MISSING, "box1")
    heading = f"Identification of {new} via databases and registers"
    if not counts.finished:
        heading += " (provisional: work unfinished)"
    still_open = provisional(counts).replace("\u00a0", " ")
    yield Row(MISSING, "node6", "newstud", heading, "0", tip=still_open)
    for kind, node in ((Kind.DATABASE, "node7"), (Kind.REGISTER, MISSING)):
        total, sources = counts[f"{kind.value}_results"], counts.starting(f"{kind.value}_source:")
        yield Row(f"{kind.value}_results", node, "box2", total.label, str(total.n), total)
        yield Row(f"{kind.value}_specific_results", MISSING, "box2", total.label, _list(sources, total), total)
    yield Row(MISSING, "node16", "othstud", f"Identification of {new} via other methods", "0")
    yield from _other_methods(counts)
    for data, key, node, box in MIDDLE:
        yield _row(counts, data, key, node, box)
    totals = ("total_studies", "total_reports") if counts.updated else ("new_studies", "new_reports")
    for data, key, node in zip(("total_studies", "total_reports"), totals, ("node22", MISSING), strict=True):
        yield _row(counts, data, key, node, "box16")
    for stage, node in STAGES:
        yield Row(stage, node, stage, stage.capitalize(), "0")
    yield _row(counts, "total_studies_ma", "total_studies_ma", "node23", "box17")
    if counts.get("total_studies_ma") and not counts.get("total_reports_ma"):
        yield Row(
            "total_reports_ma", MISSING, "box17", ABSENT["total_reports_ma"], MISSING
        )  # not known, which is not 0
    else:
        yield _row(counts, "total_reports_ma", "total_reports_ma", MISSING, "box17")


def _row(counts: FlowCounts, data: str, key: str, node: str, box: str) -> Row:
    """A number of the diagram; 0 where it does not apply."""
    number = counts.get(key)
    if number is None:
        return Row(data, node, box, ABSENT[data], "0")
    reasons = counts.starting(key.replace("reports_excluded", "reason:")) if key.endswith("reports_excluded") else ()
    n = _list(tuple(reason for reason in reasons if reason.n), number)
    return Row(data, node, box, number.label, n, number)


def _other_methods(counts: FlowCounts) -> Iterator[Row]:
    """Three rows: each kind in its own, other methods in rows that are free, and what is left over in the last."""
    sources = {kind: list(counts.starting(f"{kind.value}_source:")) for kind in METHODS}
    others = sources.pop(Kind.OTHER)
    free = [kind for kind in SLOTS if not sources[kind]]
    sources |= {kind: [number] for kind, number in zip(free, others, strict=False)}
    left_over = others[len(free) :]
    for kind, (data, node) in SLOTS.items():
        numbers = sources[kind]
        text = numbers[0].label if len(numbers) == 1 else KIND_LABELS[kind]
        if left_over and kind is Kind.CITATION:
            numbers, text = numbers + left_over, KIND_LABELS[Kind.OTHER]
        n = sum(number.n for number in numbers)
        yield Row(data, node, "box11", text, str(n), numbers[0] if numbers else None)


def _list(numbers: tuple[Number, ...], total: Number) -> str:
    """'Label, 12; Label, 3', or the total alone. The package parts the text at commas and semicolons, so labels have none."""
    return "; ".join(f"{_label(number.label)}, {number.n}" for number in numbers) or str(total.n)


def _label(text: str) -> str:
    return re.sub(r"[,;]\s*", " / ", _one_line(text)).strip(" /")


def _one_line(text: str) -> str:
    """Without line ends and control characters, which would part the rows for other readers."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text).strip()
