"""On labelled sets: no work is lost, nearly all duplicates are found, and little is asked."""

from __future__ import annotations

import csv
import importlib.util
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from screening.dedupe.__main__ import read_table
from screening.dedupe.decisions import Decisions, decide
from screening.dedupe.rules import Outcome

pytestmark = pytest.mark.pure

SETS = ("asysd_diabetes", "sra_respiratory", "cs_gambling")


def labelled(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def scorer(shared: Path) -> Any:
    spec = importlib.util.spec_from_file_location("score_dedupe", shared / "tools" / "score_dedupe.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def predicted(decisions: Decisions) -> list[dict[str, Any]]:
    return [{"record_id": one, "cluster_id": cluster[0]} for cluster in decisions.clusters for one in cluster]


def test_three_sets_hold_the_bars_by_rules_alone_and_with_the_questions_answered(shared: Path, scorer: Any) -> None:
    by_rules: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    asked = 0
    for name in SETS:
        path = shared / "corpus" / "dedupe" / f"{name}.csv"
        truth, records = labelled(path), read_table(path)
        work = {row["record_id"]: row["cluster_id"] for row in truth}
        found = decide(records)
        by_rules.update({k: v for k, v in scorer.score(truth, predicted(found)).items() if isinstance(v, int)})
        questions = found.having(Outcome.ASK)
        asked += len(questions)
        same = frozenset((each.a, each.b) for each in questions if work[each.a] == work[each.b])
        other = frozenset((each.a, each.b) for each in questions) - same
        after = decide(records, together=same, apart=other)
        answered.update({k: v for k, v in scorer.score(truth, predicted(after)).items() if isinstance(v, int)})
    assert by_rules["false_merges"] == answered["false_merges"] == 0
    assert by_rules["TP"] / by_rules["duplicates"] >= 0.985
    assert answered["TP"] / answered["duplicates"] >= 0.995
    assert asked / by_rules["records"] <= 0.015


def test_of_awkward_pairs_none_is_wrongly_linked_and_every_duplicate_is_linked_or_asked(shared: Path) -> None:
    path = shared / "corpus" / "dedupe" / "pairs_bibdedupe.csv"
    work = {row["record_id"]: row["cluster_id"] for row in labelled(path)}
    records = {record.id: record for record in read_table(path)}
    duplicates = linked = 0
    for one in sorted(work):
        if not one.endswith("a"):
            continue
        other = f"{one[:-1]}b"
        found = decide([records[one], records[other]])
        if work[one] == work[other]:
            duplicates += 1
            linked += len(found.clusters) == 1
            assert len(found.clusters) == 1 or found.having(Outcome.ASK), one
        else:
            assert len(found.clusters) == 2, one
    assert duplicates == 10
    assert linked >= 6
