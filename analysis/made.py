"""How was a run made, in a reader's words? Its measure, weights, variance between studies and intervals."""

from __future__ import annotations

from analysis import rounded
from analysis.exports import level
from analysis.measures import measure as of
from analysis.measures.described import GROUP
from analysis.models import Analysis, Run
from analysis.pooling import resolved

COMMON = "none: one common effect is assumed"


def measure(run: Run) -> str:
    return of(run.options["measure"]).label


def method(run: Run) -> str:
    """Weights, model and conventions of a run."""
    weights, model = Analysis.Method(run.options["method"]), Analysis.Model(run.options["model"])
    return f"{weights.label}, {model.label.lower()}, conventions of {run.options['preset']}"


def variance(run: Run) -> str:
    """By which estimator the variance between studies was taken, and what it came to, with its interval."""
    pooled = run.result["pooled"] if run.is_finished else None
    if not pooled:
        return "–"
    if pooled["method"] == "EE":
        return COMMON
    told = f"{Analysis.Estimator(pooled['method']).label}: τ² = {spread(run)}"
    lower, upper = pooled.get("tau2_ci") or (None, None)
    if lower is None or upper is None:
        return told
    return f"{told}, {level(run)} interval by Q-profile {rounded.variance(lower)} to {rounded.variance(upper)}"


def spread(run: Run) -> str:
    """The variance between studies as a number; empty where the model has none, or nothing was pooled."""
    pooled = run.result["pooled"] if run.is_finished else None
    return rounded.variance(pooled["tau2"]) if pooled and pooled["method"] != "EE" else ""


def intervals(run: Run) -> str:
    """By which method the intervals of the pooled effect were made."""
    how = resolved(run.options)
    pooled = run.result["pooled"] if run.is_finished else None
    interval = pooled["test"] if pooled else how["interval"]
    prediction = dict(Analysis.Prediction.choices).get(how["prediction"], "as metafor does")
    told = f"{level(run)}; confidence: {Analysis.Interval(interval).label}"
    return told if how["prediction"] == "none" else f"{told}; prediction: {prediction[:1].lower()}{prediction[1:]}"


HANDBOOK = "Cochrane Handbook, version 6"
ADDED = (
    f"events and totals are added, means and standard deviations combined ({HANDBOOK}, section 6.5.2.10 and table 6.5.a"
)
MEANS = ": N = N₁ + N₂, M = (N₁M₁ + N₂M₂) / N, SD² = [(N₁ − 1)SD₁² + (N₂ − 1)SD₂² + (N₁N₂ / N)(M₁ − M₂)²] / (N − 1)"
ENTERS = {
    Analysis.Group.ALL: "All arms of a study that have numbers are combined into one group",
    Analysis.Group.EXPERIMENTAL: "The arms of a study on the experimental side are combined into one group; its other arms do not enter",
    Analysis.Group.CONTROL: "The arms of a study on the control side are combined into one group; its other arms do not enter",
}


def several_arms(run: Run) -> str:
    """How a study with several arms entered, so that nobody counted twice."""
    answers = of(run.options["measure"]).answers
    if answers.groups == (GROUP,):
        summed = "people" if answers.people else "time at risk"
        return f"{ENTERS[run.options.get('group', '')]}: events and {summed} are added, so that nobody counts twice."
    if not answers.groups:
        if answers.people:
            return "Asked of the study as a whole. Other arms are not used."
        return (
            "One comparison of an experimental with a control arm is pooled for each study; a study with several is left out until it is said "
            "which. Other arms are not used."
        )
    if run.options.get("arms") == Analysis.Arms.SPLIT:
        return (
            "Each arm of the experimental group is compared with its part of the control group, whose people (and events) are divided by the "
            f"number of comparisons; means and standard deviations stay ({HANDBOOK}, section 23.3.4). Nobody counts twice; what the "
            "comparisons still have in common is not modelled. Other arms are not used."
        )
    return (
        "All arms of the experimental group are combined, and all of the control group, so that nobody counts twice: "
        f"{ADDED}{MEANS if 'sd' in answers.values else ''}). Other arms are not used."
    )
