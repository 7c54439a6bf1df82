"""Which conventions does an analysis follow, and what do the named presets mean?

The programs reviewers compare with part company in small conventions (how a zero cell is treated, which Q
a Mantel-Haenszel analysis reports, which standard error a Hedges' g has). Every one of them is a field here,
so that a result can say how it was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from types import MappingProxyType
from typing import Any

from .errors import StatsError


@dataclass(frozen=True)
class Options:
    """Everything that can be chosen about an analysis. Frozen; `but` makes a changed copy.

    From raw data to effects:

    `add`, `to`: continuity correction of counts, and to which studies: "only0" (those with a zero cell),
    "if0all" (all, if any has one), "all", "none". `add` may be "TACC": the treatment-arm correction of
    Sweeting, Sutton and Lambert 2004.
    `drop00`: leave out studies in which nobody, or everybody, has the event: True, False, or "ratios"
    (for RR and OR but not for RD, as RevMan does).
    `correction_form`: "cells" adds to all four cells for every measure; "revman" does so for RR and OR, and
    for RD only in the variance; "meta" is as "revman" but adds to an arm's total for RR once, not twice
    (Hartung and Knapp 2001, equation 18).
    `vtype`: variance of standardised mean differences "LS", "LS2", "UB", "AV" or "RevMan"; of MD "LS" or "HO".
    `hedges`: the small-sample factor, "exact" or "approximate" (1 - 3/(4N - 9)).
    `correct`: bias corrections of SMD, ROM and CVR: True, False, or "smd" (of SMD alone).

    From effects to a pooled result:

    `weighting`: "IV" inverse variance, "MH" Mantel-Haenszel, "Peto".
    `method`: "EE" common effect, or the tau2 estimator "DL", "HE", "HS", "SJ", "PM", "REML", "ML", "EB".
    `test`: "z" (Wald), "knha" (Hartung-Knapp), "adhoc" (Hartung-Knapp, never narrower than Wald), or "advice": Hartung-Knapp
    where it can be trusted, else Wald; see `advised`. A result says which of the two it has.
    `level`: of all intervals, in percent.
    `prediction`: "metafor" (z: normal; knha: t with k-1), "Riley" (t with k-2, the model's standard error),
    "V" (t with k-1), "HTS" (t with k-2), "HK" (t with k-1, Hartung-Knapp standard error), "S" (normal),
    where V, HTS and S keep the Wald standard error; or "none".
    `i2`: I2 and H2 from "tau2" or from "Q".
    `zero_variance`: studies whose sampling variance is zero are "leave out", or "keep" in random-effects models
    by estimators that do without their weights, as metafor does (then without Q, I2 and H2).
    `tau2_interval`: of tau2, "Q-profile" (Viechtbauer 2007) or "none".
    `mh_add`, `mh_to`: the correction of tables inside Mantel-Haenszel pooling, as `add` and `to`.
    `mh_q_drop00`: leave studies without events, or with nothing else, out of the Q of Mantel-Haenszel pooling.
    `mh_variance`: of the Mantel-Haenszel risk difference, "Sato" (1989) or "Greenland" (1985).
    `cmh_correct`: continuity correction of the Cochran-Mantel-Haenszel test.
    """

    preset: str = "RevMan 2025"
    add: float | str = 0.5
    to: str = "only0"
    drop00: bool | str = "ratios"
    correction_form: str = "revman"
    vtype: str = "RevMan"
    hedges: str = "approximate"
    correct: bool | str = "smd"
    weighting: str = "IV"
    method: str = "REML"
    test: str = "z"
    level: float = 95.0
    prediction: str = "V"
    i2: str = "tau2"
    zero_variance: str = "leave out"
    tau2_interval: str = "Q-profile"
    mh_add: float = 0.5
    mh_to: str = "only0"
    mh_q_drop00: bool = False
    mh_variance: str = "Greenland"
    cmh_correct: bool = True

    def __post_init__(self) -> None:
        for name, allowed in _ALLOWED.items():
            if getattr(self, name) not in allowed:
                choices = ", ".join(str(a) for a in allowed)
                raise StatsError(f"{name}={getattr(self, name)!r} is not known; choose one of {choices}.")
        if not 0 < self.level < 100:
            raise StatsError(f"level={self.level!r} is not a percentage between 0 and 100, such as 95.")
        for name in ("add", "mh_add"):
            value = getattr(self, name)
            if value != "TACC" and not (isinstance(value, (int, float)) and 0 <= value < float("inf")):
                raise StatsError(f"{name}={value!r} must be a number of 0 or more, such as 0.5.")

    def but(self, **changes: Any) -> Options:
        """A copy with `changes`; raises StatsError for a name or value that is not known."""
        unknown = set(changes) - OPTION_NAMES
        if unknown:
            raise StatsError(f"{sorted(unknown)[0]!r} is not an option; options are {', '.join(sorted(OPTION_NAMES))}.")
        for name, value in changes.items():
            if isinstance(value, str):
                changes[name] = _ALIASES.get(name, {}).get(value.lower(), value)
        return replace(self, **changes)

    def advised(self, k: int, tau2: float) -> Options:
        """What "advice" comes to for k studies with this tau2: of two, or without heterogeneity, Hartung-Knapp misleads.

        Cochrane Handbook, version 6.5, section 10.10.4.4.
        """
        if self.test != "advice":
            return self
        return replace(self, test="knha" if k > 2 and tau2 > 0 else "z")

    def to_dict(self) -> dict[str, Any]:
        """The fields as a plain dictionary, ready for JSON."""
        return asdict(self)


_ALLOWED: dict[str, tuple[Any, ...]] = {
    "to": ("only0", "if0all", "all", "none"),
    "drop00": (True, False, "ratios"),
    "correction_form": ("cells", "revman", "meta"),
    "vtype": ("LS", "LS2", "UB", "AV", "HO", "RevMan"),
    "hedges": ("exact", "approximate"),
    "correct": (True, False, "smd"),
    "weighting": ("IV", "MH", "Peto"),
    "method": ("EE", "DL", "HE", "HS", "SJ", "PM", "REML", "ML", "EB"),
    "test": ("z", "knha", "adhoc", "advice"),
    "prediction": ("none", "metafor", "Riley", "V", "HTS", "HK", "S"),
    "i2": ("tau2", "Q"),
    "zero_variance": ("leave out", "keep"),
    "tau2_interval": ("Q-profile", "none"),
    "mh_to": ("only0", "if0all", "all", "none"),
    "mh_variance": ("Sato", "Greenland"),
}
# Other names under which people know the same thing.
_ALIASES: dict[str, dict[str, str]] = {
    "method": {"fe": "EE", "ce": "EE", "common": "EE", "fixed": "EE", "ee": "EE"},
    "test": {"wald": "z", "hksj": "knha", "hk": "knha"},
    "weighting": {"inverse": "IV", "iv": "IV", "mh": "MH", "mantel-haenszel": "MH", "m-h": "MH", "peto": "Peto"},
}
OPTION_NAMES: frozenset[str] = frozenset(f.name for f in fields(Options)) - {"preset"}
EFFECT_OPTIONS: frozenset[str] = frozenset({"add", "to", "drop00", "correction_form", "vtype", "hedges", "correct"})

REVMAN_2025 = Options()
REVMAN_5 = Options(preset="RevMan 5", method="DL", prediction="none", i2="Q")
METAFOR = Options(
    preset="metafor", drop00=False, correction_form="cells", vtype="LS", hedges="exact", correct=True,
    prediction="metafor", zero_variance="keep", mh_add=0.0, mh_to="none", mh_q_drop00=True, mh_variance="Sato",
)  # fmt: skip
PRESETS: Mapping[str, Options] = MappingProxyType({o.preset: o for o in (REVMAN_2025, REVMAN_5, METAFOR)})


def preset(name: str) -> Options:
    """The named conventions: "RevMan 2025" (the default), "RevMan 5" or "metafor"."""
    try:
        return PRESETS[name]
    except KeyError:
        raise StatsError(f"There is no preset {name!r}; choose one of {', '.join(PRESETS)}.") from None
