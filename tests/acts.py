"""What can members do, allowed or not? Acts on one review, each by one of its members on one of its things, picked by numbers.

They are those of a random team (tests/test_stateful.py). What is refused in words is as good as what is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from extraction import workflow as extraction
from extraction.models import Study
from reviewapp import jobs, workflow
from reviewapp.access import Can, can
from reviewapp.errors import DomainError
from reviewapp.models import Event, ExclusionReason, Job, Member, ReasonAgreement, Review, Role, Sharing, Stage
from screening import queries
from screening import workflow as screening
from screening.models import (
    Citation,
    Import,
    Judged,
    Note,
    Pair,
    Proposal,
    Record,
    Resolution,
    Search,
    Standing,
    StandingState,
    Vote,
)
from tests import build

TA, FT = Stage.TITLE_ABSTRACT, Stage.FULL_TEXT
DONE: Counter[str] = Counter()  # how often each verb was done and left its event
REFUSED: Counter[str] = Counter()  # how often it was refused in words
MOST_RECORDS = 30  # with as many, nothing more is imported
MOVING = {"add_record", "undo_import", "restore_import", "change_search", "drop_search", "restore_search"}
"""After these, records stand in other boxes of the flow diagram, or in none."""
ANSWERS = ("include", "include", "maybe", "exclude", "exclude")
ACTS = {  # how often each is tried, beside the others
    **{"two_vote": 12, "goes_on": 9, "vote": 6, "withdraw_vote": 3, "resolve": 4, "withdraw_resolution": 1},
    **{"propose": 2, "withdraw_proposal": 1, "discuss": 1, "note": 2, "withdraw_note": 1},
    **{"report": 2, "detach": 1, "make_study": 3, "join_or_split": 2},
    **{"drop_or_restore_study": 3, "previous_version": 1, "import_file": 2, "work": 1, "undo_or_restore_import": 2},
    **{"link_record": 2, "split_record": 2, "decide_pair": 2, "reopen_pair": 1, "look_for_duplicates": 1},
    **{"link_citations": 1, "judge_links": 2, "withdraw_judgement": 1},
    **{"change_search": 1, "drop_or_restore_search": 1, "change_role": 1, "leave": 1, "come_back": 2},
    **{"votes_needed": 1, "set_reasons": 1, "close_and_reopen": 1, "change_reason": 5, "merge_reason": 1},
    **{"undo_reason_change": 1, "change_rules": 2, "share": 1, "join_partners": 1},
}
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


class Acts:
    """The acts, on the review `review_pk`. own: each member's standing votes, by their own acts alone."""

    review_pk: int
    own: dict[tuple[int, int, str], tuple[str, int | None]]
    written: int
    records_move: bool

    # --- who and what ------------------------------------------------------------------------------------------

    @property
    def review(self) -> Review:
        return Review.objects.get(pk=self.review_pk)

    @property
    def members(self) -> list[Member]:
        """All who are or were in the review."""
        return list(Member.objects.filter(review=self.review_pk).select_related("review", "user").order_by("pk"))

    def member(self, place: int) -> Member:
        return self.members[place % len(self.members)]

    def member_now(self, pk: int) -> Member:
        return Member.objects.select_related("review", "user").get(pk=pk)

    @property
    def present(self) -> list[Member]:
        return [each for each in self.members if each.left_at is None]

    def able(self, place: int, need: Can) -> Member:
        """Mostly somebody who may do it; now and then somebody who may not, also who has left."""
        team = {each: can(each, need) for each in self.members}
        those = [each for each, may in team.items() if may != (place % 3 == 2)] or [*team]
        return those[place % len(those)]

    def by(self, pk: int, place: int) -> Member:
        """Mostly whose it is; now and then anybody."""
        return self.member(place) if place % 3 == 2 else self.member_now(pk)

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
        """Do it if it is allowed and possible; a refusal in words is as good, if nothing comes of it."""
        if any(each is None for each in args):
            return False
        before = self.last_event()
        try:
            act(*args, **options)
        except DomainError:
            REFUSED[act.__name__] += 1
            assert self.last_event() == before, f"{act.__name__} was refused and left an event"
            return False
        if self.last_event() != before:
            DONE[act.__name__] += 1
            self.records_move |= act.__name__ in MOVING
        return True

    def last_event(self) -> int:
        return Event.unblinded.order_by("pk").values_list("pk", flat=True).last() or 0

    # --- votes -------------------------------------------------------------------------------------------------

    def votes(
        self, member: Member, citation: Citation, stage: str, answer: str, reason: ExclusionReason | None
    ) -> None:
        if self.tried(screening.vote, member, citation, stage, answer, reason=reason):
            self.own[member.pk, citation.pk, str(stage)] = (answer, reason.pk if reason else None)

    def reached(self, place: int) -> Stage:
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
        member, private = self.able(who, Can.SCREEN), more % 4 == 0
        self.tried(screening.add_note, member, self.citation(what), self.reached(more), text, private=private)

    def withdraw_note(self, who: int, what: int, more: int) -> None:
        note = nth(Note.unblinded.filter(citation__review=self.review_pk), what)
        if note:
            self.tried(screening.withdraw_note, self.by(note.member_id, who), note)

    def a_conflict(self, place: int) -> tuple[Citation, str]:
        found = nth(Standing.objects.filter(review=self.review_pk, state=StandingState.CONFLICT), place)
        return (found.citation, found.stage) if found else (self.citation(place), TA)

    def resolve(self, who: int, what: int, more: int) -> None:
        citation, stage = self.a_conflict(what)
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

    def detach(self, who: int, what: int, more: int) -> None:
        self.tried(screening.detach, self.able(who, Can.IMPORT), self.sought(what))

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

    def previous_version(self, who: int, what: int, more: int) -> None:
        if more % 3 == 0:
            self.tried(extraction.withdraw_previous_version, self.able(who, Can.MANAGE))
            return
        known = list(Study.objects.filter(review=self.review_pk).order_by("pk").values_list("pk", flat=True))[
            : what % 3
        ]
        told = {"studies": more % 7, "reports": more % 9, "source": "Version of 2015", "known": known}
        self.tried(extraction.state_previous_version, self.able(who, Can.MANAGE), **told)

    # --- records -----------------------------------------------------------------------------------------------

    def room(self) -> bool:
        """A story stays small, or looking after each act would take too long."""
        return Record.objects.filter(source__search__review=self.review_pk).count() < MOST_RECORDS

    def a_search(self, place: int) -> Search:
        return nth(Search.objects.filter(review=self.review_pk), place)

    def a_record(self, place: int) -> Record:
        return nth(Record.objects.filter(review=self.review_pk), place)

    def import_file(self, who: int, what: int, more: int) -> None:
        if not self.room():
            return
        data = [trials(more % 9, 1 + more % 3)]
        member = self.able(who, Can.IMPORT)
        self.tried(screening.start_import, member, self.a_search(what), "more.ris", data, again=True)
        if more % 4:
            self.work()

    def work(self, *_: int) -> None:
        """A worker does what waits, also what that queues."""
        while job := Job.objects.filter(review=self.review_pk, state=Job.State.QUEUED).order_by("pk").first():
            jobs.perform(job.pk)
            job.refresh_from_db()
            assert job.state == Job.State.DONE, f"{job.kind}: {job.error}"
            self.records_move = True

    def undo_or_restore_import(self, who: int, what: int, more: int) -> None:
        gone = Import.objects.filter(search__review=self.review_pk, undone_at__isnull=False)
        taken = nth(gone, what) if more % 3 else nth(Import.objects.filter(search__review=self.review_pk), what)
        act = screening.restore_import if more % 3 else screening.undo_import
        self.tried(act, self.able(who, Can.IMPORT), taken)

    def link_record(self, who: int, what: int, more: int) -> None:
        self.tried(screening.link_record, self.able(who, Can.IMPORT), self.a_record(what), self.citation(more))

    def split_record(self, who: int, what: int, more: int) -> None:
        self.tried(screening.split_record, self.able(who, Can.IMPORT), self.a_record(what))

    def decide_pair(self, who: int, what: int, more: int) -> None:
        states = ["asked", "later", "same", "different"]
        by = self.able(who, Can.IMPORT)
        if pair := nth(Pair.objects.filter(review=self.review_pk, state__in=states), what):
            seen = [each.key for each in self.objections(by, pair)] if more % 2 else []
            self.tried(screening.decide_pair, by, pair, pick(("same", "different", "later"), more), seen)

    def objections(self, by: Member, pair: Pair) -> list[screening.Objection]:
        """What a page would show of the words against an answer."""
        homes = set(queries.homes(by, [pair.a_id, pair.b_id]).values())
        return [*screening.answered(pair), *screening.objections(by, homes)]

    def reopen_pair(self, who: int, what: int, more: int) -> None:
        pair = nth(Pair.objects.filter(review=self.review_pk, state__in=["same", "different", "later"]), what)
        if pair:
            said = nth(pair.words.filter(withdrawn_at=None), more)
            self.tried(screening.reopen_pair, self.by(said.member_id, who), pair)

    def link_citations(self, who: int, what: int, more: int) -> None:
        by, one, other = self.able(who, Can.IMPORT), self.citation(what), self.citation(more)
        seen = [each.key for each in screening.objections(by, {one.pk, other.pk})] if one and other and what % 2 else []
        self.tried(screening.link_citations, by, one, other, seen)

    def judge_links(self, who: int, what: int, more: int) -> None:
        sample = Judged.objects.filter(audit__review=self.review_pk, answer__in=("", "later"), audit__dropped_at=None)
        if judged := nth(sample, what):
            self.tried(
                screening.judge_link, self.able(who, Can.IMPORT), judged, pick(("right", "wrong", "later"), more)
            )
        else:
            self.tried(screening.draw_audit, self.able(who, Can.IMPORT), 1 + more % 3, seed=str(what))

    def withdraw_judgement(self, who: int, what: int, more: int) -> None:
        judged = nth(Judged.objects.filter(audit__review=self.review_pk).exclude(answer=""), what)
        if judged:
            self.tried(screening.withdraw_judgement, self.by(judged.member_id, who), judged)

    def look_for_duplicates(self, who: int, what: int, more: int) -> None:
        self.tried(screening.start_deduplication, self.able(who, Can.IMPORT))

    def change_search(self, who: int, what: int, more: int) -> None:
        kind, source = pick(SOURCES, more)
        self.tried(screening.change_search, self.able(who, Can.IMPORT), self.a_search(what), kind=kind, source=source)

    def drop_or_restore_search(self, who: int, what: int, more: int) -> None:
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

    def change_reason(self, who: int, what: int, more: int) -> None:
        """One act on the list of reasons: name, group, order, retire, bring back."""
        member, reason = self.able(who, Can.MANAGE), self.a_reason(what)
        act = more % 5
        if act == 0:
            self.tried(screening.rename_reason, member, reason, f"Reason {more}")
        elif act == 1:
            self.tried(screening.group_reason, member, reason, pick(("", "Design", "People"), more // 5))
        elif act == 2:
            self.tried(screening.move_reason, member, reason, up=bool(more // 5 % 2))
        else:
            self.tried(screening.retire_reason if act == 3 else screening.restore_reason, member, reason)

    def merge_reason(self, who: int, what: int, more: int) -> None:
        self.tried(screening.merge_reason, self.able(who, Can.MANAGE), self.a_reason(what), self.a_reason(more))

    def undo_reason_change(self, who: int, what: int, more: int) -> None:
        event = nth(Event.unblinded.filter(review=self.review_pk, verb__startswith="screening.reason"), what)
        self.tried(screening.undo_reason_change, self.able(who, Can.MANAGE), event)

    def a_reason(self, place: int) -> ExclusionReason | None:
        return nth(ExclusionReason.objects.filter(review=self.review_pk), place)

    def change_rules(self, who: int, what: int, more: int) -> None:
        """One switch of the protocol."""
        changes: dict[str, object] = {
            "reason_agreement": pick(ReasonAgreement.values, more),
            "blind_resolver": more % 3 == 0,
            "voter_may_resolve": more % 3 == 0,
            "settle_together": more % 2 == 0,
        }
        name = pick(list(changes), what)
        self.tried(workflow.amend_protocol, self.able(who, Can.MANAGE), **{name: changes[name]})

    def propose(self, who: int, what: int, more: int) -> None:
        """Two who voted propose the same, mostly, to settle their conflict together."""
        citation, stage = self.a_conflict(what)
        answer = pick(("include", "exclude"), more)
        for vote in Vote.unblinded.standing().filter(citation=citation, stage=stage).order_by("pk")[: 1 + more % 3]:
            reason = self.reason(more, stage, answer)
            self.tried(screening.propose, self.by(vote.member_id, who), citation, stage, answer, reason=reason)

    def withdraw_proposal(self, who: int, what: int, more: int) -> None:
        proposal = nth(Proposal.unblinded.filter(citation__review=self.review_pk, withdrawn_at=None), what)
        if proposal:
            member = self.by(proposal.member_id, who)
            self.tried(screening.withdraw_proposal, member, proposal.citation, proposal.stage)

    def discuss(self, who: int, what: int, more: int) -> None:
        self.written += 1
        citation, stage = self.a_conflict(what)
        self.tried(screening.discuss, self.able(who, Can.SCREEN), citation, stage, f"Quokka{self.written}x")

    def share(self, who: int, what: int, more: int) -> None:
        mode = pick(Sharing.values, more)
        self.tried(screening.set_sharing, self.able(who, Can.MANAGE), self.reached(what).value, mode)

    def join_partners(self, who: int, what: int, more: int) -> None:
        pair = (self.able(what, Can.SCREEN), self.able(more, Can.SCREEN))
        self.tried(screening.join_partners, self.able(who, Can.MANAGE), self.reached(more), *pair)

    def votes_needed(self, who: int, what: int, more: int) -> None:
        changes = {f"votes_{self.reached(what).value}": 1 + more % 2}
        self.tried(workflow.amend_protocol, self.able(who, Can.MANAGE), **changes)

    def set_reasons(self, who: int, what: int, more: int) -> None:
        texts = [text for place, text in enumerate((*build.REASONS, "Not published")) if more >> place & 1]
        self.tried(workflow.set_reasons, self.able(who, Can.MANAGE), texts or build.REASONS)

    def close_and_reopen(self, who: int, what: int, more: int) -> None:
        member = self.able(who, Can.MANAGE)
        if self.tried(workflow.close, member):
            self.vote(who, what, more)
            assert self.tried(workflow.reopen, self.member_now(member.pk))
