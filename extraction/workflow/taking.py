"""How do studies come that were selected and extracted elsewhere? With a file, their numbers agreed there; taken back as a whole.

Such a study counts without a report here. Its numbers are an agreed sheet that stands on no two sheets, and so its judgements of risk of bias:
each line is `imported` and names the file, and an agreement that two authors make here later takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.db import transaction
from django.utils import timezone

from extraction import queries
from extraction.models import Arm, Assessment, Entry, Judgement, Line, Outcome, Sheet, Study, StudyReport
from extraction.rob import ROB1
from extraction.schema.tables import contrast_key, row_key
from extraction.workflow.common import locked
from extraction.workflow.studies import refuse_label
from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput
from reviewapp.models import Member
from reviewapp.workflow import lock_review

NOTHING: Mapping[str, tuple[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Taken:
    """One row of numbers for an outcome: of one arm, or of two compared. arms: their places among the study's. where: as the file has it."""

    outcome: int
    arms: tuple[int, ...]
    values: Mapping[str, int | float]
    where: str


def take_over_study(
    member: Member,
    label: str,
    *,
    taken_from: str,
    arms: Sequence[tuple[str, str]],
    rows: Iterable[Taken],
    bias: Mapping[str, tuple[str, str]] = NOTHING,
) -> Study:
    """Make a study with its arms (name, role), its agreed numbers, and its risk of bias by RoB 1, as a file has them.

    bias: by domain, the judgement and what supports it. Raises BadInput for a label that is taken.
    """
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        refuse_label(member, label)
        study = Study.objects.create(review_id=member.review_id, label=label, taken_from=taken_from)
        made = [
            Arm.objects.create(study=study, name=name, role=role, position=place)
            for place, (name, role) in enumerate(arms, start=1)
        ]
        count = store_taken(member, study, made, list(rows), taken_from)
        store_judged(member, study, bias, taken_from)
        told = {"label": label, "file": taken_from, "arms": [name for name, _ in arms], "numbers": count}
        told |= {"judgements": len(bias)} if bias else {}
        audit.record(member, "extraction.study_taken_over", study, **told)
    return study


def store_taken(member: Member, study: Study, arms: Sequence[Arm], rows: Sequence[Taken], taken_from: str) -> int:
    """The agreed sheet of what came with a file; how many numbers it has. A study without numbers gets none."""
    known = set(
        Outcome.objects.filter(review=member.review_id, pk__in={row.outcome for row in rows}).values_list(
            "pk", flat=True
        )
    )
    if unknown := {row.outcome for row in rows} - known:
        raise BadInput(f"There is no outcome {min(unknown)} in this review.")
    if not rows:
        return 0
    now = timezone.now()
    number = queries.current_version(study.review_id).number
    sheet = Sheet.unblinded.create(
        study=study, tool=queries.FORM, member=member, agreed=True, submitted_at=now, form_number=number
    )
    entries = [
        Entry(
            sheet=sheet,
            key=f"{key_of(row, arms)}/{name}",
            value=value,
            text=f"Imported from {taken_from}, {row.where}",
            taken_from=Line.IMPORTED,
            by=member,
            at=now,
            form_number=number,
        )
        for row in rows
        for name, value in row.values.items()
    ]
    Entry.unblinded.bulk_create(entries, batch_size=500)
    return len(entries)


def store_judged(member: Member, study: Study, bias: Mapping[str, tuple[str, str]], taken_from: str) -> None:
    """The agreed assessment of what came with a file; none where nothing is judged. Raises BadInput for what RoB 1 does not know."""
    if not bias:
        return
    judgements = {option.value for option in ROB1.judgements}
    known = {domain.id for domain in ROB1.domains}
    if bias.keys() - known or {judgement for judgement, _ in bias.values()} - judgements:
        raise BadInput(f"Risk of bias is judged by the domains of {ROB1.name}.")
    now = timezone.now()
    agreed = Assessment.unblinded.create(study=study, tool=ROB1.id, member=member, agreed=True, submitted_at=now)
    lines = [
        Judgement(
            assessment=agreed,
            key=domain,
            value=judgement,
            text=support,
            taken_from=Line.IMPORTED,
            reason=f"Imported from {taken_from}",
            by=member,
            at=now,
        )
        for domain, (judgement, support) in bias.items()
    ]
    Judgement.unblinded.bulk_create(lines)


def key_of(row: Taken, arms: Sequence[Arm]) -> str:
    """Where on a sheet a row stands."""
    ids = [arms[place].pk for place in row.arms]
    return row_key(row.outcome, ids[0]) if len(ids) == 1 else contrast_key(row.outcome, ids[0], ids[1])


def take_back_study(member: Member, study: Study) -> None:
    """Undo take_over_study: its imported numbers and judgements are withdrawn, and it is dropped unless reports here tell of it by now. Nothing is deleted."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        study = locked(Study, study.pk, review=member.review_id)
        if not study.taken_from:
            return
        now = timezone.now()
        imported = Entry.unblinded.filter(taken_from=Line.IMPORTED).values("sheet")
        withdrawn = Sheet.unblinded.signed().filter(study=study, tool=queries.FORM, pk__in=imported)
        sheets = withdrawn.update(withdrawn_at=now)
        judged = Judgement.unblinded.filter(taken_from=Line.IMPORTED).values("assessment")
        Assessment.unblinded.signed().filter(study=study, pk__in=judged).update(withdrawn_at=now)
        before, study.taken_from = study.taken_from, ""
        dropped = study.dropped_at is None and not StudyReport.objects.filter(study=study, undone_at=None).exists()
        if dropped:
            study.dropped_at = now
        study.save(update_fields=["taken_from", "dropped_at"])
        told = {"label": study.label, "file": before, "dropped": dropped, "sheets": sheets}
        audit.record(member, "extraction.study_taken_back", study, **told)
