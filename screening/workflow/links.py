"""Which records are the same publication? Linking and splitting by hand; nothing is deleted, and each undoes the other."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, Stale, WrongState
from reviewapp.models import Member
from screening.models import Citation, Link, Record
from screening.workflow.standing import live_links, locked, refresh, settle


def link_record(member: Member, record: Record, citation: Citation) -> Link:
    """Say that a record is of this citation. Its former citation drops out of view if that was its last record."""
    require(member, Can.IMPORT)
    return move(member, record, citation, Link.Rule.PERSON)


def split_record(member: Member, record: Record) -> Link:
    """Say that a record is a publication of its own. Raises WrongState when it is so already."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        present, _ = locked_link(member, record)
        if live_links([present.citation]).count() < 2:
            raise WrongState("This record is its citation's only one: there is nothing to split it from.")
        return move(member, record, Citation.objects.create(review_id=record.review_id), Link.Rule.SPLIT)


def move(member: Member, record: Record, target: Citation, rule: str) -> Link:
    """Undo a record's present link, link it to the target, and bring both citations up to date."""
    if target.review_id != member.review_id or record.review_id != member.review_id:
        raise BadInput("A record can be linked within its own review only.")
    with transaction.atomic():
        present, both = locked_link(member, record, target)
        if present.citation_id == target.pk:
            return present
        present.undone_at, present.undone_by = timezone.now(), member
        present.save(update_fields=["undone_at", "undone_by"])
        link = Link.objects.create(record=record, citation=target, rule=rule, member=member)
        audit.record(
            member,
            "screening.record_split" if rule == Link.Rule.SPLIT else "screening.record_linked",
            target,
            record=record.pk,
            before=present.citation_id,
            rule_before=present.rule,
        )
        for citation in both:
            refresh(citation)
            settle(member, citation)
    return link


def locked_link(member: Member, record: Record, *others: Citation) -> tuple[Link, list[Citation]]:
    """A record's present link, and its citation and these others, locked. Raises Stale when somebody moved it meanwhile.

    Always locked in the same order, so that two people who link crosswise do not wait for each other.
    """
    present = Link.objects.get(record=record, undone_at=None)
    citations = {each.pk: each for each in (present.citation, *others)}
    both = [locked(member, citations[pk]) for pk in sorted(citations)]
    if not Link.objects.filter(pk=present.pk, undone_at=None).exists():
        raise Stale("Somebody linked this record elsewhere meanwhile.", todo="Look at it again, then decide.")
    return present, both
