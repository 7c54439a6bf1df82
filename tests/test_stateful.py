"""Does everything hold whatever a team does, in whatever order, allowed or not? Random members do random acts; after each, all is checked.

The suite plays a short run. STATEFUL_STEPS=20000 plays as many steps; STATEFUL_SEED=... another run than the usual one. What fails is
shrunk by hypothesis to a short story, printed as the calls that lead to it; STATEFUL_SHRINK=0 prints it as it was found, at once.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from analysis import queries as analysis
from analysis.flow.constraints import nothing_is_lost
from analysis.flow.sets import FlowSets
from extraction.models import Study
from reviewapp import jobs
from reviewapp.models import Event, Member, Role
from screening import workflow as screening
from screening.models import Citation, Import, Note, Pair, Record, Resolution, Search, Vote
from tests import build, holds
from tests.acts import ACTS, DONE, SOURCES, trials
from tests.desk_acts import DESK
from tests.keeping_acts import KEEPING, KeepingActs

pytestmark = pytest.mark.django_db

STEPS = int(os.environ.get("STATEFUL_STEPS", "200"))
SEED = int(os.environ.get("STATEFUL_SEED", "5"))
SHRINK = os.environ.get("STATEFUL_SHRINK", "1") != "0"
IN_A_STORY = 50
EVERY = {**ACTS, **DESK, **KEEPING, "look_at_queues": 3}
ENOUGH = 3000  # steps in which every verb should have been done, or it is none that a team can do
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


class Team(KeepingActs, RuleBasedStateMachine):
    """A review in the hands of six members, some of whom leave, come back and change roles."""

    def __init__(self) -> None:
        super().__init__()
        self.around = transaction.atomic()
        self.around.__enter__()
        self.aside = {}
        self.own: dict[tuple[int, int, str], tuple[str, int | None]] = {}
        self.sets: FlowSets | None = None
        self.records_move = True
        self.rows: dict[str, int] = {}
        self.written = self.acts = 0

    def teardown(self) -> None:
        try:
            self.look_at_pages(lambda urls: urls[self.acts % 5 :: 5])
        finally:
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)

    @initialize()
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

    @rule(luck=st.integers(0, 2**64 - 1))
    def act(self, luck: int) -> None:
        """One act of one member on one thing. One rule and one draw for all: hypothesis would leave rules out, and repeat small numbers."""
        self.acts += 1
        chance = random.Random(luck + self.acts)  # of two equal draws, not the same act twice
        (act,) = chance.choices([*EVERY], weights=[*EVERY.values()])
        who, what, more = (chance.randrange(10_000) for _ in range(3))
        note(f"{act}({who}, {what}, {more})")
        getattr(self, act)(who, what, more)

    # --- looking ---

    def look_at_some_pages(self, who: int, what: int, more: int) -> None:
        self.look_at_pages(lambda urls: [urls[(more + step * 7) % len(urls)] for step in range(3)])

    def look_at_lists(self, *_: int) -> None:
        member = self.present[0]
        assert list(holds.lists_that_fail(member, analysis.flow_sets(member))) == []

    def look_at_queues(self, *_: int) -> None:
        assert list(holds.queues_that_fail(self.present)) == []

    # --- after every act ---------------------------------------------------------------------------------------

    @invariant()
    def all_holds(self) -> None:
        review, present = self.review, self.present
        now = holds.judged(review)
        wrong = [
            *holds.copies_that_differ(review, now),
            *holds.sums_that_fail(present[0], self.sets_now()),
            *holds.corrections_that_fail(review),
            *holds.words_that_fail(review),
            *holds.documents_from_nowhere(review),
            *holds.trail_that_fails(review),
        ]
        wrong += [*holds.seen_through_the_seal(present, now), *holds.events_through_the_seal(present)]
        assert wrong == []

    @invariant()
    def only_ones_own_act_changes_a_vote(self) -> None:
        stored = Vote.unblinded.standing().values_list("member", "citation", "stage", "answer", "reason")
        assert {(m, c, s): (answer, reason) for m, c, s, answer, reason in stored} == self.own

    @invariant()
    def nothing_is_lost(self) -> None:
        models = (Record, Citation, Import, Search, Member, Study, Resolution, Pair)
        rows = {model.__name__: model._base_manager.count() for model in models}
        rows |= {model.__name__: model.unblinded.count() for model in (Vote, Note, Event)}
        assert [name for name, count in self.rows.items() if rows[name] < count] == []
        sets = self.sets_now()
        if self.sets is not None and not self.records_move:
            assert nothing_is_lost(self.sets, sets) == []
        self.rows, self.sets, self.records_move = rows, sets, False

    def sets_now(self) -> FlowSets:
        return analysis.flow_sets(self.present[0])

    def look_at_pages(self, choose: Callable[[list[str]], list[str]]) -> None:
        now = holds.judged(self.review)
        for member in self.present:
            assert list(holds.pages_that_tell(member, now, choose)) == []


@pytest.fixture
def hearts_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "HEARTBEAT_EVERY", 3600)  # its own connection would wait for the test's transaction


def test_all_holds_after_every_act_of_a_random_team(hearts_still: None) -> None:
    run_state_machine_as_test(
        seed(SEED)(Team),
        settings=settings(
            max_examples=STEPS // IN_A_STORY + 1,
            stateful_step_count=IN_A_STORY,
            deadline=None,
            database=None,
            phases=[Phase.generate, *([Phase.shrink] if SHRINK else [])],
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"seed {SEED}, {STEPS} steps; done: {dict(sorted(DONE.items()))}")
    assert len(DONE) >= 20, DONE
    verbs = {name for name in screening.__all__ if not name.startswith("perform_")} - NO_ACTS
    if STEPS >= ENOUGH:
        assert verbs - DONE.keys() == set(), "these were never done"
