"""Forest plots and judgements for tests: sensible ones, and any that can be."""

import os
from dataclasses import replace
from math import exp, inf

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from analysis.plots.forest_data import (
    ALIGNS,
    Column,
    Forest,
    Group,
    Interval,
    Prediction,
    StudyRow,
    SummaryRow,
    columns,
)
from analysis.plots.judgements import ROB1, Domain

# How many figures a property is tried on, and how many rows they may have: `FIGURES=2000 ROWS=200` looks longer.
EXAMPLES, ROWS = int(os.environ.get("FIGURES", "30")), int(os.environ.get("ROWS", "5"))
drawn = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

DOMAINS = (
    Domain("A", "Random sequence generation (selection bias)"),
    Domain("B", "Allocation concealment (selection bias)"),
    Domain("C", "Blinding of outcome assessment (detection bias)"),
)


def attachment() -> Forest:
    """Two trials, one with an interval that no axis holds."""
    studies = (
        StudyRow(
            "Orme 1999",
            ("31", "46", "9", "54", "61.6%", "4.04 [2.15, 7.60]"),
            Interval(4.04, 2.15, 7.6),
            61.6,
            ("low", "unclear", "high"),
        ),
        StudyRow(
            "Quill 2006",
            ("8", "14", "1", "54", "38.4%", "30.86 [4.20, 226.50]"),
            Interval(30.86, 4.2, 226.5),
            38.4,
            ("low", "", "low"),
        ),
    )
    total = SummaryRow(
        "Total (95% CI)",
        ("", "60", "", "108", "100.0%", "8.93 [1.25, 63.70]"),
        Interval(8.93, 1.25, 63.7),
        Prediction("95% prediction interval", ("", "", "", "", "", "[0.01, 900.12]"), 0.01, 900.12),
        ("Total events: 39, 10", "Heterogeneity: Tau² = 1.55; Chi² = 3.93, df = 1 (P = 0.05); I² = 75%"),
    )
    return Forest(
        "1.1 Secure attachment",
        columns(("Psychotherapy", "Control"), ("Events", "Total"), "Risk ratio", "M-H, Random, 95% CI"),
        (Group(studies),),
        total,
        plot_heading=("Risk ratio", "M-H, Random, 95% CI"),
        log=True,
        null=1.0,
        favours=("Favours control", "Favours psychotherapy"),
        domains=DOMAINS,
        judgements=ROB1,
    )


def many(count: int) -> Forest:
    """As many studies as asked for."""
    plot = attachment()
    first = plot.studies[0]
    studies = tuple(replace(first, label=f"Study {i}") for i in range(count))
    return replace(plot, groups=(Group(studies),))


# Any text at all, with words too long for any column among it; up to 300 characters, from left and from right, with
# signs that the fonts lack and marks that stand on others.
LONG = (
    "x" * 300,
    "治療" * 150,
    "العلاج النفسي مقابل الرعاية المعتادة " * 8,
    "טיפול" * 60,
    "e\u0301\u0323" * 100,
    "👩\u200d👩\u200d👧" * 50,
    "\u202eright to left\u202c left to right",
    "Tau² = 0.3; " * 25,
    "a-b/" * 75,
)
words = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["", " ", "−0.22 [−0.46, 0.02]", *LONG]),
    st.lists(st.text(max_size=12), max_size=25).map(" ".join),
)
NUMBERS = ("3474", "3092.25", "−0.5", "1234567890.123", "41.40 [−33.60, 116.40]", "[−1, ∞]", "1 [" + "2" * 60 + ", 3]")
few_words = st.lists(words, max_size=3).map(tuple)
weights = st.floats(0, 1e6, allow_nan=False)


@st.composite
def intervals(draw: st.DrawFn, log: bool) -> Interval:
    """From well-behaved to as wide as can be."""
    size = draw(st.sampled_from([0.1, 1.0, 5.0, 40.0]))
    ends = sorted(draw(st.lists(st.floats(-size, size), min_size=3, max_size=3)))
    lower, estimate, upper = (exp(end) for end in ends) if log else ends
    if draw(st.integers(0, 9)) == 0:
        return Interval(estimate, 0.0 if log else -inf, inf)
    return Interval(estimate, lower, upper)


@st.composite
def forests(draw: st.DrawFn) -> Forest:
    """Any forest plot the input allows."""
    log = draw(st.booleans())
    columns = tuple(draw(st.lists(st.builds(Column, words, words, st.sampled_from(ALIGNS)), max_size=6)))
    domains = tuple(draw(st.lists(st.builds(Domain, st.text(max_size=4), words), max_size=8)))
    cells = st.tuples(*(words | st.sampled_from(NUMBERS) for _ in columns))
    effects = st.none() | intervals(log)
    bias = st.tuples(*(st.sampled_from(["", *ROB1]) for _ in domains))
    studies = st.builds(StudyRow, words, cells, effects, weights, bias)
    limits = intervals(log)
    predictions = st.builds(lambda label, row, i: Prediction(label, row, i.lower, i.upper), words, cells, limits)
    summaries = st.none() | st.builds(SummaryRow, words, cells, effects, st.none() | predictions, few_words)
    groups = st.builds(Group, st.lists(studies, max_size=ROWS).map(tuple), words, summaries)
    return Forest(
        title=draw(words),
        columns=columns,
        groups=tuple(draw(st.lists(groups, max_size=3))),
        total=draw(summaries),
        study_heading=draw(words),
        plot_heading=draw(few_words),
        log=log,
        null=draw(st.sampled_from([None, 1.0] if log else [None, 0.0, 7.0])),
        axis_label=draw(words),
        favours=(draw(words), draw(words)),
        notes=draw(few_words),
        domains=domains,
        judgements=ROB1,
        bias_heading=draw(words),
        footnotes=draw(few_words),
    )
