"""What is planned to be looked at beside the pooled effect, and when? Subgroups, regressions and sensitivity analyses are dated and never deleted.

Whether one was planned before the numbers were known is not for its author to say: it is post hoc when a run of the analysis had a result.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from analysis import queries
from analysis.investigations import AND, SETS
from analysis.models import Analysis, Investigation, Run
from analysis.queries import investigations as known
from analysis.workflow import locked_plan, queue_run
from extraction.workflow.common import locked
from reviewapp import audit
from reviewapp.access import Can, require
from reviewapp.errors import BadInput
from reviewapp.models import Member
from reviewapp.workflow import lock_review

MOST = 8  # characteristics of one regression; ten studies are advised for each


def investigate(member: Member, analysis: Analysis, kind: str, by: str) -> Investigation:
    """Plan one, and queue a run with it. The same twice is one. Raises BadInput for what cannot be asked of this analysis."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        analysis = locked_plan(member, analysis)
        check(member, kind, by)
        present = Investigation.objects.filter(analysis=analysis, kind=kind, by=by, dropped_at=None).first()
        if present:
            return present
        seen = Run.objects.filter(analysis=analysis, state=Run.State.DONE).exists()
        made = Investigation.objects.create(analysis=analysis, kind=kind, by=by, member=member, post_hoc=seen)
        record(member, "analysis.investigation_planned", made, post_hoc=seen)
    return made


def drop_investigation(member: Member, investigation: Investigation) -> None:
    """Take one out of the plan; restore_investigation brings it back with its date."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        found = locked(Investigation, investigation.pk, analysis__review=member.review_id)
        locked_plan(member, found.analysis)
        if found.dropped_at is None:
            found.dropped_at = timezone.now()
            found.save(update_fields=["dropped_at"])
            record(member, "analysis.investigation_dropped", found)


def restore_investigation(member: Member, investigation: Investigation) -> None:
    """Bring a dropped one back. One that was planned again meanwhile stays as it is."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        found = locked(Investigation, investigation.pk, analysis__review=member.review_id)
        locked_plan(member, found.analysis)
        twins = Investigation.objects.filter(analysis=found.analysis_id, kind=found.kind, by=found.by, dropped_at=None)
        if twins.exists():
            return
        found.dropped_at = None
        found.save(update_fields=["dropped_at"])
        record(member, "analysis.investigation_restored", found)


def record(member: Member, verb: str, investigation: Investigation, **facts: object) -> None:
    """The event, and the run that the plan now asks for."""
    analysis = Analysis.objects.select_related("outcome").get(pk=investigation.analysis_id)
    words = known.in_words(member, investigation)
    audit.record(member, verb, analysis, kind=investigation.kind, by=investigation.by, words=words, **facts)
    queue_run(member, analysis, queries.input_now(member, analysis))


def check(member: Member, kind: str, by: str) -> None:
    if kind not in Investigation.Kind.values:
        raise BadInput(
            f"“{kind}” is nothing that can be investigated." if kind else "Nothing was chosen.",
            todo="Choose a subgroup, a moderator or a sensitivity analysis.",
        )
    if not by:
        raise BadInput("No characteristic was chosen.", todo="Tick those on which the regression is to be.")
    choices = SETS if kind == Investigation.Kind.SENSITIVITY else known.characteristics(member)
    several = by.split(AND) if kind == Investigation.Kind.MODERATOR else [by]
    for each in several:
        if each not in choices:
            raise BadInput(f"“{each}” is not known.", todo="Choose one of the list.")
    if len(set(several)) < len(several):
        raise BadInput("A characteristic was chosen twice.", todo="Choose each once.")
    if len(several) > MOST:
        raise BadInput(
            f"A regression is on {MOST} characteristics at most.", todo="Choose those that were named before."
        )
