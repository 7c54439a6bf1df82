"""What do the first pages of a PDF say? Read by a process of its own, with an end to its time and memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

PAGES = 3
MOST_LETTERS = 20_000
SECONDS, MEMORY = 20, 1_000_000_000  # of computing; bytes


@dataclass(frozen=True, slots=True)
class FirstPages:
    """The text of a PDF's first pages, page by page, and its own title; `problem` says why there is none."""

    pages: tuple[str, ...] = ()
    title: str = ""
    problem: str = ""


def first_pages(path: Path) -> FirstPages:
    """Read a file that may be anything: large, damaged, locked, made to harm. Never raises for what is in it."""
    try:
        told = apart(str(path))
    except subprocess.TimeoutExpired:
        return FirstPages(problem="it took too long to read")
    if told is None:
        return FirstPages(problem="it could not be read")
    found = json.loads(told)
    return FirstPages(tuple(found["pages"]), found["title"], found["problem"])


def count_pages(path: Path) -> int:
    """How many pages such a file has; 0 where that cannot be read."""
    try:
        return int(apart("--count", str(path)) or 0)
    except subprocess.TimeoutExpired:
        return 0


def apart(*asked: str) -> bytes | None:
    """What the program of this package prints; None when it fails. Raises TimeoutExpired."""
    root = Path(__file__).resolve().parents[2]
    program = [sys.executable, "-m", "screening.pdfs", *asked]
    told = subprocess.run(program, cwd=root, capture_output=True, timeout=2 * SECONDS, check=False)  # noqa: S603
    return None if told.returncode else told.stdout


def read(path: Path) -> FirstPages:
    """Read in this process. Called by __main__, whose limits are set."""
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            return FirstPages(problem="it is locked by a password")
        pages = [page.extract_text()[:MOST_LETTERS] for page, _ in zip(reader.pages, range(PAGES), strict=False)]
        title = str((reader.metadata and reader.metadata.title) or "")[:500]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, MemoryError):
        return FirstPages(problem="it is damaged")
    if not any(page.strip() for page in pages):
        return FirstPages(tuple(pages), title, "its pages are pictures without text")
    return FirstPages(tuple(pages), title)


def count(path: Path) -> int:
    """Count in this process. Called by __main__, which fails where this does."""
    import pypdf

    reader = pypdf.PdfReader(path)
    if reader.is_encrypted:
        reader.decrypt("")
    return len(reader.pages)


def limit() -> None:
    """Let this process end rather than take more than its share."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def as_json(found: FirstPages) -> str:
    return json.dumps(asdict(found))
