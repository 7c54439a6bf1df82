"""Which form does the review use, which versions did it have, and what is being changed? Forms are open to the whole review."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from extraction.models import FormVersion, Outcome, Plan, Study, TimePoint
from extraction.schema import (
    STANDARD,
    Answer,
    ArmOf,
    Asked,
    Form,
    OutcomeOf,
    Structure,
    TimeOf,
    asked_of,
)
from extraction.schema.carry import Carried, carry
from extraction.schema.form import from_json
from reviewapp.errors import NotHere
from reviewapp.models import Member, Review


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the review's form. row: None for version 0, with which every review begins."""

    number: int
    form: Form
    row: FormVersion | None = None


FIRST = Version(0, STANDARD)


KEPT = 200  # forms that were read and are kept in memory: a version in use never changes
_read: dict[tuple[int, datetime], Form] = {}


def form_of(row: FormVersion) -> Form:
    """The form of a version that is in use."""
    key = (row.pk, row.used_at)
    if key not in _read:
        if len(_read) >= KEPT:
            _read.clear()
        _read[key] = from_json(row.design)
    return _read[key]


def versions_in_use(review: Review | int) -> QuerySet[FormVersion]:
    """The versions that are or were in use, from the first to the current one; without version 0."""
    return FormVersion.objects.filter(review=review, used_at__isnull=False).order_by("number")


def current_version(review: Review | int) -> Version:
    """The form in use."""
    row = versions_in_use(review).last()
    return Version(row.number, form_of(row), row) if row else FIRST


def form_versions(member: Member) -> list[Version]:
    """All versions that are or were in use, the newest first."""
    rows = versions_in_use(member.review_id).select_related("member__user").reverse()
    return [*(Version(row.number, form_of(row), row) for row in rows), FIRST]


def form_version(review: Review | int, number: int) -> Version:
    """One version. Raises NotHere."""
    if number == 0:
        return FIRST
    row = versions_in_use(review).filter(number=number).select_related("member__user").first()
    if row is None:
        raise NotHere
    return Version(number, form_of(row), row)


def form_draft(member: Member) -> FormVersion | None:
    """The next version, while it is being made."""
    return FormVersion.objects.filter(review=member.review_id, used_at=None, dropped_at=None).first()


def dropped_draft(member: Member) -> FormVersion | None:
    """The draft that was discarded last, unless it is older than the form in use."""
    newest = FormVersion.objects.filter(review=member.review_id).order_by("pk").last()
    return newest if newest and newest.dropped_at else None


def plan_of(review: Review | int) -> Plan:
    """How the review extracts."""
    return Plan.objects.filter(review=review).first() or Plan(review_id=getattr(review, "pk", review))


# --- put to a study ----------------------------------------------------------------------------------------------


def structure_of(study: Study) -> Structure:
    """The study's standing arms, and its review's standing outcomes and time points."""
    outcomes = Outcome.objects.filter(review=study.review_id, dropped_at=None).select_related("at")
    times = TimePoint.objects.filter(review=study.review_id, dropped_at=None)
    return Structure(
        tuple(
            ArmOf(arm.pk, arm.name, arm.role, arm.size, arm.part_of_id) for arm in study.arms.filter(dropped_at=None)
        ),
        tuple(outcome_of(each) for each in outcomes),
        tuple(time_of(each) for each in times),
    )


def outcome_of(outcome: Outcome) -> OutcomeOf:
    """An outcome as the form asks for it."""
    time = time_of(outcome.at) if outcome.at else None
    details = (outcome.note, outcome.unit, time, outcome.higher_is_better)
    return OutcomeOf(outcome.pk, str(outcome), outcome.kind, *details)


def time_of(time: TimePoint) -> TimeOf:
    return TimeOf(time.pk, str(time), time.window, *time.months)


def form_for(study: Study) -> Asked:
    """What is asked of a study now, by the form in use, its arms and the review's outcomes."""
    return asked_of(structure_of(study), current_version(study.review_id).form)


def carried(study: Study, now: Version, asked: Asked, answers: Iterable[tuple[int, str, Answer]]) -> Carried:
    """What answers, each with the version for which it was given and its key, are worth on another version, which asks this."""
    by_number: dict[int, dict[str, Answer]] = {}
    for number, key, answer in answers:
        by_number.setdefault(number, {})[key] = answer
    parts = []
    others = by_number.keys() - {now.number}
    structure = structure_of(study) if others else Structure()
    rows = {row.number: row for row in versions_in_use(study.review_id).filter(number__in=others)} if others else {}
    for number, given in sorted(by_number.items()):
        form = form_of(rows[number]) if number in rows else STANDARD
        parts.append(carry(asked if number == now.number else asked_of(structure, form), asked, given))
    return Carried(
        {key: each for part in parts for key, each in part.kept.items()},
        {key: each for part in parts for key, each in part.again.items()},
        {key: each for part in parts for key, each in part.parked.items()},
    )
