"""How do records come in? Searches, and imports of their files: kept raw, linked to citations, undone and restored whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from reviewapp import audit, files, jobs
from reviewapp.access import Can, require
from reviewapp.errors import BadFile, BadInput, WrongState
from reviewapp.models import Job, Member, Stage
from reviewapp.workflow import lock_review
from screening.formats import Export, ParsedRecord, Problem, UnmappedTable, UnreadableFile
from screening.formats.preview import Preview, preview
from screening.models import Bibliography, Citation, Import, Link, Record, Search, Standing, StandingState
from screening.workflow.bare import link_bare
from screening.workflow.duplicates import look_for_duplicates
from screening.workflow.seen import digest, readings_of, seen_before
from screening.workflow.standing import bring_into_view, drop_out_of_view, lock_all, refresh_all

CHUNK = 50  # records per transaction: votes get in between
UNMAPPED = "unmapped"  # the format of a table of which nobody has said yet what its columns hold
MOST_PROBLEMS = 500  # lines of an import's report; the records keep their own

PRISMA_S = ("limits", "filters", "prior_work", "peer_review")
SEARCH_FIELDS = ("kind", "source", "platform", "searched_on", "strategy", "hits", "note", *PRISMA_S)


# --- searches ---------------------------------------------------------------------------------------------------


def add_search(member: Member, *, kind: str, source: str, **details: Any) -> Search:
    """Add one search of one source; details are the other fields of SEARCH_FIELDS."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        search = Search.objects.create(review_id=member.review_id, kind=kind, source=source, **details)
        audit.record(member, "screening.search_added", search, **facts_of(search))
    return search


def change_search(member: Member, search: Search, **changes: Any) -> Search:
    """Change what is known of a search; the trail keeps what stood before."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        search = Search.objects.select_for_update().get(pk=search.pk, review=member.review_id)
        before = facts_of(search)
        for name in SEARCH_FIELDS:
            setattr(search, name, changes.get(name, getattr(search, name)))
        after = facts_of(search)
        if after != before:
            search.save(update_fields=SEARCH_FIELDS)
            audit.record(member, "screening.search_changed", search, before=before, after=after)
    return search


def facts_of(search: Search) -> dict[str, object]:
    values = {name: getattr(search, name) for name in SEARCH_FIELDS}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def drop_search(member: Member, search: Search) -> None:
    """Take a search away that has no records (any more)."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        search = Search.objects.select_for_update().get(pk=search.pk, review=member.review_id)
        if search.imports.filter(undone_at=None).exists():
            raise WrongState("This search has imported records.", todo="Undo its imports first.")
        search.dropped_at = timezone.now()
        search.save(update_fields=["dropped_at"])
        audit.record(member, "screening.search_dropped", search)


def restore_search(member: Member, search: Search) -> None:
    """Bring a search back that was taken away."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        search = Search.objects.select_for_update().get(pk=search.pk, review=member.review_id)
        search.dropped_at = None
        search.save(update_fields=["dropped_at"])
        audit.record(member, "screening.search_restored", search)


# --- imports ----------------------------------------------------------------------------------------------------


class AlreadyHere(WrongState):
    """The review has this very file already. twin: its import, which stands."""

    def __init__(self, name: str, twin: Import) -> None:
        when = f"{timezone.localtime(twin.created_at):%-d %B %Y}"
        super().__init__(
            f"“{name}” is here already: the very same file was imported on {when} for {twin.search}, as “{twin.file_name}”.",
            todo="Nothing needs to be done. Import it again only if its records shall count a second time.",
        )
        self.name = name
        self.twin = twin


def start_import(
    member: Member,
    search: Search,
    name: str,
    chunks: Iterable[bytes],
    *,
    encoding: str = "",
    again: bool = False,
    origin: str = Import.Origin.FILE,
) -> Import:
    """Keep a file, see that it can be read, and queue the job that takes its records in.

    Raises BadFile for what cannot be read at all, AlreadyHere for a file that this review has (unless `again`).
    """
    require(member, Can.IMPORT)
    kept = files.keep(chunks, name=name, most=settings.IMPORT_MAX_BYTES)
    return take_up(member, search, name, kept, encoding=encoding, again=again, origin=origin)


def take_up(
    member: Member,
    search: Search,
    name: str,
    kept: files.Kept,
    *,
    encoding: str = "",
    again: bool = False,
    origin: str = Import.Origin.FILE,
    mapping: dict[str, str] | None = None,
    reads_again: Import | None = None,
) -> Import:
    """Make an import of a kept file, and queue the job that takes its records in."""
    with readable(name):
        found = told_by_opening(kept.sha256, name, encoding, mapping)
    with transaction.atomic():
        search = standing_search(member, search)
        twin = Import.objects.filter(search__review=member.review_id, sha256=kept.sha256, undone_at=None)
        if not again and (known := twin.select_related("search").first()):
            raise AlreadyHere(name, known)
        told = {"sha256": kept.sha256, "size": kept.size, "origin": origin, **found}
        details = {"mapping": mapping or {}, "reads_again": reads_again}
        taken = Import.objects.create(search=search, file_name=name[-255:], **told, **details)
        if found["format"] != UNMAPPED:
            queue_import(member, taken)
        audit.record(member, "screening.import_started", taken, file=name, **told)
    return taken


def standing_search(member: Member, search: Search) -> Search:
    """The search, locked. Raises WrongState where it was taken away."""
    search = Search.objects.select_for_update().get(pk=search.pk, review=member.review_id)
    if search.dropped_at:
        raise WrongState("This search was taken away.", todo="Restore it, or import the file for another search.")
    return search


def told_by_opening(sha256: str, name: str, encoding: str, mapping: dict[str, str] | None) -> dict[str, str]:
    """A kept file's format and encoding; the format is UNMAPPED for a table of which nobody has said what its columns hold."""
    try:
        with Export(files.path_of(sha256), name, encoding or None, mapping=mapping) as export:
            return {"format": export.format, "encoding": export.encoding}
    except UnmappedTable:
        return {"format": UNMAPPED, "encoding": preview(files.path_of(sha256), name, encoding or None).encoding}


def queue_import(member: Member, taken: Import) -> None:
    taken.job = jobs.enqueue(member, "screening.import", total=100, message="Waiting", import_id=taken.pk)
    taken.save(update_fields=["job"])


def table_head(taken: Import) -> Preview:
    """The head of a kept table, to say what its columns hold. Raises BadFile for what is no table."""
    with readable(taken.file_name):
        return preview(files.path_of(taken.sha256), taken.file_name, taken.encoding or None)


def map_columns(member: Member, taken: Import, mapping: dict[str, str]) -> None:
    """Say what a kept table's columns hold, {column: field}, and queue the job that takes its records in."""
    require(member, Can.IMPORT)
    if "title" not in mapping.values():
        raise BadInput("No column holds the title.", todo="Choose the column in which the titles stand.")
    with (
        readable(taken.file_name),
        Export(files.path_of(taken.sha256), taken.file_name, taken.encoding or None, mapping=mapping) as export,
    ):
        found = export.format
    with transaction.atomic():
        taken = Import.objects.select_for_update().get(pk=taken.pk, search__review=member.review_id)
        if taken.format != UNMAPPED or taken.undone_at:
            raise WrongState("This file's columns are not asked for (any more).", todo="Its import's page says why.")
        taken.format, taken.mapping = found, mapping
        taken.save(update_fields=["format", "mapping"])
        audit.record(member, "screening.columns_mapped", taken, mapping=mapping)
        queue_import(member, taken)


class readable:  # noqa: N801 - reads as a word of the `with` line
    """Turn the reader's refusal into the domain's."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UnreadableFile):
            raise BadFile(f"“{self.name}”: {error}") from error


def perform_import(job: Job) -> None:
    """Take in the records of an import, chunk by chunk. Run again after a break it goes on where the last chunk ended."""
    taken = Import.objects.select_related("search").get(pk=job.args["import_id"])
    if taken.completed_at or taken.undone_at:
        return
    encoding = taken.encoding or None
    path, mapping = files.path_of(taken.sha256), taken.mapping or None
    with readable(taken.file_name), Export(path, taken.file_name, encoding, mapping=mapping) as export:
        records = iter(export)
        while chunk := list(islice(records, CHUNK)):
            with transaction.atomic():
                jobs.progress(job, int(99 * export.progress), message=f"{chunk[-1].position:,} records read")
                taken = Import.objects.select_for_update().get(pk=taken.pk)
                if taken.undone_at:
                    return
                last = taken.records.aggregate(last=Max("position"))["last"] or 0
                store(job.member, taken, [record for record in chunk if record.position > last])
            jobs.breathe()
        problems = told(export.problems)
    link_bare(job.member, taken)
    with transaction.atomic():
        taken = Import.objects.select_for_update().get(pk=taken.pk)
        if taken.completed_at or taken.undone_at:
            return
        taken.problems, taken.completed_at = problems, timezone.now()
        taken.save(update_fields=["problems", "completed_at"])
        count = taken.records.count()
        jobs.progress(job, 100, message=f"{count:,} records taken in")
        audit.record(job.member, "screening.import_completed", taken, records=count, problems=len(problems))
        if taken.reads_again and not taken.reads_again.undone_at:
            undo(job.member, taken.reads_again)
        look_for_duplicates(job.member, taken)
    analyse_tables()


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
    records = Record.objects.bulk_create(
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
    )
    places = seen_before(taken, records)
    known = Citation.objects.filter(pk__in={citation for citation, _ in places.values()})
    lock_all(known)
    new = [(record, row) for record, row in zip(records, rows, strict=True) if record.position not in places]
    citations = Citation.objects.bulk_create(Citation(review=review, **row) for _, row in new)
    Standing.objects.bulk_create(
        Standing(
            citation=citation,
            review=review,
            stage=Stage.TITLE_ABSTRACT,
            state=StandingState.WAITING,
            needed=review.votes_title_abstract,
        )
        for citation in citations
    )
    at = {record.position: (citation.pk, Link.Rule.FIRST) for (record, _), citation in zip(new, citations, strict=True)}
    at |= places
    Link.objects.bulk_create(
        Link(record=record, citation_id=at[record.position][0], rule=at[record.position][1], member=member)
        for record in records
    )
    refresh_all(known)


def shown_fields(parsed: ParsedRecord) -> dict[str, Any]:
    """A parsed record's bibliographic fields, as the tables hold them."""
    values = {name: getattr(parsed, name) for name in Bibliography.FIELDS}
    values["authors"], values["keywords"] = list(parsed.authors), list(parsed.keywords)
    return values


def undo_import(member: Member, taken: Import) -> None:
    """Take an import out of view: its records, and the citations that have no other. Votes on them stay, and come back with it."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        taken = Import.objects.select_for_update().get(pk=taken.pk, search__review=member.review_id)
        if taken.undone_at:
            return
        undo(member, taken)
        if taken.records.exists():
            look_for_duplicates(member, taken)


def undo(member: Member, taken: Import) -> None:
    """Take a locked import out of view."""
    taken.undone_at = timezone.now()
    taken.save(update_fields=["undone_at"])
    audit.record(member, "screening.import_undone", taken, file=taken.file_name)
    drop_out_of_view(member, citations_of(taken))


def restore_import(member: Member, taken: Import) -> None:
    """Bring an undone import back, with all that was decided on its citations. Raises WrongState when its search was taken away."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        search = Search.objects.select_for_update().get(imports=taken.pk, review=member.review_id)
        if search.dropped_at:
            raise WrongState("The search of this import was taken away.", todo="Restore the search first.")
        taken = Import.objects.select_for_update().get(pk=taken.pk, search__review=member.review_id)
        if not taken.undone_at:
            return
        if other := readings_of(taken).filter(undone_at=None).first():
            raise WrongState(
                f"This file is read in another encoding now ({other.encoding}).", todo="Undo that reading first."
            )
        taken.undone_at = None
        taken.save(update_fields=["undone_at"])
        audit.record(member, "screening.import_restored", taken, file=taken.file_name)
        bring_into_view(member, citations_of(taken))
        if taken.completed_at:
            look_for_duplicates(member, taken)
        elif taken.format != UNMAPPED:
            queue_import(member, taken)


def citations_of(taken: Import) -> QuerySet[Citation]:
    """The citations that an import's records are linked to."""
    links = Link.objects.filter(undone_at=None, record__source=taken, citation=OuterRef("pk"))
    return Citation.objects.filter(Exists(links))
