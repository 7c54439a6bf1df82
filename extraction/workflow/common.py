"""What do the verbs of this floor share? Finding and locking a row of the member's review, and changing named fields of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model

from extraction.models import Study
from reviewapp.errors import NotHere, WrongState
from reviewapp.models import Member

Row = TypeVar("Row", bound=Model)


def locked(model: type[Row], pk: int, **of: Any) -> Row:
    """A row of the member's review, locked until the transaction ends. Raises NotHere."""
    found = model._default_manager.select_for_update().filter(pk=pk, **of).first()
    if found is None:
        raise NotHere
    return found


def locked_study(member: Member, study: Study) -> Study:
    """The study, locked: every verb on its arms, sheets and agreements begins here. Raises WrongState when it is dropped."""
    found = locked(Study, study.pk, review=member.review_id)
    if found.dropped_at:
        raise WrongState(f"The study {found.label} has been dropped.", todo="Restore it on the page of studies first.")
    return found


def change(thing: Model, changes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Set the fields that differ, and save them. The facts for the trail: before and after; empty when nothing differs."""
    before = {name: getattr(thing, name) for name in changes}
    after = {name: value for name, value in changes.items() if value != before[name]}
    if not after:
        return {}
    for name, value in after.items():
        setattr(thing, name, value)
    thing.save(update_fields=list(after))
    return {"before": {name: before[name] for name in after}, "after": after}
