"""Does a team make, bring and change a tool of its own, and does what was judged stay on the version that it was judged by?"""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from analysis.queries.conduct import judgements_supported
from extraction import queries, workflow
from extraction.forms import ToolForm
from extraction.models import OwnTool, Study
from extraction.rob import TOOLS, BadPack
from extraction.rob.designs import Rule
from extraction.rob.own import read_own, starting, to_pack, write
from reviewapp.errors import BadFile, BadInput, NotHere, Refused, WrongState
from reviewapp.models import Event, Member


def pack(**changes: Any) -> dict[str, Any]:
    return {**starting("team_tool", "Team tool"), **changes}


def domain(**changes: Any) -> dict[str, Any]:
    return {"id": "sample", "title": "Sample", **changes}


# --- packs, pure -----------------------------------------------------------------------------------------------------


@pytest.mark.pure
@pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.id)
def test_every_tool_is_the_same_after_being_written_and_read(tool: Any) -> None:
    assert read_own(write(tool)) == tool


@pytest.mark.pure
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"id": "Team tool"}, "cannot be a tool's id"),
        ({"domains": [domain(id="over/all")]}, "cannot be an id"),
        ({"domains": [domain(id="overall")]}, "cannot be an id"),
        ({"domains": [domain(id="a.why")]}, "cannot be an id"),
        ({"judgements": [{"value": "a", "label": "A"}] * 2}, "needs two different judgements"),
        ({"judgements": [{"value": "a" * 41, "label": "A"}, {"value": "b", "label": "B"}]}, "more than 40 characters"),
        ({"judgements": [{"value": "a", "label": "A", "tone": "pink"}, {"value": "b", "label": "B"}]}, "“tone” must be"),
        ({"overall": "stars"}, "The rule “stars” for the judgement over all does not know"),
        ({"overall": "robins_i"}, "The rule “robins_i” for the judgement over all does not know"),
        ({"domains": [domain(algorithm="rob2/randomisation")]}, "its algorithm asks question 1.2, which is not there"),
        (
            {"domains": [domain(algorithm="quadas2/index-test", questions=[
                {"id": "2.1", "text": "?", "replies": "Y N"}, {"id": "2.2", "text": "?", "replies": "Y N"},
            ], judgements=[{"value": "low", "label": "L"}, {"value": "bad", "label": "B"}])], "overall": ""},
            "its algorithm proposes “high”, which is no judgement here",
        ),
    ],
)  # fmt: skip
def test_a_pack_that_could_not_be_used_is_refused_in_words(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(BadPack, match=told):
        read_own(json.dumps(pack(**changes)))


@pytest.mark.pure
def test_a_pack_whose_algorithm_cannot_be_tried_on_every_way_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    given = write(TOOLS["rob2_assignment"])
    read_own(given)
    monkeypatch.setattr("extraction.rob.own.MOST", 50)
    with pytest.raises(BadPack, match="“.+”: there are too many ways through its algorithm"):
        read_own(given)


@pytest.mark.pure
def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(BadPack, match="not UTF-8"):
        read_own(b"\xff\xfe")
    with pytest.raises(BadPack, match="at most"):
        read_own(b" " * 600_000)
    for lost in ("\0", "\ud800"):
        with pytest.raises(BadPack, match="cannot be kept"):
            read_own(json.dumps(pack(name=f"Ours{lost}")))


# --- verbs -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def own(owner: Member) -> OwnTool:
    """A tool of the review, in use for every study."""
    used = workflow.use_tool(owner, workflow.begin_tool(owner, "Team tool"))
    workflow.plan_bias(owner, [Rule(used.tool)])
    return used


def judge(member: Member, study: Study, **answers: str) -> Any:
    begun = workflow.start_assessment(member, study, "team_tool")
    said = {"first": "low", "overall": "low"} | answers
    return workflow.submit_assessment(
        member, workflow.save_judgements(member, begun, said, dict.fromkeys(said, "p. 2"))
    )


@pytest.mark.django_db
def test_a_tool_of_the_team_is_judged_with_and_agreed(
    owner: Member, first: Member, second: Member, study: Study, own: OwnTool
) -> None:
    for member in (first, second):
        judge(member, study)
    workflow.agree_assessment(first, study, {}, "team_tool")
    assert queries.agreed_bias(owner.review, "team_tool")[study.pk]["first"].judgement == "low"
    verbs = Event.unblinded.filter(verb__startswith="extraction.tool_").values_list("verb", flat=True)
    assert list(verbs.order_by("pk")) == ["extraction.tool_begun", "extraction.tool_used"]


@pytest.mark.django_db
def test_what_is_submitted_stays_on_its_version_and_what_is_open_asks_by_the_new_one(
    owner: Member, first: Member, second: Member, study: Study, own: OwnTool
) -> None:
    mine = judge(first, study)
    opened = workflow.start_assessment(second, study, "team_tool")
    draft = workflow.change_tool(owner, "team_tool")
    wider = {**draft.pack, "domains": [*draft.pack["domains"], {"id": "funding", "title": "Funding"}]}
    workflow.use_tool(owner, workflow.save_tool(owner, draft, wider), "The funder asks for it")
    mine.refresh_from_db()
    assert [domain.id for domain in queries.tool_for(mine).domains] == ["first"]
    assert [domain.id for domain in queries.tool_for(opened).domains] == ["first", "funding"]
    address = reverse("extraction:bias", args=[second.review.slug, study.pk, "team_tool"])
    client = Client()

    def told_of_it(member: Member) -> bool:
        client.force_login(member.user)
        text = client.get(address).content.decode()
        return bool(
            re.search("Version 2 of the tool came into use on .*, after you began: The funder asks for it", text)
        )

    assert told_of_it(second)
    assert not told_of_it(first), "what is submitted is not asked by it"
    judge(second, study, funding="high", overall="high")
    found = queries.bias_agreement(first, study, "team_tool")
    assert {pair.field.key: str(pair.match) for pair in found.differences} == {
        "funding": "only_second",
        "overall": "different",
    }


@pytest.mark.django_db
def test_a_draft_is_discarded_and_brought_back(owner: Member, own: OwnTool) -> None:
    draft = workflow.change_tool(owner, "team_tool")
    workflow.drop_tool(owner, draft)
    with pytest.raises(NotHere):
        queries.tool_draft(owner, "team_tool")
    workflow.restore_tool(owner, queries.dropped_tool(owner, "team_tool"))
    assert queries.tool_draft(owner, "team_tool").number == 2
    workflow.use_tool(owner, draft)
    with pytest.raises(WrongState):
        workflow.use_tool(owner, draft)


@pytest.mark.django_db
def test_a_discarded_draft_does_not_come_back_behind_a_newer_one(owner: Member, own: OwnTool) -> None:
    former = workflow.drop_tool(owner, workflow.change_tool(owner, "team_tool"))
    workflow.use_tool(owner, workflow.change_tool(owner, "team_tool"))
    with pytest.raises(WrongState, match="has been changed since"):
        workflow.restore_tool(owner, former)


@pytest.mark.django_db
def test_a_file_is_a_new_tool_or_the_next_version_of_ones_own(owner: Member, own: OwnTool) -> None:
    brought = workflow.import_tool(owner, "other.json", json.dumps(pack(id="other")).encode())
    assert (brought.tool, brought.number) == ("other", 1)
    following = workflow.import_tool(owner, "team.json", json.dumps(pack(name="Team tool, second")).encode())
    assert (following.tool, following.number) == ("team_tool", 2)
    with pytest.raises(BadFile, match="“rob1” is the id of a tool that is there already"):
        workflow.import_tool(owner, "rob1.json", write(TOOLS["rob1"]).encode())
    with pytest.raises(BadFile, match="bad.json: Line 1: this is not JSON"):
        workflow.import_tool(owner, "bad.json", b"{")


@pytest.mark.django_db
def test_two_tools_of_one_name_have_two_ids_and_only_an_owner_makes_them(owner: Member, first: Member) -> None:
    ids = [workflow.begin_tool(owner, name).tool for name in ("Team tool", "Team tool", "7 domains", "RoB1")]
    assert ids == ["team_tool", "team_tool_2", "tool_7_domains", "rob1_2"]
    with pytest.raises(Refused):
        workflow.begin_tool(first, "Mine")
    with pytest.raises(BadInput, match="needs a name"):
        workflow.begin_tool(owner, " ")


@pytest.mark.django_db
def test_two_tools_of_one_long_name_that_begins_with_a_digit_have_ids_that_can_be_stored(owner: Member) -> None:
    ids = [workflow.begin_tool(owner, "2024 checklist of our group").tool for _ in range(2)]
    assert len(set(ids)) == 2
    assert all(read_own(json.dumps(starting(id, "Checklist"))).id == id for id in ids)


@pytest.mark.django_db
def test_a_tool_in_use_goes_on_judging_what_it_judged(owner: Member, first: Member, study: Study, own: OwnTool) -> None:
    judge(first, study)
    draft = workflow.change_tool(owner, "team_tool")
    with pytest.raises(BadInput, match="judges studies"):
        workflow.save_tool(owner, draft, {**draft.pack, "unit": "result"})
    workflow.drop_tool(owner, draft)
    with pytest.raises(BadFile, match="team.json: “Team tool” judges studies"):
        workflow.import_tool(owner, "team.json", json.dumps(pack(unit="result")).encode())
    begun = workflow.change_tool(owner, "team_tool")
    OwnTool.objects.filter(pk=begun.pk).update(pack=begun.pack | {"unit": "result"})  # a draft that was stored before
    with pytest.raises(WrongState, match="judges studies"):
        workflow.use_tool(owner, begun)
    assert queries.judged(first, "team_tool").tool.unit == "study"


# --- the builder -----------------------------------------------------------------------------------------------------


def posted(draft: OwnTool) -> dict[str, str]:
    """What a browser sends of the page as it is."""
    form = ToolForm(draft.pack)
    data = {name: form.stored.get(name, "") for name in ("name", "source", "about", "overall")} | {"seen": draft.mark}
    data["unit"] = form.stored.get("unit", "study")
    for row in form.judgements():
        data |= {f"jv:{row.n}": row.value, f"jl:{row.n}": row.label, f"js:{row.n}": row.sign, f"jt:{row.n}": row.tone}
    for row in form.domains():
        data |= {
            f"di:{row.n}": row.id,
            f"dt:{row.n}": row.title,
            f"da:{row.n}": row.about,
            f"dq:{row.n}": row.questions,
            f"dc:{row.n}": row.criteria,
        }
        data[f"dp:{row.n}"] = str(row.n + 1)
    return data


@pytest.mark.django_db
@pytest.mark.parametrize("tool", ["rob2_assignment", "robins_i"])
def test_the_builder_keeps_what_it_does_not_show(owner: Member, tool: str) -> None:
    wanted = to_pack(TOOLS[tool]) | {"id": "our_rob2"}
    draft = workflow.import_tool(owner, "our.json", json.dumps(wanted).encode())
    client = Client()
    client.force_login(owner.user)
    address = reverse("extraction:tool-draft", args=[owner.review.slug, "our_rob2"])
    assert client.get(address).status_code == 200
    assert client.post(address, posted(draft)).status_code == 302
    draft.refresh_from_db()
    assert draft.pack == wanted


@pytest.mark.django_db
def test_domains_and_questions_are_added_moved_and_taken_away(owner: Member, first: Member) -> None:
    draft = workflow.begin_tool(owner, "Team tool")
    assert not draft.pack["domains"][0].get("about"), "nothing stands there that would be read as the team's words"
    client = Client()
    client.force_login(owner.user)
    address = reverse("extraction:tool-draft", args=[owner.review.slug, draft.tool])
    data = posted(draft)
    data |= {"dt:1": "Funding", "dp:1": "1", "dp:0": "2", "dq:1": "Who paid?\n9.9 Who wrote it?", "jl:3": "Dreadful"}
    data |= {"jt:3": "darkred", "jl:1": ""}
    client.post(address, data)
    draft.refresh_from_db()
    assert [each["id"] for each in draft.pack["domains"]] == ["funding", "first"]
    assert [each["id"] for each in draft.pack["domains"][0]["questions"]] == ["1.1", "9.9"]
    assert [each["value"] for each in draft.pack["judgements"]] == ["low", "high", "dreadful"]
    answer = client.post(address, posted(draft) | {"dt:0": "", "dt:1": ""})
    assert (answer.status_code, "A tool needs one domain at least." in answer.content.decode()) == (422, True)
    assert draft.pack == OwnTool.objects.get(pk=draft.pk).pack, "nothing was stored"
    answer = client.post(address, posted(draft) | {"use": "1", "note": "As discussed"})
    assert queries.tool_of(owner.review_id, "team_tool").name == "Team tool"
    reader = Client()
    reader.force_login(first.user)
    file = reader.get(reverse("extraction:tool-json", args=[owner.review.slug, "team_tool"]))
    assert read_own(file.content).judgements[2].tone == "darkred"


@pytest.mark.django_db
def test_when_which_is_judged_is_written_a_line_for_a_judgement(owner: Member) -> None:
    draft = workflow.begin_tool(owner, "Team tool")
    client = Client()
    client.force_login(owner.user)
    address = reverse("extraction:tool-draft", args=[owner.review.slug, draft.tool])
    lines = "high risk: paid by the maker: all of it\nLow risk: paid by nobody"
    data = posted(draft) | {"dc:0": lines, "jl:0": "Low", "use": "1"}
    assert client.post(address, data | {"dc:0": lines + "\nBad: paid"}).status_code == 422
    assert "“Bad: paid” does not begin with a judgement" in html.unescape(
        client.post(address, data | {"dc:0": "Bad: paid"}).content.decode()
    )
    assert client.post(address, data).status_code == 302
    [first] = queries.tool_of(owner.review_id, "team_tool").domains
    assert first.criteria == (("low", "paid by nobody"), ("high", "paid by the maker: all of it"))
    page = client.get(reverse("extraction:bias-tool", args=[owner.review.slug, "team_tool"])).content.decode()
    assert "When is which judged?" in page


@pytest.mark.django_db
def test_what_is_wrong_with_a_tool_is_said_at_its_field_and_what_was_typed_stays(owner: Member) -> None:
    draft = workflow.begin_tool(owner, "Team tool")
    client = Client()
    client.force_login(owner.user)
    address = reverse("extraction:tool-draft", args=[owner.review.slug, draft.tool])

    def told(**typed: str) -> tuple[dict[str, str], str]:
        answer = client.post(address, posted(draft) | typed | {"note": "As discussed"})
        assert answer.status_code == 422
        return answer.context["form"].told, html.unescape(answer.content.decode())

    found, page = told(name="", source=" ", **{"dt:1": "Funding", "dq:0": "1.1 Who?", "dq:1": "1.1 Who paid?"})
    assert set(found) == {"name", "source", "dt:0", "dt:1"}
    assert "Write how the team calls the tool" in found["name"]
    assert "Question 1.1 is there twice" in found["dt:1"]
    assert 'aria-describedby="dt-told:1"' in page
    assert all(text in page for text in ("Who paid?", 'value="Funding"', 'value="As discussed"'))
    assert set(told(**{"jl:1": "low risk"})[0]) == {"jl:0", "jl:1"}
    assert set(told(overall="stars")[0]) == {"overall"}
    assert set(told(**{"jl:1": "", "jl:2": ""})[0]) == {"judgements"}
    assert "JSON" not in page
    assert "The pack" not in page
    draft.refresh_from_db()
    assert (draft.pack["source"], len(draft.pack["domains"])) == ("Made for this review", 1)
    client.post(address, posted(draft) | {"dt:1": "Overall"})
    draft.refresh_from_db()
    assert [each["id"] for each in draft.pack["domains"]] == ["first", "overall_2"], (
        "a title is no id that is kept for others"
    )


@pytest.mark.django_db
def test_a_tool_is_begun_brought_and_changed_from_the_page_of_tools(owner: Member, own: OwnTool) -> None:
    client = Client()
    client.force_login(owner.user)

    def at(name: str, *args: object) -> str:
        return reverse(f"extraction:{name}", args=[owner.review.slug, *args])

    file = SimpleUploadedFile("other.json", json.dumps(pack(id="other", name="Other tool")).encode())
    client.post(at("tool-import"), {"file": file})
    client.post(at("tool-begin"), {"name": "Third tool"})
    client.post(at("tool-drop", "third_tool"))
    client.post(at("tool-change", "team_tool"))
    text = client.get(at("bias-tools")).content.decode()
    for told in ("Other tool", "Third tool", "Bring it back", "version 2, being made"):
        assert told in text


@pytest.mark.django_db
def test_who_puts_a_tool_into_use_is_told_whether_anybody_is_asked_by_it(owner: Member) -> None:
    client = Client()
    client.force_login(owner.user)

    def used() -> str:
        draft = queries.tool_draft(owner, "team_tool")
        address = reverse("extraction:tool-draft", args=[owner.review.slug, draft.tool])
        return client.post(address, posted(draft) | {"use": "1"}, follow=True).content.decode()

    workflow.begin_tool(owner, "Team tool")
    text = used()
    assert "Tick it below" in text
    assert '<details class="panel" open><summary>Change which tools are used' in text
    workflow.plan_bias(owner, [Rule("team_tool")])
    workflow.change_tool(owner, "team_tool")
    text = used()
    assert "Version 2 is in use: what is not submitted is judged with it" in text
    assert "Tick it" not in text


@pytest.mark.django_db
def test_the_better_half_of_a_judgement_with_or_in_its_words_departs_from_it(
    owner: Member, first: Member, second: Member, study: Study
) -> None:
    words = ["Low", "Low or unclear", "High"]
    judgements = [{"value": each.lower(), "label": each, "sign": each[:1]} for each in words]
    workflow.use_tool(owner, workflow.import_tool(owner, "tool.json", json.dumps(pack(judgements=judgements)).encode()))
    workflow.plan_bias(owner, [Rule("team_tool")])
    for member in (first, second):
        judge(member, study, first="low or unclear", **{"overall.why": "It hardly matters."})
    workflow.agree_assessment(first, study, {}, "team_tool")
    said = queries.agreed_bias(owner.review, "team_tool")[study.pk]["overall"]
    assert (said.judgement, said.proposal, said.departs) == ("low", "low or unclear", True)
    assert "not as the tool proposed: 1" in judgements_supported(owner).told


@pytest.mark.django_db
def test_what_a_changed_copy_says_of_itself_is_written_anew(owner: Member) -> None:
    copied = to_pack(TOOLS["rob2_cluster"]) | {"id": "our_rob2"}
    draft = workflow.import_tool(owner, "our.json", json.dumps(copied).encode())
    client = Client()
    client.force_login(owner.user)
    address = reverse("extraction:tool-draft", args=[owner.review.slug, "our_rob2"])
    assert html.escape(copied["about"]) in client.get(address).content.decode()
    said = "We asked in our own words; nothing is proposed for 1b."
    client.post(address, posted(draft) | {"about": f" {said}\r\n", "use": "1", "note": "Ours"})
    assert queries.tool_of(owner.review_id, "our_rob2").about == said
    assert said in client.get(reverse("extraction:bias-tool", args=[owner.review.slug, "our_rob2"])).content.decode()
    draft = workflow.change_tool(owner, "our_rob2")
    client.post(address, posted(draft) | {"about": "", "use": "1", "note": "None"})
    assert queries.tool_of(owner.review_id, "our_rob2").about == ""
