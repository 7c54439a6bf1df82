"""Pooled results: pinned to print, with every convention's effect, and what they say about themselves."""

from __future__ import annotations

import json
import math
import warnings

import numpy as np
import pytest

from analysis.stats import StatsError, effects, pool
from tests.analysis.stats.bcg import BCG

pytestmark = pytest.mark.pure


def test_the_bcg_trials_pool_as_printed_with_metafor() -> None:
    # Viechtbauer 2010, J Stat Softw 36(3), page 14.
    fit = pool(effects("RR", BCG, preset="metafor"))
    numbers = (fit.estimate, fit.se, fit.stat, fit.ci_lb, fit.ci_ub, fit.tau2, fit.se_tau2, fit.Q)
    assert [round(x, 4) for x in numbers] == [-0.7145, 0.1798, -3.9744, -1.0669, -0.3622, 0.3132, 0.1664, 152.2330]
    assert (round(fit.I2, 2), round(fit.H2, 2), fit.Q_df, fit.k) == (92.22, 12.86, 12, 13)
    # Page 17: the bounds of the intervals.
    assert [round(x, 4) for x in fit.tau2_ci] == [0.1197, 1.1115]
    assert [round(x, 2) for x in (*fit.I2_ci, *fit.H2_ci)] == [81.92, 97.68, 5.53, 43.07]


def test_the_same_trials_under_the_other_presets() -> None:
    by_revman_5 = pool(effects("RR", BCG, preset="RevMan 5"))
    assert (by_revman_5.method, round(by_revman_5.tau2, 4), math.isnan(by_revman_5.pi_lb)) == ("DL", 0.3088, True)
    today = pool(effects("RR", BCG), test="HKSJ")
    assert (today.method, today.test, today.df, today.pi_df) == ("REML", "knha", 12.0, 12.0)
    assert today.back[3] < today.back[1] < today.back[0] < today.back[2] < today.back[4]


@pytest.mark.parametrize(
    ("y", "v", "peaks", "tau2"),
    [
        ([-0.5, -2.5, -1.7, -0.4, 0.8, -0.4], [0.33, 6.14, 0.38, 0.01, 0.19, 0.01], 2, 0.35491061886881),
        ([-1.3, 0.8, -2.7, -1.2], [0.01, 2.51, 0.32, 0.03], 2, 0.0),
    ],
)
def test_of_two_peaks_the_restricted_likelihood_takes_the_higher(
    y: list[float], v: list[float], peaks: int, tau2: float
) -> None:
    fit = pool(effects("GEN", yi=y, vi=v), method="REML")
    assert fit.tau2 == pytest.approx(tau2, rel=1e-12)
    assert fit.notes[0] == f"the likelihood has {peaks} maxima; tau2 is at the highest"


@pytest.mark.parametrize("method", ["REML", "ML", "PM", "EB", "SJ", "DL", "HE", "HS"])
@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1e6])
def test_convergence_is_relative_to_the_scale_of_the_effects(method: str, scale: float) -> None:
    es = effects("RR", BCG)
    plain = pool(es, method=method)
    scaled = pool(effects("GEN", yi=es.yi * scale, vi=es.vi * scale**2), method=method)
    assert scaled.tau2 == pytest.approx(plain.tau2 * scale**2, rel=1e-11)
    assert scaled.se_tau2 == pytest.approx(plain.se_tau2 * scale**2, rel=1e-11)


def test_hartung_knapp_is_narrower_than_wald_on_agreeing_studies_unless_ad_hoc() -> None:
    es = effects("GEN", yi=[0.50, 0.52, 0.48, 0.51], vi=[0.04, 0.05, 0.03, 0.06])
    wald, refined, cautious = (pool(es, test=test) for test in ("z", "knha", "adhoc"))
    assert refined.se < wald.se
    assert cautious.se == wald.se
    assert (wald.df, refined.df, cautious.df) == (math.inf, 3.0, 3.0)
    assert cautious.ci_ub - cautious.ci_lb > wald.ci_ub - wald.ci_lb
    assert [any("narrower than Wald's" in note for note in fit.notes) for fit in (wald, refined, cautious)] == [
        False, True, False,
    ]  # fmt: skip


def test_the_corrected_test_of_no_association_is_as_mantel_and_haenszel_printed_it() -> None:
    es = effects("OR", ai=[3], n1i=[10], ci=[3], n2i=[11], preset="metafor")
    extra = pool(es, weighting="MH", method="EE").extra
    variance = (10 / 21) * (11 / 21) * 6 * (15 / 20)
    assert extra["cmh"] == pytest.approx((abs(3 - 60 / 21) - 0.5) ** 2 / variance, rel=1e-12)


def test_prediction_intervals_differ_by_their_degrees_of_freedom_and_standard_error() -> None:
    es = effects("RR", BCG)
    widths = {}
    for kind, df in {"V": 12, "HTS": 11, "Riley": 11, "S": math.inf, "HK": 12, "metafor": math.inf}.items():
        fit = pool(es, prediction=kind)
        assert fit.pi_df == df
        widths[kind] = fit.pi_ub - fit.pi_lb
    assert widths["metafor"] == widths["S"] < widths["V"] < widths["HTS"] == widths["Riley"]
    assert pool(es, prediction="metafor", test="knha").pi_df == 12


def test_with_two_studies_there_is_no_prediction_with_no_degree_of_freedom() -> None:
    es = effects("GEN", yi=[0.1, 0.9], vi=[0.04, 0.05])
    assert math.isnan(pool(es, prediction="HTS").pi_lb)
    assert pool(es, prediction="Riley").pi_df == 1


def test_an_empty_q_profile_is_said_to_be_empty() -> None:
    fit = pool(effects("GEN", yi=[0.5, 0.5001, 0.4999], vi=[1.0, 1.1, 0.9]))
    assert fit.tau2_ci == (0.0, 0.0)
    assert "Q-profile interval, which is empty" in fit.notes[0]


def test_identical_estimates_under_hartung_knapp_are_said_to_be_degenerate() -> None:
    fit = pool(effects("GEN", yi=[0.5, 0.5], vi=[1.0, 1.1]), test="knha")
    assert fit.se == 0
    assert math.isnan(fit.p)
    assert any("standard error is zero" in note for note in fit.notes)


def test_studies_that_cannot_be_pooled_are_listed_with_their_reasons() -> None:
    fit = pool(effects("MD", n1i=[9, 9, 9], m1i=[1, 2, None], sd1i=[0, 1, 1], n2i=[9, 9, 9], m2i=[0, 0, 0], sd2i=[0, 1, 1],
                       study=["Flat", "Good", "Gone"]))  # fmt: skip
    assert fit.left_out == (("Flat", "its sampling variance is zero"), ("Gone", "m1i is missing"))
    assert fit.weights.tolist() == [0.0, 100.0, 0.0]
    assert "Left out: Flat (its sampling variance is zero)" in str(fit)


def test_nothing_to_pool_is_a_result_that_says_so() -> None:
    fit = pool(effects("RR", ai=[0], n1i=[9], ci=[0], n2i=[9]))
    assert (fit.k, math.isnan(fit.estimate)) == (0, True)
    assert fit.notes == ("there is no study to pool, so nothing is estimated",)


def test_no_variance_between_studies_is_found_by_likelihood_where_two_studies_have_none_of_their_own() -> None:
    es = effects("GEN", yi=[0.0, 2.0**-52, 0.0], vi=[0.0, 0.0, 1.0], preset="metafor")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert {pool(es, method=method).tau2 for method in ("ML", "REML")} == {0.0}


def test_a_study_without_sampling_variance_is_kept_as_metafor_keeps_it() -> None:
    es = effects("GEN", yi=[0.1, 0.9, 0.4], vi=[0.0, 0.05, 0.04], preset="metafor")
    kept = pool(es, method="REML")
    assert kept.k == 3
    assert kept.tau2 > 0
    assert math.isnan(kept.Q)
    assert kept.notes == ("a sampling variance is zero, so Q, I2 and H2 are not defined",)
    assert pool(es, method="REML", zero_variance="leave out").k == 2
    assert pool(es, method="DL").k == 2


def test_mantel_haenszel_corrects_zero_cells_in_revman_and_not_in_metafor() -> None:
    data = {"ai": [0, 5], "n1i": [20, 50], "ci": [3, 9], "n2i": [22, 48]}
    r, s = 0 * 22 / 42 + 5 * 48 / 98, 3 * 20 / 42 + 9 * 50 / 98
    by_metafor = pool(effects("RR", data, preset="metafor"), weighting="MH", method="EE")
    assert by_metafor.estimate == pytest.approx(math.log(r / s), rel=1e-14)
    r, s = 0.5 * 23 / 44 + 5 * 48 / 98, 3.5 * 21 / 44 + 9 * 50 / 98
    by_revman = pool(effects("RR", data, preset="RevMan 5"), weighting="MH", method="EE")
    assert by_revman.estimate == pytest.approx(math.log(r / s), rel=1e-14)


def test_an_undefined_mantel_haenszel_estimate_is_reported() -> None:
    es = effects("RR", ai=[0, 0], n1i=[20, 30], ci=[3, 1], n2i=[22, 31], preset="metafor")
    for method in ("EE", "DL"):
        fit = pool(es, weighting="MH", method=method)
        assert math.isnan(fit.estimate)
        assert "not defined" in fit.notes[0]


def test_peto_pools_odds_ratios_whatever_they_were_computed_as() -> None:
    raw = {name: BCG[name] for name in ("ai", "n1i", "ci", "n2i")}
    a = pool(effects("OR", raw), weighting="Peto", method="EE")
    b = pool(effects("PETO", raw), method="EE")
    assert (a.estimate, a.se, a.measure) == (b.estimate, b.se, "PETO")
    # Summing O - E and V by hand for the first trial: O - E = 4 - 123 * 15 / 262.
    v = 123 * 139 * 15 * 247 / (262**2 * 261)
    assert effects("PETO", raw).yi[0] == pytest.approx((4 - 123 * 15 / 262) / v, rel=1e-13)


@pytest.mark.parametrize(
    ("measure", "options", "message"),
    [
        ("RR", {"weighting": "MH", "method": "REML"}, "Mantel-Haenszel weights go with method='EE'"),
        ("RR", {"weighting": "Peto"}, "Peto's method pools odds ratios, not RR"),
        ("PETO", {"weighting": "MH", "method": "EE"}, "Mantel-Haenszel weights are for RR, OR, RD, IRR and IRD"),
        ("RR", {"add": 0.1}, "add settles how effects are computed: give it to effects()"),
        ("RR", {"method": "XX"}, "method='XX' is not known"),
    ],
)
def test_options_that_do_not_fit_are_refused(measure: str, options: dict, message: str) -> None:
    with pytest.raises(StatsError) as refusal:
        pool(effects(measure, BCG), **options)
    assert str(refusal.value).startswith(message)


def test_a_result_can_be_stored_as_json_with_all_it_was_made_from() -> None:
    fit = pool(effects("RR", BCG))
    stored = json.loads(json.dumps(fit.to_dict(), allow_nan=False))
    assert stored["estimate"] == fit.estimate
    assert stored["df"] == "Infinity"
    assert stored["options"]["preset"] == "RevMan 2025"
    assert stored["effects"]["data"]["ai"] == [float(x) for x in BCG["ai"]]
    assert set(stored["versions"]) == {"python", "numpy", "scipy"}


def test_the_printed_summary_holds_what_a_reader_looks_for() -> None:
    text = str(pool(effects("RR", BCG, preset="metafor")))
    for part in (
        "Random-effects model (tau^2: REML); inverse variance (k = 13), RR, metafor",
        "tau^2 (estimated amount of total heterogeneity): 0.3132 (SE = 0.1664), CI [0.1197, 1.1115]",
        "I^2 (heterogeneity / total variability):         92.22%, CI [81.92, 97.68]",
        "Q(df = 12) = 152.2330, p-val < .0001",
        "-0.7145  0.1798  -3.9744  < .0001  -1.0669  -0.3622",
        "RR 0.49 (95% CI 0.34 to 0.70)",
    ):
        assert part in text


def test_weights_are_percentages_in_the_order_of_the_data() -> None:
    fit = pool(effects("RR", BCG), method="EE")
    assert fit.weights.sum() == pytest.approx(100)
    assert np.argmax(fit.weights) == 7
