"""How does a number stand that lint doubts? With a reason, until the number changes; and the reason can be taken back.

On one's own sheet that is as sealed as the sheet; at an agreement, and above this floor, it is open.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from extraction import queries
from extraction.models import Reason, Sheet, Study
from extraction.queries import Doubts
from extraction.schema.lint.answers import Doubt
from extraction.workflow.common import locked_study
from extraction.workflow.opening import require_agreeing, submitted_pair
from extraction.workflow.sheets import is_open, locked_own, subject
from reviewapp import audit
from reviewapp.access import Can, can, require
from reviewapp.errors import BadInput, NotHere, Refused, Stale, WrongState
from reviewapp.models import Member

LONGEST = 2_000


def let_stand_on_sheet(member: Member, study: Study, ref: str, reason: str) -> Reason:
    """Say why a number on one's own sheet stands. Raises Stale when the number has changed since the doubt was shown."""
    require(member, Can.EXTRACT)
    with transaction.atomic():
        study = locked_study(member, study)
        sheet = own_open_sheet(member, study)
        found = queries.own_doubts(member, queries.opened(sheet))
        return answer_doubt(member, study, found, ref, reason, sheet)


def let_stand_in_agreement(member: Member, study: Study, ref: str, reason: str) -> Reason:
    """Say why a number of the two sheets, or of what is agreed, stands; for who may sign the agreement."""
    require_agreeing(member)
    with transaction.atomic():
        study = locked_study(member, study)
        submitted_pair(member, Sheet, study, queries.FORM)
        agreement = queries.sheet_agreement(member, study)
        if agreement is None:
            raise NotHere
        return answer_doubt(member, study, queries.agreement_doubts(member, study, agreement), ref, reason)


def ask_again(member: Member, study: Study, pk: int) -> None:
    """Take back why a number stands, so that it is doubted again: one's own reason, on a sheet that is not submitted, or once both
    are in. Who settles conflicts may take back either author's then; one author never takes back what the other has said (Refused)."""
    require_agreeing(member)
    with transaction.atomic():
        study = locked_study(member, study)
        reason = queries.reason_of(member, study, pk)
        if reason is None:
            raise NotHere
        sheet = reason.sheet
        is_own = sheet is not None and sheet.member_id == member.pk
        if is_own and sheet.submitted_at and not is_open(sheet):
            raise WrongState(
                "This sheet is submitted.", todo="Reopen it first, or take the reason back at the agreement."
            )
        if not is_own:
            submitted_pair(member, Sheet, study, queries.FORM)
        withdraw_reason(member, reason)


# --- the same wherever numbers are doubted ---------------------------------------------------------------------------


def answer_doubt(
    member: Member, study: Study, doubts: Doubts, ref: str, reason: str, sheet: Sheet | None = None
) -> Reason:  # fmt: skip
    """Give the reason for which the number of one of these doubts stands. Saying so twice changes nothing."""
    doubt = doubts.find(ref)
    return give_reason(member, study, doubt, reason, sheet) if doubt else answered_or_stale(doubts, ref)


def answered_or_stale(doubts: Doubts, ref: str) -> Reason:
    """Why the number of a doubt that is not open stands already. Raises Stale where there is no such doubt."""
    before = doubts.reason(ref)
    if before is None:
        raise Stale(
            "The numbers have changed since this page was loaded, and this doubt is gone. Your reason was not stored.",
            todo="Load the page again to see what is doubted now.",
        )
    return before


def give_reason(member: Member, study: Study, doubt: Doubt, reason: str, sheet: Sheet | None = None) -> Reason:
    """Store the reason for which a number stands; of two sheets, for those that have none. The caller has locked the study and knows that it
    is doubted."""
    text = reason.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST or "\0" in text:
        raise BadInput(
            f"A doubted number stands with a reason of at most {LONGEST} characters.",
            todo="Write what you looked up, such as: so in table 2 and in the text.",
        )
    now = timezone.now()
    known = Reason.blind.for_member(member).standing().filter(study=study, rule=doubt.rule, cell=doubt.cell)
    standing = {each.basis: each for each in known.filter(basis__in=doubt.bases)}
    given = [
        Reason.unblinded.create(
            study=study,
            sheet=sheet,
            rule=doubt.rule,
            cell=doubt.cell,
            basis=basis,
            sentence=doubt.sentence,
            reason=text,
            member=member,
            at=now,
        )  # fmt: skip
        for basis in doubt.bases
        if basis not in standing
    ]
    if not given:
        return standing[doubt.basis]  # said meanwhile
    record_reason(member, "extraction.doubt_answered", given[0])
    return given[0]


def withdraw_reason(member: Member, reason: Reason) -> None:
    """Take back one's own reason, or as one who settles conflicts, anybody's; what another has said is not an author's to take back."""
    if reason.member_id != member.pk and not can(member, Can.ARBITRATE):
        raise Refused(
            f"{reason.member} said why this number stands.",
            todo="Ask them, or who settles conflicts, to take it back.",
        )
    same = Reason.unblinded.standing().filter(
        study=reason.study_id,
        sheet=reason.sheet_id,
        rule=reason.rule,
        cell=reason.cell,
        member=reason.member_id,
        at=reason.at,
    )  # one reason for both sheets is two rows
    reason.withdrawn_at = timezone.now()
    same.update(withdrawn_at=reason.withdrawn_at)
    record_reason(member, "extraction.doubt_asked_again", reason)


def record_reason(member: Member, verb: str, reason: Reason) -> None:
    sealed = reason.sheet is not None and not is_open(reason.sheet)
    facts = {"cell": reason.cell, "doubt": reason.sentence, "reason": reason.reason}
    audit.record(member, verb, subject(reason.study, Sheet, queries.FORM), sealed=sealed, **facts)


def own_open_sheet(member: Member, study: Study) -> Sheet:
    """The member's own sheet, locked. Raises WrongState when there is none that is open."""
    mine = queries.own_sheet(member, study)
    if mine is None:
        raise WrongState("You have no sheet here.", todo="Start on the study's page.")
    sheet = locked_own(member, mine)
    if sheet.submitted_at:
        raise WrongState("This sheet is submitted.", todo="Reopen it first, or say it at the agreement.")
    return sheet
