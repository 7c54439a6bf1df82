"""Made pairs from many fields, of which the truth is known: no rule may link two publications, whatever fields are lost."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import pytest

from screening.dedupe.normalise import Facts, Record, facts
from screening.dedupe.rules import Outcome, judge
from screening.dedupe.similarity import compare
from tests.screening.dedupe.traps import OTHER_WORKS, SAME_WORK, Trap, cases

pytestmark = pytest.mark.pure


@lru_cache(maxsize=20_000)
def said(record: Record) -> Facts:
    return facts(record)


def outcomes(trap: Trap) -> Counter[Outcome]:
    return Counter(judge(compare(said(a), said(b))).outcome for _, _, a, b in cases((trap,)))


@pytest.mark.parametrize("trap", OTHER_WORKS, ids=lambda trap: trap.name)
def test_another_publication_is_never_linked_whatever_fields_are_lost(trap: Trap) -> None:
    found = outcomes(trap)
    assert found, "the trap fits no work"
    assert found[Outcome.LINK] == 0


@pytest.mark.parametrize("trap", SAME_WORK, ids=lambda trap: trap.name)
def test_the_same_publication_is_linked_or_asked_about_in_nearly_all_cases(trap: Trap) -> None:
    found = outcomes(trap)
    assert found[Outcome.LINK] > 0
    assert found[Outcome.APART] <= 0.1 * found.total()
