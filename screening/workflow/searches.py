"""How do records come in? Searches, and imports of their files: kept raw, linked to citations, undone and restored whole."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from reviewapp import audit, files, jobs
from reviewapp.access import Can, require
from reviewapp.errors import BadFile, BadInput, WrongState
from reviewapp.models import Member
from reviewapp.workflow import lock_review
from screening.formats import Export, UnmappedTable, UnreadableFile
from screening.formats.preview import Preview, preview
from screening.models import Import, Search
from screening.workflow.following import follow
from screening.workflow.seen import readings_of

UNMAPPED = "unmapped"  # the format of a table of which nobody has said yet what its columns hold

PRISMA_S = ("limits", "filters", "prior_work", "peer_review")
SEARCH_FIELDS = ("kind", "source", "platform", "searched_on", "strategy", "hits", "note", *PRISMA_S)

DOUBLE_CLICK = timedelta(seconds=30)  # so long a second sending of the same form may be on its way

# --- searches ---------------------------------------------------------------------------------------------------


def add_search(member: Member, *, kind: str, source: str, **details: Any) -> Search:
    """Add one search of one source; details are the other fields of SEARCH_FIELDS. The second click of a double click adds none."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        lock_review(member)  # of two clicks the second waits for the first
        now = timezone.now()
        known = {"review": member.review_id, "kind": kind, "source": source, **details}
        lately = Search.objects.filter(**known, dropped_at=None, created_at__gte=now - DOUBLE_CLICK, imports=None)
        if twin := lately.first():
            return twin
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
        if search.dropped_at:
            return
        if search.imports.filter(undone_at=None).exists():
            raise WrongState("Files were imported for this search.", todo="Undo these imports first.")
        search.dropped_at = timezone.now()
        search.save(update_fields=["dropped_at"])
        audit.record(member, "screening.search_dropped", search)


def restore_search(member: Member, search: Search) -> None:
    """Bring a search back that was taken away."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        search = Search.objects.select_for_update().get(pk=search.pk, review=member.review_id)
        if not search.dropped_at:
            return
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
            for_each_file = export.is_archive and not encoding
            return {"format": export.format, "encoding": "" if for_each_file else export.encoding}
    except UnmappedTable:
        return {"format": UNMAPPED, "encoding": preview(files.path_of(sha256), name, encoding or None).encoding}


def queue_import(member: Member, taken: Import) -> None:
    taken.job = jobs.enqueue(member, "screening.import", total=jobs.WHOLE, message="Waiting", import_id=taken.pk)
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


def undo_import(member: Member, taken: Import) -> None:
    """Take an import out of view: its records, and the citations that have no other. Votes on them stay, and come back with it."""
    require(member, Can.IMPORT)
    with transaction.atomic():
        taken = Import.objects.select_for_update().get(pk=taken.pk, search__review=member.review_id)
        if taken.undone_at:
            return
        undo(member, taken)


def undo(member: Member, taken: Import) -> None:
    """Take a locked import out of view, and its citations after it."""
    taken.undone_at = timezone.now()
    taken.save(update_fields=["undone_at"])
    audit.record(member, "screening.import_undone", taken, file=taken.file_name)
    follow(member, taken)


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
        follow(member, taken)
        if not taken.completed_at and taken.format != UNMAPPED:
            queue_import(member, taken)
