"""How fast are the statistics, beside metafor? Run: python -m tests.bench.stats

Times are in milliseconds: the median and the shortest of some rounds on the clock, and the median on the processor,
which other programs on the machine hardly lengthen and by which the bars are judged. Beside them stand metafor's
medians as measured on a machine of this kind with R 4.2.2 (OpenBLAS where it made a difference), and the same calls
live where Rscript and metafor are installed.
"""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.stats import Effects, effects, influence, leave_one_out, pool, trim_and_fill
from analysis.stats.linear import Model
from analysis.stats.tau2 import reml

SIZES = (10, 100, 1_000, 10_000, 100_000)


@dataclass(frozen=True)
class Task:
    """Something timed: metafor's recorded median, the R that does it (with y, v or a table), and the bar, if any."""

    name: str
    work: Callable[[], Any]
    metafor: float | None = None
    r: str | None = None
    k: int = 0
    bar: float | None = None


def studies(k: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(k)
    v = rng.uniform(0.01, 0.2, k)
    return rng.normal(0.2, np.sqrt(v + 0.05)), v


def generic(k: int) -> Effects:
    y, v = studies(k)
    return effects("GEN", yi=y, vi=v, preset="metafor")


def tables(k: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(k)
    n1, n2 = rng.integers(50, 500, k), rng.integers(50, 500, k)
    return {"ai": rng.binomial(n1, 0.2), "n1i": n1, "ci": rng.binomial(n2, 0.25), "n2i": n2}


def tasks() -> list[Task]:
    """Everything that is timed, smallest first."""
    recorded_reml = {10: 4.7, 100: 7.0, 1_000: 509.0, 10_000: 174_600.0}
    recorded_escalc = {10: 1.9, 100: 2.0, 1_000: 2.7, 10_000: 10.0}
    escalc = 'escalc(measure="RR", ai=ai, n1i=n1i, ci=ci, n2i=n2i)'
    mh = 'rma.mh(measure="RR", ai=ai, n1i=n1i, ci=ci, n2i=n2i)'
    es10, es100, table1000 = generic(10), generic(100), effects("RR", tables(1_000), preset="metafor")
    whole = Task(
        "REML + HKSJ + Q-profile + prediction interval, k = 10",
        lambda: pool(es10, test="knha"),
        metafor=4.7 + 2.8,
        r='f <- rma(y, v, test="knha"); confint(f); predict(f)',
        k=10,
        bar=3.0,
    )
    found = [whole]
    found += [Task(f"escalc RR, k = {k}", _escalc(k), recorded_escalc.get(k), escalc, k) for k in SIZES[:4]]
    found += [
        Task(
            f"rma REML (tau2 alone), k = {k}",
            _reml(k),
            recorded_reml.get(k),
            "rma(y, v)",
            k,
            20.0 if k == 10_000 else None,
        )
        for k in SIZES
    ]
    return [
        *found,
        Task("rma EE, k = 1000", _pool(1_000, method="EE"), 184.0, 'rma(y, v, method="EE")', 1_000),
        Task("rma DL, k = 1000", _pool(1_000, method="DL"), 96.0, 'rma(y, v, method="DL")', 1_000),
        Task("rma.mh RR, k = 1000", lambda: pool(table1000, weighting="MH", method="EE"), 7.0, mh, 1_000),
        Task("leave1out REML, k = 100", lambda: leave_one_out(es100), 1_043.0, "leave1out(rma(y, v))", 100, 100.0),
        Task("influence REML, k = 100", lambda: influence(es100), 1_250.0, "influence(rma(y, v))", 100, 100.0),
        Task("trimfill REML, k = 100", lambda: trim_and_fill(es100), 46.0, "trimfill(rma(y, v))", 100),
    ]


def _escalc(k: int) -> Callable[[], Any]:
    data = tables(k)
    return lambda: effects("RR", data, preset="metafor")


def _reml(k: int) -> Callable[[], Any]:
    y, v = studies(k)
    return lambda: reml(Model.of(y, v))


def _pool(k: int, method: str) -> Callable[[], Any]:
    es = generic(k)
    return lambda: pool(es, method=method)


def times(work: Callable[[], Any], seconds: float = 1.5) -> tuple[float, float, float]:
    """Median and shortest time on the clock, and median on the processor, in milliseconds."""
    work()
    clock, processor = [], []
    end = time.perf_counter() + seconds
    while len(clock) < 5 or (time.perf_counter() < end and len(clock) < 200):
        started, used = time.perf_counter(), time.process_time()
        work()
        clock.append(1e3 * (time.perf_counter() - started))
        processor.append(1e3 * (time.process_time() - used))
    return statistics.median(clock), min(clock), statistics.median(processor)


def live_metafor(found: Sequence[Task]) -> dict[str, float]:
    """The medians of the same calls in R, in one run; empty without Rscript or metafor."""
    rscript = shutil.which("Rscript")
    if not rscript:
        return {}
    wanted = [t for t in found if t.r and t.k <= 1_000]
    lines = ["suppressMessages(library(metafor))"]
    for t in wanted:
        y, v = studies(t.k)
        columns = {"y": y, "v": v, **tables(t.k)}
        lines += [f"{name} <- c({', '.join(repr(float(x)) for x in column)})" for name, column in columns.items()]
        lines += [
            f"s <- numeric(7); for (i in 1:7) s[i] <- system.time({{ {t.r} }})[3]",
            f'cat("{t.name}\\t", 1000 * median(s), "\\n", sep="")',
        ]
    done = subprocess.run([rscript, "-"], input="\n".join(lines), capture_output=True, text=True)
    if done.returncode:
        print(f"metafor could not be run live: {done.stderr.strip().splitlines()[-1]}")
        return {}
    return {name: float(ms) for name, ms in (line.split("\t") for line in done.stdout.splitlines())}


def import_time(module: str) -> tuple[float, float]:
    """The shortest of seven imports in a fresh interpreter, in seconds on the clock and on the processor."""
    now = "time.perf_counter(), time.process_time()"
    code = f"import time; a, b = {now}; import {module}; c, d = {now}; print(c - a, d - b)"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(7)]
    clock, processor = zip(*(map(float, run.stdout.split()) for run in runs), strict=True)
    return min(clock), min(processor)


def machine() -> str:
    model = platform.processor() or platform.machine()
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({model}), load {load}; {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, numpy {np.__version__}"
    )


def main() -> None:
    print(machine())
    found = tasks()
    live = live_metafor(found)
    print("metafor live: " + ("yes" if live else "no, Rscript with metafor is not here; recorded figures only"))
    print(f"\n{'':55}{'median':>9}{'shortest':>9}{'cpu':>9}{'metafor':>11}{'times':>9}{'live':>9}  bar")
    for t in found:
        median, shortest, cpu = times(t.work)
        theirs = f"{t.metafor:>11,.1f}{t.metafor / median:>9,.0f}" if t.metafor else f"{'':>20}"
        alive = f"{live[t.name]:>9,.1f}" if t.name in live else f"{'':>9}"
        bar = f"  {t.bar:g} ms: {'kept' if cpu <= t.bar else 'MISSED'}" if t.bar else ""
        print(f"{t.name:55}{median:>9.2f}{shortest:>9.2f}{cpu:>9.2f}{theirs}{alive}{bar}")
    (whole, cpu), (numpy_alone, _) = import_time("analysis.stats"), import_time("numpy")
    kept = "kept" if cpu <= 0.35 else "MISSED"
    print(f"\nimport analysis.stats: {whole:.3f} s ({cpu:.3f} s cpu), numpy alone {numpy_alone:.3f} s  0.35 s: {kept}")


if __name__ == "__main__":
    main()
