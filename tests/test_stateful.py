"""Does everything hold whatever a team does, in whatever order, allowed or not? Random members do random acts; after each, all is checked.

A story is a small review in which so many acts are done: each step tries acts until one leaves its event, and what is refused on the way
must leave none. The suite plays one short story. For longer, with figures at the end:

    STATEFUL_STEPS=3000 python -m pytest tests/test_stateful.py
    STATEFUL_STEPS=3000 python -m tests.postgres python -m pytest tests/test_stateful.py

STATEFUL_SEED=... plays other stories than the usual ones; `-k story7` plays one of them again. Where something fails, the acts that led to
it are printed.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest

from analysis import queries as analysis
from analysis.flow.constraints import nothing_is_lost
from analysis.flow.sets import FlowSets
from extraction.models import Study
from reviewapp import jobs
from reviewapp.models import Event, Member, Role
from screening import workflow as screening
from screening.consensus.verdict import Verdict
from screening.models import Citation, Import, Note, Pair, Record, Resolution, Search, Vote
from tests import build, holds
from tests.acts import ACTS, DONE, REFUSED, SOURCES, trials
from tests.desk_acts import DESK
from tests.keeping_acts import KEEPING, KeepingActs

pytestmark = pytest.mark.django_db

STEPS = int(os.environ.get("STATEFUL_STEPS", "100"))
SEED = os.environ.get("STATEFUL_SEED", "5")
IN_A_STORY = 250
TRIES = 5  # so often an act is tried, with other people and things, before another one is drawn
STORIES = {f"story{n}": min(IN_A_STORY, STEPS - start) for n, start in enumerate(range(0, STEPS, IN_A_STORY))}
EVERY = {**ACTS, **DESK, **KEEPING}
ENOUGH = 3000  # steps in which every verb should have been done and refused, or it is none that a team can do
NOTHING_MISSED = {"never done": set(), "never refused": set()}
NO_ACTS = {
    "AlreadyHere",
    "Objected",
    "Objection",
    "against_record",
    "answered",
    "objections",
    "sample",
    "settle",
    "table_head",
}
"""What screening.workflow holds beside verbs of persons: errors, questions, and what verbs call."""


class Team(KeepingActs):
    """A review in the hands of six members, some of whom leave, come back and change roles."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.aside = {}
        self.own = {}
        self.sets: FlowSets | None = None
        self.rows: dict[str, int] = {}
        self.written = 0
        self.turns: Counter[str] = Counter()
        self.begin()

    def begin(self) -> None:
        owner = build.review(reasons=build.REASONS)
        self.review_pk = owner.review_id
        for role, name, author in (
            (Role.REVIEWER, "Fay First", True),
            (Role.REVIEWER, "Sam Second", True),
            (Role.REVIEWER, "Tia Third", True),
            (Role.ARBITER, "Ari Arbiter", True),
            (Role.OBSERVER, "Oda Observer", False),
        ):
            build.member(owner, role, name, is_author=author)
        for kind, source in SOURCES:
            build.search(owner, kind=kind, source=source)
        for source, first in (("MEDLINE", 0), ("Embase", 2), ("Reference lists", 3)):
            search = Search.objects.get(review=owner.review, source=source)
            screening.start_import(owner, search, f"{source}.ris", [trials(first, 4)])
        self.work()

    def step(self) -> None:
        """An act is done; what is tried before and refused, or finds nothing to be done to, is as good."""
        before = DONE.total()
        while True:
            act = self.next_act()
            for _ in range(TRIES):
                who, what, more = (self.chance.randrange(10_000) for _ in range(3))
                print(f"{act}({who}, {what}, {more})")
                getattr(self, act)(who, what, more)
                if DONE.total() > before:
                    return

    def next_act(self) -> str:
        """By weight; every fifth time one of those that have come least in this story, so that what is rare comes too."""
        (act,) = self.chance.choices([*EVERY], weights=[*EVERY.values()])
        if self.chance.random() < 0.2:
            least = min(self.turns[each] for each in EVERY)
            act = self.chance.choice([each for each in EVERY if self.turns[each] == least])
        self.turns[act] += 1
        return act

    # --- after every act ---------------------------------------------------------------------------------------

    def all_holds(self) -> None:
        review, present = self.review, self.present
        now, sets = holds.judged(review), analysis.flow_sets(present[0])
        wrong = [
            *holds.copies_that_differ(review, now),
            *holds.sums_that_fail(present[0], sets),
            *holds.corrections_that_fail(review),
            *holds.words_that_fail(review),
            *holds.documents_from_nowhere(review),
            *holds.trail_that_fails(review),
            *holds.seen_through_the_seal(present, now),
            *holds.events_through_the_seal(present),
        ]
        assert wrong == []
        self.only_ones_own_act_changed_a_vote()
        self.nothing_was_lost(sets)
        self.look(now, sets)

    def only_ones_own_act_changed_a_vote(self) -> None:
        stored = Vote.unblinded.standing().values_list("member", "citation", "stage", "answer", "reason")
        assert {(m, c, s): (answer, reason) for m, c, s, answer, reason in stored} == self.own

    def nothing_was_lost(self, sets: FlowSets) -> None:
        models = (Record, Citation, Import, Search, Member, Study, Resolution, Pair)
        rows = {model.__name__: model._base_manager.count() for model in models}
        rows |= {model.__name__: model.unblinded.count() for model in (Vote, Note, Event)}
        assert [name for name, count in self.rows.items() if rows[name] < count] == []
        if self.sets is not None and not self.records_move:
            assert nothing_is_lost(self.sets, sets) == []
        self.rows, self.sets, self.records_move = rows, sets, False

    def look(self, now: dict[holds.PLACE, Verdict], sets: FlowSets) -> None:
        """Now and then at a page, as one of the members, and at all that is offered and all that is listed."""
        member = self.chance.choice(self.present)
        if self.chance.random() < 0.3:
            assert list(holds.pages_that_tell(member, now, lambda urls: [self.chance.choice(urls)])) == []
        if self.chance.random() < 0.1:
            assert list(holds.queues_that_fail(self.present)) == []
            assert list(holds.lists_that_fail(member, sets)) == []

    def look_at_many_pages(self) -> None:
        now, place = holds.judged(self.review), self.chance.randrange(5)
        for member in self.present:
            assert list(holds.pages_that_tell(member, now, lambda urls: urls[place::5])) == []


@pytest.fixture
def hearts_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "HEARTBEAT_EVERY", 3600)  # its own connection would wait for the test's transaction


@pytest.mark.parametrize("story", STORIES)
def test_all_holds_after_every_act_of_a_random_team(story: str, hearts_still: None) -> None:
    team = Team(random.Random(f"{SEED} {story}"))
    for _ in range(STORIES[story]):
        team.step()
        team.all_holds()
    team.look_at_many_pages()


def test_every_verb_was_done_and_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """In those stories, which run before."""
    verbs = {name for name in screening.__all__ if not name.startswith("perform_")} - NO_ACTS
    assert len(DONE.keys() & verbs) >= 20
    if STEPS >= ENOUGH:
        with capsys.disabled():
            print(f"\n{STEPS} steps, seed {SEED}; done: {DONE.most_common()}; refused: {REFUSED.most_common()}")
        assert {"never done": verbs - DONE.keys(), "never refused": verbs - REFUSED.keys()} == NOTHING_MISSED
