"""Which corrections hold for a citation? Its own; and those of citations that are out of view, whose records are now here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from screening.models import Correction


def corrected(citations: Collection[int]) -> dict[int, dict[str, Any]]:
    """For each citation that has any: the fields that persons corrected, as they shall be shown. Its own come before others'."""
    shown: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    standing = Correction.objects.filter(undone_at=None)
    came = standing.filter(
        citation__live=False,
        citation__links__record__source__undone_at=None,
        citation__links__record__links__undone_at=None,
        citation__links__record__links__citation__in=citations,
    )
    here = "citation__links__record__links__citation"
    for rows in (
        came.order_by("at", "pk").values_list(here, "field", "value"),
        standing.filter(citation__in=citations).values_list("citation", "field", "value"),
    ):
        for citation, field, value in rows:
            shown[citation][field] = value
    return shown
