"""What did a run find beside its pooled effect, said so that the package's script can compute it again?

Read from what the run has stored, also how each was pooled: nothing is decided here a second time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.beyond import year
from analysis.investigations import (
    COMMON,
    MODERATOR,
    OTHERWISE,
    SENSITIVITY,
    SUBGROUP,
    characteristic,
    columns_of,
    in_words,
    stays,
)
from analysis.measures import measure
from analysis.reproduction import Further

Plain = Mapping[str, Any]

SERIES = ("k", "estimate", "ci_lb", "ci_ub", "p", "tau2", "I2")
GROUP = ("k", "estimate", "se", "ci_lb", "ci_ub", "p", "tau2", "I2", "Q", "pi_lb", "pi_ub")
IN_COMMON = ("k", "estimate", "se", "ci_lb", "ci_ub", "p", "Q", "pi_lb", "pi_ub")
COEFFICIENT = ("estimate", "se", "p", "ci_lb", "ci_ub")
REGRESSION = ("k", "tau2", "I2", "R2", "QM", "QM_df", "QM_p", "QE", "QE_p")
LINE = ("x", "estimate", "ci_lb", "ci_ub")
TEST = ("k", "stat", "p", "slope", "se_slope", "limit", "tau")
DIAGNOSTICS = ("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "QE_del", "hat", "weight")


def further(analysis: int, result: Plain) -> list[Further]:
    """Everything that a run's result has beside the pooled effect; nothing where nothing was pooled."""
    if result["pooled"] is None or result["estimate"] is None:
        return []
    run = _Run(analysis, result)
    return [*run.beyond(), *run.investigations()]


class _Run:
    """A result with its studies by the rows that they have in data.csv."""

    def __init__(self, analysis: int, result: Plain) -> None:
        self.analysis = analysis
        self.result = result
        self.pooled = result["pooled"]
        answers, numbered = measure(self.pooled["measure"]).answers, enumerate(result["studies"], start=1)
        self.studies = {row: study for row, study in numbered if answers.is_whole(study)}
        self.rows = list(self.studies)

    def of(self, kind: str, what: str, numbers: Plain, rows: Sequence[int], **more: Any) -> Further:
        weighting = more.get("how", {}).get("weighting", self.pooled["weighting"])
        if weighting == "MH":  # whose sums would take in what is left out
            rows = [row for row in rows if not self.studies[row]["reason"]]
        return Further(self.analysis, kind, what, numbers, rows, **more)

    # --- what analysis.beyond computes -----------------------------------------------------------------------

    def beyond(self) -> Iterator[Further]:
        found = self.result.get("beyond", {})
        without = dict(self._without_each(found["leave_one_out"])) if "leave_one_out" in found else {}
        yield from without.values()
        if "cumulative" in found:
            yield from self._one_more_each(found["cumulative"])
        if "baujat" in found:
            yield self._baujat(found["baujat"], without)
        if "influence" in found:
            yield self._influence(found["influence"])
        if "trim_and_fill" in found and not found["trim_and_fill"]["notes"]:  # metafor gives up where it never settles
            yield self._filled(found["trim_and_fill"])
        for each in found.get("small_study", {}).get("tests", ()):
            if each["stat"] is not None:
                numbers = {name: each[name] for name in TEST if each[name] is not None}
                yield self.of(
                    each["test"], f"Small studies: {each['test']}", numbers, self.rows, how={"weighting": "IV"}
                )

    def _without_each(self, series: Plain) -> Iterator[tuple[int, Further]]:
        for i, row in enumerate(self.rows):
            if series["estimate"][i] is not None:
                others = [other for other in self.rows if other != row]
                what = f"Leave one out: {series['study'][i]}"
                yield row, self.of("pooled", what, at(series, i, SERIES), others, how=test_of(series, i))

    def _one_more_each(self, series: Plain) -> Iterator[Further]:
        years = {row: year(study["label"]) for row, study in self.studies.items()}
        order = sorted(self.rows, key=lambda row: (years[row] is None, years[row] or 0))
        for i, estimate in enumerate(series["estimate"]):
            if estimate is not None:
                what, how = f"Cumulative: {series['study'][i]}", test_of(series, i)
                yield self.of("pooled", what, at(series, i, SERIES), order[: i + 1], how=how)

    def _baujat(self, found: Plain, without: Mapping[int, Further]) -> Further:
        numbers, rows = {}, []
        for i, row in enumerate(self.rows):
            if found["contribution"][i] is not None and row in without:
                rows.append(row)
                numbers |= {f"{name} {row}": found[name][i] for name in ("contribution", "influence")}
        return self.of("baujat", "Baujat plot", numbers, rows, parts=[without[row] for row in rows])

    def _influence(self, found: Plain) -> Further:
        """The diagnostics of each study that was pooled; a study that was left out has none."""
        numbers, rows = {}, []
        for i, row in enumerate(self.rows):
            if found["hat"][i] is not None:
                rows.append(row)
                numbers |= {f"{name} {row}": found[name][i] for name in DIAGNOSTICS}
        return self.of("influence", "Influence diagnostics", numbers, rows)

    def _filled(self, found: Plain) -> Further:
        numbers = {"k0": found["k0"], "right": int(found["side"] == "right")}
        numbers |= {name: found["pooled"][name] for name in SERIES}
        how = {"weighting": "IV", "prediction": "none"}
        if "test" in found["pooled"]:
            how["test"] = found["pooled"]["test"]
        return self.of("trim_and_fill", "Trim and fill", numbers, self.rows, how=how)

    # --- what analysis.investigations found ------------------------------------------------------------------

    def investigations(self) -> Iterator[Further]:
        ways = {
            SUBGROUP: self._subgroups,
            COMMON: self._in_common,
            MODERATOR: self._regression,
            SENSITIVITY: self._otherwise,
        }
        for each in self.result.get("investigations", ()):
            if each["found"]:
                words = in_words(f"{each['kind']}:{each['by']}")
                yield from ways[each["kind"]](f"{words[:1].upper()}{words[1:]}", each["by"], each["found"])

    def _subgroups(self, words: str, by: str, found: Plain) -> Iterator[Further]:
        from analysis.stats.formula import show_level

        values = {row: characteristic(study, by) for row, study in self.studies.items()}
        levels = {row: show_level(value) for row, value in values.items() if value is not None}
        groups = []
        for level, of in (*zip(found["levels"], found["groups"], strict=True), ("", found["overall"])):
            if of["estimate"] is None:
                continue
            rows = [row for row in levels if not level or levels[row] == level]
            numbers = {name: of[name] for name in GROUP}
            how = {name: of[name] for name in ("weighting", "method", "test")}
            group = self.of("pooled", f"{words}: {level or 'all groups'}", numbers, rows, how=how)
            yield group
            if level and of["se"]:
                groups.append(group)
        if found["Q_between"] is not None:
            numbers = {name: found[name] for name in ("Q_between", "Q_df", "Q_p")}
            yield self.of("between", f"{words}: between groups", numbers, (), parts=groups)

    def _in_common(self, words: str, by: str, found: Plain) -> Iterator[Further]:
        fit = found["regression"]
        numbers = {name: found[name] for name in ("Q_between", "Q_df", "Q_p")} | {"tau2": fit["tau2"]}
        for level, of in zip(found["levels"], found["groups"], strict=True):
            if of["estimate"] is not None:
                numbers |= {f"{name} {level}": of[name] for name in IN_COMMON}
        how = {name: fit[name] for name in ("method", "test")}
        yield self.of("common", words, numbers, self.rows, how=how, values=self._values(by))

    def _values(self, by: str) -> dict[str, list[str | None]]:
        """What each study has of each characteristic, as the script compares it."""
        from analysis.stats.formula import show_level

        given = {
            name: [characteristic(study, each) for study in self.studies.values()]
            for name, each in columns_of(by).items()
        }
        return {
            name: [None if value is None else show_level(value) for value in values] for name, values in given.items()
        }

    def _regression(self, words: str, by: str, found: Plain) -> Iterator[Further]:
        fit, line = found["fit"], found["line"]
        numbers = {name: fit[name] for name in REGRESSION}
        for i, name in enumerate(fit["names"]):
            numbers |= {f"{what} {name}": fit[what][i] for what in COEFFICIENT}
        if line:
            for i in (0, len(line["x"]) // 2, -1):
                numbers |= {f"line {what} {i % len(line['x'])}": line[what][i] for what in LINE}
        how = {"weighting": "IV", "method": fit["method"], "test": fit["test"]}
        yield self.of("regression", words, numbers, self.rows, how=how, values=self._values(by))

    def _otherwise(self, words: str, by: str, found: Plain) -> Iterator[Further]:
        if found["estimate"] is None:
            return
        rows = [row for row, study in self.studies.items() if stays(by, study)]
        how = {
            "weighting": OTHERWISE.get(by, {}).get("method", self.pooled["weighting"]),
            "method": found["method"],
            "test": found["test"],
        }
        back = {f"natural {name}": found[name] for name in ("estimate", "lower", "upper")}
        yield self.of("pooled", words, {**back, **{name: found[name] for name in ("k", "tau2", "I2")}}, rows, how=how)


def test_of(series: Plain, i: int) -> dict[str, Any]:
    """Which test a row of a series has; nothing in runs of before each had its own: theirs is the run's."""
    return {"test": series["test"][i]} if "test" in series else {}


def at(series: Plain, i: int, names: Sequence[str]) -> dict[str, Any]:
    return {name: series[name][i] for name in names}
