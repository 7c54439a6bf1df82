"""Where did each field that a citation shows come from: which record, or which person?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from reviewapp.models import Member
from screening.dedupe.best import best_fields
from screening.models import Bibliography, Citation, Correction, Link

LABELS = {"doi": "DOI", "pmid": "PubMed", "issn": "ISSN", "accession": "Accession number", "url": "Address"}


@dataclass(frozen=True, slots=True)
class Origin:
    """One field that a citation shows. source: the place of its record among the citation's, from 0; None for a person's or none's."""

    name: str
    label: str
    shown: Any
    source: int | None
    correction: Correction | None
    said: tuple[Any, ...]
    """What each record has, in the order of the links."""


def origins(member: Member, citation: Citation, links: Sequence[Link]) -> list[Origin]:
    """The fields that a citation shows, or one of its records has. links: those that count, by record."""
    records = [link.record for link in links]
    if not records:
        return []
    rows = [{name: getattr(record, name) for name in Bibliography.FIELDS} for record in records]
    best = best_fields(rows, Bibliography.FIELDS)
    by_hand = corrections_that_hold(member, citation, [record.pk for record in records])
    found = []
    for name in Bibliography.FIELDS:
        said = tuple(row[name] for row in rows)
        shown = getattr(citation, name)
        if shown or any(said):
            correction = by_hand.get(name)
            source = None if correction else best[name][1]
            found.append(Origin(name, LABELS.get(name, name.capitalize()), shown, source, correction, said))
    return found


def corrections_that_hold(member: Member, citation: Citation, records: list[int]) -> dict[str, Correction]:
    """By field: the citation's own correction, else the latest that came along with its records from one that is out of view."""
    came = Q(citation__live=False, citation__links__record__in=records)
    standing = Correction.objects.filter(undone_at=None, citation__review=member.review_id)
    found = standing.filter(Q(citation=citation) | came).select_related("member__user").distinct().order_by("at", "pk")
    by_hand = {each.field: each for each in found if each.citation_id != citation.pk}
    return by_hand | {each.field: each for each in found if each.citation_id == citation.pk}
