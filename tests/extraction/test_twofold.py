"""Is one quantity that two authors reported in two ways known as such: there and back, within rounding, and nothing else?"""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from extraction.schema import Answer, ArmOf, Origin, OutcomeOf, Structure, asked_of
from extraction.schema.convert import sd_from_p
from extraction.schema.lint.rows import rounding
from extraction.schema.quantiles import critical
from extraction.schema.tables import TABLES
from extraction.schema.twofold import Twofold, twofold

pytestmark = pytest.mark.pure

few = settings(max_examples=60, deadline=None)
ARMS = (ArmOf(1, "Talks", "experimental"), ArmOf(2, "Nothing", "control"))
KINDS = tuple(TABLES)
ASKED = asked_of(Structure(ARMS, tuple(OutcomeOf(i, kind, kind) for i, kind in enumerate(KINDS, 1))))
Z95 = critical(95.0)
DECIMALS = st.integers(0, 4)


def row(kind: str, place: str, **numbers: float) -> dict[str, Answer]:
    beginning = f"outcome/{KINDS.index(kind) + 1}/{place}"
    return {f"{beginning}/{name}": Answer(x) for name, x in numbers.items()}


def arm(**numbers: float) -> dict[str, Answer]:
    return row("continuous", "arm/1", **numbers)


def hazard(**numbers: float) -> dict[str, Answer]:
    return row("time_to_event", "contrast/1-2", **numbers)


def words(found: Twofold) -> list[tuple[str, str]]:
    return [(each.first.in_words, each.second.in_words) for each in found.comparisons]


def test_an_se_beside_an_sd_is_told_with_formula_and_source() -> None:
    (found,) = twofold(ASKED, arm(se=0.5, n=40, mean=3), arm(sd=3.2, n=40, mean=3))
    assert words(found) == [("SD = SE √n; SE = 0.5, n = 40: SD = 3.16228 (Handbook 6.5.2.2)", "SD 3.2")]
    assert found.agrees
    assert [key.rpartition("/")[2] for key in found.keys] == ["sd", "se"]


def test_a_hazard_ratio_beside_its_logarithm_or_o_minus_e_is_one_note_on_both_numbers() -> None:
    ratio = hazard(hr=0.7, hr_low=0.5, hr_high=0.98)
    (found,) = twofold(ASKED, ratio, hazard(log_effect=-0.36, se_log=0.17))
    assert [each.first.column for each in found.comparisons] == ["log_effect", "se_log"]
    assert found.agrees
    (other,) = twofold(ASKED, hazard(o_e=-12.1, v=33.9), ratio)
    assert words(other)[0][0].startswith("log HR = (O−E) / V")
    assert other.agrees
    (wrong,) = twofold(ASKED, hazard(o_e=12.1, v=33.9), ratio)
    assert [each.agrees for each in wrong.comparisons] == [False, True], "its sign is the wrong way round"


def test_a_test_between_two_arms_is_held_against_the_sds_of_both() -> None:
    sds = arm(sd=4.9, n=25) | row("continuous", "arm/2", sd=4.5, n=22)
    test = arm(n=25) | row("continuous", "arm/2", n=22)
    (found,) = twofold(ASKED, sds, test | row("continuous", "contrast/1-2", difference=3.8, p=0.008))
    assert found.agrees
    assert "taken to be the same in both" in found.comparisons[0].remark
    assert len(twofold(ASKED, sds | row("continuous", "contrast/1-2", difference=3.8, p=0.008), test)) == 0
    (far,) = twofold(ASKED, sds, test | row("continuous", "contrast/1-2", difference=3.8, t=1.2))
    assert not far.agrees


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (arm(se=0.5, n=40), arm(se=0.6, n=40)),  # one number, read twice
        (arm(sd=3.2, se=0.5, n=40), arm(sd=3.2, n=40)),
        (arm(se=0.5), arm(sd=3.2, n=40)),  # of how many, the sheet does not say
        (arm(median=3, q1=2, q3=5, n=40), arm(mean=3.1, sd=2.2, n=40)),  # rests on an assumption
        (hazard(hr=0.7, hr_low=0.5, hr_high=0.98), hazard(hr=0.7, hr_low=0.5, hr_high=0.99)),
    ],
)
def test_nothing_is_said_where_both_report_the_same_or_too_little(
    first: dict[str, Answer], second: dict[str, Answer]
) -> None:
    assert twofold(ASKED, first, second) == twofold(ASKED, second, first) == []


def test_an_imputed_number_is_no_report() -> None:
    imputed = {key: Answer(each.value, origin=Origin.IMPUTED, basis="A guess") for key, each in arm(sd=3.2).items()}
    assert twofold(ASKED, arm(se=0.5, n=40), imputed | arm(n=40)) == []


@few
@given(st.floats(0.01, 500), st.integers(2, 4000), DECIMALS, DECIMALS)
def test_an_sd_and_its_own_se_agree_however_each_is_rounded(sd: float, n: int, one: int, other: int) -> None:
    se, printed = round(sd / math.sqrt(n), one), round(sd, other)
    assume(se > 0)
    (found,) = twofold(ASKED, arm(se=se, n=n), arm(sd=printed, n=n))
    assert found.agrees
    (turned,) = twofold(ASKED, arm(sd=printed, n=n), arm(se=se, n=n))
    assert turned.agrees


@few
@given(st.floats(0.1, 50), st.integers(5, 500), st.floats(-50, 50), DECIMALS)
def test_an_interval_and_an_se_of_one_mean_agree(sd: float, n: int, mean: float, places: int) -> None:
    se = sd / math.sqrt(n)
    half = critical(95.0, n - 1) * se
    low, high = round(mean - half, places), round(mean + half, places)
    assume(round(se, places) > 0)
    (found,) = twofold(ASKED, arm(ci_low=low, ci_high=high, n=n), arm(se=round(se, places), n=n))
    assert found.agrees


@few
@given(st.floats(-2, 2), st.floats(0.02, 0.8), st.integers(2, 4))
def test_a_ratio_with_its_interval_agrees_with_its_logarithm_and_with_o_minus_e(
    log: float, se: float, places: int
) -> None:
    ratio = {
        "hr": round(math.exp(log), places),
        "hr_low": round(math.exp(log - Z95 * se), places),
        "hr_high": round(math.exp(log + Z95 * se), places),
    }
    assume(ratio["hr_low"] > 0)
    assume(ratio["hr_low"] < ratio["hr"] < ratio["hr_high"])
    for other in ({"log_effect": round(log, 3), "se_log": round(se, 3)}, {"o_e": log / se**2, "v": 1 / se**2}):
        (found,) = twofold(ASKED, hazard(**ratio), hazard(**other))
        assert found.agrees


@few
@given(st.floats(1, 20), st.floats(0.001, 0.9), st.integers(3, 200), st.integers(3, 200))
def test_a_p_agrees_with_the_sds_from_which_it_follows(difference: float, p: float, n1: int, n2: int) -> None:
    sd = sd_from_p(difference, p, n1, n2).value
    sds = arm(sd=sd, n=n1) | row("continuous", "arm/2", sd=sd, n=n2)
    test = arm(n=n1) | row("continuous", "arm/2", n=n2)
    (found,) = twofold(ASKED, sds, test | row("continuous", "contrast/1-2", difference=difference, p=p))
    assert found.agrees


@few
@given(st.floats(0.5, 100), st.integers(2, 1000), st.floats(1.5, 50))
def test_an_sd_that_is_so_many_times_what_the_se_makes_does_not_agree(sd: float, n: int, times: float) -> None:
    printed = round(sd * times, 3)
    assume(rounding(printed) < 0.1 * sd)
    (found,) = twofold(ASKED, arm(se=sd / math.sqrt(n), n=n), arm(sd=printed, n=n))
    assert not found.agrees


NUMBERS = st.one_of(st.integers(-5, 200), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([0, 1e300]))
CELLS = [field.key for table in ASKED.tables for each in table.rows for field in each.fields]
SHEETS = st.dictionaries(st.sampled_from(CELLS), NUMBERS.map(Answer), max_size=40)


@few
@given(SHEETS, SHEETS)
def test_whatever_is_typed_is_answered_and_alike_from_both_sides(
    first: dict[str, Answer], second: dict[str, Answer]
) -> None:
    found, turned = twofold(ASKED, first, second), twofold(ASKED, second, first)
    assert [(each.keys, each.agrees) for each in found] == [(each.keys, each.agrees) for each in turned]
    for each in found:
        assert each.keys
        assert all((first.get(key) is None) is not (second.get(key) is None) for key in each.keys)
