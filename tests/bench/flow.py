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


def best(work: Callable[[], Any]) -> float:
    """Shortest of some rounds, in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def main() -> None:
    sets = review()
    start = time.perf_counter()
    first = diagram(count(sets))
    print(f"{'first diagram of the process':32}{1000 * (time.perf_counter() - start):8.0f} ms")
    counts = count(sets)
    print(f"{'counts':32}{best(lambda: count(sets)):8.0f} ms")
    print(f"{'drawing':32}{best(lambda: diagram(counts)):8.0f} ms")
    print(f"{'counts and drawing':32}{best(lambda: diagram(count(sets))):8.0f} ms")
    print(f"{'constraints 1 to 11':32}{best(lambda: check(sets, counts)):8.0f} ms, {len(check(sets, counts))} breaches")
    print(f"{'size of the SVG':32}{len(first) / 1024:8.0f} KB")


if __name__ == "__main__":
    main()
