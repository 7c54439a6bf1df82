"""What is planned, what would be pooled now, and which run's numbers stand for it? Agreed values become a run's input here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from analysis.frozen import differences
from analysis.models import REFRESH, Analysis, Package, Run
from analysis.queries.beside import beside
from analysis.queries.investigations import asked_of
from extraction.models import Arm, Entry, Outcome, Sheet, Study
from extraction.queries import FORM, AgreedAssessment, agreed_assessments, included_studies
from extraction.rob import ROB1
from extraction.schema.tables import TABLES, contrast_key, core, row_key, whole_key
from reviewapp import audit
from reviewapp.errors import NotHere
from reviewapp.models import Job, Member


def analyses(member: Member) -> QuerySet[Analysis]:
    """The review's planned analyses, in their order."""
    return all_analyses(member).filter(dropped_at=None)


def dropped_analyses(member: Member) -> QuerySet[Analysis]:
    """What could be restored."""
    return all_analyses(member).exclude(dropped_at=None)


def all_analyses(member: Member) -> QuerySet[Analysis]:
    planned = Analysis.objects.filter(review=member.review_id)
    return planned.select_related("outcome").prefetch_related("investigations")


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


# --- what would be pooled now ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Input:
    """What a run of an analysis would freeze now.

    data: see analysis.frozen. hash: SHA-256 of data and options; equal hash, equal result. without: labels of studies that are
    agreed, but have no numbers for this outcome.
    """

    data: dict[str, Any]
    options: dict[str, Any]
    hash: str
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgreedStudy:
    """A study with a signed sheet: its standing arms, every agreed number by its key, and its agreed assessments of risk of bias.

    converted: the keys of numbers that were converted or imputed from others when they were extracted.
    """

    study: Study
    arms: list[Arm]
    answers: Mapping[str, Any]
    converted: frozenset[str]
    bias: Sequence[AgreedAssessment]


def agreed_studies(member: Member, analyses: Iterable[Analysis]) -> list[AgreedStudy]:
    """The included studies whose sheets are agreed, by label, with what these analyses need. The number of queries does not grow."""
    analyses = list(analyses)
    outcomes = {each.outcome_id for each in analyses}
    prefix = f"outcome/{outcomes.pop()}/" if len(outcomes) == 1 else "outcome/"
    arms = Prefetch("study__arms", Arm.objects.filter(dropped_at=None))
    wanted = Q(key__startswith=prefix) | Q(key__in=asked_of(analyses))
    lines = Prefetch("lines", Entry.unblinded.filter(wanted))
    signed = Sheet.unblinded.signed().filter(study__in=included_studies(member.review), tool=FORM)
    bias: dict[int, list[AgreedAssessment]] = defaultdict(list)
    for each in agreed_assessments(member.review):
        bias[each.study_id].append(each)
    return [
        AgreedStudy(
            study=sheet.study,
            arms=list(sheet.study.arms.all()),
            answers={line.key: line.value for line in sheet.lines.all()},
            converted=frozenset(line.key for line in sheet.lines.all() if line.working),
            bias=bias[sheet.study_id],
        )
        for sheet in signed.select_related("study").prefetch_related(lines, arms).order_by("study__label", "study")
    ]


def input_of(analysis: Analysis, agreed: Iterable[AgreedStudy]) -> Input:
    """What a run of the analysis would freeze of these studies."""
    rows = [(each, numbers(each, analysis.outcome)) for each in agreed]
    asked = asked_of([analysis])
    pooled = {each.study.pk: each.bias for each, found in rows if found}
    tool, bias = beside(analysis.outcome_id, pooled)
    data = {
        "kind": str(analysis.outcome.kind),
        "studies": [
            {
                "study": each.study.pk,
                "label": each.study.label,
                **found,
                **answers(each, asked),
                "bias": bias.get(each.study.pk, {}),
            }
            for each, found in rows
            if found
        ],
    }
    if tool not in ("", ROB1.id):  # what was frozen before there were other tools keeps its hash
        data["bias_tool"] = tool
    options: dict[str, Any] = dict(analysis.options)
    if planned := sorted(map(str, analysis.standing)):
        options["investigations"] = planned
    digest = audit.sha256(audit.canonical(data), audit.canonical(options))
    return Input(data, options, digest, tuple(each.study.label for each, found in rows if not found))


def answers(agreed: AgreedStudy, asked: list[str]) -> dict[str, dict[str, Any]]:
    """The study's answers to these questions, where an investigation needs any."""
    return {"by": {key: agreed.answers[key] for key in asked if agreed.answers.get(key) is not None}} if asked else {}


def numbers(agreed: AgreedStudy, outcome: Outcome) -> dict[str, Any]:
    """A study's numbers for an outcome, as analysis.frozen shapes them; nothing where it has none."""
    shape = TABLES[outcome.kind]
    if shape.per_contrast and not core(outcome.kind):
        return compared_arms(agreed, outcome)
    if shape.whole:
        key = whole_key(outcome.pk)
        values = {column.name: agreed.answers.get(f"{key}/{column.name}") for column in shape.whole}
        return {} if None in values.values() else {"arms": [], "whole": values, **converted(agreed, key, values)}
    found = []
    for arm in agreed.arms:
        key = row_key(outcome.pk, arm.pk)
        values = {column.name: agreed.answers.get(f"{key}/{column.name}") for column in core(outcome.kind)}
        if values and all(value is not None for value in values.values()):
            found.append(frozen_arm(arm, values) | converted(agreed, key, values))
    return {"arms": found} if found else {}


def converted(agreed: AgreedStudy, key: str, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Which values of a row came from others, as analysis.frozen has it; nothing where all were reported."""
    found = [name for name in values if f"{key}/{name}" in agreed.converted]
    return {"converted": found} if found else {}


def frozen_arm(arm: Arm, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"arm": arm.pk, "name": arm.name, "role": str(arm.role), "values": dict(values)}


def compared_arms(agreed: AgreedStudy, outcome: Outcome) -> dict[str, Any]:
    """The pairs of a study's standing arms of which anything is known, in the order of the arms, and these arms."""
    found = []
    for first, second in permutations(agreed.arms, 2):
        key = contrast_key(outcome.pk, first.pk, second.pk)
        known = {
            column.name: agreed.answers.get(f"{key}/{column.name}") for column in TABLES[outcome.kind].per_contrast
        }
        if values := {name: value for name, value in known.items() if value is not None}:
            row = {"first": first.pk, "second": second.pk, "values": values}
            found.append(row | converted(agreed, key, values))
    used = {arm for each in found for arm in (each["first"], each["second"])}
    return {"arms": [frozen_arm(arm, {}) for arm in agreed.arms if arm.pk in used], "contrasts": found} if found else {}


# --- which run stands for it -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """An analysis with the run whose numbers are shown for it.

    run: the finished run on today's agreed data, else the newest finished one, else None. queued: the run on today's data while it
    waits. looking: the job that will queue it. agreed of included: how many of the included studies have an agreed sheet.
    """

    analysis: Analysis
    input: Input
    run: Run | None
    queued: Run | None
    looking: Job | None
    agreed: int
    included: int

    @property
    def is_current(self) -> bool:
        """Whether the run rests on the data that are agreed today, pooled as planned today."""
        return self.run is not None and self.run.input_hash == self.input.hash

    @property
    def is_stale(self) -> bool:
        """Whether data or plan have changed since the run that is shown."""
        return self.run is not None and not self.is_current

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
    agreed = agreed_studies(member, chosen)
    included = included_studies(member.review).count()
    now = {each.pk: input_of(each, agreed) for each in chosen}
    known = runs_of(chosen)
    picked = {pk: pick(known.get(pk, []), now[pk].hash) for pk in now}
    wanted = [pk for pair in picked.values() for pk in pair if pk]
    runs = Run.objects.select_related("analysis__outcome", "job", "member__user").in_bulk(wanted)
    unfinished = Job.objects.filter(review=member.review_id, kind=REFRESH)
    looking = unfinished.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).order_by("pk").last()
    return [
        Shown(each, now[each.pk], *map(runs.get, picked[each.pk]), looking, agreed=len(agreed), included=included)
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
    agreed = agreed_studies(member, planned)
    now = [(each, input_of(each, agreed)) for each in planned]
    known = {(pk, digest) for pk, rows in runs_of(planned).items() for _, _, digest in rows}
    return [(each, data) for each, data in now if (each.pk, data.hash) not in known]


def input_now(member: Member, analysis: Analysis) -> Input:
    """What a run of one analysis would freeze now."""
    return input_of(analysis, agreed_studies(member, [analysis]))


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
    found = []
    for before, run in zip([None, *runs], runs, strict=False):
        changes = [] if before is None else differences(before.input, run.input, before.options, run.options)
        found.append(Change(run, before, changes))
    return found[::-1]
