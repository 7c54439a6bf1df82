"""How does a number stand that lint doubts before pooling? As below this floor: with a reason that can be taken back."""

from __future__ import annotations

from django.db import transaction

from analysis.models import Analysis
from analysis.queries import doubts as eyes
from extraction.models import Reason
from extraction.workflow import doubts as below
from extraction.workflow.common import locked_study
from reviewapp.access import Can, require
from reviewapp.errors import WrongState
from reviewapp.models import Member
from reviewapp.workflow import lock_review


def let_stand(member: Member, analysis: Analysis, ref: str, reason: str) -> Reason:
    """Say why a number or an effect of an analysis stands. Raises Stale when it has changed since the doubt was shown."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        found = eyes.doubted(member, analysis)
        doubt = found.find(ref)
        if doubt is None:
            return below.answered_or_stale(found, ref)
        study = locked_study(member, eyes.study_of(member, analysis, doubt.cell))
        return below.give_reason(member, study, doubt, reason)


def ask_again(member: Member, analysis: Analysis, pk: int) -> None:
    """Take back why a number of this analysis stands."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        reasons = [reason for _, reason in eyes.doubted(member, analysis).answered if reason.pk == pk]
        if not reasons:
            raise WrongState("No such reason stands here.", todo="Load the page again to see what stands.")
        below.withdraw_reason(member, reasons[0])
