"""How do results leave the house: as words, as tables, as figures, as files?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.utils.text import slugify

from analysis import marks
from analysis.comparison import sides
from analysis.flow.numbers import OTHER_METHODS, FlowCounts, Number
from analysis.measures import Measure, measure
from analysis.models import Analysis, Run
from analysis.pooling import CONTROL, EXPERIMENTAL, LEVEL
from analysis.report.grammar import listed
from analysis.rounded import effect, effects, number, p_value, percent, plain, variance
from extraction.queries import tool_of
from extraction.rob import ROB1
from reviewapp.errors import NotHere
from screening.formats.write import write_csv, write_ris

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.plots.forest_data import Column, Forest, Interval, SummaryRow

GROUPS = {EXPERIMENTAL: "Intervention", CONTROL: "Control"}
WHOLE = "Whole study"  # where all its arms are one group
SHORT = {"MH": "M-H", "IV": "IV", "Peto": "Peto"}
NOT_ESTIMABLE = "Not estimable"


# --- results in words ------------------------------------------------------------------------------------------


def result_in_words(run: Run) -> str:
    """The result as a sentence would quote it: "RR 8.93 (1.25 to 63.70)"; empty without an estimate."""
    if run.state != Run.State.DONE:
        return ""
    of = measure_of(run)
    estimate, lower, upper = texts(run.result, of)
    return f"{of.said} {estimate} ({unusual_level(run)}{lower} to {upper})"


def texts(of: Mapping[str, Any], measure: Measure) -> list[str]:
    """Estimate and limits on the natural scale, as they stand side by side."""
    return effects([of[name] for name in ("estimate", "lower", "upper")], measure)


def measure_of(run: Run) -> Measure:
    """The measure of the effects of a run; Peto's method makes its own of the odds ratio."""
    return measure("PETO" if run.options["method"] == Analysis.Method.PETO else run.options["measure"])


def level(run: Run) -> str:
    """Of the run's intervals: "95%"."""
    pooled = run.result["pooled"] if run.is_finished else None
    return f"{pooled['level'] if pooled else float(run.options.get('level', LEVEL)):g}%"


def unusual_level(run: Run) -> str:
    """To go before the limits, where headings speak of 95%: "90% CI "; empty for 95%."""
    told = level(run)
    return "" if told == f"{LEVEL}%" else f"{told} CI "


def people(run: Run) -> str:
    """How many took part, to go on in a sentence: ", 168 participants"; empty where the data do not tell."""
    found = run.result["participants"]
    return "" if found is None else f", {found} participants"


def heterogeneity(run: Run) -> str:
    """One line: tau2 where the model has one, Q with its test, I2."""
    return heterogeneity_of(run.result["pooled"])


def heterogeneity_of(pooled: Mapping[str, Any] | None) -> str:
    """The same of any pooled result of analysis.stats, in plain values."""
    if pooled is None or pooled["k"] < 2:
        return "Heterogeneity: not applicable"
    tau2 = "" if pooled["method"] == "EE" else f"Tau² = {variance(pooled['tau2'])}; "
    chi2 = f"Chi² = {effect(pooled['Q'])}, df = {pooled['Q_df']} (P {p_value(pooled['Q_p'])})"
    return f"Heterogeneity: {tau2}{chi2}; I² = {percent(pooled['I2'])}"


def overall_test(run: Run) -> str:
    """The test for the overall effect, as one line."""
    return overall_test_of(run.result["pooled"])


def overall_test_of(pooled: Mapping[str, Any]) -> str:
    """Empty where nothing is compared: that a proportion is not 0 needs no test."""
    if not measure(pooled["measure"]).compares:
        return ""
    letter = "Z" if pooled["df"] == "Infinity" else "t"
    stat = number(pooled["stat"])
    size = effect(None if stat is None else abs(stat))
    return f"Test for overall effect: {letter} = {size} (P {p_value(pooled['p'])})"


# --- the table beside the figure ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One study, or the total: a text for each column. study: its id; reason: why it was left out; arms: what was combined."""

    label: str
    cells: tuple[str, ...]
    study: int | None = None
    reason: str = ""
    arms: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a forest plot. groups: (shared heading, how many columns), in order; headings: one for each column."""

    groups: list[tuple[str, int]]
    headings: list[str]
    rows: list[Row]
    total: Row | None

    @property
    def grouped(self) -> bool:
        """Whether any columns share a heading."""
        return any(group for group, _ in self.groups)


def table(run: Run) -> Table:
    """The very texts of the figure, for who reads a table."""
    columns = columns_of(run)
    parts = groupby(columns, key=lambda column: column.group)
    return Table(
        groups=[(group, len(list(members))) for group, members in parts],
        headings=[column.heading for column in columns],
        rows=[study_row(run, study) for study in run.result["studies"]],
        total=total_row(run),
    )


def columns_of(run: Run) -> Sequence[Column]:
    from analysis.plots.forest_data import columns

    of = measure_of(run)
    return columns(list(groups_of(run).values()), of.answers.headings, of.title, method_in_short(run))


def groups_of(run: Run) -> dict[str, str]:
    """The groups whose numbers a run's studies have, and what they are called; none where a study gives one effect."""
    called = sides(run.options, GROUPS)
    one = called.get(run.options.get("group", ""), WHOLE)
    return {group: called.get(group, one) for group in measure_of(run).answers.groups}


def method_in_short(run: Run) -> str:
    """Such as "M-H, Random, 95% CI"."""
    return f"{SHORT[run.options['method']]}, {run.options['model'].capitalize()}, {level(run)} CI"


def study_row(run: Run, study: dict[str, Any]) -> Row:
    weight = percent(study["weight"], 1) if not study["reason"] else "–"
    texts = (*given(run, study), weight, interval(run, study))
    return Row(marks.called(study), texts, study["study"], study["reason"], marks.in_words(study, groups_of(run)))


def given(run: Run, study: dict[str, Any]) -> list[str]:
    """The numbers of a study's groups; nothing where it gives one effect."""
    return [plain(study[group][name]) if study[group] else "–" for group, name in measure_of(run).answers.places]


def sums(run: Run, studies: Iterable[dict[str, Any]]) -> list[str]:
    """How many people, or how much time, the pooled ones among these studies have in each group, under the last of its columns."""
    answers, pooled = measure_of(run).answers, [study for study in studies if not study["reason"]]
    last = answers.values[-1]
    return [
        plain(sum(study[group][last] for study in pooled)) if name == last else "" for group, name in answers.places
    ]


def interval(run: Run, of: dict[str, Any]) -> str:
    """Estimate and interval as figures print them: "8.93 [1.25, 63.70]"."""
    if of["estimate"] is None or of.get("reason"):
        return NOT_ESTIMABLE
    estimate, lower, upper = texts(of, measure_of(run))
    return f"{estimate} [{lower}, {upper}]"


def total_row(run: Run) -> Row | None:
    """The pooled line: people in each group, and the pooled effect. None when nothing was pooled."""
    if run.state != Run.State.DONE:
        return None
    cells = (*sums(run, run.result["studies"]), "100.0%", interval(run, run.result))
    return Row(f"Total ({level(run)} CI)", cells)


def pooled_studies(run: Run) -> list[dict[str, Any]]:
    return [study for study in run.result["studies"] if not study["reason"]]


# --- the forest plot -----------------------------------------------------------------------------------------------


def forest_svg(run: Run) -> str:
    """The forest plot of a finished run. Raises NotHere for a run without studies."""
    from analysis.plots.forest import forest

    if not run.is_finished or not run.result["studies"]:
        raise NotHere("This run has no forest plot: there is no study in it.")
    return forest(forest_of(run))


def forest_of(run: Run) -> Forest:
    """Everything that the figure shows, in words and places."""
    from analysis import bias
    from analysis.plots.forest_data import Forest, Group, StudyRow

    analysis = run.analysis
    judged = any(study["bias"] for study in run.result["studies"])
    tool = tool_of(analysis.review_id, run.input.get("bias_tool", ROB1.id))
    studies = tuple(
        StudyRow(
            marks.called(study),
            study_row(run, study).cells,
            None if study["reason"] else interval_of(study),
            study["weight"],
            bias.said(tool, study["bias"]) if judged else (),
        )
        for study in run.result["studies"]
    )
    of = measure_of(run)
    return Forest(
        title=str(analysis),
        columns=tuple(columns_of(run)),
        groups=(Group(studies),),
        total=summary_of(run),
        plot_heading=(of.title, method_in_short(run)),
        log=of.log,
        null=of.null,
        favours=favours(run),
        domains=bias.domains(tool, overall="O") if judged else (),
        judgements=bias.judgements(tool),
        bias_heading="Risk of bias" if tool.id == ROB1.id else f"Risk of bias, {tool.name}",
        footnotes=(
            *marks.legend(run.result["studies"]),
            *left_out_in_words((str(study["label"]), str(study["reason"])) for study in left_out(run)),
        ),
        description=f"{analysis.how}. {result_in_words(run)}",
    )


def favours(run: Run) -> tuple[str, str]:
    """The words beside the line of no effect; none where there is no such line."""
    return (run.analysis.favours_left, run.analysis.favours_right) if measure_of(run).compares else ("", "")


def summary_of(run: Run) -> SummaryRow | None:
    """The diamond with its lines, and the prediction interval where there is one."""
    from analysis.plots.forest_data import Prediction, SummaryRow

    total = total_row(run)
    if total is None:
        return None
    prediction = None
    if run.result["prediction"]:
        blank = [""] * (len(total.cells) - 1)
        limits = [number(limit) or 0.0 for limit in run.result["prediction"]]
        prediction = Prediction("Prediction interval", (*blank, prediction_in_words(run)), *limits)
    return SummaryRow(total.label, total.cells, interval_of(run.result), prediction, tuple(notes(run)))


def prediction_in_words(run: Run) -> str:
    """The prediction interval as figures print it; empty where none is computed."""
    limits = prediction_limits(run)
    return "[{}, {}]".format(*limits) if limits else ""


def prediction_limits(run: Run) -> tuple[str, str] | None:
    """The ends of the prediction interval, as the estimate is shown; None where none is computed."""
    if not run.result["prediction"]:
        return None
    _, lower, upper = effects([run.result["estimate"], *run.result["prediction"]], measure_of(run))
    return lower, upper


def interval_of(of: dict[str, Any]) -> Interval | None:
    from analysis.plots.forest_data import Interval

    estimate, lower, upper = (number(of[name]) for name in ("estimate", "lower", "upper"))
    return None if estimate is None or lower is None or upper is None else Interval(estimate, lower, upper)


def notes(run: Run) -> Iterable[str]:
    """The lines below the total; last the analysis's note, so that a caveat travels with the figure."""
    if measure_of(run).answers.counts_events:
        events = {group: sum(study[group]["events"] for study in pooled_studies(run)) for group in groups_of(run)}
        yield "Total events: " + ", ".join(f"{plain(events[group])} ({name})" for group, name in groups_of(run).items())
    yield heterogeneity(run)
    if tested := overall_test(run):
        yield tested
    if run.analysis.note:
        yield run.analysis.note


def left_out(run: Run) -> list[dict[str, Any]]:
    return [study for study in run.result["studies"] if study["reason"]]


def left_out_in_words(found: Iterable[tuple[str, str]]) -> list[str]:
    """Studies with why they were left out, in a sentence for each reason."""
    together: dict[str, list[str]] = {}
    for label, reason in found:
        together.setdefault(reason, []).append(label)
    return [
        f"{listed(labels)} {'is' if len(labels) == 1 else 'are'} left out: {reason}."
        for reason, labels in together.items()
    ]


def png(svg: str) -> bytes:
    """A figure at 300 dots an inch."""
    from analysis.plots.render import svg_to_png

    return svg_to_png(svg)


# --- files -----------------------------------------------------------------------------------------------------


def run_json(run: Run) -> bytes:
    """All that is needed to do the run again, and what came out of it."""
    document = {
        "analysis": str(run.analysis),
        "run": run.number,
        "finished": run.finished_at.isoformat() if run.finished_at else None,
        "input_sha256": run.input_hash,
        "input": run.input,
        "options": run.options,
        "versions": run.versions,
        "state": run.state,
        "message": run.message,
        "result": run.result,
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def flow_svg(counts: FlowCounts, link: Callable[[Number], str | None] | None = None) -> str:
    """The flow diagram; with `link`, each number opens its list."""
    from analysis.flow.diagram import diagram

    return diagram(counts, link=link)


def still_open(counts: FlowCounts) -> list[tuple[str, Number]]:
    """What is on the way, in words that say which arm of the diagram it is in."""
    other = f"{OTHER_METHODS}_"
    return [
        (f"{each.label}, other methods" if each.key.startswith(other) else each.label, each) for each in counts.pending
    ]


def flow_file(counts: FlowCounts, kind: str, link: Callable[[Number], str | None]) -> bytes:
    """The flow diagram as "svg", "png", "pdf" (A4), "docx", "csv" (for the R package PRISMA2020, with links) or "json"."""
    from analysis.flow import document, export
    from analysis.plots.render import svg_to_pdf

    if kind == "csv":
        return export.to_prisma2020_csv(counts, link).encode()
    if kind == "json":
        return export.to_json(counts).encode()
    if kind == "docx":
        return document.to_docx(counts)
    svg = flow_svg(counts)
    return png(svg) if kind == "png" else svg_to_pdf(svg, a4=True) if kind == "pdf" else svg.encode()


def list_file(entries: Iterable[Any], kind: str, studies_of: Callable[[Any], list[str]]) -> Iterable[bytes]:
    """Records or citations as "csv" (with a byte-order mark, for Excel) or "ris", piece by piece."""
    write, first = (write_csv, "\ufeff") if kind == "csv" else (write_ris, "")
    yield first.encode()
    yield from (piece.encode() for piece in write(entries, studies_of))


def run_name(run: Run, kind: str) -> str:
    return f"{slugify(str(run.analysis))[:60] or 'analysis'}-run-{run.number}.{kind}"


def flow_name(slug: str, kind: str) -> str:
    return f"{slug[:60]}-flow.{kind}"
