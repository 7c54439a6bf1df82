"""What is in a RevMan file, and do our numbers agree? `python -m analysis.revman FILE` prints each outcome, stored beside computed."""

from __future__ import annotations

import sys
from pathlib import Path

from analysis.revman.files import read
from analysis.revman.pooled import with_totals
from analysis.revman.records import BadRevman, Totals


def line(totals: Totals) -> str:
    if totals.effect is None:
        return "no result"
    return f"{totals.effect:.6g} ({totals.ci_start:.6g} to {totals.ci_end:.6g})"


def main(arguments: list[str]) -> int:
    if not arguments:
        print("usage: python -m analysis.revman FILE.rm5 or DATA-PACKAGE.zip", file=sys.stderr)
        return 2
    try:
        for name in arguments:
            for comparison, outcome in read(Path(name).read_bytes()).outcomes():
                model = "random" if outcome.random else "fixed"
                print(f"{comparison.number}.{outcome.number} {outcome.name}")
                print(f"    {outcome.measure}, {outcome.method}, {model}, {len(outcome.data)} studies")
                print(f"    stored    {line(outcome.totals)}")
                print(f"    computed  {line(with_totals(outcome).totals)}")
    except (BadRevman, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
