"""Count, check and draw a flow diagram from a JSON file: python -m analysis.flow SETS.json [FLOW.svg]

The document has the fields of `analysis.flow.sets.FlowSets`; identifiers are texts. Prints the numbers and every
constraint that does not hold, and then ends with 1. The second file may end in .svg, .png, .pdf (A4), .docx, .csv (for the R
package PRISMA2020) or .json.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from analysis.flow.constraints import check
from analysis.flow.counts import count
from analysis.flow.diagram import diagram, provisional, template
from analysis.flow.document import to_docx
from analysis.flow.export import to_json, to_prisma2020_csv
from analysis.flow.numbers import FlowCounts
from analysis.flow.sets import FlowSets
from analysis.plots.reading import Unreadable, read, read_file
from analysis.plots.render import svg_to_pdf, svg_to_png

WRITERS: dict[str, Callable[[FlowCounts], bytes]] = {
    ".svg": lambda counts: diagram(counts).encode(),
    ".png": lambda counts: svg_to_png(diagram(counts)),
    ".pdf": lambda counts: svg_to_pdf(diagram(counts), a4=True),
    ".docx": to_docx,
    ".csv": lambda counts: to_prisma2020_csv(counts).encode(),
    ".json": lambda counts: to_json(counts).encode(),
}


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    source, *targets = map(Path, arguments)
    try:
        sets: FlowSets = read(FlowSets, read_file(source), source.name)
        counts = count(sets)
        for target in targets:
            if target.suffix not in WRITERS:
                raise Unreadable(f"{target}: the file must end in one of {', '.join(WRITERS)}")
            target.write_bytes(WRITERS[target.suffix](counts))
    except (Unreadable, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return report(sets, counts)


def report(sets: FlowSets, counts: FlowCounts) -> int:
    """Print the numbers and the breaches; 1 if there is one."""
    print(f"{template(counts)}. {provisional(counts)}".strip())
    for number in counts.numbers.values():
        print(f"{number.n:8}  {number.unit.value:9} {number.key:40} {number.label}")
    breaches = check(sets, counts)
    for breach in breaches:
        print(f"{breach.constraint}: {breach.message} ({', '.join(sorted(map(str, breach.ids)))})", file=sys.stderr)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
