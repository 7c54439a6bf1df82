"""Who is offered what, and is nothing ever stranded or offered to a third?"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from reviewapp import jobs
from reviewapp.errors import BadInput, Refused, Stale
from reviewapp.models import Event, Job, Member
from reviewapp.workflow import accept, amend_protocol, change_role, invite, leave
from screening import queries, workflow
from screening.models import Citation, Partners, Share, Standing, Vote
from screening.queries.sharing import Which, begun_by_another_rule, partners, shares
from screening.workflow import sharing
from tests import build
from tests.screening.test_conflicts import again, state
from tests.screening.test_views import at, sign_in
from tests.test_leaks import told

TA, FT = "title_abstract", "full_text"
pytestmark = pytest.mark.django_db


def offered(member: Member) -> set[int]:
    """The citations that wait for this member, as a request finds them."""
    return set(queries.queue(again(member), TA).values_list("pk", flat=True))


def ids(citations: list[Citation]) -> set[int]:
    return {each.pk for each in citations}


@pytest.fixture
def third(owner) -> Member:
    return build.member(owner, "reviewer", "Thea Third")


@pytest.fixture
def fourth(owner) -> Member:
    return build.member(owner, "reviewer", "Fred Fourth")


# --- fixed pairs ------------------------------------------------------------------------------------------------


@pytest.fixture
def two_pairs(owner, first, second, third, fourth) -> tuple[Member, ...]:
    workflow.join_partners(owner, TA, first, second)
    workflow.join_partners(owner, TA, third, fourth)
    workflow.set_sharing(owner, TA, "pairs")
    return first, second, third, fourth


def test_what_one_has_begun_is_offered_to_the_partner_alone(owner, two_pairs):
    first, second, third, fourth = two_pairs
    begun, fresh = build.citations(owner, 2)
    workflow.vote(again(first), begun, TA, "include")
    assert [offered(each) for each in two_pairs] == [{fresh.pk}, ids([begun, fresh]), {fresh.pk}, {fresh.pk}]
    with pytest.raises(Stale, match="for other members"):
        workflow.vote(again(third), begun, TA, "include")
    workflow.vote(again(second), begun, TA, "include")
    assert state(begun) == "include"


def test_a_vote_that_was_cast_can_be_changed_whatever_the_pairs_are_now(owner, first, second, third, fourth):
    citation = build.citations(owner, 1)[0]
    workflow.vote(first, citation, TA, "include")
    workflow.join_partners(owner, TA, second, third)
    workflow.set_sharing(owner, TA, "pairs")
    workflow.vote(again(first), citation, TA, "exclude")
    assert Vote.unblinded.standing().get().answer == "exclude"


def test_when_a_partner_leaves_what_the_other_has_begun_is_offered_to_all(owner, two_pairs):
    first, second, third, fourth = two_pairs
    begun, theirs = build.citations(owner, 2)
    workflow.vote(again(first), begun, TA, "include")
    workflow.vote(again(second), theirs, TA, "include")
    leave(owner, second)
    assert offered(third) == ids([begun, theirs])
    assert offered(first) == {theirs.pk}
    assert Event.unblinded.get(verb="screening.work_returned").facts == {
        "who": "Sam Second",
        "shares": 0,
        "pairs": 1,
    }


def test_a_pair_is_two_who_vote_and_nobody_is_in_two(owner, first, second, third, observer):
    pair = workflow.join_partners(owner, TA, first, second)
    assert workflow.join_partners(owner, TA, second, first) == pair, "a double click"
    with pytest.raises(BadInput, match="in a pair already"):
        workflow.join_partners(owner, TA, second, third)
    with pytest.raises(BadInput, match="two different"):
        workflow.join_partners(owner, TA, third, third)
    with pytest.raises(BadInput, match="does not vote"):
        workflow.join_partners(owner, TA, third, observer)
    with pytest.raises(Refused):
        workflow.join_partners(first, TA, first, third)
    workflow.end_partners(owner, pair)
    assert workflow.join_partners(owner, TA, second, third).pk != pair.pk


# --- shares -----------------------------------------------------------------------------------------------------


@pytest.fixture
def shared_out(owner, first, second, third) -> list[Citation]:
    """Six citations, of which the first four are dealt among three."""
    citations = build.citations(owner, 6)
    workflow.share_out(owner, TA, [first, second, third], Which(4), "the first four")
    workflow.set_sharing(owner, TA, "shares")
    return citations


def test_each_is_offered_the_own_share_and_what_nobody_was_given(shared_out, first, second, third):
    free = ids(shared_out[4:])
    given_out = [offered(each) - free for each in (first, second, third)]
    assert all(free <= offered(each) for each in (first, second, third))
    assert sorted(len(each) for each in given_out) == [2, 3, 3]
    assert all(sum(pk in each for each in given_out) == 2 for pk in ids(shared_out[:4]))


def test_a_place_that_is_given_to_another_cannot_be_taken(shared_out, owner, first, fourth):
    assert offered(fourth) == ids(shared_out[4:])
    with pytest.raises(Stale, match="for other members"):
        workflow.vote(again(fourth), shared_out[0], TA, "include")


def test_who_leaves_strands_nothing(shared_out, owner, first, second, third):
    workflow.vote(again(first), Citation.objects.get(pk=min(offered(first))), TA, "include")
    leave(owner, first)
    open_to_all = offered(second) | offered(third)
    assert open_to_all == ids(shared_out)
    for each in (second, third):
        for pk in sorted(offered(each)):
            workflow.vote(again(each), Citation.objects.get(pk=pk), TA, "include")
    assert {state(each) for each in shared_out} == {"include"}
    assert Vote.unblinded.standing().count() == 12, "two each, none from a third"


def test_who_votes_no_longer_gives_back_and_who_comes_again_starts_without(shared_out, owner, first, fourth):
    change_role(owner, first, "observer", is_author=False)
    assert not Share.objects.filter(member=first, ended_at=None).exists()
    leave(owner, again(first))
    accept(first.user, invite(owner, "reviewer").token)
    assert offered(first) >= ids(shared_out[4:])


def test_a_share_taken_back_is_offered_to_all_and_can_be_given_again(shared_out, owner, first, fourth):
    share = shares(owner, TA).get(member=first)
    workflow.end_share(owner, share)
    workflow.end_share(owner, share)
    assert Event.unblinded.filter(verb="screening.share_ended").count() == 1
    returned = offered(fourth) - ids(shared_out[4:])
    assert len(returned) == share.size
    workflow.share_out(owner, TA, [fourth], Which(100), "what is left")
    assert returned <= offered(fourth)


def test_what_is_begun_is_not_shared_out_but_left_to_all(owner, first, second, third):
    begun, fresh = build.citations(owner, 2)
    workflow.vote(first, begun, TA, "include")
    workflow.share_out(owner, TA, [second, third], Which(10), "all")
    workflow.set_sharing(owner, TA, "shares")
    assert offered(first) == set()
    assert offered(second) == offered(third) == ids([begun, fresh])


def test_citations_are_chosen_by_search_and_year(owner, first):
    medline, embase = (build.search(owner, source=name) for name in ("MEDLINE", "Embase"))
    build.imported(owner, build.ris({"TI": "One", "PY": 1999}, {"TI": "Two", "PY": 2005}), into=medline)
    build.imported(owner, build.ris({"TI": "Three", "PY": 2005}), into=embase, name="b.ris")
    workflow.share_out(owner, TA, [first], Which(10, search=medline.pk, year_from=2000, year_to=2010), "some")
    assert [each.citation.title for each in Share.objects.get().allotments.all()] == ["Two"]
    with pytest.raises(Stale, match="nothing of this kind"):
        workflow.share_out(owner, TA, [first], Which(10, year_from=2020), "none")
    with pytest.raises(BadInput):
        workflow.share_out(owner, TA, [], Which(10), "nobody")


def test_full_texts_are_shared_out_by_a_label_that_all_may_see(owner, first, second):
    one, other = build.citations(owner, 2)
    trials, animals = (workflow.create_label(first, name) for name in ("Trials", "Animals"))
    workflow.put_label(first, one, TA, trials)
    workflow.put_label(first, other, TA, animals)
    for citation in (one, other):
        build.at_full_text((first, second), owner, citation)
    workflow.put_label(first, other, FT, trials)
    workflow.share_out(owner, FT, [second], Which(10, label=trials.pk), "labelled Trials")
    assert [each.citation for each in Share.objects.get().allotments.all()] == [one]
    workflow.merge_label(owner, animals, trials)
    workflow.share_out(owner, FT, [first], Which(10, label=trials.pk), "labelled Trials")
    assert Share.objects.get(member=first).allotments.count() == 2


def test_a_label_that_is_sealed_shares_nothing_out(owner, first):
    citation = build.citations(owner, 1)[0]
    label = workflow.create_label(first, "Trials")
    workflow.put_label(first, citation, TA, label)
    with pytest.raises(Stale, match="nothing of this kind"):
        workflow.share_out(owner, TA, [first], Which(10, label=label.pk), "labelled Trials")


def test_how_far_a_share_is_shows_decided_citations_and_not_votes(shared_out, owner, first, second):
    """A vote, or a conflict, changes nothing on the page for members who may not know of it."""
    mine = Citation.objects.get(pk=min(offered(first) & offered(second)))
    client = sign_in(first)

    def page() -> bytes:
        return told(client, client.get(at(first, f"sharing/{TA}/")))

    before = page()
    workflow.vote(again(second), mine, TA, "include")
    assert page() == before
    workflow.vote(again(first), mine, TA, "exclude")
    assert page() == before
    workflow.vote(again(first), mine, TA, "include")
    assert {each.decided for each in shares(owner, TA) if each.member in (first, second)} == {1}


# --- another number of votes ------------------------------------------------------------------------------------


@pytest.fixture
def begun(owner, first, second) -> tuple[Citation, ...]:
    """One with one vote, one with two that differ, one decided, one without votes."""
    half, clash, decided, fresh = build.citations(owner, 4)
    workflow.vote(first, half, TA, "exclude")
    workflow.vote(first, clash, TA, "include")
    workflow.vote(second, clash, TA, "exclude")
    build.agreed((first, second), decided, TA)
    return half, clash, decided, fresh


def test_fewer_votes_decide_what_is_begun_only_once_that_is_asked_for(owner, begun, jobs_now):
    half, clash, decided, fresh = begun
    amend_protocol(owner, votes_title_abstract=1)
    assert state(half) == "waiting"
    assert set(begun_by_another_rule(again(owner), TA)) == {half, clash, decided}
    workflow.apply_votes_needed(again(owner), TA)
    workflow.apply_votes_needed(again(owner), TA)
    assert Job.objects.filter(kind="screening.apply_votes_needed").count() == 1, "a double click is one job"
    jobs_now()
    assert [state(each) for each in begun] == ["exclude", "conflict", "include", "waiting"]
    assert Vote.unblinded.standing().count() == 5
    with pytest.raises(Stale):
        workflow.apply_votes_needed(again(owner), TA)


def test_more_votes_let_what_one_decided_wait_for_a_second_and_back(owner, begun, first, second, jobs_now):
    half, _, decided, _ = begun
    for votes, states in ((1, ["exclude", "include"]), (2, ["waiting", "include"]), (1, ["exclude", "include"])):
        amend_protocol(owner, votes_title_abstract=votes)
        workflow.apply_votes_needed(again(owner), TA)
        jobs_now()
        assert [state(half), state(decided)] == states
    assert Standing.objects.filter(stage=TA, needed=1).count() == 4


def test_a_change_for_many_locks_few_at_a_time_and_whoever_begins_meanwhile_votes_under_it(
    owner, begun, first, second, monkeypatch
):
    monkeypatch.setattr(sharing, "AT_ONCE", 2)
    half, clash, decided, fresh = begun
    late, last = build.citations(owner, 2)
    amend_protocol(owner, votes_title_abstract=1)
    assert Standing.objects.filter(stage=TA, needed=1).count() == 0, "nothing is locked while the protocol changes"
    workflow.vote(again(first), fresh, TA, "include")
    assert state(fresh) == "include"
    workflow.vote(again(second), half, TA, "exclude")
    assert state(half) == "exclude", "what had a vote keeps its rule"

    job = Job.objects.get(kind=sharing.FOLLOWING)
    monkeypatch.setattr(jobs, "HEARTBEAT_EVERY", 3600)
    monkeypatch.setattr(jobs, "breathe", killed)
    with pytest.raises(RuntimeError):
        jobs.perform(job.pk)
    monkeypatch.undo()
    monkeypatch.setattr(jobs, "HEARTBEAT_EVERY", 3600)
    Job.objects.update(heartbeat=job.heartbeat - 2 * jobs.STALE_AFTER)
    jobs.perform(job.pk)
    needed = dict(Standing.objects.filter(stage=TA).values_list("citation", "needed"))
    assert [needed[each.pk] for each in (half, clash, decided, fresh, late, last)] == [2, 2, 2, 1, 1, 1]
    assert Vote.unblinded.standing().count() == 7
    assert set(begun_by_another_rule(again(owner), TA)) == {half, clash, decided}


def killed() -> None:
    raise RuntimeError("killed")


# --- the page ---------------------------------------------------------------------------------------------------


def test_sharing_out_is_shown_before_it_is_done(owner, first, second):
    build.citations(owner, 3)
    client, where = sign_in(owner), at(owner, f"sharing/{TA}/shares/")
    form = {"members": [first.pk, second.pk], "number": 2}
    page = client.post(where, {**form, "preview": "1"}).content.decode()
    assert "This would share out 2 citations" in page
    assert not Share.objects.exists()
    assert client.post(where, {**form, "apply": "1"}).status_code == 302
    assert {share.size for share in shares(owner, TA)} == {2}
    assert client.post(where, {"number": 0}).status_code == 422


def test_the_way_of_sharing_and_the_pairs_are_set_on_the_page(owner, first, second):
    client = sign_in(owner)
    client.post(at(owner, f"sharing/{TA}/mode/"), {"mode": "pairs"})
    client.post(at(owner, f"sharing/{TA}/pairs/"), {"first": first.pk, "second": second.pk})
    assert "Fay First and Sam Second" in client.get(at(owner, f"sharing/{TA}/")).content.decode()
    assert again(owner).review.sharing_title_abstract == "pairs"
    assert client.post(at(owner, f"sharing/{TA}/mode/"), {"mode": "by luck"}).status_code == 422


def test_the_page_takes_as_many_queries_for_three_shares_as_for_one(owner, first, second, third):
    build.citations(owner, 9)
    client, taken = sign_in(owner), []
    for _ in range(3):
        workflow.share_out(owner, TA, [first, second], Which(1), "one more")
        with CaptureQueriesContext(connection) as captured:
            client.get(at(owner, f"sharing/{TA}/"))
        taken.append(len(captured))
    assert taken[0] == taken[1] == taken[2]


# --- whatever happens -------------------------------------------------------------------------------------------

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["vote", "share", "end", "pair", "part", "mode", "leave", "join"]),
        st.integers(0, 7),
        st.integers(0, 7),
    ),
    max_size=25,
)


class TestWhateverHappens(TestCase):
    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(ACTS)
    def test_each_open_citation_is_offered_as_long_as_enough_members_are_there(
        self, acts: list[tuple[str, int, int]]
    ) -> None:
        owner = build.review(build.user(f"Owner {Member.objects.count()}"))
        team = [build.member(owner, "reviewer", f"{name} {owner.pk}") for name in ("Ann", "Ben", "Cem", "Dia")]
        citations = build.citations(owner, 3)
        for act, one, other in acts:
            self.do(owner, team, citations, act, one, other)
            present = [again(each) for each in team if not again(each).left_at]
            for citation in citations:
                voted = set(Vote.unblinded.standing().filter(citation=citation).values_list("member", flat=True))
                offers = [each for each in present if queries.queue(each, TA).filter(pk=citation.pk).exists()]
                assert len(voted) <= 2
                if state(citation) == "waiting" and any(each.pk not in voted for each in present):
                    assert offers, "nobody could go on with it"
                if state(citation) != "waiting":
                    assert not offers, "offered to a third"

    def do(self, owner: Member, team: list[Member], citations: list[Citation], act: str, one: int, other: int) -> None:
        """One act, or its refusal: both are fine."""
        lead, member, colleague = again(owner), again(team[one % 4]), again(team[other % 4])
        try:
            if act == "vote":
                workflow.vote(member, citations[other % 3], TA, ("include", "exclude")[one % 2])
            elif act == "share":
                workflow.share_out(
                    lead, TA, [member, colleague] if member != colleague else [member], Which(1 + other), "some"
                )
            elif act == "end" and (share := Share.objects.filter(review=lead.review, ended_at=None).first()):
                workflow.end_share(lead, share)
            elif act == "pair":
                workflow.join_partners(lead, TA, member, colleague)
            elif act == "part" and (pair := queries_partners(lead)):
                workflow.end_partners(lead, pair)
            elif act == "mode":
                workflow.set_sharing(lead, TA, ("any", "pairs", "shares")[one % 3])
            elif act == "leave" and not member.left_at:
                leave(lead, member)
            elif act == "join" and member.left_at:
                accept(member.user, invite(lead, "reviewer").token)
        except (BadInput, Refused, Stale):
            pass


def queries_partners(lead: Member) -> Partners | None:
    return partners(lead, TA).first()
