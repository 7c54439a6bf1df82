"""How does a file become records? Opened, unpacked, decoded, its format found, and read one record at a time."""

import io
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain, islice
from typing import IO

from screening.formats import (
    archive,
    bibtex,
    cochrane,
    endnote_tagged,
    endnote_xml,
    ictrp,
    identifier_list,
    labelled,
    nbib,
    ovid,
    pubmed_xml,
    refworks,
    ris,
    table,
    workbook,
    wos,
)
from screening.formats.archive import Member
from screening.formats.detect import EXPORT_AGAIN, LABELS, refuse_binary, text_format
from screening.formats.limits import LIMITS, Limits
from screening.formats.record import ParsedRecord, Part, Problem, Result, UnmappedTable, UnreadableFile
from screening.formats.source import Source

Data = bytes | os.PathLike[str] | IO[bytes]
READERS: Mapping[str, Callable[[Source], Iterator[ParsedRecord]]] = {
    "ris": ris.read,
    "nbib": nbib.read,
    "wos": wos.read,
    "enw": endnote_tagged.read,
    "refworks": refworks.read,
    "ovid": ovid.read,
    "bib": bibtex.read,
    "endnote-xml": endnote_xml.read,
    "pubmed-xml": pubmed_xml.read,
    "ictrp-xml": ictrp.read,
    "cochrane": cochrane.read,
    "labelled": labelled.read,
    "ids": identifier_list.read,
}
ALONE = "It is a table whose columns are not known: import it by itself, then say which column holds what."
TABLES: Mapping[str, Callable[[Source, Mapping[str, str] | None], Iterator[ParsedRecord]]] = {
    "csv": table.read,
    "tsv": table.read,
    "xlsx": workbook.read,
}


def read(
    data: Data,
    name: str = "",
    encoding: str | None = None,
    *,
    mapping: Mapping[str, str] | None = None,
    limits: Limits = LIMITS,
) -> Result:
    """-> all records of a file at once. See ``Export`` for the arguments and for reading one at a time."""
    with Export(data, name, encoding, mapping=mapping, limits=limits) as export:
        records = tuple(export)
        formats = {part.format for part in export.parts}
        return Result(
            format=formats.pop() if len(formats) == 1 else "several",
            encoding=export.parts[0].encoding if export.parts else "",
            records=records,
            problems=export.problems,
            parts=export.parts,
        )


def decoded(data: bytes, encoding: str | None = None) -> str:
    """-> the text of a file that is no archive or workbook, of which the raw text of each record is a part."""
    return "".join(line.text for line in Source(io.BytesIO(data), encoding=encoding).lines())


class Export:
    """An export file, open for reading once from its start to its end.

    ``data`` is the bytes, a path, or a seekable binary file (which stays open); ``name`` only appears in
    messages; ``encoding`` overrides the one that is detected; ``mapping`` names the columns of a table that
    is not known (see ``preview.preview``). Opening raises UnreadableFile where nothing can be read at all;
    iterating raises it where a bound of ``limits`` is passed on the way.

    ``format`` and ``encoding`` are those of the file being read; ``progress`` runs from 0 to 1; ``problems``
    and ``parts`` are complete when the iteration has ended.
    """

    def __init__(
        self,
        data: Data,
        name: str = "",
        encoding: str | None = None,
        *,
        mapping: Mapping[str, str] | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        self.name = name
        self.limits = limits
        self.format = ""
        self.encoding = ""
        self.parts: tuple[Part, ...] = ()
        self._chosen = encoding
        self._mapping = mapping
        self._found: list[Problem] = []
        self._source: Source | None = None
        self._position = 0
        self._first_is_unmapped = False
        with ExitStack() as stack:
            stream = opened(data, stack)
            self.size = self._sized(stream)
            self._packed, self._queue = archive.contents(stream, limits)
            self._advance()
            self._open = stack.pop_all()

    def __enter__(self) -> "Export":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def __iter__(self) -> Iterator[ParsedRecord]:
        while self._source is not None:
            first = self._position
            for record in self._records:
                self._position += 1
                if self._position > self.limits.records:
                    raise UnreadableFile(
                        f"The file holds more than {self.limits.records:,} records, the most that is read at once. Split it."
                    )
                yield replace(record, position=self._position, member=record.member or self._member.name)
            self._end_member(self._position - first)
            self._advance()

    @property
    def is_archive(self) -> bool:
        """Whether it is a zip file, whose files may differ in encoding."""
        return self._packed and self._member.name != ""

    @property
    def progress(self) -> float:
        """The share of the file that has been read, 0 to 1."""
        if self._source is None:
            return 1.0
        return self._member.begin + (self._member.end - self._member.begin) * self._source.progress

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What has been found so far about the file, beyond the problems of each record."""
        current = self._source.problems.found() if self._source else ()
        return (*self._found, *current)

    def _read(self, source: Source) -> Iterator[ParsedRecord]:
        """-> the records of a file, of which the first is read at once, so that what is wrong from the start is met on opening."""
        records = self._reader(source)
        return chain(list(islice(records, 1)), records)

    def _reader(self, source: Source) -> Iterator[ParsedRecord]:
        if self.format in TABLES:
            return TABLES[self.format](source, self._mapping)
        return READERS[self.format](source)

    def _sized(self, stream: IO[bytes]) -> int:
        size = stream.seek(0, io.SEEK_END)
        if not size:
            raise UnreadableFile("The file is empty. " + EXPORT_AGAIN)
        if size > self.limits.file_bytes:
            raise UnreadableFile(
                f"The file has {size:,} bytes; at most {self.limits.file_bytes:,} are read at once. "
                "Split the search, for example by year, and export in parts."
            )
        return size

    def _advance(self) -> None:
        """Make the next file that can be read the current one; where it is the only one, it must be readable."""
        self._source = None
        for member in self._queue:
            self._member = member
            try:
                source, self.format = self._recognised(member)
                if self.format not in (*READERS, *TABLES):
                    raise UnreadableFile(f"The file is {LABELS[self.format]}, which is not read.")
                self._records = self._read(source)
            except UnreadableFile as error:
                if not member.name:
                    raise
                told = "the file was left out. " + (ALONE if isinstance(error, UnmappedTable) else str(error))
                self._found.append(Problem(told, left_out=True, member=member.name))
                self._first_is_unmapped |= isinstance(error, UnmappedTable) and len(self._found) == 1
                continue
            self._source = source
            self.encoding = source.encoding if self.format != "xlsx" else ""
            return
        if self._packed and not self.parts and self._first_is_unmapped and not self._mapping:
            raise UnmappedTable(table.NO_HEADER)
        if self._packed and not self.parts:
            reasons = " ".join(str(problem) for problem in self._found[:3])
            raise UnreadableFile(f"Nothing in the archive could be read. {reasons}")

    def _recognised(self, member: Member) -> tuple[Source, str]:
        if archive.is_workbook(member.stream):
            return Source(member.stream, self.name, "utf-8", self.limits, member.name), "xlsx"
        refuse_binary(member.stream)
        source = Source(member.stream, self.name, self._chosen, self.limits, member.name)
        try:
            return source, text_format(source.head())
        except UnmappedTable:
            if not self._mapping:
                raise
            return source, "csv"

    def _end_member(self, records: int) -> None:
        source = self._source
        if source is None:
            return
        if not records:
            source.problems.add("no record was found.")
        self._found.extend(source.problems.found())
        self.parts += (Part(self._member.name or self.name, self.format, self.encoding, records),)
        if self._packed:
            self._member.stream.close()


def opened(data: Data, stack: ExitStack) -> IO[bytes]:
    """-> the data as a seekable stream, which the stack closes if it was opened here."""
    if isinstance(data, bytes):
        return io.BytesIO(data)
    if isinstance(data, os.PathLike):
        return stack.enter_context(open(data, "rb"))
    return data
