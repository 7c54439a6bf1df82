"""The way back to the natural scale."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.stats import MEASURES, effects, pool
from analysis.stats.scale import back_transform, is_ratio

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("measure", "data", "natural"),
    [
        ("PR", {"xi": [12], "ni": [40]}, 0.3),
        ("PLN", {"xi": [12], "ni": [40]}, 0.3),
        ("PLO", {"xi": [12], "ni": [40]}, 0.3),
        ("PAS", {"xi": [12], "ni": [40]}, 0.3),
        ("PFT", {"xi": [12], "ni": [40]}, 0.3),
        ("PFT", {"xi": [0], "ni": [40]}, 0.0),
        ("PFT", {"xi": [40], "ni": [40]}, 1.0),
        ("ZCOR", {"ri": [-0.4], "ni": [40]}, -0.4),
        ("IRLN", {"xi": [12], "ti": [40]}, 0.3),
        ("IRS", {"xi": [12], "ti": [40]}, 0.3),
        ("RR", {"ai": [6], "n1i": [20], "ci": [5], "n2i": [20]}, 1.2),
    ],
)
def test_one_study_goes_there_and_back(measure: str, data: dict, natural: float) -> None:
    es = effects(measure, data)
    assert float(es.natural(es.yi)[0]) == pytest.approx(natural, abs=1e-12)
    assert pool(es).back[0] == pytest.approx(natural, abs=1e-12)


@pytest.mark.parametrize("scale", sorted({m.scale for m in MEASURES.values()}))
def test_every_way_back_is_monotone_and_keeps_what_is_missing(scale: str) -> None:
    x = np.linspace(-3, 3, 301)
    y = back_transform(x, scale, n_harmonic=30.0)
    assert np.all(np.diff(y) >= 0)
    assert math.isnan(float(back_transform(math.nan, scale, n_harmonic=30.0)))


def test_what_overflows_is_infinite() -> None:
    assert float(back_transform(1e4, "exp")) == math.inf


def test_the_freeman_tukey_scale_needs_sample_sizes() -> None:
    with pytest.raises(ValueError, match="harmonic mean"):
        back_transform(0.3, "ift")


def test_ratios_are_known_as_such() -> None:
    assert is_ratio(MEASURES["RR"].scale)
    assert not is_ratio(MEASURES["RD"].scale)
