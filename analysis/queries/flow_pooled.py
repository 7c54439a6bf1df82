"""Which studies do the current runs of the planned analyses pool? The last box of the flow diagram, which only some reviews have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.models import Run
from analysis.queries.analyses import analyses, runs_of
from analysis.queries.inputs import agreed, input_of
from extraction.models import StudyReport
from extraction.queries import included_reports, selected_studies
from reviewapp.models import Member

FEWEST = 2  # of one study alone nothing is pooled


@dataclass(frozen=True, slots=True)
class PooledStudies:
    """Ids of studies, and of the reports that were selected here.

    here: studies that were selected here. elsewhere: those taken over as included elsewhere, of which no report was selected here.
    reports: the included reports that tell of the former.
    """

    here: frozenset[int]
    elsewhere: frozenset[int]
    reports: frozenset[int]


def pooled_studies(member: Member) -> PooledStudies | None:
    """The studies in at least one meta-analysis on today's agreed data; None while there is none."""
    pooled = frozenset(study for studies in pooled_by_run(member) for study in studies)
    if not pooled:
        return None
    here = frozenset(selected_studies(member.review).filter(pk__in=pooled).values_list("pk", flat=True))
    told = StudyReport.objects.filter(
        study__in=here, undone_at=None, citation__in=included_reports(member.review).values("pk")
    )
    return PooledStudies(here, pooled - here, frozenset(told.values_list("citation", flat=True)))


def pooled_by_run(member: Member) -> Iterator[frozenset[int]]:
    """The studies of each run that has an estimate and rests on what is agreed and planned today."""
    planned = list(analyses(member))
    known = {pk: rows for pk, rows in runs_of(planned).items() if any(state == Run.State.DONE for _, state, _ in rows)}
    planned = [each for each in planned if each.pk in known]
    known_here = agreed(member, planned) if planned else None
    now = {each.pk: input_of(each, known_here).hash for each in planned} if known_here else {}
    current = [
        run
        for pk, rows in known.items()
        for run, state, digest in rows
        if state == Run.State.DONE and digest == now[pk]
    ]
    for studies in Run.objects.filter(pk__in=current).order_by().values_list("result__studies", flat=True):
        pooled = frozenset(each["study"] for each in studies if not each["reason"])
        if len(pooled) >= FEWEST:
            yield pooled
