"""Are subgroups, regressions and sensitivity analyses computed as planned, dated, and told when they were planned after the result?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from analysis import queries
from analysis.investigated import investigated, moderator, sensitivity, subgroup
from analysis.investigations import SETS, columns_of
from analysis.marks import legend, marks_of
from analysis.models import Analysis, Investigation, Run
from analysis.pooling import compute, resolved
from analysis.queries import investigations as known
from analysis.workflow import investigations
from extraction import workflow as extracting
from extraction.models import Entry, Outcome, Sheet
from reviewapp.errors import BadInput, NotHere, Refused
from reviewapp.models import Event, Member
from tests.analysis import build
from tests.extraction import build as studies_of

Pair = tuple[Member, Member]

OPTIONS = {"measure": "RR", "method": "IV", "model": "random", "preset": "RevMan 2025", "arms": "combined"}
# BCG vaccine trials (Colditz 1994): events and totals of the vaccinated and the others, allocation, latitude
BCG = (
    ("Aronson 1948", 4, 123, 11, 139, "random", 44),
    ("Ferguson 1949", 6, 306, 29, 303, "random", 55),
    ("Rosenthal 1960", 3, 231, 11, 220, "random", 42),
    ("Hart 1977", 62, 13598, 248, 12867, "random", 52),
    ("Frimodt 1973", 33, 5069, 47, 5808, "alternate", 13),
    ("Stein 1953", 180, 1541, 372, 1451, "alternate", 44),
    ("Vandiviere 1973", 8, 2545, 10, 629, "random", 19),
    ("Madras 1980", 505, 88391, 499, 88391, "random", 13),
    ("Coetzee 1968", 29, 7499, 45, 7277, "random", 27),
    ("Rosenthal 1961", 17, 1716, 65, 1665, "systematic", 42),
    ("Comstock 1974", 186, 50634, 141, 27338, "systematic", 18),
    ("Webster 1969", 5, 2498, 3, 2341, "systematic", 33),
    ("Comstock 1976", 27, 16913, 29, 17854, "systematic", 33),
)


def bcg() -> dict[str, Any]:
    def arm(pk: int, role: str, events: int, total: int) -> dict[str, Any]:
        return {"arm": pk, "name": role, "role": role, "values": {"events": events, "total": total}}

    return {
        "kind": "dichotomous",
        "studies": [
            {
                "study": pk,
                "label": label,
                "arms": [arm(1, "experimental", a, n1), arm(2, "control", c, n2)],
                "by": {"study/allocation": allocation, "study/latitude": latitude},
                "bias": {"allocation": "low" if allocation == "random" else "high"},
            }
            for pk, (label, a, n1, c, n2, allocation, latitude) in enumerate(BCG)
        ],
    }


def found(*planned: str, **options: str) -> list[dict[str, Any]]:
    return found_by({**OPTIONS, **options}, *planned)


def found_by(options: dict[str, Any], *planned: str) -> list[dict[str, Any]]:
    return list(compute(bcg(), {**options, "investigations": planned}).result["investigations"])


@pytest.mark.pure
def test_subgroups_and_regression_are_those_of_the_statistics() -> None:
    from analysis.stats import effects, regress, subgroups

    columns = {name: [row[i] for row in BCG] for i, name in enumerate(("study", "ai", "n1i", "ci", "n2i"))}
    es = effects("RR", columns)
    groups, regression = found("subgroup:study/allocation", "moderator:study/latitude", interval="z")
    wanted = subgroups(es, [row[5] for row in BCG], method="REML", test="z")
    levels = groups["found"]["levels"]
    assert levels == ["alternate", "random", "systematic"], "by name, not as the studies stand"
    assert groups["found"]["Q_between"] == pytest.approx(wanted.Q_between, rel=1e-12)
    estimates = dict(zip(levels, (each["estimate"] for each in groups["found"]["groups"]), strict=True))
    assert estimates == dict(zip(wanted.levels, (each.estimate for each in wanted.groups), strict=True))
    fit = regress(es, "~ by", {"by": [row[6] for row in BCG]}, method="REML", test="z")
    assert regression["found"]["fit"]["estimate"] == pytest.approx(fit.estimate.tolist(), rel=1e-12)
    # metafor: rma(yi, vi, mods = ~ ablat, data = dat.bcg) gives -0.0291 for each degree
    assert regression["found"]["fit"]["estimate"][1] == pytest.approx(-0.0291, abs=5e-5)
    assert len(regression["found"]["line"]["x"]) > 10


@pytest.mark.pure
def test_groups_may_share_one_variance_between_studies_where_there_is_one() -> None:
    common = "common:study/allocation"
    chosen = {**OPTIONS, "interval": "z"}
    (groups,) = found_by(chosen, common)
    assert len({each["tau2"] for each in groups["found"]["groups"]}) == 1
    assert groups["found"]["levels"] == ["alternate", "random", "systematic"]
    row = subgroup(Run(options=chosen), {**groups, "words": "Subgroups"})
    assert "share one variance" in row["told"]
    assert row["test"].startswith("Test for subgroup differences: Chi² = ")
    fixed, weighted = found(common, model="fixed"), found(common, method="MH")
    assert (fixed[0]["found"], weighted[0]["found"]) == (None, None)
    assert "no variance between studies that groups could share" in fixed[0]["told"]
    assert "needs weights by inverse variance" in weighted[0]["told"]


@pytest.mark.pure
def test_a_regression_on_several_characteristics_says_what_each_coefficient_is_and_tests_all_together() -> None:
    several = told(bcg(), "moderator:study/allocation+study/latitude")
    words = [row["words"] for row in several["rows"]]
    assert words == ["Intercept", "allocation: random", "allocation: systematic", "latitude, for each unit"]
    assert "Test of all characteristics together: F = " in several["test"]
    assert "Ten studies for each characteristic are advised; here are 13 " in several["told"]
    assert "alike in the other characteristics" in several["told"]
    data = bcg()
    for study in data["studies"]:
        study["by"]["study/double"] = 2 * study["by"]["study/latitude"]
    assert "were dropped: latitude, for each unit" in told(data, "moderator:study/double+study/latitude")["told"]


@pytest.mark.pure
def test_a_group_of_two_has_a_wald_interval_where_the_whole_has_hartung_knapps_and_the_page_says_so() -> None:
    from analysis.stats import effects, pool

    result = compute(bcg(), {**OPTIONS, "investigations": ["subgroup:study/allocation"]}).result
    assert result["pooled"]["test"] == "knha"
    (groups,) = result["investigations"]
    assert [(each["k"], each["test"]) for each in groups["found"]["groups"]] == [(2, "z"), (7, "knha"), (4, "knha")]
    columns = {
        name: [row[i] for row in BCG if row[5] == "alternate"]
        for i, name in enumerate(("study", "ai", "n1i", "ci", "n2i"))
    }
    alone = pool(effects("RR", columns), method="REML", test="z")
    assert groups["found"]["groups"][0]["ci_lb"] == pytest.approx(alone.ci_lb, rel=1e-12)
    run = Run(options={**OPTIONS, "interval": "advice"}, result=result)
    told = subgroup(run, {**groups, "words": "Subgroups by allocation"})["told"]
    assert told == "Wald interval, as advised for two studies or without heterogeneity: alternate. "


@pytest.mark.pure
def test_with_one_study_less_of_three_what_is_left_has_a_wald_interval() -> None:
    data = {**bcg(), "studies": [bcg()["studies"][i] for i in (1, 4, 7)]}
    found = compute(data, OPTIONS).result
    assert found["pooled"]["test"] == "knha"
    two = compute({**data, "studies": data["studies"][1:]}, OPTIONS).result["pooled"]
    assert two["test"] == "z"
    without = found["beyond"]["leave_one_out"]
    assert without["test"] == ["z", "z", "z"]
    assert (without["ci_lb"][0], without["ci_ub"][0]) == pytest.approx((two["ci_lb"], two["ci_ub"]), rel=1e-12)


@pytest.mark.pure
def test_a_regression_on_words_compares_the_groups() -> None:
    (regression,) = found("moderator:study/allocation")
    assert len(regression["found"]["fit"]["names"]) == 3
    assert regression["found"]["line"] is None


@pytest.mark.pure
def test_studies_with_several_answers_to_one_question_are_a_group_of_their_own() -> None:
    answers = (["home"], ["home", "clinic"], [])
    data = bcg()
    for place, study in enumerate(data["studies"]):
        study["by"] = {"study/settings": answers[place % 3]}
    planned = ["subgroup:study/settings", "moderator:study/settings"]
    groups, regression = compute(data, {**OPTIONS, "investigations": planned}).result["investigations"]
    assert groups["found"]["levels"] == ["home", "home, clinic"]
    assert len(groups["found"]["left_out"]) == 4
    assert regression["found"]["fit"]["names"] == ["intrcpt", "factor(by)home, clinic"]


@pytest.mark.pure
def test_sensitivity_analyses_pool_fewer_studies_or_otherwise() -> None:
    fewer, common, as_given = found("sensitivity:low_bias", "sensitivity:fixed", "sensitivity:as_reported")
    random_only = {**bcg(), "studies": [each for each in bcg()["studies"] if each["bias"]["allocation"] == "low"]}
    assert fewer["found"]["estimate"] == compute(random_only, OPTIONS).result["estimate"]
    assert (fewer["found"]["k"], len(fewer["found"]["out"])) == (7, 6)
    assert common["found"]["estimate"] == compute(bcg(), {**OPTIONS, "model": "fixed"}).result["estimate"]
    assert as_given["found"]["k"] == 13


@pytest.mark.pure
def test_one_common_effect_shows_no_variance_between_studies() -> None:
    common, random = found("sensitivity:fixed", "sensitivity:dl")
    rows = [sensitivity(Run(options=OPTIONS), {"words": "x", **each}) for each in (common, random)]
    assert [row["cells"][2] == "–" for row in rows] == [True, False]


@pytest.mark.pure
@pytest.mark.parametrize("planned", ["random", "dl", "knha"])
def test_random_effects_asked_beside_one_fixed_effect_are_random_effects(planned: str) -> None:
    fixed = {**OPTIONS, "model": "fixed"}
    (found,) = found_by({**fixed, **resolved(fixed)}, f"sensitivity:{planned}")
    random = {**OPTIONS, **{"random": {}, "dl": {"estimator": "DL"}, "knha": {"interval": "knha"}}[planned]}
    assert found["found"]["tau2"] > 0
    assert found["found"]["lower"] == pytest.approx(compute(bcg(), random).result["lower"], rel=1e-12)


@pytest.mark.pure
def test_values_that_were_converted_when_they_were_extracted_are_left_out_where_that_is_asked() -> None:
    data = bcg()
    data["studies"][3]["arms"][0]["converted"] = ["events"]
    data["studies"][2]["arms"][0] |= {"converted": ["events"], "imputed": ["events"]}
    asked = ["sensitivity:as_reported", "sensitivity:not_imputed"]
    result = compute(data, {**OPTIONS, "investigations": asked}).result
    found, without_imputed = result["investigations"]
    assert [marks_of(each) for each in result["studies"][2:4]] == ["‡", "†"]
    assert [line[0] for line in legend(result["studies"])] == ["†", "‡"]
    assert (found["found"]["k"], found["found"]["out"]) == (11, ["Rosenthal 1960", "Hart 1977"])
    assert (without_imputed["found"]["k"], without_imputed["found"]["out"]) == (12, ["Rosenthal 1960"])


@pytest.mark.pure
def test_a_name_in_a_note_keeps_its_capitals() -> None:
    row = sensitivity(Run(options=OPTIONS), {"words": "x", "found": None, "told": "REML did not converge"})
    assert row["told"] == "REML did not converge"
    row = sensitivity(Run(options=OPTIONS), {"words": "x", "found": None, "told": "no study has REML"})
    assert row["told"] == "No study has REML"


@pytest.mark.pure
@pytest.mark.parametrize("method", ["IV", "MH"])
@pytest.mark.parametrize("name", SETS)
def test_every_set_can_be_asked_of_every_model(name: str, method: str) -> None:
    (each,) = found(f"sensitivity:{name}", method=method)
    assert each["found"]["estimate"] is not None


@pytest.mark.pure
def test_what_is_not_known_of_any_study_is_said() -> None:
    groups, regression = found("subgroup:study/dose", "moderator:study/dose")
    assert groups["found"] is None
    assert "no value for any study" in groups["told"]
    assert regression["found"] is None
    assert regression["told"]


def told(data: dict[str, Any], planned: str, **options: str) -> dict[str, Any]:
    """What a page says of a regression."""
    chosen = {**OPTIONS, **options}
    (each,) = compute(data, {**chosen, "investigations": [planned]}).result["investigations"]
    columns = {name: by.rpartition("/")[2] for name, by in columns_of(each["by"]).items()}
    return moderator(Run(options=chosen), {**each, "words": "Meta-regression", "columns": columns})


@pytest.mark.pure
def test_a_regression_on_the_year_says_nothing_of_the_year_0() -> None:
    assert [row["words"] for row in told(bcg(), "moderator:year")["rows"]] == ["year, for each unit"]
    assert [row["words"] for row in told(bcg(), "moderator:study/latitude")["rows"]][0] == "Intercept"


@pytest.mark.pure
def test_a_regression_says_by_what_studies_are_weighted_and_what_is_explained() -> None:
    latitude = "moderator:study/latitude"
    assert told(bcg(), latitude)["test"].startswith("13 studies. Residual heterogeneity: Tau² = ")
    assert "; of the heterogeneity 7" in told(bcg(), latitude)["test"]
    assert told(bcg(), latitude, method="MH")["test"].startswith("13 studies, weighted by inverse variance. ")
    alike = {**bcg(), "studies": [{**each, "arms": bcg()["studies"][0]["arms"]} for each in bcg()["studies"]]}
    without = told(alike, latitude)
    assert "explained" not in without["test"]
    assert "R2 is not defined" in without["told"]


@pytest.mark.pure
def test_groups_are_called_by_the_words_of_their_answers() -> None:
    planned = ["subgroup:study/allocation", "moderator:study/allocation"]
    called = {"study/allocation=random": "At random", "study/allocation=alternate": "In turns"}
    groups, regression = (known.worded(each, called)["found"] for each in found(*planned))
    assert groups["levels"] == ["In turns", "At random", "systematic"]
    assert regression["fit"]["names"] == ["intrcpt", "factor(by)At random", "factor(by)systematic"]
    several = {"kind": "subgroup", "by": "study/allocation", "found": {"levels": ["alternate, random"]}}
    assert known.worded(several, called)["found"]["levels"] == ["In turns, At random"]


# --- planned by members ------------------------------------------------------------------------------------------------


@pytest.fixture
def analysis(db: None, pair: Pair, outcome: Outcome, jobs_now: Callable[[], int]) -> Analysis:
    planned = build.plan(pair[0], outcome, method="IV")
    investigations.investigate(pair[0], planned, "subgroup", "study/setting")
    for label, setting, table in (
        ("Abe 1999", "Clinic", (10, 50, 20, 50)),
        ("Orme 2003", "Home", (8, 40, 9, 40)),
        ("Rask 2011", "Home", (5, 60, 12, 60)),
    ):
        study = studies_of.study(pair, label)
        a, n1, c, n2 = table
        cells = studies_of.cells(study, outcome, build.events(a, n1), build.events(c, n2))
        build.agree(pair, study, {**cells, "study/setting": setting})
    jobs_now()
    return planned


def test_what_was_planned_first_and_what_came_after_is_told_on_the_page(
    client: Client, pair: Pair, analysis: Analysis, jobs_now: Callable[[], int]
) -> None:
    client.force_login(pair[0].user)
    address = reverse("analysis:analysis", args=[pair[0].review.slug, analysis.pk])
    page = client.get(address).content.decode()
    assert "Subgroups by Setting" in page
    assert "Before the result" in page
    assert "Test for subgroup differences: Chi²" in page
    asking = reverse("analysis:investigate", args=[pair[0].review.slug, analysis.pk])
    for what in ("sensitivity:fixed", "sensitivity:fixed", "moderator:year"):  # a double click asks once
        client.post(asking, {"what": what})
    jobs_now()
    page = client.get(address).content.decode()
    assert page.count("Post hoc</span>") == 2
    assert "One common effect (fixed)" in page
    assert "As planned" in page
    assert "Also asked: one common effect (fixed)." in page
    assert "for each unit" in page
    rows = investigated(queries.shown_analysis(pair[0], analysis.pk).run)
    assert [row["words"] for row in rows["subgroups"][0]["rows"]] == ["Clinic", "Home"]
    refused = ({"what": "sensitivity:nothing"}, {"what": "moderator"}, {"what": "moderator", "by": ["year", "year"]})
    for each in refused:
        client.post(asking, each)
    assert Investigation.objects.count() == 3
    for ticked in (["year", "study/setting"], ["study/setting", "year"]):  # the same, however ticked
        client.post(asking, {"what": "moderator", "by": ticked})
    client.post(asking, {"what": "common:study/setting"})
    jobs_now()
    page = client.get(address).content.decode()
    assert Investigation.objects.count() == 5
    assert "Meta-regression on Setting and the year in the study’s name" in page
    assert "Subgroups with one tau² by Setting" in page
    assert "Also asked: subgroups with one tau² by Setting." in page, "in the form’s words, not by the question’s id"


def test_a_dropped_one_is_asked_no_more_and_comes_back_with_its_date(
    pair: Pair, analysis: Analysis, jobs_now: Callable[[], int]
) -> None:
    row = Investigation.objects.get()
    before = queries.shown_analysis(pair[0], analysis.pk).run
    investigations.drop_investigation(pair[0], row)
    jobs_now()
    now = queries.shown_analysis(pair[0], analysis.pk).run
    assert now.result["investigations"] == []
    assert "by" not in now.input["studies"][0]
    assert (now.result["estimate"], now != before) == (before.result["estimate"], True)
    investigations.restore_investigation(pair[0], row)
    assert (
        queries.shown_analysis(pair[0], analysis.pk).run == before
    )  # the same question of the same data: that run stands
    assert not known.planned(pair[0], analysis)[0].row.post_hoc
    verbs = Event.unblinded.filter(verb__startswith="analysis.investigation").values_list("verb", flat=True)
    assert sorted(verbs) == [
        "analysis.investigation_dropped",
        "analysis.investigation_planned",
        "analysis.investigation_restored",
    ]


def test_only_who_may_analyse_and_only_of_this_review(
    pair: Pair, observer: Member, analysis: Analysis, django_assert_num_queries: Any
) -> None:
    with pytest.raises(Refused):
        investigations.investigate(observer, analysis, "sensitivity", "fixed")
    with pytest.raises(BadInput):
        investigations.investigate(pair[0], analysis, "subgroup", "study/unknown")
    stranger = studies_of.build.review(owner=studies_of.build.user("Ursa Stranger"), title="Another review")
    with pytest.raises(NotHere):
        known.investigation(stranger, Investigation.objects.get().pk)


def test_an_answer_that_no_plan_asks_for_makes_no_run_stale(
    pair: Pair, outcome: Outcome, jobs_now: Callable[[], int]
) -> None:
    planned = build.plan(pair[0], outcome)
    build.studies(pair, outcome, build.SECURE)
    jobs_now()
    run = Run.objects.get(analysis=planned, number=2) if planned.runs.count() > 1 else planned.runs.get()
    assert "investigations" not in run.options
    assert "by" not in run.input["studies"][0]


def test_numbers_of_studies_are_regressed_on_in_the_unit_of_their_question(
    pair: Pair, analysis: Analysis, jobs_now: Callable[[], int]
) -> None:
    extracting.begin_form(pair[0])
    length = {"label": "Length", "kind": "number", "unit": "weeks", "units": "days = 0.142857142857"}
    extracting.edit_form(pair[0], "add_question", "on_study", **length)
    extracting.use_form(pair[0])
    said = {"Abe 1999": (12, ""), "Orme 2003": (84, "days"), "Rask 2011": (3, "moons")}
    for label, (value, unit) in said.items():
        sheet = Sheet.unblinded.get(study__label=label, agreed=True)
        Entry.unblinded.create(sheet=sheet, key="study/length", value=value, unit=unit, by=pair[0])
    investigations.investigate(pair[0], analysis, "moderator", "study/length")
    jobs_now()
    run = analysis.runs.order_by("-number").first()
    by = {each["label"]: each["by"].get("study/length") for each in run.input["studies"]}
    assert by == {"Abe 1999": 12, "Orme 2003": pytest.approx(12), "Rask 2011": None}
