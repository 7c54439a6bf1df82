"""Does a window that was opened earlier take away nothing that it has not seen: from the plan, the designs, a tool that is built?"""

from __future__ import annotations

import html

import pytest
from django.test import Client

from extraction import queries, workflow
from extraction.forms import ToolForm
from extraction.models import BiasPlan, Outcome, OwnTool, Study
from extraction.rob.designs import Rule
from reviewapp.models import Event, Member
from tests.extraction import build
from tests.extraction.test_bias import browser, url
from tests.extraction.test_own_tools import posted

pytestmark = pytest.mark.django_db


def said(study: Study) -> tuple[str, list[str]]:
    study.refresh_from_db()
    return study.design, [str(each) for each in queries.results_of([study.pk]).get(study.pk, [])]


@pytest.fixture
def others(pair: tuple[Member, Member], study: Study) -> list[Study]:
    return [build.study(pair, label) for label in ("Cooper 2003", "Stein 2006")]


def page_of(*studies: Study) -> dict[str, object]:
    """What a browser sends of these studies on the page of tools, as it was loaded now."""
    data: dict[str, object] = {}
    for study in studies:
        design, _ = said(study)
        results = [each.pk for each in queries.results_of([study.pk]).get(study.pk, [])]
        data |= {f"was:{study.pk}": design, f"had:{study.pk}": results}
        data |= {f"design:{study.pk}": design, f"results:{study.pk}": results}
    return data


def test_the_page_of_tools_says_what_it_shows_of_each_study(first: Member, study: Study, outcome: Outcome) -> None:
    workflow.describe_studies(first, {study.pk: ("parallel", [outcome.pk])})
    text = browser(first).get(url(first, "bias-tools")).content.decode()
    assert f'<input type="hidden" name="was:{study.pk}" value="parallel">' in text
    assert f'<input type="hidden" name="had:{study.pk}" value="{outcome.pk}">' in text


def test_a_window_opened_earlier_leaves_the_studies_that_it_did_not_change(
    first: Member, second: Member, study: Study, others: list[Study], outcome: Outcome
) -> None:
    earlier = page_of(study, *others)
    workflow.describe_studies(second, {study.pk: ("parallel", [outcome.pk])})
    answer = browser(first).post(url(first, "bias-studies"), earlier | {f"design:{others[0].pk}": "cluster"})
    assert answer.status_code == 302
    assert said(study) == ("parallel", ["Secure attachment, after treatment"])
    assert said(others[0]) == ("cluster", [])


def test_a_study_that_two_windows_describe_otherwise_is_not_overwritten(
    first: Member, second: Member, study: Study, others: list[Study], outcome: Outcome
) -> None:
    earlier = page_of(study, *others)
    workflow.describe_studies(second, {study.pk: ("parallel", [outcome.pk])})
    changes = {f"design:{study.pk}": "cluster", f"design:{others[0].pk}": "cluster"}
    answer = browser(first).post(url(first, "bias-studies"), earlier | changes)
    assert answer.status_code == 409
    assert f"changed meanwhile, in another window or by somebody else: {study.label}." in html.unescape(
        answer.content.decode()
    )
    assert said(study) == ("parallel", ["Secure attachment, after treatment"])
    assert said(others[0]) == ("", []), "nothing of the page was stored"
    same = {f"design:{study.pk}": "parallel", f"results:{study.pk}": outcome.pk}
    assert browser(first).post(url(first, "bias-studies"), earlier | same).status_code == 302, "they say the same"


def test_a_plan_made_meanwhile_is_not_replaced_unseen(owner: Member, first: Member) -> None:
    assert (
        '<input type="hidden" name="seen" value="0">' in browser(owner).get(url(owner, "bias-tools")).content.decode()
    )
    workflow.plan_bias(owner, [Rule("rob2_assignment")], "As agreed by telephone")
    answer = browser(owner).post(url(owner, "bias-plan"), {"use:robins_i": "1", "seen": "0"})
    assert answer.status_code == 409
    assert "Version 1 of the plan was made meanwhile by Olga Owner." in html.unescape(answer.content.decode())
    assert BiasPlan.objects.get().note == "As agreed by telephone"
    assert browser(owner).post(url(owner, "bias-plan"), {"use:robins_i": "1", "seen": "1"}).status_code == 302


def test_a_number_too_long_to_be_one_is_none(owner: Member, first: Member, study: Study, outcome: Outcome) -> None:
    long = "9" * 5000
    assert browser(owner).post(url(owner, "bias-plan"), {"use:robins_i": "1", "seen": long}).status_code == 409
    data = page_of(study) | {f"had:{study.pk}": [long], f"results:{study.pk}": [long, outcome.pk]}
    assert browser(first).post(url(first, "bias-studies"), data).status_code == 302
    assert said(study) == ("", ["Secure attachment, after treatment"])


def test_a_tool_built_in_two_windows_loses_nothing_unseen_and_what_was_typed_stays(owner: Member) -> None:
    draft = workflow.begin_tool(owner, "Team tool")
    address, client = url(owner, "tool-draft", draft.tool), browser(owner)
    earlier = posted(draft)
    assert f'name="seen" value="{draft.mark}"' in client.get(address).content.decode()
    client.post(address, earlier | {"dt:1": "Funding", "dq:1": "Who paid?"})
    answer = client.post(address, earlier | {"da:0": "Whether they waited", "use": "1", "note": "Ours"})
    text = html.unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "This draft was changed meanwhile" in text
    assert "Whether they waited" in text
    assert 'value="Ours"' in text
    stored = OwnTool.objects.get()
    assert [each["title"] for each in stored.pack["domains"]] == ["First domain", "Funding"]
    assert stored.used_at is None
    again = read_page(answer, client, address)
    assert again.pack["domains"][0]["about"] == "Whether they waited", "saved again, knowingly"
    before = [event.facts["before"] for event in Event.unblinded.filter(verb="extraction.tool_edited")]
    assert [each["title"] for each in before[-1]["domains"]] == ["First domain", "Funding"], "the trail has the other"


def test_a_builder_told_of_its_form_still_does_not_know_of_a_change_that_it_was_not_told(owner: Member) -> None:
    draft = workflow.begin_tool(owner, "Team tool")
    address, client = url(owner, "tool-draft", draft.tool), browser(owner)
    earlier = posted(draft) | {"seen": draft.mark}
    client.post(address, earlier | {"dt:1": "Funding"})
    told = client.post(address, earlier | {"name": ""})
    assert told.status_code == 422
    assert f'name="seen" value="{draft.mark}"' in told.content.decode()
    corrected = client.post(address, earlier | {"seen": told.context["seen"]})
    assert corrected.status_code == 409
    assert [each["title"] for each in OwnTool.objects.get().pack["domains"]] == ["First domain", "Funding"]


def read_page(answer: object, client: Client, address: str) -> OwnTool:
    """Save again from the page of a refusal, as a browser does; the draft."""
    mark = answer.context["draft"].mark
    form: ToolForm = answer.context["form"]
    shown = OwnTool(pack=form.pack)
    assert client.post(address, posted(shown) | {"seen": mark}).status_code == 302
    return OwnTool.objects.get()


def test_a_window_opened_before_a_tool_had_a_new_version_says_what_is_not_saved_any_more(
    owner: Member, first: Member, study: Study
) -> None:
    used = workflow.use_tool(owner, workflow.begin_tool(owner, "Team tool"))
    workflow.plan_bias(owner, [Rule(used.tool)])
    begun = workflow.start_assessment(first, study, used.tool)
    workflow.save_judgements(first, begun, {"first": "low"}, {"first": "Told on page 3"})
    draft = workflow.change_tool(owner, used.tool)
    domains = [{"id": "funding", "title": "Funding"}]
    workflow.use_tool(owner, workflow.save_tool(owner, draft, draft.pack | {"domains": domains}), "Other domains")
    address, client = url(first, "bias", study.pk, used.tool), browser(first)
    script = {"Accept": "application/json"}
    sent = {"version": "1", "first": "high", "known:first": "low"}
    refused = client.post(address, sent, headers=script)
    assert refused.status_code == 409
    assert "Not saved: what was said under “first”. The tool has a new version" in refused.json()["refused"]
    for name in ("source:first", "quote:first"):
        assert client.post(address, {"version": "1", name: "Told on page 4"}, headers=script).status_code == 409
    same = {"version": "1", "first": "low", "source:first": "Told on page 3", "page:first": "", "funding": "high"}
    assert client.post(address, same, headers=script).status_code == 200, "what stands there is not lost"
    text = html.unescape(client.get(address).content.decode())
    assert "Kept aside: 1 answer to what the tool does not ask now" in text
    assert "low Told on page 3" in text
    told = client.post(address, sent | {"funding": "low"}, follow=True).content.decode()
    assert "Not saved: what was said under “first”" in html.unescape(told)


def test_a_judgement_that_is_ticked_as_still_right_which_no_page_offers_changes_nothing(
    first: Member, study: Study
) -> None:
    begun = workflow.start_assessment(first, study)
    domain = queries.tool_for(begun).domains[0].id
    workflow.save_judgements(first, begun, {domain: "low"}, {domain: "Told on page 3"})
    sent = {f"confirm:{domain}": "1", "version": "1"}
    assert browser(first).post(url(first, "bias", study.pk, begun.tool), sent).status_code == 302
    assert queries.own_assessment(first, study).version == 1
