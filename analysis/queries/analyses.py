"""What is planned, and which run's numbers stand for it?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from analysis.frozen import differences, only_marked
from analysis.measures import PLANNED
from analysis.models import REFRESH, Analysis, Package, Run
from analysis.queries.inputs import Agreed, Input, agreed, input_of
from analysis.queries.investigations import called
from extraction.models import Outcome
from extraction.queries import included_studies, outcomes
from reviewapp.errors import NotHere
from reviewapp.models import Job, Member

KINDS = {each.answers.kind for each in PLANNED}  # of outcomes that can be pooled


def analyses(member: Member) -> QuerySet[Analysis]:
    """The review's planned analyses, in their order."""
    return all_analyses(member).filter(dropped_at=None)


def to_pool(member: Member) -> QuerySet[Outcome]:
    """The outcomes of the review that an analysis can take."""
    return outcomes(member).filter(dropped_at=None, kind__in=KINDS)


def not_pooled(member: Member) -> QuerySet[Outcome]:
    """Those that none can: they are extracted and agreed on all the same."""
    return outcomes(member).filter(dropped_at=None).exclude(kind__in=KINDS)


def dropped_analyses(member: Member) -> QuerySet[Analysis]:
    """What could be restored."""
    return all_analyses(member).exclude(dropped_at=None)


def all_analyses(member: Member) -> QuerySet[Analysis]:
    planned = Analysis.objects.filter(review=member.review_id)
    return planned.select_related("outcome", "review").prefetch_related("investigations")


def analysis(member: Member, pk: int) -> Analysis:
    """One analysis, dropped or not, by id. Raises NotHere."""
    found = all_analyses(member).filter(pk=pk).first()
    if found is None:
        raise NotHere
    return found


def run(member: Member, pk: int) -> Run:
    """One run, by id. Raises NotHere."""
    runs = Run.objects.filter(analysis__review=member.review_id)
    found = runs.select_related("analysis__outcome", "job", "member__user").filter(pk=pk).first()
    if found is None:
        raise NotHere
    return found


# --- which run stands for it -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """An analysis with the run whose numbers are shown for it.

    run: the finished run on today's agreed data, else the newest finished one, else None. queued: the run on today's data while it
    waits. looking: the job that will queue it. known: what is agreed today, as this analysis needs it. agreed of included: how many of the
    included studies have an agreed sheet.
    """

    analysis: Analysis
    input: Input
    run: Run | None
    queued: Run | None
    looking: Job | None
    known: Agreed
    included: int

    @property
    def agreed(self) -> int:
        return len(self.known.studies)

    @property
    def is_current(self) -> bool:
        """Whether the run rests on the data that are agreed today, pooled as planned today."""
        return self.run is not None and self.run.input_hash == self.input.hash

    @property
    def is_stale(self) -> bool:
        """Whether data or plan have changed since the run that is shown."""
        return self.run is not None and not self.is_current

    @property
    def since(self) -> list[str]:
        """What has changed since the run that is shown, in sentences; nothing while it is current."""
        if self.run is None or self.is_current:
            return []
        words = called(self.analysis.review_id)
        return differences(self.run.input, self.input.data, self.run.options, self.input.options, words)

    @property
    def is_only_marked(self) -> bool:
        """Whether no number has changed since the run, but what is said of some: as when a release comes to say more of them."""
        same_plan = self.run is not None and self.run.options == self.input.options
        return self.run is not None and same_plan and only_marked(self.run.input, self.input.data)

    @property
    def is_provisional(self) -> bool:
        """Whether included studies are not agreed yet."""
        return self.agreed < self.included

    @property
    def job(self) -> Job | None:
        """What is being done to bring the numbers up to date."""
        if self.is_current:
            return None
        return self.queued.job if self.queued else self.looking

    @property
    def has_failed(self) -> bool:
        """Whether the run on today's data was given up."""
        return self.job is not None and self.job.state == Job.State.FAILED


def shown(member: Member, chosen: Iterable[Analysis]) -> list[Shown]:
    """Each analysis with the run that is shown for it. The number of queries does not grow with them."""
    chosen = list(chosen)
    if not chosen:
        return []
    known_here = agreed(member, chosen)
    included = included_studies(member.review).count()
    now = {each.pk: input_of(each, known_here) for each in chosen}
    known = runs_of(chosen)
    picked = {pk: pick(known.get(pk, []), now[pk].hash) for pk in now}
    wanted = [pk for pair in picked.values() for pk in pair if pk]
    runs = Run.objects.select_related("analysis__outcome", "job", "member__user").in_bulk(wanted)
    unfinished = Job.objects.filter(review=member.review_id, kind=REFRESH)
    looking = unfinished.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).order_by("pk").last()
    return [
        Shown(
            each,
            now[each.pk],
            *map(runs.get, picked[each.pk]),
            looking,
            known=known_here,
            included=included,
        )
        for each in chosen
    ]


def runs_of(analyses: Iterable[Analysis]) -> dict[int, list[tuple[int, str, str]]]:
    """Id, state and input hash of every run, the newest first, by analysis; without the data, which may be large."""
    found: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    rows = Run.objects.filter(analysis__in=analyses).order_by("-number")
    for analysis, *row in rows.values_list("analysis", "pk", "state", "input_hash"):
        found[analysis].append(tuple(row))
    return found


def pick(runs: list[tuple[int, str, str]], wanted: str) -> tuple[int | None, int | None]:
    """Ids of the run to show, and of the run on today's data if that still waits."""
    finished = [(pk, digest) for pk, state, digest in runs if state != Run.State.QUEUED]
    current = [pk for pk, digest in finished if digest == wanted]
    waits = [pk for pk, state, digest in runs if state == Run.State.QUEUED and digest == wanted]
    newest = [pk for pk, _ in finished[:1]]
    return next(iter(current + newest), None), next(iter(waits), None)


def shown_analyses(member: Member) -> list[Shown]:
    """Every planned analysis with the run that is shown for it."""
    return shown(member, analyses(member))


def shown_analysis(member: Member, pk: int) -> Shown:
    """One analysis with the run that is shown for it. Raises NotHere."""
    return shown(member, [analysis(member, pk)])[0]


def current_run(member: Member, analysis: Analysis) -> Run | None:
    """The finished run on today's agreed data, if there is one."""
    found = shown_analysis(member, analysis.pk)
    return found.run if found.is_current else None


def headlines(member: Member) -> list[Shown]:
    """The planned analyses that have a published result to compare with."""
    return [each for each in shown_analyses(member) if each.analysis.published]


def out_of_date(member: Member) -> list[tuple[Analysis, Input]]:
    """The planned analyses of which no run on today's data exists, finished or waiting, with that data."""
    planned = list(analyses(member))
    known_here = agreed(member, planned)
    now = [(each, input_of(each, known_here)) for each in planned]
    known = {(pk, digest) for pk, rows in runs_of(planned).items() for _, _, digest in rows}
    return [(each, data) for each, data in now if (each.pk, data.hash) not in known]


def input_now(member: Member, analysis: Analysis) -> Input:
    """What a run of one analysis would freeze now."""
    return input_of(analysis, agreed(member, [analysis]))


# --- packages ----------------------------------------------------------------------------------------------------


def packages(member: Member) -> QuerySet[Package]:
    """The review's reproduction packages, the newest first."""
    return Package.objects.filter(review=member.review_id, whole=False).select_related("job", "member__user")


def archives(member: Member) -> QuerySet[Package]:
    """The archives of the whole review that this member asked for, the newest first: they hold what this member may see."""
    return Package.objects.filter(review=member.review_id, whole=True, member=member).select_related("job")


def archive(member: Member, pk: int) -> Package:
    """One archive of this member that is made. Raises NotHere."""
    found = archives(member).exclude(sha256="").filter(pk=pk).first()
    if found is None:
        raise NotHere
    return found


def package(member: Member, pk: int) -> Package:
    """One package that is made. Raises NotHere."""
    found = packages(member).exclude(sha256="").filter(pk=pk).first()
    if found is None:
        raise NotHere
    return found


# --- history -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A finished run beside the finished one before it (None for the first), and what changed, in sentences."""

    run: Run
    before: Run | None
    changes: list[str]


def history(member: Member, analysis: Analysis) -> list[Change]:
    """The finished runs of an analysis, the newest first, each with what changed since the one before."""
    done = Run.objects.filter(analysis=analysis, analysis__review=member.review_id).exclude(state=Run.State.QUEUED)
    runs = list(done.select_related("member__user").order_by("number"))
    words = called(member.review_id)
    found = []
    for before, run in zip([None, *runs], runs, strict=False):
        changes = [] if before is None else differences(before.input, run.input, before.options, run.options, words)
        found.append(Change(run, before, changes))
    return found[::-1]
