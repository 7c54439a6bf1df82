"""Is the report of an included citation at hand? Sought, retrieved (with its PDF or without), not retrieved; and what was tried."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from reviewapp import audit, states
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, WrongState
from reviewapp.models import Member
from screening.models import Attempt, Citation, Report
from screening.workflow.standing import locked, settle

State = Report.State
MOVES = {state: set(State.values) - {state} for state in State.values}


def mark_retrieved(member: Member, citation: Citation) -> None:
    """The report is at hand, on paper or elsewhere."""
    change(member, citation, State.RETRIEVED, "screening.report_retrieved")


def not_retrieved(member: Member, citation: Citation, comment: str = "") -> None:
    """The report could not be had; the comment says why it is given up. It can be sought again."""
    change(member, citation, State.NOT_RETRIEVED, "screening.report_not_retrieved", comment.strip())


def seek_again(member: Member, citation: Citation) -> None:
    """Take "retrieved" or "not retrieved" back. Votes cast on the report stay, and count again when it is retrieved."""
    change(member, citation, State.SOUGHT, "screening.report_sought")


def change(member: Member, citation: Citation, to: str, verb: str, comment: str = "") -> None:
    require(member, Can.IMPORT)
    with transaction.atomic():
        citation, report = report_of(member, citation)
        if report.document_id and to != State.RETRIEVED:
            raise WrongState(
                "This report is at hand: its PDF is attached.", todo="If the PDF is a wrong one, take it off first."
            )
        before, comment_before = report.state, report.comment
        if not states.move(report, to, MOVES):
            return
        report.comment = comment
        report.save(update_fields=["comment"])
        audit.record(member, verb, citation, before=before, comment=comment, comment_before=comment_before)
        settle(member, citation)


def report_of(member: Member, citation: Citation) -> tuple[Citation, Report]:
    """The locked citation and its report. Raises WrongState for citations whose report is not sought."""
    citation = locked(member, citation)
    report = Report.objects.filter(citation=citation).first()
    if report is None:
        raise WrongState(
            "The report of this citation is not sought.",
            todo="Only citations included at title and abstract go on to retrieval.",
        )
    return citation, report


# --- what was tried ---------------------------------------------------------------------------------------------


def log_attempt(member: Member, citation: Citation, *, way: str, tried_on: date, text: str = "") -> Attempt:
    """Write down one try to come by a report. The same again (double click) is one."""
    require(member, Can.IMPORT)
    if way not in Attempt.Way.values:
        raise BadInput("Choose how the report was sought.")
    if tried_on > timezone.localdate():
        raise BadInput("When it was tried: this day is still to come.")
    with transaction.atomic():
        citation, report = report_of(member, citation)
        attempt, made = Attempt.objects.get_or_create(
            report=report, way=way, tried_on=tried_on, text=text.strip(), member=member, withdrawn_at=None
        )
        if made:
            audit.record(
                member, "screening.retrieval_tried", citation, way=way, tried_on=tried_on.isoformat(), text=attempt.text
            )
    return attempt


def withdraw_attempt(member: Member, attempt: Attempt) -> None:
    """Take back what was written down by mistake. As the report's state it is the team's: whoever keeps reports may."""
    mark(member, attempt, "screening.attempt_withdrawn", withdrawn=True)


def restore_attempt(member: Member, attempt: Attempt) -> None:
    """Let it count again after all."""
    mark(member, attempt, "screening.attempt_restored", withdrawn=False)


def mark(member: Member, attempt: Attempt, verb: str, *, withdrawn: bool) -> None:
    require(member, Can.IMPORT)
    with transaction.atomic():
        attempt = Attempt.objects.select_for_update(of=["self"]).select_related("report__citation").get(pk=attempt.pk)
        if (attempt.withdrawn_at is not None) == withdrawn:
            return
        attempt.withdrawn_at = timezone.now() if withdrawn else None
        attempt.save(update_fields=["withdrawn_at"])
        audit.record(member, verb, attempt.report.citation, way=attempt.way, text=attempt.text)
