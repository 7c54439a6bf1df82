"""Which drawing goes with which data, and as which file? SVG for pages, PNG at 300 dpi and PDF for manuscripts.

What has a row for each study, a forest plot or a table of traffic lights, is printed on A4, over as many sheets as it takes; every other
figure is a page of its own size, ready to be placed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis.plots.baujat import Baujat, baujat
from analysis.plots.bubble import BubblePlot, bubble
from analysis.plots.forest import forest, forest_pages
from analysis.plots.forest_data import Forest
from analysis.plots.funnel import Funnel, funnel
from analysis.plots.history import History, history
from analysis.plots.render import svg_to_pdf, svg_to_png
from analysis.plots.traffic_light import BiasSummary, TrafficLight, bias_summary, traffic_light, traffic_light_pages

Plot = Forest | Funnel | Baujat | BubblePlot | History | TrafficLight | BiasSummary

DRAWN: dict[type, Callable[[Any], str]] = {
    Forest: forest,
    Funnel: funnel,
    Baujat: baujat,
    BubblePlot: bubble,
    History: history,
    TrafficLight: traffic_light,
    BiasSummary: bias_summary,
}
PAGED: dict[type, Callable[[Any], tuple[str, ...]]] = {Forest: forest_pages, TrafficLight: traffic_light_pages}
KINDS = ("svg", "png", "pdf")


def svg(plot: Plot) -> str:
    """The figure as one picture."""
    return DRAWN[type(plot)](plot)


def file(plot: Plot, kind: str) -> bytes:
    """The figure as "svg", "png" or "pdf". Raises ValueError for another kind."""
    return printed(plot, kind, sheets(plot, kind))


def sheets(plot: Plot, kind: str) -> list[str]:
    """The SVG text of each page of such a file."""
    if kind not in KINDS:
        raise ValueError(f"a figure is one of {', '.join(KINDS)}, not {kind!r}")
    return list(PAGED[type(plot)](plot)) if kind == "pdf" and type(plot) in PAGED else [svg(plot)]


def printed(plot: Plot, kind: str, pages: list[str]) -> bytes:
    """The file that these pages make."""
    if kind == "pdf":
        return svg_to_pdf(*pages, a4=type(plot) in PAGED)
    return svg_to_png(pages[0]) if kind == "png" else pages[0].encode()
