"""What is the effect of each study? Raw data in, `yi` and `vi` with intervals out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import binary, continuous, correlations, generic, proportions, rates  # noqa: F401  (they fill the registry)
from .arrays import Column
from .distributions import critical
from .errors import StatsError
from .formula import show_level
from .measures import COLUMN_NAMES, read_columns
from .measures import measure as find_measure
from .options import OPTION_NAMES, Options
from .options import preset as named_preset
from .results import Effects

DEFAULT_PRESET = "RevMan 2025"


def effects(
    measure: str,
    data: Mapping[str, Column] | None = None,
    *,
    study: Sequence[str] | None = None,
    preset: str | Options = DEFAULT_PRESET,
    **columns_and_options: Any,
) -> Effects:
    """Effect estimates and sampling variances of k studies.

    `measure`: "RR", "OR", "RD", "MD", "SMD" ...; `MEASURES` has them all. The columns it needs go into
    `data` (a mapping, other columns are ignored) or are given by name, each with k numbers (None: missing);
    for RR these are `ai`, `n1i`, `ci`, `n2i`. `study` are the k labels; without them `data["study"]`, or
    1 to k. `preset` (a name, or `Options` of one's own) and any field of `Options` settle the conventions.

    Returns `Effects`: `yi` and `vi` on the analysis scale (log for ratios), NaN where `reasons` says why a
    study has none. Raises StatsError for unknown names and impossible values, naming the study.

    >>> from analysis.stats import effects
    >>> es = effects("RR", ai=[31, 8], n1i=[46, 14], ci=[9, 1], n2i=[54, 54])
    >>> es.yi.round(3)
    array([1.397, 3.429])
    """
    m = find_measure(measure)
    unknown = set(columns_and_options) - COLUMN_NAMES - OPTION_NAMES
    if unknown:
        raise StatsError(
            f"{sorted(unknown)[0]!r} is neither a column nor an option; {m.name} takes the columns "
            f"{', '.join(m.columns)} and the options {', '.join(sorted(OPTION_NAMES))}."
        )
    given = {**(data or {}), **{n: v for n, v in columns_and_options.items() if n in COLUMN_NAMES}}
    conventions = preset if isinstance(preset, Options) else named_preset(preset)
    options = conventions.but(**{n: v for n, v in columns_and_options.items() if n in OPTION_NAMES})
    labels = _labels(m.columns + m.alternative, given, study)
    columns = read_columns(m, given, labels)
    with np.errstate(all="ignore"):  # what does not come out finite gets a reason below
        computed = m.compute(columns, options)
    reasons = list(computed.why)
    for name, values in columns.items():
        for i in np.flatnonzero(np.isnan(values)):
            reasons[i] = f"{name} is missing"
    for i in np.flatnonzero(~(np.isfinite(computed.yi) & np.isfinite(computed.vi))):
        reasons[i] = reasons[i] or computed.otherwise
    known = np.array([not r for r in reasons], dtype=bool)
    yi = np.where(known, computed.yi, np.nan)
    vi = np.where(known, computed.vi, np.nan)
    half = critical(options.level) * np.sqrt(vi)
    return Effects(
        measure=m.name, scale=m.scale, study=tuple(labels), yi=yi, vi=vi, ci_lb=yi - half, ci_ub=yi + half,
        reasons=tuple(r or None for r in reasons), data=columns, options=options,
    )  # fmt: skip


def _labels(wanted: tuple[str, ...], given: Mapping[str, Column], study: Sequence[str] | None) -> list[str]:
    labels = study if study is not None else given.get("study")
    if labels is not None:
        return [show_level(label) for label in labels]
    lengths = [len(given[name]) for name in wanted if name in given]
    return [str(i + 1) for i in range(max(lengths, default=0))]
