"""What becomes of a record of which only the identifier is known, when the full record comes, or is here already?"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from reviewapp.models import Member
from screening.models import SETTLED, Citation, Import, Link, Record, Standing
from screening.workflow.links import move
from screening.workflow.said import said_by_persons
from screening.workflow.standing import live_links, lock_all

BY_PERSONS = (Link.Rule.PERSON, Link.Rule.SPLIT)


def link_bare(member: Member, taken: Import) -> None:
    """Link records that say no more than a DOI or PubMed id to the one citation that has it, whichever of the two came first.

    What is new goes to where the older is, so that what was decided stays in view. Nothing is linked where several citations
    share the identifier, where a verdict stands on both sides, where a person moved the bare record, or said that records of the two
    are different.
    """
    live = Record.objects.filter(review=member.review_id, links__undone_at=None).exclude(doi="", pmid="")
    live = live.filter(source__undone_at=None)
    bare = live.filter(title="").exclude(links__rule__in=BY_PERSONS)
    own = taken.records.all()
    for doi, pmid in dict.fromkeys(bare.order_by("pk").values_list("doi", "pmid")):
        same = Q(doi=doi) if doi else Q(pmid=pmid)
        if own.filter(same).exists():
            bring_together(member, taken, live.filter(same))


def homes(records: QuerySet[Record]) -> dict[int, bool]:
    """The citations of these records, the oldest first, and whether a record with a title is among those of each."""
    found: dict[int, bool] = {}
    for citation, title in records.order_by("links__citation").values_list("links__citation", "title"):
        found[citation] = found.get(citation, False) or bool(title)
    return found


def bring_together(member: Member, taken: Import, records: QuerySet[Record]) -> None:
    """Link all live records of these records' citations to one, if no more than one of them says more than an identifier.

    Where the citations are is read once they are locked: somebody may move records, or say that they are different, meanwhile.
    """
    if len(here := homes(records)) < 2:
        return
    with transaction.atomic():
        lock_all(Citation.objects.filter(pk__in=list(here)))
        citations = homes(records)
        full = [pk for pk, titled in citations.items() if titled]
        if len(citations) < 2 or len(full) > 1 or len(settled(citations)) > 1:
            return
        links = list(live_links(citations).select_related("record", "citation"))
        home = {link.record_id: link.citation_id for link in links}
        parted = said_by_persons(member, list(home)).parted
        if any(home[a] != home[b] for a, b in parted if a in home and b in home):
            return
        older = {link.citation_id for link in links if link.record.source_id != taken.pk}
        target = next((pk for pk in (*settled(citations), *full) if pk in older), min(older or citations))
        there = next(link.citation for link in links if link.citation_id == target)
        for link in links:
            if link.citation_id != target:
                move(member, link.record, there, Link.Rule.BARE)


def settled(citations: Iterable[int]) -> set[int]:
    """Those of the citations on which a verdict stands."""
    found = Standing.objects.filter(citation__in=citations, state__in=SETTLED)
    return set(found.values_list("citation", flat=True))
