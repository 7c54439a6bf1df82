"""How does a team calibrate itself, and when does the main screen begin?"""

from __future__ import annotations

import random
import re
import threading

import pytest
from django.db import connection, transaction

from reviewapp.errors import BadInput, Refused, Stale, WrongState
from reviewapp.models import Event, Member
from reviewapp.workflow import amend_protocol, leave
from screening import workflow
from screening.models import Citation, Pilot, Standing, Vote
from screening.queries.agreement import lines
from screening.queries.conflicts import to_settle_together, votes_to_settle
from screening.queries.pilots import methods, rounds
from screening.queries.steps import steps
from tests import build
from tests.screening.test_conflicts import again, state
from tests.screening.test_sharing import offered
from tests.screening.test_views import at, sign_in
from tests.test_leaks import told

TA = "title_abstract"
pytestmark = pytest.mark.django_db


@pytest.fixture
def third(owner) -> Member:
    return build.member(owner, "reviewer", "Thea Third")


@pytest.fixture
def citations(owner) -> list[Citation]:
    return build.citations(owner, 10)


@pytest.fixture
def pilot(owner, first, second, third, citations) -> Pilot:
    return workflow.start_pilot(owner, TA, [first, second, third], 4, seed="kiwi")


def sample(pilot: Pilot) -> list[Citation]:
    return list(Citation.objects.filter(pk__in=pilot.standings.values("citation")).order_by("pk"))


def vote_all(members: list[Member], citations: list[Citation], answer: str = "exclude") -> None:
    for member in members:
        for citation in citations:
            workflow.vote(again(member), citation, TA, answer)


def round_of(member: Member) -> object:
    return rounds(again(member), TA)[0]


def test_the_desk_says_that_a_pilots_sample_comes_first_as_long_as_it_does(first, pilot):
    def bar() -> str:
        page = sign_in(first).get(at(first, f"screen/{TA}/")).text
        return re.sub(
            r"<[^>]+>", "", page[page.index('data-desk="left-of"') :].partition(">")[2].partition("done by you")[0]
        )

    assert "first the pilot’s sample: 4 left for you" in bar()
    vote_all([first], sample(pilot))
    assert bar().startswith("6 left for you")


# --- the sample -------------------------------------------------------------------------------------------------


def test_a_sample_is_drawn_at_random_and_its_seed_draws_it_again(owner, pilot, citations):
    pool = [each.pk for each in citations]
    assert [each.pk for each in sample(pilot)] == sorted(random.Random("kiwi").sample(pool, 4))
    facts = Event.unblinded.get(verb="screening.pilot_started").facts
    assert (facts["seed"], facts["pool"], len(facts["citations"])) == ("kiwi", 10, 4)
    assert set(pilot.standings.values_list("needed", flat=True)) == {3}


def test_without_a_seed_one_is_made_up_and_kept(owner, first, second, citations):
    assert len(workflow.start_pilot(owner, TA, [first, second], 2).seed) == 16


def test_only_citations_without_votes_are_drawn(owner, first, second, citations):
    for citation in citations[:7]:
        workflow.vote(first, citation, TA, "include")
    made = workflow.start_pilot(owner, TA, [first, second], 3)
    assert sample(made) == citations[7:]
    workflow.stop_pilot(owner, made)
    with pytest.raises(BadInput, match="only 3"):
        workflow.start_pilot(owner, TA, [first, second], 4)


def test_a_round_takes_two_members_who_vote_and_one_round_at_a_time(owner, first, second, observer, citations):
    for members in ([first], [first, first], [first, observer]):
        with pytest.raises(BadInput):
            workflow.start_pilot(owner, TA, members, 2)
    with pytest.raises(BadInput, match="between 1 and"):
        workflow.start_pilot(owner, TA, [first, second], 0)
    with pytest.raises(Refused):
        workflow.start_pilot(first, TA, [first, second], 2)
    workflow.start_pilot(owner, TA, [first, second], 2)
    with pytest.raises(WrongState, match="under way"):
        workflow.start_pilot(owner, TA, [first, second], 2)


# --- voting -----------------------------------------------------------------------------------------------------


def test_members_of_a_round_are_offered_its_citations_first_and_nobody_else_is(owner, first, pilot, citations):
    fourth = build.member(owner, "reviewer", "Fred Fourth")
    drawn = {each.pk for each in sample(pilot)}
    rest = {each.pk for each in citations} - drawn
    assert offered(first) == drawn
    assert offered(fourth) == rest
    vote_all([first], sample(pilot))
    assert offered(first) == rest
    with pytest.raises(Stale, match="for other members"):
        workflow.vote(again(fourth), sample(pilot)[0], TA, "include")


@pytest.mark.parametrize("mode", ["any", "shares"])
def test_what_is_judged_again_of_a_complete_round_waits_among_the_rest(owner, first, second, third, citations, mode):
    fourth = build.member(owner, "reviewer", "Fred Fourth")
    workflow.set_sharing(owner, TA, mode)
    pilot = workflow.start_pilot(owner, TA, [first, second, third], 4, seed="kiwi")
    vote_all([first, second, third], sample(pilot))
    rest = {each.pk for each in citations} - {each.pk for each in sample(pilot)}
    again_one, taken_back, *_ = sample(pilot)
    workflow.return_to_screening(owner, again_one, "The population was read wrongly")
    workflow.withdraw_vote(again(third), taken_back, TA)
    assert offered(first) == rest | {again_one.pk}
    assert offered(third) == rest | {again_one.pk, taken_back.pk}
    assert offered(fourth) == rest
    vote_all([first, second, third], [again_one], "include")
    assert state(again_one) == "include"


def test_all_must_vote_before_a_verdict_and_all_must_agree(first, second, third, pilot):
    one, two, *_ = sample(pilot)
    vote_all([first, second], [one, two])
    assert [state(one), state(two)] == ["waiting", "waiting"]
    workflow.vote(again(third), one, TA, "exclude")
    workflow.vote(again(third), two, TA, "maybe")
    assert [state(one), state(two)] == ["exclude", "conflict"]


def test_nothing_is_told_until_everybody_has_voted(owner, first, second, third, pilot):
    first_of, *others, last = sample(pilot)
    vote_all([first, second, third], [first_of, *others])
    vote_all([first, second], [last], "include")
    for member in (first, owner):
        seen = round_of(member)
        assert (seen.told, seen.lines, seen.differing) == (False, (), ())
        assert seen.unfinished == (third,)
    assert lines(first, TA, apart=False) == [], "nor among the figures of the main screen"
    workflow.vote(again(third), last, TA, "exclude")
    seen = round_of(first)
    assert seen.told
    assert [citation for citation, _ in seen.differing] == [last]
    assert {line.found.n for line in seen.lines} == {4}
    assert lines(first, TA, apart=False) == []


def test_what_differs_is_open_to_those_who_took_part_and_is_settled_by_them(owner, first, second, third, pilot):
    *others, last = sample(pilot)
    vote_all([first, second, third], others)
    vote_all([first, second], [last], "include")
    vote_all([third], [last], "exclude")
    assert to_settle_together(again(first), TA).get() == last
    assert votes_to_settle(again(first), last, TA).count() == 3
    for member in (first, second, third):
        workflow.propose(again(member), last, TA, "include")
    assert state(last) == "include"
    assert {line.counts[0][1] + line.counts[1][0] for line in round_of(first).lines} == {0, 1}, (
        "votes stay as they were"
    )


def test_who_did_not_take_part_is_told_when_all_is_settled(owner, first, second, third, arbiter, observer, pilot):
    amend_protocol(owner, gate_level=0.6, gate_measure="kappa")
    *others, last = sample(pilot)
    vote_all([first, second, third], others)
    vote_all([first, second], [last], "include")

    def page() -> bytes:
        client = sign_in(observer)
        return told(client, client.get(at(observer, f"pilot/{TA}/"))) + told(client, client.get(at(observer, "trail/")))

    before = page()
    with transaction.atomic():
        workflow.vote(again(third), last, TA, "exclude")
        assert page() == before, "complete, with a citation that waits, would tell of a conflict"
    assert round_of(arbiter).told
    workflow.resolve(arbiter, last, TA, "include")
    assert round_of(observer).told
    assert Event.blind.for_member(observer).filter(verb="screening.pilot_completed").exists()


def test_two_last_votes_at_once_complete_a_round(transactional_db):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one writer in at a time")
    owner = build.review(owner=build.user("Olga Owner"))
    one, other = (build.member(owner, "reviewer", name) for name in ("Fay First", "Sam Second"))
    build.citations(owner, 2)
    made = workflow.start_pilot(owner, TA, [one, other], 2)
    drawn = sample(made)
    vote_all([one], drawn)

    def last(citation: Citation) -> None:
        workflow.vote(again(other), citation, TA, "exclude")
        connection.close()

    threads = [threading.Thread(target=last, args=(citation,)) for citation in drawn]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made.refresh_from_db()
    assert made.completed_at


# --- stopping, leaving ------------------------------------------------------------------------------------------


def test_a_round_that_is_stopped_gives_its_citations_back_with_their_votes(owner, first, second, third, pilot):
    one, two, three, four = sample(pilot)
    vote_all([first, second], [one])
    workflow.vote(again(first), two, TA, "include")
    workflow.stop_pilot(owner, pilot)
    workflow.stop_pilot(owner, pilot)
    assert [state(each) for each in (one, two, three)] == ["exclude", "waiting", "waiting"]
    assert Vote.unblinded.standing().count() == 3
    assert two.pk in offered(third)
    assert Event.unblinded.filter(verb="screening.pilot_stopped").count() == 1


def test_a_complete_round_cannot_be_stopped(owner, first, second, third, pilot):
    vote_all([first, second, third], sample(pilot))
    with pytest.raises(WrongState, match="complete"):
        workflow.stop_pilot(owner, pilot)


def test_no_round_waits_for_who_left(owner, first, second, third, pilot):
    vote_all([first, second], sample(pilot))
    workflow.vote(again(third), sample(pilot)[0], TA, "exclude")
    leave(owner, third)
    pilot.refresh_from_db()
    assert pilot.completed_at
    assert [state(each) for each in sample(pilot)] == ["exclude"] * 4
    assert Vote.unblinded.standing().count() == 9


def test_nobody_decides_alone_because_the_other_left_a_round_of_two(owner, first, second, third, citations):
    made = workflow.start_pilot(owner, TA, [first, second], 3)
    one, two, _ = sample(made)
    vote_all([first], [one, two])
    vote_all([second], [one])
    leave(owner, second)
    assert [state(each) for each in (one, two)] == ["exclude", "waiting"]
    assert two.pk in offered(third), "the protocol asks for two votes"
    assert "screening.pilot_stopped" in Event.unblinded.values_list("verb", flat=True)
    assert round_of(owner).state == "stopped"


def test_a_vote_taken_back_after_a_round_of_two_is_not_replaced_by_one_alone(owner, first, second, third, citations):
    made = workflow.start_pilot(owner, TA, [first, second], 2)
    one, _ = sample(made)
    vote_all([first, second], sample(made))
    workflow.withdraw_vote(again(first), one, TA)
    workflow.withdraw_vote(again(second), one, TA)
    leave(owner, second)
    workflow.vote(again(first), one, TA, "include")
    assert state(one) == "waiting"
    assert one.pk in offered(third)


# --- the gate ---------------------------------------------------------------------------------------------------


@pytest.fixture
def gated(owner, first, second, citations) -> list[Citation]:
    amend_protocol(owner, gate_level=0.6, gate_measure="kappa")
    return citations


def calibrate(owner: Member, pair: tuple[Member, Member], answers: list[tuple[str, str]]) -> None:
    made = workflow.start_pilot(again(owner), TA, pair, len(answers))
    for citation, said in zip(sample(made), answers, strict=True):
        for member, answer in zip(pair, said, strict=True):
            workflow.vote(again(member), citation, TA, answer)


def test_the_main_screen_waits_until_a_round_reaches_the_level(owner, first, second, gated):
    assert offered(first) == set()
    with pytest.raises(WrongState, match="waits for a pilot"):
        workflow.vote(again(first), gated[0], TA, "include")
    calibrate(owner, (first, second), [("include", "exclude"), ("exclude", "include")])
    assert offered(first) == set(), "kappa was -1"
    calibrate(owner, (first, second), [("include", "include"), ("exclude", "exclude")])
    assert len(offered(first)) == 6
    assert methods(again(owner), TA)[1].endswith("agreed least was 1.00.")


def test_the_desk_says_what_screening_waits_for(first, gated):
    page = sign_in(first).get(at(first, f"screen/{TA}/")).content.decode()
    assert "Screening waits for a" in page
    assert "You have voted on everything" not in page.split("<template")[0]


def test_a_pilot_to_draw_waits_for_the_owner_alone(owner, first, second, gated):
    def waits(member: Member) -> list[str]:
        return [step.mine_label for step in steps(again(member)) if step.mine]

    assert (waits(owner), waits(first)) == (["Screening waits for a pilot"], [])
    made = workflow.start_pilot(again(owner), TA, (first, second), 2)
    assert (waits(owner), waits(first)) == ([], ["2 citations to screen"])
    vote_all([first, second], sample(made))
    assert waits(owner) == ["Screening waits for a pilot"], "kappa was not defined"
    workflow.override_gate(again(owner), TA, "Both of us screened the first version of this review.")
    assert (waits(owner), waits(first)) == ([], ["8 citations to screen"])


def test_where_kappa_is_not_defined_the_level_is_not_reached(owner, first, second, gated):
    calibrate(owner, (first, second), [("exclude", "exclude")] * 2)
    assert offered(first) == set()
    assert "In round 1 it is not defined" in sign_in(owner).get(at(owner, f"pilot/{TA}/")).content.decode()
    assert "not defined" in methods(again(owner), TA)[0]
    amend_protocol(again(owner), gate_measure="ac1")
    assert offered(first)


def test_the_pair_that_agrees_least_decides(owner, first, second, gated):
    third = build.member(owner, "reviewer", "Thea Third")
    made = workflow.start_pilot(again(owner), TA, [first, second, third], 2)
    one, other = sample(made)
    vote_all([first, second], [one], "include")
    vote_all([third], [one], "exclude")
    vote_all([first, second, third], [other], "exclude")
    made.refresh_from_db()
    assert made.lowest["kappa"] == 0 or made.lowest["kappa"] is None
    assert made.lowest["raw"] == 0.5
    assert offered(first) == set()


def test_an_override_needs_a_written_reason_stands_in_the_report_and_can_be_taken_back(owner, first, gated):
    with pytest.raises(BadInput, match="in a sentence"):
        workflow.override_gate(again(owner), TA, "Because")
    with pytest.raises(Refused):
        workflow.override_gate(again(first), TA, "We have no time left for this")
    workflow.override_gate(again(owner), TA, "Both of us screened the first version of this review.")
    assert len(offered(first)) == 10
    assert Event.unblinded.get(verb="screening.gate_overridden").facts["reason"].startswith("Both of us")
    assert "Both of us screened" in methods(again(owner), TA)[-1]
    with pytest.raises(Stale):
        workflow.override_gate(again(owner), TA, "Both of us screened it before.")
    workflow.withdraw_override(again(owner))
    assert offered(first) == set()


def test_a_gate_stands_before_titles_and_not_before_full_texts(owner, first, second, gated):
    workflow.override_gate(again(owner), TA, "Both of us screened the first version of this review.")
    build.at_full_text((again(first), again(second)), owner, gated[0])
    workflow.withdraw_override(again(owner))
    workflow.vote(again(first), gated[0], "full_text", "include")


# --- the number of votes beside it ------------------------------------------------------------------------------


def test_another_number_of_votes_does_not_touch_a_sample(owner, first, pilot):
    amend_protocol(owner, votes_title_abstract=1)
    assert set(pilot.standings.values_list("needed", flat=True)) == {3}
    assert set(Standing.objects.filter(pilot=None).values_list("needed", flat=True)) == {1}


# --- by hand ----------------------------------------------------------------------------------------------------


def test_a_round_on_its_page(owner, first, second, citations):
    lead, where = sign_in(owner), at(owner, f"pilot/{TA}/")
    lead.post(f"{where}start/", {"members": [first.pk, second.pk], "size": 2})
    drawn = sample(Pilot.objects.get())
    assert "You have voted on 0 of 2" in sign_in(first).get(where).content.decode()
    vote_all([first, second], drawn[:1], "include")
    vote_all([first], drawn[1:], "include")
    vote_all([second], drawn[1:], "exclude")
    page = sign_in(first).get(where).content.decode()
    assert "Where you differed" in page
    assert "Fay First: include; Sam Second: exclude" in page
    assert "For the report" in page
    assert lead.post(f"{where}start/", {"size": 2}).status_code == 422
