"""How are conflicts ended? By one who did not vote, or by those who voted together; with a thread that the trail keeps.

A conflict is told to nobody by an event: what happens on it is sealed until a verdict stands.
"""

from __future__ import annotations

from django.db import transaction

from reviewapp import audit
from reviewapp.access import Can, can, require
from reviewapp.errors import BadInput, NotHere, Refused, Stale, WrongState
from reviewapp.models import ExclusionReason, Member
from screening.models import Answer, Citation, Proposal, Remark, Resolution, Standing, StandingState
from screening.models.votes import conflict_in_sight
from screening.models.votes import may_settle_together as settled_by_voters
from screening.workflow.standing import Case, locked, settle
from screening.workflow.votes import at_stage, check_answer, withdraw


def resolve(
    member: Member,
    citation: Citation,
    stage: str,
    answer: str,
    *,
    reason: ExclusionReason | None = None,
    comment: str = "",
) -> Resolution:
    """End a conflict. The resolution stands beside the votes; who has voted cannot resolve it, unless the protocol says otherwise."""
    require(member, Can.ARBITRATE)
    check_decision(member, stage, answer, reason)
    with transaction.atomic():
        citation = locked(member, citation)
        case = Case(citation)
        voted = any(each.member_id == member.pk for each in case.votes_at(stage))
        if voted and not member.review.voter_may_resolve:
            raise Refused(
                "You voted on this citation, so its conflict is not yours to settle.",
                todo="An arbiter or an owner who has not voted on it can.",
            )
        in_conflict(case, stage)
        return store_resolution(member, case, stage, answer, reason, comment=comment.strip())


def check_decision(member: Member, stage: str, answer: str, reason: ExclusionReason | None) -> None:
    """Raise BadInput for what cannot end a conflict at this stage."""
    check_answer(member, stage, answer, reason)
    if answer == Answer.MAYBE:
        raise BadInput("A resolution includes or excludes.")


def in_conflict(case: Case, stage: str) -> None:
    """Raise Stale for what is not in conflict."""
    if at_stage(case, stage).state != StandingState.CONFLICT:
        raise Stale("This is not in conflict (any more).", todo="Somebody settled it, or a vote was changed.")


def store_resolution(
    member: Member,
    case: Case,
    stage: str,
    answer: str,
    reason: ExclusionReason | None,
    *,
    comment: str = "",
    together: tuple[str, ...] = (),
) -> Resolution:
    """Store a resolution on a locked citation in conflict. together: the names of those who agreed on it."""
    resolution = Resolution.objects.create(
        citation=case.citation,
        stage=stage,
        member=member,
        answer=answer,
        reason=reason,
        comment=comment,
        together=bool(together),
    )
    told = {"answer": answer, "reason": reason.text if reason else "", "comment": comment}
    if together:
        told["together"] = list(together)
    audit.record(member, "screening.resolved", audit.subject_of(case.citation, stage), **told)
    case.resolutions[stage] = resolution
    settle(member, case.citation, case)
    return resolution


def withdraw_resolution(member: Member, citation: Citation, stage: str) -> None:
    """Take one's own resolution back: the votes decide again."""
    require(member, Can.ARBITRATE)
    with transaction.atomic():
        citation = locked(member, citation)
        resolution = Resolution.objects.filter(citation=citation, stage=stage, withdrawn_at=None).first()
        if resolution is None:
            raise Stale("There is no resolution here that could be taken back.")
        if resolution.together:
            raise Refused("The voters settled this together.", todo="Each of them can take their agreement back.")
        if resolution.member_id != member.pk:
            raise Refused("Only who settled a conflict can take that back.")
        withdraw(resolution)
        audit.record(member, "screening.resolution_withdrawn", audit.subject_of(citation, stage))
        settle(member, citation)


# --- together ---------------------------------------------------------------------------------------------------


def propose(
    member: Member, citation: Citation, stage: str, answer: str, *, reason: ExclusionReason | None = None
) -> Proposal:
    """Say with which answer one would end the conflict one has voted in. When all who voted say the same, it is settled.

    A former proposal of one's own is taken back. What somebody proposed before the last vote was cast was meant for other votes, and
    does not count.
    """
    require(member, Can.SCREEN)
    check_decision(member, stage, answer, reason)
    with transaction.atomic():
        citation = locked(member, citation)
        case = Case(citation)
        may_settle_together(member, case, stage)
        in_conflict(case, stage)
        mine = Proposal.unblinded.standing().filter(citation=citation, stage=stage, member=member).first()
        if mine and (mine.answer, mine.reason) == (answer, reason):
            proposal = mine
        else:
            if mine:
                withdraw(mine)
            proposal = Proposal.unblinded.create(
                citation=citation, stage=stage, member=member, answer=answer, reason=reason
            )
            told = reason.text if reason else ""
            subject = audit.subject_of(citation, stage)
            audit.record(member, "screening.proposed", subject, sealed=True, answer=answer, reason=told)
        if names := all_agree(case, stage, proposal):
            store_resolution(member, case, stage, answer, reason, together=names)
    return proposal


def may_settle_together(member: Member, case: Case, stage: str) -> None:
    """Raise WrongState where the protocol does not know it, Refused for who has no vote on the citation."""
    standing = case.standings.get(stage)
    if standing is None or not settled_by_voters(member.review, standing):
        raise WrongState(
            "The protocol of this review does not let voters settle a conflict together.",
            todo="An owner can allow it on the protocol page.",
        )
    if all(each.member_id != member.pk for each in case.votes_at(stage)):
        raise Refused("Only those who voted on this citation can settle it together.")


def all_agree(case: Case, stage: str, proposal: Proposal) -> tuple[str, ...]:
    """The names of all who voted, if the proposals of all of them, made since the last vote, are the same; else nothing."""
    votes = case.votes_at(stage)
    made = Proposal.unblinded.standing().filter(
        citation=case.citation,
        stage=stage,
        at__gte=max(each.at for each in votes),
        member__in=[v.member_id for v in votes],
    )
    alike = [
        each
        for each in made.select_related("member__user")
        if (each.answer, each.reason_id) == (proposal.answer, proposal.reason_id)
    ]
    return tuple(str(each.member) for each in alike) if len(alike) == len(votes) else ()


def withdraw_proposal(member: Member, citation: Citation, stage: str) -> None:
    """Take back what one proposed. If the conflict was settled by it, it is open again."""
    require(member, Can.SCREEN)
    with transaction.atomic():
        citation = locked(member, citation)
        case = Case(citation)
        mine = Proposal.unblinded.standing().filter(citation=citation, stage=stage, member=member).first()
        if mine is None:
            raise Stale("You have proposed nothing here that could be taken back.")
        withdraw(mine)
        subject, resolution = audit.subject_of(citation, stage), case.resolutions.get(stage)
        settled = resolution is not None and resolution.together
        audit.record(member, "screening.proposal_withdrawn", subject, sealed=not settled, answer=mine.answer)
        if settled:
            withdraw(case.resolutions.pop(stage))
            audit.record(member, "screening.resolution_withdrawn", subject)
            settle(member, citation, case)


# --- the thread -------------------------------------------------------------------------------------------------


def discuss(member: Member, citation: Citation, stage: str, text: str) -> Remark:
    """Add to the thread on a conflict that is open to the member."""
    with transaction.atomic():
        citation = locked(member, citation)
        open_to_me = Standing.objects.filter(conflict_in_sight(member), citation=citation, stage=stage)
        if not open_to_me.exists():
            raise NotHere
        require(member, Can.SCREEN if can(member, Can.SCREEN) else Can.ARBITRATE)
        if not text.strip():
            raise BadInput("There is no text to add.")
        remark = Remark.unblinded.create(citation=citation, stage=stage, member=member, text=text.strip())
        subject = audit.subject_of(citation, stage)
        audit.record(member, "screening.discussed", subject, sealed=True, text=remark.text)
    return remark


def withdraw_remark(member: Member, remark: Remark) -> None:
    """Take one's own contribution to a thread back; the trail keeps it."""
    require(member, Can.SCREEN if can(member, Can.SCREEN) else Can.ARBITRATE)
    with transaction.atomic():
        citation = locked(member, remark.citation)
        remark = Remark.unblinded.select_for_update().get(pk=remark.pk)
        if remark.member_id != member.pk:
            raise Refused("Only its author can take this back.")
        if remark.withdrawn_at is None:
            withdraw(remark)
            sealed = not Case(citation).stays_open(remark.stage)
            subject = audit.subject_of(citation, remark.stage)
            audit.record(member, "screening.remark_withdrawn", subject, sealed=sealed, text=remark.text)
