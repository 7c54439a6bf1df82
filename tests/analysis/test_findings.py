"""Two authors rate the certainty of an outcome blind to each other, agree, and the summary of findings says so."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document

from analysis import findings_table
from analysis import workflow as analyses
from analysis.models import Analysis, CertaintyRating, Finding, Run
from analysis.queries import findings as summary
from analysis.workflow import findings as workflow
from extraction.models import Outcome
from reviewapp.errors import BadInput, Refused, WrongState
from reviewapp.models import Event, Member
from tests.analysis import build
from tests.extraction import build as studies_of

pytestmark = pytest.mark.django_db

Pair = tuple[Member, Member]
TRIALS = {"Orme 2003": (12, 40, 20, 40), "Abe 1999": (5, 30, 9, 30), "Rask 2011": (30, 90, 41, 82)}
LOW = ({"imprecision": -1, "risk_of_bias": -1}, {"imprecision": "few events", "risk_of_bias": "open label"})
MODERATE = ({"imprecision": -1}, {"imprecision": "wide interval"})


@pytest.fixture
def finding(pair: Pair, outcome: Outcome, jobs_now: Callable[[], int]) -> Finding:
    build.studies(pair, outcome, TRIALS)
    planned = build.plan(pair[0], outcome)
    jobs_now()
    return workflow.add_finding(pair[0], planned)


def line(member: Member) -> summary.Line:
    (only,) = summary.lines(member)
    return only


def test_a_rating_is_its_rater_s_alone_until_the_other_is_in(pair: Pair, owner: Member, finding: Finding) -> None:
    first, second = pair
    workflow.rate(first, finding, "randomised", *LOW)
    assert line(first).mine is not None
    for other in (second, owner):
        assert (line(other).mine, line(other).pair, line(other).agreed) == (None, (), None)
        assert not Event.blind.for_member(other).filter(verb="analysis.certainty_rated").exists()
    workflow.rate(second, finding, "randomised", *MODERATE)
    for member in (first, second, owner):
        assert [each.rating.certainty for each in line(member).pair] == ["Low", "Moderate"]
        assert Event.blind.for_member(member).filter(verb="analysis.certainty_rated").count() == 2


def test_a_rating_can_be_changed_and_taken_back_until_both_are_in_and_nothing_is_lost(
    pair: Pair, finding: Finding
) -> None:
    first, second = pair
    workflow.rate(first, finding, "randomised", *LOW)
    workflow.rate(first, finding, "randomised", *LOW)  # a double click
    workflow.rate(first, finding, "randomised", *MODERATE)
    workflow.withdraw_rating(first, finding)
    assert line(first).mine is None
    workflow.rate(first, finding, "other", {}, {})
    assert CertaintyRating.unblinded.filter(member=first).count() == 3
    workflow.rate(second, finding, "randomised", *MODERATE)
    with pytest.raises(WrongState, match="Two review authors have rated"):
        workflow.rate(first, finding, "randomised", *LOW)
    with pytest.raises(WrongState, match="Both ratings are in"):
        workflow.withdraw_rating(first, finding)


def test_the_certainty_stands_once_it_is_agreed_and_can_be_taken_back(
    pair: Pair, owner: Member, finding: Finding
) -> None:
    first, second = pair
    workflow.rate(first, finding, "randomised", *LOW)
    with pytest.raises(WrongState, match="Two review authors have to rate"):
        workflow.agree_rating(first, finding, "randomised", *LOW)
    workflow.rate(second, finding, "randomised", *MODERATE)
    assert findings_table.cells(line(owner)).certainty == "Not agreed yet"
    workflow.agree_rating(second, finding, "randomised", *MODERATE)
    told = findings_table.cells(line(owner))
    assert told.certainty == "⊕⊕⊕◯ Moderate"
    assert told.reasons == ["Rated down one level for imprecision: wide interval."]
    workflow.reopen_rating(first, finding)
    assert findings_table.cells(line(owner)).certainty == "Not agreed yet"


def test_only_who_rated_or_settles_conflicts_agrees(
    pair: Pair, arbiter: Member, observer: Member, finding: Finding
) -> None:
    for author, said in zip(pair, (LOW, MODERATE), strict=True):
        workflow.rate(author, finding, "randomised", *said)
    with pytest.raises(Refused):
        workflow.agree_rating(observer, finding, "randomised", *LOW)
    workflow.agree_rating(arbiter, finding, "randomised", *LOW)
    assert line(arbiter).certainty is not None


def test_an_analysis_that_comes_back_to_a_full_summary_gives_up_its_place_and_keeps_its_ratings(
    pair: Pair, client: Client, finding: Finding
) -> None:
    first = pair[0]
    workflow.rate(first, finding, "randomised", *LOW)
    analyses.drop_analysis(first, finding.analysis)
    for n in range(Finding.MOST):
        workflow.add_finding(first, build.plan(first, studies_of.outcome(first, f"Outcome {n}")))
    client.force_login(first.user)
    url = reverse("analysis:restore-analysis", args=[first.review.slug, finding.analysis_id])
    page = client.post(url, follow=True).content.decode()
    assert "not its line in the summary of findings" in page
    assert summary.findings(first).count() == Finding.MOST
    other = summary.findings(first).first()
    workflow.drop_finding(first, other)
    workflow.add_finding(first, finding.analysis)
    assert next(each for each in summary.lines(first) if each.finding == finding).mine is not None
    analyses.drop_analysis(first, finding.analysis)
    assert not analyses.restore_analysis(first, finding.analysis)
    assert summary.findings(first).count() == Finding.MOST


def test_a_new_run_makes_the_agreed_certainty_stale_until_it_is_signed_again(
    pair: Pair, finding: Finding, jobs_now: Callable[[], int]
) -> None:
    for author in pair:
        workflow.rate(author, finding, "randomised", *LOW)
    workflow.agree_rating(pair[0], finding, "randomised", *LOW)
    assert not line(pair[0]).is_stale
    analyses.change_plan(pair[0], finding.analysis, model="fixed")
    jobs_now()
    assert line(pair[0]).is_stale
    assert findings_table.STALE in findings_table.cells(line(pair[0])).row[-1]
    workflow.agree_rating(pair[0], finding, "randomised", *LOW)
    assert not line(pair[0]).is_stale


def test_risks_of_a_thousand_rest_on_the_control_groups_or_on_what_is_assumed(pair: Pair, finding: Finding) -> None:
    """Control risks are 500, 300 and 500 of 1000."""
    assert findings_table.cells(line(pair[0])).without == "500 per 1000 (median of the control groups)"
    workflow.assume_risk(pair[0], finding, 200, "National register 2020")
    told = findings_table.cells(line(pair[0]))
    assert told.without == "200 per 1000 (National register 2020)"
    run = line(pair[0]).run
    assert run is not None
    assert told.with_it.startswith(f"{200 * run.result['estimate']:.0f} per 1000 (")
    assert re.fullmatch(r"\d+ fewer per 1000 \(\d+ fewer to \d+ (fewer|more)\)", told.difference)
    with pytest.raises(BadInput, match="needs its source"):
        workflow.assume_risk(pair[0], finding, 200, "")
    with pytest.raises(BadInput, match="of 1000 people"):
        workflow.assume_risk(pair[0], finding, 1200, "x")


@pytest.mark.pure
def test_a_control_group_that_is_split_among_comparisons_is_one_control_group() -> None:
    """A half of 9 events of 20 twice, and 1 event of 10: between 450 and 100 of 1000."""
    controls = [(1, 4.5, 10), (1, 4.5, 10), (2, 1, 10)]
    rows = [{"study": pk, "reason": "", "control": {"events": e, "total": n}} for pk, e, n in controls]
    run = Run(state=Run.State.DONE, options={"measure": "RR"}, result={"studies": rows})
    shown = SimpleNamespace(run=run)
    assert summary.Line(Finding(), shown, None, (), None).assumed == 275  # type: ignore[arg-type]


@pytest.mark.pure
def test_a_difference_of_means_is_said_beside_the_usual_mean() -> None:
    """Control means are 14 and 9; a study whose scale was turned has no mean that could be shown."""
    controls = [(1, 14.0, False), (2, 9.0, False), (3, -30.0, True)]
    rows = [{"study": pk, "reason": "", "turned": turned, "control": {"mean": m}} for pk, m, turned in controls]
    result = {"studies": rows, "estimate": -2.1, "lower": -3.4, "upper": 0.8}
    run = Run(state=Run.State.DONE, options={"measure": "MD"}, input={"kind": "continuous"}, result=result)
    finding = Finding(analysis=Analysis(outcome=Outcome(name="Mood", unit="EPDS, 0 to 30")))
    of = summary.Line(finding, SimpleNamespace(run=run), None, (), None)  # type: ignore[arg-type]
    assert findings_table.mean(of) == "mean 11.50 (EPDS, 0 to 30; median of the control groups)"
    assert findings_table.of_means(run) == "2.10 lower (3.40 lower to 0.80 higher)"
    run.options = {"measure": "SMD"}
    assert findings_table.mean(of) == "–"
    assert findings_table.of_means(run) == "2.10 standard deviations lower (3.40 lower to 0.80 higher)"
    assert findings_table.of_means(None) == "–"


def test_an_eighth_outcome_is_refused_and_one_taken_out_comes_back_with_its_ratings(
    pair: Pair, finding: Finding
) -> None:
    workflow.rate(pair[0], finding, "randomised", *LOW)
    workflow.drop_finding(pair[0], finding)
    assert summary.lines(pair[0]) == []
    planned = [finding.analysis]
    for measure, model in (("RR", "fixed"), ("OR", "random"), ("OR", "fixed"), ("RD", "random"), ("RD", "fixed")):
        planned.append(build.plan(pair[0], finding.analysis.outcome, measure=measure, model=model))
    for preset in ("metafor", "RevMan 2025"):
        planned.append(build.plan(pair[0], finding.analysis.outcome, preset=preset))
    for each in planned[:7]:
        workflow.add_finding(pair[0], each)
    with pytest.raises(WrongState, match="at most 7 outcomes"):
        workflow.add_finding(pair[0], planned[7])
    assert summary.lines(pair[0])[0].mine is not None
    analyses.drop_analysis(pair[0], planned[6])  # it is not in the summary any more, so that it takes no place
    workflow.add_finding(pair[0], planned[7])
    assert len(summary.lines(pair[0])) == 7


@pytest.mark.pure
def test_a_study_of_several_comparisons_is_one_study() -> None:
    rows = [{"study": pk, "reason": reason} for pk, reason in ((1, ""), (1, ""), (2, ""), (3, "it has no control arm"))]
    run = Run(result={"k": 3, "participants": 90, "studies": rows})
    assert findings_table.people(run) == "90 (3 comparisons of 2 studies)"


def test_an_outcome_whose_participants_are_not_known_tells_its_studies_alone(
    pair: Pair, jobs_now: Callable[[], int]
) -> None:
    rate = studies_of.outcome(pair[0], "Falls", "rate")
    build.study(pair, "Orme 2003", rate, {"events": 10, "time": 100}, {"events": 20, "time": 100})
    workflow.add_finding(pair[0], build.plan(pair[0], rate, measure="IRR", method="IV"))
    effect = studies_of.outcome(pair[0], "Mood", "generic")
    study = studies_of.study(pair, "Abe 1999")
    row = f"outcome/{effect.pk}/contrast/" + "-".join(str(arm.pk) for arm in study.arms.order_by("pk"))
    build.agree(pair, study, {f"{row}/effect": 1.5, f"{row}/se": 0.5})
    workflow.add_finding(pair[0], build.plan(pair[0], effect, measure="GEN", method="IV"))
    jobs_now()
    told = [findings_table.cells(each) for each in summary.lines(pair[0])]
    assert [(each.people, each.effect) for each in told] == [
        ("1 study", "IRR 0.50 (0.23 to 1.07)"),
        ("1 study", "effect 1.50 (0.52 to 2.48)"),
    ]


def test_agreement_of_the_raters_is_counted_on_what_was_blind(pair: Pair, finding: Finding) -> None:
    workflow.rate(pair[0], finding, "randomised", *LOW)
    assert summary.reliability(summary.lines(pair[0])) is None
    workflow.rate(pair[1], finding, "randomised", *MODERATE)
    workflow.agree_rating(pair[0], finding, "randomised", *LOW)
    found = summary.reliability(summary.lines(pair[0]))
    assert found is not None
    assert (found.outcomes, found.same) == (1, 0)
    assert dict(found.domains)["Imprecision"] == 1
    assert dict(found.domains)["Risk of bias"] == 0


def test_the_pages_take_a_rating_say_what_is_missing_and_the_files_carry_the_same(
    client: Client, pair: Pair, finding: Finding
) -> None:
    first, second = pair
    slug = first.review.slug

    def post(member: Member, name: str, **said: str) -> tuple[int, str]:
        client.force_login(member.user)
        answer = client.post(reverse(f"analysis:{name}", args=[slug, finding.pk]), {**blank, **said}, follow=True)
        return answer.status_code, answer.content.decode()

    blank = {f"step_{domain}": "0" for domain in ("risk_of_bias", "inconsistency", "indirectness", "imprecision")}
    blank |= {f"step_{domain}": "0" for domain in ("publication_bias", "large_effect", "dose_response", "confounding")}
    status, page = post(first, "rate", start="randomised", step_imprecision="-1")
    assert status == 422
    assert "Imprecision: “Serious” needs a reason." in page
    said = {"start": "randomised", "step_imprecision": "-1", "reason_imprecision": "<b>few</b> events"}
    status, page = post(first, "rate", **said)
    assert status == 200
    assert "⊕⊕⊕◯ Moderate" in page
    post(second, "rate", start="randomised")
    page = client.get(reverse("analysis:certainty", args=[slug, finding.pk])).content.decode()
    assert page.count("Choose …") == 1, "in imprecision the two differ: neither answer is filled in"
    status, page = post(first, "agree-rating", start="randomised", step_imprecision="")
    assert (status, "Choose what holds of imprecision." in page, page.count("Choose …")) == (422, True, 1)
    status, page = post(first, "agree-rating", **said)
    assert "signed by" in page
    assert "&lt;b&gt;few&lt;/b&gt; events" in page
    rows = {}
    for kind in ("csv", "html", "docx"):
        answer = client.get(reverse(f"analysis:findings-{kind}", args=[slug]))
        assert f"summary-of-findings.{kind}" in answer["Content-Disposition"]
        rows[kind] = answer.content
    told = findings_table.cells(line(first))
    table = list(csv.reader(io.StringIO(rows["csv"].decode("utf-8-sig"))))
    assert table[1] == list(told.row)
    word = Document(BytesIO(rows["docx"])).tables[0]
    assert [cell.text for cell in word.rows[1].cells] == list(told.row)
    assert b"<b>few" not in rows["html"]
    assert told.with_it.encode() in rows["html"]


def test_the_number_of_queries_does_not_grow_with_the_outcomes(
    pair: Pair, finding: Finding, django_assert_num_queries: Callable[..., object]
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as one:
        summary.lines(pair[0])
    for measure in ("OR", "RD"):
        workflow.add_finding(pair[0], build.plan(pair[0], finding.analysis.outcome, measure=measure))
    with django_assert_num_queries(len(one)):
        assert len(summary.lines(pair[0])) == 3
