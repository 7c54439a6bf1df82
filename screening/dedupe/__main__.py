"""Which records of a table are one publication? ``python -m screening.dedupe IN.csv OUT.csv [--ask ASK.csv]``

IN.csv needs the columns record_id and title; of authors (parted by semicolons), year, journal, volume, issue, pages, doi,
pmid, abstract, type and accession it takes what there is. OUT.csv gets one line for each record, in the same order: record_id,
cluster_id (the first record of its publication), and rule and score of its strongest link, empty for a record alone.
ASK.csv gets the pairs that a person should look at, most likely first.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from screening.dedupe.decisions import Candidate, Decisions, decide
from screening.dedupe.normalise import Record
from screening.dedupe.rules import Outcome
from screening.formats import identifiers

NEEDED = ("record_id", "title")
OUT_COLUMNS = ("record_id", "cluster_id", "rule", "score")
ASK_COLUMNS = ("record_a", "record_b", "rule", "score", "evidence")


class UnreadableTable(ValueError):
    """The table cannot be taken. The message names the file and the line, and says what to do."""


def read_table(path: Path) -> list[Record]:
    """-> the records of a CSV file, in its order."""
    csv.field_size_limit(1 << 30)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _records(path, csv.DictReader(file))
    except UnicodeDecodeError as error:
        raise UnreadableTable(f"{path}: not UTF-8 (byte {error.start}). Save the table as CSV in UTF-8.") from error
    except csv.Error as error:
        raise UnreadableTable(f"{path}: not a CSV table ({error}). Save the table as CSV in UTF-8.") from error


def _records(path: Path, table: csv.DictReader[str]) -> list[Record]:
    if missing := [name for name in NEEDED if name not in (table.fieldnames or ())]:
        raise UnreadableTable(f"{path}, line 1: no column {' and no column '.join(missing)}. Name the columns so.")
    records: list[Record] = []
    lines: dict[str, int] = {}
    for row in table:
        one = (row["record_id"] or "").strip()
        if not one:
            raise UnreadableTable(f"{path}, line {table.line_num}: no record_id. Give each record an id of its own.")
        if one in lines:
            raise UnreadableTable(
                f"{path}, line {table.line_num}: the record_id {one} stands in line {lines[one]} too. "
                "Give each record an id of its own."
            )
        lines[one] = table.line_num
        records.append(record(one, row))
    return records


def record(one: str, row: dict[str, str]) -> Record:
    """-> one row of a table as a record."""

    def cell(name: str) -> str:
        return row.get(name) or ""

    return Record(
        id=one,
        title=cell("title"),
        authors=tuple(filter(None, (name.strip() for name in cell("authors").split(";")))),
        year=identifiers.year(cell("year")),
        journal=cell("journal"),
        volume=cell("volume"),
        issue=cell("issue"),
        pages=cell("pages"),
        doi=cell("doi"),
        pmid=cell("pmid"),
        abstract=cell("abstract"),
        type=cell("type"),
        accession=cell("accession"),
    )


def clusters_table(records: Sequence[Record], decisions: Decisions) -> Iterable[Sequence[object]]:
    """-> the lines of OUT.csv."""
    cluster_of = {one: cluster for cluster in decisions.clusters for one in cluster}
    first: dict[tuple[object, ...], object] = {}
    strongest: dict[object, Candidate] = {}
    for candidate in decisions.having(Outcome.LINK):
        strongest.setdefault(candidate.a, candidate)
        strongest.setdefault(candidate.b, candidate)
    for one in (each.id for each in records):
        link = strongest.get(one)
        yield one, first.setdefault(cluster_of[one], one), *((link.rule, link.score) if link else ("", ""))


def questions_table(decisions: Decisions) -> Iterable[Sequence[object]]:
    """-> the lines of ASK.csv."""
    for asked in decisions.having(Outcome.ASK):
        yield asked.a, asked.b, asked.rule, asked.score, asked.evidence


def write_table(path: Path, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Write a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """De-duplicate a table; -> 1 where it cannot be read or the answer not be written, else 0."""
    parser = argparse.ArgumentParser(prog="python -m screening.dedupe", description=__doc__.split("\n")[0])
    parser.add_argument("table", type=Path, metavar="IN.csv")
    parser.add_argument("out", type=Path, metavar="OUT.csv")
    parser.add_argument("--ask", type=Path, metavar="ASK.csv", help="also write the pairs that a person should look at")
    options = parser.parse_args(arguments)
    try:
        records = read_table(options.table)
        decisions = decide(records)
        write_table(options.out, OUT_COLUMNS, clusters_table(records, decisions))
        if options.ask:
            write_table(options.ask, ASK_COLUMNS, questions_table(decisions))
    except UnreadableTable as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"{error.filename}: {error.strerror}. Name a file that can be read, or a place to write.", file=sys.stderr
        )
        return 1
    asked = len(decisions.having(Outcome.ASK))
    print(f"{len(records)} records, {len(decisions.clusters)} publications, {asked} questions")
    return 0


if __name__ == "__main__":
    sys.exit(main())
