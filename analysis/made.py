"""How was a run made, in a reader's words? Its measure, weights, variance between studies and intervals."""

from __future__ import annotations

from analysis.exports import level
from analysis.measures import measure as of
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
    """By which estimator the variance between studies was taken."""
    pooled = run.result["pooled"] if run.is_finished else None
    if not pooled:
        return "–"
    return COMMON if pooled["method"] == "EE" else str(Analysis.Estimator(pooled["method"]).label)


def intervals(run: Run) -> str:
    """By which method the intervals of the pooled effect were made."""
    how = resolved(run.options)
    pooled = run.result["pooled"] if run.is_finished else None
    interval = pooled["test"] if pooled else how["interval"]
    prediction = dict(Analysis.Prediction.choices).get(how["prediction"], "as metafor does")
    told = f"{level(run)}; confidence: {Analysis.Interval(interval).label}"
    return told if how["prediction"] == "none" else f"{told}; prediction: {prediction[:1].lower()}{prediction[1:]}"
