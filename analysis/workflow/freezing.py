"""How is a run kept for a manuscript? Frozen, its address is what a paper may cite; a run is never edited, so that freezing only says so."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from analysis.models import Freeze, Run
from extraction.workflow.common import locked
from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, WrongState
from reviewapp.models import Member

LONGEST = Freeze._meta.get_field("purpose").max_length


def freeze_run(member: Member, run: Run, purpose: str) -> Freeze:
    """Say that a finished run is what a manuscript reports. Twice is once; another purpose takes the place of the one before."""
    require(member, Can.ANALYSE)
    purpose = purpose.strip()
    if not purpose:
        raise BadInput(
            "It is not said what the run is frozen for.", todo="Name the manuscript, such as: first submission."
        )
    if len(purpose) > LONGEST:
        raise BadInput(f"What a run is frozen for has at most {LONGEST} characters.", todo="Shorten it.")
    with transaction.atomic():
        run = locked(Run, run.pk, analysis__review=member.review_id)
        if not run.is_finished:
            raise WrongState("This run has not finished yet.", todo="Wait for it, then freeze it.")
        present = Freeze.objects.filter(run=run, ended_at=None).first()
        if present and present.purpose == purpose:
            return present
        if present:
            end(present)
        made = Freeze.objects.create(run=run, member=member, purpose=purpose)
        audit.record(
            member, "analysis.run_frozen", run.analysis, run=run.number, purpose=purpose, input=run.input_hash,
            before=present.purpose if present else "",
        )  # fmt: skip
    return made


def unfreeze_run(member: Member, run: Run) -> None:
    """Take it back. The run stays, and its address; freezing it again is another freeze."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        run = locked(Run, run.pk, analysis__review=member.review_id)
        present = Freeze.objects.filter(run=run, ended_at=None).first()
        if present is None:
            return
        end(present)
        audit.record(member, "analysis.run_unfrozen", run.analysis, run=run.number, purpose=present.purpose)


def end(freeze: Freeze) -> None:
    freeze.ended_at = timezone.now()
    freeze.save(update_fields=["ended_at"])
