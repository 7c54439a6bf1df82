"""Does everything hold whatever a team does, in whatever order, allowed or not? Random members do random acts; after each, all is checked.

The suite plays a short run. STATEFUL_STEPS=20000 plays as many steps; STATEFUL_SEED=... another run than the usual one. What fails is
shrunk by hypothesis to a short story, printed as the calls that lead to it.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from analysis import queries as analysis
from analysis.flow.constraints import nothing_is_lost
from analysis.flow.sets import FlowSets
from extraction import workflow as extraction
from extraction.models import Study
from reviewapp import jobs, workflow
from reviewapp.access import Can, can
from reviewapp.errors import DomainError
from reviewapp.models import Event, ExclusionReason, Job, Member, Review, Role, Stage
from screening import workflow as screening
from screening.models import Citation, Import, Note, Pair, Record, Resolution, Search, Standing, StandingState, Vote
from tests import build, holds

pytestmark = pytest.mark.django_db

STEPS = int(os.environ.get("STATEFUL_STEPS", "300"))
SEED = int(os.environ.get("STATEFUL_SEED", "5"))
IN_A_STORY = 50
DONE: Counter[str] = Counter()  # how often each act was done, not refused: a run that does little proves little

TA, FT = Stage.TITLE_ABSTRACT, Stage.FULL_TEXT
ANSWERS = ("include", "include", "maybe", "exclude", "exclude")
ACTS = (  # what is done often stands more than once
    *(
        "vote",
        "vote",
        "vote",
        "two_vote",
        "two_vote",
        "two_vote",
        "goes_on",
        "goes_on",
        "withdraw_vote",
        "withdraw_vote",
    ),
    *("note", "withdraw_note", "resolve", "resolve", "withdraw_resolution", "report", "report", "attach"),
    *("make_study", "make_study", "join_or_split", "drop_or_restore_study", "import_file", "work"),
    *("undo_or_restore_import", "undo_or_restore_import", "link_record", "link_record", "split_record"),
    *("decide_pair", "reopen_pair", "look_for_duplicates", "change_search", "drop_or_restore_search"),
    *("change_role", "leave", "come_back", "votes_needed", "set_reasons", "close_and_reopen"),
    *("look_at_some_pages", "look_at_lists"),
)
SOURCES = (("database", "MEDLINE"), ("database", "Embase"), ("register", "ISRCTN"), ("other", "Reference lists"))


def nth(rows, place: int):  # noqa: ANN001, ANN201 - one row of any QuerySet
    """The row at this place, counted round; the same story picks the same rows."""
    found = list(rows.order_by("pk"))
    return found[place % len(found)] if found else None


def pick(things: Sequence, place: int):  # noqa: ANN201 - one of them
    return things[place % len(things)]


def trials(first: int, count: int) -> bytes:
    """Records of a few publications, so that files have them in common: by DOI, by their fields, or doubtfully."""
    return build.ris(
        *(
            {
                "TI": f"A randomised trial of {['talking', 'walking', 'music'][n % 3]} with infants",
                "AU": [f"Author{n % 5}, A.", "Second, B."],
                "PY": 2000 + n % 4,
                "JO": "J Trials",
                **({"DO": f"10.1000/trial{n}"} if n % 2 else {}),
            }
            for n in range(first, first + count)
        )
    )


class Team(RuleBasedStateMachine):
    """A review in the hands of six members, some of whom leave, come back and change roles."""

    def __init__(self) -> None:
        super().__init__()
        self.around = transaction.atomic()
        self.around.__enter__()
        self.own: dict[tuple[int, int, str], tuple[str, int | None]] = {}
        self.sets: FlowSets | None = None
        self.records_move = True
        self.rows: dict[str, int] = {}
        self.written = self.acts = 0

    def teardown(self) -> None:
        try:
            self.look_at_pages(lambda urls: urls)
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

    # --- who and what ------------------------------------------------------------------------------------------

    @property
    def review(self) -> Review:
        return Review.objects.get(pk=self.review_pk)

    def member(self, place: int) -> Member:
        """Anybody who is or was in the review."""
        return nth(Member.objects.filter(review=self.review_pk).select_related("review", "user"), place)

    def member_now(self, pk: int) -> Member:
        return Member.objects.select_related("review", "user").get(pk=pk)

    @property
    def present(self) -> list[Member]:
        team = Member.objects.filter(review=self.review_pk, left_at=None)
        return list(team.select_related("review", "user").order_by("pk"))

    def able(self, place: int, need: Can) -> Member:
        """Mostly somebody who may do it; now and then anybody, also who has left."""
        able = [each for each in self.present if can(each, need)]
        return self.member(place) if place % 6 == 5 or not able else able[place % len(able)]

    def by(self, pk: int, place: int) -> Member:
        """Mostly whose it is; now and then anybody."""
        return self.member(place) if place % 6 == 5 else self.member_now(pk)

    def citation(self, place: int) -> Citation:
        return nth(Citation.objects.filter(review=self.review_pk), place)

    def at_full_text(self, place: int) -> Citation:
        reached = Standing.objects.filter(review=self.review_pk, stage=FT).exclude(state=StandingState.UNREACHED)
        found = nth(reached, place)
        return found.citation if found else self.citation(place)

    def reason(self, place: int, stage: str, answer: str) -> ExclusionReason | None:
        """Given where it is asked for; now and then where it is not."""
        asked = (stage, answer) == (FT, "exclude") or place % 50 == 0
        return nth(ExclusionReason.objects.filter(review=self.review_pk), place) if asked else None

    def tried(self, act: Callable[..., object], *args: object, **options: object) -> bool:
        """Do it if it is allowed and possible; a refusal in words is as good."""
        if any(each is None for each in args):
            return False
        try:
            with transaction.atomic():
                act(*args, **options)
        except DomainError:
            return False
        DONE[act.__name__] += 1
        return True

    @rule(luck=st.integers(0, 2**64 - 1))
    def act(self, luck: int) -> None:
        """One act of one member on one thing. One rule and one draw for all: hypothesis would leave rules out, and repeat small numbers."""
        self.acts += 1
        chance = random.Random(luck + self.acts)  # of two equal draws, not the same act twice
        act, who, what, more = chance.choice(ACTS), *(chance.randrange(10_000) for _ in range(3))
        note(f"{act}({who}, {what}, {more})")
        getattr(self, act)(who, what, more)

    # --- votes -------------------------------------------------------------------------------------------------

    def votes(
        self, member: Member, citation: Citation, stage: str, answer: str, reason: ExclusionReason | None
    ) -> None:
        if self.tried(screening.vote, member, citation, stage, answer, reason=reason):
            self.own[member.pk, citation.pk, str(stage)] = (answer, reason.pk if reason else None)

    def reached(self, place: int) -> str:
        """A stage, mostly one that citations are at."""
        return FT if place % 3 == 2 else TA

    def vote(self, who: int, what: int, more: int) -> None:
        stage, answer = self.reached(more), pick(ANSWERS, more)
        citation = self.at_full_text(what) if stage == FT else self.citation(what)
        self.votes(self.able(who, Can.SCREEN), citation, stage, answer, self.reason(more, stage, answer))

    def two_vote(self, who: int, what: int, more: int) -> None:
        """Two authors one after the other, so that verdicts and conflicts come about."""
        stage = self.reached(more)
        citation = self.at_full_text(what) if stage == FT else self.citation(what)
        for place, given in ((who, pick(ANSWERS, more)), (who + 1, pick(ANSWERS, more // 7))):
            self.votes(self.able(place, Can.SCREEN), citation, stage, given, self.reason(more + place, stage, given))

    def goes_on(self, who: int, what: int, more: int) -> None:
        citation = self.citation(what)
        for place in (who, who + 1):
            self.votes(self.able(place, Can.SCREEN), citation, TA, "include", None)
        self.tried(screening.mark_retrieved, self.able(more, Can.IMPORT), citation)

    def withdraw_vote(self, who: int, what: int, more: int) -> None:
        vote = nth(Vote.unblinded.standing().filter(citation__review=self.review_pk), what)
        if vote is None:
            return
        member = self.by(vote.member_id, who)
        if self.tried(screening.withdraw_vote, member, vote.citation, vote.stage):
            del self.own[member.pk, vote.citation_id, vote.stage]

    def note(self, who: int, what: int, more: int) -> None:
        self.written += 1
        text = f"Quokka{self.written}x"
        self.tried(screening.add_note, self.able(who, Can.SCREEN), self.citation(what), self.reached(more), text)

    def withdraw_note(self, who: int, what: int, more: int) -> None:
        note = nth(Note.unblinded.filter(citation__review=self.review_pk), what)
        if note:
            self.tried(screening.withdraw_note, self.by(note.member_id, who), note)

    def resolve(self, who: int, what: int, more: int) -> None:
        conflict = nth(Standing.objects.filter(review=self.review_pk, state=StandingState.CONFLICT), what)
        citation, stage = (conflict.citation, conflict.stage) if conflict else (self.citation(what), TA)
        answer = pick(ANSWERS, more)
        reason = self.reason(more, stage, answer)
        self.tried(screening.resolve, self.able(who, Can.ARBITRATE), citation, stage, answer, reason=reason)

    def withdraw_resolution(self, who: int, what: int, more: int) -> None:
        found = nth(Resolution.objects.filter(citation__review=self.review_pk, withdrawn_at=None), what)
        if found:
            self.tried(screening.withdraw_resolution, self.by(found.member_id, who), found.citation, found.stage)

    # --- reports and studies -----------------------------------------------------------------------------------

    def sought(self, place: int) -> Citation:
        return nth(Citation.objects.filter(review=self.review_pk, report__isnull=False), place) or self.citation(place)

    def report(self, who: int, what: int, more: int) -> None:
        act = pick(
            (screening.mark_retrieved, screening.mark_retrieved, screening.not_retrieved, screening.seek_again), more
        )
        self.tried(act, self.able(who, Can.IMPORT), self.sought(what))

    def attach(self, who: int, what: int, more: int) -> None:
        pdf = b"%PDF-1.4 " + str(more % 3).encode()
        self.tried(screening.attach, self.able(who, Can.IMPORT), self.sought(what), "report.pdf", [pdf])

    def included(self, place: int) -> Citation:
        at_full_text = {"standings__stage": FT, "standings__state": StandingState.INCLUDE}
        return nth(Citation.objects.filter(review=self.review_pk, **at_full_text), place) or self.citation(place)

    def a_study(self, place: int) -> Study | None:
        return nth(Study.objects.filter(review=self.review_pk), place)

    def make_study(self, who: int, what: int, more: int) -> None:
        self.tried(extraction.make_study, self.able(who, Can.EXTRACT), "", [self.included(what)])

    def join_or_split(self, who: int, what: int, more: int) -> None:
        act = pick((extraction.join_report, extraction.join_report, extraction.split_report), more)
        self.tried(act, self.able(who, Can.EXTRACT), self.a_study(more), self.included(what))

    def drop_or_restore_study(self, who: int, what: int, more: int) -> None:
        act = pick((extraction.drop_study, extraction.restore_study), more)
        self.tried(act, self.able(who, Can.EXTRACT), self.a_study(what))

    # --- records -----------------------------------------------------------------------------------------------

    def a_search(self, place: int) -> Search:
        return nth(Search.objects.filter(review=self.review_pk), place)

    def a_record(self, place: int) -> Record:
        return nth(Record.objects.filter(review=self.review_pk), place)

    def import_file(self, who: int, what: int, more: int) -> None:
        data = [trials(more % 9, 1 + more % 3)]
        member = self.able(who, Can.IMPORT)
        self.tried(screening.start_import, member, self.a_search(what), "more.ris", data, again=True)
        if more % 4:
            self.work()

    def work(self, *_: int) -> None:
        """A worker does what waits, also what that queues."""
        self.records_move = True
        while job := Job.objects.filter(review=self.review_pk, state=Job.State.QUEUED).order_by("pk").first():
            jobs.perform(job.pk)
            job.refresh_from_db()
            assert job.state == Job.State.DONE, f"{job.kind}: {job.error}"

    def undo_or_restore_import(self, who: int, what: int, more: int) -> None:
        self.records_move = True
        gone = Import.objects.filter(search__review=self.review_pk, undone_at__isnull=False)
        taken = nth(gone, what) if more % 3 else nth(Import.objects.filter(search__review=self.review_pk), what)
        act = screening.restore_import if more % 3 else screening.undo_import
        self.tried(act, self.able(who, Can.IMPORT), taken)

    def link_record(self, who: int, what: int, more: int) -> None:
        self.tried(screening.link_record, self.able(who, Can.IMPORT), self.a_record(what), self.citation(more))

    def split_record(self, who: int, what: int, more: int) -> None:
        self.tried(screening.split_record, self.able(who, Can.IMPORT), self.a_record(what))

    def decide_pair(self, who: int, what: int, more: int) -> None:
        pair = nth(Pair.objects.filter(review=self.review_pk, state__in=["asked", "later"]), what)
        self.tried(screening.decide_pair, self.able(who, Can.IMPORT), pair, pick(("same", "different", "later"), more))

    def reopen_pair(self, who: int, what: int, more: int) -> None:
        pair = nth(Pair.objects.filter(review=self.review_pk, state__in=["same", "different", "later"]), what)
        if pair:
            self.tried(screening.reopen_pair, self.by(pair.member_id, who), pair)

    def look_for_duplicates(self, who: int, what: int, more: int) -> None:
        self.tried(screening.start_deduplication, self.able(who, Can.IMPORT))

    def change_search(self, who: int, what: int, more: int) -> None:
        self.records_move = True
        kind, source = pick(SOURCES, more)
        self.tried(screening.change_search, self.able(who, Can.IMPORT), self.a_search(what), kind=kind, source=source)

    def drop_or_restore_search(self, who: int, what: int, more: int) -> None:
        self.records_move = True
        act = pick((screening.drop_search, screening.restore_search), more)
        self.tried(act, self.able(who, Can.IMPORT), self.a_search(what))

    # --- team and protocol -------------------------------------------------------------------------------------

    def change_role(self, who: int, what: int, more: int) -> None:
        role = pick(Role.values, more)
        self.tried(workflow.change_role, self.able(who, Can.MANAGE), self.member(what), role, is_author=more % 5 > 0)

    def leave(self, who: int, what: int, more: int) -> None:
        self.tried(workflow.leave, self.able(who, Can.MANAGE) if more % 2 else self.member(what), self.member(what))

    def come_back(self, who: int, what: int, more: int) -> None:
        owner = next(each for each in self.present if each.role == Role.OWNER)
        gone = nth(Member.objects.filter(review=self.review_pk, left_at__isnull=False), what) or self.member(what)
        self.tried(workflow.accept, gone.user, workflow.invite(owner, pick(Role.values, more)).token)

    def votes_needed(self, who: int, what: int, more: int) -> None:
        changes = {f"votes_{pick((TA, FT), what)}": 1 + more % 2}
        self.tried(workflow.amend_protocol, self.able(who, Can.MANAGE), **changes)

    def set_reasons(self, who: int, what: int, more: int) -> None:
        texts = [text for place, text in enumerate((*build.REASONS, "Not published")) if more >> place & 1]
        self.tried(workflow.set_reasons, self.able(who, Can.MANAGE), texts or build.REASONS)

    def close_and_reopen(self, who: int, what: int, more: int) -> None:
        member = self.able(who, Can.MANAGE)
        if self.tried(workflow.close, member):
            self.vote(who, what, more)
            assert self.tried(workflow.reopen, self.member_now(member.pk))

    def look_at_some_pages(self, who: int, what: int, more: int) -> None:
        self.look_at_pages(lambda urls: [urls[(more + step * 7) % len(urls)] for step in range(3)])

    def look_at_lists(self, *_: int) -> None:
        member = self.present[0]
        assert list(holds.lists_that_fail(member, analysis.flow_sets(member))) == []

    # --- after every act ---------------------------------------------------------------------------------------

    @invariant()
    def all_holds(self) -> None:
        review, present = self.review, self.present
        now = holds.judged(review)
        wrong = [
            *holds.copies_that_differ(review, now),
            *holds.sums_that_fail(present[0], self.sets_now()),
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
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"seed {SEED}, {STEPS} steps; done: {dict(sorted(DONE.items()))}")
    assert len(DONE) >= 20, DONE
