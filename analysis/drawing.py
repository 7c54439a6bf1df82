"""Where do figures stay whose printing takes long? In a folder beside the uploads, each under the hash of the pages that it prints.

A forest plot of 200 studies takes seconds as PNG or PDF. What is printed follows from the SVG text and from the fonts of the machine that it
needs, so that a file that is there is right whoever printed it: the job that draws a large run's figures, or the first who asked. The folder may be emptied at any time.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from analysis.plots.figure import Plot

SLOW = 0.3  # seconds; what is printed faster is not kept
LARGE = 60  # studies; figures of such runs are printed before anybody asks
PRINTED = ("png", "pdf")
PRINTERS = ("resvg-py", "fpdf2")


def file(plot: Plot, kind: str) -> bytes:
    """A figure as "svg", "png" (300 dpi) or "pdf"."""
    from analysis.plots import figure

    pages = figure.sheets(plot, kind)
    path = path_of(pages, kind)
    if path.is_file():
        return path.read_bytes()
    began = perf_counter()
    content = figure.printed(plot, kind, pages)
    if kind in PRINTED and perf_counter() - began > SLOW:
        keep(path, content)
    return content


def path_of(pages: list[str], kind: str) -> Path:
    from analysis.plots.fonts import installed

    by = [f"{name} {version(name)}" for name in PRINTERS]
    by += map(str, installed.fonts_for(installed.lacking(*pages)))
    digest = hashlib.sha256("\x1f".join([kind, *by, *pages]).encode()).hexdigest()
    return Path(settings.UPLOAD_FOLDER) / "figures" / f"{digest}.{kind}"


def keep(path: Path, content: bytes) -> None:
    """Store a file whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix="draft-")
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    os.replace(draft, path)
