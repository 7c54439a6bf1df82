"""What does a JSON file that somebody brings say? Nothing that cannot be kept is taken, and nothing that would be lost in silence: texts with
a NUL, or with half of a letter, and a name that stands twice in one object are refused, at the line where they stand."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

LOST = re.compile("[\x00\ud800-\udfff]")
ESCAPED = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)|.", re.DOTALL)  # one letter of a text, as it is written
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[][{}:,]|[^\s"\][{}:,]+', re.DOTALL)
DEEPEST = 200


def loads(text: str | bytes) -> Any:
    """As json.loads, which lets such texts pass, and takes the last of two. Raises JSONDecodeError, UnicodeDecodeError."""
    document = text if isinstance(text, str) else text.decode(json.detect_encoding(text))
    document = document.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    try:
        found = json.loads(document)
    except json.JSONDecodeError:
        raise
    except (
        ValueError,
        RecursionError,
    ):  # Python reads no number of thousands of digits, and nothing that is nested so deeply
        told, at = next(refusals(document), ("it cannot be read", 0))
        raise json.JSONDecodeError(told, document, at) from None
    for told, at in refusals(document):
        raise json.JSONDecodeError(told, document, at)
    return found


def refusals(document: str) -> Iterator[tuple[str, int]]:
    """Why JSON that could be read so far is not taken, and where, from the beginning on."""
    names: list[set[str] | None] = []  # of the objects that are open; None for a list
    tokens = list(TOKEN.finditer(document))
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        said, at = token[0], token.start()
        if said in "{[":
            names.append(set() if said == "{" else None)
            if len(names) > DEEPEST:
                yield "it is nested too deeply", at
        elif said in "}]":
            names.pop()
        elif said.startswith('"'):
            value = json.loads(said)
            if LOST.search(value):
                yield "a text holds a character that cannot be kept", at + lost_at(said)
            if names and names[-1] is not None and following and following[0] == ":":
                if value in names[-1]:
                    yield f"“{value}” stands twice in one object", at
                names[-1].add(value)
        elif sum(each.isdigit() for each in said) > sys.get_int_max_str_digits() > 0:
            yield "a number has too many digits", at


def lost_at(written: str) -> int:
    """Where in a text as it is written the first character stands that cannot be kept. Both halves of a letter together are one."""
    high = -1
    for each in ESCAPED.finditer(written):
        code = int(each[0][2:], 16) if len(each[0]) == 6 and each[0][1] == "u" else ord(each[0][-1])
        if high >= 0 and 0xDC00 <= code <= 0xDFFF:
            high = -1
        elif high >= 0:
            return high
        elif 0xD800 <= code <= 0xDBFF:
            high = each.start()
        elif code == 0 or 0xDC00 <= code <= 0xDFFF:
            return each.start()
    return high
