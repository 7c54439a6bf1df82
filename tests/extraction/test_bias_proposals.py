"""Are judgements that replies leave open left open, and does what was judged before a tool proposed stay as it was?"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from analysis.queries.whole import judgements
from extraction import queries, workflow
from extraction.models import Assessment, Outcome, Study
from extraction.rob import TOOLS
from extraction.rob.designs import Rule
from extraction.rob.replies import departs
from extraction.schema import Choice, TakenFrom
from reviewapp.errors import BadInput, WrongState
from reviewapp.models import Event, Member

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


ROBINS_I = TOOLS["robins_i"]
SILENT = replace(  # as it was before it proposed anything, when every question was asked
    ROBINS_I,
    domains=tuple(
        replace(each, algorithm="", questions=tuple(replace(q, on_demand=False) for q in each.questions))
        for each in ROBINS_I.domains
    ),
)
UNASKED = {q.id: "NA" for each in ROBINS_I.domains for q in each.questions if "NA" in q.replies and q.id not in SOUND}
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
    monkeypatch.setitem(TOOLS, "robins_i", SILENT)
    for member in (first, second):
        mine = begun(member, study, key, confounding="serious", overall="serious", **UNASKED)
        workflow.submit_assessment(member, mine)
    workflow.agree_assessment(first, study, {}, key)

    monkeypatch.undo()
    assert "as proposed" not in page(first, study, key, "bias-agreement")
    shown = page(first, study, key)
    assert "Nothing is proposed for this domain" in shown
    assert "Moderate risk</strong>" not in shown
    assert queries.agreed_bias(first.review, key)[study.pk]["confounding"].departs is False

    workflow.reopen_assessment_agreement(first, study, key)
    assert "as proposed: no reason" not in page(first, study, key, "bias-agreement")
    with pytest.raises(BadInput, match="Confounding: say why it is not “Moderate risk”, as proposed") as refused:
        workflow.agree_assessment(first, study, {}, key)
    assert refused.value.todo == "A reason is given with the judgement, under “Another answer”. Then sign it."
    to_settle = page(first, study, key, "bias-agreement").partition("equal answers, taken over")[0]
    assert 'id="q-confounding"' in to_settle, "it is listed with what is to be settled"
    assert "neither said why it is not as proposed" in to_settle
    assert "1 of the equal ones needs a reason" in to_settle
    third = Choice(TakenFrom.THIRD, "serious", "Page 2.", "Unmeasured severity")
    assert workflow.agree_assessment(first, study, {"confounding": third}, key).submitted_at


def test_what_is_proposed_otherwise_when_it_is_submitted_and_signed_is_in_the_trail(
    first: Member, second: Member, study: Study, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TOOLS, "robins_i", SILENT)
    drafts = {member: begun(member, study, key, **UNASKED) for member in (first, second)}
    monkeypatch.undo()
    for member, mine in drafts.items():
        workflow.submit_assessment(member, mine)
    workflow.agree_assessment(first, study, {}, key)
    events = Event.unblinded.filter(verb__in=["extraction.assessment_submitted", "extraction.assessment_agreed"])
    told = [(each.sealed, each.facts["proposed"]["confounding"]) for each in events.order_by("pk")]
    assert told == [(True, "moderate"), (False, "moderate"), (False, "moderate")]


def test_replies_to_questions_that_are_not_asked_any_more_stay_where_they_were_submitted(
    first: Member, second: Member, study: Study, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TOOLS, "robins_i", SILENT)
    for member in (first, second):
        workflow.submit_assessment(member, begun(member, study, key, **UNASKED | {"2.2": "PY"}))
    monkeypatch.undo()
    shown = page(first, study, key, "bias-agreement")
    agreed = workflow.agree_assessment(first, study, {}, key)
    assert "to which the replies before do not lead" in shown
    assert not agreed.lines.filter(key="2.2", value__isnull=False).exists(), "it does not lead to what is agreed"
    for member in (first, second):
        mine = queries.own(member, Assessment, study, key)
        assert mine is not None
        held = {name: answer.value for name, answer in mine.answers().items()}
        assert held | UNASKED | {"2.2": "PY"} == held
        row = re.search(r'id="id_2.2"[^>]*>', page(member, study, key))
        assert row is not None
        assert "hidden" not in row[0]
        told = [each["judgement"] for each in judgements(member) if each["domain"] == "2.2"]
        assert told == ["PY", "PY"], "both are in the export"
