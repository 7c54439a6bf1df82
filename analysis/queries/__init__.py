"""What may a member see on the analysis floor? Planned analyses with the runs that stand for them, and the flow diagram."""

from analysis.queries.analyses import (
    Change,
    Shown,
    analyses,
    analysis,
    archive,
    archives,
    current_run,
    dropped_analyses,
    headlines,
    history,
    input_now,
    not_pooled,
    out_of_date,
    package,
    packages,
    run,
    shown_analyses,
    shown_analysis,
    to_pool,
)
from analysis.queries.flow import Flow, checked, flow, number
from analysis.queries.flow_lists import Row, bibliography, examples, listed, rows, studies_of
from analysis.queries.flow_sets import flow_sets
from analysis.queries.flow_why import explained
from analysis.queries.inputs import Input
from analysis.queries.steps import steps

__all__ = [
    "Change",
    "Flow",
    "Input",
    "Row",
    "Shown",
    "analyses",
    "analysis",
    "archive",
    "archives",
    "bibliography",
    "checked",
    "current_run",
    "dropped_analyses",
    "examples",
    "explained",
    "flow",
    "flow_sets",
    "headlines",
    "history",
    "input_now",
    "listed",
    "number",
    "out_of_date",
    "package",
    "packages",
    "rows",
    "run",
    "not_pooled",
    "shown_analyses",
    "to_pool",
    "shown_analysis",
    "steps",
    "studies_of",
]
