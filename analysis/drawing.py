"""Where do figures stay whose drawing takes long? In a folder beside the uploads, each under the hash of what it shows.

A forest plot of 200 studies takes seconds as PNG or PDF. The picture follows from the figure's data, the code that draws it, and the fonts of
the machine that it needs, so that a file that is there is right whoever drew it: the job that draws a large run's figures, or the first who
asked. The folder may be emptied at any time. It is kept small: what nobody has asked for goes (FIGURES_DAYS), and the oldest of what is too
much (FIGURES_MB); what was looked at within the day stays.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, time
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from analysis.plots.figure import Plot

SLOW = 0.05  # seconds; what is drawn faster is not kept
LARGE = 60  # studies; figures of such runs are drawn before anybody asks
KINDS = ("svg", "png", "pdf")
PRINTERS = ("resvg-py", "fpdf2")
HOUR, DAY = 3600.0, 86400.0  # seconds
CLEARED = "cleared"  # a file of the folder, as old as the last look for what may go


def file(plot: Plot, kind: str) -> bytes:
    """A figure as "svg", "png" (300 dpi) or "pdf"."""
    from analysis.plots import figure

    path = path_of(plot, kind)
    if (found := kept(path)) is not None:
        return found
    began = perf_counter()
    content = figure.file(plot, kind)
    if perf_counter() - began > SLOW:
        keep(path, content)
        if last_cleared() < time() - HOUR:
            clear()
    return content


def path_of(plot: object, kind: str) -> Path:
    from analysis.plots.fonts import installed

    shown = repr(plot)
    by = [f"{name} {version(name)}" for name in PRINTERS]
    by += map(str, installed.fonts_for(installed.lacking(shown)))
    digest = hashlib.sha256("\x1f".join([kind, drawn_by(), *by, shown]).encode("utf-8", "backslashreplace")).hexdigest()
    return folder() / f"{digest}.{kind}"


@cache
def drawn_by() -> str:
    """The hash of the code that draws: with another release a figure may look otherwise."""
    from analysis import plots

    files = sorted(Path(next(iter(plots.__path__))).rglob("*.py"))
    return hashlib.sha256(b"\x1f".join(each.read_bytes() for each in files)).hexdigest()


def folder() -> Path:
    return Path(settings.UPLOAD_FOLDER) / "figures"


def kept(path: Path) -> bytes | None:
    """What is there, which is looked at now; None where nothing is."""
    try:
        content = path.read_bytes()
        os.utime(path)
    except FileNotFoundError:
        return None
    return content


def keep(path: Path, content: bytes) -> None:
    """Store a file whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix="draft-")
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    os.replace(draft, path)


def last_cleared() -> float:
    marker = folder() / CLEARED
    return marker.stat().st_mtime if marker.exists() else 0.0


def clear() -> None:
    """Take away what nobody has looked at for FIGURES_DAYS, and the oldest of what is more than FIGURES_MB; nothing that was looked at within the day."""
    (folder() / CLEARED).touch()
    now, room, found = time(), settings.FIGURES_MB * 1_000_000, []
    for each in folder().iterdir():
        try:
            if each.name != CLEARED:
                found.append((each.stat().st_mtime, each.stat().st_size, each))
        except FileNotFoundError:  # another process clears too
            continue
    for looked_at, size, path in sorted(found, reverse=True):
        room -= size
        age = now - looked_at
        if age > DAY and (room < 0 or age > settings.FIGURES_DAYS * DAY):
            path.unlink(missing_ok=True)
