"""Are judgements that replies leave open left open, and does what was judged before a tool proposed stay as it was?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from extraction import queries, workflow
from extraction.models import Assessment, Outcome, Study
from extraction.rob import TOOLS
from extraction.rob.designs import Rule
from extraction.rob.replies import departs
from extraction.schema import Choice, TakenFrom
from reviewapp.errors import BadInput, WrongState
from reviewapp.models import Member

pytestmark = pytest.mark.django_db

SOUND = {
    **{"1.1": "Y", "1.2": "N", "1.4": "Y", "1.5": "PY", "1.6": "N", "confounding": "moderate"},
    **{"2.1": "N", "2.4": "Y", "selection": "low"},
    **{"3.1": "Y", "3.2": "Y", "3.3": "N", "classification": "low"},
    **{"4.1": "N", "deviations": "low"},
    **{"5.1": "Y", "5.2": "N", "5.3": "N", "missing_data": "low"},
    **{"6.1": "N", "6.2": "Y", "6.3": "Y", "6.4": "N", "measurement": "low"},
    **{"7.1": "N", "7.2": "PN", "7.3": "N", "reporting": "moderate", "overall": "moderate"},
}


@pytest.fixture
def key(owner: Member, first: Member, study: Study, outcome: Outcome) -> str:
    workflow.plan_bias(owner, [Rule("robins_i", ("nonrandomised",))])
    workflow.describe_studies(first, {study.pk: ("nonrandomised", [outcome.pk])})
    return f"robins_i-{outcome.pk}"


def begun(member: Member, study: Study, key: str, **changes: str) -> Assessment:
    said = SOUND | changes
    support = {domain.id: "Page 2." for domain in TOOLS["robins_i"].domains}
    return workflow.save_judgements(member, workflow.start_assessment(member, study, key), said, support)


def page(member: Member, study: Study, key: str, name: str = "bias") -> str:
    client = Client()
    client.force_login(member.user)
    return client.get(reverse(f"extraction:{name}", args=[member.review.slug, study.pk, key])).content.decode()


UNCONTROLLED = {"1.4": "N", "overall": "serious"}


def test_among_judgements_that_the_replies_leave_the_assessor_chooses(first: Member, study: Study, key: str) -> None:
    mine = begun(first, study, key, confounding="serious", **UNCONTROLLED)
    assert mine.lines.get(key="confounding").proposal == "serious or critical"
    assert mine.lines.get(key="reporting").proposal == "low or moderate"
    shown = page(first, study, key)
    assert "Left to judgement: <strong>Serious risk or Critical risk</strong>" in shown
    assert "from 1.1 Y, 1.2 N, 1.4 N" in shown
    assert "When is which judged?" in shown
    assert "negative controls point strongly" in shown
    assert workflow.submit_assessment(first, mine).submitted_at


def test_outside_of_them_a_reason_is_needed(first: Member, study: Study, key: str) -> None:
    mine = begun(first, study, key, confounding="moderate", **{"1.4": "N"})
    with pytest.raises(BadInput, match="say why it is not “Serious risk or Critical risk”, as proposed"):
        workflow.submit_assessment(first, mine)


def test_two_agree_on_what_is_left_to_them(first: Member, second: Member, study: Study, key: str) -> None:
    workflow.submit_assessment(first, begun(first, study, key, confounding="serious", **UNCONTROLLED))
    critical = UNCONTROLLED | {"overall": "critical"}
    workflow.submit_assessment(second, begun(second, study, key, confounding="critical", **critical))
    shown = page(first, study, key, "bias-agreement")
    assert "Left to judgement: <strong>Serious risk or Critical risk</strong>" in shown
    assert "When is which judged?" in shown
    assert 'value="proposed:confounding" hidden' in shown, "there is nothing to judge as proposed"
    assert 'value="proposed:overall">' in shown
    with pytest.raises(WrongState, match="the replies do not decide this judgement"):
        workflow.choose_domain(first, study, key, "confounding", "proposed")
    second_has_it = Choice(TakenFrom.SECOND)
    workflow.agree_assessment(first, study, {"confounding": second_has_it, "overall": second_has_it}, key)
    agreed = queries.agreed_bias(first.review, key)[study.pk]["confounding"]
    assert (agreed.judgement, agreed.proposal, agreed.departs) == ("critical", "serious or critical", False)


@pytest.mark.parametrize(
    ("judgement", "stored", "told"),
    [("low", "", False), ("low", "low", False), ("low", "high", True), ("low", "serious or critical", True)]
    + [("critical", "serious or critical", False), ("low or unclear", "low or unclear", False)]
    + [("low", "low or unclear", True), ("unclear", "low or unclear", True)],  # the words of one judgement
)
def test_a_stored_proposal_tells_whether_a_judgement_departs_from_it(judgement: str, stored: str, told: bool) -> None:
    assert departs(judgement, stored, {"low", "low or unclear", "unclear", "high", "serious", "critical"}) is told


def test_what_was_submitted_and_signed_before_a_tool_proposed_stays_as_it_was(
    first: Member, second: Member, study: Study, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = TOOLS["robins_i"]
    silent = [
        replace(each, algorithm="", questions=tuple(replace(q, on_demand=False) for q in each.questions))
        for each in now.domains
    ]
    monkeypatch.setitem(TOOLS, "robins_i", replace(now, domains=tuple(silent)))
    unasked = {
        q.id: "NA" for domain in now.domains for q in domain.questions if "NA" in q.replies and q.id not in SOUND
    }
    for member in (first, second):
        mine = begun(member, study, key, confounding="serious", overall="serious", **unasked)
        workflow.submit_assessment(member, mine)
    workflow.agree_assessment(first, study, {}, key)

    monkeypatch.setitem(TOOLS, "robins_i", now)
    assert "as proposed" not in page(first, study, key, "bias-agreement")
    shown = page(first, study, key)
    assert "Nothing is proposed for this domain" in shown
    assert "Moderate risk</strong>" not in shown
    assert queries.agreed_bias(first.review, key)[study.pk]["confounding"].departs is False

    workflow.reopen_assessment_agreement(first, study, key)
    assert "as proposed: no reason" not in page(first, study, key, "bias-agreement")
    with pytest.raises(BadInput, match="Confounding: say why it is not “Moderate risk”, as proposed"):
        workflow.agree_assessment(first, study, {}, key)
    third = Choice(TakenFrom.THIRD, "serious", "Page 2.", "Unmeasured severity")
    assert workflow.agree_assessment(first, study, {"confounding": third}, key).submitted_at
