"""With which form does a review begin, and which ones are ready to be taken over? Each is a file in `packs/`, in our own words."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from extraction.schema.form import Form, parse

FOLDER = Path(__file__).parent / "packs"

# Version 0 of every review's form. It is never changed: answers were given to it. A better beginning is another pack.
STANDARD = parse((FOLDER / "standard.json").read_bytes())


@cache
def packs() -> dict[str, Form]:
    """The ready-made forms by id: their files' names."""
    return {path.stem: parse(path.read_bytes()) for path in sorted(FOLDER.glob("*.json"))}
