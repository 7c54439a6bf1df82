"""Where are the seed review's data, and how are they read?"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def load(name: str) -> Any:
    """One of the JSON files, such as `studies.json`."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def export(name: str) -> bytes:
    """One of the export files, such as `searches/02_medline.ris`."""
    return (FOLDER / name).read_bytes()
