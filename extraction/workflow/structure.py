"""What is compared, and by which outcomes? Arms of a study, outcomes of the review; the answers under their keys stay whatever happens.

No refusal and no event here depends on whether anybody has begun a sheet: that would tell one author of the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from extraction.models import Arm, Outcome, Study, TimePoint
from extraction.schema.tables import TABLES
from extraction.workflow.common import change, locked, locked_study
from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput
from reviewapp.models import Member
from reviewapp.workflow import lock_review

ARM_FIELDS = ("name", "role", "size", "part_of", "note", "position")
OUTCOME_FIELDS = ("name", "time_point", "at", "unit", "higher_is_better", "note", "position")


def add_arm(
    member: Member,
    study: Study,
    *,
    name: str,
    role: str,
    size: int | None = None,
    part_of: Arm | None = None,
    note: str = "",
) -> Arm:
    """Add an arm to a study, after the others. part_of: the arm into which its numbers are combined; it is in no comparison itself.
    The second click of a double click adds none."""
    require(member, Can.EXTRACT)
    with transaction.atomic():
        study = locked_study(member, study)
        same = {"name": name.strip(), "role": role, "size": size, "part_of": part_of, "note": note}
        if present := study.arms.filter(dropped_at=None, **same).first():
            return present
        details = checked_arm(study, name=name, role=role, size=size, part_of=part_of, note=note)
        arm = Arm.objects.create(study=study, position=next_position(study.arms), **details)
        audit.record(member, "extraction.arm_added", study, arm=arm.pk, **in_plain(details))
    return arm


def change_arm(member: Member, arm: Arm, **changes: Any) -> Arm:
    """Change an arm's name, role, size, note or position."""
    require(member, Can.EXTRACT)
    with transaction.atomic():
        study = locked_study(member, arm.study)
        arm = locked(Arm, arm.pk, study=study)
        now = {"role": arm.role, "part_of": arm.part_of}
        known = checked_arm(study, arm, **now | {name: changes[name] for name in ARM_FIELDS if name in changes})
        if facts := change(arm, known):
            told = {when: in_plain(said) for when, said in facts.items()}
            audit.record(member, "extraction.arm_changed", study, arm=arm.pk, **told)
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
            checked_arm(study, arm, name=arm.name, role=arm.role)
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
    refuse_part(study, arm, details.get("part_of"), details.get("role", Arm.Role.OTHER))
    return details


def refuse_part(study: Study, arm: Arm | None, whole: Arm | None, role: str) -> None:
    """Raise BadInput where an arm cannot be combined into another: its people would count twice, or there is no end to it."""
    if whole is None:
        return
    if role != Arm.Role.OTHER:
        raise BadInput(
            f"An arm that is combined into {whole} is not in the comparison itself: its people would count twice.",
            todo=f"Choose “{Arm.Role.OTHER.label}” for it.",
        )
    is_new = arm is None or arm.part_of_id != whole.pk
    if is_new and (whole.study_id != study.pk or whole.dropped_at or whole.part_of_id):
        raise BadInput(f"{whole} is no arm of this study into which others can be combined.", todo="Choose another.")
    if arm and (whole.pk == arm.pk or study.arms.filter(part_of=arm, dropped_at=None).exists()):
        raise BadInput(
            "Other arms are combined into this one, or it would be its own part.", todo="Choose another arm."
        )


def in_plain(details: Mapping[str, Any]) -> dict[str, Any]:
    """For the trail: rows by their numbers."""
    return {name: getattr(each, "pk", each) for name, each in details.items()}


def define_outcome(
    member: Member,
    *,
    name: str,
    kind: str,
    time_point: str = "",
    at: TimePoint | None = None,
    unit: str = "",
    higher_is_better: bool = False,
    note: str = "",
) -> Outcome:
    """Add an outcome of the review, at one time point, after the others. Its kind cannot be changed later.

    at: a time point of the review; else `time_point` says in words when it is measured. The second click of a double click adds none.
    """
    require(member, Can.ANALYSE)
    if kind not in TABLES:
        raise BadInput(f"“{kind}” is no kind of outcome.", todo=f"Known are {', '.join(TABLES)}.")
    with transaction.atomic():
        lock_review(member)
        standing = Outcome.objects.filter(review=member.review_id)
        rest = {"at": at, "unit": unit, "higher_is_better": higher_is_better, "note": note}
        same = {"name": name.strip(), "kind": kind, "time_point": at.name if at else time_point.strip(), **rest}
        if present := standing.filter(dropped_at=None, **same).first():
            return present
        details = checked_outcome(member, name=name, time_point=time_point, **rest)
        position = next_position(standing)
        outcome = Outcome.objects.create(review_id=member.review_id, kind=kind, position=position, **details)
        audit.record(member, "extraction.outcome_defined", outcome, kind=kind, **in_plain(details))
    return outcome


def define_outcomes(member: Member, times: Iterable[TimePoint] = (), **details: Any) -> list[Outcome]:
    """The same outcome at each of these time points; at none of them, once."""
    with transaction.atomic():
        return [define_outcome(member, at=time, **details) for time in [*times] or [None]]


def change_outcome(member: Member, outcome: Outcome, **changes: Any) -> Outcome:
    """Change an outcome's name, time point, unit, direction, note or position."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        outcome = locked(Outcome, outcome.pk, review=member.review_id)
        known = {name: changes[name] for name in OUTCOME_FIELDS if name in changes}
        before = {name: getattr(outcome, name) for name in ("name", "time_point", "at")}
        known = checked_outcome(member, outcome, **before | known)
        if facts := change(outcome, known):
            told = {when: in_plain(said) for when, said in facts.items()}
            audit.record(member, "extraction.outcome_changed", outcome, **told)
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
            checked_outcome(member, outcome, name=outcome.name, time_point=outcome.time_point, at=outcome.at)
            change(outcome, {"dropped_at": None})
            audit.record(member, "extraction.outcome_restored", outcome, name=str(outcome))


def checked_outcome(member: Member, outcome: Outcome | None = None, **details: Any) -> dict[str, Any]:
    """The details, cleaned. Raises BadInput for a name that is empty, or that with its time point is another outcome's, and for a time
    point that does not stand in this review."""
    details |= {name: str(details[name]).strip() for name in ("name", "time_point")}
    time = details["at"]
    if time is not None:
        if not TimePoint.objects.filter(pk=time.pk, review=member.review_id, dropped_at=None).exists():
            raise BadInput("This time point is none of the review's.", todo="Restore it, or choose another.")
        details["time_point"] = time.name
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
