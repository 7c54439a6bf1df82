"""Which records are the same publication? Moving and splitting by hand; nothing is deleted, and each undoes the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, Stale, WrongState
from reviewapp.models import Member
from screening.models import RULES, Citation, Link, Record
from screening.workflow.standing import live_links, lock_all, locked, refresh, settle


def split_record(member: Member, record: Record) -> Link:
    """Say that a record is a publication of its own. Raises WrongState when it is so already.

    It goes back to the citation that it was before, with the votes that were cast there.
    """
    require(member, Can.IMPORT)
    with transaction.atomic():
        own = first_citation(record.pk)
        present, _ = locked_link(member, record, *([own] if own else ()))
        if live_links([present.citation]).count() < 2:
            raise WrongState("This record is its citation's only one: there is nothing to split it from.")
        return move(member, record, own_citation(member, record.pk), Link.Rule.SPLIT)


def move(member: Member, record: Record, target: Citation, rule: str, against: Sequence[str] = ()) -> Link:
    """Undo a record's present link, link it to the target, and bring both citations up to date.

    against: whose words that goes against, for the trail.
    """
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
            **({"against": list(against)} if against else {}),
        )
        for citation in sorted(
            both, key=lambda each: each.pk == target.pk
        ):  # corrections come along from what is out of view
            refresh(citation)
            settle(member, citation)
    return link


def own_citation(member: Member, record: int) -> Citation:
    """The citation that a record was before it was linked elsewhere, with the votes on it; a new one where others are there now."""
    former = first_citation(record)
    if former and not live_links([former]).exists():
        return former
    made = Citation.objects.create(review_id=member.review_id)
    settle(member, made)
    return made


def first_citation(record: int) -> Citation | None:
    """The citation that a record was by itself, the last time that it was."""
    own = Link.objects.filter(record=record, rule__in=(Link.Rule.FIRST, Link.Rule.SPLIT)).select_related("citation")
    came = own.order_by("-pk").first()
    return came.citation if came else None


def move_like(member: Member, former: Link, target: Citation) -> Link:
    """Move a record as it was linked before: by the same rule, with the same evidence."""
    made = move(member, former.record, target, former.rule)
    made.pair, made.evidence = former.pair, former.evidence
    made.save(update_fields=["pair", "evidence"])
    return made


# --- a link by a rule that a person calls wrong -----------------------------------------------------------------


def split_group(member: Member, record: Record, other: Record) -> Link | None:
    """Split a record off from another's citation, with the records that rules brought there by way of it; None if they are parted already.

    These go along by the rules that linked them: the person has said nothing of them.
    """
    present = Link.objects.get(record=record, undone_at=None)
    links = list(live_links([present.citation]).select_related("record", "pair"))
    if other.pk not in {link.record_id for link in links}:
        return None
    target = own_citation(member, record.pk)
    along = by_way_of(record, other, links)
    for link in links:
        if link.record_id in along:
            move_like(member, link, target)
    return move(member, record, target, Link.Rule.SPLIT)


def by_way_of(record: Record, other: Record, links: list[Link]) -> set[int]:
    """The records that rules linked through this one: beyond it, seen from the other. Empty where they also are linked past it."""
    near: defaultdict[int, set[int]] = defaultdict(set)
    for link in links:
        if link.pair and link.rule in RULES and {link.pair.a_id, link.pair.b_id} != {record.pk, other.pk}:
            near[link.pair.a_id].add(link.pair.b_id)
            near[link.pair.b_id].add(link.pair.a_id)
    reached, edge = {record.pk}, [record.pk]
    while edge:
        further = near[edge.pop()] - reached
        reached |= further
        edge += further
    movable = {link.record_id for link in links if link.rule in RULES}
    return set() if other.pk in reached else (reached - {record.pk}) & movable


def put_back(member: Member, parted: Link, other: Record) -> None:
    """Bring a record that was split off back to the other one, with those that went along. Where it was moved on since, it stays."""
    home = live_links_of(other).first()
    if parted.undone_at or home is None:
        return
    left = before(parted)
    gone = [link for link in live_links([parted.citation]).select_related("record") if link.pk <= parted.pk]
    for link in gone:
        former = before(link)
        if former and former.citation_id == left.citation_id:
            move_like(member, former, home.citation)


def before(link: Link) -> Link | None:
    """The link that a record had before this one."""
    return Link.objects.filter(record=link.record_id, pk__lt=link.pk).select_related("record").order_by("-pk").first()


def live_links_of(record: Record) -> QuerySet[Link]:
    return Link.objects.filter(record=record, undone_at=None, record__source__undone_at=None).select_related("citation")


def lock_records(member: Member, records: Iterable[Record]) -> None:
    """Lock the citations that these records are of, in the order in which all lock them."""
    links = Link.objects.filter(record__in=records, undone_at=None)
    lock_all(Citation.objects.filter(pk__in=links.values("citation"), review=member.review_id))


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
