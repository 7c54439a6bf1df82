"""How do records come in without a database's export? Written by a person, pasted, read again in another encoding, or taken in twice."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from reviewapp import audit, files
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, WrongState
from reviewapp.models import Member
from screening.formats import Export, ParsedRecord, read
from screening.formats.write import write_ris
from screening.models import Import, Search
from screening.workflow.duplicates import look_for_duplicates
from screening.workflow.intake import store
from screening.workflow.searches import readable, standing_search, start_import, take_up
from screening.workflow.seen import readings_of

LONGEST = 2_000_000  # bytes of a record written by hand, or of what is pasted
LOOKED_AT = 20_000  # records that are looked through for letters that encodings read differently


def add_record(member: Member, search: Search, fields: dict[str, Any]) -> Import:
    """Take in one record that a person wrote: {field: value}, as citations have them.

    It is kept as a RIS file of one record, so that it has a raw text, an import and a report like any other. Sent twice, it is
    one record.
    """
    require(member, Can.IMPORT)
    written = "".join(write_ris([ParsedRecord(1, 1, 1, "", **fields)]))
    record = read(written.encode()).records[0]
    name = f"By hand: {record.title}"[:255]
    kept = files.keep([written.encode()], name=name, most=LONGEST)
    with transaction.atomic():
        search = standing_search(member, search)
        twin = search.imports.filter(sha256=kept.sha256, origin=Import.Origin.HAND, undone_at=None).first()
        if twin:
            return twin
        taken = Import.objects.create(
            search=search,
            file_name=name,
            sha256=kept.sha256,
            size=kept.size,
            origin=Import.Origin.HAND,
            format="ris",
            encoding="utf-8",
            completed_at=timezone.now(),
        )
        store(member, taken, [record])
        audit.record(member, "screening.record_added", taken, title=record.title)
        look_for_duplicates(member, taken)
    return taken


def paste(member: Member, search: Search, text: str) -> Import:
    """Take in a pasted list of DOIs and PubMed ids, or whole records. Raises BadFile for what is neither."""
    data = text.encode("utf-8", "replace")
    return start_import(member, search, "Pasted text", [data], encoding="utf-8", origin=Import.Origin.PASTED)


def import_again(member: Member, search: Search, twin: Import) -> Import:
    """Take in a second time, for this search, the file of an import of this review."""
    require(member, Can.IMPORT)
    kept = files.Kept(twin.sha256, twin.size)
    return take_up(member, search, twin.file_name, kept, again=True, origin=twin.origin)


def read_again(member: Member, taken: Import, encoding: str) -> Import:
    """Read the file of an import in another encoding. The reading before it stands until the new one is complete, then it is undone."""
    require(member, Can.IMPORT)
    kept = files.Kept(taken.sha256, taken.size)
    with transaction.atomic():
        taken = Import.objects.select_for_update().get(pk=taken.pk, search__review=member.review_id)
        if taken.undone_at or (taken.job_id and not taken.completed_at):
            raise WrongState("This import is undone, or still running.", todo="Read it again when it is complete.")
        if taken.encoding == encoding:
            raise BadInput("The file is read in this encoding already.")
        waiting = readings_of(taken).filter(undone_at=None, completed_at=None).first()
        if waiting:
            return waiting
        first = taken.reads_again or taken
        return take_up(
            member,
            taken.search,
            taken.file_name,
            kept,
            encoding=encoding,
            again=True,
            origin=taken.origin,
            reads_again=first,
            mapping=taken.mapping,
        )


def sample(
    taken: Import, most: int, *, encoding: str = "", mapping: dict[str, str] | None = None, foreign: bool = False
) -> list[ParsedRecord]:
    """The first records of a kept file, as they would be read; foreign: of those with letters beyond ASCII."""
    with (
        readable(taken.file_name),
        Export(
            files.path_of(taken.sha256),
            taken.file_name,
            encoding or taken.encoding or None,
            mapping=mapping or taken.mapping or None,
        ) as export,
    ):
        records = islice(export, LOOKED_AT)
        return list(islice((each for each in records if not foreign or not each.raw.isascii()), most))
