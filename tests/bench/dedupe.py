"""How good and how fast is de-duplication, and bib-dedupe beside it? Run: python -m tests.bench.dedupe

    python -m tests.bench.dedupe [--sizes 10000 50000] [--peer PYTHON] [--cross-validate]

It reads the labelled sets and the scorer in the folder of reference data (SHARED_FOLDER, else ../shared), makes larger
sets of real PubMed records there described, and prints for each set and program: sensitivity, false merges, questions,
seconds, processor seconds and memory. Each program runs in a process of its own, on one core where it can be held to one.

bib-dedupe (https://pypi.org/project/bib-dedupe/) is no part of this project. To see it beside ours, give it an
environment and name that environment's Python:

    python -m venv /tmp/peer && /tmp/peer/bin/pip install bib-dedupe
    python -m tests.bench.dedupe --peer /tmp/peer/bin/python

--cross-validate chooses the cut-offs anew three times, each time without one of the sets, and tells how they do on that.
The aims: no false merge; sensitivity 0.985 by rules alone and 0.995 with the questions answered; 1.5 questions for 100
records; 10,000 records in 10 s, 50,000 in 60 s, under 1 GB, growing 6.5-fold at most.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import itertools
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screening.dedupe.__main__ import read_table
from screening.dedupe.decisions import Decisions, decide
from screening.dedupe.rules import Outcome
from screening.dedupe.similarity import CUTOFFS, Cutoffs

PROJECT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SHARED_FOLDER", PROJECT.parent / "shared"))
SETS = ("asysd_diabetes", "sra_respiratory", "cs_gambling")

PEER = """
import sys
import pandas as pd
from bib_dedupe.bib_dedupe import block, cluster, match, prep
records = pd.read_csv(sys.argv[1], dtype=str).fillna("")
records = records.rename(columns={"record_id": "ID", "authors": "author", "issue": "number"})
records["ENTRYTYPE"] = "article"
records["author"] = records["author"].str.replace("; ", " and ")
records = records[["ID", "ENTRYTYPE", "title", "author", "year", "journal", "volume", "number", "pages", "doi", "abstract"]]
found = cluster(match(block(prep(records.copy(), cpu=1), cpu=1), cpu=1))
of = {one: ids[0] for ids in found for one in ids}
with open(sys.argv[2], "w") as out:
    out.write("record_id,cluster_id\\n")
    out.writelines(f"{one},{of.get(one, one)}\\n" for one in records["ID"])
"""


@dataclass(frozen=True)
class Run:
    """One program on one set."""

    seconds: float
    cpu: float
    megabytes: float


def module(name: str) -> Any:
    """-> a tool of the reference data, as a module."""
    spec = importlib.util.spec_from_file_location(name, SHARED / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def timed(command: Sequence[str]) -> Run:
    """Run a program; -> what it took, its own and that of its children."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    error = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command[:3])} failed: {error.decode()[-2000:]}")
    return Run(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def predicted(decisions: Decisions) -> list[dict[str, Any]]:
    return [{"record_id": one, "cluster_id": cluster[0]} for cluster in decisions.clusters for one in cluster]


def answered(path: Path, cutoffs: Cutoffs = CUTOFFS) -> tuple[Decisions, Decisions]:
    """-> what rules alone decide on a labelled set, and what is decided when all questions are answered rightly."""
    work = {row["record_id"]: row["cluster_id"] for row in table(path)}
    records = read_table(path)
    alone = decide(records, cutoffs=cutoffs)
    asked = alone.having(Outcome.ASK)
    same = frozenset((each.a, each.b) for each in asked if work[each.a] == work[each.b])
    other = frozenset((each.a, each.b) for each in asked) - same
    return alone, decide(records, together=same, apart=other, cutoffs=cutoffs)


def line(*cells: object) -> None:
    widths = (16, 12, 9, 9, 7, 7, 9, 9, 7, 7)
    print("  ".join(str(cell).ljust(width) for cell, width in zip(cells, widths, strict=False)), flush=True)


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").is_file() else []
    cpu = next((row.split(":")[1].strip() for row in lines if row.startswith("model name")), platform.processor())
    return f"{platform.platform()}, {os.cpu_count()} x {cpu}, Python {platform.python_version()}"


def beside(paths: Iterable[Path], peer: str | None, scorer: Any, work: Path) -> None:
    """Print how ours does on each set and, where a peer is named, how that does."""
    line("set", "program", "sens.", "answered", "false", "asked", "per 100", "seconds", "cpu", "MB")
    pooled: Counter[str] = Counter()
    for path in paths:
        truth, out, ask = table(path), work / "out.csv", work / "ask.csv"
        run = timed([sys.executable, "-m", "screening.dedupe", str(path), str(out), "--ask", str(ask)])
        found = scorer.score(truth, table(out))
        after = scorer.score(truth, predicted(answered(path)[1]))
        asked = len(table(ask))
        show(path.stem, "ours", found, run, f"{after['sensitivity']:.4f}", asked)
        if path.stem in SETS:
            counts = {"TP": found["TP"], "after": after["TP"], "duplicates": found["duplicates"], "asked": asked}
            pooled.update({**counts, "false": found["false_merges"], "records": found["records"]})
        if peer:
            run = timed([peer, "-c", PEER, str(path), str(out)])
            show(path.stem, "bib-dedupe", scorer.score(truth, table(out)), run)
    per = pooled["duplicates"]
    line("pooled sets", "ours", f"{pooled['TP'] / per:.4f}", f"{pooled['after'] / per:.4f}", pooled["false"],
         pooled["asked"], f"{100 * pooled['asked'] / pooled['records']:.2f}")  # fmt: skip


def show(name: str, program: str, found: dict[str, Any], run: Run, after: str = "", asked: int | None = None) -> None:
    per = "" if asked is None else f"{100 * asked / found['records']:.2f}"
    count = "" if asked is None else asked
    line(name, program, f"{found['sensitivity']:.4f}", after, found["false_merges"], count, per,
         f"{run.seconds:.1f}", f"{run.cpu:.1f}", f"{run.megabytes:.0f}")  # fmt: skip


def made(size: int, work: Path) -> Path:
    """-> a labelled set of real PubMed records with made copies."""
    path = work / f"pubmed_{size}.csv"
    base = SHARED / "corpus" / "dedupe" / "scale_base.csv.gz"
    subprocess.run([sys.executable, str(SHARED / "tools" / "make_dedupe_scale.py"), str(base), str(size), str(path)],
                   check=True, stdout=subprocess.DEVNULL)  # fmt: skip
    return path


def grid() -> list[Cutoffs]:
    return [
        Cutoffs(same, close, abstract, abstract - 25.0, ask)
        for same, close, abstract, ask in itertools.product(
            (93.0, 95.0, 97.0), (80.0, 84.0, 88.0), (70.0, 80.0, 90.0), (0.2, 0.3, 0.4)
        )
    ]


def cross_validate(scorer: Any) -> None:
    """Print how each set does under the cut-offs that are best on the two others."""
    measured: dict[tuple[str, Cutoffs], tuple[int, int, int, int]] = {}
    size: dict[str, tuple[int, int]] = {}
    for name in SETS:
        path = SHARED / "corpus" / "dedupe" / f"{name}.csv"
        truth = table(path)
        for cutoffs in grid():
            alone, after = answered(path, cutoffs)
            one, two = scorer.score(truth, predicted(alone)), scorer.score(truth, predicted(after))
            asked = len(alone.having(Outcome.ASK))
            measured[name, cutoffs] = one["false_merges"], one["TP"], two["TP"], asked
            size[name] = one["duplicates"], one["records"]
    line("left out", "", "sens.", "answered", "false", "asked", "per 100", "chosen: title_same, title_close, abstract_same, abstract_differs, ask_from")  # fmt: skip
    for left_out in SETS:
        others = [name for name in SETS if name != left_out]

        def worth(cutoffs: Cutoffs, others: list[str] = others) -> tuple[int, int, int, int]:
            false, alone, after, asked = (
                sum(each) for each in zip(*(measured[o, cutoffs] for o in others), strict=True)
            )
            return -false, alone, after, -asked

        chosen = max(grid(), key=worth)
        false, alone, after, asked = measured[left_out, chosen]
        duplicates, records = size[left_out]
        line(left_out, "", f"{alone / duplicates:.4f}", f"{after / duplicates:.4f}", false, asked,
             f"{100 * asked / records:.2f}", tuple(getattr(chosen, field) for field in Cutoffs.__slots__))  # fmt: skip
    for what, worst in (("worst of all cut-offs tried", min), ("best of all cut-offs tried", max)):
        alone = worst(sum(measured[name, cutoffs][1] for name in SETS) for cutoffs in grid())
        print(f"{what}: pooled sensitivity {alone / sum(each[0] for each in size.values()):.4f}")
    print(f"most false merges under any of {len(grid())} cut-offs:", max(
        sum(measured[name, cutoffs][0] for name in SETS) for cutoffs in grid()))  # fmt: skip


def main() -> None:
    """Read what is asked for, and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.dedupe", description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 50_000], help="records of the made sets")
    parser.add_argument("--peer", metavar="PYTHON", help="a Python that has bib-dedupe installed")
    parser.add_argument("--cross-validate", action="store_true", help="choose the cut-offs without each set in turn")
    options = parser.parse_args()
    if not SHARED.is_dir():
        sys.exit(f"The reference data are not at {SHARED}; set SHARED_FOLDER to where they are.")
    scorer = module("score_dedupe")
    print(machine())
    if options.cross_validate:
        cross_validate(scorer)
        return
    with tempfile.TemporaryDirectory() as folder:
        paths = [SHARED / "corpus" / "dedupe" / f"{name}.csv" for name in SETS]
        beside([*paths, *(made(size, Path(folder)) for size in options.sizes)], options.peer, scorer, Path(folder))


if __name__ == "__main__":
    main()
