"""How is the package run from a shell?

    python -m analysis.stats FILE.json [FILE.json ...] [--out FOLDER]
    python -m analysis.stats --csv DATA.csv --measure RR [--model REML] [--test knha] [--preset "RevMan 5"] ...

The first computes the effects and cases of files in the schema `meta-reference/1` and prints them as JSON, one
line per file, or writes one file per input into a folder. The second pools a table and prints a summary.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

from .batch import run_document
from .effects import effects
from .errors import StatsError
from .measures import MEASURES
from .options import PRESETS
from .pool import pool
from .regression import regress
from .subgroup import subgroups

MISSING = ("", "NA", "na", ".")


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns 0, or 2 after saying on stderr what is wrong."""
    parser = _parser()
    a = parser.parse_args(arguments)
    if bool(a.files) == bool(a.csv):
        parser.error("give either JSON files or --csv with --measure")
    if a.csv and not a.measure:
        parser.error("--csv needs --measure, such as --measure RR")
    try:
        if a.csv:
            print(_table(a))
        else:
            _documents(a.files, a.out)
    except StatsError as e:
        print(f"analysis.stats: {e}", file=sys.stderr)
        return 2
    except OSError as e:
        print(f"analysis.stats: {e.filename}: {e.strerror}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis.stats", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.json", help="data, effects and cases to compute")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write one result file per input file there")
    parser.add_argument("--csv", type=Path, metavar="DATA.csv", help="a table with one study per row and named columns")
    parser.add_argument("--measure", choices=list(MEASURES), metavar="NAME", help=", ".join(MEASURES))
    parser.add_argument(
        "--model", help="EE (common effect), DL, HE, HS, SJ, PM, REML, ML or EB; the preset's if left out"
    )
    parser.add_argument("--test", help="z, knha, adhoc or advice")
    parser.add_argument("--weighting", help="IV, MH or Peto")
    parser.add_argument("--level", type=float, help="of all intervals, in percent")
    parser.add_argument("--preset", default="RevMan 2025", choices=list(PRESETS), help="the conventions to follow")
    parser.add_argument("--by", metavar="COLUMN", help="pool by the groups in this column")
    parser.add_argument("--mods", metavar="FORMULA", help='meta-regression, such as "~ year + factor(setting)"')
    parser.add_argument("--effects", action="store_true", help="print the effects of the studies, too")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    return parser


def _documents(files: list[Path], out: Path | None) -> None:
    if out:
        out.mkdir(parents=True, exist_ok=True)
    for path in files:
        content = _read_json(path)
        try:
            result = json.dumps(run_document(content))
        except StatsError as e:
            raise StatsError(f"{path}: {e}") from None
        if out:
            (out / path.name).write_text(result + "\n", encoding="utf-8")
        else:
            print(result)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as e:
        raise StatsError(f"{path} is not text in UTF-8: {e.reason} at byte {e.start}.") from None
    except json.JSONDecodeError as e:
        raise StatsError(f"{path}, line {e.lineno}, column {e.colno}: not JSON ({e.msg}).") from None


def _table(a: argparse.Namespace) -> str:
    data = read_csv(a.csv)
    es = effects(a.measure, data, preset=a.preset)
    given = {"method": a.model, "test": a.test, "weighting": a.weighting, "level": a.level}
    options = {name: value for name, value in given.items() if value is not None}
    if a.by and a.by not in data:
        raise StatsError(f"{a.csv} has no column {a.by!r}; columns are {', '.join(data)}.")
    result: Any
    if a.mods:
        result = regress(es, a.mods, data, **options)
    elif a.by:
        result = subgroups(es, data[a.by], name=a.by, **options)
    else:
        result = pool(es, **options)
    if a.json:
        return json.dumps(result.to_dict(), indent=1)
    return f"{es}\n\n{result}" if a.effects else str(result)


def read_csv(path: Path) -> dict[str, list[Any]]:
    """The columns of a CSV file with a head line, numbers as numbers, None for empty cells and NA.

    Comma, semicolon or tab separate; StatsError names the line of a row with too many or too few cells.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as e:
        raise StatsError(f"{path} is not text in UTF-8: {e.reason} at byte {e.start}.") from None
    head = text.split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    rows = [row for row in csv.reader(text.splitlines(), delimiter=separator)]
    if len(rows) < 2:
        raise StatsError(f"{path} needs a line of column names and at least one study.")
    names = [name.strip() for name in rows[0]]
    for line, row in enumerate(rows[1:], start=2):
        if row and len(row) != len(names):
            raise StatsError(f"{path}, line {line}: {len(row)} cells, but {len(names)} columns are named.")
    return {name: [_cell(row[i]) for row in rows[1:] if row] for i, name in enumerate(names)}


def _cell(text: str) -> Any:
    text = text.strip()
    if text in MISSING:
        return None
    try:
        return float(text)
    except ValueError:
        return text


if __name__ == "__main__":
    sys.exit(main())
