"""What is inside this zip or gzip file? Unpacked one file at a time, within bounds, and never onto a path."""

import gzip
import io
import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple

from screening.formats.clean import shown
from screening.formats.limits import Limits
from screening.formats.record import UnreadableFile

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_IN_MEMORY = 8_000_000
_TAIL = 66_000
_LONGEST_LIST = 2_000_000
_CHUNK = 1 << 18
_DOCUMENTS = (
    ("word/document.xml", "a Word document; save the records as RIS or CSV"),
    ("content.xml", "an OpenDocument file; save the table as .xlsx or CSV"),
    ("ppt/presentation.xml", "a presentation"),
    ("project.json", "a project of another program; export its records as RIS or CSV"),
)


class Member(NamedTuple):
    """One file in an archive: its name, its bytes as a seekable stream, and which share of the whole it is."""

    name: str
    stream: IO[bytes]
    begin: float = 0.0
    end: float = 1.0


def contents(stream: IO[bytes], limits: Limits) -> tuple[bool, Iterator[Member]]:
    """-> whether a file is an archive, and what is in it; a file that is none, workbooks too, is its only member."""
    if is_packed(stream) and not is_workbook(stream):
        return True, members(stream, limits)
    return False, iter([Member("", stream)])


def is_packed(stream: IO[bytes]) -> bool:
    """-> does the file begin as a zip or gzip file does?"""
    stream.seek(0)
    return stream.read(4).startswith((GZIP, *ZIP))


def is_workbook(stream: IO[bytes]) -> bool:
    """-> is this an Excel workbook, which is a zip file too?"""
    stream.seek(0)
    return stream.read(4).startswith(ZIP) and "xl/workbook.xml" in _open_zip(stream).namelist()


def members(stream: IO[bytes], limits: Limits) -> Iterator[Member]:
    """Yield what a zip or gzip file holds; UnreadableFile where it is damaged, locked or too large."""
    stream.seek(0)
    if stream.read(2) == GZIP:
        packed = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        with gzip.GzipFile(fileobj=stream) as unpacking:
            yield Member("", _copied(unpacking, packed, limits, "The gzip file"))
        return
    archive = _open_zip(stream)
    _refuse_documents(archive)
    entries = [entry for entry in archive.infolist() if _counts(entry)]
    _refuse_bombs(entries, limits)
    total = sum(entry.file_size for entry in entries) or 1
    done = 0
    for entry in entries:
        begin, done = done / total, done + entry.file_size
        yield Member(shown(entry.filename), _unpacked(archive, entry, limits), begin, done / total)


def _open_zip(stream: IO[bytes]) -> zipfile.ZipFile:
    _refuse_crowd(stream)
    stream.seek(0)
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        raise UnreadableFile("The zip file is damaged or cut short. Download it again.") from None


def _refuse_crowd(stream: IO[bytes]) -> None:
    """Raise UnreadableFile before a list of millions of members is built in memory."""
    end = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, end - _TAIL))
    tail = stream.read()
    records = ((b"PK\x05\x06", 12, 4), (b"PK\x06\x06", 40, 8))
    for mark, offset, width in records:
        start = tail.rfind(mark)
        listed = int.from_bytes(tail[start + offset : start + offset + width], "little") if start >= 0 else 0
        if _LONGEST_LIST < listed < 0xFFFFFFFF:
            raise UnreadableFile("The zip file holds far too many files. Pack only the exports.")


def _counts(entry: zipfile.ZipInfo) -> bool:
    parts = entry.filename.split("/")
    return entry.filename != "" and not entry.is_dir() and parts[0] != "__MACOSX" and not parts[-1].startswith(".")


def _refuse_documents(archive: zipfile.ZipFile) -> None:
    names = set(archive.namelist())
    for mark, what in _DOCUMENTS:
        if mark in names:
            raise UnreadableFile(f"The file is {what}.")


def _refuse_bombs(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if not entries:
        raise UnreadableFile("The zip file is empty.")
    if len(entries) > limits.archive_members:
        raise UnreadableFile(
            f"The zip file holds {len(entries):,} files; at most {limits.archive_members} are read at once. Split it."
        )
    size = sum(entry.file_size for entry in entries)
    if size > limits.unpacked_bytes:
        raise UnreadableFile(
            f"The zip file would unpack to {size:,} bytes; at most {limits.unpacked_bytes:,} are read. Split it."
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableFile("The zip file is locked with a password. Unpack it first.")


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> IO[bytes]:
    what = f"“{shown(entry.filename)}” in the zip file"
    try:
        unpacking = archive.open(entry)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        raise UnreadableFile(f"{what} is damaged or packed in an unknown way. Download it again.") from None
    with unpacking:
        return _copied(unpacking, entry.compress_size, limits, what)


def _copied(unpacking: IO[bytes] | gzip.GzipFile, packed: int, limits: Limits, what: str) -> IO[bytes]:
    """-> what is unpacked. Text of records becomes three to fifteen times smaller when packed, a bomb a thousand times."""
    unpacked = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (its reader closes it)
    size = 0
    for chunk in _chunks(unpacking, what):
        size += len(chunk)
        if size > limits.unpacked_bytes:
            raise UnreadableFile(f"{what} unpacks to more than {limits.unpacked_bytes:,} bytes, the most that is read.")
        if size > _IN_MEMORY and size > packed * limits.unpacked_ratio:
            raise UnreadableFile(
                f"{what} unpacks to more than {limits.unpacked_ratio} times its size, as no export does."
            )
        unpacked.write(chunk)
    unpacked.seek(0)
    return unpacked


def _chunks(unpacking: IO[bytes] | gzip.GzipFile, what: str) -> Iterator[bytes]:
    try:
        while chunk := unpacking.read(_CHUNK):
            yield chunk
    except (zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, OSError):  # OSError: of bzip2 and gzip
        raise UnreadableFile(f"{what} is damaged or cut short. Download it again.") from None
