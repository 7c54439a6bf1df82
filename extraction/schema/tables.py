"""Which numbers does each kind of outcome need, of whom? Columns for each arm, for each contrast of two arms, or for the study as a whole.

Beside the numbers that an analysis pools stand those that reports give in their place (`extra`): a standard error, an interval, quartiles,
a test between two arms. `instead` names sets of columns, each of which stands in for a column when all of the set are given; the names are
of the same row, or begin with `contrast:` for those of any contrast in which the arm stands.
"""

from __future__ import annotations

from dataclasses import dataclass

from extraction.schema.fields import Kind, Option, Unit


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an outcome's table. at_most names another column. extra: shown on request, and never needed."""

    name: str
    label: str
    kind: Kind
    help: str = ""
    lowest: float | None = None
    at_most: str = ""
    highest: float | None = None
    extra: bool = False
    instead: tuple[tuple[str, ...], ...] = ()
    unit: str = ""
    units: tuple[Unit, ...] = ()
    options: tuple[Option, ...] = ()


INTEGER, NUMBER = Kind.INTEGER, Kind.NUMBER
MONTHS = {"days": 12 / 365.25, "weeks": 84 / 365.25, "months": 1.0, "years": 12.0}
MEASURED = Column(  # asked of outcomes at a time point of the review
    "measured",
    "Measured at",
    NUMBER,
    "Time since randomisation at which this study measured it.",
    lowest=0,
    extra=True,
    unit="months",
    units=tuple(Unit(name, factor) for name, factor in MONTHS.items() if name != "months"),
)

BETTER, WORSE = "better", "worse"
DIRECTION = Column(
    "direction",
    "Higher is",
    Kind.CHOICE,
    "On the scale that this study used, where it runs the other way than the review's: its sign is turned where it is pooled.",
    extra=True,
    options=(Option(BETTER, "better"), Option(WORSE, "worse")),
)


UNREPORTED = Column(
    "unreported",
    "Not reported",
    Kind.CHOICE,
    "The study does not report this outcome: nothing else is asked of it, and what was filled in does not count.",
    extra=True,
    options=(Option("yes", "Not reported"),),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of one kind of outcome. of_study: what is told of the study's measurement, beside its numbers.

    of_outcome: what is asked before its tables, and decides whether they are.
    """

    title: str
    per_arm: tuple[Column, ...] = ()
    per_contrast: tuple[Column, ...] = ()
    whole: tuple[Column, ...] = ()
    of_study: tuple[Column, ...] = (MEASURED,)
    of_outcome: tuple[Column, ...] = (UNREPORTED,)


OF_RATIO = ("log_effect", "se_log")

TABLES: dict[str, Shape] = {
    "dichotomous": Shape(
        "Dichotomous (events of total)",
        per_arm=(
            Column(
                "events",
                "Events",
                INTEGER,
                "People with the event.",
                lowest=0,
                at_most="total",
                instead=(("percent",),),
            ),
            Column("total", "Total", INTEGER, "People whose outcome is known.", lowest=1),
            Column(
                "percent", "Percent", NUMBER, "With the event, where only that is given.", 0, highest=100, extra=True
            ),
        ),
    ),
    "continuous": Shape(
        "Continuous (mean, SD, n)",
        per_arm=(
            Column(
                "mean", "Mean", NUMBER, "Mean at this time point.", instead=(("median",), ("change",), ("log_mean",))
            ),
            Column(
                "sd",
                "SD",
                NUMBER,
                "Standard deviation, not standard error.",
                lowest=0,
                instead=(
                    ("se",),
                    ("ci_low", "ci_high"),
                    ("q1", "q3"),
                    ("least", "most"),
                    ("change_sd",),
                    ("log_sd",),
                    ("contrast:difference_se",),
                    ("contrast:difference_low", "contrast:difference_high"),
                    ("contrast:t",),
                    ("contrast:p",),
                ),
            ),
            Column("n", "n", INTEGER, "People whose outcome was measured.", lowest=1),
            Column("se", "SE", NUMBER, "Standard error of the mean.", lowest=0, extra=True),
            Column("ci_low", "95% CI from", NUMBER, "Of the mean.", at_most="ci_high", extra=True),
            Column("ci_high", "95% CI to", NUMBER, "Of the mean.", extra=True),
            Column("median", "Median", NUMBER, "Where the mean is not given.", extra=True),
            Column("q1", "Lower quartile", NUMBER, "25th percentile.", at_most="q3", extra=True),
            Column("q3", "Upper quartile", NUMBER, "75th percentile.", extra=True),
            Column("least", "Minimum", NUMBER, "Least value measured.", at_most="most", extra=True),
            Column("most", "Maximum", NUMBER, "Greatest value measured.", extra=True),
            Column("baseline", "Baseline mean", NUMBER, "Before treatment.", extra=True),
            Column("baseline_sd", "Baseline SD", NUMBER, "Before treatment.", lowest=0, extra=True),
            Column("change", "Mean change", NUMBER, "From baseline.", extra=True),
            Column("change_sd", "SD of change", NUMBER, "Of the change from baseline.", lowest=0, extra=True),
            Column(
                "correlation",
                "Correlation",
                NUMBER,
                "Between baseline and later, for the SD of the change; from this or another study.",
                -1,
                highest=1,
                extra=True,
            ),
            Column("log_mean", "Mean of logs", NUMBER, "Where only the logarithms were analysed.", extra=True),
            Column("log_sd", "SD of logs", NUMBER, "Of natural logarithms.", lowest=0, extra=True),
        ),
        per_contrast=(
            Column("difference", "Mean difference", NUMBER, "First arm minus second.", extra=True),
            Column("difference_se", "SE", NUMBER, "Of the difference.", lowest=0, extra=True),
            Column(
                "difference_low", "95% CI from", NUMBER, "Of the difference.", at_most="difference_high", extra=True
            ),
            Column("difference_high", "95% CI to", NUMBER, "Of the difference.", extra=True),
            Column("t", "t", NUMBER, "Of the test between the two arms.", extra=True),
            Column("p", "p", NUMBER, "Of the test between the two arms, two-sided.", 0, highest=1, extra=True),
        ),
        of_study=(MEASURED, DIRECTION),
    ),
    "rate": Shape(
        "Rate (events in person-time)",
        per_arm=(
            Column("events", "Events", INTEGER, "Each event counts, several of one person too.", lowest=0),
            Column("time", "Person-time", NUMBER, "Time at risk, in the outcome's unit.", lowest=0),
            Column("n", "n", INTEGER, "People at risk.", lowest=1, extra=True),
            Column("rate", "Rate", NUMBER, "Events by person-time, where only that is given.", lowest=0, extra=True),
        ),
    ),
    "time_to_event": Shape(
        "Time to event (hazard ratio)",
        per_arm=(
            Column("events", "Events", INTEGER, "People with the event.", lowest=0, at_most="total", extra=True),
            Column("total", "Total", INTEGER, "People followed.", lowest=1, extra=True),
        ),
        per_contrast=(
            Column("hr", "HR", NUMBER, "Hazard ratio, first arm to second.", 0, instead=(("o_e", "v"), OF_RATIO)),
            Column(
                "hr_low",
                "95% CI from",
                NUMBER,
                "Of the hazard ratio.",
                lowest=0,
                at_most="hr_high",
                instead=(("o_e", "v"), OF_RATIO, ("p",)),
            ),
            Column("hr_high", "95% CI to", NUMBER, "Of the hazard ratio.", 0, instead=(("o_e", "v"), OF_RATIO, ("p",))),
            Column("o_e", "O\N{MINUS SIGN}E", NUMBER, "Observed minus expected events, first arm.", extra=True),
            Column("v", "V", NUMBER, "Variance of O\N{MINUS SIGN}E.", lowest=0, extra=True),
            Column("log_effect", "log HR", NUMBER, "Natural logarithm.", extra=True),
            Column("se_log", "SE of log HR", NUMBER, "Its standard error.", lowest=0, extra=True),
            Column("p", "p", NUMBER, "Of the test between the two arms, two-sided.", 0, highest=1, extra=True),
        ),
    ),
    "correlation": Shape(
        "Correlation (r, n)",
        whole=(
            Column("r", "r", NUMBER, "Correlation coefficient.", lowest=-1, highest=1),
            Column("n", "n", INTEGER, "People in whom both were measured.", lowest=4),
        ),
    ),
    "diagnostic": Shape(
        "Diagnostic accuracy (2×2)",
        whole=(
            Column("tp", "True positive", INTEGER, "Index test positive, condition present.", lowest=0),
            Column("fp", "False positive", INTEGER, "Index test positive, condition absent.", lowest=0),
            Column("fn", "False negative", INTEGER, "Index test negative, condition present.", lowest=0),
            Column("tn", "True negative", INTEGER, "Index test negative, condition absent.", lowest=0),
        ),
    ),
    "generic": Shape(
        "Generic effect (estimate, SE)",
        per_contrast=(
            Column("effect", "Effect", NUMBER, "Estimate on the scale that is pooled: ratios as logarithms."),
            Column("se", "SE", NUMBER, "Its standard error.", lowest=0, instead=(("effect_low", "effect_high"),)),
            Column("effect_low", "95% CI from", NUMBER, "On the same scale.", at_most="effect_high", extra=True),
            Column("effect_high", "95% CI to", NUMBER, "On the same scale.", extra=True),
        ),
    ),
}


def core(kind: str) -> tuple[Column, ...]:
    """The columns that each arm needs for an outcome of this kind. Raises KeyError for a kind that is unknown."""
    return tuple(column for column in TABLES[kind].per_arm if not column.extra)


def row_key(outcome_id: int, arm_id: int) -> str:
    """The key of an arm's row in an outcome's table, such as `outcome/3/arm/7`."""
    return f"outcome/{outcome_id}/arm/{arm_id}"


def contrast_key(outcome_id: int, first_id: int, second_id: int) -> str:
    """The key of the row of two arms, such as `outcome/3/contrast/7-9`."""
    return f"outcome/{outcome_id}/contrast/{first_id}-{second_id}"


def whole_key(outcome_id: int) -> str:
    """The key of the row of the study as a whole, such as `outcome/3/whole`."""
    return f"outcome/{outcome_id}/whole"


def study_key(outcome_id: int) -> str:
    """The key of the row of what is told of the study's measurement, such as `outcome/3/study`."""
    return f"outcome/{outcome_id}/study"
