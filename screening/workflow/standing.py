"""Where does a citation stand, and what does it show? The only writers of Standing and of a citation's shown fields.

A standing is a copy, for indexing, of the verdict on the votes; it can be computed again at any time, and a test does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from reviewapp import audit, states
from reviewapp.errors import NotHere
from reviewapp.models import Event, ExclusionReason, Member, Review, Stage
from screening.consensus.verdict import AS_CHOSEN, INCLUDE, Ballot, Reasons, Verdict, verdict
from screening.dedupe.best import best_fields
from screening.models import (
    GONE,
    SETTLED,
    Bibliography,
    Citation,
    Link,
    Pilot,
    Record,
    Removed,
    Report,
    Resolution,
    Standing,
    StandingState,
    Vote,
)
from screening.workflow.shown import corrected

UNREACHED = Verdict(StandingState.UNREACHED)
MOVES = {state: set(StandingState.values) - {state} for state in StandingState.values}


# Each vote waits for these while it keeps the citation locked. For Django to spell them takes five times as long as to have them answered.
CITATION = "SELECT id, review_id, live, title FROM screening_citation WHERE id = %s AND review_id = %s"
STANDINGS = "SELECT * FROM screening_standing WHERE citation_id = %s"
VOTES = "SELECT * FROM screening_vote WHERE citation_id = %s AND withdrawn_at IS NULL ORDER BY id"
RESOLUTIONS = "SELECT * FROM screening_resolution WHERE citation_id = %s AND withdrawn_at IS NULL"


def locked(member: Member, citation: Citation | int) -> Citation:
    """The citation (or the one of this id), locked until the transaction ends: every verb on its votes, links and report begins here.

    Raises NotHere for a citation of another review, and where there is none.
    """
    pk = citation if isinstance(citation, int) else citation.pk
    lock = "FOR UPDATE" if connection.features.has_select_for_update else ""
    for found in Citation.objects.raw(f"{CITATION} {lock}", [pk, member.review_id]):
        return found
    raise NotHere


def lock_all(citations: QuerySet[Citation]) -> None:
    """Lock these citations, always in the same order, before anything that rests on them is read or written."""
    list(citations.select_for_update().order_by("pk").values_list("pk", flat=True))


class Case:
    """All that a locked citation's standings follow from, read once: its standings, votes and resolutions at both stages."""

    def __init__(self, citation: Citation) -> None:
        self.citation = citation
        self.standings = {each.stage: each for each in Standing.objects.raw(STANDINGS, [citation.pk])}
        self.votes = list(Vote.unblinded.raw(VOTES, [citation.pk]))
        self.resolutions = {each.stage: each for each in Resolution.objects.raw(RESOLUTIONS, [citation.pk])}

    @cached_property
    def removed(self) -> Verdict | None:
        """Removed before screening: then no vote leads to a verdict."""
        kinds = Removed.objects.filter(citation=self.citation, undone_at=None).values_list("removal__kind", flat=True)
        return next((Verdict(kind) for kind in kinds), None)

    def votes_at(self, stage: str) -> list[Vote]:
        return [each for each in self.votes if each.stage == stage]

    def verdict(self, stage: str) -> Verdict:
        """The verdict on the present votes and resolution at a stage, by the review's present rule on reasons."""
        ballots = [Ballot(each.answer, each.reason_id) for each in self.votes_at(stage)]
        resolution = self.resolutions.get(stage)
        decision = Ballot(resolution.answer, resolution.reason_id) if resolution else None
        reasoned = any(ballot.reason for ballot in [*ballots, *filter(None, [decision])])
        return verdict(ballots, self.standings[stage].needed, decision, self.reasons if reasoned else AS_CHOSEN)

    @cached_property
    def reasons(self) -> Reasons:
        """The review's reasons as they stand now; the lock on the citation keeps another rule waiting."""
        return reasons_of(self.citation.review_id)

    def stays_open(self, stage: str) -> bool:
        """Whether a verdict stood and stands with the votes as they are now. What is done then is open to all at once: nothing later unseals it."""
        standing = self.standings.get(stage)
        return standing is not None and standing.state in SETTLED and self.verdict(stage).state in SETTLED


def reasons_of(review: int) -> Reasons:
    """The review's reasons and its rule on them, as the database has them: a member's copy of the review may be an older one."""
    listed = ExclusionReason.objects.filter(review=review)
    rows = list(listed.values_list("pk", "group", "merged_into", "review__reason_agreement"))
    return Reasons(
        agreement=rows[0][3],
        order=[pk for pk, *_ in rows],
        group={pk: group for pk, group, *_ in rows},
        merged={pk: into for pk, _, into, _ in rows if into},
    )


def settle(member: Member, citation: Citation, case: Case | None = None) -> None:
    """Bring the standings of a locked citation in line with its votes; open the full-text stage where title and abstract let it through.

    Recorded are verdicts that stand (which unseals the votes) and verdicts that fall; a conflict is not, it would tell the votes.
    case: what the verb has read of the citation and changed already, so that it is not read twice.
    """
    case = case or Case(citation)
    screened = write(member, case, Stage.TITLE_ABSTRACT, reached=citation.live)
    retrieved = False
    if screened == INCLUDE:
        report, _ = Report.objects.get_or_create(citation=citation)
        retrieved = report.state == Report.State.RETRIEVED
    if retrieved or Stage.FULL_TEXT in case.standings:
        write(member, case, Stage.FULL_TEXT, reached=retrieved)


def write(member: Member, case: Case, stage: str, *, reached: bool) -> str:
    """Write one standing if it changed, and record a verdict that stands or falls. Returns the state."""
    if stage not in case.standings:
        case.standings[stage] = Standing.objects.create(
            citation=case.citation,
            review_id=case.citation.review_id,
            stage=stage,
            state=StandingState.UNREACHED,
            needed=protocol(case.citation).votes_needed(stage),
        )
    standing = case.standings[stage]
    before = (standing.state, standing.reason_id)
    now = case.verdict(stage) if reached else UNREACHED
    if reached and stage == Stage.TITLE_ABSTRACT and standing.state in (StandingState.UNREACHED, *GONE):
        now = case.removed or now  # asked only where it can be so: a vote is cast on what waits
    also = ["begun_by"] if begun(standing, case.votes_at(stage)) else []
    if before == (now.state, now.reason):
        if also:
            standing.save(update_fields=also)
        return now.state
    if standing.reason_id != now.reason:
        standing.reason_id = now.reason
        also.append("reason")
    if standing.opened_at is None and opens(case.citation, now.state):
        standing.opened_at = timezone.now()
        also.append("opened_at")
    if not states.move(standing, now.state, MOVES, also=also):
        standing.save(update_fields=also)
    subject = audit.subject_of(case.citation, stage)
    if now.state in SETTLED:
        reason = standing.reason.text if standing.reason else ""
        audit.record(member, "screening.settled", subject, unseals=True, stage=stage, state=now.state, reason=reason)
        if standing.pilot_id:
            tell_of_pilot(member, standing.pilot)
    elif before[0] in SETTLED:
        audit.record(member, "screening.unsettled", subject, stage=stage)
    return now.state


def begun(standing: Standing, votes: list[Vote]) -> bool:
    """Bring in line who cast the only vote; whether that is somebody else than before."""
    voter = votes[0].member_id if len(votes) == 1 else None
    changed = standing.begun_by_id != voter
    standing.begun_by_id = voter
    return changed


def tell_of_pilot(member: Member, pilot: Pilot) -> None:
    """Once a pilot is complete and all its verdicts stand, what it came to is told to everybody."""
    in_view = pilot.standings.filter(citation__live=True)
    if pilot.completed_at and not in_view.exclude(state__in=SETTLED).exists():
        audit.record(member, "screening.pilot_opened", pilot, unseals=True, round=pilot.round)


def opens(citation: Citation, state: str) -> bool:
    """Whether votes are no longer blind to all who cast them: a verdict stands, or the protocol tells voters of their conflict."""
    return state in SETTLED or (state == StandingState.CONFLICT and protocol(citation).voters_see_conflicts)


def protocol(citation: Citation) -> Review:
    """The protocol as it stands now that the citation is locked: who changes it waits for that, and a member's copy may be an older one."""
    return Review.objects.get(pk=citation.review_id)


def conflicts_opened(event: Event, member: Member) -> None:
    """The protocol begins to tell voters of conflicts: the votes of those that are there are open from now on.

    Only these are locked, or nobody could vote meanwhile. One that comes about at this very moment is missed: see `open_if_told`.
    """
    if any(event.facts["after"].get(name) for name in ("settle_together", "voter_may_resolve")):
        found = Standing.objects.filter(review=member.review_id, state=StandingState.CONFLICT, opened_at=None)
        lock_all(Citation.objects.filter(pk__in=found.values("citation")))
        found.update(opened_at=timezone.now())


def open_if_told(case: Case, stage: str) -> None:
    """Before a vote on a locked citation is changed: if its voters are told of the conflict, the votes were open until now."""
    standing = case.standings[stage]
    is_blind = standing.state == StandingState.CONFLICT and standing.opened_at is None
    if is_blind and opens(case.citation, StandingState.CONFLICT):
        standing.opened_at = timezone.now()
        standing.save(update_fields=["opened_at"])


# --- what a citation shows --------------------------------------------------------------------------------------


def live_links(citations: Iterable[Citation | int] | OuterRef) -> QuerySet[Link]:
    """The links that count: not undone, to records of imports that stand."""
    standing = Link.objects.filter(undone_at=None, record__source__undone_at=None)
    if isinstance(citations, OuterRef):
        return standing.filter(citation=citations)
    return standing.filter(citation__in=citations)


def refresh(citation: Citation) -> None:
    """Show the best of the citation's live records, and what persons corrected; without records it drops out of view, with its last fields."""
    records = list(Record.objects.filter(links__in=live_links([citation])).order_by("pk"))
    citation.live = bool(records)
    if records:
        rows = [{name: getattr(record, name) for name in Bibliography.FIELDS} for record in records]
        best = {name: value for name, (value, _) in best_fields(rows, Bibliography.FIELDS).items()}
        for name, value in (best | corrected([citation.pk]).get(citation.pk, {})).items():
            setattr(citation, name, value)
    citation.save(update_fields=["live", *(Bibliography.FIELDS if records else ())])


def refresh_all(citations: QuerySet[Citation]) -> None:
    """Show the best of their live records, and what persons corrected, on many locked citations that are in view; only what changes is written."""
    for part in parts(citations):
        records: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        fields = [f"record__{name}" for name in Bibliography.FIELDS]
        for pk, *values in live_links(part).order_by("record").values_list("citation", *fields):
            records[pk].append(dict(zip(Bibliography.FIELDS, values, strict=True)))
        by_hand = corrected(list(records))
        for shown in Citation.objects.filter(pk__in=records).values("pk", *Bibliography.FIELDS):
            best = {name: value for name, (value, _) in best_fields(records[shown["pk"]], Bibliography.FIELDS).items()}
            best |= by_hand.get(shown["pk"], {})
            changed = {name: value for name, value in best.items() if value != shown[name]}
            if changed:
                Citation.objects.filter(pk=shown["pk"]).update(**changed)


def drop_out_of_view(member: Member, citations: QuerySet[Citation]) -> None:
    """Take those of the citations that have no live record out of view, and refresh the others.

    However many they are, those out of view take two statements for each 500.
    """
    lock_all(citations)
    gone = ~Exists(live_links(OuterRef("pk")))
    for part in parts(citations.filter(gone)):
        Standing.objects.filter(citation__in=part).update(state=StandingState.UNREACHED, reason=None)
        Citation.objects.filter(pk__in=part).update(live=False)
    refresh_all(citations.filter(live=True))


def bring_into_view(member: Member, citations: QuerySet[Citation]) -> None:
    """Bring citations back that have a live record again, with all that was decided on them.

    Those without votes, resolutions or removals take two statements for each 500; the others are settled one by one.
    """
    lock_all(citations)
    judged = (
        Exists(Vote.unblinded.standing().filter(citation=OuterRef("pk")))
        | Exists(Resolution.objects.filter(citation=OuterRef("pk"), withdrawn_at=None))
        | Exists(Removed.objects.filter(citation=OuterRef("pk"), undone_at=None))
    )
    back = citations.filter(live=False)
    for part in parts(back.filter(judged)):
        for citation in Citation.objects.filter(pk__in=part).order_by("pk"):
            refresh(citation)
            settle(member, citation)
    for part in parts(back.exclude(judged)):
        Citation.objects.filter(pk__in=part).update(live=True)
        Standing.objects.filter(citation__in=part, stage=Stage.TITLE_ABSTRACT).update(state=StandingState.WAITING)
    several = Link.objects.filter(undone_at=None, citation=OuterRef("pk")).order_by().values("citation")
    shared = citations.filter(Exists(several.annotate(n=Count("pk")).filter(n__gt=1)))
    refresh_all(shared)


def parts(citations: QuerySet[Citation], size: int = 500) -> Iterator[list[int]]:
    """The ids of the citations, by so many at a time, read before anything is changed."""
    ids = list(citations.values_list("pk", flat=True))
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
