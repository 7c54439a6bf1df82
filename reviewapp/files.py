"""Where are uploaded files kept? Once each, under the hash of what they hold, in the data folder."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from reviewapp.errors import BadFile


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept file: sha256 (hex) and size in bytes."""

    sha256: str
    size: int


def path_of(sha256: str) -> Path:
    """The path of a kept file."""
    return Path(settings.UPLOAD_FOLDER) / sha256[:2] / sha256


IN_PARTS = "Export it from the database in smaller parts, and import each of them."
LOOK_AT_IT = "Export it again and look at it in a text editor before importing."


def keep(chunks: Iterable[bytes], *, name: str, most: int, too_large: str = IN_PARTS, empty: str = LOOK_AT_IT) -> Kept:
    """Write the chunks to the store, durably, before any row points at them.

    Raises BadFile for an empty file and for more than `most` bytes; `empty` and `too_large` say what to do then.
    """
    folder = Path(settings.UPLOAD_FOLDER)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, draft = tempfile.mkstemp(dir=folder, prefix="draft-")
    try:
        with os.fdopen(handle, "wb") as out:
            for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise BadFile(
                        f"“{name}” is larger than {most // 1_000_000} MB.",
                        todo=too_large,
                    )
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if not size:
            raise BadFile(f"“{name}” is empty.", todo=empty)
        target = path_of(digest.hexdigest())
        target.parent.mkdir(mode=0o700, exist_ok=True)
        os.replace(draft, target)
    finally:
        Path(draft).unlink(missing_ok=True)
    return Kept(digest.hexdigest(), size)
