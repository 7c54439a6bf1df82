"""Numbers that are right and look odd are not called wrong: of clusters, pairs, changes, small groups; what is left to doubt asks."""

from __future__ import annotations

from datetime import date

import pytest

from extraction.schema.lint import Finding, Severity, Study, check_study
from tests.extraction.test_lint_planted import SCALE, scored, study

pytestmark = pytest.mark.pure

TODAY = date(2026, 1, 1)
IMPOSSIBLE, UNLIKELY = Severity.IMPOSSIBLE, Severity.UNLIKELY


def told(of: Study, rule: str) -> list[Finding]:
    return [each for each in check_study(of, TODAY) if each.rule == rule]


def test_only_half_of_the_scale_bounds_every_sd() -> None:
    (found,) = told(scored({"sd": 16.0}, **SCALE), "sd-over-scale")
    assert found.severity is IMPOSSIBLE
    (found,) = told(scored({"mean": 2.0, "sd": 9.0}, **SCALE), "sd-over-scale")
    assert found.severity is UNLIKELY
    assert found.sentence.endswith("; is it of a change, or of both arms together?")
    (found,) = told(study("continuous", {"mean": 14.2, "se": 3.1, "n": 40}, **SCALE), "sd-over-scale")
    assert (found.severity, found.cell) == (UNLIKELY, "outcome/1/arm/1/se")
