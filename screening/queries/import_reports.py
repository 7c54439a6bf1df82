"""What became of the records of an import? Which are new, which were seen before, which are repeated in its file, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from reviewapp.models import Job, Member
from screening.models import Import, Link, Record

NEW, BEFORE, REPEATED = "new", "seen before", "repeated in this file"


@dataclass(frozen=True, slots=True)
class Counts:
    """Records read = new + before + repeated; left_out counts places in the file, from which no record could be made."""

    read: int
    new: int
    before: int
    repeated: int
    left_out: int


def report_counts(taken: Import) -> Counts:
    counted = sorted_out(taken).aggregate(
        read=Count("pk"),
        known=Count("pk", filter=Q(before=True, repeated=False)),
        again=Count("pk", filter=Q(repeated=True)),
    )
    read, before, repeated = counted["read"], counted["known"], counted["again"]
    return Counts(read, read - before - repeated, before, repeated, left_out(taken))


def left_out(taken: Import) -> int:
    """In how many places of its file an import found text of which no record could be made."""
    return sum(max(1, len(problem["lines"])) for problem in taken.problems if problem["left_out"])


def sorted_out(taken: Import) -> QuerySet[Record]:
    """The records of an import with `home`, their citation; `before`: it has a record of an earlier import; `repeated`: one from
    further up in this file."""
    here = Link.objects.filter(record=OuterRef("pk"), undone_at=None)
    same = Link.objects.filter(citation=OuterRef("home"), undone_at=None)
    earlier = same.filter(record__source__lt=taken.pk, record__source__undone_at=None)
    if taken.reads_again_id:
        earlier = earlier.exclude(record__source=taken.reads_again_id).exclude(
            record__source__reads_again=taken.reads_again_id
        )
    above = same.filter(record__source=taken.pk, record__position__lt=OuterRef("position"))
    return (
        taken.records.annotate(home=Subquery(here.values("citation")[:1]))
        .annotate(before=Exists(earlier), repeated=Exists(above))
        .order_by("position")
    )


def records_known(taken: Import) -> QuerySet[Record]:
    """Those of an import's records that brought nothing new, with why: `rule`, `evidence` of their link; `seen_in`: the source
    that had the publication first."""
    return explained(sorted_out(taken).filter(Q(before=True) | Q(repeated=True)))


def explained(records: QuerySet[Record]) -> QuerySet[Record]:
    here = Link.objects.filter(record=OuterRef("pk"), undone_at=None)
    first = Link.objects.filter(citation=OuterRef("home"), undone_at=None, record__source__undone_at=None).order_by(
        "record"
    )
    above = Link.objects.filter(citation=OuterRef("home"), undone_at=None, record__source=OuterRef("source"))
    above = above.order_by("record")
    return records.annotate(
        rule=Subquery(here.values("rule")[:1]),
        evidence=Subquery(here.values("evidence")[:1]),
        seen_in=Subquery(first.values("record__source__search__source")[:1]),
        line_above=Subquery(above.values("record__line")[:1]),
    ).defer("raw", "fields", "abstract", "keywords")


def reason(record: Record) -> str:
    """Why a record brought nothing new, in words."""
    if record.rule in (Link.Rule.FIRST, None):
        return f"Another record was linked to its citation, which {record.seen_in} had first"
    where = f"line {record.line_above} of this file" if record.repeated else record.seen_in
    return f"{Link.Rule(record.rule).label}{f': {record.evidence}' if record.evidence else ''} (first in {where})"


def report_rows(taken: Import) -> Iterator[tuple[Record, str, str, int]]:
    """Every record of an import: itself, what became of it, why, and the number of its citation."""
    for record in explained(sorted_out(taken)).iterator(chunk_size=2000):
        outcome = REPEATED if record.repeated else BEFORE if record.before else NEW
        why = [] if outcome == NEW else [reason(record)]
        yield record, outcome, " ".join([*why, *record.problems]), record.home


def looking_for_duplicates(taken: Import) -> Job | None:
    """The job that still compares an import's records with all others."""
    waiting = Job.objects.filter(review=taken.search.review_id, kind="screening.deduplicate", args__import_id=taken.pk)
    return waiting.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).order_by("-pk").first()


FOLLOWING = "screening.follow"


def followed(taken: Import) -> Job | None:
    """The job that takes an import's citations out of view or brings them back; None once they are where they belong."""
    jobs = Job.objects.filter(review=taken.search.review_id, kind=FOLLOWING, args__import_id=taken.pk)
    last = jobs.order_by("-pk").first()
    return last if last and last.state != Job.State.DONE else None


def citations_follow(member: Member) -> bool:
    """Whether citations are still being taken out of view, or brought back, after an import was undone or restored."""
    return Job.objects.filter(review=member.review_id, kind=FOLLOWING, finished_at=None).exists()


def other_readings(taken: Import) -> QuerySet[Import]:
    """The readings of the same file in other encodings."""
    first = taken.reads_again_id or taken.pk
    found = Import.objects.filter(Q(pk=first) | Q(reads_again=first)).exclude(pk=taken.pk)
    return found.order_by(F("undone_at").desc(nulls_first=True), "-pk")
