"""How does a citation go back to title and abstract, to be judged anew, and lose nothing?"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, Stale, WrongState
from reviewapp.models import Member, Stage
from screening.models import SETTLED, Citation, Resolution, Return, Vote
from screening.workflow.standing import locked, settle

STAGE = Stage.TITLE_ABSTRACT


def return_to_screening(member: Member, citation: Citation, reason: str) -> Return:
    """Return a decided citation to title and abstract: everybody may judge it there again.

    Its votes and a resolution are set aside. The report, what was tried to get it, its PDF and the votes on it stay, and count
    again once the citation is included again. Refused where nothing is decided: a return must not tell of votes.
    """
    require(member, Can.ARBITRATE)
    if not reason.strip():
        raise BadInput("A return needs a reason.", todo="Say in a few words why it is to be judged again.")
    with transaction.atomic():
        citation = locked(member, citation)
        if not citation.standings.filter(stage=STAGE, state__in=SETTLED).exists():
            raise WrongState(
                "This citation has no verdict at title and abstract (any more) that could be taken back.",
                todo="Its own page says where it is.",
            )
        resolution = Resolution.objects.filter(citation=citation, stage=STAGE, withdrawn_at=None).first()
        made = Return.objects.create(
            citation=citation, stage=STAGE, reason=reason.strip()[:500], resolution=resolution, member=member
        )
        if resolution:
            resolution.withdrawn_at = made.at
            resolution.save(update_fields=["withdrawn_at"])
        votes = Vote.unblinded.standing().filter(citation=citation, stage=STAGE)
        votes.update(withdrawn_at=made.at, set_aside_by=made)
        audit.record(member, "screening.returned", audit.subject_of(citation, STAGE), reason=made.reason)
        settle(member, citation)
    return made


def undo_return(member: Member, made: Return) -> None:
    """Undo the latest return of a citation: what it set aside counts again, but for votes whose voter has voted anew."""
    require(member, Can.ARBITRATE)
    with transaction.atomic():
        citation = locked(member, made.citation)
        last = Return.objects.filter(citation=citation, undone_at=None).last()
        if last is None or last.pk != made.pk:
            raise Stale("This return is undone already, or the citation was returned again since.")
        standing = Vote.unblinded.standing().filter(citation=citation, stage=STAGE)
        anew = set(standing.values_list("member", flat=True))
        Vote.unblinded.filter(set_aside_by=last).exclude(member__in=anew).update(withdrawn_at=None, set_aside_by=None)
        other = Resolution.objects.filter(citation=citation, stage=STAGE, withdrawn_at=None)
        if last.resolution and not other.exists():
            last.resolution.withdrawn_at = None
            last.resolution.save(update_fields=["withdrawn_at"])
        last.undone_at, last.undone_by = timezone.now(), member
        last.save(update_fields=["undone_at", "undone_by"])
        audit.record(member, "screening.return_undone", audit.subject_of(citation, STAGE), reason=last.reason)
        settle(member, citation)
