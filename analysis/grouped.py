"""How does a forest plot by subgroup carry what each study gave, and each subgroup's people, as RevMan prints it?

The plot comes with weights and effects, from what analysis.stats found; the numbers of both groups are put before them, from the run's studies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from analysis import exports, marks
from analysis.exports import Row, Table
from analysis.models import Run

if TYPE_CHECKING:
    from analysis.plots.forest_data import Forest, Group, StudyRow, SummaryRow


def with_data(run: Run, plot: Forest) -> Forest:
    """The plot with the columns of the run's forest plot, and its marks."""
    known = {study["label"]: study for study in run.result["studies"]}

    def row(study: StudyRow) -> StudyRow:
        cells = (*exports.given(run, known[study.label]), *study.cells)
        return replace(study, label=marks.called(known[study.label]), cells=cells)

    def summary(of: SummaryRow, studies: Iterable[StudyRow]) -> SummaryRow:
        told = exports.sums(run, [known[each.label] for each in studies])
        prediction = of.prediction and replace(of.prediction, cells=(*[""] * len(told), *of.prediction.cells))
        return replace(of, cells=(*told, *of.cells), prediction=prediction)

    def group(of: Group) -> Group:
        below = summary(of.summary, of.studies) if of.summary else None
        return replace(of, studies=tuple(map(row, of.studies)), summary=below)

    return replace(
        plot,
        columns=tuple(exports.columns_of(run)),
        groups=tuple(map(group, plot.groups)),
        total=summary(plot.total, plot.studies) if plot.total else None,
        footnotes=(*marks.legend(known[each.label] for each in plot.studies), *plot.footnotes),
    )


def table(run: Run, plot: Forest) -> Table:
    """The texts of such a plot, the subtotal after each subgroup."""
    rows = []
    for group in plot.groups:
        rows += [Row(each.label, each.cells) for each in group.studies]
        if group.summary:
            rows.append(Row(f"{group.heading}: subtotal", group.summary.cells))
    total = Row("Total", plot.total.cells) if plot.total else None
    return replace(exports.table(run), rows=rows, total=total)
