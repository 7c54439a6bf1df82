"""RevMan's own numbers: those stored in a review file, and those printed in a published review."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import mpmath as mp
import pytest

from analysis.stats import Pooled, effects, pool

pytestmark = pytest.mark.pure


@pytest.fixture
def stored(shared: Path) -> dict[str, Any]:
    return json.loads((shared / "reference" / "revman" / "fleiss1993.json").read_text())


def _tables(studies: list[dict[str, Any]]) -> dict[str, list[Any]]:
    columns = {"study": "study", "ai": "events_1", "n1i": "total_1", "ci": "events_2", "n2i": "total_2"}
    return {ours: [study[theirs] for study in studies] for ours, theirs in columns.items()}


def _means(studies: list[dict[str, Any]]) -> dict[str, list[Any]]:
    columns = {"n1i": "total_1", "m1i": "mean_1", "sd1i": "sd_1", "n2i": "total_2", "m2i": "mean_2", "sd2i": "sd_2"}
    return {ours: [study[theirs] for study in studies] for ours, theirs in columns.items()}


@pytest.fixture
def aspirin(stored: dict[str, Any]) -> Pooled:
    es = effects("OR", _tables(stored["rm5"][0]["studies"]), preset="RevMan 5")
    return pool(es, weighting="MH", method="EE")


def test_the_totals_of_a_dichotomous_outcome_are_those_that_revman_stored(
    stored: dict[str, Any], aspirin: Pooled
) -> None:
    totals = stored["rm5"][0]["totals"]
    exactly = pytest.approx
    assert aspirin.k == totals["studies"]
    assert aspirin.back[:3] == exactly((totals["effect_size"], totals["ci_start"], totals["ci_end"]), rel=1e-13)
    assert aspirin.estimate / math.log(10) == exactly(totals["log_effect_size"], rel=1e-13)
    assert (abs(aspirin.stat), aspirin.p) == exactly((totals["z"], totals["p_z"]), rel=1e-12)
    assert (aspirin.Q, aspirin.Q_df) == exactly((totals["chi2"], totals["df"]), rel=1e-12)
    assert pytest.approx(totals["i2"], rel=1e-12) == aspirin.I2
    assert aspirin.tau2 == totals["tau2"]


def test_the_studies_of_a_dichotomous_outcome_are_those_that_revman_stored(
    stored: dict[str, Any], aspirin: Pooled
) -> None:
    es = aspirin.effects
    for i, study in enumerate(stored["rm5"][0]["studies"]):
        natural = [float(es.natural(float(a[i]))) for a in (es.yi, es.ci_lb, es.ci_ub)]
        assert natural == pytest.approx([study["effect_size"], study["ci_start"], study["ci_end"]], rel=1e-13)
        assert float(es.vi[i]) == pytest.approx(study["var"], rel=1e-13)
        assert float(aspirin.weights[i]) == pytest.approx(study["weight"], rel=1e-12)


def test_the_totals_of_a_continuous_outcome_have_the_digits_that_revman_exported(stored: dict[str, Any]) -> None:
    totals = stored["csv_totals"][1]["totals"]
    fit = pool(effects("MD", _means(stored["rm5"][1]["studies"]), preset="RevMan 5"), method="EE")
    ours = {
        "Effect Estimate": fit.estimate, "CI Start": fit.ci_lb, "CI End": fit.ci_ub, "Q": fit.Q, "I²(Q)": fit.I2,
        "Tau²": fit.tau2, "Z": abs(fit.stat), "P(Z)": fit.p, "df": fit.Q_df,
    }  # fmt: skip
    assert {name: round(value, 8) for name, value in ours.items()} == {name: totals[name] for name in ours}
    assert fit.Q_p == pytest.approx(totals["P(Q)"], abs=1e-7)


def test_revmans_chi_square_tail_is_good_to_six_digits_and_ours_to_thirteen(
    stored: dict[str, Any], aspirin: Pooled
) -> None:
    totals = stored["rm5"][0]["totals"]
    with mp.workdps(50):
        exact = mp.gammainc(mp.mpf(totals["df"]) / 2, mp.mpf(totals["chi2"]) / 2, regularized=True)
        assert float(exact) == pytest.approx(aspirin.Q_p, rel=1e-13)
        assert float(exact) != pytest.approx(totals["p_chi2"], rel=1e-7)
        assert float(exact) == pytest.approx(totals["p_chi2"], rel=1e-6)


@pytest.mark.parametrize(
    ("first", "printed"),
    [({"ai": 31, "ci": 9}, (8.93, 1.25, 63.70)), ({"ai": 25, "ci": 4}, (11.45, 3.11, 42.08))],
)
def test_a_published_review_is_reproduced_under_revman_5(first: dict[str, int], printed: tuple[float, ...]) -> None:
    # Barlow et al. 2015, CD010534: secure attachment after treatment, and insecure turned secure. M-H, random.
    es = effects("RR", ai=[first["ai"], 8], n1i=[46, 14], ci=[first["ci"], 1], n2i=[54, 54], preset="RevMan 5")
    fit = pool(es, weighting="MH")
    assert (fit.method, fit.test, fit.k) == ("DL", "z", 2)
    assert tuple(round(x, 2) for x in fit.back[:3]) == printed


def test_without_q_about_the_mantel_haenszel_estimate_the_published_interval_is_missed() -> None:
    es = effects("RR", ai=[31, 8], n1i=[46, 14], ci=[9, 1], n2i=[54, 54], preset="RevMan 5")
    assert tuple(round(x, 2) for x in pool(es, weighting="IV").back[:3]) != (8.93, 1.25, 63.70)
