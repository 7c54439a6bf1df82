"""Meta-regression: pinned to print, with dropped columns and studies told."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.stats import StatsError, effects, pool, regress
from analysis.stats.inverse_variance import DEGENERATE
from tests.analysis.stats.bcg import BCG

pytestmark = pytest.mark.pure

ES = effects("RR", BCG, preset="metafor")


def test_latitude_and_year_explain_bcg_as_printed_with_metafor() -> None:
    # Viechtbauer 2010, J Stat Softw 36(3), page 16.
    fit = regress(ES, "~ ablat + year", BCG)
    # Printed with tau2 where metafor's default threshold stops, which moves the last digit of what depends on it.
    assert fit.estimate == pytest.approx([-3.5455, -0.0280, 0.0019], abs=2e-4)
    assert fit.se == pytest.approx([29.0959, 0.0102, 0.0147], abs=5e-4)
    assert (round(fit.tau2, 4), round(fit.se_tau2, 4)) == (0.1108, 0.0845)
    assert (round(fit.QE, 4), fit.QE_df, fit.QM_df) == (28.3251, 10, 2)
    assert pytest.approx(12.2043, abs=5e-4) == fit.QM
    assert round(fit.R2, 1) == 64.6


def test_hartung_knapp_turns_the_omnibus_test_into_an_f_test() -> None:
    fit = regress(ES, "~ ablat + year", BCG, test="knha")
    assert (fit.df, fit.QM_df2) == (10.0, 10.0)
    one = regress(ES, "~ ablat", BCG, test="knha")
    assert pytest.approx(float(one.stat[1]) ** 2) == one.QM
    assert one.QM_p == pytest.approx(float(one.p[1]), rel=1e-10)


def test_a_constant_alone_is_plain_pooling() -> None:
    fit, plain = regress(ES, "~ 1", {}), pool(ES)
    assert (fit.estimate[0], fit.se[0], fit.tau2) == (plain.estimate, plain.se, plain.tau2)
    assert math.isnan(fit.QM)


def test_columns_that_others_determine_are_dropped_and_named() -> None:
    fit = regress(ES, "~ ablat + double", {**BCG, "double": [2 * x for x in BCG["ablat"]]})
    assert fit.names == ("intrcpt", "ablat")
    assert fit.dropped == ("double",)
    assert "were dropped: double" in fit.notes[-1]


def test_studies_without_a_moderator_are_left_out_with_the_reason() -> None:
    year = [None, *BCG["year"][1:]]
    fit = regress(ES, "~ year", {"year": year})
    assert fit.k == 12
    assert fit.left_out == (("Aronson 1948", "year is missing"),)
    assert fit.places == tuple(range(1, 13))


def test_as_many_studies_as_coefficients_leave_nothing_to_test() -> None:
    es = effects("GEN", yi=[0.1, 0.9], vi=[0.04, 0.05])
    fit = regress(es, "~ dose", {"dose": [1, 2]})
    assert fit.estimate == pytest.approx([-0.7, 0.8])
    assert (fit.QE_df, fit.tau2) == (0, 0.0)
    assert "not more studies than coefficients" in fit.notes[0]


def test_too_few_studies_are_refused() -> None:
    es = effects("GEN", yi=[None, None], vi=[0.04, 0.05])
    with pytest.raises(StatsError, match="0 studies are too few for the 2 coefficients"):
        regress(es, "~ dose", {"dose": [1, 2]})


def test_without_heterogeneity_there_is_none_to_account_for() -> None:
    es = effects("GEN", yi=[0.50, 0.51, 0.49, 0.5], vi=[0.04, 0.05, 0.03, 0.06])
    fit = regress(es, "~ dose", {"dose": [1, 2, 3, 5]})
    assert math.isnan(fit.R2)
    assert "R2 is not defined" in fit.notes[0]


def test_the_summary_names_every_coefficient() -> None:
    text = str(regress(ES, "~ factor(alloc)", BCG))
    for part in ("Mixed-effects regression (k = 13", "QM(df = 2) = 1.7675, p-val = 0.4132", "factor(alloc)systematic"):
        assert part in text


@pytest.mark.parametrize("method", ["EE", "DL", "HE", "HS", "SJ", "PM", "REML", "ML", "EB"])
def test_recoding_a_moderator_changes_nothing_but_its_coefficient(method: str) -> None:
    shifted = {"ablat": [100 * x + 7 for x in BCG["ablat"]]}
    a, b = regress(ES, "~ ablat", BCG, method=method), regress(ES, "~ ablat", shifted, method=method)
    assert b.tau2 == pytest.approx(a.tau2, rel=1e-10)
    assert b.estimate[1] * 100 == pytest.approx(a.estimate[1], rel=1e-10)
    assert pytest.approx(a.QM, rel=1e-9) == b.QM
    assert np.allclose(b.stat[1], a.stat[1])


def test_estimates_on_the_fitted_line_leave_no_standard_error_but_a_note() -> None:
    es = effects("GEN", yi=[0.1, 0.1, 0.7, 0.7, 0.4], vi=[0.04, 0.03, 0.05, 0.011, 0.02])
    fit = regress(es, "~ dose", {"dose": [1.1, 1.1, 7.7, 7.7, 4.4]}, test="knha")
    assert fit.estimate == pytest.approx([0.0, 1 / 11], abs=1e-12)
    assert np.all(fit.se == 0)
    assert DEGENERATE in fit.notes
