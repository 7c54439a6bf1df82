"""Which kind of RevMan file is this, and what is in it? A RevMan 5 file, a data package, or its two tables sent side by side."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from analysis.revman import datapackage, rm5
from analysis.revman.records import BadRevman, Review
from screening.formats.detect import binary_kind

LARGEST = rm5.LARGEST


def read(content: bytes) -> Review:
    """Told by the content: an archive is a data package, all else is taken for RevMan 5. Raises BadRevman."""
    if len(content) > LARGEST:
        raise BadRevman(f"The file is larger than {LARGEST // 1_000_000} MB, which no review is.")
    if content[:2] == b"PK":
        return datapackage.read(content)
    if what := binary_kind(content[:16]):
        raise BadRevman(f"The file is {what}. Send a RevMan 5 file (.rm5) or a data package as a zip.")
    return rm5.read(content)


def packed(sent: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Name and content of the one file that was sent; the tables of an unpacked data package become one. Raises BadRevman."""
    if len(sent) == 1:
        return sent[0]
    others = [name for name, _ in sent if not datapackage.named(name, 1) and not name.endswith(datapackage.SUBGROUPS)]
    tables = [(name, content) for name, content in sent if datapackage.named(name, 1)]
    kinds = [datapackage.named(name, 1) for name, _ in tables]
    if others or len(set(kinds)) < len(kinds) or not {datapackage.ROWS, datapackage.SETTINGS} <= set(kinds):
        raise BadRevman(
            "Send one file: a RevMan 5 file or a data package as a zip; or the tables of a data package, among them the two "
            f"whose names end in {datapackage.ROWS} and {datapackage.SETTINGS}."
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(tables):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    name = next(name for name, _ in tables if datapackage.named(name, 1) == datapackage.ROWS)
    return name.removesuffix(datapackage.ROWS).rstrip("-_ ") + ".zip", out.getvalue()
