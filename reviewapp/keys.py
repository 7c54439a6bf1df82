"""Which single keys do pages have, and which does a person use in their place? Pages write the key that comes with them; keys.js translates."""

from __future__ import annotations

from collections.abc import Mapping

from reviewapp.errors import BadInput

KEYS = {  # a page's key, and what it does
    "i": "Include",
    "m": "Maybe",
    "e": "Exclude",
    "u": "Undo the last vote",
    "n": "Write a note",
    "l": "Put a label",
    "b": "Come back later",
    "c": "Show the criteria",
    "h": "Marks of terms on or off",
    "j": "Next row of a list",
    "k": "Row before",
}


def bindings(asked: Mapping[str, str]) -> dict[str, str]:
    """The person's keys that differ from those that pages come with. Raises BadInput for what could not be told apart."""
    mine = {key: asked.get(key, "").strip().lower() or key for key in KEYS}
    for key, own in mine.items():
        if len(own) != 1 or not own.isalpha():
            raise BadInput(
                f"{KEYS[key]}: “{own}” is not one letter.", todo="Digits choose reasons, and ? lists the keys."
            )
    taken: dict[str, str] = {}
    for key, own in mine.items():
        if own in taken:
            raise BadInput(
                f"“{own}” would both {KEYS[taken[own]].lower()} and {KEYS[key].lower()}.",
                todo="Give one another letter.",
            )
        taken[own] = key
    return {key: own for key, own in mine.items() if own != key}
