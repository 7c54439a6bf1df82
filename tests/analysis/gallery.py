"""Sixty figures of widely varied data, to be looked at: `python -m tests.analysis.gallery FOLDER`.

Each is written as SVG, PNG and PDF, and contact sheets of them as PNG. The data are drawn from fixed seeds and pooled by
`analysis.stats`, so that the figures are what pages show. `test_figures.py` puts all of them to the bounding-box test.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from math import exp
from pathlib import Path
from typing import Any

NAMES = ("Abe", "Orme", "Quill", "Rask", "Ferreira", "Tanaka", "Ólafsdóttir", "van der Meer", "O’Brien", "Szczepańska")
ODD = (
    "Collaborative Group on Long Names in Multicentre Trials of Psychological Interventions 2003 (per protocol)",
    "田中・佐藤・鈴木 2015（無作為化比較試験）",
    "دراسة العلاج النفسي 2012",
    "מחקר טיפול קבוצתי 2009",
    "No\u0308e\u0301l & Zu\u0308n\u0303iga 2011",
    "Averyveryveryverylongsurnamewithoutanyspaceatall-Hyphenated/Slashed 1999",
    "X",
)
METHOD = "IV, Random, 95% CI"
FAVOURS = ("Favours psychotherapy", "Favours control")


def labels(count: int, rng: random.Random, odd: bool = False) -> list[str]:
    """Unlike each other; with odd ones among them if asked for."""
    made = [f"{rng.choice(NAMES)} {1970 + i % 55}{chr(97 + i // 55) if count > 55 else ''}" for i in range(count)]
    if odd:
        for place, name in zip(rng.sample(range(count), min(count, len(ODD))), ODD, strict=False):
            made[place] = name
    return made


def effects_of(
    measure: str, count: int, seed: int, *, spread: float = 0.4, odd: bool = False, mean: float = -0.4
) -> Any:
    """Estimates of small and large studies about a mean that varies by `spread`."""
    from analysis.stats import effects

    rng = random.Random(seed)
    study = labels(count, rng, odd)
    if measure in ("RR", "OR"):
        table: dict[str, list[float]] = {name: [] for name in ("ai", "n1i", "ci", "n2i")}
        for _ in range(count):
            n = int(exp(rng.uniform(3, 6.5)))
            risk = rng.uniform(0.1, 0.5)
            treated = min(0.95, risk * exp(rng.gauss(mean, spread)))
            for name, value in zip(
                table,
                (sum(rng.random() < treated for _ in range(n)), n, sum(rng.random() < risk for _ in range(n)), n),
                strict=True,
            ):
                table[name].append(value)
        return effects(measure, table, study=study, preset="RevMan 2025")
    n = [int(exp(rng.uniform(2.5, 6))) for _ in range(count)]
    sd = 1.0 if measure == "SMD" else 12.0
    means = {
        "m1i": [10 + sd * rng.gauss(mean, spread + 2 / size**0.5) for size in n],
        "m2i": [10.0] * count,
        "sd1i": [sd * rng.uniform(0.8, 1.2) for _ in n],
        "sd2i": [sd] * count,
        "n1i": n,
        "n2i": n,
    }
    return effects(measure, means, study=study, preset="RevMan 2025")


def figures() -> Iterator[tuple[str, Any]]:
    """Name and plot, sixty in all."""
    yield from forests()
    yield from series()
    yield from funnels()
    yield from baujats()
    yield from bubbles()
    yield from histories()


def forests() -> Iterator[tuple[str, Any]]:
    from analysis.figures import subgroup_forest
    from analysis.plots.judgements import ROB1, ROB2, ROBINS_I, Domain
    from analysis.stats import subgroups

    cases = [
        ("RR", 1, 1, 0.2), ("RR", 2, 1, 0.3), ("RR", 5, 2, 0.3), ("OR", 2, 1, 0.0), ("MD", 1, 1, 0.1), ("OR", 13, 3, 0.6), ("OR", 40, 4, 1.0), ("RR", 200, 5, 0.5),
        ("SMD", 3, 1, 0.2), ("SMD", 12, 2, 0.5), ("SMD", 30, 4, 2.5), ("MD", 6, 2, 0.4), ("MD", 24, 6, 0.8), ("RD", 9, 3, 0.3),
    ]  # fmt: skip
    tools = (ROB1, ROB2, ROBINS_I)
    for n, (measure, count, groups, spread) in enumerate(cases):
        rng = random.Random(n)
        es = effects_of("RR" if measure == "RD" else measure, count, n, spread=spread, odd=n % 2 == 1)
        if measure == "RD":
            from analysis.stats import effects

            es = effects("RD", {name: list(column) for name, column in es.data.items()}, study=list(es.study))
        by = [f"Subgroup {1 + i * groups // count}" + (", " + ODD[0] if n == 9 else "") for i in range(count)]
        found = subgroups(es, by, prediction="V" if n % 3 else "none").to_dict()
        plot = subgroup_forest(f"Analysis 1.{n + 1} Response, {measure}", found, METHOD, FAVOURS)
        if n % 4 == 2:
            judgements = tools[n % 3]
            domains = tuple(Domain("ABCDEFG"[i], name) for i, name in enumerate((*ODD[:2], "Blinding", "Attrition")))
            rows = tuple(
                replace(
                    group,
                    studies=tuple(
                        replace(study, bias=tuple(rng.choice(["", *judgements]) for _ in domains))
                        for study in group.studies
                    ),
                )
                for group in plot.groups
            )
            plot = replace(plot, groups=rows, domains=domains, judgements=judgements)
        if n == 10:
            plot = replace(
                plot, favours=(ODD[0], ODD[5] * 2), axis_label="Standardised mean difference", title=" ".join(ODD)
            )
        yield f"forest-{measure}-{count}", plot


def series() -> Iterator[tuple[str, Any]]:
    from analysis.figures import series_forest
    from analysis.stats import cumulate, leave_one_out, pool

    for n, (measure, count) in enumerate((("RR", 3), ("OR", 13), ("SMD", 20), ("MD", 7), ("RR", 60))):
        es = effects_of(measure, count, 20 + n, odd=n == 2)
        pooled = pool(es).to_dict()
        for name, found in (("leave-one-out", leave_one_out(es)), ("cumulative", cumulate(es))):
            title = f"Response, {name.replace('-', ' ')}"
            yield f"{name}-{measure}-{count}", series_forest(title, found.to_dict(), pooled, METHOD, FAVOURS)


def funnels() -> Iterator[tuple[str, Any]]:
    from analysis.figures import funnel_of
    from analysis.stats import pool, trim_and_fill

    cases = (
        ("RR", 1, 0.1), ("RR", 3, 0.2), ("RR", 10, 0.3), ("OR", 25, 0.8), ("OR", 80, 0.4), ("RR", 200, 0.6), ("SMD", 5, 0.1),
        ("SMD", 15, 0.5), ("SMD", 60, 2.0), ("MD", 4, 0.3), ("MD", 12, 0.6), ("MD", 40, 5.0), ("OR", 12, 3.0), ("RR", 20, 0.0),
    )  # fmt: skip
    for n, (measure, count, spread) in enumerate(cases):
        es = effects_of(measure, count, 40 + n, spread=spread, mean=(-0.4, 0.9, -2.0)[n % 3])
        filled = trim_and_fill(es).to_dict() if count > 2 else None
        yield f"funnel-{measure}-{count}", funnel_of(f"Response ({measure}), funnel plot", pool(es).to_dict(), filled)


def baujats() -> Iterator[tuple[str, Any]]:
    from analysis.figures import baujat_of
    from analysis.stats import baujat

    for n, (measure, count) in enumerate(
        (("RR", 3), ("RR", 8), ("OR", 13), ("SMD", 20), ("SMD", 50), ("MD", 9), ("RR", 200), ("OR", 5))
    ):
        found = baujat(effects_of(measure, count, 60 + n, odd=n % 3 == 1)).to_dict()
        yield f"baujat-{measure}-{count}", baujat_of(f"Response ({measure}), Baujat plot", found)


def bubbles() -> Iterator[tuple[str, Any]]:
    from analysis.figures import bubble_of
    from analysis.stats import fitted_line, regress

    names = ("year", "dose", "mean age", "a rather long name for a moderator of the effect, in units of its own")
    cases = (("RR", 3), ("RR", 6), ("OR", 13), ("SMD", 20), ("SMD", 60), ("MD", 9), ("RR", 150), ("OR", 25))
    for n, (measure, count) in enumerate(cases):
        es, rng = effects_of(measure, count, 80 + n, odd=n % 4 == 2), random.Random(n)
        scale = (1.0, 1000.0, 0.001)[n % 3]
        x = [scale * rng.uniform(10, 60) if n % 4 else float(rng.randint(1970, 2024)) for _ in range(count)]
        fit = regress(es, "~ x", {"x": x})
        line = {**fitted_line(fit).to_dict(), "moderator": names[n % 4]}
        yield f"bubble-{measure}-{count}", bubble_of(f"Response ({measure}) by {names[n % 4]}", fit.to_dict(), line)


def histories() -> Iterator[tuple[str, Any]]:
    from analysis.plots.forest_data import Interval
    from analysis.plots.history import History, RunPoint
    from analysis.stats import pool

    cases = (("RR", 1, 0.4), ("OR", 4, 0.5), ("RR", 12, 0.3), ("SMD", 9, 0.4), ("MD", 30, 0.4), ("OR", 90, 2.0))
    for n, (measure, count, spread) in enumerate(cases):
        es = effects_of(measure, count + 1, 100 + n, spread=spread)
        runs = []
        for i in range(1, count + 1):
            estimate, lower, upper, *_ = pool(es.subset(range(i)), prediction="none", tau2_interval="none").back
            told = Interval(estimate, lower, upper) if i != 3 else None
            runs.append(RunPoint(i, f"Run {i}", told))
        ratio = measure in ("RR", "OR")
        yield f"history-{measure}-{count}", History("", tuple(runs), measure, log=ratio, null=1.0 if ratio else 0.0)


# --- looking -------------------------------------------------------------------------------------------------------

SHEET, COLUMNS, CELL = 6, 3, (640, 720)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    from PIL import Image

    from analysis.plots import figure
    from analysis.plots.render import svg_to_png

    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    cells = []
    for n, (name, plot) in enumerate(figures(), start=1):
        for kind in figure.KINDS:
            (folder / f"{n:02}-{name}.{kind}").write_bytes(figure.file(plot, kind))
        image = Image.open(BytesIO(svg_to_png(figure.svg(plot), dpi=96))).convert("RGB")
        image.thumbnail(CELL)
        cells.append(image)
    for first in range(0, len(cells), SHEET):
        sheet = Image.new("RGB", (COLUMNS * CELL[0], SHEET // COLUMNS * CELL[1]), "#808080")
        for i, image in enumerate(cells[first : first + SHEET]):
            sheet.paste(image, (i % COLUMNS * CELL[0], i // COLUMNS * CELL[1]))
        sheet.save(folder / f"sheet-{first // SHEET + 1:02}.png")
    print(f"{len(cells)} figures in {folder}")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    sys.exit(main(sys.argv[1:]))
