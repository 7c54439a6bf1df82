"""How are analyses planned and run? Verbs of members, and the two jobs: looking which analyses have new data, and one run.

A run is made for each input that an analysis comes to have, once: what was run on equal input stands. An agreement below sets
off `refresh`, which looks after the commit, so that of two people who agree at once the later look sees the work of both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from analysis import drawing, package, pooling, queries, run_figures
from analysis.comparison import comparison_of
from analysis.measures import measures_of
from analysis.models import CHECK, DRAW, PACK, REFRESH, RUN, Analysis, Package, Run
from analysis.queries import Input
from analysis.queries.sides import sides
from analysis.queries.times import twins_of, unclear
from analysis.report.grammar import listed
from analysis.times import rule_of
from analysis.workflow.findings import leave_if_full
from extraction.models import Outcome, StudyReport
from extraction.workflow.common import change, locked
from reviewapp import audit, files, jobs, states
from reviewapp.access import Can, require
from reviewapp.errors import BadInput, WrongState
from reviewapp.models import Event, Job, Member, Stage
from reviewapp.workflow import lock_review
from screening.queries import citations_follow

RUN_MOVES = {Run.State.QUEUED: {Run.State.DONE, Run.State.EMPTY}}
OPTIONS = Analysis.OPTIONS
CHOICES = Analysis.CHOICES
WORDS = ("favours_left", "favours_right", "note", "published")
NUMBERS = ("tests_from",)


# --- planning ----------------------------------------------------------------------------------------------------


def plan(
    member: Member,
    outcome: Outcome,
    *,
    measure: str,
    method: str,
    model: str = Analysis.Model.RANDOM,
    preset: str = Analysis.Preset.REVMAN_2025,
    estimator: str = "",
    interval: str = "",
    prediction: str = "",
    arms: str = Analysis.Arms.COMBINED,
    level: str = Analysis.Level.L95,
    times: str = "",
    comparison: str = "",
    group: str = "",
    tests_from: int | None = None,
    favours_left: str = "",
    favours_right: str = "",
    note: str = "",
    published: str = "",
) -> Analysis:
    """Plan an analysis of an outcome, after the others, and queue its first run.

    Raises BadInput for what does not fit together, or is planned already.
    """
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        outcome = locked(Outcome, outcome.pk, review=member.review_id)
        if outcome.dropped_at:
            raise WrongState(f"The outcome “{outcome}” has been dropped.", todo="Restore it first.")
        last = Analysis.objects.filter(review=member.review_id).aggregate(last=Max("position"))["last"]
        analysis = Analysis(
            review_id=member.review_id,
            outcome=outcome,
            position=(last or 0) + 1,
            measure=measure,
            method=method,
            model=model,
            preset=preset,
            estimator=estimator,
            interval=interval,
            prediction=prediction,
            arms=arms,
            level=level,
            times=times,
            comparison=comparison,
            group=group,
            tests_from=tests_from,
            favours_left=favours_left,
            favours_right=favours_right,
            note=note,
            published=published,
        )
        check(analysis)
        refuse_vague_times(analysis)
        refuse_unasked(analysis)
        analysis.save()
        audit.record(member, "analysis.planned", analysis, outcome=outcome.pk, **facts_of(analysis))
        queue_run(member, analysis, queries.input_now(member, analysis))
    return analysis


def change_plan(member: Member, analysis: Analysis, **changes: Any) -> Analysis:
    """Change how an analysis is pooled, or its words. Other options are another input: they queue a run."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        analysis = locked_plan(member, analysis)
        wanted = {name: changes[name] for name in (*CHOICES, *NUMBERS, *WORDS) if name in changes}
        candidate = Analysis.objects.select_related("outcome").get(pk=analysis.pk)
        for name, value in wanted.items():
            setattr(candidate, name, value)
        check(candidate)
        if candidate.times != analysis.times:
            refuse_vague_times(candidate)
        if candidate.comparison != analysis.comparison:
            refuse_unasked(candidate)
        if facts := change(analysis, {name: getattr(candidate, name) for name in wanted}):
            audit.record(member, "analysis.plan_changed", analysis, **facts)
            queue_run(member, analysis, queries.input_now(member, analysis))
    return analysis


def drop_analysis(member: Member, analysis: Analysis) -> None:
    """Take an analysis out of the plan. Its runs stay; restore_analysis brings it back."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        analysis = locked_plan(member, analysis)
        change(analysis, {"dropped_at": timezone.now()})
        audit.record(member, "analysis.dropped", analysis, outcome=str(analysis), **facts_of(analysis))


def restore_analysis(member: Member, analysis: Analysis) -> bool:
    """Bring a dropped analysis back, and queue a run if its data have changed meanwhile.

    Say whether it lost its place in the summary of findings, because others have taken all of them meanwhile.
    """
    require(member, Can.ANALYSE)
    with transaction.atomic():
        lock_review(member)
        analysis = locked(Analysis, analysis.pk, review=member.review_id)
        if analysis.dropped_at is None:
            return False
        check(analysis)
        change(analysis, {"dropped_at": None})
        audit.record(member, "analysis.restored", analysis, outcome=str(analysis), **facts_of(analysis))
        queue_run(member, analysis, queries.input_now(member, analysis))
        return leave_if_full(member, analysis)


def locked_plan(member: Member, analysis: Analysis) -> Analysis:
    """The planned analysis, locked. Raises NotHere, or WrongState when it is dropped."""
    found = locked(Analysis, analysis.pk, review=member.review_id)
    if found.dropped_at:
        raise WrongState("This analysis has been dropped.", todo="Restore it first, on the page of analyses.")
    return found


def facts_of(analysis: Analysis) -> dict[str, str]:
    return {name: getattr(analysis, name) for name in CHOICES}


def check(analysis: Analysis) -> None:
    """Raise BadInput for what is unknown, does not fit together, is too long, or is planned already."""
    for name in (*OPTIONS, "group"):
        refuse_unknown(analysis, name)
    for name in WORDS:
        setattr(analysis, name, str(getattr(analysis, name)).strip())
        refuse_long(analysis, name)
    known = measures_of(analysis.outcome.kind)
    if not known:
        raise BadInput(
            f"Outcomes of the kind “{analysis.outcome.get_kind_display()}” are extracted and exported, but not pooled here: sensitivity "
            "and specificity have to be pooled together, in a bivariate model, and each alone would mislead.",
            todo="Pool them from the export of agreed data, or choose another outcome.",
        )
    if analysis.measure not in [each.id for each in known]:
        raise BadInput(
            f"{analysis.get_measure_display()} does not fit an outcome of the kind “{analysis.outcome.get_kind_display()}”.",
            todo=f"Choose one of these: {'; '.join(each.label for each in known)}.",
        )
    try:
        rule_of(analysis.times)
        comparison_of(analysis.comparison)
    except ValueError as error:
        raise BadInput(str(error), todo="Choose one of those that are offered.") from None
    if told := analysis.misfit():
        _, message, todo = told
        raise BadInput(message, todo=todo)
    alike = Analysis.objects.filter(outcome__in=twins_of(analysis), dropped_at=None, **facts_of(analysis))
    if alike.exclude(pk=analysis.pk).exists():
        raise BadInput("This very analysis is planned already.", todo="Change that one, or choose other options.")


def refuse_vague_times(analysis: Analysis) -> None:
    """Raise BadInput for outcomes whose time points a rule could not compare. Those that come to be later, the run tells of."""
    if analysis.times and (vague := unclear(analysis)):
        told = listed([f"“{each}”" if each.time_point else f"“{each}” (none is given)" for each in vague])
        raise BadInput(
            f"A rule cannot compare the time point of {told} with others.",
            todo="Write it as a time, such as 12 weeks or 3 to 6 months, or give it the name of a time point of the review that has a window.",
        )


def refuse_unasked(analysis: Analysis) -> None:
    """Raise BadInput for a comparison by a question that the form in use does not ask of each arm, or by answers that it does not offer."""
    if found := comparison_of(analysis.comparison):
        known = sides(analysis.review_id)
        if not all(f"{found.by}={value}" in known for value, _ in (*found.experimental, *found.control)):
            raise BadInput(
                "The form in use does not ask that of each arm.", todo="Choose among the answers that are offered."
            )


def refuse_unknown(analysis: Analysis, name: str) -> None:
    field = Analysis._meta.get_field(name)
    value = getattr(analysis, name)
    known = [choice for choice, _ in field.choices]
    if value not in known and not (field.blank and value == ""):
        raise BadInput(f"“{value}” is no {field.verbose_name}.", todo=f"Choose one of {', '.join(known)}.")


def refuse_long(analysis: Analysis, name: str) -> None:
    field = Analysis._meta.get_field(name)
    if field.max_length and len(getattr(analysis, name)) > field.max_length:
        raise BadInput(f"“{field.verbose_name}” has at most {field.max_length} characters.", todo="Shorten it.")


# --- running -----------------------------------------------------------------------------------------------------


def request_run(member: Member, analysis: Analysis) -> Run:
    """Run an analysis on today's agreed data. Equal input is not run twice: the run that exists is returned."""
    require(member, Can.ANALYSE)
    with transaction.atomic():
        analysis = locked_plan(member, analysis)
        return queue_run(member, analysis, queries.input_now(member, analysis))


def queue_run(member: Member, analysis: Analysis, data: Input) -> Run:
    """The run of this input: the one that exists, sent again if its job was given up, or a new one."""
    Analysis.objects.select_for_update(no_key=True).get(pk=analysis.pk)
    run = Run.objects.select_related("job").filter(analysis=analysis, input_hash=data.hash).first()
    if run is None:
        last = analysis.runs.aggregate(last=Max("number"))["last"] or 0
        run = Run.objects.create(
            analysis=analysis,
            number=last + 1,
            input=data.data,
            options=data.options,
            input_hash=data.hash,
            member=member,
        )
    elif run.is_finished or run.job.state != Job.State.FAILED:
        return run
    run.job = jobs.enqueue(member, RUN, total=1, message=f"{analysis}, run {run.number}"[:300], run=run.pk)
    run.save(update_fields=["job"])
    audit.record(member, "analysis.run_queued", analysis, run=run.number, input=run.input_hash)
    return run


def perform_run(job: Job) -> None:
    """Compute one run and store what came out. Run twice, the second finds it finished; superseded, it changes nothing."""
    run = Run.objects.get(pk=job.args["run"])
    if run.is_finished:
        return
    computed = pooling.compute(run.input, run.options)
    with transaction.atomic():
        run = Run.objects.select_for_update(of=["self"]).select_related("analysis").get(pk=run.pk)
        if run.is_finished:
            return
        jobs.progress(job, 1)
        run.result, run.message, run.versions = computed.result, computed.message, computed.versions
        run.finished_at = timezone.now()
        run.save(update_fields=["result", "message", "versions", "finished_at"])
        states.move(run, Run.State.DONE if computed.poolable else Run.State.EMPTY, RUN_MOVES)
        digest = audit.sha256(audit.canonical(run.result))
        audit.record(job.member, "analysis.run_finished", run.analysis, run=run.number, state=run.state, result=digest)
        if computed.result["k"] >= drawing.LARGE:
            jobs.enqueue(job.member, DRAW, message=f"Drawing the figures of {run.analysis}"[:300], run=run.pk)


def perform_drawing(job: Job) -> None:
    """Draw the figures of a large run, so that who asks for one need not wait. What is drawn already is not drawn again."""
    figures = run_figures.figures_of(queries.run(job.member, job.args["run"]))
    files = [(figure, kind) for figure in figures for kind in drawing.KINDS]
    for done, (figure, kind) in enumerate(files, start=1):
        figure.file(kind)
        jobs.progress(job, done, total=len(files))


# --- packages ----------------------------------------------------------------------------------------------------

LARGEST_PACKAGE = 2_000_000_000  # bytes; far beyond any review


def make_package(member: Member) -> Package:
    """Ask for a reproduction package. One that is being made is not begun again."""
    require(member, Can.READ)
    with transaction.atomic():
        review = lock_review(member)
        under_way = Package.objects.filter(
            review=review, whole=False, sha256="", job__state__in=[Job.State.QUEUED, Job.State.RUNNING]
        )
        if found := under_way.first():
            return found
        made = Package.objects.create(review=review, member=member)
        made.job = jobs.enqueue(member, PACK, message="Packing analyses, figures and the flow diagram", package=made.pk)
        made.save(update_fields=["job"])
        audit.record(member, "analysis.package_asked_for", made)
    return made


def perform_package(job: Job) -> None:
    """Make one package and keep it. Made twice, the second is the same file."""
    content = package.content(job.member, lambda done, total: jobs.progress(job, done, total=total))
    kept = files.keep([content], name="package.zip", most=LARGEST_PACKAGE)
    with transaction.atomic():
        jobs.progress(job, job.done)
        made = Package.objects.select_for_update().get(pk=job.args["package"])
        if made.sha256:
            return
        made.sha256, made.size = kept.sha256, kept.size
        made.save(update_fields=["sha256", "size"])
        audit.record(job.member, "analysis.package_made", made, sha256=kept.sha256, size=kept.size)


# --- the flow diagram ----------------------------------------------------------------------------------------------


def check_flow(event: Event, member: Member) -> None:
    """Records came in: see, after the commit, that each of them is in one place of the diagram."""
    jobs.enqueue(member, CHECK, total=1, message="Checking the sums of the flow diagram")


def citations_followed(event: Event, member: Member) -> None:
    """All citations of an import that was undone or restored are where they belong: the sums hold again, and data may have changed."""
    check_flow(event, member)
    refresh(event, member)


def perform_flow_check(job: Job) -> None:
    """Check the twelve constraints record by record. What does not hold goes into the trail, with the records; the diagram's page shows it, too.

    While citations still follow an import that was undone or restored, they cannot hold; there is another check after that.
    """
    if citations_follow(job.member):
        jobs.progress(job, 1, message="Citations are still on their way; the sums are checked after that")
        return
    breaches = queries.checked(job.member)
    with transaction.atomic():
        told = (
            f"{len(breaches)} sums of the flow diagram do not hold" if breaches else "All sums of the flow diagram hold"
        )
        jobs.progress(job, 1, message=told)
        if breaches:
            named = [
                {
                    "constraint": each.constraint,
                    "message": each.message,
                    "of": each.unit.value,
                    "ids": sorted(map(str, each.ids))[:NAMED],
                }
                for each in breaches
            ]
            audit.record(job.member, "analysis.flow_breached", job.review, breaches=named)


NAMED = 200  # records that an event names of each breach


# --- what the floors below set off -------------------------------------------------------------------------------


def refresh(event: Event, member: Member) -> None:
    """Agreed data have changed: look, after the commit, which analyses have other input now."""
    if Analysis.objects.filter(review=member.review_id, dropped_at=None).exists():
        jobs.enqueue(member, REFRESH, message="Looking which analyses have new data")


def refresh_if_of_outcome(event: Event, member: Member) -> None:
    """An outcome changes: which way is good decides whose means are turned; the rest matters where a rule chooses among time points."""
    turns = "higher_is_better" in event.facts["after"]
    (refresh if turns else refresh_where_times_are_chosen)(event, member)


def refresh_where_times_are_chosen(event: Event, member: Member) -> None:
    if Analysis.objects.filter(review=member.review_id, dropped_at=None).exclude(times="").exists():
        refresh(event, member)


def refresh_if_of_study(event: Event, member: Member) -> None:
    """A verdict stands or falls: only one at full text, on a report of a study, can change what is pooled."""
    _, citation, *stage = event.subject.split("/")
    if stage == [Stage.FULL_TEXT] and StudyReport.objects.filter(citation=citation, undone_at=None).exists():
        refresh(event, member)


def perform_refresh(job: Job) -> None:
    """Queue a run of every analysis whose input has no run yet."""
    due = queries.out_of_date(job.member)
    for done, (analysis, data) in enumerate(due, start=1):
        with transaction.atomic():
            jobs.progress(job, done, total=len(due))
            queue_run(job.member, analysis, data)


def refresh_if_of_synthesis(event: Event, member: Member) -> None:
    """The protocol changes: of what it says, this alone is an option of runs."""
    if "small_study_tests_from" in event.facts["after"]:
        refresh(event, member)


SUBSCRIPTIONS: dict[str, Callable[[Event, Member], None]] = {
    "extraction.sheet_agreed": refresh,
    "extraction.sheet_agreement_reopened": refresh,
    "extraction.assessment_agreed": refresh,
    "extraction.assessment_agreement_reopened": refresh,
    "extraction.arm_changed": refresh,
    "extraction.arm_dropped": refresh,
    "extraction.arm_restored": refresh,
    "extraction.study_changed": refresh,
    "extraction.study_dropped": refresh,
    "extraction.study_restored": refresh,
    "extraction.report_split": refresh,
    "extraction.report_joined": refresh,
    "extraction.outcome_changed": refresh_if_of_outcome,
    # which results are of one outcome, and when they were measured, is what a rule for time points goes by
    "extraction.outcome_dropped": refresh_where_times_are_chosen,
    "extraction.outcome_restored": refresh_where_times_are_chosen,
    "extraction.time_point_added": refresh_where_times_are_chosen,
    "extraction.time_point_changed": refresh_where_times_are_chosen,
    "extraction.time_point_dropped": refresh_where_times_are_chosen,
    "extraction.time_point_restored": refresh_where_times_are_chosen,
    "analysis.takeover_undone": refresh,  # its studies are gone, from what else was planned too
    "review.amended": refresh_if_of_synthesis,
    "screening.settled": refresh_if_of_study,
    "screening.unsettled": refresh_if_of_study,
    "screening.import_completed": check_flow,
    "screening.import_followed": citations_followed,
    "screening.import_undone": refresh,
    "screening.import_restored": refresh,
}
