"""What does a figure show of a result of analysis.stats, and which table says the same in numbers?

Results come as plain values, the way a run stores them; which figures a run has, analysis.run_figures says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import floor, isfinite, log10
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from analysis.exports import (
    NOT_ESTIMABLE,
    Row,
    Table,
    heterogeneity_of,
    left_out_in_words,
    overall_test_of,
)
from analysis.measures import Measure, measure
from analysis.rounded import effect, effect_of, effects, minus, number, p_value, percent

if TYPE_CHECKING:
    from analysis.plots.baujat import Baujat
    from analysis.plots.bubble import BubblePlot
    from analysis.plots.forest_data import Forest, Interval, StudyRow, SummaryRow
    from analysis.plots.funnel import Funnel

Plain = Mapping[str, Any]  # of a result of analysis.stats: what its to_dict() gives

# Two-sided levels between the contours of a funnel, from the innermost outwards (Peters et al. 2008).
CONTOURS = ((0.10, "p > 0.10"), (0.05, "0.05 < p ≤ 0.10"), (0.01, "0.01 < p ≤ 0.05"))
OUTSIDE = "p ≤ 0.01"


# --- in words and numbers ----------------------------------------------------------------------------------------


def measure_of(of: Plain) -> Measure:
    """The measure of a result with its effects; where getting back needs the people behind it, with the harmonic mean of its studies' sizes."""
    found = measure(of["measure"])
    if found.scale != "ift":
        return found
    effects = of["effects"]
    sizes = [n for n, y in zip(effects["data"].get("ni", ()), effects["yi"], strict=False) if y is not None]
    return found.of_people(len(sizes) / sum(1 / n for n in sizes)) if sizes else found


def own(by: Measure, effects: Plain, i: int) -> Measure:
    """The measure for the i-th study's own number."""
    return by.of_people(effects["data"]["ni"][i]) if by.people is not None else by


def natural(value: object, by: Measure) -> float | None:
    """A number of the analysis scale as a reader knows it: a ratio itself, not its logarithm."""
    x = number(value)
    return None if x is None else by.natural(x)


def shown_interval(of: Sequence[object], by: Measure) -> str:
    """Estimate and limits of the analysis scale as figures print them."""
    estimate, lower, upper = effects([natural(value, by) for value in of], by)
    return f"{estimate} [{lower}, {upper}]" if of[0] is not None else NOT_ESTIMABLE


def interval(of: Sequence[object], by: Measure) -> Interval | None:
    """Estimate and limits of the analysis scale as a place on the axis; None where there is none."""
    from analysis.plots.forest_data import Interval

    estimate, lower, upper = (natural(value, by) for value in of)
    if estimate is None or lower is None or upper is None or (by.log and not estimate > 0):
        return None
    return Interval(estimate, lower, upper)


def se_label(by: Measure) -> str:
    return f"Standard error of {by.pooled_as}"


def three(of: Plain, i: int | None = None) -> tuple[object, object, object]:
    """Estimate and limits of a result, or of its i-th study."""
    found = [of[name] if i is None else of[name][i] for name in ("estimate", "ci_lb", "ci_ub")]
    return found[0], found[1], found[2]


def plain_table(headings: Sequence[str], rows: Iterable[Row], total: Row | None = None) -> Table:
    return Table(groups=[("", len(headings))], headings=list(headings), rows=list(rows), total=total)


# --- one study left out, one study more --------------------------------------------------------------------------

BY_ALL = " Brought back by the harmonic mean of all studies’ sizes, as the pooled proportion is."
SERIES = {
    "leave-one-out": ("Left out", "Each line is the pooled effect of all studies but the one named."),
    "cumulative": ("Added", "Each line is the pooled effect of the study named and all above it."),
}


def series_forest(title: str, series: Plain, pooled: Plain, method: str, favours: tuple[str, str]) -> Forest:
    """A forest plot of a series of pooled effects: squares of one size, and the effect of all studies as a diamond."""
    from analysis.plots.forest_data import Column, Forest, Group, StudyRow, SummaryRow

    by = measure_of(pooled)
    heading, footnote = SERIES[series["kind"]]
    footnote += BY_ALL if by.people is not None else ""
    rows = tuple(
        StudyRow(row.label, row.cells, interval(three(series, i), by), weight=1.0)
        for i, row in enumerate(series_rows(series, by))
    )
    total = SummaryRow("All studies", series_cells(pooled, by), interval(three(pooled), by))
    columns = (*map(Column, series_headings(by)), Column(method, by.title, "interval"))
    return Forest(
        title=title,
        columns=columns,
        groups=(Group(rows),),
        total=total,
        study_heading=heading,
        plot_heading=(by.title, method),
        log=by.log,
        null=by.null,
        favours=favours,
        footnotes=(footnote,),
        description=f"{title}. {footnote} All studies: {shown_interval(three(pooled), by)}.",
    )


def series_rows(series: Plain, by: Measure) -> list[Row]:
    """A row for each result; the reason where there is none."""
    return [
        Row(label, series_cells(series, by, i), reason=series["reasons"][i] or "")
        for i, label in enumerate(series["study"])
    ]


def series_cells(of: Plain, by: Measure, i: int | None = None) -> tuple[str, ...]:
    """How many studies, I², P where anything is compared, and the effect, of a pooled result or of the i-th of a series."""
    k, i2, p = (of[name] if i is None else of[name][i] for name in ("k", "I2", "p"))
    tested = (p_value(p).removeprefix("= ") if p is not None else "–",) if by.compares else ()
    return str(k or "–"), percent(i2) if k > 1 else "–", *tested, shown_interval(three(of, i), by)


def series_headings(by: Measure) -> tuple[str, ...]:
    """Above all but the effect; P is of no effect, where there is such a thing."""
    return ("Studies", "I²", "P") if by.compares else ("Studies", "I²")


def series_table(series: Plain, pooled: Plain, method: str) -> Table:
    by = measure_of(pooled)
    headings = (*series_headings(by), f"{by.title}, {method}")
    return plain_table(headings, series_rows(series, by), Row("All studies", series_cells(pooled, by)))


# --- subgroups ---------------------------------------------------------------------------------------------------


def subgroup_forest(title: str, found: Plain, method: str, favours: tuple[str, str]) -> Forest:
    """A forest plot of studies by subgroup, each with its diamond, and the test between them below."""
    from analysis.plots.forest_data import Forest, Group, columns

    overall = found["overall"]
    by = measure_of(overall)
    weights = dict(zip(overall["effects"]["study"], overall["weights"], strict=True))
    groups = tuple(
        Group(
            tuple(_study_rows(group["effects"], weights, by)),
            heading,
            _summary("Subtotal", group, sum(number(weights[study]) or 0.0 for study in group["effects"]["study"])),
        )
        for heading, group in zip(found["levels"], found["groups"], strict=True)
    )
    return Forest(
        title=title,
        columns=columns((), (), by.title, method),
        groups=groups,
        total=_summary("Total", overall, 100.0),
        plot_heading=(by.title, method),
        log=by.log,
        null=by.null,
        favours=favours,
        notes=(between_groups(found),),
        footnotes=tuple(left_out_in_words(found["left_out"])),
    )


def _study_rows(effects: Plain, weights: Mapping[str, object], by: Measure) -> Iterable[StudyRow]:
    from analysis.plots.forest_data import StudyRow

    for i, label in enumerate(effects["study"]):
        of = effects["yi"][i], effects["ci_lb"][i], effects["ci_ub"][i]
        weight = number(weights[label]) or 0.0
        its = own(by, effects, i)
        cells = percent(weight, 1) if of[0] is not None else "–", shown_interval(of, its)
        yield StudyRow(label, cells, interval(of, its), weight)


def _summary(label: str, pooled: Plain, weight: float) -> SummaryRow:
    from analysis.plots.forest_data import Prediction, SummaryRow

    by = measure_of(pooled)
    prediction = None
    limits = [natural(pooled[name], by) for name in ("pi_lb", "pi_ub")]
    if limits[0] is not None and limits[1] is not None:
        _, lower, upper = effects([natural(pooled["estimate"], by), *limits], by)
        prediction = Prediction("Prediction interval", ("", f"[{lower}, {upper}]"), *limits)
    cells = percent(weight, 1), shown_interval(three(pooled), by)
    place = interval(three(pooled), by)
    told = heterogeneity_of(pooled), overall_test_of(pooled) if place else ""
    notes = tuple(filter(None, told))
    return SummaryRow(f"{label} ({pooled['level']:g}% CI)", cells, place, prediction, notes)


def between_groups(found: Plain) -> str:
    """The test for differences between subgroups, as one line."""
    if found["Q_between"] is None:
        return "Test for subgroup differences: not applicable"
    told = statistic(found["Q_between"], found["Q_df"], found["Q_df2"])
    return f"Test for subgroup differences: {told} (P {p_value(found['Q_p'])})"


def statistic(value: object, df: int, df2: object) -> str:
    """Of a test of several things at once: chi-square, or F where the second degrees of freedom are finite."""
    if df2 == "Infinity":
        return f"Chi² = {effect(value)}, df = {df}"
    return f"F = {effect(value)}, df = {df}, {df2:g}"


# --- funnel ------------------------------------------------------------------------------------------------------


def funnel_of(title: str, pooled: Plain, filled: Plain | None = None) -> Funnel:
    """The studies of a pooled result; with a trim-and-fill result, the studies that it puts in and its pooled effect."""
    from analysis.plots.funnel import Contour, Funnel, FunnelPoint

    read, level = measure_of(pooled), pooled["level"]
    by = read.straight  # on which limits and contours are straight lines
    points = [
        FunnelPoint(label, place, se) for label, place, se in studies_of(pooled["effects"], by) if by.has_place(place)
    ]
    adjusted = None
    footnotes = []
    if filled is not None:
        if filled["k0"]:
            adjusted = natural(filled["pooled"]["estimate"], by)
            rows = enumerate(zip(filled["filled_yi"], filled["filled_vi"], strict=True), start=1)
            places = [(f"Filled {n}", natural(y, by) or 0.0, v**0.5) for n, (y, v) in rows]
            points += [FunnelPoint(*place, filled=True) for place in places if by.has_place(place[1])]
        footnotes.append(filled_in_words(filled, read))
    quantile = NormalDist().inv_cdf
    return Funnel(
        title=title,
        points=tuple(points),
        x_label=by.title,
        y_label=se_label(read),
        log=by.log,
        null=by.null,
        center=natural(pooled["estimate"], by),
        center_label=f"Pooled {read.thing} ({shown(pooled['estimate'], read)})",
        limits=quantile((1 + level / 100) / 2),
        limits_label=f"Pseudo {level:g}% confidence limits",
        adjusted=adjusted,
        adjusted_label=f"Pooled {read.thing} with filled studies ({shown(filled['pooled']['estimate'], read) if filled else ''})",
        contours=tuple(Contour(quantile(1 - p / 2), words) for p, words in CONTOURS) if by.compares else (),
        outside=OUTSIDE if by.compares else "",
        footnotes=tuple(footnotes),
    )


def shown(value: object, by: Measure) -> str:
    """A number of the analysis scale as figures print it; an effect with its name where their axis is another."""
    told = effect_of(natural(value, by), by)
    return told if by.straight is by or not by.compares else f"{by.said} = {told}"


def studies_of(effects: Plain, by: Measure) -> Iterable[tuple[str, float, float]]:
    """Each study with an estimate: its name, its effect as figures of that measure show it, and its standard error on the analysis scale."""
    for label, y, v in zip(effects["study"], effects["yi"], effects["vi"], strict=True):
        place, variance = natural(y, by), number(v)
        if place is not None and variance is not None and variance >= 0:
            yield label, place, variance**0.5


def filled_in_words(filled: Plain, by: Measure) -> str:
    """What trim and fill found. It knows one way of weighting, whatever pooled the studies."""
    k0, how = filled["k0"], f"Trim and fill ({filled['estimator']}, weighted by inverse variance)"
    if not k0:
        return f"{how} finds no study missing."
    count = "one study" if k0 == 1 else f"{k0} studies"
    told = shown_interval(three(filled["pooled"]), by)
    return f"{how} puts in {count} on the {filled['side']}; with them {told}."


def funnel_table(pooled: Plain, filled: Plain | None = None) -> Table:
    """Effect and standard error of each study; those that trim and fill puts in last."""
    read = measure_of(pooled)
    by = read.straight
    rows = [Row(label, (effect_of(place, by), error(se))) for label, place, se in studies_of(pooled["effects"], by)]
    if filled is not None:
        for n, (y, v) in enumerate(zip(filled["filled_yi"], filled["filled_vi"], strict=True), start=1):
            rows.append(Row(f"Filled {n}", (effect_of(natural(y, by), by), error(v**0.5))))
    return plain_table((by.title, se_label(read)), rows)


def error(value: float) -> str:
    """A standard error: three decimals, or three digits where those are all zeros."""
    return f"{value:.3f}" if value >= 0.001 or value == 0 else f"{value:.2g}"


# --- Baujat ------------------------------------------------------------------------------------------------------


def baujat_of(title: str, found: Plain) -> Baujat:
    from analysis.plots.baujat import Baujat, BaujatPoint

    return Baujat(title, tuple(BaujatPoint(label, *places) for label, *places in coordinates(found)))


def coordinates(found: Plain) -> Iterable[tuple[str, float, float]]:
    """Each study that has both coordinates, with them."""
    for label, x, y in zip(found["study"], found["contribution"], found["influence"], strict=True):
        contribution, influence = number(x), number(y)
        if contribution is not None and influence is not None and isfinite(contribution) and isfinite(influence):
            yield label, contribution, influence


INFLUENCE = {
    "rstudent": "Studentised residual",
    "dffits": "DFFITS",
    "cook_d": "Cook’s distance",
    "hat": "Leverage",
    "tau2_del": "Tau² without it",
}


def baujat_table(found: Plain, influence: Plain | None = None) -> Table:
    """Both coordinates of each study, and beside them what else tells of its influence, where the run has that."""
    more = INFLUENCE if influence else {}
    headings = ("Contribution to heterogeneity", "Influence on the pooled effect", *more.values())
    rows = []
    for label, x, y in coordinates(found):
        told = [] if influence is None else [influence[name][influence["study"].index(label)] for name in more]
        rows.append(Row(label, tuple(map(diagnostic, (x, y, *told)))))
    return plain_table(headings, rows)


def diagnostic(value: object) -> str:
    x = number(value)
    return "–" if x is None else minus(f"{x:.3f}") if isfinite(x) else "∞"


def influential(found: Plain) -> list[str]:
    """The studies that stand out by the rules of thumb of Viechtbauer and Cheung."""
    return [label for label, stands_out in zip(found["study"], found["is_influential"], strict=True) if stands_out]


# --- bubble ------------------------------------------------------------------------------------------------------


def bubble_of(title: str, fit: Plain, line: Plain) -> BubblePlot:
    """A meta-regression on one number: its studies and its fitted line."""
    from analysis.plots.bubble import Bubble, BubblePlot, Fitted

    by = measure_of(fit)
    bubbles = tuple(
        Bubble(label, x, place, weight) for label, x, place, weight in regressed(fit) if by.has_place(place)
    )
    limits = zip(line["x"], line["estimate"], line["ci_lb"], line["ci_ub"], strict=True)
    fitted = [(x, *(natural(value, by) for value in of)) for x, *of in limits]
    return BubblePlot(
        title=title,
        bubbles=bubbles,
        x_label=line["moderator"],
        y_label=by.title,
        line=tuple(Fitted(*at) for at in fitted if all(value is not None and by.has_place(value) for value in at[1:])),
        log=by.log,
        null=by.null,
        line_label=slope_in_words(fit),
        band_label=f"{fit['level']:g}% confidence band",
    )


def regressed(fit: Plain) -> Iterable[tuple[str, float, float, float]]:
    """Each study of a regression on one number: name, moderator, effect on the natural scale, and its weight, 1/(v + tau²)."""
    effects, tau2, by = fit["effects"], number(fit["tau2"]) or 0.0, measure_of(fit)
    for row, i in zip(fit["x"], fit["places"], strict=True):
        place, variance = natural(effects["yi"][i], own(by, effects, i)), number(effects["vi"][i])
        if place is not None and variance is not None and variance + tau2 > 0:
            yield effects["study"][i], row[1], place, 1 / (variance + tau2)


def slope_in_words(fit: Plain) -> str:
    """What a step of the moderator does, with its test; the step is the power of ten that goes into its range."""
    by, values = measure_of(fit), [row[1] for row in fit["x"]]
    step = 10.0 ** floor(log10(max(values) - min(values)))
    slope = [None if value is None else step * value for value in map(number, three(fit, 1))]
    told = shown_interval(slope, by.straight)  # of a correlation a step is one of z, and no correlation itself
    return f"Meta-regression: {by.step} per {step:g}: {told}, P {p_value(fit['p'][1])}"


def bubble_table(fit: Plain, line: Plain) -> Table:
    by = measure_of(fit)
    found = list(regressed(fit))
    whole = sum(weight for *_, weight in found)
    rows = [
        Row(label, (f"{x:.4g}".replace("-", "−"), effect_of(place, by), percent(100 * weight / whole, 1)))
        for label, x, place, weight in found
    ]
    return plain_table((line["moderator"], by.title, "Weight"), rows)
