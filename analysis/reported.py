"""How does a study enter that gives one effect, not two groups? A hazard ratio, a correlation, an estimate with its standard error.

Of a contrast of two arms one is pooled for each study: several share an arm, and their people would count twice. A hazard ratio may come in
four ways; the first that is whole is taken, and said: its logarithm with a standard error, O − E with V, an interval, a p.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.measures.described import CONTROL, EXPERIMENTAL
from extraction.schema.convert.converted import CannotConvert, Converted
from extraction.schema.convert.effects import log_ratio_from_ci, log_ratio_from_o_minus_e, log_ratio_from_p, se_from_ci
from extraction.schema.tables import TABLES

Frozen = Mapping[str, Any]


MARKS = ("converted", "imputed")  # of a row that is frozen, beside its values


class NotWhole(ValueError):
    """Why a study has no effect, in words that go on from its name."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One study's numbers by the columns of analysis.stats. source: how they were had from others here, "" where they were given as they are.

    converted, imputed: which of the numbers taken had been converted when they were extracted, or rest on an assumption.
    """

    numbers: dict[str, float]
    source: str = ""
    converted: tuple[str, ...] = ()
    imputed: tuple[str, ...] = ()


def marked(row: Frozen, mark: str) -> list[str]:
    """The columns of a row that were imputed, or were converted without being imputed."""
    imputed = row.get("imputed", ())
    return list(imputed) if mark == "imputed" else [name for name in row.get("converted", ()) if name not in imputed]


def effect_of(kind: str, study: Frozen) -> Effect:
    """One study's numbers for analysis.stats. Raises NotWhole."""
    try:
        if TABLES[kind].whole:
            numbers = {"ri": study["whole"]["r"], "ni": study["whole"]["n"]}
            return Effect(numbers, "", *(tuple(marked(study, mark)) for mark in MARKS))
        return _of_contrast(kind, study)
    except CannotConvert as error:
        raise NotWhole(str(error).rstrip(".")) from error


def _of_contrast(kind: str, study: Frozen) -> Effect:
    roles = {arm["arm"]: arm["role"] for arm in study["arms"]}
    sides = {
        (EXPERIMENTAL, CONTROL): 1,
        (CONTROL, EXPERIMENTAL): -1,
    }  # a role that was changed turns the contrast round
    found = [(sides.get((roles.get(each["first"]), roles.get(each["second"]))), each) for each in study["contrasts"]]
    usable = [(sign, each) for sign, each in found if sign]
    if not usable:
        raise NotWhole("it has no experimental arm compared with a control arm for this outcome")
    if len(usable) > 1:
        raise NotWhole(
            f"it has {len(usable)} comparisons that share an arm, so that people would count twice; give the arms that are not "
            "wanted the role “Not in this comparison”"
        )
    ((sign, contrast),) = usable
    y, se, source, names = (_hazard if kind == "time_to_event" else _generic)(contrast["values"])
    converted, imputed = (tuple(name for name in names if name in marked(contrast, mark)) for mark in MARKS)
    return Effect({"yi": sign * y, "sei": se}, source, converted, imputed)


Taken = tuple[float, float, str, tuple[str, ...]]  # effect, standard error, how they were had, from which numbers


def _hazard(v: Mapping[str, float]) -> Taken:
    ways: tuple[tuple[tuple[str, ...], str, Callable[..., tuple[Converted, Converted]] | None], ...] = (
        (("log_effect", "se_log"), "", None),
        (("o_e", "v"), "from O − E and V", log_ratio_from_o_minus_e),
        (("hr", "hr_low", "hr_high"), "", log_ratio_from_ci),
        (("hr", "p"), "from the hazard ratio and its p", log_ratio_from_p),
    )
    for names, source, convert in ways:
        given = [v.get(name) for name in names]
        numbers = [each for each in given if each is not None]
        if len(numbers) == len(names):
            y, se = numbers if convert is None else (each.value for each in convert(*numbers))
            return y, se, source, names
    raise NotWhole("its hazard ratio has neither an interval nor a standard error, O − E with V, or p")


def _generic(v: Mapping[str, float]) -> Taken:
    if v.get("effect") is None:
        raise NotWhole("it has no estimate")
    if v.get("se") is not None:
        return v["effect"], v["se"], "", ("effect", "se")
    if v.get("effect_low") is None or v.get("effect_high") is None:
        raise NotWhole("its estimate has neither a standard error nor an interval")
    se = se_from_ci(v["effect"], v["effect_low"], v["effect_high"]).value
    return v["effect"], se, "standard error from the interval", ("effect", "effect_low", "effect_high")
