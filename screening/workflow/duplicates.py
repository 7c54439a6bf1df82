"""Which records does a rule take for one publication, and which does it ask about? The job that looks, after each import and on demand.

What rules linked is decided anew with each record that touches it, so that it does not matter in which order files came. What a person
said, and a citation on which a verdict stands, is left as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Left

from reviewapp import audit, jobs
from reviewapp.access import Can, require
from reviewapp.models import Job, Member
from reviewapp.workflow import lock_review
from screening.dedupe.decisions import PERSON as BY_PERSON
from screening.dedupe.decisions import Candidate, Decisions, decide
from screening.dedupe.normalise import Record as Said
from screening.dedupe.rules import OTHER_REPORT, Outcome
from screening.models import RULES, Import, Link, Pair, Record
from screening.workflow.linking import State, keep_pairs, link_batch, live, part_batch, settled
from screening.workflow.said import said_by_persons

KIND = "screening.deduplicate"
BATCH = 35  # links per transaction, where others who write must wait for it to end
READING, LOOKING = 100, 600  # of jobs.WHOLE, when the records are read, and when they are compared; the rest is linking
ABSTRACT = 1200  # characters of an abstract that are compared


def start_deduplication(member: Member) -> Job:
    """Look through all records of the review, by a job; the present one if it waits already."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        waiting = Job.objects.filter(review=member.review_id, kind=KIND, state=Job.State.QUEUED, args={}).first()
        if waiting:
            return waiting
        job = jobs.enqueue(member, KIND, total=jobs.WHOLE, message="Waiting")
        audit.record(member, "screening.deduplication_started", member.review)
    return job


def look_for_duplicates(member: Member, taken: Import) -> None:
    """Queue the job that compares an import's records, or the records that they were linked to, with all others."""
    jobs.enqueue(member, KIND, total=jobs.WHOLE, message="Waiting", import_id=taken.pk)


def perform_deduplication(job: Job) -> None:
    """Link what the rules call one publication, and ask where they cannot tell. Run again, it finds nothing more to do."""
    view = View(job)
    decisions = view.decide()
    links = [each for each in decisions.having(Outcome.LINK) if each.rule != BY_PERSON]
    leaving = view.leaving(decisions)
    asked = linked = parted = 0
    size = jobs.rows_at_once(BATCH)
    for start in range(0, len(leaving), size):
        parted += len(part_batch(job, leaving[start : start + size], LOOKING))
    links = view.apart(links, leaving)
    for start in range(0, len(links), size):
        done = LOOKING + (jobs.WHOLE - LOOKING) * start // len(links)
        batch = link_batch(job, links[start : start + size], done)
        linked, asked = linked + len(batch.linked), asked + len(batch.asked)
        jobs.breathe()
    asked += ask(job, decisions.having(Outcome.ASK))
    keep_other_reports(job, decisions.having(Outcome.APART))
    undone = f", {parted:,} links undone" if parted else ""
    jobs.progress(job, jobs.WHOLE, message=f"{linked:,} duplicates linked, {asked:,} pairs to look at{undone}")


@dataclass
class At:
    """Where a record is: its citation and import, and whether a rule brought it there."""

    citation: int
    source: int
    by_rule: bool


class View:
    """The records in view, as they are compared and where they are."""

    def __init__(self, job: Job) -> None:
        self.job, self.member = job, job.member
        self.said: list[Said] = []
        self.where: dict[int, At] = {}
        self.together: defaultdict[int, list[int]] = defaultdict(list)
        """The records of each citation, in the order in which they came."""
        self.kept: set[int] = set()
        """Citations that no rule takes apart: a person has brought records to them, or a verdict stands on them."""
        # Nothing is told while rows come in: on SQLite who is reading cannot write once somebody else has written.
        jobs.progress(job, 0, message="Reading the records")
        for said, citation, source, rule in rows(self.member):
            self.said.append(said)
            self.where[said.id] = At(citation, source, rule in RULES)
            self.together[citation].append(said.id)
        self.persons = said_by_persons(self.member)
        self.kept |= self.persons.holds_together({record: at.citation for record, at in self.where.items()})
        several = {citation for citation, records in self.together.items() if len(records) > 1}
        self.kept |= settled_among(several)

    def decide(self) -> Decisions:
        """What the rules say of the records of one import (or of those that it has left), or of all, beside all others."""
        new, known = [], []
        start = self.touched(self.job.args.get("import_id"))
        for said in self.said:
            (new if start is None or said.id in start else known).append(said)
        return decide(
            new,
            known if new else (),
            together=frozenset(
                (records[0], other)
                for citation, records in self.together.items()
                if citation in self.kept
                for other in records[1:]
            ),
            apart=frozenset((a, b) for a, b in self.persons.parted if self.home(a) != self.home(b)),
            progress=self.tell,
        )

    def tell(self, part: float) -> None:
        jobs.progress(self.job, READING + int((LOOKING - READING) * part), message="Comparing records")

    def home(self, record: int) -> int | None:
        return self.where[record].citation if record in self.where else None

    def touched(self, source: int | None) -> set[int] | None:
        """The records that an import brought, or left behind when it was undone, in their citations or in questions; None for all."""
        if source is None:
            return None
        links = Link.objects.filter(record__source=source, undone_at=None)
        citations = set(links.values_list("citation", flat=True))
        pairs = Pair.objects.filter(Q(a__source=source) | Q(b__source=source), review=self.member.review_id)
        citations |= {
            self.where[each].citation for pair in pairs.values_list("a", "b") for each in pair if each in self.where
        }
        return {record for citation in citations for record in self.together.get(citation, ())}

    def leaving(self, decisions: Decisions) -> list[int]:
        """The records that a rule brought to a citation whose first record is of another cluster now."""
        cluster = {record: number for number, records in enumerate(decisions.clusters) for record in records}
        found = []
        for citation, records in self.together.items():
            if citation in self.kept or len(records) < 2:
                continue
            first = next((record for record in records if not self.where[record].by_rule), records[0])
            stays = cluster.get(first)
            found += [r for r in records if r != first and self.where[r].by_rule and cluster.get(r) != stays]
        return found

    def apart(self, links: list[Candidate], left: list[int]) -> list[Candidate]:
        """Those links whose records are not of one citation already."""
        gone = set(left)
        return [each for each in links if each.a in gone or each.b in gone or self.home(each.a) != self.home(each.b)]


NAMES = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "type", "accession")


def as_compared(record: Record) -> Said:
    """One record as it is compared."""
    said = {name: getattr(record, name) for name in NAMES}
    return Said(id=record.pk, abstract=record.abstract[:ABSTRACT], **said | {"authors": tuple(record.authors)})


def rows(member: Member) -> Iterator[tuple[Said, int, int, str]]:
    """Each record in view as it is compared, with the ids of its citation and of its import, and the rule of its link."""
    found = live(member).annotate(start=Left("record__abstract", ABSTRACT)).order_by("record")
    fields = [f"record__{name}" for name in NAMES]
    for row in found.values_list("record", "citation", "record__source", "rule", "start", *fields).iterator():
        record, citation, source, rule, abstract, *values = row
        said = dict(zip(NAMES, values, strict=True))
        yield Said(id=record, abstract=abstract, **said | {"authors": tuple(said["authors"])}), citation, source, rule


def settled_among(citations: set[int]) -> set[int]:
    """Those of many citations on which a verdict stands."""
    ids = sorted(citations)
    return {pk for start in range(0, len(ids), 500) for pk in settled(set(ids[start : start + 500]))}


# --- what is kept beside the links ------------------------------------------------------------------------------


def ask(job: Job, candidates: tuple[Candidate, ...]) -> int:
    """Put pairs in the queue, but for those whose citations are asked about already; -> how many are new."""
    waiting = Pair.objects.exclude(state__in=(State.LINKED, State.REPORTS, State.WITHDRAWN))
    return keep(job, candidates, State.ASKED, waiting, "screening.duplicates_asked")


def keep_other_reports(job: Job, candidates: tuple[Candidate, ...]) -> int:
    """Keep the pairs that are perhaps reports of one study, to be offered when studies are made; -> how many are new."""
    offered = [each for each in candidates if each.rule == OTHER_REPORT]
    return keep(job, offered, State.REPORTS, Pair.objects.exclude(state=State.LINKED), "screening.other_reports_found")


def keep(job: Job, candidates: list[Candidate] | tuple[Candidate, ...], state: str, known, verb: str) -> int:  # noqa: ANN001 - a QuerySet of Pair
    """Keep those pairs whose citations are not among the known pairs', batch by batch; -> how many."""
    if not candidates:
        return 0
    member = job.member
    home = dict(live(member).values_list("record", "citation"))
    pairs = known.filter(review=member.review_id).values_list("a", "b")
    seen = {frozenset((home.get(a), home.get(b))) for a, b in pairs}
    new = []
    for each in candidates:
        between = frozenset((home.get(each.a), home.get(each.b)))
        if between not in seen and len(between) == 2:
            seen.add(between)
            new.append(each)
    for start in range(0, len(new), BATCH):
        part = new[start : start + BATCH]
        with transaction.atomic():
            lock_review(member)
            jobs.progress(job, jobs.WHOLE - 1, message="Keeping the pairs that a person looks at", lasting=True)
            keep_pairs(member, part, state)
            audit.record(member, verb, member.review, pairs=[[each.a, each.b] for each in part])
    return len(new)
