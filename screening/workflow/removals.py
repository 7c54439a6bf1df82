"""How is a citation removed before it is screened, and put back?

Whether somebody has voted on it already is not asked: a refusal would tell. Such votes stay sealed and come back with it.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, Stale
from reviewapp.models import Member, Stage
from reviewapp.workflow import lock_review
from screening.models import GONE, Citation, Removal, Removed, Standing, StandingState, Vote
from screening.workflow.standing import lock_all, settle

MOST = 5000  # citations in one act, so that it is done before one looks up
STAGE = Stage.TITLE_ABSTRACT


def remove_before_screening(member: Member, citations: QuerySet[Citation], kind: str, reason: str) -> Removal:
    """Remove those of the citations that have no verdict yet; the others, and those of a pilot's sample, stay as they are."""
    require(member, Can.IMPORT)
    if kind not in Removal.Kind.values:
        raise BadInput("Choose whether a tool marked them as ineligible, or they are removed for another reason.")
    if not reason.strip():
        raise BadInput("A removal needs its reason: which tool, with version and setting, or why.")
    with transaction.atomic():
        lock_review(member)
        asked = list(citations.filter(review=member.review_id).order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if len(asked) > MOST:
            raise BadInput(f"Remove at most {MOST:,} citations at a time.", todo="Narrow the list down.")
        lock_all(Citation.objects.filter(pk__in=asked))
        waiting = Standing.objects.filter(
            citation__in=asked, stage=STAGE, state__in=(StandingState.WAITING, StandingState.CONFLICT), pilot=None
        )
        ids = list(waiting.order_by("citation").values_list("citation", flat=True))
        if not ids:
            raise Stale(
                "None of these waits to be screened (any more), so none was removed.",
                todo="What is decided can be returned to title and abstract first; a pilot’s sample stays as it was drawn.",
            )
        made = Removal.objects.create(review_id=member.review_id, kind=kind, reason=reason.strip()[:500], member=member)
        Removed.objects.bulk_create((Removed(removal=made, citation_id=pk) for pk in ids), batch_size=500)
        Standing.objects.filter(citation__in=ids, stage=STAGE).update(state=kind)
        told = {"kind": made.get_kind_display().lower(), "reason": made.reason, "citations": ids}
        audit.record(member, "screening.removed", made, number=len(ids), **told)
    return made


def put_back(member: Member, removal: Removal, citation: Citation | None = None) -> int:
    """Put back what was removed in one act, or one citation of it: they wait again, with the votes they had. Returns how many."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        lock_review(member)
        standing = Removed.objects.filter(removal=removal, removal__review=member.review_id, undone_at=None)
        if citation:
            standing = standing.filter(citation=citation)
        ids = list(standing.order_by("citation").values_list("citation", flat=True))
        if not ids:
            raise Stale("This is put back already.")
        lock_all(Citation.objects.filter(pk__in=ids))
        standing.filter(citation__in=ids).update(undone_at=timezone.now(), undone_by=member)
        voted = Exists(Vote.unblinded.standing().filter(citation=OuterRef("citation"), stage=STAGE))
        removed = Standing.objects.filter(citation__in=ids, stage=STAGE, state__in=GONE)  # not what is out of view
        for each in removed.filter(voted).select_related("citation").order_by("citation"):
            settle(member, each.citation)
        removed.exclude(voted).update(state=StandingState.WAITING)
        audit.record(member, "screening.put_back", removal, number=len(ids), citations=ids, reason=removal.reason)
    return len(ids)
