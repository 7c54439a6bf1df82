"""Which of its records' fields does a citation show, and from which record does each come?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LONGEST = frozenset({"abstract"})  # exports cut abstracts; the longest is the whole one


def best_fields(records: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, tuple[Any, int | None]]:
    """For each field name: the value to show, and the index of the record that it comes from.

    records: their fields, in the order in which they came. The first record that has a field gives it; of abstracts the
    longest is taken, the earlier where two are equally long. A field that no record has keeps the first record's empty
    value, from nowhere (None).
    """
    shown: dict[str, tuple[Any, int | None]] = {}
    for name in names:
        filled = [index for index, record in enumerate(records) if record[name] not in ("", None, [], ())]
        if not filled:
            shown[name] = (records[0][name], None)
        elif name in LONGEST:
            index = max(filled, key=lambda i: (len(records[i][name]), -i))
            shown[name] = (records[index][name], index)
        else:
            shown[name] = (records[filled[0]][name], filled[0])
    return shown
