"""Which corrections hold for a citation? Its own; and those of citations that are out of view, whose records are now here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from screening.models import Correction, Link


def corrected(citations: Collection[int]) -> dict[int, dict[str, Any]]:
    """For each citation that has any: the fields that persons corrected, as they shall be shown. Its own come before others'."""
    shown: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    standing = Correction.objects.filter(undone_at=None)
    # By the records first, of which there are few: a planner that begins with all that is out of view takes longer with each link.
    links = Link.objects.filter(undone_at=None, record__source__undone_at=None, citation__in=citations)
    here = dict(links.order_by().values_list("record", "citation"))
    came = standing.filter(citation__live=False, citation__links__record__in=here).order_by("at", "pk")
    for record, field, value in came.values_list("citation__links__record", "field", "value"):
        shown[here[record]][field] = value
    for citation, field, value in standing.filter(citation__in=citations).values_list("citation", "field", "value"):
        shown[citation][field] = value
    return shown
