"""How long does the flow diagram of 100,000 citations take? Run: python -m tests.bench.flow

Counts, checks and draws an unfinished review of 130,000 records of 100,000 citations, all identifiers whole numbers,
as it comes from the database. The aim: counts and drawing within 300 ms.
"""

import time
from collections.abc import Callable
from typing import Any

from analysis.flow.constraints import check
from analysis.flow.counts import count
from analysis.flow.diagram import diagram
from analysis.flow.sets import FlowSets, Kind, Reason, Search

CITATIONS = 100_000
RECORDS = 130_000
ROUNDS = 5


def review() -> FlowSets:
    """Ten databases, two registers and reference lists; every 20th citation goes to full text."""
    citation_of = {record: record % CITATIONS for record in range(RECORDS)}
    kinds = [Kind.DATABASE] * 10 + [Kind.REGISTER] * 2 + [Kind.CITATION]
    searches = tuple(Search(kind, f"Source {i}", tuple(range(i, RECORDS, 13))) for i, kind in enumerate(kinds))
    everything = frozenset(range(CITATIONS))
    passed = frozenset(range(0, CITATIONS, 20))
    waiting = frozenset(range(1, CITATIONS, 20))
    conflict = frozenset(range(2, CITATIONS, 200))
    removed = frozenset(range(3, CITATIONS, 100))
    not_retrieved = frozenset(range(0, CITATIONS, 400))
    included = frozenset(range(20, CITATIONS, 400))
    assessed = passed - not_retrieved
    excluded = sorted(assessed - included)
    return FlowSets(
        searches=searches,
        citation_of=citation_of,
        removed_other=removed,
        awaiting_screening=waiting,
        screening_conflict=conflict,
        excluded=everything - passed - waiting - conflict - removed,
        passed=passed,
        sought=passed,
        not_retrieved=not_retrieved,
        assessed=assessed,
        reports_excluded=frozenset(excluded),
        reasons=tuple(Reason(str(i), f"Reason {i}", frozenset(excluded[i::8])) for i in range(8)),
        reports_included=included,
        study_of={report: report for report in included},
        studies_included=included,
    )


def measured(name: str, work: Callable[[], Any], rounds: int = ROUNDS) -> None:
    """Print the shortest of some rounds: time passed, and time of the processor, which other programs do not lengthen."""
    times = []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    passed, busy = (1000 * min(column) for column in zip(*times, strict=True))
    print(f"{name:32}{passed:8.0f} ms, processor {busy:4.0f} ms")


def main() -> None:
    sets = review()
    measured("first diagram of the process", lambda: diagram(count(sets)), rounds=1)
    counts = count(sets)
    measured("counts", lambda: count(sets))
    measured("drawing", lambda: diagram(counts))
    measured("counts and drawing", lambda: diagram(count(sets)))
    measured("constraints 1 to 11", lambda: check(sets, counts))
    print(f"{len(check(sets, counts))} breaches, {len(diagram(counts)) / 1024:.0f} KB of SVG")


if __name__ == "__main__":
    main()
