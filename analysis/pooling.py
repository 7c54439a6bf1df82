"""What does one run compute? Frozen input and options in, a result in plain values out; too little data is said, not raised.

Several experimental (or control) arms of one study are combined into one group, so that nobody is counted twice: events and
totals are added, means and standard deviations combined by the formulae of the Cochrane Handbook, version 6, section 6.5.2.10
(table 6.5.a). Or each experimental arm is compared with its part of the control group (23.3.4; extraction.schema.comparisons).
Arms with the role "other" are not used. A measure of one group has the arms of one side, or all that a study has, combined in the same way.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from analysis import reported
from analysis.beyond import TESTS_FROM, beyond
from analysis.frozen import Frozen
from analysis.investigations import investigate
from analysis.measures import Answers, measure
from analysis.measures.described import CONTROL, EXPERIMENTAL, GROUP
from extraction.schema.asked import ArmOf
from extraction.schema.comparisons import COMBINED, comparisons, part_of
from extraction.schema.tables import TABLES

Group = dict[str, float]  # {events, total}, {mean, sd, n} or {events, time}


@dataclass(frozen=True, slots=True)
class Computed:
    """What a run gives back.

    result holds plain values on the natural scale, unrounded: k, participants (None where the data do not tell), estimate, lower, upper,
    prediction (two limits or None), `studies` (one entry for each study of the input, in its order; where a shared control is split, one for each comparison, whose
    label names its arm: study, label, time and turned (as frozen), bias, experimental and control (combined), or of measures of one group that `group`, arms (names by group), stated (how the control was
    shared out, or ""), converted and imputed (which of the numbers had been converted when they were extracted, and which of them on an assumption, in words; none in both), estimate, lower, upper, weight in percent, reason it was left out or ""; of kinds without two groups `given`, the
    numbers that were pooled, and `source`, where they come from if not as reported), `pooled`, everything that
    analysis.stats says, `beyond`, what analysis.beyond computes of it, and `investigations`, what analysis.investigations found. poolable: whether there is an estimate. message: sentences on what is unusual.
    """

    poolable: bool
    result: dict[str, Any]
    message: str
    versions: dict[str, str]


# --- two groups of each study --------------------------------------------------------------------------------------


def combine(kind: str, groups: Sequence[Mapping[str, float]]) -> Group:
    """Several arms as one group. Raises ValueError for none."""
    if not groups:
        raise ValueError("There is no arm to combine.")
    first, *others = (dict(group) for group in groups)
    for other in others:
        first = _merge(first, other) if kind == "continuous" else _sum(first, other)
    return first


def _sum(a: Group, b: Group) -> Group:
    return {name: a[name] + b[name] for name in a}


def _merge(a: Group, b: Group) -> Group:
    """Cochrane Handbook, version 6, table 6.5.a: as if the two groups had been one sample all along."""
    n = a["n"] + b["n"]
    mean = (a["n"] * a["mean"] + b["n"] * b["mean"]) / n
    within = (a["n"] - 1) * a["sd"] ** 2 + (b["n"] - 1) * b["sd"] ** 2
    between = a["n"] * b["n"] / n * (a["mean"] - b["mean"]) ** 2
    return {"mean": mean, "sd": math.sqrt((within + between) / (n - 1)), "n": n}


def turned(group: Group) -> Group:
    """A group on a scale that runs the other way: the mean times -1, the spread as it is (Cochrane Handbook, version 6.5, section 6.5.1.2)."""
    return {**group, "mean": -group["mean"]}


def two_groups(kind: str, study: Frozen) -> dict[str, Any]:
    """One study with its arms combined, as in Computed.result's studies; `reason` says why it cannot be pooled."""
    arms = {role: [arm for arm in study["arms"] if arm["role"] == role] for role in (EXPERIMENTAL, CONTROL, "other")}
    unused = arms.pop("other")
    return row_of(kind, study, arms, unused, [role for role in arms if not arms[role]])


def one_group(kind: str, study: Frozen, role: str) -> dict[str, Any]:
    """The same of a study of which one group enters: all its arms, or those with the role."""
    arms = [arm for arm in study["arms"] if role in ("", arm["role"])]
    unused = [arm for arm in study["arms"] if arm not in arms]
    return row_of(kind, study, {GROUP: arms}, unused, [] if arms else [role])


def row_of(
    kind: str, study: Frozen, groups: Mapping[str, Sequence[Frozen]], unused: Sequence[Frozen], missing: Sequence[str]
) -> dict[str, Any]:
    """One study by the arms of each of its groups. missing: what arms there would have to be."""
    turn = turned if study.get("turned") else dict
    return {
        "study": study["study"],
        "label": study["label"],
        "bias": study["bias"],
        **{name: study[name] for name in ("by", "time", "turned") if name in study},
        "arms": {name: [arm["name"] for arm in members] for name, members in {**groups, "other": unused}.items()},
        "stated": "",
        **{
            mark: [
                told
                for members in groups.values()
                for arm in members
                for told in named(kind, reported.marked(arm, mark), f" of {arm['name']}")
            ]
            for mark in reported.MARKS
        },
        **{
            name: turn(combine(kind, [arm["values"] for arm in members])) if members else None
            for name, members in groups.items()
        },
        "estimate": None,
        "lower": None,
        "upper": None,
        "weight": 0.0,
        "reason": f"it has no {' and no '.join(missing)} arm with numbers for this outcome" if missing else "",
    }


def one_effect(kind: str, study: Frozen) -> dict[str, Any]:
    """A study that gives one effect, not two groups, in the same shape."""
    row = two_groups("", {**study, "arms": []}) | {"reason": "", "given": None, "source": ""}
    try:
        effect = reported.effect_of(kind, study)
    except reported.NotWhole as error:
        return row | {"reason": str(error)}
    had = {mark: named(kind, getattr(effect, mark)) for mark in reported.MARKS}
    return row | {"given": effect.numbers, "source": effect.source, **had}


def named(kind: str, columns: Iterable[str], of: str = "") -> list[str]:
    """Columns of an outcome's table as a reader knows them, such as "SD of Placebo"."""
    shape = TABLES[kind]
    labels = {column.name: column.label for column in (*shape.per_arm, *shape.per_contrast, *shape.whole)}
    return [labels[name] + of for name in columns]


def rows_of(options: Frozen, study: Frozen) -> list[dict[str, Any]]:
    """The rows by which a study enters: one, unless its control group is split among several arms."""
    answers = measure(options["measure"]).answers
    if not answers.groups:
        return [one_effect(answers.kind, study)]
    if answers.groups == (GROUP,):
        return [one_group(answers.kind, study, options.get("group", ""))]
    return compared(answers.kind, study, options.get("arms", COMBINED))


def compared(kind: str, study: Frozen, how: str) -> list[dict[str, Any]]:
    """The comparisons of two groups that a study gives."""
    found = comparisons([ArmOf(arm["arm"], arm["name"], arm["role"]) for arm in study["arms"]], how)
    if len(found) < 2:
        return [two_groups(kind, study)]
    rows = []
    for place, each in enumerate(found, start=1):
        names = [other.experimental[0].name for other in found]
        (arm,) = each.experimental
        name = arm.name if names.count(arm.name) == 1 else f"{arm.name} ({place})"
        kept = {arm.id, *(other.id for other in each.control)}
        row = two_groups(kind, {**study, "arms": [one for one in study["arms"] if one["arm"] in kept]})
        unused = [one["name"] for one in study["arms"] if one["role"] == "other"]
        row["arms"]["other"] = unused if place == 1 else []
        row |= {"label": f"{study['label']}: {name}", "stated": each.stated}
        row[CONTROL] = part_of(row[CONTROL], each.share)
        rows.append(row)
    return rows


def usable(options: Frozen, found: Frozen) -> bool:
    """Whether a study's numbers for an outcome, as they would be frozen, have what can be pooled by the plan with these options."""
    study = {"study": 0, "label": "", "bias": {}, **found}
    return any(not row["reason"] for row in rows_of(options, study))


def columns(answers: Answers, studies: Sequence[Frozen]) -> dict[str, list[float]]:
    """The numbers of each study as columns of raw data."""
    found = [answers.numbers(study) for study in studies]
    return {name: [numbers[name] for numbers in found] for name in answers.columns}


# --- pooling ---------------------------------------------------------------------------------------------------


def compute(data: Frozen, options: Frozen) -> Computed:
    """Pool what can be pooled; name what cannot, and why."""
    from analysis.stats import StatsError

    studies = [row for study in data["studies"] for row in rows_of(options, study)]
    result: dict[str, Any] = {**NOTHING, "studies": studies}
    problem = ""
    try:
        result |= _pool(studies, options)
    except StatsError as error:
        problem = f"The numbers cannot be analysed: {error}"
    poolable = result["k"] > 0 and result["estimate"] is not None
    versions = {"scipy": version("scipy"), **(result["pooled"] or {}).get("versions", {})}
    told = problem or message(studies, result["pooled"], data.get("set_aside", ()))
    return Computed(poolable, result, told, versions)


NOTHING = {
    "k": 0,
    "participants": 0,
    "estimate": None,
    "lower": None,
    "upper": None,
    "prediction": None,
    "pooled": None,
    "beyond": {},
    "investigations": [],
}


def _pool(studies: list[dict[str, Any]], options: Frozen) -> dict[str, Any]:
    """Effects and pooled effect by analysis.stats: those of single studies go into `studies`, the rest is returned."""
    from analysis.stats import effects, pool
    from analysis.stats.results import plain
    from analysis.stats.scale import back_transform

    of = measure(options["measure"])
    if not of.turns:
        for study in studies:
            if study.get("turned"):
                study["reason"] = f"its scale runs the other way, which a {of.title.lower()} cannot take account of"
    usable = [study for study in studies if not study["reason"]]
    if not usable:
        return {}
    labels = [study["label"] for study in usable]
    shape = {"preset": options["preset"], "level": choices(options)["level"]}
    es = effects(of.id, columns(of.answers, usable), study=labels, **shape)
    pooled = pool(es, **choices(options))
    shown = pooled.effects  # what was pooled: for Peto's method, its own odds ratios
    left_out = dict(pooled.left_out)
    for i, study in enumerate(usable):
        study["reason"] = left_out.get(study["label"], "")
        limits = (shown.yi[i], shown.ci_lb[i], shown.ci_ub[i])
        people = of.answers.people_of(study)  # a study's own number, where getting back from it needs them
        study["estimate"], study["lower"], study["upper"] = (
            plain(float(back_transform(value, shown.scale, people))) for value in limits
        )
        study["weight"] = plain(pooled.weights[i]) or 0.0
    estimate, lower, upper, *prediction = (plain(value) for value in pooled.back)
    return {
        "k": pooled.k,
        "participants": participants(of.answers, [study for study in usable if not study["reason"]]),
        "estimate": estimate,
        "lower": lower,
        "upper": upper,
        "prediction": None if None in prediction else prediction,
        "pooled": pooled.to_dict(),
        "beyond": beyond(es, pooled, choices(options), int(options.get("tests_from", TESTS_FROM))),
        "investigations": investigate(options.get("investigations", ()), es, usable, options, choices),
    }


LEVEL = 95  # of intervals, in percent, where a plan has no other


def choices(options: Frozen) -> dict[str, Any]:
    """How analysis.stats is to pool what a plan has chosen, or left to its conventions."""
    how = resolved(options)
    return {
        "weighting": options["method"],
        "method": how["estimator"],
        "test": how["interval"],
        "prediction": how["prediction"],
        "level": float(options.get("level", LEVEL)),
    }


def participants(answers: Answers, studies: Sequence[Frozen]) -> int | None:
    """How many people are in these studies; parts of people, where a group is split, add up. None where the data do not tell."""
    counted = [answers.people_of(study) for study in studies] if answers.people else []
    return round(sum(each for each in counted if each is not None)) if answers.people else None


# What the conventions say where nothing else was chosen: estimator of the variance between studies, interval, prediction.
# RevMan 2025 is Cochrane's advice since January 2025: REML, Hartung-Knapp where it can be trusted, and a prediction interval.
CONVENTIONS = {
    "RevMan 2025": {"estimator": "REML", "interval": "advice", "prediction": "V"},
    "RevMan 5": {"estimator": "DL", "interval": "z", "prediction": "none"},
    "metafor": {"estimator": "REML", "interval": "z", "prediction": "metafor"},
}


def resolved(options: Frozen) -> dict[str, str]:
    """Estimator, interval and prediction interval, with nothing left to conventions.

    One common effect has no variance between studies. Mantel-Haenszel weights know DerSimonian and Laird's only, and Wald
    intervals, as in RevMan.
    """
    if options["model"] == "fixed":
        return {"estimator": "EE", "interval": "z", "prediction": "none"}
    chosen = {name: options.get(name) or said for name, said in CONVENTIONS[options["preset"]].items()}
    if options["method"] == "MH":
        return {**chosen, "estimator": "DL", "interval": "z"}
    return chosen


# --- in words --------------------------------------------------------------------------------------------------


def message(studies: Sequence[Frozen], pooled: Frozen | None, set_aside: Sequence[str] = ()) -> str:
    """What a reader must know about the result: nothing to pool, one study, who was left out and why."""
    told = []
    left_out = [study for study in studies if study["reason"]]
    if not studies:
        told.append("No study has agreed numbers for this outcome yet.")
    elif len(left_out) == len(studies):
        told.append("No study has an effect that can be estimated.")
    elif len(studies) - len(left_out) == 1:
        told.append("One study: what is shown is its own result; nothing is pooled.")
    if any(study["stated"] for study in studies):
        whole = len({study["study"] for study in studies})
        told.append(
            f"{len(studies)} comparisons of {whole} {'study' if whole == 1 else 'studies'}: a control group that several arms "
            "share is split among them. The comparisons are pooled as if they were independent (Cochrane Handbook, 23.3.4)."
        )
    if left_out:
        told.append("Left out: " + "; ".join(f"{study['label']} ({study['reason']})" for study in left_out) + ".")
    if set_aside:
        told.append("Not reached by the plan: " + "; ".join(set_aside) + ".")
    if pooled is not None:
        told += [sentence(note) for note in pooled["notes"] if pooled["k"] > 1]
    return " ".join(told)


def sentence(note: str) -> str:
    """A note of analysis.stats with a capital and a full stop."""
    return note[:1].upper() + note[1:] + ("" if note.endswith(".") else ".")
