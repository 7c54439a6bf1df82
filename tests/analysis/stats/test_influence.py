"""Influence diagnostics are what leaving a study out does."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.stats import StatsError, effects, influence, leave_one_out, pool
from tests.analysis.stats.bcg import BCG

pytestmark = pytest.mark.pure

ES = effects("RR", BCG, preset="metafor")


def test_deleted_quantities_are_those_of_leaving_out() -> None:
    f, without, full = influence(ES), leave_one_out(ES), pool(ES)
    assert f.tau2_del == pytest.approx(without.tau2, rel=1e-12)
    assert f.QE_del == pytest.approx(without.Q, rel=1e-12)
    assert f.cov_r == pytest.approx((without.se / full.se) ** 2, rel=1e-12)
    assert f.cook_d == pytest.approx(((full.estimate - without.estimate) / full.se) ** 2, rel=1e-9)
    assert f.resid == pytest.approx(ES.yi - full.estimate)
    expected = (ES.yi - without.estimate) / np.sqrt(ES.vi + without.tau2 + without.se**2)
    assert f.rstudent == pytest.approx(expected, rel=1e-10)
    assert f.weight == pytest.approx(full.weights)


def test_a_lone_outlier_is_flagged_and_starred() -> None:
    es = effects("GEN", yi=[0.1, 0.2, 0.15, 0.12, 3.0], vi=[0.04, 0.05, 0.04, 0.05, 0.04])
    f = influence(es)
    assert f.is_influential == (False, False, False, False, True)
    assert str(f).splitlines()[-1].endswith("*")


def test_a_study_alone_in_its_group_cannot_be_spared() -> None:
    f = influence(ES, "~ single", {"single": ["yes", *["no"] * 12]})
    assert math.isnan(f.rstudent[0])
    assert not np.isnan(f.rstudent[1:]).any()
    assert f.is_influential[0]  # its leverage is 1


def test_studies_left_out_have_no_diagnostics() -> None:
    es = effects("GEN", yi=[0.1, None, 0.3, 0.7], vi=[0.02, 0.03, 0.04, 0.05])
    f = influence(es, method="DL")
    assert math.isnan(f.hat[1])
    assert f.left_out == (("2", "yi is missing"),)


def test_one_study_cannot_be_left_out_of_itself() -> None:
    with pytest.raises(StatsError, match="1 studies are too few to leave one out"):
        influence(effects("GEN", yi=[0.1], vi=[0.02]))


def test_a_study_that_alone_carries_a_slope_may_widen_it_beyond_all_doubles() -> None:
    es = effects("GEN", yi=[0.0, 1.0, 2.0, 3.0], vi=[1.0, 1.0, 1.0, 1.0])
    f = influence(es, "~ dose", {"dose": [0.0, 0.0, 1e-149, 2e5]}, method="EE")
    assert f.cov_r[:3] == pytest.approx(1.5)
    assert f.cov_r[3] == math.inf
