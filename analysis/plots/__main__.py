"""Draw a figure from a JSON file: python -m analysis.plots FIGURE.json PLOT.svg (or .png, .pdf)

The document says which `figure` it is (forest, funnel, baujat, bubble, history, traffic_light or bias_summary;
forest if it does not say) and has the fields of that figure's dataclass in this folder; `judgements` may be the name of
a tool (rob1, rob2, robins_i). The PDF of a forest is on A4, over as many pages as it takes.
"""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from analysis.plots.baujat import Baujat
from analysis.plots.bubble import BubblePlot
from analysis.plots.figure import KINDS, Plot, file
from analysis.plots.forest_data import Forest
from analysis.plots.funnel import Funnel
from analysis.plots.history import History
from analysis.plots.judgements import ROB1, ROB2, ROBINS_I
from analysis.plots.reading import Unreadable, read, read_file
from analysis.plots.traffic_light import BiasSummary, TrafficLight

TOOLS = {"rob1": ROB1, "rob2": ROB2, "robins_i": ROBINS_I}


FIGURES: dict[str, type[Plot]] = {
    "forest": Forest,
    "funnel": Funnel,
    "baujat": Baujat,
    "bubble": BubblePlot,
    "history": History,
    "traffic_light": TrafficLight,
    "bias_summary": BiasSummary,
}


def plot_from(document: Any, where: str) -> Plot:
    """The plot that a JSON document describes. Raises Unreadable."""
    name = "forest"
    if isinstance(document, dict):
        document = dict(document)
        name = document.pop("figure", name)
        if name not in FIGURES:
            raise Unreadable(f"{where}.figure: must be one of {', '.join(FIGURES)}, not {name!r}")
        if isinstance(tool := document.get("judgements"), str):
            if tool not in TOOLS:
                raise Unreadable(f"{where}.judgements: must be one of {', '.join(TOOLS)}, not {tool!r}")
            document["judgements"] = {key: asdict(judgement) for key, judgement in TOOLS[tool].items()}
    plot: Plot = read(FIGURES[name], document, where)
    return plot


def drawn(plot: Plot, suffix: str) -> bytes:
    """The plot as a file of that kind. Raises Unreadable for a kind that is none."""
    if suffix.removeprefix(".") not in KINDS:
        raise Unreadable(f"the plot's file must end in .svg, .png or .pdf, not {suffix!r}")
    return file(plot, suffix.removeprefix("."))


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    source, target = map(Path, arguments)
    try:
        target.write_bytes(drawn(plot_from(read_file(source), source.name), target.suffix))
    except (Unreadable, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
