"""What does a JSON file that somebody brings say? Nothing that cannot be kept: texts with a NUL, or with half of a letter, are refused."""

from __future__ import annotations

import json
import re
from typing import Any

LOST = re.compile("[\x00\ud800-\udfff]")
WRITTEN = re.compile(r"\\u(0000|d[89a-f][0-9a-f]{2})", re.IGNORECASE)


def loads(text: str | bytes) -> Any:
    """As json.loads, which lets such texts pass. Raises JSONDecodeError, UnicodeDecodeError, RecursionError."""
    document = text if isinstance(text, str) else text.decode(json.detect_encoding(text))
    try:
        found = json.loads(document.removeprefix("\ufeff"))
    except json.JSONDecodeError:
        raise
    except ValueError:  # Python reads no number of thousands of digits
        raise json.JSONDecodeError("a number has too many digits", document, 0) from None
    if LOST.search(json.dumps(found, ensure_ascii=False).replace("\\\\", "").replace("\\u0000", "\x00")):
        first = WRITTEN.search(document)
        raise json.JSONDecodeError(
            "a text holds a character that cannot be kept", document, first.start() if first else 0
        )
    return found
