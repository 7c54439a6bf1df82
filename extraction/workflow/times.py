"""When is measured? The time points of a review, each with the window within which a measurement counts for it; outcomes are at them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from extraction.models import Outcome, TimePoint
from extraction.workflow.common import change, locked
from extraction.workflow.structure import checked_outcome, next_position, refuse_name
from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, WrongState
from reviewapp.models import Member
from reviewapp.workflow import lock_review

FIELDS = ("name", "begins", "ends", "unit", "position")


def add_time_point(
    member: Member, *, name: str, begins: int | None = None, ends: int | None = None, unit: str = "months"
) -> TimePoint:
    """Add a time point of the review, after the others. The second click of a double click adds none."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        standing = TimePoint.objects.filter(review=member.review_id)
        same = {"name": name.strip(), "begins": begins, "ends": ends, "unit": unit}
        if present := standing.filter(dropped_at=None, **same).first():
            return present
        details = checked(member, **same)
        position = next_position(standing)
        made = TimePoint.objects.create(review_id=member.review_id, position=position, **details)
        audit.record(member, "extraction.time_point_added", made, **details)
    return made


def change_time_point(member: Member, time: TimePoint, **changes: Any) -> TimePoint:
    """Change a time point's name, window or position."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        time = locked(TimePoint, time.pk, review=member.review_id)
        now = {name: getattr(time, name) for name in ("name", "begins", "ends", "unit")}
        known = {name: changes[name] for name in FIELDS if name in changes}
        if facts := change(time, checked(member, time, **(now | known))):
            rename_outcomes(member, time)
            audit.record(member, "extraction.time_point_changed", time, **facts)
    return time


def rename_outcomes(member: Member, time: TimePoint) -> None:
    """Outcomes that are measured at a time point are called by it. Raises BadInput where another outcome is called so already."""
    for outcome in Outcome.objects.filter(at=time).exclude(time_point=time.name):
        if outcome.dropped_at is None:
            checked_outcome(member, outcome, name=outcome.name, time_point=time.name, at=time)
        change(outcome, {"time_point": time.name})


def drop_time_point(member: Member, time: TimePoint) -> None:
    """Take a time point out of view. What sheets say of it stays, and is back with restore_time_point."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        time = locked(TimePoint, time.pk, review=member.review_id)
        if time.dropped_at is None:
            refuse_used(time)
            change(time, {"dropped_at": timezone.now()})
            audit.record(member, "extraction.time_point_dropped", time, name=time.name)


def refuse_used(time: TimePoint) -> None:
    names = [each.name for each in Outcome.objects.filter(at=time, dropped_at=None)]
    if names:
        raise WrongState(
            f"At this time point is measured: {'; '.join(names)}.",
            todo="Drop these outcomes, or give them another time point, first.",
        )


def restore_time_point(member: Member, time: TimePoint) -> None:
    """Bring a dropped time point back, with what sheets say of it."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        time = locked(TimePoint, time.pk, review=member.review_id)
        if time.dropped_at:
            checked(member, time, name=time.name, begins=time.begins, ends=time.ends, unit=time.unit)
            change(time, {"dropped_at": None})
            audit.record(member, "extraction.time_point_restored", time, name=time.name)


def checked(member: Member, time: TimePoint | None = None, **details: Any) -> dict[str, Any]:
    """The details, cleaned. Raises BadInput for a name that is taken, and for a window that ends before it begins."""
    details["name"] = str(details["name"]).strip()
    refuse_name(details["name"], 120, "A time point")
    if details["unit"] not in TimePoint.Unit.values:
        raise BadInput(
            f"“{details['unit']}” is no unit of time.", todo=f"Known are {', '.join(TimePoint.Unit.values)}."
        )
    begins, ends = details["begins"], details["ends"]
    if begins is not None and ends is not None and begins > ends:
        raise BadInput("The window ends before it begins.", todo="Exchange the two numbers.")
    others = TimePoint.objects.filter(review=member.review_id, dropped_at=None).exclude(pk=time.pk if time else None)
    if others.filter(name__iexact=details["name"]).exists():
        raise BadInput(f"This review has a time point called {details['name']} already.", todo="Give it its own name.")
    return details
