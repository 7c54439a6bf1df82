"""Raw data become effects by the formulas of their papers, or are left out with a reason."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from analysis.stats import MEASURES, PRESETS, StatsError, effects, pool
from analysis.stats.measures import measure as find_measure
from tests.analysis.stats.bcg import BCG

pytestmark = pytest.mark.pure


def test_a_risk_ratio_and_its_variance_come_from_the_cells() -> None:
    es = effects("RR", ai=[4], n1i=[123], ci=[11], n2i=[139])
    assert es.yi[0] == pytest.approx(math.log((4 / 123) / (11 / 139)), rel=1e-15)
    assert es.vi[0] == pytest.approx(1 / 4 - 1 / 123 + 1 / 11 - 1 / 139, rel=1e-14)
    assert float(es.natural(es.yi)[0]) == pytest.approx((4 / 123) / (11 / 139))


def test_cells_and_totals_say_the_same() -> None:
    totals = effects("OR", ai=[4, 0], n1i=[123, 20], ci=[11, 3], n2i=[139, 22])
    cells = effects("OR", ai=[4, 0], bi=[119, 20], ci=[11, 3], di=[128, 19])
    assert totals.yi.tolist() == cells.yi.tolist()


def test_the_bcg_trials_have_the_log_risk_ratios_printed_with_metafor() -> None:
    # Viechtbauer 2010, J Stat Softw 36(3), page 11: yi and vi of the first and the last trial.
    es = effects("RR", BCG)
    assert [round(float(x), 4) for x in (es.yi[0], es.vi[0], es.yi[12], es.vi[12])] == [
        -0.8893,
        0.3256,
        -0.0173,
        0.0714,
    ]


def test_a_zero_cell_is_corrected_where_one_is_and_nowhere_else() -> None:
    es = effects("OR", ai=[0, 5], n1i=[20, 20], ci=[3, 4], n2i=[22, 22])
    assert es.yi[0] == pytest.approx(math.log((0.5 / 20.5) / (3.5 / 19.5)))
    assert es.yi[1] == pytest.approx(math.log((5 / 15) / (4 / 18)))
    everywhere = effects("OR", ai=[0, 5], n1i=[20, 20], ci=[3, 4], n2i=[22, 22], to="all")
    assert everywhere.yi[1] == pytest.approx(math.log((5.5 / 15.5) / (4.5 / 18.5)))
    if_any = effects("OR", ai=[1, 5], n1i=[20, 20], ci=[3, 4], n2i=[22, 22], to="if0all")
    assert if_any.yi[1] == es.yi[1]


def test_the_treatment_arm_correction_adds_up_to_one_person_per_pair_of_cells() -> None:
    es = effects("OR", ai=[0], n1i=[30], ci=[3], n2i=[10], add="TACC")
    assert es.yi[0] == pytest.approx(math.log((0.75 / 30.75) / (3.25 / 7.25)))


@pytest.mark.parametrize(
    ("measure", "data", "reason"),
    [
        ("RR", {"ai": [0], "n1i": [20], "ci": [0], "n2i": [20]}, "nobody has the event in either group"),
        ("RR", {"ai": [20], "n1i": [20], "ci": [20], "n2i": [20]}, "everybody has the event in both groups"),
        ("RD", {"ai": [0], "n1i": [0], "ci": [1], "n2i": [20]}, "a group has no participants"),
        ("OR", {"ai": [None], "n1i": [20], "ci": [0], "n2i": [20]}, "ai is missing"),
        ("OR", {"ai": [math.nan], "n1i": [20], "ci": [0], "n2i": [20]}, "ai is missing"),
        ("PETO", {"ai": [0], "n1i": [20], "ci": [0], "n2i": [20]}, "nobody has the event in either group"),
        ("SMD", {"n1i": [9], "m1i": [1], "sd1i": [0], "n2i": [9], "m2i": [2], "sd2i": [0]}, "the standard deviation is zero"),
        ("SMD", {"n1i": [1], "m1i": [1], "sd1i": [1], "n2i": [1], "m2i": [2], "sd2i": [1]}, "a group has too few participants for a variance"),
        ("ROM", {"n1i": [9], "m1i": [-1], "sd1i": [1], "n2i": [9], "m2i": [2], "sd2i": [1]}, "the two means do not have the same sign"),
        ("ZCOR", {"ri": [1.0], "ni": [30]}, "the correlation is 1 or -1"),
        ("ZCOR", {"ri": [0.5], "ni": [3]}, "too few pairs of observations for a variance"),
        ("PLO", {"xi": [0], "ni": [0]}, "nobody was observed"),
        ("IRR", {"x1i": [1], "t1i": [0], "x2i": [1], "t2i": [5]}, "no time at risk"),
    ],
)  # fmt: skip
def test_what_cannot_be_estimated_is_left_out_with_a_reason(measure: str, data: dict, reason: str) -> None:
    es = effects(measure, data)
    assert es.reasons == (reason,)
    assert math.isnan(es.yi[0])
    assert math.isnan(es.vi[0])
    assert es.k == 0
    assert reason in str(es)


def test_without_a_correction_a_zero_cell_leaves_a_study_out() -> None:
    es = effects("OR", ai=[0], n1i=[20], ci=[3], n2i=[20], add=0, to="none")
    assert es.reasons == ("a cell of the table is zero and no correction is added",)


def test_hedges_g_is_exact_in_metafor_and_approximate_in_revman() -> None:
    data = {"n1i": [3], "m1i": [5.0], "sd1i": [1.0], "n2i": [4], "m2i": [4.0], "sd2i": [1.0]}
    exact, approximate = effects("SMD", data, preset="metafor"), effects("SMD", data, preset="RevMan 5")
    # For 5 degrees of freedom J is G(2.5)/(sqrt(2.5) G(2)) = 3 sqrt(pi)/4/sqrt(2.5) exactly.
    assert exact.yi[0] == pytest.approx(0.75 * math.sqrt(math.pi) / math.sqrt(2.5), rel=1e-15)
    assert approximate.yi[0] == pytest.approx(1 - 3 / 19, rel=1e-15)
    assert approximate.vi[0] == pytest.approx(7 / 12 + (16 / 19) ** 2 / (2 * 3.06), rel=1e-15)
    assert exact.vi[0] == pytest.approx(7 / 12 + exact.yi[0] ** 2 / 14, rel=1e-15)


def test_a_ratio_of_means_is_corrected_for_bias_in_metafor_and_plain_in_revman() -> None:
    data = {"n1i": [10], "m1i": [6.0], "sd1i": [2.0], "n2i": [20], "m2i": [3.0], "sd2i": [1.0]}
    a, b = 4 / (10 * 36), 1 / (20 * 9)
    assert effects("ROM", data, preset="RevMan 5").yi[0] == pytest.approx(math.log(2), rel=1e-15)
    assert effects("ROM", data, preset="metafor").yi[0] == pytest.approx(math.log(2) + (a - b) / 2, rel=1e-15)
    assert effects("ROM", data).vi[0] == pytest.approx(a + b, rel=1e-15)


def test_every_measure_has_a_title_and_names_its_source() -> None:
    for name, m in MEASURES.items():
        assert find_measure(name) is m
        assert m.title
        assert len(m.source) > 20


def test_the_interval_has_the_level_asked_for() -> None:
    wide, narrow = (effects("GEN", yi=[1.0], vi=[4.0], level=level) for level in (99, 80))
    assert wide.ci_ub[0] - wide.yi[0] == pytest.approx(2 * 2.5758293035489004, rel=1e-14)
    assert narrow.ci_ub[0] - narrow.yi[0] == pytest.approx(2 * 1.2815515655446004, rel=1e-14)


def test_ready_made_effects_take_variances_or_standard_errors() -> None:
    assert effects("HR", yi=[0.1], sei=[0.2]).vi[0] == pytest.approx(0.04)
    assert effects("HR", yi=[0.1], sei=[0.2]).scale == "exp"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"measure": "XX"}, "There is no measure 'XX'"),
        ({"measure": "RR", "ai": [1]}, "RR needs the columns ai, n1i, ci, n2i or ai, bi, ci, di; n1i is not there."),
        ({"measure": "GEN", "yi": [1], "vi": [-1]}, "Study 1: vi is -1, but a variance cannot be negative."),
        ({"measure": "GEN", "yi": ["x"], "vi": [1]}, "Study 1: yi is 'x', which is not a number."),
        ({"measure": "GEN", "yi": [math.inf], "vi": [1]}, "Study 1: yi is inf, which is not a finite number."),
        ({"measure": "GEN", "yi": [1, 2], "vi": [1]}, "Column vi has 1 values, but there are 2 studies."),
        ({"measure": "GEN", "yi": [1], "vi": [1], "colour": "red"}, "'colour' is neither a column nor an option"),
        ({"measure": "GEN", "yi": [1], "vi": [1], "preset": "Stata"}, "There is no preset 'Stata'"),
        ({"measure": "PR", "xi": [12], "ni": [10], "study": ["Berg 1999"]}, "Study Berg 1999: xi is 12, more than the ni people in the group."),
        ({"measure": "COR", "ri": [1.5], "ni": [10]}, "Study 1: ri is 1.5, but a correlation lies between -1 and 1."),
        ({"measure": "GEN", "yi": [[1, 2]], "vi": [[1, 2]]}, "Column yi must be one list of numbers, one per study."),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_field_and_the_study(arguments: dict, message: str) -> None:
    with pytest.raises(StatsError) as refusal:
        effects(**arguments)
    assert str(refusal.value).startswith(message)


def test_effects_carry_how_they_were_made() -> None:
    es = effects("RR", BCG, preset="metafor", level=90)
    assert es.options == replace(PRESETS["metafor"], level=90)
    assert es.study[0] == "Aronson 1948"
    assert set(es.data) == {"ai", "n1i", "ci", "n2i"}
    part = es.subset([12, 0])
    assert part.study == ("Comstock 1976", "Aronson 1948")
    assert part.yi.tolist() == es.yi[[12, 0]].tolist()


def test_results_cannot_be_changed() -> None:
    es = effects("RR", BCG)
    with pytest.raises(AttributeError):
        es.measure = "OR"  # type: ignore[misc]
    for array in (es.yi, es.vi, es.data["ai"], pool(es).weights):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0


def test_a_numpy_array_is_as_good_as_a_list() -> None:
    assert effects("GEN", yi=np.array([1.0]), vi=np.array([2.0])).vi.tolist() == [2.0]


def test_a_variability_ratio_needs_no_means() -> None:
    es = effects("VR", n1i=[20], sd1i=[3.0], n2i=[30], sd2i=[2.0])
    assert es.yi[0] == pytest.approx(math.log(1.5) + 1 / 38 - 1 / 58, rel=1e-14)


def test_a_study_that_is_left_out_calls_for_no_correction_of_the_others() -> None:
    tables = {"ai": [5, 0], "n1i": [20, 22], "ci": [9, 0], "n2i": [21, 23]}
    plain = effects("OR", ai=[5], n1i=[20], ci=[9], n2i=[21])
    assert effects("OR", tables, to="if0all", drop00=True).yi[0] == plain.yi[0]
    assert effects("OR", tables, to="if0all", drop00=False).yi[0] != plain.yi[0]
