"""How do pages call the formats of files, and write the values of fields?"""

from __future__ import annotations

from typing import Any

from django import template

from screening.formats import LABELS
from screening.formats.encoding import ENCODINGS

register = template.Library()


@register.filter
def format_label(name: str) -> str:
    """A format's name for readers; of a table that waits for its columns, what it is."""
    return LABELS.get(name, "Table of unknown columns" if name == "unmapped" else name)


@register.filter
def encoding_label(name: str) -> str:
    """An encoding's name for readers."""
    return dict(ENCODINGS).get(name, name.removesuffix("-sig").upper())


@register.filter
def as_written(value: Any) -> str:
    """A field's value on one line."""
    return "; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
