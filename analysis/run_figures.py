"""Which figures does a run have beside its forest plot, and what must a reader know of each?

All are drawn from what the run has stored (see analysis.pooling): nothing is computed again. A figure whose numbers a run does not
have is not there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from analysis import drawing, figures, grouped
from analysis.exports import (
    Table,
    favours,
    forest_of,
    interval_of,
    measure_of,
    method_in_short,
    pooled_studies,
    result_in_words,
)
from analysis.exports import table as forest_table
from analysis.investigations import COMMON, MODERATOR, SUBGROUP
from analysis.measures import Measure, measure
from analysis.models import Analysis, Run
from analysis.queries import Change
from analysis.queries.investigations import called as words_for
from analysis.queries.investigations import worded, words_of
from analysis.report.grammar import capital, count, listed
from analysis.rounded import effect, p_value
from reviewapp.errors import NotHere

if TYPE_CHECKING:
    from analysis.plots.figure import Plot
    from analysis.plots.forest_data import Interval
    from analysis.plots.history import History

SUBGROUP_WORDS = (
    "Do groups of studies differ in their effect? Each group has its own diamond; the last line tests whether they differ. "
    "Groups were not made by chance, so a difference may have other causes."
)
SHARED = "All groups share one variance between studies (tau²)."
REGRESSION_WORDS = (
    "Does the effect change with a number? Each bubble is a study, the larger the more weight it has; the line is the regression, "
    "the grey its confidence band. What holds between studies need not hold between people."
)
FUNNEL_WORDS = (
    "Do small studies find larger effects? Each study by its effect and its standard error. Studies missing in the white area, "
    "where p is above 0.10, point to results that were not published; studies missing elsewhere point to other causes."
)
FUNNEL_WORDS_OF_ONE = (
    "Do small studies find other numbers? Each study by what is pooled of it, on the scale on which it is pooled, and its standard error. "
    "Nothing is compared, and so nothing is left unpublished for want of a small p: asymmetry points to other causes."
)
LEAST = 3  # studies that can be told apart in a funnel
FEW = 10  # with fewer studies a funnel plot tells little (Cochrane Handbook, version 6.5, section 13.3.5.4)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its heading, what a reader must know of it, and the table of the same numbers. name: as in its address."""

    name: str
    heading: str
    help: str
    plot: Plot
    table: Table

    @property
    def svg(self) -> SafeString:
        """To be shown inline; its texts are escaped where they are written, in analysis.plots.svg."""
        return mark_safe(drawing.file(self.plot, "svg").decode())  # noqa: S308

    def file(self, kind: str) -> bytes:
        """The figure as "svg", "png" (300 dpi) or "pdf"."""
        return drawing.file(self.plot, kind)


def figures_of(run: Run) -> list[Figure]:
    """The figures of a finished run, in the order in which they are shown: the forest plot first, and what needs a pooled effect."""
    if not run.is_finished or not run.result["studies"]:
        return []
    beside = (*series(run), funnel(run), baujat(run), *investigations(run)) if run.state == Run.State.DONE else ()
    return [figure for figure in (forest(run), *beside) if figure is not None]


def figure_of(run: Run, name: str) -> Figure:
    """One of them by its name. Raises NotHere."""
    found = next((figure for figure in figures_of(run) if figure.name == name), None)
    if found is None:
        raise NotHere("This run has no such figure.")
    return found


def file_name(run: Run, name: str, kind: str) -> str:
    return f"{slugify(str(run.analysis))[:60] or 'analysis'}-run-{run.number}-{name}.{kind}"


# --- each figure -------------------------------------------------------------------------------------------------


def forest(run: Run) -> Figure:
    return Figure(
        "forest",
        "Forest plot",
        "Squares are the studies' effects, their areas the weights; the diamond is the pooled effect, the bar below it where a new study may lie.",
        forest_of(run),
        forest_table(run),
    )


SERIES_WORDS = {
    "leave_one_out": (
        "Leave one out",
        "Does the result hang on one study? Each line pools all the others. A line that leaves the other lines{or_crosses} names a study to look at.",
    ),
    "cumulative": (
        "Cumulative",
        "How did the evidence come about? Each line adds one study, in the order of the years in the studies’ names.",
    ),
}


def series(run: Run) -> list[Figure]:
    """One study left out, one study more: a forest plot each."""
    analysis, method, pooled = run.analysis, method_in_short(run), run.result["pooled"]
    made = []
    for key, (heading, words) in SERIES_WORDS.items():
        if found := beyond(run).get(key):
            plot = figures.series_forest(f"{analysis}: {heading.lower()}", found, pooled, method, favours(run))
            name = key.replace("_", "-")
            words = words.format(or_crosses=", or crosses no effect," if measure_of(run).compares else "")
            made.append(Figure(name, heading, words, plot, figures.series_table(found, pooled, method)))
    return made


def funnel(run: Run) -> Figure | None:
    pooled = run.result["pooled"]
    if pooled["k"] < LEAST:
        return None
    filled = beyond(run).get("trim_and_fill")
    words = FUNNEL_WORDS if measure_of(run).compares else FUNNEL_WORDS_OF_ONE
    if pooled["k"] < FEW:
        words += f" With {pooled['k']} studies the plot says little: ten are advised (Cochrane Handbook, 13.3.5.4)."
    plot = figures.funnel_of(f"{run.analysis}: funnel plot", pooled, filled)
    return Figure("funnel", "Funnel plot", words, plot, figures.funnel_table(pooled, filled))


def baujat(run: Run) -> Figure | None:
    found = beyond(run).get("baujat")
    if not found:
        return None
    words = (
        "Which studies make the results differ, and do they move the pooled effect? Those at the upper right do both. "
        "Across: squared Pearson residual. Up: squared change of the pooled effect without the study, over its variance."
    )
    if more := beyond(run).get("influence"):
        names = figures.influential(more)
        told = f"{listed(names) or 'no study'} {'stand' if len(names) > 1 else 'stands'} out"
        words += f" By the rules of thumb of Viechtbauer and Cheung (2010), {told}."
    plot = figures.baujat_of(f"{run.analysis}: Baujat plot", found)
    return Figure("baujat", "Baujat plot", words, plot, figures.baujat_table(found, more))


def small_study(run: Run) -> dict[str, Any] | None:
    """What the tests of funnel plot asymmetry found, in words; None where the run has nothing of the kind."""
    found = beyond(run).get("small_study")
    return found and {**found, "tests": [tested(each) for each in found["tests"]]}


def tested(found: Mapping[str, Any]) -> dict[str, str]:
    """A test in words. stat: t with its degrees of freedom, or z."""
    infinite = found["df"] in ("Infinity", None)
    stat = "–" if found["stat"] is None else effect(found["stat"])
    letter = "z" if infinite else f"t, df {found['df']:g}"
    return {
        "name": found["test"],
        "stat": f"{stat} ({letter})",
        "p": p_value(found["p"]).removeprefix("= "),
        "notes": "; ".join(found["notes"]),
    }


def investigations(run: Run) -> list[Figure]:
    """What the plan asks for beside the pooled effect: a forest plot by each subgrouping, a bubble plot of each regression on a number."""
    asked = [each for each in run.result.get("investigations", []) if each["found"]]
    called = words_for(run.analysis.review_id) if asked else {}
    made = []
    for n, each in enumerate(asked, start=1):
        heading, found = words_of(each["kind"], each["by"], called), worded(each, called)["found"]
        title = f"{run.analysis}: {heading[:1].lower()}{heading[1:]}"
        if each["kind"] in (SUBGROUP, COMMON):
            plot = grouped.with_data(run, figures.subgroup_forest(title, found, method_in_short(run), favours(run)))
            words = f"{SUBGROUP_WORDS} {SHARED}" if each["kind"] == COMMON else SUBGROUP_WORDS
            made.append(Figure(f"subgroups-{n}", heading, words, plot, grouped.table(run, plot)))
        elif each["kind"] == MODERATOR and found["line"]:
            line = {**found["line"], "moderator": capital(called.get(each["by"], each["by"]))}
            bubbles = figures.bubble_of(title, found["fit"], line)
            table = figures.bubble_table(found["fit"], line)
            made.append(Figure(f"regression-{n}", heading, REGRESSION_WORDS, bubbles, table))
    return made


def beyond(run: Run) -> Mapping[str, Any]:
    """What the run computed beside the pooled effect; nothing for a run of before that was computed."""
    found: Mapping[str, Any] = run.result.get("beyond", {})
    return found


# --- history -----------------------------------------------------------------------------------------------------


def history_file(history: Sequence[Change], kind: str) -> bytes:
    """The plot of an analysis' history (the newest run first) as "svg", "png" or "pdf". Raises NotHere without a finished run."""
    from analysis.plots import figure

    if not history:
        raise NotHere("No run of this analysis has finished.")
    return figure.file(history_of([change.run for change in reversed(history)]), kind)


def history_name(analysis: Analysis, kind: str) -> str:
    return f"{slugify(str(analysis))[:60] or 'analysis'}-runs.{kind}"


def history_of(runs: Sequence[Run]) -> History:
    """The finished runs of an analysis, oldest first. Runs of another measure than the last have no mark: they are of another scale."""
    from analysis.plots.history import History, RunPoint

    of = measure(runs[-1].options["measure"])
    points = tuple(RunPoint(run.number, f"Run {run.number}: {run_in_words(run)}", _of(run, of)) for run in runs)
    return History(
        title="",
        runs=points,
        y_label=of.title,
        log=of.log,
        null=of.null,
        description=". ".join(point.label for point in points),
    )


def run_in_words(run: Run) -> str:
    return f"{result_in_words(run)}, {counted(run)}" if run.state == Run.State.DONE else "nothing to pool"


def counted(run: Run) -> str:
    """What was pooled: "1 study", "5 studies", "6 comparisons of 5 studies"."""
    k, studies = run.result["k"], len({each["study"] for each in pooled_studies(run)})
    told = "1 study" if studies == 1 else f"{studies} studies"
    return told if k == studies else f"{k} comparisons of {told}"


def counted_briefly(run: Run | None) -> str:
    """The same for a column of studies: "5", "5 (6 comparisons)", "–" where nothing is pooled."""
    if run is None or not run.result["k"]:
        return "–"
    k, studies = run.result["k"], len({each["study"] for each in pooled_studies(run)})
    return str(studies) if k == studies else f"{studies} ({k} comparisons)"


def times_pooled(run: Run) -> str:
    """At which times the pooled studies of a run were measured, most of them first: "12 weeks (3 studies) and 6 months (1 study)"."""
    found = {study["study"]: study["time"]["at"] for study in pooled_studies(run) if study.get("time")}
    counted = Counter(found.values()).most_common()
    return listed([f"{at} ({count(n, 'study', 'studies')})" for at, n in counted]) or "none is pooled yet"


def _of(run: Run, of: Measure) -> Interval | None:
    if run.state != Run.State.DONE or run.options["measure"] != of.id:
        return None
    return interval_of(run.result)
