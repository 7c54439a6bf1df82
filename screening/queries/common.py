"""What is shared by the queries of this floor?"""

from __future__ import annotations

from django.db.models import QuerySet

from reviewapp.errors import NotHere


def one(found: QuerySet, **which: object):  # noqa: ANN201 - the model of the QuerySet
    """The one row, or NotHere: what is in another review does not exist for this member."""
    thing = found.filter(**which).first()
    if thing is None:
        raise NotHere
    return thing
