"""What is compared, and by which outcomes? Arms of a study, outcomes of the review; the answers under their keys stay whatever happens.

No refusal and no event here depends on whether anybody has begun a sheet: that would tell one author of the other.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from extraction.models import Arm, Outcome, Study
from extraction.schema.tables import TABLES
from extraction.workflow.common import change, locked, locked_study
from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput
from reviewapp.models import Member
from reviewapp.workflow import lock_review

ARM_FIELDS = ("name", "role", "size", "note", "position")
OUTCOME_FIELDS = ("name", "time_point", "unit", "higher_is_better", "note", "position")


def add_arm(member: Member, study: Study, *, name: str, role: str, size: int | None = None, note: str = "") -> Arm:
    """Add an arm to a study, after the others."""
    require(member, Can.EXTRACT)
    with transaction.atomic():
        study = locked_study(member, study)
        details = checked_arm(study, name=name, role=role, size=size, note=note)
        arm = Arm.objects.create(study=study, position=next_position(study.arms), **details)
        audit.record(member, "extraction.arm_added", study, arm=arm.pk, **details)
    return arm


def change_arm(member: Member, arm: Arm, **changes: Any) -> Arm:
    """Change an arm's name, role, size, note or position."""
    require(member, Can.EXTRACT)
    with transaction.atomic():
        study = locked_study(member, arm.study)
        arm = locked(Arm, arm.pk, study=study)
        known = checked_arm(study, arm, **{name: changes[name] for name in ARM_FIELDS if name in changes})
        if facts := change(arm, known):
            audit.record(member, "extraction.arm_changed", study, arm=arm.pk, **facts)
    return arm


def drop_arm(member: Member, arm: Arm) -> None:
    """Take an arm out of view. What sheets say of it stays, and is back with restore_arm."""
    require(member, Can.EXTRACT)
    with transaction.atomic():
        study = locked_study(member, arm.study)
        arm = locked(Arm, arm.pk, study=study)
        if arm.dropped_at is None:
            change(arm, {"dropped_at": timezone.now()})
            audit.record(member, "extraction.arm_dropped", study, arm=arm.pk, name=arm.name)


def restore_arm(member: Member, arm: Arm) -> None:
    """Bring a dropped arm back, with what sheets say of it."""
    require(member, Can.EXTRACT)
    with transaction.atomic():
        study = locked_study(member, arm.study)
        arm = locked(Arm, arm.pk, study=study)
        if arm.dropped_at:
            checked_arm(study, arm, name=arm.name)
            change(arm, {"dropped_at": None})
            audit.record(member, "extraction.arm_restored", study, arm=arm.pk, name=arm.name)


def checked_arm(study: Study, arm: Arm | None = None, **details: Any) -> dict[str, Any]:
    """The details, cleaned. Raises BadInput for a name that is empty or another arm's, and for an unknown role."""
    if "name" in details:
        details["name"] = str(details["name"]).strip()
        refuse_name(details["name"], 150, "An arm")
        others = study.arms.filter(dropped_at=None).exclude(pk=arm.pk if arm else None)
        if others.filter(name__iexact=details["name"]).exists():
            raise BadInput(
                f"This study has an arm called {details['name']} already.", todo="Give each arm its own name."
            )
    if details.get("role", Arm.Role.OTHER) not in Arm.Role.values:
        raise BadInput(f"“{details['role']}” is no role of an arm.", todo=f"Known are {', '.join(Arm.Role.values)}.")
    return details


def define_outcome(
    member: Member,
    *,
    name: str,
    kind: str,
    time_point: str = "",
    unit: str = "",
    higher_is_better: bool = False,
    note: str = "",
) -> Outcome:
    """Add an outcome of the review, at one time point, after the others. Its kind cannot be changed later."""
    require(member, Can.ANALYSE)
    if kind not in TABLES:
        raise BadInput(f"“{kind}” is no kind of outcome.", todo=f"Known are {', '.join(TABLES)}.")
    with transaction.atomic():
        lock_review(member)
        details = checked_outcome(
            member, name=name, time_point=time_point, unit=unit, higher_is_better=higher_is_better, note=note
        )
        position = next_position(Outcome.objects.filter(review=member.review_id))
        outcome = Outcome.objects.create(review_id=member.review_id, kind=kind, position=position, **details)
        audit.record(member, "extraction.outcome_defined", outcome, kind=kind, **details)
    return outcome


def change_outcome(member: Member, outcome: Outcome, **changes: Any) -> Outcome:
    """Change an outcome's name, time point, unit, direction, note or position."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        outcome = locked(Outcome, outcome.pk, review=member.review_id)
        known = {name: changes[name] for name in OUTCOME_FIELDS if name in changes}
        known = checked_outcome(member, outcome, **{"name": outcome.name, "time_point": outcome.time_point, **known})
        if facts := change(outcome, known):
            audit.record(member, "extraction.outcome_changed", outcome, **facts)
    return outcome


def drop_outcome(member: Member, outcome: Outcome) -> None:
    """Take an outcome out of view. What sheets say of it stays, and is back with restore_outcome."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        outcome = locked(Outcome, outcome.pk, review=member.review_id)
        if outcome.dropped_at is None:
            change(outcome, {"dropped_at": timezone.now()})
            audit.record(member, "extraction.outcome_dropped", outcome, name=str(outcome))


def restore_outcome(member: Member, outcome: Outcome) -> None:
    """Bring a dropped outcome back, with what sheets say of it."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        outcome = locked(Outcome, outcome.pk, review=member.review_id)
        if outcome.dropped_at:
            checked_outcome(member, outcome, name=outcome.name, time_point=outcome.time_point)
            change(outcome, {"dropped_at": None})
            audit.record(member, "extraction.outcome_restored", outcome, name=str(outcome))


def checked_outcome(member: Member, outcome: Outcome | None = None, **details: Any) -> dict[str, Any]:
    """The details, cleaned. Raises BadInput for a name that is empty, or that with its time point is another outcome's."""
    details |= {name: str(details[name]).strip() for name in ("name", "time_point")}
    refuse_name(details["name"], 200, "An outcome")
    if len(details["time_point"]) > 120:
        raise BadInput("A time point has at most 120 characters.", todo="Shorten it; the note has room for more.")
    if len(str(details.get("unit", ""))) > 60:
        raise BadInput("A unit or scale has at most 60 characters.", todo="Shorten it; the note has room for more.")
    others = Outcome.objects.filter(review=member.review_id, dropped_at=None).exclude(
        pk=outcome.pk if outcome else None
    )
    if others.filter(name__iexact=details["name"], time_point__iexact=details["time_point"]).exists():
        raise BadInput(
            "This review has an outcome of this name and time point already.",
            todo="Name the measure or the time point.",
        )
    return details


def refuse_name(name: str, longest: int, what: str) -> None:
    if not name or len(name) > longest:
        raise BadInput(f"{what} has a name of 1 to {longest} characters.", todo="Shorten it or fill it in.")


def next_position(rows: QuerySet[Any]) -> int:
    return (rows.aggregate(last=Max("position"))["last"] or 0) + 1
