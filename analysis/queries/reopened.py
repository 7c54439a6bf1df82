"""Which runs rest on an agreement that was reopened and is not signed again yet?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from analysis.models import Analysis, Run
from extraction.models import Study
from extraction.queries import reopened_sheets
from reviewapp.models import Member


@dataclass(frozen=True, slots=True)
class Reopened:
    """A study whose agreement was reopened, and of each of some analyses the last finished run that rests on what was agreed before."""

    study: Study
    at: datetime
    runs: list[Run]


def reopened(member: Member, analyses: Iterable[Analysis]) -> list[Reopened]:
    """The reopened agreements on which runs of these analyses rest, in four queries. Of each analysis the last run before an agreement was
    reopened is read, and none where no agreement is."""
    sheets = reopened_sheets(member.review)
    if not sheets:
        return []
    finished = Run.objects.filter(analysis__in=list(analyses)).exclude(state=Run.State.QUEUED).order_by("number")
    made = list(finished.values_list("pk", "analysis", "created_at"))
    last = {
        sheet.pk: {analysis: pk for pk, analysis, at in made if at <= sheet.withdrawn_at}.values() for sheet in sheets
    }
    wanted = {pk for runs in last.values() for pk in runs}
    read = Run.objects.select_related("analysis__outcome").defer("result").in_bulk(wanted)
    found = [
        Reopened(
            sheet.study, sheet.withdrawn_at, [run for pk in last[sheet.pk] if rests_on(run := read[pk], sheet.study)]
        )
        for sheet in sheets
    ]
    return [each for each in found if each.runs]


def beneath(member: Member, run: Run) -> list[Reopened]:
    """The reopened agreements on which one run rests."""
    return [
        Reopened(sheet.study, sheet.withdrawn_at, [run])
        for sheet in reopened_sheets(member.review)
        if run.created_at <= sheet.withdrawn_at and rests_on(run, sheet.study)
    ]


def rests_on(run: Run, study: Study) -> bool:
    """Whether a study's agreed numbers are in what a run has frozen."""
    return any(each["study"] == study.pk for each in run.input["studies"])
