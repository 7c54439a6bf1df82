"""Which runs are frozen for a manuscript, and is what they say still what the data say?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.models import Freeze, Run
from analysis.queries.analyses import Shown
from reviewapp.models import Member


@dataclass(frozen=True, slots=True)
class Frozen:
    """A freeze that stands. is_current: whether the run rests on today's agreed data and plan."""

    freeze: Freeze
    is_current: bool


def freeze_of(run: Run) -> Freeze | None:
    """The one that stands, if the run is frozen."""
    return Freeze.objects.filter(run=run, ended_at=None).select_related("member__user").first()


def frozen_runs(member: Member, shown: Iterable[Shown]) -> list[Frozen]:
    """All of the review, the newest first. shown: its planned analyses; a run of one that was dropped is not current."""
    current = {each.run.pk for each in shown if each.is_current and each.run is not None}
    rows = Freeze.objects.filter(run__analysis__review=member.review_id, ended_at=None)
    found = rows.select_related("run__analysis__outcome", "member__user").order_by("-pk")
    return [Frozen(each, each.run_id in current) for each in found]
