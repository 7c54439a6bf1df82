"""How often are rules wrong? A sample of their links is drawn at random, and persons judge it; what is wrong is split off."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, Refused, Stale, WrongState
from reviewapp.models import Member
from reviewapp.workflow import lock_review
from screening.dedupe.audit import sample
from screening.models import Audit, Judged, Link, Pair, Record, Word
from screening.queries.audits import links_by_rules, under_way
from screening.workflow.linking import live
from screening.workflow.links import lock_records, put_back, split_group
from screening.workflow.pairs import locked_pair
from screening.workflow.words import say, unsay

MOST = 5000
Answer = Judged.Answer
OPEN = (Answer.OPEN, Answer.LATER)


def draw_audit(member: Member, size: int, seed: str = "") -> Audit:
    """Draw a sample at random from the links that rules made and that stand.

    The sample is `random.Random(seed).sample(pool, size)` of Python, where pool is the ids of those links, in order.
    """
    require(member, Can.IMPORT)
    if not 0 < size <= MOST:
        raise BadInput(f"A sample has between 1 and {MOST:,} links.")
    with transaction.atomic():
        lock_review(member)
        if under_way(member):
            raise WrongState("A sample is under way.", todo="Judge it to the end, or drop it.")
        pool = list(links_by_rules(member).order_by("pk").values_list("pk", flat=True))
        if len(pool) < size:
            raise BadInput(f"Rules have made only {len(pool):,} links that stand.", todo="Draw fewer.")
        seed = seed or secrets.token_hex(8)
        drawn = sample(pool, size, seed)
        made = Audit.objects.create(
            review_id=member.review_id, seed=seed, size=size, pool=len(pool), newest=pool[-1], member=member
        )
        links = Link.objects.filter(pk__in=drawn).select_related("pair").in_bulk()
        others = beside(member, links.values())
        Judged.objects.bulk_create(
            Judged(audit=made, link=links[pk], other_id=others[pk], place=place) for place, pk in enumerate(drawn, 1)
        )
        audit.record(member, "screening.audit_drawn", made, seed=seed, size=size, pool=len(pool), links=drawn)
    return made


def beside(member: Member, links: Iterable[Link]) -> dict[int, int]:
    """The record beside which each link is judged: the one that the rule compared, or else the citation's first one."""
    links = list(links)
    here: defaultdict[int, list[int]] = defaultdict(list)
    found = live(member).filter(citation__in={link.citation_id for link in links})
    for citation, record in found.order_by("pk").values_list("citation", "record"):
        here[citation].append(record)
    others = {}
    for link in links:
        company = [record for record in here[link.citation_id] if record != link.record_id]
        ends = {link.pair.a_id, link.pair.b_id} if link.pair else set()
        compared = ends - {link.record_id} if link.record_id in ends else set()
        others[link.pk] = next((record for record in company if record in compared), company[0])
    return others


def judge_link(member: Member, judged: Judged, answer: str) -> None:
    """Say of a link of the sample that it is right, wrong, or later.

    A wrong one is split off, with the records that came by way of it, and remembered as not a duplicate. Where the two records are
    parted already, nothing is moved.
    """
    require(member, Can.IMPORT)
    if answer not in (Answer.RIGHT, Answer.WRONG, Answer.LATER):
        raise BadInput("Choose right, wrong or later.")
    with transaction.atomic():
        judged, (record, other) = locked_judged(member, judged)
        if judged.audit.dropped_at:
            raise Stale("This sample was dropped meanwhile.")
        if judged.answer not in OPEN:
            raise Stale("This link is judged already.", todo="Go on with the next one.")
        before = judged.answer
        judged.answer, judged.member, judged.at = answer, member, timezone.now()
        if answer == Answer.WRONG:
            judged.pair = locked_pair(member, record, other)
            say(member, judged.pair, Pair.State.DIFFERENT, Word.Place.SAMPLE)
            judged.parted = split_group(member, record, other)
        judged.save(update_fields=["answer", "member", "at", "pair", "parted"])
        told = {"answer": answer, "before": before, "records": [record.pk, other.pk]}
        audit.record(member, "screening.link_judged", judged.audit, link=judged.link_id, **told)


def withdraw_judgement(member: Member, judged: Judged) -> None:
    """Take one's own answer back: the link waits again, and what was split off goes back where it was."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        judged, (record, other) = locked_judged(member, judged)
        if judged.answer == Answer.OPEN:
            raise Stale("There is no answer here that could be taken back.")
        if judged.member_id != member.pk:
            raise Refused("Only who answered can take that back.")
        before = judged.answer
        if judged.pair:
            unsay(member, locked_pair(member, record, other), Word.Place.SAMPLE)
        if judged.parted:
            put_back(member, judged.parted, other)
        judged.answer, judged.member, judged.at, judged.pair, judged.parted = Answer.OPEN, None, None, None, None
        judged.save(update_fields=["answer", "member", "at", "pair", "parted"])
        told = {"before": before, "records": [record.pk, other.pk]}
        audit.record(member, "screening.judgement_withdrawn", judged.audit, link=judged.link_id, **told)


def locked_judged(member: Member, judged: Judged) -> tuple[Judged, tuple[Record, Record]]:
    """A link of a sample, locked after the citations of its two records."""
    lock_review(member)
    records = judged.link.record, judged.other
    lock_records(member, records)
    Judged.objects.select_for_update().get(pk=judged.pk, audit__review=member.review_id)
    return Judged.objects.select_related("audit", "pair", "parted__citation").get(pk=judged.pk), records


def drop_audit(member: Member, which: Audit) -> None:
    """Put a sample away. What was answered stays and is kept; it counts in no estimate."""
    set_dropped(member, which, True)


def restore_audit(member: Member, which: Audit) -> None:
    """Take a sample up again that was put away."""
    set_dropped(member, which, False)


def set_dropped(member: Member, which: Audit, dropped: bool) -> None:
    require(member, Can.IMPORT)
    with transaction.atomic():
        lock_review(member)
        which = Audit.objects.select_for_update().get(pk=which.pk, review=member.review_id)
        if bool(which.dropped_at) == dropped:
            return
        open_ = which.sample.filter(answer__in=OPEN).exists()
        if not dropped and open_ and under_way(member):
            raise WrongState("Another sample is under way.", todo="Judge that one to the end first, or drop it.")
        which.dropped_at = timezone.now() if dropped else None
        which.save(update_fields=["dropped_at"])
        audit.record(member, "screening.audit_dropped" if dropped else "screening.audit_restored", which)
