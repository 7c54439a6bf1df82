"""What stands beside the pooled effects, and on which studies does it rest? As tables that R reads: a row each, and its numbers.

The script computes each again by its `kind`:
    pooled          the studies of `rows`, pooled as the analysis says, or as `how` says otherwise
    between         the test between groups, which are the pooled results in `parts`
    common          the groups by the `values` of the studies with one variance between studies for all, and the test between them
    regression      effects on the `values` of the studies, numbers or groups
    Egger, Begg, Harbord, Peters     tests of funnel plot asymmetry
    trim_and_fill   how many studies the funnel lacks, and the result with them
    baujat          two coordinates of each study; `parts` are the results without each
    influence       eight diagnostics of each study, of effects pooled by inverse variance
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.reproduction.csvs import cell, guarded, lines

HOW = ("weighting", "method", "test", "prediction")


@dataclass(frozen=True, slots=True, eq=False)
class Further:
    """One result beside the pooled effect of an analysis.

    rows: of the analysis in data.csv, counted from 1. how: what is chosen otherwise than in the analysis, by the names in HOW. values: of each
    characteristic, by the name of its column, one for each row; None where a study has none. numbers: by name, unrounded; None where it could not be estimated.
    """

    analysis: int
    kind: str
    what: str
    numbers: Mapping[str, object]
    rows: Sequence[int]
    how: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    parts: Sequence[Further] = ()


def further_files(results: Sequence[Further]) -> dict[str, str]:
    """The three tables by their names."""
    ids = {id(each): number for number, each in enumerate(results, start=1)}
    return {
        "further.csv": lines([["id", "analysis", "kind", "what", *HOW, "rows", "parts"], *_described(results, ids)]),
        "further_numbers.csv": lines([["id", "name", "value"], *_numbers(results)]),
        "further_values.csv": lines([["id", "row", "name", "value"], *_values(results)]),
    }


def _described(results: Iterable[Further], ids: Mapping[int, int]) -> Iterable[list[str]]:
    for each in results:
        yield [
            str(ids[id(each)]),
            str(each.analysis),
            each.kind,
            guarded(each.what),
            *(each.how.get(name, "") for name in HOW),
            " ".join(map(str, each.rows)),
            " ".join(str(ids[id(part)]) for part in each.parts),
        ]


def _numbers(results: Iterable[Further]) -> Iterable[list[str]]:
    for number, each in enumerate(results, start=1):
        for name, value in each.numbers.items():
            yield [str(number), guarded(name), cell(value)]


def _values(results: Iterable[Further]) -> Iterable[list[str]]:
    for number, each in enumerate(results, start=1):
        for name, values in each.values.items():
            for row, value in zip(each.rows, values, strict=True):
                if value is not None:
                    yield [str(number), str(row), name, guarded(value)]
