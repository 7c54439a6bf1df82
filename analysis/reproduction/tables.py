"""Which numbers were pooled, how, and what came out? As tables that R reads: one row a study, one row an analysis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.measures import measure
from analysis.reproduction.csvs import cell, guarded, lines

NUMBERS = (
    "ai", "ci", "m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i", "x1i", "t1i", "x2i", "t2i", "xi", "ti", "ri", "ni", "yi", "sei",
)  # fmt: skip
# How an analysis was made: the options of analysis.stats that the script follows, as the run's result tells them.
HOW = (
    "weighting", "method", "test", "prediction", "level", "add", "to", "drop00", "correction_form", "vtype", "hedges",
    "mh_add", "mh_to", "mh_variance", "mh_q_drop00", "i2", "correct",
)  # fmt: skip
RESULT = ("k", "estimate", "se", "ci_lb", "ci_ub", "p", "tau2", "I2", "Q", "pi_lb", "pi_ub")
SHOWN = ("shown", "shown_lb", "shown_ub")

CODEBOOK = (
    ("data.csv", "analysis", "Which analysis the row belongs to: the id in analyses.csv."),
    ("data.csv", "row", "The rows of an analysis, counted from 1; the further files name studies by it."),
    (
        "data.csv",
        "study",
        "The study's label. Several arms of a group are combined, or the control group is split: then a row for each comparison.",
    ),
    ("data.csv", "ai, n1i", "Experimental group: people with the event, and people in all."),
    ("data.csv", "ci, n2i", "Control group: people with the event, and people in all."),
    ("data.csv", "m1i, sd1i, n1i", "Experimental group: mean, standard deviation, people."),
    ("data.csv", "m2i, sd2i, n2i", "Control group: mean, standard deviation, people."),
    ("data.csv", "x1i, t1i, x2i, t2i", "Events and person-time, experimental group, then control."),
    ("data.csv", "xi, ti", "Of one group: people with the event (or events), and person-time."),
    ("data.csv", "ri", "Correlation."),
    ("data.csv", "ni", "People of one group, or those in whom both sides of a correlation were measured."),
    (
        "data.csv",
        "yi, sei",
        "Effect of experimental against control as it was reported (hazard ratios as logarithms), and its standard error.",
    ),
    ("data.csv", "left_out", "Why the study is not pooled; empty for those that are."),
    (
        "data.csv",
        "prepared",
        "What was done to the numbers before: arms combined, a control group split, means turned, numbers converted or imputed; empty where nothing was.",
    ),
    ("analyses.csv", "id, outcome, run, finished", "The analysis and the run whose result stands."),
    (
        "analyses.csv",
        "measure",
        "Such as RR or MD, by metafor's names; ratios are pooled as natural logarithms, ZCOR as Fisher's z, proportions and rates of one group as the name says.",
    ),
    ("analyses.csv", "conventions", "Whose conventions hold where nothing else was chosen."),
    ("analyses.csv", "weighting", "By which weights: IV inverse variance, MH Mantel-Haenszel, Peto."),
    (
        "analyses.csv",
        "method",
        "How the variance between studies was estimated, by metafor's names; EE: one common effect is assumed.",
    ),
    (
        "analyses.csv",
        "test",
        "The interval of the pooled effect, by metafor's names: z Wald, knha Hartung-Knapp, adhoc Hartung-Knapp but never narrower than Wald.",
    ),
    (
        "analyses.csv",
        "prediction",
        "The prediction interval: V with k - 1 degrees of freedom; HTS with k - 2; HK with k - 1 and the Hartung-Knapp standard error; none.",
    ),
    ("analyses.csv", "level", "Of all intervals, in percent."),
    (
        "analyses.csv",
        "add, to",
        "What is added to cells of which tables, as escalc of metafor has it: only0 where a cell is 0, all, none.",
    ),
    (
        "analyses.csv",
        "drop00",
        "Whether tables without events, or with nothing but events, in both groups are left out; ratios: for ratios alone.",
    ),
    (
        "analyses.csv",
        "correction_form",
        "cells: a correction changes the effect too; else, of a risk difference, its variance alone.",
    ),
    (
        "analyses.csv",
        "vtype, hedges",
        "Of SMD: the formula of its variance, and of the factor that makes Hedges' g of Cohen's d.",
    ),
    ("analyses.csv", "mh_add, mh_to", "The same correction where studies are pooled by Mantel-Haenszel."),
    ("analyses.csv", "mh_variance", "Of a risk difference by Mantel-Haenszel: Greenland as RevMan, else as metafor."),
    ("analyses.csv", "mh_q_drop00", "Whether such tables count for Q there."),
    ("analyses.csv", "i2", "Whether I2 is made of Q, or of tau2 as metafor does."),
    ("analyses.csv", "correct", "Of ROM: whether the logarithm is corrected for bias."),
    ("analyses.csv", "k", "How many studies, or comparisons, are pooled."),
    (
        "analyses.csv",
        "estimate, se, ci_lb, ci_ub, p",
        "The pooled effect, its standard error, limits and two-sided P value; unrounded, on the scale of the analysis (logarithms for ratios).",
    ),
    (
        "analyses.csv",
        "shown, shown_lb, shown_ub",
        "The pooled effect and its limits as a reader is shown them: ratios themselves, proportions, rates. What is pooled as double arcsine (PFT) comes back by "
        "the harmonic mean of the sample sizes.",
    ),
    ("analyses.csv", "tau2, I2, Q", "Variance between studies; I2 in percent; Cochran's Q."),
    ("analyses.csv", "pi_lb, pi_ub", "The limits of the prediction interval."),
    ("analyses.csv", "input_sha256", "Of the run's input and options: the same hash, the same result."),
    (
        "further.csv",
        "id, analysis, kind, what",
        "A result beside the pooled effect of an analysis: a subgroup, the test between subgroups, a regression, a sensitivity analysis, "
        "all studies but one, one study more, diagnostics of influence, a test of the funnel plot, trim and fill, the Baujat plot.",
    ),
    (
        "further.csv",
        "weighting, method, test, prediction",
        "What is chosen otherwise than in the analysis; empty for what is not.",
    ),
    ("further.csv", "rows", "The studies behind it, by their rows in data.csv."),
    ("further.csv", "parts", "Which other rows of further.csv it is made of, by their ids."),
    (
        "further_numbers.csv",
        "id, name, value",
        "Its numbers, unrounded; on the scale of the analysis, where they are not called natural.",
    ),
    (
        "further_values.csv",
        "id, row, name, value",
        "Of a regression, or of groups with one variance between studies: each study's value of the characteristic; of several, by the names "
        "that they have in the coefficients' names.",
    ),
)


@dataclass(frozen=True, slots=True)
class Pooling:
    """One analysis with the run that stands for it.

    prepared: of each study, what was done to its numbers before, in words. studies, pooled: as analysis.pooling gives them back; pooled is None where nothing was pooled. shown: the pooled effect and its limits as a reader sees them.
    """

    id: int
    outcome: str
    run: int
    finished: str
    measure: str
    preset: str
    input_sha256: str
    studies: Sequence[Mapping[str, Any]]
    pooled: Mapping[str, Any] | None
    shown: Sequence[object] = ()
    prepared: Sequence[str] = ()


def data_csv(poolings: Iterable[Pooling]) -> str:
    """The pooled numbers: one row for each study of each analysis."""
    rows = [["analysis", "row", "study", *NUMBERS, "left_out", "prepared"]]
    for each in poolings:
        told = each.prepared or [""] * len(each.studies)
        for row, (study, words) in enumerate(zip(each.studies, told, strict=True), start=1):
            numbers = measure(each.measure).answers.numbers(study)
            cells = [cell(numbers.get(name)) for name in NUMBERS]
            rows.append(
                [str(each.id), str(row), guarded(study["label"]), *cells, guarded(study["reason"]), guarded(words)]
            )
    return lines(rows)


def analyses_csv(poolings: Iterable[Pooling]) -> str:
    """How each analysis was made, and its result."""
    head = ["id", "outcome", "run", "finished", "measure", "conventions", *HOW, *RESULT, *SHOWN, "input_sha256"]
    return lines([head, *(_analysis(each) for each in poolings)])


def _analysis(each: Pooling) -> list[str]:
    pooled = each.pooled or {}
    options = pooled.get("options", {})
    said = {**options, **{name: pooled[name] for name in ("weighting", "method", "test", "level") if name in pooled}}
    return [
        str(each.id),
        guarded(each.outcome),
        str(each.run),
        each.finished,
        each.measure,
        each.preset,
        *(cell(said.get(name)) for name in HOW),
        *(cell(pooled.get(name)) for name in RESULT),
        *map(cell, each.shown if each.pooled else [None] * len(SHOWN)),
        each.input_sha256,
    ]


def codebook_csv() -> str:
    """What every column means."""
    return lines([["file", "columns", "meaning"], *map(list, CODEBOOK)])
