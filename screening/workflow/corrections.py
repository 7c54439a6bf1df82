"""What should a citation show, where its records say it wrongly or not at all? Fields are corrected, and corrections taken back.

The records stay as they came. A correction holds whatever records are linked later; where its citation drops out of view because all
its records went to another one, it goes along with them.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, Stale, WrongState
from reviewapp.models import Member
from screening.models import Bibliography, Citation, Correction, Link
from screening.workflow import standing


def correct_citation(member: Member, citation: Citation, changes: dict[str, Any], seen: dict[str, Any]) -> None:
    """Show these values in place of what the records say. seen: what the member saw in these fields, or Stale is raised."""
    require(member, Can.IMPORT)
    if unknown := changes.keys() - set(Bibliography.FIELDS):
        raise BadInput(f"A citation has no field “{min(unknown)}”.")
    with transaction.atomic():
        citation = whole(standing.locked(member, citation))
        if not citation.live:
            raise WrongState("This citation is out of view.", todo="Correct the one to which its records were linked.")
        before = {name: getattr(citation, name) for name, value in changes.items() if getattr(citation, name) != value}
        if meanwhile := [name for name, shown in before.items() if shown != seen[name]]:
            raise Stale(f"Somebody changed the {meanwhile[0]} of this citation meanwhile.", todo="Look at it again.")
        if not before:
            return
        take_back(member, citation.corrections.filter(field__in=before, undone_at=None))
        Correction.objects.bulk_create(
            Correction(citation=citation, field=name, before=shown, value=changes[name], member=member)
            for name, shown in before.items()
        )
        standing.refresh(citation)
        after = {name: changes[name] for name in before}
        audit.record(member, "screening.citation_corrected", citation, before=before, after=after)


def withdraw_correction(member: Member, correction: Correction) -> None:
    """Show again what the records say in the field of a correction."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        moved = Link.objects.filter(record__links__citation=correction.citation_id, undone_at=None).values("citation")
        shown = Citation.objects.filter(Q(pk=correction.citation_id) | Q(pk__in=moved), review=member.review_id)
        standing.lock_all(shown)
        correction = correction_in(member, correction.pk)
        if correction.undone_at:
            return
        before = {correction.field: correction.value}
        take_back(member, Correction.objects.filter(pk=correction.pk))
        for citation in shown.order_by("pk"):
            standing.refresh(citation)
        after = {correction.field: getattr(whole(correction.citation), correction.field)}
        audit.record(member, "screening.correction_withdrawn", correction.citation, before=before, after=after)


def correction_in(member: Member, pk: int) -> Correction:
    return Correction.objects.select_related("citation").get(pk=pk, citation__review=member.review_id)


def whole(citation: Citation) -> Citation:
    """The citation with all its fields as they stand in the database."""
    return Citation.objects.get(pk=citation.pk)


def take_back(member: Member, corrections: Any) -> None:
    corrections.update(undone_at=timezone.now(), undone_by=member)
