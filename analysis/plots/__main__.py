"""Draw a forest plot from a JSON file: python -m analysis.plots FOREST.json PLOT.svg (or .png, .pdf)

The document has the fields of `analysis.plots.forest_data.Forest`; its `judgements` may be the name of a tool (rob1,
rob2, robins_i). A PDF is on A4, over as many pages as it takes.
"""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from analysis.plots.forest import forest, forest_pages
from analysis.plots.forest_data import Forest
from analysis.plots.judgements import ROB1, ROB2, ROBINS_I
from analysis.plots.reading import Unreadable, read, read_file
from analysis.plots.render import svg_to_pdf, svg_to_png

TOOLS = {"rob1": ROB1, "rob2": ROB2, "robins_i": ROBINS_I}


def forest_from(document: Any, where: str) -> Forest:
    """The plot that a JSON document describes. Raises Unreadable."""
    if isinstance(document, dict) and isinstance(document.get("judgements"), str):
        tool = document["judgements"]
        if tool not in TOOLS:
            raise Unreadable(f"{where}.judgements: must be one of {', '.join(TOOLS)}, not {tool!r}")
        document = {**document, "judgements": {key: asdict(judgement) for key, judgement in TOOLS[tool].items()}}
    plot: Forest = read(Forest, document, where)
    return plot


def drawn(plot: Forest, suffix: str) -> bytes:
    """The plot as a file of that kind. Raises Unreadable for a kind that is none."""
    if suffix == ".svg":
        return forest(plot).encode()
    if suffix == ".png":
        return svg_to_png(forest(plot))
    if suffix == ".pdf":
        return svg_to_pdf(*forest_pages(plot), a4=True)
    raise Unreadable(f"the plot's file must end in .svg, .png or .pdf, not {suffix!r}")


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    source, target = map(Path, arguments)
    try:
        target.write_bytes(drawn(forest_from(read_file(source), source.name), target.suffix))
    except (Unreadable, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
