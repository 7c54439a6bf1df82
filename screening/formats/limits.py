"""How large may an import be? Bounds that keep one hostile file from taking the machine."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one file, in bytes of the file or characters of its text.

    A file over a bound is refused with a sentence that names the bound, save for
    ``field_characters``: a longer value is cut, and the record says so.
    """

    file_bytes: int = 250 * MEGABYTE
    unpacked_bytes: int = 250 * MEGABYTE
    unpacked_ratio: int = 60
    lines: int = 10_000_000
    workbook_bytes: int = 64 * MEGABYTE
    archive_members: int = 200
    records: int = 250_000
    line_characters: int = 16 * MEGABYTE
    record_characters: int = 16 * MEGABYTE
    field_characters: int = 2 * MEGABYTE


LIMITS = Limits()
