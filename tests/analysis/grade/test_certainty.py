"""A rating comes to GRADE's level, and risks of a thousand to the Handbook's numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.grade.absolute import absolute, usual_risk
from analysis.grade.certainty import DOMAINS, LEVELS, UPGRADES, Rating, explained, problems
from analysis.measures import MEASURES

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("start", "steps", "level"),
    [
        ("randomised", {}, "High"),
        ("randomised", {"imprecision": -1}, "Moderate"),
        ("randomised", {"imprecision": -2, "risk_of_bias": -1}, "Very low"),
        ("randomised", {"imprecision": -2, "risk_of_bias": -2, "inconsistency": -2}, "Very low"),
        ("other", {}, "Low"),
        ("other", {"large_effect": 2, "dose_response": 1}, "High"),
        ("other", {"risk_of_bias": -1}, "Very low"),
    ],
)
def test_steps_lead_from_where_the_evidence_begins_to_a_level(start: str, steps: dict[str, int], level: str) -> None:
    assert Rating(start, steps).certainty == level


@given(
    st.sampled_from(["randomised", "other"]),
    st.fixed_dictionaries({d.id: st.sampled_from(list(d.steps)) for d in DOMAINS}),
)
def test_no_rating_leaves_the_levels(start: str, steps: dict[str, int]) -> None:
    assert Rating(start, steps).certainty in LEVELS


def test_a_step_needs_a_reason_and_trials_are_not_rated_up() -> None:
    assert problems(Rating("randomised")) == []
    assert problems(Rating("randomised", {"imprecision": -1})) == ["Imprecision: “Serious” needs a reason."]
    assert problems(Rating("randomised", {"imprecision": -1}, {"imprecision": " wide "})) == []
    assert problems(Rating("other", {UPGRADES[0]: 1}, {UPGRADES[0]: "RR above 5"})) == []
    assert "is not rated up" in problems(Rating("randomised", {UPGRADES[0]: 1}, {UPGRADES[0]: "RR above 5"}))[0]
    assert problems(Rating("", {}))[0].startswith("Say whether")
    assert problems(Rating("other", {"imprecision": -3}, {})) == ["Imprecision: -3 is no step of this domain."]


def test_reasons_are_told_by_domain() -> None:
    rating = Rating(
        "other", {"imprecision": -2, "dose_response": 1}, {"imprecision": "40 events.", "dose_response": "yes"}
    )
    assert explained(rating) == [
        "Rated down two levels for imprecision: 40 events.",
        "Rated up one level for dose response: yes.",
    ]


@pytest.mark.parametrize(
    ("measure", "assumed", "effect", "expected"),
    [
        # by hand: 200 of 1000 times 0.5, 0.25, 1; odds 200/800 = 0.25 times 0.5 is 0.125, 0.125/1.125 = 111.1 of 1000
        ("RR", 200, (0.5, 0.25, 1.0), (100, 50, 200)),
        ("OR", 200, (0.5, 0.25, 1.0), (111.1, 58.8, 200)),
        ("RD", 200, (-0.1, -0.3, 0.05), (100, 0, 250)),
        ("RR", 600, (2.0, 1.0, 3.0), (1000, 600, 1000)),
        ("HR", 200, (0.5, 0.25, 2.0), (105.6, 54.3, 360)),  # 1 - 0.8 to the power of the ratio
    ],
)
def test_of_a_thousand_people_so_many(
    measure: str, assumed: float, effect: tuple[float, float, float], expected: tuple[float, float, float]
) -> None:
    found = absolute(MEASURES[measure], assumed, effect)
    assert found is not None
    assert (found.with_it, found.lower, found.upper) == pytest.approx(expected, abs=0.05)
    assert found.difference[0] == pytest.approx(expected[0] - assumed, abs=0.05)


def test_means_have_no_risks_and_no_risk_is_above_all() -> None:
    assert absolute(MEASURES["MD"], 200, (1, 0, 2)) is None
    with pytest.raises(ValueError, match="from 0 to 1000"):
        absolute(MEASURES["RR"], 1001, (1, 1, 1))
    assert absolute(MEASURES["OR"], 1000, (0.5, 0.4, 0.6)) == absolute(MEASURES["OR"], 1000, (0.5, 0.4, 0.6))


def test_the_usual_risk_is_the_median_of_the_control_groups() -> None:
    assert usual_risk([1, 5, 0], [10, 10, 0]) == 300
    assert usual_risk([], []) is None
