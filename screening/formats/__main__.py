"""Which records are in these files? ``python -m screening.formats FILE...`` prints them as JSON.

The answer maps each file's name to ``{"format", "encoding", "records", "problems"}``, or to ``{"error"}``
where the file cannot be read; ``--raw`` adds the raw text and all fields of each record.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from screening.formats.reading import read
from screening.formats.record import UnreadableFile

_BULKY = ("raw", "fields")


def reading_of(path: Path, encoding: str | None = None, raw: bool = False) -> dict[str, Any]:
    """-> what a file holds, as plain JSON types."""
    try:
        result = read(path, path.name, encoding)
    except (UnreadableFile, OSError) as error:
        return {"error": str(error)}
    records = [record.to_dict() for record in result.records]
    if not raw:
        records = [{name: value for name, value in record.items() if name not in _BULKY} for record in records]
    return {
        "format": result.format,
        "encoding": result.encoding,
        "records": records,
        "problems": [str(problem) for problem in result.problems],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the records of the files named; -> 1 where a file could not be read, else 0."""
    parser = argparse.ArgumentParser(prog="python -m screening.formats", description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--encoding", help="read the files in this encoding instead of the one detected")
    parser.add_argument("--raw", action="store_true", help="also print each record's raw text and all its fields")
    options = parser.parse_args(arguments)
    answers = {path.name: reading_of(path, options.encoding, options.raw) for path in options.files}
    json.dump(answers, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
    return 1 if any("error" in answer for answer in answers.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
