"""Is risk of bias judged with the tools that the review chose, result by result, and do two assessments become one?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from extraction import queries, workflow
from extraction.models import AssessedResult, Assessment, BiasPlan, Outcome, Study
from extraction.rob.designs import Rule
from extraction.schema import Choice, TakenFrom
from reviewapp.errors import BadInput, NotHere, Refused, WrongState
from reviewapp.models import Event, Member
from tests.extraction import build

pytestmark = pytest.mark.django_db

FIRST, SECOND = Choice(TakenFrom.FIRST), Choice(TakenFrom.SECOND)


@pytest.fixture
def rob2(owner: Member, first: Member, study: Study, outcome: Outcome) -> str:
    return build.rob2_for(owner, first, [study], outcome)


def names(member: Member, study: Study) -> list[str]:
    [found] = queries.appraised(member, [queries.study(member, study.pk)])
    return [each.judged.name for each in found.appraisals]


def url(member: Member, name: str, *args: object) -> str:
    return reverse(f"extraction:{name}", args=[member.review.slug, *args])


def browser(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def send(member: Member, name: str, *args: object, **data: object) -> dict[str, object]:
    """What a script is answered that sends some fields."""
    answer = browser(member).post(url(member, name, *args), data, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


# --- which tools ---------------------------------------------------------------------------------------------------


def test_a_review_begins_with_rob_1_for_every_study(first: Member, study: Study) -> None:
    assert names(first, study) == ["RoB 1"]
    assert BiasPlan.objects.count() == 0


def test_tools_follow_the_design_and_the_results_that_are_chosen(
    owner: Member, first: Member, study: Study, outcome: Outcome
) -> None:
    workflow.plan_bias(owner, [Rule("rob2_assignment", ("parallel",)), Rule("rob2_cluster", ("cluster",))], "Protocol")
    assert names(first, study) == []
    depression = build.outcome(first, "Depression")
    workflow.describe_studies(first, {study.pk: ("parallel", [outcome.pk, depression.pk])})
    assert names(first, study) == [
        "RoB 2 (effect of assignment): Secure attachment, after treatment",
        "RoB 2 (effect of assignment): Depression, after treatment",
    ]
    workflow.describe_studies(first, {study.pk: ("cluster", [outcome.pk])})
    assert names(first, study) == [
        "RoB 2 for cluster-randomised trials (effect of assignment): Secure attachment, after treatment"
    ]


def test_each_version_of_the_plan_is_kept_with_who_and_why(owner: Member) -> None:
    workflow.plan_bias(owner, [Rule("rob1"), Rule("quadas2", ("diagnostic",))], "Two kinds of studies")
    workflow.plan_bias(owner, [Rule("robins_i")])
    plans = queries.bias_plans(owner.review_id)
    assert [plan.number for plan in plans] == [2, 1, 0]
    assert plans[1].row.note == "Two kinds of studies"
    events = Event.unblinded.filter(verb="extraction.bias_planned").order_by("pk")
    assert [event.facts["number"] for event in events] == [1, 2]
    assert events[1].facts["before"] == [
        {"tool": "rob1", "designs": []},
        {"tool": "quadas2", "designs": ["diagnostic"]},
    ]


def test_the_same_plan_sent_twice_is_one_version(owner: Member) -> None:
    for _ in range(2):
        workflow.plan_bias(owner, [Rule("robins_i")])
    assert BiasPlan.objects.count() == 1


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([], "with one tool at least"),
        ([Rule("rob9")], "no risk-of-bias tool “rob9”"),
        ([Rule("rob1", ("survey",))], "“survey” is no design"),
        ([Rule("rob1"), Rule("rob1", ("cluster",))], "A tool is there twice"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_words(rules: list[Rule], told: str, owner: Member) -> None:
    with pytest.raises(BadInput, match=told):
        workflow.plan_bias(owner, rules)


def test_only_an_owner_chooses_the_tools(first: Member) -> None:
    with pytest.raises(Refused):
        workflow.plan_bias(first, [Rule("robins_i")])


def test_designs_and_results_are_said_and_taken_back(first: Member, study: Study, outcome: Outcome) -> None:
    assert workflow.describe_studies(first, {study.pk: ("parallel", [outcome.pk])}) == 1
    assert workflow.describe_studies(first, {study.pk: ("parallel", [outcome.pk])}) == 0
    assert workflow.describe_studies(first, {study.pk: ("", [])}) == 1
    assert AssessedResult.objects.get().undone_at is not None
    chosen = [event.facts for event in Event.unblinded.filter(verb="extraction.results_chosen").order_by("pk")]
    assert [len(facts["added"]) for facts in chosen] == [1, 0]
    with pytest.raises(BadInput, match="is no design"):
        workflow.describe_studies(first, {study.pk: ("survey", [])})
    with pytest.raises(NotHere):
        workflow.describe_studies(first, {study.pk: ("parallel", [10**6])})


def test_what_was_judged_stays_when_the_plan_no_longer_asks_for_it(
    owner: Member, first: Member, second: Member, study: Study
) -> None:
    build.assessed(first, study)
    workflow.plan_bias(owner, [Rule("robins_i")])
    [mine] = queries.appraised(first, [queries.study(first, study.pk)])[0].appraisals
    assert (mine.judged.key, mine.planned, mine.state) == ("rob1", False, "waiting")
    assert names(second, study) == [], "what another has judged alone is not told by the plan either"
    with pytest.raises(WrongState, match="does not ask for this assessment"):
        workflow.start_assessment(second, study, "rob1")


@pytest.mark.parametrize("key", ["rob2_assignment", "rob2_assignment-x", "rob2_assignment-01", "rob1-1", "rob9"])
def test_a_key_that_names_no_result_of_the_tool_is_not_there(key: str, first: Member, rob2: str) -> None:
    with pytest.raises(NotHere):
        queries.judged(first, key)


# --- one assessment ------------------------------------------------------------------------------------------------


def test_proposal_and_choice_are_both_kept(first: Member, study: Study, rob2: str) -> None:
    begun = build.begun(first, study, rob2, {"1.2": "N", "randomisation": "some concerns"})
    line = begun.lines.get(key="randomisation")
    assert (line.proposal, line.value) == ("high", "some concerns")
    assert begun.lines.get(key="overall").proposal == "some concerns", "it follows from what was chosen"
    saved = Event.unblinded.filter(verb="extraction.assessment_saved").last()
    assert saved.facts["proposed"]["randomisation"] == "high"


def test_a_departure_needs_a_reason_and_a_judgement_its_support(first: Member, study: Study, rob2: str) -> None:
    begun = build.begun(first, study, rob2, {"1.2": "N", "overall": "high"}, support="")
    with pytest.raises(BadInput) as refusal:
        workflow.submit_assessment(first, begun)
    assert "Randomisation process: write what supports this judgement." in refusal.value.message
    assert "Randomisation process: say why it is not “High risk of bias”, as proposed." in refusal.value.message
    assert "Overall: say why it is not “Low risk of bias”, as proposed." in refusal.value.message
    whys = {"randomisation.why": "The sequence was central", "overall.why": "Several small doubts"}
    saved = workflow.save_judgements(first, begun, whys, dict.fromkeys(build.ROB2_DOMAINS, "Page 3."))
    assert workflow.submit_assessment(first, saved).submitted_at


def test_a_question_to_which_the_replies_lead_has_to_be_answered(first: Member, study: Study, rob2: str) -> None:
    begun = build.begun(first, study, rob2, {"3.1": "N"})
    with pytest.raises(BadInput, match=r"question 3\.2 is not answered"):
        workflow.submit_assessment(first, begun)
    begun = workflow.save_judgements(first, begun, {"3.2": "Y"})
    assert workflow.submit_assessment(first, begun).submitted_at


def test_one_study_has_an_assessment_for_each_result(
    owner: Member, first: Member, study: Study, outcome: Outcome
) -> None:
    other = build.outcome(first, "Depression")
    build.rob2_for(owner, first, [study], outcome)
    workflow.describe_studies(first, {study.pk: ("parallel", [outcome.pk, other.pk])})
    for each in (outcome, other):
        build.judged(first, study, f"rob2_assignment-{each.pk}")
    assert Assessment.unblinded.count() == 2


# --- agreement -----------------------------------------------------------------------------------------------------


def test_two_assessments_are_compared_by_question_and_judgement(
    first: Member, second: Member, study: Study, rob2: str
) -> None:
    build.judged(first, study, rob2)
    build.judged(second, study, rob2, {"3.1": "N", "3.2": "N", "3.3": "N", "4.3": "Y", "4.4": "N"})
    found = queries.bias_agreement(first, study, rob2)
    assert {pair.field.key for pair in found.pairs if pair.needs_choice} == {"3.1", "3.2", "3.3", "4.3", "4.4"}
    assert {pair.field.key for pair in found.differences} == {"3.1", "4.3"}, (
        "the others follow from what is chosen there"
    )
    with pytest.raises(BadInput, match=r"\? Choose one of the answers"):
        workflow.agree_assessment(first, study, {}, rob2)
    choices = {"3.1": SECOND, "3.2": SECOND, "3.3": SECOND, "4.3": FIRST, "4.4": FIRST}
    agreed = workflow.agree_assessment(first, study, choices, rob2)
    assert agreed.lines.get(key="missing_data").proposal == "low"
    judged = queries.agreed_bias(first.review, rob2)[study.pk]
    assert set(judged) == {*build.ROB2_DOMAINS, "overall"}


def test_an_agreed_departure_keeps_the_reason_of_whose_judgement_was_taken(
    first: Member, second: Member, study: Study, rob2: str
) -> None:
    differing = {"1.2": "N", "randomisation": "some concerns", "randomisation.why": "Likely central"}
    build.judged(first, study, rob2, differing)
    build.judged(second, study, rob2)
    choices = {"1.2": FIRST, "randomisation": FIRST, "overall": FIRST}
    agreed = workflow.agree_assessment(second, study, choices, rob2)
    assert agreed.lines.get(key="randomisation.why").value == "Likely central"
    assert agreed.lines.get(key="randomisation").proposal == "high"


def test_judgements_that_the_agreed_replies_do_not_propose_need_a_reason(
    first: Member, second: Member, study: Study, rob2: str
) -> None:
    build.judged(first, study, rob2, {"1.2": "NI", "1.3": "Y", "randomisation": "high"})
    build.judged(second, study, rob2)
    choices = {"1.2": FIRST, "1.3": FIRST, "randomisation": SECOND, "overall": SECOND}
    with pytest.raises(BadInput, match="say why it is not “High risk of bias”, as proposed"):
        workflow.agree_assessment(first, study, choices, rob2)
    third = Choice(TakenFrom.THIRD, "low", "Page 2.", "The authors told us")
    agreed = workflow.agree_assessment(first, study, choices | {"randomisation": third}, rob2)
    assert agreed.lines.get(key="randomisation.why").value == "The authors told us"


def test_a_page_that_is_not_signed_for_want_of_a_reason_comes_back_with_what_is_chosen(
    first: Member, second: Member, study: Study, rob2: str
) -> None:
    build.judged(first, study, rob2, {"1.2": "NI", "1.3": "Y", "randomisation": "high"})
    build.judged(second, study, rob2)
    chosen = {"take:1.2": "first", "take:1.3": "first", "take:randomisation": "second", "take:overall": "second"}
    answer = browser(first).post(url(first, "bias-agreement", study.pk, rob2), chosen)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#q-randomisation">Randomisation process: say why it is not “High risk of bias”, as proposed.' in text
    assert "A reason is given with the judgement, under “Another answer”." in text
    assert 'name="take:randomisation" value="second" checked' in text
    assert queries.bias_agreement(first, study, rob2).signed is None


def test_a_question_to_which_the_agreed_replies_lead_has_to_be_answered(
    first: Member, second: Member, study: Study, rob2: str
) -> None:
    for member in (first, second):
        build.judged(member, study, rob2)
    third = Choice(TakenFrom.THIRD, "N", "", "Nobody knows how many were lost")
    with pytest.raises(BadInput, match=r"question 3\.2 is not answered"):
        workflow.agree_assessment(first, study, {"3.1": third}, rob2)
    answered = {"3.1": third, "3.2": Choice(TakenFrom.THIRD, "Y", "", "Told in the letter")}
    assert workflow.agree_assessment(first, study, answered, rob2).submitted_at


LOST = {"3.1": "N", "3.2": "N", "3.3": "Y", "3.4": "N", "missing_data": "some concerns"}


def test_a_reply_to_which_the_chosen_ones_do_not_lead_needs_no_choice_and_is_not_agreed(
    first: Member, second: Member, study: Study, rob2: str
) -> None:
    build.judged(first, study, rob2, LOST)
    build.judged(second, study, rob2)
    workflow.choose_domain(first, study, rob2, "missing_data", "first")
    workflow.choose_domain(second, study, rob2, "missing_data", "second")  # they come to another view
    agreed = workflow.agree_assessment(first, study, {"overall": SECOND}, rob2)
    said = {line.key: line.value for line in agreed.lines.filter(key__startswith="3.")}
    assert said == {"3.1": "Y", "3.2": None, "3.3": None, "3.4": None}
    assert Event.unblinded.filter(verb="extraction.assessment_chosen").count() == 2, (
        "who chose what before is in the trail"
    )


def test_a_domain_is_settled_in_one_step_as_one_author_has_it_or_as_proposed(
    first: Member, second: Member, study: Study, rob2: str
) -> None:
    build.judged(first, study, rob2, LOST | {"missing_data": "high", "missing_data.why": "Many are gone"})
    build.judged(second, study, rob2, {"1.2": "NI", "randomisation": "some concerns"})
    address = url(first, "bias-agreement", study.pk, rob2)
    text = browser(first).get(address).content.decode()
    assert text.count('name="domain" value="first:') == 2, "where more than one answer differs"
    for key, hidden in (("3.1", False), ("3.2", True), ("3.4", True)):
        assert (f'data-choose="{key}" hidden' in text) is hidden
    with pytest.raises(WrongState, match="Missing outcome data: nothing is proposed yet"):
        workflow.choose_domain(first, study, rob2, "missing_data", "proposed")
    with pytest.raises(BadInput, match="no domain"):
        workflow.choose_domain(first, study, rob2, "weather", "first")
    post = {
        "take:1.2": "second",
        "take:randomisation": "third",
        "domain": "first:missing_data",
    }  # a third answer without a reason
    answer = browser(first).post(address, post)
    assert answer.url.endswith("#d-missing_data")
    for domain in ("missing_data", "randomisation", "overall"):
        workflow.choose_domain(second, study, rob2, domain, "proposed")
    agreed = workflow.agree_assessment(first, study, {}, rob2)
    lines = {line.key: line for line in agreed.lines.all()}
    assert [lines[key].value for key in ("3.4", "missing_data", "1.2", "randomisation")] == [
        "N",
        "some concerns",
        "NI",
        "some concerns",
    ]
    assert (lines["missing_data"].taken_from, lines["missing_data"].text) == ("third", "Page 2.")
    assert "missing_data.why" not in lines, "it is judged as proposed now"
    assert lines["overall"].value == "some concerns"


def test_a_domain_is_judged_as_proposed_of_what_was_settled_before_a_reopening(
    client: Client, first: Member, second: Member, study: Study, rob2: str
) -> None:
    build.judged(first, study, rob2)
    build.judged(second, study, rob2, {"3.1": "N", "3.2": "Y"})
    sides = {key: Choice(TakenFrom.SECOND) for key in ("3.1", "3.2")}
    workflow.agree_assessment(first, study, sides, rob2)
    workflow.reopen_assessment_agreement(first, study, rob2)
    client.force_login(first.user)
    address = reverse("extraction:bias-agreement", args=[first.review.slug, study.pk, rob2])
    text = client.get(address).content.decode()
    seen = dict(re.findall(r'name="(seen:[^"]+)" value="([^"]*)"', text))
    sent = seen | {"take:3.1": "second", "take:3.2": "second", "domain": "proposed:missing_data"}
    answer = client.post(address, sent, follow=True)
    assert answer.status_code == 200, answer.content.decode().partition("<main")[2][:900]
    begun = Assessment.unblinded.standing().get(study=study, agreed=True)
    assert {"3.1", "3.2"} <= {line.key for line in begun.lines.all()}


def test_a_third_judgement_on_the_page_keeps_its_place_in_the_report(
    first: Member, second: Member, study: Study, rob2: str
) -> None:
    build.judged(first, study, rob2, {"1.2": "NI", "randomisation": "some concerns"})
    build.judged(second, study, rob2)
    third = {"take": "third", "value": "high", "text": "Seen.", "reason": "Letter", "page": "3", "quote": "by date"}
    kept = {f"{name}:randomisation": value for name, value in third.items()}
    send(first, "bias-agreement", study.pk, rob2, **{"save": "choices"} | kept)
    line = queries.bias_agreement(first, study, rob2).made["randomisation"]
    assert (line.value, line.place.page, line.place.quote) == ("high", 3, "by date")


def test_reopened_it_keeps_the_former_one_as_a_version(first: Member, second: Member, study: Study, rob2: str) -> None:
    for member in (first, second):
        build.judged(member, study, rob2)
    workflow.agree_assessment(first, study, {}, rob2)
    workflow.reopen_assessment_agreement(second, study, rob2)
    assert queries.agreed_bias(first.review, rob2) == {}
    workflow.agree_assessment(second, study, {}, rob2)
    assert len(queries.bias_agreement(first, study, rob2).reopened) == 1


# --- pages ---------------------------------------------------------------------------------------------------------


def test_a_judgement_can_be_taken_back_on_the_page(client: Client, first: Member, study: Study, rob2: str) -> None:
    build.begun(first, study, rob2, {})
    client.force_login(first.user)
    address = reverse("extraction:bias", args=[first.review.slug, study.pk, rob2])
    choice = '<input class="btn-check" type="radio" name="missing_data" id="id_missing_data_none" value=""{}>'
    assert choice.format("") in client.get(address).content.decode()
    client.post(address, {"missing_data": "", "version": 99})
    assert queries.own_assessment(first, study, rob2).answers()["missing_data"].value is None
    assert choice.format(" checked") in client.get(address).content.decode()


def test_a_saved_reply_is_answered_with_the_proposal_and_the_questions_that_follow(
    first: Member, study: Study, rob2: str
) -> None:
    workflow.start_assessment(first, study, rob2)
    answer = send(first, "bias", study.pk, rob2, **{"version": 0, "3.1": "N"})
    assert answer["shown"]["3.2"] is True
    assert answer["shown"]["3.3"] is False
    assert "it waits for question 3.2" in answer["parts"]["proposed_missing_data"]
    answer = send(first, "bias", study.pk, rob2, **{"version": answer["version"], "3.2": "Y", "missing_data": "high"})
    assert "Low risk of bias" in answer["parts"]["proposed_missing_data"]
    assert "3.1 N, 3.2 Y" in answer["parts"]["proposed_missing_data"]
    assert answer["shown"]["missing_data.why"] is True
    answer = send(first, "bias", study.pk, rob2, **{"version": 0, "3.1": "Q"})
    assert "is not one of its answers" in answer["told"]["3.1"]


def test_a_choice_on_the_agreement_page_is_answered_with_what_is_proposed_then(
    first: Member, second: Member, study: Study, rob2: str
) -> None:
    build.judged(first, study, rob2, {"1.2": "N", "randomisation": "high"})
    build.judged(second, study, rob2)
    answer = send(first, "bias-agreement", study.pk, rob2, **{"save": "choices", "take:1.2": "first"})
    assert answer["kept"] == ["1.2"]
    assert "High risk of bias" in answer["proposed"]["randomisation"]


def test_support_with_its_quote_comes_back_on_the_agreement_page(
    first: Member, second: Member, study: Study, rob2: str
) -> None:
    workflow.start_assessment(first, study, rob2)
    quoted = {"source:randomisation": "Drawn by lots", "page:randomisation": "4", "quote:randomisation": "we drew lots"}
    send(first, "bias", study.pk, rob2, version=0, randomisation="low", **quoted)
    build.judged(first, study, rob2, {"1.3": "PN"}, support="Drawn by lots")
    build.judged(second, study, rob2)
    text = browser(second).get(url(second, "bias-agreement", study.pk, rob2)).content.decode()
    assert "we drew lots" in text
    assert "Result judged: Secure attachment, after treatment" in text


def test_tools_designs_and_results_are_chosen_on_one_page(
    owner: Member, first: Member, study: Study, outcome: Outcome
) -> None:
    data = {
        "use:rob2_assignment": "1",
        "for:rob2_assignment": ["parallel", "other"],
        "note": "As the protocol says",
        "seen": "0",
    }
    assert browser(owner).post(url(owner, "bias-plan"), data).status_code == 302
    text = browser(first).get(url(first, "bias-tools")).content.decode()
    assert "As the protocol says" in text
    assert "Another design" in text
    browser(first).post(
        url(first, "bias-studies"), {f"design:{study.pk}": "parallel", f"results:{study.pk}": outcome.pk}
    )
    text = browser(first).get(url(first, "bias-tools")).content.decode()
    assert "RoB 2 (effect of assignment): Secure attachment, after treatment" in text


@pytest.mark.parametrize("tool", ["rob1", "rob2_crossover", "robins_i", "quadas2", "nos_cohort"])
def test_what_a_tool_asks_can_be_read(tool: str, first: Member) -> None:
    assert "Tools for risk of bias" in browser(first).get(url(first, "bias-tool", tool)).content.decode()


def test_pages_take_as_many_queries_for_three_studies_and_results_as_for_one(
    owner: Member,
    first: Member,
    second: Member,
    study: Study,
    outcome: Outcome,
    pair: tuple[Member, Member],
    django_assert_num_queries: Callable[..., object],
) -> None:
    key = build.rob2_for(owner, first, [study], outcome)
    build.judged(first, study, key)
    client = browser(first)
    counted = {}
    for name in ("bias-tools", "studies"):
        with CaptureQueriesContext(connection) as one:
            client.get(url(first, name))
        counted[name] = len(one)
    others = [build.study(pair, label) for label in ("Cooper 2003", "Stein 2006")]
    more = build.outcome(first, "Depression")
    said = {each.pk: ("parallel", [outcome.pk, more.pk]) for each in [study, *others]}
    workflow.describe_studies(first, said)
    for each in others:
        for member in (first, second):
            build.judged(member, each, key)
    for name, count in counted.items():
        with django_assert_num_queries(count):
            client.get(url(first, name))


def test_nobody_sees_of_the_others_assessment_until_both_are_in(
    first: Member, second: Member, study: Study, rob2: str
) -> None:
    pages = [("studies",), ("study", study.pk), ("bias-tools",), ("bias", study.pk, rob2)]
    pages += [("bias-agreement", study.pk, rob2)]

    def seen() -> list[str]:
        texts = [browser(second).get(url(second, *each)).content.decode() for each in pages]
        return [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", each.partition("<main")[2]) for each in texts]

    before = seen()
    build.judged(first, study, rob2, {"1.2": "N", "randomisation": "high"})
    assert seen() == before


def test_each_domain_of_an_assessment_has_a_heading_to_go_by(first: Member, study: Study, rob2: str) -> None:
    build.begun(first, study, rob2)
    text = browser(first).get(url(first, "bias", study.pk, rob2)).content.decode()
    heads = re.findall(r'<legend><h2 class="of-legend">([^<]+)</h2></legend>', text)
    assert heads[0] == "Randomisation process"
    assert heads[-1] == "Overall"
