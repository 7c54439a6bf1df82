"""How do pages say what came out of a run? Words and figures, as analysis.exports has them; analysis.rounded alone rounds."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from analysis import cells, exports, investigated, made, run_figures, times
from analysis.models import Run
from analysis.queries import Change

register = template.Library()

register.filter("in_words", exports.result_in_words)
register.filter("investigated", investigated.investigated)
register.filter("counted", run_figures.counted)
register.filter("counted_briefly", run_figures.counted_briefly)
register.filter("level", exports.level)
register.filter("people", exports.people)
register.filter("heterogeneity", exports.heterogeneity)
register.filter("overall_test", exports.overall_test)
register.filter("measure", made.measure)
register.filter("effect_measure", exports.measure_of)
register.filter("method", made.method)
register.filter("variance", made.variance)
register.filter("several_arms", made.several_arms)
register.filter("intervals", made.intervals)
register.filter("prediction", exports.prediction_in_words)
register.filter("times_pooled", run_figures.times_pooled)


@register.filter
def time_rule(run: Run) -> str:
    """By which rule one result of each study was chosen."""
    return times.in_words(run.options.get("times", ""))


@register.filter
def only_forest(run: Run) -> run_figures.Figure:
    return run_figures.forest(run)


@register.filter
def more_figures(run: Run) -> list[run_figures.Figure]:
    """Those beside the forest plot."""
    return run_figures.figures_of(run)[1:]


@register.filter
def history_plot(history: list[Change]) -> SafeString:
    """The results of an analysis' runs, inline."""
    return mark_safe(run_figures.history_file(history, "svg").decode())  # noqa: S308


@register.filter
def small_study(run: Run) -> dict[str, object] | None:
    """The tests of funnel plot asymmetry with their numbers as words; None where a run has none."""
    return run_figures.small_study(run)


@register.filter
def undrawable(drawn: object) -> str:
    """The letters of a figure (drawn, or the data of which it is made) that PNG and PDF would show as empty boxes."""
    from analysis.plots.fonts import installed

    return installed.undrawable(str(drawn))


@register.filter
def table(run: Run) -> exports.Table:
    return cells.table(run)


@register.filter
def moved(change: Change) -> str:
    """How far estimate, interval and variance between studies moved from one run to the next: "RR 8.93 (1.25 to 63.70); before: RR 4.04 (2.15
    to 7.59); τ² 1.55, before 0.20"."""
    now = exports.result_in_words(change.run) or "nothing to pool"
    if change.before is None:
        return now
    before = exports.result_in_words(change.before) or "nothing to pool"
    told = now if before == now else f"{now}; before: {before}"
    spread, spread_before = (made.spread(run) for run in (change.run, change.before))
    return told if spread == spread_before else f"{told}; τ² {spread or '–'}, before {spread_before or '–'}"
