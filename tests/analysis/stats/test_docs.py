"""The pages about the statistics say what is so: every example on them is run."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize(("page", "least"), [("statistics.md", 4), ("if-your-numbers-differ.md", 30)])
def test_every_example_on_the_page_is_true(page: str, least: int) -> None:
    result = doctest.testfile(str(DOCS / page), module_relative=False)
    assert result.failed == 0
    assert result.attempted >= least


def test_every_measure_and_estimator_is_on_the_page() -> None:
    from analysis.stats import MEASURES
    from analysis.stats.tau2 import ESTIMATORS

    text = (DOCS / "statistics.md").read_text()
    assert [name for name in (*MEASURES, *ESTIMATORS) if name not in text] == []
