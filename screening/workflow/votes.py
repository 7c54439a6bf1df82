"""How are citations judged? Votes, notes and resolutions, each withdrawable, none ever deleted."""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, Refused, Stale, WrongState
from reviewapp.models import ExclusionReason, Member, Stage
from screening.models import (
    GONE,
    Answer,
    Citation,
    Note,
    Proposal,
    Remark,
    Resolution,
    Standing,
    StandingState,
    VoidWithdrawal,
    Vote,
)
from screening.queries.gate import gate
from screening.queries.sharing import may_vote
from screening.workflow.calibration import voted_in_pilot
from screening.workflow.standing import Case, locked, open_if_told, protocol, settle


def vote(
    member: Member,
    citation: Citation | int,
    stage: str,
    answer: str,
    *,
    reason: ExclusionReason | None = None,
    seconds: float | None = None,
    key: UUID | None = None,
) -> Vote:
    """Cast one's vote, or change it. The same vote twice is one vote (double click, sent again).

    key: the voter's own number for this one act. What was sent before under it is not done again, even if it was taken back since:
    a browser that never heard the answer may send until it does.
    Refused: citations that are not at this stage (WrongState), or have their votes from others already (Stale): nobody is the third voter.
    """
    require(member, Can.SCREEN)
    check_answer(member, stage, answer, reason)
    with transaction.atomic():
        citation = locked(member, citation)
        if key and (sent := sent_before(member, key)):
            return sent
        case = Case(citation)
        standing = at_stage(case, stage)
        votes = case.votes_at(stage)
        mine = next((each for each in votes if each.member_id == member.pk), None)
        if mine and (mine.answer, mine.reason_id) == (answer, reason.pk if reason else None):
            return mine
        if mine is None and len(votes) >= standing.needed:
            raise Stale(
                "This citation got its votes from other members meanwhile; yours was not needed and not stored.",
                todo="Go on with the next one.",
            )
        if mine is None:
            if not votes:
                go_by_protocol(member, case, standing)
            may_begin(member, standing)
        if mine:
            open_if_told(case, stage)
            withdraw(mine)
            case.votes.remove(mine)
        cast = Vote.unblinded.create(
            citation=citation, stage=stage, member=member, answer=answer, reason=reason, seconds=seconds, key=key
        )
        case.votes.append(cast)
        audit.record(
            member,
            "screening.voted",
            audit.subject_of(citation, stage),
            sealed=not case.stays_open(stage),
            answer=answer,
            reason=reason.text if reason else "",
            before=mine.answer if mine else "",
        )
        settle(member, citation, case)
        if standing.pilot_id:
            voted_in_pilot(member, standing.pilot_id)
    return cast


def go_by_protocol(member: Member, case: Case, standing: Standing) -> None:
    """The first vote is cast under the protocol's number of votes, also where the job that writes a change of it down has not come yet."""
    if standing.pilot_id is None and standing.needed != member.review.votes_needed(standing.stage):
        standing.needed = protocol(case.citation).votes_needed(standing.stage)
        standing.save(update_fields=["needed"])


def sent_before(member: Member, key: UUID) -> Vote | None:
    """The vote that came under this key, whether it stands or not. In plain SQL as what a `Case` reads, and for the same reason."""
    at = Vote._meta.get_field("key").get_db_prep_value(key, connection)
    found = Vote.unblinded.raw("SELECT * FROM screening_vote WHERE member_id = %s AND key = %s", [member.pk, at])
    return next(iter(found), None)


def may_begin(member: Member, standing: Standing) -> None:
    """Raise Stale for a citation that is other members' to vote on, and WrongState while the gate before the main screen is shut."""
    if not standing.pilot_id and not gate(member.review, standing.stage).is_open:
        raise WrongState(
            "Screening has not begun: it waits for a pilot to reach the agreement that the protocol asks for.",
            todo="The page of the pilot says how far that is.",
        )
    if not may_vote(member, standing):
        raise Stale(
            "This citation is for other members, as the work is shared now; your vote was not stored.",
            todo="Go on with the next one.",
        )


def withdraw_vote(member: Member, citation: Citation, stage: str, *, key: UUID | None = None) -> None:
    """Take one's own vote back; the other's stays. The citation waits again.

    key: the voter's own number for this one act, as for a vote: sent again, it does not take back what was voted since, also where it
    found nothing to take back at first.
    """
    require(member, Can.SCREEN)
    with transaction.atomic():
        citation = locked(member, citation)
        if key and Vote.unblinded.filter(member=member, withdrawal_key=key).exists():
            return
        case = Case(citation)
        is_void = key is not None and VoidWithdrawal.objects.filter(member=member, key=key).exists()
        mine = None if is_void else next((each for each in case.votes_at(stage) if each.member_id == member.pk), None)
        if mine:
            take_back(member, case, mine, key)
        elif key:
            VoidWithdrawal.objects.get_or_create(member=member, key=key)
    if mine is None:
        raise Stale("You have no vote on this citation that could be taken back.", todo="Go on with the next one.")


def take_back(member: Member, case: Case, mine: Vote, key: UUID | None) -> None:
    """Withdraw a vote on a locked citation, and settle what then stands."""
    open_if_told(case, mine.stage)
    mine.withdrawn_at, mine.withdrawal_key = timezone.now(), key
    mine.save(update_fields=["withdrawn_at", "withdrawal_key"])
    case.votes.remove(mine)
    subject, sealed = audit.subject_of(case.citation, mine.stage), not case.stays_open(mine.stage)
    audit.record(member, "screening.vote_withdrawn", subject, sealed=sealed, answer=mine.answer)
    settle(member, case.citation, case)


def withdraw(thing: Vote | Resolution | Note | Remark | Proposal) -> None:
    thing.withdrawn_at = timezone.now()
    thing.save(update_fields=["withdrawn_at"])


def at_stage(case: Case, stage: str) -> Standing:
    """The citation's standing at a stage it has reached. Raises WrongState."""
    standing = case.standings.get(stage)
    if standing is None or standing.state in (StandingState.UNREACHED, *GONE):
        raise WrongState(
            f"This citation is not at the stage “{Stage(stage).label.lower()}” (any more).",
            todo="Its own page says where it is and why.",
        )
    return standing


def check_answer(member: Member, stage: str, answer: str, reason: ExclusionReason | None) -> None:
    """Raise BadInput for an answer or a reason that does not exist at this stage of this review."""
    if answer not in Answer.values or (stage == Stage.FULL_TEXT and answer == Answer.MAYBE):
        raise BadInput(
            "Choose include or exclude." if stage == Stage.FULL_TEXT else "Choose include, maybe or exclude."
        )
    needs_reason = stage == Stage.FULL_TEXT and answer == Answer.EXCLUDE
    if needs_reason and reason is None:
        raise BadInput("An exclusion at full text needs a reason.", todo="Choose the first in the list that applies.")
    if reason is not None and not needs_reason:
        raise BadInput("A reason belongs to an exclusion at full text only.")
    if reason is not None and (reason.review_id != member.review_id or reason.retired_at):
        raise BadInput("This reason is not in the review's list (any more).", todo="Choose one of the list.")


# --- notes ------------------------------------------------------------------------------------------------------


def add_note(member: Member, citation: Citation, stage: str, text: str, *, private: bool = False) -> Note:
    """Write a note to the team, which the others see once the verdict stands, or (private) to oneself, which nobody else ever sees."""
    require(member, Can.SCREEN)
    if not text.strip():
        raise BadInput("The note is empty.")
    with transaction.atomic():
        citation = locked(member, citation)
        note = Note.unblinded.create(citation=citation, stage=stage, member=member, text=text.strip(), private=private)
        record_note(member, "screening.noted", note)
    return note


def withdraw_note(member: Member, note: Note) -> None:
    """Take one's own note back."""
    require(member, Can.SCREEN)
    with transaction.atomic():
        locked(member, note.citation_id)  # whether this is open to all follows from where the citation stands
        note = Note.unblinded.select_for_update().get(pk=note.pk)
        if note.member_id != member.pk:
            raise Refused("Only its author can take a note back.")
        if note.withdrawn_at is None:
            withdraw(note)
            record_note(member, "screening.note_withdrawn", note)


def record_note(member: Member, verb: str, note: Note) -> None:
    """The event of a private note has a subject of its own, which no verdict unseals."""
    if note.private:
        audit.record(member, verb, note, sealed=True, text=note.text)
        return
    sealed = not Case(note.citation).stays_open(note.stage)
    audit.record(member, verb, audit.subject_of(note.citation, note.stage), sealed=sealed, text=note.text)
