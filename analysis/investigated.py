"""How do pages say what a run found beside the pooled effect? Its subgroups, regressions and sensitivity analyses as rows of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis import figures
from analysis.exports import measure_of, texts
from analysis.investigations import AND, COMMON, MODERATOR, SENSITIVITY, SUBGROUP, YEAR, columns_of
from analysis.measures import Measure
from analysis.models import Analysis, Run
from analysis.queries.investigations import GROUP, worded, words_of
from analysis.queries.investigations import called as words_for
from analysis.report.grammar import capital, listed
from analysis.rounded import p_value, percent, variance

Plain = Mapping[str, Any]


def investigated(run: Run, called: Mapping[str, str] | None = None) -> dict[str, list[dict[str, Any]]]:
    """What a finished run found, by kind; {sensitivity, subgroups, moderators}, each a list of {words, told, rows ...}.

    called: the words for characteristics, where somebody asks for many runs.
    """
    found = (run.result or {}).get("investigations", [])
    if called is None:
        called = words_for(run.analysis.review_id) if found else {}
    named = [
        {
            **worded(each, called),
            "words": words_of(each["kind"], each["by"], called),
            "columns": {name: called.get(by, by) for name, by in columns_of(each["by"]).items()},
        }
        for each in found
    ]
    other = [sensitivity(run, each) for each in named if each["kind"] == SENSITIVITY]
    return {
        "sensitivity": [main_row(run), *other] if other else [],
        "subgroups": [subgroup(run, each) for each in named if each["kind"] in (SUBGROUP, COMMON)],
        "moderators": [moderator(run, each) for each in named if each["kind"] == MODERATOR],
    }


def main_row(run: Run) -> dict[str, Any]:
    pooled = run.result["pooled"]
    found = {**run.result, "tau2": pooled["tau2"], "I2": pooled["I2"], "method": pooled["method"]}
    return {"words": "As planned", "cells": pooled_cells(found, measure_of(run)), "told": ""}


def sensitivity(run: Run, each: Plain) -> dict[str, Any]:
    found = each["found"]
    if not found:
        return {"words": each["words"], "cells": ("–",) * 4, "told": capital(each["told"])}
    out = f"Without {', '.join(found['out'])}. " if found["out"] else ""
    return {"words": each["words"], "cells": pooled_cells(found, measure_of(run)), "told": out + each["told"]}


def pooled_cells(found: Plain, of: Measure) -> tuple[str, ...]:
    """How many studies, effect with its interval, tau² where the model has one, I²; of values on the natural scale."""
    if found["estimate"] is None:
        return (str(found["k"]), "Not estimable", "–", "–")
    estimate, lower, upper = texts(found, of)
    tau2 = "–" if found["method"] == "EE" else variance(found["tau2"])
    return str(found["k"]), f"{estimate} [{lower}, {upper}]", tau2, percent(found["I2"])


def subgroup(run: Run, each: Plain) -> dict[str, Any]:
    found = each["found"]
    if not found:
        return {**each, "rows": [], "told": each["told"]}
    rows = [
        {
            "words": level,
            "cells": (
                str(of["k"]),
                figures.shown_interval(figures.three(of), figures.measure_of(of)),
                variance(of["tau2"]),
                percent(of["I2"]),
            ),
        }
        for level, of in zip(found["levels"], found["groups"], strict=True)
    ]
    out = "; ".join(label for label, _ in found["left_out"])
    told = f"Not said of: {out}. " if out else ""
    told += ONE_TAU2 if each["kind"] == COMMON else intervals(run, found)
    return {**each, "rows": rows, "test": figures.between_groups(found), "told": told + each["told"]}


ONE_TAU2 = "All groups share one variance between studies, estimated within them; each group’s interval rests on it. "


def intervals(run: Run, found: Plain) -> str:
    """Which groups have a Wald interval, where the plan leaves that to advice and others have Hartung-Knapp's."""
    if run.options.get("interval") != Analysis.Interval.ADVICE:
        return ""
    pooled = {level: of["test"] for level, of in zip(found["levels"], found["groups"], strict=True) if of["k"] > 1}
    wald = [level for level, test in pooled.items() if test == Analysis.Interval.WALD]
    if not wald or set(pooled.values()) == {run.result["pooled"]["test"]}:
        return ""
    return f"Wald interval, as advised for two studies or without heterogeneity: {listed(wald)}. "


ENOUGH = 10  # studies for each characteristic
TOGETHER = "Each coefficient compares studies that are alike in the other characteristics; so there is no plot along one of them. "


def moderator(run: Run, each: Plain) -> dict[str, Any]:
    found = each["found"]
    if not found:
        return {**each, "rows": [], "told": each["told"]}
    fit, of = found["fit"], measure_of(run)
    rows = [
        {
            "words": coefficient(name, each["columns"]),
            "cells": (
                figures.shown_interval(figures.three(fit, i), of.straight),
                p_value(fit["p"][i]).removeprefix("= "),
            ),
        }
        for i, name in enumerate(fit["names"])
        if not (name == "intrcpt" and YEAR in each["by"].split(AND))  # the effect in the year 0 means nothing
    ]
    out = "; ".join(label for label, _ in fit["left_out"])
    told = f"Not said of: {out}. " if out else ""
    if several := len(each["columns"]) > 1:
        told += TOGETHER
    if fit["k"] < ENOUGH * len(each["columns"]):
        told += f"Ten studies for each characteristic are advised; here are {fit['k']} (Cochrane Handbook, 10.11.5.1). "
    notes = each["told"]
    for name in fit["dropped"]:
        notes = notes.replace(name, coefficient(name, each["columns"]))
    weighted = "" if run.options["method"] == Analysis.Method.IV else ", weighted by inverse variance"
    explained = "" if fit["R2"] is None else f"; of the heterogeneity {percent(fit['R2'])} is explained"
    test = (
        f"{fit['k']} {'study' if fit['k'] == 1 else 'studies'}{weighted}. Residual heterogeneity: Tau² = "
        f"{variance(fit['tau2'])}, I² = {percent(fit['I2'])}{explained}. {'Test of all characteristics together' if several else 'Test of the moderator'}: "
        f"{figures.statistic(fit['QM'], fit['QM_df'], fit['QM_df2']) + ', ' if several else ''}P {p_value(fit['QM_p'])}"
    )
    scale = "Ratio" if of.log else "Difference" if of.straight is of else f"Difference of {of.pooled_as}"
    return {**each, "rows": rows, "test": test, "scale": scale, "told": told + notes}


def coefficient(name: str, columns: Mapping[str, str]) -> str:
    """A column of the regression in a reader's words; of several characteristics with the name of its own."""
    if name == "intrcpt":
        return "Intercept"
    group = GROUP.match(name)
    if group is None:
        return f"{columns[name]}, for each unit"
    level = name[group.end() :]
    return level if len(columns) == 1 else f"{columns[group[1]]}: {level}"
