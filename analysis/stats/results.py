"""What does an analysis give back?

Frozen dataclasses that hold their numbers and how they were made. Arrays have one entry per study, in the
order of the data, NaN where a study has none; a NaN always has its reason beside it, in `reasons` or `notes`.
Estimates and intervals are on the analysis scale (log for ratios); `back` and `natural` give the natural one.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np

from .arrays import FloatArray, IntArray
from .options import Options
from .scale import back_transform
from .summary import effects_summary, pooled_summary

Interval = tuple[float, float]


class Result:
    """What all results share: arrays that cannot be changed, `to_dict()` for JSON, and a summary as `str()`."""

    def __post_init__(self) -> None:
        for value in vars(self).values():
            for array in value.values() if isinstance(value, Mapping) else (value,):
                if isinstance(array, np.ndarray):
                    array.setflags(write=False)

    def to_dict(self) -> dict[str, Any]:
        """Fields as plain Python values: lists for arrays, None for NaN, "Infinity" for infinite numbers."""
        return {f.name: plain(getattr(self, f.name)) for f in fields(self)}  # type: ignore[arg-type]


def plain(value: Any) -> Any:
    """`value` as something JSON can hold; None for NaN, "Infinity" and "-Infinity" for the infinite."""
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value.tolist()]
    if isinstance(value, (float, np.floating)):
        if math.isnan(value):
            return None
        return ("Infinity" if value > 0 else "-Infinity") if math.isinf(value) else float(value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return (
            value.to_dict()
            if hasattr(value, "to_dict")
            else {f.name: plain(getattr(value, f.name)) for f in fields(value)}
        )
    return value


def versions() -> dict[str, str]:
    """The versions that make a result: of Python, numpy and scipy."""
    return dict(_versions())


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    from importlib.metadata import version

    return ("python", platform.python_version()), ("numpy", version("numpy")), ("scipy", version("scipy"))


@dataclass(frozen=True, eq=False)
class Effects(Result):
    """Effect estimates of k studies.

    `yi`, `vi`: estimates and sampling variances (shape k); `ci_lb`, `ci_ub`: normal intervals at
    `options.level`; `reasons`: None, or why the study has no estimate; `data`: the raw columns used;
    `scale`: the way back to the natural scale, see `scale`.
    """

    measure: str
    scale: str
    study: tuple[str, ...]
    yi: FloatArray
    vi: FloatArray
    ci_lb: FloatArray
    ci_ub: FloatArray
    reasons: tuple[str | None, ...]
    data: Mapping[str, FloatArray]
    options: Options

    @property
    def k(self) -> int:
        """How many studies have an estimate."""
        return int(np.count_nonzero(~np.isnan(self.yi)))

    @property
    def sei(self) -> FloatArray:
        """Standard errors (shape k)."""
        return np.sqrt(self.vi)

    def subset(self, places: Sequence[int] | IntArray) -> Effects:
        """The studies in `places`, in that order."""
        i = np.asarray(places, dtype=np.intp)
        return replace(
            self, study=tuple(self.study[j] for j in i), yi=self.yi[i], vi=self.vi[i], ci_lb=self.ci_lb[i],
            ci_ub=self.ci_ub[i], reasons=tuple(self.reasons[j] for j in i),
            data={name: values[i] for name, values in self.data.items()},
        )  # fmt: skip

    @cached_property
    def n_harmonic(self) -> float | None:
        """Harmonic mean of the sample sizes of the studies with an estimate (NaN without a study).

        None if the measure's data have no sample sizes.
        """
        known = ~np.isnan(self.yi)
        if "ni" not in self.data:
            return None
        if not known.any():
            return math.nan
        return float(1.0 / np.mean(1.0 / self.data["ni"][known]))

    def natural(self, values: FloatArray | float) -> FloatArray:
        """`values` of the analysis scale on the natural scale."""
        return back_transform(values, self.scale, self.n_harmonic)

    def __str__(self) -> str:
        return effects_summary(self)


@dataclass(frozen=True, eq=False)
class Pooled(Result):
    """A pooled estimate with everything that is reported beside it.

    `k` studies pooled; `estimate`, `se`, `stat`, `p`, `ci_lb`, `ci_ub`: the mean effect and its test, `df`
    its degrees of freedom (infinite: normal). `tau2`, `se_tau2`, `tau2_ci`: the variance between studies with
    its Q-profile interval (NaN where none is computed). `I2` (percent), `H2` with intervals; `Q`, `Q_df`, `Q_p`.
    `pi_lb`, `pi_ub`: prediction interval. `weights`: percent, shape k of the data, 0 for studies left out.
    `fit`: log-likelihood, AIC and BIC of ML and REML. `left_out`: (study, reason) of studies not pooled.
    `notes`: sentences on everything unusual, among them the reason of every NaN above.
    """

    measure: str
    scale: str
    weighting: str
    method: str
    test: str
    level: float
    k: int
    estimate: float
    se: float
    stat: float
    df: float
    p: float
    ci_lb: float
    ci_ub: float
    tau2: float
    se_tau2: float
    tau2_ci: Interval
    I2: float
    I2_ci: Interval
    H2: float
    H2_ci: Interval
    Q: float
    Q_df: int
    Q_p: float
    pi_lb: float
    pi_ub: float
    pi_df: float
    weights: FloatArray
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    effects: Effects
    options: Options
    fit: Mapping[str, float] = field(default_factory=dict)
    extra: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=versions)

    @property
    def tau(self) -> float:
        """Standard deviation between studies."""
        return math.sqrt(self.tau2) if self.tau2 >= 0 else math.nan

    @property
    def back(self) -> tuple[float, float, float, float, float]:
        """Estimate, interval and prediction interval on the natural scale."""
        on_scale = np.array([self.estimate, self.ci_lb, self.ci_ub, self.pi_lb, self.pi_ub])
        estimate, ci_lb, ci_ub, pi_lb, pi_ub = self.effects.natural(on_scale).tolist()
        return estimate, ci_lb, ci_ub, pi_lb, pi_ub

    def __str__(self) -> str:
        return pooled_summary(self)
