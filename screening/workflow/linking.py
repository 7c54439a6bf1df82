"""How do rules' links get into the database, many at once? A batch is locked, read again, changed and recorded in one transaction.

A rule never brings together what a person parted, and never parts what a person brought together. Where a verdict stands on both
citations, it asks, whatever it found: no verdict drops out of view without a person. Votes whose verdict is not there yet cannot count,
because linking or asking by them would tell that they were cast: they stay with their citation, out of view, come back with it when the
records are split, and meanwhile the citation that is shown waits for its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from reviewapp import audit, jobs
from reviewapp.models import Job, Member
from reviewapp.workflow import lock_review
from screening.dedupe.decisions import Candidate
from screening.models import RULES, SETTLED, Citation, Import, Link, Pair, Standing, Word
from screening.workflow.links import own_citation
from screening.workflow.said import Said, said_by_persons
from screening.workflow.standing import bring_into_view, drop_out_of_view, refresh_all

By = Link.Rule
State = Pair.State
BY_PERSONS = (State.SAME, State.DIFFERENT)
PUT_OFF = (State.LATER, State.ASKED)  # what waits for an answer already is not asked anew


def live(member: Member) -> QuerySet[Link]:
    """The links that count in the member's review."""
    return Link.objects.filter(undone_at=None, record__source__undone_at=None, record__review=member.review_id)


def settled(citations: set[int]) -> set[int]:
    """Those of the citations on which a verdict stands at some stage: what everybody may know."""
    found = Standing.objects.filter(citation__in=citations, state__in=SETTLED)
    return set(found.values_list("citation", flat=True))


# --- a batch ----------------------------------------------------------------------------------------------------


@dataclass
class Batch:
    """Some citations and their records, locked, and what becomes of them."""

    member: Member
    present: dict[int, Link]
    """The live link of each record, as it was found."""
    settled: set[int]
    """Citations on which a verdict stands."""
    said: Said
    """What persons have said of these records."""
    home: dict[int, int] = field(default_factory=dict)
    """The citation of each record, as it will be."""
    linked: dict[int, Candidate] = field(default_factory=dict)
    """Why each record that moves does."""
    asked: list[Candidate] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home = {record: link.citation_id for record, link in self.present.items()}
        self.at: defaultdict[int, set[int]] = defaultdict(set)
        for record, citation in self.home.items():
            self.at[citation].add(record)

    def take(self, candidate: Candidate) -> None:
        """Bring two records' citations together, or ask where both are settled, or leave them where a person parted them."""
        one, other = self.home.get(candidate.a), self.home.get(candidate.b)
        if one is None or other is None or one == other:
            return
        parted = self.said.parted
        if any((a, b) in parted or (b, a) in parted for a in self.at[one] for b in self.at[other]):
            return
        if {one, other} <= self.settled:
            self.asked.append(candidate)
            return
        target = other if other in self.settled or (one not in self.settled and other < one) else one
        for record in self.at.pop(other if target == one else one):
            self.home[record] = target
            self.linked[record] = candidate
            self.at[target].add(record)


def link_batch(job: Job, candidates: list[Candidate], done: int) -> Batch:
    """Link some candidates in one transaction, with one event. Everything is read again under lock."""
    member = job.member
    with transaction.atomic():
        batch = locked_batch(member, {record for each in candidates for record in (each.a, each.b)})
        for each in candidates:
            batch.take(each)
        store_links(batch)
        keep_pairs(member, batch.asked, State.ASKED)
        if batch.linked or batch.asked:
            moved = [[record, batch.present[record].citation_id, batch.home[record]] for record in sorted(batch.linked)]
            told = {"moved": moved, "asked": len(batch.asked)}
            audit.record(member, "screening.duplicates_linked", member.review, **told)
        jobs.progress(job, done, message="Linking duplicates", lasting=bool(batch.linked))
    return batch


def part_batch(job: Job, records: list[int], done: int) -> list[int]:
    """Undo rules' links of records that no rule would link there now, in one transaction; -> the records that went back.

    Each goes back to the citation that it was before. What a person linked, or has a verdict, stays.
    """
    member = job.member
    with transaction.atomic():
        batch = locked_batch(member, set(records))
        kept = batch.settled | batch.said.holds_together(batch.home)
        leaving = [
            link
            for record in records
            if (link := batch.present.get(record)) and link.rule in RULES and link.citation_id not in kept
        ]
        own = {link.record_id: own_citation(member, link.record_id).pk for link in leaving}
        move(member, leaving, [Link(record_id=record, citation_id=at, rule=By.FIRST) for record, at in own.items()])
        back = Citation.objects.filter(pk__in=own.values())
        bring_into_view(member, back)
        refresh_all(back)
        drop_out_of_view(member, Citation.objects.filter(pk__in={link.citation_id for link in leaving}))
        if leaving:
            moved = [[link.record_id, link.citation_id, own[link.record_id]] for link in leaving]
            audit.record(member, "screening.duplicates_parted", member.review, moved=moved)
        jobs.progress(job, done, message="Undoing links that no longer hold", lasting=bool(leaving))
    return list(own)


def locked_batch(member: Member, records: set[int]) -> Batch:
    """These records' citations with all their live links; import, review and citations are locked, in this order."""
    near = live(member).filter(record__in=records)
    list(Import.objects.select_for_update().filter(pk__in=near.values("record__source")).order_by("pk").only("pk"))
    lock_review(member)
    ids = set(near.values_list("citation", flat=True))
    list(Citation.objects.select_for_update().filter(pk__in=ids).order_by("pk").only("pk"))
    present = {link.record_id: link for link in live(member).filter(citation__in=ids)}
    return Batch(member, present, settled(ids), said_by_persons(member, present))


def store_links(batch: Batch) -> None:
    """Undo the moved records' links, link them anew, and bring the citations up to date."""
    if not batch.linked:
        return
    pairs = keep_pairs(batch.member, {id(each): each for each in batch.linked.values()}.values(), State.LINKED)
    made = [
        Link(
            record_id=record,
            citation_id=batch.home[record],
            rule=By.FIELDS,
            evidence=f"{each.rule} (records {each.a} and {each.b}): {each.evidence}"[:400],
            pair=pairs[each.a, each.b],
        )
        for record, each in batch.linked.items()
    ]
    move(batch.member, [batch.present[record] for record in batch.linked], made)
    changed = {batch.present[record].citation_id for record in batch.linked} | {batch.home[r] for r in batch.linked}
    drop_out_of_view(batch.member, Citation.objects.filter(pk__in=changed))


def move(member: Member, undone: list[Link], made: list[Link]) -> None:
    """Undo links and make others in their place."""
    now = timezone.now()
    Link.objects.filter(pk__in=[link.pk for link in undone]).update(undone_at=now, undone_by=member)
    for link in made:
        link.member, link.at = member, now
    Link.objects.bulk_create(made)


def keep_pairs(member: Member, candidates: Iterable[Candidate], state: str) -> dict[tuple[int, int], Pair]:
    """Keep pairs in this state with rule, score and evidence; what a person decided on one stays.

    The review is locked: nobody else keeps pairs meanwhile.
    """
    candidates = list(candidates)
    ends = {each.a for each in candidates} | {each.b for each in candidates}
    known = Pair.objects.select_for_update().filter(a__in=ends, b__in=ends).order_by("pk")
    kept = {(pair.a_id, pair.b_id): pair for pair in known}
    new, settled_by_rule = [], []
    for each in candidates:
        said = {"rule": each.rule, "score": each.score, "evidence": each.evidence}
        key = a, b = min(each.a, each.b), max(each.a, each.b)
        if key not in kept:
            kept[key] = Pair(review_id=member.review_id, a_id=a, b_id=b, state=state, member=member, **said)
            new.append(kept[key])
        elif kept[key].pk and kept[key].state not in (*BY_PERSONS, state) and (kept[key].state, state) != PUT_OFF:
            settled_by_rule += [kept[key]] if kept[key].state == State.LATER else []
            change(kept[key], state, member, **said)
    put_off = Word.objects.filter(pair__in=settled_by_rule, answer=State.LATER, withdrawn_at=None)
    put_off.update(withdrawn_at=timezone.now())
    Pair.objects.bulk_create(new)
    return {(each.a, each.b): kept[min(each.a, each.b), max(each.a, each.b)] for each in candidates}


def change(pair: Pair, state: str, member: Member, **fields: Any) -> None:
    for name, value in (fields | {"state": state, "member": member, "at": timezone.now()}).items():
        setattr(pair, name, value)
    pair.save(update_fields=["state", "member", "at", *fields])
