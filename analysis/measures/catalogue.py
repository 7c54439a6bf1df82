"""Which effect measures can be planned, and what is each?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from analysis.measures.described import CONTROL, EXPERIMENTAL, GROUP, IV, MH, PETO, Answers, Measure

BOTH = (EXPERIMENTAL, CONTROL)

EVENTS = Answers(
    "dichotomous",
    "For events",
    groups=BOTH,
    values=("events", "total"),
    columns=("ai", "n1i", "ci", "n2i"),
    headings=("Events", "Total"),
    people="total",
)
MEANS = Answers(
    "continuous",
    "For means",
    groups=BOTH,
    values=("mean", "sd", "n"),
    columns=("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),
    headings=("Mean", "SD", "Total"),
    people="n",
)
RATES = Answers(
    "rate",
    "For rates",
    groups=BOTH,
    values=("events", "time"),
    columns=("x1i", "t1i", "x2i", "t2i"),
    headings=("Events", "Person-time"),
)
EVENTS_OF_ONE = Answers(
    "dichotomous",
    "For events in one group",
    groups=(GROUP,),
    values=("events", "total"),
    columns=("xi", "ni"),
    headings=("Events", "Total"),
    people="total",
)
RATES_OF_ONE = Answers(
    "rate",
    "For rates in one group",
    groups=(GROUP,),
    values=("events", "time"),
    columns=("xi", "ti"),
    headings=("Events", "Person-time"),
)
EFFECT = ("yi", "sei")
HAZARDS = Answers("time_to_event", "For time to an event", groups=(), values=EFFECT, columns=EFFECT)
CORRELATIONS = Answers(
    "correlation", "For correlations", groups=(), values=("ri", "ni"), columns=("ri", "ni"), people="ni"
)
EFFECTS = Answers("generic", "For effects with a standard error", groups=(), values=EFFECT, columns=EFFECT)


# The risk that an effect makes of an assumed one: Cochrane Handbook, version 6.5, section 15.4.4.


def by_ratio(risk: float, ratio: float) -> float:
    return risk * ratio


def by_odds(risk: float, ratio: float) -> float:
    odds = ratio * risk / (1 - risk) if risk < 1 else float("inf")
    return 1.0 if odds == float("inf") else odds / (1 + odds)


def by_difference(risk: float, difference: float) -> float:
    return risk + difference


def by_hazard(risk: float, ratio: float) -> float:
    """By the time that the assumed risk is for."""
    return float(1 - (1 - risk) ** ratio)


# Few in a hundred are what such studies are often about, and they are read beside each other: 0.014 (0.009 to 0.021).
OF_ONE = {"fine": 0.1, "even": True}


def proportion(id: str, way: str, ways: str, **more: Any) -> Measure:
    """A measure of how many of one group have the event. way, ways: how it is pooled, for one and for several."""
    more |= {"title": "Proportion", "said": "proportion", "answers": EVENTS_OF_ONE, "null": None, **OF_ONE, "most": 1.0}
    return Measure(id, f"Proportion, pooled as {way}", f"proportions ({ways})", **more)


def rate(id: str, way: str, ways: str, **more: Any) -> Measure:
    """A measure of how often the event comes in one group by time at risk."""
    more |= {"title": "Rate", "said": "rate", "answers": RATES_OF_ONE, "null": None, **OF_ONE}
    return Measure(id, f"Rate, pooled as {way}", f"rates ({ways})", **more)


PLANNED = (
    Measure(
        "RR",
        "Risk ratio (RR)",
        "risk ratios (RR)",
        title="Risk ratio",
        said="RR",
        pooled_as="log(RR)",
        answers=EVENTS,
        scale="exp",
        null=1.0,
        log=True,
        weights=(MH, IV),
        fine=0.01,
        tied=True,
        revman=True,
        risk=by_ratio,
    ),
    Measure(
        "OR",
        "Odds ratio (OR)",
        "odds ratios (OR)",
        title="Odds ratio",
        said="OR",
        pooled_as="log(OR)",
        answers=EVENTS,
        scale="exp",
        null=1.0,
        log=True,
        weights=(MH, IV, PETO),
        tests=("Harbord", "Peters"),
        fine=0.01,
        revman=True,
        risk=by_odds,
    ),
    Measure(
        "RD",
        "Risk difference (RD)",
        "risk differences (RD)",
        title="Risk difference",
        said="RD",
        pooled_as="RD",
        answers=EVENTS,
        weights=(MH, IV),
        fine=0.01,
        tied=True,
        revman=True,
        risk=by_difference,
    ),
    Measure(
        "SMD",
        "Standardised mean difference (SMD, Hedges' g)",
        "standardised mean differences (SMD, Hedges' g)",
        title="Std. mean difference",
        said="SMD",
        pooled_as="SMD",
        answers=MEANS,
        tied=True,
        revman=True,
        higher_in=" standard deviations",
    ),
    Measure(
        "MD",
        "Mean difference (MD)",
        "mean differences (MD)",
        title="Mean difference",
        said="MD",
        pooled_as="MD",
        answers=MEANS,
        revman=True,
        higher_in="",
    ),
    Measure(
        "ROM",
        "Ratio of means (ROM)",
        "ratios of means (ROM)",
        title="Ratio of means",
        said="ROM",
        pooled_as="log(ROM)",
        answers=MEANS,
        scale="exp",
        null=1.0,
        log=True,
        fine=0.01,
        turns=False,
    ),
    Measure(
        "IRR",
        "Rate ratio (IRR)",
        "rate ratios (IRR)",
        title="Rate ratio",
        said="IRR",
        pooled_as="log(IRR)",
        answers=RATES,
        scale="exp",
        null=1.0,
        log=True,
        fine=0.01,
    ),
    Measure(
        "IRD",
        "Rate difference (IRD)",
        "rate differences (IRD)",
        title="Rate difference",
        said="IRD",
        pooled_as="IRD",
        answers=RATES,
        fine=0.01,
    ),
    Measure(
        "HR",
        "Hazard ratio (HR)",
        "hazard ratios (HR)",
        title="Hazard ratio",
        said="HR",
        pooled_as="log(HR)",
        answers=HAZARDS,
        scale="exp",
        null=1.0,
        log=True,
        fine=0.01,
        risk=by_hazard,
    ),
    Measure(
        "ZCOR",
        "Correlation, pooled as Fisher's z",
        "correlations (as Fisher’s z)",
        title="Correlation",
        said="r",
        pooled_as="Fisher’s z",
        answers=CORRELATIONS,
        scale="tanh",
        pooled_title="Fisher’s z of the correlation",
    ),
    Measure(
        "COR",
        "Correlation, pooled as it is",
        "correlations (as they are)",
        title="Correlation",
        said="r",
        pooled_as="r",
        answers=CORRELATIONS,
    ),
    Measure(
        "GEN",
        "Effect as reported",
        "effects as reported",
        title="Effect",
        said="effect",
        pooled_as="the effect",
        answers=EFFECTS,
        fine=0.01,
    ),
    proportion(
        "PLO",
        "log odds (logit)",
        "as log odds",
        pooled_as="the log odds",
        scale="ilogit",
        pooled_title="Log odds of the proportion",
        tied=True,
    ),
    proportion(
        "PFT",
        "double arcsine (Freeman-Tukey)",
        "as double arcsines by Freeman and Tukey, brought back by the harmonic mean of the studies’ sizes",
        pooled_as="the double arcsine",
        scale="ift",
        pooled_title="Double arcsine of the proportion",
        note="Each study’s number is brought back by its own size, what is pooled by the harmonic mean of the studies’ sizes (Miller 1978; "
        "metafor’s transf.ipft.hm). Where sizes differ much, what is pooled may be misleading: compare it with log odds.",
    ),
    proportion(
        "PAS",
        "arcsine",
        "as arcsines of their roots",
        pooled_as="the arcsine",
        scale="iarcsin",
        pooled_title="Arcsine of the proportion’s root",
    ),
    proportion(
        "PLN",
        "logarithm",
        "as logarithms",
        pooled_as="log(proportion)",
        scale="exp",
        pooled_title="Logarithm of the proportion",
        tied=True,
    ),
    proportion(
        "PR",
        "it is",
        "as they are",
        pooled_as="the proportion",
        tied=True,
        note="Intervals are symmetric, and may reach below 0 or above 1.",
    ),
    rate(
        "IRLN",
        "logarithm",
        "as logarithms",
        pooled_as="log(rate)",
        scale="exp",
        pooled_title="Logarithm of the rate",
        tied=True,
    ),
    rate(
        "IRS",
        "square root",
        "as square roots",
        pooled_as="the rate’s root",
        scale="isqrt",
        pooled_title="Root of the rate",
    ),
    rate(
        "IR",
        "it is",
        "as they are",
        pooled_as="the rate",
        tied=True,
        note="Intervals are symmetric, and may reach below 0.",
    ),
)
# What Peto's method makes of the odds ratio: results have it, plans name the odds ratio and the method.
MEASURES = {each.id: each for each in PLANNED}
MEASURES["PETO"] = replace(MEASURES["OR"], id="PETO", title="Peto odds ratio", pooled_as="log(Peto OR)")


def measure(id: str) -> Measure:
    """The measure that plans, runs and results call so. Raises KeyError."""
    return MEASURES[id]


def measures_of(kind: str) -> tuple[Measure, ...]:
    """Those that can be planned of outcomes of this kind; none of a kind that is not pooled here."""
    return tuple(each for each in PLANNED if each.answers.kind == kind)
