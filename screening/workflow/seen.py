"""Which records of an import has the review seen before as the very same record, and to which citations do they belong?

The same record: at the same place of the same file that is read again in another encoding; or, from the same source, with the same
accession number and title, or letter for letter the same text; or in the same file, taken in twice. A later run of a search so brings only what is new. Whether two
different records are one publication is another question: de-duplication's.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence

from django.db.models import F, Q, QuerySet

from screening.dedupe.words import fold
from screening.formats import ParsedRecord
from screening.models import Import, Link, Record

Places = dict[int, tuple[int, str]]
"""The citation, and the rule of the link to it, for the records at these positions of an import."""


def digest(parsed: ParsedRecord) -> str:
    """What is equal for two exports of one record from one source."""
    same = ("accession", parsed.accession, fold(parsed.title)) if numbered(parsed) else ("raw", parsed.raw.strip())
    return hashlib.sha256("\x1f".join(same).encode("utf-8", "replace")).hexdigest()


def numbered(record: ParsedRecord | Record) -> bool:
    return bool(record.accession and record.title)


def seen_before(taken: Import, records: Sequence[Record]) -> Places:
    """Where those of an import's new records belong that were seen before."""
    return at_same_place(taken, records) if taken.reads_again_id else from_same_source(taken, records)


def readings_of(taken: Import) -> QuerySet[Import]:
    """The other readings of an import's file: those that this one replaced, or that replaced it."""
    first = taken.reads_again_id or taken.pk
    return Import.objects.filter(Q(pk=first) | Q(reads_again=first)).exclude(pk=taken.pk)


def at_same_place(taken: Import, records: Sequence[Record]) -> Places:
    """By place in the file, so that votes and links stay with what they were made on, however its letters are read."""
    lines = {record.position: record.line for record in records}
    links = links_of(taken, record__source__in=readings_of(taken), record__position__in=lines)
    standing_last = links.order_by(F("record__source__undone_at").asc(nulls_last=True), "record__source")
    places = standing_last.values_list("record__position", "record__line", "citation")
    found = {position: citation for position, line, citation in places if lines[position] == line}
    return {position: (citation, Link.Rule.READING) for position, citation in found.items()}


def from_same_source(taken: Import, records: Sequence[Record]) -> Places:
    """By digest. Records without a number, of which a file may hold several that are alike, go one to one."""
    marks = {record.digest for record in records}
    # Named by their digest first, which an index finds at once however many records there are, and only then looked at closer.
    alike = Record.objects.filter(review=taken.search.review_id, digest__in=marks).exclude(digest="")
    rows = list(alike.order_by().values_list("pk", "source", "position", "digest"))
    times = Counter(mark for _, source, place, mark in rows if source == taken.pk and place < records[0].position)
    mine = {record.pk for record in records}
    others = [pk for pk, *_ in rows if pk not in mine]
    if not others:
        return {}
    standing = links_of(taken, record__source__undone_at=None, record__in=others)
    source = Q(record__source__search__source__iexact=taken.search.source) | Q(record__source__sha256=taken.sha256)
    same = standing.filter(source).order_by("record")
    known: defaultdict[str, list[int]] = defaultdict(list)
    for mark, source, accession, title, citation in same.values_list(
        "record__digest", "record__source", "record__accession", "record__title", "citation"
    ):
        if citation not in known[mark] and (source != taken.pk or (accession and title)):
            known[mark].append(citation)
    found = {}
    for record in records:
        turn = 0 if numbered(record) else times[record.digest]
        times[record.digest] += 1
        if turn < len(known[record.digest]):
            found[record.position] = known[record.digest][turn]
    return {position: (citation, Link.Rule.AGAIN) for position, citation in found.items()}


def repeated(records: Sequence[Record]) -> dict[int, int]:
    """Of records that come in together and were not seen before: the places of those that repeat another, and where that one is."""
    first: dict[str, int] = {}
    found = {}
    for record in filter(numbered, records):
        place = first.setdefault(record.digest, record.position)
        if place != record.position:
            found[record.position] = place
    return found


def links_of(taken: Import, **which: object) -> QuerySet[Link]:
    return Link.objects.filter(undone_at=None, record__review=taken.search.review_id, **which)
