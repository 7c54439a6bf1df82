"""Trim and fill puts mirror images where studies are missing, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.stats import StatsError, effects, pool, trim_and_fill

pytestmark = pytest.mark.pure

LOPSIDED = effects("GEN", yi=[0.1, 0.2, 0.15, 0.4, 0.9, 1.1, 1.3], vi=[0.01, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2])


@pytest.mark.parametrize("estimator", ["L0", "R0"])
@pytest.mark.parametrize("method", ["EE", "DL", "REML"])
def test_filled_studies_mirror_the_most_extreme_ones(estimator: str, method: str) -> None:
    t = trim_and_fill(LOPSIDED, estimator, method=method)
    assert t.side == "left"
    assert t.k0 > 0
    extreme = np.sort(LOPSIDED.yi)[-t.k0 :]
    assert t.filled_yi == pytest.approx(2 * t.center - extreme)
    assert t.pooled.k == 7 + t.k0
    assert t.pooled.estimate < pool(LOPSIDED, method=method).estimate
    assert t.pooled.effects.study[-1] == f"Filled {t.k0}"
    assert "missing studies on the left side" in str(t)


def test_a_mirrored_funnel_lacks_the_mirrored_studies() -> None:
    mirrored = effects("GEN", yi=-LOPSIDED.yi, vi=LOPSIDED.vi)
    a, b = trim_and_fill(LOPSIDED, method="DL"), trim_and_fill(mirrored, method="DL")
    assert (b.side, b.k0) == ("right", a.k0)
    assert b.filled_yi == pytest.approx(-a.filled_yi)


def test_nothing_is_missing_on_the_full_side() -> None:
    t = trim_and_fill(LOPSIDED, side="right", method="DL")
    assert t.k0 == 0
    assert t.pooled.estimate == pool(LOPSIDED, method="DL").estimate


def test_r0_has_a_p_value_and_l0_has_none() -> None:
    r0 = trim_and_fill(LOPSIDED, "R0", method="EE")
    assert r0.p_k0 == 0.5 ** (r0.k0 + 1)
    assert np.isnan(trim_and_fill(LOPSIDED, "L0", method="EE").p_k0)


@pytest.mark.parametrize(("arguments", "message"), [(("Q0",), "estimator='Q0'"), (("L0", "up"), "side='up'")])
def test_what_is_not_known_is_refused(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(StatsError, match=message):
        trim_and_fill(LOPSIDED, *arguments)


def test_two_studies_have_no_funnel() -> None:
    with pytest.raises(StatsError, match="needs at least three studies, and there are 2"):
        trim_and_fill(LOPSIDED.subset([0, 1]))
