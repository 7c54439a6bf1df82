"""Subgroups: each group's own result, and the test between them."""

from __future__ import annotations

import math

import pytest

from analysis.stats import StatsError, effects, pool, regress, subgroups
from tests.analysis.stats.bcg import BCG

pytestmark = pytest.mark.pure

ES = effects("RR", BCG)


def test_every_group_is_what_it_would_be_alone() -> None:
    s = subgroups(ES, BCG["alloc"])
    assert s.levels == ("random", "alternate", "systematic")
    alone = pool(ES.subset([i for i, x in enumerate(BCG["alloc"]) if x == "alternate"]))
    assert (s.groups[1].estimate, s.groups[1].tau2, s.groups[1].k) == (alone.estimate, alone.tau2, 2)
    assert s.overall.estimate == pool(ES).estimate


def test_each_group_has_the_interval_that_its_own_studies_allow() -> None:
    s = subgroups(ES, BCG["alloc"], test="advice")
    assert [(g.k, g.test) for g in s.groups] == [(7, "knha"), (2, "z"), (4, "knha")]
    for group, level in zip(s.groups, s.levels, strict=True):
        alone = ES.subset([i for i, x in enumerate(BCG["alloc"]) if x == level])
        named = pool(alone, test=group.test)
        assert (group.estimate, group.ci_lb, group.ci_ub, group.df) == (
            named.estimate,
            named.ci_lb,
            named.ci_ub,
            named.df,
        )
    # metafor: rma(yi, vi, subset = alloc == "random", data = dat.bcg) gives -0.9710, and 0.2760 as its Wald standard error
    wald = subgroups(ES, BCG["alloc"], test="z").groups[0]
    assert (wald.estimate, wald.se) == pytest.approx((-0.9710, 0.2760), abs=5e-5)


def test_the_test_between_groups_is_cochrans_q_of_their_estimates() -> None:
    s = subgroups(ES, BCG["alloc"])
    w = [1 / g.se**2 for g in s.groups]
    mean = sum(a * g.estimate for a, g in zip(w, s.groups, strict=True)) / sum(w)
    assert s.Q_between == pytest.approx(sum(a * (g.estimate - mean) ** 2 for a, g in zip(w, s.groups, strict=True)))
    assert (s.Q_df, math.isinf(s.Q_df2)) == (2, True)


def test_a_common_tau2_is_that_of_the_regression_on_the_groups() -> None:
    s = subgroups(ES, BCG["alloc"], tau2="common", test="knha")
    fit = regress(ES, "~ factor(alloc)", BCG, test="knha")
    assert {g.tau2 for g in s.groups} == {s.regression.tau2}
    assert s.regression.tau2 == pytest.approx(fit.tau2, rel=1e-12)
    assert (s.Q_between, s.Q_p) == pytest.approx((fit.QM, fit.QM_p), rel=1e-9)
    assert (s.Q_df, s.Q_df2) == (2, 10.0)
    assert s.groups[1].se == pytest.approx(float(fit.se[0]), rel=1e-10)
    assert {g.df for g in s.groups} == {10.0}


def test_studies_without_a_group_are_left_out_of_everything() -> None:
    by = [None, *BCG["alloc"][1:]]
    s = subgroups(ES, by, name="allocation")
    assert s.left_out == (("Aronson 1948", "allocation is missing"),)
    assert s.overall.k == 12


def test_mantel_haenszel_groups_are_compared_too() -> None:
    es = effects("RR", BCG, preset="RevMan 5")
    s = subgroups(es, BCG["alloc"], weighting="MH", method="EE")
    assert [g.weighting for g in s.groups] == ["MH"] * 3
    assert s.Q_between > 0
    with pytest.raises(StatsError, match="A common tau2 needs inverse-variance weights"):
        subgroups(es, BCG["alloc"], tau2="common", weighting="MH")


def test_one_group_has_nothing_to_be_compared_with() -> None:
    for tau2 in ("separate", "common"):
        s = subgroups(ES, ["all"] * 13, tau2=tau2)
        assert math.isnan(s.Q_between)
        assert s.notes == ("only one group has a result, so there is nothing to compare",)


def test_a_group_without_a_usable_study_says_so() -> None:
    es = effects("GEN", yi=[0.1, 0.3, None], vi=[0.02, 0.03, 0.04])
    for tau2 in ("separate", "common"):
        s = subgroups(es, ["a", "b", "c"], tau2=tau2, method="DL")
        assert s.levels == ("a", "b", "c")
        assert s.groups[2].k == 0
        assert s.groups[2].notes
        assert "yi is missing" in str(s.groups[2])


@pytest.mark.parametrize(
    ("by", "tau2", "message"),
    [(["a"], "separate", "has 1 values"), ([None] * 13, "separate", "no value for any study"), (["a"] * 13, "pooled", "tau2='pooled'")],
)  # fmt: skip
def test_bad_groups_are_refused(by: list, tau2: str, message: str) -> None:
    with pytest.raises(StatsError, match=message):
        subgroups(ES, by, tau2=tau2)


def test_the_summary_has_a_line_for_every_group() -> None:
    text = str(subgroups(ES, BCG["alloc"], name="alloc"))
    for part in ("random", "alternate", "systematic", "all", "Test between groups: Q(df = 2) = 1.86"):
        assert part in text


def test_the_summary_tells_of_studies_left_out_and_of_what_is_unusual_in_a_group() -> None:
    es = effects("GEN", yi=[0.1, 0.3, 0.5, None], vi=[0.02, 0.03, 0.04, 0.05], study=["A", "B", "C", "D"])
    text = str(subgroups(es, ["x", "x", "y", "y"]))
    assert "Left out: D (yi is missing)" in text
    assert "Note: y: there is one study" in text
