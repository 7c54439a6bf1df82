"""How do the records of a kept file get into the database? Chunk by chunk, each a citation of its own until de-duplication has looked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from reviewapp import audit, bulk, files, jobs
from reviewapp.models import Job, Member, Review, Stage
from reviewapp.workflow import lock_review
from screening.formats import Export, ParsedRecord, Problem
from screening.models import Bibliography, Citation, Import, Link, Record, Standing, StandingState
from screening.workflow.bare import link_bare
from screening.workflow.duplicates import look_for_duplicates
from screening.workflow.searches import readable, undo
from screening.workflow.seen import digest, readings_of, repeated, seen_before
from screening.workflow.standing import bring_into_view, lock_all, refresh_all

CHUNK = 65  # records per transaction, where others who write must wait for it to end
MOST_PROBLEMS = 500  # lines of an import's report; the records keep their own
ANALYSE_AT = 1000  # records of an import after which the planner is told for the first time


def perform_import(job: Job) -> None:
    """Take in the records of an import, chunk by chunk. Run again after a break it goes on where the last chunk ended."""
    taken = Import.objects.select_related("search").get(pk=job.args["import_id"])
    if taken.completed_at or taken.undone_at:
        return
    encoding = taken.encoding or None
    path, mapping = files.path_of(taken.sha256), taken.mapping or None
    size = jobs.rows_at_once(CHUNK)
    with readable(taken.file_name), Export(path, taken.file_name, encoding, mapping=mapping) as export:
        records, stored = iter(export), last_stored(taken)
        while chunk := list(islice(records, size)):
            if chunk[-1].position <= stored:
                continue
            with transaction.atomic():
                read = f"{chunk[-1].position:,} records read"
                jobs.progress(job, int(jobs.WHOLE * export.progress), message=read, lasting=True)
                taken = Import.objects.select_related("search").select_for_update(of=["self"]).get(pk=taken.pk)
                if taken.undone_at:
                    return
                last = last_stored(taken)
                store(job.member, taken, [record for record in chunk if record.position > last])
            if chunk[0].position <= ANALYSE_AT <= chunk[-1].position:
                analyse_tables()
            jobs.breathe()
        problems = told(export.problems)
    link_bare(job.member, taken)
    with transaction.atomic():
        readings = Import.objects.filter(pk__in=[taken.pk, *readings_of(taken).values_list("pk", flat=True)])
        standing = {each.pk: each for each in readings.select_for_update().order_by("pk") if not each.undone_at}
        taken = standing.pop(taken.pk, None)
        if taken is None or taken.completed_at:
            return
        taken.problems, taken.completed_at = problems, timezone.now()
        taken.save(update_fields=["problems", "completed_at"])
        count = taken.records.count()
        jobs.progress(job, jobs.WHOLE, message=f"{count:,} records taken in")
        audit.record(job.member, "screening.import_completed", taken, records=count, problems=len(problems))
        for replaced in standing.values():
            undo(job.member, replaced)
        look_for_duplicates(job.member, taken)
    analyse_tables()


def last_stored(taken: Import) -> int:
    """The position of the last record of an import that is stored; 0 where none is."""
    return taken.records.aggregate(last=Max("position"))["last"] or 0


def told(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """What the report of an import says of its file; where it is too much, that there was more."""
    kept = [problem.to_dict() for problem in problems[:MOST_PROBLEMS]]
    if more := len(problems) - len(kept):
        kept.append(Problem(f"{more:,} more remarks of this kind are not listed; look at the file itself.").to_dict())
    return kept


def analyse_tables() -> None:
    """Tell the database's planner of the many new rows; without it PostgreSQL picks plans that are 15 times slower."""
    tables = [model._meta.db_table for model in (Record, Citation, Link, Standing)]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


def store(member: Member, taken: Import, parsed: list[ParsedRecord]) -> None:
    """Store one chunk of records: those that were seen before with their citation, each other as one of its own.

    Which of different records are duplicates is for de-duplication to say, by all their fields.
    """
    if not parsed:
        return
    review = lock_review(member)
    rows = [shown_fields(each) for each in parsed]
    records = [
        Record(
            review=review,
            source=taken,
            position=each.position,
            line=each.line,
            end_line=each.end_line,
            part=each.member,
            raw=each.raw,
            fields={tag: list(values) for tag, values in each.fields.items()},
            problems=list(each.problems),
            digest=digest(each),
            **row,
        )
        for each, row in zip(parsed, rows, strict=True)
    ]
    bulk.insert(Record.objects, records)
    places = seen_before(taken, records)
    above = repeated([record for record in records if record.position not in places])
    new = [record for record in records if record.position not in places and record.position not in above]
    at = dict(zip((record.position for record in new), begin_citations(review, new), strict=True))
    places |= {position: (at[first], Link.Rule.AGAIN) for position, first in above.items()}
    links = {
        record.position: places.get(record.position) or (at[record.position], Link.Rule.FIRST) for record in records
    }
    known = Citation.objects.filter(pk__in={citation for citation, _ in places.values()})
    lock_all(known)
    bulk.insert(
        Link.objects,
        [
            Link(record=record, citation_id=citation, rule=rule, member=member)
            for record, (citation, rule) in zip(records, links.values(), strict=True)
        ],
    )
    if taken.reads_again_id:
        bring_into_view(member, known)  # for who undoes one reading before the next is complete
    if places:
        refresh_all(known)


def begin_citations(review: Review, records: list[Record]) -> list[int]:
    """Make a citation of each of these new records, waiting for votes; -> their ids, in the order of the records.

    The database copies what the records say: it need not be sent twice.
    """
    if not records:
        return []
    table, shown = Citation._meta.db_table, ", ".join(Bibliography.FIELDS)
    chance = "abs(random() % 2147483648)" if connection.vendor == "sqlite" else "floor(random() * 2147483648)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({shown}, review_id, live, created_at, shuffle) "
            f"SELECT {shown}, review_id, TRUE, %s, {chance} FROM {Record._meta.db_table} "
            f"WHERE id IN ({', '.join(['%s'] * len(records))}) ORDER BY id RETURNING id",
            [timezone.now(), *(record.pk for record in records)],
        )
        made = sorted(pk for (pk,) in cursor.fetchall())
    bulk.insert(
        Standing.objects,
        [
            Standing(
                citation_id=pk,
                review=review,
                stage=Stage.TITLE_ABSTRACT,
                state=StandingState.WAITING,
                needed=review.votes_title_abstract,
            )
            for pk in made
        ],
    )
    return made


def shown_fields(parsed: ParsedRecord) -> dict[str, Any]:
    """A parsed record's bibliographic fields, as the tables hold them."""
    values = {name: getattr(parsed, name) for name in Bibliography.FIELDS}
    values["authors"], values["keywords"] = list(parsed.authors), list(parsed.keywords)
    return values
