"""What is computed beside the pooled effect because the plan asks for it? Subgroups, meta-regression, and the same question on other grounds.

An investigation is planned as (kind, by), and frozen in a run's options as "kind:by":
    subgroup     by a characteristic of the studies: each group pooled, and the test between them
    common       the same, but all groups share one variance between studies (tau²)
    moderator    by a characteristic, or several joined by "+": a meta-regression on numbers, or on groups
    sensitivity  by one of SETS: fewer studies, or another way to pool them
A characteristic is a question of the form (`study/design`), BIAS, or YEAR. Each study of the input has its answers under `by`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analysis.beyond import year

if TYPE_CHECKING:
    from analysis.stats import Effects

Frozen = Mapping[str, Any]
Choosing = Callable[[Frozen], Mapping[str, Any]]

SUBGROUP, COMMON, MODERATOR, SENSITIVITY = "subgroup", "common", "moderator", "sensitivity"
AND = "+"  # between the characteristics of one regression
BIAS, YEAR = "bias", "year"
CHARACTERISTICS = {BIAS: "overall risk of bias", YEAR: "the year in the study’s name"}

# Which studies stay, by their risk of bias overall.
BY_BIAS = {"low_bias": ("low",), "not_high_bias": ("low", "unclear")}
# What is planned otherwise.
OTHERWISE: dict[str, dict[str, str]] = {
    "fixed": {"model": "fixed"},
    "random": {"model": "random"},
    "inverse": {"method": "IV"},
    "dl": {"model": "random", "estimator": "DL"},
    "reml": {"model": "random", "method": "IV", "estimator": "REML"},
    "pm": {"model": "random", "method": "IV", "estimator": "PM"},
    "wald": {"interval": "z"},
    "knha": {"model": "random", "method": "IV", "interval": "knha"},
}
SETS = {
    "low_bias": "Only studies at low risk of bias",
    "not_high_bias": "Without studies at high risk of bias",
    "as_reported": "Without values that were converted or imputed",
    "not_imputed": "Without values that were imputed",
    "fixed": "One common effect (fixed)",
    "random": "Random effects",
    "inverse": "Inverse variance weights",
    "dl": "Variance between studies by DerSimonian-Laird",
    "reml": "Variance between studies by REML",
    "pm": "Variance between studies by Paule-Mandel",
    "wald": "Wald interval",
    "knha": "Hartung-Knapp interval",
}


def in_words(planned: str, called: Mapping[str, str] = {}) -> str:
    """An investigation within a sentence: "subgroups by Study design", or "by design" where the form's words for its questions are not at hand."""
    kind, by = planned.split(":", 1)
    if kind == SENSITIVITY:
        return SETS.get(by, by).lower()
    names = [
        called.get(each) or CHARACTERISTICS.get(each, each.partition("/")[2] or each).lower() for each in by.split(AND)
    ]
    return f"{BEGINNINGS[kind]} {' and '.join(names)}"


BEGINNINGS = {
    SUBGROUP: "subgroups by",
    COMMON: "subgroups with one tau² by",
    MODERATOR: "meta-regression on",
}


def columns_of(by: str) -> dict[str, str]:
    """The characteristics of a regression by the names of their columns: `by`, or of several `by1`, `by2` ..."""
    several = by.split(AND)
    return {"by": by} if len(several) == 1 else {f"by{n}": each for n, each in enumerate(several, start=1)}


def overall(bias: Mapping[str, str]) -> str:
    """A study's risk of bias over all domains: as it was agreed where the tool asks for that, else the worst, as the
    Handbook's table 8.7.a (version 5.1) has it; "" where none is agreed."""
    judged = {bias["overall"]} if bias.get("overall") else set(bias.values())
    if not judged:
        return ""
    if judged & {"high", "serious", "critical"}:
        return "high"
    return "low" if judged == {"low"} else "unclear"


def characteristic(study: Frozen, by: str) -> str | float | None:
    """A study's answer; several answers at once are one of their own; None where there is none."""
    if by == BIAS:
        return overall(study["bias"]) or None
    if by == YEAR:
        return year(study["label"])
    found: str | float | list[str] | None = study.get("by", {}).get(by)
    return ", ".join(found) or None if isinstance(found, list) else found


def investigate(
    planned: Sequence[str], es: Effects, studies: Sequence[Frozen], options: Frozen, choose: Choosing
) -> list[dict[str, Any]]:
    """What each investigation found, in plain values: {kind, by, found, told}; `told` says why there is nothing, or what is unusual.

    es, studies: the effects of the run, and what was frozen of their studies, in the same order. choose(options) says how
    analysis.stats pools by them; what it leaves to be advised, each group, and what is left of the studies, decides by its own numbers.
    """
    from analysis.stats import StatsError

    results = []
    for each in planned:
        kind, by = each.split(":", 1)
        row: dict[str, Any] = {"kind": kind, "by": by, "found": None, "told": ""}
        try:
            row |= WAYS[kind](by, es, studies, options, choose)
        except StatsError as error:
            row["told"] = str(error)
        results.append(row)
    return results


def by_subgroup(by: str, es: Effects, studies: Sequence[Frozen], options: Frozen, choose: Choosing) -> dict[str, Any]:
    from analysis.stats import subgroups

    values = [characteristic(study, by) for study in studies]
    found = subgroups(es, values, name="the characteristic", **choose(options))
    return {"found": sorted_by_level(without_ballast(found.to_dict()), values), "told": "; ".join(found.notes)}


def by_subgroup_in_common(
    by: str, es: Effects, studies: Sequence[Frozen], options: Frozen, choose: Choosing
) -> dict[str, Any]:
    from analysis.stats import subgroups

    chosen = choose(options)
    if chosen["method"] == "EE":
        return {"told": "with one fixed effect there is no variance between studies that groups could share"}
    if chosen["weighting"] != "IV":
        return {"told": "one tau² for all groups needs weights by inverse variance; this analysis has others"}
    values = [characteristic(study, by) for study in studies]
    found = subgroups(es, values, tau2="common", name="the characteristic", **chosen)
    return {"found": sorted_by_level(without_ballast(found.to_dict()), values), "told": "; ".join(found.notes)}


def sorted_by_level(found: dict[str, Any], values: Sequence[object]) -> dict[str, Any]:
    """The groups by number or by name, not in the order in which studies happen to stand."""
    from analysis.stats.formula import show_level, sorted_levels

    order = [show_level(level) for level in sorted_levels([value for value in values if value is not None])]
    places = sorted(range(len(found["levels"])), key=lambda i: order.index(found["levels"][i]))
    return found | {name: [found[name][i] for i in places] for name in ("levels", "groups")}


def by_moderator(by: str, es: Effects, studies: Sequence[Frozen], options: Frozen, choose: Choosing) -> dict[str, Any]:
    from analysis.stats import StatsError, fitted_line, regress

    columns = {name: [characteristic(study, each) for study in studies] for name, each in columns_of(by).items()}
    terms = [name if is_numeric(values) else f"factor({name})" for name, values in columns.items()]
    # Mantel-Haenszel and Peto weights know no moderators: effects are weighted by their inverse variance
    chosen = {**choose(options), "weighting": "IV"}
    fit = regress(es, f"~ {' + '.join(terms)}", columns, **chosen)
    found: dict[str, Any] = {"fit": without_ballast(fit.to_dict()), "line": None}
    try:
        if terms == ["by"]:  # of several, a line along one would hold only where the others stand still
            found["line"] = without_ballast(fitted_line(fit).to_dict(), "effects")
    except StatsError:  # the number is the same in all studies, or too few have it: `fit` says so
        pass
    return {"found": found, "told": "; ".join(fit.notes)}


def is_numeric(values: Sequence[object]) -> bool:
    return all(isinstance(value, (int, float)) for value in values if value is not None)


def on_other_grounds(
    by: str, es: Effects, studies: Sequence[Frozen], options: Frozen, choose: Choosing
) -> dict[str, Any]:
    from analysis.stats import pool
    from analysis.stats.results import plain

    kept = [i for i, study in enumerate(studies) if stays(by, study)]
    if not kept:
        return {"told": "no study is left"}
    again = pool(es.subset(kept), **choose(otherwise(options, OTHERWISE.get(by, {}))))
    estimate, lower, upper = (plain(value) for value in again.back[:3])
    out = [study["label"] for i, study in enumerate(studies) if i not in kept]
    found = {
        "k": again.k,
        "estimate": estimate,
        "lower": lower,
        "upper": upper,
        "tau2": plain(again.tau2),
        "I2": plain(again.I2),
    }
    return {"found": found | {"out": out, "method": again.method, "test": again.test}, "told": "; ".join(again.notes)}


def otherwise(options: Frozen, change: Mapping[str, str]) -> Frozen:
    """The plan with something changed. What one fixed effect settles is not taken along to random effects: there the conventions say it."""
    settled = (
        ("estimator", "interval", "prediction") if options["model"] != change.get("model", options["model"]) else ()
    )
    return {**{name: value for name, value in options.items() if name not in settled}, **change}


def stays(by: str, study: Frozen) -> bool:
    if by == "as_reported":
        return not study.get("source") and not study.get("converted") and not study.get("imputed")
    if by == "not_imputed":
        return not study.get("imputed")
    return by not in BY_BIAS or overall(study["bias"]) in BY_BIAS[by]


WAYS: dict[str, Callable[[str, Effects, Sequence[Frozen], Frozen, Choosing], dict[str, Any]]] = {
    SUBGROUP: by_subgroup,
    COMMON: by_subgroup_in_common,
    MODERATOR: by_moderator,
    SENSITIVITY: on_other_grounds,
}


def without_ballast(found: Any, *more: str) -> Any:
    """A result without what a run says once: options and versions."""
    if isinstance(found, dict):
        return {
            name: without_ballast(value, *more)
            for name, value in found.items()
            if name not in ("options", "versions", *more)
        }
    return [without_ballast(each, *more) for each in found] if isinstance(found, list) else found
