"""Baujat's coordinates and the line of a regression are what their definitions say, worked out another way."""

import numpy as np
import pytest

from analysis.stats import StatsError, baujat, effects, fitted_line, leave_one_out, pool, regress
from tests.analysis.stats.bcg import BCG

pytestmark = pytest.mark.pure

ES = effects("RR", BCG, preset="metafor")


def test_with_one_common_effect_the_contributions_add_up_to_q() -> None:
    assert baujat(ES, method="EE").contribution.sum() == pytest.approx(pool(ES, method="EE").Q, rel=1e-12)


def test_with_random_effects_they_are_squared_pearson_residuals() -> None:
    found, whole, without = baujat(ES), pool(ES), leave_one_out(ES)
    assert found.contribution == pytest.approx((ES.yi - whole.estimate) ** 2 / (ES.vi + whole.tau2), rel=1e-12)
    assert found.influence == pytest.approx(((without.estimate - whole.estimate) / without.se) ** 2, rel=1e-12)


def test_a_study_without_an_estimate_has_no_place() -> None:
    es = effects("RR", ai=[0, 4, 6, 9], n1i=[50, 60, 70, 80], ci=[0, 9, 9, 12], n2i=[50, 60, 70, 80])
    found = baujat(es, method="EE")
    assert np.isnan(found.contribution[0])
    assert np.isnan(found.influence[0])
    assert not np.isnan(found.contribution[1:]).any()


def test_two_studies_are_too_few() -> None:
    with pytest.raises(StatsError, match="at least three studies, and there are 2"):
        baujat(effects("GEN", yi=[0.1, 0.2], vi=[0.1, 0.1]))


def test_the_line_and_its_band_are_those_of_the_regression_moved_to_each_place() -> None:
    """A regression on the moderator less a value has that value's mean as its intercept, with the same interval."""
    latitude = np.array(BCG["ablat"], dtype=float)
    line = fitted_line(regress(ES, "~ ablat", {"ablat": latitude}, test="knha"), points=3)
    assert (line.moderator, line.x.tolist()) == ("ablat", [13, 34, 55])
    for i, x in enumerate(line.x):
        moved = regress(ES, "~ ablat", {"ablat": latitude - x}, test="knha")
        expected = moved.estimate[0], moved.ci_lb[0], moved.ci_ub[0]
        assert (line.estimate[i], line.ci_lb[i], line.ci_ub[i]) == pytest.approx(expected, rel=1e-9)
        assert [values[i] for values in line.natural()] == pytest.approx(np.exp(expected), rel=1e-9)


@pytest.mark.parametrize("formula", ["~ 1", "~ ablat + year", "~ 0 + ablat"])
def test_there_is_a_line_for_one_number_only(formula: str) -> None:
    with pytest.raises(StatsError, match="A line needs one moderator"):
        fitted_line(regress(ES, formula, {"ablat": BCG["ablat"], "year": BCG["year"]}))
