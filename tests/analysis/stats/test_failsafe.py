"""Fail-safe numbers by hand."""

from __future__ import annotations

import math

import pytest

from analysis.stats import StatsError, effects, fail_safe_n

pytestmark = pytest.mark.pure

ES = effects("GEN", yi=[0.5, 0.6, 0.8], vi=[0.04, 0.04, 0.04])


def test_rosenthal_counts_studies_of_z_zero() -> None:
    total = (0.5 + 0.6 + 0.8) / 0.2
    f = fail_safe_n(ES)
    assert f.n == math.ceil((total / 1.6448536269514722) ** 2 - 3)
    assert f.p == pytest.approx(0.5 * math.erfc(total / math.sqrt(3) / math.sqrt(2)))


def test_orwin_counts_studies_that_halve_the_mean_or_bring_it_to_a_target() -> None:
    assert fail_safe_n(ES, "Orwin").n == 3
    f = fail_safe_n(ES, "Orwin", target=0.1)
    assert f.n == math.ceil(3 * (1.9 / 3 - 0.1) / 0.1)
    assert f.mean == pytest.approx(1.9 / 3)


def test_rosenberg_counts_studies_that_end_significance() -> None:
    z = (1.9 / 3) / (0.2 / math.sqrt(3))
    assert fail_safe_n(ES, "Rosenberg").n == math.ceil(3 * ((z / 1.959963984540054) ** 2 - 1))


def test_what_is_not_significant_needs_no_study() -> None:
    es = effects("GEN", yi=[0.1, -0.1], vi=[1.0, 1.0])
    assert fail_safe_n(es).n == 0
    assert fail_safe_n(es, "Rosenberg").n == 0
    assert str(fail_safe_n(es)).startswith("Fail-safe N (Rosenthal): 0")


def test_no_study_has_no_number() -> None:
    f = fail_safe_n(effects("GEN", yi=[None], vi=[1.0]))
    assert math.isnan(f.n)
    assert f.notes == ("there is no study",)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "Fisher"}, "kind='Fisher'"),
        ({"alpha": 5}, "alpha=5"),
        ({"kind": "Orwin", "target": -0.1}, "target=-0.1 must lie between the mean effect"),
    ],
)
def test_bad_questions_are_refused(arguments: dict, message: str) -> None:
    with pytest.raises(StatsError, match=message):
        fail_safe_n(ES, **arguments)
