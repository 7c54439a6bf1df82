"""Which records does a rule take for one publication, and what do people say of those it cannot tell?

A rule only ever brings whole citations together, never parts what is together, and never brings together what a person parted.
Where a verdict stands on both citations, it asks, whatever it found: no verdict drops out of view without a person. Votes whose verdict
is not there yet cannot count, because linking or asking by them would tell that they were cast: they stay with their citation, out of
view, come back with it when the records are split, and meanwhile the citation that is shown waits for its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Left
from django.utils import timezone

from reviewapp import audit, jobs
from reviewapp.access import Can, require
from reviewapp.models import Job, Member, Review
from screening.dedupe.decisions import PERSON as BY_PERSON
from screening.dedupe.decisions import Candidate, Decisions, decide
from screening.dedupe.normalise import Record as Said
from screening.dedupe.rules import Outcome
from screening.models import SETTLED, Citation, Import, Link, Pair, Standing
from screening.workflow.standing import drop_out_of_view

KIND = "screening.deduplicate"
BATCH = 50  # links per transaction: votes get in between
LOOKING = 60  # percent of the job that comparing takes; the rest is linking
ABSTRACT = 1200  # characters of an abstract that are compared

By = Link.Rule
State = Pair.State
OPEN = (State.ASKED, State.LATER)


# --- the job ----------------------------------------------------------------------------------------------------


def start_deduplication(member: Member) -> Job:
    """Look through all records of the review, by a job; the present one if it waits already."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        waiting = Job.objects.filter(review=member.review_id, kind=KIND, state=Job.State.QUEUED, args={}).first()
        if waiting:
            return waiting
        job = jobs.enqueue(member, KIND, total=100, message="Waiting")
        audit.record(member, "screening.deduplication_started", member.review)
    return job


def perform_deduplication(job: Job) -> None:
    """Link what the rules call one publication, and ask where they cannot tell. Run again, it finds nothing more to do."""
    decisions = looked(job)
    links = [each for each in decisions.having(Outcome.LINK) if each.rule != BY_PERSON]
    asked = linked = 0
    for start in range(0, len(links), BATCH):
        done = LOOKING + (100 - LOOKING) * start // len(links)
        batch = link_batch(job, links[start : start + BATCH], done)
        linked, asked = linked + len(batch.linked), asked + len(batch.asked)
    asked += ask(job, decisions.having(Outcome.ASK))
    jobs.progress(job, 100, message=f"{linked:,} duplicates linked, {asked:,} pairs to look at")


def looked(job: Job) -> Decisions:
    """What the rules say of the records of one import, or of all, beside all others in view."""
    member, source = job.member, job.args.get("import_id")
    new, known, homes = [], [], {}
    for said, citation, taken in in_view(member):
        homes[said.id] = citation
        (new if source in (None, taken) else known).append(said)
    at_home: defaultdict[int, list[int]] = defaultdict(list)
    for record, citation in homes.items():
        at_home[citation].append(record)
    return decide(
        new,
        known if new else (),
        together=frozenset((ids[0], other) for ids in at_home.values() for other in ids[1:]),
        apart=frozenset(pair for pair in parted_by_persons(member) if homes.get(pair[0]) != homes.get(pair[1])),
        progress=lambda part: jobs.progress(job, int(LOOKING * part), message="Comparing records"),
    )


def in_view(member: Member) -> Iterator[tuple[Said, int, int]]:
    """Each record in view as it is compared, with the ids of its citation and of its import."""
    names = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "type")
    rows = live(member).annotate(start=Left("record__abstract", ABSTRACT)).order_by("record")
    fields = [f"record__{name}" for name in names]
    for row in rows.values_list("record", "citation", "record__source", "start", *fields).iterator():
        record, citation, source, abstract, *values = row
        said = dict(zip(names, values, strict=True))
        yield Said(id=record, abstract=abstract, **said | {"authors": tuple(said["authors"])}), citation, source


def live(member: Member):  # noqa: ANN201 - a QuerySet of Link
    """The links that count in the member's review."""
    return Link.objects.filter(undone_at=None, record__source__undone_at=None, record__review=member.review_id)


def parted_by_persons(member: Member) -> set[tuple[int, int]]:
    """Pairs of records that persons called not duplicates, or parted by moving the one away from the other."""
    pairs = Pair.objects.filter(review=member.review_id, state=State.DIFFERENT)
    parted = set(pairs.values_list("a", "b"))
    before = Link.objects.filter(record=OuterRef("record"), pk__lt=OuterRef("pk")).order_by("-pk")
    moves = Link.objects.filter(record__review=member.review_id, rule__in=(By.PERSON, By.SPLIT))
    left = set(moves.annotate(left=Subquery(before.values("citation")[:1])).values_list("record", "left"))
    stayed: defaultdict[int, list[int]] = defaultdict(list)
    for citation, record in (
        live(member).filter(citation__in={citation for _, citation in left}).values_list("citation", "record")
    ):
        stayed[citation].append(record)
    return parted | {(record, other) for record, citation in left for other in stayed[citation] if other != record}


# --- linking, batch by batch ------------------------------------------------------------------------------------


@dataclass
class Batch:
    """Some citations and their records, locked, and what becomes of them."""

    member: Member
    home: dict[int, int]
    """The citation of each record, as it will be."""
    settled: set[int]
    """Citations on which a verdict stands: what everybody may know."""
    parted: set[tuple[int, int]]
    linked: dict[int, Candidate] = field(default_factory=dict)
    """Why each record that moves does."""
    asked: list[Candidate] = field(default_factory=list)

    def take(self, candidate: Candidate) -> None:
        """Bring two records' citations together, or ask where both are settled, or leave them where a person parted them."""
        one, other = self.home.get(candidate.a), self.home.get(candidate.b)
        if one is None or other is None or one == other:
            return
        ours, theirs = self.records(one), self.records(other)
        if any((a, b) in self.parted or (b, a) in self.parted for a in ours for b in theirs):
            return
        if {one, other} <= self.settled:
            self.asked.append(candidate)
            return
        target = other if other in self.settled or (one not in self.settled and other < one) else one
        for record in theirs if target == one else ours:
            self.home[record] = target
            self.linked[record] = candidate

    def records(self, citation: int) -> list[int]:
        return [record for record, home in self.home.items() if home == citation]


def link_batch(job: Job, candidates: Iterable[Candidate], done: int) -> Batch:
    """Link some candidates in one transaction, with one event. Everything is read again under lock."""
    member, candidates = job.member, list(candidates)
    records = {record for each in candidates for record in (each.a, each.b)}
    with transaction.atomic():
        jobs.progress(job, done, message="Linking duplicates")
        links = locked_with(member, records)
        present = {link.record_id: link for link in links}
        batch = Batch(
            member,
            home={record: link.citation_id for record, link in present.items()},
            settled=settled({link.citation_id for link in links}),
            parted=parted_by_persons(member),
        )
        for each in candidates:
            batch.take(each)
        store_links(batch, present)
        keep_pairs(member, batch.asked, State.ASKED)
        if batch.linked or batch.asked:
            moved = [[record, present[record].citation_id, batch.home[record]] for record in sorted(batch.linked)]
            told = {"moved": moved, "asked": len(batch.asked)}
            audit.record(member, "screening.duplicates_linked", member.review, **told)
    return batch


def locked_with(member: Member, records: set[int]) -> list[Link]:
    """The live links of all records of these records' citations, with import, review and citations locked, in this order."""
    near = live(member).filter(record__in=records)
    list(Import.objects.select_for_update().filter(pk__in=near.values("record__source")).order_by("pk"))
    Review.objects.select_for_update(no_key=True).get(pk=member.review_id)
    ids = set(near.values_list("citation", flat=True))
    list(Citation.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    return list(live(member).filter(citation__in=ids))


def settled(citations: set[int]) -> set[int]:
    """Those of the citations on which a verdict stands at some stage."""
    found = Standing.objects.filter(citation__in=citations, state__in=SETTLED)
    return set(found.values_list("citation", flat=True))


def store_links(batch: Batch, present: dict[int, Link]) -> None:
    """Undo the moved records' links, link them anew, and bring the citations up to date."""
    pairs = keep_pairs(batch.member, {id(each): each for each in batch.linked.values()}.values(), State.LINKED)
    Link.objects.filter(pk__in=[present[record].pk for record in batch.linked]).update(
        undone_at=timezone.now(), undone_by=batch.member
    )
    Link.objects.bulk_create(
        Link(
            record_id=record,
            citation_id=batch.home[record],
            rule=By.FIELDS,
            evidence=f"{each.rule} (records {each.a} and {each.b}): {each.evidence}"[:400],
            member=batch.member,
            pair=pairs[each.a, each.b],
        )
        for record, each in batch.linked.items()
    )
    changed = {present[record].citation_id for record in batch.linked} | {batch.home[each] for each in batch.linked}
    drop_out_of_view(batch.member, Citation.objects.filter(pk__in=changed))


def keep_pairs(member: Member, candidates: Iterable[Candidate], state: str) -> dict[tuple[int, int], Pair]:
    """Keep pairs in this state with rule, score and evidence; what a person decided on one stays."""
    kept = {}
    for each in candidates:
        a, b = sorted((each.a, each.b))
        said = {"rule": each.rule, "score": each.score, "evidence": each.evidence}
        pair, new = Pair.objects.get_or_create(
            a_id=a, b_id=b, defaults=said | {"review_id": member.review_id, "state": state, "member": member}
        )
        if not new and pair.state not in (State.SAME, State.DIFFERENT, state):
            change(pair, state, member, **said)
        kept[each.a, each.b] = pair
    return kept


def change(pair: Pair, state: str, member: Member, **fields: Any) -> None:
    for name, value in (fields | {"state": state, "member": member, "at": timezone.now()}).items():
        setattr(pair, name, value)
    pair.save(update_fields=["state", "member", "at", *fields])


def ask(job: Job, candidates: Iterable[Candidate]) -> int:
    """Put pairs in the queue, but for those whose citations are asked about already; -> how many are new."""
    member = job.member
    waiting = Pair.objects.filter(review=member.review_id).exclude(state=State.LINKED)
    home = dict(live(member).values_list("record", "citation"))
    known = {frozenset((home.get(a), home.get(b))) for a, b in waiting.values_list("a", "b")}
    new = [each for each in candidates if frozenset((home.get(each.a), home.get(each.b))) not in known]
    for start in range(0, len(new), BATCH):
        part = new[start : start + BATCH]
        with transaction.atomic():
            jobs.progress(job, 99, message="Keeping the pairs that a person looks at")
            keep_pairs(member, part, State.ASKED)
            audit.record(member, "screening.duplicates_asked", member.review, pairs=[[each.a, each.b] for each in part])
    return len(new)
