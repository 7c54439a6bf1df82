"""How is it written down why a review departs from a standard of conduct, and taken back?"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from analysis.models import Override
from analysis.queries import standards
from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, WrongState
from reviewapp.models import Member
from reviewapp.workflow import lock_review


def override_standard(member: Member, standard: str, reason: str) -> Override:
    """Write down why the review departs from a standard. Another reason takes the place of the one before, which the trail keeps."""
    require(member, Can.MANAGE)
    standard = standards.known(standard)
    if not reason.strip():
        raise BadInput("An override needs a written reason.", todo="Say why the review departs from the standard.")
    with transaction.atomic():
        lock_review(member)
        present = Override.objects.filter(review=member.review_id, standard=standard, withdrawn_at=None).first()
        if present and present.reason == reason.strip():
            return present
        if present:
            present.withdrawn_at = timezone.now()
            present.save(update_fields=["withdrawn_at"])
        made = Override.objects.create(
            review_id=member.review_id, standard=standard, reason=reason.strip(), member=member
        )
        audit.record(
            member,
            "analysis.standard_overridden",
            member.review,
            standard=standard,
            reason=made.reason,
            before=present.reason if present else "",
        )
    return made


def withdraw_override(member: Member, standard: str) -> None:
    """Take an override back: the standard holds again."""
    require(member, Can.MANAGE)
    with transaction.atomic():
        lock_review(member)
        present = Override.objects.filter(
            review=member.review_id, standard=standards.known(standard), withdrawn_at=None
        ).first()
        if present is None:
            raise WrongState("There is no override of this standard (any more).")
        present.withdrawn_at = timezone.now()
        present.save(update_fields=["withdrawn_at"])
        audit.record(member, "analysis.override_withdrawn", member.review, standard=standard, reason=present.reason)
