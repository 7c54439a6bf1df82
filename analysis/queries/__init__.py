"""What may a member see on the analysis floor? Planned analyses with the runs that stand for them, and the flow diagram."""

from analysis.queries.analyses import (
    Change,
    Input,
    Shown,
    analyses,
    analysis,
    current_run,
    dropped_analyses,
    headlines,
    history,
    input_now,
    out_of_date,
    package,
    packages,
    run,
    shown_analyses,
    shown_analysis,
)
from analysis.queries.flow import Flow, Row, examples, flow, flow_sets, number, rows
from analysis.queries.steps import steps

__all__ = [
    "Change",
    "Flow",
    "Input",
    "Row",
    "Shown",
    "analyses",
    "analysis",
    "current_run",
    "dropped_analyses",
    "examples",
    "flow",
    "flow_sets",
    "headlines",
    "history",
    "input_now",
    "number",
    "out_of_date",
    "package",
    "packages",
    "rows",
    "run",
    "shown_analyses",
    "shown_analysis",
    "steps",
]
